"""An independent checker of results documents, written from the definitions on the bare JSON.

Brute force over all deterministic policies and rational elimination of its own; no code of the kernel.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
Policy = dict[str, dict[str, Fraction]]
Vector = dict[tuple[str, str, str], Fraction]


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
    """Return w with w.r >= 1 on the strict rows and w.r = 0 on ties, or None, by the simplex method."""
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
        ratios = [
            (table[i][-1] / table[i][entering], basis[i], i) for i in range(m) if table[i][entering] > 0
        ]
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


class World:
    """An environment of a document."""

    def __init__(self, data: Json) -> None:
        self.states: list[str] = data["states"]
        self.actions: list[str] = data["actions"]
        self.start = {s: Fraction(p) for s, p in data["start"].items()}
        self.step = {
            (t["state"], t["action"]): {s: Fraction(p) for s, p in t["next"].items()}
            for t in data["transitions"]
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

    def policy(self, table: Json) -> Policy:
        found = {s: {a: Fraction(p) for a, p in row.items()} for s, row in table.items() if s in self.states}
        assert list(found) or not self.states
        assert set(found) == set(self.states)
        for s, row in found.items():
            assert sum(row.values()) == 1
            assert min(row.values()) > 0
            assert set(row) <= set(self.available(s))
        return found

    def every_deterministic(self) -> Iterator[Policy]:
        for choice in itertools.product(*(self.available(s) for s in self.states)):
            yield {s: {a: Fraction(1)} for s, a in zip(self.states, choice, strict=True)}

    def behaviour(self, policy: Policy) -> str:
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

    def state_occupancy(self, policy: Policy, g: Fraction) -> dict[str, Fraction]:
        rows = [[Fraction(int(s == t)) for s in self.states] for t in self.states]
        place = {s: i for i, s in enumerate(self.states)}
        for s, row in policy.items():
            for a, p in row.items():
                for t, q in self.step[s, a].items():
                    rows[place[t]][place[s]] -= g * p * q
        found = solve(rows, [self.start.get(s, Fraction(0)) for s in self.states])
        return dict(zip(self.states, found, strict=True))

    def occupancy(self, policy: Policy, g: Fraction) -> Vector:
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


def identity(policy: Policy) -> str:
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
        given = result["options"].get("discount", "any")
        proof = result["witness"] or result["certificate"]
        self.g = Fraction(proof["discount"] if given == "any" else given)
        assert 0 < self.g < 1
        self.merged = result["options"].get("modulo") == "unreachable"
        self.visits: dict[tuple[str, str], Vector] = {}
        self.rows: dict[tuple[str, str, str, str], tuple[Vector, set[int | None]]] = {}
        for c in self.task["constraints"]:
            self.add_constraint(c)
        for accept in self.task["accept"] or ():
            self.add_accept(accept)

    def named(self, environment: str, name: str) -> Policy:
        policies = self.task["policies"]
        return self.worlds[environment].policy((policies[environment] if self.is_family else policies)[name])

    def of_policy(self, environment: str, policy: Policy) -> Vector:
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
        assert {s: str(x) for s, x in d.items() if x} == {
            s: x for s, x in carried["occupancy"].items() if x != "0"
        }


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
