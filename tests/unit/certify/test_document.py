"""The results document: the contract's example, strict reading, round trips, its schema and pages."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from certify_bases import (
    ALL_FOUR,
    BASES,
    CLOCK,
    CLOCK_POLICIES,
    ENTAILMENT,
    ONCE,
    ONE_THIRD,
    STEADY,
    STEADY_FOUR,
    Json,
    base,
    constraint,
    table,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import specexpr.certify
from specexpr.certify.checking import Answer, proof_kinds
from specexpr.certify.document import Status, named, verify
from specexpr.certify.model import Model, PolicyConstraint, Relation
from specexpr.certify.reading import read_document
from specexpr.certify.scope import NamedPolicy
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.diagnostics import SpecError
from specexpr.document import loads
from specexpr.report.results import results_document

HOME = Path(next(iter(specexpr.certify.__path__)))
SCHEMA = json.loads((HOME / "schema.json").read_text())

CONTRACT = """
{"schema": "specexpr/1",
 "environments": [{"name": "entailment", "states": ["s0", "s1"], "actions": ["a", "b"], "start": {"s0": "1"},
                   "transitions": [{"state": "s0", "action": "a", "next": {"s1": "1"}},
                                   {"state": "s0", "action": "b", "next": {"s1": "1"}},
                                   {"state": "s1", "action": "a", "next": {"s0": "1"}},
                                   {"state": "s1", "action": "b", "next": {"s0": "1"}}], "labels": {}}],
 "tasks": [{"name": "xor", "environment": "entailment", "constraints": [
            {"better": "p_ab", "worse": "p_aa", "relation": ">", "line": 14},
            {"better": "p_ba", "worse": "p_bb", "relation": ">", "line": 14}], "accept": null,
            "policies": {"p_ab": {"s0": {"a": "1"}, "s1": {"b": "1"}},
              "p_aa": {"s0": {"a": "1"}, "s1": {"a": "1"}},
              "p_ba": {"s0": {"b": "1"}, "s1": {"a": "1"}}, "p_bb": {"s0": {"b": "1"}, "s1": {"b": "1"}}}},
           {"name": "first", "environment": "entailment", "constraints": [
            {"better": "p_ab", "worse": "p_ba", "relation": ">", "line": 15}], "accept": null,
            "policies": {"p_ab": {"s0": {"a": "1"}, "s1": {"b": "1"}},
              "p_ba": {"s0": {"b": "1"}, "s1": {"a": "1"}}}}],
 "results": [
  {"task": "xor", "environment": "entailment", "formalism": "mr", "options": {"discount": "9/10"},
   "verdict": "inexpressible", "proof": "exact", "reason": null, "size": null, "witness": null,
   "certificate": {"kind": "farkas", "discount": "9/10", "terms": [
     {"better": {"s0": {"a": "1"}, "s1": {"b": "1"}}, "worse": {"s0": {"a": "1"}, "s1": {"a": "1"}},
      "relation": ">", "weight": "1/2", "environment": "entailment", "line": 14},
     {"better": {"s0": {"b": "1"}, "s1": {"a": "1"}}, "worse": {"s0": {"b": "1"}, "s1": {"b": "1"}},
      "relation": ">", "weight": "1/2", "environment": "entailment", "line": 14}]},
   "seconds": 0.003},
  {"task": "first", "environment": "entailment", "formalism": "mr", "options": {"discount": "9/10"},
   "verdict": "expressible", "proof": "exact", "reason": null, "size": null, "certificate": null,
   "witness": {"kind": "reward", "discount": "9/10",
               "reward": [{"state": "s0", "action": "a", "value": "3/2"}]},
   "seconds": 0.004}],
 "skipped": [{"task": "xor", "formalism": "cvar", "needs": "--given"}]}
"""


def outcomes(document: Json) -> list[str | None]:
    return [outcome.reason for outcome in verify(read_document(json.dumps(document)))]


def problems(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read_document(text)
    return [d.message for d in caught.value.diagnostics]


def test_the_example_of_the_contract_verifies() -> None:
    """The document of the language page, with nothing left out, holds without any carried values."""
    document = read_document(CONTRACT)
    assert [o.status for o in verify(document)] == [Status.HOLDS, Status.HOLDS]
    jsonschema.validate(json.loads(CONTRACT), SCHEMA)


@pytest.mark.parametrize("make", BASES)
def test_reading_and_writing_are_inverse(make: Any) -> None:
    """A document that is read and written is the same, fits the schema, and gives the same bytes again."""
    document = read_document(json.dumps(make()))
    text = write_document(document)
    assert read_document(text) == document
    assert write_document(read_document(text)) == text
    jsonschema.validate(json.loads(text), SCHEMA)
    jsonschema.validate(make(), SCHEMA)


TEMPORAL = {
    "branch": """
        environment one { states s; actions a b; start s; s / * -> s }
        policy sure_a in one { s -> a }
        policy sure_b in one { s -> b }
        policy half in one { s -> { a: 1/2, b: 1/2 } }
        task t in one { sure_b > sure_a; sure_a > half }
        task other in one { half > sure_a }""",
    "formula": """
        environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / a -> w }
        policy aa in memory { * -> a }
        policy ab in memory { s -> a; z -> b; w -> a }
        policy ba in memory { s -> b; z -> a; w -> a }
        policy bb in memory { s -> b; z -> b; w -> a }
        task t in memory { aa > ab; bb > ba }
        task other in memory { ab > aa }""",
    "ray": """
        environment leave { states s0 w; actions a b; start s0; s0 / a -> s0; s0 / b -> w; w / a -> w }
        policy short in leave { s0 -> { a: 1/10, b: 9/10 }; w -> a }
        policy middle in leave { s0 -> { a: 1/5, b: 4/5 }; w -> a }
        policy long in leave { s0 -> { a: 3/10, b: 7/10 }; w -> a }
        task t in leave { middle > short; middle > long }
        task other in leave { long > short }""",
    "two-level": """
        environment three { states s; actions a1 a2 a3; start s; s / * -> s }
        policy a1 in three { s -> a1 }
        policy a2 in three { s -> a2 }
        policy a3 in three { s -> a3 }
        task t in three { a3 > a2; a2 > a1 }
        task other in three { a3 > a1 }""",
}
"""The tasks of the examples about formulas, and others that their proofs say nothing of."""


def temporal(proof: Json, answer: Json, *, task: str) -> Json:
    """Return a document with a proof about formulas as the answer to a task."""
    document = loads("".join(line + "\n" for line in TEMPORAL[proof["kind"]].splitlines()[1:]))
    asked = document.task(task)
    found = json.loads(write_document(results_document(document, [asked], (), ())))
    for one in found["tasks"][0]["constraints"]:
        one["line"] = 1
    head = {"task": task, "environment": found["tasks"][0]["environment"], "formalism": "ltl", "options": {}}
    rest = {"reason": None, "size": None, "witness": None, "certificate": None, "seconds": 0}
    found["results"] = [head | rest | answer]
    return found


SIDED = {
    "region": ("feasible", "accept p_ab p_ba", "accept p_aa p_ba"),
    "hull": ("feasible", "accept p_aa p_bb over half", "accept p_aa p_ab over half"),
    "bar": ("consat", "accept p_ab p_ba", "accept p_aa p_bb"),
    "splits": ("consat", "accept p_aa p_bb over half", "accept p_aa p_ab over half"),
    "vertices": ("maxmin", "accept p_ab p_ba", "accept p_ab p_ba over p_aa"),
    "rewards": ("maxmin", "half > heads; half > tails", "heads > half"),
    "jensen": ("maxmin", "heads > half; tails > half", "half > heads; half > tails"),
    "aggregation": ("concave", "coin > go; coin > stay; given fast, calm", "go > coin; given fast, calm"),
    "choice": ("lexmax", "go > coin; coin > stay; given fast, calm", "stay > go; given fast, calm"),
    "no-choice": ("lexmax", "coin > go; coin > stay; given fast, calm", "go > coin; given fast, calm"),
    "thresholds": ("maxsat", "accept p_ab p_ba", "accept p_aa p_bb"),
}
"""The formalisms of the examples about several objectives, their tasks, and others."""

PLACES = {"rewards": "coin", "jensen": "coin"} | dict.fromkeys(
    ("aggregation", "choice", "no-choice"), "rooms"
)
"""The environments of these examples, where it is not entailment."""

TURNS = """
discount 1/2
environment entailment { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy p_aa in entailment { * -> a }
policy p_ab in entailment { s0 -> a; s1 -> b }
policy p_ba in entailment { s0 -> b; s1 -> a }
policy p_bb in entailment { * -> b }
policy half in entailment { * -> { a: 1/2, b: 1/2 } }
environment coin { states s; actions heads tails; start s; s / * -> s }
policy heads in coin { * -> heads }
policy tails in coin { * -> tails }
policy half in coin { * -> { heads: 1/2, tails: 1/2 } }
environment rooms {
  states s0 s1; actions left right; start s0; s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
}
policy go in rooms { * -> right }
policy stay in rooms { * -> left }
policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
objective fast in rooms = reward { s0 / right: 2 }
objective calm in rooms = reward { s0 / left: 1 }
"""


def sided(proof: Json, answer: Json, *, task: str) -> Json:
    """Return a document with a proof about several objectives as the answer to a task."""
    formalism, asked, other = SIDED[proof["kind"]]
    where = PLACES.get(proof["kind"], "entailment")
    text = f"{TURNS}task t in {where} {{ {asked} }}\ntask other in {where} {{ {other} }}\n"
    document = loads(text)
    tasks = [document.task(task)]
    found = json.loads(
        write_document(
            results_document(document, tasks, list(answers(plan(tasks, named_formalisms([formalism])))), ())
        )
    )
    for one in (*(found["tasks"][0]["accept"] or ()), *found["tasks"][0]["constraints"]):
        one["line"] = 1
    sizes = {"region": {"lower": 2, "upper": 2}, "rewards": {"lower": 2, "upper": 2}}
    rest = {"reason": None, "size": sizes.get(proof["kind"]), "witness": None, "certificate": None}
    found["results"][0] |= rest | answer
    return found


RISKY = {"dominance": "eu", "coefficients": "eu", "parameter": "entropic", "parameter-cells": "cvar"}
"""The formalisms of the examples about a given return."""

LOTTERIES = """
environment lab {
  states start n0 n1 n5; actions a b c d; start start
  start / a -> n1; start / b -> { n0: 1/100, n1: 89/100, n5: 1/10 }
  start / c -> { n0: 89/100, n1: 11/100 }; start / d -> { n0: 9/10, n5: 1/10 }
  n0 / a -> n0; n1 / a -> n1; n5 / a -> n5
}
policy A in lab { * -> a }
policy B in lab { start -> b; * -> a }
policy C in lab { start -> c; * -> a }
policy D in lab { start -> d; * -> a }
objective gain in lab = total { start / * / n1: 1; start / * / n5: 5 }
task other in lab { B > A; given gain }
"""

COIN = """
environment lab {
  states start n0 n1 n3; actions a b; start start
  start / a -> n1; start / b -> { n0: 1/2, n3: 1/2 }; n0 / a -> n0; n1 / a -> n1; n3 / a -> n3
}
policy sure in lab { * -> a }
policy coin in lab { start -> b; * -> a }
objective gain in lab = total { start / * / n1: 1; start / * / n3: 3 }
task other in lab { coin > sure; given gain }
"""


def risky(proof: Json, answer: Json, *, task: str) -> Json:
    """Return a document with a proof about a given return as the answer to a task."""
    asked = {
        "dominance": "A > B; D > C",
        "coefficients": "A > B; C > D",
        "parameter": "sure ~ coin",
        "parameter-cells": "A > B; D > C",
    }[proof["kind"]]
    text = COIN if proof["kind"] == "parameter" else LOTTERIES
    document = loads(f"{text}task t in lab {{ {asked}; given gain }}\n")
    planned = plan([document.task(task)], named_formalisms([RISKY[proof["kind"]]]))
    answered = list(answers(planned))
    found = json.loads(write_document(results_document(document, [document.task(task)], answered, ())))
    for one in found["tasks"][0]["constraints"]:
        one["line"] = 1
    found["results"][0] |= {"witness": None, "certificate": None} | answer
    return found


def with_proof(text: str) -> Json:
    """Return the document that an example of a page belongs to."""
    proof = json.loads(text)
    verdict = proof_kinds()[proof["kind"]].verdict
    where = "witness" if verdict is Answer.EXPRESSIBLE else "certificate"
    exactness = "enclosure" if proof["kind"] == "enclosure" else "exact"
    answer = {"verdict": verdict, "proof": exactness, where: proof}
    if proof["kind"] in TEMPORAL:
        return temporal(proof, answer, task="t")
    if proof["kind"] in RISKY:
        return risky(proof, answer, task="t")
    if proof["kind"] in SIDED:
        return sided(proof, answer, task="t")
    of_trajectories = {"function": "ftr", "returns": "inmr", "lotteries": "ftr"}
    if proof["kind"] in of_trajectories:
        answer |= {"formalism": of_trajectories[proof["kind"]], "options": {}}
    if proof["kind"] in ("machine", "machines"):
        few = {"machine states": 1} if proof["kind"] == "machines" else {}
        answer |= {"formalism": "rm", "options": {"discount": "9/10"} | few}
    by_equality = {"cycle": "tlo", "value-table": "fomr", "separation": "onmr"}
    if proof["kind"] in by_equality:
        answer |= {"formalism": by_equality[proof["kind"]]}
        answer |= {"options": {}} if proof["kind"] == "cycle" else {}
    if proof["kind"] == "step-reward":
        answer |= {"formalism": "lar", "options": {}}
    task: Json = {"name": "t", "environment": "entailment", "policies": ALL_FOUR}
    match proof["kind"]:
        case "farkas-any":
            answer |= {"options": {"discount": "any"}}
            asks = [constraint(asked, 1) for asked in ("A ~ B", "B ~ C", "A > D", "F > A")]
            task = {"name": "t", "environment": "clock", "policies": CLOCK_POLICIES, "constraints": asks}
        case "cycle":
            asks = [constraint("p_yx > p_xx", 1), constraint("p_xx >= p_yy", 2)]
            task = {"name": "t", "environment": "steady", "policies": STEADY_FOUR, "constraints": asks}
        case "reward" | "step-reward":
            task["constraints"] = [constraint("p_ab > p_ba", 1)]
        case "farkas" | "function" | "returns" | "machine" | "machines" | "value-table" | "separation":
            task["constraints"] = [constraint("p_ab > p_aa", 1), constraint("p_ba > p_bb", 1)]
        case "mixture":
            set_ = {
                "environment": "entailment",
                "good": ["p_ab", "p_ba"],
                "over": None,
                "equally": False,
                "line": 1,
            }
            task["accept"] = [set_]
        case _:
            policies = {"pure": table(ONCE, "a a"), "other": table(ONCE, "b a"), "third": ONE_THIRD}
            asks = [constraint("pure > third", 1), constraint("other > third", 1)]
            task = {"name": "t", "environment": "once", "policies": policies, "constraints": asks}
    environments = {"clock": CLOCK, "once": ONCE, "steady": STEADY, "entailment": ENTAILMENT}
    return base([environments[task["environment"]]], task, answer)


@pytest.mark.parametrize("page", sorted((HOME / "pages").glob("*.md")), ids=lambda page: page.stem)
def test_the_example_of_each_page_verifies(page: Path) -> None:
    """The example on the page of a kind of proof is accepted, and refused once the question differs."""
    (text,) = re.findall(r"```json\n(.*?)```", page.read_text(), flags=re.DOTALL)
    document = with_proof(text)
    jsonschema.validate(document, SCHEMA)
    assert outcomes(document) == [None]
    result = document["results"][0]
    proof = result["witness"] or result["certificate"]
    if proof["kind"] in (*TEMPORAL, *RISKY, *SIDED):
        answer = {key: result[key] for key in ("verdict", "proof", "witness", "certificate")}
        about = temporal if proof["kind"] in TEMPORAL else risky if proof["kind"] in RISKY else sided
        assert outcomes(about(proof, answer, task="other")) != [None]
        return
    for name in ("constraints", "accept"):
        document["tasks"][0][name] = None if name == "accept" else [constraint("p_bb > p_ab", 1)]
    other = {"clock": "A > D", "once": "third > pure", "steady": "p_xx > p_yx"}.get(
        document["tasks"][0]["environment"]
    )
    if other is not None:
        document["tasks"][0]["constraints"] = [constraint(other, 1)]
    assert outcomes(document) != [None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON as the format asks"),
        ("[" * 200_000, "nests too deeply"),
        ('{"schema": 1, "schema": 1}', 'has the key "schema" twice'),
        ('{"schema": NaN}', "NaN is no number"),
        ("[]", 'the document: must be an object, not "[]"'.replace('"', "")),
        ('{"schema": "specexpr/1"}', 'lacks the key "environments"'),
        ('{"scheme": "specexpr/1"}', 'unknown key "scheme"'),
        ('{"schema": ' + "9" * 5000 + "}", "is not JSON as the format asks"),
        ("\x00\x01", "is not JSON"),
    ],
)
def test_what_is_no_document_is_said_in_one_line(text: str, said: str) -> None:
    """Text that is no document gives a diagnostic, never a traceback."""
    (message,) = problems(text)
    assert said in message


def altered(change: str) -> str:
    """Return the contract's document after `path = value`, or without the path."""
    document: Any = json.loads(CONTRACT)
    path, _, value = change.partition(" = ")
    *way, last = [int(k) if k.isdigit() else k for k in path.split("/")]
    inner = document
    for key in way:
        inner = inner[key]
    if value:
        inner[last] = json.loads(value)
    else:
        del inner[last]
    return json.dumps(document)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "environments/0/start/s0 = 1",
            'environments[0].start.s0: must be an exact rational in quotes, like "9/10"',
        ),
        ('environments/0/start/s0 = "1.0"', "a rational must be in lowest terms: p or p/q"),
        ('environments/0/start/s0 = "1/0"', "the denominator is zero"),
        ('environments/0/start/s0 = "9/10"', "environments[0].start: probabilities must sum to 1"),
        ('environments/0/start = {"s0": "2", "s1": "-1"}', "a probability that is given must be positive"),
        ('environments/0/start = {"s2": "1"}', '"s2" is not the name of a known state'),
        ('environments/0/states = ["s0", "s0"]', 'the name "s0" is given twice'),
        ('environments/0/states = ["s0", "s1", "\\ud800"]', "must be a name"),
        ('environments/0/states = ["s0", "s1", "s2"]', 'the state "s2" has no action'),
        ('environments/0/transitions/0/action = "b"', "have been given before"),
        ('environments/0/labels = {"goal": ["s1", "s1"]}', "names a state or a pair twice"),
        ("environments/0/labels", 'environments[0]: lacks the key "labels"'),
        ('tasks/0/name = "first"', 'the name "first" is given twice'),
        ('tasks/0/environment = "entailmnt"', "is not the name of a known environment or family"),
        ('tasks/0/constraints/0/better = "p_a"', "is not the name of a policy of the task"),
        ('tasks/0/constraints/0/relation = "<"', 'must be ">" or ">=" or "~", not "<"'),
        ("tasks/0/constraints/0/line = 0", "must be null or a line number"),
        ("tasks/0/constraints/0/line = true", "must be null or a line number"),
        ('tasks/0/policies/p_ab = {"s0": {"a": "1"}}', "lacks a state"),
        ('tasks/0/policies/p_ab/s0 = {"c": "1"}', '"c" is not the name of a known action'),
        ("results/0/seconds = -1", "must be a number of seconds"),
        ("results/0/seconds = 1e999", "Infinity is no number"),
        ('results/0/options/discount = "1"', "must be between 0 and 1"),
        ('results/0/options/modulo = "reachable"', 'must be "unreachable"'),
        ('results/0/options/horizn = "3"', 'unknown key "horizn"'),
        ('results/0/verdict = "maybe"', "must be"),
        ('skipped/0/task = "xr"', "is not the name of a known task"),
    ],
)
def test_what_is_wrong_in_a_document_is_said_with_its_place(change: str, said: str) -> None:
    """Wrong types, names, numbers and rows are diagnostics that name the place."""
    assert any(said in message for message in problems(altered(change)))


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Two faulty results are two diagnostics."""
    document = json.loads(CONTRACT)
    for result in document["results"]:
        result["seconds"] = None
    assert len(problems(json.dumps(document))) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('results/0/task = "xr"', "no task of that name"),
        ('results/0/environment = "other"', "in another environment"),
        ('results/0/formalism = "rn"', "no proof is known for that formalism"),
        ('results/0/size = {"lower": 1, "upper": 1}', "nothing proves the size"),
        ('results/0/proof = "enclosure"', "no proof of what it says"),
        ("results/0/certificate = null", "must be a proof"),
        ('results/0/reason = "limit"', "only an undecided result has a reason"),
        ('results/0/verdict = "undecided"', 'a result that says "undecided" must not carry a certificate'),
        ("results/0/options = {}", "another discount than the question"),
        ('results/0/options = {"discount": "4/5"}', "another discount"),
        ('results/0/certificate/kind = "farkash"', "not the name of a known kind of proof"),
        ('results/0/certificate/discount = "4/5"', "another discount"),
        ("results/0/certificate/terms/0/line = 15", "no constraint of line 15"),
        ('results/0/certificate/terms/0/better/name = "p_ba"', "is not the name of this policy"),
        ('results/0/certificate/terms/0/weight = "1/3"', "do not sum to zero"),
        ('results/0/certificate/terms/0/weight = "-1/2"', "is zero or has the wrong sign"),
        ('results/0/certificate/terms/0/relation = ">="', "not asked for by the task"),
        ('results/1/witness/reward/0/value = "-3/2"', 'does not show a constraint ">" of line 15'),
        ('results/1/witness/reward/0/next = "s2"', '"s2" is not the name of a known state'),
        (
            'results/1/certificate = {"kind": "farkas"}',
            'a result that says "expressible" must not carry a certificate',
        ),
    ],
)
def test_what_a_result_does_not_prove_is_refused(change: str, said: str) -> None:
    """A result whose proof, names, lines or bounds contradict it is refused; the other one holds."""
    first, second = outcomes(json.loads(altered(change)))
    place = int(change.split("/")[1])
    assert said in str((first, second)[place])
    assert (first, second)[1 - place] is None


def test_an_undecided_result_needs_a_reason_and_nothing_else() -> None:
    """Undecided is an outcome of its own; without a reason it is refused."""
    document = json.loads(CONTRACT)
    document["results"] = document["results"][:1]
    document["results"][0] |= {"verdict": "undecided", "proof": None, "certificate": None, "reason": "time"}
    (outcome,) = verify(read_document(json.dumps(document)))
    assert outcome.status is Status.UNDECIDED
    document["results"][0]["reason"] = ""
    assert outcomes(document) == ["an undecided result has a reason and no proof"]


def test_a_family_may_list_states_in_another_order() -> None:
    """Members of a family are matched by name, not by position."""
    document = next(make for make in BASES if make.__name__ == "split_family")()
    assert outcomes(document) == [None]
    other = copy.deepcopy(document)
    for name in ("states", "actions", "transitions"):
        other["environments"][1][name].reverse()
    assert outcomes(other) == [None]
    other["environments"][1] = json.loads(json.dumps(other["environments"][1]).replace('"w"', '"elsewhere"'))
    assert problems(json.dumps(other)) == [
        "families[0]: the environments of a family must have the same states and actions"
    ]


def test_a_state_called_name_is_a_state() -> None:
    """Where a state is called `name`, policies in proofs carry no name, and the key is the state."""
    text = CONTRACT.replace('"s0"', '"name"')
    document = read_document(text)
    assert [o.status for o in verify(document)] == [Status.HOLDS, Status.HOLDS]
    written = json.loads(write_document(document))
    assert set(written["results"][0]["certificate"]["terms"][0]["better"]) == {"name", "s1"}


def test_policies_without_a_name_get_one() -> None:
    """Tables that a task mentions and no name covers are numbered, past names that are taken."""
    document = read_document(CONTRACT)
    model: Model = document.environments[0].model
    a, b = (p.table for p in document.tasks[0].policies[:2])
    found = named([NamedPolicy(0, "policy 1", a)], [PolicyConstraint(0, a, b, Relation.STRICT)], ())
    assert [p.name for p in found] == ["policy 1", "policy 2"]
    assert found[1].table == b
    assert len(a) == len(model.states)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1/2", "-3", "s0", "0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted(set(re.findall(r'"(\w+)":', CONTRACT)))


def read_or_say(text: str) -> None:
    """Read and verify a text; only diagnostics may come of what is wrong."""
    try:
        document = read_document(text)
    except SpecError:
        return
    verify(document)


@settings(max_examples=150, deadline=None)
@given(VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_any_json_is_read_or_said_to_be_wrong(value: object) -> None:
    """No JSON value makes the reader fail in any other way than by a diagnostic."""
    read_or_say(json.dumps(value))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_said_to_be_wrong(text: str) -> None:
    """No text makes the reader fail in any other way than by a diagnostic."""
    read_or_say(text)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_read_or_said_to_be_wrong(data: st.DataObject) -> None:
    """Whatever stands in the place of any part of a document is read, refused, or said to be wrong."""
    document = json.loads(CONTRACT)
    inner: Any = document
    while True:
        keys = sorted(inner) if isinstance(inner, dict) else range(len(inner))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(inner[key], dict | list) or not inner[key] or data.draw(st.integers(0, 4)) == 0:
            inner[key] = data.draw(VALUES)
            break
        inner = inner[key]
    read_or_say(json.dumps(document))
