"""The ends of what a return may be: near bounds of what is to come from a node, and of all exactly.

m(x) is the least of pay + factor m(y) over the edges x -> y. With factors below 1 it is found by choosing an
edge at each node, solving for what that pays, and choosing again where another edge is worse (Howard); with
factors of 1 by going from the end backwards (Bellman, Ford), where a cycle that pays less than 0 has no end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf, nextafter

import numpy as np

from specexpr.certify.law import around
from specexpr.certify.measure import Edge
from specexpr.solve.risk.returns import Return, alive

_ROUNDS = 100
_TINY = 1e-290
_SLACK = 2.0**-52
_ZERO, _ONE = Fraction(0), Fraction(1)

Edges = Sequence[Sequence[Edge]]


def ends_of(edges: Edges) -> tuple[list[float], list[float]]:
    """Return bounds of what is to come from each node, in floats that err outwards."""
    return _bounds(edges, 1), [-x for x in _bounds(edges, -1)]


def _bounds(edges: Edges, sign: int) -> list[float]:
    """Return lower bounds of `sign` times what is to come from each node."""
    crude = min(sign * e.pay / (1 - e.factor) for one in edges for e in one)
    found = np.full(len(edges), nextafter(float(crude), -inf))
    pays = np.array([sign * float(e.pay) for one in edges for e in one])
    factors = np.array([float(e.factor) for one in edges for e in one])
    targets = np.array([e.node for one in edges for e in one])
    firsts = np.cumsum([0, *map(len, edges)])[:-1]
    for _ in range(_ROUNDS):
        ahead = found[targets]
        slack = 4 * _SLACK * (np.abs(pays) + np.abs(ahead)) + _TINY
        better = np.maximum(found, np.minimum.reduceat(pays + factors * ahead - slack, firsts))
        is_near = bool((better - found <= 1e-9 * (1 + np.abs(found))).all())
        found = better
        if is_near:
            break
    return [float(x) for x in found]


def extremes(of: Return) -> tuple[Fraction | None, Fraction | None]:
    """Return the infimum and the supremum of the outcomes of a return, None where there is no bound."""
    best = _infimum(of, _negative(of.chain.edges))
    return _infimum(of, of.chain.edges), None if best is None else -best


def tail_extremes(of: Return) -> tuple[Mapping[int, Fraction | None], Mapping[int, Fraction | None]]:
    """Return the infimum and the supremum of what is to come from each node, None where there is no bound."""
    best = _tails(_negative(of.chain.edges))
    return _tails(of.chain.edges), {x: None if m is None else -m for x, m in best.items()}


def _negative(edges: Edges) -> Edges:
    return [[replace(e, pay=-e.pay) for e in one] for one in edges]


def _tails(edges: Edges) -> Mapping[int, Fraction | None]:
    factors = {e.factor for one in edges for e in one} - {_ZERO}
    return _shortest(edges) if factors <= {_ONE} else _discounted(edges)


def _infimum(of: Return, edges: Edges) -> Fraction | None:
    """Return the infimum of the outcomes, or None where they are not bounded from below."""
    found: Mapping[int, Fraction | None] = dict.fromkeys(range(len(edges)), _ZERO)
    if of.tail:
        found = _tails(edges)
    factor = of.tail or _ONE
    for weight, nodes in zip(reversed(of.head), reversed(alive(of)[:-1]), strict=True):
        found = {x: _least((weight * e.pay, factor, found[e.node]) for e in edges[x]) for x in nodes}
        factor = _ONE
    return _least((_ZERO, factor, found[x]) for x, _ in of.chain.start)


def _least(steps: Iterable[tuple[Fraction, Fraction, Fraction | None]]) -> Fraction | None:
    """Return the least of pay + factor m over (pay, factor, m), where m may be unbounded."""
    found = [(pay, factor, m) for pay, factor, m in steps]
    if any(m is None for _, _, m in found):
        return None
    return min(pay + factor * m for pay, factor, m in found if m is not None)


def _discounted(edges: Edges) -> dict[int, Fraction | None]:
    """Return m at all nodes, where factors are below 1."""
    near, _ = ends_of(edges)
    first = [min(one, key=lambda e: float(e.pay) + float(e.factor) * near[e.node]) for one in edges]
    while True:
        m = _along(first)
        better = [min(one, key=lambda e: e.pay + e.factor * m[e.node]) for one in edges]
        changed = [
            x
            for x, (old, new) in enumerate(zip(first, better, strict=True))
            if new.pay + new.factor * m[new.node] < old.pay + old.factor * m[old.node]
        ]
        if not changed:
            return dict(enumerate(m))
        for x in changed:
            first[x] = better[x]


def _along(first: Sequence[Edge]) -> list[Fraction]:
    """Return what is to come from each node if one edge of each is taken."""
    found: dict[int, Fraction] = {}
    for start in range(len(first)):
        path: dict[int, None] = {}
        x = start
        while x not in found and x not in path and first[x].factor:
            path[x] = None
            x = first[x].node
        if x in path:
            found |= around(dict(enumerate(first)), x)
        elif x not in found:
            found[x] = first[x].pay
        for y in reversed(path):
            if y not in found:
                found[y] = first[y].pay + first[y].factor * found[first[y].node]
    return [found[x] for x in range(len(first))]


def _shortest(edges: Edges) -> dict[int, Fraction | None]:
    """Return m at all nodes, where factors are 1 but for steps to the end."""
    found: dict[int, Fraction] = {}
    into: list[list[tuple[int, Fraction]]] = [[] for _ in edges]
    waiting: dict[int, None] = {}
    for x, one in enumerate(edges):
        for e in one:
            if e.factor:
                into[e.node].append((x, e.pay))
            else:
                found[x] = min(e.pay, found.get(x, e.pay))
                waiting[x] = None
    for _ in range(len(edges) + 1):  # a shortest path takes no node twice
        changed: dict[int, None] = {}
        for y in waiting:
            for x, pay in into[y]:
                low = pay + found[y]
                if x not in found or low < found[x]:
                    found[x] = low
                    changed[x] = None
        waiting = changed
    lost = set(waiting)
    todo = list(lost)
    for y in todo:
        new = [x for x, _ in into[y] if x not in lost]
        lost.update(new)
        todo += new
    return {x: None if x in lost else found[x] for x in range(len(edges))}
