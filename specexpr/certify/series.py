"""Visits at every discount at once: the features of a policy as quotients of polynomials in the discount g.

With mu the start and P the step of a walk, n(g) = sum_t g^t mu P^t. Let d be least such that mu P^d depends
on what comes before: sum_{i <= d} c_i mu P^i = 0 with c_d = 1. Then D(g) = sum_i c_i g^(d - i) has
N(g) = D(g) n(g) of a degree below d: the coefficient of g^t in it, t >= d, is (sum_i c_i mu P^i) P^(t - d).

**D is positive on (0, 1).** D(0) = 1. If D had a root r with |r| < 1, N(r) would be 0 too, since n converges
there; without their common factor N and D would show a dependence before d.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from specexpr.certify.chain import SMALL
from specexpr.certify.model import Table, Trajectory
from specexpr.certify.polynomial import Polynomial, add, gcd, multiply, quotient, trimmed
from specexpr.certify.proofs import TooLarge
from specexpr.certify.walk import Coordinate, Walk, Walker

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Series:
    """Features numerators[coordinate] / denominator in g; the denominator is positive on (0, 1)."""

    numerators: Mapping[Coordinate, Polynomial]
    denominator: Polynomial


def policy_series(walker: Walker, model: int, table: Table) -> Series:
    """Return the features of a policy under a discount. Raises TooLarge."""
    walk = walker.walk(model, table)
    if len(walk.nodes) > SMALL:
        raise TooLarge("a policy reaches too many states to be followed through every discount")
    masses, dependence = _dependence(walk)
    below = dependence[::-1]
    powers: list[dict[Coordinate, Fraction]] = []
    for t in range(len(masses)):
        visits = [_ZERO] * len(walk.nodes)
        for i, c in enumerate(below[: t + 1]):
            for x, mass in enumerate(masses[t - i]) if c else ():
                visits[x] += c * mass
        powers.append(walker.counts(model, walk, visits))
    return _series(powers, below)


def sequence_series(walker: Walker, model: int, steps: Trajectory) -> Series:
    """Return the features of a sequence under a discount."""
    powers: list[dict[Coordinate, Fraction]] = []
    for shares in walker.sequence(model, steps):
        powers.append({})
        for key, share in shares:
            powers[-1][key] = powers[-1].get(key, _ZERO) + share
    return _series(powers, [_ONE])


def _dependence(walk: Walk) -> tuple[list[list[Fraction]], list[Fraction]]:
    """Return mu P^i for i < d, and c_0 .. c_d."""
    now = [_ZERO] * len(walk.nodes)
    for x, mass in walk.start:
        now[x] = mass
    masses: list[list[Fraction]] = []
    echelon: list[tuple[int, list[Fraction], list[Fraction]]] = []  # pivot, vector, what it is made of
    while True:
        rest, combination = list(now), [*[_ZERO] * len(masses), _ONE]
        for place, vector, made_of in echelon:
            factor = rest[place]
            if factor:
                rest = [a - factor * b for a, b in zip(rest, vector, strict=True)]
                for i, c in enumerate(made_of):
                    combination[i] -= factor * c
        pivot = next((x for x, a in enumerate(rest) if a), None)
        if pivot is None:
            return masses, combination
        scale = 1 / rest[pivot]
        echelon.append((pivot, [scale * a for a in rest], [scale * c for c in combination]))
        masses.append(now)
        ahead = [_ZERO] * len(now)
        for x, mass in enumerate(now):
            for y, p in walk.steps[x] if mass else ():
                ahead[y] += mass * p
        now = ahead


def _series(powers: Iterable[Mapping[Coordinate, Fraction]], below: Iterable[Fraction]) -> Series:
    """Return the sum of g^t powers[t], over `below`, in integers."""
    powers, below = list(powers), list(below)
    scale = lcm(*(a.denominator for a in below), *(a.denominator for part in powers for a in part.values()))
    coordinates = dict.fromkeys(key for part in powers for key in part)
    numerators = {key: trimmed([int(scale * part.get(key, _ZERO)) for part in powers]) for key in coordinates}
    found = {key: p for key, p in numerators.items() if p}
    return Series(found, trimmed([int(scale * a) for a in below]))


def combined(parts: Iterable[tuple[Series, Polynomial]]) -> dict[Coordinate, Polynomial]:
    """Return the sum of weight times series on each coordinate, but for zeros.

    It comes times a polynomial without roots in (0, 1), of a low degree where weights and denominators have
    much in common.
    """
    reduced: list[tuple[Series, Polynomial, Polynomial]] = []
    for series, weight in parts:
        if weight:
            common = gcd(weight, series.denominator)
            own, over = quotient(weight, common), quotient(series.denominator, common)
            if own is None or over is None:
                raise ArithmeticError("a common divisor does not divide")
            reduced.append((series, own, over))
    left = list(dict.fromkeys(over for *_, over in reduced))
    total: dict[Coordinate, Polynomial] = {}
    for series, factor, over in reduced:
        for other in left:
            if other != over:
                factor = multiply(factor, other)
        for key, p in series.numerators.items():
            total[key] = add(total.get(key, ()), multiply(factor, p))
    return {key: p for key, p in total.items() if p}
