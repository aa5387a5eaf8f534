"""An independent checker of proofs about reward machines, from the definitions, on bare JSON.

That machines are too small is checked in every structure, one after another: some combination must vanish.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from certify_checker import Json, Policy, identity, solve
from word_checker import AskedOfTrajectories

Seen = tuple[str, ...]
Moves = dict[tuple[str, Seen], str]
"""Where a machine moves; what is not listed stays."""

Vector = dict[tuple[str, ...], Fraction]

ZERO = Fraction(0)
MOST_STRUCTURES = 5_000


class Machines:
    """What a result asks of machines, with the visits of its policies and sequences."""

    def __init__(self, document: Json, result: Json) -> None:
        self.trajectories = AskedOfTrajectories(document, result)
        self.rows = self.trajectories.asked.rows
        self.worlds = self.trajectories.worlds
        self.options = result["options"]

    def features(self, states: list[str], moves: Moves, g: Fraction, environment: str, text: str) -> Vector:
        """Return discounted visits of (machine state, what is rewarded); states[0] is that of the start."""
        world = self.worlds[environment]
        side = self.trajectories.side(environment, text)
        found: Vector = {}
        if isinstance(side, list):
            u = states[0]
            for i, (s, a) in enumerate(side):
                for t, q in world.step[s, a].items():
                    self.count(found, environment, (u, s, a, t), g**i * q)
                o = self.trajectories.seen(environment, s, a, next(iter(world.step[s, a])))
                u = moves.get((u, o), u)
            return found
        for (u, s), n in self.visits(states, moves, g, environment, side).items():
            for a, p in side[s].items():
                for t, q in world.step[s, a].items():
                    self.count(found, environment, (u, s, a, t), n * p * q)
        return {key: x for key, x in found.items() if x}

    def count(self, found: Vector, environment: str, step: tuple[str, ...], n: Fraction) -> None:
        u, s, a, t = step
        key: tuple[str, ...] = (u, s, a, t) if len(self.worlds) > 1 else (u, s, a)
        if self.trajectories.labels is not None:
            key = u, *self.trajectories.seen(environment, s, a, t)
        found[key] = found.get(key, ZERO) + n

    def visits(
        self, states: list[str], moves: Moves, g: Fraction, environment: str, policy: Policy
    ) -> dict[tuple[str, str], Fraction]:
        world = self.worlds[environment]
        pairs = [(u, s) for u in states for s in world.states]
        place = {pair: i for i, pair in enumerate(pairs)}
        system = [[Fraction(int(i == j)) for j in range(len(pairs))] for i in range(len(pairs))]
        for u, s in pairs:
            for a, p in policy[s].items():
                for t, q in world.step[s, a].items():
                    v = moves.get((u, self.trajectories.seen(environment, s, a, t)), u)
                    system[place[v, t]][place[u, s]] -= g * p * q
        right = [world.start.get(s, ZERO) if u == states[0] else ZERO for u, s in pairs]
        return dict(zip(pairs, solve(system, right), strict=True))


def assert_right_of_machines(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    if result["verdict"] == "undecided":
        assert result["witness"] is None
        assert result["certificate"] is None
        assert result["proof"] is None
        assert result["size"] is None
        assert result["reason"]
        return
    assert (result["reason"], result["proof"], result["formalism"]) == (None, "exact", "rm")
    asked = Machines(document, result)
    if result["verdict"] == "inexpressible":
        proof = result["certificate"]
        assert result["witness"] is None
        assert result["size"] is None
        assert proof["kind"] == "machines"
        assert asked.options["machine states"] <= proof["refuted"]["states"]
        assert_too_small(document, asked, proof["refuted"])
        return
    proof = result["witness"]
    assert result["certificate"] is None
    assert proof["kind"] == "machine"
    states = proof["machine"]["states"]
    assert len(states) == len(set(states)) <= asked.options.get("machine states", len(states))
    if "machine" in asked.options:
        assert moves_of(asked, asked.options["machine"]) == moves_of(asked, proof["machine"])
        assert asked.options["machine"]["states"] == states
    few = proof.get("smaller")
    lower = 1 if few is None else few["states"] + 1
    assert result["size"] in (None, {"lower": lower, "upper": len(states)})
    assert lower <= len(states)
    assert_orders(asked, proof)
    if few is not None:
        assert_too_small(document, asked, few)


def moves_of(asked: Machines, machine: Json) -> Moves:
    found: Moves = {}
    for edge in machine["moves"]:
        assert {edge["from"], edge["to"]} <= set(machine["states"])
        for o in edge["on"]:
            assert tuple(o) in asked.trajectories.everything_seen()
            assert (edge["from"], tuple(o)) not in found
            found[edge["from"], tuple(o)] = edge["to"]
    return {(u, o): v for (u, o), v in found.items() if u != v}


def assert_orders(asked: Machines, proof: Json) -> None:
    g = Fraction(proof["discount"])
    assert 0 < g < 1
    assert asked.options.get("discount", "any") in ("any", proof["discount"])
    moves = moves_of(asked, proof["machine"])
    reward: Vector = {}
    for entry in proof["reward"]:
        names = entry["labels"] if "labels" in entry else [entry["state"], entry["action"]]
        key = entry["machine"], *names, *([entry["next"]] if "next" in entry else [])
        assert ("labels" in entry) == (asked.trajectories.labels is not None)
        assert key not in reward
        reward[key] = Fraction(entry["value"])

    @cache
    def value(environment: str, text: str) -> Fraction:
        found = asked.features(proof["machine"]["states"], moves, g, environment, text)
        return sum((x * reward.get(key, ZERO) for key, x in found.items()), ZERO)

    for relation, environment, better, worse in asked.rows:
        first, second = value(environment, better), value(environment, worse)
        assert {">": first > second, ">=": first >= second, "~": first == second}[relation]


def assert_too_small(document: Json, asked: Machines, few: Json) -> None:
    """Check in every structure that the terms of some combination are asked for and cancel."""
    g = Fraction(asked.options["discount"])
    combinations = [list(terms_of(asked, terms)) for terms in few["combinations"]]
    states = [f"u{i}" for i in range(few["states"])]
    seen = sorted(asked.trajectories.everything_seen())
    assert len(states) ** (len(states) * len(seen)) <= MOST_STRUCTURES
    question = json.dumps(
        [document["environments"], asked.options.get("observe"), asked.trajectories.compares]
    )
    for targets in itertools.product(states, repeat=len(states) * len(seen)):
        moves = dict(zip(itertools.product(states, seen), targets, strict=True))
        assert any(cancels(question, asked, states, moves, g, terms) for terms in combinations)


_FEATURES: dict[tuple[object, ...], Vector] = {}


def cancels(
    question: str,
    asked: Machines,
    states: list[str],
    moves: Moves,
    g: Fraction,
    terms: list[tuple[str, str, str, Fraction]],
) -> bool:
    total: Vector = {}
    structure = tuple(moves.values())
    for environment, better, worse, weight in terms:
        for text, w in ((better, weight), (worse, -weight)):
            key = question, tuple(asked.worlds), structure, len(states), g, environment, text
            if key not in _FEATURES:
                _FEATURES[key] = asked.features(states, moves, g, environment, text)
            for coordinate, x in _FEATURES[key].items():
                total[coordinate] = total.get(coordinate, ZERO) + w * x
    return not any(total.values())


def terms_of(asked: Machines, terms: list[Json]) -> Iterator[tuple[str, str, str, Fraction]]:
    """Yield (environment, better, worse, weight) of terms that are asked for."""
    marks = set()
    is_family = asked.trajectories.asked.is_family
    policies = asked.trajectories.asked.task["policies"]
    for term in terms:
        environment, world = term["environment"], asked.worlds[term["environment"]]
        sides = []
        for side in (term["better"], term["worse"]):
            sides.append(json.dumps(side) if isinstance(side, list) else identity(world.policy(side)))
            if isinstance(side, dict) and "name" in side and "name" not in world.states:
                named = (policies[environment] if is_family else policies)[side["name"]]
                assert identity(world.policy(named)) == sides[-1]
        mark = term["relation"], environment, *sides
        assert mark not in marks
        marks.add(mark)
        _, lines = asked.rows[mark]
        assert term["line"] is None or term["line"] in lines
        assert Fraction(term["weight"]) > 0 or (term["relation"] == "~" and Fraction(term["weight"]))
        yield environment, *sides, Fraction(term["weight"])
    assert any(term["relation"] == ">" for term in terms)
