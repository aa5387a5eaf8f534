"""Cases by which policies are above the bar, all of them refuted: proves `inexpressible` for `consat`.

The cases are a tree that asks of one policy after the other whether it is above; each ends in a sum that no
two free rewards with a bar allow (`certify.sides`). See `pages/splits.md`.

The kernel does not check that all questions and constraints are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.features import features, read_numbers, write_numbers
from specexpr.certify.kinds.cycle import read_constraint, write_constraint
from specexpr.certify.model import Claim, PolicyConstraint
from specexpr.certify.node import Node
from specexpr.certify.proofs import NodeNumbers, Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sides import Cut, Fork, Leaf, Side, Tree, Weighed, check_asked, check_cut, check_tree
from specexpr.certify.sight import Sight
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class SplitsCertificate:
    """Constraints of the claim, or that follow from its sets; cuts of these; the cases.

    The discount is None where none is fixed; then the policies of each cut must cancel by behaving alike.
    """

    discount: Fraction | None
    constraints: tuple[PolicyConstraint, ...]
    cuts: tuple[Cut, ...]
    tree: Tree
    numbers: tuple[NodeNumbers, ...] = ()


def check_splits(claim: Claim, formalism: str, proof: SplitsCertificate) -> None:
    """Check the constraints, the cuts, and that each case is refuted. Raises Refused."""
    if claim.setting.given:
        raise Refused("the question gives objectives, the proof is about free rewards")
    if proof.discount != claim.discount:
        raise Refused("the certificate has another discount than the question")
    sight = Sight(claim, formalism)
    known = None if claim.discount is None else features("mr", claim, proof.numbers)
    if known is None and proof.numbers:
        raise Refused("visits at one discount say nothing of the others")
    check_asked(claim, sight, proof.constraints)
    for cut in proof.cuts:
        check_cut(sight, known, proof.constraints, cut)
    check_tree(sight, proof.constraints, proof.cuts, proof.tree)
    if known is not None:
        known.check_rest()


def read_splits(node: Node, scope: Scope) -> SplitsCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "constraints", "cuts", "tree", optional=("numbers",))
    try:
        tree = _read_tree(entry["tree"], scope)
    except RecursionError:
        entry["tree"].fail("nests too deeply")
    return SplitsCertificate(
        None if entry["discount"].value is None else entry["discount"].rational(),
        tuple(read_constraint(item, scope) for item in entry["constraints"].items()),
        tuple(_read_cut(item, scope) for item in entry["cuts"].items()),
        tree,
        read_numbers(entry["numbers"], scope) if "numbers" in entry else (),
    )


def _read_tree(node: Node, scope: Scope) -> Tree:
    if "cut" in dict(node.entries()):
        number = node.fields("cut")["cut"].line()
        return Leaf(None if number is None else number - 1)
    entry = node.fields("environment", "policy", "above", "below")
    model = scope.read_model(entry["environment"])
    branches = _read_tree(entry["above"], scope), _read_tree(entry["below"], scope)
    return Fork(model, scope.read_table(entry["policy"], model), *branches)


def _read_cut(node: Node, scope: Scope) -> Cut:
    entry = node.fields("side", "weights", optional=("above", "below"))
    weights = []
    for item in entry["weights"].items():
        part = item.fields("constraint", "weight")
        number = part["constraint"].line()
        if number is None:
            part["constraint"].expected("the number of a constraint, counted from 1")
        weights.append((number - 1, part["weight"].rational()))
    above, below = (_read_weighed(entry[key], scope) if key in entry else () for key in ("above", "below"))
    return Cut(entry["side"].choice(Side), tuple(weights), above, below)


def _read_weighed(node: Node, scope: Scope) -> tuple[Weighed, ...]:
    found = []
    for item in node.items():
        entry = item.fields("environment", "policy", "weight")
        model = scope.read_model(entry["environment"])
        found.append((model, scope.read_table(entry["policy"], model), entry["weight"].rational()))
    return tuple(found)


def write_splits(proof: SplitsCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    found: JsonObject = {
        "discount": None if proof.discount is None else rational_text(proof.discount),
        "constraints": [write_constraint(c, scope) for c in proof.constraints],
        "cuts": [_write_cut(cut, scope) for cut in proof.cuts],
        "tree": _write_tree(proof.tree, scope),
    }
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    return found


def _write_tree(tree: Tree, scope: Scope) -> JsonObject:
    if isinstance(tree, Leaf):
        return {"cut": None if tree.cut is None else tree.cut + 1}
    return {
        "environment": scope.names[tree.model],
        "policy": scope.write_policy(tree.model, tree.table),
        "above": _write_tree(tree.above, scope),
        "below": _write_tree(tree.below, scope),
    }


def _write_cut(cut: Cut, scope: Scope) -> JsonObject:
    weights = [{"constraint": k + 1, "weight": rational_text(y)} for k, y in cut.weights]
    found: JsonObject = {"side": cut.side.value, "weights": weights}
    for key, side in (("above", cut.above), ("below", cut.below)):
        if side:
            found[key] = [
                {
                    "environment": scope.names[m],
                    "policy": scope.write_policy(m, t),
                    "weight": rational_text(y),
                }
                for m, t, y in side
            ]
    return found


PROOF = ProofKind(
    kind="splits",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"consat"}),
    data=(SplitsCertificate,),
    check=check_splits,
    read=read_splits,
    write=write_splits,
)
