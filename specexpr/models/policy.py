"""A policy: a stationary stochastic policy as a table of exact action probabilities."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.model import Distribution, Model, Table

_ONE = Fraction(1)
_POINTS: dict[int, Distribution] = {}


def point(action: int) -> Distribution:
    """Return the distribution that puts all mass on one action; the same object each time."""
    return _POINTS.setdefault(action, ((action, _ONE),))


@dataclass(frozen=True, slots=True)
class Policy:
    """A table with the name that the file gives it, if any; equal tables are equal policies."""

    table: Table
    name: str | None = None


def deterministic(actions: tuple[int, ...]) -> Table:
    """Return the table that takes actions[s] in state s."""
    return tuple(map(point, actions))


def is_deterministic(table: Table) -> bool:
    """Say whether every state has one action."""
    return all(len(row) == 1 for row in table)


def mark(table: Table) -> Hashable:
    """Return a stand-in for a table, equal iff the tables are, that hashes fast: Fractions do not."""
    return tuple(
        [
            row[0][0] if len(row) == 1 else tuple([(a, w.numerator, w.denominator) for a, w in row])
            for row in table
        ]
    )


def reachable(model: Model, table: Table) -> tuple[bool, ...]:
    """Say of each state whether the policy reaches it from the start with positive probability."""
    seen = [False] * len(model.states)
    stack = [s for s, _ in model.start]
    for s in stack:
        seen[s] = True
    while stack:
        s = stack.pop()
        row = model.rows[s]
        for a, _ in table[s]:
            for t, _ in row[a]:
                if not seen[t]:
                    seen[t] = True
                    stack.append(t)
    return tuple(seen)


def behaviour(model: Model, table: Table) -> Table:
    """Return the table with unreachable states emptied: two policies behave alike iff these are equal."""
    return tuple(row if on else () for row, on in zip(table, reachable(model, table), strict=True))


class Behaviours:
    """The behaviours of tables in some models, each computed once for a table object."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = models
        self._known: dict[tuple[int, int], tuple[Table, Table]] = {}

    def of(self, model: int, table: Table) -> Table:
        """Return `behaviour` of the table in the model of that index."""
        key = model, id(table)  # an identity lasts as long as its table, which is kept beside it
        if key not in self._known:
            self._known[key] = table, behaviour(self._models[model], table)
        return self._known[key][1]
