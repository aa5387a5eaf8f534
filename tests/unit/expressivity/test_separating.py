"""Separating rewards that people can read, and what makes them separate."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from specexpr.certify.checking import check
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.model import Model, PolicyConstraint, Relation
from specexpr.exact import Interval
from specexpr.expressivity import figures, rounded_returns
from specexpr.expressivity.behaviour_orders import decide_by_sight, needs_policies
from specexpr.expressivity.figures import around, figures_of
from specexpr.expressivity.generic_reward import Point, exact_reward
from specexpr.expressivity.verdict import Expressible
from specexpr.models.environment import Environment
from specexpr.testing.brute_force import is_alike, policy_value
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.examples import ENTAILMENT, MEMORY, corners
from specexpr.testing.generators import random_discount, random_model, random_tables
from specexpr.testing.tasks import make_question
from tests.asking import question

STEADY = """
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy stay in steady { * -> y }
policy half in steady { s0 -> { x: 1/2, y: 1/2 }; s1 -> x }
"""

HALF = Fraction(1, 2)


def separated(lines: str, formalism: str = "onmr") -> SeparationWitness:
    """Return the separating rewards of a task in `steady`."""
    verdict = decide_by_sight(question(f"discount 1/2\n{STEADY}task t in steady {{ {lines} }}\n"), formalism)
    assert isinstance(verdict, Expressible)
    found = verdict.witness.proof
    assert isinstance(found, SeparationWitness)
    return found


def test_rewards_are_few_and_small() -> None:
    """One step is paid where one tells the policies apart; each further one splits what was together."""
    assert len(separated("xx > xy > stay").rewards[0]) == 1
    assert separated("xx ~ xy ~ stay").rewards == ((),)
    for seed in range(30):
        random = Random(seed)
        model, discount = random_model(random, 3, 2), random_discount(random)
        points = distinct_points(random, model, 6)
        found = exact_reward([model], points, discount)
        assert len(found.reward) < len(points)
        assert max((abs(entry.value) for entry in found.reward), default=0) <= 3


def distinct_points(random: Random, model: Model, size: int) -> list[Point]:
    points: list[Point] = []
    for table in random_tables(random, model, size):
        if not any(is_alike(model, table, other.table) for other in points):
            points.append(Point(0, table, len(points)))
    return points


def test_generic_rewards_tell_levels_apart() -> None:
    """Points of different levels have different returns, which are those of the definition."""
    for seed in range(40):
        random = Random(seed)
        model, discount = random_model(random, 3, 3), random_discount(random)
        points = [replace(x, level=random.randrange(3)) for x in distinct_points(random, model, 7)]
        found = exact_reward([model], points, discount)
        reward = spread_reward(model, found.reward)
        for point, value in zip(points, found.returns, strict=True):
            assert policy_value(model, point.table, reward, discount=discount) == value
        for (one, x), (other, y) in combinations(zip(points, found.returns, strict=True), 2):
            assert x != y or one.level == other.level


def test_an_accepted_policy_is_marked() -> None:
    """Accepting xx takes -1 for every y: its return is 0, and nobody else's is."""
    found = separated("accept xx")
    assert {(e.state, e.action, e.value) for e in found.rewards[0]} == {(0, 1, -1), (1, 1, -1)}
    assert found.rows == (((Fraction(0),), Fraction(1)),)


def test_accepted_policies_share_a_mark_where_no_other_policy_has_it() -> None:
    """xx and xy do x in s0 and anything in s1, and so does nobody else; their levels may also differ."""
    found = separated("accept xx xy")
    assert {(e.state, e.action, e.value) for e in found.rewards[0]} == {(0, 1, -1)}
    assert len(separated("accept xx xy; xx > xy").rows) == 2


@pytest.mark.parametrize("formalism", ["onmr", "omorl", "gomorl"])
def test_a_stochastic_policy_above_all_deterministic_ones(
    formalism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No behaviour is enumerated: `half` takes two actions in s0, which no deterministic policy does."""
    monkeypatch.setattr("specexpr.expressivity.separating._FEW_BEHAVIOURS", -1)
    found = separated("accept xx half; half > xx", formalism)
    assert len(found.rewards) == 4
    assert (found.base is not None) == (formalism == "onmr")
    units = [reward for reward in found.rewards if [entry.value for entry in reward] == [1]]
    assert {(reward[0].state, reward[0].action) for reward in units} >= {(0, 0), (0, 1)}


def test_floats_propose_on_large_models_and_the_kernel_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told that no model is small, intervals of rounded returns are proposed; exact ones where these fail."""
    monkeypatch.setattr(figures, "SMALL", 0)
    monkeypatch.setattr("specexpr.certify.outcomes.SMALL", 0)
    seen = {True: 0, False: 0}
    for seed in range(30):
        random = Random(seed)
        model = random_model(random, 3, 2)
        points = distinct_points(random, model, 5)
        s = next((i for i, row in enumerate(model.rows) if len(row) == 2), None)
        near = s is not None and random.random() < 0.4
        if s is not None and near:  # a policy that nearly is another one: floats cannot tell
            tables = []
            for tiny in (Fraction(1, 10**9), Fraction(2, 10**9)):
                halves = Fraction(1, 2) + tiny, Fraction(1, 2) - tiny
                law = tuple(zip(sorted(model.rows[s]), halves, strict=True))
                tables.append((*points[0].table[:s], law, *points[0].table[s + 1 :]))
            points = [Point(0, table, i) for i, table in enumerate(tables) if not is_alike(model, *tables)]
        pairs = combinations(points, 2)
        asks = [PolicyConstraint(0, better.table, worse.table, Relation.STRICT) for worse, better in pairs]
        if not asks:
            continue
        asked = make_question((Environment("e", model),), Fraction(9, 10), constraints=asks)
        verdict = decide_by_sight(asked, "onmr")
        assert isinstance(verdict, Expressible)
        verdict.witness.check()
        is_rounded = any(isinstance(wanted[0], Interval) for wanted, _ in verdict.witness.proof.rows)
        seen[is_rounded] += 1
        assert not (near and is_rounded)
    assert min(seen.values()) > 2


def test_an_interval_is_about_its_number() -> None:
    """Its ends are simple, and no farther than asked but for rounding."""
    for x, radius in ((0.3, 1e-3), (1e6, 0.25), (-2.5, 1e-9), (0.0, 4.0)):
        found = around(x, radius)
        assert found.lo <= Fraction(x) <= found.hi
        assert abs(found.hi - found.lo - 2 * Fraction(radius)) <= Fraction(radius) / 8
        assert found.lo.denominator & (found.lo.denominator - 1) == 0


def test_rounded_figures_give_up_where_floats_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no spread of rewards leaves a gap there is no rounded figure, and exact ones follow."""
    monkeypatch.setattr(figures, "SMALL", 0)
    points = [Point(0, table, i) for i, table in enumerate(corners(ENTAILMENT).values())]
    assert [x.is_exact for x in figures_of([ENTAILMENT], points, HALF)] == [False, True]
    monkeypatch.setattr(rounded_returns, "_GAP", 10.0)
    assert [x.is_exact for x in figures_of([ENTAILMENT], points, HALF)] == [True]


def test_sequences_are_asked_elsewhere() -> None:
    """Formalisms that value policies say what they need instead."""
    steps = "trajectories (s a z a) > (s a z b)"
    text = "environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }\n"
    asked = question(f"{text}task t in memory {{ {steps} }}\n")
    assert asked.task.environments[0].model.states == MEMORY.states
    missing = needs_policies(asked)
    assert missing is not None
    assert missing.startswith("policies to compare: ")
    assert needs_policies(question(f"{STEADY}task t in steady {{ xx > xy }}\n")) is None


def test_witnesses_hold_for_the_question_with_an_open_discount() -> None:
    """Asked for any discount, a witness brings one; asked for another one, it proves nothing."""
    asked = question(f"{STEADY}task t in steady {{ xx > xy }}\n")
    verdict = decide_by_sight(asked, "omorl")
    assert isinstance(verdict, Expressible)
    assert verdict.witness.proof.discount == HALF
    check(replace(asked.claim(), discount=HALF), "omorl", verdict.witness.proof)
