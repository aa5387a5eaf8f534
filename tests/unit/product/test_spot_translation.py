"""Automata mean what their formulas mean: on every short word, however the letters are passed to Spot."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from random import Random

import pytest

from specexpr.certify.formula import Atom, AtomKind, Formula, Operator
from specexpr.certify.model import Label
from specexpr.diagnostics import Diagnostic, Source, Span, SpecError
from specexpr.models.environment import Environment
from specexpr.product import spot_translation
from specexpr.product.acceptance import accepts
from specexpr.product.automaton import automaton_of, automaton_property, run_of
from specexpr.product.formulas import formula_property
from specexpr.product.hoa import read_hoa, write_hoa
from specexpr.product.spot_translation import has_word, is_installed, spot, translated
from specexpr.product.tables import NO_MARKS, Table
from specexpr.syntax.formulas import CONSTANTS, FALSE, TRUE, UNARY, Reading, compound, label, read_formula
from specexpr.testing.examples import model
from specexpr.testing.temporal_words import Lasso, Letter, holds, lassos, letters_over

A, B = label("a"), label("b")
LETTERS = letters_over((A, B))
OPERATORS = [operator for operator in Operator if operator not in CONSTANTS]


def accepted(table: Table, letters: Sequence[Letter], word: Lasso) -> bool:
    """Run an automaton along a lasso until a round of its cycle starts in a state for the second time."""
    number = {letter: i for i, letter in enumerate(letters)}
    state = 0
    for letter in word.prefix:
        state = table.moves[state][number[letter]]
    rounds: dict[int, int] = {}
    shown: list[frozenset[int]] = []
    while state not in rounds:
        rounds[state] = len(shown)
        marks = NO_MARKS
        for letter in word.cycle:
            marks |= table.marks[state][number[letter]]
            state = table.moves[state][number[letter]]
        shown.append(marks)
    return accepts(table.acceptance, NO_MARKS.union(*shown[rounds[state] :]))


def drawn(random: Random, size: int, atoms: Sequence[Formula]) -> Formula:
    """Return a formula with so many operators."""
    if size == 0:
        return random.choice([*atoms, *atoms, TRUE, FALSE])
    operator = random.choice(OPERATORS)
    if operator in UNARY:
        return compound(operator, drawn(random, size - 1, atoms))
    left = random.randrange(size)
    return compound(operator, drawn(random, left, atoms), drawn(random, size - 1 - left, atoms))


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_every_operator_on_all_short_lassos(operator: Operator) -> None:
    """The automaton accepts exactly the lassos that satisfy the formula by definition."""
    parts = (A,) if operator in UNARY else (A, B)
    table = translated(compound(operator, *parts), LETTERS)
    truths = set()
    for word in lassos(LETTERS, size=4):
        truth = holds(compound(operator, *parts), word)
        assert accepted(table, LETTERS, word) is truth
        truths.add(truth)
    assert truths == {True, False}


@pytest.mark.parametrize("seed", range(60))
def test_random_formulas_on_short_lassos(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all letters and over some of them; atoms passed on as they are, and as digits."""
    random = Random(seed)
    formula = drawn(random, random.randint(2, 7), (A, B))
    letters = random.sample(LETTERS, random.choice((1, 2, 3, 4, 4)))
    if seed % 2:
        monkeypatch.setattr(spot_translation, "_FEW", 0)
    table = translated(formula, letters)
    for word in lassos(letters, size=3):
        assert accepted(table, letters, word) is holds(formula, word)


def test_many_atoms_and_few_letters() -> None:
    """Thirty states that exclude each other are five digits: visiting three of them takes no time."""
    places = [Atom(AtomKind.AT, s) for s in range(30)]
    letters = [frozenset({place}) for place in places]
    visits = compound(Operator.AND, *(compound(Operator.EVENTUALLY, place) for place in places[:3]))
    others = compound(Operator.ALWAYS, compound(Operator.NOT, compound(Operator.OR, *places[20:])))
    began = time.perf_counter()
    table = translated(compound(Operator.AND, visits, others), letters)
    assert time.perf_counter() - began < 5
    assert len(table.moves) == 9
    assert accepted(table, letters, Lasso(tuple(letters[i] for i in (0, 5, 2, 1)), (letters[7],)))
    assert not accepted(table, letters, Lasso((letters[0],), (letters[2], letters[7])))
    assert not accepted(table, letters, Lasso((letters[0], letters[1], letters[2]), (letters[25],)))


def test_more_marks_than_spot_has() -> None:
    """Thirty things again and again are no harm; of forty, Spot's refusal is passed on in one sentence."""
    for count in (30, 40):
        things = [label(f"p{i}") for i in range(count)]
        letters = [frozenset({thing}) for thing in things]
        again = [compound(Operator.ALWAYS, compound(Operator.EVENTUALLY, thing)) for thing in things]
        formula = compound(Operator.AND, *again)
        if count == 30:
            table = translated(formula, letters)
            assert accepted(table, letters, Lasso((), tuple(letters)))
            assert not accepted(table, letters, Lasso(tuple(letters), tuple(letters[1:])))
        else:
            with pytest.raises(SpecError, match="Too many acceptance sets used") as caught:
                translated(formula, letters)
            assert [one.id for one in caught.value.diagnostics] == ["no-automaton"]


def test_words_are_found_where_there_are_any() -> None:
    """A formula has a word iff its automaton accepts a short lasso, for small formulas."""
    random = Random(5)
    answers = set()
    for _ in range(80):
        formula = drawn(random, random.randint(1, 5), (A, B))
        letters = random.sample(LETTERS, random.randint(1, 3))
        found = any(holds(formula, word) for word in lassos(letters, size=4))
        assert has_word(formula, letters) is found
        answers.add(found)
    assert answers == {True, False}


def test_tables_are_on_the_letters_that_occur() -> None:
    """Where a and b never meet, nothing is said of both; where one letter occurs, one state is enough."""
    never_both = compound(Operator.EVENTUALLY, compound(Operator.AND, A, B))
    assert len(translated(never_both, [frozenset(), frozenset({A}), frozenset({B})]).moves) == 1
    assert len(translated(never_both, LETTERS).moves) == 2


# the patterns of the literature


def pattern_texts() -> list[str]:
    """Return the formulas of Dwyer et al., Etessami and Holzmann, Somenzi and Bloem, as Spot has them."""
    program = """
from spot import gen
for formula in gen.ltl_patterns(gen.LTL_DAC_PATTERNS, gen.LTL_EH_PATTERNS, gen.LTL_SB_PATTERNS):
    print(formula.to_str("spot", True))
"""
    return run_python(program).splitlines()


def place(names: int) -> Environment:
    """Return an environment in which every set of labels p0, p1, .. occurs."""
    size = 1 << names
    rows = {f"s{s}": {"x": f"s{(s + 1) % size}"} for s in range(size)}
    labels = tuple(Label(f"p{i}", frozenset(s for s in range(size) if s >> i & 1)) for i in range(names))
    return Environment("e", model(rows, start="s0"), labels)


def test_the_patterns_of_the_literature_in_two_seconds() -> None:
    """All 94 are read, translated, and come back from HOA as automata of the same language."""
    texts = pattern_texts()
    assert len(texts) == 94
    environments = {n: place(n) for n in range(1, 9)}
    for n, environment in environments.items():
        assert len(environment.labels) == n
    pairs = []
    spot()
    began = time.process_time()
    for text in texts:
        names = max(int(c) for c in text if c.isdigit()) + 1
        environment = environments[names]
        said: list[Diagnostic] = []
        source = Source("pattern", text)
        read = read_formula(Reading(environment, said.append), source, Span(0, len(text)))
        assert read is not None, said
        first = automaton_of(run_of(environment, formula_property(read[1])))
        written = write_hoa(environment, first)
        again = read_hoa(environment, written)
        pairs.append((text, written, write_hoa(environment, again), first, again, environment))
    assert time.process_time() - began < 2
    for text, written, rewritten, first, again, environment in pairs:
        assert written == rewritten
        assert run_of(environment, automaton_property(first)) == run_of(
            environment, automaton_property(again)
        )
        assert spot().are_equivalent(spot().automaton(written), spot().translate(text))


# Spot as a guest


def run_python(program: str) -> str:
    """Run a program in a process of its own; nothing may appear on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_spot_leaves_nothing_behind() -> None:
    """Neither the module path nor the environment of the process changes, and nothing is printed."""
    program = """
import os, sys
from specexpr.product.spot_translation import spot
path, variables = list(sys.path), dict(os.environ)
module = spot()
assert sys.path == path and dict(os.environ) == variables
module.translate("G(a -> F b)", "deterministic", "complete", "generic")
"""
    assert run_python(program) == ""


def test_a_document_with_formulas_is_read_without_spot() -> None:
    """Only what is in doubt, or has to be valued, needs it: `check` in other formalisms starts without.

    To know all formalisms takes no parser and no numbers either.
    """
    program = """
import sys
from specexpr.formalism import formalisms
assert {"ltl", "ltlf", "automaton"} <= set(formalisms())
assert not {"spot", "numpy", "scipy", "lark", "flint"} & set(sys.modules), sorted(sys.modules)
from specexpr.document import loads
import specexpr as sx
document = loads('''
environment e {
  states s0 s1; actions a b; start s0
  s0 / a -> s0; s0 / b -> s1; s1 / * -> s1
  label goal { s1 }
}
policy p in e { * -> a }
policy q in e { * -> b }
objective o in e = ltl { F goal }
task t in e { q > p }
''')
assert type(sx.check(document.task("t"), "mr", discount="1/2")).__name__ == "Expressible"
print("spot" in sys.modules)
"""
    assert run_python(program) == "False"


def test_a_missing_spot_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is missing and how to install it; reading goes on without."""
    monkeypatch.setitem(sys.modules, "spot", None)
    spot.cache_clear()
    try:
        assert not is_installed()
        with pytest.raises(SpecError) as caught:
            translated(A, LETTERS)
    finally:
        spot.cache_clear()
    (problem,) = caught.value.diagnostics
    assert problem.id == "no-spot"
    assert problem.help == (
        "on Linux (x86-64): pip install spottl; elsewhere: conda env create -f environment.yml"
    )
