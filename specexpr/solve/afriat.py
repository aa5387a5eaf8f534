"""Values at points that some function of a given shape takes: Afriat's inequalities, decided exactly by
cuts.

Wanted are values u_i that meet linear constraints and that a function of the shape takes. What the shape
asks of values are *cuts*: u_i is at least the mean of some u_j with given shares, or more. A `Shape` says
of values which cuts they violate, if any. Cuts join the constraints until the values violate none, or
constraints and cuts contradict each other. Shapes have finitely many cuts to give, so this ends.

**Concave.** Points x_i are homogeneous: some linear function is 1 on all of them. Values are those of a
concave function iff each i has a *piece*, a linear g_i with <g_i, x_i> = u_i and <g_i, x_j> >= u_j for all
j; then min over i of g_i is one. Coordinates of pieces may have to be >= 0 or > 0. By Motzkin's theorem x_i
has no piece iff some y >= 0 have sum of y_j (x_j - x_i) + s = 0, where s >= 0 lives on the coordinates with
a sign, and sum of y_j (u_j - u_i) > 0, or = 0 although s is positive on a coordinate that must be > 0. With
the shares y / sum y this is the cut. The (y, s) form a cone that does not depend on values. Where the sum is
> 0 for some, it is for an extreme ray; where for none, those with = 0 form a face, whose extreme rays are
extreme rays of the cone. So sums > 0 are looked for first, and there are finitely many cuts.

**Monotone.** Between vectors x_i >= x_j there is a cut with one share.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from math import floor, lcm, log10
from operator import mul
from typing import Generic, Protocol, TypeVar

import numpy as np

from specexpr.certify.model import Relation
from specexpr.certify.ordering import holds
from specexpr.exact import common_denominator
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.convex import propose_pieces
from specexpr.solve.rows import decide_rows

Piece = tuple[Fraction, ...]
F = TypeVar("F", covariant=True)

FEWEST_PROPOSED = 50
"""Through fewer points functions are found exactly before cvxpy is loaded."""

_ZERO = Fraction(0)
_AT_ONCE = 4  # cuts for each vector that join at once
_DIGITS = (1, 2, 3, 4, 6, 8, 12)  # of what floats propose


@dataclass(frozen=True, slots=True)
class Row:
    """The sum of coefficient * unknown in a relation to 0.

    Unknowns are the values by the numbers of their points, and others from -1 downwards.
    """

    parts: tuple[tuple[int, int], ...]
    relation: Relation


def met(values: Sequence[Fraction], rows: Sequence[Row]) -> bool:
    """Say whether values meet rows for some other unknowns, of which each row has one at most."""
    low: dict[int, tuple[Fraction, bool]] = {}
    high: dict[int, tuple[Fraction, bool]] = {}
    for row in rows:
        total = sum((n * values[k] for k, n in row.parts if k >= 0), _ZERO)
        other = next(((k, n) for k, n in row.parts if k < 0), None)
        is_strict = row.relation is Relation.STRICT
        if other is None:
            if not holds(row.relation, total, _ZERO):
                return False
        elif other[1] > 0:  # the unknown is at least -total / n
            low[other[0]] = max(
                low.get(other[0], (-total / other[1], is_strict)), (-total / other[1], is_strict)
            )
        else:
            bound = total / -other[1], not is_strict
            high[other[0]] = min(high.get(other[0], bound), bound)
    both = ((low[k], high[k]) for k in low if k in high)
    return all(x < y or (x == y and not strict and weak) for (x, strict), (y, weak) in both)


@dataclass(frozen=True, slots=True)
class Cut:
    """The value at a point is at least the mean, with these shares, of those at others; `is_strict`: more."""

    point: int
    shares: tuple[tuple[int, Fraction], ...]
    is_strict: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Multipliers of rows, by number, and of cuts, that combine them to 0 > 0."""

    rows: tuple[tuple[int, Fraction], ...]
    cuts: tuple[tuple[Cut, Fraction], ...]


class Shape(Protocol[F]):
    """What values must be; of so many points."""

    @property
    def size(self) -> int: ...

    def judge(self, values: Sequence[int], below: int, deadline: float | None) -> F | list[Cut] | OutOfTime:
        """Return a function with these values over a denominator, or cuts that they violate."""
        ...

    def propose(self, rows: Sequence[Row], others: int, deadline: float | None) -> F | None:
        """Return a function whose values meet the rows, if floats find one and it exactly does."""
        ...


@dataclass(slots=True)
class Values(Generic[F]):
    """Constraints on values, growing; `others` is the number of the other unknowns."""

    rows: list[Row] = field(default_factory=list)
    others: int = 0
    cuts: list[Cut] = field(default_factory=list)

    def solve(self, shape: Shape[F], *, deadline: float | None = None) -> F | Contradiction | OutOfTime:
        """Return a function of the shape whose values meet the rows, or what contradicts itself."""
        proposed = None if self.cuts else shape.propose(self.rows, self.others, deadline)
        if proposed is not None:
            return proposed
        while True:
            outcome = self._values(shape.size, deadline)
            match outcome:
                case Conflict():
                    return self._contradiction(outcome)
                case OutOfTime():
                    return outcome
            found = shape.judge(outcome.numerators[: shape.size], outcome.denominator, deadline)
            if not isinstance(found, list):
                return found
            new = [cut for cut in dict.fromkeys(found) if cut not in self.cuts]
            assert new, "a cut that the values meet cannot be violated by them"
            self.cuts += new

    def _values(self, size: int, deadline: float | None) -> Direction | Conflict | OutOfTime:
        matrix = []
        for row in self.rows:
            line = [0] * (size + self.others)
            for unknown, n in row.parts:
                line[unknown if unknown >= 0 else size - 1 - unknown] += n
            matrix.append(line)
        for cut in self.cuts:
            line = [0] * (size + self.others)
            shares, line[cut.point] = common_denominator([share for _, share in cut.shares])
            for (j, _), share in zip(cut.shares, shares, strict=True):
                line[j] -= share
            matrix.append(line)
        relations = [row.relation for row in self.rows]
        relations += [Relation.STRICT if cut.is_strict else Relation.WEAK for cut in self.cuts]
        return decide_rows(matrix, relations, deadline=deadline)

    def _contradiction(self, conflict: Conflict) -> Contradiction:
        count = len(self.rows)
        rows = tuple((k, y) for k, y in conflict.multipliers if k < count)
        used = [(self.cuts[k - count], y) for k, y in conflict.multipliers if k >= count]
        scaled = ((cut, y * lcm(*(share.denominator for _, share in cut.shares))) for cut, y in used)
        return Contradiction(rows, tuple(scaled))


# -- concave functions ------------------------------------------------------------------------------------


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
class Concave:
    """Concave functions through points: what their pieces must be."""

    points: tuple[Point, ...]
    signs: tuple[Sign, ...]

    @property
    def size(self) -> int:
        """Return the number of points."""
        return len(self.points)

    def judge(
        self, values: Sequence[int], below: int, deadline: float | None
    ) -> tuple[Piece, ...] | list[Cut] | OutOfTime:
        """Return distinct pieces whose least gives the values, or cuts that these violate."""
        pieces: list[Piece] = []
        cuts: list[Cut] = []
        for i, point in enumerate(self.points):
            if any(value_at(piece, point) * below == values[i] for piece in pieces):
                continue
            found = self._piece(i, values, below, deadline)
            match found:
                case OutOfTime():
                    return found
                case Cut():
                    cuts.append(found)
                case _:
                    pieces.append(found)
        return cuts or tuple(pieces)

    def table(self, pieces: Sequence[Piece]) -> tuple[list[list[int]], list[int]]:
        """Return what each piece gives to each point, over a denominator for each point."""
        over = lcm(*(w.denominator for piece in pieces for w in piece))
        whole = [[w.numerator * (over // w.denominator) for w in piece] for piece in pieces]
        values = [[sum(map(mul, piece, point.numerators)) for piece in whole] for point in self.points]
        return values, [over * point.below for point in self.points]

    def propose(self, rows: Sequence[Row], others: int, deadline: float | None) -> tuple[Piece, ...] | None:
        """Return pieces that floats propose, as coarse as may be, if their least meets the rows."""
        if self.size < FEWEST_PROPOSED or any(row.relation is Relation.TIE for row in rows):
            return None  # rounded values do not tie
        points = np.array([[n / x.below for n in x.numerators] for x in self.points])
        signed = [k for k, sign in enumerate(self.signs) if sign is not Sign.FREE]
        seconds = None if deadline is None else deadline - time.monotonic()
        found = propose_pieces(points, signed, rows, others, seconds=seconds)
        largest = 0.0 if found is None else float(np.max(np.abs(found)))
        if found is None or not largest:
            return None
        for digits in _DIGITS:
            step = Fraction(10) ** (floor(log10(largest)) - digits)
            pieces = tuple(dict.fromkeys(tuple(round(Fraction(w) / step) * step for w in g) for g in found))
            if self._allows(pieces):
                values, below = self.table(pieces)
                least = [Fraction(min(here), over) for here, over in zip(values, below, strict=True)]
                if met(least, rows):
                    return pieces
        return None

    def _allows(self, pieces: Sequence[Piece]) -> bool:
        """Say whether the coordinates of pieces have their signs."""
        return all(
            sign is Sign.FREE or w > 0 or (w == 0 and sign is Sign.NONNEGATIVE)
            for piece in pieces
            for w, sign in zip(piece, self.signs, strict=True)
        )

    def _piece(
        self, i: int, values: Sequence[int], below: int, deadline: float | None
    ) -> Piece | Cut | OutOfTime:
        """Return a piece of x_i, or the cut that shows that there is none."""
        width = len(self.signs)
        rows = [(*(below * n for n in x.numerators), -values[j] * x.below) for j, x in enumerate(self.points)]
        relations = [Relation.TIE if j == i else Relation.WEAK for j in range(len(rows))]
        for c, sign in enumerate(self.signs):
            if sign is not Sign.FREE:
                rows.append(tuple(int(k == c) for k in range(width + 1)))
                relations.append(Relation.WEAK)
        rows.append((*(0,) * width, 1))
        relations.append(Relation.STRICT)
        positive = [self.size + k for k, sign in enumerate(self._signed()) if sign is Sign.POSITIVE]
        outcome = decide_rows(rows, relations, deadline=deadline)
        if positive and isinstance(outcome, Direction):
            for j in positive:
                relations[j] = Relation.STRICT
            outcome = decide_rows(rows, relations, deadline=deadline)
        match outcome:
            case Direction(numerators=numerators):
                return tuple(Fraction(n, numerators[-1]) for n in numerators[:-1])
            case Conflict(multipliers=multipliers):
                heavy = {j: y * self.points[j].below for j, y in multipliers if j < self.size and j != i}
                total = sum(heavy.values(), _ZERO)
                shares = tuple((j, y / total) for j, y in heavy.items())
                return Cut(i, shares, any(j in positive for j, _ in multipliers))
            case _:
                return outcome

    def _signed(self) -> list[Sign]:
        """Return the signs of the coordinates that have one."""
        return [sign for sign in self.signs if sign is not Sign.FREE]


def value_at(piece: Piece, point: Point) -> Fraction:
    """Return the value of a linear function at a point."""
    return sum((w * n for w, n in zip(piece, point.numerators, strict=True)), _ZERO) / point.below


# -- monotone functions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Monotone:
    """Functions of vectors, no two the same, that do not fall where entries rise; `is_strict`: that rise."""

    vectors: tuple[tuple[Fraction, ...], ...]
    is_strict: bool

    @property
    def size(self) -> int:
        """Return the number of vectors."""
        return len(self.vectors)

    def judge(
        self, values: Sequence[int], below: int, deadline: float | None
    ) -> tuple[Fraction, ...] | list[Cut] | OutOfTime:
        """Return the values, or cuts that they violate."""
        cuts = []
        for i, high in enumerate(self.vectors):
            for j, low in enumerate(self.vectors):
                if values[i] > values[j] or i == j or (values[i] == values[j] and not self.is_strict):
                    continue
                if all(x >= y for x, y in zip(high, low, strict=True)):
                    cuts.append(Cut(i, ((j, Fraction(1)),), self.is_strict))
        worst = sorted(cuts, key=lambda cut: values[cut.point] - values[cut.shares[0][0]])
        return worst[: _AT_ONCE * self.size] or tuple(Fraction(n, below) for n in values)

    def propose(self, rows: Sequence[Row], others: int, deadline: float | None) -> None:
        """Return nothing: few cuts are needed."""
