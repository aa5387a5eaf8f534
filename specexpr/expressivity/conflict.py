"""Read multipliers of a linear system as a certificate: constraints of the file with their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import cast

from specexpr.certify.model import Relation, Table, TrajectoryConstraint
from specexpr.certify.proofs import FarkasCertificate, StateOccupancy, Term
from specexpr.expressivity.system import System


def farkas_certificate(system: System, terms: Sequence[Term]) -> FarkasCertificate:
    """Return the certificate of these terms, with the exact occupancies that show it."""
    tables = {
        (t.model, id(side)): (t.model, cast(Table, side))
        for t in terms
        if not t.is_trajectory
        for side in (t.better, t.worse)
    }
    occupancies = tuple(StateOccupancy(k, table, system.occupancy(k, table)) for k, table in tables.values())
    return FarkasCertificate(system.claim.fixed_discount, tuple(terms), occupancies)


def terms(system: System, multipliers: Mapping[int, Fraction]) -> Iterator[Term]:
    """Yield constraints with their weights; good and bad shares of a set are paired off in order."""
    claim = system.claim
    shares: dict[int, tuple[list[tuple[Table, Fraction]], list[tuple[Table, Fraction]]]] = {}
    for k, weight in multipliers.items():
        row = system.rows[k]
        c = row.source
        if c is not None:
            is_trajectory = isinstance(c, TrajectoryConstraint)
            yield Term(c.model, c.better, c.worse, c.relation, weight, c.line, is_trajectory)
            continue
        assert row.threshold is not None
        accepted = claim.acceptable[row.threshold]
        if row.good is not None and row.bad is not None:
            yield Term(accepted.model, row.good, row.bad, row.relation, weight, accepted.line)
        else:
            good, bad = shares.setdefault(row.threshold, ([], []))
            if row.good is not None:
                good.append((row.good, weight))
            if row.bad is not None:
                bad.append((row.bad, weight))
    for k, (good, bad) in shares.items():
        accepted = claim.acceptable[k]
        for better, worse, weight in paired(good, bad):
            yield Term(accepted.model, better, worse, Relation.STRICT, weight, accepted.line)


def paired(
    good: Sequence[tuple[Table, Fraction]], bad: Sequence[tuple[Table, Fraction]]
) -> Iterator[tuple[Table, Table, Fraction]]:
    """Split two distributions of one mass into pairs, along the north-west corner: fewest pairs, a forest."""
    good, bad = list(good), list(bad)
    while good and bad:
        (better, x), (worse, y) = good[0], bad[0]
        weight = min(x, y)
        yield better, worse, weight
        good[0], bad[0] = (better, x - weight), (worse, y - weight)
        good, bad = [g for g in good if g[1]], [b for b in bad if b[1]]
