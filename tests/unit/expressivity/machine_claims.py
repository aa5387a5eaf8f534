"""Small random claims for questions about machines."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from specexpr.certify.model import (
    Claim,
    Constraint,
    Label,
    PolicyConstraint,
    Relation,
    Setting,
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

_RELATIONS = (Relation.STRICT, Relation.STRICT, Relation.STRICT, Relation.WEAK, Relation.TIE)


def random_claim(random: Random, kind: str, *, constraints: int | None = None) -> Claim:
    """Return a claim of one of the kinds, most often one that a Markov reward does not meet."""
    states = random.choice((1, 2, 2, 3))
    models = (random_model(random, states, 2 if states > 1 else random.choice((2, 3))),)
    if kind == "family":
        models = (*models, perturb_model(random, models[0]))
    found: list[Constraint] = []
    count = random.randint(3, 6) if constraints is None else constraints
    if "sequences" in kind:
        length = random.randint(2, 4)
        sequences = [random_trajectory(random, models[0], length) for _ in range(5)]
        while len(found) < count:
            one, other = random.sample(sequences, 2)
            if one != other or random.random() < 0.1:
                found.append(TrajectoryConstraint(0, one, other, random.choice(_RELATIONS)))
    else:
        tables = [random_tables(random, model, 5) for model in models]
        if kind == "stochastic":
            tables = [
                tuple(random_table(random, model, stochastic=1.0) for _ in range(5)) for model in models
            ]
        while len(found) < count:
            m = random.randrange(len(models))
            better, worse = random.choice(tables[m]), random.choice(tables[m])
            found.append(PolicyConstraint(m, better, worse, random.choice(_RELATIONS)))
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
