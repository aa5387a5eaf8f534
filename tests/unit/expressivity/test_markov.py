"""The decision itself: near the edge of floats, on time, and where nothing is to be done."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify import acceptance
from specexpr.certify.model import PolicyConstraint, Relation
from specexpr.expressivity import linear, markov
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided
from specexpr.models.environment import Environment
from specexpr.testing.examples import MEMORY, corners, model, table
from tests.asking import question

ONCE = model({"s": {"a": "w", "b": "w", "c": "w"}, "w": {"a": "w"}}, start="s")
"""A state that is visited once, with three actions."""

NEAR_ONE = 1 - Fraction(1, 10**9)


def tilted(tilt: Fraction, discount: Fraction) -> Question:
    """Return the question whether a mixture of a and b, with a little c, can beat both a and b."""
    half = str((1 - tilt) / 2)
    mixed = table(ONCE, {"a": half, "b": half, "c": str(tilt)} if tilt else {"a": half, "b": half}, "a")
    constraints = tuple(
        PolicyConstraint(0, mixed, table(ONCE, word, "a"), Relation.STRICT, line)
        for line, word in enumerate("ab", 1)
    )
    task = Task(
        name="t",
        scope="once",
        environments=(Environment("once", ONCE),),
        policies=(),
        constraints=constraints,
    )
    return Question(task=task, options=Options(discount=discount))


@pytest.fixture(params=["small", "large"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Decide exactly from the start, or by floats first."""
    if request.param == "large":
        monkeypatch.setattr(linear, "SMALL_STATES", -1)
        monkeypatch.setattr(markov, "SMALL_STATES", -1)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("discount", [Fraction(1, 2), Fraction(9, 10), NEAR_ONE])
@pytest.mark.parametrize("digits", [3, 9, 15, 30, 60])
def test_the_smallest_tilt_is_seen(digits: int, discount: Fraction) -> None:
    """A mixture with a grain of something else can be best; without it, it cannot: no tolerance decides."""
    assert isinstance(decide_markov_reward(tilted(Fraction(1, 10**digits), discount)), Expressible)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("discount", [Fraction(1, 2), Fraction(9, 10), NEAR_ONE])
def test_without_a_tilt_the_mixture_is_not_best(discount: Fraction) -> None:
    """A policy whose occupancy is the mean of two others cannot beat both."""
    verdict = decide_markov_reward(tilted(Fraction(0), discount))
    assert isinstance(verdict, Inexpressible)
    assert [term.weight for term in verdict.certificate.proof.terms] == [Fraction(1, 2)] * 2  # type: ignore[union-attr] # farkas


def test_a_deadline_that_has_passed_leaves_the_question_open() -> None:
    """Out of time is an answer, with its reason, and no verdict."""
    asked = tilted(Fraction(0), Fraction(1, 2))
    verdict = decide_markov_reward(replace(asked, deadline=time.monotonic() - 1))
    assert isinstance(verdict, Undecided)
    assert verdict.reason.startswith("time")


def test_a_conflict_is_irreducible() -> None:
    """Of many constraints only those that are needed come back."""
    words = corners(MEMORY)
    pairs = [("aaa", "aba"), ("aaa", "baa"), ("bba", "aba"), ("bba", "baa"), ("aaa", "bba")]
    constraints = tuple(
        PolicyConstraint(0, words[x], words[y], Relation.STRICT, k) for k, (x, y) in enumerate(pairs)
    )
    environment = Environment("memory", MEMORY)
    task = Task(name="t", scope="memory", environments=(environment,), policies=(), constraints=constraints)
    verdict = decide_markov_reward(Question(task=task, options=Options(discount=Fraction(1, 2))))
    assert isinstance(verdict, Inexpressible)
    terms = verdict.certificate.proof.terms  # type: ignore[union-attr] # farkas
    assert len(terms) == 2
    for left_out in terms:
        kept = tuple(c for c in constraints if c.line != left_out.line)
        weaker = Question(task=replace(task, constraints=kept), options=Options(discount=Fraction(1, 2)))
        still = decide_markov_reward(weaker)
        if isinstance(still, Inexpressible):  # another conflict, of other constraints
            assert {t.line for t in still.certificate.proof.terms} != {t.line for t in terms}  # type: ignore[union-attr] # farkas


def test_ties_alone_are_met_by_nothing() -> None:
    """The reward that is 0 everywhere ties all policies."""
    text = """discount 1/2
    environment e { states s; actions a b; start s; s / * -> s }
    policy one in e { * -> a }
    policy two in e { * -> b }
    task t in e { one ~ two; two >= one }"""
    verdict = decide_markov_reward(question(text))
    assert isinstance(verdict, Expressible)
    assert verdict.witness.proof.reward == ()


def test_what_the_kernel_cannot_check_in_bounds_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A witness whose check is too long is a limit that was reached, and no mistake of ours."""
    monkeypatch.setattr(acceptance, "MAX_WORK", 0)
    asked = question(
        "environment e { states s t; actions a b; start { s: 1/2, t: 1/2 }; s / * -> s; t / * -> t }\n"
        "policy aa in e { * -> a }\npolicy ab in e { s -> a; t -> b }\n"
        "policy ba in e { s -> b; t -> a }\n"
        "task t in e { accept aa ab ba; discount 1/2 }"
    )
    verdict = decide_markov_reward(asked)
    assert isinstance(verdict, Undecided)
    assert verdict.reason == "limit: the acceptable set needs too many cases to check"
