"""Chains on what label sets tell: the words of policies on states that they determine."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from specexpr.certify.information import information_chains
from specexpr.certify.model import Claim, Label, Model, Setting, Table
from specexpr.certify.observing import label_set, observations
from specexpr.certify.proofs import TooLarge
from specexpr.certify.step_chain import StepChain
from specexpr.testing.generators import random_model, random_tables

ONE = Fraction(1)
HALF = Fraction(1, 2)


def claim_of(models: tuple[Model, ...], labels: tuple[tuple[Label, ...], ...]) -> Claim:
    return Claim(models, (), (), None, setting=Setting(labels=labels))


def random_labels(random: Random, model: Model, count: int) -> tuple[Label, ...]:
    pairs = [(s, a) for s, row in enumerate(model.rows) for a in row]
    return tuple(
        Label(f"l{k}", pairs=frozenset(pair for pair in pairs if random.random() < 0.5)) for k in range(count)
    )


def by_definition(
    model: Model, labels: tuple[Label, ...], table: Table, length: int
) -> Mapping[tuple[tuple[str, ...], ...], Fraction]:
    """Return the probabilities of all words of label sets, trajectory by trajectory."""
    level: dict[tuple[tuple[tuple[str, ...], ...], int], Fraction] = {}
    for s, p in model.start:
        level[(), s] = p
    for _ in range(length):
        following: dict[tuple[tuple[tuple[str, ...], ...], int], Fraction] = {}
        for (word, s), mass in level.items():
            for a, p in table[s]:
                for t, q in model.rows[s][a]:
                    key = (*word, label_set(labels, s, a)), t
                    following[key] = following.get(key, Fraction(0)) + mass * p * q
        level = following
    found: dict[tuple[tuple[str, ...], ...], Fraction] = {}
    for (word, _), mass in level.items():
        found[word] = found.get(word, Fraction(0)) + mass
    return found


def on_chain(
    chain: StepChain, known: tuple[tuple[int | str, ...], ...], length: int
) -> Mapping[object, Fraction]:
    """Return the probabilities of all words along a chain."""
    ((first, mass),) = chain.start
    level = {(): (first, mass)}
    for _ in range(length):
        level = {
            (*word, known[o]): (y, p * q)
            for word, (x, p) in level.items()
            for (_, o, y), q in chain.leaving[x]
        }
    return {word: p for word, (_, p) in level.items()}


@pytest.mark.parametrize("seed", range(40))
def test_words_and_paths_are_the_same(seed: int) -> None:
    """Each word has its probability, along one path; a word leads all policies to one state."""
    random = Random(seed)
    models = tuple(random_model(random, random.choice((2, 3)), 2) for _ in range(random.choice((1, 1, 2))))
    labels = tuple(random_labels(random, model, 2) for model in models)
    points = [(m, table) for m, model in enumerate(models) for table in random_tables(random, model, 3)]
    claim = claim_of(models, labels)
    try:
        chains = information_chains(claim, points)
    except TooLarge:
        return
    known = observations(claim).known
    for (m, table), chain in zip(points, chains, strict=True):
        for length in (1, 4):
            assert on_chain(chain, known, length) == by_definition(models[m], labels[m], table, length)
    onward: dict[tuple[int, int], int] = {}
    for chain in chains:
        for x, steps in chain.leaving.items():
            assert len({o for (_, o, _), _ in steps}) == len(steps)
            assert sum(p for _, p in steps) == 1
            for (s, o, y), _ in steps:
                assert s == x
                assert onward.setdefault((x, o), y) == y


def test_most_questions_have_such_chains() -> None:
    """The law above is tested on more than half of its cases."""
    found = 0
    for seed in range(40):
        random = Random(seed)
        models = tuple(
            random_model(random, random.choice((2, 3)), 2) for _ in range(random.choice((1, 1, 2)))
        )
        labels = tuple(random_labels(random, model, 2) for model in models)
        points = [(m, table) for m, model in enumerate(models) for table in random_tables(random, model, 3)]
        try:
            information_chains(claim_of(models, labels), points)
            found += 1
        except TooLarge:
            pass
    assert found > 20


def _loop(actions: int) -> Model:
    """Return one state with so many loops."""
    return Model(("s",), tuple("abc"[:actions]), ((0, ONE),), (dict.fromkeys(range(actions), ((0, ONE),)),))


def test_actions_that_look_alike_are_one_step() -> None:
    """With labels on c only, a and b are one observation: policies that differ in them are one chain."""
    labels = (Label("c", pairs=frozenset({(0, 2)})),)
    laws = ((HALF, 0, HALF), (0, HALF, HALF), (Fraction(1, 4), Fraction(1, 4), HALF))
    points = [(0, (tuple((a, Fraction(p)) for a, p in enumerate(law) if p),)) for law in laws]
    chains = information_chains(claim_of((_loop(3),), (labels,)), points)
    assert chains[0] == chains[1] == chains[2]
    assert len(chains[0].leaving[0]) == 2


def test_states_with_one_future_are_one() -> None:
    """Absorbing states without labels are told apart by nothing: one class, in which all policies end."""
    rows = (
        {0: ((1, ONE),), 1: ((2, HALF), (3, HALF))},
        *({0: ((t, ONE),), 1: ((t, ONE),)} for t in (1, 2, 3)),
    )
    model = Model(("s", "x", "y", "z"), ("a", "b"), ((0, ONE),), rows)
    labels = (Label("b", pairs=frozenset({(0, 1)})),)
    points = []
    for p, last in product((Fraction(1, 3), HALF), (0, 1)):
        points.append((0, (((0, p), (1, 1 - p)), ((0, ONE),), ((1, ONE),), ((last, ONE),))))
    chains = information_chains(claim_of((model,), (labels,)), points)
    assert len({s for chain in chains for ending in chain.classes for s in ending.states}) == 1


def test_hidden_states_that_are_never_found_out_are_too_many() -> None:
    """Where each step changes the odds a little there is no end of information states."""
    quarter = Fraction(1, 4)
    rows = ({0: ((0, HALF), (1, HALF))}, {0: ((0, quarter), (1, HALF), (2, quarter))}, {0: ((2, ONE),)})
    model = Model(("s", "t", "w"), ("a",), ((0, ONE),), rows)
    labels = (Label("end", states=frozenset({2})),)
    claim = claim_of((model,), (labels,))
    with pytest.raises(TooLarge, match="too many states"):
        information_chains(claim, [(0, (((0, ONE),),) * 3)])


def test_a_word_needs_no_states_of_its_own() -> None:
    """A policy that a word rules out says nothing: the word leads where it leads when others are possible."""
    rows = ({0: ((1, ONE),), 1: ((1, ONE),)}, {0: ((1, ONE),), 1: ((1, ONE),)})
    model = Model(("s", "w"), ("a", "b"), ((0, ONE),), rows)
    labels = (Label("a", pairs=frozenset({(0, 0)})), Label("go", pairs=frozenset({(1, 0)})))
    always: Table = (((0, ONE),), ((0, HALF), (1, HALF)))
    never: Table = (((0, HALF), (1, HALF)), ((0, third := Fraction(1, 3)), (1, 1 - third)))
    chains = information_chains(claim_of((model,), (labels,)), [(0, always), (0, never)])
    assert [len(chain.classes) for chain in chains] == [1, 1]
    assert chains[0].classes[0].states == chains[1].classes[0].states
