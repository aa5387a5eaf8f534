"""Cycles of a task that contain a strict constraint: the question makes no sense, whatever the formalism.

Policies with equal tables are one policy here. Policies that merely behave alike are not: a task that
separates those is well-posed, and inexpressible where a formalism cannot tell them apart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from specexpr.diagnostics import Span

Vertex = Hashable


@dataclass(frozen=True, slots=True)
class Edge:
    """`better` is at least as good as `worse`, strictly better if `is_strict`.

    `text` is how the file says it, `sides` what it calls the two; `is_written` if the file itself has the
    relation, which an order and an acceptable set only imply.
    """

    better: Vertex
    worse: Vertex
    is_strict: bool
    span: Span
    text: str
    sides: tuple[str, str] = ("", "")
    is_written: bool = True


def strict_cycles(edges: Sequence[Edge]) -> list[tuple[Edge, ...]]:
    """Return a shortest cycle through a strict edge, which comes first, for each component that has one."""
    number: dict[Vertex, int] = {}
    for edge in edges:
        for vertex in (edge.better, edge.worse):
            number.setdefault(vertex, len(number))
    pairs = [(number[edge.better], number[edge.worse]) for edge in edges]
    component = _components(len(number), pairs)
    cycles: list[tuple[Edge, ...]] = []
    seen: set[int] = set()
    for k in sorted(range(len(edges)), key=lambda k: edges[k].span.start):
        better, worse = pairs[k]
        if edges[k].is_strict and component[better] == component[worse] and component[better] not in seen:
            seen.add(component[better])
            here = component[better]
            arcs = [(u, v, j) for j, (u, v) in enumerate(pairs) if component[u] == component[v] == here]
            path = _shortest(worse, better, arcs)
            cycles.append((edges[k], *(edges[j] for j in path)))
    return cycles


def _shortest(source: int, target: int, arcs: Iterable[tuple[int, int, int]]) -> list[int]:
    """Return the numbers of the arcs of a shortest path, which must exist."""
    following: dict[int, list[tuple[int, int]]] = {}
    for u, v, k in arcs:
        following.setdefault(u, []).append((v, k))
    came: dict[int, tuple[int, int]] = {source: (source, -1)}
    queue = deque([source])
    while target not in came:
        u = queue.popleft()
        for v, k in following.get(u, ()):
            if v not in came:
                came[v] = u, k
                queue.append(v)
    path: list[int] = []
    while target != source:
        target, k = came[target]
        path.append(k)
    return path[::-1]


def _components(size: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return a number for each vertex, equal for two iff each reaches the other (Tarjan's algorithm)."""
    following: list[list[int]] = [[] for _ in range(size)]
    for u, v in pairs:
        following[u].append(v)
    order, low, component = [-1] * size, [0] * size, [-1] * size
    stack: list[int] = []
    count = 0
    for root in range(size):
        if order[root] >= 0:
            continue
        work = [(root, 0)]
        while work:
            u, i = work.pop()
            if i == 0:
                order[u] = low[u] = count
                count += 1
                stack.append(u)
            elif i > 0:
                low[u] = min(low[u], low[following[u][i - 1]])
            while i < len(following[u]):
                v = following[u][i]
                i += 1
                if order[v] < 0:
                    work += [(u, i), (v, 0)]
                    break
                if component[v] < 0:
                    low[u] = min(low[u], order[v])
            else:
                if low[u] == order[u]:
                    while component[u] < 0:
                        component[stack.pop()] = u
    return component
