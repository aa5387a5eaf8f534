"""Aggregates of given objectives keep every law, against all choices written out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from specexpr.certify.choices import CHOOSING
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Undecided, Verdict
from specexpr.formalism import formalisms, settled
from specexpr.testing import Law, check_formalism
from specexpr.testing.given_truth import confirm_choice, give, given_truth
from specexpr.testing.questions import Kind, random_question

HERE = Path(__file__).parent
KINDS = tuple(kind for kind in Kind if kind not in (Kind.TRAJECTORIES, Kind.INDUCED))


@pytest.mark.parametrize("name", sorted(CHOOSING))
def test_all_laws_hold(name: str) -> None:
    """Decisions are right, conflicts are irreducible, and asking in other words changes nothing."""

    def true(question: Question) -> bool:
        return given_truth(name, question, HERE)

    def right(question: Question, verdict: Verdict) -> str | None:
        return confirm_choice(name, question, verdict, HERE)

    report = check_formalism(name, truth=true, confirm=right, prepare=give, kinds=KINDS, cases=4, seed=3)
    reached = {law for law, _ in report.laws}
    assert {Law.TRUTH, Law.PROOF, Law.CONFIRMED, Law.ASKED_AGAIN} <= reached
    assert sum(kind.yes for kind in report.kinds) >= 2, str(report)
    assert sum(kind.no for kind in report.kinds) >= 2, str(report)


@pytest.mark.parametrize("name", sorted(CHOOSING))
def test_hundreds_of_random_questions(name: str) -> None:
    """Of 320 random questions each, with sets, ties and families, every answer is the one by all choices."""
    seen: Counter[bool] = Counter()
    for case in range(320):
        random = Random(f"{name} {case}")
        drawn = random_question(random, KINDS[case % len(KINDS)], size=case % 5)
        question = settled(formalisms()[name], give(drawn))
        verdict = formalisms()[name].decide(question)
        assert not isinstance(verdict, Undecided)
        seen[isinstance(verdict, Expressible)] += 1
        assert isinstance(verdict, Expressible) is given_truth(name, question, HERE), case
    assert min(seen.values()) > 10
