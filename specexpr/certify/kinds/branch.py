"""Cases that leave no formula: proves `inexpressible` for the formalism `ltl`.

What a formula holds of the trajectories that end in a cycle, it holds of single trajectories: all or nothing.
The cases run through that, and an addition refutes each. See `branching` and `pages/branch.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.certify.branching import Cases, check_cases
from specexpr.certify.cases_json import read_cases, write_cases
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import Claim
from specexpr.certify.node import Node
from specexpr.certify.scope import JsonObject, Scope


@dataclass(frozen=True, slots=True)
class BranchCertificate:
    """A tree of cases; what words leave adds at most all that it can for each policy by itself."""

    cases: Cases


def check_branch(claim: Claim, formalism: str, proof: BranchCertificate) -> None:
    """Check that each case is refuted. Raises Refused."""
    check_cases(claim, proof.cases, uses_likelihoods=False)


def read_branch(node: Node, scope: Scope) -> BranchCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    return BranchCertificate(read_cases(node, scope))


def write_branch(proof: BranchCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return write_cases(proof.cases, scope)


PROOF = ProofKind(
    kind="branch",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"ltl"}),
    data=(BranchCertificate,),
    check=check_branch,
    read=read_branch,
    write=write_branch,
)
