"""Trajectory orders for functions of trajectories: a sequence has any value, so only cycles can conflict.

Sequences that look alike are one sequence. A constraint that is strict and closes a cycle with others refutes
the task; without one, each sequence is worth the largest number of strict steps below it. In a family what
follows a pair may depend on the environment, and a specification may heed that: there a cycle of sequences
of pairs proves something only if what follows is the same, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any

from specexpr.certify.model import Claim, Relation, Trajectory, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Term
from specexpr.certify.words import Word, sequence_key, sequence_word
from specexpr.expressivity.verdict import Undecided

Node = Any  # what is seen of a sequence


@dataclass(frozen=True, slots=True)
class Cycle:
    """Constraints that add up to 0 > 0, the first one strict."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class _Edge:
    """The constraint from a sequence to another that is worth no more; a tie also backwards, with sign -1."""

    constraint: TrajectoryConstraint
    target: Node
    sign: int


def order_sequences(claim: Claim) -> Mapping[Word, Fraction] | Cycle | Undecided:
    """Return values of the sequences of a claim that meet its constraints on them, or an irreducible cycle.

    Words stand for what is observed of a sequence; those with value 0 are left out.
    """
    constraints = [c for c in claim.constraints if isinstance(c, TrajectoryConstraint)]
    if not constraints:
        return {}
    seen = observations(claim)
    found = _ordered(constraints, lambda m, steps: sequence_key(claim, seen, m, steps))
    if not isinstance(found, Cycle):
        found = _ordered(constraints, lambda m, steps: sequence_word(claim, seen, m, steps))
        if isinstance(found, Cycle):
            return Undecided("limit: sequences of which only what follows them tells the environment")
    return found


def _ordered(
    constraints: Sequence[TrajectoryConstraint], look: Callable[[int, Trajectory], Hashable]
) -> dict[Node, Fraction] | Cycle:
    edges: dict[Node, list[_Edge]] = {}
    strict: list[tuple[Node, _Edge]] = []
    for c in constraints:
        better, worse = look(c.model, c.better), look(c.model, c.worse)
        edges.setdefault(worse, [])
        edges.setdefault(better, []).append(_Edge(c, worse, 1))
        if c.relation is Relation.TIE:
            edges[worse].append(_Edge(c, better, -1))
        if c.relation is Relation.STRICT:
            strict.append((better, edges[better][-1]))
    classes = _classes(edges)
    for better, edge in strict:
        if classes[better] == classes[edge.target]:
            return Cycle(tuple(_term(e) for e in (edge, *_path(edges, edge.target, better))))
    return _levels(edges, classes)


def _classes(edges: Mapping[Node, Sequence[_Edge]]) -> dict[Node, int]:
    """Return the strongly connected components."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    place = {word: i for i, word in enumerate(edges)}
    pairs = [(place[word], place[edge.target]) for word, leaving in edges.items() for edge in leaving]
    graph = csr_array(
        (np.ones(len(pairs), dtype=np.int8), ([i for i, _ in pairs], [j for _, j in pairs])),
        shape=(len(place), len(place)),
    )
    labels = connected_components(graph, directed=True, connection="strong")[1]
    return {word: int(labels[i]) for word, i in place.items()}


def _path(edges: Mapping[Node, Sequence[_Edge]], start: Node, end: Node) -> list[_Edge]:
    """Return a shortest path, which exists."""
    came: dict[Node, tuple[Node, _Edge]] = {}
    pending = deque([start])
    while end not in came and start != end:
        word = pending.popleft()
        for edge in edges[word]:
            if edge.target not in came and edge.target != start:
                came[edge.target] = word, edge
                pending.append(edge.target)
    found: list[_Edge] = []
    while end != start:
        end, edge = came[end]
        found.append(edge)
    return found[::-1]


def _term(edge: _Edge) -> Term:
    c = edge.constraint
    return Term(c.model, c.better, c.worse, c.relation, Fraction(edge.sign), c.line, is_trajectory=True)


def _levels(edges: Mapping[Node, Sequence[_Edge]], classes: Mapping[Node, int]) -> dict[Node, Fraction]:
    below: dict[int, dict[int, int]] = {k: {} for k in classes.values()}
    for word, leaving in edges.items():
        for edge in leaving:
            one, other = classes[word], classes[edge.target]
            if one != other:
                step = int(edge.constraint.relation is Relation.STRICT)
                below[one][other] = max(step, below[one].get(other, 0))
    level: dict[int, int] = {}
    for k in TopologicalSorter(below).static_order():
        level[k] = max((level[j] + step for j, step in below[k].items()), default=0)
    return {word: Fraction(level[k]) for word, k in classes.items() if level[k]}
