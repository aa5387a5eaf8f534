"""Acceptable sets among all deterministic policies: the kernel against brute force on random environments."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from fractions import Fraction

import pytest

from specexpr.certify import acceptance
from specexpr.certify.acceptance import unbeaten_universes
from specexpr.certify.chain import Chain
from specexpr.certify.checking import check
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Distribution, Model, Table
from specexpr.certify.proofs import PolicyValue, Refused, RewardEntry, RewardWitness
from specexpr.certify.valuation import valuation
from specexpr.exact import solve_sparse

ONE = Fraction(1)
Reward = dict[tuple[int, int], Fraction]


def random_law(rng: random.Random, n: int) -> Distribution:
    targets = sorted(rng.sample(range(n), min(n, rng.choice([1, 1, 2, 3]))))
    weights = [rng.randint(1, 3) for _ in targets]
    return tuple((t, Fraction(w, sum(weights))) for t, w in zip(targets, weights, strict=True))


def random_model(rng: random.Random, n: int, m: int) -> Model:
    rows = tuple(
        {a: random_law(rng, n) for a in sorted(rng.sample(range(m), rng.randint(1, m)))} for _ in range(n)
    )
    return Model(tuple(f"s{i}" for i in range(n)), tuple("abc"[:m]), random_law(rng, n), rows)


def values(model: Model, g: Fraction, reward: Reward, table: Table) -> list[Fraction]:
    rows, right = [], []
    for s, choice in enumerate(table):
        row = {s: ONE}
        for a, p in choice:
            for t, q in model.rows[s][a]:
                row[t] = row.get(t, Fraction(0)) - g * p * q
        rows.append(row)
        right.append(sum((p * reward[s, a] for a, p in choice), Fraction(0)))
    return solve_sparse(rows, right)


def best_elsewhere(model: Model, g: Fraction, reward: Reward, table: Table) -> tuple[Fraction, ...]:
    """Return the values of a table where it goes, and of the best policy elsewhere or where it is free."""
    reached, waiting = set(), [s for s, _ in model.start]
    while waiting:
        s = waiting.pop()
        if s not in reached:
            reached.add(s)
            actions = [a for a, _ in table[s]] or list(model.rows[s])
            waiting += [t for a in actions for t, _ in model.rows[s][a]]
    held = {s for s in reached if table[s]}
    policy = [table[s] if s in held else ((next(iter(row)), ONE),) for s, row in enumerate(model.rows)]
    while True:
        v = values(model, g, reward, tuple(policy))
        changed = False
        for s in set(range(len(policy))) - held:
            gain = {a: reward[s, a] + g * sum(p * v[t] for t, p in law) for a, law in model.rows[s].items()}
            best = max(gain, key=gain.__getitem__)
            if gain[best] > v[s]:
                policy[s], changed = ((best, ONE),), True
        if not changed:
            return tuple(v)


def behaviour(model: Model, table: Table) -> Table:
    reached, waiting = set(), [s for s, _ in model.start]
    while waiting:
        s = waiting.pop()
        if s not in reached:
            reached.add(s)
            waiting += [t for a, _ in table[s] for t, _ in model.rows[s][a]]
    return tuple(row if s in reached else () for s, row in enumerate(table))


def everything(model: Model) -> list[Table]:
    rows = [[((a, ONE),) for a in row] for row in model.rows]
    return [tuple(choice) for choice in itertools.product(*rows)]


def instance(seed: int) -> tuple[Claim, RewardWitness, bool]:
    """Return a claim about a set near a threshold, a full witness, and whether the reward meets the claim."""
    rng = random.Random(seed)
    model = random_model(rng, *rng.choice([(2, 2), (3, 2), (3, 3), (4, 2)]))
    g = Fraction(rng.randint(1, 9), 10)
    reward = {(s, a): Fraction(rng.randint(-3, 3)) for s, row in enumerate(model.rows) for a in row}
    policies = everything(model)
    worth = {}
    for p in policies:
        v = values(model, g, reward, p)
        worth[p] = sum(q * v[s] for s, q in model.start)
    threshold = rng.choice(sorted(set(worth.values()), reverse=True)[:3])
    good = [p for p in policies if worth[p] >= threshold]
    if rng.random() < 0.3 and len(good) > 1:
        good.remove(rng.choice(good))
    merged = rng.random() < 0.5
    if merged:
        good = list({behaviour(model, p): p for p in good}.values())
        alike = {behaviour(model, p) for p in good}
        bad = [p for p in policies if behaviour(model, p) not in alike]
    else:
        bad = [p for p in policies if p not in good]
    asked = rng.choice([Acceptance.RANGE, Acceptance.RANGE, Acceptance.EQUAL])
    truth = not bad or min(worth[p] for p in good) > max(worth[p] for p in bad)
    truth = truth and (asked is Acceptance.RANGE or len({worth[p] for p in good}) == 1)
    claim = Claim((model,), (), (AcceptableSet(0, tuple(good), None, asked),), g, merged)
    entries = tuple(RewardEntry(s, a, None, x) for (s, a), x in reward.items())
    carried = [PolicyValue(0, p, best_elsewhere(model, g, reward, p)) for p in good]
    if truth and bad:
        valued = valuation(Chain(model), g, entries)
        valued.carried.update((valued.chain.behaviour(value.table)[1], value) for value in carried)
        for universe in unbeaten_universes(valued, good, merged=merged):
            part = tuple(((universe[s], ONE),) if s in universe else () for s in range(len(model.states)))
            carried.append(PolicyValue(0, part, best_elsewhere(model, g, reward, part)))
    return claim, RewardWitness(g, entries, tuple(carried)), truth


def accepted(claim: Claim, witness: RewardWitness) -> bool:
    try:
        check(claim, "mr", witness)
    except Refused:
        return False
    return True


def test_the_kernel_agrees_with_brute_force() -> None:
    """With exact values, a reward is accepted iff it separates the set from all other policies."""
    seen: Counter[tuple[bool, bool]] = Counter()
    for seed in range(500):
        claim, witness, truth = instance(seed)
        assert accepted(claim, witness) == truth, seed
        seen[truth, len(witness.values) > len(claim.acceptable[0].good)] += 1
    assert min(seen[True, True], seen[True, False], seen[False, False]) > 20


def test_rounded_values_never_prove_what_is_false() -> None:
    """With values that are off, the kernel may refuse what is true, and accepts nothing that is false."""
    rng = random.Random(7)
    kept = 0
    for seed in range(500):
        claim, witness, truth = instance(seed)
        size = Fraction(1, rng.choice([10, 1000, 10**9]))
        noisy = tuple(
            PolicyValue(0, v.table, tuple(x + size * rng.randint(-3, 3) for x in v.value))
            for v in witness.values
        )
        if accepted(claim, RewardWitness(witness.discount, witness.reward, noisy)):
            assert truth, seed
            kept += 1
    assert kept > 50


def test_too_many_cases_are_refused_not_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work on one acceptable set is bounded."""
    cases = (x[:2] for x in map(instance, range(500)) if x[2])
    claim, witness = next(x for x in cases if len(x[1].values) > len(x[0].acceptable[0].good))
    monkeypatch.setattr(acceptance, "MAX_WORK", 0)
    with pytest.raises(Refused, match="too many cases"):
        check(claim, "mr", witness)
