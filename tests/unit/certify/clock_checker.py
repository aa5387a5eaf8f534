"""An independent checker of proofs under other clocks, from the definitions, on bare JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from certify_checker import Asked, Json, Policy, Vector, World, assert_terms, combine, dot, solve

ZERO, ONE = Fraction(0), Fraction(1)


class AskedUnderClock(Asked):
    """What a result asks, its rows between visits weighed by the clock of its formalism."""

    def __init__(self, document: Json, result: Json) -> None:
        self.formalism: str = result["formalism"]
        self.options: Json = result["options"]
        stand_in = {**self.options, "discount": self.options.get("discount", "1/2")}
        super().__init__(document, {**result, "options": stand_in})
        assert not any(isinstance(c["better"], list) for c in self.task["constraints"])

    def of_policy(self, environment: str, policy: Policy) -> Vector:
        mark = environment, json.dumps([[s, a, str(p)] for s, row in policy.items() for a, p in row.items()])
        if mark not in self.visits:
            world = self.worlds[environment]
            visits = self.state_visits(world, policy)
            found: Vector = {}
            for s, row in policy.items():
                law = json.dumps({a: str(p) for a, p in row.items()}, sort_keys=True)
                if self.formalism == "rrl" and visits[s]:
                    found["law", law, ""] = found.get(("law", law, ""), ZERO) + visits[s]
                for a, p in row.items():
                    for t, q in world.step[s, a].items():
                        if visits[s]:
                            found[s, a, t] = visits[s] * p * q
            self.visits[mark] = found
        return self.visits[mark]

    def state_visits(self, world: World, policy: Policy) -> dict[str, Fraction]:
        """Return how often each state is visited, weighed."""
        step = {s: chain_row(world, policy, s) for s in world.states}
        match self.formalism:
            case "lar":
                return long_run(world, step)
            case "horizon":
                steps = self.options["horizon"]
                return weighed(world, step, [ONE] * steps, ZERO)
            case "quasihyperbolic":
                weights = [Fraction(x) for x in self.options["weights"]]
                return weighed(world, step, weights, self.g)
            case "rrl" | "mr":
                return weighed(world, step, [ONE], self.g)
            case "sdd":
                given = self.options["discounts"]
                gamma = {(d["state"], d["action"]): Fraction(d["discount"]) for d in given}
                assert len(gamma) == len(given)
                assert all(0 <= x < 1 for x in gamma.values())
                onward = {s: chain_row(world, policy, s, gamma) for s in world.states}
                return visits(world.start, onward, ONE)
        raise AssertionError(self.formalism)


def chain_row(
    world: World, policy: Policy, s: str, gamma: dict[tuple[str, str], Fraction] | None = None
) -> dict[str, Fraction]:
    """Return where a state leads; with discounts of pairs, a pair that has none counts 0."""
    found = dict.fromkeys(world.states, ZERO)
    for a, p in policy[s].items():
        for t, q in world.step[s, a].items():
            found[t] += p * q * (ONE if gamma is None else gamma.get((s, a), ZERO))
    return found


def visits(
    start: dict[str, Fraction], step: dict[str, dict[str, Fraction]], g: Fraction
) -> dict[str, Fraction]:
    """Solve n = start + g n P."""
    names = list(step)
    rows = [[Fraction(int(s == t)) - g * step[s][t] for s in names] for t in names]
    return dict(zip(names, solve(rows, [start.get(t, ZERO) for t in names]), strict=True))


def weighed(
    world: World, step: dict[str, dict[str, Fraction]], weights: list[Fraction], g: Fraction
) -> dict[str, Fraction]:
    """Add up the laws of the states, the first ones with these weights, then each with g times the last."""
    law = {s: world.start.get(s, ZERO) for s in world.states}
    total = dict.fromkeys(world.states, ZERO)
    for weight in weights[:-1]:
        total = {s: total[s] + weight * law[s] for s in law}
        law = {t: sum((law[s] * step[s][t] for s in law), ZERO) for t in law}
    rest = visits(law, step, g)
    return {s: total[s] + weights[-1] * rest[s] for s in law}


def long_run(world: World, step: dict[str, dict[str, Fraction]]) -> dict[str, Fraction]:
    """Return the long-run share of each state: the chance of each closed class times its stationary law."""
    names = world.states
    reach = {s: {s} for s in names}
    for _ in names:
        reach = {s: {u for t in reach[s] for u in (t, *(v for v in names if step[t][v]))} for s in names}
    closed = {s: all(s in reach[t] for t in reach[s]) for s in names}
    passing = [s for s in names if not closed[s]]
    found = dict.fromkeys(names, ZERO)
    for members in {frozenset(reach[s]) for s in names if closed[s]}:
        # the chance h(s) to come to the class: h = P h on passing states, 1 inside, 0 in other classes
        rows = [[Fraction(int(s == t)) - step[s][t] for t in passing] for s in passing]
        h = dict(zip(passing, solve(rows, [sum(step[s][t] for t in members) for s in passing]), strict=True))
        chance = sum(
            (p * (h[s] if s in h else Fraction(int(s in members))) for s, p in world.start.items()), ZERO
        )
        inside = sorted(members)
        rows = [[Fraction(int(s == t)) - step[s][t] for s in inside] for t in inside]
        rows[0] = [ONE] * len(inside)
        for s, share in zip(inside, solve(rows, [ONE] + [ZERO] * (len(inside) - 1)), strict=True):
            found[s] = chance * share
    return found


def assert_right_under_clock(document: Json, result: Json) -> None:
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
    asked = AskedUnderClock(document, result)
    proof: Any
    if result["verdict"] == "expressible":
        assert result["certificate"] is None
        proof = result["witness"]
        assert proof["kind"] == "step-reward"
        weights = weights_of(asked, proof)
        for (relation, *_), (row, _) in asked.rows.items():
            value = dot(weights, row)
            assert {">": value > 0, ">=": value >= 0, "~": value == 0}[relation]
    else:
        assert result["witness"] is None
        proof = result["certificate"]
        assert proof["kind"] == "farkas"
        assert proof["discount"] == asked.options.get("discount")
        rows = assert_terms(asked, {**proof, "discount": str(asked.g)})
        signed = [Fraction(term["weight"]) for term in proof["terms"]]
        assert not combine(*((y, row) for y, (_, row) in zip(signed, rows, strict=True)))
    for carried in proof.get("numbers", ()):
        assert_numbers(asked, carried)


def weights_of(asked: AskedUnderClock, proof: Json) -> Vector:
    keys = [(e["state"], e["action"], e.get("next")) for e in proof["reward"]]
    assert len(set(keys)) == len(keys)
    found: Vector = {}
    states = next(iter(asked.worlds.values())).states
    for e in proof["reward"]:
        for t in [e["next"]] if "next" in e else states:
            k = e["state"], e["action"], t
            found[k] = found.get(k, ZERO) + Fraction(e["value"])
    laws = [json.dumps(x["law"], sort_keys=True) for x in proof.get("regulariser", ())]
    assert len(set(laws)) == len(laws)
    assert asked.formalism == "rrl" or not laws
    for law, x in zip(laws, proof.get("regulariser", ()), strict=True):
        found["law", law, ""] = Fraction(x["value"])
    return found


def assert_numbers(asked: AskedUnderClock, carried: Json) -> None:
    """Check that carried visits are those of their policy, and that a potential goes with them."""
    world = asked.worlds[carried["environment"]]
    policy = world.policy(carried["policy"])
    step = {s: chain_row(world, policy, s) for s in world.states}
    given = {s: Fraction(carried["visits"].get(s, "0")) for s in world.states}
    if asked.formalism == "quasihyperbolic":
        weights = asked.options["weights"]
        law = {s: world.start.get(s, ZERO) for s in world.states}
        for _ in weights[:-1]:
            law = {t: sum((law[s] * step[s][t] for s in law), ZERO) for t in law}
        assert given == visits(law, step, asked.g)
    else:
        assert given == asked.state_visits(world, policy)
    assert ("potential" in carried) == (asked.formalism == "lar")
    if asked.formalism == "lar":
        y = {s: Fraction(carried["potential"].get(s, "0")) for s in world.states}
        for t in world.states:
            away = y[t] - sum((y[s] * step[s][t] for s in world.states), ZERO)
            assert world.start.get(t, ZERO) == given[t] + away
