"""Bases of words: they span what all words do, exactly, whatever is observed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from time import monotonic

import pytest

from specexpr.certify.model import Claim, Label, Relation, Setting, Table, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.words import Word
from specexpr.expressivity.lotteries import PRIMES, OutOfReach, WordBasis, word_basis
from specexpr.testing.examples import MEMORY, corners
from specexpr.testing.generators import perturb_model, random_model, random_tables, random_trajectory
from specexpr.testing.word_truth import lotteries

SIZES = ((1, 2), (1, 3), (2, 2), (2, 2), (2, 3), (3, 2), (3, 2), (3, 3))


def random_claim(random: Random) -> tuple[Claim, list[tuple[int, Table]]]:
    """Return a claim that fixes what is observed in one or two environments, and policies in them."""
    states, actions = random.choice(SIZES)
    models = [random_model(random, states, actions)]
    if random.random() < 0.3:
        models.append(perturb_model(random, models[0]))
    labels = None
    if random.random() < 0.5:
        labels = tuple(
            (
                Label("goal", frozenset(random.sample(range(states), random.randint(0, states)))),
                Label("push", pairs=frozenset((s, a) for s in range(states) for a in m.rows[s] if a % 2)),
            )
            for m in models
        )
    constraints = ()
    if random.random() < 0.2:
        steps = random_trajectory(random, models[0], 2)
        constraints = (TrajectoryConstraint(0, steps, steps, Relation.WEAK),)
    claim = Claim(tuple(models), constraints, (), None, setting=Setting(labels=labels))
    points = [(m, t) for m in range(len(models)) for t in random_tables(random, models[m], 3)]
    return claim, random.sample(points, random.randint(1, min(4, len(points))))


def rank(vectors: Sequence[Sequence[Fraction]]) -> int:
    """Return the rank of some vectors by elimination."""
    rows = [list(v) for v in vectors]
    found = 0
    for j in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(found, len(rows)) if rows[i][j]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            factor = rows[i][j] / rows[found][j]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found


def paths(claim: Claim, point: tuple[int, Table], length: int) -> Iterator[tuple[Word, Fraction]]:
    """Yield the observations of every path of a length with the probability of the path."""
    m, table = point
    model, seen = claim.models[m], observations(claim)
    found: list[tuple[Word, int, Fraction]] = [((), s, p) for s, p in model.start]
    for _ in range(length):
        found = [
            ((*word, seen.of[m][s, a, t]), t, mass * p * q)
            for word, s, mass in found
            for a, p in table[s]
            for t, q in model.rows[s][a]
        ]
    yield from ((word, mass) for word, _, mass in found)


@pytest.mark.parametrize("seed", range(300))
def test_a_basis_spans_the_probabilities_of_all_words(seed: int) -> None:
    """Its rank is that of all words, and all of these depend on it."""
    claim, points = random_claim(Random(seed))
    basis = word_basis(claim, points)
    everything = lotteries(claim, points, all_words=True)
    words = dict.fromkeys(word for lottery in everything for word in lottery)
    vectors = [[lottery.get(word, Fraction(0)) for lottery in everything] for word in words]
    assert rank(vectors) == rank(basis.probabilities) == rank([*vectors, *basis.probabilities])


@pytest.mark.parametrize("seed", range(60))
def test_words_are_prefix_closed_and_come_with_their_probabilities(seed: int) -> None:
    """Short words come first, each after its prefixes; P(w) is the sum over the paths that show w."""
    claim, points = random_claim(Random(seed))
    basis = word_basis(claim, points)
    assert basis.words[0] == ()
    assert [len(w) for w in basis.words] == sorted(len(w) for w in basis.words)
    assert len(set(basis.words)) == len(basis.words)
    assert all(w[:-1] in basis.words for w in basis.words[1:])
    for word, row in zip(basis.words, basis.probabilities, strict=True):
        if len(word) <= 4:
            for point, p in zip(points, row, strict=True):
                assert p == sum(mass for shown, mass in paths(claim, point, len(word)) if shown == word)


def test_memory_needs_both_actions() -> None:
    """The four policies of "memory" have independent lotteries, of which one step shows three."""
    points = [(0, t) for t in corners(MEMORY).values()]
    claim = Claim((MEMORY,), (), (), None)
    basis = word_basis(claim, points)
    assert rank(basis.probabilities) == 4
    assert max(map(len, basis.words)) == 2
    labelled = replace(claim, setting=Setting(labels=((Label("far", frozenset({1, 2})),),)))
    assert word_basis(labelled, points) == WordBasis(((),), ((Fraction(1),) * 4,))


def test_policies_that_behave_alike_share_a_column() -> None:
    """A point that is given twice, or differs where it never goes, adds nothing."""
    table = corners(MEMORY)["aaa"]
    claim = Claim((MEMORY,), (), (), None)
    basis = word_basis(claim, [(0, table), (0, table)])
    assert basis.probabilities == ((Fraction(1), Fraction(1)),)


def test_the_prime_is_a_choice() -> None:
    """Ranks modulo another prime give the same words."""
    claim, points = random_claim(Random(5))
    assert len({word_basis(claim, points, prime=prime) for prime in PRIMES}) == 1


def test_a_deadline_ends_the_search() -> None:
    """A deadline that has passed is said to have."""
    claim = Claim((MEMORY,), (), (), None)
    with pytest.raises(OutOfReach, match=r"^time"):
        word_basis(claim, [(0, t) for t in corners(MEMORY).values()], deadline=monotonic() - 1)
