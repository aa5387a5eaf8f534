"""Other readings of formulas: where they are looked for, what they are, and which brackets rule them out."""

from __future__ import annotations

import pytest

from specexpr.certify.model import Label
from specexpr.diagnostics import Diagnostic, Source, Span
from specexpr.models.environment import Environment
from specexpr.syntax.formula_readings import Brackets, other_readings
from specexpr.syntax.formula_trees import Tree, conjuncts, next_steps
from specexpr.syntax.formulas import Reading, formula_text, read_formula
from specexpr.testing.examples import ENTAILMENT

WHERE = Environment("e", ENTAILMENT, tuple(Label(name) for name in "abcd"))


def tree_of(text: str) -> Tree:
    """Return the tree of a formula."""
    read = read_formula(Reading(WHERE, list[Diagnostic]().append), Source("text", text), Span(0, len(text)))
    assert read is not None
    return read[0]


def printed(tree: Tree) -> str:
    """Return the formula of a tree."""
    formula = Reading(WHERE, list[Diagnostic]().append).formula(tree)
    assert formula is not None
    return formula_text(WHERE, formula)


@pytest.mark.parametrize(
    ("text", "wholes"),
    [
        ("G a -> b", ["G (a -> b)"]),
        ("c | (G !a <-> X b)", ["c | (G ((!a) <-> (X b)))"]),
        ("G G a -> b", []),
        ("G (a) -> b", []),
        ("(G a) -> b", []),
        ("F a -> b", []),
        ("X a -> b", []),
        ("b -> G a", []),
        ("X a U b", ["X (a U b)"]),
        ("!G F !a R F b", ["!(G (F ((!a) R (F b))))"]),
        ("X (a) U b", []),
        ("(X a) U b", []),
        ("!a U b", []),
        ("a U X b", []),
        ("a U F b W c", ["a U (F (b W c))"]),
        ("F a & b", ["F (a & b)"]),
        ("d & G F a & b & (!c) & F d", ["d & (G (F (a & b & (!c)))) & (F d)"]),
        ("F a | do a", []),
        ("F a | do a | b", ["F (a | do a | b)"]),
        ("F a | X b", []),
        ("F (a) & b", []),
        ("(F a) & b", []),
        ("b & F a", []),
        ("a U b & c", ["a U (b & c)"]),
        ("c & a U b", ["(c & a) U b"]),
        ("c & do a & a U b", ["(c & do a & a) U b"]),
        ("c & a U b & d", ["c & (a U (b & d))"]),
        ("(a U b) & c", []),
        ("a U (b) & c", []),
        ("a U F b & c", []),
        ("c & (a) U b", []),
        ("c -> a U b", []),
        ("G a -> X b U c", ["G (a -> ((X b) U c))", "(G a) -> (X (b U c))"]),
    ],
)
def test_readings(text: str, wholes: list[str]) -> None:
    """The whole formula as it would be; none where brackets or habit say how it is meant."""
    found = list(other_readings(tree_of(text), Brackets(text, 0)))
    assert [printed(reading.whole) for reading in found] == wholes
    for reading in found:
        assert printed(reading.part) in printed(tree_of(text))
        assert printed(reading.otherwise) in printed(reading.whole)


def test_a_part_is_marked_with_its_brackets() -> None:
    """Its first and its last one too; those of more than the part do not belong to it."""
    text = "c | F a & ((b))"
    (reading,) = other_readings(tree_of(text), Brackets(text, 0))
    assert text[reading.part.span.start : reading.part.span.end] == "F a & ((b))"
    text = "X ( ( a\n) & b )"
    brackets = Brackets(text, 0)
    first, last = tree_of(text).children[0].children  # type: ignore[union-attr]  # both are rules
    assert [text[span.start : span.end] for span in map(brackets.around, (first, last))] == ["( a\n)", "b"]
    assert not brackets.is_open(first)
    assert brackets.is_open(last)


def test_conjuncts_through_brackets() -> None:
    """All that & joins at the top."""
    assert [printed(part) for part in conjuncts(tree_of("a & (b & F (c & d)) & (a | b)"))] == [
        "a",
        "b",
        "F (c & d)",
        "a | b",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("X a", [(1, "a")]),
        ("X X X (a | b)", [(3, "a | b")]),
        ("F X a", []),
        ("F (X a & X !b)", []),
        ("F (X a & b)", [(1, "a")]),
        ("F X (a & X X b)", [(2, "b")]),
        ("a U X b", []),
        ("a -> !X b", [(1, "b")]),
        ("G (X a -> X b)", []),
        ("X a & X b", [(1, "a"), (1, "b")]),
        ("X F a", [(1, "F a")]),
    ],
)
def test_next_beside_something(text: str, found: list[tuple[int, str]]) -> None:
    """How many in a row and what comes then, but where a temporal operator applies to nothing else."""
    steps = next_steps(tree_of(text), False)
    assert [(count, printed(operand)) for _, count, operand in steps] == found
