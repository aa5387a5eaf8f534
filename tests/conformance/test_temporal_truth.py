"""The oracles of temporal formulas: by hand, against each other, and against laws of the operators."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.model import Label
from specexpr.testing.automaton_truth import accepted_probability
from specexpr.testing.examples import MEMORY, model, table
from specexpr.testing.generators import random_environment, random_tables
from specexpr.testing.temporal_truth import Chain, chain_probability, formula_probability
from specexpr.testing.temporal_words import Lasso, Letter, Trace, holds, lassos, letters_over, traces
from specexpr.testing.trace_truth import trace_probability

OP = Operator
A, B = (Atom(AtomKind.LABEL, name) for name in "ab")
LETTERS = letters_over((A, B))
UNARY = (OP.NOT, OP.NEXT, OP.EVENTUALLY, OP.ALWAYS)
BINARY = (OP.AND, OP.OR, OP.IMPLIES, OP.IFF, OP.UNTIL, OP.RELEASE, OP.WEAK, OP.STRONG)


def word(text: str) -> tuple[Letter, ...]:
    """Read letters: `.` for none, `a`, `b`, and `+` for both."""
    atoms = {".": (), "a": (A,), "b": (B,), "+": (A, B)}
    return tuple(frozenset(atoms[c]) for c in text)


def lasso(text: str) -> Lasso:
    """Read a prefix and a cycle in parentheses."""
    prefix, cycle = text.rstrip(")").split("(")
    return Lasso(word(prefix), word(cycle))


def f(operator: Operator, *parts: Formula) -> Formula:
    return Compound(operator, parts)


def no(part: Formula) -> Formula:
    return f(OP.NOT, part)


TABLE = {
    (OP.NOT, "(a)"): False,
    (OP.NOT, "(b)"): True,
    (OP.NEXT, "a(b)"): False,
    (OP.NEXT, "b(a)"): True,
    (OP.EVENTUALLY, "..a(.)"): True,
    (OP.EVENTUALLY, "..(b)"): False,
    (OP.ALWAYS, "a(a+)"): True,
    (OP.ALWAYS, "aaa(b)"): False,
    (OP.AND, "(+)"): True,
    (OP.AND, "(a)"): False,
    (OP.OR, "(b)"): True,
    (OP.OR, "(.)"): False,
    (OP.IMPLIES, "(.)"): True,
    (OP.IMPLIES, "(b)"): True,
    (OP.IMPLIES, "(+)"): True,
    (OP.IMPLIES, "(a)"): False,
    (OP.IFF, "(.)"): True,
    (OP.IFF, "(+)"): True,
    (OP.IFF, "(a)"): False,
    (OP.IFF, "(b)"): False,
    (OP.UNTIL, "aab(.)"): True,
    (OP.UNTIL, "b(.)"): True,
    (OP.UNTIL, "(a)"): False,
    (OP.UNTIL, "a.b(.)"): False,
    (OP.WEAK, "aab(.)"): True,
    (OP.WEAK, "(a)"): True,
    (OP.WEAK, "aa(.)"): False,
    (OP.RELEASE, "bb+(.)"): True,
    (OP.RELEASE, "(b)"): True,
    (OP.RELEASE, "bba(.)"): False,
    (OP.RELEASE, "bb(a)"): False,
    (OP.STRONG, "bb+(.)"): True,
    (OP.STRONG, "+(.)"): True,
    (OP.STRONG, "(b)"): False,
    (OP.STRONG, "bba(b)"): False,
}
"""Operators of a, or of a and b, on words where anyone can see their truth."""


@pytest.mark.parametrize(("case", "truth"), TABLE.items(), ids=str)
def test_operators_by_hand(case: tuple[Operator, str], truth: bool) -> None:
    """Each operator on words that tell it from its neighbours."""
    operator, text = case
    formula = f(operator, A) if operator in UNARY else f(operator, A, B)
    assert holds(formula, lasso(text)) is truth


def test_every_operator_is_in_the_table() -> None:
    """With a word on which it holds and one on which it does not."""
    for operator in (*UNARY, *BINARY):
        assert {truth for (one, _), truth in TABLE.items() if one is operator} == {True, False}


@pytest.mark.parametrize(
    ("operator", "unfolded"),
    [
        (OP.UNTIL, lambda a, b, later: b or (a and later)),
        (OP.WEAK, lambda a, b, later: b or (a and later)),
        (OP.RELEASE, lambda a, b, later: b and (a or later)),
        (OP.STRONG, lambda a, b, later: b and (a or later)),
    ],
)
def test_binary_operators_unfold(operator: Operator, unfolded) -> None:
    """At each position of every short lasso it is its unfolding: what holds now, and the same one later."""
    formula = f(operator, A, B)
    for one in lassos(LETTERS, size=3):
        for i in range(3):
            now = (holds(part, one, i) for part in (A, B, formula))
            a, b, is_so = now
            assert is_so is unfolded(a, b, holds(formula, one, i + 1))


def test_strong_operators_ask_for_an_end() -> None:
    """a U b is a W b with F b; a M b is a R b with F a; the dual of one is the other."""
    for one in lassos(LETTERS, size=4):
        weak, strong = holds(f(OP.WEAK, A, B), one), holds(f(OP.UNTIL, A, B), one)
        assert strong is (weak and holds(f(OP.EVENTUALLY, B), one))
        release, both = holds(f(OP.RELEASE, A, B), one), holds(f(OP.STRONG, A, B), one)
        assert both is (release and holds(f(OP.EVENTUALLY, A), one))
        assert release is not holds(f(OP.UNTIL, no(A), no(B)), one)
        assert both is not holds(f(OP.WEAK, no(A), no(B)), one)


def test_the_two_next_of_traces() -> None:
    """At the last position X asks for too much and !X ! for nothing; before it they agree."""
    strong, weak = f(OP.NEXT, A), no(f(OP.NEXT, no(A)))
    for one in traces(LETTERS, size=3):
        size = len(one.letters)
        for i in range(size - 1):
            assert holds(strong, one, i) is holds(weak, one, i) is (A in one[i + 1])
        assert not holds(strong, one, size - 1)
        assert holds(weak, one, size - 1)
    assert holds(f(OP.ALWAYS, A), Trace(word("aa")))
    assert not holds(f(OP.UNTIL, A, B), Trace(word("aa")))
    assert holds(f(OP.WEAK, A, B), Trace(word("aa")))


def drawn(random: Random, size: int, atoms: tuple[Formula, ...] = (A, B)) -> Formula:
    """Return a formula with so many operators."""
    if size == 0:
        return random.choice(atoms)
    operator = random.choice((*UNARY, *BINARY))
    if operator in UNARY:
        return f(operator, drawn(random, size - 1, atoms))
    left = random.randrange(size)
    return f(operator, drawn(random, left, atoms), drawn(random, size - 1 - left, atoms))


def test_elimination_agrees_with_the_definition_on_lassos() -> None:
    """A chain with one successor each is a lasso; a formula has there the probability 0 or 1."""
    random = Random(1)
    seen = set()
    for _ in range(600):
        formula, size = drawn(random, random.randint(1, 6)), random.randint(1, 4)
        letters = random.choices(LETTERS, k=size)
        back = random.randrange(size)
        rows = [{i + 1 if i + 1 < size else back: Fraction(1)} for i in range(size)]
        chain = Chain({0: Fraction(1)}, rows, [{x: x in one for x in (A, B)} for one in letters])
        truth = holds(formula, Lasso(tuple(letters[:back]), tuple(letters[back:])))
        assert chain_probability(chain, formula) == truth
        seen.add(truth)
    assert seen == {True, False}


COIN = model({"h": {"x": {"h": "1/2", "t": "1/2"}}, "t": {"x": {"h": "1/2", "t": "1/2"}}}, start="h")
GAME = model(
    {"s": {"x": {"s": "1/3", "w": "1/3", "l": "1/3"}}, "w": {"x": "w"}, "l": {"x": {"l": "1/2", "s": "1/2"}}},
    start="s",
)
AT = [Atom(AtomKind.AT, s) for s in range(3)]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (f(OP.NEXT, AT[1]), "1/2"),
        (f(OP.NEXT, f(OP.AND, AT[1], f(OP.NEXT, AT[1]))), "1/4"),
        (f(OP.ALWAYS, f(OP.EVENTUALLY, AT[1])), "1"),
        (f(OP.EVENTUALLY, f(OP.ALWAYS, AT[1])), "0"),
        (f(OP.NEXT, f(OP.UNTIL, AT[0], f(OP.AND, AT[1], f(OP.NEXT, AT[0])))), "1/2"),
        (f(OP.EVENTUALLY, f(OP.AND, AT[1], f(OP.NEXT, f(OP.UNTIL, AT[1], AT[0])))), "1"),
    ],
)
def test_elimination_on_a_coin_by_hand(formula: Formula, value: str) -> None:
    """Heads first, then a fair coin."""
    assert formula_probability(COIN, (), table(COIN, "x", "x"), formula) == Fraction(value)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (f(OP.EVENTUALLY, AT[1]), "1"),
        (f(OP.UNTIL, AT[0], AT[1]), "1/2"),
        (f(OP.UNTIL, no(AT[2]), AT[1]), "1/2"),
        (f(OP.EVENTUALLY, f(OP.AND, AT[2], f(OP.NEXT, AT[2]))), "1/3"),
    ],
)
def test_elimination_on_a_game_by_hand(formula: Formula, value: str) -> None:
    """From s a third each: stay, win, lose; from l half: stay, go back. Twice l before w is x = x/3 + y/3,
    where y = 1/2 + x/2: x = 1/3."""
    assert formula_probability(GAME, (), table(GAME, "x", "x", "x"), formula) == Fraction(value)


def test_labels_of_states_and_pairs() -> None:
    """Position t reads the labels of (s_t, a_t)."""
    half = table(MEMORY, {"a": "1/3", "b": "2/3"}, "a", "a")
    labels = (Label("first", pairs=frozenset({(0, 1)})), Label("z", states=frozenset({1})))
    first, z = (Atom(AtomKind.LABEL, name) for name in ("first", "z"))
    assert formula_probability(MEMORY, labels, half, first) == Fraction(2, 3)
    assert formula_probability(MEMORY, labels, half, f(OP.AND, first, f(OP.NEXT, z))) == Fraction(2, 3)
    assert formula_probability(MEMORY, labels, half, f(OP.NEXT, f(OP.NEXT, z))) == 0


def test_traces_backwards_agree_with_traces_one_by_one() -> None:
    """In an environment whose episodes have at most four steps, every trace can be followed."""
    layered = model(
        {
            "p": {"a": {"q": "1/2", "r": "1/2"}, "b": {"end": "1/3", "q": "2/3"}},
            "q": {"a": {"r": "1/4", "end": "3/4"}, "b": "r"},
            "r": {"a": "end", "b": "end"},
            "end": {"a": "end", "b": "end"},
        },
        start={"p": "3/4", "q": "1/4"},
    )
    labels = (Label("a", frozenset({0, 3}), frozenset({(1, 0)})), Label("b", frozenset({2}), frozenset()))
    policy = table(layered, {"a": "1/2", "b": "1/2"}, {"a": "1/5", "b": "4/5"}, "b", {"a": "1/2", "b": "1/2"})

    def follow(state: int, letters: tuple[Letter, ...], mass: Fraction):
        for action, p in policy[state]:
            on = [x for x in (A, B) if x.what in ("a", "b") and carried(state, action, str(x.what))]
            now = (*letters, frozenset(on))
            if state == 3:
                yield Trace(now), mass * p
                continue
            for after, q in layered.rows[state][action]:
                yield from follow(after, now, mass * p * q)

    def carried(state: int, action: int, name: str) -> bool:
        (label,) = (x for x in labels if x.name == name)
        return state in label.states or (state, action) in label.pairs

    random = Random(4)
    episodes = [one for s, p in layered.start for one in follow(s, (), p)]
    assert sum(p for _, p in episodes) == 1
    values = set()
    for _ in range(60):
        formula = drawn(random, random.randint(1, 6))
        value = trace_probability(layered, labels, policy, formula)
        assert value == sum(p for one, p in episodes if holds(formula, one))
        values.add(value)
    assert len(values) > 10


def test_automata_by_hand() -> None:
    """Of a walk that ends in w with chance 1/2 before l: Buechi on w, and co-Buechi on l, say 1."""
    from specexpr.product.acceptance import Fin, Inf
    from specexpr.product.automaton import automaton
    from specexpr.syntax.guards import At, Not

    policy = table(GAME, "x", "x", "x")
    seen, unseen = frozenset({0}), frozenset()
    for condition, mark, value in ((Inf(0), 1, 1), (Inf(0), 2, 0), (Fin(0), 2, 1), (Fin(0), 1, 0)):
        spec = automaton("q", [("q", "q", At(mark), seen), ("q", "q", Not(At(mark)), unseen)], condition)
        assert accepted_probability(GAME, (), policy, spec) == value
    once = [("q", "r", At(2), unseen), ("q", "q", Not(At(2)), unseen), ("r", "r", At(1), seen)]
    spec = automaton("q", [*once, ("r", "r", Not(At(1)), unseen)], Inf(0))
    assert accepted_probability(GAME, (), policy, spec) == Fraction(1, 2)


def test_oracles_agree_on_random_cases() -> None:
    """Automata for G F a and F G a, written down, have the probabilities that elimination finds."""
    from specexpr.product.acceptance import Fin, Inf
    from specexpr.product.automaton import automaton
    from specexpr.syntax.guards import Labelled, Not

    goal = Labelled("goal")
    seen, unseen = frozenset({0}), frozenset()
    often = automaton("q", [("q", "q", goal, seen), ("q", "q", Not(goal), unseen)], Inf(0))
    stays = automaton("q", [("q", "q", goal, unseen), ("q", "q", Not(goal), seen)], Fin(0))
    atom = Atom(AtomKind.LABEL, "goal")
    again, last = f(OP.ALWAYS, f(OP.EVENTUALLY, atom)), f(OP.EVENTUALLY, f(OP.ALWAYS, atom))
    values = set()
    for seed in range(60):
        random = Random(seed)
        environment = random_environment(random, seed % 9)
        for policy in random_tables(random, environment.model, 3):
            where = environment.model, environment.labels, policy
            for spec, formula in ((often, again), (stays, last)):
                value = accepted_probability(*where, spec)
                assert value == formula_probability(*where, formula)
                values.add(value)
    assert len(values) >= 4
