"""What the benchmarks measure on: environments and questions, exact, made from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
from numpy.typing import NDArray

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Table,
)
from specexpr.expressivity.task import Options, Question, Task
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy, deterministic, point

Actions = tuple[int, ...]
"""A deterministic policy: one action a state."""

ONE = Fraction(1)


def named(name: str, start: Distribution, rows: Sequence[dict[int, Distribution]]) -> Environment:
    """Return an environment with states s0, s1, .. and actions a0, a1, .."""
    actions = 1 + max(a for row in rows for a in row)
    states = tuple(f"s{s}" for s in range(len(rows)))
    return Environment(name, Model(states, tuple(f"a{a}" for a in range(actions)), start, tuple(rows)))


def accept_question(
    environment: Environment, good: Sequence[Actions], acceptance: Acceptance, discount: Fraction
) -> Question:
    """Ask for a reward that accepts the good policies among all deterministic ones."""
    tables = tuple(map(deterministic, good))
    task = Task(
        name="accepted",
        scope=environment.name,
        environments=(environment,),
        policies=tuple((0, Policy(table, f"p{i}")) for i, table in enumerate(tables)),
        acceptable=(AcceptableSet(0, tables, None, acceptance),),
    )
    return Question(task=task, options=Options(discount=discount))


def order_question(
    environment: Environment, pairs: Sequence[tuple[Table, Table]], discount: Fraction
) -> Question:
    """Ask for a reward under which the first of each pair is strictly better."""
    tables = tuple(dict.fromkeys(table for pair in pairs for table in pair))
    task = Task(
        name="ordered",
        scope=environment.name,
        environments=(environment,),
        policies=tuple((0, Policy(table, f"p{i}")) for i, table in enumerate(tables)),
        constraints=tuple(PolicyConstraint(0, better, worse, Relation.STRICT) for better, worse in pairs),
    )
    return Question(task=task, options=Options(discount=discount))


def transition_array(environment: Environment) -> NDArray[np.float64]:
    """Return the transitions as floats, of shape (S, A, S)."""
    model = environment.model
    table = np.zeros((len(model.states), len(model.actions), len(model.states)))
    for s, row in enumerate(model.rows):
        for a, law in row.items():
            for t, p in law:
                table[s, a, t] = float(p)
    return table


def start_array(environment: Environment) -> NDArray[np.float64]:
    """Return the start distribution as floats, of shape (S,)."""
    start = np.zeros(len(environment.states))
    for s, p in environment.model.start:
        start[s] = float(p)
    return start


def random_law(random: Random, support: Sequence[int], *, most: int = 9) -> Distribution:
    """Return a distribution on the support with weights 1 to `most` over their sum."""
    weights = [random.randint(1, most) for _ in support]
    total = sum(weights)
    return tuple((t, Fraction(weight, total)) for t, weight in sorted(zip(support, weights, strict=True)))


@dataclass(frozen=True, slots=True)
class SmallCase:
    """A random environment with two good policies; every state is reached under every policy.

    So the set is expressible, as a range or as equals, iff the two differ in exactly one state.
    """

    environment: Environment
    good: tuple[Actions, Actions]
    is_expressible: bool


def small_cases(count: int, *, seed: int, half_expressible: bool) -> list[SmallCase]:
    """Return random cases with 4 states and 3 actions: dense rows and sparse rows in turn.

    With `half_expressible` every other pair of policies differs in one state only, else pairs are random.
    """
    random = Random(seed)
    cases = []
    for i in range(count):
        rows = []
        for _ in range(4):
            sizes = [4] * 3 if i % 2 else [random.randint(1, 3) for _ in range(3)]
            rows.append(
                {a: random_law(random, random.sample(range(4), size)) for a, size in enumerate(sizes)}
            )
        environment = named(f"random{i}", random_law(random, range(4)), rows)
        first = tuple(random.randrange(3) for _ in range(4))
        if half_expressible and i % 4 < 2:
            s = random.randrange(4)
            second = (*first[:s], (first[s] + random.randint(1, 2)) % 3, *first[s + 1 :])
        else:
            others = [policy for policy in product(range(3), repeat=4) if policy != first]
            second = random.choice(others)
        differing = sum(a != b for a, b in zip(first, second, strict=True))
        cases.append(SmallCase(environment, (first, second), differing == 1))
    return cases


MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))
"""Up, down, left, right."""


def grid(size: int) -> Environment:
    """Return a square grid: moves into the wall stay, the start is uniform, so every state is reached."""
    rows = []
    for s in range(size * size):
        row, column = divmod(s, size)
        goals = ((min(max(row + i, 0), size - 1), min(max(column + j, 0), size - 1)) for i, j in MOVES)
        rows.append({a: point(i * size + j) for a, (i, j) in enumerate(goals)})
    start = tuple((s, Fraction(1, size * size)) for s in range(size * size))
    return named(f"grid{size}", start, rows)


@dataclass(frozen=True, slots=True)
class GridCase:
    """An acceptable set on a grid, with the answer."""

    name: str
    good: tuple[Actions, ...]
    is_expressible: bool


def grid_cases(size: int, *, seed: int) -> list[GridCase]:
    """Return acceptable sets on a grid whose answers are known.

    A product set (any choice within given sets of actions, one a state) is expressible: pay 0 inside, -1
    outside. Three corners of a square are a range: the fourth is a vertex. Two policies that differ in
    several states are not: each would lose by any one switch towards the other, so each would be worse than
    the other. Constant directions: "On the Expressivity of Markov Reward" (Abel et al., 2021).
    """
    random = Random(seed)
    count = size * size
    base = tuple(random.randrange(4) for _ in range(count))
    shortest = tuple(3 if s % size < size - 1 and random.random() < 0.5 else 1 for s in range(count))
    shortest = tuple(3 if s // size == size - 1 else a for s, a in enumerate(shortest))
    many = tuple(random.randrange(4) for _ in range(count))
    u, v, w = random.sample([s for s in range(count) if s // size < size - 1 and s % size < size - 1], 3)

    def changed(policy: Actions, changes: dict[int, int]) -> Actions:
        return tuple(changes.get(s, a) for s, a in enumerate(policy))

    other = {s: (base[s] + 1) % 4 for s in (u, v)}
    family = tuple(
        changed(shortest, dict(zip((u, v, w), choice, strict=True))) for choice in product((1, 3), repeat=3)
    )
    corners = (base, changed(base, {u: other[u]}), changed(base, {v: other[v]}))
    return [
        GridCase("one policy", (base,), True),
        GridCase("two that differ in one state", corners[:2], True),
        GridCase("three corners of four", corners, True),
        GridCase("eight shortest-path policies", family, True),
        GridCase("two that differ in two states", (base, changed(base, other)), False),
        GridCase("two that differ in many", (base, many), False),
        GridCase("four constant directions", tuple((a,) * count for a in range(4)), False),
    ]


@dataclass(frozen=True, slots=True)
class OrderCase:
    """An environment with stochastic policies, to be ordered as listed, the best first."""

    environment: Environment
    policies: tuple[Table, ...]


def order_case(*, states: int, actions: int, policies: int, seed: int) -> OrderCase:
    """Return a random sparse environment (3 to 5 successors) and policies that mix two or three actions."""
    random = Random(seed)

    def law(size: int, low: int, high: int) -> Distribution:
        return random_law(random, random.sample(range(size), random.randint(low, high)), most=4)

    rows = [{a: law(states, 3, 5) for a in range(actions)} for _ in range(states)]
    environment = named("sparse", tuple((s, Fraction(1, states)) for s in range(states)), rows)
    tables = tuple(tuple(law(actions, 2, 3) for _ in range(states)) for _ in range(policies))
    return OrderCase(environment, tables)
