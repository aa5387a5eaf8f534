"""What the return of a policy is worth: exactly where its law is, else between two laws."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.diagnostics import NoValue
from specexpr.exact import Number
from specexpr.solve.risk import functionals
from specexpr.solve.risk.functionals import Outcomes
from specexpr.solve.risk.laws import Infinite, OutOfReach, point_law
from specexpr.solve.risk.returns import return_under

FEW = 10**6


def return_law(account: Account, model: Model, table: Table) -> Outcomes:
    """Return the law of what an account pays a policy. Raises NoValue."""
    try:
        return point_law(return_under(account, model, table), most=FEW)
    except (Infinite, OutOfReach) as refusal:
        raise NoValue(str(refusal)) from None


def cvar_value(level: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return the mean of the worst share of outcomes. Raises NoValue."""
    return functionals.cvar(return_law(account, model, table), level)


def quantile_value(level: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return the quantile at a level. Raises NoValue."""
    return functionals.quantile(return_law(account, model, table), level)


def spectral_value(
    mixture: Sequence[tuple[Fraction, Fraction]], account: Account, model: Model, table: Table
) -> Number:
    """Return the sum of weight times CVaR at a level, over pairs (weight, level). Raises NoValue."""
    return functionals.spectral(return_law(account, model, table), mixture)
