"""Claims that are not well formed are told so, before anything is decided."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Model,
    PolicyConstraint,
    Relation,
    TrajectoryConstraint,
)
from specexpr.expressivity.shape import doubt_claim
from specexpr.testing.questions import Kind, random_question

ONE, HALF = Fraction(1), Fraction(1, 2)
MODEL = Model(
    ("s", "t"), ("a", "b"), ((0, ONE),), ({0: ((1, ONE),), 1: ((0, HALF), (1, HALF))}, {0: ((1, ONE),)})
)
A = (((0, ONE),), ((0, ONE),))
B = (((1, ONE),), ((0, ONE),))
CLAIM = Claim((MODEL,), (PolicyConstraint(0, A, B, Relation.STRICT),), (), HALF)


def compare(better: object, worse: object = B) -> Claim:
    return replace(CLAIM, constraints=(PolicyConstraint(0, better, worse, Relation.STRICT),))  # type: ignore[arg-type]


def follow(*better: tuple[int, int]) -> Claim:
    worse = ((0, 1), (0, 1))
    return replace(CLAIM, constraints=(TrajectoryConstraint(0, better, worse, Relation.STRICT),))


def accept(*good: object) -> Claim:
    return replace(CLAIM, acceptable=(AcceptableSet(0, good, None, Acceptance.RANGE),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (replace(CLAIM, discount=ONE), "the discount must be between 0 and 1, not 1"),
        (replace(CLAIM, models=()), "a task needs an environment"),
        (replace(CLAIM, models=(replace(MODEL, start=((0, HALF),)),)), "the start must be"),
        (replace(CLAIM, models=(replace(MODEL, rows=({}, {0: ((1, ONE),)})),)), 'state "s" has no action'),
        (replace(CLAIM, models=(MODEL, replace(MODEL, states=("s", "u")))), "the same states and actions"),
        (compare((((0, 2 * ONE), (1, -ONE)), ((0, ONE),))), 'in state "s" a policy must have positive'),
        (compare((((0, ONE), (1, 0 * ONE)), ((0, ONE),))), 'in state "s" a policy must have positive'),
        (compare((((0, ONE),), ((1, ONE),))), 'in state "t" a policy must have positive'),
        (compare((((0, ONE),),)), "an entry for each of 2 states, not 1"),
        (follow((0, 0)), "must have one length"),
        (follow((0, 0), (0, 1)), "goes on in a state that its step cannot lead to"),
        (follow((0, 0), (1, 1)), "actions that are available there"),
        (accept(), "an acceptable set needs a policy"),
        (accept(A, A), "lists a policy twice"),
    ],
)
def test_a_malformed_claim_is_told_what_is_wrong(claim: Claim, words: str) -> None:
    """Each flaw has its words."""
    assert words in (doubt_claim(claim) or "")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INDUCED])
def test_what_documents_ask_is_well_formed(kind: Kind) -> None:
    """No doubt about questions as generators and documents pose them."""
    for seed in range(20):
        assert doubt_claim(random_question(Random(seed), kind, size=3).claim()) is None
