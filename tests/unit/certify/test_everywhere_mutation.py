"""Proofs about any discount under mutation: refused, or right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from certify_checker import Json
from everywhere_bases import EVERYWHERE_BASES
from everywhere_checker import assert_right_everywhere
from test_mutation import accepted, mutate, places

import specexpr.certify

SCHEMA = json.loads((Path(next(iter(specexpr.certify.__path__))) / "schema.json").read_text())

DRAWN = 900
"""How many altered documents, all different, are tried."""


@pytest.mark.parametrize("document", EVERYWHERE_BASES)
def test_the_documents_hold(document: Json) -> None:
    """Every document is accepted, and right by the independent checker."""
    assert accepted(document)
    assert_right_everywhere(document, document["results"][0])


@pytest.mark.parametrize("number", [1, 2, 4, 17])
def test_the_documents_fit_the_schema(number: int) -> None:
    """Conflicts with and without points, and witnesses at algebraic discounts, are as the schema says."""
    jsonschema.validate(EVERYWHERE_BASES[number], SCHEMA)


def proof_of(document: Json) -> Json:
    (result,) = document["results"]
    found: Json = result["witness"] or result["certificate"] or {}
    return found


def test_the_documents_are_of_all_shapes() -> None:
    """There are conflicts with several supports, with points, and with algebraic and with rational ends."""
    proofs = [proof_of(document) for document in EVERYWHERE_BASES]
    conflicts = [proof for proof in proofs if proof["kind"] == "farkas-any"]
    assert sum(len(proof["supports"]) > 1 for proof in conflicts) >= 3
    assert sum(bool(proof["points"]) for proof in conflicts) >= 2
    ends = [cell["hi"] for proof in conflicts for cell in proof["cells"]]
    assert any(isinstance(x, dict) for x in ends)
    assert any(isinstance(x, str) and x != "1" for x in ends)
    assert sum(isinstance(proof.get("discount"), dict) for proof in proofs) >= 4


def altered_coefficients(rng: random.Random, weights: list[str]) -> None:
    """Alter a list of coefficients in place."""
    small = str(Fraction(rng.randrange(-3, 4), rng.choice([1, 1, 2])))
    i = rng.randrange(len(weights)) if weights else 0
    match rng.randrange(4):
        case 0 if weights:
            weights[i] = small
        case 1 if weights:
            weights[i] = str(-Fraction(weights[i]))
        case 2:
            weights.append(small)
        case _ if weights:
            del weights[i]


def of_numbers(rng: random.Random, document: Json) -> None:
    """Alter what a proof says of discounts, in place: coefficients, ends of cells, intervals, supports."""
    proof = proof_of(document)
    found = [(c, k) for c, k in places(proof)]
    lists = [
        c[k] for c, k in found if k in ("weight", "minpoly") or (k == "value" and isinstance(c[k], list))
    ]
    intervals = [c[k] for c, k in found if isinstance(c[k], dict) and "minpoly" in c[k]]
    cells: list[Any] = proof.get("cells", [])
    match rng.randrange(8):
        case 0 | 1 if lists:
            altered_coefficients(rng, rng.choice(lists))
        case 2 if intervals:
            interval = rng.choice(intervals)
            interval[rng.choice(["lo", "hi"])] = str(Fraction(rng.randrange(0, 101), 100))
        case 3 if intervals:
            everywhere = rng.choice(intervals)
            new = dict(everywhere, **{rng.choice(["lo", "hi"]): str(Fraction(rng.randrange(0, 101), 100))})
            for c, k in found:
                if c[k] == everywhere:
                    c[k] = copy.deepcopy(new)
        case 4 if cells:
            cell = rng.choice(cells)
            cell[rng.choice(["lo", "hi"])] = rng.choice(["0", "1", "1/2", "7/10", "3/4"])
        case 5 if len(cells) > 1:
            i = rng.randrange(len(cells) - 1)
            end = rng.choice(["3/5", "7/10", "3/4", "11/20", cells[i]["lo"]])
            cells[i]["hi"], cells[i + 1]["lo"] = end, end
        case 6 if cells:
            cell = rng.choice(cells)
            cell["support"] = rng.randrange(len(proof["supports"]) + 1)
        case 7 if cells:
            part = rng.choice([cells, proof["points"], proof["supports"]])
            if part:
                del part[rng.randrange(len(part))]


def test_no_altered_document_is_accepted_unless_it_is_still_right() -> None:
    """Of thousands of altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(7)
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(EVERYWHERE_BASES))
        for _ in range(rng.choice([0, 1, 1, 2])):
            of_numbers(rng, document)
        if rng.random() < 0.4:
            mutate(rng, document)
        text = json.dumps(document)
        if text in seen or document in EVERYWHERE_BASES:
            continue
        seen.add(text)
        if accepted(document):
            for result in document["results"]:
                assert_right_everywhere(document, result)
                kept[(result["witness"] or result["certificate"] or {}).get("kind", "")] += 1
    assert min(kept["farkas-any"], kept["reward"]) > 15, kept
    assert sum(kept.values()) < DRAWN / 2, kept


def test_no_weight_of_a_conflict_can_be_changed() -> None:
    """In an irreducible conflict every change to a coefficient of one weight is refused."""
    changed = 0
    for document in copy.deepcopy(EVERYWHERE_BASES):
        proof = proof_of(document)
        supports = [*proof.get("supports", ()), *(point["terms"] for point in proof.get("points", ()))]
        for term in (term for terms in supports if len(terms) > 1 for term in terms):
            kept = list(term["weight"])
            for i, c in enumerate(kept):
                for new in (Fraction(c) + 1, Fraction(c) - Fraction(1, 10**30), -Fraction(c) - 1):
                    term["weight"] = [*kept[:i], str(new), *kept[i + 1 :]]
                    assert not accepted(document)
                    changed += 1
            term["weight"] = kept
    assert changed > 50
