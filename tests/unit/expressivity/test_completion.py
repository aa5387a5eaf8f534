"""Rewards on used actions become full witnesses, or meet a bad policy; against enumeration."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.kinds.reward import check_reward
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Table
from specexpr.certify.proofs import PolicyValue, RewardEntry, RewardWitness
from specexpr.expressivity.acceptable import used_actions
from specexpr.expressivity.completion import Completed, complete_reward
from specexpr.models.occupancy import policy_value
from specexpr.models.policy import Behaviours
from specexpr.testing import brute_force
from specexpr.testing.brute_force import deterministic_tables, is_alike
from specexpr.testing.examples import MEMORY, STEADY, corners
from specexpr.testing.generators import random_discount, random_model, random_table

Pairs = dict[tuple[int, int], Fraction]


def random_case(seed: int) -> tuple[Claim, tuple[tuple[int, ...], ...], Pairs]:
    """Return a claim of one acceptable set, the actions it uses, and a reward on those of them that pay."""
    random = Random(seed)
    model = random_model(random, random.randint(1, 4), random.randint(2, 3))
    everything = deterministic_tables(model)
    good = random.sample(everything, random.randint(1, min(3, len(everything))))
    if random.random() < 0.3:
        good.append(random_table(random, model, stochastic=0.7))
    accepted = AcceptableSet(0, tuple(dict.fromkeys(good)), None, Acceptance.RANGE)
    claim = Claim((model,), (), (accepted,), random_discount(random), modulo_unreachable=True)
    used = used_actions(claim, Behaviours(claim.models))
    spread = random.choice((0, 1, 3))
    pairs = {(s, a): Fraction(random.randint(-spread, spread)) for s, row in enumerate(used) for a in row}
    return claim, used, {pair: x for pair, x in pairs.items() if x}


def value(claim: Claim, table: Table, pays: Mapping[tuple[int, int], Fraction]) -> Fraction:
    """Return the value of a policy by the definition."""
    model = claim.models[0]
    steps = {(s, a, t): x for (s, a), x in pays.items() for t, _ in model.rows[s][a]}
    return brute_force.policy_value(model, table, steps, discount=claim.discount)


def bad_policies(claim: Claim) -> list[Table]:
    """Return the deterministic policies that behave like no good one."""
    model, good = claim.models[0], claim.acceptable[0].good
    return [t for t in deterministic_tables(model) if not any(is_alike(model, t, g) for g in good)]


def keeps_to_used(claim: Claim, used: tuple[tuple[int, ...], ...], table: Table) -> bool:
    on = brute_force.reachable_states(claim.models[0], table)
    return all(table[s][0][0] in used[s] for s in on)


@pytest.mark.parametrize("seed", range(150))
def test_a_reward_is_completed_iff_no_mixture_stands_in_its_way(seed: int) -> None:
    """Completed: every bad policy is worse and the kernel agrees. Cut: a bad mixture is not worse."""
    claim, used, pays = random_case(seed)
    accepted = claim.acceptable[0]
    least = min(value(claim, g, pays) for g in accepted.good)
    bad = bad_policies(claim)
    in_the_way = [t for t in bad if keeps_to_used(claim, used, t) and value(claim, t, pays) >= least]
    outcome = complete_reward(claim, used, pays, expired=lambda: False)
    assert outcome is not None
    assert isinstance(outcome, Completed) == (not in_the_way)
    if not isinstance(outcome, Completed):
        assert all(cut.accepted == 0 and cut.table in in_the_way for cut in outcome)
        return
    full = {(e.state, e.action): e.value for e in outcome.reward}
    assert all(value(claim, g, full) == value(claim, g, pays) for g in accepted.good)
    assert all(value(claim, t, full) < least for t in bad)
    named = tuple(_value(claim, g, full) for g in accepted.good)
    check_reward(claim, "mr", RewardWitness(claim.discount, outcome.reward, (*outcome.values, *named)))


def test_what_nothing_named_uses_is_punished() -> None:
    """The zero reward serves one policy when all other actions cost enough, also those out of its reach."""
    claim = _memory_claim("aaa")
    outcome = complete_reward(claim, used_actions(claim, Behaviours(claim.models)), {}, expired=lambda: False)
    assert isinstance(outcome, Completed)
    assert outcome.reward == (RewardEntry(0, 1, None, Fraction(-1)), RewardEntry(1, 1, None, Fraction(-1)))


def test_a_mixture_that_ties_with_the_good_policies_is_a_cut() -> None:
    """Under the zero reward a policy that does what good ones do is as good as they are."""
    claim = _memory_claim("aaa", "bba")
    outcome = complete_reward(claim, used_actions(claim, Behaviours(claim.models)), {}, expired=lambda: False)
    assert isinstance(outcome, tuple)
    assert {cut.table for cut in outcome} <= {corners(MEMORY)["aba"], corners(MEMORY)["baa"]}


def test_states_that_nothing_named_reaches_pay_little() -> None:
    """Leaving the good policy's states for rewarding ones is no way out: what is unseen is worth little."""
    accepted = AcceptableSet(0, (corners(STEADY)["yx"],), None, Acceptance.RANGE)
    claim = Claim((STEADY,), (), (accepted,), Fraction(9, 10), modulo_unreachable=True)
    outcome = complete_reward(
        claim, used_actions(claim, Behaviours(claim.models)), {(0, 1): Fraction(-5)}, expired=lambda: False
    )
    assert isinstance(outcome, Completed)
    full = {(e.state, e.action): e.value for e in outcome.reward}
    good = value(claim, corners(STEADY)["yx"], full)
    assert good == -50
    assert all(value(claim, corners(STEADY)[word], full) < good for word in ("xx", "xy"))


def test_the_deadline_is_kept() -> None:
    """When time is up there is no answer."""
    claim = _memory_claim("aaa", "bba")
    assert (
        complete_reward(claim, used_actions(claim, Behaviours(claim.models)), {}, expired=lambda: True)
        is None
    )


def _memory_claim(*words: str) -> Claim:
    accepted = AcceptableSet(0, tuple(corners(MEMORY)[word] for word in words), None, Acceptance.RANGE)
    return Claim((MEMORY,), (), (accepted,), Fraction(1, 2))


def _value(claim: Claim, table: Table, full: Pairs) -> PolicyValue:
    found = policy_value(claim.models[0], table, claim.discount, lambda s, a: full.get((s, a), Fraction(0)))
    return PolicyValue(0, table, found)
