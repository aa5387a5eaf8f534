"""Weights of objectives, a utility or a spectrum that meets every constraint: proves `expressible`.

- `linear`: a weight for each given objective; a policy is worth the weighted sum of its values.
- `eu`: a utility by some points (x, u(x)), linear between them and beyond the first and the last as beside
  them; a policy is worth the mean utility of its return. The shape that the question asks for shows on the
  points: u rises (or does not fall), and its slopes do not rise.
- `spectral`: weights at levels in (0, 1] that sum to 1; a policy is worth the weighted mean of its CVaRs,
  at level t the mean of the worst share t of its outcomes.

A utility that is one line, and the level 1, are about the mean: it is computed also where the return takes
infinitely many values, which have no law here. See `pages/coefficients.md`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.measure import given_values, name_index
from specexpr.certify.model import Claim, Shape, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import Refused
from specexpr.certify.risk import lower_part, returns_of
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

Pairs = tuple[tuple[Fraction, Fraction], ...]
Value = Callable[[int, Table], Fraction]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class WeightsWitness:
    """A weight for each given objective, in their order."""

    weights: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class UtilityWitness:
    """A utility by (return, what it is worth), ascending."""

    points: Pairs


@dataclass(frozen=True, slots=True)
class SpectrumWitness:
    """A spectrum by (level, weight), ascending."""

    parts: Pairs


CoefficientsWitness = WeightsWitness | UtilityWitness | SpectrumWitness


def check_coefficients(claim: Claim, formalism: str, proof: CoefficientsWitness) -> None:
    """Check that the values of policies are ordered as the claim asks. Raises Refused."""
    check_order(claim, coefficient_values(claim, formalism, proof))


def coefficient_values(claim: Claim, formalism: str, proof: CoefficientsWitness) -> Value:
    """Return what policies are worth, given the index of their model. Raises Refused, then and now."""
    match formalism, proof:
        case "linear", WeightsWitness(weights=weights):
            return _weighted(claim, weights)
        case "eu", UtilityWitness(points=points):
            _check_shape(claim.setting.utility, points)
            return _expected(claim, points)
        case "spectral", SpectrumWitness(parts=parts):
            _check_spectrum(parts)
            return _spectral(claim, parts)
    raise Refused("a specification of the formalism has other coefficients")


def _weighted(claim: Claim, weights: Sequence[Fraction]) -> Value:
    known = given_values(claim.setting.given, claim.models)
    if len(weights) != len(known.objectives):
        raise Refused("there is not one weight for each given objective")
    if claim.setting.nonnegative and any(w < 0 for w in weights):
        raise Refused("a weight is negative, which the question does not allow")

    def value(model: int, table: Table) -> Fraction:
        return sum((w * x for w, x in zip(weights, known.vector(model, table), strict=True)), _ZERO)

    return value


def _slopes(points: Pairs) -> list[Fraction]:
    return [(v - u) / (y - x) for (x, u), (y, v) in pairwise(points)]


def _check_shape(shape: Shape | None, points: Pairs) -> None:
    """Check that the utility has the shape that the question asks for. Raises Refused."""
    if shape is None:
        raise Refused("the question does not say what a utility must be")
    if not points or any(x >= y for (x, _), (y, _) in pairwise(points)):
        raise Refused("a utility needs points with ascending returns")
    slopes = _slopes(points)
    if any(slope < 0 for slope in slopes) or (shape.is_strict and not (slopes and all(slopes))):
        raise Refused(f"the utility is not {shape.value}")
    if shape.is_concave and any(first < second for first, second in pairwise(slopes)):
        raise Refused(f"the utility is not {shape.value}")


def utility_at(points: Pairs, x: Fraction) -> Fraction:
    """Return what a return is worth: on the line through the points beside it, or through the outermost two.

    >>> utility_at(((Fraction(0), Fraction(0)), (Fraction(1), Fraction(3))), Fraction(2))
    Fraction(6, 1)
    """
    if len(points) == 1:
        return points[0][1]
    i = min(max(bisect_left(points, (x,)), 1), len(points) - 1)
    (a, u), (b, v) = points[i - 1], points[i]
    return u + (v - u) * (x - a) / (b - a)


def _expected(claim: Claim, points: Pairs) -> Value:
    returns = returns_of(claim)

    def value(model: int, table: Table) -> Fraction:
        if len(set(_slopes(points))) <= 1:
            return utility_at(points, returns.mean(model, table))
        return sum((p * utility_at(points, x) for x, p in returns.law(model, table)), _ZERO)

    return value


def _check_spectrum(parts: Pairs) -> None:
    """Check that these are weights of levels. Raises Refused."""
    if any(not 0 < level <= 1 or weight <= 0 for level, weight in parts):
        raise Refused("a spectrum needs positive weights at levels above 0 and at most 1")
    if sum(weight for _, weight in parts) != 1 or any(a >= b for (a, _), (b, _) in pairwise(parts)):
        raise Refused("the weights of a spectrum do not sum to 1, or its levels do not ascend")


def _spectral(claim: Claim, parts: Pairs) -> Value:
    returns = returns_of(claim)

    def value(model: int, table: Table) -> Fraction:
        if parts[0][0] == 1:
            return returns.mean(model, table)
        law = returns.law(model, table)
        return sum((weight * lower_part(law, level) / level for level, weight in parts), _ZERO)

    return value


def read_coefficients(node: Node, scope: Scope) -> CoefficientsWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", optional=("weights", "utility", "spectrum"))
    if len(entry) != 2:
        node.expected('an object with one of "weights", "utility" and "spectrum"')
    if "utility" in entry:
        return UtilityWitness(_read_pairs(entry["utility"], "return", "utility"))
    if "spectrum" in entry:
        return SpectrumWitness(_read_pairs(entry["spectrum"], "level", "weight"))
    known = name_index(scope.claim.setting.given)
    weights = [_ZERO] * len(known)
    for name, item in entry["weights"].entries():
        weights[item.find(name, known, "given objective")] = item.rational()
    return WeightsWitness(tuple(weights))


def _read_pairs(node: Node, first: str, second: str) -> Pairs:
    entries = (item.fields(first, second) for item in node.items())
    return tuple((entry[first].rational(), entry[second].rational()) for entry in entries)


def write_coefficients(proof: CoefficientsWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    match proof:
        case WeightsWitness(weights=weights):
            pairs = zip(scope.claim.setting.given, weights, strict=True)
            return {"weights": {one.name: rational_text(w) for one, w in pairs}}
        case UtilityWitness(points=points):
            return {"utility": _write_pairs(points, "return", "utility")}
        case SpectrumWitness(parts=parts):
            return {"spectrum": _write_pairs(parts, "level", "weight")}


def _write_pairs(pairs: Pairs, first: str, second: str) -> list[JsonObject]:
    return [{first: rational_text(x), second: rational_text(y)} for x, y in pairs]


PROOF = ProofKind(
    kind="coefficients",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"linear", "eu", "spectral"}),
    data=(WeightsWitness, UtilityWitness, SpectrumWitness),
    check=check_coefficients,
    read=read_coefficients,
    write=write_coefficients,
)
