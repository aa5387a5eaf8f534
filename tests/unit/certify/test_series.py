"""Features as quotients of polynomials, against occupancies and features at single discounts."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.chain import SMALL
from specexpr.certify.features import features
from specexpr.certify.model import Claim, Label, Machine, Model, Relation, Setting, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.polynomial import evaluate, multiply, roots
from specexpr.certify.proofs import TooLarge
from specexpr.certify.series import Series, combined, policy_series, sequence_series
from specexpr.certify.walk import Coordinate, walker
from specexpr.testing.brute_force import discounted_counts, occupancy
from specexpr.testing.generators import perturb_model, random_model, random_table, random_trajectory

DISCOUNTS = (Fraction(1, 7), Fraction(1, 2), Fraction(9, 10), Fraction(999, 1000))


def at(series: Series, g: Fraction) -> dict[Coordinate, Fraction]:
    """Return the features at a discount."""
    below = evaluate(series.denominator, g)
    assert below > 0
    return {key: evaluate(p, g) / below for key, p in series.numerators.items()}


def drawn(random: Random) -> Model:
    return random_model(random, random.randint(1, 6), random.randint(1, 3))


@pytest.mark.parametrize("seed", range(60))
def test_features_are_occupancies(seed: int) -> None:
    """At every discount the quotient is the occupancy of (s, a); its denominator has no root in (0, 1)."""
    random = Random(seed)
    model = drawn(random)
    table = random_table(random, model)
    series = policy_series(walker("mr", Claim((model,), (), (), None)), 0, table)
    assert not roots(series.denominator, Fraction(0), Fraction(1))
    assert len(series.denominator) <= len(model.states) + 1
    for g in DISCOUNTS:
        expected: dict[Coordinate, Fraction] = {}
        for (s, a, _), x in occupancy(model, table, g).items():
            expected[s, a] = expected.get((s, a), Fraction(0)) + x
        assert at(series, g) == expected


@pytest.mark.parametrize("seed", range(30))
def test_features_in_a_family_are_occupancies_of_steps(seed: int) -> None:
    """With several models the coordinates are (s, a, t)."""
    random = Random(seed)
    model = drawn(random)
    models = (model, perturb_model(random, model))
    walks = walker("mr", Claim(models, (), (), None))
    for k, one in enumerate(models):
        table = random_table(random, one)
        for g in DISCOUNTS[:2]:
            assert at(policy_series(walks, k, table), g) == occupancy(one, table, g)


@pytest.mark.parametrize("seed", range(30))
def test_sequences(seed: int) -> None:
    """A sequence counts its t-th step g^t times."""
    random = Random(seed)
    model = drawn(random)
    steps = random_trajectory(random, model, random.randint(1, 6))
    series = sequence_series(walker("mr", Claim((model,), (), (), None)), 0, steps)
    for g in DISCOUNTS[:2]:
        expected: dict[Coordinate, Fraction] = {}
        for (s, a, _), x in discounted_counts(model, steps, g).items():
            expected[s, a] = expected.get((s, a), Fraction(0)) + x
        assert at(series, g) == expected


@pytest.mark.parametrize("seed", range(40))
def test_machines(seed: int) -> None:
    """With a memory, and labels or pairs observed, features are those of each discount."""
    random = Random(seed)
    model = drawn(random)
    labels, constraints = None, ()
    if seed % 3 == 0:
        seen = frozenset(random.sample(range(len(model.states)), random.randint(1, len(model.states))))
        labels = ((Label("seen", seen),),)
    if seed % 3 == 1:
        steps = random_trajectory(random, model, 3)
        constraints = (TrajectoryConstraint(0, steps, steps, Relation.TIE),)
    claim = Claim((model,), constraints, (), None, setting=Setting(labels=labels))
    count = len(observations(claim).known)
    moves = tuple(tuple(random.randrange(2) for _ in range(count)) for _ in range(2))
    machine = Machine(("u", "v"), moves)
    walks, table = walker("rm", claim, machine), random_table(random, model)
    for g in DISCOUNTS[:2]:
        fixed = Claim(claim.models, claim.constraints, (), g, setting=claim.setting)
        known = features("rm", fixed, machine=machine)
        assert at(policy_series(walks, 0, table), g) == known.policy(0, table)
        if constraints:
            assert at(sequence_series(walks, 0, steps), g) == known.sequence(0, steps)


def test_sums_of_series() -> None:
    """x / (1 - g) weighed with 1 - g, and x / (2 - g) with g - 2, cancel; with other weights they do not."""
    key = ("x",)
    one, other = Series({key: (1,)}, (1, -1)), Series({key: (2,)}, (4, -2))
    assert combined([(one, (1, -1)), (other, (-2, 1))]) == {}
    assert combined([(one, multiply((1, -1), (3, 1))), (other, multiply((-2, 1), (3, 1)))]) == {}
    assert combined([(one, (1,)), (other, ())]) == {key: (1,)}
    (total,) = combined([(one, (1,)), (other, (1,))]).values()  # 1 / (1 - g) + 1 / (2 - g)
    assert len(roots(total, Fraction(1), Fraction(2))) == 1
    assert evaluate(total, Fraction(3, 2)) == 0


def test_walks_have_a_limit() -> None:
    """A policy that reaches more states than the kernel solves for is not followed."""
    size = SMALL + 1
    rows = tuple({0: ((min(s + 1, size - 1), Fraction(1)),)} for s in range(size))
    model = Model(tuple(map(str, range(size))), ("a",), ((0, Fraction(1)),), rows)
    with pytest.raises(TooLarge):
        policy_series(walker("mr", Claim((model,), (), (), None)), 0, (((0, Fraction(1)),),) * size)
