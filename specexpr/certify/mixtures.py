"""Signed mixtures of policies: their nodes, and all that can be seen of them, in few numbers.

A mixture is a vector with an entry for each node of some policies and sequences; after a word of observations
P_o moves it on. All that specifications see of it are the functionals that some word and then the count of a
coordinate define. They are a space that the P_o map into itself, so the *values* of a mixture under a basis,
the coordinates first, are all that matters of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import TypeAlias, cast

from specexpr.certify.chain import Chain
from specexpr.certify.model import Claim, Constraint, Table, Trajectory, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.proofs import TooLarge
from specexpr.certify.spaces import Space, Spend, Vector, Whole, add_to
from specexpr.certify.walk import Coordinate, Walker

MOST_ENTRIES = 20_000_000
"""How many entries of vectors are combined, over all combinations, before the kernel gives up."""

Edge: TypeAlias = tuple[int, int, Fraction]
"""(observation, next node, probability)."""

Name: TypeAlias = tuple[bool, int, tuple[object, ...]]
"""A sequence (true) or what behaves alike of policies, in a model."""

Into: TypeAlias = Mapping[int, Whole]
"""A matrix by columns, those that are not zero."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of the mixtures on some nodes: the first `visible` values are those of coordinates.

    moves: the P_o on values, times `below`. starts: the values of each point, and its first nodes.
    edges: by node.
    """

    moves: Mapping[int, Into]
    below: int
    visible: int
    starts: Mapping[Name, tuple[Vector, tuple[int, ...]]]
    edges: Sequence[Sequence[Edge]]


@dataclass(slots=True)
class _Nodes:
    """The nodes of policies and sequences: what each counts, what comes after it, and where each starts."""

    counts: list[dict[Coordinate, Fraction]] = field(default_factory=list)
    edges: list[list[Edge]] = field(default_factory=list)
    starts: dict[Name, Vector] = field(default_factory=dict)


class Mixtures:
    """Mixtures of the policies and sequences of a claim; what is seen of some of them is kept.

    `heed` is called now and then while they are compared, and may raise.
    """

    def __init__(self, claim: Claim, *, heed: Callable[[], None] | None = None) -> None:
        self.claim = claim
        self.work = 0
        self._heed = heed
        self._chains = [Chain(model) for model in claim.models]
        self._observed = observations(claim)
        self._walker = Walker(claim, seen=self._observed)
        self._tables: dict[Name, Table] = {}
        self._known: dict[tuple[Name, ...], Seen] = {}

    def spend(self, entries: int) -> None:
        """Count the work of comparing mixtures. Raises TooLarge."""
        self.work += entries
        if self.work > MOST_ENTRIES:
            raise TooLarge("the policies of the combinations need too many words to compare")
        if self._heed is not None:
            self._heed()

    def weights(self, parts: Iterable[tuple[Constraint, Fraction]]) -> dict[Name, Fraction]:
        """Return the points of a combination with their weights; what behaves alike is summed first."""
        found: dict[Name, Fraction] = {}
        for c, weight in parts:
            for side, w in ((c.better, weight), (c.worse, -weight)):
                if isinstance(c, TrajectoryConstraint):
                    name: Name = True, c.model, side
                else:
                    table = cast(Table, side)
                    name = False, c.model, self._chains[c.model].behaviour(table)[1]
                    self._tables.setdefault(name, table)
                found[name] = found.get(name, _ZERO) + w
        return {name: w for name, w in sorted(found.items()) if w}

    def seen(self, names: tuple[Name, ...]) -> Seen:
        """Return what is seen of the mixtures of some points."""
        if names not in self._known:
            nodes = _Nodes()
            for name in names:
                if name[0]:
                    self._add_sequence(nodes, name)
                else:
                    self._add_policy(nodes, name)
            self._known[names] = _seen(nodes, self.spend)
        return self._known[names]

    def _add_policy(self, nodes: _Nodes, name: Name) -> None:
        model, table = name[1], self._tables[name]
        rows, of = self.claim.models[model].rows, self._observed.of[model]
        order = self._chains[model].behaviour(table)[0]
        place = {s: x for x, s in enumerate(order, len(nodes.counts))}
        nodes.starts[name] = {place[s]: mass for s, mass in self.claim.models[model].start}
        for s in order:
            counts: dict[Coordinate, Fraction] = {}
            for a, p in table[s]:
                for coordinate, share in self._walker.keys(model, 0, s, a):
                    counts[coordinate] = counts.get(coordinate, _ZERO) + p * share
            nodes.counts.append(counts)
            after = [(of[s, a, t], place[t], p * q) for a, p in table[s] for t, q in rows[s][a]]
            nodes.edges.append(after)

    def _add_sequence(self, nodes: _Nodes, name: Name) -> None:
        model, steps = name[1], cast(Trajectory, name[2])
        rows, of = self.claim.models[model].rows, self._observed.of[model]
        nodes.starts[name] = {len(nodes.counts): _ONE}
        for i, (s, a) in enumerate(steps, 1):
            nodes.counts.append(dict(self._walker.keys(model, 0, s, a)))
            after = [(of[s, a, rows[s][a][0][0]], len(nodes.counts), _ONE)]
            nodes.edges.append(after if i < len(steps) else [])


def _seen(nodes: _Nodes, spend: Spend) -> Seen:
    back: list[list[Edge]] = [[] for _ in nodes.edges]
    for x, row in enumerate(nodes.edges):
        for o, y, p in row:
            back[y].append((o, x, p))
    coordinates: dict[Coordinate, Vector] = {}
    for x, counts in enumerate(nodes.counts):
        for coordinate, n in counts.items():
            coordinates.setdefault(coordinate, {})[x] = n
    space = Space(spend)
    functionals = [functional for functional in coordinates.values() if space.joins(functional)]
    visible = len(functionals)
    moves: dict[int, dict[int, Vector]] = {}
    for j, functional in enumerate(functionals):
        images: dict[int, Vector] = {}
        for y, n in functional.items():
            for o, x, p in back[y]:
                found = images.setdefault(o, {})
                found[x] = found.get(x, _ZERO) + p * n
        for o, found in images.items():
            for i, n in space.place(found).items():
                moves.setdefault(o, {}).setdefault(i, {})[j] = n
            if space.size > len(functionals):
                functionals.append(found)
    starts = {}
    for name, masses in nodes.starts.items():
        values: Vector = {}
        for j, functional in enumerate(functionals):
            value = sum((functional[x] * mass for x, mass in masses.items() if x in functional), _ZERO)
            add_to(values, {j: value}, _ONE)
        starts[name] = values, tuple(masses)
    columns = [column for into in moves.values() for column in into.values()]
    below = lcm(*(n.denominator for column in columns for n in column.values()))
    whole = {
        o: {i: {j: int(below * n) for j, n in column.items()} for i, column in into.items()}
        for o, into in moves.items()
    }
    return Seen(whole, below, visible, starts, nodes.edges)


def image(into: Into, vector: Whole) -> Whole:
    """Return the product of a matrix with a vector."""
    found: Whole = {}
    for i, n in vector.items():
        if i in into:
            for j, x in into[i].items():
                found[j] = found.get(j, 0) + n * x
    return {j: x for j, x in found.items() if x}
