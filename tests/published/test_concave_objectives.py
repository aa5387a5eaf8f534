"""Concave and convex functions of occupancies, monotone functions of given values: worked-out cases."""

from __future__ import annotations

import pytest

import specexpr
from specexpr.certify.kinds.rewards import RewardsWitness
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from tests.asking import strict_orders

SEGMENT = """
discount 1/2
environment e { states s; actions a b; start s; s / * -> s }
policy none in e { s -> a }
policy half in e { s -> { a: 1/2, b: 1/2 } }
policy all in e { s -> b }
"""
TWO_STATE = """
discount 1/2
environment e { states s0 s1; actions a0 a1; start { s0: 1/2, s1: 1/2 }; * / a0 -> s0; * / a1 -> s1 }
policy aa in e { * -> a0 }
policy ab in e { s0 -> a0; s1 -> a1 }
policy ba in e { s0 -> a1; s1 -> a0 }
policy bb in e { * -> a1 }
"""
ENTAILMENT = """
discount 1/2
environment e { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in e { * -> a }
policy ab in e { s0 -> a; s1 -> b }
policy ba in e { s0 -> b; s1 -> a }
policy bb in e { * -> b }
"""
SQUARE = """
environment e {
  states s x y z w; actions a b c d; start s
  s / a -> x; s / b -> y; s / c -> z; s / d -> w; x / * -> x; y / * -> y; z / * -> z; w / * -> w
}
policy A in e { * -> a }
policy B in e { * -> b }
policy C in e { * -> c }
policy D in e { * -> d }
objective one in e = reward { discount 1/2; s / a: 2; s / d: 3; s / b: 1 }
objective two in e = reward { discount 1/2; s / a: 0; s / d: 1; s / b: 3; s / c: 2 }
"""


def verdict_on(text: str, formalism: str) -> Verdict:
    """Return the verdict on the only task of a document; the kernel checks its proof once more."""
    (task,) = loads(text).tasks
    verdict = specexpr.check(task, formalism)
    match verdict:
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            proof.check()
    return verdict


def is_expressible(text: str, formalism: str) -> bool:
    verdict = verdict_on(text, formalism)
    assert isinstance(verdict, Expressible | Inexpressible)
    return isinstance(verdict, Expressible)


@pytest.mark.parametrize(
    ("task", "mr", "maxmin", "maxmax"),
    [
        ("half > none; half > all", False, True, False),
        ("none > half; all > half", False, False, True),
        ("none ~ half; all > half", False, False, True),
        ("half > none; half ~ all", False, True, False),
        ("all > half > none", True, True, True),
        ("half > none; half > all; all ~ none", False, True, False),
        ("half >= none; all >= half; none >= all", True, True, True),
    ],
)
def test_free_rewards_on_a_segment(task: str, mr: bool, maxmin: bool, maxmax: bool) -> None:
    """Occupancies at 0, 1/2 and 1 of a segment: concave is maxmin, convex is maxmax, both is one reward.

    Derived. The size is 1 iff one Markov reward does, and 2 otherwise: two pieces make any three values.
    """
    text = f"{SEGMENT}task t in e {{ {task} }}\n"
    assert is_expressible(text, "mr") is mr
    for formalism, expected in (("maxmin", maxmin), ("maxmax", maxmax)):
        verdict = verdict_on(text, formalism)
        assert isinstance(verdict, Expressible) is expected
        if isinstance(verdict, Expressible):
            assert verdict.size == ((1, 1) if mr else (2, 2))


@pytest.mark.parametrize(("environment", "markov"), [(TWO_STATE, 12), (ENTAILMENT, 8)])
def test_orders_of_deterministic_policies(environment: str, markov: int) -> None:
    """All 24 strict orders of the four policies are those of a least, and of a greatest, of two rewards.

    Derived: occupancies of deterministic policies are vertices, so that none is a mean of others. Those
    that need one reward are those that are Markov.
    """
    sizes = {"maxmin": [0, 0], "maxmax": [0, 0]}
    for _, lines in strict_orders(("aa", "ab", "ba", "bb")):
        for formalism, count in sizes.items():
            verdict = verdict_on(f"{environment}task t in e {{ {lines} }}\n", formalism)
            assert isinstance(verdict, Expressible)
            assert verdict.size in ((1, 1), (2, 2))
            count[verdict.size == (2, 2)] += 1
    assert sizes == {"maxmin": [markov, 24 - markov], "maxmax": [markov, 24 - markov]}


@pytest.mark.parametrize("good", ["ab ba", "aa bb", "aa", "equally ab ba", "equally aa ab bb"])
def test_sets_of_deterministic_policies(good: str) -> None:
    """Every set of them is accepted by a least and by a greatest of rewards, tied or not. Derived."""
    for formalism in ("maxmin", "maxmax"):
        verdict = verdict_on(f"{ENTAILMENT}task t in e {{ accept {good} }}\n", formalism)
        assert isinstance(verdict, Expressible)


def test_a_mean_of_accepted_policies() -> None:
    """Not accepted, it refutes maxmin and not maxmax; an accepted mean of others does the reverse."""
    half = f"{ENTAILMENT}policy half in e {{ s0 -> {{ a: 1/2, b: 1/2 }}; s1 -> {{ a: 1/2, b: 1/2 }} }}\n"
    outside = f"{half}task t in e {{ accept aa bb over half }}\n"
    inside = f"{half}task t in e {{ accept half over aa bb }}\n"
    assert [is_expressible(outside, one) for one in ("maxmin", "maxmax")] == [False, True]
    assert [is_expressible(inside, one) for one in ("maxmin", "maxmax")] == [True, False]


def test_a_list_of_rewards_is_a_witness() -> None:
    """The middle is best under the lesser of two counts, each of which likes one end best."""
    verdict = verdict_on(f"{SEGMENT}task t in e {{ half > none; half > all }}\n", "maxmin")
    assert isinstance(verdict, Expressible)
    proof = verdict.witness.proof
    assert isinstance(proof, RewardsWitness)
    assert proof.single is not None
    assert [len(reward) for reward in proof.rewards] == [1, 1]


@pytest.mark.parametrize("formalism", ["monotone", "concave"])
def test_a_circle_of_two_dominances(formalism: str) -> None:
    """A > B, C > D where D dominates A and B dominates C: no, although no pair contradicts. Derived."""
    both = f"{SQUARE}task t in e {{ A > B; C > D; given one, two }}\n"
    assert not is_expressible(both, formalism)
    for pair in ("A > B", "C > D"):
        assert is_expressible(f"{SQUARE}task t in e {{ {pair}; given one, two }}\n", "monotone")


@pytest.mark.parametrize(
    ("lines", "increasing", "nondecreasing"),
    [("D ~ A", False, True), ("A > D", False, False), ("D > A; B > C; A ~ C", True, True)],
)
def test_what_may_tie(lines: str, increasing: bool, nondecreasing: bool) -> None:
    """What is better in something and worse in nothing is worth more, or with nondecreasing may tie."""
    text = f"{SQUARE}task t in e {{ {lines}; given one, two }}\n"
    loose = f"{SQUARE}task t in e {{ {lines}; given one, two; utility nondecreasing }}\n"
    assert is_expressible(text, "monotone") is increasing
    assert is_expressible(loose, "monotone") is nondecreasing
