"""Combinations in small numbers against their features in each machine, on random claims of every sort."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.features import features
from specexpr.certify.hidden import Hidden, Moves, hidden
from specexpr.certify.mixtures import Mixtures
from specexpr.certify.model import Claim, Constraint, Machine, Relation
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Refused
from specexpr.certify.structures import is_consistent
from specexpr.testing.linear_truth import Conflict, Inequality, solve
from tests.unit.expressivity.machine_claims import KINDS, random_claim

Parts = list[tuple[Constraint, Fraction]]


def random_moves(random: Random, states: int, count: int) -> list[dict[int, int]]:
    """Return a machine, most often one that stays where it is and rarely moves."""
    lazy = random.random() < 0.5
    return [
        {o: u if lazy and random.random() < 0.6 else random.randrange(states) for o in range(count)}
        for u in range(states)
    ]


def machine_of(moves: Moves) -> Machine:
    rows = tuple(tuple(row[o] for o in sorted(row)) for row in moves)
    return Machine(tuple(f"u{u}" for u in range(len(moves))), rows)


def vanishing_parts(claim: Claim, moves: Moves) -> Parts | None:
    """Return constraints that add up to nothing in a machine, by the simplex of the tests, or None."""
    known = features("rm", claim, machine=machine_of(moves))
    one = Fraction(1)
    rows = [Inequality(known.combined([(c, one)]), c.relation) for c in claim.constraints]
    outcome = solve(rows)
    if not isinstance(outcome, Conflict):
        return None
    return [(c, y) for c, y in zip(claim.constraints, outcome.weights, strict=True) if y]


def vanishes(found: Hidden, moves: Moves) -> bool:
    return is_consistent(found.equations(found.needed(moves)))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_combination_vanishes_where_its_features_do(kind: str) -> None:
    """In every machine the equations of a combination are consistent iff its features there are zero."""
    random = Random(len(kind))
    seen: Counter[bool] = Counter()
    for _ in range(40):
        claim = random_claim(random, kind)
        count = len(observations(claim).known)
        parts = vanishing_parts(claim, random_moves(random, random.choice((1, 1, 2)), count))
        if parts is None:
            continue
        found = hidden(Mixtures(claim), parts, claim.fixed_discount)
        for states in (1, 2, 2, 3, 3, 3):
            moves = random_moves(random, states, count)
            truth = not features("rm", claim, machine=machine_of(moves)).combined(parts)
            assert vanishes(found, moves) is truth
            seen[truth] += 1
    assert min(seen[True], seen[False]) > 5, seen


def test_what_is_not_known_does_not_matter() -> None:
    """If a combination vanishes with some moves known, it vanishes however the others are chosen."""
    random = Random(2)
    partly = 0
    for kind in KINDS * 20:
        claim = random_claim(random, kind)
        count = len(observations(claim).known)
        moves = random_moves(random, 2, count)
        parts = vanishing_parts(claim, moves)
        if parts is None:
            continue
        found = hidden(Mixtures(claim), parts, claim.fixed_discount)
        known = [{o: v for o, v in row.items() if random.random() < 0.6} for row in moves]
        if not vanishes(found, known):
            continue
        partly += bool(found.moved)
        for _ in range(3):
            other = random_moves(random, 2, count)
            filled = [row | kept for row, kept in zip(other, known, strict=True)]
            assert not features("rm", claim, machine=machine_of(filled)).combined(parts)
    assert partly > 3


def test_what_does_not_vanish_without_memory_never_does() -> None:
    """A combination whose occupancies differ is refused: on any machine they differ as well."""
    random = Random(3)
    refused = 0
    for _ in range(40):
        claim = random_claim(random, "policies")
        parts: Parts = [(replace(c, relation=Relation.STRICT), Fraction(1)) for c in claim.constraints[:2]]
        if features("mr", claim).combined(parts):
            refused += 1
            with pytest.raises(Refused, match="without memory"):
                hidden(Mixtures(claim), parts, claim.fixed_discount)
    assert refused > 10
