"""Policies as vectors that a specification weighs: values of objectives, masses of returns, lower parts.

What `certify.kinds.dominance` says of mixtures holds of policies: their worth is a sum of coefficients times
features, where the coefficients of some formalisms must not be negative, and some combinations of them must
be positive. The features are those of the policies at hand; more policies have more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from specexpr.certify.kinds.coefficients import (
    CoefficientsWitness,
    SpectrumWitness,
    UtilityWitness,
    WeightsWitness,
)
from specexpr.certify.law import Law
from specexpr.certify.measure import Given, given_values
from specexpr.certify.model import Claim, Shape, Table
from specexpr.certify.proofs import Refused
from specexpr.certify.risk import returns_of

Vector = Sequence[Fraction]
Point = tuple[int, Table]
"""The index of a model, and a policy."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Some policies as vectors of one width, and what coefficients must be.

    weak: combinations that must not be negative; strict: those that must be positive.
    witness: coefficients that meet all of that -> the specification.
    """

    width: int
    vectors: Sequence[Vector]
    weak: Sequence[Vector]
    strict: Sequence[Vector]
    witness: Callable[[Vector], CoefficientsWitness]


@dataclass(frozen=True, slots=True)
class View:
    """How a formalism sees policies: what it knows of each, and coordinates of those that are known.

    know: of (index of a model, policy); raises Refused where nothing can be known of it.
    """

    know: Callable[[int, Table], object]
    coordinates: Callable[[Sequence[Point]], Coordinates]


def view(claim: Claim, formalism: str) -> View:
    """Return the view of `linear`, `eu` or `spectral`. Raises Refused where the claim lacks an option."""
    match formalism:
        case "linear":
            known = given_values(claim.setting.given, claim.models)
            return View(known.vector, lambda points: _weighted(claim, known, points))
        case "eu":
            shape = claim.setting.utility
            if shape is None:
                raise Refused("the question does not say what a utility must be")
            returns, coordinates = returns_of(claim), _by_slopes if shape.is_concave else _by_increments
            return View(returns.law, lambda points: coordinates([returns.law(*x) for x in points], shape))
        case "spectral":
            returns = returns_of(claim)
            return View(returns.law, lambda points: _by_levels([returns.law(*x) for x in points]))
    raise ValueError(formalism)


def _unit(width: int, j: int) -> Vector:
    return [_ONE if i == j else _ZERO for i in range(width)]


def _units(width: int) -> list[Vector]:
    return [_unit(width, j) for j in range(width)]


def _weighted(claim: Claim, known: Given, points: Sequence[Point]) -> Coordinates:
    vectors = [known.vector(*point) for point in points]
    width = len(known.objectives)
    weak = _units(width) if claim.setting.nonnegative else []
    return Coordinates(width, vectors, weak, [], lambda w: WeightsWitness(tuple(w)))


def _support(laws: Sequence[Law]) -> list[Fraction]:
    return sorted({x for law in laws for x, _ in law})


def _by_increments(laws: Sequence[Law], shape: Shape) -> Coordinates:
    """Return the masses at and above each value but the least; coefficients are increments of the utility."""
    support = _support(laws)
    width = max(len(support) - 1, 0)
    vectors = []
    for law in laws:
        masses = dict(law)
        above = list(accumulate(masses.get(x, _ZERO) for x in reversed(support[1:])))
        vectors.append(above[::-1])

    def witness(increments: Vector) -> UtilityWitness:
        return _utility(support, list(accumulate(increments, initial=_ZERO)), shape)

    units = _units(width)
    weak, strict = ([], units) if shape.is_strict else (units, [])
    return Coordinates(width, vectors, weak, strict, witness)


def _by_slopes(laws: Sequence[Law], shape: Shape) -> Coordinates:
    """Return the means of min(G, x) for each value x but the least; coefficients are what the slope loses."""
    support = _support(laws)
    width = max(len(support) - 1, 0)
    vectors = []
    for law in laws:
        masses = dict(law)
        above, found = _ONE, []
        total = support[0] if support else _ZERO
        for low, x in pairwise(support):
            above -= masses.get(low, _ZERO)
            total += (x - low) * above
            found.append(total)
        vectors.append(found)

    def witness(losses: Vector) -> UtilityWitness:
        slopes = list(accumulate(reversed(losses)))[::-1]
        steps = (slope * (x - low) for slope, (low, x) in zip(slopes, pairwise(support), strict=True))
        return _utility(support, list(accumulate(steps, initial=_ZERO)), shape)

    weak = _units(width)
    strict = [_unit(width, width - 1)] if shape.is_strict and width else []
    return Coordinates(width, vectors, weak, strict, witness)


def _utility(support: Sequence[Fraction], values: Sequence[Fraction], shape: Shape) -> UtilityWitness:
    """Return a utility by few points: those between which it is one line are left out."""
    points = list(zip(support, values, strict=False))
    if len(points) < 2:
        x = support[0] if support else _ZERO
        return UtilityWitness(((x, _ZERO), (x + 1, _ONE if shape.is_strict else _ZERO)))
    kept = [points[0]]
    for one, (x, u) in pairwise(points[1:]):
        (a, low), (b, high) = kept[-1], one
        if (high - low) * (x - b) != (u - high) * (b - a):
            kept.append(one)
    return UtilityWitness((*kept, points[-1]))


def _by_levels(laws: Sequence[Law]) -> Coordinates:
    """Return the lower parts at each level where some law has a jump; a spectrum weighs them."""
    levels = sorted({level for law in laws for level in accumulate(p for _, p in law)})
    vectors = [_lower_parts(law, levels) for law in laws]

    def witness(coefficients: Vector) -> SpectrumWitness:
        found = [(t, c * t) for t, c in zip(levels, coefficients, strict=True) if c]
        total = sum((weight for _, weight in found), _ZERO)
        return SpectrumWitness(tuple((t, weight / total) for t, weight in found) or ((_ONE, _ONE),))

    return Coordinates(len(levels), vectors, _units(len(levels)), [levels] if levels else [], witness)


def _lower_parts(law: Law, levels: Sequence[Fraction]) -> Vector:
    """Return the integrals of the quantile function up to each level; all jumps are among the levels."""
    found, total, last = [], _ZERO, _ZERO
    outcomes = iter(law)
    x, end = _ZERO, _ZERO
    for level in levels:
        if end <= last:
            x, p = next(outcomes)
            end += p
        total += x * (level - last)
        last = level
        found.append(total)
    return found
