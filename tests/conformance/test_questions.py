"""The questions that the kit draws: half of them have answers each way, and all of them are documents."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from specexpr.certify.model import Claim
from specexpr.document import loads
from specexpr.formalism import formalisms
from specexpr.testing.brute_force import markov_reward_truth
from specexpr.testing.documents import question_text
from specexpr.testing.generators import SIZES
from specexpr.testing.metamorphic import WAYS, Keeps
from specexpr.testing.questions import Kind, random_question

OBJECTIVES = tuple(formalisms().values())


def without_lines(claim: Claim) -> Claim:
    """Forget where the file says what."""
    return replace(
        claim,
        constraints=tuple(replace(c, line=None) for c in claim.constraints),
        acceptable=tuple(replace(x, line=None) for x in claim.acceptable),
    )


@pytest.mark.parametrize("kind", Kind)
def test_yes_and_no_are_balanced(kind: Kind) -> None:
    """Of each kind, Markov rewards express at least a fifth of the questions and fail at least a fifth."""
    cases = 135
    sizes = [case * len(SIZES) // cases for case in range(cases)]
    yes = sum(
        markov_reward_truth(random_question(Random(i), kind, size=s, objectives=OBJECTIVES))
        for i, s in enumerate(sizes)
    )
    assert cases // 5 <= yes <= cases - cases // 5


@pytest.mark.parametrize("kind", Kind)
def test_questions_are_documents(kind: Kind) -> None:
    """A question is printed as a document that reads back as the same question, so none is ill-posed."""
    for case in range(27):
        question = random_question(Random(f"{kind} {case}"), kind, size=case // 3, objectives=OBJECTIVES)
        text = question_text(question)
        task = loads(text).task("t")
        again = replace(question, task=task, options=task.options)
        assert without_lines(again.claim()) == without_lines(question.claim()), text
        assert task.induced_by == question.task.induced_by, text
        assert set(task.policies) == set(question.task.policies), text


@pytest.mark.parametrize("kind", Kind)
def test_the_truth_keeps_its_own_laws(kind: Kind) -> None:
    """The oracle answers as it must however a question is asked again."""
    for case in range(9):
        random = Random(f"{kind} {case}")
        question = random_question(random, kind, size=case)
        true = markov_reward_truth(question)
        for way in WAYS:
            other = way.ask(random, question)
            if other is not None and (true or way.keeps is Keeps.VERDICT):
                assert markov_reward_truth(other) is true, f"{way.name}\n{question_text(question)}"


def test_one_seed_draws_one_question() -> None:
    """The same seed gives the same document, byte for byte."""
    for kind in Kind:
        one, other = (question_text(random_question(Random(5), kind, size=4)) for _ in range(2))
        assert one == other
