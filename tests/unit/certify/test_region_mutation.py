"""Altered results on regions and bars of free rewards: refused, or still right by an independent checker."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any

import pytest
from certify_checker import Json
from region_checker import assert_right
from test_mutation import accepted, mutate, of_answer, of_part, of_question

from specexpr.certify.document import verify
from specexpr.certify.reading import read_document
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

DRAWN = 2_500
"""How many altered documents, all different, are tried."""

TURNS = """
environment turns { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in turns { * -> a }
policy ab in turns { s0 -> a; s1 -> b }
policy ba in turns { s0 -> b; s1 -> a }
policy bb in turns { * -> b }
policy coin in turns { * -> { a: 1/2, b: 1/2 } }
"""

STEADY = """
environment steady { states s0 s1; actions a b; start s0
  s0 / a -> s1; s0 / b -> s0; s1 / a -> s0; s1 / b -> s1 }
policy aa in steady { * -> a }
policy ab in steady { s0 -> a; s1 -> b }
policy ba in steady { s0 -> b; s1 -> a }
policy bb in steady { * -> b }
"""

SEGMENT = "environment line { states s0; actions a b; start s0; s0 / * -> s0 }\n" + "".join(
    f"policy p{i} in line {{ s0 -> {{ a: {i}/6, b: {6 - i}/6 }} }}\n" for i in range(1, 6)
)

FAMILY = """
environment left { states s0 t u; actions a b; start s0; s0 / * -> t; t / * -> t; u / * -> u }
environment right { states s0 t u; actions a b; start s0; s0 / * -> u; t / * -> t; u / * -> u }
environment fair { states s0 t u; actions a b; start s0
  s0 / * -> { t: 1/2, u: 1/2 }; t / * -> t; u / * -> u }
family all { left, right, fair }
policy a in all { * -> a }
policy b in all { * -> b }
"""

TASKS = [
    TURNS + "task t in turns { accept ab ba }",
    TURNS + "task t in turns { accept aa bb over coin ab }",
    TURNS + "task t in turns { accept equally aa ab; coin > bb }",
    TURNS + "task t in turns { aa > ab; bb > ba; ab >= coin }",
    TURNS + "task t in turns { ab ~ ba; ab > aa; aa ~ bb }",
    TURNS + "task t in turns { coin > aa; coin > bb; ab >= ba }",
    STEADY + "task t in steady { accept ba }",
    STEADY + "task t in steady { accept ba aa; modulo unreachable }",
    SEGMENT + "task t in line { p2 > p1; p2 > p3; p4 > p3; p4 > p5 }",
    SEGMENT + "task t in line { p3 > p1; p3 > p5; p3 ~ p2 }",
    SEGMENT + "task t in line { accept p1 p5 over p3 p2 }",
    SEGMENT + "task t in line { p1 > p3; p3 ~ p4; p5 > p2 }",
    FAMILY + "task t in all { in left { a > b } in right { a > b } in fair { b > a } }",
    FAMILY + "task t in all { in left { a > b } in right { b >= a } in fair { a > b } }",
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
    return [decided(text, formalism) for text in TASKS for formalism in ("feasible", "consat")]


def test_the_base_documents_hold(bases: list[Json]) -> None:
    """Every base document is accepted, and right by the independent checker; all kinds of proof are there."""
    seen: Counter[str] = Counter()
    for document in bases:
        (outcome,) = verify(read_document(json.dumps(document)))
        assert outcome.reason is None
        (result,) = document["results"]
        assert_right(document, result)
        seen[(result["witness"] or result["certificate"])["kind"]] += 1
    assert set(seen) == {"region", "hull", "bar", "splits", "reward"}
    assert min(seen.values()) >= 3, seen


def aimed(rng: random.Random, document: Json) -> None:
    """Alter what the proof or the question turns on, in place."""
    result, task = document["results"][0], document["tasks"][0]
    proof = result["witness"] or result["certificate"] or {}
    rng.choice([of_proof, of_proof, of_proof, of_question, of_answer, of_part])(
        rng, document, result, task, proof
    )


def of_proof(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    """Alter a step, a cut, a case, a reward or an overlap."""
    kind, parts = proof.get("kind"), list[Any]()
    if kind == "hull":
        parts = [*proof["steps"], proof["against"], proof["steps"]]
    elif kind == "splits":
        parts = [proof["tree"], *proof["cuts"], proof["cuts"], *proof["constraints"], proof["constraints"]]
    elif kind == "region":
        parts = [*proof["rewards"], proof["rewards"], *proof.get("overlaps", [])]
    elif kind == "bar":
        parts = [proof["constraint"], proof["aim"]]
        if rng.random() < 0.5:
            proof["bar"] = rng.choice(["0", "1", "-1", "1/2", "-2", "4/5"])
    match rng.randrange(5):
        case 0:
            result["formalism"] = rng.choice(["feasible", "consat"])
        case 1 if kind == "splits" and "above" in proof["tree"]:
            tree = proof["tree"]
            side = rng.choice(["above", "below"])
            tree[side] = rng.choice([{"cut": None}, {"cut": 1}, {"cut": 2}, *tree_parts(tree)])
        case 2 if kind == "splits":
            cut = rng.choice(proof["cuts"])
            cut["side"] = rng.choice(["above", "below"])
            for key in ("above", "below"):
                if rng.random() < 0.3:
                    cut.pop(key, None)
        case 3 if kind == "hull":
            step = rng.choice(proof["steps"])
            step["policy"] = copy.deepcopy(rng.choice(proof["steps"])["policy"])
        case _ if parts:
            mutate(rng, {"part": rng.choice(parts), "proof": proof})


def tree_parts(tree: Json) -> list[Json]:
    return [copy.deepcopy(tree[side]) for side in ("above", "below")]


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Of some thousand altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(23)
    seen, kept = set(), Counter[str]()
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
            for result in document["results"]:
                assert_right(document, result)
                kept[(result["witness"] or result["certificate"] or {"kind": "none"})["kind"]] += 1
    assert 40 < kept.total() < len(seen) / 2, f"{kept} accepted: the mutations say little"
    assert {"region", "hull", "bar", "splits", "reward"} <= set(kept)
