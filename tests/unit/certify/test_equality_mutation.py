"""Altered results of formalisms that only see which policies are equal: refused, or still right.

The documents come from decisions; what is accepted after an alteration goes to an independent checker.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any

import pytest
from certify_checker import Json
from equality_checker import OF_LAWS, OF_RETURNS, OF_TABLES, assert_right
from test_mutation import accepted, mutate, of_answer, of_part, of_question

from specexpr.certify.document import verify
from specexpr.certify.reading import read_document
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

DRAWN = 2_000
"""How many altered documents, all different, are tried."""

STEADY = """
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
policy half in steady { s0 -> { x: 1/2, y: 1/2 }; s1 -> x }
policy idle in steady { s0 -> y; s1 -> { x: 1/3, y: 2/3 } }
"""

FAMILY = """
environment here { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
environment there { states s0 s1; actions x y; start { s0: 1/2, s1: 1/2 }
  s0 / x -> s1; s0 / y -> s0; s1 / x -> { s0: 1/3, s1: 2/3 }; s1 / y -> s1 }
environment twin { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> { s0: 1/2, s1: 1/2 }; s1 / y -> s1 }
family all { here, there, twin }
policy xx in all { * -> x }
policy xy in all { s0 -> x; s1 -> y }
policy yx in all { s0 -> y; s1 -> x }
policy yy in all { * -> y }
"""

TASKS = [
    STEADY + "task t in steady { xx > xy ~ yx; half > yy }",
    STEADY + "task t in steady { yx > xx >= xy ~ yy }",
    STEADY + "task t in steady { accept xx; xy > half }",
    STEADY + "task t in steady { accept yx }",
    STEADY + "task t in steady { accept equally xx xy; half > xx; modulo unreachable }",
    STEADY + "task t in steady { accept yx; xx > idle; modulo unreachable }",
    STEADY + "task t in steady { accept xx yy over half xy idle }",
    FAMILY + "task t in all { in here { accept xx }; in twin { accept xx xy } }",
    FAMILY + "task t in all { in here { xx > yy }; in there { yy > xx } }",
    FAMILY + "task t in all { in here { yy > xx }; in twin { xx > yx } }",
    FAMILY + "task t in all { in here { accept yx }; in there { accept yx }; modulo unreachable }",
]


def decided(text: str, formalism: str) -> Json:
    """Return the results document of a task in one formalism."""
    document = loads(f"discount 2/3\n{text}\n")
    planned = plan(document.tasks, named_formalisms([formalism]))
    found: Json = json.loads(
        write_document(results_document(document, document.tasks, list(answers(planned)), ()))
    )
    return found


@pytest.fixture(scope="module")
def bases() -> list[Json]:
    kinds = sorted(OF_RETURNS), sorted(OF_LAWS), sorted(OF_TABLES)
    return [decided(text, some[i % len(some)]) for i, text in enumerate(TASKS) for some in kinds]


def test_the_base_documents_hold(bases: list[Json]) -> None:
    """Every base document is accepted, and right by the independent checker; all kinds of proof are there."""
    seen: Counter[tuple[str, str]] = Counter()
    for document in bases:
        (outcome,) = verify(read_document(json.dumps(document)))
        assert outcome.reason is None
        (result,) = document["results"]
        assert_right(document, result)
        seen[(result["witness"] or result["certificate"])["kind"], result["verdict"]] += 1
    assert len(seen) == 3
    assert min(seen.values()) > 5


def aimed(rng: random.Random, document: Json) -> None:
    """Alter what the proof or the question turns on, in place."""
    result, task = document["results"][0], document["tasks"][0]
    proof = result["witness"] or result["certificate"] or {}
    rng.choice([of_proof, of_proof, of_question, of_answer, of_part])(rng, document, result, task, proof)


def of_proof(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    """Alter a step of a circle, an entry of a table, a row or a reward, or what they are for."""
    groups = (OF_RETURNS, OF_LAWS, OF_TABLES)
    match rng.randrange(6):
        case 0:
            result["formalism"] = rng.choice(sorted(rng.choice(groups)))
        case 1 if "terms" in proof:
            term = rng.choice(proof["terms"])
            term["better"], term["worse"] = term["worse"], term["better"]
            term["line"] = None
        case 2 if "terms" in proof:
            rng.shuffle(proof["terms"])
        case 3 if "values" in proof:
            entries = proof["values"]
            if entries and rng.random() < 0.5:
                rng.choice(entries)["value"] = rng.choice(["0", "1", "2", "-1"])
            else:
                rng.shuffle(entries)
            proof["otherwise"] = rng.choice([proof["otherwise"]] * 3 + ["1", "-1"])
        case 4 if "rewards" in proof:
            part: Any = rng.choice([*proof["rewards"], proof["values"]])
            if part:
                mutate(rng, {"part": part})
        case _:
            policies = task["policies"]
            tables = [t for t in policies.values() if "s0" in t] or [
                t for some in policies.values() for t in some.values()
            ]
            one, other = rng.choice(tables), rng.choice(tables)
            state = rng.choice(["s0", "s1"])
            one[state] = copy.deepcopy(other[state])


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Of two thousand altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(21)
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
