"""What the kit knows of weighted sums by definition."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from specexpr.exact import Value
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.component_truth import between, true_values
from specexpr.testing.given_truth import give
from specexpr.testing.questions import Kind
from specexpr.testing.weights_truth import confirm_weights, weights_truth

HERE = Path(__file__).parent

CASES = 9
"""How many questions of each kind are drawn, and a quarter of how many specifications."""

MOSTLY_REFUSED = tuple(Kind)
"""The orders that are asked for have nothing to do with the given objectives."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the sum of weights times values."""

    def total(values: tuple[Fraction, ...]) -> Fraction:
        return sum((w * x for w, x in zip(spec.numbers, values, strict=True)), Fraction(0))

    return between(total, true_values(HERE, spec.objectives, policy))


def prepare(question: Question) -> Question:
    """Give two rewards, unless the order was induced by objectives of its own."""
    return question if question.task.induced_by is not None else give(question)


def truth(question: Question) -> bool | None:
    """Say whether some weights order the policies as asked."""
    return weights_truth(question, HERE)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with weights or a conflict."""
    return confirm_weights(question, verdict, HERE)
