"""Random small environments, policies and rewards, on purpose nasty, from a seeded `random.Random`.

Unreachable and absorbing states, actions that are missing in some states, identical actions, start
distributions, policies that nearly agree or agree wherever they go. `size` counts up from 0: the first
failure that a search over sizes finds is a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from types import MappingProxyType

from specexpr.certify.model import Distribution, Model, Table, Trajectory
from specexpr.models.environment import Environment, Label
from specexpr.testing.brute_force import Features

SIZES = ((1, 2), (2, 2), (2, 2), (2, 3), (3, 2), (3, 2), (3, 3), (4, 2), (4, 3))
"""(states, actions) by size; the last one stands for every larger size."""

_ONE = Fraction(1)
_DISCOUNTS = ("1/2", "1/2", "1/3", "2/3", "1/10", "9/10", "9/10", "99/100", "999999999/1000000000")


def random_discount(random: Random) -> Fraction:
    """Return a discount in (0, 1), most often a simple one."""
    return Fraction(random.choice(_DISCOUNTS))


def random_environment(random: Random, size: int, *, name: str = "e") -> Environment:
    """Return an environment of a size (an index into SIZES) with two labels."""
    states, actions = SIZES[min(size, len(SIZES) - 1)]
    model = random_model(random, states, actions)
    pairs = [(s, a) for s in range(states) for a in model.rows[s]]
    labels = (
        Label("goal", states=frozenset(random.sample(range(states), random.randint(1, states)))),
        Label("push", pairs=frozenset(random.sample(pairs, random.randint(1, len(pairs))))),
    )
    return Environment(name, model, labels)


_AWKWARD = ("discount", "start", "two words", "s-1", "0", "1e3", "*", "a/b", "->", "else", "é", "next")


def awkward_names(random: Random, environment: Environment) -> Environment:
    """Return the environment with names that have to be quoted, or look like keywords or numbers."""
    model = environment.model
    names = random.sample(_AWKWARD, len(model.states) + len(model.actions))
    states, actions = tuple(names[: len(model.states)]), tuple(names[len(model.states) :])
    return replace(environment, model=Model(states, actions, model.start, model.rows))


def random_model(random: Random, states: int, actions: int) -> Model:
    """Return a model whose rows are free, layered, or the same for every action of a state."""
    shape = random.choice(("free", "layered", "clockwork"))
    hidden = frozenset({states - 1} if states > 1 and random.random() < 0.3 else ())
    entered = [s for s in range(states) if s not in hidden]
    rows = []
    for s in range(states):
        available = _available(random, actions)
        following = {"free": entered, "layered": range(min(s + 1, states - 1), states), "clockwork": entered}
        if random.random() < 0.15:
            laws: dict[int, Distribution] = dict.fromkeys(available, ((s, _ONE),))
        elif shape == "clockwork":
            laws = dict.fromkeys(available, _random_law(random, following[shape]))
        else:
            laws = {a: _random_law(random, following[shape]) for a in available}
            if len(available) > 1 and random.random() < 0.2:
                laws[available[1]] = laws[available[0]]
        rows.append(MappingProxyType(laws))
    start = ((0, _ONE),) if random.random() < 0.5 else _random_law(random, entered)
    return Model(tuple(f"s{s}" for s in range(states)), tuple("abcdefgh"[:actions]), start, tuple(rows))


def perturb_model(random: Random, model: Model) -> Model:
    """Return a model that differs in some of its rows, and perhaps in its start.

    Where actions make no difference, they may make none in the other model either, yet lead elsewhere: then
    only a reward that heeds the next state tells the two models apart.
    """
    rows = [dict(row) for row in model.rows]
    everywhere = range(len(model.states))
    if all(len(set(row.values())) == 1 for row in rows) and random.random() < 0.6:
        rows = [dict.fromkeys(row, _random_law(random, everywhere)) for row in rows]
    else:
        for _ in range(random.choice((1, 2, 3 * len(rows)))):
            s = random.randrange(len(rows))
            rows[s][random.choice(sorted(rows[s]))] = _random_law(random, everywhere)
    start = model.start if random.random() < 0.7 else _random_law(random, everywhere)
    return Model(model.states, model.actions, start, tuple(map(MappingProxyType, rows)))


def random_table(random: Random, model: Model, *, stochastic: float = 0.4) -> Table:
    """Return a policy; each state randomises with probability `stochastic`."""
    return tuple(
        _random_law(random, sorted(row), point=1 - stochastic) if len(row) > 1 else ((min(row), _ONE),)
        for row in model.rows
    )


def random_tables(random: Random, model: Model, count: int) -> tuple[Table, ...]:
    """Return distinct policies, at most `count`: deterministic and not, some near or between others."""
    found: dict[Table, None] = {}
    for _ in range(count):
        move = random.random() if found else 1.0
        if move < 0.2:
            table = _near(random, model, random.choice(list(found)))
        elif move < 0.4 and len(found) > 1:
            table = between(random, *random.sample(list(found), 2))
        else:
            table = random_table(random, model, stochastic=random.choice((0.0, 0.0, 0.5)))
        found.setdefault(table)
    return tuple(found)


def between(random: Random, one: Table, other: Table) -> Table:
    """Return a policy that mixes two, state by state, in one proportion."""
    weight = Fraction(random.choice(("1/2", "1/2", "1/3", "3/4")))
    return tuple(_mix(p, q, weight) for p, q in zip(one, other, strict=True))


def random_reward(random: Random, model: Model, *, spread: int = 2) -> Features:
    """Return small whole rewards on the transitions of a model, so that ties occur."""
    size = range(len(model.states))
    keys = product(size, range(len(model.actions)), size)
    by_pair = random.random() < 0.5
    drawn = {key: Fraction(random.randint(-spread, spread)) for key in keys}
    return {(s, a, t): drawn[s, a, 0 if by_pair else t] for s, a, t in drawn}


def random_trajectory(random: Random, model: Model, length: int) -> Trajectory:
    """Return a sequence of (state, action) pairs that can happen."""
    state = random.choice([s for s, _ in model.start])
    found = []
    for _ in range(length):
        action = random.choice(sorted(model.rows[state]))
        found.append((state, action))
        state = random.choice([t for t, _ in model.rows[state][action]])
    return tuple(found)


def _available(random: Random, actions: int) -> list[int]:
    if random.random() < 0.75:
        return list(range(actions))
    return sorted(random.sample(range(actions), random.randint(1, actions)))


def _random_law(random: Random, outcomes: Sequence[int], *, point: float = 0.55) -> Distribution:
    """Return a distribution on some of the outcomes, on a single one with probability `point`."""
    if len(outcomes) == 1 or random.random() < point:
        return ((random.choice(outcomes), _ONE),)
    support = sorted(random.sample(outcomes, random.choice((2, 2, min(3, len(outcomes))))))
    weights = [random.randint(1, 3) for _ in support]
    return tuple((x, Fraction(w, sum(weights))) for x, w in zip(support, weights, strict=True))


def _near(random: Random, model: Model, table: Table) -> Table:
    """Return a policy that leaves another one in one state: wholly, or with a tiny probability."""
    s = random.randrange(len(table))
    other = ((random.choice(sorted(model.rows[s])), _ONE),)
    weight = Fraction(1, 10 ** random.choice((0, 0, 3, 9)))
    return (*table[:s], _mix(other, table[s], weight), *table[s + 1 :])


def _mix(one: Distribution, other: Distribution, weight: Fraction) -> Distribution:
    chances: dict[int, Fraction] = {}
    for law, share in ((one, weight), (other, 1 - weight)):
        for x, p in law:
            if share:
                chances[x] = chances.get(x, Fraction(0)) + share * p
    return tuple(sorted(chances.items()))
