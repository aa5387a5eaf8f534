"""What the return of a policy is worth: exactly where its law is, else between what two laws are worth.

Quantiles and means of the worst outcomes increase with the return. Of a return A + R whose rest R is seldom
there, CVaR at a is that of A less at most E max(-R, 0) / a, plus at most E max(R, 0) / a; and a quantile is
between those of A at levels that differ by the probability of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.diagnostics import NoValue
from specexpr.exact import Interval, Number
from specexpr.solve.risk import functionals
from specexpr.solve.risk.functionals import Between, Outcomes
from specexpr.solve.risk.laws import Infinite, OutOfReach, point_law
from specexpr.solve.risk.moments import moment
from specexpr.solve.risk.returns import Return, return_under

FEW = 3 * 10**5
"""So many masses are added up for an exact law before other ways are tried."""
MANY = 5 * 10**6
"""So many where there is no other way to an exact law."""

_KEPT = 8
_known: dict[tuple[int, Account, Table], tuple[Model, Outcomes | Between]] = {}
_ZERO, _ONE = Fraction(0), Fraction(1)


def return_law(account: Account, model: Model, table: Table) -> Outcomes | Between:
    """Return the law of what an account pays a policy, or laws between which it lies. Raises NoValue.

    The last few are remembered, since several objectives may be about one return.
    """
    key = id(model), account, table
    known = _known.pop(key, None)
    if known is None or known[0] is not model:
        known = model, law_of(return_under(account, model, table))
    _known[key] = known
    while len(_known) > _KEPT:
        del _known[next(iter(_known))]
    return known[1]


def law_of(of: Return) -> Outcomes | Between:
    """Return the law of a return, or laws between which it lies. Raises NoValue."""
    factors = {e.factor for edges in of.chain.edges for e in edges}
    is_sum = not of.tail or factors <= {_ZERO, _ONE}
    try:
        return point_law(of, most=FEW)
    except Infinite:
        return _enclosed(of, is_sum=is_sum)
    except OutOfReach:
        pass
    try:
        if not is_sum:
            return point_law(of, most=MANY)
        from specexpr.solve.risk.packed import packed_law

        return packed_law(of)
    except (Infinite, OutOfReach):
        return _enclosed(of, is_sum=is_sum)


def _enclosed(of: Return, *, is_sum: bool) -> Between:
    if is_sum:
        from specexpr.solve.risk.steps import walked_law

        return walked_law(of)
    from specexpr.solve.risk.grid import grid_law

    return grid_law(of)


def cvar_value(level: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return the mean of the worst share of outcomes. Raises NoValue."""
    return spectral_value([(_ONE, level)], account, model, table)


def spectral_value(
    mixture: Sequence[tuple[Fraction, Fraction]], account: Account, model: Model, table: Table
) -> Number:
    """Return the sum of weight times CVaR at a level, over pairs (weight, level). Raises NoValue."""
    law = return_law(account, model, table)
    if isinstance(law, Outcomes):
        return functionals.spectral(law, mixture)
    low = high = _ZERO
    for weight, level in mixture:
        if level == 1:
            least = most = moment(return_under(account, model, table), 1)
        else:
            least, most = _tail_means(law, level)
        low, high = low + weight * least, high + weight * most
    return between(low, high)


def _tail_means(law: Between, level: Fraction) -> tuple[Fraction, Fraction]:
    """Return bounds of the mean of the worst share of outcomes."""
    if law.worst is not None and _quantiles(law, level)[1] == law.worst:
        return law.worst, law.worst
    low = functionals.cvar(law.lower, level) - law.lost / level
    high = functionals.cvar(law.upper, level) + law.gained / level
    return low if law.worst is None else max(low, law.worst), high


def quantile_value(level: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return the quantile at a level. Raises NoValue."""
    law = return_law(account, model, table)
    if isinstance(law, Outcomes):
        return functionals.quantile(law, level)
    low, high = _quantiles(law, level)
    if low is None or high is None:
        raise NoValue("the outcomes at its level are not bounded")
    if low < high:
        from specexpr.solve.risk.chances import chance_at_most

        of = return_under(account, model, table)
        if chance_at_most(of, low)[0] >= level:
            return low
        if chance_at_most(of, high, strictly=True)[1] < level:
            return high
    return between(low, high)


def _quantiles(law: Between, level: Fraction) -> tuple[Fraction | None, Fraction | None]:
    """Return bounds of a quantile, None where none is known."""
    if level == 1:
        return law.best, law.best
    low, high = law.worst, law.best
    least = level - law.rare if law.lost else level
    if least > 0:
        found = functionals.quantile(law.lower, least)
        low = found if low is None else max(low, found)
    most = level + law.rare if law.gained else level
    if most <= 1:
        found = functionals.quantile(law.upper, most)
        high = found if high is None else min(high, found)
    return low, high


def between(low: Fraction, high: Fraction) -> Number:
    """Return the number between two bounds: exact where they are one."""
    return low if low == high else Interval(low, high)
