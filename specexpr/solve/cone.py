"""Decide exactly whether a direction w meets strict, weak and tie rows, or name the rows that conflict.

Rows are integer vectors r_k. Either some w has r_k.w >= 1 (strict), >= 0 (weak), = 0 (tie), or by Motzkin's
theorem some y, >= 0 on strict and weak rows and positive on a strict one, has sum_k y_k r_k = 0. The simplex
method on  max sum_strict y  subject to  sum_k y_k r_k = 0  finds one or the other: its optimum is 0 or
unbounded. An unbounded edge is an extreme ray, so its support is irreducible: no subset of it conflicts.

Everything is in integers (Edmonds' fraction-free pivots). For small systems, and for what floats leave open.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.model import Relation
from specexpr.models.occupancy import solve_integers


@dataclass(frozen=True, slots=True)
class Direction:
    """A w that meets every row, as numerators over one positive denominator."""

    numerators: tuple[int, ...]
    denominator: int

    def fractions(self) -> tuple[Fraction, ...]:
        return tuple(Fraction(k, self.denominator) for k in self.numerators)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Multipliers (row index, y) whose combination of the rows vanishes; irreducible."""

    multipliers: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """The deadline passed first."""


Outcome = Direction | Conflict | OutOfTime

_PATIENCE = 20  # Dantzig pivots for each row before Bland's rule, which cannot cycle, takes over


def decide_cone(
    rows: Sequence[Sequence[int]], relations: Sequence[Relation], *, deadline: float | None = None
) -> Outcome:
    """Return a direction or an irreducible conflict; rows: K vectors of length n."""
    return _Tableau(rows, relations).run(deadline)


class _Tableau:
    """The equations sum_k y_k r_k = 0, one line a coordinate, in integer-preserving form.

    Line i reads (sum_j lines[i][j] y_j) / scale = right[i] / scale and basis[i] is its basic row index. The
    right-hand sides are a positive perturbation: the cone is what matters, and no pivot is degenerate.
    """

    def __init__(self, rows: Sequence[Sequence[int]], relations: Sequence[Relation]) -> None:
        self.rows = rows
        self.size = len(rows)
        self.free = [relation is Relation.TIE for relation in relations]
        self.profit = [int(relation is Relation.STRICT) for relation in relations]
        self.scale = 1
        self.objective = list(self.profit)
        self.lines: list[list[int]] = []
        self.basis: list[int] = []
        self.coordinates: list[int] = []
        self._eliminate()

    def _eliminate(self) -> None:
        """Gauss-Jordan: ties become basic first (a basic free multiplier blocks nothing)."""
        width = len(self.rows[0]) if self.rows else 0
        seen: set[tuple[int, ...]] = set()
        for j in range(width):
            line = tuple(row[j] for row in self.rows)
            if any(line) and line not in seen:
                seen.add(line)
                self.lines.append(list(line))
                self.coordinates.append(j)
        done = 0
        order = sorted(range(self.size), key=lambda k: not self.free[k])
        for k in order:
            i = next((i for i in range(done, len(self.lines)) if self.lines[i][k]), None)
            if i is None:
                continue
            lines, names = self.lines, self.coordinates
            lines[done], lines[i], names[done], names[i] = lines[i], lines[done], names[i], names[done]
            self._pivot(done, k)
            self.basis.append(k)
            done += 1
        del self.lines[done:], self.coordinates[done:]
        rng = random.Random(0)
        self.right = [rng.randrange(1, 1 << 20) * self.scale for _ in self.lines]

    def _pivot(self, i: int, j: int) -> None:
        line = self.lines[i]
        pivot = line[j]
        if pivot < 0:
            line = self.lines[i] = [-x for x in line]
            pivot = -pivot
            if self.basis and i < len(self.basis):
                self.right[i] = -self.right[i]
        scale = self.scale
        for k, other in enumerate(self.lines):
            if k != i:
                factor = other[j]
                if factor:
                    self.lines[k] = [
                        (pivot * a - factor * b) // scale for a, b in zip(other, line, strict=True)
                    ]
                    if i < len(self.basis):
                        self.right[k] = (pivot * self.right[k] - factor * self.right[i]) // scale
                elif pivot != scale:
                    self.lines[k] = [pivot * a // scale for a in other]
                    if i < len(self.basis):
                        self.right[k] = pivot * self.right[k] // scale
        factor = self.objective[j]
        self.objective = [
            (pivot * a - factor * b) // scale for a, b in zip(self.objective, line, strict=True)
        ]
        self.scale = pivot

    def run(self, deadline: float | None) -> Outcome:
        patience = _PATIENCE * (self.size + 1)
        while True:
            if deadline is not None and time.monotonic() > deadline:
                return OutOfTime()
            entering = self._entering(bland=patience <= 0)
            if entering is None:
                return self._direction()
            sign = 1 if self.objective[entering] > 0 else -1
            leaving = self._leaving(entering, sign)
            if leaving is None:
                return self._conflict(entering, sign)
            self._pivot(leaving, entering)
            self.basis[leaving] = entering
            patience -= 1

    def _entering(self, *, bland: bool) -> int | None:
        candidates = [j for j, z in enumerate(self.objective) if z > 0 or (z < 0 and self.free[j])]
        if not candidates:
            return None
        return candidates[0] if bland else max(candidates, key=lambda j: abs(self.objective[j]))

    def _leaving(self, entering: int, sign: int) -> int | None:
        best: int | None = None
        for i, line in enumerate(self.lines):
            rate = sign * line[entering]
            if rate <= 0 or self.free[self.basis[i]]:
                continue
            if best is not None:
                here = self.right[i] * sign * self.lines[best][entering]
                there = self.right[best] * rate
                if here > there or (here == there and self.basis[i] > self.basis[best]):
                    continue
            best = i
        return best

    def _direction(self) -> Direction:
        """Solve r_k.w = profit_k for the basic rows; the reduced costs then say the rest."""
        matrix = [[self.rows[k][j] for j in self.coordinates] for k in self.basis]
        values, below = solve_integers(matrix, [self.profit[k] for k in self.basis]) if matrix else ([], 1)
        if below < 0:
            values, below = [-v for v in values], -below
        w = [0] * (len(self.rows[0]) if self.rows else 0)
        for j, value in zip(self.coordinates, values, strict=True):
            w[j] = value
        return Direction(tuple(w), below)

    def _conflict(self, entering: int, sign: int) -> Conflict:
        y = {entering: Fraction(sign)}
        for i, line in enumerate(self.lines):
            if line[entering]:
                y[self.basis[i]] = Fraction(-sign * line[entering], self.scale)
        total = sum(value for k, value in y.items() if self.profit[k])
        return Conflict(tuple((k, y[k] / total) for k in sorted(y)))
