"""The kernel under mutation: altered documents are refused, or are still right by an independent checker."""

from __future__ import annotations

import copy
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from certify_bases import BASES, enclosed
from certify_checker import Asked, Json, assert_right, assert_terms

from specexpr.certify.document import Status, verify
from specexpr.certify.reading import read_document
from specexpr.diagnostics import SpecError

DRAWN = 12_000
"""How many altered documents, all different, are tried."""


def accepted(document: Json) -> bool:
    """Say whether the kernel accepts every result of a document."""
    try:
        outcomes = verify(read_document(json.dumps(document)))
    except SpecError:
        return False
    return all(outcome.status is not Status.REFUSED for outcome in outcomes)


@pytest.mark.parametrize("make", BASES)
def test_the_base_documents_hold(make: Callable[[], Json]) -> None:
    """Every base document is accepted, and right by the independent checker: mutations start from truth."""
    document = make()
    outcomes = verify(read_document(json.dumps(document)))
    assert [outcome.reason for outcome in outcomes] == [None]
    assert_right(document, document["results"][0])


# --- mutations --------------------------------------------------------------------------------------------

Place = tuple[Any, Any]
"""A container and the key or index of a value in it."""


def places(value: Any) -> Iterator[Place]:
    """Yield every place of a JSON value."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in list(entries):
        yield value, key
        yield from places(inner)


def is_number(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip("-").replace("/", "", 1).isdigit()


def mutate(rng: random.Random, document: Json) -> None:
    """Alter one thing of a document, in place."""
    every = list(places(document))
    container, key = rng.choice(every)
    value = container[key]
    if is_number(value):
        container[key] = altered_number(rng, value, [c[k] for c, k in every if is_number(c[k])])
    elif isinstance(value, bool) or value is None:
        container[key] = rng.choice([True, False, None, 1, "1"])
    elif isinstance(value, int | float):
        container[key] = rng.choice([value + 1, -value, None, str(value), 0])
    elif isinstance(value, str):
        texts = sorted({c[k] for c, k in every if isinstance(c[k], str)})
        container[key] = rng.choice([*texts, ">", ">=", "~", value + "x", "expressible", "inexpressible"])
    elif isinstance(value, list) and value:
        alter_list(rng, value, every)
    else:
        alter_object(rng, container, key, every)


def altered_number(rng: random.Random, text: str, others: list[str]) -> str:
    x = Fraction(text)
    new = rng.choice([-x, x + 1, x - 1, 2 * x, x / 2, Fraction(0), 1 - x, x + Fraction(1, 2**70), x * x])
    return rng.choice(
        [str(new), str(new), str(new), rng.choice(others), f"{x.numerator * 2}/{x.denominator * 2}"]
    )


def alter_list(rng: random.Random, value: list[Any], every: list[Place]) -> None:
    i, j = rng.randrange(len(value)), rng.randrange(len(value))
    match rng.randrange(4):
        case 0:
            del value[i]
        case 1:
            value.append(copy.deepcopy(value[i]))
        case 2:
            value[i], value[j] = value[j], value[i]
        case _:
            others = [c[k] for c, k in every if isinstance(c[k], list) and c[k]]
            value.append(copy.deepcopy(rng.choice(rng.choice(others))))


def alter_object(rng: random.Random, container: Any, key: Any, every: list[Place]) -> None:
    value = container[key]
    alike = [c[k] for c, k in every if isinstance(c[k], type(value)) and c[k] is not value]
    match rng.randrange(4) if isinstance(value, dict) and value else 3:
        case 0:
            del value[rng.choice(list(value))]
        case 1:
            old, new = rng.choice(list(value)), rng.choice([k for _, k in every if isinstance(k, str)])
            value[new] = value.pop(old)
        case 2:
            first, second = rng.choice(list(value)), rng.choice(list(value))
            value[first], value[second] = value[second], value[first]
        case _:
            container[key] = copy.deepcopy(rng.choice(alike or [value]))


def aimed(rng: random.Random, document: Json) -> None:
    """Alter what the proof or the question turns on, in place: a term, a step, an option, the verdict."""
    result, task = document["results"][0], document["tasks"][0]
    proof = result["witness"] or result["certificate"] or {}
    rng.choice([of_terms, of_question, of_answer, of_question, of_part])(rng, document, result, task, proof)


def of_terms(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    if "terms" not in proof:
        return of_question(rng, document, result, task, proof)
    terms = proof["terms"]
    term = rng.choice(terms)
    if rng.random() < 0.5:
        term["line"] = None
    match rng.randrange(5):
        case 0:
            term["better"], term["worse"] = term["worse"], term["better"]
            if rng.random() < 0.5:
                term["weight"] = str(-Fraction(term["weight"]))
        case 1:
            term["relation"] = rng.choice([">", ">=", "~"])
        case 2:
            term["weight"] = str(Fraction(term["weight"]) / 2)
            terms.append(copy.deepcopy(term))
        case 3 if "radius" in proof:
            tiny = Fraction(1, 2 ** rng.randrange(25, 60))
            term["weight"] = str(Fraction(term["weight"]) + rng.choice([tiny, -tiny, 0]))
            proof["radius"] = str(rng.choice([tiny, Fraction(proof["radius"])]))
        case _:
            for c in task["constraints"]:
                if c["line"] == term["line"]:
                    c["better"], c["worse"] = c["worse"], c["better"]
                    term["better"], term["worse"] = term["worse"], term["better"]
                    proof |= {"radius": "4"} if "radius" in proof else {}
    return None


def of_question(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    sides = [c for c in task["constraints"] if isinstance(c["better"], str)]
    match rng.randrange(5):
        case 0:
            steps = rng.choice(document["environments"])["transitions"]
            rng.choice(steps)["next"] = copy.deepcopy(rng.choice(steps)["next"])
        case 1:
            discount = str(Fraction(rng.randrange(1, 20), 20))
            result["options"]["discount"] = discount
            if "discount" in proof and rng.random() < 0.7:
                proof["discount"] = discount
        case 2:
            result["options"] = result["options"] | {"modulo": "unreachable"}
        case 3 if sides:
            c = rng.choice(sides)
            c[rng.choice(["better", "worse"])] = rng.choice(sides)["better"]
        case _ if task["accept"]:
            accepted_ = rng.choice(task["accept"])
            names = accepted_["good"] if rng.random() < 0.5 else list(task["policies"])
            accepted_["good"] = rng.sample(names, rng.randrange(1, len(names) + 1))
            accepted_["equally"] ^= rng.random() < 0.3


def of_answer(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    match rng.randrange(5):
        case 0:
            result["size"] = {"lower": 1, "upper": rng.randrange(1, 3)}
        case 1:
            result["proof"] = rng.choice(["exact", "enclosure", None])
        case 2:
            result["verdict"] = rng.choice(["expressible", "inexpressible", "undecided"])
            result["reason"] = rng.choice([None, "time"])
        case 3:
            result["witness"], result["certificate"] = result["certificate"], result["witness"]
        case _:
            document["results"].append(copy.deepcopy(result))
            result["verdict"] = "undecided"


def of_part(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    part = rng.choice([proof, proof, result, task])
    if part:
        mutate(rng, {"part": part})


@pytest.fixture(scope="module")
def bases() -> list[Json]:
    return [make() for make in BASES]


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Of some ten thousand altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(20)
    seen, kept = set(), 0
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(bases))
        if rng.random() < 0.5:
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
    assert 200 < kept < len(seen) / 3, f"{kept} accepted: the mutations say little"


def test_no_weight_of_a_nonzero_row_can_be_changed(bases: list[Json]) -> None:
    """Every change to one weight of an irreducible exact conflict is refused, unless its row is zero."""
    changed = 0
    for document in bases:
        proof = document["results"][0]["certificate"]
        if proof is None or proof["kind"] != "farkas":
            continue
        rows = assert_terms(Asked(document, document["results"][0]), proof)
        for (_, row), term in zip(rows, proof["terms"], strict=True):
            old = term["weight"]
            x = Fraction(old)
            for new in {x / 2, 2 * x, x + 1, x - 1, -x, x + Fraction(1, 10**30), Fraction(0), x * x + 7}:
                term["weight"] = str(new)
                if new != x:
                    assert accepted(document) == (not row and new > 0)
                    changed += 1
            term["weight"] = old
    assert changed > 100


def test_an_enclosure_encloses() -> None:
    """However coarse its occupancies, midpoints and radius are, what is accepted contains the truth."""
    seen: Counter[bool] = Counter()
    for bits, away, radius in itertools.product((6, 14, 22, 30, 60), (10, 18, 26, 60), range(2, 50, 4)):
        document = enclosed(bits)
        proof = document["results"][0]["certificate"]
        proof["radius"] = str(Fraction(1, 2**radius))
        proof["terms"][0]["weight"] = str(Fraction(proof["terms"][0]["weight"]) + Fraction(1, 2**away))
        kept = accepted(document)
        if kept:
            assert_right(document, document["results"][0])
        seen[kept] += 1
    assert min(seen[True], seen[False]) > 50
