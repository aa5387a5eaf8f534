"""Cases that leave no formula, one of them for ever open: proves `inexpressible` for the formalism `ltl`.

As `branch`, but where a case would need words without end, likelihoods bound all that is left at once: far
out every trajectory is likelier under a policy that stays longer. See `remainder` and `pages/ray.md`.
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
class RayCertificate:
    """A tree of cases; what words leave is bounded with likelihoods."""

    cases: Cases


def check_ray(claim: Claim, formalism: str, proof: RayCertificate) -> None:
    """Check that each case is refuted. Raises Refused."""
    check_cases(claim, proof.cases, uses_likelihoods=True)


def read_ray(node: Node, scope: Scope) -> RayCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    return RayCertificate(read_cases(node, scope))


def write_ray(proof: RayCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return write_cases(proof.cases, scope)


PROOF = ProofKind(
    kind="ray",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"ltl"}),
    data=(RayCertificate,),
    check=check_ray,
    read=read_ray,
    write=write_ray,
)
