"""What the tests of rewards under other clocks share: questions as a formalism is asked them."""

from __future__ import annotations

from specexpr.document import loads
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Undecided, Verdict
from specexpr.formalism import find_formalism, posed, settled

ROOMS = """
environment rooms {
  states s t; actions a b; start s
  s / a -> s; s / b -> { s: 1/2, t: 1/2 }; t / a -> t; t / b -> s
}
policy aa in rooms { * -> a }
policy bb in rooms { * -> b }
policy ba in rooms { s -> b; t -> a }
policy coin in rooms { * -> { a: 1/2, b: 1/2 } }
"""

TWO = """
environment one { states s t; actions a b; start s; s / a -> s; s / b -> t; t / * -> s }
environment two { states t s; actions b a; start s; s / a -> t; s / b -> t; t / * -> s }
family both { one two }
policy x in both { * -> a }
policy y in both { * -> b }
"""
"""The members of the family name their states and actions in different orders."""


def asked(formalism: str, document: str) -> Question:
    """Return the question that the last task of a document is for a formalism, not settled yet."""
    found = find_formalism(formalism)
    assert found is not None
    *_, task = loads(document).tasks
    return posed(found, task, task.options)


def needed(formalism: str, document: str) -> str | None:
    """Return what the question lacks."""
    found = find_formalism(formalism)
    assert found is not None
    assert found.needs is not None
    return found.needs(asked(formalism, document))


def decided(formalism: str, document: str) -> Verdict:
    """Return the verdict on the last task of a document."""
    found = find_formalism(formalism)
    assert found is not None
    assert found.decide is not None
    return found.decide(settled(found, asked(formalism, document)))


def paid(formalism: str, document: str) -> list[tuple[str, str, str]]:
    """Return the rewards of the witness to the last task of a document, by name."""
    verdict = decided(formalism, document)
    assert isinstance(verdict, Expressible)
    model = verdict.witness.question.task.environments[0].model
    return [
        (model.states[e.state], model.actions[e.action], str(e.value)) for e in verdict.witness.proof.reward
    ]


def is_expressible(formalism: str, document: str) -> bool:
    """Say whether the last task of a document is expressible; the proof is checked once more."""
    verdict = decided(formalism, document)
    assert not isinstance(verdict, Undecided)
    (verdict.witness if isinstance(verdict, Expressible) else verdict.certificate).check()
    return isinstance(verdict, Expressible)
