"""Two plausible formulations of `accept equally` that are wrong, with instances on which they err.

A Markov reward makes exactly the good policies optimal and equal when (i) a policy that behaves like a good
one is good and (ii) every mixture of good policies, which at each state it reaches does what some good policy
*that goes there* does, is good. Whoever forgets "that goes there" refuses what is possible; whoever forgets
(ii) grants what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from specexpr.certify.model import AcceptableSet, Acceptance, Model, Table
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Expressible
from specexpr.models.environment import Environment
from specexpr.testing.brute_force import deterministic_tables, is_alike, markov_reward_truth, reachable_states
from specexpr.testing.examples import ENTAILMENT, corners, model
from specexpr.testing.generators import random_model

FORK = model(
    {
        "s": {"a": "u", "b": "w"},
        "u": {"a": "w", "b": "w"},
        "w": {"a": "w"},
    },
    start="s",
)
"""Under a the state u follows, under b it does not."""

Formulation = Callable[[Model, Sequence[Table]], bool]


def strict_advantage_everywhere(model: Model, good: Sequence[Table]) -> bool:
    """Wrong: ask at *all* states that just the actions of good policies be optimal: a product set."""
    used = [{g[s][0][0] for g in good} for s in range(len(model.states))]
    within = [
        t for t in deterministic_tables(model) if all(row[0][0] in u for row, u in zip(t, used, strict=True))
    ]
    return set(within) == set(good)


def without_mixtures(model: Model, good: Sequence[Table]) -> bool:
    """Wrong: ask only for actions worse than good ones where good policies go, and forget the mixtures."""
    return not any(is_alike(model, t, g) for t in deterministic_tables(model) if t not in good for g in good)


def reach_aware_with_mixtures(model: Model, good: Sequence[Table]) -> bool:
    """Right: closed under behaviour, and under mixtures of what good policies do where they go."""
    does = {(s, g[s][0][0]) for g in good for s in reachable_states(model, g)}
    mixtures = (
        t
        for t in deterministic_tables(model)
        if all((s, t[s][0][0]) in does for s in reachable_states(model, t))
    )
    return without_mixtures(model, good) and all(t in good for t in mixtures)


def equally(model: Model, good: Sequence[Table]) -> Question:
    """Return the question whether these policies can be the optimal ones, and equal."""
    accepted = AcceptableSet(0, tuple(good), None, Acceptance.EQUAL)
    task = Task(
        name="t", scope="e", environments=(Environment("e", model),), policies=(), acceptable=(accepted,)
    )
    return Question(task=task, options=Options(discount=Fraction(9, 10)))


def decided(model: Model, good: Sequence[Table]) -> bool:
    """Return the verdict of the decision."""
    return isinstance(decide_markov_reward(equally(model, good)), Expressible)


def test_what_is_out_of_reach_needs_no_advantage() -> None:
    """Accept a-then-a, and b with anything at u: one reward does it, though the set is no product."""
    words = corners(FORK)
    good = [words["aaa"], words["baa"], words["bba"]]
    assert markov_reward_truth(equally(FORK, good))
    assert decided(FORK, good)
    assert reach_aware_with_mixtures(FORK, good)
    assert without_mixtures(FORK, good)
    assert not strict_advantage_everywhere(FORK, good)


def test_mixtures_of_good_policies_matter() -> None:
    """Accept ab and ba: what either does, aa does too, so that no reward can refuse it."""
    words = corners(ENTAILMENT)
    good = [words["ab"], words["ba"]]
    assert not markov_reward_truth(equally(ENTAILMENT, good))
    assert not decided(ENTAILMENT, good)
    assert not reach_aware_with_mixtures(ENTAILMENT, good)
    assert not strict_advantage_everywhere(ENTAILMENT, good)
    assert without_mixtures(ENTAILMENT, good)


@pytest.mark.parametrize(
    ("formulation", "false_yes", "false_no"),
    [
        (reach_aware_with_mixtures, False, False),
        (strict_advantage_everywhere, True, True),
        (without_mixtures, True, False),
    ],
)
def test_how_the_formulations_err(formulation: Formulation, *, false_yes: bool, false_no: bool) -> None:
    """On random sets the right formulation and the decision never err; the wrong ones do, each in its way."""
    errors = {True: 0, False: 0}
    for seed in range(120):
        m, good = _random_set(Random(seed))
        truth = markov_reward_truth(equally(m, good))
        assert decided(m, good) == truth
        if formulation(m, good) != truth:
            errors[not truth] += 1
    assert (errors[True] > 0, errors[False] > 0) == (false_yes, false_no)


def _random_set(random: Random) -> tuple[Model, list[Table]]:
    """Return a model whose set of good policies is most often closed under behaviour."""
    m = random_model(random, random.randint(2, 3), 2)
    everything = deterministic_tables(m)
    some = random.choice(list(combinations(everything, min(2, len(everything)))))
    good = [t for t in everything if any(is_alike(m, t, g) for g in some)]
    return m, good if random.random() < 0.8 else list(some)
