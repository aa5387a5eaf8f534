"""Confirm the proofs of the linear core by the definitions, without the kernel that accepted them.

A reward is confirmed by the value of every policy that the claim speaks of, a conflict by the occupancies
of its policies: its terms are comparisons that the claim asks, they combine to zero, none can be spared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import cast

from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import (
    Claim,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate, RewardEntry, RewardWitness, Term
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.testing.brute_force import (
    Differences,
    Features,
    comparisons,
    policy_value,
    reachable_states,
    solve_claim,
    split_universe,
    trajectory_value,
)
from specexpr.testing.linear_truth import Inequality, Solution, is_consistent


def confirm_markov_proof(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with the proof of a verdict on Markov rewards, or None if nothing is."""
    claim = question.claim()
    match verdict:
        case Expressible(witness=witness):
            return _doubt_reward(claim, witness.proof)
        case Inexpressible(certificate=certificate):
            return _doubt_conflict(claim, certificate.proof)
        case Undecided():
            return None


def spread_reward(model: Model, entries: Sequence[RewardEntry]) -> Features:
    """Return R(s, a, s') on the transitions of a model; entries with and without `next` add up."""
    found: dict[tuple[int, int, int], Fraction] = {}
    for entry in entries:
        followers = range(len(model.states)) if entry.next is None else (entry.next,)
        for t in followers:
            key = (entry.state, entry.action, t)
            found[key] = found.get(key, Fraction(0)) + entry.value
    return found


def _doubt_reward(claim: Claim, proof: RewardWitness) -> str | None:
    if proof.discount != claim.fixed_discount:
        return f"the witness has discount {proof.discount}, the question {claim.fixed_discount}"
    reward = spread_reward(claim.models[0], proof.reward)
    for asked in comparisons(claim):
        gap = _gap(claim, reward, asked)
        if not holds(gap, asked.relation):
            return f"the reward gives {gap} {asked.relation} 0 to the comparison {asked}"
    return None


def _gap(claim: Claim, reward: Features, asked: Constraint) -> Fraction:
    model, discount = claim.models[asked.model], claim.fixed_discount
    match asked:
        case PolicyConstraint():
            better, worse = (
                policy_value(model, table, reward, discount=discount) for table in (asked.better, asked.worse)
            )
        case TrajectoryConstraint():
            better, worse = (
                trajectory_value(model, trajectory, reward, discount=discount)
                for trajectory in (asked.better, asked.worse)
            )
    return better - worse


def holds(gap: Fraction, relation: Relation) -> bool:
    """Say whether a difference of two values is as a relation asks."""
    match relation:
        case Relation.STRICT:
            return gap > 0
        case Relation.WEAK:
            return gap >= 0
        case Relation.TIE:
            return gap == 0


def _doubt_conflict(
    claim: Claim, proof: FarkasCertificate | EnclosureCertificate | MixtureCertificate
) -> str | None:
    if isinstance(proof, MixtureCertificate):
        return _doubt_mixture(claim, proof)
    if proof.discount != claim.fixed_discount:
        return f"the certificate has discount {proof.discount}, the question {claim.fixed_discount}"
    row = Differences(claim).row
    return doubt_terms(claim, proof.terms, row, is_exact=isinstance(proof, FarkasCertificate))


def _doubt_mixture(claim: Claim, proof: MixtureCertificate) -> str | None:
    """Say what is wrong with a bad policy that does, wherever it goes, what good ones that go there do."""
    model = claim.models[proof.model]
    for accept in claim.acceptable:
        good, bad = split_universe(claim, accept)
        if accept.model == proof.model and proof.bad in bad and set(proof.good) <= set(good):
            alone = replace(claim, constraints=(), acceptable=(accept,))
            if isinstance(solve_claim(alone), Solution):
                return "the acceptable set that the mixture refutes can be met"
            break
    else:
        return "no acceptable set has these policies for good and that one for bad"
    seen = [reachable_states(model, table) for table in proof.good]
    for s in reachable_states(model, proof.bad):
        if not any(s in on and table[s] == proof.bad[s] for table, on in zip(proof.good, seen, strict=True)):
            return f"in state {model.states[s]} the bad policy does what no good one does"
    return None


def doubt_terms(
    claim: Claim, terms: Sequence[Term], row: Callable[[Constraint], Inequality], *, is_exact: bool = True
) -> str | None:
    """Say what is wrong with a conflict; the multipliers of an enclosure are only near the true ones.

    row: a comparison -> the inequality that it asks of a specification.
    """
    asked = {_key(c) for c in comparisons(claim)}
    stated = [_constraint(term) for term in terms]
    for constraint in stated:
        if _key(constraint) not in asked:
            return f"the conflict uses a comparison that the question does not ask: {constraint}"
    if len({_key(constraint) for constraint in stated}) < len(stated):
        return "the conflict uses a comparison twice"
    rows = [row(constraint) for constraint in stated]
    if is_exact and (doubt := _doubt_weights(rows, [term.weight for term in terms])):
        return doubt
    if is_consistent(rows):
        return "the comparisons of the conflict can all be met"
    for k, constraint in enumerate(stated):
        if not is_consistent(rows[:k] + rows[k + 1 :]):
            return f"the conflict is not irreducible: it does without {constraint}"
    return None


def _key(c: Constraint) -> tuple[object, ...]:
    """Return what tells comparisons apart: the line does not, nor does the order of the sides of a tie."""
    sides: object = frozenset((c.better, c.worse)) if c.relation is Relation.TIE else (c.better, c.worse)
    return (isinstance(c, PolicyConstraint), c.model, c.relation, sides)


def _constraint(term: Term) -> Constraint:
    if term.is_trajectory:
        better, worse = cast(Trajectory, term.better), cast(Trajectory, term.worse)
        return TrajectoryConstraint(term.model, better, worse, term.relation)
    return PolicyConstraint(term.model, cast(Table, term.better), cast(Table, term.worse), term.relation)


def _doubt_weights(rows: Sequence[Inequality], weights: Sequence[Fraction]) -> str | None:
    total: dict[object, Fraction] = {}
    for row, weight in zip(rows, weights, strict=True):
        if weight < 0 and row.relation is not Relation.TIE:
            return f"a multiplier is negative: {weight}"
        for key, x in row.coefficients.items():
            total[key] = total.get(key, Fraction(0)) + weight * x
    if any(total.values()):
        return "the terms of the conflict do not combine to zero"
    strict = [row.relation is Relation.STRICT for row in rows]
    if not any(weight > 0 for weight, counts in zip(weights, strict, strict=True) if counts):
        return "no strict comparison has a positive multiplier"
    return None
