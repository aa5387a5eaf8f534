"""A reward that must reach a bar and one that counts above it: proves `expressible` for `consat`.

With J_1, J_2 the discounted returns of the constraint and the aim a policy is worth (1, J_2) if J_1 >= c, and
else (0, J_1); the greater first entry is better, of equal ones the greater second entry. See `pages/bar.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.features import features, read_numbers, write_numbers
from specexpr.certify.kinds.rewards import RewardsWitness, Worth
from specexpr.certify.model import Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import NodeNumbers, Refused, RewardEntry
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class BarWitness:
    """Two rewards and the bar of the first; visits of policies where models are large."""

    discount: Fraction
    constraint: tuple[RewardEntry, ...]
    bar: Fraction
    aim: tuple[RewardEntry, ...]
    numbers: tuple[NodeNumbers, ...] = ()


def check_bar(claim: Claim, formalism: str, proof: BarWitness) -> None:
    """Check that what policies are worth orders everything in the claim as asked. Raises Refused."""
    if claim.setting.given:
        raise Refused("the question gives objectives, the proof is about free rewards")
    if not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has a discount that is not between 0 and 1, or not the question's")
    known = features("mr", replace(claim, discount=proof.discount), proof.numbers)
    both = Worth(known, formalism, RewardsWitness(proof.discount, (proof.constraint, proof.aim)))

    def value(model: int, table: Table) -> tuple[int, Fraction]:
        constraint, aim = both.returns(model, table)
        return (1, aim) if constraint >= proof.bar else (0, constraint)

    check_order(claim, value)
    known.check_rest()


def read_bar(node: Node, scope: Scope) -> BarWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "constraint", "bar", "aim", optional=("numbers",))
    return BarWitness(
        entry["discount"].rational(),
        read_entries(entry["constraint"], scope),
        entry["bar"].rational(),
        read_entries(entry["aim"], scope),
        read_numbers(entry["numbers"], scope) if "numbers" in entry else (),
    )


def write_bar(proof: BarWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {
        "discount": rational_text(proof.discount),
        "constraint": write_entries(proof.constraint, scope),
        "bar": rational_text(proof.bar),
        "aim": write_entries(proof.aim, scope),
    }
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    return found


PROOF = ProofKind(
    kind="bar",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"consat"}),
    data=(BarWitness,),
    check=check_bar,
    read=read_bar,
    write=write_bar,
)
