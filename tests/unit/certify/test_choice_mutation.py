"""Altered results about given objectives and thresholds of free rewards: refused, or still right.

The documents come from decisions; what is accepted after an alteration goes to an independent checker.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter

import pytest
from certify_checker import Json
from choice_checker import GIVEN, assert_right
from test_mutation import accepted, mutate, of_answer, of_question

from specexpr.certify.document import verify
from specexpr.certify.reading import read_document
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

DRAWN = 2_500
"""How many altered documents, all different, are tried."""

ROOMS = """
environment rooms { states s0 s1; actions l r; start s0
  s0 / l -> s0; s0 / r -> { s0: 1/3, s1: 2/3 }; s1 / l -> s0; s1 / r -> s1 }
policy ll in rooms { * -> l }
policy lr in rooms { s0 -> l; s1 -> r }
policy rl in rooms { s0 -> r; s1 -> l }
policy rr in rooms { * -> r }
policy half in rooms { s0 -> { l: 1/2, r: 1/2 }; s1 -> r }
objective fast in rooms = reward { discount 1/2; s0 / r: 2; s1 / l: -1 }
objective calm in rooms = horizon { steps 3; s0 / l: 1; s1 / r / s1: 1/2 }
objective back in rooms = machine { discount 2/3; start u; u -> v on do r : 0; v -> u on do l : 3; else stay }
"""

FAMILY = """
environment here { states s0 s1; actions l r; start s0
  s0 / l -> s0; s0 / r -> s1; s1 / l -> s0; s1 / r -> s1 }
environment there { states s0 s1; actions l r; start { s0: 1/2, s1: 1/2 }
  s0 / l -> s0; s0 / r -> s1; s1 / l -> { s0: 1/3, s1: 2/3 }; s1 / r -> s1 }
family both { here, there }
policy ll in both { * -> l }
policy rl in both { s0 -> r; s1 -> l }
policy rr in both { * -> r }
objective fast in here = reward { discount 1/2; s0 / r: 2 }
objective calm in here = reward { discount 1/2; s0 / l: 1 }
objective fast in there = reward { discount 1/2; s0 / r: 1; s1 / *: 1 }
objective calm in there = reward { discount 1/2; * / l: 1 }
"""

TASKS = [
    (ROOMS + "task t in rooms { rr > ll; half > ll; given fast, calm }", "maxmin"),
    (ROOMS + "task t in rooms { half > rr; given fast, calm }", "maxmin"),
    (ROOMS + "task t in rooms { rl > half >= lr; given fast, calm, back }", "maxmax"),
    (ROOMS + "task t in rooms { rl ~ ll; given fast, calm }", "maxmax"),
    (ROOMS + "task t in rooms { rl > rr > ll; given fast, calm, back }", "lexmax"),
    (ROOMS + "task t in rooms { half > rr; half > ll; lr > half; given fast, calm }", "lexmax"),
    (ROOMS + "task t in rooms { half > rl; half > ll; given fast, calm }", "lexmax"),
    (ROOMS + "task t in rooms { half > rl; half > ll; rr > rl; given fast, calm }", "maxsat"),
    (ROOMS + "task t in rooms { half > rl; half > ll; lr > half; given fast, back }", "maxsat"),
    (ROOMS + "task t in rooms { accept half over rl ll; given fast, calm }", "feasible"),
    (ROOMS + "task t in rooms { rl > half; ll > half; given fast, calm }", "feasible"),
    (ROOMS + "task t in rooms { accept rl; given fast, calm }", "consat"),
    (ROOMS + "task t in rooms { rl > half; ll > half; half > rr; lr > ll; given fast, calm }", "consat"),
    (ROOMS + "task t in rooms { accept equally rl rr; given fast, back; modulo unreachable }", "consat"),
    (FAMILY + "task t in both { rl > ll; in here { rr > ll }; given fast, calm }", "lexmax"),
    (FAMILY + "task t in both { in here { rl > ll }; in there { ll > rl }; given fast, calm }", "maxsat"),
    (ROOMS + "task t in rooms { rl > half > ll }", "lexmax"),
    (ROOMS + "task t in rooms { half > rr; half > ll; half > lr }", "lexmax"),
    (ROOMS + "task t in rooms { accept rl }", "lexmax"),
    (ROOMS + "task t in rooms { half > rr ~ ll; rl > half }", "maxsat"),
    (ROOMS + "task t in rooms { accept rl ll; modulo unreachable }", "maxsat"),
    (ROOMS + "task t in rooms { accept equally rl rr over half ll; half > ll }", "maxsat"),
    (ROOMS + "task t in rooms { ll > rl >= lr }", "maxsat"),
    (FAMILY + "task t in both { in here { rl > ll }; in there { ll > rl > rr } }", "maxsat"),
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
    return [decided(text, formalism) for text, formalism in TASKS]


def test_the_base_documents_hold(bases: list[Json]) -> None:
    """Every base document is accepted, and right by the independent checker; all kinds of proof are there."""
    seen: Counter[str] = Counter()
    for document in bases:
        (outcome,) = verify(read_document(json.dumps(document)))
        assert outcome.reason is None
        (result,) = document["results"]
        assert_right(document, result)
        seen[(result["witness"] or result["certificate"])["kind"]] += 1
    assert min(seen[kind] for kind in ("choice", "no-choice", "thresholds", "cycle", "reward", "farkas")) > 0
    assert min(seen[kind] for kind in ("choice", "no-choice", "thresholds")) > 3


def aimed(rng: random.Random, document: Json) -> None:
    """Alter what the proof or the question turns on, in place."""
    result, task = document["results"][0], document["tasks"][0]
    proof = result["witness"] or result["certificate"] or {}
    rng.choice([of_proof, of_proof, of_question, of_answer, of_part])(rng, document, result, task, proof)


def of_part(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    """Alter anything in a part; what it is exchanged with may be an empty object."""
    part = rng.choice([proof, proof, result, task])
    if part:
        mutate(rng, {"part": part, "spare": {"spare": {}}})


def of_proof(rng: random.Random, document: Json, result: Json, task: Json, proof: Json) -> None:
    """Alter a priority, a threshold, a term, what is given, or what the proof is for."""
    given = result["options"].get("given", [])
    match rng.randrange(7):
        case 0:
            result["formalism"] = rng.choice(sorted(GIVEN))
        case 1 if "terms" in proof:
            del proof["terms"][rng.randrange(len(proof["terms"]))]
        case 2 if "terms" in proof or "way" in proof:
            term = rng.choice(proof.get("terms") or proof["way"])
            term["better"], term["worse"] = term["worse"], term["better"]
            term["line"] = None
        case 3 if "priorities" in proof:
            rng.shuffle(proof["priorities"])
        case 4 if isinstance(proof.get("thresholds"), dict):
            name = rng.choice(list(proof["thresholds"]))
            proof["thresholds"][name] = rng.choice(["0", "1", "2", "-1", "1/2"])
        case 5 if isinstance(proof.get("thresholds"), list):
            one = rng.choice(proof["thresholds"])
            one["least"] = rng.choice(["0", "1", "-1", "1/2"])
            if rng.random() < 0.5:
                proof["thresholds"].remove(one)
                result["size"] = None
        case _ if given:
            measure = rng.choice(list(rng.choice(given)["measures"].values()))
            if measure.get("pays"):
                rng.choice(measure["pays"])["value"] = rng.choice(["0", "1", "-2", "5"])
        case _:
            result["size"] = {"lower": rng.randrange(1, 4), "upper": rng.randrange(1, 5)}


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Of many altered documents the kernel accepts none whose claim or proof is false."""
    rng = random.Random(22)
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
