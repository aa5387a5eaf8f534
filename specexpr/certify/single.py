"""A proof that no single Markov reward serves a claim: then two or more are needed.

Proofs about several rewards may carry one, of any exact kind.
"""

from __future__ import annotations

from typing import Any

from specexpr.certify.checking import Answer, check, kind_of, proof_kinds
from specexpr.certify.model import Claim
from specexpr.certify.node import Node
from specexpr.certify.proofs import Exactness, Refused
from specexpr.certify.scope import JsonObject, Scope

Proof = Any  # a proof of another kind

_ONE_REWARD = "mr"


def check_single(claim: Claim, proof: Proof | None) -> None:
    """Check that a proof, if there is one, shows that no Markov reward serves the claim. Raises Refused."""
    if proof is None:
        return
    kind = kind_of(proof)
    if kind is None or kind.exactness is not Exactness.EXACT:
        raise Refused("the proof about a single reward is no exact proof")
    if check(claim, _ONE_REWARD, proof) is not Answer.INEXPRESSIBLE:
        raise Refused("the proof about a single reward does not show that there is none")


def least_rewards(proof: Proof | None) -> int:
    """Return how many rewards are needed at least, with such a proof or without."""
    return 1 if proof is None else 2


def read_single(node: Node, scope: Scope) -> Proof:
    """Read such a proof from its JSON. Raises Malformed."""
    kinds = {
        name: kind
        for name, kind in proof_kinds().items()
        if kind.verdict is Answer.INEXPRESSIBLE
        and kind.exactness is Exactness.EXACT
        and _ONE_REWARD in kind.formalisms
    }
    if not isinstance(node.value, dict) or "kind" not in node.value:
        node.expected("a proof")
    named = Node(node.value["kind"], "kind", node)
    named.index(dict.fromkeys(kinds, 0), "kind of proof that no Markov reward does")
    return kinds[named.text()].read(node, scope)


def write_single(proof: Proof, scope: Scope) -> JsonObject:
    """Return the JSON of such a proof."""
    kind = kind_of(proof)
    assert kind is not None
    return {"kind": kind.kind, **kind.write(proof, scope)}
