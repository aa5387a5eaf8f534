"""Expected utilities that may be irrational: exact where they are rational, else enclosed.

- exponentials: by Lindemann and Weierstrass exp(x_1), exp(x_2), .. of different rationals are linearly
  independent over the rationals, so that a sum of multiples of them is rational only as a multiple of exp(0);
- powers: a sum of positive radicals of rationals is rational only if each of them is;
- logarithms: see `solve.logarithms`.

They increase with the return, so that laws between which it lies give bounds. Where a total has a rest R >= 0
beyond A, the value for G = A + R is more than that for A by at most, for G >= m > 0,

    logarithm: E R / m;   negative powers: what -m^c is below 0, as often as there is a rest;
    powers c < 1: the larger of E R and of how often there is a rest, since G^c - A^c <= R^c;
    powers k < c < k + 1, k >= 1: c times the sum of E (G^j - A^j) / j for j = k and k + 1,
    since the slope c x^(c-1) is at most c (x^(k-1) + x^k).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import TypeAlias

from flint import arb

from specexpr.certify.law import Law
from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.diagnostics import NoValue
from specexpr.exact import Interval, Number, bounds, rational_text
from specexpr.solve.balls import Ball, ball, enclosed
from specexpr.solve.logarithms import enclosed as enclosed_logarithms
from specexpr.solve.risk.exponential import Unsuited, exponential_mean
from specexpr.solve.risk.functionals import Between, Outcomes
from specexpr.solve.risk.laws import Infinite, OutOfReach, point_law
from specexpr.solve.risk.moments import moment
from specexpr.solve.risk.returns import Return, return_under
from specexpr.solve.risk.valuing import FEW, between, law_of, return_law

FEW_LOGARITHMS = 200
"""So many logarithms are looked at for whether they cancel."""
GROUPS = 2_000
"""Into so many groups the outcomes of a law on a grid are put."""

_TINY = 1 << 64  # powers of bounds that are smaller than one such part need not be known nearer
_ZERO, _ONE = Fraction(0), Fraction(1)

Points: TypeAlias = Iterable[tuple[Fraction, Fraction]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Outcomes that are next to each other: the first, the mean and the last of them, and their mass."""

    first: Fraction
    mean: Fraction
    last: Fraction
    mass: Fraction


# -- exponentials ------------------------------------------------------------------------------------------


def exponential_value(rate: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return E (exp(rate G) - 1) / rate. Raises NoValue."""
    of = return_under(account, model, table)
    if _sure(of) == 0:
        return _ZERO
    return _by_mean(of, rate, lambda mean: (mean - 1) / ball(rate))


def entropic_value(rate: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return (1/rate) log E exp(rate G), for a rate that is not 0. Raises NoValue."""
    of = return_under(account, model, table)
    sure = _sure(of)
    if sure is not None:
        return sure
    return _by_mean(of, rate, lambda mean: mean.log() / ball(rate))


def _sure(of: Return) -> Fraction | None:
    """Return the return if it is one number for sure."""
    try:
        law = point_law(of, most=FEW)
    except (Infinite, OutOfReach):
        return None
    return law.least if len(law) == 1 else None


def _by_mean(of: Return, rate: Fraction, value: Callable[[Ball], Ball]) -> Number:
    """Return an increasing function of G by way of E exp(rate G), which it takes."""
    try:
        return enclosed(lambda: value(exponential_mean(of, rate)))
    except Unsuited:
        pass
    law = law_of(of)
    if isinstance(law, Outcomes):
        return enclosed(lambda: value(_exponentials(law, rate)))
    if law.rare:
        raise NoValue("the mean of its exponential could not be enclosed")
    lower, upper = _groups(law.lower), _groups(law.upper)

    def power_of(x: Fraction) -> Ball:
        return ball(rate * x).exp()

    low = enclosed(lambda: value(_mean(lower, power_of, by_means=rate > 0)), least=_ONE)
    high = enclosed(lambda: value(_mean(upper, power_of, by_means=rate < 0)), least=_ONE)
    return between(low.lo, high.hi)


def _exponentials(law: Points, rate: Fraction) -> Ball:
    return sum((ball(p) * ball(rate * x).exp() for x, p in law), arb(0))


# -- powers ------------------------------------------------------------------------------------------------


def power_value(exponent: Fraction, account: Account, model: Model, table: Table) -> Number:
    """Return E G^exponent, times -1 if the exponent is negative; it is no positive whole number.

    Outcomes must not be negative, nor 0 if the exponent is. Raises NoValue.
    """
    law = return_law(account, model, table)
    worst = _worst(law)
    if worst < 0:
        raise NoValue(f"outcomes go down to {rational_text(worst)}, and negative numbers have no such power")
    if worst == 0 and exponent < 0:
        raise NoValue("outcomes go down to 0, which has no negative power")
    if isinstance(law, Outcomes):
        return power(law.law(), exponent)
    sign, is_concave = 1 if exponent > 0 else -1, exponent < 1
    lower, upper = _groups(law.lower, worst), _groups(law.upper, worst)

    def power_of(x: Fraction) -> Ball:
        return sign * (ball(x).log() * ball(exponent)).exp() if x else arb(0)

    least = Fraction(1, _TINY)
    low = enclosed(lambda: _mean(lower, power_of, by_means=not is_concave), least=least).lo
    high = enclosed(lambda: _mean(upper, power_of, by_means=is_concave), least=least).hi
    if law.rare:
        high += _more_power(return_under(account, model, table), law, exponent, worst)
    return between(low, high)


def _more_power(of: Return, law: Between, exponent: Fraction, worst: Fraction) -> Fraction:
    """Return how much more the rest of a total may add at most."""
    _check_rest(law)
    if exponent < 0:
        return law.rare * -bounds(power(((worst, _ONE),), exponent))[0]
    if exponent < 1:
        return max(law.rare, law.gained)
    whole = exponent.numerator // exponent.denominator
    more = _ZERO
    for j in (whole, whole + 1):
        paid = sum((p * max(x, worst) ** j for x, p in law.lower), _ZERO)
        more += (moment(of, j) - paid) / j
    return exponent * more


def power(law: Law, exponent: Fraction) -> Number:
    """Return E G^exponent for outcomes of which there is such a power, times -1 if the exponent is negative.

    >>> power(((Fraction(0), Fraction(1, 2)), (Fraction(4), Fraction(1, 2))), Fraction(1, 2))
    Fraction(1, 1)
    """
    sign = 1 if exponent > 0 else -1
    exact = [_rational_power(x, exponent) for x, _ in law]
    if None not in exact:
        return sign * sum((p * root for (_, p), root in zip(law, exact, strict=True) if root), _ZERO)
    return _enclosed_power(law, exponent)


def _enclosed_power(law: Points, exponent: Fraction) -> Interval:
    points = [(x, p) for x, p in law if x]
    sign = 1 if exponent > 0 else -1

    def total() -> Ball:
        return sign * sum((ball(p) * (ball(x).log() * ball(exponent)).exp() for x, p in points), arb(0))

    return enclosed(total)


def _rational_power(x: Fraction, exponent: Fraction) -> Fraction | None:
    """Return a power that is rational, else None."""
    if x == 0 or exponent.denominator == 1:
        return x**exponent.numerator
    above, below = (_root(n, exponent.denominator) for n in (x.numerator, x.denominator))
    return None if above is None or below is None else Fraction(above, below) ** exponent.numerator


def _root(n: int, degree: int) -> int | None:
    """Return the whole root of n > 0, or None if it has none."""
    low, high = 0, 1 << n.bit_length() // degree + 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= n else (low, middle - 1)
    return low if low**degree == n else None


# -- logarithms --------------------------------------------------------------------------------------------


def logarithm_value(account: Account, model: Model, table: Table) -> Number:
    """Return E ln G. Raises NoValue where outcomes are not positive."""
    law = return_law(account, model, table)
    worst = _worst(law)
    if worst <= 0:
        raise NoValue(
            f"outcomes go down to {rational_text(worst)}, and only positive numbers have logarithms"
        )
    if isinstance(law, Outcomes):
        return logarithm(law.law()) if len(law) <= FEW_LOGARITHMS else _enclosed_logarithm(law)
    lower, upper = _groups(law.lower, worst), _groups(law.upper, worst)
    low = enclosed(lambda: _mean(lower, _logarithm, by_means=False), least=_ONE).lo
    high = enclosed(lambda: _mean(upper, _logarithm, by_means=True), least=_ONE).hi
    if law.rare:
        _check_rest(law)
        high += law.gained / worst
    return between(low, high)


def logarithm(law: Law) -> Number:
    """Return E ln G for positive outcomes.

    >>> logarithm(((Fraction(1, 2), Fraction(1, 2)), (Fraction(2), Fraction(1, 2))))
    Fraction(0, 1)
    """
    coefficients: dict[int, Fraction] = {}
    for x, p in law:
        for n, weight in ((x.numerator, p), (x.denominator, -p)):
            coefficients[n] = coefficients.get(n, _ZERO) + weight
    return enclosed_logarithms(_ZERO, coefficients)


def _enclosed_logarithm(law: Points) -> Interval:
    points = list(law)
    return enclosed(lambda: sum((ball(p) * _logarithm(x) for x, p in points), arb(0)), least=_ONE)


def _logarithm(x: Fraction) -> Ball:
    return ball(x).log()


# -- what totals and bounds need -----------------------------------------------------------------------------


def _worst(law: Outcomes | Between) -> Fraction:
    worst = law.least if isinstance(law, Outcomes) else law.worst
    if worst is None:
        raise NoValue("outcomes go down without end, and only positive numbers have such a utility")
    return worst


def _groups(law: Outcomes, worst: Fraction | None = None) -> list[_Group]:
    """Return a law as few groups; outcomes below the worst possible one count as that one."""
    begin = 0 if worst is None else bisect_left(law.numerators, worst * law.scale)
    found = []
    if begin and worst is not None:
        found.append(_Group(worst, worst, worst, Fraction(sum(law.masses[:begin]), law.below)))
    size = -(-(len(law) - begin) // GROUPS)
    for i in range(begin, len(law), size or 1):
        numerators, masses = law.numerators[i : i + size], law.masses[i : i + size]
        mass = sum(masses)
        mean = Fraction(sum(map(mul, numerators, masses)), mass * law.scale)
        ends = Fraction(numerators[0], law.scale), Fraction(numerators[-1], law.scale)
        found.append(_Group(ends[0], mean, ends[1], Fraction(mass, law.below)))
    return found


def _mean(groups: Sequence[_Group], of: Callable[[Fraction], Ball], *, by_means: bool) -> Ball:
    """Return the mean of a function as if it were linear on groups, or as if these were at their means.

    By Jensen a concave function has at most the latter and at least the former, a convex one vice versa.
    """
    total = arb(0)
    for one in groups:
        if by_means or one.first == one.last:
            total += ball(one.mass) * of(one.mean)
        else:
            share = (one.mean - one.first) / (one.last - one.first)
            total += ball(one.mass * (1 - share)) * of(one.first) + ball(one.mass * share) * of(one.last)
    return total


def _check_rest(law: Between) -> None:
    if law.lost:
        raise NoValue(
            "its utility could not be enclosed: what is still to come after many steps may be negative"
        )
