"""Two states, the action is the next state: which strict orders of the four policies a reward induces."""

from __future__ import annotations

import pytest

from tests.asking import is_markov, strict_orders

NAMES = ("p00", "p01", "p10", "p11")

PUBLISHED = {
    "00<01<10<11",
    "00<01<11<10",
    "00<10<01<11",
    "01<00<11<10",
    "10<00<01<11",
    "10<00<11<01",
}
"""The six with 00 < 11, as printed."""


def orders(start: str, discount: str) -> set[str]:
    """Return the strict orders that Markov rewards induce, worst first."""
    environment = f"""
    discount {discount}
    environment chooser {{ states s0 s1; actions a0 a1; start {start}; * / a0 -> s0; * / a1 -> s1 }}
    policy p00 in chooser {{ * -> a0 }}
    policy p01 in chooser {{ s0 -> a0; s1 -> a1 }}
    policy p10 in chooser {{ s0 -> a1; s1 -> a0 }}
    policy p11 in chooser {{ * -> a1 }}
    """
    return {
        order.replace("p", "")
        for order, lines in strict_orders(NAMES)
        if is_markov(f"{environment}\ntask t in chooser {{ {lines} }}\n")
    }


def mirrored(order: str) -> str:
    """Return the order turned round."""
    return "<".join(reversed(order.split("<")))


def test_exactly_the_twelve_published_orders() -> None:
    """With a uniform start and discount 1/2 just 12 of the 24 strict orders are those of a reward.

    Published: Joar Skalse, Nikolaus Howe, Dmitrii Krasheninnikov and David Krueger, Defining and
    Characterizing Reward Gaming (NeurIPS 2022): the six with 00 < 11; the others are these turned round, for
    the reward -R.
    """
    found = orders("{ s0: 1/2, s1: 1/2 }", "1/2")
    assert {order for order in found if order.index("00") < order.index("11")} == PUBLISHED
    assert found == PUBLISHED | {mirrored(order) for order in PUBLISHED}
    assert len(found) == 12


@pytest.mark.parametrize("discount", ["1/2", "9/10"])
def test_no_order_from_one_state(discount: str) -> None:
    """From s0 alone 00 and 01 behave alike, so that none of the 24 strict orders is possible. Derived."""
    assert orders("s0", discount) == set()
