"""Constraints that fail somewhere, and whether together they fail everywhere.

The marks of all constraints cut the range into *places*: a cell, a mark, a cell, and so on; at each place
every gap has one sign. What is left open is a place at which no constraint fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.algebraic import Number
from specexpr.certify.kinds.parameter import ParameterWitness
from specexpr.certify.kinds.parameter_cells import Cell, CellsCertificate, Point, fails
from specexpr.certify.model import Relation
from specexpr.certify.proofs import Term
from specexpr.expressivity.real_roots import Mark, in_order
from specexpr.expressivity.risk.gap_signs import Bases, Range, Signs, between

_START: Number = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cover:
    """The places of a range: `marks` in order, and for each constraint the signs of its gap there.

    Place 2i is the cell before marks[i], place 2i + 1 that mark; where the range has no end, a cell is last.
    """

    kind: Range
    marks: Sequence[Mark]
    terms: Sequence[Term]
    signs: Sequence[Sequence[int]]

    @classmethod
    def of(cls, kind: Range, pairs: Sequence[tuple[Term, Signs]]) -> Cover:
        """Return the places of some constraints."""
        ends = [] if kind.end is None else [kind.end]
        marks = in_order([*ends, *(x for _, signs in pairs for x in signs.marks)])
        size = 2 * len(marks) + (kind.end is None)
        return cls(kind, marks, [term for term, _ in pairs], [s.along(marks)[:size] for _, s in pairs])

    @property
    def size(self) -> int:
        return 2 * len(self.marks) + (self.kind.end is None)

    def failing(self, i: int) -> list[int]:
        """Return the places at which a constraint fails, by its number."""
        relation = self.terms[i].relation
        bad = [sign for sign in (-1, 0, 1) if fails(relation, sign)]
        return [k for k, sign in enumerate(self.signs[i]) if sign in bad]

    def open(self) -> int | None:
        """Return a place at which no constraint fails, a cell if there is one."""
        left = set(range(self.size)).difference(*(self.failing(i) for i in range(len(self.terms))))
        return min(left, key=lambda k: (k % 2, k), default=None)

    def ends(self, cell: int) -> tuple[Mark, Mark | None]:
        """Return the ends of the cell of that number."""
        return (
            self.marks[cell - 1] if cell else Fraction(0),
            self.marks[cell] if cell < len(self.marks) else None,
        )

    def values_at(self, place: int) -> Iterable[ParameterWitness]:
        """Return values of the parameter at a place, simple ones first; the last one surely is there."""
        i, is_mark = divmod(place, 2)
        return [self.kind.at(self.marks[i], self.marks)] if is_mark else self.kind.inside(*self.ends(i))

    def irreducible(self) -> Cover:
        """Return the places of constraints that fail everywhere together, none of which can be left out."""
        failing = {i: frozenset(self.failing(i)) for i in range(len(self.terms))}
        kept = dict(failing)
        for i in sorted(failing, key=lambda i: len(failing[i])):
            rest = [places for other, places in kept.items() if other != i]
            if len(frozenset().union(*rest)) == self.size:
                del kept[i]
        return Cover(self.kind, self.marks, [self.terms[i] for i in kept], [self.signs[i] for i in kept])

    def certificate(self) -> CellsCertificate:
        """Return the proof that constraints fail everywhere; together these do."""
        return _Writing(self.irreducible()).certificate()


@dataclass(frozen=True, slots=True)
class _Run:
    """Cells in which, and between which, a gap has one sign and its constraint fails, by their numbers."""

    first: int
    last: int
    term: int


class _Writing:
    """Few cells, their ends rational where two constraints fail in a common cell."""

    def __init__(self, cover: Cover) -> None:
        self.cover = cover
        self.is_strict = [term.relation is Relation.STRICT for term in cover.terms]
        self.runs = [run for i in range(len(cover.terms)) for run in self._runs_of(i)]

    def _runs_of(self, i: int) -> list[_Run]:
        signs, places = self.cover.signs[i], set(self.cover.failing(i))
        found: list[_Run] = []
        for k in range(0, self.cover.size, 2):
            if k not in places:
                continue
            if found and found[-1].last == k // 2 - 1 and signs[k] == signs[k - 1] == signs[k - 2]:
                found[-1] = _Run(found[-1].first, k // 2, i)
            else:
                found.append(_Run(k // 2, k // 2, i))
        return found

    def _chosen(self) -> list[_Run]:
        """Return runs that reach from the first cell to the last, as few as can be."""
        found: list[_Run] = []
        reach, last = -1, (self.cover.size - 1) // 2
        while reach < last:
            found.append(max((run for run in self.runs if run.first <= reach + 1), key=lambda run: run.last))
            reach = found[-1].last
        return found

    def certificate(self) -> CellsCertificate:
        """Return the proof."""
        cover, kind, chosen = self.cover, self.cover.kind, self._chosen()
        ends: list[tuple[Mark, int | None]] = []  # where a run ends, and what fails there if it must be said
        for one, other in pairwise(chosen):
            is_said = not (self.is_strict[one.term] or self.is_strict[other.term])
            if other.first <= one.last:
                ends.append((between(*cover.ends(one.last)), one.term if is_said else None))
            else:
                ends.append((cover.marks[one.last], self._at(2 * one.last + 1) if is_said else None))
        if kind.end is not None:
            is_said = not self.is_strict[chosen[-1].term]
            ends.append((kind.end, self._at(cover.size - 1) if is_said else None))
        besides = [*cover.marks, *(mark for mark, _ in ends)]
        numbers: list[Number | None] = [kind.number(mark, besides) for mark, _ in ends]
        said = ((x, term) for x, (_, term) in zip(numbers, ends, strict=True))
        points = [Point(x, term) for x, term in said if x is not None and term is not None]
        if kind.end is None:
            numbers.append(None)
        cells, lo = [], _START
        for run, hi in zip(chosen, numbers, strict=True):
            cells.append(Cell(lo, hi, run.term))
            lo = lo if hi is None else hi
        unit = kind.unit if isinstance(kind, Bases) else None
        return CellsCertificate(tuple(cover.terms), tuple(cells), tuple(points), unit)

    def _at(self, place: int) -> int:
        """Return a constraint that fails at a place."""
        return next(i for i in range(len(self.cover.terms)) if place in self.cover.failing(i))
