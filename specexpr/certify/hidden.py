"""What a combination of constraints hides from every specification, and which memories keep it hidden.

A combination weighs policies (and sequences) with signs: at first it is the mixture `start` (`mixtures`), and
a machine adds up, with discounts, what is left of it after all words that lead to its state u: x_u. So

    x_u = [u = 0] start + g * (sum over v, o with move(v, o) = u of P_o x_v),

which has one solution, as the product is a chain. The combination *vanishes* in the machine, every reward on
it values it 0, iff x_u counts zero on every coordinate, for each u.

**Small numbers.** In values, let W be the least space with the start that all P_o map into itself, and H what
W has with zero coordinates. Then the combination vanishes iff there are x_u in H that solve the equations:
they are the solution. Their sum, total, does not depend on the machine; so x_0 = total - the others, and of
the equations that of u = 0 follows from the others.

**What need not be known of a machine.** Observations with P_o H = 0 move nothing. By the others a machine
reaches pairs (state u, node); where no such node shows o, move(u, o) may lead anywhere, as P_o x_u = 0. A
move that is needed and not known does no harm if P_o x_u = 0 solves the equations together with the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import add, mul, sub
from typing import TypeAlias

from specexpr.certify.mixtures import Mixtures, Seen, image
from specexpr.certify.model import Constraint
from specexpr.certify.proofs import Refused
from specexpr.certify.spaces import Echelon, Space, Spend, Vector, Whole, add_to, primitive, reduced
from specexpr.exact import common_denominator

Flat: TypeAlias = tuple[int, ...]
Leaving: TypeAlias = tuple[tuple[int, int | None], ...]
"""(observation, where it leads) of a machine state; None: not known."""

Needed: TypeAlias = dict[int, dict[int, int | None]]
"""The same for each machine state that is reached."""

Moves: TypeAlias = Sequence[Mapping[int, int]]
"""For each machine state where it goes on each observation, as far as known."""

Edges: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""Observations of a node, and the nodes that they lead to."""

_KEPT = 5_000  # sums that are kept, of each combination
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A combination in small numbers: integers over denominators that do not matter.

    A mixture of H is its q coordinates in a basis of H, and equations stand in r rows; matrices are flat, row
    by row. `same` says the equations of a mixture, `moved[o]` of what o makes of it, times g. `total` is the
    sum of all x_u. `starts` are nodes, and `edges` by node the observations that move something of H, with
    the next nodes; nodes that show the same for ever are one.
    """

    total: Flat
    same: Flat
    moved: Mapping[int, Flat]
    starts: tuple[int, ...]
    edges: tuple[Edges, ...]
    _known: dict[Leaving, dict[int, tuple[Flat, Flat]]] = field(default_factory=dict, compare=False)

    def needed(self, moves: Moves) -> Needed:
        """Return the moves on which the combination depends given these ones."""
        found: dict[int, dict[int, int | None]] = {}
        pending = [(0, x) for x in self.starts]
        reached = set(pending)
        for u, x in pending:
            observed, following = self.edges[x]
            targets = tuple(map(moves[u].get, observed))
            found.setdefault(u, {}).update(zip(observed, targets, strict=True))
            for v, y in dict.fromkeys(zip(targets, following, strict=True)):
                if v is not None and (v, y) not in reached:
                    reached.add((v, y))
                    pending.append((v, y))
        return found

    def equations(self, needed: Needed) -> list[list[int]]:
        """Return the equations for the x_u, u > 0, in rows, the right-hand sides last; see the module."""
        size = len(self.total)
        if not size:
            return []
        states = [v for v in needed if v]
        nothing = (0,) * len(self.same), (0,) * (len(self.same) // size)
        into = {v: self._into(tuple(leaving.items())) for v, leaving in needed.items()}
        rows: list[list[int]] = []
        for u in states:
            from_start, right = into[0].get(u, nothing)
            line = []
            for v in states:
                block = from_start if u != v else tuple(map(add, from_start, self.same))
                line.append(tuple(map(sub, block, into[v][u][0])) if u in into[v] else block)
            rows += _in_rows(line, right, size)
        for v, leaving in needed.items():
            for o in (o for o, u in leaving.items() if u is None):
                block = self.moved[o]
                line = [block if v in (0, w) else nothing[0] for w in states]
                rows += _in_rows(line, nothing[1] if v else self._times_total(block), size)
        return rows

    def _into(self, leaving: Leaving) -> dict[int, tuple[Flat, Flat]]:
        """Return by target what the observations that lead there make of a mixture, and of the total."""
        if leaving not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found: dict[int, Flat] = {}
            for o, u in leaving:
                if u is not None:
                    found[u] = tuple(map(add, found[u], self.moved[o])) if u in found else self.moved[o]
            self._known[leaving] = {u: (block, self._times_total(block)) for u, block in found.items()}
        return self._known[leaving]

    def _times_total(self, block: Flat) -> Flat:
        size = len(self.total)
        return tuple(sum(map(mul, block[i : i + size], self.total)) for i in range(0, len(block), size))


def _in_rows(blocks: Sequence[Flat], right: Flat, size: int) -> list[list[int]]:
    if len(blocks) == 1:
        return [[*blocks[0][size * i : size * i + size], y] for i, y in enumerate(right)]
    return [
        [*(x for block in blocks for x in block[size * i : size * i + size]), y] for i, y in enumerate(right)
    ]


def hidden(mixtures: Mixtures, parts: Iterable[tuple[Constraint, Fraction]], discount: Fraction) -> Hidden:
    """Return a combination of constraints in small numbers.

    Raises Refused when it does not vanish without memory: then it vanishes with none.
    """
    weights = mixtures.weights(parts)
    seen = mixtures.seen(tuple(weights))
    mixed: Vector = {}
    for name, weight in weights.items():
        add_to(mixed, seen.starts[name][0], weight)
    start = primitive(mixed) if mixed else {}
    basis = _hidden_space(seen, start, mixtures.spend)
    up, ahead = discount.denominator * seen.below, discount.numerator
    moved: dict[int, list[Whole]] = {}
    for o, into in seen.moves.items():
        images = [image(into, x) for x in basis]
        if any(images):
            moved[o] = images
    columns = Space(mixtures.spend)
    for j, x in enumerate(basis):
        column = {i: Fraction(up * n) for i, n in x.items()}
        for images in moved.values():
            add_to(column, {i: Fraction(n) for i, n in images[j].items()}, Fraction(-ahead))
        columns.place(column)
    total, rest = columns.express({i: Fraction(n) for i, n in start.items()})
    if rest:
        raise Refused("a combination of the proof does not vanish even without memory")
    everything = [*basis, *(vector for images in moved.values() for vector in images)]
    rows = Echelon(mixtures.spend)
    kept = [
        i
        for i in sorted({i for vector in everything for i in vector})
        if rows.joins({j: vector[i] for j, vector in enumerate(everything) if i in vector})
    ]

    def flat(vectors: Sequence[Whole], factor: int) -> Flat:
        return tuple(factor * vector.get(i, 0) for i in kept for vector in vectors)

    starts, edges = _merged(seen, moved)
    return Hidden(
        tuple(common_denominator([total.get(j, _ZERO) for j in range(len(basis))])[0]),
        flat(basis, up),
        {o: flat(images, ahead) for o, images in moved.items()},
        starts,
        edges,
    )


def _hidden_space(seen: Seen, start: Whole, spend: Spend) -> list[Whole]:
    """Return a basis of H: vectors of W in echelon form whose first entry is not that of a coordinate."""
    space = Echelon(spend)
    pending = [start]
    for vector in pending:
        if space.joins(vector):
            pending += [reduced(moved) for into in seen.moves.values() if (moved := image(into, vector))]
    return [reduced(row) for pivot, row in sorted(space.rows.items()) if pivot >= seen.visible]


def _merged(seen: Seen, observed: Collection[int]) -> tuple[tuple[int, ...], tuple[Edges, ...]]:
    """Return where nodes start and lead under these observations; nodes that show the same are one."""
    alike, count = [0] * len(seen.edges), 0
    while True:
        shown = [tuple(sorted({(o, alike[y]) for o, y, _ in row if o in observed})) for row in seen.edges]
        names = {mark: x for x, mark in enumerate(dict.fromkeys(shown))}
        alike = [names[mark] for mark in shown]
        if len(names) == count:
            starts = sorted({alike[x] for _, first in seen.starts.values() for x in first})
            edges = (
                (tuple(o for o, _ in mark) for mark in names),
                (tuple(y for _, y in mark) for mark in names),
            )
            return tuple(starts), tuple(zip(*edges, strict=True))
        count = len(names)
