"""Spaces of sparse vectors: coordinates in a basis, and what is outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from specexpr.exact import common_denominator

Vector: TypeAlias = dict[int, Fraction]
"""Entries that are not zero."""

Whole: TypeAlias = dict[int, int]
"""The same in integers."""

_ZERO, _ONE = Fraction(0), Fraction(1)


Spend = Callable[[int], None]
"""Is told how many entries have been combined, those of long numbers several times; may raise."""

_LONG = 256  # bits of a number that costs twice as much


@dataclass(slots=True)
class Space:
    """A space of vectors with the basis that was added, in echelon form: each row with its coordinates."""

    spend: Spend
    size: int = 0
    rows: dict[int, tuple[Vector, Vector]] = field(default_factory=dict)

    def express(self, vector: Mapping[int, Fraction]) -> tuple[Vector, Vector]:
        """Return coordinates, and what is left of the vector outside the space: nothing if it is inside."""
        rest, coordinates = dict(vector), dict[int, Fraction]()
        while rest:
            pivot = min(rest)
            if pivot not in self.rows:
                break
            row, own = self.rows[pivot]
            factor = rest[pivot] / row[pivot]
            self.spend((len(rest) + len(row) + len(own)) * _weight(factor.numerator))
            add_to(rest, row, -factor)
            add_to(coordinates, own, factor)
        return coordinates, rest

    def place(self, vector: Mapping[int, Fraction]) -> Vector:
        """Return coordinates; a vector from outside joins the basis."""
        coordinates, rest = self.express(vector)
        if not rest:
            return coordinates
        self.rows[min(rest)] = rest, {self.size: _ONE, **{i: -x for i, x in coordinates.items()}}
        self.size += 1
        return {self.size - 1: _ONE}

    def joins(self, vector: Mapping[int, Fraction]) -> bool:
        """Say whether a vector is from outside; then it joins the basis."""
        before = self.size
        self.place(vector)
        return self.size > before


def add_to(total: Vector, vector: Mapping[int, Fraction], factor: Fraction) -> None:
    """Add a multiple of a vector to another, in place."""
    for i, x in vector.items():
        value = total.get(i, _ZERO) + factor * x
        if value:
            total[i] = value
        else:
            total.pop(i, None)


@dataclass(slots=True)
class Echelon:
    """A space of integer vectors without coordinates: rows by their first entries."""

    spend: Spend
    rows: dict[int, Whole] = field(default_factory=dict)

    def joins(self, vector: Mapping[int, int]) -> bool:
        """Say whether a vector is from outside; then the space grows by it."""
        rest = dict(vector)
        while rest:
            pivot = min(rest)
            row = self.rows.get(pivot)
            if row is None:
                self.rows[pivot] = rest
                return True
            x, y = row[pivot], rest[pivot]
            common = gcd(x, y)
            x, y = x // common, y // common
            self.spend((len(rest) + len(row)) * _weight(x))
            combined = {i: x * a for i, a in rest.items()}
            for i, b in row.items():
                combined[i] = combined.get(i, 0) - y * b
            rest = reduced(combined)
        return False


def _weight(number: int) -> int:
    return 1 + number.bit_length() // _LONG


def reduced(vector: Mapping[int, int]) -> Whole:
    """Return a vector without zeros and without a common factor of its entries."""
    common = gcd(*vector.values())
    return {i: x // common for i, x in vector.items() if x}


def primitive(vector: Mapping[int, Fraction]) -> Whole:
    """Return a positive multiple with whole entries that have no common factor."""
    return reduced(dict(zip(vector, common_denominator(list(vector.values()))[0], strict=True)))
