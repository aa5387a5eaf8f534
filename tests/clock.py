"""The clock environment: two ways to one choice, of which one takes two steps more; and claims about it."""

from __future__ import annotations

from fractions import Fraction

from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.testing.examples import Law, model, table

CLOCK = model(
    {
        "s0": {"a": "u", "b": "m1"},
        "m1": {"w": "m2"},
        "m2": {"w": "u"},
        "u": {"x": "z", "y": "z"},
        "z": {"w": "z"},
    },
    start="s0",
)


def clock_policy(p: str, q: str) -> Table:
    """Return the policy that takes a in s0 with probability p and x in u with probability q."""
    return table(CLOCK, _law(p, "a", "b"), "w", "w", _law(q, "x", "y"), "w")


def _law(p: str, one: str, other: str) -> Law:
    shares = {one: p, other: str(1 - Fraction(p))}
    return {name: share for name, share in shares.items() if Fraction(share)}


POLICIES = {
    "A": clock_policy("1", "1"),
    "B": clock_policy("0", "0"),
    "C": clock_policy("1/2", "2/3"),
    "D": clock_policy("1", "0"),
    "E": clock_policy("0", "1"),
    "F": clock_policy("1/3", "1/2"),  # at 1/sqrt(2) between A and B, as C is
}


def clock_claim(text: str) -> Claim:
    """Return the claim, for any discount, of lines such as "C > A, A ~ B"."""
    constraints = []
    for part in text.split(","):
        better, relation, worse = part.split()
        constraints.append(PolicyConstraint(0, POLICIES[better], POLICIES[worse], Relation(relation)))
    return Claim((CLOCK,), tuple(constraints), (), None)
