"""The weighed visits of a walk under a clock, exactly, however large it is: what `certify.clock` checks.

The kernel solves for the visits of small walks and multiplies on large ones; here they are found. Every part
is one kind of system, n = start + g n P on some nodes from which the walk gets away if g = 1:
- discounted visits as they stand, on all nodes;
- on the nodes that an average passes through, the visits before a closed class is entered;
- on a closed class without one node x, from where x leads, the visits until x comes again: with 1 for x, and
  over their sum, its stationary law; and the potential y of an average, which may be 0 at x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from specexpr.certify.clock import (
    Average,
    ByState,
    Carried,
    Clock,
    Discounted,
    Horizon,
    Numbers,
    closed_classes,
    step,
    visits,
)
from specexpr.certify.walk import Walk
from specexpr.exact import common_denominator
from specexpr.models.occupancy import fixed_point
from specexpr.solve.lifting import solve_lifted

SMALL = 60
"""On so few nodes systems are solved as they are."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Masses:
    """Numbers on nodes over one denominator, zeros left out."""

    numerators: Mapping[int, int]
    below: int = 1

    def numbers(self, size: int) -> Numbers:
        """Return the numbers of all nodes."""
        found = self.numerators
        return tuple(Fraction(found[x], self.below) if x in found else _ZERO for x in range(size))


def masses(numbers: Mapping[int, Fraction]) -> Masses:
    """Return numbers over their common denominator."""
    numerators, below = common_denominator(list(numbers.values()))
    return Masses({x: n for x, n in zip(numbers, numerators, strict=True) if n}, below)


def _sum(parts: Sequence[tuple[Fraction, Masses]]) -> Masses:
    """Return the sum of factor times numbers."""
    below = lcm(*[factor.denominator * part.below for factor, part in parts])
    found: dict[int, int] = {}
    for factor, part in parts:
        scale = factor.numerator * (below // (factor.denominator * part.below))
        for x, n in part.numerators.items() if scale else ():
            found[x] = found.get(x, 0) + scale * n
    return Masses(found, below)


@dataclass(frozen=True, slots=True)
class WeighedVisits:
    """The weighed number of visits to each node; what a proof carries to show it is found when asked for."""

    masses: Masses
    carried: Callable[[], Carried]


def weighed_visits(walk: Walk, clock: Clock) -> WeighedVisits:
    """Return the visits of a walk under a clock; those of a horizon need no proof."""
    size = len(walk.nodes)
    match clock:
        case Horizon(steps=steps):
            return WeighedVisits(_first_steps(walk, steps), lambda: ())
        case Average():
            entered = _entered(walk)
            n = _shares(walk, entered)
            return WeighedVisits(n, lambda: (n.numbers(size), _potential(walk, entered, n)))
        case ByState():
            n = _flow(walk, range(size), dict(walk.start), _ONE)
            return WeighedVisits(n, lambda: (n.numbers(size),))
        case Discounted():
            n, tail = _tailed(walk, clock)
            return WeighedVisits(n, lambda: (tail.numbers(size),))


def _tailed(walk: Walk, clock: Discounted) -> tuple[Masses, Masses]:
    """Return the visits, and those after the head of weights as the discount alone weighs them."""
    now = dict(walk.start)
    parts: list[tuple[Fraction, Masses]] = []
    for weight in clock.head[:-1]:
        parts.append((weight, masses(now)))
        now = step(walk, now)
    tail = _flow(walk, range(len(walk.nodes)), now, clock.discount)
    return _sum([*parts, (clock.head[-1], tail)]), tail


def _first_steps(walk: Walk, steps: int) -> Masses:
    """Return the visits of the first steps, summed over one denominator."""
    below = lcm(*[p.denominator for row in walk.steps for _, p in row])
    if below.bit_length() > 64:
        return masses(dict(enumerate(visits(walk, Horizon(steps)))))
    moves = [[(y, p.numerator * (below // p.denominator)) for y, p in row] for row in walk.steps]
    start, over = common_denominator([p for _, p in walk.start])
    now = dict(zip([x for x, _ in walk.start], start, strict=True))
    total = [0] * len(walk.nodes)
    for _ in range(steps):
        total = [below * n for n in total] if below > 1 else total
        after: dict[int, int] = {}
        for x, mass in now.items():
            total[x] += below * mass
            for y, weight in moves[x]:
                after[y] = after.get(y, 0) + weight * mass
        now, over = after, over * below
    return Masses({x: n for x, n in enumerate(total) if n}, over)


@dataclass(frozen=True, slots=True)
class _Entered:
    """Visits before a closed class is entered, and each class with what enters it where, zeros left out."""

    before: Masses
    classes: list[tuple[list[int], dict[int, Fraction]]]


def _entered(walk: Walk) -> _Entered:
    """Return how the walk comes into its closed classes."""
    start = dict(walk.start)
    classes = _classes(walk)
    inside = {x for members in classes for x in members}
    passing = [x for x in range(len(walk.nodes)) if x not in inside]
    before = _flow(walk, passing, {x: p for x, p in start.items() if x not in inside}, _ONE)
    coming = step(walk, {x: Fraction(n, before.below) for x, n in before.numerators.items()})
    begun = [
        {x: m for x in members if (m := start.get(x, _ZERO) + coming.get(x, _ZERO))} for members in classes
    ]
    return _Entered(before, list(zip(classes, begun, strict=True)))


def _shares(walk: Walk, entered: _Entered) -> Masses:
    """Return the long-run shares of time."""
    parts = []
    for (first, *others), begun in entered.classes:
        inward = set(others)
        tour = _flow(walk, others, {y: p for y, p in walk.steps[first] if y in inward}, _ONE)
        times = Masses({**tour.numerators, first: tour.below})
        parts.append((sum(begun.values(), _ZERO) / sum(times.numerators.values()), times))
    return _sum(parts)


def _potential(walk: Walk, entered: _Entered, shares: Masses) -> Numbers:
    """Return a y with start = n + y (I - P); it is 0 at the first node of each class."""
    n = shares.numbers(len(walk.nodes))
    found = list(entered.before.numbers(len(n)))
    for (_, *others), begun in entered.classes:
        surplus = {x: begun.get(x, _ZERO) - n[x] for x in others}
        part = _flow(walk, others, surplus, _ONE)
        for x, value in part.numerators.items():
            found[x] = Fraction(value, part.below)
    return tuple(found)


def _classes(walk: Walk) -> list[list[int]]:
    """Return the closed classes, each with a node first that is on many ways if it is large."""
    size = len(walk.nodes)
    if size <= SMALL:
        return closed_classes(walk)
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    sources = [x for x, row in enumerate(walk.steps) for _ in row]
    targets = [y for row in walk.steps for y, _ in row]
    graph = csr_array((np.ones(len(sources), dtype=np.int8), (sources, targets)), shape=(size, size))
    count, label = connected_components(graph, directed=True, connection="strong")
    members: list[list[int]] = [[] for _ in range(count)]
    into = [0] * size
    for x in range(size):
        members[label[x]].append(x)
    left = set()
    for x, y in zip(sources, targets, strict=True):
        into[y] += 1
        if label[x] != label[y]:
            left.add(int(label[x]))
    return [sorted(nodes, key=lambda x: (-into[x], x)) for c, nodes in enumerate(members) if c not in left]


def _flow(walk: Walk, nodes: Sequence[int], start: Mapping[int, Fraction], g: Fraction) -> Masses:
    """Solve n = start + g n P on some nodes; P is as if steps to other nodes were lost."""
    if not nodes or not any(start.values()):
        return Masses({}, 1)
    place = {x: i for i, x in enumerate(nodes)}
    if len(nodes) > SMALL:
        solved = _lifted(walk, place, start, g)
        if solved is not None:
            return solved
    into: dict[int, dict[int, Fraction]] = {i: {} for i in range(len(nodes))}
    for x, i in place.items():
        for y, p in walk.steps[x]:
            if y in place and p:
                into[place[y]][i] = p
    right = {place[x]: mass for x, mass in start.items()}
    values, below = common_denominator(fixed_point(len(nodes), list(range(len(nodes))), into, right, g))
    return Masses({x: n for x, n in zip(nodes, values, strict=True) if n}, below)


def _lifted(
    walk: Walk, place: Mapping[int, int], start: Mapping[int, Fraction], g: Fraction
) -> Masses | None:
    """Solve the same with columns times q L, where g = p / q and L makes the steps from a node whole."""
    rows: list[dict[int, int]] = [{} for _ in place]
    scales = []
    for x, j in place.items():
        below = lcm(*[p.denominator for _, p in walk.steps[x]])
        scales.append(g.denominator * below)
        rows[j][j] = rows[j].get(j, 0) + scales[-1]
        for y, p in walk.steps[x]:
            if (i := place.get(y)) is not None:
                rows[i][j] = rows[i].get(j, 0) - g.numerator * p.numerator * (below // p.denominator)
    right, over = common_denominator([start.get(x, _ZERO) for x in place])
    solved = solve_lifted(rows, right)
    if solved is None:
        return None
    numerators, denominator = solved
    found = {x: scale * n for x, scale, n in zip(place, scales, numerators, strict=True) if n}
    return Masses(found, denominator * over)
