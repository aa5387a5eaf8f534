"""Constraints that no choice meets of what an objective over given objectives leaves open: `inexpressible`.

The question gives the objectives, and the kernel computes what the policies of the constraints are worth to
them. It looks for a choice that meets the constraints (`certify.choices`), and accepts if there is none. See
`pages/no_choice.md`.

The kernel does not check that all of the constraints are needed: one too many makes the conflict longer, not
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.certify.asked import asked_terms
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.choices import CHOOSING, Comparison, find_choice
from specexpr.certify.measure import given_values
from specexpr.certify.model import Claim, PolicyConstraint
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.scope import JsonObject, Scope


@dataclass(frozen=True, slots=True)
class NoChoice:
    """Constraints, terms of weight 1."""

    terms: tuple[Term, ...]


def check_no_choice(claim: Claim, formalism: str, proof: NoChoice) -> None:
    """Check that the terms are the claim's and that no choice meets them. Raises Refused."""
    given = given_values(claim.setting.given, claim.models)
    if any(term.weight != 1 for term in proof.terms):
        raise Refused("a term of the certificate has another weight than 1, though nothing is weighed")
    comparisons: list[Comparison] = []
    for c in asked_terms(claim, [Chain(model) for model in claim.models], proof.terms):
        if not isinstance(c, PolicyConstraint):
            raise Refused("given objectives do not value sequences")
        better, worse = given.vector(c.model, c.better), given.vector(c.model, c.worse)
        comparisons.append((c.relation, better, worse))
    if formalism == "consat" and len(given.objectives) != 2:
        raise Refused("an aim subject to a constraint is about two objectives")
    if find_choice(formalism, comparisons, len(given.objectives)) is not None:
        raise Refused("some choice meets the constraints of the certificate")


def read_no_choice(node: Node, scope: Scope) -> NoChoice:
    """Read a certificate from its JSON. Raises Malformed."""
    return NoChoice(scope.read_terms(node.fields("kind", "terms")["terms"]))


def write_no_choice(proof: NoChoice, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {"terms": scope.write_terms(proof.terms)}


PROOF = ProofKind(
    kind="no-choice",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=CHOOSING,
    data=(NoChoice,),
    check=check_no_choice,
    read=read_no_choice,
    write=write_no_choice,
)
