"""A choice of what an objective over given objectives leaves open: proves `expressible`.

The question gives the objectives; what policies are worth to them the kernel computes from their measures,
and from the choice what they are worth to the objective that the proof is about (`certify.choices`). See
`pages/choice.md`.
"""

from __future__ import annotations

from typing import Any

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.choices import CHOOSING, Choice, check_choice, worth
from specexpr.certify.measure import given_values, name_index
from specexpr.certify.model import Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text


def check_chosen(claim: Claim, formalism: str, proof: Choice) -> None:
    """Check that the choice orders everything in the claim as asked. Raises Refused."""
    given = given_values(claim.setting.given, claim.models)
    check_choice(formalism, proof, len(given.objectives))
    value = worth(formalism, proof)

    def valued(model: int, table: Table) -> Any:
        return value(given.vector(model, table))

    check_order(claim, valued)


def read_choice(node: Node, scope: Scope) -> Choice:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", optional=("priorities", "thresholds"))
    index = name_index(scope.claim.setting.given)
    priorities = entry["priorities"].items() if "priorities" in entry else ()
    thresholds = entry["thresholds"].entries() if "thresholds" in entry else ()
    return Choice(
        tuple(item.index(index, "given objective") for item in priorities),
        tuple(
            sorted((item.find(name, index, "given objective"), item.rational()) for name, item in thresholds)
        ),
    )


def write_choice(proof: Choice, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    names = [one.name for one in scope.claim.setting.given]
    found: JsonObject = {}
    if proof.priorities:
        found["priorities"] = [names[i] for i in proof.priorities]
    if proof.thresholds:
        found["thresholds"] = {names[i]: rational_text(c) for i, c in proof.thresholds}
    return found


PROOF = ProofKind(
    kind="choice",
    verdict=Answer.EXPRESSIBLE,
    formalisms=CHOOSING,
    data=(Choice,),
    check=check_chosen,
    read=read_choice,
    write=write_choice,
)
