"""Short ways to ask questions in tests: documents as text in, verdicts out."""

from __future__ import annotations

from specexpr.document import loads
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict


def question(text: str) -> Question:
    """Return the question of the only task of a document."""
    (task,) = loads(text).tasks
    return Question(task=task, options=task.options)


def decided(text: str) -> Verdict:
    """Return the verdict on the only task of a document."""
    return decide_markov_reward(question(text))


def explained(text: str) -> str:
    """Return what the proof of the only task of a document says of itself."""
    match decided(text):
        case Expressible(witness=witness):
            return witness.explain()
        case Inexpressible(certificate=certificate):
            return certificate.explain()
        case undecided:
            raise AssertionError(undecided)
