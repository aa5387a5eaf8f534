"""Slips of the pen in formulas: what is said to write instead is a formula, and the one that was meant."""

from __future__ import annotations

from itertools import product

import pytest

from specexpr.certify.formula import Formula
from specexpr.certify.model import Label
from specexpr.diagnostics import Diagnostic, Source, Span
from specexpr.models.environment import Environment
from specexpr.syntax.formula_slips import _FOREIGN, taken_apart
from specexpr.syntax.formulas import LTL, LTLF, OPERATORS, Dialect, Reading, read_formula
from specexpr.testing.examples import ENTAILMENT

LABELS = ("goal", "push", "p-q", "U", "Fine")
WHERE = Environment("e", ENTAILMENT, tuple(Label(name) for name in LABELS))
WITH_XOR = Environment("e", ENTAILMENT, tuple(Label(name) for name in (*LABELS, "xor")))


def read(
    text: str, *, where: Environment = WHERE, dialect: Dialect = LTL
) -> tuple[Formula | None, list[Diagnostic]]:
    """Return the formula of a text and what is wrong with it."""
    said: list[Diagnostic] = []
    found = read_formula(Reading(where, said.append, dialect), Source("text", text), Span(0, len(text)))
    return None if found is None else found[1], said


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("XXgoal", "XXgoal", "write X X goal"),
        ("push -> Fgoal", "Fgoal", "write F goal"),
        ("GFgoal & push", "GFgoal", "write G F goal"),
        ("G Xtrue", "Xtrue", "write X true"),
        ("pushUgoal", "pushUgoal", "write push U goal"),
        ("F goalWXp-q", "goalWXp-q", "write goal W X p-q"),
        ("F XU", "XU", 'write X "U"'),
        ("XX goal", "XX", "write X X"),
        ("GF (goal)", "GF", "write G F"),
        ("Fat s0", "Fat", "write F at"),
        ("GXdo a", "GXdo", "write G X do"),
        ("f goal", "f", "write F"),
        ("push u goal", "u", "write U"),
        ("goal AND push", "AND", "write &"),
        ("\u25a1 \u25c7 goal", "\u25a1", "write G"),
        ("goal \u2227 push", "\u2227", "write &"),
        ("\u00acgoal", "\u00ac", "write !"),
        ("always goal", "always", "write G"),
        ("goal ^ push", "^", "write !(goal <-> push) for goal or push but not both, & for and"),
        ("goal XOR push;", "XOR", "write !(goal <-> push) for goal or push but not both"),
        ("goal != push", "!=", "write !(goal <-> push) for goal or push but not both"),
        ("F goal \u2295 push", "\u2295", "write !(p <-> q) for p or q but not both"),
        ("F at goal", "goal", "write goal, the label, without at"),
        ("F do push", "push", "write push, the label, without do"),
        ("F next goal", "goal", "write X goal if the label holds at the next step"),
    ],
)
def test_slips_are_known(text: str, marked: str, hint: str) -> None:
    """They are marked and answered."""
    formula, (found,) = read(text)
    assert formula is None
    assert found.span is not None
    assert text[found.span.start : found.span.end] == marked
    assert found.help == hint
    assert found.id in ("syntax", "unknown-name")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Fgaol", 'did you mean "goal"?'),
        ("Goal", 'did you mean "goal"?'),
        ("goal2", 'did you mean "goal"?'),
        ('"XXgoal"', 'did you mean "goal"?'),
        ("goal goal", "write F goal, or G (push -> (X !push)), or !push U goal"),
    ],
)
def test_other_mistakes_are_no_slips(text: str, hint: str) -> None:
    """A name that is spelled wrong, or in quotes, is a name."""
    _, (found,) = read(text)
    assert found.help == hint


@pytest.mark.parametrize("text", ["F Fine", "F xor", "xor U goal", '"U" W xor'])
def test_labels_that_look_like_slips_are_labels(text: str) -> None:
    """What can be read is read."""
    formula, said = read(text, where=WITH_XOR)
    assert formula is not None
    assert not said


def test_a_label_like_an_operator_is_not_blamed() -> None:
    """Where a label is called xor, something else is wrong."""
    _, (found,) = read("goal xor push", where=WITH_XOR)
    assert found.help == "write F goal, or G (push -> (X !push)), or !push U goal"


@pytest.mark.parametrize("dialect", [LTL, LTLF], ids=["ltl", "ltlf"])
def test_blanks_are_all_that_is_missing(dialect: Dialect) -> None:
    """What is said to write is the text with blanks, and is a formula."""
    unary = "XFG" if dialect is LTL else "XFGN"
    for first, second, joint in product(unary, unary, ["", "Ugoal", "RXgoal", "MFGtrue"]):
        text = f"{first}{second}push{joint}"
        _, (found,) = read(text, dialect=dialect)
        assert found.help is not None
        apart = found.help.removeprefix("write ")
        assert apart.replace(" ", "") == text
        formula, said = read(apart, dialect=dialect)
        assert formula is not None
        assert not said
    assert ("N" in (read("Npush", dialect=dialect)[1][0].help or "").split()) is (dialect is LTLF)


def test_long_names_are_answered_soon() -> None:
    """Names that fall apart in many ways, or are very long."""
    assert taken_apart("X" * 90 + "y", {"x"}, LTL.words) is None
    assert taken_apart("pUp" * 30 + "X", {"p", "pUp", "UpUp"}, LTL.words) is None
    assert taken_apart("X" * 5_000 + "goal", {"goal"}, LTL.words) is None


def test_operators_of_other_languages_stand_for_operators() -> None:
    """Each is answered with a word of the language."""
    spelled = {operator.value for operator in OPERATORS.values()}
    assert set(_FOREIGN.values()) <= spelled
    for foreign, ours in _FOREIGN.items():
        text = f"{foreign} goal" if ours in "!XFG" else f"goal {foreign} push"
        formula, (found,) = read(text)
        assert formula is None
        assert found.help == f"write {ours}"
