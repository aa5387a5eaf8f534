"""Means of policies that must be outside and of ones that must be inside, with one occupancy.

Let a region be bounded by thresholds J_i >= c_i of discounted returns. What one of them keeps out is on one
side of a hyperplane of occupancies, and what is inside is on the other. So where a mean of policies outside
has the occupancy of a mean of policies inside, no single threshold keeps all of the former out. Colour each
policy outside by a threshold that it misses: in no such *overlap* all have one colour. Hence k thresholds do
not suffice where k colours do not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from specexpr.certify.asked import Listed
from specexpr.certify.features import Features, Vector, features
from specexpr.certify.model import AcceptableSet, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.outcomes import kept, named_policies
from specexpr.certify.proofs import NodeNumbers, Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import Sight
from specexpr.exact import rational_text

MOST_COLOURED = 100
"""Policies that are coloured; of more nothing is shown."""

MOST_COLOURINGS = 20_000
"""Steps of the search for colours; beyond it the colours are taken to suffice, which shows less."""

Share = tuple[int, Table, Fraction]
"""A policy of a model with its share in a mean."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Overlap:
    """A mean of policies outside with the occupancy of a mean of policies inside."""

    outside: tuple[Share, ...]
    inside: tuple[Share, ...]


def check_overlaps(
    claim: Claim, sight: Sight, overlaps: Sequence[Overlap], numbers: Sequence[NodeNumbers]
) -> None:
    """Check that means agree, of policies that must be inside and outside. Raises Refused."""
    known = features("mr", claim, numbers)
    merged = claim.modulo_unreachable
    sets = [Listed(sight.chains[x.model], x, merged=merged) for x in claim.acceptable if x.good]

    def is_refused(model: int, table: Table) -> bool:
        """Say whether some set does not accept a policy of its universe."""
        return any(
            names.ask_for(PolicyConstraint(model, names.accept.good[0], table, Relation.STRICT))
            for names in sets
        )

    refused = {sight.name(m, t) for m, t in named_policies(claim) if is_refused(m, t)}
    inside, outside = _sides(claim, sight, sets, refused)
    for one in overlaps:
        if not all(sight.name(m, t) in outside or is_refused(m, t) for m, t, _ in one.outside):
            raise Refused("a policy of an overlap need not be outside")
        if any(sight.name(model, table) not in inside for model, table, _ in one.inside):
            raise Refused("a policy of an overlap need not be inside")
        if _mean(known, one.inside) != _mean(known, one.outside):
            raise Refused("the means of an overlap have different occupancies")
    known.check_rest()


def _sides(
    claim: Claim, sight: Sight, sets: Sequence[Listed], outside: set[Hashable]
) -> tuple[set[Hashable], set[Hashable]]:
    """Return names of policies that must be inside, and outside, some of the latter being known."""
    inside: set[Hashable] = set()
    for names in sets:
        accept = names.accept
        left = [table for table in accept.over or () if names.name(table) not in names.good]
        if left or (accept.over is None and has_bad(sight, accept)):
            inside |= {sight.name(accept.model, table) for table in accept.good}
    outside = set(outside)
    pairs = [
        (c.relation, sight.name(c.model, c.better), sight.name(c.model, c.worse))
        for c in claim.constraints
        if isinstance(c, PolicyConstraint)
    ]
    size = -1
    while size < len(inside) + len(outside):
        size = len(inside) + len(outside)
        for relation, better, worse in pairs:
            is_tie, is_strict = relation is Relation.TIE, relation is Relation.STRICT
            if is_strict or worse in inside:
                inside.add(better)
            if is_strict or better in outside:
                outside.add(worse)
            if is_tie and better in inside:
                inside.add(worse)
            if is_tie and worse in outside:
                outside.add(better)
    return inside, outside


def _mean(known: Features, parts: Iterable[Share]) -> Vector:
    """Return the mean occupancy of policies, but for zeros. Raises Refused."""
    total: Vector = {}
    parts = list(parts)
    if any(share <= 0 for *_, share in parts) or sum((share for *_, share in parts), _ZERO) != 1:
        raise Refused("the shares of a mean are not positive, or do not sum to 1")
    for model, table, share in parts:
        for key, x in known.policy(model, table).items():
            total[key] = total.get(key, _ZERO) + share * x
    return {key: x for key, x in total.items() if x}


def least_colours(edges: Sequence[Sequence[Hashable]]) -> int:
    """Return a number of colours of which fewer do not suffice where no edge may have a single one.

    >>> least_colours(["ab", "bc", "ac", "acd"])
    3
    """
    place: dict[Hashable, int] = {}
    ending: dict[int, list[list[int]]] = {}  # edges by their last vertex
    for edge in edges:
        ends = sorted({place.setdefault(x, len(place)) for x in edge})
        ending.setdefault(ends[-1], []).append(ends)
    if len(place) > MOST_COLOURED:
        return 1
    by_last = [ending.get(x, []) for x in range(len(place))]
    spent, count = [0], 1
    while count < len(place) and not _is_coloured([], count, by_last, spent):
        count += 1
    return count


def _is_coloured(
    colours: list[int], count: int, ending: Sequence[Sequence[Sequence[int]]], spent: list[int]
) -> bool:
    """Say whether colours of the first vertices can be completed, or that it takes too long to find out."""
    here = len(colours)
    spent[0] += 1
    if here == len(ending) or spent[0] > MOST_COLOURINGS:
        return True
    for colour in range(min(count, max(colours, default=-1) + 2)):
        tried = [*colours, colour]
        is_right = all(len({tried[i] for i in edge}) > 1 for edge in ending[here])
        if is_right and _is_coloured(tried, count, ending, spent):
            return True
    return False


def has_bad(sight: Sight, accept: AcceptableSet) -> bool:
    """Say whether some deterministic policy behaves like no accepted one."""
    chain = sight.chains[accept.model]
    good = {chain.behaviour(table)[1] for table in accept.good}
    some = islice(kept(chain, bytearray([1]) * len(chain.state)), len(good) + 1)
    return any(chain.behaviour(table)[1] not in good for table in some)


def read_overlaps(node: Node, scope: Scope) -> tuple[Overlap, ...]:
    """Read overlaps from their JSON. Raises Malformed."""
    found = []
    for item in node.items():
        entry = item.fields("outside", "inside")
        found.append(Overlap(*(_read_mean(entry[side], scope) for side in ("outside", "inside"))))
    return tuple(found)


def _read_mean(node: Node, scope: Scope) -> tuple[Share, ...]:
    found = []
    for item in node.items():
        entry = item.fields("environment", "policy", "share")
        model = scope.read_model(entry["environment"])
        found.append((model, scope.read_table(entry["policy"], model), entry["share"].rational()))
    if not found:
        node.expected("at least one policy")
    return tuple(found)


def write_overlaps(overlaps: Sequence[Overlap], scope: Scope) -> list[JsonObject]:
    """Return the JSON of overlaps."""
    return [
        {"outside": _write_mean(one.outside, scope), "inside": _write_mean(one.inside, scope)}
        for one in overlaps
    ]


def _write_mean(parts: Sequence[Share], scope: Scope) -> list[JsonObject]:
    return [
        {
            "environment": scope.names[model],
            "policy": scope.write_policy(model, table),
            "share": rational_text(share),
        }
        for model, table, share in parts
    ]
