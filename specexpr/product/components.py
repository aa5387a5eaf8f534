"""End components of a decision process, and those in which an Emerson-Lei condition can be met.

An end component is a set of nodes with some of their actions that never leads outside and connects every
node with every other. A policy can stay in it for ever and take all of its steps again and again; and under
any policy almost every walk ends up taking again and again exactly the steps of one. So a condition can be
met iff some end component has the right marks. For a clause "some marks never again, others again and again"
take away the actions that may show the former; what is largest in the rest decides.

Luca de Alfaro: Formal Verification of Probabilistic Systems (PhD thesis, Stanford 1997).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from specexpr.product.acceptance import Clause, clauses
from specexpr.product.product import Product
from specexpr.product.tables import components

Actions = Mapping[int, tuple[int, ...]]
"""Some nodes with some of their actions."""


@dataclass(frozen=True, slots=True)
class AcceptingComponent:
    """An end component in which a clause of the condition can be met: its nodes with their actions."""

    actions: Actions
    clause: Clause


def end_components(successors: Mapping[tuple[int, int], Sequence[int]], actions: Actions) -> list[Actions]:
    """Return the maximal end components within some nodes and actions.

    successors: the nodes that may follow, by node and action.

    >>> end_components({(0, 0): [0, 1], (0, 1): [0], (1, 0): [1]}, {0: (0, 1), 1: (0,)})
    [{1: (0,)}, {0: (1,)}]
    """
    todo = [dict(actions)]
    found: list[Actions] = []
    while todo:
        part = todo.pop()
        graph = {x: [y for a in chosen for y in successors[x, a] if y in part] for x, chosen in part.items()}
        component = components(graph, *part)
        kept: dict[int, dict[int, tuple[int, ...]]] = {}
        for x, chosen in part.items():
            inside = tuple(
                a for a in chosen if all(component.get(y) == component[x] for y in successors[x, a])
            )
            if inside:
                kept.setdefault(component[x], {})[x] = inside
        if len(kept) == 1 and kept[next(iter(kept))] == part:
            found.append(part)
        else:
            todo += [kept[c] for c in sorted(kept, reverse=True)]
    return found


def accepting_components(product: Product) -> list[AcceptingComponent]:
    """Return the largest end components for each clause of the condition in which it can be met."""
    if product.automaton is None:
        raise ValueError("the product has no automaton")
    rows = product.environment.model.rows
    successors = {(x, a): [y for y, _ in law] for x, row in enumerate(rows) for a, law in row.items()}
    found: list[AcceptingComponent] = []
    for clause in clauses(product.automaton.acceptance):
        allowed = {
            x: tuple(a for a in row if not shown(product, x, a) & clause.fin) for x, row in enumerate(rows)
        }
        usable = {x: chosen for x, chosen in allowed.items() if chosen}
        for part in end_components(successors, usable):
            seen = frozenset[int]().union(
                *(shown(product, x, a) for x, chosen in part.items() for a in chosen)
            )
            if clause.inf <= seen:
                found.append(AcceptingComponent(part, clause))
    return found


def shown(product: Product, node: int, action: int) -> frozenset[int]:
    """Return the marks that an action may show in a node."""
    law = product.environment.successors(node, action)
    return frozenset[int]().union(*(product.marks.get((node, action, y), frozenset()) for y, _ in law))
