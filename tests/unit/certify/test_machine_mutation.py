"""Proofs about reward machines under mutation: refused, or right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from certify_checker import Json
from machine_bases import MACHINE_BASES
from machine_checker import assert_right_of_machines
from test_mutation import accepted, aimed, mutate

DRAWN = 1_200
"""How many altered documents, all different, are tried."""


def proof_of(document: Json) -> Json:
    result = document["results"][0]
    proof: Json = result["witness"] or result["certificate"]
    return proof


def refutation_of(document: Json) -> Json | None:
    """Return the part of a proof that says that machines are too small."""
    proof = proof_of(document)
    found: Json | None = proof.get("smaller") or proof.get("refuted")
    return found


@pytest.mark.parametrize("document", MACHINE_BASES)
def test_the_documents_hold(document: Json) -> None:
    """Every document is accepted, and right by the independent checker."""
    assert accepted(document)
    assert document["results"][0]["verdict"] != "undecided"
    assert_right_of_machines(document, document["results"][0])


def test_the_documents_are_of_all_kinds() -> None:
    """Machines, certificates and refutations of one and of two states occur."""
    kinds = Counter(proof_of(document)["kind"] for document in MACHINE_BASES)
    assert set(kinds) == {"machine", "machines"}
    sizes = Counter(few["states"] for document in MACHINE_BASES if (few := refutation_of(document)))
    assert min(sizes[1], sizes[2]) >= 3


def of_machine(rng: random.Random, document: Json) -> None:
    """Alter what a proof says, in place: a move, a reward, a state, a combination, the order, an option."""
    result, proof = document["results"][0], proof_of(document)
    few = refutation_of(document)
    rewards, machine = proof.get("reward", []), proof.get("machine", {"states": [], "moves": []})
    match rng.randrange(11):
        case 0 if rewards:
            rng.choice(rewards)["value"] = str(Fraction(rng.randrange(-3, 6), rng.randrange(1, 3)))
        case 1 if rewards:
            rng.choice(rewards)["machine"] = rng.choice(machine["states"])
        case 2 if machine["moves"]:
            edge = rng.choice(machine["moves"])
            edge[rng.choice(["from", "to"])] = rng.choice(machine["states"])
        case 3 if machine["moves"]:
            on = rng.choice(machine["moves"])["on"]
            on[rng.randrange(len(on))] = copy.deepcopy(rng.choice(rng.choice(machine["moves"])["on"]))
        case 4 if machine["states"]:
            machine["states"].reverse()
        case 5 if few:
            few["states"] = rng.randrange(1, 4)
        case 6 if few:
            few["order"][rng.randrange(len(few["order"]))] = rng.randrange(1, len(few["combinations"]) + 1)
        case 7 if few:
            del few["order"][rng.randrange(len(few["order"]))]
        case 8 if few:
            terms = rng.choice(few["combinations"])
            term = rng.choice(terms)
            term["weight"] = str(Fraction(term["weight"]) * Fraction(rng.randrange(1, 4), 2))
        case 9:
            states = rng.randrange(1, 4)
            result["size"] = rng.choice([None, {"lower": states, "upper": states + rng.randrange(2)}])
        case _:
            result["options"] |= {"machine states": rng.randrange(1, 4)}


def test_no_altered_document_is_accepted_unless_it_is_still_right() -> None:
    """Of thousands of altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(11)
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(MACHINE_BASES))
        way = rng.random()
        if way < 0.3:
            aimed(rng, document)
        elif way < 0.75:
            of_machine(rng, document)
        for _ in range(rng.choice([0, 1, 1, 2])):
            mutate(rng, document)
        text = json.dumps(document)
        if text in seen or document in MACHINE_BASES:
            continue
        seen.add(text)
        if accepted(document):
            for result in document["results"]:
                assert_right_of_machines(document, result)
                kept[(result["witness"] or result["certificate"] or {}).get("kind", "")] += 1
    assert min(kept["machine"], kept["machines"]) > 4, kept
    assert sum(kept.values()) < DRAWN / 2, kept


def test_no_combination_and_no_place_of_the_order_can_be_left_out() -> None:
    """A refutation says what it needs and no more: without any part of its order it is refused."""
    changed = 0
    for document in copy.deepcopy(MACHINE_BASES):
        few = refutation_of(document)
        if few is None:
            continue
        for i in range(len(few["order"])):
            kept = few["order"]
            few["order"] = kept[:i] + kept[i + 1 :]
            assert not accepted(document) or few["order"][i - 1 : i] == kept[i : i + 1]
            few["order"] = [*kept, kept[i]]
            assert not accepted(document)
            few["order"] = kept
            changed += 2
    assert changed > 50


def test_no_weight_of_a_combination_can_be_changed() -> None:
    """Every change to one weight of a combination is refused: it is needed, and vanishes as it stands."""
    changed = 0
    for document in copy.deepcopy(MACHINE_BASES):
        few = refutation_of(document)
        for terms in few["combinations"] if few else ():
            for term in terms:
                old = term["weight"]
                x = Fraction(old)
                for new in (2 * x, -x, x + Fraction(1, 10**30)):
                    term["weight"] = str(new)
                    assert not accepted(document)
                    changed += 1
                term["weight"] = old
    assert changed > 100
