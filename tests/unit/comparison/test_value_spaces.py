"""Value spaces against the deciders: what is surely expressed is, and what is expressed is at most that."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.comparison.asking import Inquiry, ask
from specexpr.comparison.hierarchy import SEVENTEEN
from specexpr.comparison.small_worlds import weak_orders
from specexpr.comparison.value_spaces import ValueSpace, at_most, space_of, surely
from specexpr.expressivity.task import Options, Task
from specexpr.expressivity.verdict import Expressible, Undecided
from specexpr.formalism import formalisms, posed, settled
from specexpr.models.environment import Environment
from specexpr.testing.generators import random_model, random_table


def is_expressible(name: str, environment: Environment, tables: list[Table], levels: tuple[int, ...]) -> bool:
    """Decide the order in levels, at an open discount."""
    order = sorted(range(len(levels)), key=lambda i: levels[i])
    chain = [
        PolicyConstraint(0, tables[i], tables[j], Relation.TIE if levels[i] == levels[j] else Relation.STRICT)
        for i, j in pairwise(order)
    ]
    task = Task(name="t", scope="e", environments=(environment,), policies=(), constraints=tuple(chain))
    formalism = formalisms()[name]
    verdict = ask(Inquiry(settled(formalism, posed(formalism, task, Options())), formalism)).verdict
    assert not isinstance(verdict, Undecided), verdict
    return isinstance(verdict, Expressible)


@pytest.mark.parametrize("name", SEVENTEEN)
def test_deciders_lie_between_the_spaces(name: str) -> None:
    """On random policies and orders: surely, then expressible, then at most; both sides occur."""
    random = Random(SEVENTEEN.index(name))
    lower = surely(name)
    assert (lower is None) == (name == "ltl")
    seen = set()
    for _ in range(6 if name in ("rm", "ltl") else 10):
        model = random_model(random, random.randint(1, 3), 2)
        tables = [random_table(random, model) for _ in range(3)]
        tables[1] = tables[0] if random.random() < 0.1 else tables[1]
        levels = random.choice(weak_orders(3))
        if any(tables[i] == tables[j] for i in range(3) for j in range(i)):
            continue
        answer = is_expressible(name, Environment("e", model), tables, levels)
        most = at_most(name)(model, tables)
        assert not answer or most.has(levels)
        if lower is not None:
            assert not lower(model, tables).has(levels) or answer
        seen.add(answer)
    assert True in seen


def test_spaces_are_exact_where_they_say_so() -> None:
    """For averages, machines and whatever tells policies apart both spaces are one."""
    random = Random(3)
    model = random_model(random, 3, 2)
    tables = [random_table(random, model) for _ in range(4)]
    for name in SEVENTEEN:
        lower = surely(name)
        if name in ("mr", "rrl"):
            assert lower is not None
            assert lower(model, tables).is_within(at_most(name)(model, tables))
        elif lower is not None:
            assert lower(model, tables) == at_most(name)(model, tables)


def test_a_space_knows_its_orders() -> None:
    """The middle of a segment cannot be best; on a part of the policies more is possible."""
    segment = space_of([{0: 1, 1: 1, 2: 1}, {1: 1, 2: 2}], 3)
    assert [segment.has(levels) for levels in ((0, 1, 2), (2, 1, 0), (1, 0, 1), (0, 0, 1))] == [
        True,
        True,
        False,
        False,
    ]
    assert segment.on([0, 2]) == ValueSpace(((1, 0), (0, 1))) or segment.on([0, 2]).has((1, 0))
    assert segment.on([0, 2]).has((0, 1))
    everything = space_of([{k: 1} for k in range(3)], 3)
    assert segment.is_within(everything)
    assert not everything.is_within(segment)
