"""Acceptable sets without enumeration: classes, behaviours that clash, bad mixtures; against enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from specexpr.certify.kinds.mixture import MixtureCertificate, check_mixture
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Model, Table
from specexpr.expressivity.acceptable import (
    Class,
    alike_conflict,
    bad_mixture,
    classes,
    conflicting_mixture,
    fringe,
    good_test,
    keeps_to,
    used_actions,
)
from specexpr.models.policy import Behaviours, is_deterministic
from specexpr.testing.brute_force import deterministic_tables, is_alike, reachable_states
from specexpr.testing.examples import MEMORY, STEADY, corners, table
from specexpr.testing.generators import random_discount, random_model, random_table

SEEDS = range(150)


def random_set(seed: int, *, stochastic: bool = False) -> tuple[Model, tuple[Table, ...]]:
    """Return a small model and some of its deterministic policies, perhaps closed under behaviour."""
    random = Random(seed)
    model = random_model(random, random.randint(1, 4), random.randint(2, 3))
    everything = deterministic_tables(model)
    good = random.sample(everything, random.randint(1, min(4, len(everything))))
    if random.random() < 0.5:
        good = [t for t in everything if any(is_alike(model, t, g) for g in good)]
    if stochastic:
        good.append(random_table(random, model, stochastic=0.7))
    return model, tuple(dict.fromkeys(good))


def used_by(model: Model, good: Sequence[Table]) -> tuple[tuple[int, ...], ...]:
    """Return the actions of the good policies where they go, in the way of the decision."""
    accepted = AcceptableSet(0, tuple(good), None, Acceptance.RANGE)
    claim = Claim((model,), (), (accepted,), random_discount(Random(0)))
    return used_actions(claim, Behaviours(claim.models))


def mixtures(model: Model, good: Sequence[Table]) -> list[Table]:
    """Return every deterministic policy that does, where it goes, what a good one that goes there does."""
    does = {(s, a) for g in good for s in reachable_states(model, g) for a, _ in g[s]}
    return [
        t
        for t in deterministic_tables(model)
        if all((s, t[s][0][0]) in does for s in reachable_states(model, t))
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_classes_are_the_behaviours(seed: int) -> None:
    """There is one class for each deterministic behaviour of a good policy: its actions where it goes."""
    model, good = random_set(seed, stochastic=seed % 2 == 0)
    found = classes(model, good)
    certain = [g for g in good if all(len(g[s]) == 1 for s in reachable_states(model, g))]
    assert all(sum(is_alike(model, g, c.table) for c in found) == 1 for g in certain)
    assert all(any(is_alike(model, g, c.table) for g in certain) for c in found)
    for c in found:
        assert c.actions.keys() == reachable_states(model, c.table)
        assert is_deterministic(c.table)
        assert all(c.table[s][0][0] == a for s, a in c.actions.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clash_of_behaviours_is_found_iff_there_is_one(seed: int) -> None:
    """A pair is returned iff a policy of the universe behaves like a good one without being good."""
    model, good = random_set(seed, stochastic=seed % 3 == 0)
    clashes = [
        t for t in deterministic_tables(model) if t not in good and any(is_alike(model, t, g) for g in good)
    ]
    found = alike_conflict(model, good)
    assert (found is not None) == bool(clashes)
    if found is not None:
        one, other = found
        assert one in good
        assert other in clashes
        assert is_alike(model, one, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_mixture_is_found_iff_there_is_one(seed: int) -> None:
    """The tree of mixtures ends in one that behaves like no good policy iff enumeration has such a one."""
    model, good = random_set(seed)
    bad = [t for t in mixtures(model, good) if not any(is_alike(model, t, g) for g in good)]
    found = bad_mixture(model, used_by(model, good), classes(model, good))
    assert (found is not None) == bool(bad)
    if found is not None:
        assert found in bad


@pytest.mark.parametrize("seed", SEEDS)
def test_conflicting_mixtures_convince_the_kernel(seed: int) -> None:
    """What is returned proves `inexpressible`, and for `equally` it is found whenever a mixture is bad."""
    model, good = random_set(seed)
    for acceptance in Acceptance:
        accepted = AcceptableSet(0, good, None, acceptance)
        claim = Claim((model,), (), (accepted,), random_discount(Random(seed)), modulo_unreachable=True)
        found = conflicting_mixture(model, accepted, classes(model, good))
        if found is not None:
            check_mixture(claim, "mr", MixtureCertificate(0, *found))
        if acceptance is Acceptance.EQUAL:
            bad = [t for t in mixtures(model, good) if not any(is_alike(model, t, g) for g in good)]
            assert (found is not None) == bool(bad)


@pytest.mark.parametrize("seed", SEEDS)
def test_policies_of_the_fringe_are_one_switch_away(seed: int) -> None:
    """Each leaves the behaviour of a good policy in exactly one state that this one reaches."""
    model, good = random_set(seed)
    used, found = used_by(model, good), classes(model, good)
    for t in fringe(model, used, found):
        assert is_deterministic(t)
        assert any(_switches(c, t) == 1 for c in found)


def test_keeping_to_actions_counts_only_where_the_policy_goes() -> None:
    """An unused action out of reach does not matter."""
    assert keeps_to(STEADY, table(STEADY, "y", "x"), [(1,), ()])
    assert not keeps_to(STEADY, table(STEADY, "x", "x"), [(1,), ()])
    assert not keeps_to(STEADY, table(STEADY, "x", "x"), [(0,), (1,)])


def test_goodness_modulo_unreachable() -> None:
    """A policy that behaves like a good one is good only where the question says so."""
    words = corners(STEADY)
    accepted = AcceptableSet(0, (words["yx"],), None, Acceptance.RANGE)
    strictly = good_test(STEADY, accepted, modulo_unreachable=False)
    merged = good_test(STEADY, accepted, modulo_unreachable=True)
    assert [strictly(words[w]) for w in ("yx", "yy", "xx")] == [True, False, False]
    assert [merged(words[w]) for w in ("yx", "yy", "xx")] == [True, True, False]


def test_used_actions_forget_what_is_out_of_reach() -> None:
    """With y in s0 the state s1 is never seen, so that nothing is used there."""
    assert used_by(STEADY, [corners(STEADY)["yx"]]) == ((1,), ())
    assert used_by(STEADY, [corners(STEADY)["xy"]]) == ((0,), (1,))


def test_the_mixture_of_the_memory_environment() -> None:
    """Accepting aa and bb, a policy that takes one of each is a bad mixture; accepting all four, none is."""
    words = corners(MEMORY)
    pair = [words["aaa"], words["bba"]]
    assert bad_mixture(MEMORY, used_by(MEMORY, pair), classes(MEMORY, pair)) in (words["aba"], words["baa"])
    everything = list(words.values())
    assert bad_mixture(MEMORY, used_by(MEMORY, everything), classes(MEMORY, everything)) is None


def _switches(c: Class, t: Table) -> int:
    return sum(t[s][0][0] != a for s, a in c.actions.items())
