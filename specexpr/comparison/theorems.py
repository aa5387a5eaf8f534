"""Orders of all stationary policies that tell formalisms apart where no finite task does.

They are theorems: nothing here is decided. Each names an environment of the shipped cases, formalisms that
have the order, one that lacks it, and the argument. What follows by inclusion is added by `shown_by`.
"""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.comparison.hierarchy import is_covered


@dataclass(frozen=True, slots=True)
class Theorem:
    """In an environment, by name, these formalisms give an order of all policies, and that one does not."""

    name: str
    environment: str
    order: str
    has: tuple[str, ...]
    why: str
    lacks: str
    argument: str


DERIVED = (
    "The environments and arguments are derived for this project. That the classes are these, and that mr, "
    "rm, lar, ltl, rrl and onmr cover each other as shown and no more, is published by Subramani et al."
)

_REACH = (
    "by the chance to come to w sooner or later. With p and q the chances of b in s0 and s1 it has three "
    "levels: p = q = 0; one of them positive; both positive"
)
_REACH_WHY = "the formula F at w, and the average reward that pays 1 in w"

THEOREMS = (
    Theorem(
        "T1",
        "door",
        _REACH,
        ("lar", "ltl"),
        _REACH_WHY,
        "rm",
        "The value of a machine is continuous in the policy, since it is discounted. It would be one number "
        "on p > 0 = q, and as p tends to 0 the same number on p = q = 0: two levels in one.",
    ),
    Theorem(
        "T2",
        "door",
        _REACH,
        ("lar", "ltl"),
        _REACH_WHY,
        "onmr",
        "Fix what is done in w. A Markov reward is then worth u(p) + v(q), u and v continuous and monotone, "
        "u(0) = v(0) = 0 say. If u is constant, p = 0 and p = 1 have one return at q = 0, and two levels; "
        "likewise v. Else let u increase, turning signs if need be. The second level has all returns in (0, "
        "u(1)], at q = 0. Take 0 < p < 1 and q > 0 so small that u(p) + v(q) still lies between 0 and u(1): "
        "it is on the third level and has a return of the second. So no f tells the levels apart.",
    ),
    Theorem(
        "T3",
        "memory",
        "by the chance to act twice alike: 1 - p - q + 2 p q, with p and q the chances of action 0 in s0 and "
        "z",
        ("rm", "ltl"),
        "the formula do 0 <-> X do 0, and a machine with two states",
        "onmr",
        "A Markov reward is worth a p + b q + c. If a = b = 0, all policies tie. Else it is constant along "
        "the direction (b, -a), and so is f of it. But from (p, q) to (p + b t, q - a t) the chance to act "
        "alike changes by t (b (2 q - 1) - a (2 p - 1)) - 2 a b t^2, which is 0 for all t on the lines p = "
        "1/2 and q = 1/2 alone.",
    ),
    Theorem(
        "T4",
        "memory",
        "by entropy: H(p) + g H(q), with p and q the chances of action 0 in s0 and z",
        ("rrl",),
        "a reward of 0 with the regulariser entropy",
        "onmr",
        "As before f of a Markov reward is constant on parallel lines, or everywhere. H is strictly concave, "
        "so the entropy is constant on no segment.",
    ),
    Theorem(
        "T5",
        "once",
        "first by p, then by r, the chances of a in s0 and in w",
        ("gomorl",),
        "rewards of 1 for a in s0 and of 1 for a in w, and the lexicographic order of their means",
        "fpr",
        "Let f be a real value with this order. For every p the policies with r = 0 and r = 1 bound an "
        "interval from f(p, 0) to f(p, 1), which is not empty. These intervals are disjoint and there are "
        "uncountably many; but each has a rational number of its own inside.",
    ),
)


def shown_by(upper: str, lower: str) -> tuple[Theorem, ...]:
    """Return the theorems by which a formalism does not cover another: what it covers lacks an order, too."""
    return tuple(
        theorem
        for theorem in THEOREMS
        if is_covered(upper, theorem.lacks) and any(is_covered(has, lower) for has in theorem.has)
    )
