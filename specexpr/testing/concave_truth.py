"""Whether some concave or convex function of points is as asked, by brute force; and what refutes that.

Points are occupancies or vectors of given values. A function with given values at finitely many points is
concave iff it keeps Jensen's inequality, and then it keeps it for means whose policies are independent:
those are *circuits*, minimal affine dependences with one negative coefficient, of which there are finitely
many. For few points all of them are written down, for more those that matter are looked for one by one.
Shares no code with the decisions, and none with the kernel but its nouns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, cast

from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.testing.brute_force import comparisons, occupancy
from specexpr.testing.linear_truth import Conflict, Inequality, Solution, solve

Point = Mapping[Any, Fraction]
Asked = tuple[Relation, Point, Point]
"""A comparison by the points of its sides."""

Jensen = tuple[int, dict[int, Fraction], bool]
"""A point, others with their shares, and whether it must be more than their mean."""

FEW = 8
"""Up to so many points all circuits are written down."""

_ZERO, _ONE = Fraction(0), Fraction(1)


def concave_exists(
    asked: Sequence[Asked], rising: Sequence[Any] | None = None, *, is_strict: bool = False
) -> bool:
    """Say whether some concave function meets comparisons.

    rising: coordinates in which it must not fall, with `is_strict` rise; None: it may do anything.
    """
    points, numbered = _numbered(asked)
    if rising is None and len(points) <= FEW:
        return isinstance(_values(numbered, list(_circuits(points))), Solution)
    known: list[Jensen] = []
    while True:
        found = _values(numbered, known)
        if isinstance(found, Conflict):
            return False
        values = [found.point.get(i, _ZERO) for i in range(len(points))]
        tests = (_jensen(points, values, i, rising, is_strict=is_strict) for i in range(len(points)))
        violated = [one for one in tests if one is not None]
        if not violated:
            return True
        known += violated


def convex_exists(asked: Sequence[Asked]) -> bool:
    """Say whether some convex function meets comparisons: whether the negative of a concave one does."""
    return concave_exists([(relation, worse, better) for relation, better, worse in asked])


def monotone_exists(asked: Sequence[Asked], *, is_strict: bool) -> bool:
    """Say whether some function that does not fall where coordinates rise, or that rises, meets them."""
    points, numbered = _numbered(asked)
    known: list[Jensen] = []
    for i, j in combinations(range(len(points)), 2):
        for high, low in ((i, j), (j, i)):
            if all(points[high][c] >= points[low][c] for c in points[high]):
                known.append((high, {low: _ONE}, is_strict))
    return isinstance(_values(numbered, known), Solution)


def occupancies(claim: Claim, asked: Sequence[PolicyConstraint]) -> list[Asked]:
    """Return comparisons by the occupancies of their sides."""
    known: dict[tuple[int, Table], Point] = {}

    def of(model: int, table: Table) -> Point:
        if (model, table) not in known:
            known[model, table] = occupancy(claim.models[model], table, claim.fixed_discount)
        return known[model, table]

    return [(c.relation, of(c.model, c.better), of(c.model, c.worse)) for c in asked]


def policy_comparisons(claim: Claim) -> list[PolicyConstraint]:
    """Return all that a claim asks of policies."""
    return [c for c in comparisons(claim) if isinstance(c, PolicyConstraint)]


def doubt_conflict(
    claim: Claim,
    proof: JensenCertificate,
    is_met: Callable[[Sequence[PolicyConstraint]], bool],
    point: Callable[[int, Table], Point],
    *,
    is_convex: bool = False,
    is_given: bool = False,
) -> str | None:
    """Return what is wrong with a conflict, or None.

    is_met: comparisons -> whether some function meets them. point: (model, policy) -> what is seen of it.
    """
    asked = policy_comparisons(claim)
    terms = [
        PolicyConstraint(t.model, cast(Table, t.better), cast(Table, t.worse), t.relation)
        for t in proof.terms
    ]
    known = {(c.model, c.relation, c.better, c.worse) for c in asked}
    known |= {(c.model, c.relation, c.worse, c.better) for c in asked if c.relation is Relation.TIE}
    if any((c.model, c.relation, c.better, c.worse) not in known for c in terms):
        return "a term is not asked for"
    if is_met(terms):
        return "some function meets the terms"
    for k in range(len(terms)):
        if not is_met(terms[:k] + terms[k + 1 :]):
            return "the conflict is not irreducible"
    total: dict[Any, Fraction] = {}

    def add(here: Point, weight: Fraction) -> None:
        name = tuple(sorted(here.items()))
        total[name] = total.get(name, _ZERO) + weight

    for c, term in zip(terms, proof.terms, strict=True):
        add(point(c.model, c.better), term.weight)
        add(point(c.model, c.worse), -term.weight)
    for one in proof.mixtures:
        gap = dict(point(*one.whole))
        sign = -one.weight if is_convex else one.weight
        add(point(*one.whole), sign)
        for member, share in one.parts:
            add(point(*member), -sign * share)
            for key, x in point(*member).items():
                gap[key] = gap.get(key, _ZERO) - share * x
        if any(x < 0 if is_given else x for x in gap.values()) or sum(share for _, share in one.parts) != 1:
            return "a mixture is not what it is said to be"
    return "the terms and mixtures do not add up to nothing" if any(total.values()) else None


# -- the systems ------------------------------------------------------------------------------------------


def _numbered(asked: Sequence[Asked]) -> tuple[list[Point], list[tuple[Relation, int, int]]]:
    """Return the different points, and the comparisons by their numbers."""
    numbers: dict[Any, int] = {}
    points: list[Point] = []

    def number(point: Point) -> int:
        key = tuple(sorted(point.items()))
        if key not in numbers:
            numbers[key] = len(points)
            points.append(point)
        return numbers[key]

    rows = dict.fromkeys((relation, number(better), number(worse)) for relation, better, worse in asked)
    return points, list(rows)


def _values(asked: Sequence[tuple[Relation, int, int]], known: Sequence[Jensen]) -> Solution | Conflict:
    """Solve for values at points that meet comparisons and inequalities."""
    rows = []
    for relation, better, worse in asked:
        gap = {better: _ONE, worse: -_ONE} if better != worse else {better: _ZERO}
        rows.append(Inequality(gap, relation))
    for whole, parts, is_strict in known:
        relation = Relation.STRICT if is_strict else Relation.WEAK
        rows.append(Inequality({whole: _ONE} | {j: -share for j, share in parts.items()}, relation))
    return solve(rows)


def _circuits(points: Sequence[Point]) -> Iterator[Jensen]:
    """Yield each point with independent others of which it is a mean, all shares positive."""
    keys = sorted({key for point in points for key in point})
    columns = [[point.get(key, _ZERO) for key in keys] + [_ONE] for point in points]
    for size in range(2, len(points)):
        for some in combinations(range(len(points)), size):
            for i in set(range(len(points))).difference(some):
                shares = _combination([columns[j] for j in some], columns[i])
                if shares is not None and all(share > 0 for share in shares):
                    yield i, dict(zip(some, shares, strict=True)), False


def _combination(vectors: Sequence[Sequence[Fraction]], target: Sequence[Fraction]) -> list[Fraction] | None:
    """Return the coefficients of a vector in independent others; None if these depend, or it has none."""
    width = len(vectors)
    rows = [[*(v[k] for v in vectors), target[k]] for k in range(len(target))]
    for column in range(width):
        pivot = next((k for k in range(column, len(rows)) if rows[k][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for k, row in enumerate(rows):
            if k != column and (factor := row[column]):
                rows[k] = [x - factor * y for x, y in zip(row, rows[column], strict=True)]
    if any(row[width] for row in rows[width:]):
        return None
    return [rows[k][width] for k in range(width)]


def _jensen(
    points: Sequence[Point],
    values: Sequence[Fraction],
    i: int,
    rising: Sequence[Any] | None,
    *,
    is_strict: bool,
) -> Jensen | None:
    """Return an inequality that values violate at a point, if a function through them has no slope there."""
    rows = []
    others = [j for j in range(len(points)) if j != i]
    keys = {key for point in points for key in point}
    for j in others:
        slope = {("slope", key): points[j].get(key, _ZERO) - points[i].get(key, _ZERO) for key in keys}
        gap: dict[Any, Fraction] = {key: x for key, x in slope.items() if x}
        rows.append(Inequality(gap | {("scale",): values[i] - values[j]}, Relation.WEAK))
    rows.append(Inequality({("scale",): _ONE}, Relation.STRICT))
    signs = [Inequality({("slope", key): _ONE}, Relation.WEAK) for key in rising or ()]
    found = solve(rows + signs)
    if isinstance(found, Solution) and is_strict:  # only then: else there would be no end of inequalities
        found = solve(rows + [Inequality(one.coefficients, Relation.STRICT) for one in signs])
    if isinstance(found, Solution):
        return None
    weights = found.weights[: len(others)]
    total = sum(weights, _ZERO)
    shares = {j: y / total for j, y in zip(others, weights, strict=True) if y}
    return i, shares, is_strict and any(found.weights[len(rows) :])
