"""An independent checker of least and greatest rewards, and of functions of given values, on the bare JSON.

All comparisons are written out. What is concave is checked piece by piece, what contradicts it mean by mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import certify_checker
from certify_checker import Json, dot, feasible, identity
from choice_checker import UnknownError, Values, holds
from equality_checker import Comparisons

FREE = {"maxmin", "maxmax"}
GIVEN = {"monotone", "concave"}

Seen = dict[Any, Fraction]
Look = Callable[[str, str], Seen]
"""(environment, policy by identity) -> its visits, or its given values."""


def assert_right(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    formalism = result["formalism"]
    assert formalism in FREE | GIVEN | {"feasible"}
    if result["verdict"] == "undecided":
        assert not any(result[key] for key in ("witness", "certificate", "proof"))
        assert result["reason"]
        return
    assert result["reason"] is None
    assert result["proof"] == "exact"
    proof = result["witness"] or result["certificate"]
    try:
        if formalism in GIVEN:
            assert_given(document, result, proof)
        else:
            assert_free(document, result, proof)
    except UnknownError:
        return


# -- free rewards -----------------------------------------------------------------------------------------


def assert_free(document: Json, result: Json, proof: Json) -> None:
    assert "given" not in result["options"]
    if proof["kind"] == "reward":
        assert result["size"] in (None, {"lower": 1, "upper": 1})
        certify_checker.assert_right(document, result | {"formalism": "mr", "size": None})
        return
    asked = Comparisons(document, result)
    discount = result["options"].get("discount", "any")
    if "single" in proof:
        single = result | {"formalism": "mr", "size": None, "verdict": "inexpressible"}
        certify_checker.assert_right(document, single | {"witness": None, "certificate": proof["single"]})
    if proof["kind"] == "vertices":
        assert_vertices(asked, result, proof)
        return
    g = Fraction(proof.get("discount", "1/2") if discount == "any" else discount)
    visits = of_visits(asked, g)
    if proof["kind"] == "jensen":
        assert result["formalism"] in FREE
        assert discount != "any" or "mixtures" not in proof
        assert_jensen(asked, result, proof, visits)
        return
    assert proof["kind"] == "rewards"
    assert 0 < g < 1
    assert Fraction(proof["discount"]) == g
    choose = {"maxmin": min, "maxmax": max}[result["formalism"]]
    rewards = [spread(asked, one) for one in proof["rewards"]]
    for relation, where, better, worse in asked.rows:
        sides = [choose(dot(visits(where, one), pays) for pays in rewards) for one in (better, worse)]
        assert holds(relation, *sides)
    least = 2 if "single" in proof else 1
    assert result["size"] in (None, {"lower": least, "upper": len(rewards)})


def of_visits(asked: Comparisons, g: Fraction) -> Look:
    known: dict[tuple[str, str], Seen] = {}

    def visits(where: str, policy: str) -> Seen:
        if (where, policy) not in known:
            world = asked.worlds[where]
            known[where, policy] = dict(world.occupancy(world.policy(json.loads(policy)), g))
        return known[where, policy]

    return visits


def spread(asked: Comparisons, entries: Sequence[Json]) -> dict[tuple[str, str, str], Fraction]:
    states = next(iter(asked.worlds.values())).states
    assert len({(x["state"], x["action"], x.get("next")) for x in entries}) == len(entries)
    found: dict[tuple[str, str, str], Fraction] = {}
    for x in entries:
        for t in states if "next" not in x else (x["next"],):
            step = x["state"], x["action"], t
            found[step] = found.get(step, Fraction(0)) + Fraction(x["value"])
    return found


def assert_vertices(asked: Comparisons, result: Json, proof: Json) -> None:
    """Check that half-spaces around all good policies leave out each other one, and how many they are."""
    assert result["formalism"] in ("maxmin", "feasible")
    assert not asked.task["constraints"]
    (accept,) = asked.task["accept"]
    assert accept["over"] is None
    visits = of_visits(asked, Fraction(2, 3))
    strict = [(where, i, j) for relation, where, i, j in asked.rows if relation == ">"]
    for where, bad in {(where, j) for where, _, j in strict}:
        gaps = [minus(visits(where, i), visits(where, bad)) for w, i, j in strict if (w, j) == (where, bad)]
        assert feasible(gaps, []) is not None
    world = asked.worlds[accept["environment"]]
    count = 1
    for s in world.states:
        count *= len(world.available(s))
    listed = {identity(asked.named(accept["environment"], name)) for name in accept["good"]}
    pure = {p for p in listed if all(len(row) == 1 for row in json.loads(p).values())}
    most = max(count - len(pure) + (accept["equally"] and result["formalism"] == "maxmin"), 1)
    assert proof["most"] == most
    least = min(2 if "single" in proof else 1, most)
    assert result["size"] in (None, {"lower": least, "upper": most})


def minus(left: Seen, right: Seen) -> Seen:
    return {k: left.get(k, Fraction(0)) - right.get(k, Fraction(0)) for k in left | right}


# -- given values -----------------------------------------------------------------------------------------


def assert_given(document: Json, result: Json, proof: Json) -> None:
    assert result["size"] is None
    options = result["options"]
    asked = Comparisons(document, result)
    values = Values(asked, options["given"])
    names = [one["objective"] for one in options["given"]]

    def look(where: str, policy: str) -> Seen:
        return dict(enumerate(values.of(where, policy)))

    if proof["kind"] == "jensen":
        assert_jensen(asked, result, proof, look)
        return
    assert proof["kind"] == "aggregation"
    strict = options["utility"].startswith("increasing")
    if "pieces" in proof:
        assert proof["pieces"]
        for one in proof["pieces"]:
            assert set(one["weights"]) <= set(names)
        weights = [[Fraction(one["weights"].get(name, 0)) for name in names] for one in proof["pieces"]]
        assert all(w > 0 or (w == 0 and not strict) for one in weights for w in one)

        def least(seen: Seen) -> Fraction:
            sums = (
                sum((w * seen[k] for k, w in enumerate(one)), Fraction(piece["constant"]))
                for one, piece in zip(weights, proof["pieces"], strict=True)
            )
            return min(sums)

        for relation, where, better, worse in asked.rows:
            assert holds(relation, least(look(where, better)), least(look(where, worse)))
        return
    assert result["formalism"] == "monotone"
    assert "concave" not in options["utility"]
    assert_levels(asked, proof, look, names, strict=strict)


def assert_levels(asked: Comparisons, proof: Json, look: Look, names: list[str], *, strict: bool) -> None:
    """Check that values at vectors can be continued to all that are compared: no strict step leads back."""
    worth: dict[tuple[Fraction, ...], Fraction] = {}
    for one in proof["levels"]:
        assert set(one["values"]) <= set(names)
        vector = tuple(Fraction(one["values"].get(name, 0)) for name in names)
        assert vector not in worth
        worth[vector] = Fraction(one["worth"])
    rows = [
        (relation, tuple(look(where, better).values()), tuple(look(where, worse).values()))
        for relation, where, better, worse in asked.rows
    ]
    everyone = [*worth, *(v for _, *sides in rows for v in sides if v not in worth)]
    down: dict[tuple[Any, Any], bool] = {}
    for u in everyone:
        for v in everyone:
            if u in worth and v in worth and worth[u] >= worth[v]:
                down[u, v] = worth[u] > worth[v]
            if all(x >= y for x, y in zip(u, v, strict=True)):
                down[u, v] = down.get((u, v), False) or (strict and u != v)
    for relation, u, v in rows:
        down[u, v] = down.get((u, v), False) or relation == ">"
        if relation == "~":
            down.setdefault((v, u), False)
    for w in everyone:
        for u in everyone:
            for v in everyone:
                if (u, w) in down and (w, v) in down:
                    down[u, v] = down.get((u, v), False) or down[u, w] or down[w, v]
    assert not any(down.get((u, u)) for u in everyone)


# -- conflicts --------------------------------------------------------------------------------------------


def assert_jensen(asked: Comparisons, result: Json, proof: Json, look: Look) -> None:
    """Check terms and means, and that they add up to nothing although one of them is strict."""
    formalism, options = result["formalism"], result["options"]
    total: dict[Any, Fraction] = {}
    is_strict = False

    def add(where: str, policy: str, weight: Fraction) -> Seen:
        seen = look(where, policy)
        name = tuple(sorted(seen.items()))
        total[name] = total.get(name, Fraction(0)) + weight
        return seen

    marks = set()
    for term in proof["terms"]:
        where, weight = term["environment"], Fraction(term["weight"])
        world = asked.worlds[where]
        sides = [identity(world.policy(term[side])) for side in ("better", "worse")]
        mark = term["relation"], where, sides[0], sides[1]
        assert mark not in marks
        marks.add(mark)
        assert mark in asked.rows
        assert term["line"] is None or term["line"] in asked.rows[mark]
        assert weight > 0 or (weight and term["relation"] == "~")
        is_strict = is_strict or term["relation"] == ">"
        add(where, sides[0], weight)
        add(where, sides[1], -weight)
    for one in proof.get("mixtures", ()):
        weight = Fraction(one["weight"])
        assert weight > 0
        sign = -weight if formalism == "maxmax" else weight
        gap = add(one["environment"], policy_of(asked, one), sign)
        shares = [Fraction(part["share"]) for part in one["parts"]]
        assert min(shares) > 0
        assert sum(shares) == 1
        for part, share in zip(one["parts"], shares, strict=True):
            seen = add(part["environment"], policy_of(asked, part), -sign * share)
            gap = minus(gap, {k: share * x for k, x in seen.items()})
        if formalism in FREE:
            assert not any(gap.values())
            continue
        assert len(shares) == 1 or formalism == "concave" or "concave" in options["utility"]
        assert min(gap.values()) >= 0
        is_strict = is_strict or (options["utility"].startswith("increasing") and any(gap.values()))
    assert not any(total.values())
    assert is_strict


def policy_of(asked: Comparisons, entry: Json) -> str:
    return identity(asked.worlds[entry["environment"]].policy(entry["policy"]))
