"""Decide a linear system of a claim: exact on small ones, floats first and exact proof after on large ones.

No verdict is made here: what comes back is a reward to be completed and checked, or multipliers that add up
to zero exactly (or, for large full-dimensional conflicts, floats to be enclosed).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import gcd, lcm
from operator import mul
from typing import TYPE_CHECKING

from specexpr.certify.model import Relation
from specexpr.expressivity.system import System, TrajectoryPoint
from specexpr.models.occupancy import solve_integers
from specexpr.solve.cone import Conflict, Direction, OutOfTime, decide_cone

if TYPE_CHECKING:
    from specexpr.solve.floats import Matrix

SMALL_STATES = 40
_SMALL_WORK = 10_000  # states x rows x rank: exact numbers grow with the states
_EXACT_SUPPORT = 100  # exact multipliers of more rows take many seconds, an enclosure one
_OUT_OF_TIME = "time: the exact simplex method did not finish"
_SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100, 1 << 10, 1 << 16, 1 << 32)
_TIGHT = 1e-9
_SAFE = 1e-7  # a row met by less, relative to its largest term, is not taken for met in floats


@dataclass(frozen=True, slots=True)
class Weights:
    """A value for each coordinate that meets every row: exactly, or as far as floats can tell."""

    values: tuple[Fraction, ...]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """Positive multipliers (free on ties) of rows, by number, under which they add up to zero."""

    multipliers: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, slots=True)
class LargeSupport:
    """Floats suggest a conflict with these multipliers of rows, too many to be exact."""

    multipliers: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Neither was found; the reason starts with what gave out."""

    reason: str


LinearOutcome = Weights | Combination | LargeSupport | GaveUp


class Method(StrEnum):
    """How to go about a system that is not small."""

    FLOATS_FIRST = "floats first"
    EXACT = "exact"


def solve_system(system: System, method: Method, *, deadline: float | None = None) -> LinearOutcome:
    """Return weights that meet the rows, or multipliers that refute them."""
    for k, row in enumerate(system.rows):
        if row.relation is Relation.STRICT and row.threshold is None and row.plus == row.minus:
            return Combination(((k, Fraction(1)),))
    if not system.rows:
        return Weights((Fraction(0),) * len(system.coordinates), is_exact=True)
    states = max(len(model.states) for model in system.claim.models)
    work = states * len(system.rows) * min(system.width, len(system.rows))
    is_small = states <= SMALL_STATES and work <= _SMALL_WORK
    if is_small or method is Method.EXACT:
        return _solve_exactly(system, range(len(system.rows)), deadline)
    return _solve_by_floats(system, deadline)


def _solve_exactly(system: System, numbers: Sequence[int], deadline: float | None) -> LinearOutcome:
    rows: list[tuple[list[int], int]] = []
    for k in numbers:
        if deadline is not None and time.monotonic() > deadline:
            return GaveUp(_OUT_OF_TIME)
        rows.append(system.integers(system.rows[k]))
    relations = [system.rows[k].relation for k in numbers]
    outcome = decide_cone([vector for vector, _ in rows], relations, deadline=deadline)
    match outcome:
        case Direction():
            return Weights(
                _readable(outcome, [vector for vector, _ in rows], relations, system), is_exact=True
            )
        case Conflict():
            below = lcm(*(y.denominator for _, y in outcome.multipliers))
            scaled = {
                numbers[k]: y.numerator * (below // y.denominator) * rows[k][1]
                for k, y in outcome.multipliers
            }
            return Combination(_normalised(system, scaled))
        case OutOfTime():
            return GaveUp(_OUT_OF_TIME)


def _normalised(system: System, multipliers: Mapping[int, int]) -> tuple[tuple[int, Fraction], ...]:
    """Scale multipliers so that those of strict rows sum to one."""
    total = sum(y for k, y in multipliers.items() if system.rows[k].relation is Relation.STRICT)
    return tuple((k, Fraction(y, total)) for k, y in sorted(multipliers.items()))


def _readable(
    direction: Direction, rows: Sequence[Sequence[int]], relations: Sequence[Relation], system: System
) -> tuple[Fraction, ...]:
    """Return integers: the smallest direction tried that meets every row, or else this one."""
    exact = direction.numerators[: len(system.coordinates)]
    largest = max(map(abs, exact), default=0)
    if not largest:
        return (Fraction(0),) * len(exact)
    for size in _SIZES:
        w = [round(Fraction(k * size, largest)) for k in exact]
        if _meets(w, rows, relations):
            return tuple(map(Fraction, w))
    common = gcd(*exact)
    return tuple(Fraction(k // common) for k in exact)


def _meets(w: Sequence[int], rows: Sequence[Sequence[int]], relations: Sequence[Relation]) -> bool:
    """Say whether w meets every row for some thresholds, which are the entries of a row after those of w."""
    width = len(w)
    above: dict[int, Fraction] = {}
    below: dict[int, Fraction] = {}
    for row, relation in zip(rows, relations, strict=True):
        value = sum(map(mul, row, w))
        k = next((k for k in range(width, len(row)) if row[k]), None)
        if k is None:
            if not _holds(value, relation):
                return False
        elif row[k] < 0:  # value >= m of a good policy
            bound = Fraction(value, -row[k])
            above[k] = min(above.get(k, bound), bound)
        else:  # m > value of a bad one
            bound = Fraction(-value, row[k])
            below[k] = max(below.get(k, bound), bound)
    return all(k not in below or above[k] > below[k] for k in above)


def _holds(value: int, relation: Relation) -> bool:
    match relation:
        case Relation.STRICT:
            return value > 0
        case Relation.WEAK:
            return value >= 0
        case Relation.TIE:
            return value == 0


def _solve_by_floats(system: System, deadline: float | None) -> LinearOutcome:
    import numpy as np

    from specexpr.solve.floats import propose, scaled

    rows = scaled(_float_rows(system))
    relations = [row.relation for row in system.rows]
    weights = _weights_by_floats(system, rows, relations, deadline)
    if weights is not None:
        return weights
    proposal = propose(rows, relations, seconds=_left(deadline))
    support: list[int] = []
    if proposal is not None:
        largest = np.max(np.abs(proposal.multipliers), initial=0.0)
        support = [int(k) for k in np.nonzero(np.abs(proposal.multipliers) > 1e-9 * largest)[0]]
    if 0 < len(support) <= _EXACT_SUPPORT:
        found = exact_multipliers(system, support)
        if found is not None:
            return found
        outcome = _solve_exactly(system, support, deadline)
        if isinstance(outcome, Combination):
            return outcome
    elif support and proposal is not None:
        return LargeSupport(tuple((k, float(proposal.multipliers[k])) for k in support))
    return _solve_exactly(system, range(len(system.rows)), deadline)


def _weights_by_floats(
    system: System, rows: Matrix, relations: Sequence[Relation], deadline: float | None
) -> Weights | None:
    """Return weights that floats propose: ties, and weak rows that seem to be, met exactly, others strictly.

    Meeting weak rows strictly is sound, and then rounding cannot break them.
    """
    import numpy as np

    from specexpr.solve.floats import independent_direction, propose, propose_slacks

    ties = [k for k, relation in enumerate(relations) if relation is Relation.TIE]
    targets = np.array([float(relation is not Relation.TIE) for relation in relations])
    w = independent_direction(rows, targets)
    if w is not None:
        return _onto_ties(system, ties, w, rows)
    strictly = [r if r is Relation.TIE else Relation.STRICT for r in relations]
    proposal = propose(rows, strictly, seconds=_left(deadline))
    if proposal is not None and proposal.margin > 0:
        values = np.delete(rows @ proposal.direction, ties)
        if np.min(values, initial=1.0) > 0:
            return _onto_ties(system, ties, proposal.direction, rows)
    if Relation.WEAK in relations:
        slacks = propose_slacks(rows, relations, seconds=_left(deadline))
        if slacks is not None:
            w, slack = slacks
            tight = [k for k, r in enumerate(relations) if r is not Relation.STRICT and slack[k] < _TIGHT]
            if all(slack[k] > _TIGHT for k, r in enumerate(relations) if r is Relation.STRICT):
                return _onto_ties(system, tight, w, rows)
    return None


def _onto_ties(system: System, ties: Sequence[int], w: Matrix, rows: Matrix) -> Weights | None:
    """Round w, then change few coordinates so that it meets the tie rows exactly."""
    import numpy as np
    from scipy.linalg import qr

    if not ties:
        return Weights(_round(w, rows, system), is_exact=False)
    width = len(system.coordinates)
    # Independent ties and the coordinates to solve them for: pivoted QR of their floats, twice.
    _, triangle, order = qr(rows[list(ties), :width].T, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    chosen = [ties[int(k)] for k in order[: int(np.sum(diagonal > _TIGHT * diagonal.max(initial=0.0)))]]
    columns = [int(j) for j in qr(rows[chosen, :width], mode="r", pivoting=True)[1][: len(chosen)]]
    largest = float(np.max(np.abs(w[:width]), initial=0.0)) or 1.0
    rounded = [round(float(x) / largest * _SIZES[-1]) for x in w[:width]]
    for j in columns:
        rounded[j] = 0
    vectors = [system.integers(system.rows[k])[0] for k in chosen]
    matrix = [[vector[j] for j in columns] for vector in vectors]
    try:
        solution, below = solve_integers(matrix, [-sum(map(mul, vector, rounded)) for vector in vectors])
    except (ZeroDivisionError, StopIteration):
        return None
    values = list(map(Fraction, rounded))
    for j, x in zip(columns, solution, strict=True):
        values[j] = Fraction(x, below)
    return Weights(tuple(values), is_exact=False)


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else deadline - time.monotonic()


def _round(w: Matrix, rows: Matrix, system: System) -> tuple[Fraction, ...]:
    """Return integers, the smallest tried that seem to meet every row strictly, else of 32 bits."""
    import numpy as np

    width = len(system.coordinates)
    largest = float(np.max(np.abs(w[:width]), initial=0.0)) or 1.0
    for size in _SIZES:
        rounded = np.rint(w * (size / largest))
        rounded[width:] = w[width:] * (size / largest)
        if np.all(rows @ rounded > _SAFE * np.maximum(np.abs(rows) @ np.abs(rounded), 1e-300)):
            break
    return tuple(Fraction(int(x)) for x in rounded[:width])


def _float_rows(system: System) -> Matrix:
    """Return the rows as floats, (rows, unknowns)."""
    import numpy as np

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
        visits = pi * model.occupancy(pi, claim.discount)[:, None]
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


def exact_multipliers(system: System, support: Sequence[int]) -> Combination | None:
    """Solve sum y row = 0 on the support exactly, if it has one solution up to scale, of the right signs."""
    import numpy as np
    from scipy.linalg import qr

    rows = [system.integers(system.rows[k]) for k in support]
    count = len(support)
    # The last row is a combination of the others: independent columns of those, by pivoted QR in floats.
    floats = np.array([[x / scale for x in vector] for vector, scale in rows])
    columns = [int(j) for j in qr(floats[:-1], mode="r", pivoting=True)[1][: count - 1]]
    if len(columns) < count - 1:
        return None
    matrix = [[rows[k][0][j] for k in range(count - 1)] for j in columns]
    try:
        values, below = solve_integers(matrix, [-rows[-1][0][j] for j in columns])
    except (ZeroDivisionError, StopIteration):
        return None
    y = [*values, below]
    if below < 0:
        y = [-v for v in y]
    relations = [system.rows[k].relation for k in support]
    if any(v < 0 and relation is not Relation.TIE for v, relation in zip(y, relations, strict=True)):
        return None
    if any(sum(v * vector[j] for v, (vector, _) in zip(y, rows, strict=True)) for j in range(system.width)):
        return None
    multipliers = {k: v * scale for k, v, (_, scale) in zip(support, y, rows, strict=True) if v}
    if not any(system.rows[k].relation is Relation.STRICT for k in multipliers):
        return None
    return Combination(_normalised(system, multipliers))
