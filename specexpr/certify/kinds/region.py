"""Rewards with thresholds, all of which a policy must meet to be inside: proves `expressible` for `feasible`.

A policy is worth 1 if J_i >= c_i for all i, and else 0; J_i is its discounted return under R_i.

`certify.overlaps` says how many thresholds there must be. See `pages/region.md`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.features import read_numbers, write_numbers
from specexpr.certify.kinds.hull import FEASIBLE
from specexpr.certify.kinds.thresholds import Threshold
from specexpr.certify.model import AcceptableSet, Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.outcomes import returns_of
from specexpr.certify.overlaps import (
    Overlap,
    check_overlaps,
    has_bad,
    least_colours,
    read_overlaps,
    write_overlaps,
)
from specexpr.certify.proofs import NodeNumbers, Refused, StateOccupancy
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import Sight, check_values, refuse_twins
from specexpr.certify.thresholds_met import may_meet
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class RegionWitness:
    """Rewards with thresholds, and overlaps that show how many there must be.

    Of large models, `occupancies` are visits for the returns, perhaps rounded, and `numbers` for overlaps.
    """

    discount: Fraction
    rewards: tuple[Threshold, ...]
    overlaps: tuple[Overlap, ...] = ()
    occupancies: tuple[StateOccupancy, ...] = ()
    numbers: tuple[NodeNumbers, ...] = ()


def check_region(claim: Claim, formalism: str, proof: RegionWitness) -> None:
    """Check that exactly the right policies are inside, and each overlap. Raises Refused."""
    if claim.setting.given:
        raise Refused("the question gives objectives, the proof is about free rewards")
    if not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has a discount that is not between 0 and 1, or not the question's")
    if not proof.rewards:
        raise Refused("the witness has no reward")
    for one in proof.rewards:
        if len({(entry.state, entry.action, entry.next) for entry in one.reward}) < len(one.reward):
            raise Refused("the witness gives two rewards to one step")
    sight = Sight(claim, formalism)
    returns = returns_of(sight.chains, proof.discount, [one.reward for one in proof.rewards])
    returns.carry(proof.occupancies)
    known: dict[Hashable, bool] = {}

    def value(model: int, table: Table) -> Fraction:
        name = sight.name(model, table)
        if name not in known:
            numbered = enumerate(proof.rewards)
            known[name] = all(returns.is_at_least(i, model, table, one.least) for i, one in numbered)
        return Fraction(known[name])

    def others(accept: AcceptableSet, least: Fraction) -> None:
        """Check the policies of the universe that the claim does not name."""
        refuse_twins(claim, sight, accept)
        if not least:
            if has_bad(sight, accept):
                raise Refused("an accepted policy is outside, and some policy is not accepted")
            return
        chain = sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        for table in may_meet(returns, accept.model, [one.least for one in proof.rewards]):
            if chain.behaviour(table)[1] not in good and value(accept.model, table):
                raise Refused("a policy that is not accepted is inside")

    check_values(claim, sight, value, others)
    if proof.overlaps or proof.numbers:
        check_overlaps(claim, sight, proof.overlaps, proof.numbers)


def size_of_region(proof: RegionWitness) -> tuple[int, int]:
    """Return how many thresholds are needed at least, and how many there are."""
    edges = [[(model, table) for model, table, _ in one.outside] for one in proof.overlaps]
    return least_colours(edges), len(proof.rewards)


def read_region(node: Node, scope: Scope) -> RegionWitness:
    """Read a witness from its JSON. Raises Malformed."""
    top = node.fields("kind", "discount", "rewards", optional=("overlaps", "occupancies", "numbers"))
    rewards = []
    for item in top["rewards"].items():
        entry = item.fields("reward", "least")
        rewards.append(Threshold(read_entries(entry["reward"], scope), entry["least"].rational()))
    return RegionWitness(
        top["discount"].rational(),
        tuple(rewards),
        read_overlaps(top["overlaps"], scope) if "overlaps" in top else (),
        scope.read_occupancies(top["occupancies"]) if "occupancies" in top else (),
        read_numbers(top["numbers"], scope) if "numbers" in top else (),
    )


def write_region(proof: RegionWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {
        "discount": rational_text(proof.discount),
        "rewards": [
            {"reward": write_entries(one.reward, scope), "least": rational_text(one.least)}
            for one in proof.rewards
        ],
    }
    if proof.overlaps:
        found["overlaps"] = write_overlaps(proof.overlaps, scope)
    if proof.occupancies:
        found["occupancies"] = scope.write_occupancies(proof.occupancies)
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    return found


PROOF = ProofKind(
    kind="region",
    verdict=Answer.EXPRESSIBLE,
    formalisms=FEASIBLE,
    data=(RegionWitness,),
    check=check_region,
    read=read_region,
    write=write_region,
    size=size_of_region,
)
