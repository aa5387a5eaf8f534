"""Questions by given objectives: decisions, what they were asked by, and what is said of them."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import pytest

import specexpr
from specexpr.certify import choices
from specexpr.certify.choices import Choice
from specexpr.certify.kinds.no_choice import NoChoice
from specexpr.comparison.asking import named_formalisms, plan
from specexpr.document import loads
from specexpr.document.document import Document
from specexpr.expressivity.several.choosing import decide_choice
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import settled

ROOMS = """
discount 1/2
environment rooms {
  states s0 s1; actions left right; start s0
  s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
}
policy go in rooms { * -> right }
policy stay in rooms { * -> left }
policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
policy rare in rooms { s0 -> { left: 9/10, right: 1/10 }; s1 -> right }
objective fast in rooms = reward { s0 / right: 2 }
objective calm in rooms = reward { s0 / left: 1 }
objective there in rooms = ltl { F at s1 }
objective long in rooms = average { s1 / *: 1 }
objective shy in rooms = maxmin { fast, calm }
objective bold in rooms = maxmax { fast, calm }
objective first in rooms = lexmax { there, calm, fast }
objective enough in rooms = maxsat { fast >= 1/2; calm >= 1/2; there >= 1 }
objective fine in rooms = feasible { fast >= 1/2; long >= 1 }
objective safe in rooms = consat { calm subject to fast >= 1 }
objective nested in rooms = lexmax { shy, there }
"""


def document(lines: str) -> Document:
    return loads(f"{ROOMS}task t in rooms {{ {lines} }}\n")


def verdict_on(lines: str, formalism: str, *given: str) -> Verdict:
    found = document(lines)
    objectives = [found.objective(name) for name in given]
    return specexpr.check(found.task("t"), formalism, given=objectives or None)


def chosen(verdict: Verdict) -> Choice:
    assert isinstance(verdict, Expressible)
    proof = verdict.witness.proof
    assert isinstance(proof, Choice)
    return proof


def told(verdict: Verdict) -> str:
    match verdict:
        case Expressible(witness=witness):
            return witness.explain()
        case Inexpressible(certificate=certificate):
            return certificate.explain()
        case undecided:
            raise AssertionError(undecided)


@pytest.mark.parametrize(
    ("objective", "formalism", "choice"),
    [
        ("shy", "maxmin", Choice()),
        ("bold", "maxmax", Choice()),
        ("first", "lexmax", Choice((0, 1, 2))),
        ("enough", "maxsat", Choice((), ((0, Fraction(1, 2)), (1, Fraction(1, 2)), (2, Fraction(1))))),
        ("fine", "feasible", Choice((), ((0, Fraction(1, 2)), (1, Fraction(1))))),
        ("safe", "consat", Choice((1, 0), ((1, Fraction(1)),))),
    ],
)
def test_an_induced_order_is_asked_by_its_own_components(
    objective: str, formalism: str, choice: Choice
) -> None:
    """In its own formalism the objective itself is the witness; the components are among the options."""
    (inquiry,) = plan(
        [document(f"order go stay coin rare by {objective}").task("t")], named_formalisms([formalism])
    ).inquiries
    assert inquiry.formalism.decide is not None
    assert inquiry.formalism.components is not None
    own = document(f"order go stay coin by {objective}").objective(objective)
    names = [one.name for one in inquiry.formalism.components(own.spec)]
    assert [one.name for one in inquiry.question.setting.given] == names
    assert inquiry.question.options.discount is None
    assert chosen(inquiry.formalism.decide(inquiry.question)) == choice


def test_given_objectives_come_before_own_ones() -> None:
    """What the question gives is what it is asked by, also of an induced order."""
    assert chosen(verdict_on("order go stay coin by first", "lexmax", "there", "calm")) == Choice((0, 1))
    assert chosen(verdict_on("order go stay coin by first", "lexmax", "calm", "there")) == Choice((1, 0))


def test_components_that_the_kernel_cannot_value_leave_rewards_free() -> None:
    """A list of a list is asked for freely."""
    verdict = verdict_on("order go stay coin by nested", "lexmax")
    assert isinstance(verdict, Inexpressible)
    assert not verdict.certificate.question.setting.given


@pytest.mark.parametrize(
    ("lines", "formalism", "parts"),
    [
        (
            "coin > go; coin > stay; given fast, calm",
            "lexmax",
            ("fast: coin > go (line", "calm: coin > stay"),
        ),
        (
            "coin > go; given fast, calm",
            "maxmax",
            ("the greatest of fast and calm is 4/3 at coin and 2 at go",),
        ),
        ("go ~ stay; coin ~ go; given fast, calm", "maxmin", ("coin ~ go (line",)),
        (
            "go > coin; stay > coin; given fast, calm",
            "feasible",
            (
                "coin is inside: it is at least as good as stay in fast and go in calm",
                "> coin (line 22) fails",
            ),
        ),
        (
            "go > coin; stay > coin; given fast, calm",
            "consat",
            ("a bar at most 4/3 for fast: go > coin", "a bar above 4/3 for fast: stay > coin"),
        ),
        (
            "go > coin; rare > stay; stay > coin; given fast, calm",
            "maxsat",
            ("that of fast at most 4/3: go > coin", "that of fast above 4/3 and at most 2: rare > stay"),
        ),
        ("go ~ stay; given fast, calm", "lexmax", ("their values differ",)),
        (
            "accept equally go coin over stay; given fast, calm",
            "lexmax",
            ("go ~ coin (both accepted equally)",),
        ),
        ("coin > go; given there, long", "consat", ("both have the same values: there = 1, long = 1",)),
    ],
)
def test_conflicts_are_read_choice_by_choice(lines: str, formalism: str, parts: tuple[str, ...]) -> None:
    """For each choice, like ones together, a person sees the line that fails."""
    verdict = verdict_on(lines, formalism)
    assert isinstance(verdict, Inexpressible)
    text = verdict.certificate.explain()
    for part in parts:
        assert part in text, text


@pytest.mark.parametrize(
    ("lines", "formalism", "parts"),
    [
        (
            "go > coin > stay; given fast, calm",
            "lexmax",
            ("By priority fast, then calm:", "go: fast = 2, calm = 0"),
        ),
        ("coin > go; given fast, calm", "maxmin", ("coin: fast = 4/3, calm = 2/3; worth 2/3",)),
        (
            "coin > go ~ stay; given fast, calm",
            "feasible",
            ("fast >= 4/3; calm >= 2/3", "go: fast = 2, calm = 0; outside"),
        ),
        (
            "coin > go > stay; given fast, calm",
            "consat",
            ("calm subject to fast >= 4/3:", "stay: fast = 0, calm = 2; below"),
        ),
        ("coin > go ~ stay; given fast, calm", "maxsat", ("worth 2", "worth 1")),
    ],
)
def test_choices_are_read_with_what_they_make_of_the_policies(
    lines: str, formalism: str, parts: tuple[str, ...]
) -> None:
    """The choice, and for each named policy its values and what they come to."""
    text = told(verdict_on(lines, formalism))
    for part in parts:
        assert part in text, text


def test_conflicts_are_irreducible() -> None:
    """Of many constraints those that conflict are shown, none of which can be spared."""
    lines = "go > rare; go > stay; coin > rare; coin > stay; rare > stay; coin > go; given fast, calm"
    verdict = verdict_on(lines, "lexmax")
    assert isinstance(verdict, Inexpressible)
    proof = verdict.certificate.proof
    assert isinstance(proof, NoChoice)
    assert len(proof.terms) == 2


def test_what_cannot_be_asked() -> None:
    """Sequences, too few or too many objectives, and one that the kernel cannot value, are said before."""
    found = document("go > stay; given fast, calm, there")
    formalisms = named_formalisms(["consat", "lexmax", "maxmin"])
    planned = plan([found.task("t")], formalisms)
    assert [(one.formalism, one.needs) for one in planned.skipped] == [
        ("consat", "two objectives to go by: 3 of them given")
    ]
    shy = replace(found.task("t").options, given=(found.objective("shy"), found.objective("fast")))
    planned = plan(
        [replace(found.task("t"), options=shy), document("go > coin").task("t")], named_formalisms(["lexmax"])
    )
    assert [one.needs for one in planned.skipped] == [
        'an objective in place of "shy": what maxmin is worth the kernel cannot compute by itself'
    ]
    sequences = loads(f"{ROOMS}task t in rooms {{ trajectories (s0 left) > (s0 right); given fast, calm }}\n")
    planned = plan([sequences.task("t")], named_formalisms(["lexmax", "mr"]))
    assert [one.needs for one in planned.skipped] == [
        "policies to compare: sequences are compared in mr, rm and ftr"
    ]


def test_a_set_among_all_deterministic_policies() -> None:
    """Good policies are compared with a policy for each behaviour, and twins stand in the way."""
    assert isinstance(verdict_on("accept go; given fast, calm; modulo unreachable", "lexmax"), Inexpressible)
    assert chosen(verdict_on("accept stay; given fast, calm; modulo unreachable", "lexmax")) == Choice((1, 0))
    twins = verdict_on("accept stay; given fast, calm", "lexmax")
    assert isinstance(twins, Inexpressible)
    assert "(accepted) > " in twins.certificate.explain()


def question(lines: str, formalism: str) -> Question:
    found = document(lines)
    (one,) = named_formalisms([formalism])
    return settled(one, Question(task=found.task("t"), options=found.task("t").options.only(one.options)))


def test_time_runs_out() -> None:
    """A deadline that has passed is an answer: undecided."""
    asked = replace(question("accept go; given fast, calm", "maxsat"), deadline=time.monotonic() - 1)
    found = decide_choice(asked, "maxsat")
    assert isinstance(found, Undecided)
    assert found.reason.startswith("time: ")


def test_too_many_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a search that grows too long."""
    monkeypatch.setattr(choices, "MOST_WORK", 1)
    found = decide_choice(
        question("go > coin; rare > stay; stay > coin; given fast, calm", "maxsat"), "maxsat"
    )
    assert isinstance(found, Undecided)
    assert found.reason.startswith("limit: ")


def test_an_objective_without_a_value_at_some_policy() -> None:
    """A total that never ends cannot be compared; that is said, and no answer is given."""
    sum_of_all = "objective sum in rooms = total { s0 / left: 1; s0 / right: 2 }\n"
    (task,) = loads(f"{ROOMS}{sum_of_all}task t in rooms {{ go > stay; given sum, fast }}\n").tasks
    verdict = specexpr.check(task, "lexmax")
    assert isinstance(verdict, Undecided)
    assert "total has no value" in verdict.reason


def test_a_family_gives_an_objective_in_each_environment() -> None:
    """One priority serves both; the objectives may differ from place to place."""
    other = ROOMS.replace("rooms", "halls").replace(
        "fast in halls = reward { s0 / right: 2 }", "fast in halls = reward { s0 / left: 2 }"
    )
    text = ROOMS + other.replace("discount 1/2\n", "") + "family both { rooms, halls }\n"
    lines = "task t in both { in rooms { go > stay } in halls { stay > go } given fast, calm }\n"
    (task,) = loads(text + lines).tasks
    assert chosen(specexpr.check(task, "lexmax")) == Choice((0, 1))
    lines = "task t in both { in rooms { go > stay } in halls { go > stay } given fast, calm }\n"
    (task,) = loads(text + lines).tasks
    verdict = specexpr.check(task, "lexmax")
    assert isinstance(verdict, Inexpressible)
    assert "in halls go > stay" in verdict.certificate.explain()


def test_options_of_python() -> None:
    """given= takes objectives, one or several."""
    found = document("go > stay")
    assert isinstance(specexpr.check(found.task("t"), "maxmax", given=found.objective("fast")), Expressible)
    assert Options(given=(found.objective("fast"),)).only({"given"}).given is not None
