"""The largest least gap: every answer is shown by its own numbers."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

from specexpr.certify.model import Relation
from specexpr.expressivity.ltl.gaps import Program, largest_least_gap


def random_program(rng: random.Random, most: int) -> Program:
    size, count = rng.randrange(1, 5), rng.randrange(1, most)
    relations = [Relation.STRICT, *(rng.choice(list(Relation)) for _ in range(size - 1))]
    rng.shuffle(relations)
    columns = [[rng.randrange(-3, 4) if rng.random() < 0.7 else 0 for _ in relations] for _ in range(count)]
    constants = [rng.randrange(-3, 4) if rng.random() < 0.5 else 0 for _ in relations]
    return Program(relations, constants, columns, [rng.randrange(0, 3) for _ in range(count)])


def bound(program: Program, weights: tuple[Fraction, ...]) -> Fraction:
    """Return z.b + sum of u_j max(0, z.g_j)."""
    total = sum((z * b for z, b in zip(weights, program.constants, strict=True)), Fraction(0))
    for column, upper in zip(program.columns, program.bounds, strict=True):
        total += upper * max(Fraction(0), sum(z * a for z, a in zip(weights, column, strict=True)))
    return total


def test_the_optimum_and_its_weights_agree() -> None:
    """The values reach the gap, the weights bound it by as much; or they bound weak rows and ties below 0."""
    rng = random.Random(1)
    seen: Counter[str] = Counter()
    for _ in range(600):
        program = random_program(rng, rng.choice((4, 12, 40)))
        found = largest_least_gap(program)
        strict = sum(z for z, r in zip(found.weights, program.relations, strict=True) if r is Relation.STRICT)
        assert all(z >= 0 or r is Relation.TIE for z, r in zip(found.weights, program.relations, strict=True))
        if found.values is None:
            assert strict == 0
            assert bound(program, found.weights) < 0
            seen["none"] += 1
            continue
        assert strict == 1
        assert bound(program, found.weights) == found.gap
        assert all(0 <= x <= u for x, u in zip(found.values, program.bounds, strict=True))
        gaps = [
            b + sum(column[k] * x for column, x in zip(program.columns, found.values, strict=True))
            for k, b in enumerate(program.constants)
        ]
        for gap, relation in zip(gaps, program.relations, strict=True):
            assert gap >= found.gap if relation is Relation.STRICT else True
            assert gap >= 0 if relation is Relation.WEAK else True
            assert gap == 0 if relation is Relation.TIE else True
        seen["positive" if found.gap > 0 else "zero or less"] += 1
    assert min(seen.values()) > 40


def test_many_columns_take_few_pivots() -> None:
    """A thousand columns are no burden."""
    rng = random.Random(2)
    columns = [[rng.randrange(-(10**9), 10**9) for _ in range(4)] for _ in range(1_000)]
    program = Program([Relation.STRICT] * 3 + [Relation.TIE], [0] * 4, columns, [1] * 1_000)
    found = largest_least_gap(program)
    assert found.values is not None
    assert found.gap == bound(program, found.weights) > 0
    assert sum(x.denominator > 1 for x in found.values) <= 4
