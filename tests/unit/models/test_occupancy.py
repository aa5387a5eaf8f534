"""Occupancies and values: their identities, against the definitions, and by components on large chains."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import Model, Table
from specexpr.models import occupancy
from specexpr.models.occupancy import expected, policy_value, solve_integers, state_occupancy
from specexpr.models.policy import reachable
from specexpr.testing import brute_force
from specexpr.testing.generators import random_discount, random_model, random_reward, random_table


def random_case(seed: int) -> tuple[Random, Model, Table, Fraction]:
    """Return a small model, a policy of it and a discount."""
    random = Random(seed)
    model = random_model(random, random.randint(1, 6), random.randint(1, 3))
    return random, model, random_table(random, model), random_discount(random)


def layered(random: Random, size: int) -> tuple[Model, Table]:
    """Return a large model of several strongly connected components in a row, and a policy that mixes."""
    rows = []
    for s in range(size):
        block = s // 7 * 7
        onward = min(block + 7, size - 1)
        inside = block + (s - block + 1) % min(7, size - block)
        law = (
            ((inside, Fraction(2, 3)), (onward, Fraction(1, 3)))
            if inside != onward
            else ((onward, Fraction(1)),)
        )
        rows.append({0: tuple(sorted(law)), 1: ((s, Fraction(1)),)})
    names = tuple(f"s{s}" for s in range(size))
    model = Model(names, ("on", "stay"), ((0, Fraction(1, 2)), (1, Fraction(1, 2))), tuple(rows))
    half = ((0, Fraction(1, 2)), (1, Fraction(1, 2)))
    return model, tuple(half if random.random() < 0.3 else ((0, Fraction(1)),) for _ in range(size))


@pytest.mark.parametrize("seed", range(60))
def test_the_definition(seed: int) -> None:
    """Occupancies equal those from the definition, with the unreached states at 0 in both."""
    _, model, table, discount = random_case(seed)
    assert state_occupancy(model, table, discount) == brute_force.state_occupancy(model, table, discount)


@pytest.mark.parametrize("seed", range(60))
def test_the_mass_of_an_occupancy(seed: int) -> None:
    """The occupancies of all states sum to 1 / (1 - g); reached states, and only they, are positive."""
    _, model, table, discount = random_case(seed)
    found = state_occupancy(model, table, discount)
    assert sum(found) == 1 / (1 - discount)
    assert tuple(d > 0 for d in found) == reachable(model, table)


@pytest.mark.parametrize("seed", range(60))
def test_values_two_ways(seed: int) -> None:
    """A value is the reward weighted by the occupancy, and what V = r + g P V says at the start."""
    random, model, table, discount = random_case(seed)
    reward = random_reward(random, model)

    def mean(s: int, a: int) -> Fraction:
        return sum((q * reward.get((s, a, t), Fraction(0)) for t, q in model.rows[s][a]), Fraction(0))

    d = state_occupancy(model, table, discount)
    weighed = sum((d[s] * p * mean(s, a) for s, row in enumerate(table) for a, p in row), Fraction(0))
    value = policy_value(model, table, discount, mean)
    assert expected(model.start, value) == weighed
    assert weighed == brute_force.policy_value(model, table, reward, discount=discount)


@pytest.mark.parametrize("size", [61, 100, 150])
def test_components_equal_the_dense_solution(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 60 states the system is solved component by component, to the same fractions."""
    model, table = layered(Random(size), size)
    discount = Fraction(9, 10)

    def pays(s: int, a: int) -> Fraction:
        return Fraction(s % 5 - 2 * a, 3)

    found = state_occupancy(model, table, discount), policy_value(model, table, discount, pays)
    monkeypatch.setattr(occupancy, "_DENSE", size)
    assert found == (state_occupancy(model, table, discount), policy_value(model, table, discount, pays))
    assert sum(found[0]) == 10


@pytest.mark.parametrize("seed", range(20))
def test_systems_in_python_and_in_flint_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elimination on integers and FLINT's solver give the same fractions."""
    random = Random(seed)
    n = random.randint(1, 9)
    matrix = [[random.randint(-9, 9) + (40 if i == j else 0) for j in range(n)] for i in range(n)]
    right = [random.randint(-9, 9) for _ in range(n)]
    answers = []
    for limit in (0, 100):
        monkeypatch.setattr(occupancy, "_IN_PYTHON", limit)
        numerators, denominator = solve_integers(matrix, right)
        answers.append([Fraction(k, denominator) for k in numerators])
    assert answers[0] == answers[1]
    for row, b in zip(matrix, right, strict=True):
        assert sum(x * y for x, y in zip(row, answers[0], strict=True)) == b
