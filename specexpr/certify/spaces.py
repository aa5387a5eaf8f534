"""Spaces of sparse rational vectors: coordinates in a basis, and what is outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from specexpr.exact import common_denominator

Vector: TypeAlias = dict[int, Fraction]
"""Entries that are not zero."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(slots=True)
class Space:
    """A space of vectors with the basis that was added, in echelon form: each row with its coordinates."""

    size: int = 0
    rows: dict[int, tuple[Vector, Vector]] = field(default_factory=dict)

    def express(self, vector: Vector) -> tuple[Vector, Vector]:
        """Return coordinates, and what is left of the vector outside the space: nothing if it is inside."""
        rest, coordinates = dict(vector), dict[int, Fraction]()
        while rest:
            pivot = min(rest)
            if pivot not in self.rows:
                break
            row, own = self.rows[pivot]
            factor = rest[pivot] / row[pivot]
            add_to(rest, row, -factor)
            add_to(coordinates, own, factor)
        return coordinates, rest

    def place(self, vector: Vector) -> Vector:
        """Return coordinates; a vector from outside joins the basis."""
        coordinates, rest = self.express(vector)
        if not rest:
            return coordinates
        self.rows[min(rest)] = rest, {self.size: _ONE, **{i: -x for i, x in coordinates.items()}}
        self.size += 1
        return {self.size - 1: _ONE}

    def joins(self, vector: Vector) -> bool:
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


def primitive(vector: Vector) -> Vector:
    """Return a multiple with whole entries that have no common factor."""
    numbers, _ = common_denominator(list(vector.values()))
    common = gcd(*numbers)
    return {i: Fraction(n // common) for i, n in zip(vector, numbers, strict=True)}
