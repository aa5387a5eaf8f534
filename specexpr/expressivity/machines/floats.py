"""Which known combinations seem to vanish in a structure, by floats: a hint, which is checked exactly.

The exploration asks of many structures in a row that share all moves but a few of one state. When it does,
all structures that differ in these are looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import cast

import numpy as np
from numpy.typing import NDArray

from specexpr.certify.hidden import Moves
from specexpr.certify.model import Table, Trajectory
from specexpr.expressivity.machines.chains import FloatPoints
from specexpr.expressivity.machines.core import Combination, Core
from specexpr.solve.structures import Array, Chains, vanishing

_BLOCK = 512  # structures that are looked at together
_ALONE = 6  # so many of them are looked at one by one first
_STATES = 64  # of a machine
_NOTHING = np.zeros((0, 0))


@dataclass(frozen=True, slots=True)
class Block:
    """Structures that share the moves of the other states and some of a state, whose others vary.

    `observed` are the observations of that state whose moves are known, the latest last.
    """

    others: tuple[Mapping[int, int], ...]
    state: int
    observed: tuple[int, ...]
    shared: tuple[tuple[int, int], ...]
    varied: tuple[int, ...]


@dataclass(slots=True)
class _Table:
    """The structures of a block that has been asked for so often, and what floats say of them.

    `latest` is the last combination that seems to vanish in each, -1 where none does.
    """

    block: Block
    asked: int = 0
    place: dict[tuple[int, ...], int] = field(default_factory=dict)
    worths: Array = field(default_factory=lambda: _NOTHING)
    vanishing: NDArray[np.bool_] = field(default_factory=lambda: _NOTHING > 0)
    latest: list[int] = field(default_factory=list)

    def has(self, moves: Moves) -> bool:
        """Say whether a structure is of the block."""
        block, u = self.block, self.block.state
        if len(moves) != len(block.others) + 1 or tuple(moves[u]) != block.observed:
            return False
        leaving = moves[u]
        return (*moves[:u], *moves[u + 1 :]) == block.others and all(leaving[o] == v for o, v in block.shared)

    def heed(self, combinations: Array) -> None:
        """Look at the combinations that are new."""
        known = self.vanishing.shape[1]
        if known < len(combinations):
            more = vanishing(self.worths, combinations[known:])
            self.vanishing = np.concatenate([self.vanishing, more], axis=1)
            last = len(combinations) - 1 - np.argmax(self.vanishing[:, ::-1], axis=1)
            self.latest = np.where(self.vanishing.any(axis=1), last, -1).tolist()


class TooManyNumbers(Exception):  # noqa: N818 -- not an error: there are no hints then
    """The arrays would be too large."""


class Floats:
    """The combinations that have been added, as rows of weights of points."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._points: dict[int, int] = {}
        self._matrix = _NOTHING
        self._chains: Chains | None = None
        self._weighed = _NOTHING
        self._table: _Table | None = None

    def add(self, combination: Combination) -> None:
        """Add a combination."""
        system = self.core.system
        weights: dict[int, float] = {}
        known = len(self._points)
        for term in combination.terms:
            for side, sign in ((term.better, 1.0), (term.worse, -1.0)):
                if term.is_trajectory:
                    number = system.trajectory(term.model, cast(Trajectory, side))
                else:
                    number = system.policy(term.model, cast(Table, side))
                place = self._points.setdefault(number, len(self._points))
                weights[place] = weights.get(place, 0.0) + sign * float(term.weight)
        if len(self._points) > known:
            self._chains = None
            self._table = None
            self._matrix = np.pad(self._matrix, ((0, 0), (0, len(self._points) - known)))
        row = np.zeros((1, len(self._points)))
        row[0, list(weights)] = list(weights.values())
        self._matrix = np.concatenate([self._matrix, row])

    def vanishing(self, moves: Moves) -> Iterator[int]:
        """Yield the combinations that seem to vanish in a structure, the latest first; others lead to 0.

        Raises TooManyNumbers.
        """
        if not len(self._matrix):
            return
        table = self._table
        if table is None or not table.has(moves):
            table = self._table = _Table(_block_of(moves))
        block = table.block
        table.asked += 1
        if table.asked > _ALONE and not table.place:
            targets = list(product(range(len(moves)), repeat=len(block.varied)))
            table.place = {row: i for i, row in enumerate(targets)}
            table.worths = self._worths(block, targets)
            table.vanishing = np.zeros((len(targets), 0), dtype=np.bool_)
        row = tuple(map(moves[block.state].__getitem__, block.varied))
        if not table.place:
            flags = vanishing(self._worths(block, [row]), self._matrix)[0]
        else:
            table.heed(self._matrix)
            i = table.place[row]
            if table.latest[i] < 0:
                return
            yield table.latest[i]
            flags = table.vanishing[i, : table.latest[i]]
        yield from (int(index) for index in np.nonzero(flags)[0][::-1])

    def _worths(self, block: Block, targets: list[tuple[int, ...]]) -> Array:
        count = len(block.others) + 1
        moves = np.zeros((len(targets), count, len(self.core.seen.known)), dtype=np.int8)
        rest = [u for u in range(count) if u != block.state]
        for u, leaving in zip(rest, block.others, strict=True):
            for o, v in leaving.items():
                moves[:, u, o] = v
        for o, v in block.shared:
            moves[:, block.state, o] = v
        for o, column in zip(block.varied, zip(*targets, strict=True), strict=True):
            moves[:, block.state, o] = column
        return self._chains_now().worths(moves, self._weighed)

    def _chains_now(self) -> Chains:
        """Return the chains of the points so far. Raises TooManyNumbers."""
        if self._chains is None:
            points = FloatPoints(self.core.claim, self.core.seen, self.core.system, self._points)
            if points.chains is None:
                raise TooManyNumbers
            self._chains = points.chains
            weights = np.random.default_rng(0).uniform(1.0, 2.0, (_STATES, len(points.keys)))
            self._weighed = self._chains.weighed(weights)
        return self._chains


def _block_of(moves: Moves) -> Block:
    """Return the block of a structure: what varies are the latest moves of the last state that has some."""
    u = max((u for u, leaving in enumerate(moves) if leaving), default=0)
    order = tuple(moves[u])
    first, size = len(order), len(moves)
    while first and size <= _BLOCK:
        first -= 1
        size *= len(moves)
    others = tuple(leaving for w, leaving in enumerate(moves) if w != u)
    shared = tuple([(o, moves[u][o]) for o in order[:first]])
    return Block(others, u, order, shared, order[first:])
