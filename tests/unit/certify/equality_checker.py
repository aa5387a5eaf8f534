"""An independent checker of circles, value tables and separating rewards, on the bare JSON.

All comparisons are written out, policy by policy; what a policy looks like is its occupancy or its table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction

from certify_checker import Json, Policy, World, dot, identity

OF_RETURNS = {"onmr", "omorl", "gomorl"}
OF_LAWS = {"fomr", "omo", "ftlr", "tlo"}
OF_TABLES = {"fpr", "po"}
DISCOUNTED = OF_RETURNS | {"fomr", "omo"}

Compared = tuple[str, str, str, str]
"""Relation, environment, and the better and the worse policy, by identity."""


class Comparisons:
    """All that a result asks, with the lines that ask for it."""

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
        self.merged = result["options"].get("modulo") == "unreachable"
        self.formalism = result["formalism"]
        self.looks: dict[tuple[str, str], object] = {}
        self.rows: dict[Compared, set[int | None]] = {}
        for c in self.task["constraints"]:
            where = c["environment"] if self.is_family else next(iter(self.worlds))
            sides = [identity(self.named(where, c[side])) for side in ("better", "worse")]
            self.add(c["relation"], where, sides[0], sides[1], c["line"])
        for accept in self.task["accept"] or ():
            self.add_accept(accept)

    def named(self, environment: str, name: str) -> Policy:
        policies = self.task["policies"]
        return self.worlds[environment].policy((policies[environment] if self.is_family else policies)[name])

    def add(self, relation: str, environment: str, better: str, worse: str, line: int | None) -> None:
        self.rows.setdefault((relation, environment, better, worse), set()).add(line)

    def add_accept(self, accept: Json) -> None:
        where, line = accept["environment"], accept["line"]
        world = self.worlds[where]
        listed = [self.named(where, name) for name in accept["good"]]
        assert listed
        if accept["over"] is None:
            universe = list(world.every_deterministic())
        else:
            universe = [self.named(where, name) for name in accept["over"]]
        name = world.behaviour if self.merged else identity
        names = {name(p) for p in listed}
        good = {identity(p) for p in listed} | {identity(p) for p in universe if name(p) in names}
        bad = {identity(p) for p in universe if name(p) not in names}
        for i in good:
            for j in bad:
                self.add(">", where, i, j, line)
            for j in good if accept["equally"] else ():
                self.add("~", where, i, j, line)

    def look(self, environment: str, policy: str) -> object:
        """Return what the formalism sees of a policy."""
        if self.formalism in OF_TABLES:
            return policy
        key = environment, policy
        if key not in self.looks:
            world = self.worlds[environment]
            visits = world.occupancy(world.policy(json.loads(policy)), Fraction(2, 3))
            self.looks[key] = frozenset(visits.items())
        return self.looks[key]

    def is_met(self) -> bool:
        """Say whether no strict comparison leads back to where it starts."""
        below: dict[object, set[object]] = {}
        strict = []
        for relation, where, better, worse in self.rows:
            upper, lower = self.look(where, better), self.look(where, worse)
            below.setdefault(upper, set()).add(lower)
            if relation == "~":
                below.setdefault(lower, set()).add(upper)
            if relation == ">":
                strict.append((upper, lower))
        return not any(upper in reached(below, lower) for upper, lower in strict)


def reached(below: dict[object, set[object]], source: object) -> set[object]:
    found, waiting = {source}, [source]
    while waiting:
        new = below.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def assert_right(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    assert result["size"] is None
    formalism = result["formalism"]
    assert formalism in OF_RETURNS | OF_LAWS | OF_TABLES
    if result["verdict"] == "undecided":
        assert not any(result[key] for key in ("witness", "certificate", "proof"))
        assert result["reason"]
        return
    assert result["reason"] is None
    assert result["proof"] == "exact"
    asked = Comparisons(document, result)
    if result["verdict"] == "inexpressible":
        assert result["witness"] is None
        assert not asked.is_met()
        assert_circle(asked, result["certificate"])
        return
    assert result["certificate"] is None
    assert asked.is_met()
    proof = result["witness"]
    given = result["options"].get("discount", "any")
    if formalism in DISCOUNTED:
        assert 0 < Fraction(proof["discount"]) < 1
        assert given in ("any", proof["discount"])
    else:
        assert "discount" not in proof
    if proof["kind"] == "separation":
        assert formalism in OF_RETURNS
        value = returned(asked, proof)
    else:
        assert proof["kind"] == "value-table"
        assert formalism not in OF_RETURNS
        value = tabulated(asked, proof)
    for relation, where, better, worse in asked.rows:
        gap = value(where, better) - value(where, worse)
        assert {">": gap > 0, ">=": gap >= 0, "~": gap == 0}[relation]


def assert_circle(asked: Comparisons, proof: Json) -> None:
    assert proof["kind"] == "cycle"
    ends, seen = [], set()
    for term in proof["terms"]:
        where = term["environment"]
        world = asked.worlds[where]
        sides = [identity(world.policy(term[side])) for side in ("better", "worse")]
        mark = term["relation"], where, sides[0], sides[1]
        assert mark not in seen
        seen.add(mark)
        assert term["line"] is None or term["line"] in asked.rows[mark]
        assert mark in asked.rows
        for side, policy in zip(("better", "worse"), sides, strict=True):
            if "name" in term[side] and "name" not in world.states:
                assert identity(asked.named(where, term[side]["name"])) == policy
        ends.append((term["relation"], asked.look(where, sides[0]), asked.look(where, sides[1])))
    assert ends[0][0] == ">"
    here = ends[0][1]
    for relation, upper, lower in ends:
        assert here == upper or (relation == "~" and here == lower)
        here = lower if here == upper else upper
    assert here == ends[0][1]


Valued = Callable[[str, str], Fraction]


def tabulated(asked: Comparisons, proof: Json) -> Valued:
    exact: dict[object, Fraction] = {}
    groups: list[tuple[str, str, Fraction]] = []
    for entry in proof["values"]:
        where, world = entry["environment"], asked.worlds[entry["environment"]]
        policy = world.policy(entry["policy"])
        if "name" in entry["policy"] and "name" not in world.states:
            assert identity(asked.named(where, entry["policy"]["name"])) == identity(policy)
        if "modulo" in entry:
            assert asked.formalism in OF_TABLES
            groups.append((where, world.behaviour(policy), Fraction(entry["value"])))
        else:
            look = asked.look(where, identity(policy))
            assert look not in exact
            exact[look] = Fraction(entry["value"])

    def value(where: str, policy: str) -> Fraction:
        found = exact.get(asked.look(where, policy))
        if found is not None:
            return found
        return next((x for x in of_groups(policy)), Fraction(proof["otherwise"]))

    def of_groups(policy: str) -> Iterator[Fraction]:
        for where, behaviour, x in groups:
            world, table = asked.worlds[where], json.loads(policy)
            is_there = all(len(row) == 1 and (s, next(iter(row))) in world.step for s, row in table.items())
            if is_there and world.behaviour(world.policy(table)) == behaviour:
                yield x

    return value


def returned(asked: Comparisons, proof: Json) -> Valued:
    g = Fraction(proof["discount"])
    rewards = []
    states = next(iter(asked.worlds.values())).states
    for listed in proof["rewards"]:
        keys = [(e["state"], e["action"], e.get("next")) for e in listed]
        assert len(set(keys)) == len(keys)
        reward: dict[tuple[str, str, str], Fraction] = {}
        for e in listed:
            for t in [e["next"]] if "next" in e else states:
                key = e["state"], e["action"], t
                reward[key] = reward.get(key, Fraction(0)) + Fraction(e["value"])
        rewards.append(reward)
    assert rewards
    if asked.formalism == "onmr":
        assert ("base" in proof) == (len(rewards) > 1)
    else:
        assert "base" not in proof
    known: dict[tuple[str, str], Fraction] = {}
    worth: dict[object, Fraction] = {}

    def value(where: str, policy: str) -> Fraction:
        if (where, policy) not in known:
            world = asked.worlds[where]
            visits = world.occupancy(world.policy(json.loads(policy)), g)
            returns = [dot(reward, visits) for reward in rewards]
            rows = (Fraction(row["value"]) for row in proof["values"] if fits(row["returns"], returns))
            known[where, policy] = next(rows, Fraction(proof["otherwise"]))
            seen: object = tuple(returns)
            if "base" in proof:
                seen = sum(Fraction(proof["base"]) ** i * x for i, x in enumerate(returns))
            assert worth.setdefault(seen, known[where, policy]) == known[where, policy]
        return known[where, policy]

    return value


def fits(wanted: list[object], returns: list[Fraction]) -> bool:
    assert len(wanted) == len(returns)
    for text, x in zip(wanted, returns, strict=True):
        if isinstance(text, dict):
            if not Fraction(text["lo"]) <= x <= Fraction(text["hi"]):
                return False
        elif text is not None and Fraction(str(text)) != x:
            return False
    return True
