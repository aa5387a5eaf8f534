"""Rewards on steps that meet every constraint of a claim under the formalism's clock: proves `expressible`.

A policy is worth the sum of what its steps pay, weighed by the visits of the clock; where the formalism has
a regulariser, a visit also pays what the regulariser says of the law of actions there. So the value is linear
in the features of `certify.features`, which are recomputed. Where the question leaves the discount of a
regularised reward open, the witness brings one. See `pages/step_reward.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.features import Features, features, read_numbers, write_numbers
from specexpr.certify.model import Claim, Distribution, Table
from specexpr.certify.neighbours import neighbours
from specexpr.certify.node import Node
from specexpr.certify.ordering import Rivals, check_order, every_behaviour
from specexpr.certify.proofs import NodeNumbers, Refused, RewardEntry
from specexpr.certify.scope import JsonObject, Scope, read_distribution, write_distribution
from specexpr.certify.walk import Coordinate
from specexpr.exact import rational_text

Step = tuple[int, int, int | None]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class StepRewardWitness:
    """Rewards on steps and, by law of actions, what a visit pays besides; what is not listed is 0.

    Entries for one (s, a) with and without `next` add up. `numbers` make checking linear. `discount` is that
    of a regularised reward where the question has none.
    """

    reward: tuple[RewardEntry, ...]
    regulariser: tuple[tuple[Distribution, Fraction], ...] = ()
    numbers: tuple[NodeNumbers, ...] = ()
    discount: Fraction | None = None


def check_step_reward(claim: Claim, formalism: str, proof: StepRewardWitness) -> None:
    """Check that the values of policies are ordered as the claim asks. Raises Refused."""
    claim = at_discount(claim, formalism, proof)
    known = features(formalism, claim, proof.numbers)
    check_order(claim, step_values(known, proof), rivals=rivals_of(formalism))
    known.check_rest()


def at_discount(claim: Claim, formalism: str, proof: StepRewardWitness) -> Claim:
    """Return the claim at the discount that a witness brings, if it brings one. Raises Refused."""
    if proof.discount is None:
        return claim
    if formalism != "rrl" or not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has another discount than the question, or one that is none")
    return replace(claim, discount=proof.discount)


def rivals_of(formalism: str) -> Rivals:
    """Return the policies with which good ones are compared where all deterministic ones are the universe.

    Where the weights change with time, single switches need not improve a stationary policy.
    """
    return neighbours if formalism in ("lar", "sdd", "rrl") else every_behaviour


def step_values(known: Features, proof: StepRewardWitness) -> Callable[[int, Table], Fraction]:
    """Return what policies are worth, given the index of their model. Raises Refused, then and now."""
    pays: dict[Step, Fraction] = {(e.state, e.action, e.next): e.value for e in proof.reward}
    if len(pays) < len(proof.reward):
        raise Refused("the witness gives two rewards to one step")
    laws = dict(proof.regulariser)
    if len(laws) < len(proof.regulariser):
        raise Refused("the witness gives two values to one law of actions")
    if laws and not known.walker.is_regularised:
        raise Refused("specifications of the formalism have no regulariser")

    def value(model: int, table: Table) -> Fraction:
        found = known.policy(model, table)
        return sum((x * _weight(known.walker.claim, pays, laws, key) for key, x in found.items()), _ZERO)

    return value


def _weight(
    claim: Claim,
    pays: Mapping[Step, Fraction],
    laws: Mapping[Distribution, Fraction],
    key: Coordinate,
) -> Fraction:
    """Return what a visit to a coordinate pays: ("law", mu), (s, a), or (s, a, t) in a family."""
    match key:
        case ("law", mu):
            return laws.get(mu, _ZERO)  # type: ignore[call-overload,no-any-return] # mu is a law of actions
        case (int(s), int(a)):
            onward = ((q, pays[s, a, t]) for t, q in claim.models[0].rows[s][a] if (s, a, t) in pays)
            return pays.get((s, a, None), _ZERO) + sum((q * x for q, x in onward), _ZERO)
        case (int(s), int(a), int(t)):
            return pays.get((s, a, None), _ZERO) + pays.get((s, a, t), _ZERO)
        case _:
            raise Refused("the formalism has coordinates on which a reward on steps says nothing")


def read_step_reward(node: Node, scope: Scope) -> StepRewardWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "reward", optional=("regulariser", "numbers", "discount"))
    return StepRewardWitness(
        read_entries(entry["reward"], scope),
        tuple(_read_law(x, scope) for x in entry["regulariser"].items()) if "regulariser" in entry else (),
        read_numbers(entry["numbers"], scope) if "numbers" in entry else (),
        entry["discount"].rational() if "discount" in entry else None,
    )


def _read_law(node: Node, scope: Scope) -> tuple[Distribution, Fraction]:
    entry = node.fields("law", "value")
    return read_distribution(entry["law"], scope.action_index, "action", {}), entry["value"].rational()


def write_step_reward(proof: StepRewardWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    actions = scope.models[0].actions
    found: JsonObject = {"reward": write_entries(proof.reward, scope)}
    if proof.regulariser:
        found["regulariser"] = [
            {"law": write_distribution(law, actions), "value": rational_text(value)}
            for law, value in proof.regulariser
        ]
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    if proof.discount is not None:
        found["discount"] = rational_text(proof.discount)
    return found


PROOF = ProofKind(
    kind="step-reward",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"lar", "horizon", "quasihyperbolic", "sdd", "rrl"}),
    data=(StepRewardWitness,),
    check=check_step_reward,
    read=read_step_reward,
    write=write_step_reward,
)
