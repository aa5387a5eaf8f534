"""What the kit knows of an aim subject to a constraint by definition."""

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
from specexpr.testing.given_truth import confirm_choice, give, given_truth

HERE = Path(__file__).parent


def value(environment: Environment, spec: Spec, policy: Policy) -> tuple[Value, Value]:
    """Return 1 and the aim where the constraint is at least the bar, else 0 and the constraint."""
    constraint, aim = true_values(HERE, (spec.constraint, spec.aim), policy)

    def side(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(values[0] >= spec.bar)

    above = between(side, (constraint,))
    return above, (aim if above == 1 else constraint)


def truth(question: Question) -> bool:
    """Say whether some choice is as the question asks."""
    return given_truth("consat", question, HERE)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a choice, or with constraints that none meets."""
    return confirm_choice("consat", question, verdict, HERE)


def prepare(question: Question) -> Question:
    """Give two objectives."""
    return give(question)
