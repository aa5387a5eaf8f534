"""Large conflicts are proved by enclosure, and only where there is one."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from specexpr.certify.model import PolicyConstraint, Relation
from specexpr.certify.proofs import EnclosureCertificate, Exactness
from specexpr.expressivity import linear, markov
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible
from specexpr.models.environment import Environment
from specexpr.testing.brute_force import markov_reward_truth
from specexpr.testing.generators import random_discount, random_model, random_table


@pytest.fixture
def _enclosures_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "SMALL_STATES", -1)
    monkeypatch.setattr(markov, "SMALL_STATES", -1)
    monkeypatch.setattr(linear, "_EXACT_SUPPORT", 0)
    monkeypatch.setattr(markov, "_EXACT_AT_MOST", 0)


def random_order(seed: int) -> Question:
    """Return the question whether a random order of stochastic policies is expressible."""
    random = Random(seed)
    model = random_model(random, random.randint(2, 4), random.randint(2, 3))
    policies = [random_table(random, model, stochastic=1.0) for _ in range(random.randint(3, 9))]
    constraints = tuple(PolicyConstraint(0, a, b, Relation.STRICT) for a, b in pairwise(policies) if a != b)
    task = Task(
        name="order",
        scope="e",
        environments=(Environment("e", model),),
        policies=(),
        constraints=constraints,
    )
    return Question(task=task, options=Options(discount=random_discount(random)))


@pytest.mark.usefixtures("_enclosures_only")
def test_an_enclosure_never_contradicts_brute_force() -> None:
    """Whatever is decided is true; most full-dimensional conflicts are, and say that they are enclosed."""
    enclosed = 0
    for seed in range(150):
        question = random_order(seed)
        verdict = decide_markov_reward(question)
        if isinstance(verdict, Inexpressible) and isinstance(verdict.certificate.proof, EnclosureCertificate):
            assert verdict.proof is Exactness.ENCLOSURE
            verdict.certificate.check()
            enclosed += 1
        if isinstance(verdict, (Expressible, Inexpressible)):
            assert isinstance(verdict, Expressible) == markov_reward_truth(question)
    assert enclosed >= 20
