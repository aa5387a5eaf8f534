"""Utilities of a return, and what a policy is worth to them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import mul
from typing import TypeAlias

from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.exact import Number
from specexpr.solve.risk.functionals import Between, Outcomes
from specexpr.solve.risk.moments import mean_and_square, moment
from specexpr.solve.risk.returns import return_under
from specexpr.solve.risk.valuing import between, return_law

_ZERO = Fraction(0)


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

    def rising(self, sign: int) -> tuple[Piecewise, Fraction]:
        """Return a part that rises where sign * u does and is level elsewhere, and its steepest slope.

        u is that of 1 less that of -1, plus what it is at the first point.
        """
        found, total, steepest = [(self.points[0][0], _ZERO)], _ZERO, _ZERO
        for (y, u), (z, v) in pairwise(self.points):
            rise = max(sign * (v - u), _ZERO)
            total, steepest = total + rise, max(steepest, rise / (z - y))
            found.append((z, total))
        return Piecewise(tuple(found)), steepest


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
            return _piecewise_mean(utility, return_law(account, model, table))
        case Exponential(rate=rate):
            from specexpr.solve.risk.irrational import exponential_value

            return exponential_value(rate, account, model, table)
        case Power(exponent=exponent):
            from specexpr.solve.risk.irrational import power_value

            return power_value(exponent, account, model, table)
        case Logarithm():
            from specexpr.solve.risk.irrational import logarithm_value

            return logarithm_value(account, model, table)


def _piecewise_mean(utility: Piecewise, law: Outcomes | Between) -> Number:
    if isinstance(law, Outcomes):
        return _mean(utility, law)
    (up, steep), (down, fall) = utility.rising(1), utility.rising(-1)
    first = utility.points[0][1]
    low = _mean(up, law.lower) - steep * law.lost - _mean(down, law.upper) - fall * law.gained
    high = _mean(up, law.upper) + steep * law.gained - _mean(down, law.lower) + fall * law.lost
    return between(first + low, first + high)


def _mean(utility: Piecewise, law: Outcomes) -> Fraction:
    """Return the mean, from the mass and the sum of the outcomes on each line."""
    found, at = _ZERO, 0
    points = utility.points
    for i, ((y, u), (z, v)) in enumerate(pairwise(points), 2):
        end = len(law) if i == len(points) else bisect_right(law.numerators, z * law.scale)
        numerators, masses = law.numerators[at:end], law.masses[at:end]
        moved = Fraction(sum(map(mul, numerators, masses)), law.scale) - y * sum(masses)
        found += u * sum(masses) + moved * (v - u) / (z - y)
        at = end
    return found / law.below


def entropic_value(rate: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return (1/rate) log E exp(rate G) of what an account pays a policy, at rate 0 E G. Raises NoValue."""
    if not rate:
        return moment(return_under(account, model, table), 1)
    from specexpr.solve.risk import irrational

    return irrational.entropic_value(rate, account, model, table)
