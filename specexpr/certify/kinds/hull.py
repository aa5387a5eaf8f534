"""Policies that get inside with others, whatever bounds are set: proves `inexpressible` for `feasible`.

With free rewards the inside {J_k >= c_k for all k} is an intersection of half-spaces of occupancies, so it is
convex: with some policies every policy is inside whose occupancy is a mean of theirs. And constraints say of
a policy inside, or of a strict one at once, which other is inside. The steps follow these two rules, up to
the worse side of a strict constraint, which must be outside. See `pages/hull.md`.

The kernel does not check that all of the steps are needed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.asked import asked_terms
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.features import Features, Vector, features, read_numbers, write_numbers
from specexpr.certify.kinds.cycle import read_constraint, write_constraint
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.proofs import NodeNumbers, Refused, Term
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import Sight
from specexpr.exact import rational_text

FEASIBLE = frozenset({"feasible"})

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Inside:
    """A policy that is inside: by a constraint, or as a mean of earlier ones, by their number and share."""

    model: int
    table: Table
    by: PolicyConstraint | None = None
    mean: tuple[tuple[int, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class HullCertificate:
    """Policies that are inside one after the other, and the strict constraint that wants one of them out.

    The discount is None where none is fixed; then means must be of policies that behave alike.
    """

    discount: Fraction | None
    steps: tuple[Inside, ...]
    against: PolicyConstraint
    numbers: tuple[NodeNumbers, ...] = ()


def check_hull(claim: Claim, formalism: str, proof: HullCertificate) -> None:
    """Check each step, and that the last strict constraint is broken. Raises Refused."""
    if claim.setting.given:
        raise Refused("the question gives objectives, the proof is about free rewards")
    if proof.discount != claim.discount:
        raise Refused("the certificate has another discount than the question")
    sight = Sight(claim, formalism)
    known = None if claim.discount is None else features("mr", claim, proof.numbers)
    if known is None and proof.numbers:
        raise Refused("visits at one discount say nothing of the others")
    if proof.against.relation is not Relation.STRICT:
        raise Refused("only a strict constraint wants a policy outside")
    steps = proof.steps
    _check_asked(claim, sight, [*(step.by for step in steps if step.by is not None), proof.against])
    inside: set[Hashable] = set()
    for i, step in enumerate(steps):
        name = sight.name(step.model, step.table)
        if step.by is not None:
            _check_forced(sight, step.by, name, inside)
            if step.mean:
                raise Refused("a policy is inside by a constraint, or as a mean, not both")
        else:
            _check_mean(sight, known, steps[:i], step)
        inside.add(name)
    if sight.name(proof.against.model, proof.against.worse) not in inside:
        raise Refused("the policy that must be outside is not among those that are inside")
    if known is not None:
        known.check_rest()


def _check_asked(claim: Claim, sight: Sight, some: Iterable[PolicyConstraint]) -> None:
    for c in dict.fromkeys(some):
        asked_terms(claim, sight.chains, [Term(c.model, c.better, c.worse, c.relation, _ONE, c.line)])


def _check_forced(sight: Sight, c: PolicyConstraint, name: Hashable, inside: set[Hashable]) -> None:
    """Check that a constraint wants a policy inside. Raises Refused."""
    better, worse = sight.name(c.model, c.better), sight.name(c.model, c.worse)
    if c.relation is Relation.STRICT:
        is_forced = name == better
    elif c.relation is Relation.WEAK:
        is_forced = name == better and worse in inside
    else:
        is_forced = (name == better and worse in inside) or (name == worse and better in inside)
    if not is_forced:
        raise Refused(f'a constraint "{c.relation}" does not put the policy of its step inside')


def _check_mean(sight: Sight, known: Features | None, earlier: tuple[Inside, ...], step: Inside) -> None:
    """Check that the occupancy of a policy is the mean of others. Raises Refused."""
    if any(not 0 <= i < len(earlier) or share <= 0 for i, share in step.mean):
        raise Refused("a mean takes a policy that is not inside before, or a share that is not positive")
    if sum((share for _, share in step.mean), _ZERO) != 1:
        raise Refused("the shares of a mean do not sum to 1")
    name = sight.name(step.model, step.table)
    if all(sight.name(earlier[i].model, earlier[i].table) == name for i, _ in step.mean):
        return
    if known is None:
        raise Refused("a mean at one discount says nothing of the others")
    left: Vector = dict(known.policy(step.model, step.table))
    for i, share in step.mean:
        for key, x in known.policy(earlier[i].model, earlier[i].table).items():
            left[key] = left.get(key, _ZERO) - share * x
    if any(left.values()):
        raise Refused("the occupancy of a policy is not the mean that its step says")


def read_hull(node: Node, scope: Scope) -> HullCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "steps", "against", optional=("numbers",))
    discount = None if entry["discount"].value is None else entry["discount"].rational()
    numbers = read_numbers(entry["numbers"], scope) if "numbers" in entry else ()
    steps = tuple(_read_step(item, scope) for item in entry["steps"].items())
    return HullCertificate(discount, steps, read_constraint(entry["against"], scope), numbers)


def _read_step(node: Node, scope: Scope) -> Inside:
    entry = node.fields("environment", "policy", optional=("by", "mean"))
    model = scope.read_model(entry["environment"])
    if ("by" in entry) == ("mean" in entry):
        node.expected("a policy with either a constraint or a mean")
    by = read_constraint(entry["by"], scope) if "by" in entry else None
    mean = []
    for item in entry["mean"].items() if "mean" in entry else ():
        part = item.fields("step", "share")
        number = part["step"].line()
        if number is None:
            part["step"].expected("the number of a step, counted from 1")
        mean.append((number - 1, part["share"].rational()))
    table = scope.read_table(entry["policy"], model)
    return Inside(model, table, by, tuple(mean))


def write_hull(proof: HullCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    steps: list[JsonObject] = []
    for step in proof.steps:
        policy = scope.write_policy(step.model, step.table)
        one: JsonObject = {"environment": scope.names[step.model], "policy": policy}
        if step.by is not None:
            one["by"] = write_constraint(step.by, scope)
        else:
            one["mean"] = [{"step": i + 1, "share": rational_text(share)} for i, share in step.mean]
        steps.append(one)
    found: JsonObject = {
        "discount": None if proof.discount is None else rational_text(proof.discount),
        "steps": steps,
        "against": write_constraint(proof.against, scope),
    }
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    return found


PROOF = ProofKind(
    kind="hull",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=FEASIBLE,
    data=(HullCertificate,),
    check=check_hull,
    read=read_hull,
    write=write_hull,
)
