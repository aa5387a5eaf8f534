"""Absorption probabilities of a finite chain, exactly: x = right + P x on nodes from which mass gets lost.

Few nodes are solved as they are, many by lifting floats to rationals, and where that fails component by
component. The result is exact in each case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

from specexpr.exact import common_denominator
from specexpr.models.occupancy import fixed_point
from specexpr.solve.lifting import solve_lifted

SMALL = 60
"""Systems of so many nodes are solved as they are."""

_ZERO, _ONE = Fraction(0), Fraction(1)

Row = Mapping[int, Fraction]


def reaching(rows: Sequence[Row], *, yes: Sequence[bool], no: Sequence[bool]) -> list[Fraction]:
    """Return from each node the probability of coming to a "yes" before any "no".

    rows: the law of the next node, by node; what it lacks to 1 is lost.

    >>> half = Fraction(1, 2)
    >>> reaching([{1: half, 2: half / 2, 0: half / 2}, {1: 1}, {2: 1}], yes=[0, 1, 0], no=[0, 0, 1])
    [Fraction(2, 3), Fraction(1, 1), Fraction(0, 1)]
    """
    size = range(len(rows))
    into: list[list[int]] = [[] for _ in size]
    for x in size:
        if not yes[x] and not no[x]:
            for y in rows[x]:
                into[y].append(x)
    hopeful = _before(into, [x for x in size if yes[x]])
    whole = [sum(row.values()) == 1 for row in rows]
    doubtful = _before(into, [x for x in size if not yes[x] and (no[x] or x not in hopeful or not whole[x])])
    found = [_ONE if x in hopeful and x not in doubtful else _ZERO for x in size]
    unknown = [x for x in size if x in hopeful and x in doubtful and not yes[x] and not no[x]]
    place = {x: i for i, x in enumerate(unknown)}
    inner = [{place[y]: p for y, p in rows[x].items() if y in place} for x in unknown]
    right = [sum((p for y, p in rows[x].items() if found[y]), _ZERO) for x in unknown]
    for x, value in zip(unknown, absorbed(inner, right), strict=True):
        found[x] = value
    return found


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
    """Solve the same with each row multiplied by its common denominator."""
    matrix: list[dict[int, int]] = []
    scales: list[int] = []
    for x, row in enumerate(rows):
        below = lcm(*[p.denominator for p in row.values()])
        line = {y: -p.numerator * (below // p.denominator) for y, p in row.items()}
        line[x] = line.get(x, 0) + below
        matrix.append(line)
        scales.append(below)
    numbers, over = common_denominator([b * scale for b, scale in zip(right, scales, strict=True)])
    solved = solve_lifted(matrix, numbers)
    if solved is None:
        return None
    numerators, denominator = solved
    return [Fraction(n, denominator * over) for n in numerators]
