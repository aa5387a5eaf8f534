"""A Markov reward that meets every constraint of a claim: proves `expressible`.

The reward is evaluated with the numbers that the witness carries, see `valuation`; acceptable sets among all
deterministic policies are checked as `acceptance` explains. Where the question leaves the discount open, the
witness brings one, perhaps an algebraic one (`algebraic_reward`). See `pages/reward.md`.
"""

from __future__ import annotations

from dataclasses import replace

from specexpr.certify.acceptance import check_all_deterministic
from specexpr.certify.algebraic import check_number
from specexpr.certify.algebraic_reward import (
    AlgebraicReward,
    check_algebraic_reward,
    read_algebraic_reward,
    write_algebraic_reward,
)
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    PolicyConstraint,
    Relation,
    Setting,
    TrajectoryConstraint,
)
from specexpr.certify.node import Node
from specexpr.certify.one_reward import AGGREGATED, CONSTRAINED, LEXICOGRAPHIC, as_one_reward
from specexpr.certify.proofs import PolicyValue, Refused, RewardWitness
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.valuation import Bounds, Valuation, valuation
from specexpr.exact import rational_text


def check_reward(claim: Claim, formalism: str, proof: RewardWitness | AlgebraicReward) -> None:
    """Check that the reward orders everything in the claim as asked. Raises Refused."""
    formalism = as_one_reward(claim, formalism)
    if formalism != "mr" and claim.setting != Setting():
        raise Refused("a Markov reward sees more than the question lets specifications see")
    if isinstance(proof, AlgebraicReward):
        check_algebraic_reward(claim, proof)
        return
    if claim.discount is None:
        check_number(proof.discount)
        claim = replace(claim, discount=proof.discount)
    if proof.discount != claim.discount:
        raise Refused("the witness has another discount than the question")
    if len({(entry.state, entry.action, entry.next) for entry in proof.reward}) != len(proof.reward):
        raise Refused("the witness gives two rewards to one step")
    valuations = _valuations(claim, proof)
    for constraint in claim.constraints:
        valued = valuations[constraint.model]
        if isinstance(constraint, TrajectoryConstraint):
            better = valued.discounted_sum(constraint.better)
            worse = valued.discounted_sum(constraint.worse)
            holds = _holds(constraint.relation, (better, better), (worse, worse))
        else:
            holds = _policies_hold(valued, constraint)
        if not holds:
            where = "" if constraint.line is None else f" of line {constraint.line}"
            raise Refused(f'the reward does not show a constraint "{constraint.relation}"{where}')
    for accept in claim.acceptable:
        _check_acceptable(valuations[accept.model], accept, merged=claim.modulo_unreachable)


def _valuations(claim: Claim, proof: RewardWitness) -> list[Valuation]:
    """Return the reward on each model, with the carried numbers; the first of two alike counts."""
    valuations = [valuation(Chain(model), proof.discount, proof.reward) for model in claim.models]
    for value in proof.values:
        if not 0 <= value.model < len(valuations):
            raise Refused("the witness carries values for an environment that the task does not have")
        valued = valuations[value.model]
        if not len(value.table) == len(value.value) == len(valued.chain.index):
            raise Refused("the witness carries values that do not fit the environment")
        order, alike = valued.chain.behaviour(value.table)
        if all(alike[s] for s in order):
            valued.carried.setdefault(alike, value)
        else:
            valued.universes.append(value)
    return valuations


def _holds(relation: Relation, better: Bounds, worse: Bounds) -> bool:
    if relation is Relation.STRICT:
        return better[0] > worse[1]
    if relation is Relation.WEAK:
        return better[0] >= worse[1]
    return better[0] == better[1] == worse[0] == worse[1]


def _policies_hold(valued: Valuation, constraint: PolicyConstraint) -> bool:
    if constraint.relation is not Relation.STRICT:
        behaviour = valued.chain.behaviour
        if behaviour(constraint.better)[1] == behaviour(constraint.worse)[1]:
            return True
    return _holds(constraint.relation, valued.bounds(constraint.better), valued.bounds(constraint.worse))


def _check_acceptable(valued: Valuation, accept: AcceptableSet, *, merged: bool) -> None:
    """Check that good policies beat the others of the universe, and for `equal` that they tie."""
    if not accept.good:
        return
    goods = [valued.bounds(table) for table in accept.good]
    if accept.acceptance is Acceptance.EQUAL and any(not low == high == goods[0][0] for low, high in goods):
        raise Refused("the reward does not show that all good policies tie")
    if accept.over is None:
        check_all_deterministic(valued, accept.good, merged=merged)
        return
    chain = valued.chain
    if merged:
        alike = {chain.behaviour(table)[1] for table in accept.good}
        bad = [table for table in accept.over if chain.behaviour(table)[1] not in alike]
    else:
        listed = {chain.key(table) for table in accept.good}
        bad = [table for table in accept.over if chain.key(table) not in listed]
    if bad and min(low for low, _ in goods) <= max(valued.bounds(table)[1] for table in bad):
        raise Refused("the reward does not show that every good policy beats every other one")


def read_reward(node: Node, scope: Scope) -> RewardWitness | AlgebraicReward:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "reward", optional=("values",))
    if isinstance(entry["discount"].value, dict):
        return read_algebraic_reward(entry, scope)
    reward = read_entries(entry["reward"], scope)
    values = tuple(_read_value(item, scope) for item in entry["values"].items()) if "values" in entry else ()
    return RewardWitness(entry["discount"].rational(), reward, values)


def _read_value(node: Node, scope: Scope) -> PolicyValue:
    entry = node.fields("environment", "policy", "value")
    model = scope.read_model(entry["environment"])
    table = scope.read_table(entry["policy"], model, partial=True)
    return PolicyValue(model, table, scope.read_numbers(entry["value"]))


def write_reward(proof: RewardWitness | AlgebraicReward, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    if isinstance(proof, AlgebraicReward):
        return write_algebraic_reward(proof, scope)
    values = [
        {
            "environment": scope.names[carried.model],
            "policy": scope.write_policy(carried.model, carried.table),
            "value": scope.write_numbers(carried.value),
        }
        for carried in proof.values
    ]
    return {
        "discount": rational_text(proof.discount),
        "reward": write_entries(proof.reward, scope),
        "values": values,
    }


def _one(proof: RewardWitness | AlgebraicReward) -> tuple[int, int]:
    return 1, 1


PROOF = ProofKind(
    kind="reward",
    verdict=Answer.EXPRESSIBLE,
    formalisms=LEXICOGRAPHIC | AGGREGATED | CONSTRAINED | {"mr", "rm", "ftr", "inmr", "imorl"},
    data=(RewardWitness, AlgebraicReward),
    check=check_reward,
    read=read_reward,
    write=write_reward,
    size=_one,
    sized=LEXICOGRAPHIC | AGGREGATED,
)
