"""What is printed reads back as the same document."""

from dataclasses import replace
from fractions import Fraction
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Model,
    PolicyConstraint,
    Relation,
    TrajectoryConstraint,
)
from specexpr.diagnostics import Source
from specexpr.document import Document, Family, loads, print_document, print_environment
from specexpr.document.families import reordered_environment
from specexpr.document.scope import reordered_table
from specexpr.expressivity.task import Objective, Options, Task
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment, Label
from specexpr.models.policy import Policy

PLAIN_NAMES = st.from_regex(r"[a-z0-9_.]([a-z0-9_.-]*[a-z0-9_.])?", fullmatch=True)
ODD_NAMES = st.one_of(
    st.sampled_from(
        ["start", "in", "over", "by", "label", "equally", "*", "->", "a\tb", 'q"', "\\", "#", "é", " "]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
)
NAMES = st.one_of(PLAIN_NAMES, ODD_NAMES)


@st.composite
def laws(draw, count):
    """Draw a distribution over `count` things."""
    support = sorted(draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=3)))
    weights = [draw(st.integers(1, 9)) for _ in support]
    return tuple((i, Fraction(w, sum(weights))) for i, w in zip(support, weights, strict=True))


@st.composite
def environments(draw, name, states, actions):
    """Draw an environment with some names, some actions unavailable, and three labels."""
    rows = []
    for _ in states:
        available = sorted(draw(st.sets(st.integers(0, len(actions) - 1), min_size=1)))
        rows.append(MappingProxyType({a: draw(laws(len(states))) for a in available}))
    pairs = [(s, a) for s, row in enumerate(rows) for a in row]
    labels = (
        Label("goal", states=frozenset(draw(st.sets(st.sampled_from(range(len(states))))))),
        Label("push", pairs=frozenset(draw(st.sets(st.sampled_from(pairs))))),
        Label("a b", frozenset({0}), frozenset(pairs)),
    )
    return Environment(
        name, Model(tuple(states), tuple(actions), draw(laws(len(states))), tuple(rows)), labels
    )


@st.composite
def tables(draw, environment):
    """Draw a policy."""
    rows = []
    for s in range(len(environment.states)):
        available = environment.available(s)
        rows.append(tuple((available[i], p) for i, p in draw(laws(len(available)))))
    return tuple(rows)


@st.composite
def documents(draw):
    """Draw a document with two environments of the same names in two orders, and tasks of every kind."""
    states = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    actions = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    names = draw(st.lists(NAMES, min_size=3, max_size=3, unique=True))
    first = draw(environments(names[0], states, actions))
    second = draw(environments(names[1], draw(st.permutations(states)), draw(st.permutations(actions))))
    family = Family(names[2], (first, reordered_environment(second, first)))
    policy_names = draw(st.lists(NAMES, min_size=3, max_size=3, unique=True))
    policies = {}
    for environment in (first, second):
        distinct = draw(st.lists(tables(environment), min_size=1, max_size=3, unique=True))
        policies[environment.name] = tuple(map(Policy, distinct, policy_names))
    options = Options(discount=draw(st.sampled_from([None, Fraction(9, 10)])))
    parse = find_formalism("reward")
    spec = parse.sample(Random(draw(st.integers(0, 99))), first)
    objective = Objective(draw(NAMES), first, "mr", spec)
    scopes = [(names[0], (first,)), (names[1], (second,)), (names[2], family.environments)]
    tasks = [
        draw(asked(name, *draw(st.sampled_from(scopes)), policies, (first, second))) for name in policy_names
    ]
    return Document(
        source=Source("drawn", ""),
        environments=(first, second),
        policies=policies,
        families=(family,),
        objectives=(objective,),
        tasks=tuple(task_with(options, task) for task in tasks),
        options=options,
    )


def task_with(options, task):
    """Return a task as a document with these options gives it."""
    return replace(task, options=task.options.over(options))


@st.composite
def asked(draw, name, scope, members, policies, declared):
    """Draw a task of weak constraints and one acceptable set, so that nothing contradicts itself."""
    constraints, acceptable, mentioned = [], [], []
    for model, environment in enumerate(members):
        old = next(one for one in declared if one.name == environment.name)
        known = [Policy(reordered_table(p.table, old, environment), p.name) for p in policies[old.name]]
        used = set()
        for _ in range(draw(st.integers(1 if model == 0 else 0, 2))):
            i, j = draw(st.sampled_from(range(len(known)))), draw(st.sampled_from(range(len(known))))
            relation = draw(st.sampled_from([Relation.WEAK, Relation.TIE]))
            constraints.append(PolicyConstraint(model, known[i].table, known[j].table, relation))
            used |= {i, j}
        if draw(st.booleans()):
            good = draw(st.sampled_from(range(len(known))))
            over = draw(st.sampled_from([None, tuple(p.table for p in known)]))
            kind = draw(st.sampled_from(Acceptance)) if over is None or len(over) > 1 else Acceptance.EQUAL
            if not constraints:
                acceptable.append(AcceptableSet(model, (known[good].table,), over, kind))
                used |= {good} | (set(range(len(known))) if over else set())
        if draw(st.booleans()):
            s = draw(st.sampled_from(range(len(environment.states))))
            side = ((s, environment.available(s)[0]),)
            constraints.append(TrajectoryConstraint(model, side, side, Relation.WEAK))
        mentioned += [(model, known[i]) for i in sorted(used)]
    own = Options(
        discount=draw(st.sampled_from([None, Fraction(1, 3)])),
        modulo_unreachable=draw(st.sampled_from([None, True])),
    )
    return Task(
        name=name,
        scope=scope,
        environments=members,
        policies=tuple(mentioned),
        constraints=tuple(constraints),
        acceptable=tuple(acceptable),
        options=own,
    )


SLOW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def placeless(document):
    """Return a document without the lines and spans of its tasks."""

    def task(one):
        constraints = tuple(replace(c, line=None) for c in one.constraints)
        acceptable = tuple(replace(c, line=None) for c in one.acceptable)
        return replace(one, constraints=constraints, acceptable=acceptable, span=None)

    return replace(document, tasks=tuple(map(task, document.tasks)), policies=dict(document.policies))


@SLOW
@given(documents())
def test_a_document_prints_and_reads_back(document):
    """print, read, print: equal objects, and the same text."""
    text = print_document(document)
    again = loads(text)
    assert placeless(again) == placeless(document)
    assert print_document(again) == text


def test_an_order_is_printed_as_the_order_that_it_is():
    """A task that an objective induces keeps saying so."""
    document = loads("""
        environment e { states s0 s1; actions a b; start s0; s0 / a -> s0; s0 / b -> s1; s1 / * -> s1 }
        policy stay in e { * -> a }
        policy go in e { * -> b }
        objective fast in e = reward { discount 9/10; s1 / *: 1 }
        task t in e { order stay go by fast }
    """)
    again = loads(print_document(document))
    assert again.task("t").induced_by == document.objective("fast")
    assert "order stay go by fast" in print_document(document)


FAMILY = """
    discount 9/10
    environment e1 { states s0 s1; actions a b; start s0; s0 / a -> s0; s0 / b -> s1; s1 / * -> s1 }
    environment e2 { states s0 s1; actions a b; start s0; s0 / a -> s0; s0 / b -> s1; s1 / * -> s1 }
    family f { e1, e2 }
    policy pa in f { * -> a }
    policy pb in f { * -> b }
    policy pc in f { * -> b }
    objective o in e1 = reward { s0 / a: 1 }
"""
OTHER = "objective o in e2 = reward { s0 / b: 1 }\n"


@pytest.mark.parametrize(
    "text",
    [
        "task t in f { in e1 { order pa pb by o } }",
        OTHER + "task t in f { in e1 { order pa pb by o } }",
        OTHER + "task t in f { in e2 { order pb pa by o } }",
        OTHER + "task t in f { order pa pb by o }",
        OTHER + "task t in f { in e1 { order pa pb by o } in e2 { pa > pb } }",
        OTHER + "task t in f { in e1 { order pc pa pb by o } }",
        OTHER + "task t in f { order pc pa pb by o }",
        "family g { e2 }\n" + OTHER + "task t in g { order pc pb by o }",
        "task t in e1 { pc >= pa; pb > pa; accept equally pc }",
        "task t in f { in e2 { accept pc pb over pa } in e1 { accept pb over pc pa; pc ~ pc } }",
    ],
)
def test_every_member_of_a_family_keeps_its_claims(text):
    """What is asked of a member is printed in that member; ties and equal tables stay as they are."""
    document = loads(FAMILY + text)
    again = loads(print_document(document))
    assert placeless(again) == placeless(document)
    assert print_document(again) == print_document(document)


def test_long_labels_are_printed_in_lines_of_bounded_width():
    """A label of many pairs goes on over several lines, and reads back."""
    states = " ".join(f"s{i}" for i in range(150))
    members = ", ".join(f"s{i} / a" for i in range(149))
    text = (
        f"environment e {{\nstates {states}\nactions a b\nstart s0\n* / * -> s0\nlabel x {{ {members} }}\n}}"
    )
    environment = loads(text).environment("e")
    printed = print_environment(environment)
    assert max(map(len, printed.splitlines())) <= 110
    assert loads(printed).environment("e") == environment


def test_many_states_are_printed_in_lines_of_bounded_width():
    """Names are wrapped; rows that are equal for all actions are written once."""
    states = " ".join(f"s{i}" for i in range(200))
    text = f"environment e {{\nstates {states}\nactions a b\nstart s0\n* / * -> s0\n}}"
    environment = loads(text).environment("e")
    printed = print_environment(environment)
    assert max(map(len, printed.splitlines())) <= 110
    assert "  s7 / * -> s0\n" in printed
    assert loads(printed).environment("e") == environment
