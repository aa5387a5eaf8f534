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
from specexpr.testing.given_truth import confirm_choice, given_truth
from specexpr.testing.questions import Kind
from specexpr.testing.region_truth import bar_truth, doubt_bar

HERE = Path(__file__).parent
CASES = 15
"""How many questions of each kind are drawn."""

MOSTLY_MET = frozenset({Kind.MODULO})
"""Modulo unreachable states two thresholds do for almost every acceptable set."""


def value(environment: Environment, spec: Spec, policy: Policy) -> tuple[Value, Value]:
    """Return 1 and the aim where the constraint is at least the bar, else 0 and the constraint."""
    constraint, aim = true_values(HERE, (spec.constraint, spec.aim), policy)

    def side(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(values[0] >= spec.bar)

    above = between(side, (constraint,))
    return above, (aim if above == 1 else constraint)


def truth(question: Question) -> bool | None:
    """Say whether some constraint and aim, free or given, are as the question asks."""
    if question.options.given:
        return given_truth("consat", question, HERE)
    return bar_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a proof on free rewards, or on given objectives."""
    if question.options.given:
        return confirm_choice("consat", question, verdict, HERE)
    return doubt_bar(question, verdict)
