"""Documents that hold, one for every kind of proof and of question, to be altered by the tests."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from certify_checker import Asked, Json, Vector, World, feasible, identity, rank, solve


def environment(
    name: str, start: Json | str, steps: dict[str, str | Json], *, labels: Json | None = None
) -> Json:
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
        s: {a: str(Fraction(1, len(row))) for a in row}
        for s, row in zip(environment_["states"], rows, strict=True)
    }


def constraint(text: str, line: int, **more: str) -> Json:
    better, relation, worse = text.split()
    return {"better": better, "worse": worse, "relation": relation, "line": line, **more}


def accept(
    environment_: str, good: str, *, over: str | None = None, equally: bool = False, line: int = 30
) -> Json:
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
            carried[term["environment"] + json.dumps(side, sort_keys=True)] = {
                "environment": term["environment"],
                "policy": side,
                "occupancy": {s: str(x) for s, x in d.items() if x},
            }
    result["certificate"]["occupancies"] = list(carried.values())
    return document


def prove_yes(document: Json, *, universes: list[str] | None = None) -> Json:
    """Fill in a reward found by the linear program, with the values of all policies that are named.

    The values of a policy are optimal where it does not go; `universes` are further tables, `*` leaving a
    state free.
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
    """Return the values of following a table where it goes, and of the best policy elsewhere."""
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


def prove_no_enclosed(document: Json, picked: list[tuple[str, str, str]], *, bits: int) -> Json:
    """Enclose a conflict from occupancies rounded to 2^-bits: the midpoints solve the rounded system."""
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
    visits = {}
    for carried in proof["occupancies"]:
        d = {s: dyadic(Fraction(x), bits) for s, x in carried["occupancy"].items()}
        carried["occupancy"] = {s: str(x) for s, x in d.items() if x}
        policy = world.policy(carried["policy"])
        visits[identity(policy)] = {(s, a): d[s] * p for s in d for a, p in policy[s].items()}
    sides = [
        [visits[identity(world.policy(t[side]))] for side in ("better", "worse")] for t in proof["terms"]
    ]
    matrix = [[b.get(c, Fraction(0)) - w.get(c, Fraction(0)) for b, w in sides] for c in columns]
    matrix.append([Fraction(int(term["relation"] == ">")) for term in proof["terms"]])
    n = len(sides)
    assert len(matrix) == n
    inverse = [solve(matrix, [Fraction(int(i == j)) for i in range(n)]) for j in range(n)]
    for term, column in zip(proof["terms"], zip(*inverse, strict=True), strict=True):
        term["weight"] = str(dyadic(column[-1], 40))
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
CLOCK = environment(
    "clock",
    "s0",
    {"s0 a": "u", "s0 b": "m1", "m1 w": "m2", "m2 w": "u", "u x": "z", "u y": "z", "z w": "z"},
)
CLOCK_POLICIES = {name: table(CLOCK, f"{a} w w {x} w") for name, a, x in ("Aax", "Bby", "Day")} | {
    "C": {**table(CLOCK, "a|b w w x w"), "u": {"x": "2/3", "y": "1/3"}},
    "F": {**table(CLOCK, "a w w x|y w"), "s0": {"a": "1/3", "b": "2/3"}},
}


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
    task = {
        "name": "m2",
        "environment": "both",
        "policies": policies,
        "constraints": asks,
        "accept": accepted,
    }
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


def enclosed(bits: int = 60) -> Json:
    policies = {
        "p": table(CROSSING, "a a a"),
        "q": table(CROSSING, "b b a"),
        "r": table(CROSSING, "a b a"),
        "t": table(CROSSING, "b a a"),
    }
    asks = [constraint("p > r", 2), constraint("q > t", 3), constraint("r ~ q", 4), constraint("t >= p", 5)]
    task = {"name": "large", "environment": "crossing", "policies": policies, "constraints": asks}
    picked = [("p", ">", "r"), ("t", ">=", "p"), ("q", ">", "t")]
    return prove_no_enclosed(base([CROSSING], task, {}), picked, bits=bits)


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
