"""The way of large systems, forced on small ones: floats propose, exact arithmetic decides."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from specexpr.certify.model import Model, PolicyConstraint, Relation
from specexpr.certify.proofs import Exactness
from specexpr.expressivity import linear, markov
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided
from specexpr.formalism import formalisms
from specexpr.models.environment import Environment
from specexpr.models.policy import deterministic
from specexpr.testing.brute_force import markov_reward_truth
from specexpr.testing.generators import SIZES
from specexpr.testing.questions import Kind, random_question

OBJECTIVES = tuple(formalisms().values())
CASES = 40


@pytest.mark.parametrize("kind", Kind)
def test_verdicts_are_those_of_brute_force(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """When every system counts as large, no question is answered otherwise and none stays open."""
    monkeypatch.setattr(linear, "SMALL_STATES", -1)
    monkeypatch.setattr(markov, "SMALL_STATES", -1)
    for case in range(CASES):
        random = Random(f"float path {kind} {case}")
        question = random_question(random, kind, size=case * len(SIZES) // CASES, objectives=OBJECTIVES)
        verdict = decide_markov_reward(question)
        assert not isinstance(verdict, Undecided), (kind, case, verdict)
        assert isinstance(verdict, Expressible) == markov_reward_truth(question), (kind, case)


@pytest.mark.parametrize("kind", Kind)
def test_proofs_hold_and_say_how_exact_they_are(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes back passes the kernel again; only conflicts may be enclosed instead of exact."""
    monkeypatch.setattr(linear, "SMALL_STATES", -1)
    monkeypatch.setattr(markov, "SMALL_STATES", -1)
    for case in range(8):
        question = random_question(Random(f"{kind} {case}"), kind, size=case, objectives=OBJECTIVES)
        verdict = decide_markov_reward(question)
        match verdict:
            case Expressible(witness=witness, proof=proof):
                assert proof is Exactness.EXACT
                witness.check()
            case Inexpressible(certificate=certificate):
                certificate.check()
            case Undecided(reason=reason):
                raise AssertionError(reason)


@pytest.mark.parametrize("relations", ["tie", "both ways", "weak"])
def test_a_tie_among_many_policies_is_met_exactly(relations: str) -> None:
    """On a large environment one tie, stated or forced by two weak constraints, costs no exact simplex."""
    random = Random(5)
    size = 120
    rows = []
    for _ in range(size):
        targets = [sorted(random.sample(range(size), 3)) for _ in range(3)]
        rows.append({a: tuple((t, Fraction(1, 3)) for t in law) for a, law in enumerate(targets)})
    model = Model(tuple(f"s{s}" for s in range(size)), ("a", "b", "c"), ((0, Fraction(1)),), tuple(rows))
    tables = [deterministic(tuple(random.randrange(3) for _ in range(size))) for _ in range(12)]
    constraints = [PolicyConstraint(0, a, b, Relation.STRICT) for a, b in pairwise(tables)]
    p, q = tables[4:6]
    if relations == "tie":
        constraints[4] = PolicyConstraint(0, p, q, Relation.TIE)
    elif relations == "weak":
        constraints[4] = PolicyConstraint(0, p, q, Relation.WEAK)
    else:
        constraints[4:5] = [
            PolicyConstraint(0, p, q, Relation.WEAK),
            PolicyConstraint(0, q, p, Relation.WEAK),
        ]
    task = Task(
        name="t",
        scope="e",
        environments=(Environment("e", model),),
        policies=(),
        constraints=tuple(constraints),
    )
    question = Question(task=task, options=Options(discount=Fraction(9, 10)))
    verdict = decide_markov_reward(replace(question, deadline=time.monotonic() + 30))
    assert isinstance(verdict, Expressible)
    verdict.witness.check()
