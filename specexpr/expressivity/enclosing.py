"""Prove a conflict too large for exact multipliers: floats, rounded, with which the kernel encloses them.

Works where as many constraints conflict as there are unknowns and one more, the generic case: then a positive
solution of the square system survives small errors. See `certify.kinds.enclosure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from specexpr.certify.model import Relation, Table
from specexpr.certify.proofs import EnclosureCertificate, StateOccupancy, Term
from specexpr.expressivity.conflict import terms
from specexpr.expressivity.system import System
from specexpr.models.policy import behaviour

_BITS = 60
_INVERSE_BITS = 44


def enclosure(system: System, multipliers: Mapping[int, float]) -> EnclosureCertificate | None:
    """Return a certificate for the kernel to judge, or None where the system is not square or not regular."""
    import numpy as np

    from specexpr.solve.approximate import dyadic

    claim = system.claim
    found = list(terms(system, {k: Fraction(abs(y)) for k, y in multipliers.items()}))
    if len(claim.models) != 1 or any(term.is_trajectory for term in found):
        return None
    tables: dict[int, Table] = {id(side): side for t in found for side in (t.better, t.worse)}  # type: ignore[misc] # tables
    columns = _columns(system, list(tables.values()))
    size = len(found)
    if len(columns) != size - 1:
        return None
    floats = system.floats(0)
    index = np.array(columns, dtype=np.int64).reshape(-1, 2)
    visits, carried = {}, []
    for name, table in tables.items():
        pi = floats.choices(table)
        occupancy = floats.occupancy(pi, claim.fixed_discount)
        visits[name] = (pi * occupancy[:, None])[index[:, 0], index[:, 1]]
        carried.append(StateOccupancy(0, table, tuple(dyadic(occupancy, _BITS))))
    matrix = np.zeros((size, size))
    for k, term in enumerate(found):
        matrix[:-1, k] = visits[id(term.better)] - visits[id(term.worse)]
        matrix[-1, k] = term.relation is Relation.STRICT
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return None
    middle = dyadic(inverse[:, -1], _BITS)
    signed = [y for y, term in zip(middle, found, strict=True) if term.relation is not Relation.TIE]
    if not signed or min(signed) <= 0:
        return None
    bits = max(1, _INVERSE_BITS - int(np.log2(np.max(np.abs(inverse)))))
    return EnclosureCertificate(
        discount=claim.fixed_discount,
        terms=tuple(
            Term(t.model, t.better, t.worse, t.relation, y, t.line)
            for t, y in zip(found, middle, strict=True)
        ),
        occupancies=tuple(carried),
        columns=tuple(columns),
        inverse=tuple(tuple(dyadic(row, bits)) for row in inverse),
        radius=min(signed) / 2,
    )


def _columns(system: System, tables: Sequence[Table]) -> list[tuple[int, int]]:
    """Return the pairs that the tables use where they go, but for one of each state."""
    taken: dict[int, set[int]] = {}
    for table in tables:
        for s, row in enumerate(behaviour(system.claim.models[0], table)):
            taken.setdefault(s, set()).update(a for a, _ in row)
    return [(s, a) for s in sorted(taken) for a in sorted(taken[s])[1:]]
