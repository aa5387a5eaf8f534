"""What the kit knows of temporal formulas by definition."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from specexpr.certify.formula_store import formula_of, size
from specexpr.certify.kinds.formula import FormulaWitness
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.model import PolicyConstraint, Relation
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import comparisons
from specexpr.testing.choice_truth import TooMany, formula_exists
from specexpr.testing.temporal_truth import formula_probability
from specexpr.testing.word_confirmation import confirm_trajectory_proof
from specexpr.testing.word_truth import trajectory_function_truth

CASES = 6


_MOST = 60  # comparisons that are still run through
_LONG = 150  # operators and atoms of a formula that is still valued without the kernel


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the probability of a formula by eliminating its operators, without any automaton."""
    return formula_probability(environment.model, environment.labels, policy.table, spec)


def prepare(question: Question) -> Question:
    """Let labels be observed in some of the questions."""
    labels = question.task.environments[0].labels
    if labels and len(labels[0].states) % 3 == 1:
        return replace(question, options=replace(question.options, observe_labels=True))
    return question


def truth(question: Question) -> bool | None:
    """Say whether a formula meets every comparison; None where that takes too many choices, or labels."""
    claim = question.claim()
    asked = list(comparisons(claim))
    if all(one.relation is not Relation.STRICT for one in asked):
        return True
    if not trajectory_function_truth(question):
        return False
    if claim.setting.labels is not None or len(asked) > _MOST:
        return None
    try:
        return formula_exists(claim, asked)
    except TooMany:
        return None


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a formula or with lotteries; cases are confirmed where the truth is known."""
    claim = question.claim()
    match verdict:
        case Expressible(witness=witness):
            proof = witness.proof
            assert isinstance(proof, FormulaWitness)
            if size(proof.scheme) > _LONG:
                return None
            formula = formula_of(proof.scheme)
            for asked in comparisons(claim):
                assert isinstance(asked, PolicyConstraint)
                labels = proof.labels if claim.setting.labels is None else claim.setting.labels[asked.model]
                model = claim.models[asked.model]
                better, worse = (
                    formula_probability(model, labels, table, formula)
                    for table in (asked.better, asked.worse)
                )
                gap = better - worse
                if not (gap > 0 if asked.relation is Relation.STRICT else gap >= 0):
                    return f"the formula gives {better} {asked.relation} {worse}"
                if gap and asked.relation is Relation.TIE:
                    return f"the formula gives {better} ~ {worse}"
            return None
        case Inexpressible(certificate=certificate):
            if isinstance(certificate.proof, LotteriesCertificate):
                return confirm_trajectory_proof(question, verdict)
            return None
        case Undecided():
            return None


def allow_undecided(question: Question, verdict: Undecided) -> bool:
    """Allow for what the theory leaves open: labels, and ties or weak constraints."""
    claim = question.claim()
    has_ties = any(one.relation is not Relation.STRICT for one in comparisons(claim))
    return verdict.reason.startswith("limit") and (claim.setting.labels is not None or has_ties)
