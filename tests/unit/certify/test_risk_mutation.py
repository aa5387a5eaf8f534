"""Proofs about given objectives and returns under mutation: refused, or right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from certify_checker import Json
from risk_bases import RISK_BASES
from risk_checker import assert_right_on_risk
from test_mutation import accepted, aimed, mutate

DRAWN = 1_500
"""How many altered documents, all different, are tried."""


@pytest.mark.parametrize("document", RISK_BASES)
def test_the_documents_hold(document: Json) -> None:
    """Every document is accepted, and right by the independent checker."""
    assert accepted(document)
    assert document["results"][0]["verdict"] != "undecided"
    assert_right_on_risk(document, document["results"][0])


def test_the_documents_are_of_all_kinds() -> None:
    """Each formalism has witnesses and conflicts; there are ones without `>`, points, algebraic numbers."""
    seen: Counter[tuple[str, str]] = Counter()
    text = json.dumps(RISK_BASES)
    for document in RISK_BASES:
        (result,) = document["results"]
        proof = result["witness"] or result["certificate"]
        seen[result["formalism"], proof["kind"]] += 1
    assert len(seen) == 10
    assert min(seen.values()) >= 2, seen
    assert '"minpoly"' in text
    assert any(
        d["results"][0]["certificate"] is not None
        and ">" not in {t["relation"] for t in d["results"][0]["certificate"]["terms"]}
        for d in RISK_BASES
    )
    assert any((d["results"][0]["certificate"] or {}).get("points") for d in RISK_BASES)


def of_specification(rng: random.Random, document: Json) -> None:
    """Alter what a proof or the question says of the return, in place."""
    (result,) = document["results"]
    proof, options = result["witness"] or result["certificate"], result["options"]
    small = str(Fraction(rng.randrange(-2, 5), rng.randrange(1, 4)))
    lists = [proof[key] for key in ("utility", "spectrum", "cells", "points") if proof.get(key)]
    measures = [m for one in options["given"] for m in one["measures"].values()]
    match rng.randrange(8):
        case 0 if lists:
            entry = rng.choice(rng.choice(lists))
            entry[rng.choice(list(entry))] = rng.choice([small, rng.randrange(3)])
        case 1 if lists:
            some = rng.choice(lists)
            some.insert(rng.randrange(len(some) + 1), copy.deepcopy(rng.choice(some)))
        case 2 if any(key in proof for key in ("level", "b", "unit")):
            key = rng.choice([key for key in ("level", "b", "unit") if key in proof])
            proof[key] = small
        case 3 if "weights" in proof:
            proof["weights"][rng.choice(list(proof["weights"]) or ["gain"])] = small
        case 4 if measures[0]["pays"]:
            rng.choice(rng.choice(measures)["pays"])["value"] = small
        case 5:
            rng.choice(measures)["clock"] = rng.choice(
                ["total", "average", {"horizon": rng.randrange(1, 4)}, {"discount": "1/2"}]
            )
        case 6:
            shapes = ("nondecreasing", "increasing", "nondecreasing concave", "increasing concave")
            options |= rng.choice([{"utility": rng.choice(shapes)}, {"sign": "nonnegative"}])
        case _:
            result["formalism"] = rng.choice(["eu", "spectral", "cvar", "entropic", "linear", "mr"])


def test_no_altered_document_is_accepted_unless_it_is_still_right() -> None:
    """Of thousands of altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(12)
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(RISK_BASES))
        way = rng.random()
        if way < 0.35:
            aimed(rng, document)
        elif way < 0.8:
            of_specification(rng, document)
        for _ in range(rng.choice([0, 1, 1, 2])):
            mutate(rng, document)
        text = json.dumps(document)
        if text in seen or document in RISK_BASES:
            continue
        seen.add(text)
        if accepted(document):
            for result in document["results"]:
                assert_right_on_risk(document, result)
                kept[(result["witness"] or result["certificate"] or {}).get("kind", "")] += 1
    kinds = ("dominance", "coefficients", "parameter", "parameter-cells")
    assert min(kept[kind] for kind in kinds) > 15, kept
    assert sum(kept.values()) < DRAWN / 2, kept
