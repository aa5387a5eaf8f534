"""Machines and automata show their states, guards, and what they pay or mark."""

from __future__ import annotations

from fractions import Fraction

import pytest

from specexpr.certify.formula import Operator
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import SpecError
from specexpr.formalisms import ltl
from specexpr.models.environment import Environment, Label
from specexpr.product.acceptance import Fin, Inf, every
from specexpr.product.automaton import automaton
from specexpr.product.machine import reward_machine
from specexpr.report.draw import automaton_svg, machine_svg
from specexpr.report.draw.memories import folded, machine_picture
from specexpr.report.draw.picture import Curve
from specexpr.syntax.formulas import compound, label
from specexpr.syntax.guards import TRUE, And, At, Labelled, Not, Or
from specexpr.testing.examples import model
from tests.unit.report.draw.reading import words

WHERE = Environment(
    "e",
    model({"s0": {"a": "s1", "b": "s0"}, "s1": {"a": "s0", "b": "s1"}}, start="s0"),
    (Label("goal", frozenset({1})), Label("two words", frozenset({0}))),
)
HALF, ZERO = Fraction(1, 2), Fraction(0)


def test_a_machine() -> None:
    """Edges between two states share an arrow; "else" stands only where it is at work."""
    table = (RewardEntry(0, 0, None, Fraction(3)), RewardEntry(0, 1, None, Fraction(-1, 3)))
    machine = reward_machine(
        "u0",
        [
            ("u0", "u1", Labelled("goal"), Fraction(-2)),
            ("u0", "u1", And((At(0), Not(Labelled("goal")))), table),
            ("u1", "end", Labelled("goal"), ZERO),
        ],
        discount=HALF,
        terminal=["end"],
        otherwise=(None, Fraction(7)),
    )
    found = words(machine_svg(WHERE, machine))
    guards = ["goal : -2", "at s0 & !goal :", "s0 / a: 3", "s0 / b: -1/3", "goal", "else : 7"]
    assert sorted(found) == sorted(["u0", "u1", "end", *guards, "discount 1/2"])


def test_a_terminal_state_has_two_borders() -> None:
    """And nothing leaves it."""
    edges = [("u0", "u1", TRUE, ZERO)]
    machine = reward_machine("u0", edges, discount=HALF, terminal=["u1"])
    groups = {
        group.title: group for group in machine_picture(WHERE, machine, title="m").groups if group.title
    }
    borders = {
        name: sum(isinstance(shape, Curve) for shape in group.shapes) for name, group in groups.items()
    }
    assert borders == {"u0": 1, "u1": 2}


def test_an_automaton() -> None:
    """Marks stand in braces after guards, the condition and a caption below."""
    spec = automaton(
        "q0",
        [
            ("q0", "q1", Labelled("goal"), frozenset({0, 2})),
            ("q0", "q0", Not(Labelled("goal")), frozenset()),
            ("q1", "q0", TRUE, frozenset({1})),
        ],
        every([Inf(0), Fin(1)]),
    )
    found = words(automaton_svg(WHERE, spec, caption="some words"))
    expected = ["goal {0, 2}", "!goal", "true {1}", "q0", "q1", "accept Inf(0) & Fin(1)", "some words"]
    assert sorted(found) == sorted(expected)


def test_the_automaton_of_a_formula() -> None:
    """Spot's, on the letters of the environment: "finally goal" waits for the goal."""
    product = ltl.product(WHERE, compound(Operator.EVENTUALLY, label("goal")))
    assert product.automaton is not None
    found = words(automaton_svg(product.origin, product.automaton))
    assert {"q0", "q1", "!goal", "goal", "accept Inf(0)"} <= set(found)


def test_long_guards_are_folded() -> None:
    """Before operators, and cut off after some lines."""
    long = Or(tuple(And((Labelled("two words"), At(i % 2), Labelled("goal"))) for i in range(30)))
    machine = reward_machine("u", [("u", "u", long, ZERO)], discount=HALF, otherwise=(None, ZERO))
    lines = [word for word in words(machine_svg(WHERE, machine)) if word not in ("u", "else", "discount 1/2")]
    assert lines[-1] == "..."
    assert lines[0] == '"two words" & at s0 & goal'
    assert all(len(line) <= 36 for line in lines)
    text = "at s0 & !goal | goal & at s1"
    assert " ".join(folded(text, width=12)) == text


def test_a_large_machine_is_refused() -> None:
    """With the limit."""
    edges = [(f"u{i}", f"u{i + 1}", TRUE, ZERO) for i in range(300)]
    machine = reward_machine("u0", edges, discount=HALF, terminal=["u300"])
    with pytest.raises(SpecError, match="a graph may have 400"):
        machine_svg(WHERE, machine)
