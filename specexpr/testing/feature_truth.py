"""What a linear formalism can express, by brute force, given the features of a policy from its definition.

Every comparison that a question asks becomes a row; nothing is left out and nothing is clever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import Claim, Constraint, Model, PolicyConstraint, Table
from specexpr.certify.proofs import FarkasCertificate
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.testing.brute_force import comparisons
from specexpr.testing.confirmation import doubt_terms, holds, spread_reward
from specexpr.testing.linear_truth import Inequality, is_consistent

Key = Any  # hashable, and sortable among the keys of one formalism: (s, a, s') for what steps pay
Vector = Mapping[Key, Fraction]
FeaturesOf = Callable[[Claim, int, Table], Vector]
"""How often, weighed, a policy of the model of that index visits each coordinate, by definition."""

_ZERO = Fraction(0)


class FeatureRows:
    """The rows features(better) - features(worse) of a claim, with the features of each policy kept."""

    def __init__(self, claim: Claim, features: FeaturesOf) -> None:
        self.claim, self.features = claim, features
        self._known: dict[tuple[int, Table], Vector] = {}

    def row(self, asked: Constraint) -> Inequality:
        """Return the inequality that a comparison of policies asks of a specification."""
        assert isinstance(asked, PolicyConstraint)
        better, worse = self.of(asked.model, asked.better), self.of(asked.model, asked.worse)
        gap = {key: better.get(key, _ZERO) - worse.get(key, _ZERO) for key in {**better, **worse}}
        return Inequality({key: x for key, x in gap.items() if x}, asked.relation)

    def of(self, model: int, table: Table) -> Vector:
        """Return the features of a policy."""
        if (model, table) not in self._known:
            self._known[model, table] = self.features(self.claim, model, table)
        return self._known[model, table]


def is_linearly_expressible(question: Question, features: FeaturesOf) -> bool:
    """Say whether some weights of the coordinates meet every comparison that a question asks."""
    claim = question.claim()
    rows = FeatureRows(claim, features)
    return is_consistent([rows.row(asked) for asked in comparisons(claim)])


def confirm_linear_proof(
    question: Question,
    verdict: Verdict,
    features: FeaturesOf,
    *,
    laws: Callable[[StepRewardWitness], Vector] = lambda _: {},
) -> str | None:
    """Return what is wrong with rewards on steps or with a conflict, or None.

    laws: a witness -> its weights of coordinates that are no steps.
    """
    claim = question.claim()
    rows = FeatureRows(claim, features)
    match verdict:
        case Undecided():
            return None
        case Expressible(witness=witness):
            proof = witness.proof
            assert isinstance(proof, StepRewardWitness)
            weights = {**spread_reward(claim.models[0], proof.reward), **laws(proof)}
            for asked in comparisons(claim):
                gap = rows.row(asked).at(weights)
                if not holds(gap, asked.relation):
                    return f"the rewards give {gap} {asked.relation} 0 to the comparison {asked}"
            return None
        case Inexpressible(certificate=certificate):
            proof = certificate.proof
            assert isinstance(proof, FarkasCertificate)
            if proof.discount != claim.discount:
                return f"the certificate has discount {proof.discount}, the question {claim.discount}"
            return doubt_terms(claim, proof.terms, rows.row)


def on_steps(model: Model, table: Table, visits: Mapping[int, Fraction]) -> dict[Key, Fraction]:
    """Return how often each transition is taken, given how often each state is visited."""
    found: dict[Key, Fraction] = {}
    for s, n in visits.items():
        for a, p in table[s]:
            for t, q in model.rows[s][a]:
                if mass := n * p * q:
                    found[s, a, t] = mass
    return found
