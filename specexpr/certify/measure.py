"""What a question may give: named objectives, each a measure of policies, and their exact values.

A measure is an *account*, which pays for the steps of a trajectory and sums what it paid under a clock, or
the probability of a *formula*. An account may remember: in memory state u the step (s, a, t) leads to another
memory state, and what a step pays may depend on u. Its return is a random number; its value is the mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.chain import SMALL
from specexpr.certify.clock import Average, ByState, Discounted, Horizon, closed_classes, step, visits
from specexpr.certify.formula_probability import FormulaProbability
from specexpr.certify.formula_store import Scheme
from specexpr.certify.model import Label, Model, Table
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.walk import Row, Walk
from specexpr.certify.weighing import weighed_solution
from specexpr.exact import common_denominator

MemoryStep: TypeAlias = tuple[int, int, int, int]
"""(state of the memory, state, action, next state)."""

MOST_NODES = 300
"""So many nodes may the chain of a policy have whose value the kernel solves for; for an average, 60."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Total:
    """All steps count once each: the sum up to absorption, in states where nothing is paid any more."""


AccountClock: TypeAlias = Discounted | ByState | Horizon | Average | Total


@dataclass(frozen=True, slots=True)
class Account:
    """Payments for steps, summed under a clock.

    pays: what a step pays, ascending; steps that are not listed pay 0.
    moves: where a step leads the memory, ascending; on steps that are not listed it stays. It starts in 0.
    discounts: of (state, action), ascending, where the clock is by state: of pairs that are not listed 0.
    """

    clock: AccountClock
    pays: tuple[tuple[MemoryStep, Fraction], ...]
    moves: tuple[tuple[MemoryStep, int], ...] = ()
    discounts: tuple[tuple[tuple[int, int], Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Probability:
    """The probability of a formula over steps that carry these labels."""

    scheme: Scheme
    labels: tuple[Label, ...] = ()


Measure: TypeAlias = Account | Probability


@dataclass(frozen=True, slots=True)
class GivenObjective:
    """An objective of the question by its name, with its measure in each model."""

    name: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A step from a node of a chain: its probability, what it pays, the factor of what follows, the node."""

    probability: Fraction
    pay: Fraction
    factor: Fraction
    node: int


@dataclass(frozen=True, slots=True)
class PayingChain:
    """The chain of a policy on the nodes (memory, state) that it reaches, breadth first."""

    nodes: tuple[tuple[int, int], ...]
    start: Row
    edges: tuple[tuple[Edge, ...], ...]


def paying_chain(account: Account, model: Model, table: Table) -> PayingChain:
    """Return the chain of a policy with what an account pays on it."""
    pays, moves, discounts = dict(account.pays), dict(account.moves), dict(account.discounts)
    clock = account.clock
    place = {(0, s): x for x, (s, _) in enumerate(model.start)}
    nodes = list(place)
    edges: list[tuple[Edge, ...]] = []
    for u, s in nodes:
        found = []
        for a, p in table[s]:
            factor = _ONE
            if isinstance(clock, Discounted):
                factor = clock.discount
            elif isinstance(clock, ByState):
                factor = discounts.get((s, a), _ZERO)
            for t, q in model.rows[s][a]:
                step = u, s, a, t
                node = moves.get(step, u), t
                y = place.setdefault(node, len(place))
                if y == len(nodes):
                    nodes.append(node)
                found.append(Edge(p * q, pays.get(step, _ZERO), factor, y))
        edges.append(tuple(found))
    return PayingChain(tuple(nodes), tuple((place[0, s], p) for s, p in model.start), tuple(edges))


def as_walk(chain: PayingChain) -> Walk:
    """Return a chain as a walk."""
    steps = []
    for edges in chain.edges:
        law: dict[int, Fraction] = {}
        for edge in edges:
            law[edge.node] = law.get(edge.node, _ZERO) + edge.probability
        steps.append(tuple(law.items()))
    return Walk(chain.nodes, chain.start, tuple(steps), ((),) * len(chain.nodes))


_REMEMBERED = 10_000
_values: dict[tuple[int, int, Table], tuple[Measure, Model, Fraction]] = {}
# By identity, which lasts as long as what is kept with the value.


def value(measure: Measure, model: Model, table: Table) -> Fraction:
    """Return what a policy is worth, computed once. Raises Refused, and TooLarge where its chain is."""
    key = id(measure), id(model), table
    if key not in _values:
        if len(_values) >= _REMEMBERED:
            _values.clear()
        _values[key] = measure, model, _computed(measure, model, table)
    return _values[key][2]


def _computed(measure: Measure, model: Model, table: Table) -> Fraction:
    if isinstance(measure, Probability):
        return FormulaProbability(model, measure.labels, measure.scheme).policy(table)
    chain = paying_chain(measure, model, table)
    gains = [sum((e.probability * e.pay for e in edges), _ZERO) for edges in chain.edges]
    every, clock = range(len(chain.nodes)), measure.clock
    if not isinstance(clock, Horizon) and len(every) > (SMALL if isinstance(clock, Average) else MOST_NODES):
        raise TooLarge(f"a given objective would have to be valued on {len(every)} nodes")
    match clock:
        case Horizon() | Average():
            counts = visits(as_walk(chain), clock)
            return sum((n * gain for n, gain in zip(counts, gains, strict=True) if gain), _ZERO)
        case Discounted(head=head):
            walk, now, early = as_walk(chain), dict(chain.start), _ZERO
            for weight in head[:-1]:
                early += weight * sum((mass * gains[x] for x, mass in now.items()), _ZERO)
                now = step(walk, now)
            return early + head[-1] * _ahead(chain, gains, now, every)
        case ByState():
            return _ahead(chain, gains, dict(chain.start), every)
        case Total():
            ended = {x for members in closed_classes(as_walk(chain)) for x in members}
            if any(e.pay for x in ended for e in chain.edges[x]):
                raise Refused("a total has no value where steps pay for ever")
            return _ahead(chain, gains, dict(chain.start), [x for x in every if x not in ended])


def _ahead(
    chain: PayingChain, gains: Sequence[Fraction], start: Mapping[int, Fraction], inside: Sequence[int]
) -> Fraction:
    """Return start V for the V on some nodes with V(x) = gain(x) + sum of probability, factor and V(y)."""
    place = {x: i for i, x in enumerate(inside)}
    rows: list[dict[int, int]] = []
    right: list[int] = []
    for x in inside:
        row = {place[x]: _ONE}
        for edge in chain.edges[x]:
            if edge.node in place:
                i = place[edge.node]
                row[i] = row.get(i, _ZERO) - edge.probability * edge.factor
        (*entries, gain), _ = common_denominator([*row.values(), gains[x]])
        rows.append({i: n for i, n in zip(row, entries, strict=True) if n})
        right.append(gain)
    return weighed_solution(rows, right, [start.get(x, _ZERO) for x in inside])


@dataclass(frozen=True, slots=True)
class Given:
    """The objectives that a claim gives, in its models; values are remembered."""

    objectives: tuple[GivenObjective, ...]
    models: tuple[Model, ...]
    _known: dict[tuple[int, int, Table], Fraction]

    def value(self, which: int, model: int, table: Table) -> Fraction:
        """Return the value of a policy under an objective, by the indices of both. Raises Refused."""
        key = which, model, table
        if key not in self._known:
            measure = self.objectives[which].measures[model]
            self._known[key] = value(measure, self.models[model], table)
        return self._known[key]

    def vector(self, model: int, table: Table) -> tuple[Fraction, ...]:
        """Return the values of a policy under all objectives, in their order. Raises Refused."""
        return tuple(self.value(k, model, table) for k in range(len(self.objectives)))


def given_values(objectives: Sequence[GivenObjective], models: Sequence[Model]) -> Given:
    """Return what values the objectives of a claim. Raises Refused where one does not fit its models."""
    if not objectives:
        raise Refused("the question gives no objective")
    for one in objectives:
        if len(one.measures) != len(models):
            raise Refused(f"the objective {one.name} is not given in every environment of the question")
    return Given(tuple(objectives), tuple(models), {})


def name_index(objectives: Sequence[GivenObjective]) -> Mapping[str, int]:
    """Return the index of each objective by its name."""
    return {one.name: k for k, one in enumerate(objectives)}
