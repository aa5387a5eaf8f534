"""What the kit knows of numbers of thresholds by definition."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from specexpr.certify.kinds.thresholds import ThresholdsWitness
from specexpr.certify.model import Relation, Table
from specexpr.exact import Value
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.acyclic_proofs import doubt_proof
from specexpr.testing.acyclic_truth import is_acyclic, occupancy_look
from specexpr.testing.brute_force import comparisons, policy_value
from specexpr.testing.component_truth import between, true_values
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.given_truth import confirm_choice, given_truth
from specexpr.testing.questions import Kind

HERE = Path(__file__).parent
CASES = 9
"""How many questions of each kind are drawn."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return how many values are at least their thresholds."""

    def count(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(sum(x >= c for c, x in zip(spec.numbers, values, strict=True)))

    return between(count, true_values(HERE, spec.objectives, policy))


MOSTLY_MET = frozenset({Kind.MODULO, Kind.INDUCED})
"""Modulo unreachable states one acceptable set has nothing in its way; values of policies make no circle."""


def doubt_thresholds(question: Question, proof: ThresholdsWitness) -> str | None:
    """Return what is wrong with thresholds, or with the way down that shows how many are needed, or None."""
    claim = question.claim()

    def count(model: int, table: Table) -> int:
        found = 0
        for one in proof.thresholds:
            reward = spread_reward(claim.models[model], one.reward)
            found += policy_value(claim.models[model], table, reward, discount=proof.discount) >= one.least
        return found

    for c in comparisons(claim):
        better, worse = count(c.model, c.better), count(c.model, c.worse)
        holds = {
            Relation.STRICT: better > worse,
            Relation.WEAK: better >= worse,
            Relation.TIE: better == worse,
        }
        if not holds[c.relation]:
            return f"{better} thresholds and {worse} are met, which is not {c.relation}"
    strict = sum(step.relation is Relation.STRICT for step in proof.way)
    return None if strict <= len(proof.thresholds) else "more counts are needed than there are"


def truth(question: Question) -> bool:
    """Say whether some thresholds, of rewards or of the given objectives, are as the question asks."""
    if question.options.given:
        return given_truth("maxsat", question, HERE)
    return is_acyclic(question, occupancy_look)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with thresholds, or with a circle."""
    if question.options.given:
        return confirm_choice("maxsat", question, verdict, HERE)
    if isinstance(verdict, Expressible) and isinstance(verdict.witness.proof, ThresholdsWitness):
        return doubt_thresholds(question, verdict.witness.proof)
    return doubt_proof(question, verdict, occupancy_look)
