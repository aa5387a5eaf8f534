"""Decide integer rows of any kind exactly: small systems at once, large ones after floats have proposed.

Whatever floats propose is rounded and multiplied out in integers before it is returned; what they leave open
is decided by the exact simplex method.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from operator import mul

import numpy as np
from scipy.linalg import qr

from specexpr.certify.model import Relation
from specexpr.models.occupancy import solve_integers
from specexpr.solve.cone import Conflict, Direction, Outcome, decide_cone
from specexpr.solve.floats import (
    Columns,
    Matrix,
    independent_columns,
    independent_direction,
    propose,
    propose_slacks,
    spread,
)

Rows = Sequence[Sequence[int]]

SMALL_WORK = 10_000
"""Up to so many rows x columns x rank the exact simplex method takes less than floats and a check; entries
count by their length."""

_WORD = 16  # bits

_TIGHT = 1e-9
_MOST_SUPPORT = 300
_SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100, 1 << 10, 1 << 16, 1 << 32, 1 << 62)


def decide_rows(rows: Rows, relations: Sequence[Relation], *, deadline: float | None = None) -> Outcome:
    """Return a direction or an irreducible conflict; rows: K vectors of one length n.

    >>> decide_rows([(2, 0), (0, 3)], [Relation.STRICT, Relation.TIE])
    Direction(numerators=(1, 0), denominator=1)
    """
    found = attempt_rows(rows, relations, deadline=deadline)
    return _simplex(rows, relations, deadline) if found is None else found


def attempt_rows(
    rows: Rows, relations: Sequence[Relation], *, deadline: float | None = None
) -> Outcome | None:
    """Return the same where that takes little time; None where it is left open."""
    for k, (row, relation) in enumerate(zip(rows, relations, strict=True)):
        if relation is Relation.STRICT and not any(row):
            return Conflict(((k, Fraction(1)),))
    if _work(rows) > SMALL_WORK:
        return _by_floats(rows, relations, deadline)
    return _simplex(rows, relations, deadline)


def _work(rows: Rows) -> int:
    """Return a measure of what the exact simplex method has to do."""
    width = len(rows[0]) if rows else 0
    longest = max((x.bit_length() for row in rows for x in row), default=0)
    return len(rows) * width * min(len(rows), width) * max(1, longest // _WORD)


def _simplex(rows: Rows, relations: Sequence[Relation], deadline: float | None) -> Outcome:
    outcome = decide_cone(rows, relations, deadline=deadline)
    return _readable(outcome, rows, relations) if isinstance(outcome, Direction) else outcome


def meets(w: Sequence[int], rows: Rows, relations: Sequence[Relation]) -> bool:
    """Say whether a direction of integers meets every row."""
    for row, relation in zip(rows, relations, strict=True):
        value = sum(map(mul, row, w))
        if value < 0 or relation is (Relation.TIE if value else Relation.STRICT):
            return False
    return True


def _readable(direction: Direction, rows: Rows, relations: Sequence[Relation]) -> Direction:
    """Return the smallest integers tried that meet every row, or else the direction as it is."""
    largest = max(map(abs, direction.numerators), default=0)
    for size in _SIZES if largest else ():
        w = [(2 * k * size + largest) // (2 * largest) for k in direction.numerators]
        if meets(w, rows, relations):
            return Direction(tuple(w), 1)
    return direction


def _by_floats(
    rows: Rows, relations: Sequence[Relation], deadline: float | None
) -> Direction | Conflict | None:
    """Return what floats propose if it is exactly right; None where they leave it open."""
    matrix = np.array([[x / (max(map(abs, row)) or 1) for x in row] for row in rows])
    largest = np.max(np.abs(matrix), axis=0)
    columns = np.exp2(-np.ceil(np.log2(np.where(largest > 0, largest, 1.0))))
    matrix = matrix * columns
    few = independent_columns(matrix)
    for some in (np.arange(matrix.shape[1]),) if few is None else (few, np.arange(matrix.shape[1])):
        for ties, w in _directions(matrix[:, some], relations, deadline):
            found = _exactly(rows, relations, matrix, ties, spread(w, some, len(columns)) * columns, some)
            if found is not None:
                return found
    proposal = propose(matrix, relations, seconds=_left(deadline))
    if proposal is None:
        return None
    y = np.abs(proposal.multipliers)
    support = [int(k) for k in np.nonzero(y > 1e-9 * np.max(y, initial=0.0))[0]]
    return _conflict(rows, relations, matrix, support) if 0 < len(support) <= _MOST_SUPPORT else None


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else deadline - time.monotonic()


def _directions(
    matrix: Matrix, relations: Sequence[Relation], deadline: float | None
) -> Iterator[tuple[list[int], Matrix]]:
    """Yield rows to be met with equality and a direction that seems to meet the others strictly.

    To meet weak rows strictly is sound, and then rounding cannot break them.
    """
    ties = [k for k, relation in enumerate(relations) if relation is Relation.TIE]
    w = independent_direction(matrix, np.array([float(r is not Relation.TIE) for r in relations]))
    if w is not None:
        yield ties, w
    strictly = [r if r is Relation.TIE else Relation.STRICT for r in relations]
    proposal = propose(matrix, strictly, seconds=_left(deadline))
    if proposal is not None and proposal.margin > 0:
        yield ties, proposal.direction
    elif Relation.WEAK in relations:
        slacks = propose_slacks(matrix, relations, seconds=_left(deadline))
        if slacks is not None:
            w, slack = slacks
            yield [k for k, r in enumerate(relations) if r is not Relation.STRICT and slack[k] < _TIGHT], w


def _exactly(
    rows: Rows, relations: Sequence[Relation], matrix: Matrix, ties: list[int], w: Matrix, some: Columns
) -> Direction | None:
    """Round a direction, few of some coordinates so that it meets the ties; return it if it is right."""
    largest = float(np.max(np.abs(w), initial=0.0))
    if not largest or not np.all(np.isfinite(w)):
        return None
    if not ties:
        for size in _SIZES:
            rounded = [round(float(x) / largest * size) for x in w]
            if meets(rounded, rows, relations):
                return Direction(tuple(rounded), 1)
    exact = [Fraction(float(x) / largest) for x in w]
    if ties:
        solved = _onto_ties(rows, matrix, ties, exact, some)
        if solved is None:
            return None
        exact = solved
    below = lcm(*(x.denominator for x in exact))
    numerators = tuple(x.numerator * (below // x.denominator) for x in exact)
    return Direction(numerators, below) if meets(numerators, rows, relations) else None


def _onto_ties(
    rows: Rows, matrix: Matrix, ties: list[int], w: Sequence[Fraction], some: Columns
) -> list[Fraction] | None:
    """Change few of some coordinates so that tie rows are met: pivoted QR of floats, twice, says which."""
    _, triangle, order = qr(matrix[ties].T, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int(np.sum(diagonal > _TIGHT * diagonal.max(initial=0.0)))
    chosen = [ties[int(k)] for k in order[:rank]]
    if not chosen:
        return list(w)
    solved = [int(some[j]) for j in qr(matrix[chosen][:, some], mode="r", pivoting=True)[1][: len(chosen)]]
    values = [Fraction(round(x * (1 << 40)), 1 << 40) for x in w]
    for j in solved:
        values[j] = Fraction(0)
    below = 1 << 40
    right = [-sum(map(mul, rows[k], (int(x * below) for x in values))) for k in chosen]
    try:
        solution, over = solve_integers([[rows[k][j] for j in solved] for k in chosen], right)
    except (ZeroDivisionError, StopIteration):
        return None
    for j, x in zip(solved, solution, strict=True):
        values[j] = Fraction(x, over * below)
    return values


def _conflict(
    rows: Rows, relations: Sequence[Relation], matrix: Matrix, support: list[int]
) -> Conflict | None:
    """Solve sum y row = 0 on the support if it has one solution up to scale, of the right signs."""
    count = len(support)
    # The last row is a combination of the others: independent columns of those, by pivoted QR in floats.
    columns = [int(j) for j in qr(matrix[support[:-1]], mode="r", pivoting=True)[1][: count - 1]]
    if len(columns) < count - 1:
        return None
    try:
        values, below = solve_integers(
            [[rows[k][j] for k in support[:-1]] for j in columns], [-rows[support[-1]][j] for j in columns]
        )
    except (ZeroDivisionError, StopIteration):
        return None
    y = [*values, below] if below > 0 else [-v for v in (*values, below)]
    kinds = [relations[k] for k in support]
    total = sum(v for v, kind in zip(y, kinds, strict=True) if kind is Relation.STRICT)
    if total <= 0 or any(v < 0 and kind is not Relation.TIE for v, kind in zip(y, kinds, strict=True)):
        return None
    if any(sum(v * rows[k][j] for v, k in zip(y, support, strict=True)) for j in range(len(rows[0]))):
        return None
    return Conflict(tuple((k, Fraction(v, total)) for v, k in zip(y, support, strict=True) if v))
