"""Proofs under other clocks under mutation: refused, or right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from certify_checker import Json
from clock_bases import CLOCK_BASES
from clock_checker import assert_right_under_clock
from test_mutation import accepted, aimed, mutate

DRAWN = 2_500
"""How many altered documents, all different, are tried."""


@pytest.mark.parametrize("document", CLOCK_BASES)
def test_the_documents_hold(document: Json) -> None:
    """Every document is accepted, and right by the independent checker."""
    assert accepted(document)
    assert document["results"][0]["verdict"] != "undecided"
    assert_right_under_clock(document, document["results"][0])


def test_the_documents_are_of_all_kinds() -> None:
    """Each formalism has witnesses and conflicts; all but horizons have some that carry numbers."""
    seen: Counter[tuple[str, str]] = Counter()
    carrying: Counter[str] = Counter()
    for document in CLOCK_BASES:
        (result,) = document["results"]
        proof = result["witness"] or result["certificate"]
        seen[result["formalism"], proof["kind"]] += 1
        carrying[result["formalism"]] += "numbers" in proof
    assert len(seen) == 10
    assert min(seen.values()) >= 2, seen
    assert min(carrying[name] for name in ("lar", "quasihyperbolic", "sdd", "rrl")) >= 3


def of_specification(rng: random.Random, document: Json) -> None:
    """Alter what a proof says of its clock, in place: a reward, a law, a carried number, an option."""
    (result,) = document["results"]
    proof = result["witness"] or result["certificate"]
    small = str(Fraction(rng.randrange(-3, 4), rng.randrange(1, 3)))
    laws = proof.get("regulariser", [])
    match rng.randrange(7):
        case 0 if proof.get("reward"):
            rng.choice(proof["reward"])["value"] = small
        case 1 if proof.get("reward"):
            proof["reward"].append({**rng.choice(proof["reward"]), "value": small})
        case 2 if laws:
            rng.choice(laws)[rng.choice(["value", "law"])] = small
        case 3 if proof.get("numbers"):
            carried = rng.choice(proof["numbers"])
            part = carried[rng.choice([key for key in ("visits", "potential") if key in carried])]
            part[rng.choice(document["environments"][0]["states"])] = small
        case 4 if proof.get("numbers"):
            carried = rng.choice(proof["numbers"])
            shift = str(Fraction(rng.randrange(1, 4)))  # a potential may have any constant on a class
            part = carried.get("potential", {})
            for s in document["environments"][0]["states"]:
                part[s] = str(Fraction(part.get(s, "0")) + Fraction(shift))
        case 5:
            result["options"] |= rng.choice(
                [{"horizon": rng.randrange(1, 4)}, {"weights": ["1", small]}, {"discount": "3/4"}]
            )
        case _:
            result["formalism"] = rng.choice(["lar", "horizon", "quasihyperbolic", "sdd", "rrl", "mr"])


def test_no_altered_document_is_accepted_unless_it_is_still_right() -> None:
    """Of thousands of altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(11)
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(CLOCK_BASES))
        way = rng.random()
        if way < 0.35:
            aimed(rng, document)
        elif way < 0.75:
            of_specification(rng, document)
        for _ in range(rng.choice([0, 1, 1, 2])):
            mutate(rng, document)
        text = json.dumps(document)
        if text in seen or document in CLOCK_BASES:
            continue
        seen.add(text)
        if accepted(document):
            for result in document["results"]:
                assert_right_under_clock(document, result)
                kept[(result["witness"] or result["certificate"] or {}).get("kind", "")] += 1
    assert min(kept["step-reward"], kept["farkas"]) > 35, kept
    assert sum(kept.values()) < DRAWN / 2, kept


def test_no_weight_of_a_conflict_can_be_changed() -> None:
    """Every change to one weight of a conflict of several terms is refused."""
    changed = 0
    for document in copy.deepcopy(CLOCK_BASES):
        proof = document["results"][0]["certificate"]
        if proof is None or len(proof["terms"]) == 1:
            continue
        for term in proof["terms"]:
            x = Fraction(term["weight"])
            for new in {x / 2, 2 * x, x + 1, -x, x + Fraction(1, 10**30), Fraction(0)}:
                term["weight"] = str(new)
                assert not accepted(document)
                changed += 1
            term["weight"] = str(x)
    assert changed > 50
