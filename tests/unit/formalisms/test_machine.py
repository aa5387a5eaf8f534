"""Reward machines as objectives: reading, printing and values, against the definitions."""

import doctest
import subprocess
import sys
import time
from fractions import Fraction
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import specexpr.formalisms.machine as machine_module
from specexpr.certify.model import Label, Model
from specexpr.diagnostics import Source, Span, SpecError
from specexpr.document import load, loads
from specexpr.expressivity.task import Options
from specexpr.formalisms.machine import FORMALISM, evaluate, parse, print_machine
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy, point
from specexpr.product.machine import reward_machine
from specexpr.syntax.guards import And, Labelled, Not
from specexpr.testing.generators import awkward_names, random_environment, random_tables

ROOMS = """
environment e {
  states s0 s1; actions a b; start s0
  s0 / a -> s0; s0 / b -> { s1: 1/2, s0: 1/2 }; s1 / * -> s0
  label push { * / b }; label goal { s1 }
}
policy p in e { * -> b }
"""


def read(text, environment, **options):
    return parse(Source("t", text), Span(0, len(text)), environment, pytest.fail, options=Options(**options))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_a_machine_prints_and_reads_back(seed):
    """print, parse: the same machine, with nothing said about it, whatever its names."""
    random = Random(seed)
    environment = random_environment(random, random.randrange(8))
    if random.random() < 0.3:
        environment = awkward_names(random, environment)
    spec = FORMALISM.sample(random, environment)
    assert read(print_machine(environment, spec), environment) == spec


def holds(guard, environment, s, a, t):
    """Evaluate the guard that a text is, by Python's own operators."""
    names = {x.name for x in environment.labels if s in x.states or (s, a) in x.pairs}
    text = guard.replace("!", " not ").replace("&", " and ").replace("|", " or ")
    text = text.replace("true", "True").replace("false", "False")
    for i, name in enumerate(environment.states):
        text = text.replace(f"at {name}", str(i == s)).replace(f"next {name}", str(i == t))
    for i, name in enumerate(environment.actions):
        text = text.replace(f"do {name}", str(i == a))
    return eval(text, {}, {x.name: x.name in names for x in environment.labels})


@pytest.mark.parametrize("seed", range(40))
def test_values_agree_with_walking_step_by_step(seed):
    """The exact value lies within the tail bound of the sum over the first steps; guards as they print."""
    random = Random(seed)
    environment = random_environment(random, random.randrange(5))
    spec = FORMALISM.sample(random, environment)
    spec = machine_module.RewardMachine(
        Fraction(1, 2), spec.states, spec.edges, spec.terminal, spec.otherwise
    )
    lines = print_machine(environment, spec).replace("; ", "\n").split("\n")
    edges = [line.split(" : ")[0].split(" on ", 1) for line in lines if " -> " in line and " on " in line]

    def paid(reward, step):
        if isinstance(reward, Fraction):
            return reward
        s, a, t = step
        return sum(e.value for e in reward if (e.state, e.action) == (s, a) and e.next in (None, t))

    def follow(u, step):
        if u in spec.terminal:
            return u, 0
        for edge, (_, guard) in zip(spec.edges, edges, strict=True):
            if edge.source == u and holds(guard, environment, *step):
                return edge.target, paid(edge.reward, step)
        rest = spec.otherwise
        return (u if rest.target is None else rest.target), paid(rest.reward, step)

    (table,) = random_tables(random, environment.model, 1)
    (value,) = evaluate(environment, spec, [Policy(table)])
    law = {(0, s): p for s, p in environment.model.start}
    total, weight = Fraction(0), Fraction(1)
    for _ in range(10):
        following = {}
        for (u, s), p in law.items():
            for a, q in table[s]:
                for t, r in environment.successors(s, a):
                    v, gain = follow(u, (s, a, t))
                    total += weight * p * q * r * gain
                    following[v, t] = following.get((v, t), 0) + p * q * r
        law, weight = following, weight / 2
    assert abs(total - value) <= 8 * weight * 2  # a step pays at most 4 + 4


def test_a_machine_reads_the_labels_of_where_it_is():
    """Position t reads (s_t, a_t), never s_{t+1}: entering the goal pays one step later."""
    body = "discount 1/2; start u; u -> u on goal : 1; else stay"
    document = loads(ROOMS + f"objective o in e = machine {{ {body} }}")
    objective = document.objective("o")
    # s0 -> s1 with 1/2: V0 = 1/2 (V1 + V0) / 2, V1 = 1 + V0 / 2
    assert evaluate(objective.environment, objective.spec, [document.policy("p")]) == (Fraction(2, 5),)


def test_next_reads_where_the_step_leads():
    """`next s1` is true of the step into s1: it pays at once."""
    body = "discount 1/2; start u; u -> u on next s1 : 1; else stay"
    document = loads(ROOMS + f"objective o in e = machine {{ {body} }}")
    objective = document.objective("o")
    assert evaluate(objective.environment, objective.spec, [document.policy("p")]) == (Fraction(4, 5),)


def test_the_discount_may_come_from_the_document():
    """The body's own discount counts first."""
    environment = loads(ROOMS).environment("e")
    body = "start u; else stay"
    assert read(body, environment, discount=Fraction(1, 3)).discount == Fraction(1, 3)
    assert read(f"{body}; discount 1/2", environment, discount=Fraction(1, 3)).discount == Fraction(1, 2)


def test_states_are_numbered_as_they_first_occur():
    """Start, edges, terminal, else; wherever the lines stand."""
    environment = loads(ROOMS).environment("e")
    spec = read(
        "discount 1/2; else -> d; terminal d c; b -> c on push; a -> b on !push; start a", environment
    )
    assert spec.states == ("a", "b", "c", "d")
    assert (spec.terminal, spec.otherwise.target) == ((2, 3), 3)


FILE = """\
0  # initial state
[2] # terminal state

(0,1,'push&!goal',ConstantRewardFunction(1))
(0,0,"!push|goal", ConstantRewardFunction(0)) # stay
(1,2,'goal',ConstantRewardFunction(-0.5))
(1,1,'!goal',ConstantRewardFunction(0))
(2,2,'True',ConstantRewardFunction(9))
"""


def test_a_machine_is_read_from_a_file(tmp_path):
    """The path is relative to the document; the machine is as if it were written out."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "t1.txt").write_text(FILE)
    (tmp_path / "m" / "e.spex").write_text(
        ROOMS + 'objective o in e = machine { file "t1.txt"; discount 1/2 }'
    )
    document = load(tmp_path / "m" / "e.spex")
    spec = document.objective("o").spec
    written = """discount 1/2; start u0; u0 -> u1 on push & !goal : 1; u0 -> u0 on !push | goal
        u1 -> u2 on goal : -1/2; u1 -> u1 on !goal; terminal u2"""
    assert spec == read(written, document.environment("e"))
    assert document.warnings == ()


def test_a_file_that_is_not_there_is_named(tmp_path):
    """As the document names it, on the span where it does."""
    with pytest.raises(SpecError) as caught:
        loads(ROOMS + 'objective o in e = machine { file "no.txt" }', name=str(tmp_path / "e.spex"))
    said = {d.id: d.message for d in caught.value.diagnostics}
    assert said["unreadable-file"] == "no.txt cannot be read: no such file or directory"
    assert "missing-discount" in said


def test_all_that_is_wrong_is_said_in_one_run():
    """Clashes of edges are found although a guard and the start are wrong."""
    body = "discount 1/2; u -> u on gaol; u -> u on push : 1; u -> u on goal : 2; start u"
    with pytest.raises(SpecError) as caught:
        loads(ROOMS + f"objective o in e = machine {{ {body} }}")
    assert [d.id for d in caught.value.diagnostics] == ["unknown-name", "conflicting-edges"]


def test_ten_policies_of_a_thousand_states_take_seconds():
    """A machine of two states on 1,000 states with three successors each."""
    random, size = Random(0), 1000
    rows = []
    for s in range(size):
        near = [(s + d) % size for d in range(-9, 10)]
        laws = [tuple((t, Fraction(1, 3)) for t in sorted(random.sample(near, 3))) for _ in range(2)]
        rows.append(MappingProxyType(dict(enumerate(laws))))
    model = Model(tuple(f"s{s}" for s in range(size)), ("a", "b"), ((0, Fraction(1)),), tuple(rows))
    labels = (Label("p", frozenset(range(0, size, 7))), Label("q", frozenset(range(0, size, 11))))
    p, q = Labelled("p"), Labelled("q")
    spec = reward_machine(
        "u",
        [("u", "v", p, Fraction(1)), ("v", "u", q, Fraction(2)), ("v", "v", And((p, Not(q))), Fraction(-1))],
        discount=Fraction(9, 10),
        otherwise=(None, Fraction(0)),
    )
    policies = [Policy(tuple(point(random.randrange(2)) for _ in range(size))) for _ in range(10)]
    started = time.perf_counter()
    values = evaluate(Environment("e", model, labels), spec, policies)
    assert len(set(values)) == 10
    assert time.perf_counter() - started < 20


def test_reading_a_machine_needs_no_numbers_library():
    """Neither numpy nor what draws pictures is imported with the formalism."""
    program = (
        "import sys, specexpr.formalisms.machine; print({'numpy', 'pygraphviz', 'lark'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "set()\n"


def test_the_documented_example_runs():
    """The page of the formalism tells the truth."""
    assert doctest.testmod(machine_module).failed == 0
