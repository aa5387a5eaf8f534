"""The way of large systems, forced on small ones: floats propose, exact arithmetic decides."""

from __future__ import annotations

from random import Random

import pytest

from specexpr.certify.proofs import Exactness
from specexpr.expressivity import linear, markov
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided
from specexpr.formalism import formalisms
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
