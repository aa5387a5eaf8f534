"""An independent checker of choices of given objectives and of thresholds of free rewards, on the bare JSON.

All comparisons and all choices are written out. What a given objective is worth is computed from what its
measure pays, node by node of a memory and a state.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import certify_checker
from certify_checker import Json, Policy, World, dot, identity, solve
from equality_checker import Comparisons, assert_circle

GIVEN = {"maxmin", "maxmax", "lexmax", "maxsat", "feasible", "consat"}

Vector = tuple[Fraction, ...]
Worth = Callable[[Vector], Any]
Node = tuple[int, str]


class UnknownError(Exception):
    """What a measure is worth this checker does not compute."""


def worth_of_measure(world: World, measure: Json, policy: Policy) -> Fraction:
    """Return what a policy is worth: an account summed under its clock. Raises UnknownError for formulas."""
    if "formula" in measure:
        raise UnknownError
    pays = {key(x): Fraction(x["value"]) for x in measure["pays"]}
    moves = {key(x): x["to"] for x in measure.get("moves", ())}
    gamma = {(x["state"], x["action"]): Fraction(x["discount"]) for x in measure.get("discounts", ())}
    for m, s, a, t in (*pays, *moves):
        assert m >= 0
        assert t in world.step[s, a]
    start: dict[Node, Fraction] = {(0, s): p for s, p in world.start.items()}
    nodes, edges, gains = list(start), dict[Node, dict[Node, Fraction]](), dict[Node, Fraction]()
    by_state: dict[Node, dict[Node, Fraction]] = {}
    for m, s in nodes:
        ahead, discounted, gain = dict[Node, Fraction](), dict[Node, Fraction](), Fraction(0)
        for a, p in policy[s].items():
            for t, q in world.step[s, a].items():
                step = m, s, a, t
                node = moves.get(step, m), t
                gain += p * q * pays.get(step, Fraction(0))
                ahead[node] = ahead.get(node, Fraction(0)) + p * q
                factor = p * q * gamma.get((s, a), Fraction(0))
                discounted[node] = discounted.get(node, Fraction(0)) + factor
                if node not in nodes:
                    nodes.append(node)
        edges[m, s], by_state[m, s], gains[m, s] = ahead, discounted, gain
    clock = measure["clock"]
    if clock == "by state":
        return solved(start, by_state, gains, Fraction(1))
    if clock == "total":
        return passed(start, edges, gains)
    if clock == "average":
        raise UnknownError
    if "horizon" in clock:
        return stepwise(start, edges, gains, [Fraction(1)] * clock["horizon"])[0]
    g, head = Fraction(clock["discount"]), [Fraction(x) for x in clock.get("head", ["1"])]
    early, now = stepwise(start, edges, gains, head[:-1])
    return early + head[-1] * solved(now, edges, gains, g)


def key(item: Json) -> tuple[int, str, str, str]:
    return item.get("memory", 0), item["state"], item["action"], item["next"]


def stepwise(
    start: dict[Node, Fraction],
    edges: dict[Node, dict[Node, Fraction]],
    gains: dict[Node, Fraction],
    weights: list[Fraction],
) -> tuple[Fraction, dict[Node, Fraction]]:
    total, now = Fraction(0), start
    for weight in weights:
        total += weight * sum((p * gains[x] for x, p in now.items()), Fraction(0))
        after: dict[Node, Fraction] = {}
        for x, p in now.items():
            for y, q in edges[x].items():
                after[y] = after.get(y, Fraction(0)) + p * q
        now = after
    return total, now


def solved(
    start: dict[Node, Fraction],
    edges: dict[Node, dict[Node, Fraction]],
    gains: dict[Node, Fraction],
    g: Fraction,
) -> Fraction:
    nodes = list(gains)
    place = {x: i for i, x in enumerate(nodes)}
    rows = [[Fraction(int(i == j)) for j in range(len(nodes))] for i in range(len(nodes))]
    for x, ahead in edges.items():
        for y, q in ahead.items():
            rows[place[x]][place[y]] -= g * q
    values = solve(rows, [gains[x] for x in nodes])
    return sum((p * values[place[x]] for x, p in start.items()), Fraction(0))


def passed(
    start: dict[Node, Fraction], edges: dict[Node, dict[Node, Fraction]], gains: dict[Node, Fraction]
) -> Fraction:
    """Return the sum over all time: nodes from which something is paid are left for ever."""
    live = {x for x, gain in gains.items() if gain}
    while more := {x for x, ahead in edges.items() if set(ahead) & live} - live:
        live |= more
    inside = {x: {y: q for y, q in edges[x].items() if y in live} for x in live}
    return solved(
        {x: p for x, p in start.items() if x in live}, inside, {x: gains[x] for x in live}, Fraction(1)
    )


class Values:
    """The vectors of the policies of a result."""

    def __init__(self, asked: Comparisons, given: list[Json]) -> None:
        assert given
        assert len({one["objective"] for one in given}) == len(given)
        self.asked, self.given = asked, given
        self.known: dict[tuple[str, str], Vector] = {}

    def of(self, where: str, policy: str) -> Vector:
        if (where, policy) not in self.known:
            world = self.asked.worlds[where]
            table = world.policy(json.loads(policy))
            self.known[where, policy] = tuple(
                worth_of_measure(world, one["measures"][where], table) for one in self.given
            )
        return self.known[where, policy]


def every_worth(formalism: str, vectors: list[Vector], count: int) -> Iterator[Worth]:
    """Yield all ways to value vectors."""
    cuts = [sorted({v[i] for v in vectors} or {Fraction(0)}) for i in range(count)]
    cuts = [[*some, some[-1] + 1] for some in cuts]
    if formalism in ("maxmin", "maxmax"):
        yield min if formalism == "maxmin" else max
    elif formalism == "lexmax":
        yield from (lexicographic(order) for order in itertools.permutations(range(count)))
    elif formalism in ("maxsat", "feasible"):
        yield from (counting(bounds, formalism) for bounds in itertools.product(*cuts))
    else:
        assert count == 2
        yield from (barred(bar, least) for bar in (0, 1) for least in cuts[bar])


def lexicographic(order: tuple[int, ...]) -> Worth:
    return lambda v: tuple(v[i] for i in order)


def counting(bounds: tuple[Fraction, ...], formalism: str) -> Worth:
    def value(v: Vector) -> int:
        met = [x >= c for x, c in zip(v, bounds, strict=True)]
        return sum(met) if formalism == "maxsat" else int(all(met))

    return value


def barred(bar: int, least: Fraction) -> Worth:
    return lambda v: (1, v[1 - bar]) if v[bar] >= least else (0, v[bar])


def chosen(formalism: str, proof: Json, names: list[str]) -> Worth:
    """Return the way to value vectors that a choice says."""
    order = tuple(names.index(name) for name in proof.get("priorities", ()))
    bounds = {names.index(name): Fraction(c) for name, c in proof.get("thresholds", {}).items()}
    everyone = list(range(len(names)))
    if formalism in ("maxmin", "maxmax"):
        assert not order
        assert not bounds
        return min if formalism == "maxmin" else max
    if formalism == "lexmax":
        assert sorted(order) == everyone
        assert not bounds
        return lexicographic(order)
    if formalism == "consat":
        assert sorted(order) == everyone == [0, 1]
        assert list(bounds) == [order[0]]
        return barred(order[0], bounds[order[0]])
    assert not order
    assert sorted(bounds) == everyone
    return counting(tuple(bounds[i] for i in everyone), formalism)


def holds(relation: str, better: Any, worse: Any) -> bool:
    return {">": better > worse, ">=": better >= worse, "~": better == worse}[relation]


def assert_right(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    formalism, options = result["formalism"], result["options"]
    assert formalism in GIVEN
    if result["verdict"] == "undecided":
        assert not any(result[key] for key in ("witness", "certificate", "proof"))
        assert result["reason"]
        return
    assert result["reason"] is None
    proof = result["witness"] or result["certificate"]
    if "given" in options:
        assert_given(document, result, proof)
    elif proof["kind"] == "reward" or formalism == "lexmax":
        assert result["size"] in (None, {"lower": 1, "upper": 1})
        alone = copy.deepcopy(result) | {"formalism": "mr", "size": None}
        certify_checker.assert_right(document, alone)
    elif formalism == "maxsat":
        assert_counted(document, result, proof)
    else:  # with free rewards, proved in ways that have a checker of their own
        assert proof["kind"] not in ("choice", "no-choice", "thresholds", "cycle", "farkas", "mixture")


def assert_given(document: Json, result: Json, proof: Json) -> None:
    assert result["proof"] == "exact"
    assert result["size"] is None
    formalism, given = result["formalism"], result["options"]["given"]
    asked = Comparisons(document, result)
    values = Values(asked, given)
    try:
        rows = [(r, values.of(w, i), values.of(w, j)) for r, w, i, j in asked.rows]
    except UnknownError:
        return
    vectors = [v for _, *sides in rows for v in sides]
    ways = every_worth(formalism, vectors, len(given))
    is_met = any(all(holds(r, way(u), way(v)) for r, u, v in rows) for way in ways)
    assert is_met == (result["verdict"] == "expressible")
    if result["verdict"] == "expressible":
        assert proof["kind"] == "choice"
        way = chosen(formalism, proof, [one["objective"] for one in given])
        assert all(holds(r, way(u), way(v)) for r, u, v in rows)
        return
    assert proof["kind"] == "no-choice"
    some, seen = [], set()
    for term in proof["terms"]:
        where = term["environment"]
        world = asked.worlds[where]
        sides = [identity(world.policy(term[side])) for side in ("better", "worse")]
        mark = term["relation"], where, sides[0], sides[1]
        assert mark not in seen
        seen.add(mark)
        assert term["weight"] == "1"
        assert term["line"] is None or term["line"] in asked.rows[mark]
        assert mark in asked.rows
        some.append((term["relation"], values.of(where, sides[0]), values.of(where, sides[1])))
    vectors = [v for _, *sides in some for v in sides]
    ways = every_worth(formalism, vectors, len(given))
    assert not any(all(holds(r, way(u), way(v)) for r, u, v in some) for way in ways)


def assert_counted(document: Json, result: Json, proof: Json) -> None:
    assert result["proof"] == "exact"
    asked = Comparisons(document, result)
    if result["verdict"] == "inexpressible":
        assert not asked.is_met()
        assert_circle(asked, proof)
        return
    assert asked.is_met()
    assert proof["kind"] == "thresholds"
    g = Fraction(proof["discount"])
    assert 0 < g < 1
    assert result["options"].get("discount", "any") in ("any", proof["discount"])

    def count(where: str, policy: str) -> int:
        world = asked.worlds[where]
        visits = world.occupancy(world.policy(json.loads(policy)), g)
        found = 0
        for one in proof["thresholds"]:
            pays: dict[tuple[str, str, str], Fraction] = {}
            marks = [(x["state"], x["action"], x.get("next")) for x in one["reward"]]
            assert len(set(marks)) == len(marks)
            for x in one["reward"]:
                for t in world.states if "next" not in x else (x["next"],):
                    mark = x["state"], x["action"], t
                    pays[mark] = pays.get(mark, Fraction(0)) + Fraction(x["value"])
            found += dot(visits, pays) >= Fraction(one["least"])
        return found

    for relation, where, better, worse in asked.rows:
        assert holds(relation, count(where, better), count(where, worse))
    strict = 0
    here = None
    for term in proof.get("way", ()):
        where = term["environment"]
        world = asked.worlds[where]
        sides = [identity(world.policy(term[side])) for side in ("better", "worse")]
        assert (term["relation"], where, sides[0], sides[1]) in asked.rows
        upper, lower = (asked.look(where, side) for side in sides)
        assert here in (None, upper) or (term["relation"] == "~" and here == lower)
        here = upper if here == lower and here != upper else lower
        strict += term["relation"] == ">"
    if result["size"] is not None:
        assert result["size"] == {"lower": max(strict, 1), "upper": len(proof["thresholds"])}
        assert strict <= len(proof["thresholds"])
