"""An independent checker of proofs about functions of trajectories, from the definitions, on bare JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from certify_checker import Asked, Json, Policy, World

Forward = dict[tuple[int, str], Fraction]

ZERO = Fraction(0)


class AskedOfTrajectories:
    """What a result asks, by (relation, environment, better, worse), each side a policy or a sequence."""

    def __init__(self, document: Json, result: Json) -> None:
        stand_in = {**result, "options": {**result["options"], "discount": "1/2"}}  # rows are not looked at
        self.asked = Asked(document, stand_in)
        self.worlds: dict[str, World] = self.asked.worlds
        labels = {e["name"]: e["labels"] for e in document["environments"]}
        observe = result["options"].get("observe")
        self.labels = {name: labels[name] for name in self.worlds} if observe == "labels" else None
        self.compares = any(isinstance(c["better"], list) for c in self.asked.task["constraints"])

    def side(self, environment: str, text: str) -> Policy | list[list[str]]:
        value = json.loads(text)
        return value if isinstance(value, list) else self.worlds[environment].policy(value)

    def seen(self, environment: str, state: str, action: str, following: str) -> tuple[str, ...]:
        """Return the names of what is observed of a step."""
        if self.labels is not None:
            on = self.labels[environment]
            return tuple(sorted(x for x in on if state in on[x] or [state, action] in on[x]))
        return (state, action) if self.compares else (state, action, following)

    def everything_seen(self) -> set[tuple[str, ...]]:
        return {
            self.seen(name, s, a, t)
            for name, world in self.worlds.items()
            for (s, a), law in world.step.items()
            for t in law
        }

    def look(self, environment: str, steps: list[list[str]]) -> tuple[tuple[str, ...], ...]:
        world = self.worlds[environment]
        return tuple(self.seen(environment, s, a, next(iter(world.step[s, a]))) for s, a in steps)

    def probability(self, environment: str, policy: Policy, word: list[tuple[str, ...]]) -> Fraction:
        world = self.worlds[environment]
        now = dict(world.start)
        for o in word:
            ahead: dict[str, Fraction] = {}
            for s, mass in now.items():
                for a, p in policy[s].items():
                    for t, q in world.step[s, a].items():
                        if self.seen(environment, s, a, t) == o:
                            ahead[t] = ahead.get(t, ZERO) + mass * p * q
            now = ahead
        return sum(now.values(), ZERO)


def assert_right_of_trajectories(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    assert result["size"] is None
    if result["verdict"] == "undecided":
        assert result["witness"] is None
        assert result["certificate"] is None
        assert result["proof"] is None
        assert result["reason"]
        return
    assert result["reason"] is None
    assert result["proof"] == "exact"
    asked = AskedOfTrajectories(document, result)
    if result["verdict"] == "inexpressible":
        assert result["witness"] is None
        assert result["certificate"]["kind"] == "lotteries"
        assert result["formalism"] in ("ftr", "inmr", "imorl", "rm", "ltl")
        assert_cancels(asked, result["certificate"])
        return
    assert result["certificate"] is None
    proof = result["witness"]
    if proof["kind"] == "returns":
        assert result["formalism"] in ("inmr", "imorl")
        assert result["formalism"] == "imorl" or len(proof["rewards"]) == 1
        assert proof["rewards"]
        assert_tells(asked, proof)
    else:
        assert (proof["kind"], result["formalism"]) == ("function", "ftr")
    assert set(result["options"]) <= {"modulo", "observe", "discount"}
    assert_orders(asked, proof)


def as_words(entries: list[Json]) -> list[tuple[list[tuple[str, ...]], Fraction]]:
    found = [([tuple(o) for o in e["word"]], Fraction(e["value"])) for e in entries]
    assert len({tuple(word) for word, _ in found}) == len(found)
    return found


def assert_orders(asked: AskedOfTrajectories, proof: Json) -> None:
    words = as_words(proof["words"])
    table = {tuple(word): x for word, x in as_words(proof.get("sequences", []))}
    known: dict[tuple[str, str], Fraction] = {}

    def value(environment: str, text: str) -> Fraction:
        if (environment, text) not in known:
            side = asked.side(environment, text)
            if isinstance(side, list):
                assert proof["kind"] == "function"
                known[environment, text] = table.get(asked.look(environment, side), ZERO)
            else:
                parts = (x * asked.probability(environment, side, word) for word, x in words)
                known[environment, text] = sum(parts, ZERO)
        return known[environment, text]

    for relation, environment, better, worse in asked.asked.rows:
        first, second = value(environment, better), value(environment, worse)
        assert {">": first > second, ">=": first >= second, "~": first == second}[relation]


def assert_tells(asked: AskedOfTrajectories, proof: Json) -> None:
    """Check that digits tell: for each listed word, every first difference shows in the return for good."""
    g = Fraction(proof["discount"])
    assert 0 < g < 1
    seen = asked.everything_seen()
    pays: list[dict[tuple[str, ...], Fraction]] = []
    for reward in proof["rewards"]:
        entries = {tuple(e["on"]): Fraction(e["value"]) for e in reward}
        assert len(entries) == len(reward)
        assert set(entries) <= seen
        pays.append({o: entries.get(o, ZERO) for o in seen})
    for word, _ in as_words(proof["words"]):
        for o in word:
            for other in seen - {o}:
                # the difference at this step against the largest that later steps can make
                assert any(
                    abs(pay[o] - pay[other]) > g * (max(pay.values()) - min(pay.values())) / (1 - g)
                    for pay in pays
                )


def assert_cancels(asked: AskedOfTrajectories, proof: Json) -> None:
    """Follow all words whose forward vectors are new, and check that the signed probabilities cancel."""
    signed: list[tuple[str, Policy, Fraction]] = []
    sequences: dict[Any, Fraction] = {}
    marks = set()
    policies = asked.asked.task["policies"]
    for term in proof["terms"]:
        environment, world = term["environment"], asked.worlds[term["environment"]]
        sides, weight = [], Fraction(term["weight"])
        for side, sign in ((term["better"], 1), (term["worse"], -1)):
            if isinstance(side, list):
                laws = tuple(tuple(sorted(world.step[s, a].items())) for s, a in side)
                key = asked.look(environment, side), laws if asked.labels is None else None
                sequences[key] = sequences.get(key, ZERO) + sign * weight
                sides.append(json.dumps(side))
                continue
            policy = world.policy(side)
            signed.append((environment, policy, sign * weight))
            text = {s: {a: str(p) for a, p in row.items()} for s, row in policy.items()}
            sides.append(json.dumps(text, sort_keys=True))
            if "name" in side and "name" not in world.states:
                named = policies[environment] if asked.asked.is_family else policies
                assert world.policy(named[side["name"]]) == policy
        mark = (term["relation"], environment, *sides)
        assert mark not in marks
        marks.add(mark)
        _, lines = asked.asked.rows[mark]
        assert term["line"] is None or term["line"] in lines
        assert weight > 0 or (term["relation"] == "~" and weight)
    assert any(term["relation"] == ">" for term in proof["terms"])
    assert not any(sequences.values())
    waiting: list[Forward] = [
        {(i, s): p for i, (name, *_) in enumerate(signed) for s, p in asked.worlds[name].start.items()}
    ]
    rows: dict[tuple[int, str], Forward] = {}
    while waiting:
        vector = waiting.pop()
        assert not sum((signed[i][2] * x for (i, _), x in vector.items()), ZERO)
        rest = dict(vector)
        for pivot, row in rows.items():
            if factor := rest.get(pivot):
                for key, x in row.items():
                    rest[key] = rest.get(key, ZERO) - factor * x
        rest = {key: x for key, x in rest.items() if x}
        if not rest:
            continue
        pivot = min(rest)
        rows[pivot] = {key: x / rest[pivot] for key, x in rest.items()}
        images: dict[tuple[str, ...], Forward] = {}
        for (i, s), mass in vector.items():
            name, policy, _ = signed[i]
            for a, p in policy[s].items():
                for t, q in asked.worlds[name].step[s, a].items():
                    image = images.setdefault(asked.seen(name, s, a, t), {})
                    image[i, t] = image.get((i, t), ZERO) + mass * p * q
        waiting += images.values()
