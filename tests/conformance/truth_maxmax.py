"""What the kit knows of the greatest of several objectives by definition."""

from __future__ import annotations

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
from specexpr.testing.several_truth import confirm_extreme, extreme_truth

HERE = Path(__file__).parent

CASES = 9

MOSTLY_MET = frozenset({Kind.MODULO, Kind.INDUCED, Kind.FAMILY, Kind.COMBINED})
"""Without twins no set is refused, and few policies are seldom dependent."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the greatest of the values."""
    return between(max, true_values(HERE, spec.objectives, policy))


def truth(question: Question) -> bool | None:
    """Say whether the greatest of some rewards, or of the given objectives, is as the question asks."""
    if question.options.given:
        return given_truth("maxmax", question, HERE)
    return extreme_truth("maxmax", question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with rewards or a conflict, or about given objectives."""
    if question.options.given:
        return confirm_choice("maxmax", question, verdict, HERE)
    return confirm_extreme("maxmax", question, verdict)
