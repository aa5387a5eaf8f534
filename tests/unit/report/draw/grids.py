"""Grids for the tests of pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction

from specexpr.certify.model import Distribution, Model
from specexpr.models.environment import Environment, Label

ONE = Fraction(1)
WAYS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}

Name = Callable[[int, int], str]


def row_column(row: int, column: int) -> str:
    """Return the name that says most."""
    return f"r{row}_c{column}"


def grid(
    rows: int,
    columns: int,
    *,
    name: Name = row_column,
    actions: dict[str, tuple[int, int]] | None = None,
    walls: Collection[tuple[int, int]] = (),
    slip: Fraction = Fraction(0),
    labels: tuple[Label, ...] = (),
) -> Environment:
    """Return a grid whose actions move, may slip to both sides, and stay where there is a wall."""
    ways = WAYS if actions is None else actions
    cells = [(r, c) for r in range(rows) for c in range(columns) if (r, c) not in walls]
    number = {cell: s for s, cell in enumerate(cells)}
    laws: list[dict[int, Distribution]] = []
    for r, c in cells:
        row: dict[int, Distribution] = {}
        for a, (dr, dc) in enumerate(ways.values()):
            mass: dict[int, Fraction] = {}
            for (er, ec), p in (((dr, dc), ONE - 2 * slip), ((dc, dr), slip), ((-dc, -dr), slip)):
                t = number.get((r + er, c + ec), number[r, c])
                mass[t] = mass.get(t, Fraction(0)) + p
            row[a] = tuple(sorted((t, p) for t, p in mass.items() if p))
        laws.append(row)
    model = Model(tuple(name(r, c) for r, c in cells), tuple(ways), ((0, ONE),), tuple(laws))
    return Environment("grid", model, labels)


def with_rows(environment: Environment, changed: dict[tuple[int, int], Distribution]) -> Environment:
    """Return an environment where some actions do something else."""
    model = environment.model
    rows = tuple({a: changed.get((s, a), law) for a, law in row.items()} for s, row in enumerate(model.rows))
    return Environment(
        environment.name, Model(model.states, model.actions, model.start, rows), environment.labels
    )


def renamed(environment: Environment, names: list[str]) -> Environment:
    """Return an environment with other names of its states."""
    model = environment.model
    return Environment(
        environment.name, Model(tuple(names), model.actions, model.start, model.rows), environment.labels
    )
