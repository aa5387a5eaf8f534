"""Proofs about functions of trajectories under mutation: refused, or right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from certify_checker import Json
from test_mutation import accepted, aimed, mutate
from word_bases import WORD_BASES
from word_checker import assert_right_of_trajectories

DRAWN = 4_000
"""How many altered documents, all different, are tried."""


@pytest.mark.parametrize("document", WORD_BASES)
def test_the_documents_hold(document: Json) -> None:
    """Every document is accepted, and right by the independent checker."""
    assert accepted(document)
    assert document["results"][0]["verdict"] != "undecided"
    assert_right_of_trajectories(document, document["results"][0])


def test_the_documents_are_of_all_kinds() -> None:
    """Each kind of proof occurs several times."""
    results = [document["results"][0] for document in WORD_BASES]
    kinds = Counter((r["witness"] or r["certificate"])["kind"] for r in results)
    assert set(kinds) == {"function", "returns", "lotteries"}
    assert min(kinds.values()) >= 5


def of_words(rng: random.Random, document: Json) -> None:
    """Alter what a witness says, in place: a word, a value, a reward, the discount, what is observed."""
    result = document["results"][0]
    proof = result["witness"]
    if proof is None:
        return
    words = [*proof["words"], *proof.get("sequences", [])]
    rewards = proof.get("rewards", [])
    match rng.randrange(7):
        case 0 if words:
            rng.choice(words)["value"] = str(Fraction(rng.randrange(-3, 4), rng.randrange(1, 3)))
        case 1 if words:
            word = rng.choice(words)["word"]
            word[rng.randrange(len(word)) :] = copy.deepcopy(rng.choice(words)["word"])
        case 2 if words:
            proof["words"].append(copy.deepcopy(rng.choice(words)))
        case 3 if rewards:
            proof["discount"] = str(Fraction(1, rng.randrange(1, 9)))
        case 4 if rewards:
            reward = rng.choice(rewards)
            for entry in rng.sample(reward, min(1, len(reward))):
                entry["value"] = str(Fraction(rng.randrange(-2, 6), rng.randrange(1, 3)))
        case 5 if rewards:
            rewards[rng.randrange(len(rewards))].clear()
        case _:
            result["options"] = rng.choice([{}, {"observe": "labels"}, {"modulo": "unreachable"}])
            result["formalism"] = rng.choice(["ftr", "inmr", "imorl", "rm"])


def test_no_altered_document_is_accepted_unless_it_is_still_right() -> None:
    """Of thousands of altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(7)
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    while len(seen) < DRAWN:
        document = copy.deepcopy(rng.choice(WORD_BASES))
        way = rng.random()
        if way < 0.35:
            aimed(rng, document)
        elif way < 0.75:
            of_words(rng, document)
        for _ in range(rng.choice([0, 1, 1, 2])):
            mutate(rng, document)
        text = json.dumps(document)
        if text in seen or document in WORD_BASES:
            continue
        seen.add(text)
        if accepted(document):
            for result in document["results"]:
                assert_right_of_trajectories(document, result)
                kept[(result["witness"] or result["certificate"] or {}).get("kind", "")] += 1
    assert min(kept[kind] for kind in ("function", "returns", "lotteries")) > 40, kept
    assert sum(kept.values()) < DRAWN / 2, kept


def test_no_weight_of_a_conflict_can_be_changed() -> None:
    """Every change to one weight of an irreducible conflict is refused, unless its sides look alike."""
    changed = 0
    for document in copy.deepcopy(WORD_BASES):
        proof = document["results"][0]["certificate"]
        if proof is None or len(proof["terms"]) == 1:
            continue
        for term in proof["terms"]:
            old = term["weight"]
            x = Fraction(old)
            for new in {x / 2, 2 * x, x + 1, -x, x + Fraction(1, 10**30), Fraction(0)}:
                term["weight"] = str(new)
                assert not accepted(document)
                changed += 1
            term["weight"] = old
    assert changed > 50
