"""The levels of a graded task as a table: policies with their values, and 0 for all others."""

from __future__ import annotations

from fractions import Fraction

from specexpr.certify.kinds.value_table import DISCOUNTED, Entry, TableWitness
from specexpr.certify.members import behaviour_of
from specexpr.certify.model import Claim
from specexpr.expressivity.grading import Graded
from specexpr.models.policy import is_deterministic

ANY_DISCOUNT = Fraction(1, 2)
"""The discount of a witness where the question leaves it open: policies with one occupancy have it at all."""


def value_table(claim: Claim, formalism: str, graded: Graded) -> TableWitness:
    """Return the witness; policies at the bottom are among the others."""
    discount = (claim.discount or ANY_DISCOUNT) if formalism in DISCOUNTED else None
    classes = _class_entries(claim, graded)
    parts = [(behaviour_of(graded.sight.chains[x.model], x.table), x.value) for x in classes]
    entries = []
    for (model, table), level in sorted(zip(graded.members, graded.levels, strict=True), key=lambda x: -x[1]):
        by_class = next((x for part, x in parts if part is not None and part.has(table)), Fraction(0))
        if level != (by_class if is_deterministic(table) else 0):
            entries.append(Entry(model, table, Fraction(level)))
    return TableWitness(discount, (*entries, *classes), Fraction(0))


def _class_entries(claim: Claim, graded: Graded) -> list[Entry]:
    """Return for functions of the policy, modulo unreachable states, what behaves like good policies.

    A policy that behaves like good ones of several sets has the greatest of their values, which comes first:
    it is above all that it must be above, and where it is tied no other is greater.
    """
    if not (graded.sight.is_of_tables and claim.modulo_unreachable):
        return []
    found: list[Entry] = []
    for accept, floor, tied in zip(claim.acceptable, graded.floor, graded.tied, strict=True):
        value, seen = Fraction(floor + 1 if tied is None else tied), set()
        for table in accept.good if accept.over is None else ():
            part = behaviour_of(graded.sight.chains[accept.model], table)
            if part is not None and part.key not in seen:
                seen.add(part.key)
                found.append(Entry(accept.model, table, value, is_class=True))
    return sorted(found, key=lambda entry: -entry.value)
