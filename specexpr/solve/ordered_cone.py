"""Decide a cone of rows over an ordered ring: integer polynomials, of which the sign at one number counts.

The same theorem and the same fraction-free pivots as in `cone`: every entry is a minor of the rows, so that
divisions are exact as polynomials, whatever number is meant; only comparisons with zero ask what the sign of
an entry is there. Pivots follow Bland's rule, which cannot cycle. For small systems.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpz_poly

from specexpr.certify.model import Relation

Sign = Callable[[fmpz_poly], int]


@dataclass(frozen=True, slots=True)
class RingDirection:
    """A w that meets every row, up to a positive factor."""

    values: tuple[fmpz_poly, ...]


@dataclass(frozen=True, slots=True)
class RingConflict:
    """Multipliers (row index, y) whose combination of the rows vanishes; irreducible."""

    multipliers: tuple[tuple[int, fmpz_poly], ...]


def decide_ring_cone(
    rows: Sequence[Sequence[fmpz_poly]],
    relations: Sequence[Relation],
    sign: Sign,
    *,
    deadline: float | None = None,
) -> RingDirection | RingConflict | None:
    """Return a direction or an irreducible conflict, or None when the deadline has passed.

    rows: K vectors of length n; sign: the sign of a polynomial at the number that is meant.
    """
    return _Tableau(rows, relations, sign).run(deadline)


class _Tableau:
    """The equations sum_k y_k r_k = 0, one line a coordinate, solved for a basis of the y.

    Each line carries on its right the combination of coordinates that it is; the last line is the objective,
    the sum of strict y. So the prices of the coordinates can be read off the objective at the end.
    """

    def __init__(
        self, rows: Sequence[Sequence[fmpz_poly]], relations: Sequence[Relation], sign: Sign
    ) -> None:
        self.size, self.sign = len(rows), sign
        self.free = [relation is Relation.TIE for relation in relations]
        nothing, unit = fmpz_poly([]), fmpz_poly([1])
        self.width = len(rows[0]) if rows else 0
        self.scale = unit
        self.lines = [
            [*(row[j] for row in rows), *(unit if i == j else nothing for i in range(self.width))]
            for j in range(self.width)
        ]
        profit = [unit if relation is Relation.STRICT else nothing for relation in relations]
        self.objective = [*profit, *[nothing] * self.width]
        self.basis: list[int] = []

    def run(self, deadline: float | None) -> RingDirection | RingConflict | None:
        for k in sorted(range(self.size), key=lambda k: not self.free[k]):  # a basic free y blocks nothing
            if deadline is not None and time.monotonic() > deadline:
                return None
            i = next((i for i in range(len(self.basis), self.width) if self.sign(self.lines[i][k])), None)
            if i is not None:
                done = len(self.basis)
                self.lines[done], self.lines[i] = self.lines[i], self.lines[done]
                self.basis.append(k)
                self._pivot(done, k)
        while deadline is None or time.monotonic() <= deadline:
            entering = self._entering()
            if entering is None:
                return self._direction()
            k, sign = entering
            rates = (sign * self.sign(line[k]) for line in self.lines)
            pairs = zip(self.basis, rates, strict=False)
            leaving = [i for i, (j, rate) in enumerate(pairs) if rate > 0 and not self.free[j]]
            if not leaving:
                return self._conflict(k, sign)
            i = min(leaving, key=lambda i: self.basis[i])
            self.basis[i] = k
            self._pivot(i, k)
        return None

    def _pivot(self, i: int, k: int) -> None:
        """Eliminate y_k from every line but the i-th; the scale stays positive."""
        line = self.lines[i]
        if self.sign(line[k]) < 0:
            line = self.lines[i] = [-x for x in line]
        pivot, scale = line[k], self.scale
        for other in (*self.lines, self.objective):
            if other is not line:
                factor = other[k]
                for j, x in enumerate(other):
                    value = pivot * x if x else x
                    if factor and line[j]:
                        value -= factor * line[j]
                    other[j] = value // scale if value else value
        self.scale = pivot

    def _entering(self) -> tuple[int, int] | None:
        for k in range(self.size):
            if k not in self.basis:
                sign = self.sign(self.objective[k])
                if sign > 0 or (sign < 0 and self.free[k]):
                    return k, sign
        return None

    def _direction(self) -> RingDirection:
        """Return w: the objective is scale x profit - sum of w_j r_j, so r_k.w >= scale x profit_k."""
        return RingDirection(tuple(-x for x in self.objective[self.size :]))

    def _conflict(self, entering: int, sign: int) -> RingConflict:
        y = {entering: sign * self.scale}
        for i, k in enumerate(self.basis):
            if self.sign(self.lines[i][entering]):
                y[k] = -sign * self.lines[i][entering]
        return RingConflict(tuple(sorted(y.items())))
