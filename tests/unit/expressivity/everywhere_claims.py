"""Random claims about any discount, many of them near the edge, and their truth at single discounts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from random import Random

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.testing.brute_force import deterministic_tables, solve_claim
from specexpr.testing.examples import SINGLE
from specexpr.testing.generators import (
    perturb_model,
    random_model,
    random_table,
    random_tables,
    random_trajectory,
)
from specexpr.testing.linear_truth import Solution

ONE = Fraction(1)

GRID = sorted(
    {Fraction(p, q) for q in range(2, 9) for p in range(1, q)}
    | {Fraction(1, 50), Fraction(49, 50), Fraction(99, 100), Fraction(999, 1000)}
)

RELATIONS = (">", "> >=", "> ~", "> >= ~")


def is_served(claim: Claim, g: Fraction) -> bool:
    """Say by brute force whether a Markov reward at a discount meets a claim."""
    return isinstance(solve_claim(replace(claim, discount=g)), Solution)


def plain_claim(random: Random) -> Claim:
    """Return constraints, sequences or acceptable sets in one or two models of 1 to 4 states."""
    model = random_model(random, random.randint(1, 4), random.randint(1, 3))
    models = (model, perturb_model(random, model)) if random.random() < 0.15 else (model,)
    relations = [Relation(x) for x in random.choice(RELATIONS).split()]
    constraints: list[Constraint] = []
    kind = random.choice(("policies", "policies", "both", "sequences", "sets", "sets", "all"))
    for k, one in enumerate(models):
        tables = random_tables(random, one, random.randint(2, 6))
        count = random.randint(1, 7) if kind in ("policies", "both", "all") and len(tables) > 1 else 0
        pairs = [random.sample(tables, 2) for _ in range(count)]
        constraints += [PolicyConstraint(k, *pair, random.choice(relations)) for pair in pairs]
    length = random.randint(1, 4)
    for _ in range(random.randint(1, 4) if kind in ("both", "sequences", "all") else 0):
        better, worse = (random_trajectory(random, model, length) for _ in range(2))
        if better != worse:
            constraints.append(TrajectoryConstraint(0, better, worse, random.choice(relations)))
    accepted = [_accepted(random, k, one) for k, one in enumerate(models) if kind in ("sets", "all")]
    return Claim(models, tuple(constraints), tuple(accepted), None, random.random() < 0.4)


def _accepted(random: Random, k: int, model: Model) -> AcceptableSet:
    everything = deterministic_tables(model)
    good = random.sample(everything, random.randint(1, min(4, len(everything))))
    if random.random() < 0.2:
        good.append(random_table(random, model))
    over = random_tables(random, model, random.randint(1, 5)) if random.random() < 0.4 else None
    return AcceptableSet(k, tuple(dict.fromkeys(good)), over, random.choice(list(Acceptance)))


def delayed_claim(random: Random) -> Claim:
    """Return a claim on two or three choices in a row, of which each may take its time: discounts matter.

    Policies that randomise are set against those that do not.
    """
    rows: list[dict[int, Distribution]] = []

    def state() -> int:
        rows.append({})
        return len(rows) - 1

    choices = [state() for _ in range(random.choice((2, 2, 2, 3)))]
    end = state()
    for here, following in zip(choices, [*choices[1:], end], strict=True):
        target = end if random.random() < 0.2 else following
        path = [state() for _ in range(random.choice((0, 1, 1, 2, 3)) if following != end else 0)]
        rows[here] = {0: ((following, ONE),), 1: (((path or [target])[0], ONE),)}
        for one, other in pairwise([*path, target]):
            rows[one] = {0: ((other, ONE),)}
        if random.random() < 0.2 and following != end:
            stay = Fraction(random.randint(1, 3), 4)
            rows[here][0] = tuple(sorted({here: 1 - stay, following: stay}.items()))
    rows[end] = {0: ((random.choice((end, end, end, 0)), ONE),)}
    model = Model(tuple(f"s{s}" for s in range(len(rows))), ("a", "b"), ((0, ONE),), tuple(rows))

    def policy(chances: tuple[Fraction, ...]) -> Table:
        law = dict(zip(choices, chances, strict=True))
        return tuple(
            tuple((a, p) for a, p in ((0, law.get(s, ONE)), (1, 1 - law.get(s, ONE))) if p)
            for s in range(len(rows))
        )

    corners = [policy(corner) for corner in product((Fraction(0), ONE), repeat=len(choices))]
    inner = [
        policy(tuple(Fraction(random.randint(1, 3), random.choice((4, 5))) for _ in choices))
        for _ in range(random.choice((1, 1, 2)))
    ]
    everything = list(dict.fromkeys([*corners, *inner]))
    if random.random() < 0.15:
        random.shuffle(everything)
        good = tuple(everything[: random.randint(1, len(everything) - 1)])
        accepted = AcceptableSet(0, good, tuple(everything), random.choice(list(Acceptance)))
        return Claim((model,), (), (accepted,), None)
    relations = [Relation(x) for x in random.choice((*RELATIONS, "~ ~ >")).split()]
    is_best = random.random() < 0.5
    pairs = [(random.choice(inner), corner) for corner in random.sample(corners, random.randint(2, 4))]
    pairs = [pair if is_best or random.random() < 0.5 else pair[::-1] for pair in pairs]
    pairs += [tuple(random.sample(everything, 2)) for _ in range(random.randint(0, 2))]
    asked = [PolicyConstraint(0, better, worse, random.choice(relations)) for better, worse in pairs]
    asked.append(PolicyConstraint(0, *random.sample(everything, 2), Relation.STRICT))
    return Claim((model,), tuple(dict.fromkeys(asked)), (), None)


def claim_of(seed: int) -> Claim:
    """Return a claim, every other one with delays."""
    random = Random(seed)
    return delayed_claim(random) if seed % 2 else plain_claim(random)


def sequences(*asked: str) -> Claim:
    """Return a claim on sequences of w and p in one state."""
    constraints: list[Constraint] = []
    for text in asked:
        better, relation, worse = text.split()
        sides = (tuple((0, "wp".index(letter)) for letter in word) for word in (better, worse))
        constraints.append(TrajectoryConstraint(0, *sides, Relation(relation)))
    return Claim((SINGLE,), tuple(constraints), (), None)


def difference(coefficients: tuple[int, ...]) -> str:
    """Return a constraint that says: a polynomial (coefficients -1, 0, 1) times R(w) - R(p) is positive."""
    return f"{''.join('wwp'[x] for x in coefficients)} > {''.join('wpw'[x] for x in coefficients)}"
