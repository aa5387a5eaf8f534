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

from specexpr.certify.model import Relation
from specexpr.expressivity.system import SIZES, System
from specexpr.models.occupancy import solve_integers
from specexpr.solve.cone import Conflict, Direction, OutOfTime, decide_cone

SMALL_STATES = 40
_SMALL_WORK = 10_000  # states x rows x rank: exact numbers grow with the states
_EXACT_SUPPORT = 100  # exact multipliers of more rows take many seconds, an enclosure one
_OUT_OF_TIME = "time: the exact simplex method did not finish"


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
    for size in SIZES:
        w = [round(Fraction(k * size, largest)) for k in exact]
        if _meets(w, rows, relations):
            return tuple(map(Fraction, w))
    short = _proposed(system, rows, relations)
    if short is not None:
        return short
    common = gcd(*exact)
    return tuple(Fraction(k // common) for k in exact)


def _proposed(
    system: System, rows: Sequence[Sequence[int]], relations: Sequence[Relation]
) -> tuple[Fraction, ...] | None:
    """Return integers that floats propose, where all rows of the system are asked and these meet them."""
    if len(rows) != len(system.rows):
        return None
    from specexpr.expressivity.proposing import float_rows, proposed_weights
    from specexpr.solve.floats import scaled

    weights = proposed_weights(system, scaled(float_rows(system)), relations, None)
    if weights is None or any(x.denominator != 1 for x in weights):
        return None
    return weights if _meets([x.numerator for x in weights], rows, relations) else None


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

    from specexpr.expressivity.proposing import float_rows, proposed_weights, seconds_left
    from specexpr.solve.floats import propose, scaled

    rows = scaled(float_rows(system))
    relations = [row.relation for row in system.rows]
    weights = proposed_weights(system, rows, relations, deadline)
    if weights is not None:
        return Weights(weights, is_exact=False)
    proposal = propose(rows, relations, seconds=seconds_left(deadline))
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
