"""Memory: two choices in a row; is the second like the first?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from specexpr.testing.brute_force import occupancy
from specexpr.testing.examples import MEMORY, corners
from tests.asking import is_markov

ENVIRONMENT = """
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
policy bb in memory { w -> a; * -> b }
"""

DISCOUNTS = ("1/10", "1/2", "9/10", "999/1000")


def asked(lines: str, discount: str) -> str:
    return f"discount {discount}\n{ENVIRONMENT}task t in memory {{ {lines} }}\n"


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_the_corners_of_a_square(discount: str) -> None:
    """d(aa) + d(bb) = d(ab) + d(ba): occupancies forget which choice followed which. Derived."""
    d = {word: occupancy(MEMORY, table, Fraction(discount)) for word, table in corners(MEMORY).items()}
    for step in {key for features in d.values() for key in features}:
        aa, ab, ba, bb = (d[word].get(step, Fraction(0)) for word in ("aaa", "aba", "baa", "bba"))
        assert aa + bb == ab + ba


@pytest.mark.parametrize("discount", DISCOUNTS)
@pytest.mark.parametrize(
    "lines",
    [
        "aa > ab; aa > ba; bb > ab; bb > ba",
        "aa ~ bb > ab ~ ba",
        "aa > ab; bb > ba",
        "aa >= ab; bb > ba",
        "accept aa bb over ab ba",
        "accept equally aa bb over ab ba",
        "trajectories (s a z a) > (s a z b); trajectories (s b z b) > (s b z a)",
    ],
)
def test_the_same_action_twice_needs_memory(lines: str, discount: str) -> None:
    """No Markov reward says, however it is put, that one action twice beats two different ones. Derived."""
    assert not is_markov(asked(lines, discount))


@pytest.mark.parametrize(
    "lines", ["aa > ab; ba > bb", "aa > ab > ba > bb", "aa > bb; aa > ab", "accept aa ab over ba bb"]
)
def test_preferences_that_need_no_memory(lines: str) -> None:
    """Its nearest neighbours, which judge the second choice whatever the first was, are Markov. Derived."""
    assert is_markov(asked(lines, "9/10"))
