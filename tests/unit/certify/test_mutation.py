"""The kernel under mutation: altered documents are refused, or are still right by an independent checker.

The checker below is written from the definitions on the bare JSON: brute force over all deterministic policies,
rational Gaussian elimination of its own, no code of the kernel.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from specexpr.certify.document import Status, verify
from specexpr.certify.reading import read_document
from specexpr.diagnostics import SpecError

Json = dict[str, Any]
Vector = dict[tuple[str, str, str], Fraction]
DRAWN = 12_000


# --- exact linear algebra ---------------------------------------------------------------------------------


def solve(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Solve a square system by elimination with whole rows; the matrix must be nonsingular."""
    n = len(rows)
    work = [[*row, x] for row, x in zip(rows, right, strict=True)]
    for i in range(n):
        pivot = next(k for k in range(i, n) if work[k][i])
        work[i], work[pivot] = work[pivot], work[i]
        head = work[i][i]
        work[i] = [x / head for x in work[i]]
        for k in range(n):
            if k != i and work[k][i]:
                factor = work[k][i]
                work[k] = [x - factor * y for x, y in zip(work[k], work[i], strict=True)]
    return [row[-1] for row in work]


def feasible(strict: list[Vector], ties: list[Vector]) -> Vector | None:
    """Return w with w.r >= 1 on the strict rows and w.r = 0 on ties, or None: phase one of the simplex method."""
    columns = sorted({k for row in strict + ties for k in row})
    m = len(strict) + len(ties)
    rows = [[r.get(k, Fraction(0)) for k in columns] for r in strict + ties]
    right = [Fraction(1)] * len(strict) + [Fraction(0)] * len(ties)
    table = []
    for i in range(m):
        surplus = [Fraction(-1 if i == k else 0) for k in range(len(strict))]
        unit = [Fraction(int(i == k)) for k in range(m)]
        table.append([*rows[i], *(-x for x in rows[i]), *surplus, *unit, right[i]])
    width = 2 * len(columns) + len(strict)
    basis = [width + i for i in range(m)]
    cost = [sum((row[j] for row in table), Fraction(0)) for j in range(width)] + [Fraction(0)] * m
    cost.append(sum(right, Fraction(0)))
    while (entering := next((j for j in range(width) if cost[j] > 0), None)) is not None:
        ratios = [(table[i][-1] / table[i][entering], basis[i], i) for i in range(m) if table[i][entering] > 0]
        _, _, out = min(ratios)
        head = table[out][entering]
        table[out] = [x / head for x in table[out]]
        for row in (*(table[i] for i in range(m) if i != out), cost):
            if factor := row[entering]:
                row[:] = [x - factor * y for x, y in zip(row, table[out], strict=True)]
        basis[out] = entering
    if cost[-1]:
        return None
    value = dict(zip(basis, (row[-1] for row in table), strict=True))
    n = len(columns)
    return {k: value.get(j, Fraction(0)) - value.get(n + j, Fraction(0)) for j, k in enumerate(columns)}


# --- the definitions, on bare JSON ------------------------------------------------------------------------


class World:
    """An environment of a document."""

    def __init__(self, data: Json) -> None:
        self.states: list[str] = data["states"]
        self.actions: list[str] = data["actions"]
        self.start = {s: Fraction(p) for s, p in data["start"].items()}
        self.step = {
            (t["state"], t["action"]): {s: Fraction(p) for s, p in t["next"].items()} for t in data["transitions"]
        }
        assert len(set(self.states)) == len(self.states)
        assert len(set(self.actions)) == len(self.actions)
        assert len(self.step) == len(data["transitions"])
        assert {s for s, _ in self.step} == set(self.states)
        for law in (self.start, *self.step.values()):
            assert sum(law.values()) == 1
            assert min(law.values()) > 0
            assert set(law) <= set(self.states)

    def available(self, state: str) -> list[str]:
        return [a for a in self.actions if (state, a) in self.step]

    def policy(self, table: Json) -> dict[str, dict[str, Fraction]]:
        found = {s: {a: Fraction(p) for a, p in row.items()} for s, row in table.items() if s in self.states}
        assert list(found) or not self.states
        assert set(found) == set(self.states)
        for s, row in found.items():
            assert sum(row.values()) == 1
            assert min(row.values()) > 0
            assert set(row) <= set(self.available(s))
        return found

    def every_deterministic(self) -> Iterator[dict[str, dict[str, Fraction]]]:
        for choice in itertools.product(*(self.available(s) for s in self.states)):
            yield {s: {a: Fraction(1)} for s, a in zip(self.states, choice, strict=True)}

    def behaviour(self, policy: dict[str, dict[str, Fraction]]) -> str:
        """Return a text that two policies share iff they agree on every state that they reach."""
        seen, waiting = set(self.start), list(self.start)
        while waiting:
            s = waiting.pop()
            for a in policy[s]:
                for t in self.step[s, a]:
                    if t not in seen:
                        seen.add(t)
                        waiting.append(t)
        return identity({s: policy[s] for s in seen})

    def state_occupancy(self, policy: dict[str, dict[str, Fraction]], g: Fraction) -> dict[str, Fraction]:
        rows = [[Fraction(int(s == t)) for s in self.states] for t in self.states]
        place = {s: i for i, s in enumerate(self.states)}
        for s, row in policy.items():
            for a, p in row.items():
                for t, q in self.step[s, a].items():
                    rows[place[t]][place[s]] -= g * p * q
        found = solve(rows, [self.start.get(s, Fraction(0)) for s in self.states])
        return dict(zip(self.states, found, strict=True))

    def occupancy(self, policy: dict[str, dict[str, Fraction]], g: Fraction) -> Vector:
        """Return the discounted occupancy of (state, action, next)."""
        d = self.state_occupancy(policy, g)
        found: Vector = {}
        for s, row in policy.items():
            for a, p in row.items():
                for t, q in self.step[s, a].items():
                    if d[s]:
                        found[s, a, t] = d[s] * p * q
        return found

    def counts(self, steps: list[list[str]], g: Fraction) -> Vector:
        """Return the discounted counts of a sequence, each step with the mean of what comes next."""
        found: Vector = {}
        for i, (s, a) in enumerate(steps):
            if i:
                assert s in self.step[steps[i - 1][0], steps[i - 1][1]]
            for t, q in self.step[s, a].items():
                found[s, a, t] = found.get((s, a, t), Fraction(0)) + g**i * q
        return found


def identity(policy: dict[str, dict[str, Fraction]]) -> str:
    return json.dumps({s: {a: str(p) for a, p in row.items()} for s, row in policy.items()}, sort_keys=True)


def combine(*parts: tuple[Fraction | int, Vector]) -> Vector:
    found: Vector = {}
    for factor, vector in parts:
        for k, x in vector.items():
            found[k] = found.get(k, Fraction(0)) + factor * x
    return {k: x for k, x in found.items() if x}


def dot(left: Vector, right: Vector) -> Fraction:
    return sum((x * right[k] for k, x in left.items() if k in right), Fraction(0))


class Asked:
    """All that a result asks: rows (relation, difference, environment, better, worse, lines)."""

    def __init__(self, document: Json, result: Json) -> None:
        (self.task,) = [t for t in document["tasks"] if t["name"] == result["task"]]
        assert self.task["environment"] == result["environment"]
        environments = {e["name"]: e for e in document["environments"]}
        assert len(environments) == len(document["environments"])
        families = {f["name"]: f["environments"] for f in document.get("families", [])}
        self.is_family = self.task["environment"] in families
        names = families.get(self.task["environment"], [self.task["environment"]])
        self.worlds = {name: World(environments[name]) for name in names}
        assert len({(frozenset(w.states), frozenset(w.actions)) for w in self.worlds.values()}) == 1
        self.g = Fraction(result["options"]["discount"])
        assert 0 < self.g < 1
        self.merged = result["options"].get("modulo") == "unreachable"
        self.visits: dict[tuple[str, str], Vector] = {}
        self.rows: dict[tuple[str, str, str, str], tuple[Vector, set[int | None]]] = {}
        for c in self.task["constraints"]:
            self.add_constraint(c)
        for accept in self.task["accept"] or ():
            self.add_accept(accept)

    def named(self, environment: str, name: str) -> dict[str, dict[str, Fraction]]:
        policies = self.task["policies"]
        return self.worlds[environment].policy((policies[environment] if self.is_family else policies)[name])

    def of_policy(self, environment: str, policy: dict[str, dict[str, Fraction]]) -> Vector:
        mark = environment, identity(policy)
        if mark not in self.visits:
            self.visits[mark] = self.worlds[environment].occupancy(policy, self.g)
        return self.visits[mark]

    def add(self, relation: str, environment: str, sides: list[tuple[str, Vector]], line: int | None) -> None:
        (better, first), (worse, second) = sides
        row = self.rows.setdefault(
            (relation, environment, better, worse), (combine((1, first), (-1, second)), set())
        )
        row[1].add(line)

    def add_constraint(self, c: Json) -> None:
        environment = c["environment"] if self.is_family else next(iter(self.worlds))
        sides = []
        for side in (c["better"], c["worse"]):
            if isinstance(side, list):
                sides.append((json.dumps(side), self.worlds[environment].counts(side, self.g)))
            else:
                policy = self.named(environment, side)
                sides.append((identity(policy), self.of_policy(environment, policy)))
        if isinstance(c["better"], list):
            assert len(c["better"]) == len(c["worse"]) > 0
        self.add(c["relation"], environment, sides, c["line"])

    def add_accept(self, accept: Json) -> None:
        environment, line = accept["environment"], accept["line"]
        world = self.worlds[environment]
        good = [self.named(environment, name) for name in accept["good"]]
        assert good
        if accept["over"] is None:
            universe = list(world.every_deterministic())
        else:
            universe = [self.named(environment, name) for name in accept["over"]]
        name = world.behaviour if self.merged else identity
        names = {name(p) for p in good}
        bad = {identity(p): p for p in universe if name(p) not in names}
        # with `merged`, whatever behaves like a good policy is good
        more = [p for p in world.every_deterministic() if name(p) in names] if self.merged else []
        all_good = {identity(p): p for p in (*good, *more)}
        vectors = {i: self.of_policy(environment, p) for i, p in (bad | all_good).items()}
        for i in all_good:
            for j in bad:
                self.add(">", environment, [(i, vectors[i]), (j, vectors[j])], line)
            for j in all_good if accept["equally"] else ():
                self.add("~", environment, [(i, vectors[i]), (j, vectors[j])], line)

    def is_expressible(self) -> bool:
        strict = [row for (relation, *_), (row, _) in self.rows.items() if relation == ">"]
        ties = [row for (relation, *_), (row, _) in self.rows.items() if relation == "~"]
        assert all(relation != ">=" for relation, *_ in self.rows), "not needed so far"
        return feasible(strict, ties) is not None


def assert_right(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    assert result["size"] is None
    assert result["formalism"] == "mr"
    if result["verdict"] == "undecided":
        assert result["witness"] is None
        assert result["certificate"] is None
        assert result["proof"] is None
        assert result["reason"]
        assert any(t["name"] == result["task"] for t in document["tasks"])
        return
    assert result["reason"] is None
    asked = Asked(document, result)
    if result["verdict"] == "expressible":
        assert result["certificate"] is None
        assert_reward(asked, result)
    else:
        assert result["witness"] is None
        proof = result["certificate"]
        {"farkas": assert_farkas, "enclosure": assert_enclosure, "mixture": assert_mixture}[proof["kind"]](
            asked, result
        )


def assert_reward(asked: Asked, result: Json) -> None:
    proof = result["witness"]
    assert (proof["kind"], result["proof"], Fraction(proof["discount"])) == ("reward", "exact", asked.g)
    keys = [(e["state"], e["action"], e.get("next")) for e in proof["reward"]]
    assert len(set(keys)) == len(keys)
    reward: Vector = {}
    states = next(iter(asked.worlds.values())).states
    for e in proof["reward"]:
        for t in [e["next"]] if "next" in e else states:
            k = e["state"], e["action"], t
            reward[k] = reward.get(k, Fraction(0)) + Fraction(e["value"])
    for (relation, *_), (row, _) in asked.rows.items():
        value = dot(reward, row)
        assert {">": value > 0, ">=": value >= 0, "~": value == 0}[relation]


def assert_terms(asked: Asked, proof: Json) -> list[tuple[str, Vector]]:
    """Check that the terms are asked for, and return (relation, difference) of each."""
    assert Fraction(proof["discount"]) == asked.g
    found, seen = [], set()
    policies = asked.task["policies"]
    for term in proof["terms"]:
        sides = []
        for side in (term["better"], term["worse"]):
            if isinstance(side, list):
                sides.append(json.dumps(side))
            else:
                world = asked.worlds[term["environment"]]
                sides.append(identity(world.policy(side)))
                if "name" in side and "name" not in world.states:
                    table = (policies[term["environment"]] if asked.is_family else policies)[side["name"]]
                    assert identity(world.policy(table)) == sides[-1]
        mark = term["relation"], term["environment"], *sides
        assert mark not in seen
        seen.add(mark)
        row, lines = asked.rows[mark]
        assert term["line"] is None or term["line"] in lines
        assert Fraction(term["weight"]) > 0 or (term["relation"] == "~" and Fraction(term["weight"]))
        found.append((term["relation"], row))
    assert any(relation == ">" for relation, _ in found)
    return found


def assert_farkas(asked: Asked, result: Json) -> None:
    proof = result["certificate"]
    assert result["proof"] == "exact"
    rows = assert_terms(asked, proof)
    weights = [Fraction(term["weight"]) for term in proof["terms"]]
    assert not combine(*((y, row) for y, (_, row) in zip(weights, rows, strict=True)))
    for carried in proof.get("occupancies", ()):
        world = asked.worlds[carried["environment"]]
        d = world.state_occupancy(world.policy(carried["policy"]), asked.g)
        assert {s: str(x) for s, x in d.items() if x} == {s: x for s, x in carried["occupancy"].items() if x != "0"}


def assert_enclosure(asked: Asked, result: Json) -> None:
    """Solve for the multipliers exactly, from any coordinates that determine them."""
    proof = result["certificate"]
    assert result["proof"] == "enclosure"
    rows = assert_terms(asked, proof)
    system: list[list[Fraction]] = []
    for k in sorted({k for _, row in rows for k in row}):
        candidate = [row.get(k, Fraction(0)) for _, row in rows]
        if rank([*system, candidate]) > len(system):
            system.append(candidate)
    system.append([Fraction(int(relation == ">")) for relation, _ in rows])
    assert len(system) == len(rows), "the multipliers are not unique"
    exact = solve(system, [Fraction(int(i == len(rows) - 1)) for i in range(len(rows))])
    assert not combine(*((y, row) for y, (_, row) in zip(exact, rows, strict=True)))
    for y, (relation, _), term in zip(exact, rows, proof["terms"], strict=True):
        assert relation == "~" or y > 0
        assert abs(y - Fraction(term["weight"])) <= Fraction(proof["radius"])


def rank(rows: list[list[Fraction]]) -> int:
    work, found = [list(row) for row in rows], 0
    for j in range(len(rows[0])):
        pivot = next((i for i in range(found, len(work)) if work[i][j]), None)
        if pivot is not None:
            work[found], work[pivot] = work[pivot], work[found]
            for i in range(found + 1, len(work)):
                factor = work[i][j] / work[found][j]
                work[i] = [x - factor * y for x, y in zip(work[i], work[found], strict=True)]
            found += 1
    return found


def assert_mixture(asked: Asked, result: Json) -> None:
    """Check what the certificate says of the policies, and the verdict by an exact linear program."""
    proof = result["certificate"]
    assert result["proof"] == "exact"
    world = asked.worlds[proof["environment"]]
    bad = identity(world.policy(proof["bad"]))
    for good in proof["good"]:
        _, lines = asked.rows[">", proof["environment"], identity(world.policy(good)), bad]
        assert proof["line"] is None or proof["line"] in lines
        if "name" in good:
            assert identity(asked.named(proof["environment"], good["name"])) == identity(world.policy(good))
    assert not asked.is_expressible()


# --- base documents ---------------------------------------------------------------------------------------


def environment(name: str, start: Json | str, steps: dict[str, str | Json], *, labels: Json | None = None) -> Json:
    """Write an environment; a step is "s a", its value the next state or a distribution."""
    pairs = [tuple(step.split()) for step in steps]
    return {
        "name": name,
        "states": list(dict.fromkeys(s for s, _ in pairs)),
        "actions": sorted({a for _, a in pairs}),
        "start": {start: "1"} if isinstance(start, str) else start,
        "transitions": [
            {"state": s, "action": a, "next": {x: "1"} if isinstance(x, str) else x}
            for (s, a), x in zip(pairs, steps.values(), strict=True)
        ],
        "labels": labels or {},
    }


def table(environment_: Json, actions: str) -> Json:
    """Write a policy: an action for each state, `x|y` for half and half."""
    rows = [action.split("|") for action in actions.split()]
    return {
        s: {a: str(Fraction(1, len(row))) for a in row} for s, row in zip(environment_["states"], rows, strict=True)
    }


def constraint(text: str, line: int, **more: str) -> Json:
    better, relation, worse = text.split()
    return {"better": better, "worse": worse, "relation": relation, "line": line, **more}


def accept(environment_: str, good: str, *, over: str | None = None, equally: bool = False, line: int = 30) -> Json:
    return {
        "environment": environment_,
        "good": good.split(),
        "over": None if over is None else over.split(),
        "equally": equally,
        "line": line,
    }


def base(environments: list[Json], task: Json, answer: Json, *, families: list[Json] | None = None) -> Json:
    result = {
        "task": task["name"],
        "environment": task["environment"],
        "formalism": "mr",
        "options": {"discount": "9/10"},
        "verdict": "undecided",
        "proof": None,
        "reason": None,
        "size": None,
        "witness": None,
        "certificate": None,
        "seconds": 0.25,
    }
    return {
        "schema": "specexpr/1",
        "environments": environments,
        "families": families or [],
        "tasks": [{"constraints": [], "accept": None, **task}],
        "results": [result | answer],
        "skipped": [{"task": task["name"], "formalism": "cvar", "needs": "--given"}],
    }


def prove_no(document: Json, picked: list[tuple[str, str, str] | tuple[str, str, str, str]]) -> Json:
    """Fill in the farkas certificate of an irreducible conflict of (better, relation, worse), by names."""
    result = document["results"][0]
    asked = Asked(document, result)
    terms, rows = [], []
    for better, relation, worse, *where in picked:
        name = where[0] if where else next(iter(asked.worlds))
        world = asked.worlds[name]
        policies = asked.task["policies"][name] if asked.is_family else asked.task["policies"]
        sides: list[Any] = []
        for side in (better, worse):
            if side.startswith("["):
                sides.append(json.loads(side))
            elif side in policies:
                sides.append({**policies[side], "name": side})
            else:
                sides.append(table({"states": world.states}, side))
        marks = [json.dumps(x) if isinstance(x, list) else identity(world.policy(x)) for x in sides]
        row, lines = asked.rows[relation, name, *marks]
        rows.append(row)
        line = min(x for x in lines if x is not None)
        terms.append(
            {"better": sides[0], "worse": sides[1], "relation": relation, "environment": name, "line": line}
        )
    system: list[list[Fraction]] = []
    for k in sorted({k for row in rows for k in row}):
        candidate = [row.get(k, Fraction(0)) for row in rows]
        if rank([*system, candidate]) > len(system):
            system.append(candidate)
    assert len(system) == len(rows) - 1, "not irreducible"
    system.append([Fraction(int(term["relation"] == ">")) for term in terms])
    weights = solve(system, [Fraction(int(i == len(rows) - 1)) for i in range(len(rows))])
    for term, weight in zip(terms, weights, strict=True):
        term["weight"] = str(weight)
    result |= {"verdict": "inexpressible", "proof": "exact"}
    result["certificate"] = {"kind": "farkas", "discount": result["options"]["discount"], "terms": terms}
    return document


def carry_occupancies(document: Json) -> Json:
    result = document["results"][0]
    asked = Asked(document, result)
    carried: dict[str, Json] = {}
    for term in result["certificate"]["terms"]:
        for side in (term["better"], term["worse"]):
            world = asked.worlds[term["environment"]]
            d = world.state_occupancy(world.policy(side), asked.g)
            carried[json.dumps(side, sort_keys=True)] = {
                "environment": term["environment"],
                "policy": side,
                "occupancy": {s: str(x) for s, x in d.items() if x},
            }
    result["certificate"]["occupancies"] = list(carried.values())
    return document


def prove_yes(document: Json, *, universes: list[str] | None = None) -> Json:
    """Fill in a reward found by the linear program, with the values of all policies that are named.

    The values of a policy are optimal where it does not go; `universes` are further tables, `*` leaving states free.
    """
    result = document["results"][0]
    asked = Asked(document, result)
    strict = [row for (relation, *_), (row, _) in asked.rows.items() if relation in (">", ">=")]
    ties = [row for (relation, *_), (row, _) in asked.rows.items() if relation == "~"]
    reward = feasible(strict, ties)
    assert reward is not None
    by_pair = all(len(law) == 1 for world in asked.worlds.values() for law in world.step.values())
    by_pair = by_pair and len(asked.worlds) == 1
    entries = [
        {"state": s, "action": a, **({} if by_pair else {"next": t}), "value": str(x)}
        for (s, a, t), x in reward.items()
        if x
    ]
    values = []
    for name, world in asked.worlds.items():
        policies = asked.task["policies"][name] if asked.is_family else asked.task["policies"]
        tables = [{**t, "name": n} for n, t in policies.items()]
        for text in universes or ():
            actions = zip(world.states, text.split(), strict=True)
            tables.append({s: {a: "1"} for s, a in actions if a != "*"})
        for written in tables:
            v = optimal(world, asked.g, reward, written)
            values.append(
                {"environment": name, "policy": written, "value": {s: str(x) for s, x in v.items() if x}}
            )
    result |= {"verdict": "expressible", "proof": "exact"}
    result["witness"] = {
        "kind": "reward",
        "discount": result["options"]["discount"],
        "reward": entries,
        "values": values,
    }
    return document


def optimal(world: World, g: Fraction, reward: Vector, written: Json) -> dict[str, Fraction]:
    """Return the values of following a table where it goes, and of the best policy elsewhere or where it is free."""
    fixed = {s: {a: Fraction(p) for a, p in written[s].items()} for s in world.states if s in written}
    reached, waiting = set(world.start), list(world.start)
    while waiting:
        s = waiting.pop()
        for a in fixed.get(s, dict.fromkeys(world.available(s), Fraction(0))):
            for t in world.step[s, a]:
                if t not in reached:
                    reached.add(t)
                    waiting.append(t)
    held = {s for s in fixed if s in reached}
    policy = {s: fixed[s] if s in held else {world.available(s)[0]: Fraction(1)} for s in world.states}

    def gain(s: str, a: str, v: dict[str, Fraction]) -> Fraction:
        law = world.step[s, a]
        return sum((q * (reward.get((s, a, t), Fraction(0)) + g * v[t]) for t, q in law.items()), Fraction(0))

    zero = dict.fromkeys(world.states, Fraction(0))
    while True:
        rows = [[Fraction(int(s == t)) for t in world.states] for s in world.states]
        for i, s in enumerate(world.states):
            for a, p in policy[s].items():
                for t, q in world.step[s, a].items():
                    rows[i][world.states.index(t)] -= g * p * q
        right = [sum((p * gain(s, a, zero) for a, p in policy[s].items()), Fraction(0)) for s in world.states]
        v = dict(zip(world.states, solve(rows, right), strict=True))
        better = dict(policy)
        for s in set(world.states) - held:
            best = max(world.available(s), key=lambda a, s=s, v=v: gain(s, a, v))
            if gain(s, best, v) > v[s]:
                better[s] = {best: Fraction(1)}
        if better == policy:
            return v
        policy = better


def prove_no_enclosed(document: Json, picked: list[tuple[str, str, str]]) -> Json:
    """Round an exact conflict to dyadic numbers, and enclose it."""
    prove_no(document, picked)
    result = document["results"][0]
    asked = Asked(document, result)
    world = next(iter(asked.worlds.values()))
    carry_occupancies(document)
    proof = result["certificate"]
    taken = {
        (s, a)
        for carried in proof["occupancies"]
        for s, row in carried["policy"].items()
        if s in carried["occupancy"]
        for a in row
    }
    reference = {s: next(a for a in world.actions if (s, a) in taken) for s in {s for s, _ in taken}}
    columns = sorted(pair for pair in taken if reference[pair[0]] != pair[1])
    rows = assert_terms(asked, proof)
    matrix = [
        [sum((x for (s, a, _), x in row.items() if (s, a) == c), Fraction(0)) for _, row in rows] for c in columns
    ]
    matrix.append([Fraction(int(relation == ">")) for relation, _ in rows])
    n = len(rows)
    assert len(matrix) == n
    inverse = [solve(matrix, [Fraction(int(i == j)) for i in range(n)]) for j in range(n)]
    for carried in proof["occupancies"]:
        carried["occupancy"] = {s: str(dyadic(Fraction(x), 60)) for s, x in carried["occupancy"].items()}
    for term in proof["terms"]:
        term["weight"] = str(dyadic(Fraction(term["weight"]), 40))
    proof |= {
        "kind": "enclosure",
        "columns": [list(c) for c in columns],
        "inverse": [[str(dyadic(inverse[j][i], 40)) for j in range(n)] for i in range(n)],
        "radius": str(Fraction(1, 2**30)),
    }
    result["proof"] = "enclosure"
    return document


def dyadic(x: Fraction, bits: int) -> Fraction:
    return Fraction(round(x * 2**bits), 2**bits)


ENTAILMENT = environment("entailment", "s0", {"s0 a": "s1", "s0 b": "s1", "s1 a": "s0", "s1 b": "s0"})
STEADY = environment("steady", "s0", {"s0 x": "s1", "s0 y": "s0", "s1 x": "s0", "s1 y": "s1"})
ROOMS = environment(
    "two_rooms",
    "s0",
    {"s0 left": "s0", "s0 right": {"s1": "9/10", "s0": "1/10"}, "s1 left": "s1", "s1 right": "s1"},
    labels={"goal": ["s1"], "push": [["s0", "right"], ["s1", "right"]]},
)
ONCE = environment("once", {"s0": "1/2", "w": "1/2"}, {"s0 a": "w", "s0 b": "w", "w a": "w"})
MODAL = [
    environment(name, "s0", {"s0 a": "w", "s0 b": "w", "w a": "w", "w b": "w", "x a": after, "x b": after})
    for name, after in (("tau1", "s0"), ("tau2", "x"))
]
SPLIT = [
    environment(name, "s0", {"s0 a": {"s0": p, "w": q}, "s0 b": "w", "w a": "w", "w b": "w"})
    for name, p, q in (("often", "2/3", "1/3"), ("seldom", "1/4", "3/4"))
]
PROCRASTINATOR = environment("procrastinator", "s", {"s w": "s", "s p": "s"})
CROSSING = environment(
    "crossing",
    {"u": "1/3", "v": "2/3"},
    {"u a": "v", "u b": "z", "v a": {"u": "1/2", "z": "1/2"}, "v b": "z", "z a": "z", "z b": "u", "z c": "v"},
)
ALL_FOUR = {f"p_{i}{j}": table(ENTAILMENT, f"{i} {j}") for i in "ab" for j in "ab"}
STEADY_FOUR = {f"p_{i}{j}": table(STEADY, f"{i} {j}") for i in "xy" for j in "xy"}
ONE_THIRD = {"s0": {"a": "1/3", "b": "2/3"}, "w": {"a": "1"}}


def in_entailment(name: str, **more: Any) -> Json:
    return {"name": name, "environment": "entailment", "policies": ALL_FOUR, **more}


def in_steady(name: str, **more: Any) -> Json:
    return {"name": name, "environment": "steady", "policies": STEADY_FOUR, **more}


def crossed() -> Json:
    asks = [constraint("p_ab > p_aa", 14), constraint("p_ba > p_bb", 15), constraint("p_aa > p_ba", 16)]
    document = base([ENTAILMENT], in_entailment("xor", constraints=asks), {})
    return prove_no(document, [("p_ab", ">", "p_aa"), ("p_ba", ">", "p_bb")])


def different() -> Json:
    document = base([ENTAILMENT], in_entailment("different", accept=[accept("entailment", "p_ab p_ba")]), {})
    picked = [("p_ab", ">", "p_aa"), ("p_ba", ">", "p_bb")]
    return carry_occupancies(prove_no(document, picked))


def weak_and_tied() -> Json:
    asks = [
        constraint("p_aa ~ p_ab", 3),
        constraint("p_bb >= p_ba", 4),
        constraint("p_bb ~ p_bb", 5),
        constraint("p_ab ~ p_aa", 6),
        constraint("p_ba > p_bb", 7),
    ]
    document = base([ENTAILMENT], in_entailment("tied", constraints=asks), {})
    return prove_no(document, [("p_aa", "~", "p_ab"), ("p_ba", ">", "p_bb")])


def ordered() -> Json:
    asks = [constraint("p_ab > p_ba", 2), constraint("p_aa > p_bb", 3), constraint("p_ba >= p_bb", 4)]
    return prove_yes(base([ENTAILMENT], in_entailment("first", constraints=asks), {}))


def product_set() -> Json:
    accepted = accept("entailment", "p_aa p_ab", equally=True)
    return prove_yes(base([ENTAILMENT], in_entailment("alike", accept=[accepted]), {}))


def mixture() -> Json:
    accepted = accept("entailment", "p_ab p_ba", equally=True, line=9)
    document = base([ENTAILMENT], in_entailment("mixed", accept=[accepted]), {})
    document["results"][0] |= {
        "verdict": "inexpressible",
        "proof": "exact",
        "certificate": {
            "kind": "mixture",
            "environment": "entailment",
            "good": [{**ALL_FOUR["p_ab"], "name": "p_ab"}, {**ALL_FOUR["p_ba"], "name": "p_ba"}],
            "bad": {**ALL_FOUR["p_aa"], "name": "p_aa"},
            "line": 9,
        },
    }
    return document


def steady_yes() -> Json:
    accepted = accept("steady", "p_yx p_yy", line=4)
    return prove_yes(base([STEADY], in_steady("both", accept=[accepted]), {}))


def steady_modulo() -> Json:
    accepted = accept("steady", "p_yx", line=4)
    answer = {"options": {"discount": "1/2", "modulo": "unreachable"}}
    return prove_yes(base([STEADY], in_steady("one", accept=[accepted]), answer))


def steady_no() -> Json:
    accepted = accept("steady", "p_yx", line=4)
    return prove_no(base([STEADY], in_steady("one", accept=[accepted]), {}), [("p_yx", ">", "p_yy")])


def listed_universe() -> Json:
    policies = {"pure": table(ONCE, "a a"), "half": table(ONCE, "a|b a"), "third": ONE_THIRD}
    task = {"name": "over", "environment": "once", "policies": policies}
    return prove_yes(base([ONCE], task | {"accept": [accept("once", "pure half", over="third pure")]}, {}))


def listed_conflict() -> Json:
    policies = {"pure": table(ONCE, "a a"), "other": table(ONCE, "b a"), "third": ONE_THIRD}
    task = {"name": "over", "environment": "once", "policies": policies}
    task["accept"] = [accept("once", "pure other", over="third", equally=True)]
    return prove_no(base([ONCE], task, {}), [("pure", ">", "third"), ("other", ">", "third")])


def tied_goods() -> Json:
    policies = {"pure": table(ONCE, "a a"), "other": table(ONCE, "b a"), "third": ONE_THIRD}
    task = {"name": "over", "environment": "once", "policies": policies}
    task["accept"] = [accept("once", "pure other", over="third", equally=True)]
    return prove_no(base([ONCE], task, {}), [("pure", ">", "third"), ("pure", "~", "other")])


def modal_family() -> Json:
    policies = {e["name"]: {"pa": table(e, "a a a"), "pb": table(e, "b a a")} for e in MODAL}
    asks = [constraint("pb > pa", 5, environment="tau1"), constraint("pa > pb", 6, environment="tau2")]
    task = {"name": "m1", "environment": "both", "policies": policies, "constraints": asks}
    families = [{"name": "both", "environments": ["tau1", "tau2"]}]
    document = base(MODAL, task, {}, families=families)
    return carry_occupancies(prove_no(document, [("pb", ">", "pa", "tau1"), ("pa", ">", "pb", "tau2")]))


def split_family() -> Json:
    policies = {e["name"]: {"pa": table(e, "a a"), "pb": table(e, "b a")} for e in SPLIT}
    asks = [constraint("pa > pb", 5, environment="often"), constraint("pb > pa", 6, environment="seldom")]
    accepted = [accept("often", "pa", over="pb", line=7)]
    task = {"name": "m2", "environment": "both", "policies": policies, "constraints": asks, "accept": accepted}
    return prove_yes(base(SPLIT, task, {}, families=[{"name": "both", "environments": ["often", "seldom"]}]))


W, P = ["s", "w"], ["s", "p"]


def procrastinator() -> Json:
    steps = {"work": [W, W, W], "one": [P, W, W], "then": [W, P, P], "two": [P, P, W], "never": [P, P, P]}
    asks = []
    for line, (better, worse) in enumerate(itertools.pairwise(["one", "two", "work", "never"]), 2):
        asks.append({"better": steps[better], "worse": steps[worse], "relation": ">", "line": line})
    task = {"name": "c5", "environment": "procrastinator", "policies": {}, "constraints": asks}
    document = base([PROCRASTINATOR], task, {"options": {"discount": "3/4"}})
    picked = [(json.dumps(c["better"]), ">", json.dumps(c["worse"])) for c in asks]
    return prove_no(document, picked[:2])


def possible_sequences() -> Json:
    asks = [
        {"better": [W, P], "worse": [P, W], "relation": ">", "line": 2},
        {"better": [P, W], "worse": [P, P], "relation": ">=", "line": 3},
    ]
    task = {"name": "c6", "environment": "procrastinator", "policies": {}, "constraints": asks}
    document = base([PROCRASTINATOR], task, {"options": {"discount": "3/4"}})
    return prove_yes(document)


def crossing_yes() -> Json:
    policies = {name: table(CROSSING, actions) for name, actions in CROSSING_POLICIES.items()}
    task = {"name": "few", "environment": "crossing", "policies": policies}
    task["accept"] = [accept("crossing", " ".join(policies), line=8)]
    return prove_yes(base([CROSSING], task, {}), universes=["* b *", "b a *", "a a a"])


CROSSING_POLICIES = {"one": "a a b", "two": "a a c", "soft": "a|b a b"}


def enclosed() -> Json:
    policies = {
        "p": table(CROSSING, "a a a"),
        "q": table(CROSSING, "b b a"),
        "r": table(CROSSING, "a b a"),
        "t": table(CROSSING, "b a a"),
    }
    asks = [constraint("p > r", 2), constraint("q > t", 3), constraint("r ~ q", 4), constraint("t >= p", 5)]
    task = {"name": "large", "environment": "crossing", "policies": policies, "constraints": asks}
    return prove_no_enclosed(base([CROSSING], task, {}), [("p", ">", "r"), ("t", ">=", "p"), ("q", ">", "t")])


def undecided() -> Json:
    policies = {"stay": table(ROOMS, "left left"), "go": table(ROOMS, "right left")}
    task = {"name": "t1", "environment": "two_rooms", "policies": policies}
    task["constraints"] = [constraint("go > stay", 20)]
    return base([ROOMS], task, {"reason": "limit: too large"})


BASES: list[Callable[[], Json]] = [
    crossed,
    different,
    weak_and_tied,
    ordered,
    product_set,
    mixture,
    steady_yes,
    steady_modulo,
    steady_no,
    listed_universe,
    listed_conflict,
    tied_goods,
    modal_family,
    split_family,
    procrastinator,
    possible_sequences,
    crossing_yes,
    enclosed,
    undecided,
]


def accepted(document: Json) -> bool:
    """Say whether the kernel accepts every result of a document."""
    try:
        outcomes = verify(read_document(json.dumps(document)))
    except SpecError:
        return False
    return all(outcome.status is not Status.REFUSED for outcome in outcomes)


@pytest.mark.parametrize("make", BASES)
def test_the_base_documents_hold(make: Callable[[], Json]) -> None:
    """Every base document is accepted, and right by the independent checker: the mutations start from truth."""
    document = make()
    outcomes = verify(read_document(json.dumps(document)))
    assert [outcome.reason for outcome in outcomes] == [None]
    assert_right(document, document["results"][0])


# --- mutations --------------------------------------------------------------------------------------------

Place = tuple[Any, Any]
"""A container and the key or index of a value in it."""


def places(value: Any) -> Iterator[Place]:
    """Yield every place of a JSON value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        yield value, key
        yield from places(inner)


def is_number(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip("-").replace("/", "", 1).isdigit()


def mutate(rng: random.Random, document: Json) -> None:
    """Alter one thing of a document, in place."""
    every = list(places(document))
    container, key = rng.choice(every)
    value = container[key]
    if is_number(value):
        container[key] = altered_number(rng, value, [c[k] for c, k in every if is_number(c[k])])
    elif isinstance(value, bool) or value is None:
        container[key] = rng.choice([True, False, None, 1, "1"])
    elif isinstance(value, int | float):
        container[key] = rng.choice([value + 1, -value, None, str(value), 0])
    elif isinstance(value, str):
        texts = sorted({c[k] for c, k in every if isinstance(c[k], str)})
        container[key] = rng.choice([*texts, ">", ">=", "~", value + "x", "expressible", "inexpressible"])
    elif isinstance(value, list) and value:
        alter_list(rng, value, every)
    else:
        alter_object(rng, container, key, every)


def altered_number(rng: random.Random, text: str, others: list[str]) -> str:
    x = Fraction(text)
    new = rng.choice([-x, x + 1, x - 1, 2 * x, x / 2, Fraction(0), 1 - x, x + Fraction(1, 2**70), x * x])
    return rng.choice([str(new), str(new), str(new), rng.choice(others), f"{x.numerator * 2}/{x.denominator * 2}"])


def alter_list(rng: random.Random, value: list[Any], every: list[Place]) -> None:
    i, j = rng.randrange(len(value)), rng.randrange(len(value))
    match rng.randrange(4):
        case 0:
            del value[i]
        case 1:
            value.append(copy.deepcopy(value[i]))
        case 2:
            value[i], value[j] = value[j], value[i]
        case _:
            others = [c[k] for c, k in every if isinstance(c[k], list) and c[k]]
            value.append(copy.deepcopy(rng.choice(rng.choice(others))))


def alter_object(rng: random.Random, container: Any, key: Any, every: list[Place]) -> None:
    value = container[key]
    alike = [c[k] for c, k in every if isinstance(c[k], type(value)) and c[k] is not value]
    match rng.randrange(4) if isinstance(value, dict) and value else 3:
        case 0:
            del value[rng.choice(list(value))]
        case 1:
            old, new = rng.choice(list(value)), rng.choice([k for _, k in every if isinstance(k, str)])
            value[new] = value.pop(old)
        case 2:
            first, second = rng.choice(list(value)), rng.choice(list(value))
            value[first], value[second] = value[second], value[first]
        case _:
            container[key] = copy.deepcopy(rng.choice(alike))


def aimed(rng: random.Random, document: Json) -> None:
    """Alter what the proof or the question turns on, in place: a term, a step, an option, a bound, the verdict."""
    result, task = document["results"][0], document["tasks"][0]
    proof = result["witness"] or result["certificate"] or {}
    rng.choice([of_terms, of_question, of_answer, of_question, of_part])(rng, document, result, task, proof)


def of_terms(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    if "terms" not in proof:
        return of_question(rng, document, result, task, proof)
    terms = proof["terms"]
    term = rng.choice(terms)
    if rng.random() < 0.5:
        term["line"] = None
    match rng.randrange(5):
        case 0:
            term["better"], term["worse"] = term["worse"], term["better"]
            if rng.random() < 0.5:
                term["weight"] = str(-Fraction(term["weight"]))
        case 1:
            term["relation"] = rng.choice([">", ">=", "~"])
        case 2:
            term["weight"] = str(Fraction(term["weight"]) / 2)
            terms.append(copy.deepcopy(term))
        case 3 if "radius" in proof:
            tiny = Fraction(1, 2 ** rng.randrange(25, 60))
            term["weight"] = str(Fraction(term["weight"]) + rng.choice([tiny, -tiny, 0]))
            proof["radius"] = str(rng.choice([tiny, Fraction(proof["radius"])]))
        case _:
            for c in task["constraints"]:
                if c["line"] == term["line"]:
                    c["better"], c["worse"] = c["worse"], c["better"]
                    term["better"], term["worse"] = term["worse"], term["better"]
                    proof |= {"radius": "4"} if "radius" in proof else {}
    return None


def of_question(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    sides = [c for c in task["constraints"] if isinstance(c["better"], str)]
    match rng.randrange(5):
        case 0:
            steps = rng.choice(document["environments"])["transitions"]
            rng.choice(steps)["next"] = copy.deepcopy(rng.choice(steps)["next"])
        case 1:
            discount = str(Fraction(rng.randrange(1, 20), 20))
            result["options"]["discount"] = discount
            if "discount" in proof and rng.random() < 0.7:
                proof["discount"] = discount
        case 2:
            result["options"] = result["options"] | {"modulo": "unreachable"}
        case 3 if sides:
            c = rng.choice(sides)
            c[rng.choice(["better", "worse"])] = rng.choice(sides)["better"]
        case _ if task["accept"]:
            accepted_ = rng.choice(task["accept"])
            names = accepted_["good"] if rng.random() < 0.5 else list(task["policies"])
            accepted_["good"] = rng.sample(names, rng.randrange(1, len(names) + 1))
            accepted_["equally"] ^= rng.random() < 0.3


def of_answer(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    match rng.randrange(5):
        case 0:
            result["size"] = {"lower": 1, "upper": rng.randrange(1, 3)}
        case 1:
            result["proof"] = rng.choice(["exact", "enclosure", None])
        case 2:
            result["verdict"] = rng.choice(["expressible", "inexpressible", "undecided"])
            result["reason"] = rng.choice([None, "time"])
        case 3:
            result["witness"], result["certificate"] = result["certificate"], result["witness"]
        case _:
            document["results"].append(copy.deepcopy(result))
            result["verdict"] = "undecided"


def of_part(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    part = rng.choice([proof, proof, result, task])
    if part:
        mutate(rng, {"part": part})


@pytest.fixture(scope="module")
def bases() -> list[Json]:
    return [make() for make in BASES]


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Of some ten thousand altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(20)
    seen, kept = set(), 0
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(bases))
        if rng.random() < 0.5:
            aimed(rng, document)
        for _ in range(rng.choice([0, 1, 1, 2])):
            mutate(rng, document)
        text = json.dumps(document)
        if text in seen or document in bases:
            continue
        seen.add(text)
        if accepted(document):
            kept += 1
            for result in document["results"]:
                assert_right(document, result)
    assert 200 < kept < len(seen) / 3, f"{kept} accepted: the mutations say little"


def test_no_weight_of_a_nonzero_row_can_be_changed(bases: list[Json]) -> None:
    """Every change to one weight of an irreducible exact conflict is refused, unless its row is zero."""
    changed = 0
    for document in bases:
        proof = document["results"][0]["certificate"]
        if proof is None or proof["kind"] != "farkas":
            continue
        rows = assert_terms(Asked(document, document["results"][0]), proof)
        for (_, row), term in zip(rows, proof["terms"], strict=True):
            old = term["weight"]
            x = Fraction(old)
            for new in {x / 2, 2 * x, x + 1, x - 1, -x, x + Fraction(1, 10**30), Fraction(0), x * x + 7}:
                term["weight"] = str(new)
                if new != x:
                    assert accepted(document) == (not row and new > 0)
                    changed += 1
            term["weight"] = old
    assert changed > 100
