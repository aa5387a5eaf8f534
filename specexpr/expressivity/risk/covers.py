"""Constraints that fail somewhere, and whether together they fail everywhere.

The marks of all constraints cut the range into *places*: a cell, a mark, a cell, and so on; at each place
every gap has one sign. What is left open is a place at which no constraint fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.kinds.parameter import ParameterWitness
from specexpr.certify.kinds.parameter_cells import Cell, CellsCertificate, Point, fails
from specexpr.certify.model import Relation
from specexpr.certify.proofs import Term
from specexpr.expressivity.real_roots import Mark, in_order
from specexpr.expressivity.risk.gap_signs import Bases, Range, Signs, between

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cover:
    """The places of a range: `marks` in order, and for each constraint its gap's signs there.

    Place 2i is the cell before marks[i], place 2i + 1 that mark; where the range has no end, a cell is last.
    """

    kind: Range
    marks: Sequence[Mark]
    signs: Mapping[Term, Sequence[int]]

    @classmethod
    def of(cls, kind: Range, pairs: Mapping[Term, Signs]) -> Cover:
        """Return the places of some constraints."""
        ends = [] if kind.end is None else [kind.end]
        marks = in_order([*ends, *(x for signs in pairs.values() for x in signs.marks)])
        size = 2 * len(marks) + (kind.end is None)
        return cls(kind, marks, {term: signs.along(marks)[:size] for term, signs in pairs.items()})

    @property
    def size(self) -> int:
        return 2 * len(self.marks) + (self.kind.end is None)

    def _fails(self, term: Term, place: int) -> bool:
        return fails(term.relation, self.signs[term][place])

    def open(self) -> int | None:
        """Return a place at which no constraint fails, a cell if there is one."""
        left = (k for k in range(self.size) if not any(self._fails(term, k) for term in self.signs))
        return min(left, key=lambda k: (k % 2, k), default=None)

    def _ends(self, cell: int) -> tuple[Mark, Mark | None]:
        """Return the ends of the cell of that number."""
        return (
            self.marks[cell - 1] if cell else _ZERO,
            self.marks[cell] if cell < len(self.marks) else None,
        )

    def values_at(self, place: int) -> Iterable[ParameterWitness]:
        """Return values of the parameter at a place, simple ones first; the last one surely is there."""
        i, is_mark = divmod(place, 2)
        return [self.kind.at(self.marks[i], self.marks)] if is_mark else self.kind.inside(*self._ends(i))

    def irreducible(self) -> Cover:
        """Return the places of constraints that fail everywhere together, none of which can be left out."""
        failing = {
            term: frozenset(k for k in range(self.size) if self._fails(term, k)) for term in self.signs
        }
        kept = dict(failing)
        for term in sorted(failing, key=lambda term: len(failing[term])):
            rest = [places for other, places in kept.items() if other is not term]
            if len(frozenset().union(*rest)) == self.size:
                del kept[term]
        return Cover(self.kind, self.marks, {term: self.signs[term] for term in kept})

    def certificate(self) -> CellsCertificate:
        """Return the proof that constraints fail everywhere; together these do."""
        return _Writing(self.irreducible()).certificate()


@dataclass(frozen=True, slots=True)
class _Run:
    """The cells from `first` to `last` in which, and between which, a gap has one sign and `term` fails."""

    first: int
    last: int
    term: Term


class _Writing:
    """Few cells, their ends rational where two constraints fail in a common cell."""

    def __init__(self, cover: Cover) -> None:
        self.cover = cover
        self.terms = list(cover.signs)
        self.runs = [run for term in self.terms for run in self._runs_of(term)]
        self.besides: list[Mark] = list(cover.marks)

    def _runs_of(self, term: Term) -> list[_Run]:
        signs = self.cover.signs[term]
        found: list[_Run] = []
        for k in range(0, self.cover.size, 2):
            if not fails(term.relation, signs[k]):
                continue
            if found and found[-1].last == k // 2 - 1 and signs[k] == signs[k - 1] == signs[k - 2]:
                found[-1] = _Run(found[-1].first, k // 2, term)
            else:
                found.append(_Run(k // 2, k // 2, term))
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
        chosen = self._chosen()
        ends: list[tuple[Mark, Term | None]] = []  # where a run ends, and what fails there if it must be said
        for one, other in pairwise(chosen):
            is_strict = Relation.STRICT in (one.term.relation, other.term.relation)
            if other.first <= one.last:
                lo, hi = self.cover._ends(one.last)
                ends.append((between(lo, hi), None if is_strict else one.term))
            else:
                ends.append((self.cover.marks[one.last], None if is_strict else self._at(2 * one.last + 1)))
        kind = self.cover.kind
        if kind.end is not None:
            is_strict = chosen[-1].term.relation is Relation.STRICT
            ends.append((kind.end, None if is_strict else self._at(self.cover.size - 1)))
        besides = [*self.cover.marks, *(mark for mark, _ in ends)]
        numbers = [kind.number(mark, besides) for mark, _ in ends]
        index = {id(term): i for i, term in enumerate(self.terms)}
        cells = [
            Cell(lo, hi, index[id(run.term)])
            for lo, hi, run in zip(
                [_ZERO, *numbers], [*numbers, *([] if kind.end else [None])], chosen, strict=False
            )
        ]
        points = [
            Point(x, index[id(term)]) for x, (_, term) in zip(numbers, ends, strict=True) if term is not None
        ]
        unit = kind.unit if isinstance(kind, Bases) else None
        return CellsCertificate(tuple(self.terms), tuple(cells), tuple(points), unit)

    def _at(self, place: int) -> Term:
        """Return a constraint that fails at a place."""
        return next(t for t in self.terms if fails(t.relation, self.cover.signs[t][place]))
