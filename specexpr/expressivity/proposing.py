"""Float proposals for large systems: weights that seem to meet the rows, with ties met exactly.

Nothing here decides: the reward that comes of it is checked by the kernel.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from operator import mul

import numpy as np
from scipy.linalg import qr

from specexpr.certify.model import Relation
from specexpr.expressivity.system import SIZES, System, TrajectoryPoint
from specexpr.models.occupancy import solve_integers
from specexpr.solve.floats import (
    Columns,
    Matrix,
    independent_columns,
    independent_direction,
    propose,
    propose_slacks,
    spread,
)

_FEW_TIES = 8  # that are met anew for each size of weights
_TIGHT = 1e-9
_SAFE = 1e-7  # a row met by less, relative to its largest term, is not taken for met in floats


def seconds_left(deadline: float | None) -> float | None:
    """Return the seconds to a deadline, None without one."""
    return None if deadline is None else deadline - time.monotonic()


def _round(w: Matrix, rows: Matrix, system: System) -> tuple[Fraction, ...]:
    """Return integers, the smallest tried that seem to meet every row strictly, else of 32 bits."""
    width = len(system.coordinates)
    largest = float(np.max(np.abs(w[:width]), initial=0.0)) or 1.0
    for size in SIZES:
        rounded = np.rint(w * (size / largest))
        rounded[width:] = w[width:] * (size / largest)
        if np.all(rows @ rounded > _SAFE * np.maximum(np.abs(rows) @ np.abs(rounded), 1e-300)):
            break
    return tuple(Fraction(int(x)) for x in rounded[:width])


def float_rows(system: System) -> Matrix:
    """Return the rows as floats, (rows, unknowns)."""
    claim = system.claim
    models = [system.floats(k) for k in range(len(claim.models))]
    features = np.zeros((len(system.points), system.width))
    index = np.array(list(system.coordinates), dtype=np.int64).reshape(-1, 2 if len(models) == 1 else 3)
    for number, point in enumerate(system.points):
        if isinstance(point, TrajectoryPoint):
            numerators, below = system.features(number)
            for j, n in numerators.items():
                features[number, j] = n / below
            continue
        model = models[point.model]
        pi = model.choices(point.table)
        visits = pi * model.occupancy(pi, claim.fixed_discount)[:, None]
        if len(models) == 1:
            features[number, : len(index)] = visits[index[:, 0], index[:, 1]]
        else:
            for s, a, t, p in zip(model.source, model.action, model.target, model.probability, strict=True):
                if visits[s, a]:
                    features[number, system.coordinates[int(s), int(a), int(t)]] = visits[s, a] * p
    rows = np.zeros((len(system.rows), system.width))
    for k, row in enumerate(system.rows):
        if row.plus is not None:
            rows[k] += features[row.plus]
        if row.minus is not None:
            rows[k] -= features[row.minus]
        if row.threshold is not None:
            rows[k, len(system.coordinates) + row.threshold] += row.sign
    return rows


def proposed_weights(
    system: System, rows: Matrix, relations: Sequence[Relation], deadline: float | None
) -> tuple[Fraction, ...] | None:
    """Return weights that floats propose: ties, and weak rows that seem to be, met exactly, others strictly.

    Without acceptable sets the others than independent columns are tried last: rewards then have few entries.
    """
    columns = independent_columns(rows) if rows.shape[1] == len(system.coordinates) else None
    if columns is not None:
        found = _proposed(system, rows, relations, columns, deadline)
        strictly = rows[[relation is not Relation.TIE for relation in relations]]
        if found is not None and _seem_met(found, strictly):
            return found
    return _proposed(system, rows, relations, np.arange(rows.shape[1]), deadline)


def _seem_met(weights: Sequence[Fraction], rows: Matrix) -> bool:
    """Say whether weights meet rows strictly, by more than floats can be wrong."""
    w = np.array([float(x) for x in weights])
    return bool(np.all(rows @ w > _SAFE * (np.abs(rows) @ np.abs(w))))


def _proposed(
    system: System, rows: Matrix, relations: Sequence[Relation], columns: Columns, deadline: float | None
) -> tuple[Fraction, ...] | None:
    """Return the same with weights on some columns only."""
    some, width = rows[:, columns], rows.shape[1]
    ties = [k for k, relation in enumerate(relations) if relation is Relation.TIE]
    targets = np.array([float(relation is not Relation.TIE) for relation in relations])
    w = independent_direction(some, targets)
    if w is not None:
        return _onto_ties(system, ties, spread(w, columns, width), rows, columns)
    strictly = [r if r is Relation.TIE else Relation.STRICT for r in relations]
    proposal = propose(some, strictly, seconds=seconds_left(deadline))
    if proposal is not None and proposal.margin > 0:
        values = np.delete(some @ proposal.direction, ties)
        if np.min(values, initial=1.0) > 0:
            return _onto_ties(system, ties, spread(proposal.direction, columns, width), rows, columns)
    if Relation.WEAK in relations:
        slacks = propose_slacks(some, relations, seconds=seconds_left(deadline))
        if slacks is not None:
            w, slack = slacks
            tight = [k for k, r in enumerate(relations) if r is not Relation.STRICT and slack[k] < _TIGHT]
            if all(slack[k] > _TIGHT for k, r in enumerate(relations) if r is Relation.STRICT):
                return _onto_ties(system, tight, spread(w, columns, width), rows, columns)
    return None


def _onto_ties(
    system: System, ties: Sequence[int], w: Matrix, rows: Matrix, among: Columns
) -> tuple[Fraction, ...] | None:
    """Round w, then change few of some coordinates so that it meets the tie rows exactly."""
    if not ties:
        return _round(w, rows, system)
    width = len(system.coordinates)
    # Independent ties and the coordinates to solve them for: pivoted QR of their floats, twice.
    _, triangle, order = qr(rows[list(ties), :width].T, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    chosen = [ties[int(k)] for k in order[: int(np.sum(diagonal > _TIGHT * diagonal.max(initial=0.0)))]]
    own = among[among < width]
    columns = [int(own[j]) for j in qr(rows[chosen][:, own], mode="r", pivoting=True)[1][: len(chosen)]]
    largest = float(np.max(np.abs(w[:width]), initial=0.0)) or 1.0
    vectors = [system.integers(system.rows[k])[0] for k in chosen]
    is_short = len(chosen) <= _FEW_TIES and width == rows.shape[1]
    for size in SIZES if is_short else SIZES[-1:]:
        rounded = [round(float(x) / largest * size) for x in w[:width]]
        values = _solved(vectors, columns, rounded)
        if values is None or size == SIZES[-1] or _seem_met(values, np.delete(rows, ties, axis=0)):
            return values
    return None


def _solved(
    vectors: Sequence[Sequence[int]], columns: Sequence[int], weights: Sequence[int]
) -> tuple[Fraction, ...] | None:
    """Return the weights with those in some columns changed so that the vectors are met with equality."""
    others = list(weights)
    for j in columns:
        others[j] = 0
    matrix = [[vector[j] for j in columns] for vector in vectors]
    try:
        solution, below = solve_integers(matrix, [-sum(map(mul, vector, others)) for vector in vectors])
    except (ZeroDivisionError, StopIteration):
        return None
    values = list(map(Fraction, others))
    for j, x in zip(columns, solution, strict=True):
        values[j] = Fraction(x, below)
    return tuple(values)
