"""The Hanoi format: what is written is what was meant, for Spot too; what has no counterpart is refused."""

from __future__ import annotations

from random import Random

import pytest

from specexpr.certify.model import Label
from specexpr.formalisms import automaton as objective
from specexpr.models.environment import Environment
from specexpr.product.acceptance import Fin, Inf, accepts, every, some
from specexpr.product.automaton import (
    Automaton,
    Edge,
    automaton,
    automaton_of,
    automaton_property,
    find_faults,
    run_of,
)
from specexpr.product.formulas import formula_property
from specexpr.product.hoa import find_atom, proposition, read_acceptance, read_hoa, write_hoa
from specexpr.product.hoa_text import HoaError
from specexpr.product.spot_translation import spot
from specexpr.syntax.formulas import random_formula
from specexpr.syntax.guards import TRUE, At, Do, Labelled, Next, Not, conjunction
from specexpr.testing.examples import model
from specexpr.testing.generators import awkward_names, random_environment

ROOMS = Environment(
    "rooms",
    model({"s0": {"a": "s1", "b": "s0"}, "s1": {"a": "s0", "b": "s1"}}, start="s0"),
    (Label("goal", frozenset({1})), Label("push", pairs=frozenset({(0, 1), (1, 0)}))),
)

FILE = """\
HOA: v1 /* a comment
over two lines */
name: "again and again"
States: 2
Start: 0
AP: 2 "goal" "push"
Alias: @both 0 & 1
acc-name: Buchi
Acceptance: 1 Inf(0)
properties: trans-labels explicit-labels trans-acc
--BODY--
State: 0 "far"
[!@both] 0
[@both] 1 {0}
State: 1 "near"
[t] 0
--END--
"""


def changed(old: str, new: str) -> str:
    """Return the file with one thing changed."""
    assert old in FILE
    return FILE.replace(old, new)


def test_a_file_by_hand() -> None:
    """Names, labels, aliases, marks; comments and what is not needed are passed over."""
    both = conjunction((Labelled("goal"), Labelled("push")))
    assert read_hoa(ROOMS, FILE) == Automaton(
        ("far", "near"),
        (Edge(0, 0, Not(both)), Edge(0, 1, both, frozenset({0})), Edge(1, 0, TRUE)),
        Inf(0),
    )


def test_marks_of_states_are_marks_of_their_edges() -> None:
    """With state-based acceptance a visit shows the marks."""
    by_state = changed("[@both] 1 {0}", "[@both] 1").replace('1 "near"', '1 "near" {0}')
    (*_, last) = read_hoa(ROOMS, by_state).edges
    assert last == Edge(1, 0, TRUE, frozenset({0}))


def test_labels_of_states_are_labels_of_their_edges() -> None:
    """State: [0] 1 says it of all edges that leave the state."""
    (*_, last) = read_hoa(ROOMS, changed('State: 1 "near"\n[t] 0', 'State: [!0] 1 "near"\n0')).edges
    assert last == Edge(1, 0, Not(Labelled("goal")))


def test_edges_without_labels_are_in_binary_order() -> None:
    """The first proposition is the lowest digit."""
    text = changed("[!@both] 0\n[@both] 1 {0}", "0 0 0 1 {0}")
    assert run_of(ROOMS, automaton_property(read_hoa(ROOMS, text))) == run_of(
        ROOMS, automaton_property(read_hoa(ROOMS, FILE))
    )


def test_negated_sets_are_sets() -> None:
    """Fin(!0): edges without mark 0 are seen only finitely often."""
    made = read_hoa(ROOMS, changed("Inf(0)", "Fin(!0) | Inf(0)"))
    assert made.acceptance == some([Fin(1), Inf(0)])
    assert [sorted(edge.marks) for edge in made.edges] == [[1], [0], [1]]


def test_acceptance_binds_as_the_format_says() -> None:
    """& before |."""
    wanted = some([every([Inf(0), Fin(1)]), Inf(2)])
    assert read_acceptance("Inf(0) & Fin(1) | Inf(2)") == read_acceptance("(Inf(0)&Fin(1))|Inf(2)") == wanted
    assert accepts(read_acceptance("t"), set())
    assert not accepts(read_acceptance("f"), set())


REFUSED = [
    (changed("HOA: v1", "HOA: v2"), 1, "it does not start with HOA: v1"),
    ("", 1, "it does not start with HOA: v1"),
    (changed("Start: 0\n", ""), None, "header Start: there is no initial state"),
    (changed("Start: 0", "Start: 0\nStart: 1"), 6, "header Start: there are several initial states"),
    (changed("Start: 0", "Start: 0 & 1"), 5, "header Start: it is a conjunction of states"),
    (changed("Start: 0", "Start: 7"), None, "header Start: there is no state 7"),
    (changed("Acceptance: 1 Inf(0)\n", ""), None, "header Acceptance: there is no acceptance condition"),
    (
        changed("Acceptance: 1 Inf(0)", "Acceptance: 1 Inf(1)"),
        9,
        "header Acceptance: the condition names a set that there is not",
    ),
    (changed("States: 2", "States: 2\nStates: 3"), 5, "header States: it is given twice"),
    (changed("acc-name: Buchi", "Rank: 3"), 8, "header Rank: it changes the meaning in a way unknown here"),
    (changed("trans-acc", "univ-branch"), 10, "header properties: univ-branch: it branches universally"),
    (changed("[t] 0", "[t] 0&1"), 15, "header properties: univ-branch: an edge leads to several states"),
    (changed("[t] 0", "[t] 2"), 16, "header States: there is no state 2"),
    (changed("1 {0}", "1 {3}"), 14, "header Acceptance: there is no set 3"),
    (
        changed('AP: 2 "goal" "push"', 'AP: 3 "goal" "push"'),
        7,
        "header AP: it announces 3 propositions and lists 2",
    ),
    (changed('"goal" "push"', '"gaol" "push"'), 6, 'environment "rooms" has no label "gaol"'),
    (changed("[t] 0", "[2] 0"), 16, "expected a proposition, found 2"),
    (changed("[t] 0", "[@none] 0"), 16, "expected a proposition, found @none"),
    (changed("[t] 0", "[0 0"), 16, "expected ']', found 0"),
    (changed("State: 1", "State: 0"), 15, "state 0 is given twice"),
    (changed("[!@both] 0", "0"), 12, "state 0 has edges with labels and without"),
    (changed("--END--\n", "--ABORT--\n"), 17, "expected --END--, found --ABORT--"),
    (FILE + "HOA: v1\n", 18, "something follows --END--"),
    (changed("Inf(0)", "Foo(0)"), 9, "expected Inf(0) or Fin(0), found Foo"),
    (changed("over two lines */", "over two lines"), 1, "a comment that does not end"),
    (changed("over two lines */", "over /* two lines */"), 1, "a comment that does not end"),
    (changed("States: 2", "States: 99999999999"), 4, "numbers above 999,999,999 are not read"),
    (changed("Acceptance: 1", "Acceptance: 99999999999"), 9, "numbers above 999,999,999 are not read"),
    (changed("States: 2", "States: two"), 4, "expected the number of states, found two"),
    (
        changed("[t] 0", "[" + "(" * 60 + "t" + ")" * 60 + "] 0"),
        16,
        "an expression is nested more than 50 deep",
    ),
]


@pytest.mark.parametrize(("text", "line", "message"), REFUSED)
def test_what_is_refused(text: str, line: int | None, message: str) -> None:
    """The message names the header where one is to blame, and the line."""
    with pytest.raises(HoaError) as caught:
        read_hoa(ROOMS, text)
    assert message in str(caught.value)
    assert caught.value.line == line
    assert caught.value.hint


def test_comments_nest() -> None:
    """Version 1 of the format: a comment in a comment ends first; strings hold what looks like one."""
    nested = changed("over two lines */", "over /* two */ /* or /* more */ */ lines */")
    assert read_hoa(ROOMS, nested) == read_hoa(ROOMS, FILE)
    assert read_hoa(ROOMS, changed('"again and again"', '"/* again"')) == read_hoa(ROOMS, FILE)


def test_no_tool_is_recommended_where_it_does_not_help() -> None:
    """An automaton without a condition, or with marks that there are not, is not made right by any."""
    for text in (
        changed("Acceptance: 1 Inf(0)\n", ""),
        changed("1 {0}", "1 {3}"),
        changed("Inf(0)", "Inf(1)"),
        changed("Start: 0", "Start: 7"),
    ):
        with pytest.raises(HoaError) as caught:
            read_hoa(ROOMS, text)
        assert "autfilt" not in caught.value.hint
    with pytest.raises(HoaError) as caught:
        read_hoa(ROOMS, changed("1 {0}", "1 {3}"))
    assert caught.value.hint == "the header Acceptance announces 1, numbered from 0 to 0"


def test_nothing_is_believed_about_determinism() -> None:
    """Whatever `properties` says: two edges on one label set, and none on another, are found."""
    boasting = changed("trans-acc", "trans-acc deterministic complete")
    doubled = read_hoa(ROOMS, boasting.replace("[!@both] 0", "[!0] 0\n[0] 0"))
    faults = find_faults(ROOMS, doubled)
    assert [(clash.first, clash.second) for clash in faults.clashes] == [(1, 2)]
    holed = read_hoa(ROOMS, boasting.replace("[!@both] 0", "[!0] 0"))
    assert [gap.state for gap in find_faults(ROOMS, holed).gaps] == [0]
    assert not find_faults(ROOMS, read_hoa(ROOMS, FILE)).clashes
    assert not find_faults(ROOMS, read_hoa(ROOMS, FILE)).gaps


@pytest.mark.parametrize("seed", range(40))
def test_what_is_written_is_read_back(seed: int) -> None:
    """By us, and by Spot with the same language, also with names that have to be escaped."""
    random = Random(seed)
    environment = random_environment(random, seed % 9)
    if seed % 2:
        environment = awkward_names(random, environment)
    if seed % 3:
        wanted = formula_property(random_formula(random, environment, size=random.randint(1, 5)))
    else:
        wanted = automaton_property(objective.sample(random, environment))
    made = automaton_of(run_of(environment, wanted))
    text = write_hoa(environment, made, title='a "title" \\ with signs')
    assert read_hoa(environment, text) == made
    theirs = spot().automaton(text)
    assert spot().is_deterministic(theirs)
    assert spot().is_complete(theirs)
    again = write_hoa(environment, read_hoa(environment, theirs.to_str("hoa")))
    assert spot().are_equivalent(spot().automaton(again), theirs)


def test_propositions_are_names_of_labels_and_spelled_atoms() -> None:
    """A label that is spelled like an atom is written in quotes; what is there is found again."""
    odd = Environment("odd", ROOMS.model, tuple(Label(name) for name in ("at s0", '"x"', "two words", "do")))
    for atom in (At(0), Do(1), Next(1), *(Labelled(label.name) for label in odd.labels)):
        assert find_atom(odd, proposition(odd, atom), line=None) == atom
    assert proposition(odd, Labelled("at s0")) == '"at s0"'
    assert proposition(odd, Labelled("two words")) == "two words"


def test_guards_of_tables_are_disjoint_and_complete() -> None:
    """Even on valuations that never occur: Spot finds the automaton deterministic and complete."""
    never_both = automaton(
        "q",
        [
            ("q", "q", conjunction((At(0), Not(At(1)))), frozenset({0})),
            ("q", "r", conjunction((At(1), Not(At(0)))), frozenset()),
            ("r", "r", TRUE, frozenset()),
        ],
        Fin(0),
    )
    text = write_hoa(ROOMS, automaton_of(run_of(ROOMS, automaton_property(never_both))))
    theirs = spot().automaton(text)
    assert spot().is_deterministic(theirs)
    assert spot().is_complete(theirs)
