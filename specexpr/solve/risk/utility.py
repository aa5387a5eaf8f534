"""Utilities of a return, and what a policy is worth to them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.exact import Number
from specexpr.solve.risk.moments import mean_and_square, moment
from specexpr.solve.risk.returns import return_under
from specexpr.solve.risk.valuing import return_law


@dataclass(frozen=True, slots=True)
class Exponential:
    """u(x) = (exp(rate x) - 1) / rate; the rate is not 0."""

    rate: Fraction


@dataclass(frozen=True, slots=True)
class Power:
    """u(x) = x^exponent, or -x^exponent where the exponent is negative; it is not 0."""

    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Logarithm:
    """u(x) = ln x."""


@dataclass(frozen=True, slots=True)
class Quadratic:
    """u(x) = x - weight x^2."""

    weight: Fraction


@dataclass(frozen=True, slots=True)
class Piecewise:
    """u is linear between points (outcome, utility), and beyond the first and the last as next to them.

    There are two at least, in ascending order of outcomes.
    """

    points: tuple[tuple[Fraction, Fraction], ...]

    def at(self, outcome: Fraction) -> Fraction:
        """Return the utility of an outcome.

        >>> Piecewise(((Fraction(0), Fraction(0)), (Fraction(1), Fraction(3)))).at(Fraction(2))
        Fraction(6, 1)
        """
        points = self.points
        right = next((i for i, (y, _) in enumerate(points[1:-1], 1) if outcome <= y), len(points) - 1)
        (y, u), (z, v) = points[right - 1], points[right]
        return u + (outcome - y) * (v - u) / (z - y)


Utility: TypeAlias = Exponential | Power | Logarithm | Quadratic | Piecewise


def expected_utility(utility: Utility, account: Account, model: Model, table: Table) -> Number:
    """Return the mean of a utility of what an account pays a policy. Raises NoValue."""
    match utility:
        case Quadratic(weight=weight):
            mean, square = mean_and_square(return_under(account, model, table))
            return mean - weight * square
        case Power(exponent=exponent) if exponent > 0 and exponent.denominator == 1:
            return moment(return_under(account, model, table), exponent.numerator)
        case Piecewise():
            return sum((p * utility.at(x) for x, p in return_law(account, model, table)), Fraction(0))
    from specexpr.solve.risk.irrational import exponential, logarithm, power

    law = return_law(account, model, table).law()
    match utility:
        case Exponential(rate=rate):
            return exponential(law, rate)
        case Power(exponent=exponent):
            return power(law, exponent)
        case Logarithm():
            return logarithm(law)


def entropic_value(rate: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return (1/rate) log E exp(rate G) of what an account pays a policy, at rate 0 E G. Raises NoValue."""
    if not rate:
        return moment(return_under(account, model, table), 1)
    from specexpr.solve.risk.irrational import entropic

    return entropic(return_law(account, model, table).law(), rate)
