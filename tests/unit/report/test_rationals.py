"""Numbers for people say nothing false."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.exact import rational
from specexpr.report.rationals import both, compact, decimals

RATIONALS = st.fractions() | st.builds(
    lambda n, d, e: Fraction(n, d) * Fraction(10) ** e,
    st.integers(-(10**9), 10**9),
    st.integers(1, 10**9),
    st.integers(-400, 400),
)


@given(RATIONALS)
def test_decimals_are_the_first_digits(value: Fraction) -> None:
    """What is shown is the value, or with `...` less than one unit of its last digit too small."""
    text = decimals(value)
    digits = text.replace("...", "")
    shown = rational(digits)
    if "..." not in text:
        assert shown == value
        return
    mantissa, _, exponent = digits.partition("e")
    unit = Fraction(1, 10 ** len(mantissa.split(".")[1])) * Fraction(10) ** int(exponent or 0)
    assert 0 < abs(value) - abs(shown) < unit
    assert abs(value) >= unit or shown == 0
    assert len(text) < 30


@given(RATIONALS)
def test_short_forms(value: Fraction) -> None:
    """A compact number fits a table, and is exact unless it has dots; the long form keeps the exact one."""
    assert len(compact(value)) <= 22
    if "..." not in compact(value):
        assert rational(compact(value)) == value
    exact = both(value).split(" = ")[0]
    if "..." not in exact:
        assert rational(exact) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("1/3", "1/3"),
        ("-19/2", "-19/2"),
        ("160/21", "160/21 = 7.61904..."),
        ("1000000", "1000000"),
    ],
)
def test_both(value: str, text: str) -> None:
    """Short numbers stay alone."""
    assert both(rational(value)) == text


def test_huge_numbers_are_quick() -> None:
    """A number of a million digits is shown by its size."""
    assert compact(Fraction(10**100_000 + 1)) == "1.00000...e+100000"
