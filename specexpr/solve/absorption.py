"""Absorption probabilities of a finite chain, exactly: x = right + P x on nodes from which mass gets lost.

Few nodes are solved as they are, many by lifting floats to rationals, and where that fails component by
component. The result is exact in each case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from specexpr.models.occupancy import fixed_point

SMALL = 60
"""Systems of so many nodes are solved as they are."""

_ZERO, _ONE = Fraction(0), Fraction(1)

Row = Mapping[int, Fraction]


def reaching(rows: Sequence[Row], *, yes: Sequence[bool], no: Sequence[bool]) -> list[Fraction]:
    """Return from each node the probability of coming to a "yes" before any "no".

    rows: the law of the next node, by node; those of the "yes" and the "no" do not matter.

    >>> half = Fraction(1, 2)
    >>> reaching([{1: half, 2: half / 2, 0: half / 2}, {1: 1}, {2: 1}], yes=[0, 1, 0], no=[0, 0, 1])
    [Fraction(2, 3), Fraction(1, 1), Fraction(0, 1)]
    """
    system = _System.of(rows, yes, no)
    found = [_ONE if sure else _ZERO for sure in system.sure]
    for x, value in zip(system.unknown, absorbed(system.rows, system.right), strict=True):
        found[x] = value
    return found


def reaching_from(
    start: Mapping[int, Fraction], rows: Sequence[Row], *, yes: Sequence[bool], no: Sequence[bool]
) -> Fraction:
    """Return the probability from a law of the first node; of many nodes it is found faster than from each.

    >>> half = Fraction(1, 2)
    >>> reaching_from({0: half, 1: half}, [{1: half, 2: half}, {1: 1}, {2: 1}], yes=[0, 1, 0], no=[0, 0, 1])
    Fraction(3, 4)
    """
    system = _System.of(rows, yes, no)
    known = sum((p for x, p in start.items() if system.sure[x]), _ZERO)
    place = {x: i for i, x in enumerate(system.unknown)}
    weights = {place[x]: p for x, p in start.items() if x in place}
    if not weights:
        return known
    found = None
    if len(place) > SMALL:
        from specexpr.solve.functional import weighed_solution

        found = weighed_solution(*_whole(system.rows, system.right), weights)
    if found is None:
        values = absorbed(system.rows, system.right)
        found = sum((p * values[i] for i, p in weights.items()), _ZERO)
    return known + found


@dataclass(frozen=True, slots=True)
class _System:
    """Which nodes come to a "yes" for sure, and x = right + rows x for those where that is unknown."""

    sure: list[bool]
    unknown: list[int]
    rows: list[Row]
    right: list[Fraction]

    @staticmethod
    def of(rows: Sequence[Row], yes: Sequence[bool], no: Sequence[bool]) -> _System:
        """Sort the nodes by what their graph says of them."""
        size = range(len(rows))
        into: list[list[int]] = [[] for _ in size]
        for x in size:
            if not yes[x] and not no[x]:
                for y in rows[x]:
                    into[y].append(x)
        hopeful = _before(into, [x for x in size if yes[x]])
        doubtful = _before(into, [x for x in size if no[x] or x not in hopeful])
        unknown = [x for x in size if x in hopeful and x in doubtful and not yes[x] and not no[x]]
        sure = [x in hopeful and x not in doubtful for x in size]
        place = {x: i for i, x in enumerate(unknown)}
        inner: list[Row] = [{place[y]: p for y, p in rows[x].items() if y in place} for x in unknown]
        right = [sum((p for y, p in rows[x].items() if sure[y]), _ZERO) for x in unknown]
        return _System(sure, unknown, inner, right)


def _before(into: Sequence[Sequence[int]], goals: Sequence[int]) -> set[int]:
    """Return the nodes from which one of some goals can be reached."""
    seen = set(goals)
    todo = list(goals)
    for x in todo:
        for y in into[x]:
            if y not in seen:
                seen.add(y)
                todo.append(y)
    return seen


def absorbed(rows: Sequence[Row], right: Sequence[Fraction]) -> list[Fraction]:
    """Solve x = right + rows x; from each node mass gets lost sooner or later."""
    if len(rows) > SMALL:
        solved = _lifted(rows, right)
        if solved is not None:
            return solved
    return list(
        fixed_point(len(rows), list(range(len(rows))), dict(enumerate(rows)), dict(enumerate(right)), _ONE)
    )


def _lifted(rows: Sequence[Row], right: Sequence[Fraction]) -> list[Fraction] | None:
    from specexpr.solve.lifting import solve_lifted

    solved = solve_lifted(*_whole(rows, right))
    if solved is None:
        return None
    numerators, denominator = solved
    return [Fraction(n, denominator) for n in numerators]


def _whole(rows: Sequence[Row], right: Sequence[Fraction]) -> tuple[list[dict[int, int]], list[int]]:
    """Return (I - rows) x = right with each equation multiplied by its common denominator."""
    matrix: list[dict[int, int]] = []
    numbers: list[int] = []
    for x, (row, b) in enumerate(zip(rows, right, strict=True)):
        below = lcm(b.denominator, *[p.denominator for p in row.values()])
        line = {y: -p.numerator * (below // p.denominator) for y, p in row.items()}
        line[x] = line.get(x, 0) + below
        matrix.append(line)
        numbers.append(b.numerator * (below // b.denominator))
    return matrix, numbers
