"""Verdicts for people: every kind of proof, large rewards, families, what was skipped."""

from __future__ import annotations

from fractions import Fraction

import specexpr as sx
from specexpr.certify.proofs import RewardEntry, RewardWitness
from specexpr.comparison.asking import Answered, Skipped, answers, named_formalisms, plan
from specexpr.expressivity.task import Options, Question
from specexpr.report.layout import plain
from specexpr.report.rewards import witness_blocks
from specexpr.report.verdicts import verdict_blocks


def shown(text: str, skipped: tuple[Skipped, ...] = ()) -> str:
    """Return what is printed of the answers to a document."""
    document = sx.loads(text, name="f.spex")
    answered = tuple(answers(plan(document.tasks, named_formalisms(["mr"]))))
    return plain(verdict_blocks(answered, skipped, document.source, timed=False))


def line_world(states: int) -> str:
    """Return a line of states, each step to the right paid by what the task asks."""
    names = [f"s{i}" for i in range(states)]
    rows = [
        f"{a} / on -> {b}; {a} / stop -> {a}" for a, b in zip(names, [*names[1:], names[-1]], strict=True)
    ]
    return (
        f"discount 9/10\nenvironment e {{ states {' '.join(names)}; actions on stop; start s0\n"
        + "\n".join(rows)
        + "\n}\npolicy p in e { * -> on }\n"
    )


def test_large_reward() -> None:
    """Of a large reward the first entries are shown, and how to get all of them."""
    text = shown(line_world(60) + "task t in e { accept p }\n")
    assert text.startswith("t: expressible in mr, discount 9/10\n")
    assert len(text.split("\n")) < 25
    assert ("more lines" in text) == ("--json prints every entry" in text)


def witnessed(value: Fraction, states: int) -> str:
    """Return what is printed of a reward that pays a value in every state."""
    task = sx.loads(line_world(states) + "task t in e { p ~ p }\n").task("t")
    entries = tuple(RewardEntry(s, a, None, value) for s in range(states) for a in range(2))
    question = Question(task=task, options=Options(discount=Fraction(1, 2)))
    witness = sx.Witness(question, "mr", RewardWitness(Fraction(1, 2), entries, ()))
    return plain(witness_blocks(witness, indent=2))


def test_numbers_are_exact_or_said_to_be_rounded() -> None:
    """A table is exact; what does not fit there is listed exactly, or rounded, which is said."""
    table = witnessed(Fraction(1234567, 1234568), 2)
    assert table.count("1234567/1234568") == 4
    assert "Markov" not in table
    listed = witnessed(Fraction(10**40 + 1, 10**40 + 7), 2)
    assert f"* / *: {10**40 + 1}/{10**40 + 7}\n" in listed
    assert "--json" not in listed
    rounded = witnessed(Fraction(10**200 + 1, 10**200 + 7), 2)
    assert "* / *: about 1\n" in rounded
    assert "rounded; --json has the exact reward\n" in rounded


def test_json_is_named_only_where_something_is_left_out() -> None:
    """Many entries that one line says are all there."""
    assert "--json" not in witnessed(Fraction(1), 60)


def test_names_are_written_as_in_the_language() -> None:
    """In tables a name with a space is in quotes."""
    text = shown(
        'discount 1/2\nenvironment e { states s "the end"; actions a "go on"; start s\n'
        '  s / * -> { s: 1/2, "the end": 1/2 }; "the end" / * -> s }\n'
        'policy p in e { * -> a }\npolicy q in e { * -> "go on" }\n'
        'task "a task" in e { p > q }\ntask t in e { p ~ q }\n'
    )
    assert text.startswith('"a task": expressible')
    assert '\n  "the end" ' in text
    assert ' "go on"\n' in text
    assert '\n"a task"  mr ' in text


def test_empty_reward() -> None:
    """A task that every reward meets is met by the reward 0."""
    text = shown(line_world(2) + "policy q in e { * -> stop }\ntask t in e { p ~ q }\n")
    assert "0 everywhere" in text


def test_unavailable_actions_are_blank() -> None:
    """In the table of a reward an action that a state does not have has no number."""
    text = shown(
        "discount 1/2\n"
        "environment e { states s t; actions a b; start s; s / a -> t; s / b -> s; t / a -> t }\n"
        "policy p in e { * -> a }\npolicy q in e { s -> b; t -> a }\ntask x in e { p > q }\n"
    )
    rows = [line.split() for line in text.split("\n") if line.startswith(("  s ", "  t "))]
    assert [len(row) for row in rows] == [3, 2]


def test_many_lines_of_a_conflict() -> None:
    """A conflict quotes the lines of the file, long ones cut."""
    text = shown(
        "discount 9/10\nenvironment e { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }\n"
        "policy aa in e { * -> a }\npolicy ab in e { s0 -> a; s1 -> b }\n"
        "policy ba in e { s0 -> b; s1 -> a }\npolicy bb in e { * -> b }\n"
        "task t in e {\n  ab > aa\n  ba > bb" + " " * 10 + "# " + "long " * 40 + "\n}\n"
    )
    assert "  8 | ab > aa\n" in text
    assert "  9 | ba > bb" in text
    assert max(map(len, text.split("\n"))) <= 110
    assert "(lines 8 and 9)" in text or "(lines 8, 9)" in text


def test_undecided_and_skipped() -> None:
    """What is undecided says why; what was skipped is said once for all its tasks."""
    document = sx.loads(line_world(2) + "task t in e { accept p }\n")
    question = Question(
        task=document.task("t"), options=Options(discount=Fraction(1, 2), modulo_unreachable=True)
    )
    answered = [Answered(question, "mr", sx.Undecided("time: the limit passed"), 1.5)]
    skipped = [Skipped("t", "cvar", "a return: give --given"), Skipped("u", "cvar", "a return: give --given")]
    assert plain(verdict_blocks(answered, skipped, document.source, timed=True)) == (
        "t: undecided in mr, discount 1/2, modulo unreachable\n"
        "  time: the limit passed\n"
        "\n"
        "1 task in mr: 1 undecided\n"
        "skipped cvar for t, u: it needs a return: give --given\n"
    )
