"""Multipliers as polynomials: they vanish the rows everywhere, and are unique."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq, fmpz_mat, fmpz_poly

from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation
from specexpr.certify.walk import walker
from specexpr.expressivity.everywhere_rows import ClaimRows
from specexpr.expressivity.multipliers import (
    as_terms,
    independent,
    left_kernel,
    row_multipliers,
    solve_polynomials,
)
from specexpr.expressivity.polynomial_system import OutOfTime, PolynomialSystem
from specexpr.expressivity.real_roots import sign
from specexpr.solve.cone import Conflict, decide_cone
from specexpr.testing.generators import random_model, random_table
from tests.clock import CLOCK, POLICIES, clock_claim
from tests.unit.expressivity.everywhere_claims import claim_of

ZERO = fmpz_poly([])
HALF = Fraction(1, 2)


def drawn(random: Random) -> fmpz_poly:
    return fmpz_poly([random.randint(-3, 3) for _ in range(random.randint(0, 4))])


@pytest.mark.parametrize("seed", range(40))
def test_square_systems(seed: int) -> None:
    """The solution solves, and its denominator is the determinant up to sign."""
    random = Random(seed)
    size = random.randint(1, 5)
    matrix = [[drawn(random) for _ in range(size)] for _ in range(size)]
    right = [drawn(random) for _ in range(size)]
    at = fmpz_mat(size, size, [int(p(7)) for row in matrix for p in row])
    if not at.det():
        return
    values, determinant = solve_polynomials(matrix, right)
    assert abs(int(determinant(7))) == abs(int(at.det()))
    for row, b in zip(matrix, right, strict=True):
        assert sum((p * x for p, x in zip(row, values, strict=True)), ZERO) == determinant * b


@pytest.mark.parametrize("seed", range(40))
def test_kernels(seed: int) -> None:
    """A combination of independent rows gives its coefficients; more rows or fewer give None."""
    random = Random(seed)
    size, width = random.randint(1, 4), random.randint(4, 6)
    matrix = [[drawn(random) for _ in range(width)] for _ in range(size)]
    if len(independent(matrix, HALF)) < size:
        return
    factors = [drawn(random) for _ in range(size)]
    factors[0] += 1
    mixed = [sum((f * row[j] for f, row in zip(factors, matrix, strict=True)), ZERO) for j in range(width)]
    if not all(sign(f, HALF) for f in factors):
        return
    kernel = left_kernel([*matrix, mixed], HALF)
    assert kernel is not None
    assert [kernel[-1] * f for f in factors] == [-y for y in kernel[:-1]]
    assert left_kernel(matrix, HALF) is None
    assert left_kernel([*matrix, mixed, mixed], HALF) is None
    moved = [p + fmpz_poly([-1, 2]) for p in mixed]  # the same at 1/2 alone
    assert left_kernel([*matrix, moved], HALF) is None


def test_kernels_of_zero_rows() -> None:
    """One zero row is a combination by itself; two are two."""
    assert left_kernel([[ZERO, ZERO]], HALF) == [fmpz_poly([1])]
    assert left_kernel([[ZERO], [ZERO]], HALF) is None


@pytest.mark.parametrize("seed", range(50))
def test_multipliers_of_conflicts(seed: int) -> None:
    """Weights of a conflict at 1/2 have its signs there and sum the rows to zero; terms do so at every g."""
    claim = claim_of(seed)
    system = ClaimRows(claim, "mr").system
    outcome = decide_cone(
        [system.integers(row, HALF) for row in system.rows], [row.relation for row in system.rows]
    )
    if not isinstance(outcome, Conflict):
        return
    rows = [system.rows[k] for k, _ in outcome.multipliers]
    weights = row_multipliers(system, rows, HALF)
    if weights is None:
        return
    scaled = [y * system.integer_scale(system.rows[k], HALF) for k, y in outcome.multipliers]
    found = [w(fmpq(1, 2)) for w in weights]
    ratio = Fraction(int(found[0].p), int(found[0].q)) / scaled[0]
    assert [Fraction(int(x.p), int(x.q)) for x in found] == [ratio * y for y in scaled]
    terms = as_terms(system, rows, [w if ratio > 0 else -w for w in weights])
    assert terms is not None
    sides = [(term.model, side, s) for term, _ in terms for side, s in ((term.better, 1), (term.worse, -1))]
    total: dict[int, fmpz_poly] = {}
    common = fmpz_poly([1])
    for (model, side, s), (term, weight) in zip(sides, [t for t in terms for _ in "ab"], strict=True):
        number = system.sequence(model, side) if term.is_trajectory else system.policy(model, side)
        point = system.points[number]
        total = {j: p * point.denominator for j, p in total.items()}
        for j, p in point.numerators.items():
            total[j] = total.get(j, ZERO) + s * weight * p * common
        common *= point.denominator
    assert not any(total.values())


def test_good_and_bad_shares_become_pairs() -> None:
    """A and B against D and E: in all pairs, or in few along the corner, with the same shares."""
    corners = tuple(POLICIES[name] for name in "ABDE")
    accepted = AcceptableSet(0, corners[:2], corners, Acceptance.RANGE)
    system = ClaimRows(Claim((CLOCK,), (), (accepted,), None), "mr").system
    outcome = decide_cone(
        [system.integers(row, HALF) for row in system.rows], [row.relation for row in system.rows]
    )
    assert isinstance(outcome, Conflict)
    rows = [system.rows[k] for k, _ in outcome.multipliers]
    weights = row_multipliers(system, rows, HALF)
    assert weights is not None
    weights = [w * sign(weights[0], HALF) for w in weights]
    every = as_terms(system, rows, weights)
    few = as_terms(system, rows, weights, lambda p: sign(p, HALF))
    assert every is not None
    assert few is not None
    assert (len(every), len(few)) == (4, 2)
    square, one = fmpz_poly([0, 0, 1]), fmpz_poly([1])  # g^2 d(A) + d(B) = g^2 d(D) + d(E)
    for terms, total in ((few, one), (every, 1 + square)):
        shares = dict.fromkeys(corners, ZERO)
        for term, weight in terms:
            shares[term.better] += weight  # type: ignore[index] # terms of policies
            shares[term.worse] += weight  # type: ignore[index]
        assert list(shares.values()) == [total * square, total, total * square, total]


def test_a_cycle_of_constraints() -> None:
    """Constraints in a circle conflict with constant weights, whatever the policies do."""
    claim = clock_claim("A > B, B >= C, C ~ A")
    system = PolynomialSystem(claim, walker("mr", claim))
    system.add_constraints(claim.constraints)
    weights = row_multipliers(system, system.rows, HALF)
    assert weights in ([fmpz_poly([x])] * 3 for x in (1, -1))


def test_no_multipliers_elsewhere() -> None:
    """Rows that depend at 1/2 alone have none."""
    random = Random(5)
    model = random_model(random, 4, 2)
    tables = [random_table(random, model) for _ in range(2)]
    pair = PolicyConstraint(0, tables[0], tables[1], Relation.STRICT)
    claim = Claim((model,), (pair,), (), None)
    system = PolynomialSystem(claim, walker("mr", claim))
    system.add_constraints(claim.constraints)
    assert row_multipliers(system, system.rows, HALF) is None


def test_the_deadline_is_kept() -> None:
    """Elimination stops once the deadline has passed."""
    with pytest.raises(OutOfTime):
        solve_polynomials([[fmpz_poly([1])]], [ZERO], time.monotonic() - 1)
    claim = clock_claim("A > B")
    with pytest.raises(OutOfTime):
        ClaimRows(claim, "mr", time.monotonic() - 1)
