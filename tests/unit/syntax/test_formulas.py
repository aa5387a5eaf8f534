"""Formulas as texts: read, printed with all parentheses, said in words."""

from __future__ import annotations

import re
from random import Random

import pytest

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.model import Label
from specexpr.diagnostics import Diagnostic, Source, Span
from specexpr.models.environment import Environment
from specexpr.syntax.formula_words import ENGLISH, formula_words
from specexpr.syntax.formulas import (
    LTL,
    LTLF,
    MAX_DEPTH,
    Dialect,
    Reading,
    atoms,
    compound,
    formula_text,
    is_temporal,
    label,
    random_formula,
    read_formula,
    subformulas,
)
from specexpr.testing.examples import ENTAILMENT
from specexpr.testing.generators import awkward_names, random_environment
from specexpr.testing.temporal_words import holds, lassos, letters_over

OP = Operator
NAMES = ("a", "b", "c", "X", "U", "N", "true", "at", "p-q", "two words", "F1")
WHERE = Environment("e", ENTAILMENT, tuple(Label(name) for name in NAMES))
A, B, C = map(label, "abc")


def read(text: str, *, dialect: Dialect = LTL) -> Formula:
    """Return the formula of a text without mistakes."""
    said: list[Diagnostic] = []
    source = Source("text", f"<<{text}>>")
    found = read_formula(Reading(WHERE, said.append, dialect), source, Span(2, 2 + len(text)))
    assert not said
    assert found is not None
    return found[1]


def wrong(text: str, *, dialect: Dialect = LTL) -> list[tuple[str, str]]:
    """Return ids and marked texts of the mistakes of a text."""
    said: list[Diagnostic] = []
    source = Source("text", text)
    assert read_formula(Reading(WHERE, said.append, dialect), source, Span(0, len(text))) is None
    return [(one.id, text[one.span.start : one.span.end] if one.span else "") for one in said]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("!a & b", "(!a) & b"),
        ("! a U b", "(!a) U b"),
        ("X a U b", "(X a) U b"),
        ("F a U G b", "(F a) U (G b)"),
        ("a U b U c", "a U (b U c)"),
        ("a U b R c W a M b", "a U (b R (c W (a M b)))"),
        ("a U b & c", "(a U b) & c"),
        ("a & b | c & a", "(a & b) | (c & a)"),
        ("a | b & c", "a | (b & c)"),
        ("a -> b | c", "a -> (b | c)"),
        ("a -> b -> c", "a -> (b -> c)"),
        ("a <-> b -> c", "a <-> (b -> c)"),
        ("a <-> b <-> c", "a <-> (b <-> c)"),
        ("[] <> a", "G (F a)"),
        ("[]a&<>b", "(G a) & (F b)"),
        ("(((a)))", "a"),
        ("! ! a", "!!a"),
        ("G!a", "G !a"),
        ("X X X a", "X (X (X a))"),
        ("true U false", "true U false"),
        ("at s0 & do b -> next s1", "(at s0 & do b) -> next s1"),
        ('"X" U "true"', '"X" U "true"'),
        ("p-q->F1", "p-q -> F1"),
        ('"two words"', '"two words"'),
        ("a<->b", "a <-> b"),
        ("Fa", None),
    ],
)
def test_precedence_and_printing(text: str, printed: str | None) -> None:
    """Every pair of neighbours in the order of operators; what is printed reads back as the same."""
    if printed is None:
        assert wrong(text) == [("unknown-name", "Fa")]
        return
    formula = read(text)
    assert formula_text(WHERE, formula) == printed
    assert read(printed) == formula


def test_chains_have_one_form() -> None:
    """However a conjunction is bracketed and however long it is, it is the same balanced tree."""
    assert read("a & (b & c)") == read("(a & b) & c") == read("a & b & c") == compound(OP.AND, A, B, C)
    assert read("a & (b | c) & a") != read("a & b | c & a")
    long = read(" & ".join(["a", "b"] * 1000))
    assert depth(long) == 11
    assert formula_text(WHERE, long).count("&") == 1999


def depth(formula: Formula) -> int:
    return 0 if isinstance(formula, Atom) else 1 + max(map(depth, formula.parts), default=0)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_printed_is_read_back(seed: int) -> None:
    """In both languages, with names that must be quoted."""
    random = Random(seed)
    where = random_environment(random, seed % 9)
    if seed % 2:
        where = awkward_names(random, where)
    where = Environment("e", where.model, (*where.labels, *(Label(name) for name in NAMES)))
    for dialect in (LTL, LTLF):
        formula = random_formula(random, where, size=random.randint(0, 9))
        text = formula_text(where, formula, dialect=dialect)
        said: list[Diagnostic] = []
        source = Source("text", text)
        found = read_formula(Reading(where, said.append, dialect), source, Span(0, len(text)))
        assert not said
        assert found is not None
        assert found[1] == formula


def test_the_weak_next_is_the_dual_of_next() -> None:
    """N f and !X !f are one formula, printed as N f; ltl has no N but a label."""
    assert read("N a", dialect=LTLF) == read("!X !a", dialect=LTLF) == read("! X ! a")
    assert formula_text(WHERE, read("!X!a", dialect=LTLF), dialect=LTLF) == "N a"
    assert formula_text(WHERE, read("!X!a")) == "!(X !a)"
    assert formula_text(WHERE, read("N !a & N N b", dialect=LTLF), dialect=LTLF) == "(N !a) & (N (N b))"
    assert read("N") == label("N")
    assert formula_text(WHERE, read('F "N"', dialect=LTLF), dialect=LTLF) == 'F "N"'
    assert wrong("N", dialect=LTLF) == [("syntax", "")]
    assert wrong("F N", dialect=LTLF) == [("syntax", "")]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("a && b", [("syntax", "&&")]),
        ("a || b", [("syntax", "||")]),
        ("a => b", [("syntax", "=>")]),
        ("a == b", [("syntax", "==")]),
        ("~a", [("syntax", "~")]),
        ("not a", [("syntax", "not")]),
        ("a and b", [("syntax", "and")]),
        ("a until b", [("syntax", "until")]),
        ("a V b", [("syntax", "V")]),
        ("a; b", [("syntax", ";")]),
        ("a b", [("syntax", "b")]),
        ("(a", [("syntax", "")]),
        ("a)", [("syntax", ")")]),
        ("F", [("syntax", "")]),
        ("", [("syntax", "")]),
        ("a U", [("syntax", "")]),
        ("F U", [("reserved-word", "U")]),
        ("X | R", [("syntax", "|")]),
        ("at s9 & do c & z", [("unknown-name", "s9"), ("unknown-name", "c"), ("unknown-name", "z")]),
        ("at", [("syntax", "")]),
        ("X" * 3 + " a", [("syntax", "XXX")]),
        ("X " * (MAX_DEPTH + 2) + "a", [("nested-too-deeply", "a")]),
    ],
)
def test_mistakes_are_marked(text: str, mistakes: list[tuple[str, str]]) -> None:
    """Where it is wrong and what is wrong; all unknown names of a formula at once."""
    found = wrong(text)
    if mistakes[0][0] == "nested-too-deeply":
        assert [id for id, _ in found] == ["nested-too-deeply"]
    else:
        assert found == mistakes


def test_formulas_as_deep_as_allowed_are_no_harm() -> None:
    """They are printed, compared, hashed and said."""
    text = "X " * MAX_DEPTH + "a"
    formula = read(text)
    assert read(formula_text(WHERE, formula)) == formula
    assert len({formula, read(text)}) == 1
    assert formula_words(WHERE, formula) == f"{MAX_DEPTH} steps later a"


def test_atoms_in_their_order() -> None:
    """Each once, as they first occur."""
    formula = read("b U (a & X b) | at s0")
    assert atoms(formula) == (B, A, Atom(AtomKind.AT, 0))
    assert len(list(subformulas(formula))) == 8


def test_what_is_temporal() -> None:
    """Boolean combinations speak of one step."""
    assert not is_temporal(read("a & !b -> at s0 <-> true"))
    for operator in ("X a", "F a", "G a", "a U b", "a R b", "a W b", "a M b"):
        assert is_temporal(read(f"b | {operator}"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a", "a"),
        ("!a", "not a"),
        ("F a", "sooner or later a"),
        ("G !a", "never a"),
        ("!F a", "never a"),
        ("G F a", "again and again a"),
        ("F G a", "from some step on always a"),
        ("G (a -> F b)", "whenever a, sooner or later b"),
        ("!a U b", "(not a) until b, which must come"),
        ("a W b", "a until b, which need not come"),
        ("a M b", "b up to and with a, which must come"),
        ("a R b", "b up to and with a, which need not come"),
        ("X X a", "2 steps later a"),
        ("a <-> X b", "a exactly if (at the next step b)"),
        ("at s0 & do b & next s1", "in s0 and doing b and going to s1"),
        ("a & (b | c)", "a and (b or c)"),
        ("!G a", "not (always a)"),
        ("true", "true"),
        ("a -> b -> c -> F a", "if a and b and c then (sooner or later a)"),
        ("G (a -> b -> X c)", "whenever a and b, at the next step c"),
        ("(a -> b) -> c", "if (if a then b) then c"),
    ],
)
def test_words(text: str, words: str) -> None:
    """Patterns that people know have their own words; brackets say what belongs together."""
    assert formula_words(WHERE, read(text)) == words


def test_words_do_not_nest_without_end() -> None:
    """What lies deeper than anyone reads is left out; a long chain is not deep."""
    deep = "a"
    for _ in range(20):
        deep = f"({deep}) -> b"
    words = formula_words(WHERE, read(deep))
    assert "(...)" in words
    assert words.count("(") == words.count(")") == 9
    assert "..." not in formula_words(WHERE, read(" -> ".join("ab" * 10)))
    assert "..." not in formula_words(WHERE, read("F (a & X (b U (c & X (a W (b & X c)))))"))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("!!!!a", "!!!!a"),
        ("X !!a", "X !!a"),
        ("!!!a U b", "(!!!a) U b"),
        ("!!(a & b)", "!(!(a & b))"),
        ("!!true", "!!true"),
    ],
)
def test_negations_in_a_row(text: str, printed: str) -> None:
    """However many there are they are printed alike, and read back as they are."""
    assert formula_text(WHERE, read(text)) == printed
    assert read(printed) == read(text)


def test_names_that_are_words_of_a_sentence() -> None:
    """They stand in quotes there, and need none in a formula."""
    where = Environment("e", WHERE.model, (Label("never"), Label("comes")))
    formula = compound(Operator.UNTIL, label("never"), label("comes"))
    assert formula_words(where, formula) == '"never" until "comes", which must come'
    assert formula_text(where, formula) == "never U comes"
    assert formula_text(where, formula, reserved=ENGLISH) == '"never" U "comes"'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("F (a & N false)", "sooner or later (a and (it is the last step))"),
        ("X a", "there is a next step, and there a"),
        ("X X true", "there are 2 more steps"),
        ("N a", "if there is a next step, then there a"),
    ],
)
def test_words_on_traces(text: str, words: str) -> None:
    """The two meanings of "next" have two wordings."""
    assert formula_words(WHERE, read(text, dialect=LTLF), dialect=LTLF) == words


def test_different_formulas_have_different_words() -> None:
    """Formulas of up to three operators that are said alike mean the same on all short words."""
    random = Random(2)
    said: dict[str, Formula] = {}
    words = list(lassos(letters_over((A, B)), size=3))
    where = Environment("e", ENTAILMENT, (Label("a"), Label("b")))
    for _ in range(1500):
        formula = random_formula(random, where, size=random.randint(1, 3))
        if not set(atoms(formula)) <= {A, B}:
            continue
        other = said.setdefault(formula_words(where, formula), formula)
        if other != formula:
            assert all(holds(formula, word) is holds(other, word) for word in words), (formula, other)


def test_every_operator_can_be_said() -> None:
    """None is left out of printing, words and drawing."""
    for operator in Operator:
        parts = {OP.TRUE: 0, OP.FALSE: 0, OP.NOT: 1, OP.NEXT: 1, OP.EVENTUALLY: 1, OP.ALWAYS: 1}.get(
            operator, 2
        )
        formula = Compound(operator, (A, B)[:parts])
        assert formula_text(WHERE, formula)
        assert formula_words(WHERE, formula)
        assert read(formula_text(WHERE, formula)) == formula
    drawn = {
        part.operator
        for seed in range(50)
        for part in subformulas(random_formula(Random(seed), WHERE, size=8))
        if isinstance(part, Compound)
    }
    assert drawn == set(Operator)


def test_the_page_states_the_words_of_the_language() -> None:
    """The list of words that must be quoted, and the operators, stand once on the page of ltl."""
    from specexpr.formalisms import ltl

    page = ltl.__doc__ or ""
    (listed,) = re.findall(r"word of the language\s+\(``([^`]*)``\)", page)
    assert set(listed.split()) == LTL.words
    for operator in Operator:
        assert operator.value in page
