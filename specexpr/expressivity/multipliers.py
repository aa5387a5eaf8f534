"""Multipliers of conflicting rows as polynomials in the discount, and the terms of a certificate with them.

If rows conflict irreducibly at a discount, at most one combination of them, up to a factor, vanishes at every
discount. To find it, weigh points rather than rows: sum over points of u x numerators = 0, of a degree half
as high; the weight of a point is then c = u x denominator, and those of the rows follow along the tree that
the rows make of the points (a row is an edge), where the weights c of each tree sum to zero.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import cast

from flint import fmpq, fmpz_poly

from specexpr.certify.model import Relation, Table, TrajectoryConstraint
from specexpr.certify.proofs import Term
from specexpr.expressivity.polynomial_system import OutOfTime, PolynomialSystem, Row

_PRIME = (1 << 61) - 1
_NOTHING, _UNIT = fmpz_poly([]), fmpz_poly([1])


Weighted = list[tuple[Term, fmpz_poly]]
"""Terms of weight 1 with their weights."""


def row_multipliers(
    system: PolynomialSystem, rows: Sequence[Row], discount: Fraction, *, deadline: float | None = None
) -> list[fmpz_poly] | None:
    """Return primitive weights under which the rows sum to zero at every discount, or None.

    The rows are an irreducible conflict at the given discount. None says that they conflict at finitely many
    discounts only. Raises OutOfTime.
    """
    numbers = sorted({number for row in rows for number in (row.plus, row.minus)})
    place = {number: i for i, number in enumerate(numbers)}
    edges = [(place[row.plus], place[row.minus]) for row in rows]
    trees = _trees(len(numbers), edges)
    if trees is None:  # a cycle: it is the conflict, whatever the features are
        incidence = [[_NOTHING] * len(numbers) for _ in rows]
        for line, (i, j) in zip(incidence, edges, strict=True):
            line[i] += 1
            line[j] -= 1
        return left_kernel(incidence, discount, deadline)
    points = [system.points[number] for number in numbers]
    columns = sorted({j for point in points for j in point.numerators})
    matrix = [[point.numerators.get(j, _NOTHING) for j in columns] for point in points]
    for line, point, tree in zip(matrix, points, trees, strict=True):
        line += [point.denominator if tree == other else _NOTHING for other in sorted(set(trees))]
    found = left_kernel(matrix, discount, deadline)
    if found is None:
        return None
    weights = [u * point.denominator for u, point in zip(found, points, strict=True)]
    return _primitive(_along_trees(weights, edges))


def _trees(size: int, edges: Sequence[tuple[int, int]]) -> list[int] | None:
    """Return for each vertex the least one of its tree, or None if there is a cycle."""
    root = list(range(size))
    for i, j in edges:
        one, other = root[i], root[j]
        if one == other:
            return None
        root = [min(one, other) if x in (one, other) else x for x in root]
    return root


def _along_trees(weights: list[fmpz_poly], edges: Sequence[tuple[int, int]]) -> list[fmpz_poly]:
    """Return weights of the edges whose sums, outgoing less incoming, are those of the vertices."""
    left = dict(enumerate(edges))
    found = [_NOTHING] * len(edges)
    while left:
        degree: dict[int, int] = {}
        for edge in left.values():
            for i in edge:
                degree[i] = degree.get(i, 0) + 1
        k, (i, j) = next((k, edge) for k, edge in left.items() if 1 in (degree[edge[0]], degree[edge[1]]))
        found[k] = weights[i] if degree[i] == 1 else -weights[j]
        weights[i] -= found[k]
        weights[j] += found[k]
        del left[k]
    return found


def left_kernel(
    matrix: Sequence[Sequence[fmpz_poly]], discount: Fraction, deadline: float | None = None
) -> list[fmpz_poly] | None:
    """Return the primitive vector y, unique up to sign, with y matrix = 0, if at this discount there is one.

    matrix: n x m, of rank n - 1 at the discount. None if its rank is n elsewhere. Raises OutOfTime.
    """
    size = len(matrix)
    if not any(p for line in matrix for p in line):
        return [_UNIT] if size == 1 else None
    pivots = independent(matrix, discount)
    if len(pivots) != size - 1:
        return None
    columns, order = list(pivots), sorted(pivots.values())
    (last,) = set(range(size)) - set(order)
    # transposed: for each column, sum over `order` of y_i matrix[i] = - y_last matrix[last]
    square = [[matrix[i][j] for i in order] for j in columns]
    values, determinant = solve_polynomials(square, [-matrix[last][j] for j in columns], deadline)
    kernel = dict(zip(order, values, strict=True)) | {last: determinant}
    found = _primitive([kernel[i] for i in range(size)])
    for j in range(len(matrix[0])):
        if sum((y * line[j] for y, line in zip(found, matrix, strict=True)), _NOTHING):
            return None
    return found


def independent(matrix: Sequence[Sequence[fmpz_poly]], discount: Fraction) -> dict[int, int]:
    """Return columns of a nonsingular square part of a matrix at a discount, each with a row of that part.

    Ranks are counted modulo a prime: what is independent there is so exactly.
    """
    g = fmpq(discount.numerator, discount.denominator)
    work = []
    for line in matrix:
        values = [p(g) for p in line]
        work.append([int(x.p) * pow(int(x.q), -1, _PRIME) % _PRIME for x in values])
    pivots: dict[int, int] = {}
    left = set(range(len(work)))
    for j in range(len(matrix[0]) if matrix else 0):
        i = next((i for i in sorted(left) if work[i][j]), None)
        if i is None:
            continue
        left.remove(i)
        pivots[j] = i
        inverse = pow(work[i][j], -1, _PRIME)
        for k in left:
            if work[k][j]:
                factor = work[k][j] * inverse % _PRIME
                work[k] = [(a - factor * b) % _PRIME for a, b in zip(work[k], work[i], strict=True)]
    return pivots


def solve_polynomials(
    matrix: Sequence[Sequence[fmpz_poly]], right: Sequence[fmpz_poly], deadline: float | None = None
) -> tuple[list[fmpz_poly], fmpz_poly]:
    """Solve a nonsingular square system: numerators and one denominator, its determinant up to sign.

    Fraction-free elimination as in `models.occupancy`: entries stay minors. Raises OutOfTime.
    """
    size = len(right)
    work = [[*line, b] for line, b in zip(matrix, right, strict=True)]
    previous = _UNIT
    for k in range(size):
        if deadline is not None and time.monotonic() > deadline:
            raise OutOfTime
        candidates = [i for i in range(k, size) if work[i][k]]
        swap = min(candidates, key=lambda i: (work[i][k].degree(), i))
        work[k], work[swap] = work[swap], work[k]
        pivot, line = work[k][k], work[k]
        for i in range(k + 1, size):
            other, factor = work[i], work[i][k]
            for j in range(k + 1, size + 1):
                value = pivot * other[j]
                if factor and line[j]:
                    value -= factor * line[j]
                other[j] = value // previous if value else value
            other[k] = _NOTHING
        previous = pivot
    values = [_NOTHING] * size
    for i in range(size - 1, -1, -1):
        rest = previous * work[i][size]
        for j in range(i + 1, size):
            rest -= work[i][j] * values[j]
        values[i] = rest // work[i][i]
    return values, previous


def _primitive(vector: Sequence[fmpz_poly]) -> list[fmpz_poly]:
    """Divide by the greatest common divisor of all entries."""
    common = reduce(lambda p, q: p if p == 1 else p.gcd(q), sorted(filter(None, vector), key=len))
    return list(vector) if common == 1 else [p // common for p in vector]


def as_terms(
    system: PolynomialSystem,
    rows: Sequence[Row],
    weights: Sequence[fmpz_poly],
    sign: Callable[[fmpz_poly], int] | None = None,
) -> Weighted | None:
    """Return rows with their weights as constraints of the claim, each once.

    The good and bad shares x_i and y_j of an acceptable set become pairs: with weights x_i y_j, and then all
    others are multiplied by sum x_i, too; or with a sign, where shares are positive, few pairs along the
    north-west corner of their partial sums. None if a partial sum has the sign 0 and is not zero.
    """
    found: dict[object, tuple[Term, fmpz_poly]] = {}
    shares: dict[int, tuple[list[tuple[Table, fmpz_poly]], list[tuple[Table, fmpz_poly]]]] = {}
    for row, weight in zip(rows, weights, strict=True):
        if not weight:
            continue
        if row.source is None and (row.good is None or row.bad is None):
            good, bad = shares.setdefault(row.accepted, ([], []))
            if row.good is not None:
                good.append((row.good, weight))
            if row.bad is not None:
                bad.append((row.bad, weight))
        else:
            _put(found, _term(system, row), weight)
    factor = _UNIT
    for k, (good, bad) in shares.items():
        accepted = system.claim.acceptable[k]
        if sign is None:
            total = sum((x for _, x in good), _NOTHING)
            pairs = [(better, worse, x * y * factor) for better, x in good for worse, y in bad]
            found = {key: (term, weight * total) for key, (term, weight) in found.items()}
            factor *= total
        else:
            corner = _north_west(good, bad, sign)
            if corner is None:
                return None
            pairs = corner
        for better, worse, weight in pairs:
            term = Term(accepted.model, better, worse, Relation.STRICT, Fraction(1), accepted.line)
            _put(found, term, weight)
    kept = [(term, weight) for term, weight in found.values() if weight]
    primitive = _primitive([weight for _, weight in kept])
    return [(term, weight) for (term, _), weight in zip(kept, primitive, strict=True)]


def _term(system: PolynomialSystem, row: Row) -> Term:
    """Return what a row between two policies or sequences states."""
    c = row.source
    if c is not None:
        is_sequence = isinstance(c, TrajectoryConstraint)
        return Term(c.model, c.better, c.worse, c.relation, Fraction(1), c.line, is_sequence)
    accepted = system.claim.acceptable[row.accepted]
    good, bad = cast(Table, row.good), cast(Table, row.bad)
    return Term(accepted.model, good, bad, row.relation, Fraction(1), accepted.line)


def _put(found: dict[object, tuple[Term, fmpz_poly]], term: Term, weight: fmpz_poly) -> None:
    key = term.model, term.better, term.worse, term.relation, term.is_trajectory
    known = found.get(key)
    found[key] = (term, weight) if known is None else (known[0], known[1] + weight)


def _north_west(
    good: Sequence[tuple[Table, fmpz_poly]],
    bad: Sequence[tuple[Table, fmpz_poly]],
    sign: Callable[[fmpz_poly], int],
) -> list[tuple[Table, Table, fmpz_poly]] | None:
    """Split two distributions of one mass into few pairs; None where a rest has sign 0 and is not zero."""
    left, right, found = list(good), list(bad), []
    while left and right:
        (better, x), (worse, y) = left[0], right[0]
        rest = x - y
        order = sign(rest)
        if not order and rest:
            return None
        found.append((better, worse, x if order <= 0 else y))
        if order <= 0:
            left.pop(0)
        if order >= 0:
            right.pop(0)
        if order > 0:
            left[0] = better, rest
        elif order < 0:
            right[0] = worse, -rest
    return found
