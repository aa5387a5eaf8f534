"""The product of an environment and a finite memory: a Markov decision process that pays for its steps.

A node (u, s) is a state of the memory and one of the environment. Under action a it leads to (u', s') with
probability T(s'|s, a), where u' is what the memory makes of the step (s, a, s'). Nodes are those that some
policy reaches from the start. A stationary policy of the environment acts in (u, s) as in s, so its value
under an objective with that memory is that of a Markov reward on the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from specexpr.certify.model import Distribution, Label, Model, Table
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.automaton import Automaton
from specexpr.syntax.guards import Step
from specexpr.syntax.names import write_name

Node: TypeAlias = tuple[int, int]
"""(state of the memory, state of the environment)."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """An environment whose states are the nodes, breadth first, with what its steps pay.

    environment: its states are called "u0, s0" where there is a memory and "s0" where there is none; actions
        keep their names, and a node or a pair of a node and an action the labels of its state or pair.
    memory: the names of the states of the memory; one that is called "" stands for no memory.
    nodes: what each state of the product stands for; origin: the environment that the product was made from.
    rewards: of steps (node, action, next node); steps that are not listed pay 0.
    discount: None where values are not discounted.
    automaton: what reads along and is the memory, if it is one; marks: those that it shows on steps.
    accepting: the nodes where a policy can stay for ever so that the automaton accepts.
    """

    environment: Environment
    origin: Environment
    memory: tuple[str, ...]
    nodes: tuple[Node, ...]
    rewards: Mapping[Step, Fraction]
    discount: Fraction | None = None
    marks: Mapping[Step, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    automaton: Automaton | None = None
    accepting: frozenset[int] = frozenset()

    @property
    def has_memory(self) -> bool:
        """Say whether there is more to a node than a state."""
        return self.memory != ("",)

    def expected_reward(self, node: int, action: int) -> Fraction:
        """Return the mean of what an action pays in a node."""
        law = self.environment.successors(node, action)
        return sum((p * self.rewards.get((node, action, y), _ZERO) for y, p in law), _ZERO)


def make_product(
    origin: Environment,
    memory: Sequence[str],
    *,
    move: Callable[[int, Step], int],
    pay: Callable[[int, Step], Fraction],
    discount: Fraction | None = None,
) -> Product:
    """Return the reachable product of an environment and a memory that starts in its state 0.

    move: (state of the memory, step) -> its next state; pay: what the step then pays.
    """
    place: dict[Node, int] = {(0, s): x for x, (s, _) in enumerate(origin.model.start)}
    nodes = list(place)
    rows: list[Mapping[int, Distribution]] = []
    rewards: dict[Step, Fraction] = {}
    for x, (u, s) in enumerate(nodes):
        laws: dict[int, Distribution] = {}
        for a, law in origin.model.rows[s].items():
            outcomes: list[tuple[int, Fraction]] = []
            for t, p in law:
                step = s, a, t
                node = move(u, step), t
                y = place.setdefault(node, len(place))
                if y == len(nodes):
                    nodes.append(node)
                outcomes.append((y, p))
                if value := pay(u, step):
                    rewards[x, a, y] = value
            laws[a] = tuple(sorted(outcomes))
        rows.append(MappingProxyType(laws))
    names = tuple(_name(memory, origin, node) for node in nodes)
    start = tuple((place[0, s], p) for s, p in origin.model.start)
    model = Model(names, origin.actions, start, tuple(rows))
    return Product(
        environment=Environment(origin.name, model, _lifted(origin, nodes)),
        origin=origin,
        memory=tuple(memory),
        nodes=tuple(nodes),
        rewards=MappingProxyType(rewards),
        discount=discount,
    )


def _name(memory: Sequence[str], origin: Environment, node: Node) -> str:
    u, s = node
    if tuple(memory) == ("",):
        return origin.states[s]
    return ", ".join(write_name(name, reserved=frozenset()) for name in (memory[u], origin.states[s]))


def _lifted(origin: Environment, nodes: Sequence[Node]) -> tuple[Label, ...]:
    """Return the labels of an environment on nodes."""
    over: dict[int, list[int]] = {}
    for x, (_, s) in enumerate(nodes):
        over.setdefault(s, []).append(x)
    return tuple(
        Label(
            label.name,
            frozenset(x for s in label.states for x in over.get(s, ())),
            frozenset((x, a) for s, a in label.pairs for x in over.get(s, ())),
        )
        for label in origin.labels
    )


def lifted_table(product: Product, policy: Policy) -> Table:
    """Return the policy of the product that acts in a node as a policy does in its state."""
    return tuple(policy.table[s] for _, s in product.nodes)


def product_values(product: Product, policies: Sequence[Policy]) -> tuple[Fraction, ...]:
    """Return the exact discounted values of policies of the environment that a product was made from."""
    from specexpr.solve.expectation import policy_expectation

    if product.discount is None:
        raise ValueError("a product without a discount has no discounted values")
    model, discount = product.environment.model, product.discount
    means = {(x, a): product.expected_reward(x, a) for x, a, _ in product.rewards}

    def pays(node: int, action: int) -> Fraction:
        return means.get((node, action), _ZERO)

    tables = (lifted_table(product, policy) for policy in policies)
    return tuple(policy_expectation(model, table, discount=discount, reward=pays) for table in tables)
