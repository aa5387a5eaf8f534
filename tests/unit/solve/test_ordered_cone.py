"""Cones over polynomials that are meant at one number: against integers, and multiplied out exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from flint import fmpz_poly

from specexpr.certify.model import Relation
from specexpr.expressivity.real_roots import RealRoot, Roots
from specexpr.expressivity.single_discount import Field
from specexpr.solve.cone import Direction, decide_cone
from specexpr.solve.ordered_cone import RingConflict, RingDirection, decide_ring_cone

Rows = list[list[fmpz_poly]]


def holds_exactly(rows: Rows, relations: Sequence[Relation], field: Field, outcome: object) -> bool:
    """Multiply an outcome out at the number; say whether it is a direction."""
    if isinstance(outcome, RingDirection):
        for row, relation in zip(rows, relations, strict=True):
            value = field.sign(sum((x * w for x, w in zip(row, outcome.values, strict=True)), fmpz_poly([])))
            assert {Relation.STRICT: value > 0, Relation.WEAK: value >= 0, Relation.TIE: not value}[relation]
        return True
    assert isinstance(outcome, RingConflict)
    assert any(relations[k] is Relation.STRICT for k, _ in outcome.multipliers)
    for k, y in outcome.multipliers:
        assert field.sign(y) > 0 or (relations[k] is Relation.TIE and field.sign(y))
    for j in range(len(rows[0])):
        assert field.is_zero(sum((y * rows[k][j] for k, y in outcome.multipliers), fmpz_poly([])))
    return False


def root_of(*coefficients: int) -> Field:
    """Return the field of the first root in (0, 1) of a polynomial."""
    (root, *_) = Roots().of(fmpz_poly(list(coefficients)))
    assert isinstance(root, RealRoot)
    return Field(root)


FIELDS = (root_of(-1, 0, 2), root_of(-1, 1, 1), root_of(-1, 0, 0, 2), root_of(1, -40, 3, 0, 7))


def relations_of(random: Random, count: int) -> list[Relation]:
    kinds = random.choice(([Relation.STRICT], [Relation.STRICT, Relation.WEAK], list(Relation)))
    return [random.choice(kinds) for _ in range(count)]


@pytest.mark.parametrize("seed", range(60))
def test_constants_are_decided_as_integers(seed: int) -> None:
    """On constant polynomials the verdict is that of integers, whatever number is meant."""
    random = Random(seed)
    count, width = random.randint(1, 7), random.randint(1, 4)
    whole = [[random.randint(-2, 2) for _ in range(width)] for _ in range(count)]
    relations = relations_of(random, count)
    rows = [[fmpz_poly([x]) for x in row] for row in whole]
    field = random.choice(FIELDS)
    outcome = decide_ring_cone(rows, relations, field.sign)
    expected = isinstance(decide_cone(whole, relations), Direction)
    assert holds_exactly(rows, relations, field, outcome) is expected


@pytest.mark.parametrize("seed", range(60))
def test_rows_with_hidden_ties(seed: int) -> None:
    """Rows that vanish or depend at the number alone, by multiples of its polynomial, are decided."""
    random = Random(seed)
    field = random.choice(FIELDS)
    width = random.randint(1, 3)

    def drawn() -> fmpz_poly:
        return fmpz_poly([random.randint(-2, 2) for _ in range(random.randint(0, 3))])

    def zero() -> fmpz_poly:
        return field.root.polynomial * drawn()

    rows = [[drawn() for _ in range(width)] for _ in range(random.randint(1, 3))]
    for _ in range(random.randint(1, 3)):
        factors = [drawn() for _ in rows]
        mixed = [
            sum((f * row[j] for f, row in zip(factors, rows, strict=True)), zero()) for j in range(width)
        ]
        rows.append(mixed)
    relations = relations_of(random, len(rows))
    holds_exactly(rows, relations, field, decide_ring_cone(rows, relations, field.sign))


@pytest.mark.parametrize("seed", range(40))
def test_conflicts_are_irreducible(seed: int) -> None:
    """Without any one of its rows the rest of a conflict has a solution."""
    random = Random(seed)
    field = random.choice(FIELDS)
    rows = [[fmpz_poly([random.randint(-2, 2), random.randint(-2, 2)]) for _ in range(2)] for _ in range(7)]
    relations = relations_of(random, 7)
    outcome = decide_ring_cone(rows, relations, field.sign)
    if isinstance(outcome, RingConflict):
        numbers = [k for k, _ in outcome.multipliers]
        for kept in combinations(numbers, len(numbers) - 1):
            part = decide_ring_cone([rows[k] for k in kept], [relations[k] for k in kept], field.sign)
            assert isinstance(part, RingDirection)


def test_what_is_true_at_one_number_only() -> None:
    """x > 0 and (1 - 2 g^2) x = 0: only at 1/sqrt(2)."""
    rows = [[fmpz_poly([1])], [fmpz_poly([1, 0, -2])]]
    relations = [Relation.STRICT, Relation.TIE]
    assert isinstance(decide_ring_cone(rows, relations, FIELDS[0].sign), RingDirection)
    assert isinstance(decide_ring_cone(rows, relations, FIELDS[1].sign), RingConflict)


def test_no_rows_and_no_time() -> None:
    """Nothing asked is met; a deadline that has passed gives neither."""
    assert decide_ring_cone([], [], FIELDS[0].sign) == RingDirection(())
    assert decide_ring_cone([[fmpz_poly([1])]], [Relation.STRICT], FIELDS[0].sign, deadline=0.0) is None


@pytest.mark.parametrize("seed", range(40))
def test_signs_in_a_field(seed: int) -> None:
    """Signs are those of an evaluation in 200 digits, and of zero for multiples of the polynomial."""
    random = Random(seed)
    field = random.choice(FIELDS)
    p = fmpz_poly([random.randint(-9, 9) for _ in range(5)])
    assert field.sign(p * field.root.polynomial) == 0
    if p.gcd(field.root.polynomial) == 1:
        while field.root.hi - field.root.lo > Fraction(1, 10**200):
            field.root.narrow()
        value = sum(int(a) * field.root.lo**i for i, a in enumerate(p.coeffs()))
        assert field.sign(p) == (value > 0) - (value < 0)
