"""What the kit knows of sets that thresholds bound by definition."""

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
from specexpr.testing.region_truth import doubt_region, region_truth

HERE = Path(__file__).parent
CASES = 12
"""How many questions of each kind are drawn."""

MOSTLY_MET = frozenset({Kind.MODULO})
"""Modulo unreachable states one acceptable set has nothing in its way: its policies are vertices."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return 1 if each value is at least its threshold, else 0."""

    def inside(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(all(x >= c for c, x in zip(spec.numbers, values, strict=True)))

    return between(inside, true_values(HERE, spec.objectives, policy))


def truth(question: Question) -> bool:
    """Say whether some thresholds, of rewards or of the given objectives, are as the question asks."""
    if question.options.given:
        return given_truth("feasible", question, HERE)
    return region_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a proof on free rewards, or on given objectives."""
    if question.options.given:
        return confirm_choice("feasible", question, verdict, HERE)
    return doubt_region(question, verdict)
