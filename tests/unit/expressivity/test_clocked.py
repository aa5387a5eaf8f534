"""Decisions under other clocks: limits, candidates, large environments, averages as limits of discounts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from specexpr.certify.checking import Answer, check
from specexpr.certify.clock import Average
from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
)
from specexpr.certify.proofs import FarkasCertificate, Refused, RewardEntry
from specexpr.certify.walk import Walker
from specexpr.expressivity import clocked_features
from specexpr.expressivity.clocked import Pays, decide_linear
from specexpr.expressivity.verdict import Undecided
from specexpr.models.policy import deterministic
from specexpr.solve.visits import weighed_visits
from specexpr.testing.brute_force import Differences, Features, policy_value
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.examples import MEMORY, SINGLE, corners, model, table
from specexpr.testing.feature_truth import on_steps
from specexpr.testing.generators import random_environment, random_tables
from specexpr.testing.linear_truth import is_consistent

HALF = Fraction(1, 2)
SETTINGS: dict[str, tuple[Fraction | None, Setting]] = {
    "lar": (None, Setting()),
    "horizon": (None, Setting(horizon=3)),
    "quasihyperbolic": (HALF, Setting(weights=(Fraction(1), Fraction(1, 3)))),
    "sdd": (None, Setting()),
    "rrl": (HALF, Setting()),
}


def claim_of(
    formalism: str,
    one: Model,
    constraints: Iterable[PolicyConstraint] = (),
    acceptable: Iterable[AcceptableSet] = (),
    setting: Setting | None = None,
) -> Claim:
    """Return a claim with the options that a formalism needs."""
    discount, given = SETTINGS[formalism]
    if formalism == "sdd":
        pairs = sorted((s, a) for s, row in enumerate(one.rows) for a in row)
        given = Setting(discounts=tuple((pair, HALF) for pair in pairs))
    return Claim((one,), tuple(constraints), tuple(acceptable), discount, setting=setting or given)


def strict(better: Table, worse: Table) -> PolicyConstraint:
    return PolicyConstraint(0, better, worse, Relation.STRICT)


@pytest.mark.parametrize("formalism", SETTINGS)
def test_no_clock_remembers(formalism: str) -> None:
    """The same action twice above different actions is no order of rewards under any of the clocks."""
    named = corners(MEMORY)
    claim = claim_of(
        formalism, MEMORY, [strict(named["aaa"], named["aba"]), strict(named["bba"], named["baa"])]
    )
    proof = decide_linear(claim, formalism)
    assert isinstance(proof, FarkasCertificate)
    assert check(claim, formalism, proof) is Answer.INEXPRESSIBLE


@pytest.mark.parametrize("formalism", SETTINGS)
def test_a_candidate_that_serves_is_the_witness(formalism: str) -> None:
    """Where it does not, the system is solved."""
    work, rest = table(SINGLE, "w"), table(SINGLE, "p")
    claim = claim_of(formalism, SINGLE, [strict(work, rest)])
    good = Pays((RewardEntry(0, 0, None, Fraction(17)), RewardEntry(0, 1, 0, Fraction(-5, 3))))
    proof = decide_linear(claim, formalism, candidate=good)
    assert isinstance(proof, StepRewardWitness)
    assert proof.reward == good.reward
    bad = Pays((RewardEntry(0, 1, None, Fraction(17)),))
    proof = decide_linear(claim, formalism, candidate=bad)
    assert isinstance(proof, StepRewardWitness)
    assert proof.reward != bad.reward


@pytest.mark.parametrize("formalism", SETTINGS)
def test_time_gives_out(formalism: str) -> None:
    """A deadline that has passed is answered, not overrun."""
    work, rest = table(SINGLE, "w"), table(SINGLE, "p")
    claim = claim_of(formalism, SINGLE, [strict(work, rest)])
    proof = decide_linear(claim, formalism, deadline=time.monotonic() - 1)
    assert isinstance(proof, Undecided)
    assert proof.reason.startswith("time:")


def wheel(states: int, actions: int) -> Model:
    """Return an environment in which every action leads anywhere: each policy has a behaviour of its own."""
    others = [tuple((t, Fraction(1, states)) for t in range(states)) for _ in range(actions)]
    rows = tuple(dict(enumerate(others)) for _ in range(states))
    names = tuple(f"s{i}" for i in range(states)), tuple(f"a{i}" for i in range(actions))
    return Model(*names, ((0, Fraction(1)),), rows)


BY_NEIGHBOURS = ("lar", "sdd", "rrl")


@pytest.mark.parametrize("formalism", SETTINGS)
def test_sets_in_large_environments(formalism: str) -> None:
    """Of 2^13 behaviours one is accepted: decided where neighbours suffice, elsewhere there are too many."""
    one = wheel(13, 2)
    accepted = AcceptableSet(0, (deterministic((0,) * 13),), None, Acceptance.RANGE)
    claim = claim_of(formalism, one, acceptable=[accepted])
    proof = decide_linear(claim, formalism)
    if formalism in BY_NEIGHBOURS:
        assert check(claim, formalism, proof) is Answer.EXPRESSIBLE
    else:
        assert isinstance(proof, Undecided)
        assert proof.reason.startswith("limit: more than 5000 deterministic policies")
    small = wheel(7, 2)
    accepted = AcceptableSet(0, (deterministic((0,) * 7),), None, Acceptance.RANGE)
    claim = claim_of(formalism, small, acceptable=[accepted])
    assert check(claim, formalism, decide_linear(claim, formalism)) is Answer.EXPRESSIBLE


@pytest.mark.parametrize("formalism", SETTINGS)
def test_neighbours_refute_a_set_of_any_size(formalism: str) -> None:
    """Of 2^13 policies, all but for their visits alike, two opposite ones cannot be the best."""
    one = wheel(13, 2)
    good = deterministic((0,) * 13), deterministic((1,) * 13)
    accepted = AcceptableSet(0, good, None, Acceptance.RANGE)
    claim = claim_of(formalism, one, acceptable=[accepted])
    assert check(claim, formalism, decide_linear(claim, formalism)) is Answer.INEXPRESSIBLE


def test_a_reward_that_beats_the_neighbours_alone_is_no_witness_under_a_horizon() -> None:
    """To stay in both states is better than to leave one, and worse than to leave both; other rewards do."""
    one = model(
        {"x": {"stay": "x", "go": "y"}, "y": {"stay": "y", "go": "x"}}, start={"x": "9/10", "y": "1/10"}
    )
    pays = tuple(RewardEntry(s, a, None, Fraction(x)) for s, a, x in ((0, 1, -11), (1, 0, 10), (1, 1, 19)))
    accepted = AcceptableSet(0, (table(one, "stay", "stay"),), None, Acceptance.RANGE)
    claim = claim_of("horizon", one, acceptable=[accepted], setting=Setting(horizon=2))
    with pytest.raises(Refused, match="does not put every good policy above"):
        check(claim, "horizon", StepRewardWitness(pays))
    proof = decide_linear(claim, "horizon", candidate=Pays(pays))
    assert isinstance(proof, StepRewardWitness)
    assert proof.reward != pays
    assert check(claim, "horizon", proof) is Answer.EXPRESSIBLE


def test_only_a_regulariser_accepts_a_mixture_alone() -> None:
    """The even mixture of two loops above both: no reward does that, an entropy does."""
    coin = (((0, HALF), (1, HALF)),)
    accepted = AcceptableSet(0, (coin,), None, Acceptance.RANGE)
    for formalism in SETTINGS:
        claim = claim_of(formalism, SINGLE, acceptable=[accepted])
        answer = check(claim, formalism, decide_linear(claim, formalism))
        assert answer is (Answer.EXPRESSIBLE if formalism == "rrl" else Answer.INEXPRESSIBLE)


def large(size: int) -> Model:
    """Return a random environment of two actions and a few absorbing states."""
    random = Random(size)
    rows = []
    for s in range(size):
        row = {}
        for a in range(2):
            targets = [s] if s % 29 == 28 else sorted(random.sample(range(size), 3))
            row[a] = tuple((t, Fraction(1, len(targets))) for t in targets)
        rows.append(row)
    return Model(tuple(f"s{i}" for i in range(size)), ("a", "b"), ((0, HALF), (1, HALF)), tuple(rows))


@pytest.mark.parametrize("formalism", SETTINGS)
def test_large_environments_carry_numbers(formalism: str) -> None:
    """With 90 states the kernel multiplies what the proof carries, of witnesses and of conflicts."""
    one = large(90)
    random = Random(1)
    p, q = (deterministic(tuple(random.randrange(2) for _ in range(90))) for _ in range(2))
    claim = claim_of(formalism, one, [strict(p, q)])
    proof = decide_linear(claim, formalism)
    assert isinstance(proof, StepRewardWitness)
    assert check(claim, formalism, proof) is Answer.EXPRESSIBLE
    assert len(proof.numbers) == (0 if formalism == "horizon" else 2)
    claim = claim_of(formalism, one, [strict(p, q), replace(strict(q, p), relation=Relation.WEAK)])
    proof = decide_linear(claim, formalism)
    assert isinstance(proof, FarkasCertificate)
    assert check(claim, formalism, proof) is Answer.INEXPRESSIBLE


def test_numbers_of_behaviours_are_carried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tables that behave alike share the numbers of the one that the kernel values first."""
    monkeypatch.setattr(clocked_features, "needs_numbers", lambda *_: True)
    one = model({"s": {"a": "s", "b": "s"}, "t": {"a": "s", "b": "t"}}, start="s")
    aa, ab, ba = (table(one, *word) for word in ("aa", "ab", "ba"))
    constraints = [strict(aa, ba), strict(ab, ba), PolicyConstraint(0, ab, aa, Relation.TIE)]
    claim = claim_of("lar", one, constraints)
    proof = decide_linear(claim, "lar")
    assert isinstance(proof, StepRewardWitness)
    assert check(claim, "lar", proof) is Answer.EXPRESSIBLE
    assert [numbers.table for numbers in proof.numbers] == [aa, ba] or len(proof.numbers) == 2


# -- averages against discounts near 1 ---------------------------------------------------------------------

NEAR = 1 - Fraction(1, 10**9)


def test_averages_are_limits_of_discounted_values() -> None:
    """(1-g) J_g is within 2 (1-g) |y| |R| of the average J, where start = n + y (I - P), and verdicts follow.

    For (1-g) d_g - n = (1-g) y (I - (1-g) P (I - gP)^-1), whose matrix has rows of absolute sum at most 2. So
    a reward whose averages order policies by gaps above twice that orders them at g, too. And a conflict of
    averages is one at g, too, if its k rows are still dependent there: their one dependence moves little.
    On 300 environments.
    """
    orders = conflicts = passing = 0
    for seed in range(300):
        random = Random(seed)
        one = random_environment(random, random.randrange(9)).model
        tables = random_tables(random, one, random.randint(3, 5))
        claim = Claim((one,), (), (), None)
        steps = [(s, a, t) for s, row in enumerate(one.rows) for a, law in row.items() for t, _ in law]
        rewards = {step: Fraction(random.randint(-2, 2)) for step in steps}
        bounds = []
        for policy in tables:
            walk = Walker(claim).walk(0, policy)
            found = weighed_visits(walk, Average())
            n, y = found.carried()
            passing += not all(n)
            share = {s: m for (_, s), m in zip(walk.nodes, n, strict=True)}
            taken = on_steps(one, policy, share)
            average = sum((m * rewards[step] for step, m in taken.items()), Fraction(0))
            bound = 2 * (1 - NEAR) * sum(map(abs, y))
            value = (1 - NEAR) * policy_value(one, policy, rewards, discount=NEAR)
            assert abs(value - average) <= 2 * bound
            bounds.append(bound)
        constraints = [strict(p, q) for p, q in pairwise(tables)]
        claim = claim_of("lar", one, constraints)
        proof = decide_linear(claim, "lar")
        if isinstance(proof, StepRewardWitness):
            check(claim, "lar", proof)
            pays = spread_reward(one, proof.reward)
            size = max((abs(x) for x in pays.values()), default=Fraction(0))
            near = [policy_value(one, policy, pays, discount=NEAR) for policy in tables]
            gaps = [u - v for u, v in pairwise(averages_of(one, tables, pays))]
            if gaps and min(gaps) > 2 * size * max(bounds):
                assert all(u > v for u, v in pairwise(near))
                orders += 1
        elif isinstance(proof, FarkasCertificate):
            there = Differences(replace(claim, discount=NEAR))
            rows = [there.row(strict(t.better, t.worse)) for t in proof.terms]
            if rank([row.coefficients for row in rows]) < len(rows):
                assert not is_consistent(rows)
                conflicts += 1
    assert orders > 60
    assert conflicts > 10
    assert passing > 300


def rank(rows: Iterable[Mapping[tuple[int, int, int], Fraction]]) -> int:
    """Return the rank of sparse rows."""
    echelon: dict[tuple[int, int, int], dict[tuple[int, int, int], Fraction]] = {}
    for row in rows:
        rest = dict(row)
        for pivot, known in echelon.items():
            factor = rest.get(pivot, Fraction(0)) / known[pivot]
            rest = {
                k: rest.get(k, Fraction(0)) - factor * known.get(k, Fraction(0)) for k in {**rest, **known}
            }
        rest = {k: x for k, x in rest.items() if x}
        if rest:
            echelon[min(rest)] = rest
    return len(echelon)


def averages_of(one: Model, tables: Iterable[Table], pays: Features) -> list[Fraction]:
    """Return the long-run averages of some policies under rewards on steps."""
    found = []
    for policy in tables:
        walk = Walker(Claim((one,), (), (), None)).walk(0, policy)
        visits = weighed_visits(walk, Average()).masses.numbers(len(walk.nodes))
        share = {s: m for (_, s), m in zip(walk.nodes, visits, strict=True)}
        taken = on_steps(one, policy, share)
        found.append(sum((m * pays.get(step, Fraction(0)) for step, m in taken.items()), Fraction(0)))
    return found
