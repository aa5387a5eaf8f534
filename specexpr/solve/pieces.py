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
from math import lcm
from operator import mul

from specexpr.certify.model import Relation
from specexpr.certify.ordering import holds
from specexpr.solve.afriat import Concave, Piece, Row, Sign
from specexpr.solve.cone import Direction
from specexpr.solve.rows import decide_rows

MOST_ENTRIES = 60_000
"""Larger systems are not tried: rows times columns."""

MOST_MERGERS = 80
"""So many mergers of parts are tried."""

_ZERO = Fraction(0)

Group = tuple[int, ...]


def fewer_pieces(
    shape: Concave, pieces: Sequence[Piece], rows: Sequence[Row], *, deadline: float | None = None
) -> tuple[Piece, ...]:
    """Return pieces, no more than there are, whose least meets the rows."""
    kept = pruned(shape, pieces, rows)
    groups = _groups(shape, kept)
    best = _joint(shape, groups, rows, deadline) or kept
    tried = 0
    while len(groups) > 1:
        for one, other in combinations(groups, 2):
            tried += 1
            if tried > MOST_MERGERS or (deadline is not None and time.monotonic() > deadline):
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
    table, below = _whole_values(shape, pieces)
    kept = list(range(len(pieces)))
    for k in range(len(pieces)):
        fewer = [other for other in kept if other != k]
        least = (min(here[j] for j in fewer) for here in table) if fewer else ()
        if fewer and _meets([Fraction(n, over) for n, over in zip(least, below, strict=True)], rows):
            kept = fewer
    return tuple(pieces[k] for k in kept)


def _whole_values(shape: Concave, pieces: Sequence[Piece]) -> tuple[list[list[int]], list[int]]:
    """Return what each piece gives to each point, over a denominator for each point."""
    over = lcm(*(w.denominator for piece in pieces for w in piece))
    whole = [[w.numerator * (over // w.denominator) for w in piece] for piece in pieces]
    table = [[sum(map(mul, piece, point.numerators)) for piece in whole] for point in shape.points]
    return table, [over * point.below for point in shape.points]


def _meets(values: Sequence[Fraction], rows: Sequence[Row]) -> bool:
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


def _groups(shape: Concave, pieces: Sequence[Piece]) -> list[Group]:
    """Return which points have which piece as the least, each point once."""
    table, _ = _whole_values(shape, pieces)
    touched = [{i for i, here in enumerate(table) if here[k] == min(here)} for k in range(len(pieces))]
    left = set(range(shape.size))
    groups: list[Group] = []
    while left:
        most = max(touched, key=lambda some: len(some & left))
        groups.append(tuple(sorted(most & left)))
        left -= most
    return groups


def _joint(
    shape: Concave, groups: Sequence[Group], rows: Sequence[Row], deadline: float | None
) -> tuple[Piece, ...] | None:
    """Return a piece for each group, least at its points, so that the rows are met; None if there is none."""
    width, count = len(shape.signs), len(groups)
    others = max((-k for row in rows for k, _ in row.parts if k < 0), default=0)
    owner = {i: g for g, group in enumerate(groups) for i in group}
    columns = count * width + others
    if columns * (len(rows) + shape.size * (count - 1)) > MOST_ENTRIES:
        return None
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
    outcome = decide_rows(matrix, relations, deadline=deadline)
    if not isinstance(outcome, Direction):
        return None
    values = outcome.fractions()
    return tuple(values[g * width : (g + 1) * width] for g in range(count))
