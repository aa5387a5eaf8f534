"""Concave functions through points: Afriat's inequalities, decided exactly.

Given are points x_i, homogeneous: some linear function is 1 on all of them. Wanted are values u_i that meet
linear constraints, and for each i a *piece*, a linear g_i with <g_i, x_i> = u_i and <g_i, x_j> >= u_j for
all j. Then min over i of g_i is concave, with these values. Coordinates of pieces may have to be >= 0 or >
0.

**Cuts.** For given values, x_i has no piece iff multipliers y >= 0 have sum of y_j (x_j - x_i) + s = 0,
where s >= 0 lives on the coordinates with a sign, and sum of y_j (u_j - u_i) > 0, or = 0 although s is
positive on a coordinate that must be > 0 (Motzkin). With shares lambda = y / sum y this is Jensen's
inequality: x_i is, or exceeds, sum of lambda_j x_j, so that u_i must be at least sum of lambda_j u_j, or
more. It joins the constraints on u. The multipliers come from extreme rays of a cone that does not depend
on u but for a slice, so that finitely many cuts can join: this ends, in values with their pieces or in
constraints and cuts that contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from math import lcm

from specexpr.certify.model import Relation
from specexpr.exact import common_denominator
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.rows import decide_rows

Piece = tuple[Fraction, ...]

_ZERO, _ONE = Fraction(0), Fraction(1)


class Sign(Enum):
    """What a coordinate of a piece must be."""

    FREE = "free"
    NONNEGATIVE = "nonnegative"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Point:
    """A point as numerators over a positive denominator."""

    numerators: tuple[int, ...]
    below: int


@dataclass(frozen=True, slots=True)
class Row:
    """The sum of coefficient * unknown, unknowns by number, in a relation to 0."""

    parts: tuple[tuple[int, int], ...]
    relation: Relation


@dataclass(frozen=True, slots=True)
class Cut:
    """The value at a point is at least the mean, with these shares, of those at others; `is_strict`: more."""

    point: int
    shares: tuple[tuple[int, Fraction], ...]
    is_strict: bool


@dataclass(frozen=True, slots=True)
class Concave:
    """Values at the points, then those of the other unknowns; distinct pieces whose least gives them."""

    values: tuple[Fraction, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Multipliers of rows, by number, and of cuts, that combine them to 0 > 0."""

    rows: tuple[tuple[int, Fraction], ...]
    cuts: tuple[tuple[Cut, Fraction], ...]


@dataclass(slots=True)
class Afriat:
    """Points and constraints on values, growing; `others` are unknowns after those of the points.

    Other unknowns have numbers from -1 downwards, so that points may join.
    """

    signs: tuple[Sign, ...]
    points: list[Point] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    others: int = 0
    cuts: list[Cut] = field(default_factory=list)

    def solve(self, deadline: float | None = None) -> Concave | Contradiction | OutOfTime:
        """Return values with pieces, or what contradicts itself."""
        while True:
            outcome = self._values(deadline)
            if not isinstance(outcome, Direction):
                return outcome if isinstance(outcome, OutOfTime) else self._contradiction(outcome)
            found = self._pieces(outcome, deadline)
            if not isinstance(found, int):
                return found

    def _column(self, unknown: int) -> int:
        return unknown if unknown >= 0 else len(self.points) - 1 - unknown

    def _values(self, deadline: float | None) -> Direction | Conflict | OutOfTime:
        width = len(self.points) + self.others
        matrix = []
        for row in self.rows:
            line = [0] * width
            for unknown, n in row.parts:
                line[self._column(unknown)] += n
            matrix.append(line)
        for cut in self.cuts:
            line = [0] * width
            shares, below = common_denominator([share for _, share in cut.shares])
            line[cut.point] = below
            for (j, _), share in zip(cut.shares, shares, strict=True):
                line[j] -= share
            matrix.append(line)
        relations = [row.relation for row in self.rows]
        relations += [Relation.STRICT if cut.is_strict else Relation.WEAK for cut in self.cuts]
        return decide_rows(matrix, relations, deadline=deadline)

    def _contradiction(self, conflict: Conflict) -> Contradiction:
        count = len(self.rows)
        rows = tuple((k, y) for k, y in conflict.multipliers if k < count)
        cuts = []
        for k, y in conflict.multipliers:
            if k >= count:
                cut = self.cuts[k - count]
                cuts.append((cut, y * lcm(*(share.denominator for _, share in cut.shares))))
        return Contradiction(rows, tuple(cuts))

    def _pieces(self, outcome: Direction, deadline: float | None) -> Concave | OutOfTime | int:
        """Return values with pieces, or how many cuts have joined."""
        values, below = outcome.numerators, outcome.denominator
        pieces: dict[Piece, None] = {}
        new: list[Cut] = []
        for i, point in enumerate(self.points):
            if not new and any(_at(piece, point) * below == values[i] for piece in pieces):
                continue
            found = self.piece(i, values, below, deadline=deadline)
            match found:
                case OutOfTime():
                    return found
                case Cut():
                    new.append(found)
                case _:
                    pieces[found] = None
        if new:
            known = set(self.cuts)
            joining = [cut for cut in new if cut not in known]
            assert joining, "a cut that the values meet cannot cut them off"
            self.cuts += joining
            return len(joining)
        return Concave(outcome.fractions(), tuple(pieces))

    def piece(
        self,
        i: int,
        values: Sequence[int],
        below: int,
        *,
        touching: Sequence[int] = (),
        deadline: float | None = None,
    ) -> Piece | Cut | OutOfTime:
        """Return a piece of x_i for values over a denominator, or the cut that shows that there is none.

        touching: points, by number, at which the piece shall have the value too; then a cut may say less.
        """
        tied = {i, *touching}
        rows = [(*(below * n for n in x.numerators), -values[j] * x.below) for j, x in enumerate(self.points)]
        relations = [Relation.TIE if j in tied else Relation.WEAK for j in range(len(rows))]
        width = len(self.signs)
        for c, sign in enumerate(self.signs):
            if sign is not Sign.FREE:
                rows.append(tuple(int(k == c) for k in range(width + 1)))
                relations.append(Relation.STRICT if sign is Sign.POSITIVE else Relation.WEAK)
        rows.append((*(0,) * width, 1))
        relations.append(Relation.STRICT)
        outcome = decide_rows(rows, relations, deadline=deadline)
        match outcome:
            case Direction(numerators=numerators):
                return tuple(Fraction(n, numerators[-1]) for n in numerators[:-1])
            case Conflict(multipliers=multipliers):
                count = len(self.points)
                heavy = {j: y * self.points[j].below for j, y in multipliers if j < count and j != i}
                total = sum(heavy.values(), _ZERO)
                shares = tuple((j, y / total) for j, y in sorted(heavy.items())) if total else ()
                strict = any(
                    y and relations[j] is Relation.STRICT and j < len(rows) - 1 for j, y in multipliers
                )
                return Cut(i, shares, strict)
            case _:
                return outcome


def _at(piece: Piece, point: Point) -> Fraction:
    return sum((w * n for w, n in zip(piece, point.numerators, strict=True)), _ZERO) / point.below
