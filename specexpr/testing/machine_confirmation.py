"""Confirm proofs about reward machines by the definitions, without the kernel that accepted them.

A machine is confirmed on the product of its states and the environment's, all of them, by the value of every
policy that the claim speaks of.
"""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.model import Claim, Model, Table, Trajectory, TrajectoryConstraint
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Verdict
from specexpr.testing.brute_force import Triple, comparisons, policy_value
from specexpr.testing.word_confirmation import confirm_trajectory_proof, holds, observations
from specexpr.testing.word_truth import observed

_ZERO = Fraction(0)


def confirm_machine_proof(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with the proof of a verdict on reward machines with any number of states."""
    if not isinstance(verdict, Expressible):
        return confirm_trajectory_proof(question, verdict)
    claim, proof = question.claim(), verdict.witness.proof
    if claim.discount not in (None, proof.discount):
        return f"the witness has discount {proof.discount}, the question {claim.discount}"
    for asked in comparisons(claim):
        if isinstance(asked, TrajectoryConstraint):
            better, worse = (
                sequence_value(claim, asked.model, proof, side) for side in (asked.better, asked.worse)
            )
        else:
            better, worse = (
                machine_value(claim, asked.model, proof, side) for side in (asked.better, asked.worse)
            )
        if not holds(better - worse, asked.relation):
            return f"the machine gives {better} {asked.relation} {worse} to the comparison {asked}"
    return None


def machine_value(claim: Claim, k: int, proof: MachineWitness, table: Table) -> Fraction:
    """Return E sum_t g^t R(u_t, s_t, a_t, s_{t+1}) from all pairs (u, s), reached or not."""
    model, many = claim.models[k], len(claim.models[k].states)
    reward: dict[Triple, Fraction] = {}
    rows = []
    for u in range(len(proof.machine.states)):
        for s, row in enumerate(model.rows):
            laws = {}
            for a, law in row.items():
                outcomes = {}
                for t, p in law:
                    v, paid = _step(claim, k, proof, u, (s, a, t))
                    outcomes[v * many + t] = p
                    reward[u * many + s, a, v * many + t] = paid
                laws[a] = tuple(sorted(outcomes.items()))
            rows.append(MappingProxyType(laws))
    names = tuple(f"{u} {s}" for u in proof.machine.states for s in model.states)
    product = Model(names, model.actions, model.start, tuple(rows))
    return policy_value(product, table * len(proof.machine.states), reward, discount=proof.discount)


def sequence_value(claim: Claim, k: int, proof: MachineWitness, steps: Trajectory) -> Fraction:
    """Return the discounted sum along a sequence; what a pair pays is the mean over what may follow."""
    total, u, weight = _ZERO, 0, Fraction(1)
    for s, a in steps:
        law = claim.models[k].rows[s][a]
        total += weight * sum((p * _step(claim, k, proof, u, (s, a, t))[1] for t, p in law), _ZERO)
        u = _step(claim, k, proof, u, (s, a, law[0][0]))[0]
        weight *= proof.discount
    return total


def _step(claim: Claim, k: int, proof: MachineWitness, u: int, step: Triple) -> tuple[int, Fraction]:
    """Return where a step leads the machine, and what it pays."""
    s, a, t = step
    compares = any(isinstance(c, TrajectoryConstraint) for c in claim.constraints)
    labelled = claim.setting.labels is not None
    seen = (s, a) if compares and not labelled else observed(claim, k, s, a, t)
    o = observations(claim).index(seen)
    paid = dict(proof.reward)
    keys = ((u, o),) if labelled else ((u, s, a), (u, s, a, t))
    return proof.machine.moves[u][o], sum((paid.get(key, _ZERO) for key in keys), _ZERO)
