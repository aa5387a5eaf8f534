"""Rewards with thresholds whose number, of those that are met, orders policies: proves `expressible`.

`maxsat` with free rewards: a policy is worth how many i have J_i >= c_i, J_i its discounted return under R_i.
That is a function of its occupancy, so that a cycle of constraints refutes (`kinds.cycle`); and any function
of finitely many occupancies is such a count, up to a constant. For let R give them different returns
x_1 < .. < x_m. A function of the returns is a constant and steps at x_2, .., x_m: a step up by one is the
threshold x_j of R. A step down by one at x_j is the threshold -x_(j-1) of -R, met up to x_(j-1).

**How many.** k thresholds have k + 1 counts. So where constraints lead down, n of them strict, no fewer than
n do; the `way` is checked like a cycle that need not close.

**All deterministic policies.** A *mark* is a threshold 0 of a reward that nowhere pays: it is met by policies
that are never charged. Where good policies meet more thresholds than there are that are no marks, another
policy that is as good meets a mark, and only those that do are looked at. Else all behaviours are. See
`pages/thresholds.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.kinds.cycle import check_way, read_way, write_way
from specexpr.certify.model import AcceptableSet, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.outcomes import Returns, kept, returns_of
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import COUNTING, Sight, check_values, refuse_twins
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class Threshold:
    """A reward with a number that its return should reach."""

    reward: tuple[RewardEntry, ...]
    least: Fraction


@dataclass(frozen=True, slots=True)
class ThresholdsWitness:
    """Rewards with thresholds; visits d where models are large; constraints that lead down, for the size."""

    discount: Fraction
    thresholds: tuple[Threshold, ...]
    way: tuple[PolicyConstraint, ...] = ()
    occupancies: tuple[StateOccupancy, ...] = ()


def check_thresholds(claim: Claim, formalism: str, proof: ThresholdsWitness) -> None:
    """Check that the counts order everything in the claim as asked. Raises Refused."""
    if claim.setting.given:
        raise Refused("the question gives objectives, the proof is about free rewards")
    if not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has a discount that is not between 0 and 1, or not the question's")
    if not proof.thresholds:
        raise Refused("the witness has no threshold")
    for one in proof.thresholds:
        if len({(entry.state, entry.action, entry.next) for entry in one.reward}) < len(one.reward):
            raise Refused("the witness gives two rewards to one step")
    sight = Sight(claim, formalism)
    returns = returns_of(sight.chains, proof.discount, [one.reward for one in proof.thresholds])
    returns.carry(proof.occupancies)
    if proof.way:
        check_way(claim, sight, proof.way)

    def value(model: int, table: Table) -> Fraction:
        met = (returns.is_at_least(i, model, table, one.least) for i, one in enumerate(proof.thresholds))
        return Fraction(sum(met))

    def others(accept: AcceptableSet, least: Fraction) -> None:
        """Check the policies of the universe that the claim does not name."""
        refuse_twins(claim, sight, accept)
        chain = sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        for table in _rivals(proof, returns, accept.model, least):
            if chain.behaviour(table)[1] not in good and value(accept.model, table) >= least:
                raise Refused("the witness does not put every good policy above every other one")

    check_values(claim, sight, value, others)


def _rivals(proof: ThresholdsWitness, returns: Returns, model: int, least: Fraction) -> Iterator[Table]:
    """Yield deterministic policies among which are all that meet so many thresholds. Raises TooLarge."""
    chain, numbered = returns.chains[model], list(enumerate(proof.thresholds))
    marks = [i for i, one in numbered if not one.least and returns.is_nowhere_paid(i, model)]
    if least > len(numbered) - len(marks):
        seen: set[bytes] = set()
        for i in marks:
            allowed = returns.rule(model, [Fraction(0) if j == i else None for j, _ in numbered])
            if allowed is not None and bytes(allowed) not in seen:
                seen.add(bytes(allowed))
                yield from kept(chain, allowed)
    else:
        yield from kept(chain, bytearray([1]) * len(chain.state))


def size_of_thresholds(proof: ThresholdsWitness) -> tuple[int, int]:
    """Return how many thresholds are needed at least, and how many there are."""
    strict = sum(step.relation is Relation.STRICT for step in proof.way)
    return max(strict, 1), len(proof.thresholds)


def read_thresholds(node: Node, scope: Scope) -> ThresholdsWitness:
    """Read a witness from its JSON. Raises Malformed."""
    top = node.fields("kind", "discount", "thresholds", optional=("way", "occupancies"))
    found = []
    for item in top["thresholds"].items():
        entry = item.fields("reward", "least")
        found.append(Threshold(read_entries(entry["reward"], scope), entry["least"].rational()))
    return ThresholdsWitness(
        top["discount"].rational(),
        tuple(found),
        read_way(top["way"], scope) if "way" in top else (),
        scope.read_occupancies(top["occupancies"]) if "occupancies" in top else (),
    )


def write_thresholds(proof: ThresholdsWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {
        "discount": rational_text(proof.discount),
        "thresholds": [
            {"reward": write_entries(one.reward, scope), "least": rational_text(one.least)}
            for one in proof.thresholds
        ],
    }
    if proof.way:
        found["way"] = write_way(proof.way, scope)
    if proof.occupancies:
        found["occupancies"] = scope.write_occupancies(proof.occupancies)
    return found


PROOF = ProofKind(
    kind="thresholds",
    verdict=Answer.EXPRESSIBLE,
    formalisms=COUNTING,
    data=(ThresholdsWitness,),
    check=check_thresholds,
    read=read_thresholds,
    write=write_thresholds,
    size=size_of_thresholds,
)
