"""Claims about lotteries: in one state each action pays what it draws, a policy chooses or mixes actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

from specexpr.certify.clock import Horizon
from specexpr.certify.measure import Account, GivenObjective
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Shape,
    Table,
)
from specexpr.testing.risk_truth import Lottery

ONE = Fraction(1)


def lottery(*parts: tuple[object, object]) -> Lottery:
    """Return the lottery of (outcome, probability), equal outcomes added up."""
    found: dict[Fraction, Fraction] = {}
    for x, p in parts:
        found[Fraction(str(x))] = found.get(Fraction(str(x)), Fraction(0)) + Fraction(str(p))
    assert sum(found.values()) == 1
    return tuple(sorted(found.items()))


def stage(lotteries: Sequence[Lottery]) -> tuple[Model, Account]:
    """Return the model in which action i of the start draws outcome of lottery i, and what pays it."""
    outcomes = sorted({x for one in lotteries for x, _ in one})
    place = {x: k for k, x in enumerate(outcomes, 1)}
    rows = [{i: tuple((place[x], p) for x, p in one) for i, one in enumerate(lotteries)}]
    rows += [{0: ((k, ONE),)} for k in place.values()]
    names = ("start", *(f"paid {k}" for k in place.values()))
    model = Model(names, tuple(f"a{i}" for i in range(len(lotteries))), ((0, ONE),), tuple(rows))
    pays = [((0, 0, i, place[x]), x) for i, one in enumerate(lotteries) for x, _ in one if x]
    return model, Account(Horizon(1), tuple(sorted(pays)))


def choosing(model: Model, i: int) -> Table:
    """Return the policy that takes action i."""
    return (((i, ONE),), *(((0, ONE),) for _ in model.states[1:]))


def mixing(model: Model, weights: Sequence[Fraction]) -> Table:
    """Return the policy that draws an action with these probabilities."""
    law = tuple((i, p) for i, p in enumerate(weights) if p)
    return (law, *(((0, ONE),) for _ in model.states[1:]))


def claim_of(
    lotteries: Sequence[Lottery],
    asked: Sequence[tuple[int, str, int]],
    *,
    utility: Shape | None = None,
    accept: tuple[Sequence[int], Acceptance, Sequence[int] | None] | None = None,
) -> Claim:
    """Return a claim about lotteries by their numbers, such as (0, ">", 1), and perhaps an acceptable set."""
    model, account = stage(lotteries)
    policy = [choosing(model, i) for i in range(len(lotteries))]
    constraints: tuple[Constraint, ...] = tuple(
        PolicyConstraint(0, policy[i], policy[j], Relation(relation), line)
        for line, (i, relation, j) in enumerate(asked, 1)
    )
    sets = ()
    if accept is not None:
        good, how, over = accept
        listed = None if over is None else tuple(policy[i] for i in over)
        sets = (AcceptableSet(0, tuple(policy[i] for i in good), listed, how, len(asked) + 1),)
    setting = Setting(given=(GivenObjective("gain", (account,)),), utility=utility)
    return Claim((model,), constraints, sets, None, setting=setting)


def asked_pairs(claim: Claim, lotteries: Sequence[Lottery]) -> list[tuple[Lottery, str, Lottery]]:
    """Return every comparison that a claim asks for, sets written out."""

    def of(table: Table) -> Lottery:
        (((i, _),), *_) = table
        return lotteries[i]

    found = [
        (of(c.better), c.relation.value, of(c.worse))
        for c in claim.constraints
        if isinstance(c, PolicyConstraint)
    ]
    for accepted in claim.acceptable:
        universe = accepted.over
        if universe is None:
            universe = tuple(choosing(claim.models[0], i) for i in range(len(lotteries)))
        for good in accepted.good:
            found += [(of(good), ">", of(bad)) for bad in universe if bad not in accepted.good]
            if accepted.acceptance is Acceptance.EQUAL:
                found += [(of(good), "~", of(other)) for other in accepted.good if other != good]
    return found


def random_lottery(random: Random, outcomes: Sequence[Fraction], *, grain: int) -> Lottery:
    """Return a lottery over some outcomes with probabilities that are multiples of 1/grain."""
    draws = [random.choice(outcomes) for _ in range(grain)]
    return lottery(*((x, Fraction(1, grain)) for x in draws))


def random_claim(
    random: Random,
    *,
    utility: Shape | None = None,
    size: int = 4,
    lotteries: list[Lottery] | None = None,
) -> tuple[Claim, list[Lottery]]:
    """Return a claim about a few lotteries, with its lotteries: constraints of all kinds, perhaps a set."""
    drawn = random.sample(range(-3, 6), random.randint(2, 4))
    outcomes = [Fraction(x, random.choice((1, 1, 2))) for x in drawn]
    grain = random.choice((1, 2, 2, 3, 4, 6))
    if lotteries is None:
        lotteries = [random_lottery(random, outcomes, grain=grain) for _ in range(random.randint(2, size))]
    numbers = range(len(lotteries))
    asked = []
    for _ in range(random.randint(1, 3)):
        i, j = random.sample(numbers, 2)
        relation = random.choice((">", ">", ">", ">=", "~"))
        if random.random() < 0.6:  # more often than not in the order of the means
            i, j = sorted((i, j), key=lambda k: -sum(x * p for x, p in lotteries[k]))
        asked.append((i, relation, j))
    accept = None
    if random.random() < 0.4:
        good = random.sample(numbers, random.randint(1, len(lotteries) - 1))
        how = random.choice((Acceptance.RANGE, Acceptance.EQUAL))
        over = random.choice((None, None, list(numbers)))
        accept = good, how, over
        if random.random() < 0.7:
            asked = []
    return claim_of(lotteries, asked, utility=utility, accept=accept), lotteries


def with_constraints(claim: Claim, constraints: Sequence[Constraint]) -> Claim:
    """Return the claim that asks for these constraints alone."""
    return replace(claim, constraints=tuple(constraints), acceptable=())
