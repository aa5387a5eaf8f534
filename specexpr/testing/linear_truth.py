"""Decide a small system of strict, weak and equal homogeneous inequalities exactly, to be believed.

Motzkin's theorem: either some w has row.w > 0, >= 0, = 0 as asked, or multipliers (>= 0 on strict and weak
rows, free on equal ones, positive on some strict row) combine the rows to zero. A textbook phase-one simplex
with Bland's rule finds one of the two, and the answer is multiplied out against the rows before it is
returned: an error of the simplex can only show as a failed assertion. Not for large systems.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from specexpr.certify.model import Relation

Key = Any  # hashable and sortable within one system: (s, a, s') for rewards
IntegerRow = tuple[int, ...]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Inequality:
    """sum_k coefficients[k] w[k]  relation  0."""

    coefficients: Mapping[Key, Fraction]
    relation: Relation

    def at(self, w: Mapping[Key, Fraction]) -> Fraction:
        """Return the left-hand side at w; coordinates that w does not list are 0."""
        return sum((x * w[k] for k, x in self.coefficients.items() if k in w), _ZERO)


@dataclass(frozen=True, slots=True)
class Solution:
    """A point that meets every inequality; coordinates that are not listed are 0."""

    point: Mapping[Key, Fraction]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Multipliers, one for each inequality in order, that combine them to 0 > 0."""

    weights: tuple[Fraction, ...]


def solve(rows: Sequence[Inequality]) -> Solution | Conflict:
    """Decide the system of all rows together.

    >>> x, y = Fraction(1), Fraction(-1)
    >>> solve([Inequality({0: x, 1: y}, Relation.STRICT), Inequality({1: x}, Relation.TIE)])
    Solution(point={0: Fraction(1, 1)})
    >>> solve([Inequality({0: x}, Relation.STRICT), Inequality({0: y}, Relation.WEAK)])
    Conflict(weights=(Fraction(1, 1), Fraction(1, 1)))
    """
    columns = _independent_columns(rows)
    vectors, scales = _integer_vectors(rows, columns)
    distinct: dict[tuple[IntegerRow, Relation], int] = {}
    for i, (vector, row) in enumerate(zip(vectors, rows, strict=True)):
        distinct.setdefault((vector, row.relation), i)
    signed = [(i, sign) for (_, relation), i in distinct.items() for sign in _signs(relation)]
    generators = [
        (*(sign * x for x in vectors[i]), int(rows[i].relation is Relation.STRICT)) for i, sign in signed
    ]
    weights, prices = _phase_one(generators, height=len(columns) + 1)
    if weights is None:
        point = {k: x for k, x in zip(columns, prices, strict=False) if x}
        _believe_point(rows, point)
        return Solution(point)
    combined = [_ZERO] * len(rows)
    for (i, sign), y in zip(signed, weights, strict=True):
        combined[i] += sign * y * scales[i]
    _believe_weights(rows, combined)
    return Conflict(tuple(combined))


def is_consistent(rows: Sequence[Inequality]) -> bool:
    """Say whether some point meets every inequality."""
    return isinstance(solve(rows), Solution)


def _signs(relation: Relation) -> tuple[int, ...]:
    return (1, -1) if relation is Relation.TIE else (1,)


def _independent_columns(rows: Sequence[Inequality]) -> list[Key]:
    """Return a basis of the columns: what the rows can ask of w, they ask of these coordinates alone."""
    echelon: dict[Key, dict[Key, Fraction]] = {}
    for row in rows:
        rest = {k: x for k, x in row.coefficients.items() if x}
        for pivot, reduced in echelon.items():
            if factor := rest.get(pivot):
                for k, x in reduced.items():
                    rest[k] = rest.get(k, _ZERO) - factor * x
        rest = {k: x for k, x in rest.items() if x}
        if rest:
            pivot = min(rest)
            echelon[pivot] = {k: x / rest[pivot] for k, x in rest.items()}
    return sorted(echelon)


def _integer_vectors(
    rows: Sequence[Inequality], columns: Sequence[Key]
) -> tuple[list[IntegerRow], list[Fraction]]:
    """Return each row on `columns`, times a positive scale that makes it primitive, and the scales."""
    vectors, scales = [], []
    for row in rows:
        values = [row.coefficients.get(k, _ZERO) for k in columns]
        below = lcm(*(x.denominator for x in values))
        whole = [x.numerator * (below // x.denominator) for x in values]
        content = gcd(*whole) or 1
        vectors.append(tuple(x // content for x in whole))
        scales.append(Fraction(below, content))
    return vectors, scales


def _phase_one(
    generators: Sequence[IntegerRow], *, height: int
) -> tuple[list[Fraction] | None, list[Fraction]]:
    """Look for y >= 0 with sum_j y_j generators[j] = (0, .., 0, 1).

    Return (y, []) if there is one; else (None, w) with w.v >= 0 for every generator (v, 0) and w.v > 0 for
    every (v, 1). The tableau holds integers over one common denominator (Edmonds' pivoting), with an
    artificial column for each equation; all artificials cost 1, and their prices are read off at the end.
    """
    n = len(generators)
    right = n + height
    table = [
        [*(g[i] for g in generators), *(int(i == k) for k in range(height)), int(i == height - 1)]
        for i in range(height)
    ]
    cost = [-sum(column) for column in zip(*table, strict=True)]
    cost[n:right] = [0] * height
    basis = list(range(n, right))
    below = 1
    while True:
        entering = next((j for j in range(right) if cost[j] < 0), None)  # Bland's rule: the first
        if entering is None:
            break
        candidates = [i for i in range(height) if table[i][entering] > 0]
        leaving = min(candidates, key=lambda i: (Fraction(table[i][right], table[i][entering]), basis[i]))
        pivot_row, pivot = table[leaving], table[leaving][entering]
        for i, row in enumerate(table):
            if i != leaving:
                table[i] = _eliminate(row, pivot_row, entering, below)
        cost = _eliminate(cost, pivot_row, entering, below)
        basis[leaving] = entering
        below = pivot
    if cost[right] == 0:
        weights = [_ZERO] * n
        for i, j in enumerate(basis):
            if j < n:
                weights[j] = Fraction(table[i][right], below)
        return weights, []
    # The reduced cost of artificial k is 1 - price_k, and price.generator <= 0 for every generator.
    return None, [Fraction(cost[n + k], below) - 1 for k in range(height)]


def _eliminate(row: list[int], pivot_row: list[int], entering: int, below: int) -> list[int]:
    factor, pivot = row[entering], pivot_row[entering]
    return [(x * pivot - factor * y) // below for x, y in zip(row, pivot_row, strict=True)]


def _believe_point(rows: Sequence[Inequality], point: Mapping[Key, Fraction]) -> None:
    for row in rows:
        gap = row.at(point)
        met = {Relation.STRICT: gap > 0, Relation.WEAK: gap >= 0, Relation.TIE: gap == 0}[row.relation]
        assert met, "the simplex of the oracle returned a point that breaks an inequality"


def _believe_weights(rows: Sequence[Inequality], weights: Sequence[Fraction]) -> None:
    total: dict[Hashable, Fraction] = {}
    for row, y in zip(rows, weights, strict=True):
        assert y >= 0 or row.relation is Relation.TIE, "the oracle returned a negative multiplier"
        for k, x in row.coefficients.items():
            total[k] = total.get(k, _ZERO) + y * x
    assert not any(total.values()), "the oracle returned multipliers that do not combine to zero"
    strict = sum((y for row, y in zip(rows, weights, strict=True) if row.relation is Relation.STRICT), _ZERO)
    assert strict > 0, "the oracle returned multipliers without a strict row"
