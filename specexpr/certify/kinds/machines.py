"""Combinations that refute every machine with at most k states: proves `inexpressible` where k are allowed.

Each structure has one that vanishes in it, so no rewards on it meet the constraints (`structures`). See
`pages/machines.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import Claim
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.structures import Smaller, check_smaller, read_smaller, write_smaller


@dataclass(frozen=True, slots=True)
class MachinesCertificate:
    """The refutation of all machines with so many states."""

    refuted: Smaller


def check_machines(claim: Claim, formalism: str, proof: MachinesCertificate) -> None:
    """Check that the machines that the claim allows are refuted. Raises Refused."""
    if claim.setting.machine_states is None:
        raise Refused("the question allows machines with any number of states")
    if proof.refuted.states < claim.setting.machine_states:
        raise Refused(f"the question allows machines with {claim.setting.machine_states} states")
    check_smaller(claim, proof.refuted)


def read_machines(node: Node, scope: Scope) -> MachinesCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "refuted")
    return MachinesCertificate(read_smaller(entry["refuted"], scope))


def write_machines(proof: MachinesCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {"refuted": write_smaller(proof.refuted, scope)}


PROOF = ProofKind(
    kind="machines",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"rm"}),
    data=(MachinesCertificate,),
    check=check_machines,
    read=read_machines,
    write=write_machines,
)
