"""Formulas in English: every operator, and brackets where a reader could go wrong."""

from __future__ import annotations

import pytest

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.expressivity.ltl.english import formula_english
from specexpr.models.environment import Environment
from specexpr.testing.examples import MEMORY

HOME = Environment("memory", MEMORY)
A, W, GOAL = Atom(AtomKind.DO, 0), Atom(AtomKind.AT, 2), Atom(AtomKind.LABEL, "goal")


def f(operator: Operator, *parts: Formula) -> Compound:
    return Compound(operator, parts)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (Atom(AtomKind.NEXT, 1), "the next state is z"),
        (f(Operator.NOT, A), "a is not taken"),
        (f(Operator.NOT, GOAL), "not goal"),
        (f(Operator.NOT, W), "the state is not w"),
        (f(Operator.AND, A, f(Operator.AND, W, GOAL)), "a is taken and the state is w and goal"),
        (f(Operator.OR, A, f(Operator.AND, W, GOAL)), "a is taken or (the state is w and goal)"),
        (f(Operator.IMPLIES, A, GOAL), "if a is taken then goal"),
        (f(Operator.IFF, A, GOAL), "a is taken exactly if goal"),
        (f(Operator.NEXT, GOAL), "at the next step goal"),
        (f(Operator.EVENTUALLY, GOAL), "at some time goal"),
        (f(Operator.ALWAYS, f(Operator.NOT, GOAL)), "at all times not goal"),
        (f(Operator.ALWAYS, f(Operator.EVENTUALLY, GOAL)), "again and again goal"),
        (f(Operator.EVENTUALLY, f(Operator.ALWAYS, GOAL)), "from some time on for ever goal"),
        (f(Operator.UNTIL, A, GOAL), "a is taken until at last goal"),
        (f(Operator.WEAK, A, GOAL), "a is taken until goal, or for ever"),
        (f(Operator.RELEASE, GOAL, A), "a is taken up to and at the first time that goal, or for ever"),
        (f(Operator.STRONG, GOAL, A), "a is taken up to and at the first time that goal, which comes"),
        (f(Operator.NOT, f(Operator.EVENTUALLY, GOAL)), "not (at some time goal)"),
        (f(Operator.TRUE), "whatever happens"),
    ],
)
def test_words(formula: Formula, words: str) -> None:
    """Each operator reads as it is meant."""
    assert formula_english(HOME, formula) == words
