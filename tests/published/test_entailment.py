"""Entailment: both actions of each state lead to the other state; a policy is a choice for each."""

from __future__ import annotations

import pytest

from tests.asking import is_markov, strict_orders

ENVIRONMENT = """
environment entailment { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in entailment { * -> a }
policy ab in entailment { s0 -> a; s1 -> b }
policy ba in entailment { s0 -> b; s1 -> a }
policy bb in entailment { * -> b }
"""

DISCOUNTS = ("1/10", "1/2", "9/10", "99/100", "999999/1000000")


def asked(lines: str, discount: str) -> str:
    return f"discount {discount}\n{ENVIRONMENT}task t in entailment {{ {lines} }}\n"


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_different_choices_cannot_be_accepted(discount: str) -> None:
    """No Markov reward accepts exactly the policies that choose differently in the two states.

    Published: David Abel et al., On the Expressivity of Markov Reward (NeurIPS 2021), as restated by Michael
    Bowling et al., Settling the Reward Hypothesis (ICML 2023).
    """
    assert not is_markov(asked("accept ab ba", discount))
    assert not is_markov(asked("accept equally ab ba", discount))


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_equal_choices_cannot_be_accepted(discount: str) -> None:
    """No Markov reward accepts exactly the policies that choose alike in the two states. Derived."""
    assert not is_markov(asked("accept aa bb", discount))
    assert not is_markov(asked("accept equally aa bb", discount))


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_eight_of_the_strict_orders(discount: str) -> None:
    """Of the 24 strict orders of the four policies 8 are those of a Markov reward. Derived.

    They are the orders in which a better choice in one state is better whatever the other: best and worst are
    opposite policies, and so are the two between.
    """
    markov = {
        order for order, lines in strict_orders(("aa", "ab", "ba", "bb")) if is_markov(asked(lines, discount))
    }
    opposite = {"aa": "bb", "bb": "aa", "ab": "ba", "ba": "ab"}
    orders = (order for order, _ in strict_orders(("aa", "ab", "ba", "bb")))
    expected = {order for order in orders if order.split("<")[0] == opposite[order.split("<")[3]]}
    assert markov == expected
    assert len(markov) == 8


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_which_sets_can_be_accepted(discount: str) -> None:
    """Of the sets of two policies just those with a common choice in one state are Markov. Derived."""
    for one, other, expected in (
        ("aa", "ab", True),
        ("aa", "ba", True),
        ("aa", "bb", False),
        ("ab", "ba", False),
        ("ab", "bb", True),
        ("ba", "bb", True),
    ):
        assert is_markov(asked(f"accept {one} {other}", discount)) is expected
        assert is_markov(asked(f"accept equally {one} {other}", discount)) is expected


def test_all_but_one_policy_can_be_accepted_but_not_equally() -> None:
    """Three of the four policies can be accepted, but not equally: the mixture is the fourth. Derived."""
    assert is_markov(asked("accept aa ab ba", "9/10"))
    assert not is_markov(asked("accept equally aa ab ba", "9/10"))
