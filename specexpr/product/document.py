"""A product as JSON, numbers as exact rationals in strings. `schema.json` next to this file describes it.

::

    {"schema": "specexpr-product/1", "environment": "rooms", "objective": "twice", "discount": "9/10",
     "actions": ["stay", "go"], "memory": ["u0", "u1"],
     "nodes": [{"name": "u0, s0", "memory": "u0", "state": "s0", "labels": []}],
     "start": {"u0, s0": "1"},
     "transitions": [{"node": "u0, s0", "action": "go", "labels": ["push"],
                      "next": {"u1, s1": "9/10", "u0, s0": "1/10"}, "rewards": {"u1, s1": "1"}}]}

A step pays what `rewards` says for its next node, and 0 for others. `memory` is null where there is none, and
then nodes have the names of their states. Where an automaton is the memory there are moreover `acceptance`,
the condition on the marks that are seen again and again, `marks` in transitions, by next node, and
`accepting` in nodes: a policy can stay there for ever so that the automaton accepts.
"""

from __future__ import annotations

from typing import TypeAlias

from specexpr.certify.model import Distribution
from specexpr.exact import rational_text
from specexpr.product.acceptance import acceptance_text
from specexpr.product.product import Product

SCHEMA = "specexpr-product/1"

Json: TypeAlias = "str | int | list[Json] | dict[str, Json] | None"


def product_document(product: Product, *, objective: str) -> dict[str, Json]:
    """Return a product as what JSON can hold."""
    automaton = product.automaton
    condition = {} if automaton is None else {"acceptance": acceptance_text(automaton.acceptance)}
    return {
        "schema": SCHEMA,
        "environment": product.origin.name,
        "objective": objective,
        **condition,
        "discount": None if product.discount is None else rational_text(product.discount),
        "actions": list(product.environment.actions),
        "memory": list(product.memory) if product.has_memory else None,
        "nodes": [_node(product, x) for x in range(len(product.nodes))],
        "start": _law(product, product.environment.model.start),
        "transitions": [
            _transition(product, x, a) for x, row in enumerate(product.environment.model.rows) for a in row
        ],
    }


def _node(product: Product, x: int) -> Json:
    u, s = product.nodes[x]
    labels: list[Json] = [label.name for label in product.environment.labels if x in label.states]
    found: dict[str, Json] = {
        "name": product.environment.states[x],
        "memory": product.memory[u] if product.has_memory else None,
        "state": product.origin.states[s],
        "labels": labels,
    }
    return found if product.automaton is None else {**found, "accepting": x in product.accepting}


def _transition(product: Product, x: int, a: int) -> Json:
    law = product.environment.successors(x, a)
    names = product.environment.states
    labels: list[Json] = [label.name for label in product.environment.labels if (x, a) in label.pairs]
    paid = {names[y]: rational_text(r) for y, _ in law if (r := product.rewards.get((x, a, y)))}
    found: dict[str, Json] = {
        "node": names[x],
        "action": product.environment.actions[a],
        "labels": labels,
        "next": _law(product, law),
        "rewards": dict(paid),
    }
    if product.automaton is None:
        return found
    marks: dict[str, Json] = {
        names[y]: [*sorted(seen)] for y, _ in law if (seen := product.marks.get((x, a, y)))
    }
    return {**found, "marks": marks}


def _law(product: Product, law: Distribution) -> Json:
    return {product.environment.states[y]: rational_text(p) for y, p in law}
