"""Warnings about formulas: each beside its nearest neighbour without one, and none that is untrue."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from random import Random

import pytest

from specexpr.certify.formula import Atom, Formula
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
from specexpr.testing.temporal_words import Lasso, Trace, holds, lassos, letters_over
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
    return list(Doubts(where, source, *read, dialect).all())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("goal", ["first-step-only"]),
        ("!push & F goal", ["first-step-only"]),
        ("F goal & (G push & !goal)", ["first-step-only"]),
        ("push -> F goal", ["first-step-only"]),
        ("F (push -> goal)", ["hollow-implication"]),
        ("G F (push -> X goal)", ["hollow-implication"]),
        ("F ((push & goal) -> far)", ["hollow-implication", "never-holds"]),
        ("F (at s0 -> goal)", ["hollow-implication"]),
        ("F ((F push) -> goal)", []),
        ("F (push & goal)", []),
        ("(F push) -> (F goal)", []),
        ("at s0 & do a", []),
        ("at s0 -> F goal", []),
        ("do a <-> X do a", []),
        ("F goal | push", ["missing-brackets"]),
        ("F goal | G push", []),
        ("goal | !goal", ["always-true"]),
        ("push -> F push", ["always-true"]),
        ("push & F far & far", ["first-step-only", "never-holds"]),
        ("far -> F goal", ["never-holds"]),
        ("F goal -> push", ["first-step-only"]),
        ("push <-> F goal", ["first-step-only"]),
        ("F goal -> F push", []),
        ("G (push -> F goal)", []),
        ("G (push U goal)", ["until-under-always"]),
        ("F G (push U goal)", ["until-under-always"]),
        ("G (push W goal)", []),
        ("G (push -> (push U goal))", []),
        ("(push U goal) & F goal", ["until-spelled-out"]),
        ("F goal & F push & (push U goal)", ["until-spelled-out"]),
        ("(push W goal) & F goal", ["until-spelled-out"]),
        ("(push U goal) | G push", []),
        ("(push W goal) | G push", ["until-spelled-out"]),
        ("(push M goal) & F push", ["until-spelled-out"]),
        ("(push R goal) & F push", ["until-spelled-out"]),
        ("(push R goal) | G goal", ["until-spelled-out"]),
        ("(push R goal) | G push", []),
        ("(push U goal) & F push", []),
        ("(push U goal) | G goal", []),
        ("(push W goal) | G goal", []),
        ("F (push & X goal)", []),
        ("X goal", ["next-while-waiting"]),
        ("X X goal", ["next-while-waiting"]),
        ("X goal & X !push", ["next-while-waiting"]),
        ("F X goal", []),
        ("F !X X goal", []),
        ("G X goal", []),
        ("G (X goal -> X !push)", []),
        ("push U X goal", []),
        ("F (X goal & push)", []),
        ("G (do a -> X goal)", ["next-while-waiting"]),
        ("G (push -> X goal)", []),
        ("G (at s0 -> X at s1)", ["next-while-waiting"]),
        ("G (at s1 -> X at end)", []),
        ("G (at s0 -> next s1)", []),
        ("G (goal -> X goal)", []),
        ("F (at s0 & X at s1)", []),
        ("do a -> (X at s1 & X X at s1)", ["next-while-waiting"]),
        ("G push -> F goal", ["missing-brackets"]),
        ("G push <-> F goal", ["missing-brackets"]),
        ("(G push) -> F goal", []),
        ("G (push) -> F goal", []),
        ("F push -> F goal", []),
        ("G F push -> G F goal", []),
        ("push U X goal U push", ["missing-brackets"]),
        ("X goal U push", ["missing-brackets"]),
        ("!X X goal R push", ["missing-brackets"]),
        ("X !goal W push", ["missing-brackets"]),
        ("!goal W push", []),
        ("F push U push", []),
        ("X (F goal & push)", ["missing-brackets"]),
        ("X (F goal & do a)", []),
        ("F (push U goal & do a)", []),
        ("F (!push U goal & push)", []),
        ("X (!push U goal & push)", ["missing-brackets"]),
        ("X (push & goal U push)", []),
        ("X (push & goal U at end)", ["missing-brackets"]),
        ("X ((goal U push) & push)", []),
        ("F (F goal & goal U push)", []),
        ("F goal & push", ["first-step-only"]),
        ("G push -> X push", ["always-true"]),
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
    assert doubts("X goal", where=NO_WAITING) == []
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
    assert first.help == "write G !push if it must hold at every step, F !push if at some"
    assert first.span == Span(0, 5)
    (strong,) = doubts("(push W goal) & F goal")
    assert (strong.message, strong.help) == (
        "push W goal together with F goal is push U goal",
        "write push U goal",
    )
    (never,) = doubts("F (goal | far) & F far")
    assert (never.message, never.span) == ("far holds at no step that can happen", Span(10, 13))


def test_all_readings_are_shown() -> None:
    """With the brackets of one and of the other; where more is in doubt, in one warning."""
    (brackets,) = doubts("G push -> F goal")
    assert brackets.message == "G binds tighter than ->: this is (G push) -> (F goal)"
    assert brackets.help == "write G (push -> (F goal)) if that is meant, (G push) -> (F goal) if not"
    (constant,) = doubts("F goal | (G push -> X push)")
    assert constant.help == (
        "every policy has the value 1, so it orders nothing; is (F goal) | (G (push -> (X push))) meant?"
    )
    (first,) = doubts("F goal & push & F push")
    assert first.help == (
        "write G push if it must hold at every step, F push if at some, "
        "or F (goal & push) if F is meant to reach so far"
    )


def test_next_is_underlined_as_a_whole() -> None:
    """All X in a row with what follows them; others in the same formula are notes."""
    text = "G (do a -> X X goal & X at s1)"
    (found,) = doubts(text)
    assert found.span is not None
    assert text[found.span.start : found.span.end] == "X X goal"
    assert [text[span.start : span.end] for span, _ in found.notes] == ["X at s1"]
    assert found.message == "X X looks exactly 2 steps ahead, and the agent may wait: goal may come later"
    (single,) = doubts("G (at s0 -> X at s1)")
    assert single.help == (
        "write F at s1, or name what happens until then with U; "
        "write next s1 if it must be the very next step"
    )


def loose_text(random: Random, size: int) -> str:
    """Return a formula with few brackets."""
    if size == 0:
        text = random.choice(["a", "b", "!a"])
    elif random.random() < 0.4:
        text = f"{random.choice('XFG!')} {loose_text(random, size - 1)}"
    else:
        left = random.randrange(size)
        operator = random.choice(["U", "W", "&", "|", "->", "<->"])
        text = f"{loose_text(random, left)} {operator} {loose_text(random, size - 1 - left)}"
    return f"({text})" if random.random() < 0.2 else text


def test_readings_differ_and_brackets_settle_it() -> None:
    """The formula is the reading that it is said to be, some short word tells the other one, and either
    ends the doubt."""
    where = Environment("e", ROOMS.model, (Label("a", frozenset({0})), Label("b", pairs=frozenset({(0, 0)}))))
    letters = Occurring(where).letters(atoms_of("a & b", where))
    words = list(lassos(letters, size=3))
    count = 0
    for seed in range(250):
        text = loose_text(Random(seed), 3)
        for one in doubts(text, where=where):
            if one.id != "missing-brackets" or one.span is None or one.help is None:
                continue
            count += 1
            far, near = one.help.removeprefix("write ").removesuffix(" if not").split(" if that is meant, ")
            before, after = text[: one.span.start], text[one.span.end :]
            same, other = (f"{before}({part}){after}" for part in (near, far))
            assert formula_of(same, where) == formula_of(text, where)
            meant = formula_of(other, where)
            assert any(holds(meant, word) is not holds(formula_of(text, where), word) for word in words)
            for settled in (same, other):
                again = [one.span for one in doubts(settled, where=where) if one.id == "missing-brackets"]
                assert Span(len(before), len(settled) - len(after)) not in again
    assert count > 20


def formula_of(text: str, where: Environment) -> Formula:
    """Return the formula of a text."""
    read = read_formula(Reading(where, list[Diagnostic]().append), Source("text", text), Span(0, len(text)))
    assert read is not None
    return read[1]


def atoms_of(text: str, where: Environment) -> tuple[Atom, ...]:
    """Return the atoms of the formula of a text."""
    return atoms(formula_of(text, where))


def pattern_texts(brackets: bool) -> list[str]:
    """Return the patterns of Dwyer et al., Etessami and Holzmann, Somenzi and Bloem, as Spot has them."""
    program = f"""
from spot import gen
for formula in gen.ltl_patterns(gen.LTL_DAC_PATTERNS, gen.LTL_EH_PATTERNS, gen.LTL_SB_PATTERNS):
    print(formula.to_str("spot", {brackets}))
"""
    command = [sys.executable, "-c", program]
    texts = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.splitlines()
    return [re.sub("([XFG])", r"\1 ", text) for text in texts]


@pytest.mark.parametrize(
    ("brackets", "expected"),
    [
        (True, {"always-true": 2, "next-while-waiting": 1}),
        (False, {"always-true": 2, "next-while-waiting": 1, "missing-brackets": 3}),
    ],
    ids=["all brackets", "no brackets but those that are needed"],
)
def test_few_patterns_of_the_literature_are_in_doubt(brackets: bool, expected: dict[str, int]) -> None:
    """Of 94 two are tautologies, one has X beside a state, and three start an until with F, G or X."""
    texts = pattern_texts(brackets)
    assert len(texts) == 94
    found: Counter[str] = Counter()
    for text in texts:
        size = 1 << (1 + max(int(c) for c in text if c.isdigit()))
        states = [f"s{s}" for s in range(size)]
        rows = {name: {"go": states[s - 1], "stay": name} for s, name in enumerate(states)}
        start = dict.fromkeys(states, f"1/{size}")
        labels = [Label(f"p{i}", frozenset(s for s in range(size) if s >> i & 1)) for i in range(9)]
        where = Environment("e", model(rows, start=start), tuple(labels))
        found.update(one.id for one in doubts(text, where=where))
    assert found == expected


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
