"""Repairs in results documents: what holds is accepted; altered, it is refused or right by brute force."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import jsonschema
import pytest
from certify_bases import Json
from hypothesis import given
from hypothesis import strategies as st
from test_mutation import mutate

import specexpr.certify
from specexpr.certify import repairs
from specexpr.certify.document import Document, Status, TaskRepairs
from specexpr.certify.proofs import TooLarge
from specexpr.certify.reading import read_document
from specexpr.certify.repairs import part_of, verify_repairs
from specexpr.certify.writing import write_document
from specexpr.comparison.comparing import compare, repaired
from specexpr.diagnostics import SpecError
from specexpr.document import loads
from specexpr.report.comparison_json import comparison_json
from specexpr.testing.brute_force import solve_claim
from specexpr.testing.linear_truth import Solution

SCHEMA = json.loads((Path(next(iter(specexpr.certify.__path__))) / "schema.json").read_text())

DRAWN = 450
"""How many altered documents are tried."""

TOGGLE = """
discount 1/2
environment toggle { states s0 s1; actions 0 1; start { s0: 1/2, s1: 1/2 }; * / 0 -> s0; * / 1 -> s1 }
policy p00 in toggle { * -> 0 }
policy p01 in toggle { s0 -> 0; s1 -> 1 }
policy p10 in toggle { s0 -> 1; s1 -> 0 }
policy p11 in toggle { * -> 1 }
policy w00 in toggle { * -> { 0: 9/10, 1: 1/10 } }
task chain in toggle { p01 > p11 > p10 > p00 }
task loose in toggle { p01 > p11; p10 > p00; p00 ~ p11; w00 > p00; p01 >= p10 }
task sets in toggle {
  accept p01 over p00 p11
  accept p10 over p00 p11
  p00 ~ p11
}
task alone in toggle { accept p01 p10 }
"""

FAMILY = """
discount 1/2
environment here { states s t; actions a b; start s; s / * -> t; t / * -> t }
environment there { states s t; actions a b; start s; s / * -> t; t / * -> t }
family both { here, there }
policy a in both { * -> a }
policy b in both { * -> b }
task clash in both { in here { a > b }  in there { b > a } }
task steps in here { trajectories (s a t b) > (s b t b) > (s b t a) > (s a t a) }
"""


def written(text: str, formalisms: list[str]) -> Json:
    """Return the JSON of a comparison with its repairs."""
    table = repaired(compare(loads(text), formalisms), timeout=None)
    found: Json = json.loads(comparison_json(table))
    return found


@pytest.fixture(scope="module")
def bases() -> list[Json]:
    return [written(TOGGLE, ["mr"]), written(FAMILY, ["mr"])]


def outcomes(document: Json) -> list[str | None]:
    """Return why the repairs of a document are refused, None for those that hold."""
    read = read_document(json.dumps(document))
    return [verify_repairs(read, one).reason for one in read.repairs]


def test_the_base_documents_hold(bases: list[Json]) -> None:
    """Repairs of comparisons are accepted, fit the schema, and are written as they were read."""
    for document in [*bases, written(TOGGLE, ["ltl", "rm", "omo", "feasible"])]:
        assert outcomes(document) == [None] * len(document["repairs"])
        assert document["repairs"]
        jsonschema.validate(document, SCHEMA)
        text = write_document(
            read_document(json.dumps(document)), more={"comparison": document["comparison"]}
        )
        assert json.loads(text) == document


def test_what_the_bases_say(bases: list[Json]) -> None:
    """The documents under test have repairs of one and of two preferences, and one of everything."""
    said = {
        one["task"]: (one["at_least"], [part["drop"] for part in one["smallest"]])
        for base in bases
        for one in base["repairs"]
    }
    assert said["loose"] == (2, [[0, 2], [0, 4], [1, 3], [2, 4]])
    assert said["alone"] == (1, [[0]])
    assert said["clash"] == (1, [[0], [1]])
    assert set(said) == {"chain", "loose", "sets", "alone", "clash", "steps"}


def aimed(rng: random.Random, document: Json) -> None:
    """Alter something that the repairs turn on, in place."""
    one = rng.choice(document["repairs"])
    part = rng.choice([*one["smallest"], *one["conflicts"], {}])
    key = "drop" if "drop" in part else "keep"
    match rng.randrange(12):
        case 0:
            one["at_least"] = max(0, one["at_least"] + rng.choice([-1, 1]))
        case 1:
            one["limit"] = rng.choice([None, "time: short"])
        case 2 if one["smallest"]:
            one["smallest"].pop(rng.randrange(len(one["smallest"])))
        case 3 if one["conflicts"]:
            one["conflicts"].pop(rng.randrange(len(one["conflicts"])))
        case 4 if part and part[key]:
            part[key].pop(rng.randrange(len(part[key])))
        case 5 if part:
            part[key] = sorted({*part[key], rng.randrange(5)})
        case 6 if part:
            other = rng.choice([*one["smallest"], *one["conflicts"]])
            other_key = "drop" if "drop" in other else "keep"
            part[key], other[other_key] = other[other_key], part[key]
        case 7:
            other = rng.choice(document["repairs"])
            one["smallest"], other["smallest"] = other["smallest"], one["smallest"]
        case 8:
            task = rng.choice(document["tasks"])
            if task["constraints"]:
                rng.choice(task["constraints"])["relation"] = rng.choice([">", ">=", "~"])
        case 9:
            one["options"] = {"discount": rng.choice(["1/2", "1/3"])}
        case 10 if part:
            mutate(rng, {"part": part, "spare": {"spare": {}}})
        case _:
            one["unsettled"] = [[0]]
    if rng.random() < 0.3:
        aimed(rng, document)


def test_no_altered_document_is_accepted_unless_it_is_still_right(bases: list[Json]) -> None:
    """Whatever is accepted after an alteration is what trying all sets of preferences finds."""
    rng = random.Random(3)
    seen: Counter[str] = Counter()
    for _ in range(DRAWN):
        base = rng.choice(bases)
        document = copy.deepcopy(base)
        aimed(rng, document)
        try:
            read = read_document(json.dumps(document))
        except SpecError:
            seen["unread"] += 1
            continue
        for one, before, after in zip(read.repairs, base["repairs"], document["repairs"], strict=True):
            if before == after and document["tasks"] == base["tasks"]:
                continue
            outcome = verify_repairs(read, one)
            seen[outcome.status] += 1
            if outcome.status is Status.HOLDS:
                assert_right(read, one)
    assert seen[Status.HOLDS] > DRAWN / 8
    assert seen[Status.REFUSED] > DRAWN / 3


def assert_right(document: Document, one: TaskRepairs) -> None:
    """Check what repairs say by deciding what is left of every set of preferences, from the definitions."""
    (task,) = (task for task in document.tasks if task.name == one.task)
    total = len(task.constraints) + len(task.acceptable)

    def is_repair(dropped: tuple[int, ...]) -> bool:
        kept = tuple(k for k in range(total) if k not in dropped)
        claim = document.claim(part_of(task, kept), one.given)
        return not kept or isinstance(solve_claim(claim), Solution)

    sizes = {len(part.numbers) for part in one.smallest}
    assert len(sizes) <= 1
    assert all(is_repair(part.numbers) for part in one.smallest)
    for size in range(one.at_least):
        assert not any(map(is_repair, combinations(range(total), size)))
    if one.limit is None:
        every = {some for some in combinations(range(total), one.at_least) if is_repair(some)}
        assert {part.numbers for part in one.smallest} == every


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (lambda one: one | {"at_least": 2}, "the repairs must all have one size"),
        (lambda one: one | {"conflicts": []}, "fewer preferences may do"),
        (lambda one: one | {"smallest": one["smallest"][:1]}, "another set of the same size"),
        (lambda one: one | {"smallest": []}, "nothing limits the repairs"),
        (lambda one: one | {"unsettled": [[0]]}, "nothing limits the repairs"),
        (lambda one: one | {"environment": "here"}, "the task is in another environment"),
        (lambda one: one | {"formalism": "ltl"}, "proves nothing about the formalism"),
        (lambda one: one | {"smallest": [{"drop": [], "witness": None}]}, "there must be one"),
        (lambda one: one | {"smallest": [{"drop": [9], "witness": None}]}, "no preference of that number"),
        (lambda one: one | {"smallest": [{"drop": [0], "witness": None}]}, "is not a kind of proof"),
        (lambda one: one | {"conflicts": [{"keep": [0], "certificate": {"kind": "nothing"}}]}, "nothing"),
    ],
)
def test_what_is_refused(bases: list[Json], alter: object, reason: str) -> None:
    """Each thing that repairs say is checked, and refused with its reason."""
    document = copy.deepcopy(bases[0])
    assert callable(alter)
    document["repairs"] = [alter(document["repairs"][0])]
    (said,) = outcomes(document)
    assert said is not None
    assert reason in said


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("at_least", -1),
        ("at_least", True),
        ("task", "tosk"),
        ("unsettled", [["x"]]),
        ("more", 1),
        ("limit", 1),
    ],
)
def test_what_cannot_be_read(bases: list[Json], key: str, value: object) -> None:
    """What is no document of this form is said with its place."""
    document = copy.deepcopy(bases[0])
    document["repairs"][0][key] = value
    with pytest.raises(SpecError, match=r"repairs\[0\]"):
        read_document(json.dumps(document))


@given(conflicts=st.lists(st.frozensets(st.integers(0, 5), max_size=4), max_size=5), size=st.integers(-1, 6))
def test_meeting(conflicts: list[frozenset[int]], size: int) -> None:
    """The kernel finds exactly the sets of that size that share a number with each conflict, once each."""
    found = list(repairs._meeting(conflicts, range(6), size))
    truth = [
        frozenset(some)
        for some in (combinations(range(6), size) if size >= 0 else ())
        if all(conflict.intersection(some) for conflict in conflicts)
    ]
    assert sorted(map(sorted, found)) == sorted(map(sorted, truth))


def test_too_many_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would take too long to go through is no proof."""
    monkeypatch.setattr(repairs, "_MOST", 10)
    with pytest.raises(TooLarge):
        list(repairs._meeting([frozenset({0, 1})], range(30), 4))


def test_verdicts_of_comparisons_are_results(bases: list[Json]) -> None:
    """A comparison is a results document as well: without what compare adds it is what check prints."""
    from specexpr.certify.document import verify

    for document in bases:
        read = read_document(json.dumps(document))
        assert [one.reason for one in verify(replace(read, repairs=()))] == [None] * len(document["results"])


def test_several_documents() -> None:
    """Names of several documents begin with their files, and everything holds."""
    documents = [loads(TOGGLE, name="a.spex"), loads(TOGGLE, name="b.spex")]
    document = json.loads(comparison_json(repaired(compare(documents, ["mr"]), timeout=None)))
    assert [task["name"] for task in document["tasks"]][:2] == ["a.spex:chain", "a.spex:loose"]
    assert {one["file"] for one in document["comparison"]} == {"a.spex", "b.spex"}
    assert outcomes(document) == [None] * 8
    jsonschema.validate(document, SCHEMA)
