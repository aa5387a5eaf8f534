"""Small random claims for questions about machines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import cast

from specexpr.certify.model import (
    Claim,
    Constraint,
    Label,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.testing.generators import (
    perturb_model,
    random_model,
    random_table,
    random_tables,
    random_trajectory,
)

KINDS = ("policies", "stochastic", "labels", "family", "sequences", "labelled sequences")

_RELATIONS = (Relation.STRICT, Relation.STRICT, Relation.STRICT, Relation.WEAK)


def random_claim(random: Random, kind: str, *, constraints: int | None = None) -> Claim:
    """Return a claim of one of the kinds that some ranking meets; most need memory, or no memory does."""
    states = random.choice((1, 2, 2, 3))
    models = (random_model(random, states, 2 if states > 1 else random.choice((2, 3))),)
    if kind == "family":
        models = (*models, perturb_model(random, models[0]))
    count = random.randint(3, 6) if constraints is None else constraints
    found: list[Constraint] = []
    ranked = [_ranked(random, kind, model) for model in models]
    while len(found) < count:
        m = random.randrange(len(models))
        (one, high), (other, low) = random.choice(ranked[m]), random.choice(ranked[m])
        if high < low:
            one, other = other, one
        relation = Relation.TIE if high == low else random.choice(_RELATIONS)
        if "sequences" in kind:
            found.append(TrajectoryConstraint(m, cast(Trajectory, one), cast(Trajectory, other), relation))
        else:
            found.append(PolicyConstraint(m, cast(Table, one), cast(Table, other), relation))
    labels = None
    if kind.startswith("label"):
        pairs = [(s, a) for s in range(states) for a in models[0].rows[s]]
        labels = (
            (
                Label("goal", frozenset(random.sample(range(states), random.randint(1, states)))),
                Label("push", pairs=frozenset(random.sample(pairs, random.randint(1, len(pairs))))),
            ),
        )
    discount = Fraction(random.choice(("1/2", "1/3", "9/10")))
    return Claim(models, tuple(found), (), discount, setting=Setting(labels=labels))


def _ranked(random: Random, kind: str, model: Model) -> list[tuple[Table | Trajectory, int]]:
    """Return some policies or sequences of a model with ranks."""
    points: Sequence[Table | Trajectory]
    if "sequences" in kind:
        length = random.randint(2, 4)
        points = [random_trajectory(random, model, length) for _ in range(5)]
    elif kind == "stochastic":
        points = [random_table(random, model, stochastic=1.0) for _ in range(5)]
    else:
        points = random_tables(random, model, 5)
    ranks = [random.randrange(len(points) + 2) for _ in points]
    return list(dict(zip(points, ranks, strict=True)).items())
