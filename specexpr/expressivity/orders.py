"""How two values of an objective compare: numbers, enclosures and vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from specexpr.exact import Number, Value, bounds


class Standing(StrEnum):
    """How a first value stands to a second one."""

    ABOVE = "above"
    BELOW = "below"
    TIED = "tied"
    INCOMPARABLE = "incomparable"
    UNSEPARATED = "unseparated"
    """Enclosures of the two overlap, so that nothing is known."""


Compare = Callable[[Value, Value], Standing]


def compare_numbers(one: Number, other: Number) -> Standing:
    """Return how two numbers stand; an enclosure of more than a point never ties."""
    (low, high), (least, most) = bounds(one), bounds(other)
    if low > most:
        return Standing.ABOVE
    if high < least:
        return Standing.BELOW
    return Standing.TIED if low == high == least == most else Standing.UNSEPARATED


def compare_values(one: Value, other: Value) -> Standing:
    """Return how two values of an objective without an order of its own stand: as numbers."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        raise TypeError("vectors have no order of their own")
    return compare_numbers(one, other)


def compare_lexicographically(one: Value, other: Value) -> Standing:
    """Return how two vectors stand whose first difference decides."""
    for u, v in _paired(one, other):
        standing = compare_numbers(u, v)
        if standing is not Standing.TIED:
            return standing
    return Standing.TIED


def compare_pareto(one: Value, other: Value) -> Standing:
    """Return how two vectors stand if one must be as good in everything and better in something."""
    found = {compare_numbers(u, v) for u, v in _paired(one, other)} - {Standing.TIED}
    if {Standing.ABOVE, Standing.BELOW} <= found:
        return Standing.INCOMPARABLE
    if Standing.UNSEPARATED in found:
        return Standing.UNSEPARATED
    return next(iter(found), Standing.TIED)


def _paired(one: Value, other: Value) -> Sequence[tuple[Number, Number]]:
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        raise TypeError("vectors are compared, not numbers")
    return tuple(zip(one, other, strict=True))
