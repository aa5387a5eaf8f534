"""What is said of formulas on the words of an environment, against all short words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import pytest

from specexpr.certify.formula import Atom, AtomKind, Formula, Operator
from specexpr.certify.model import Label
from specexpr.models.environment import Environment
from specexpr.product import occurring
from specexpr.product.occurring import Occurring
from specexpr.product.word_truth import WordTruth
from specexpr.syntax.formulas import LTLF, compound, label, random_formula
from specexpr.testing.examples import model
from specexpr.testing.temporal_words import Lasso, Letter, Trace, holds, lassos

A, B = label("a"), label("b")
WHERE = Environment(
    "e",
    model(
        {
            "s0": {"go": "s1", "stay": "s0"},
            "s1": {"go": {"s0": "1/2", "s2": "1/2"}, "stay": {"s1": "1/2", "s2": "1/2"}},
            "s2": {"go": "s0"},
            "end": {"go": "end"},
            "lost": {"go": "lost", "stay": "s0"},
        },
        start="s0",
    ),
    (Label("a", frozenset({1, 4})), Label("b", pairs=frozenset({(0, 0), (1, 1), (4, 0)}))),
)
LETTERS: list[Letter] = [frozenset(), frozenset({B}), frozenset({A}), frozenset({A, B})]
FIRST: list[Letter] = [frozenset(), frozenset({B})]
FIRST_WAITS: list[tuple[Letter, Letter]] = [(frozenset(), frozenset()), (frozenset(), frozenset({B}))]
WAITS = [
    *FIRST_WAITS,
    (frozenset({A, B}), frozenset({A})),
    (frozenset({A, B}), frozenset({A, B})),
]
"""In s0 by staying, which is no b, in s1 by staying, which is one; nobody waits in s2, which cannot be."""


def drawn(seed: int) -> Formula:
    """Return a small formula over a and b."""
    random = Random(seed)
    while True:
        formula = random_formula(
            random, Environment("e", WHERE.model, WHERE.labels), size=random.randint(1, 3)
        )
        if {atom.kind for atom in parts(formula)} == {AtomKind.LABEL}:
            return formula


def parts(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula."""
    if isinstance(formula, Atom):
        yield formula
    else:
        for part in formula.parts:
            yield from parts(part)


def waited(words: Sequence[Lasso]) -> Iterator[tuple[Lasso, Lasso]]:
    """Yield words with the same words after a wait."""
    for word in words:
        line = word.prefix + word.cycle
        for i, letter in enumerate(line):
            if line[0] in FIRST:
                for waiting, going in WAITS if i else FIRST_WAITS:
                    if going == letter:
                        yield Lasso(line, word.cycle), Lasso((*line[:i], waiting, *line[i:]), word.cycle)


def test_the_letters_that_occur() -> None:
    """Those of steps that some policy takes, and of those from the start; "lost" is never reached."""
    seen = Occurring(WHERE)
    assert set(seen.letters((A, B))) == set(LETTERS)
    assert set(seen.letters((A, B), at_start=True)) == set(FIRST)
    assert set(seen.waits((A, B))) == set(WAITS)
    assert set(seen.waits((A, B), at_start=True)) == set(FIRST_WAITS)
    next_s0, at_s2 = Atom(AtomKind.NEXT, 0), Atom(AtomKind.AT, 2)
    assert set(seen.letters((next_s0, at_s2))) == {
        frozenset(),
        frozenset({next_s0}),
        frozenset({next_s0, at_s2}),
    }
    assert not seen.sometimes(Atom(AtomKind.AT, 4))
    assert seen.sometimes(Atom(AtomKind.DO, 1))
    assert seen.can_wait()


def test_nobody_waits_in_a_state_that_cannot_be_left() -> None:
    """An end is no place to wait in, nor is a state from which every action leads on."""
    line = Environment("line", model({"p": {"x": "q"}, "q": {"x": "q", "y": "q"}}, start="p"), (Label("a"),))
    assert not Occurring(line).can_wait()
    assert Occurring(line).waits((A,)) == []


def test_what_is_constant() -> None:
    """A formula is called constant iff it has one truth on all short words, for small formulas."""
    truth, words = WordTruth(Occurring(WHERE)), list(lassos(LETTERS, size=3))
    answers = set()
    for seed in range(200):
        formula = drawn(seed)
        values = {holds(formula, word) for word in words}
        assert truth.constant(formula) == (values.pop() if len(values) == 1 else None)
        answers.add(truth.constant(formula))
    assert answers == {True, False, None}


def test_what_differs() -> None:
    """Formulas differ iff a short word tells them apart, for small formulas."""
    truth, words = WordTruth(Occurring(WHERE)), list(lassos(LETTERS, size=3))
    again = compound(Operator.ALWAYS, compound(Operator.EVENTUALLY, A))
    assert not truth.differ(again, compound(Operator.NEXT, again))
    answers = set()
    for seed in range(200):
        one, other = drawn(seed), drawn(seed + 1)
        found = any(holds(one, word) is not holds(other, word) for word in words)
        assert truth.differ(one, other) is found
        assert not truth.differ(one, compound(Operator.NOT, compound(Operator.NOT, one)))
        answers.add(found)
    assert answers == {True, False}


def test_what_heeds_waiting() -> None:
    """Waiting matters iff it does on some short word, for small formulas."""
    truth, words = WordTruth(Occurring(WHERE)), list(waited(list(lassos(LETTERS, size=3))))
    answers = set()
    for seed in range(100):
        formula = drawn(seed)
        found = any(holds(formula, word) is not holds(formula, longer) for word, longer in words)
        assert truth.heeds_waiting(formula) is found, formula
        answers.add(found)
    assert answers == {True, False}


def test_waiting_on_traces() -> None:
    """On finite words it matters as well; the end is none of a wait."""
    truth = WordTruth(Occurring(WHERE), LTLF)
    one, other = Trace((FIRST[0], LETTERS[2])), Trace((FIRST[0], FIRST[0], LETTERS[2]))
    soon = compound(Operator.NEXT, A)
    assert holds(soon, one)
    assert not holds(soon, other)
    assert truth.heeds_waiting(soon)
    assert not truth.heeds_waiting(compound(Operator.EVENTUALLY, A))


def test_long_formulas_are_not_asked_of_an_automaton(monkeypatch: pytest.MonkeyPatch) -> None:
    """What random words do not tell is then left open."""
    monkeypatch.setattr("specexpr.product.word_truth._MOST_PARTS", 3)
    truth = WordTruth(Occurring(WHERE))
    always = compound(Operator.OR, A, compound(Operator.NOT, A))
    assert truth.constant(always) is None
    assert not truth.differ(always, compound(Operator.OR, B, compound(Operator.NOT, B)))
    assert truth.differ(A, B)


def test_the_states_of_another_environment_are_looked_for_again() -> None:
    """What is remembered of the last environment is not said of the next."""
    first = Occurring(WHERE).letters((A,))
    other = Environment("other", WHERE.model, WHERE.labels[1:])
    assert Occurring(other).letters((A,)) == [frozenset()]
    assert Occurring(WHERE).letters((A,)) == first
    assert occurring._last[0][0] is WHERE
