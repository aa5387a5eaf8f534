"""The theorems of the atlas: they cover what no finite task shows, and what they say of values is so."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest

from specexpr.comparison.hierarchy import SEVENTEEN, is_covered, is_covered_on_finite_tasks
from specexpr.comparison.separations import cases_document
from specexpr.comparison.theorems import THEOREMS, shown_by
from specexpr.document import loads
from specexpr.exact import bounds
from specexpr.formalism import find_formalism
from specexpr.models.policy import Policy

HALF = Fraction(1, 2)
SHARES = tuple(Fraction(k, 4) for k in range(5))


def law(first: Fraction) -> tuple[tuple[int, Fraction], ...]:
    """Return the law of two actions."""
    return tuple((a, p) for a, p in ((0, first), (1, 1 - first)) if p)


def values(environment: str, objective: str, *tables: tuple[Fraction, ...]) -> list[Fraction]:
    """Return exact values of policies that take action 0 with these chances, state by state."""
    text = f"{cases_document().source.text}\nobjective o in {environment} = {objective}\n"
    found = loads(text).objective("o")
    formalism = find_formalism(found.formalism)
    assert formalism is not None
    assert formalism.evaluate is not None
    policies = [Policy(tuple(map(law, table))) for table in tables]
    exact = formalism.evaluate(found.environment, found.spec, policies)
    assert all(isinstance(x, Fraction) for x in exact)
    return list(exact)  # type: ignore[arg-type] # as asserted


def test_each_is_needed_and_there_are_enough() -> None:
    """A pair that is not covered, and that finite tasks do not tell apart, has one; all are used."""
    used = set()
    for upper, lower in product(SEVENTEEN, repeat=2):
        shown = shown_by(upper, lower)
        if is_covered(lower, upper):
            assert not shown, (upper, lower)
        elif is_covered_on_finite_tasks(lower, upper):
            assert shown, (upper, lower)
            used |= {theorem.name for theorem in shown[:1]}
    assert used == {theorem.name for theorem in THEOREMS}


def test_their_environments_are_shipped() -> None:
    """Each names an environment of the document of cases, and formalisms that exist."""
    homes = {environment.name for environment in cases_document().environments}
    for theorem in THEOREMS:
        assert theorem.environment in homes
        assert {*theorem.has, theorem.lacks} <= set(SEVENTEEN)


@pytest.mark.parametrize("objective", ["ltl { F at w }", "average { w / *: 1 }"])
def test_what_comes_sooner_or_later_has_three_levels(objective: str) -> None:
    """T1, T2: with p and q the chances of b, nothing counts but how many are positive."""
    grid = list(product(SHARES, repeat=3))
    found = values("door", objective, *((1 - p, 1 - q, r) for p, q, r in grid))
    levels = [(p > 0) + (q > 0) for p, q, _ in grid]
    assert [Fraction(1 + level, 3) for level in levels] == found


def random_reward(random: Random, places: tuple[str, ...]) -> str:
    """Return some Markov reward on these states and actions."""
    entries = "; ".join(f"{place}: {random.randint(-5, 5)}" for place in places)
    return f"reward {{ discount {random.choice(('1/2', '9/10', '1/3'))}; {entries} }}"


@pytest.mark.parametrize("seed", range(10))
def test_returns_of_two_levels_overlap(seed: int) -> None:
    """T2: with u or v constant two levels have one return; else the third meets the second, near its end."""
    random = Random(seed)
    places = (*(f"{s} / {a}" for s in ("s0", "s1") for a in "ab"), "w / *")
    reward = random_reward(random, places)
    small = Fraction(1, 10**6)
    tables = [(Fraction(1) - p, Fraction(1) - q, HALF) for p, q in ((0, 0), (1, 0), (0, 1))]
    middle = (HALF, 1 - small, HALF)
    none, first, second, third = values("door", reward, *tables, middle)
    assert none in (first, second) or min(none, first) < third < max(none, first)


@pytest.mark.parametrize("seed", range(10))
def test_returns_are_constant_along_lines_and_memory_is_not(seed: int) -> None:
    """T3: along (b, -a) a Markov reward is constant, and the chance to act alike changes as the text says."""
    random = Random(seed)
    reward = random_reward(random, ("s0 / 0", "s0 / 1", "z / 0", "z / 1", "w / 0"))
    one = Fraction(1)

    def at(points: list[tuple[Fraction, Fraction]], objective: str) -> list[Fraction]:
        return values("memory", objective, *((p, q, one) for p, q in points))

    base, high, right = at([(one * 0, one * 0), (one, one * 0), (one * 0, one)], reward)
    a, b = high - base, right - base
    scale = 1 / (8 * max(abs(a), abs(b), one))
    p, q = Fraction(1, 3), Fraction(2, 5)
    steps = [k * scale for k in (0, 1, 2)]
    line = [(p + b * t, q - a * t) for t in steps]
    assert len(set(at(line, reward))) == 1
    alike = at(line, "ltl { (do 0) <-> (X (do 0)) }")
    growth = [t * (b * (2 * q - 1) - a * (2 * p - 1)) - 2 * a * b * t**2 for t in steps]
    assert [x - alike[0] for x in alike] == growth
    assert len(set(alike)) > 1 or a == b == 0


def test_entropy_is_strictly_concave_along_segments() -> None:
    """T4: the middle of a segment of policies is worth more than the mean of its ends."""
    entropy = "objective o in memory = regularised { discount 1/2; alpha 1; entropy }"
    found = loads(f"{cases_document().source.text}\n{entropy}").objective("o")
    formalism = find_formalism("rrl")
    assert formalism is not None
    assert formalism.evaluate is not None

    def worth(p: Fraction, q: Fraction) -> tuple[Fraction, Fraction]:
        table = law(p), law(q), law(Fraction(1))
        (value,) = formalism.evaluate(found.environment, found.spec, [Policy(table)])  # type: ignore[misc, union-attr] # as asserted
        return bounds(value)  # type: ignore[arg-type] # a number

    ends = [
        (Fraction(1, 5), Fraction(1, 3)),
        (Fraction(4, 5), Fraction(1, 2)),
        (Fraction(1, 5), Fraction(3, 4)),
    ]
    for (p, q), (x, y) in pairwise(ends):
        least = worth((p + x) / 2, (q + y) / 2)[0]
        assert least > (worth(p, q)[1] + worth(x, y)[1]) / 2


def test_two_rewards_give_the_lexicographic_order() -> None:
    """T5: the means of the two rewards are ordered as the two chances."""
    grid = list(product(SHARES, repeat=2))
    pays: Callable[[str], str] = lambda place: f"reward {{ discount 1/2; {place}: 1 }}"  # noqa: E731 -- a word
    pairs = [values("once", pays(place), *grid) for place in ("s0 / a", "w / a")]
    means = dict(zip(grid, zip(*pairs, strict=True), strict=True))
    assert sorted(grid, key=lambda point: means[point]) == sorted(grid)
