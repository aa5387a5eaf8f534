"""Numbers that cannot be read are answered with what to write."""

from __future__ import annotations

import pytest

from specexpr.exact import rational
from specexpr.syntax.numbers import number_hint

USUAL = "write 9/10, 0.9, 3 or 1e-3"


@pytest.mark.parametrize(
    ("text", "written"),
    [(".8", "0.8"), ("-.8", "-0.8"), ("+.25e-3", "+0.25e-3"), ("5.", "5"), ("5.e2", "5e2"), ("-5.", "-5")],
)
def test_a_bare_point_is_answered_with_the_number(text: str, written: str) -> None:
    """The digit that is missing beside the point is put in; what is to be written can be read."""
    with pytest.raises(ValueError, match="not a number"):
        rational(text)
    assert number_hint(text) == f"write {written}"
    assert rational(written) == rational(written.replace("+", ""))


@pytest.mark.parametrize("text", ["half", "1.2.3", ".", "", ".8.1", "1/0", ".8/2", "0.8", "1e-3"])
def test_what_else_is_wrong_is_answered_with_examples(text: str) -> None:
    """Nothing is guessed where more is wrong than a digit beside the point."""
    assert number_hint(text) == USUAL
