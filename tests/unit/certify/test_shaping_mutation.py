"""Altered results about least and greatest rewards and functions of given values: refused, or still right.

The documents come from decisions; what is accepted after an alteration goes to an independent checker.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from certify_checker import Json
from shaping_checker import FREE, GIVEN, assert_right
from test_choice_mutation import FAMILY, ROOMS, decided, of_part
from test_mutation import accepted, mutate, of_answer, of_question

from specexpr.certify.document import verify
from specexpr.certify.reading import read_document

DRAWN = 2_500
"""How many altered documents, all different, are tried."""

COIN = """
environment coin { states s t; actions a b c; start s; s / * -> t; t / * -> t }
policy a in coin { * -> a }
policy b in coin { s -> b; t -> a }
policy c in coin { s -> c; t -> a }
policy ab in coin { s -> { a: 1/2, b: 1/2 }; t -> a }
policy abc in coin { s -> { a: 1/3, b: 1/3, c: 1/3 }; t -> a }
policy bc in coin { s -> { b: 1/4, c: 3/4 }; t -> a }
objective x in coin = reward { discount 1/2; s / a: 2; s / b: 1 }
objective y in coin = reward { discount 1/2; s / b: 2; s / c: 3 }
"""

ENTAILMENT = """
environment e { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in e { * -> a }
policy ab in e { s0 -> a; s1 -> b }
policy ba in e { s0 -> b; s1 -> a }
policy bb in e { * -> b }
policy half in e { s0 -> a; s1 -> { a: 1/3, b: 2/3 } }
"""

TASKS = [
    (COIN + "task t in coin { ab > a; ab > b; abc >= c }", "maxmin"),
    (COIN + "task t in coin { a > ab; b > ab; abc ~ c }", "maxmax"),
    (COIN + "task t in coin { a > ab ~ b }", "maxmin"),
    (COIN + "task t in coin { abc > a ~ b; abc > c }", "maxmax"),
    (COIN + "task t in coin { a > ab > b }", "maxmax"),
    (COIN + "task t in coin { a > abc >= b; c > abc }", "maxmin"),
    (COIN + "task t in coin { accept abc over a b c bc }", "maxmin"),
    (COIN + "task t in coin { accept a b over ab bc }", "maxmin"),
    (COIN + "task t in coin { accept equally ab b over a bc }", "maxmax"),
    (ROOMS + "task t in rooms { accept rl lr }", "maxmax"),
    (ENTAILMENT + "task t in e { accept ab ba }", "maxmax"),
    (ENTAILMENT + "task t in e { accept equally aa bb; ab > half }", "maxmin"),
    (COIN + "task t in coin { accept a; modulo unreachable }", "maxmin"),
    (COIN + "task t in coin { accept b }", "maxmin"),
    (FAMILY + "task t in both { rl > ll; in here { rr > ll }; in there { ll > rr } }", "maxmin"),
    (COIN + "task t in coin { ab > a; ab > b; given x, y }", "concave"),
    (COIN + "task t in coin { a > ab; b > ab; abc > bc; given x, y }", "concave"),
    (COIN + "task t in coin { a > abc ~ c; given x, y }", "monotone"),
    (COIN + "task t in coin { c > bc; a > b; given x, y; utility nondecreasing }", "monotone"),
    (COIN + "task t in coin { a > ab; ab > abc; given y }", "monotone"),
    (COIN + "task t in coin { a > b; b > ab; given x, y; utility nondecreasing concave }", "monotone"),
    (COIN + "task t in coin { ab ~ b; given x, y; utility nondecreasing }", "concave"),
    (COIN + "task t in coin { accept b; given x, y; modulo unreachable }", "monotone"),
    (COIN + "task t in coin { accept equally c bc over a ab; given x, y }", "concave"),
    (FAMILY + "task t in both { rl > ll; in there { rr > rl }; given fast, calm }", "monotone"),
]


def by_theorem() -> Json:
    """Return a set that is accepted by the theorem about vertices, though small sets are written out."""
    document = decided(ENTAILMENT + "task t in e { accept equally ab ba }", "maxmin")
    result = document["results"][0]
    result["witness"] = {"kind": "vertices", "most": 3, "single": result["witness"]["single"]}
    result["size"] = {"lower": 2, "upper": 3}
    return document


@pytest.fixture(scope="module")
def bases() -> list[Json]:
    return [*(decided(text, formalism) for text, formalism in TASKS), by_theorem()]


def test_the_base_documents_hold(bases: list[Json]) -> None:
    """Every base document is accepted, and right by the independent checker; all kinds of proof are there."""
    seen: Counter[str] = Counter()
    for document in bases:
        (outcome,) = verify(read_document(json.dumps(document)))
        assert outcome.reason is None
        (result,) = document["results"]
        assert_right(document, result)
        seen[(result["witness"] or result["certificate"])["kind"]] += 1
    assert min(seen[kind] for kind in ("rewards", "vertices", "aggregation", "jensen", "reward")) > 0
    assert min(seen[kind] for kind in ("rewards", "aggregation", "jensen")) > 3


def aimed(rng: random.Random, document: Json) -> None:
    """Alter what the proof or the question turns on, in place."""
    result, task = document["results"][0], document["tasks"][0]
    proof = result["witness"] or result["certificate"] or {}
    rng.choice([of_proof, of_proof, of_question, of_answer, of_part])(rng, document, result, task, proof)


def of_proof(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    """Alter a term, a share, a piece, a level, what a function must be, or what the proof is for."""
    match rng.randrange(8):
        case 0:
            result["formalism"] = rng.choice(sorted(FREE | GIVEN))
        case 1 if "terms" in proof:
            term = rng.choice(proof["terms"])
            term["better"], term["worse"] = term["worse"], term["better"]
            term["line"] = None
        case 2 if proof.get("mixtures"):
            one = rng.choice(proof["mixtures"])
            one["weight"] = rng.choice(["1", "2", "1/2", one["weight"]])
            part = rng.choice(one["parts"])
            one["policy"], part["policy"] = part["policy"], one["policy"]
        case 3 if proof.get("mixtures"):
            parts = rng.choice(proof["mixtures"])["parts"]
            if len(parts) > 1:
                parts[0]["share"], parts[1]["share"] = parts[1]["share"], parts[0]["share"]
        case 4 if "rewards" in proof:
            rewards = proof["rewards"]
            rng.choice([rewards.append, rewards.remove])(rng.choice(rewards))
            result["size"] = None
        case 5 if "levels" in proof or "pieces" in proof:
            entries = proof.get("levels") or proof["pieces"]
            if entries:
                one = rng.choice(entries)
                one["worth" if "worth" in one else "constant"] = rng.choice(["0", "1", "2", "-1"])
                if rng.random() < 0.3:
                    entries.remove(one)
        case 6 if "utility" in result["options"]:
            shapes = ["increasing", "nondecreasing", "increasing concave", "nondecreasing concave"]
            result["options"]["utility"] = rng.choice(shapes)
        case _:
            proof.pop("single", None)
            result["size"] = {"lower": rng.randrange(1, 4), "upper": rng.randrange(1, 5)}


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Of many altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(23)
    seen, kept = set(), 0
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(bases))
        if rng.random() < 0.6:
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
    assert 60 < kept < len(seen) / 2, f"{kept} accepted: the mutations say little"


def test_no_weight_of_a_conflict_can_be_changed(bases: list[Json]) -> None:
    """Every change to one weight of a term or mixture, or to one share, is refused."""
    changed = 0
    for document in bases:
        proof = document["results"][0]["certificate"]
        if proof is None or not proof.get("mixtures"):
            continue
        numbers = [(term, "weight") for term in proof["terms"]]
        numbers += [(one, "weight") for one in proof["mixtures"]]
        numbers += [(part, "share") for one in proof["mixtures"] for part in one["parts"]]
        for place, key in numbers:
            old = place[key]
            x = Fraction(old)
            for new in {x / 2, 2 * x, x + 1, -x, x + Fraction(1, 10**30), Fraction(0)} - {x}:
                place[key] = str(new)
                assert not accepted(document)
                changed += 1
            place[key] = old
        assert accepted(document)
    assert changed > 100
