"""Several free rewards: sets that thresholds bound, and an aim subject to a constraint."""

from __future__ import annotations

from itertools import permutations

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict

ENTAILMENT = """
environment entailment { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in entailment { * -> a }
policy ab in entailment { s0 -> a; s1 -> b }
policy ba in entailment { s0 -> b; s1 -> a }
policy bb in entailment { * -> b }
policy half in entailment { * -> { a: 1/2, b: 1/2 } }
"""

SEGMENT = """
environment once { states s w v; actions a b; start s; s / a -> w; s / b -> v; w / * -> w; v / * -> v }
policy zero in once { s -> a; * -> a }
policy half in once { s -> { a: 1/2, b: 1/2 }; * -> a }
policy one in once { s -> b; * -> a }
"""

DISCOUNTS = ("1/10", "1/2", "9/10", "999999/1000000")


def decided(text: str, formalism: str) -> Verdict:
    (task,) = loads(text).tasks
    verdict = specexpr.check(task, formalism)
    match verdict:
        case Expressible(witness=witness):
            witness.check()
        case Inexpressible(certificate=certificate):
            certificate.check()
    return verdict


def asked(lines: str, discount: str) -> str:
    return f"discount {discount}\n{ENTAILMENT}task t in entailment {{ {lines} }}\n"


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_different_choices_take_two_rewards(discount: str) -> None:
    """The policies that choose differently in the two states are bounded by two thresholds, not by one.

    Derived from Shuwa Miura: On the Expressivity of Multidimensional Markov Reward (2023).
    """
    for how in ("accept", "accept equally"):
        verdict = decided(asked(f"{how} ab ba", discount), "feasible")
        assert isinstance(verdict, Expressible)
        assert verdict.size == (2, 2)


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_no_number_of_rewards_keeps_a_middle_out(discount: str) -> None:
    """The policy halfway in occupancy between aa and bb is inside with them. Derived."""
    assert isinstance(decided(asked("accept aa bb over half", discount), "feasible"), Inexpressible)
    assert isinstance(decided(asked("accept aa bb", discount), "feasible"), Expressible)
    assert isinstance(decided(asked("accept aa bb; half >= ab", discount), "feasible"), Expressible)
    assert isinstance(decided(asked("accept aa bb; ab >= half", discount), "feasible"), Inexpressible)


@pytest.mark.parametrize("discount", DISCOUNTS[1:3])
def test_every_set_of_deterministic_policies(discount: str) -> None:
    """Where all behave differently every set is bounded by thresholds: occupancies are vertices. Derived."""
    for good in ("aa", "aa ab", "aa bb", "ab ba", "aa ab ba", "ab ba bb"):
        assert isinstance(decided(asked(f"accept {good}", discount), "feasible"), Expressible)
        assert isinstance(decided(asked(f"accept {good}", discount), "consat"), Expressible)


@pytest.mark.parametrize(
    ("task", "does"),
    [
        ("half > zero; half > one", True),
        ("zero > half; one > half", False),
        ("zero ~ half; one > half", False),
        ("half > zero; half ~ one", True),
        ("one > half; half > zero", True),
    ],
)
def test_a_bar_on_a_segment(task: str, does: bool) -> None:
    """What an aim subject to a constraint can do with occupancies at 0, 1/2 and 1. Derived.

    The middle may be best, not worst; the upper two may tie, not the lower two.
    """
    verdict = decided(f"discount 1/2\n{SEGMENT}task t in once {{ {task} }}\n", "consat")
    assert isinstance(verdict, Expressible) is does


@pytest.mark.parametrize("discount", DISCOUNTS[1:3])
def test_a_bar_gives_every_order_of_four_choices(discount: str) -> None:
    """All 24 strict orders of the four deterministic policies, of which one reward gives 8. Derived.

    The worst is a vertex, so it can be below the bar alone; the other three are not on a line.
    """
    for order in permutations(("aa", "ab", "ba", "bb")):
        assert isinstance(decided(asked(" > ".join(order), discount), "consat"), Expressible)
