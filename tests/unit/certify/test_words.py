"""Probabilities of words, and the policies that an acceptable set leaves out, against brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from specexpr.certify.chain import Chain
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Model, Setting, Table
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.rivals import MOST_CHOICES, rivals
from specexpr.certify.words import Word, word_probabilities, word_tree
from specexpr.testing.brute_force import deterministic_tables, is_alike
from specexpr.testing.examples import MEMORY, STEADY, corners
from specexpr.testing.generators import random_environment, random_tables


def enumerated(claim: Claim, model: int, table: Table, word: Word) -> Fraction:
    """Return the probability of a word as the sum over all sequences of steps that show it."""
    m, seen = claim.models[model], observations(claim)
    total = Fraction(0)
    steps = [(s, a, t) for s, row in enumerate(m.rows) for a, law in row.items() for t, _ in law]
    for path in product(steps, repeat=len(word)):
        if tuple(seen.of[model][step] for step in path) != word:
            continue
        mass = dict(m.start).get(path[0][0], Fraction(0)) if path else Fraction(1)
        for k, (s, a, t) in enumerate(path):
            mass *= dict(table[s]).get(a, Fraction(0)) * dict(m.rows[s][a])[t]
            mass *= int(k == 0 or path[k - 1][2] == s)
        total += mass
    return total


@pytest.mark.parametrize("seed", range(30))
def test_probabilities_are_sums_over_paths(seed: int) -> None:
    """For transitions and for labels, on random environments with two states."""
    random = Random(seed)
    environment = random_environment(random, random.randint(0, 2))
    setting = Setting(labels=(environment.labels,) if seed % 2 else None)
    claim = Claim((environment.model,), (), (), None, setting=setting)
    seen = observations(claim)
    words = [tuple(random.randrange(len(seen.known)) for _ in range(k)) for k in (0, 1, 2, 2)]
    for table in random_tables(random, environment.model, 3):
        found = word_probabilities(claim, seen, 0, table, word_tree(words))
        assert found == [enumerated(claim, 0, table, word) for word in words]


def random_case(random: Random) -> tuple[Claim, AcceptableSet, list[Word], bool]:
    """Return a claim, an acceptable set among all deterministic policies, some words, and whether merged."""
    environment = random_environment(random, random.randint(1, 6))
    model = environment.model
    setting = Setting(labels=(environment.labels,) if random.random() < 0.5 else None)
    merged = random.random() < 0.6
    claim = Claim((model,), (), (), None, modulo_unreachable=merged, setting=setting)
    everything = deterministic_tables(model)
    good = random.sample(everything, random.randint(1, min(4, len(everything))))
    if not merged:
        good = [t for t in everything if any(is_alike(model, t, g) for g in good)]
    count = len(observations(claim).known)
    words = [
        tuple(random.randrange(count) for _ in range(random.randint(1, 3)))
        for _ in range(random.randint(0, 4))
    ]
    return claim, AcceptableSet(0, tuple(good), None, Acceptance.RANGE), words, merged


@pytest.mark.parametrize("seed", range(150))
def test_rivals_have_all_the_values_of_what_is_left_out(seed: int) -> None:
    """Every policy that is left out gives the words the probabilities that one of the rivals gives them."""
    claim, accept, words, merged = random_case(Random(seed))
    seen, tree = observations(claim), word_tree(words)

    def chances(table: Table) -> tuple[Fraction, ...]:
        return tuple(word_probabilities(claim, seen, 0, table, tree))

    found = list(rivals(Chain(claim.models[0]), accept, seen.of[0], tree, merged=merged))
    model = claim.models[0]
    left_out = [
        t for t in deterministic_tables(model) if not any(is_alike(model, t, good) for good in accept.good)
    ]
    assert set(found) <= set(left_out)
    assert {chances(t) for t in found} == {chances(t) for t in left_out}


def test_a_twin_of_an_accepted_policy_must_be_accepted() -> None:
    """In "steady state" (y, x) and (y, y) behave alike: accepting one alone is refused, unless merged."""
    p = corners(STEADY)
    claim = Claim((STEADY,), (), (), None)
    seen, tree, chain = observations(claim), word_tree([]), Chain(STEADY)
    accept = AcceptableSet(0, (p["yx"],), None, Acceptance.RANGE)
    with pytest.raises(Refused, match="behaves like one that is"):
        list(rivals(chain, accept, seen.of[0], tree, merged=False))
    assert len(list(rivals(chain, accept, seen.of[0], tree, merged=True))) == 1


def test_words_are_followed_no_further_than_they_go() -> None:
    """One word of one step leaves two choices, whatever comes later."""
    claim = Claim((MEMORY,), (), (), None)
    seen = observations(claim)
    accept = AcceptableSet(0, (corners(MEMORY)["aaa"],), None, Acceptance.RANGE)
    found = list(rivals(Chain(MEMORY), accept, seen.of[0], word_tree([(0,)]), merged=False))
    assert {t[0] for t in found} == {((0, Fraction(1)),), ((1, Fraction(1)),)}
    assert len(found) == 2


def test_too_many_choices_are_a_limit() -> None:
    """Words that look at every state of a large environment are too much for the kernel."""
    n = 14
    law = tuple((t, Fraction(1, n)) for t in range(n))
    model = Model(
        tuple(f"s{s}" for s in range(n)), ("a", "b"), law, tuple({0: law, 1: law} for _ in range(n))
    )
    assert 2**n > MOST_CHOICES
    claim = Claim((model,), (), (), None)
    seen = observations(claim)
    accept = AcceptableSet(0, (tuple(((0, Fraction(1)),) for _ in range(n)),), None, Acceptance.RANGE)
    words = word_tree([(seen.of[0][s, 0, 0],) for s in range(n)])
    with pytest.raises(TooLarge):
        list(rivals(Chain(model), accept, seen.of[0], words, merged=False))
