"""Concave functions with few pieces that meet the same constraints: greedily, an upper bound.

Which piece is the least one at which point is a partition of the points. Given a partition, pieces that agree
with it and meet the constraints are one system of linear inequalities. Pieces that no constraint needs are
dropped, and then two parts are merged as long as the system has a solution.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from specexpr.certify.model import Relation
from specexpr.solve.afriat import Concave, Piece, Row, Sign, met
from specexpr.solve.cone import Direction
from specexpr.solve.rows import attempt_rows

MOST_ENTRIES = 60_000
"""Larger systems are not tried: rows times columns."""

MOST_WORK = 400_000
"""So many entries the systems have that are tried, all together."""

_ZERO = Fraction(0)

Group = tuple[int, ...]


def fewer_pieces(
    shape: Concave, pieces: Sequence[Piece], rows: Sequence[Row], *, deadline: float | None = None
) -> tuple[Piece, ...]:
    """Return pieces, no more than there are, whose least meets the rows."""
    kept = pruned(shape, pieces, rows)
    groups = _groups(shape, kept)
    best = _joint(shape, groups, rows, deadline) or kept
    work = 0
    while len(groups) > 1:
        entries = _entries(shape, len(groups) - 1, rows)
        for one, other in combinations(groups, 2):
            work += entries
            is_late = deadline is not None and time.monotonic() > deadline
            if entries > MOST_ENTRIES or work > MOST_WORK or is_late:
                return best
            merged = [group for group in groups if group not in (one, other)] + [tuple(sorted(one + other))]
            found = _joint(shape, merged, rows, deadline)
            if found is not None:
                best, groups = found, merged
                break
        else:
            return best
    return best


def pruned(shape: Concave, pieces: Sequence[Piece], rows: Sequence[Row]) -> tuple[Piece, ...]:
    """Return pieces without those that the rows do not need; at least one is left."""
    table, below = shape.table(pieces)
    kept = list(range(len(pieces)))
    for k in range(len(pieces)):
        fewer = [other for other in kept if other != k]
        least = (min(here[j] for j in fewer) for here in table) if fewer else ()
        if fewer and met([Fraction(n, over) for n, over in zip(least, below, strict=True)], rows):
            kept = fewer
    return tuple(pieces[k] for k in kept)


def _groups(shape: Concave, pieces: Sequence[Piece]) -> list[Group]:
    """Return which points have which piece as the least, each point once."""
    table, _ = shape.table(pieces)
    touched = [{i for i, here in enumerate(table) if here[k] == min(here)} for k in range(len(pieces))]
    left = set(range(shape.size))
    groups: list[Group] = []
    while left:
        most = max(touched, key=lambda some: len(some & left))
        groups.append(tuple(sorted(most & left)))
        left -= most
    return groups


def _columns(shape: Concave, count: int, rows: Sequence[Row]) -> int:
    """Return the number of unknowns of a system for so many pieces."""
    return count * len(shape.signs) + max((-k for row in rows for k, _ in row.parts if k < 0), default=0)


def _entries(shape: Concave, count: int, rows: Sequence[Row]) -> int:
    """Return the size of a system for so many pieces."""
    return _columns(shape, count, rows) * (len(rows) + shape.size * (count - 1))


def _joint(
    shape: Concave, groups: Sequence[Group], rows: Sequence[Row], deadline: float | None
) -> tuple[Piece, ...] | None:
    """Return a piece for each group, least at its points, so that the rows are met; None if none is found."""
    width, count = len(shape.signs), len(groups)
    owner = {i: g for g, group in enumerate(groups) for i in group}
    if _entries(shape, count, rows) > MOST_ENTRIES:
        return None
    columns = _columns(shape, count, rows)
    matrix: list[list[int]] = []
    relations: list[Relation] = []
    for row in rows:
        parts = [(shape.points[k], owner[k], n) for k, n in row.parts if k >= 0]
        below = 1
        for point, _, _ in parts:
            below *= point.below
        line = [0] * columns
        for point, g, n in parts:
            for c, x in enumerate(point.numerators):
                line[g * width + c] += n * x * (below // point.below)
        for k, n in row.parts:
            if k < 0:
                line[count * width - 1 - k] += n * below
        matrix.append(line)
        relations.append(row.relation)
    for i, g in owner.items():
        for h in range(count):
            if h != g:
                line = [0] * columns
                for c, x in enumerate(shape.points[i].numerators):
                    line[h * width + c], line[g * width + c] = x, -x
                matrix.append(line)
                relations.append(Relation.WEAK)
    for c, sign in enumerate(shape.signs):
        for g in range(count if sign is not Sign.FREE else 0):
            matrix.append([int(k == g * width + c) for k in range(columns)])
            relations.append(Relation.STRICT if sign is Sign.POSITIVE else Relation.WEAK)
    outcome = attempt_rows(matrix, relations, deadline=deadline)
    if not isinstance(outcome, Direction):
        return None
    values = outcome.fractions()
    return tuple(values[g * width : (g + 1) * width] for g in range(count))
