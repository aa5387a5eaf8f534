"""The reference format: what it says is what the machine does, and what it cannot say is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from types import MappingProxyType

import pytest

from specexpr.certify.model import Label, Model
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Severity, Span, SpecError
from specexpr.formalisms.machine import evaluate
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.machine import Edge, Otherwise, RewardMachine, Run, find_faults, possible_steps
from specexpr.product.normal_form import TooManyTermsError, normal_form
from specexpr.product.reference import read_reference, write_reference
from specexpr.syntax.guards import (
    TRUE,
    And,
    At,
    Guard,
    Labelled,
    Not,
    Or,
    conjunction,
    disjunction,
    holds,
    label_sets,
)
from specexpr.testing.brute_force import policy_value
from specexpr.testing.generators import random_model, random_table

HALF, ONE = Fraction(1, 2), Fraction(1)


def environment(seed: int) -> Environment:
    """Return an environment with labels e, f and n on states and pairs; its first state, s0, has none."""
    random = Random(seed)
    model = random_model(random, 4, 2)
    model = replace(model, start=((0, ONE),))
    pairs = [(s, a) for s, row in enumerate(model.rows) for a in row if s]
    labels = (
        Label("e", frozenset(random.sample((1, 2, 3), 2))),
        Label("f", pairs=frozenset(random.sample(pairs, 2))),
        Label("n", frozenset({random.choice((1, 2, 3))})),
    )
    return Environment("grid", model, labels)


def on_states(where: Environment) -> Environment:
    """Return the environment with labels of states alone, as in the reference code."""
    labels = tuple(
        replace(x, states=x.states | {s for s, _ in x.pairs}, pairs=frozenset()) for x in where.labels
    )
    return replace(where, labels=labels)


def read(text: str, where: Environment) -> tuple[RewardMachine | None, list[Diagnostic]]:
    said: list[Diagnostic] = []
    machine = read_reference(text, where, said.append, name="t.txt", span=Span(0, 0), discount=HALF)
    return machine, said


TASK = """\
0 # initial state
[2] # terminal state
(0,0,'!e&!n',ConstantRewardFunction(0))
(0,1,'e&!n',ConstantRewardFunction(0.25))
(1,1,'!f&!n',ConstantRewardFunction(-1))
(1,2,'f&!n|f&e',ConstantRewardFunction(1))
"""


def interpreted(text: str, where: Environment, policy: Policy, discount: Fraction) -> Fraction:
    """Return the value that the format means: labels are read of the state that a step enters.

    In each state the first line counts whose guard holds; a step without one ends it all, and pays nothing.
    """
    head, ends, *rest = [line.split("#")[0] for line in text.splitlines()]
    lines = [eval(line, {"ConstantRewardFunction": str}) for line in rest]
    end, terminal = -1, eval(ends)

    def satisfied(guard: str, names: set[str]) -> bool:
        terms = [term.split("&") for term in guard.split("|")]
        return any(all((x.lstrip("!") in names) is not x.startswith("!") for x in term) for term in terms)

    def follow(u: int, s: int) -> tuple[int, Fraction]:
        names = {x.name for x in where.labels if s in x.states}
        for source, target, guard, reward in lines:
            if source == u and u != end and satisfied(guard, names):
                return (end if target in terminal else target), Fraction(reward)
        return end, Fraction(0)

    known = sorted({end, eval(head), *(x for line in lines for x in line[:2])})
    size, rows, pays = len(where.states), [], {}
    for i, u in enumerate(known):
        for s, row in enumerate(where.model.rows):
            laws = {}
            for a, law in row.items():
                outcomes = {}
                for t, p in law:
                    v, reward = follow(u, t)
                    outcomes[known.index(v) * size + t] = p
                    pays[i * size + s, a, known.index(v) * size + t] = reward
                laws[a] = tuple(sorted(outcomes.items()))
            rows.append(MappingProxyType(laws))
    start = tuple((known.index(eval(head)) * size + s, p) for s, p in where.model.start)
    model = Model(tuple(map(str, range(len(rows)))), where.actions, start, tuple(rows))
    return policy_value(model, policy.table * len(known), pays, discount=discount)


@pytest.mark.parametrize("seed", range(30))
def test_a_machine_sees_one_step_later_what_the_reference_code_sees(seed: int) -> None:
    """Where the start carries no label: the value here is that of the format's own meaning times g."""
    where = on_states(environment(seed))
    machine, said = read(TASK, where)
    assert all(d.severity is Severity.WARNING for d in said)
    assert machine is not None
    assert not label_sets(where)[0, min(where.model.rows[0])]
    policy = Policy(random_table(Random(seed), where.model))
    (value,) = evaluate(where, machine, [policy])
    assert value == HALF * interpreted(TASK, where, policy, HALF)


@pytest.mark.parametrize("seed", range(25))
def test_what_is_written_reads_back_as_the_same_behaviour(seed: int) -> None:
    """write, read: from each state each step leads to the same state and pays the same."""
    random, where = Random(seed), environment(seed)
    machine = random_machine(random)
    if find_faults(where, machine).clashes or find_faults(where, machine).gaps:
        machine = replace(
            machine, edges=machine.edges[:1], otherwise=Otherwise(random.choice((None, 0, 2)), ONE)
        )
    again, said = read(write_reference(where, machine), where)
    assert again is not None, said
    name = [f"u{u}" for u in range(len(machine.states))]
    ours, theirs = Run(where, machine), Run(where, again)
    for u in range(len(machine.states)):
        if name[u] not in again.states:
            continue
        for step in possible_steps(where):
            v = theirs.move(again.states.index(name[u]), step)
            assert again.states[v] == name[ours.move(u, step)]
            assert theirs.pay(again.states.index(name[u]), step) == ours.pay(u, step)


def random_guard(random: Random, depth: int) -> Guard:
    if depth == 0:
        return Labelled(random.choice("efn"))
    parts = [random_guard(random, depth - 1) for _ in range(random.randint(1, 3))]
    return random.choice((Not(parts[0]), conjunction(parts), disjunction(parts)))


def random_machine(random: Random) -> RewardMachine:
    one, other = random_guard(random, 2), random_guard(random, 2)
    edges = (
        Edge(0, 1, one, Fraction(random.randint(-3, 3), 2)),
        Edge(0, 2, conjunction((Not(one), other)), ONE),
        Edge(1, 0, other),
        Edge(1, 1, Not(other), -ONE),
    )
    rest = random.choice((Otherwise(), Otherwise(2), Otherwise(2, ONE), Otherwise(1, -ONE)))
    return RewardMachine(HALF, ("u0", "u1", "u2"), edges, (2,), rest)


@pytest.mark.parametrize("seed", range(30))
def test_normal_forms_are_equivalent(seed: int) -> None:
    """On all eight sets of three labels; a term never contains another."""
    guard = random_guard(Random(seed), 3)
    text = normal_form(guard)
    terms = [] if text is None else [set(t.split("&")) if t != "True" else set() for t in text.split("|")]
    assert not any(one < other for one in terms for other in terms)
    for present in product((False, True), repeat=3):
        names = frozenset(x for x, on in zip("efn", present, strict=True) if on)
        meant = any(all((x.lstrip("!") in names) is not x.startswith("!") for x in term) for term in terms)
        assert meant is holds(guard, names, (0, 0, 0))


def test_a_huge_normal_form_is_given_up() -> None:
    """Sixteen alternatives of two labels each have 2^16 terms when they are multiplied out."""
    guard = And(tuple(Or((Labelled(f"a{i}"), Labelled(f"b{i}"))) for i in range(16)))
    with pytest.raises(TooManyTermsError):
        normal_form(guard)
    labels = tuple(Label(f"{x}{i}") for i in range(16) for x in "ab")
    where = replace(environment(0), labels=labels)
    with pytest.raises(SpecError) as caught:
        write_reference(where, RewardMachine(HALF, ("u",), (Edge(0, 0, guard),), (), Otherwise()))
    assert [d.id for d in caught.value.diagnostics] == ["no-reference-text"]


def test_a_step_without_an_edge_ends_the_machine() -> None:
    """Read as the reference code reads it, and said in one warning; a machine without an end gets one."""
    where = next(e for e in map(environment, range(50)) if covers(e))
    machine, said = read(TASK, where)
    assert machine is not None
    assert [(d.id, d.severity) for d in said] == [("machine-falls", Severity.WARNING)]
    assert machine.otherwise == Otherwise(machine.states.index("u2"))
    machine, said = read("0\n[]\n(0,0,'!n',ConstantRewardFunction(1))\n", where)
    assert machine is not None
    assert (machine.states, machine.terminal, machine.otherwise) == (("u0", "end"), (1,), Otherwise(1))


def covers(where: Environment) -> bool:
    return any("n" in names for names in label_sets(where).values())


def test_a_total_machine_is_read_without_a_word() -> None:
    """`True` and `False` are guards; spaces, comments and empty lines are no harm."""
    text = "0\n[ 1, 2 ]\n\n# edges\n ( 0 , 1 , 'e & !f' , ConstantRewardFunction( 1/3 ) )\n"
    text += "(0,0,\"!e|f\",ConstantRewardFunction(1e-1))  # rest\n(0,2,'False',ConstantRewardFunction(0))\n"
    machine, said = read(text, environment(0))
    assert said == []
    assert machine is not None
    assert [edge.reward for edge in machine.edges] == [Fraction(1, 3), Fraction(1, 10), 0]
    machine, said = read("7\n[]\n(7,7,'True',ConstantRewardFunction(1))\n", environment(0))
    assert (machine, said) == (RewardMachine(HALF, ("u7",), (Edge(0, 0, TRUE, ONE),)), [])


EDGE = "(0,0,'True',ConstantRewardFunction(1))"

FAULTS = (
    ("", "machine-file", "t.txt ends before the number of the initial state"),
    ("0\n", "machine-file", "t.txt ends before the list of terminal states"),
    (f"u\n[]\n{EDGE}", "machine-file", "line 1: expected the number of the initial state, found u"),
    (f"0\n2\n{EDGE}", "machine-file", "line 2: expected a list of terminal states, found 2"),
    ("0\n[]\n\n(0,0,'e')", "machine-file", "line 4: this is no edge: (0,0,'e')"),
    (f"0\n[]\n{EDGE.replace('True', '!(f|n')}", "machine-file", "line 3: expected a proposition, found !(f"),
    (f"0\n[]\n{EDGE.replace('True', 'e&')}", "machine-file", "line 3: expected a proposition, found nothing"),
    (f"0\n[]\n{EDGE.replace('True', 'e|g')}", "unknown-name", 'line 3: environment "grid" has no label "g"'),
    (f"0\n[]\n{EDGE.replace('(1)', '(x)')}", "machine-file", "line 3: x is not a number"),
    (
        f"0\n[]\n{EDGE.replace('Constant', 'My')}",
        "reward-function",
        "line 3: MyRewardFunction is no constant reward",
    ),
    ("0\n[]\n(0,0,'e',Control())", "reward-function", "line 3: Control is no constant reward"),
    (f"0\n[1]\n(1,0,'e',Forward())\n{EDGE}", "reward-function", "line 3: Forward is no constant reward"),
    (
        f"0\n[]\n{EDGE.replace('0,0', '0,1')}",
        "machine-file",
        "line 3: no edge leaves the state 1, which is not terminal",
    ),
    (
        f"0\n[]\n{EDGE}\n(0,0,'!e',ConstantRewardFunction(2))",
        "conflicting-edges",
        "line 4: this edge and that of line 3 are both taken on the label set {}",
    ),
)


@pytest.mark.parametrize(("text", "id", "message"), FAULTS)
def test_what_is_wrong_is_said_with_its_line(text: str, id: str, message: str) -> None:
    """With the number of the line in the file; there is no machine."""
    machine, said = read(text, environment(0))
    assert machine is None
    assert [(d.id, d.message.removeprefix("t.txt, ")) for d in said] == [(id, message)]
    assert said[0].help


def test_all_lines_that_are_wrong_are_said() -> None:
    """In one run."""
    machine, said = read("x\ny\nz\n(0,0,'q',RewardControl())", environment(0))
    assert machine is None
    assert [d.id for d in said] == ["machine-file"] * 3 + ["unknown-name", "reward-function"]


def test_what_the_format_cannot_say_is_refused() -> None:
    """Each thing by name: atoms that are no labels, labels that are no propositions, tables."""
    where = replace(environment(0), labels=(Label("two words"), Label("True")))
    table = RewardMachine(HALF, ("u",), (Edge(0, 0, Or((At(0), Labelled("two words"), Labelled("True")))),))
    rest = Otherwise(None, (entry(),))
    with pytest.raises(SpecError) as caught:
        write_reference(where, replace(table, otherwise=rest))
    assert {d.id for d in caught.value.diagnostics} == {"no-reference-text"}
    assert [d.message for d in caught.value.diagnostics] == [
        "the reference format has labels only, a guard mentions at s0",
        'the reference format cannot hold the label "two words"',
        "the reference format cannot hold the label True",
        "the reference format has constant rewards only, an edge pays by a table",
    ]


def entry() -> RewardEntry:
    return RewardEntry(0, 0, None, ONE)


def test_a_written_machine_is_as_one_would_write_it() -> None:
    """A file comes back as it is."""
    text = TASK.replace("0.25", "1/4")
    machine, _ = read(text, environment(0))
    assert machine is not None
    assert write_reference(environment(0), machine) == text.replace("f&e", "e&f")  # in alphabetical order
