"""The exact law of a return that takes finitely many values."""

from __future__ import annotations

from specexpr.certify.law import Law, Unbounded, law
from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.certify.proofs import TooLarge
from specexpr.diagnostics import NoValue
from specexpr.solve.risk.returns import return_under


def return_law(account: Account, model: Model, table: Table) -> Law:
    """Return the law of what an account pays a policy. Raises NoValue."""
    return_under(account, model, table)
    try:
        return law(account, model, table)
    except (Unbounded, TooLarge) as refusal:
        raise NoValue(str(refusal)) from None
