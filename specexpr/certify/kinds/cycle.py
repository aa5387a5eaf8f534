"""Constraints that lead round in a circle of policies that cannot be told apart: proves `inexpressible`.

For formalisms that see only which policies are equal (`certify.sight`): whatever value or rank they give, it
is the same for two policies that they cannot tell apart. Along the chain it never rises, and somewhere it
falls, yet the chain ends where it began. See `pages/cycle.md`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.asked import Listed, asked_constraints
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import AcceptableSet, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import COUNTING, OF_LAWS, OF_RETURNS, OF_TABLES, Sight


@dataclass(frozen=True, slots=True)
class CycleCertificate:
    """Constraints of the claim, or that follow from its sets: each goes on where the one before ends.

    The first is strict; a tie may be walked either way.
    """

    steps: tuple[PolicyConstraint, ...]


def check_cycle(claim: Claim, formalism: str, proof: CycleCertificate) -> None:
    """Check that the steps are asked for and lead back to where they start. Raises Refused."""
    sight = Sight(claim, formalism)
    end = check_way(claim, sight, proof.steps)
    if end != sight.name(proof.steps[0].model, proof.steps[0].better):
        raise Refused("the cycle does not end where it starts")


def check_way(claim: Claim, sight: Sight, steps: Sequence[PolicyConstraint]) -> Hashable:
    """Check that steps are asked for, the first strict, and each goes on where the one before it ends.

    Returns the name of the policy where the last one ends. Raises Refused.
    """
    terms = [Term(c.model, c.better, c.worse, c.relation, Fraction(1), c.line) for c in steps]
    asked_constraints(claim, sight.chains, terms)
    for step in steps:
        if not any(_is_same(step, c) for c in claim.constraints):
            _check_members(claim, sight, step)
    first = steps[0]
    if first.relation is not Relation.STRICT:
        raise Refused("the first constraint must be strict")
    here = sight.name(first.model, first.worse)
    for step in steps[1:]:
        better, worse = sight.name(step.model, step.better), sight.name(step.model, step.worse)
        if here == better:
            here = worse
        elif here == worse and step.relation is Relation.TIE:
            here = better
        else:
            raise Refused("a constraint does not go on where the one before it ends")
    return here


def _is_same(one: PolicyConstraint, other: object) -> bool:
    if not isinstance(other, PolicyConstraint):
        return False
    sides = one.model, one.relation, one.better, one.worse
    return sides == (other.model, other.relation, other.better, other.worse)


def _check_members(claim: Claim, sight: Sight, step: PolicyConstraint) -> None:
    """Check that some set asks for a step, both sides being in its universe, not only alike to members."""
    chain = sight.chains[step.model]
    for accept in claim.acceptable:
        names = Listed(chain, accept, merged=claim.modulo_unreachable)
        if names.ask_for(step) and all(_is_member(accept, table) for table in (step.better, step.worse)):
            return
    raise Refused("a policy of the cycle is not in the universe of its acceptable set")


def _is_member(accept: AcceptableSet, table: Table) -> bool:
    if table in accept.good:
        return True
    return all(len(row) == 1 for row in table) if accept.over is None else table in accept.over


def read_cycle(node: Node, scope: Scope) -> CycleCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    return CycleCertificate(read_way(node.fields("kind", "terms")["terms"], scope))


def read_way(node: Node, scope: Scope) -> tuple[PolicyConstraint, ...]:
    """Read constraints without weights. Raises Malformed."""
    return tuple(read_constraint(item, scope) for item in node.items())


def read_constraint(node: Node, scope: Scope) -> PolicyConstraint:
    """Read one constraint without a weight. Raises Malformed."""
    entry = node.fields("better", "worse", "relation", "environment", "line")
    model = scope.read_model(entry["environment"])
    better, worse = (scope.read_table(entry[side], model) for side in ("better", "worse"))
    return PolicyConstraint(model, better, worse, entry["relation"].choice(Relation), entry["line"].line())


def write_cycle(proof: CycleCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {"terms": write_way(proof.steps, scope)}


def write_way(steps: Sequence[PolicyConstraint], scope: Scope) -> list[JsonObject]:
    """Return the JSON of constraints without weights."""
    return [write_constraint(step, scope) for step in steps]


def write_constraint(step: PolicyConstraint, scope: Scope) -> JsonObject:
    """Return the JSON of one constraint without a weight."""
    return {
        "better": scope.write_policy(step.model, step.better),
        "worse": scope.write_policy(step.model, step.worse),
        "relation": step.relation.value,
        "environment": scope.names[step.model],
        "line": step.line,
    }


PROOF = ProofKind(
    kind="cycle",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=OF_RETURNS | OF_LAWS | OF_TABLES | COUNTING,
    data=(CycleCertificate,),
    check=check_cycle,
    read=read_cycle,
    write=write_cycle,
)
