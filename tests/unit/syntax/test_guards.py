"""Guards: what they mean, and that printing and reading gives the same guard."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.certify.model import Label
from specexpr.diagnostics import Diagnostic, Source, Span
from specexpr.models.environment import Environment
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.guards import (
    FALSE,
    TRUE,
    And,
    At,
    Do,
    Guard,
    Labelled,
    Next,
    Not,
    Or,
    atoms,
    conjunction,
    disjunction,
    holds,
    label_sets,
    print_guard,
    read_guard,
)
from specexpr.syntax.nodes import Node
from specexpr.testing.examples import model

WHERE = Environment(
    "e",
    model({"s": {"next": "t", "do": "s"}, "t": {"next": "s"}}, start="s"),
    (Label("p", frozenset({0})), Label("at", pairs=frozenset({(0, 1), (1, 0)})), Label("two words")),
)
P, AT, SPACED = Labelled("p"), Labelled("at"), Labelled("two words")
ATOMS: list[Guard] = [P, AT, SPACED, At(0), At(1), Do(0), Do(1), Next(0), Next(1), TRUE, FALSE]


def combined(inner: st.SearchStrategy[Guard]) -> st.SearchStrategy[Guard]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(inner.map(Not), several.map(conjunction), several.map(disjunction))


GUARDS = st.recursive(st.sampled_from(ATOMS), combined, max_leaves=12)


def read(text: str, said: list[Diagnostic] | None = None) -> Guard | None:
    """Read a guard from an edge of a machine."""
    body = f"u -> u on {text}"
    found: list[Diagnostic] = [] if said is None else said
    read = parse_entries("machine", Source("t", body), Span(0, len(body)), found.append, start="machine_body")
    (edge,) = read.entries
    assert isinstance(edge, Node)
    return read_guard(WHERE, edge.children[2], found.append)


@given(GUARDS)
def test_guards_print_and_read_back(guard: Guard) -> None:
    """With parentheses where they are needed, and quotes around labels that are words of guards."""
    assert read(print_guard(WHERE, guard)) == guard


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("p & at s | !do next", Or((And((P, At(0))), Not(Do(0))))),
        ("p | at s & next t", Or((P, And((At(0), Next(1)))))),
        ('("at" | p) & true', And((Or((AT, P)), TRUE))),
        ("!(p & p)", Not(And((P, P)))),
        ("p & (p & p)", And((P, P, P))),
        ("(p | (p)) | p", Or((P, P, P))),
        ("!!p", Not(Not(P))),
        ('"two words"&!false', And((SPACED, Not(FALSE)))),
        ("at t & do do", And((At(1), Do(1)))),
    ],
)
def test_how_guards_bind(text: str, guard: Guard) -> None:
    """Negation binds tightest, then "and", then "or"; repetitions stay."""
    assert read(text) == guard


@pytest.mark.parametrize("two", list(product((False, True), repeat=2)))
def test_operators_have_their_truth_tables(two: tuple[bool, bool]) -> None:
    """Each combination of two labels, for each operator."""
    x, y = two
    labels = frozenset(name for name, on in (("p", x), ("at", y)) if on)

    def value(guard: Guard) -> bool:
        return holds(guard, labels, (0, 0, 0))

    assert value(And((P, AT))) is (x and y)
    assert value(Or((P, AT))) is (x or y)
    assert value(Not(P)) is (not x)
    assert value(TRUE)
    assert not value(FALSE)


def test_atoms_see_the_step() -> None:
    """`at`, `do` and `next` are about state, action and next state."""
    step = (0, 1, 2)
    assert holds(And((At(0), Do(1), Next(2))), frozenset(), step)
    assert not any(holds(guard, frozenset(), step) for guard in (At(1), At(2), Do(0), Next(0), Next(1)))


def test_label_sets_join_those_of_states_and_pairs() -> None:
    """A pair carries the labels of its state and its own; unavailable pairs do not occur."""
    both, none = frozenset({"p", "at"}), frozenset({"p"})
    assert label_sets(WHERE) == {(0, 0): none, (0, 1): both, (1, 0): frozenset({"at"})}


def test_atoms_are_those_that_are_mentioned() -> None:
    """In their order, constants left out."""
    assert list(atoms(Or((And((P, Not(At(0)))), TRUE, P)))) == [P, At(0), P]


@pytest.mark.parametrize("text", ["!" * 60 + "p", "!(p & " * 40 + "p" + ")" * 40])
def test_depth_is_bounded(text: str) -> None:
    """A guard that is nested too deeply is one diagnostic and no crash."""
    said: list[Diagnostic] = []
    assert read(text, said) is None
    assert [d.id for d in said] == ["nested-too-deeply"]


def test_long_guards_and_parentheses_are_no_harm() -> None:
    """Width is not bounded, nor are parentheses that mean nothing."""
    assert read(" | ".join(["p"] * 5000)) == Or((P,) * 5000)
    assert read("(" * 5000 + "p" + ")" * 5000) == P


def test_unknown_names_are_reported_all() -> None:
    """One diagnostic each, on their spans."""
    said: list[Diagnostic] = []
    assert read("q & at x | do y & next z & p", said) is None
    assert [d.message for d in said] == [
        'environment "e" has no label "q"',
        'environment "e" has no state "x"',
        'environment "e" has no action "y"',
        'environment "e" has no state "z"',
    ]
