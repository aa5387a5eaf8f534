"""Discounted expectations: large systems are solved in digits, and the number is the exact one."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest

from specexpr.models.occupancy import expected, policy_value
from specexpr.solve import expectation
from specexpr.solve.expectation import discounted_expectation, policy_expectation
from specexpr.testing.generators import random_discount, random_model, random_table


@pytest.mark.parametrize("seed", range(40))
def test_digits_give_the_value_of_the_linear_system(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On small systems, told that none is small, it is the value that V = r + g P V gives."""
    random = Random(seed)
    model = random_model(random, random.randint(1, 9), 3)
    table, discount = random_table(random, model), random_discount(random)

    def pays(state: int, action: int) -> Fraction:
        return Fraction((7 * state + action) % 5 - 2, 1 + state % 3)

    expected_value = expected(model.start, policy_value(model, table, discount, pays))
    monkeypatch.setattr(expectation, "SMALL", 0)
    assert policy_expectation(model, table, discount=discount, reward=pays) == expected_value


def ring(size: int, chance: Fraction) -> list[dict[int, Fraction]]:
    """Return the walk that goes on along a ring with a chance, and else starts again."""
    return [
        {(x + 1) % size: chance, 0: 1 - chance} if x + 1 < size else {0: Fraction(1)} for x in range(size)
    ]


@pytest.mark.parametrize("discount", ["1/2", "99/100"])
def test_a_long_ring_has_the_value_of_its_recursion(discount: str) -> None:
    """It pays 1 at the end: V = h (1 + g V) + (1 - c) g V (1 - h) / (1 - g c), where h = (g c)^(n-1)."""
    n, c, g = 400, Fraction(9, 10), Fraction(discount)
    gain = [Fraction(int(x == n - 1)) for x in range(n)]
    reach = (g * c) ** (n - 1)
    again = reach * g + (1 - c) * g * (1 - reach) / (1 - g * c)
    value = discounted_expectation(ring(n, c), gain, start={0: Fraction(1)}, discount=g)
    assert value == reach / (1 - again)


def test_numbers_beyond_machine_words_are_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where digits do not fit, the system is solved as it is."""
    monkeypatch.setattr(expectation, "SMALL", 0)
    tiny = Fraction(1, 10**25)
    rows = [{0: 1 - tiny, 1: tiny}, {1: Fraction(1)}]
    value = discounted_expectation(
        rows, [Fraction(1), Fraction(0)], start={0: Fraction(1)}, discount=Fraction(1, 2)
    )
    assert value == 1 / (1 - Fraction(1, 2) * (1 - tiny))


def test_a_thousand_states_take_less_than_a_second() -> None:
    """Ten policies of 1,000 sparse states take about one."""
    random, size = Random(0), 1000
    rows = [dict.fromkeys(random.sample(range(size), 3), Fraction(1, 3)) for _ in range(size)]
    gain = [Fraction(random.randint(-2, 2)) for _ in range(size)]
    started = time.perf_counter()
    value = discounted_expectation(rows, gain, start={0: Fraction(1)}, discount=Fraction(9, 10))
    assert value.denominator.bit_length() > 1000
    assert time.perf_counter() - started < 3
