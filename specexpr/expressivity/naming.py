"""What to call a policy or a sequence in a sentence: its name in the file, or what it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

from specexpr.certify.model import Distribution, Table, Trajectory
from specexpr.exact import rational_text
from specexpr.expressivity.phrases import some
from specexpr.expressivity.task import Task
from specexpr.models.policy import reachable
from specexpr.syntax.names import clipped, write_name

_CANDIDATES = 50  # named policies that a description may start from
_SMALL = 4  # states with a choice, up to which a table is written out
_CHOICES = 3
_STEPS = 8


def called(name: str) -> str:
    """Return a name as it is written in the file, in quotes only where it must be."""
    return clipped(write_name(name, reserved=frozenset()))


class Names:
    """The names of a task; in a family each policy is named with its environment."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.names = task.names()
        self._known: dict[tuple[int, int], tuple[Table | Trajectory, str]] = {}

    def __call__(self, model: int, side: Table | Trajectory, *, is_trajectory: bool = False) -> str:
        """Return the name of a side of a constraint, or its description, with its environment in a family."""
        place = self.place(model)
        return self.plain(model, side, is_trajectory=is_trajectory) + (f" {place}" if place else "")

    def place(self, model: int) -> str:
        """Return "in" and the environment, or nothing where there is only one."""
        environments = self.task.environments
        return f"in {called(environments[model].name)}" if len(environments) > 1 else ""

    def plain(self, model: int, side: Table | Trajectory, *, is_trajectory: bool = False) -> str:
        """Return the name of a side of a constraint, or its description."""
        known = self._known.get((model, id(side)))
        if known is None:
            if is_trajectory:
                text = self._sequence(model, cast(Trajectory, side))
            else:
                text = self.policy(model, cast(Table, side))
            known = self._known[model, id(side)] = side, text
        return known[1]

    def policy(self, model: int, table: Table) -> str:
        """Return the name of a policy, or how it differs from a named one, or what it does."""
        name = self.names.get((model, table))
        if name is not None:
            return called(name)
        nearest = self._nearest(model, table)
        rows = self.task.environments[model].model.rows
        choices = [s for s, row in enumerate(rows) if len(row) > 1]
        if nearest is None or (len(nearest[1]) > 1 and len(choices) <= _SMALL):
            return self._written(model, table, choices)
        name, states = nearest
        where = [self._choice(model, table, s) for s in states[:_CHOICES]]
        if len(states) > _CHOICES:
            where.append(f"and in {len(states) - _CHOICES:,} more states")
        return f"({called(name)} except {', '.join(where)})"

    def differing(self, model: int, one: Table, other: Table) -> str:
        """Return the states in which two policies differ."""
        states = self.task.environments[model].states
        return some([called(states[s]) for s in _differences(one, other)], noun="states")

    def _nearest(self, model: int, table: Table) -> tuple[str, list[int]] | None:
        """Return the named policy that differs least from a table where it goes, else anywhere."""
        reached = reachable(self.task.environments[model].model, table)
        best: tuple[str, list[int]] | None = None
        least = (len(table) + 1, 0)
        for (_, other), name in islice(((k, n) for k, n in self.names.items() if k[0] == model), _CANDIDATES):
            everywhere = list(_differences(table, other))
            where = [s for s in everywhere if reached[s]]
            size = len(where), len(everywhere)
            if size < least:
                best, least = (name, where or everywhere), size
        return best

    def _written(self, model: int, table: Table, choices: Sequence[int]) -> str:
        """Return a table as the language writes it; states without a choice are left out."""
        if len({table[s] for s in choices}) == 1:
            return f"{{* -> {self._law(model, table[choices[0]])}}}"
        states = self.task.environments[model].states
        entries = [f"{called(states[s])} -> {self._law(model, table[s])}" for s in choices[:_SMALL]]
        return f"{{{'; '.join(entries)}{'' if len(choices) <= _SMALL else '; ...'}}}"

    def _choice(self, model: int, table: Table, state: int) -> str:
        return f"{self._law(model, table[state])} in {called(self.task.environments[model].states[state])}"

    def _law(self, model: int, law: Distribution) -> str:
        actions = self.task.environments[model].actions
        if len(law) == 1:
            return called(actions[law[0][0]])
        return "{" + ", ".join(f"{called(actions[a])}: {rational_text(p)}" for a, p in law) + "}"

    def _sequence(self, model: int, steps: Trajectory) -> str:
        environment = self.task.environments[model]
        pairs = [(environment.states[s], environment.actions[a]) for s, a in steps[:_STEPS]]
        words = [called(name) for pair in pairs for name in pair]
        return f"({' '.join(words)}{' ...' if len(steps) > _STEPS else ''})"


def _differences(one: Table, other: Table) -> Iterator[int]:
    return (s for s, (row, there) in enumerate(zip(one, other, strict=True)) if row != there)
