"""An independent checker of results about any discount, on the bare JSON: many discounts, and bisection.

A rational function of g whose numerator has a degree below MANY is zero if it vanishes at MANY discounts.
Irrational discounts are bisected to FINE; what should be zero there must be tiny, and what should be positive
must not. No code of the kernel.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from certify_checker import Asked, Json, Vector, combine, dot, identity
from clock_checker import AskedUnderClock, weights_of

MANY = 32
FINE = Fraction(1, 1 << 400)
TINY, CLEAR = Fraction(1, 1 << 300), Fraction(1, 1 << 60)

GRID = [Fraction(k, MANY + 1) for k in range(1, MANY + 1)]


_KNOWN: dict[tuple[str, Fraction], Asked] = {}


def asked_at(document: Json, result: Json, g: Fraction) -> Asked:
    """Return all that a result asks, at one discount."""
    options = {**result["options"], "discount": str(g)}
    named = {"task": result["task"], "environment": result["environment"], "options": options}
    named |= {"witness": None, "certificate": None, "formalism": result["formalism"]}
    question = {key: value for key, value in document.items() if key != "results"}
    mark = json.dumps([question, named], sort_keys=True), g
    if mark not in _KNOWN:
        _KNOWN[mark] = (AskedUnderClock if result["formalism"] == "rrl" else Asked)(document, named)
    return _KNOWN[mark]


def value(coefficients: list[str], g: Fraction) -> Fraction:
    return sum((Fraction(c) * g**i for i, c in enumerate(coefficients)), Fraction(0))


def number(written: Any) -> Fraction:
    """Return a number, an irrational one to a distance of FINE."""
    if isinstance(written, str):
        return Fraction(written)
    return _bisected(json.dumps(written))


@cache
def _bisected(text: str) -> Fraction:
    written = json.loads(text)
    lo, hi = Fraction(written["lo"]), Fraction(written["hi"])
    assert 0 <= lo < hi <= 1
    left = value(written["minpoly"], lo)
    assert left * value(written["minpoly"], hi) < 0
    crossings = [value(written["minpoly"], lo + (hi - lo) * k / 499) > 0 for k in range(1, 499)]
    assert sum(a != b for a, b in pairwise([left > 0, *crossings])) <= 1
    while hi - lo > FINE:
        middle = (lo + hi) / 2
        if value(written["minpoly"], middle) * left > 0:
            lo = middle
        else:
            hi = middle
    return lo


def rows_of(asked: Asked, terms: list[Json]) -> list[tuple[str, Vector]]:
    """Return the relation and difference of each term, each of which must be asked for, once."""
    found, seen = [], set()
    policies = asked.task["policies"]
    for term in terms:
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
        found.append((term["relation"], row))
    assert any(relation == ">" for relation, _ in found)
    return found


def assert_right_everywhere(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    assert result["formalism"] in ("mr", "rm", "rrl")
    if result["verdict"] == "undecided":
        assert result["reason"]
        return
    if result["verdict"] == "expressible":
        assert_witness(document, result)
    elif result["certificate"]["kind"] == "farkas-any":
        assert_refuted(document, result)
    else:
        raise AssertionError("no other kind is about every discount")


def assert_refuted(document: Json, result: Json) -> None:
    assert result["options"].get("discount", "any") == "any"
    proof = result["certificate"]
    everywhere = [asked_at(document, result, g) for g in GRID]
    for terms in proof["supports"]:
        assert all(any(Fraction(c) for c in term["weight"]) for term in terms)
        for g, asked in zip(GRID, everywhere, strict=True):
            rows = rows_of(asked, terms)
            pairs = ((value(term["weight"], g), row) for term, (_, row) in zip(terms, rows, strict=True))
            assert not combine(*pairs)
    ends = ["0"]
    for cell in proof["cells"]:
        assert cell["lo"] == ends[-1]
        ends.append(cell["hi"])
        lo, hi = number(cell["lo"]), number(cell["hi"])
        assert lo < hi
        terms = proof["supports"][cell["support"]]
        for k in range(1, 40):
            g = (
                lo + (hi - lo) * Fraction(k, 40) ** 3
                if k < 20
                else hi - (hi - lo) * Fraction(40 - k, 40) ** 3
            )
            signs = {value(t["weight"], g) > 0 for t in terms if t["relation"] != "~"}
            assert len(signs) == 1
            assert all(value(t["weight"], g) for t in terms if t["relation"] != "~")
    assert ends[-1] == "1"
    points = {repr(point["discount"]): point for point in proof["points"]}
    for point in proof["points"]:
        assert_point(document, result, point)
    for left, right in pairwise(proof["cells"]):
        g = number(right["lo"])
        supports = [proof["supports"][cell["support"]] for cell in (left, right)]
        weights = [value(t["weight"], g) for terms in supports for t in terms if t["relation"] == ">"]
        assert (
            repr(right["lo"]) in points
            or any(abs(w) > TINY for w in weights)
            or any(all(t["relation"] == ">" for t in terms) for terms in supports)
        )


def assert_point(document: Json, result: Json, point: Json) -> None:
    g = number(point["discount"])
    assert 0 < g < 1
    rows = rows_of(asked_at(document, result, g), point["terms"])
    weights = [value(term["weight"], g) for term in point["terms"]]
    scale = max(map(abs, weights))
    total = combine(*zip(weights, (row for _, row in rows), strict=True))
    assert all(abs(x) < TINY * scale for x in total.values())
    for (relation, _), weight in zip(rows, weights, strict=True):
        assert relation == "~" or weight > CLEAR * scale


def assert_witness(document: Json, result: Json) -> None:
    proof = result["witness"]
    discount = proof["discount"] if "discount" in proof else result["options"]["discount"]
    g = number(discount)
    assert 0 < g < 1
    assert result["options"].get("discount", "any") in ("any", discount)
    is_exact = isinstance(discount, str)
    asked = asked_at(document, result, g)
    if isinstance(asked, AskedUnderClock):
        weights = weights_of(asked, proof)
        for (relation, *_), (row, _) in asked.rows.items():
            gap = dot(weights, row)
            assert {">": gap > 0, ">=": gap >= 0, "~": gap == 0}[relation]
        return
    states = next(iter(asked.worlds.values())).states
    reward: Vector = {}
    keys = [(e["state"], e["action"], e.get("next")) for e in proof["reward"]]
    assert len(set(keys)) == len(keys)
    for entry in proof["reward"]:
        for t in [entry["next"]] if "next" in entry else states:
            x = Fraction(entry["value"]) if is_exact else value(entry["value"], g)
            key = entry["state"], entry["action"], t
            reward[key] = reward.get(key, Fraction(0)) + x
    scale = max((abs(x) for x in reward.values()), default=Fraction(1)) or Fraction(1)
    for (relation, *_), (row, _) in asked.rows.items():
        gap = dot(reward, row) / scale
        if is_exact:
            assert {">": gap > 0, ">=": gap >= 0, "~": gap == 0}[relation]
        else:
            assert {">": gap > CLEAR, ">=": gap > -TINY, "~": abs(gap) < TINY}[relation]
