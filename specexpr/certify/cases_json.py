"""The JSON of a tree of cases; both ways."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from specexpr.certify.branching import Cases, Count, Forced, Leaf, Share, Tree
from specexpr.certify.node import Node
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.tails import Vector
from specexpr.exact import rational_text


class _Bound(StrEnum):
    LEAST = "the least"
    MOST = "the most"


def read_cases(node: Node, scope: Scope) -> Cases:
    """Read a tree of cases with its pieces. Raises Malformed."""
    entry = node.fields("kind", "terms", "depth", "policies", "atoms", "spreads", "rest", "tree")
    policies = []
    for item in entry["policies"].items():
        one = item.fields("environment", "policy")
        model = scope.read_model(one["environment"])
        policies.append((model, scope.read_table(one["policy"], model)))
    atoms = []
    for item in entry["atoms"].items():
        one = item.fields("probabilities", "count")
        atoms.append((_numbers(one["probabilities"]), _count(one["count"])))
    spreads = [tuple(map(_numbers, item.items())) for item in entry["spreads"].items()]
    try:
        tree = _read_tree(entry["tree"])
    except RecursionError:
        entry["tree"].fail("nests too deeply")
    return Cases(
        scope.read_terms(entry["terms"]),
        _count(entry["depth"]),
        tree,
        tuple(policies),
        tuple(atoms),
        tuple(spreads),
        _numbers(entry["rest"]),
    )


def _read_tree(node: Node) -> Tree:
    keys = dict(node.entries())
    if "policy" in keys:
        entry = node.fields("policy", "has", "weights", "then")
        is_most = entry["has"].choice(_Bound) is _Bound.MOST
        return Forced(_count(entry["policy"]), is_most, _numbers(entry["weights"]), _read_tree(entry["then"]))
    if "weights" in keys:
        return Leaf(_numbers(node.fields("weights")["weights"]))
    if "atom" in keys:
        entry = node.fields("atom", "most", "fewer", "more")
        branches = _read_tree(entry["fewer"]), _read_tree(entry["more"])
        return Count(_count(entry["atom"]), _count(entry["most"]), *branches)
    entry = node.fields("spread", "nothing", "everything", "between")
    nothing, everything, between = (_read_tree(entry[key]) for key in ("nothing", "everything", "between"))
    return Share(_count(entry["spread"]), nothing, everything, between)


def _numbers(node: Node) -> Vector:
    return tuple(item.rational() for item in node.items())


def _count(node: Node) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        node.expected("a whole number")
    return node.value


def write_cases(cases: Cases, scope: Scope) -> JsonObject:
    """Return the JSON of a tree of cases."""
    terms = scope.write_terms(cases.terms)
    return {
        "terms": terms,
        "depth": cases.depth,
        "policies": [
            {"environment": scope.names[m], "policy": scope.write_policy(m, table)}
            for m, table in cases.policies
        ],
        "atoms": [{"probabilities": _texts(vector), "count": count} for vector, count in cases.atoms],
        "spreads": [list(map(_texts, parts)) for parts in cases.spreads],
        "rest": _texts(cases.rest),
        "tree": _write_tree(cases.tree),
    }


def _write_tree(tree: Tree) -> JsonObject:
    match tree:
        case Leaf(weights=weights):
            return {"weights": _texts(weights)}
        case Count(atom=k, most=most, fewer=fewer, more=more):
            return {"atom": k, "most": most, "fewer": _write_tree(fewer), "more": _write_tree(more)}
        case Forced(policy=j, is_most=is_most, weights=weights, then=then):
            bound = _Bound.MOST if is_most else _Bound.LEAST
            found: JsonObject = {"policy": j, "has": bound.value, "weights": _texts(weights)}
            return found | {"then": _write_tree(then)}
        case Share(spread=k, nothing=nothing, everything=everything, between=between):
            branches = {"nothing": nothing, "everything": everything, "between": between}
            return {"spread": k, **{name: _write_tree(branch) for name, branch in branches.items()}}


def _texts(numbers: tuple[Fraction, ...]) -> list[str]:
    return [rational_text(x) for x in numbers]
