"""Proofs about formulas of temporal logic under mutation: refused, or right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from certify_checker import Json
from temporal_bases import TEMPORAL_BASES
from temporal_checker import CONFIRMED, assert_right_of_formulas
from test_mutation import accepted, aimed, mutate, places

import specexpr.certify

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((Path(next(iter(specexpr.certify.__path__))) / "schema.json").read_text())
)

DRAWN = 2_500
"""How many altered documents, all different, are tried."""

KINDS = ("formula", "branch", "ray", "two-level", "lotteries")
BINARY = ["&", "|", "->", "<->", "U", "R", "W", "M"]

Place = tuple[Any, Any]


def proof_of(document: Json) -> Json:
    result = document["results"][0]
    proof: Json = result["witness"] or result["certificate"]
    return proof


@pytest.mark.parametrize("document", TEMPORAL_BASES)
def test_the_documents_hold(document: Json) -> None:
    """Every document is accepted, right by the independent checker, and as the schema says."""
    assert accepted(document)
    assert document["results"][0]["verdict"] != "undecided"
    assert_right_of_formulas(document, document["results"][0])
    SCHEMA.validate(document)


def test_the_documents_are_of_all_kinds() -> None:
    """Each kind of proof occurs; formulas with coins, labels and shared parts; cases of every shape."""
    kinds = Counter(proof_of(document)["kind"] for document in TEMPORAL_BASES)
    assert set(kinds) == set(KINDS)
    assert kinds["formula"] >= 10
    assert kinds["branch"] >= 5
    texts = [json.dumps(proof_of(document)) for document in TEMPORAL_BASES]
    for key in ("coin", "labels", "shared", "spread", "atom", "has"):
        assert any(f'"{key}"' in text for text in texts), key


# -- mutations ---------------------------------------------------------------------------------------------


def formulas(text: Any, container: Any, key: Any) -> Iterator[Place]:
    """Yield the places of a formula and of its parts."""
    if isinstance(text, int) or (isinstance(text, list) and text):
        yield container, key
        for i, part in enumerate(text) if isinstance(text, list) and text[0] != "coin" else ():
            if not isinstance(part, str):
                yield from formulas(part, text, i)


def of_formula(rng: random.Random, document: Json, proof: Json) -> None:
    """Alter a formula, its labels or its values, in place."""
    shared = proof.get("shared", [])
    every = [*formulas(proof["formula"], proof, "formula")]
    every += [place for i, text in enumerate(shared) for place in formulas(text, shared, i)]
    container, key = rng.choice(every)
    here = container[key]
    other, where = rng.choice(every)
    environment = document["environments"][0]
    match rng.randrange(10):
        case 0:
            container[key] = copy.deepcopy(other[where])
        case 1:
            container[key] = [rng.choice("!XFG"), here]
        case 2:
            container[key] = [rng.choice(BINARY), here, [rng.choice(["true", "false"])]]
        case 3 if isinstance(here, list) and len(here) == 3 and here[0] != "coin":
            here[0] = rng.choice(BINARY)
        case 4 if isinstance(here, list) and len(here) == 2:
            container[key] = here[1] if isinstance(here[1], list) else ["!", here]
        case 5:
            kinds = [("at", "states"), ("do", "actions"), ("next", "states"), ("label", "labels")]
            what, known = rng.choice(kinds)
            container[key] = [what, rng.choice([*environment[known], "nowhere"])]
        case 6:
            proof.setdefault("shared", []).append(copy.deepcopy(here))
            container[key] = len(proof["shared"]) - rng.choice([1, 1, 1, 2])
        case 7:
            carriers = rng.choice([["s"], [["s", "a"]], [["s", "a"], ["z", "b"]], []])
            proof.setdefault("labels", {})[rng.choice(["push", "far", "x"])] = carriers
        case 8:
            of_coins(rng, environment, proof)
        case _:
            of_values(rng, proof["values"])


def of_coins(rng: random.Random, environment: Json, proof: Json) -> None:
    """Alter the chance of coins, and sometimes a step of their loops."""
    for container, key in places(proof):
        coin = container[key]
        if isinstance(coin, list) and coin[:1] == ["coin"]:
            coin[1] = str(Fraction(rng.randrange(1, 5), rng.choice([2, 3, 5, 7, 2**61 - 1])))
            if len(coin) == 4 and rng.random() < 0.7:
                coin[3] = rng.choice([1, 1, 2, 3, 0])
                coin[2] = rng.choice([coin[2], coin[2] * 2, [*coin[2], [[], sorted(environment["labels"])]]])
                coin[2][0] = rng.choice([coin[2][0], coin[2][0][::-1], [[], []]])
            elif len(coin) == 3 and rng.random() < 0.5:
                rng.choice(coin[2])[rng.randrange(3)] = rng.choice(
                    [*environment["states"], *environment["actions"]]
                )


def of_values(rng: random.Random, values: list[Json]) -> None:
    match rng.randrange(4):
        case 0:
            values.append(copy.deepcopy(rng.choice(values)))
            values[-1]["value"] = rng.choice([values[-1]["value"], "0", "1"])
        case 1:
            del values[rng.randrange(len(values))]
        case 2:
            rng.shuffle(values)
        case _:
            rng.choice(values)["value"] = rng.choice(["0", "1", "1/2", "-1", "2"])


def of_cases(rng: random.Random, proof: Json) -> None:
    """Alter cases or what they are about, in place."""
    trees = [(proof, "tree"), *((c, k) for c, k in places(proof["tree"]) if isinstance(c[k], dict))]
    container, key = rng.choice(trees)
    here = container[key]
    match rng.randrange(9):
        case 0 | 1 if "weights" in here:
            weights = here["weights"]
            weights[rng.randrange(len(weights))] = str(Fraction(rng.randrange(-2, 4), rng.randrange(1, 3)))
        case 2:
            other, where = rng.choice(trees)
            container[key] = copy.deepcopy(other[where])
        case 3:
            asked = {"atom": rng.randrange(2), "most": rng.randrange(2)}
            container[key] = {**asked, "fewer": here, "more": copy.deepcopy(here)}
        case 4:
            branches = {name: copy.deepcopy(here) for name in ("nothing", "everything", "between")}
            container[key] = {"spread": rng.randrange(2), **branches}
        case 5:
            weights = [str(rng.randrange(-1, 2)) for _ in proof["terms"]]
            forced = {"policy": rng.randrange(3), "has": rng.choice(["the least", "the most"])}
            container[key] = {**forced, "weights": weights, "then": here}
        case 6:
            proof["kind"] = rng.choice(["branch", "ray", "two-level"])
        case 7:
            proof["depth"] += rng.choice([-1, 1, 2])
        case _:
            mutate(rng, {"part": [proof["atoms"], proof["spreads"], proof["rest"], proof["policies"]]})


def of_terms(rng: random.Random, proof: Json) -> None:
    """Alter the terms of a certificate, in place."""
    term = rng.choice(proof["terms"])
    match rng.randrange(6):
        case 0:
            term["line"] = rng.choice([None, 1, 9, 10, 13])
        case 1:
            term["weight"] = rng.choice(["1", "2", "1/2", "-1", "0"])
        case 2:
            term[rng.choice(["better", "worse"])].pop("name", None)
        case 3:
            term["relation"] = rng.choice([">", ">=", "~"])
        case 4:
            rng.shuffle(proof["terms"])
        case _:
            proof["terms"].append(copy.deepcopy(term))


def of_question(rng: random.Random, document: Json) -> None:
    """Alter what is observed, what a label is, how policies compare, or the size, in place."""
    (result,), (task,), environment = document["results"], document["tasks"], document["environments"][0]
    match rng.randrange(5):
        case 0:
            options: list[Json] = [{}, {"observe": "labels"}, {"modulo": "unreachable"}, {"discount": "1/2"}]
            result["options"] = rng.choice([*options, {"horizon": 3}])
        case 1:
            for on in environment["labels"].values():
                on.append(rng.choice(environment["states"]))
        case 2:
            rng.shuffle(environment["states"])
        case 3 if task["constraints"]:
            rng.choice(task["constraints"])["relation"] = rng.choice([">", ">=", "~"])
        case _:
            result["size"] = rng.choice([None, {"lower": 1, "upper": rng.randrange(1, 9)}])


def of_both(rng: random.Random, document: Json) -> None:
    """Alter a constraint of the task and the terms that state it alike, in place."""
    (task,), terms = document["tasks"], proof_of(document).get("terms", [])
    for c in rng.sample(task["constraints"], min(1, len(task["constraints"]))):
        sides = c["better"], c["worse"]
        alike = [x for x in terms if (x["better"].get("name"), x["worse"].get("name")) == sides]
        if rng.random() < 0.5:
            for x in (c, *alike):
                x["better"], x["worse"] = x["worse"], x["better"]
        else:
            relation = rng.choice([">", ">=", "~"])
            for x in (c, *alike):
                x["relation"] = relation


def alter(rng: random.Random, document: Json) -> None:
    """Alter a document in one place or a few."""
    proof, way = proof_of(document), rng.random()
    if way < 0.05:
        aimed(rng, document)
    elif way < 0.1:
        of_both(rng, document)
    elif way < 0.2:
        of_question(rng, document)
    elif way < 0.8 and proof["kind"] == "formula":
        of_formula(rng, document, proof)
    elif way < 0.6 and "tree" in proof:
        of_cases(rng, proof)
    elif way < 0.8:
        of_terms(rng, proof)
    for _ in range(rng.choice([0, 0, 1, 2])):
        mutate(rng, document)


def test_no_altered_document_is_accepted_unless_it_is_still_right() -> None:
    """Of thousands of altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(11)
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    CONFIRMED.clear()
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(TEMPORAL_BASES))
        alter(rng, document)
        text = json.dumps(document)
        if text in seen or document in TEMPORAL_BASES:
            continue
        seen.add(text)
        if accepted(document):
            for result in document["results"]:
                assert_right_of_formulas(document, result)
                kept[(result["witness"] or result["certificate"] or {}).get("kind", "")] += 1
    assert min(kept[kind] for kind in KINDS) >= 6, kept
    assert sum(kept.values()) < DRAWN / 5, kept
    assert CONFIRMED["branch"] > 10, CONFIRMED


def test_no_value_of_a_witness_can_be_altered() -> None:
    """Each policy has one value, the right one: no other is accepted in its place, nor one more or less."""
    altered = 0
    for document in copy.deepcopy(TEMPORAL_BASES):
        values = proof_of(document).get("values", [])
        for i, entry in enumerate(values):
            old = entry["value"]
            x = Fraction(old)
            for new in {"0", "1", "1/2", str(1 - x), str(x + Fraction(1, 2**70))} - {old}:
                entry["value"] = new
                assert not accepted(document)
                altered += 1
            entry["value"] = old
            del values[i]
            assert not accepted(document)
            values.insert(i, entry)
            values.append(copy.deepcopy(entry))
            assert not accepted(document)
            values.pop()
        assert accepted(document)
    assert altered > 100


def test_a_formula_can_be_altered_only_into_another_right_one() -> None:
    """Names, operators and numbers of formulas, coins and labels: what is accepted has the listed values."""
    altered = kept = 0
    for document in copy.deepcopy(TEMPORAL_BASES):
        proof = proof_of(document)
        parts = [proof.get(key) for key in ("formula", "shared", "labels") if key in proof]
        document["results"][0]["size"] = None
        environment = document["environments"][0]
        names = [*environment["states"], *environment["actions"], *environment["labels"]]
        for container, key in [(c, k) for c, k in places(parts) if not isinstance(c[k], list | dict)]:
            old = container[key]
            for new in ("1/2", 0, "F", "G", "|", "U", "at", "next", *names):
                container[key] = new
                altered += 1
                if new != old and accepted(document):
                    kept += 1
                    assert_right_of_formulas(document, document["results"][0])
            container[key] = old
    assert altered > 500
    assert 0 < kept < altered / 10


@pytest.mark.parametrize("kind", ["branch", "ray", "two-level"])
def test_weights_that_nothing_weighs_are_one(kind: str) -> None:
    """No term of a certificate whose leaves, or levels, do the adding can say another weight."""
    refused = 0
    for document in copy.deepcopy(TEMPORAL_BASES):
        proof = proof_of(document)
        for term in proof["terms"] if proof["kind"] == kind else ():
            for weight in ("2", "1/2", "-1", "0", "1000"):
                term["weight"] = weight
                assert not accepted(document)
                refused += 1
            term["weight"] = "1"
            assert accepted(document)
    assert refused >= 10


def test_a_text_beside_the_formula_is_refused() -> None:
    """A witness has no place for words that nothing checks."""
    document = copy.deepcopy(TEMPORAL_BASES[0])
    proof_of(document)["text"] = "do b"
    assert not accepted(document)
