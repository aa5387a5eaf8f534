"""The probability that an automaton accepts, from the definition: follow every walk on the product.

A set of nodes that can all reach each other and nothing else is where a walk ends; all edges between them are
taken again and again. Sets are found by asking of each node what can be reached, and probabilities by
eliminating nodes one at a time. Shares no code with the evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from specexpr.certify.formula import Atom, AtomKind
from specexpr.certify.model import Label, Model, Table
from specexpr.testing.temporal_truth import is_true

_ZERO, _ONE = Fraction(0), Fraction(1)

Node = tuple[int, int]
Row = dict[Node, Fraction]


def accepted_probability(model: Model, labels: Sequence[Label], policy: Table, spec: Any) -> Fraction:
    """Return the probability that an automaton accepts the trajectory of a policy."""
    rows: dict[Node, Row] = {}
    marks: dict[tuple[Node, Node], frozenset[int]] = {}
    todo: list[Node] = [(0, s) for s, _ in model.start]
    while todo:
        node = todo.pop()
        if node in rows:
            continue
        q, s = node
        rows[node] = {}
        for a, p in policy[s]:
            for t, r in model.rows[s][a]:
                edge = next(e for e in spec.edges if e.source == q and _holds(e.guard, labels, (s, a, t)))
                after = edge.target, t
                rows[node][after] = rows[node].get(after, _ZERO) + p * r
                marks[node, after] = marks.get((node, after), frozenset()) | edge.marks
                todo.append(after)
    reach = _reach(rows)
    good: set[Node] = set()
    ends: set[Node] = set()
    for node in rows:
        if all(node in reach[other] for other in reach[node]):
            ends.add(node)
            seen = frozenset[int]().union(*(m for (x, _), m in marks.items() if x in reach[node]))
            if _is_accepted(spec.acceptance, seen):
                good.add(node)
    return _absorbed({(0, s): p for s, p in model.start}, rows, ends, good)


def _holds(guard: Any, labels: Sequence[Label], step: tuple[int, int, int]) -> bool:
    match type(guard).__name__:
        case "Constant":
            return bool(guard.value)
        case "Not":
            return not _holds(guard.guard, labels, step)
        case "And":
            return all(_holds(part, labels, step) for part in guard.guards)
        case "Or":
            return any(_holds(part, labels, step) for part in guard.guards)
        case "Labelled":
            return is_true(Atom(AtomKind.LABEL, guard.label), labels, step)
        case "At":
            return step[0] == int(guard.state)
        case "Do":
            return step[1] == int(guard.action)
        case "Next":
            return step[2] == int(guard.state)
        case other:
            raise ValueError(other)


def _is_accepted(condition: Any, seen: frozenset[int]) -> bool:
    match type(condition).__name__:
        case "Inf":
            return condition.mark in seen
        case "Fin":
            return condition.mark not in seen
        case "Every":
            return all(_is_accepted(part, seen) for part in condition.parts)
        case "Some":
            return any(_is_accepted(part, seen) for part in condition.parts)
        case other:
            raise ValueError(other)


def _reach(rows: Mapping[Node, Row]) -> dict[Node, set[Node]]:
    """Return the nodes that can be reached from each node, itself among them."""
    reach = {node: {node, *row} for node, row in rows.items()}
    for middle in rows:
        for node in rows:
            if middle in reach[node]:
                reach[node] |= reach[middle]
    return reach


def _absorbed(start: Row, rows: Mapping[Node, Row], ends: set[Node], good: set[Node]) -> Fraction:
    """Return the probability of ending in a good node: each other node is cut out, its loops summed up."""
    mass = dict(start)
    left = {node: dict(row) for node, row in rows.items() if node not in ends}
    for node in list(left):
        row = left.pop(node)
        loop = row.pop(node, _ZERO)
        row = {after: p / (_ONE - loop) for after, p in row.items()}
        for other in [mass, *left.values()]:
            share = other.pop(node, _ZERO)
            for after, p in row.items():
                if share:
                    other[after] = other.get(after, _ZERO) + share * p
    return sum((p for node, p in mass.items() if node in good), _ZERO)
