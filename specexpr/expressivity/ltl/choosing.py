"""Choose pieces, whole or in part, so that the constraints hold: branch and bound on the least gap.

The program of `gaps` is solved without asking for whole numbers; a solution has few that are not, as many as
there are constraints. These are rounded and checked; otherwise one of them is branched on, first to the side
that is nearer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, lcm

from specexpr.certify.branching import Setup
from specexpr.certify.model import Relation
from specexpr.certify.tails import Vector
from specexpr.expressivity.ltl.effort import Effort
from specexpr.expressivity.ltl.gaps import Program, largest_least_gap

Bounds = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """So many pieces with the same probabilities; whole ones are held or not, of others any share is."""

    vector: Vector
    count: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """How many of each column are held."""

    amounts: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class NoChoice:
    """There is none; or, unless the search is complete, none was found."""

    is_complete: bool


@dataclass(frozen=True, slots=True)
class Gaps:
    """Vectors of probabilities times a number that makes them whole; the gaps P_better - P_worse of each."""

    asked: Setup
    vectors: tuple[tuple[int, ...], ...]
    below: int
    columns: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, asked: Setup, vectors: Sequence[Vector]) -> Gaps:
        below = lcm(*{x.denominator for vector in vectors for x in vector})
        whole = [tuple([x.numerator * (below // x.denominator) for x in vector]) for vector in vectors]
        columns = (tuple([vector[i] - vector[j] for i, j in asked.sides]) for vector in whole)
        return cls(asked, tuple(whole), below, tuple(columns))

    def program(self, bounds: Bounds) -> Program:
        """Return the program with these bounds of the columns."""
        constants = self.at([low for low, _ in bounds])
        return Program(self.asked.relations, constants, self.columns, [high - low for low, high in bounds])

    def at(self, amounts: Sequence[int]) -> list[int]:
        """Return the gaps of whole amounts."""
        used = [(column, n) for column, n in zip(self.columns, amounts, strict=True) if n]
        return [sum([column[k] * n for column, n in used]) for k in range(len(self.asked.sides))]

    def meets(self, amounts: Sequence[Fraction]) -> bool:
        """Say whether amounts meet every constraint."""
        below = lcm(*{x.denominator for x in amounts})
        gaps = self.at([x.numerator * (below // x.denominator) for x in amounts])
        return all(_holds(gap, relation) for gap, relation in zip(gaps, self.asked.relations, strict=True))


def _holds(gap: int, relation: Relation) -> bool:
    if relation is Relation.STRICT:
        return gap > 0
    return gap >= 0 if relation is Relation.WEAK else gap == 0


def choose(asked: Setup, columns: Sequence[Column], *, most_nodes: int, effort: Effort) -> Choice | NoChoice:
    """Return amounts of the columns that meet the constraints."""
    gaps = Gaps.of(asked, [column.vector for column in columns])
    return choose_within(
        gaps,
        columns,
        tuple((0, column.count) for column in columns),
        most_nodes=most_nodes,
        effort=effort,
    )


def choose_within(
    gaps: Gaps, columns: Sequence[Column], bounds: Bounds, *, most_nodes: int, effort: Effort
) -> Choice | NoChoice:
    """Return amounts of the columns within bounds that meet the constraints."""
    waiting = [bounds]
    nodes = 0
    while waiting:
        bounds = waiting.pop()
        nodes += 1
        if nodes > most_nodes or not effort.spend(len(columns)):
            return NoChoice(is_complete=False)
        optimum = largest_least_gap(gaps.program(bounds))
        if not optimum.is_positive or optimum.values is None:
            continue
        amounts = [low + x for (low, _), x in zip(bounds, optimum.values, strict=True)]
        split = [j for j, x in enumerate(amounts) if columns[j].is_whole and x.denominator > 1]
        if not split:
            return Choice(tuple(simplified(gaps, columns, amounts)))
        rounded = [Fraction(round(x)) if j in split else x for j, x in enumerate(amounts)]
        if gaps.meets(rounded):
            return Choice(tuple(simplified(gaps, columns, rounded)))
        j = max(split, key=lambda j: min(amounts[j] % 1, 1 - amounts[j] % 1))
        waiting += branches(bounds, j, amounts[j])
    return NoChoice(is_complete=True)


def branches(bounds: Bounds, j: int, amount: Fraction) -> list[Bounds]:
    """Return the bounds after branching on a column, the side that is nearer last."""
    low, high = bounds[j]
    cut = floor(amount)
    down = (*bounds[:j], (low, cut), *bounds[j + 1 :])
    up = (*bounds[:j], (cut + 1, high), *bounds[j + 1 :])
    return [up, down] if amount % 1 <= Fraction(1, 2) else [down, up]


def simplified(gaps: Gaps, columns: Sequence[Column], amounts: Sequence[Fraction]) -> list[Fraction]:
    """Return amounts with shares of small denominators, none if possible, where the constraints allow it."""
    found = list(amounts)
    for below in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32):
        shares = [j for j, x in enumerate(found) if x.denominator > below]
        if not shares:
            break
        for j in shares:
            for near in _nearest(found[j], below):
                if near <= columns[j].count and gaps.meets([*found[:j], near, *found[j + 1 :]]):
                    found[j] = near
                    break
    return found


def _nearest(x: Fraction, below: int) -> Iterable[Fraction]:
    """Return the two multiples of 1 / below around a number, the nearer one first."""
    low = Fraction(floor(x * below), below)
    return sorted((low, low + Fraction(1, below)), key=lambda y: abs(y - x))
