"""Warnings about formulas: each beside its nearest neighbour without one, and none that is untrue."""

from __future__ import annotations

import sys
from random import Random

import pytest

from specexpr.certify.model import Label
from specexpr.diagnostics import Diagnostic, Severity, Source, Span
from specexpr.models.environment import Environment
from specexpr.product.formula_doubts import Doubts, draw_formula
from specexpr.product.lasso_values import truth_values
from specexpr.product.occurring import Occurring
from specexpr.product.spot_translation import spot
from specexpr.syntax.formulas import (
    LTL,
    LTLF,
    Dialect,
    Reading,
    atoms,
    formula_text,
    random_formula,
    read_formula,
)
from specexpr.testing.examples import model
from specexpr.testing.generators import random_environment, random_tables
from specexpr.testing.temporal_truth import formula_probability
from specexpr.testing.temporal_words import Lasso, Trace, holds, letters_over
from specexpr.testing.trace_truth import trace_probability

ROOMS = Environment(
    "rooms",
    model(
        {
            "s0": {"a": {"s0": "1/2", "s1": "1/2"}, "b": "s1"},
            "s1": {"a": "s0", "b": "end"},
            "end": {"a": "end", "b": "end"},
            "lost": {"a": "lost", "b": "s0"},
        },
        start="s0",
    ),
    (
        Label("goal", frozenset({1})),
        Label("far", frozenset({3})),
        Label("here", frozenset({0, 1, 2})),
        Label("push", pairs=frozenset({(0, 1), (1, 1)})),
    ),
)
NO_WAITING = Environment(
    "path", model({"p": {"a": "q"}, "q": {"a": "r"}, "r": {"a": "r"}}, start="p"), ROOMS.labels[:1]
)


def doubts(text: str, *, where: Environment = ROOMS, dialect: Dialect = LTL) -> list[Diagnostic]:
    """Return the warnings about a formula, which has no mistakes."""
    said: list[Diagnostic] = []
    source = Source("text", text)
    read = read_formula(Reading(where, said.append, dialect), source, Span(0, len(text)))
    assert not said
    assert read is not None
    return list(Doubts(where, *read, dialect).all())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("goal", ["first-step-only"]),
        ("!push & F goal", ["first-step-only"]),
        ("F goal & (G push & !goal)", ["first-step-only"]),
        ("push -> F goal", ["first-step-only"]),
        ("at s0 & do a", []),
        ("at s0 -> F goal", []),
        ("do a <-> X do a", []),
        ("F goal | push", []),
        ("F goal -> F push", []),
        ("G (push -> F goal)", []),
        ("G (push U goal)", ["until-under-always"]),
        ("F G (push U goal)", ["until-under-always"]),
        ("G (push W goal)", []),
        ("G (push -> (push U goal))", []),
        ("(push U goal) & F goal", ["until-spelled-out"]),
        ("F goal & F push & (push U goal)", ["until-spelled-out"]),
        ("(push W goal) & F goal", ["until-spelled-out"]),
        ("(push U goal) | G push", ["until-spelled-out"]),
        ("(push U goal) & F push", []),
        ("(push U goal) | G goal", []),
        ("(push W goal) | G goal", []),
        ("F (push & X goal)", ["next-while-waiting"]),
        ("F (push & X X goal)", ["next-while-waiting"]),
        ("F (goal & X push)", []),
        ("F (push & X (goal & push))", []),
        ("F (push & X F goal)", []),
        ("F far", ["never-holds"]),
        ("F (goal | at lost)", ["never-holds"]),
        ("F (goal | next lost | far)", ["never-holds", "never-holds"]),
        ("F (goal & next end)", []),
        ("G here", ["always-holds"]),
        ("F (push | !push)", ["always-true"]),
        ("G (push & !push)", ["always-false"]),
        ("F (at s0 & at s1)", ["always-false"]),
        ("F goal | G !goal", ["always-true"]),
        ("G F goal | F G !goal", ["always-true"]),
        ("F (goal & push)", []),
        ("true", []),
    ],
)
def test_what_is_in_doubt(text: str, ids: list[str]) -> None:
    """All of them are warnings with something to write instead, on a part of the formula."""
    found = doubts(text)
    assert [one.id for one in found] == ids
    for one in found:
        assert one.severity is Severity.WARNING
        assert one.help
        assert one.span is not None
        assert one.span.end <= len(text)


def test_where_nobody_can_wait_next_is_not_in_doubt() -> None:
    """Each step changes the state, so "next" is the next change; an end that lasts does not count."""
    assert doubts("F (at p & X goal)", where=NO_WAITING) == []
    assert [one.id for one in doubts("X goal")] == ["next-while-waiting"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("F N goal", ["always-true"]),
        ("G X true", ["always-false"]),
        ("F (goal & N false)", []),
        ("X push", []),
        ("N push | X !push", ["always-true"]),
        ("X push & X !push", ["always-false"]),
        ("F push | G !push", ["always-true"]),
    ],
)
def test_doubts_on_traces(text: str, ids: list[str]) -> None:
    """What is always true of finite traces is another matter than of infinite words."""
    assert [one.id for one in doubts(text, dialect=LTLF)] == ids


def test_messages_quote_the_formula() -> None:
    """They say which part is meant, as it is printed."""
    (first,) = doubts("!push & F goal")
    assert first.message == "!push is asked of the first step only"
    assert first.help == "write G (!push) if it must hold at every step, F (!push) if at some"
    assert first.span == Span(0, 5)
    (strong,) = doubts("(push W goal) & F goal")
    assert (strong.message, strong.help) == (
        "push W goal together with F goal is push U goal",
        "write push U goal",
    )
    (never,) = doubts("F (goal | far) & F far")
    assert (never.message, never.span) == ("far holds at no step that can happen", Span(10, 13))


@pytest.mark.parametrize("dialect", [LTL, LTLF], ids=["ltl", "ltlf"])
def test_what_is_said_to_be_constant_is(dialect: Dialect) -> None:
    """A formula that is always true has the value 1 for every policy, one that is always false 0."""
    expected = {"always-true": 1, "always-false": 0}
    seen = set()
    for seed in range(150):
        random = Random(seed)
        where = random_environment(random, 1 + seed % 8)
        if dialect is LTLF and not Occurring(where).can_wait():
            continue
        formula = random_formula(random, where, size=random.randint(1, 4))
        text = formula_text(where, formula, dialect=dialect)
        for one in doubts(text, where=where, dialect=dialect):
            if one.id in expected:
                seen.add(one.id)
                for policy in random_tables(random, where.model, 3):
                    subject = where.model, where.labels, policy
                    if dialect is LTL:
                        assert formula_probability(*subject, formula) == expected[one.id]
                    elif one.id == "always-false":
                        assert trace_probability(*subject, formula) == 0
    assert seen == set(expected)


def test_cheap_truth_is_truth() -> None:
    """The values that save an automaton are those of the definition, at each position."""
    random = Random(0)
    where = Environment("e", ROOMS.model, (Label("a"), Label("b")))
    for _ in range(400):
        formula = random_formula(random, where, size=random.randint(1, 6))
        letters = letters_over(atoms(formula))
        word = random.choices(letters, k=random.randint(1, 5))
        loop = random.choice([None, *range(len(word))])
        whole = Trace(tuple(word)) if loop is None else Lasso(tuple(word[:loop]), tuple(word[loop:]))
        found = truth_values(formula, word, loop)
        assert found == [holds(formula, whole, i) for i in range(len(word))]


def test_without_spot_reading_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only whether a formula is constant is then not said."""
    monkeypatch.setitem(sys.modules, "spot", None)
    spot.cache_clear()
    try:
        assert doubts("F (push | !push)") == []
        assert [one.id for one in doubts("push & F far")] == ["first-step-only", "never-holds"]
    finally:
        spot.cache_clear()


def test_drawn_formulas_are_not_in_doubt() -> None:
    """Where no atom says anything, a constant is drawn."""
    for seed in range(20):
        random = Random(seed)
        where = random_environment(random, seed % 9)
        text = formula_text(where, draw_formula(random, where))
        assert doubts(text, where=where) == []
    alone = Environment("alone", model({"s": {"a": "s"}}, start="s"))
    assert formula_text(alone, draw_formula(Random(0), alone)) in ("true", "false")
