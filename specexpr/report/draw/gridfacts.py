"""What there is to see in a grid beside its cells: ends, walls, jumps, and the colours of labels."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from specexpr.models.environment import Environment, Label
from specexpr.report.draw.lattice import Cell, Lattice
from specexpr.report.draw.palette import TINTS, Ink
from specexpr.syntax.names import clipped

Jumps = Mapping[int, tuple[tuple[int, Fraction], ...]]
"""For an action the states, no neighbours, to which it may lead, with probabilities."""


class Facts:
    """What an environment does as a grid.

    closed: which states no action leaves. jumps: of each state. far: for a state where every action leads for
    sure to one and the same state that is no neighbour, that state. start: probabilities of the first states.
    tints: a colour for each set of labels that a state carries. pair_tints: one for each label of actions.
    """

    def __init__(self, environment: Environment, lattice: Lattice) -> None:
        self.environment = environment
        self.lattice = lattice
        self.rows = environment.model.rows
        self.start = dict(environment.model.start)
        self._targets = [{t for law in row.values() for t, _ in law} for row in self.rows]
        self.closed = [targets == {s} for s, targets in enumerate(self._targets)]
        self.jumps = [self._jumps_of(s) for s in range(len(self.rows))]
        self.far = {
            s: next(iter(targets)) for s, targets in enumerate(self._targets) if self._is_far(s, targets)
        }
        self._at = {cell: s for s, cell in enumerate(lattice.cells) if cell is not None}
        self.tints: dict[tuple[str, ...], Ink] = {}
        for s in range(len(self.rows)):
            if carried := self.carried(s):
                self.tints.setdefault(carried, TINTS[len(self.tints) % len(TINTS)])
        pairs = [label for label in environment.labels if label.pairs]
        first = len(self.tints)
        self.pair_tints = {label: TINTS[(first + i) % len(TINTS)] for i, label in enumerate(pairs)}

    def carried(self, s: int) -> tuple[str, ...]:
        """Return the labels of a state."""
        return tuple(clipped(label.name) for label in self.environment.labels if s in label.states)

    def is_sparse(self, label: Label) -> bool:
        """Say whether a label of actions sets some apart: at most a third of them carry it."""
        return 3 * len(label.pairs) <= sum(map(len, self.rows))

    def neighbour(self, s: int, way: Cell) -> int | None:
        """Return the state of the next cell in a direction, if there is one."""
        cell = self.lattice.cells[s]
        return None if cell is None else self._at.get((cell[0] + way[0], cell[1] + way[1]))

    def is_blocked(self, s: int, way: Cell) -> bool:
        """Say whether actions that go to a neighbouring cell never lead there, and do not lead far either."""
        t = self.neighbour(s, way)
        if t is None or self.closed[s] or t in self._targets[s]:
            return False
        toward = [a for a in self.rows[s] if self.lattice.directions.get(a) == way]
        return bool(toward) and not any(a in self.jumps[s] for a in toward)

    def leads(self, s: int, t: int) -> bool:
        """Say whether some action leads from a state to another."""
        return t in self._targets[s]

    def _jumps_of(self, s: int) -> Jumps:
        found: dict[int, tuple[tuple[int, Fraction], ...]] = {}
        for a, law in self.rows[s].items():
            if far := tuple((t, p) for t, p in law if t != s and not self._is_near(s, t)):
                found[a] = far
        return found

    def _is_near(self, s: int, t: int) -> bool:
        one, other = self.lattice.cells[s], self.lattice.cells[t]
        if one is None or other is None:
            return False
        return abs(one[0] - other[0]) + abs(one[1] - other[1]) <= 1

    def _is_far(self, s: int, targets: set[int]) -> bool:
        return len(targets) == 1 and len(self.jumps[s]) == len(self.rows[s])
