"""Mixtures of policies beside the policy that they are compared with, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.model import Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

Member = tuple[int, Table]
"""A policy of the model with that index."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """A policy, others with their shares, and the multiplier of what Jensen's inequality says of them."""

    whole: Member
    parts: tuple[tuple[Member, Fraction], ...]
    weight: Fraction


def check_shares(claim: Claim, mixture: Mixture) -> None:
    """Check that a mixture is one of policies of the claim. Raises Refused."""
    if mixture.weight <= 0 or any(share <= 0 for _, share in mixture.parts):
        raise Refused("a weight or a share of a mixture is not positive")
    if sum(share for _, share in mixture.parts) != 1:
        raise Refused("the shares of a mixture do not sum to 1")
    for model, table in (mixture.whole, *(member for member, _ in mixture.parts)):
        if not 0 <= model < len(claim.models) or len(table) != len(claim.models[model].rows):
            raise Refused("a policy of a mixture does not fit the environments of the task")


def read_blend(node: Node, scope: Scope) -> Mixture:
    """Read a mixture from its JSON. Raises Malformed."""
    entry = node.fields("policy", "environment", "parts", "weight")
    parts = []
    for item in entry["parts"].items():
        part = item.fields("policy", "environment", "share")
        parts.append((_read_member(part, scope), part["share"].rational()))
    return Mixture(_read_member(entry, scope), tuple(parts), entry["weight"].rational())


def _read_member(entry: Mapping[str, Node], scope: Scope) -> Member:
    model = scope.read_model(entry["environment"])
    return model, scope.read_table(entry["policy"], model)


def write_blend(mixture: Mixture, scope: Scope) -> JsonObject:
    """Return the JSON of a mixture."""
    return {
        **_write_member(mixture.whole, scope),
        "parts": [
            {**_write_member(member, scope), "share": rational_text(share)} for member, share in mixture.parts
        ],
        "weight": rational_text(mixture.weight),
    }


def _write_member(member: Member, scope: Scope) -> JsonObject:
    return {"policy": scope.write_policy(*member), "environment": scope.names[member[0]]}
