"""The largest probability with which any policy is accepted by an automaton, exactly, and a policy with it.

A policy that remembers the state of the automaton is a stationary policy of the product. The best it can do
is to reach the end components in which the condition can be met, and to stay in one there, taking its steps
again and again. The probability of reaching them is found by policy iteration: floats propose a policy, its
value is solved for in rationals, and it is improved, in rationals, until no action is better anywhere. Then
no policy, with whatever memory, does better: the value bounds what every policy can still attain.

Costas Courcoubetis and Mihalis Yannakakis: The Complexity of Probabilistic Verification (Journal of the ACM,
1995). Ronald A. Howard: Dynamic Programming and Markov Processes (1960).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.model import Distribution, Table
from specexpr.models.environment import Environment
from specexpr.models.policy import reachable
from specexpr.product.automaton import Property, Run, automaton_of, run_of
from specexpr.product.components import AcceptingComponent, accepting_components, shown
from specexpr.product.product import Product, make_product
from specexpr.solve.absorption import reaching
from specexpr.syntax.guards import Guard, disjunction

SMALL = 60
"""For so many nodes no floats are asked first."""

_ROUNDS = 1_000
_CLOSE = 1e-9
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Optimum:
    """The largest probability over all policies, and a policy of the product that attains it."""

    value: Fraction
    product: Product
    run: Run
    policy: Table


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy with memory does where it goes, in the terms of the environment.

    choices: by state of the memory and state; one state of the memory where none is needed, the state 0.
    moves: (state of the memory, next one) -> on which steps.
    """

    memory: tuple[str, ...]
    choices: Mapping[tuple[int, int], Distribution]
    moves: Mapping[tuple[int, int], Guard]


def plan_of(found: Optimum) -> Plan:
    """Return what the policy of an optimum does where it goes, without a memory if it needs none."""
    model, nodes = found.product.environment.model, found.product.nodes
    reached = [x for x, on in enumerate(reachable(model, found.policy)) if on]
    by_state: dict[int, set[Distribution]] = {}
    for x in reached:
        by_state.setdefault(nodes[x][1], set()).add(found.policy[x])
    if all(len(laws) == 1 for laws in by_state.values()):
        return Plan(("",), {(0, s): law for s, (law,) in sorted(by_state.items())}, {})
    kept = sorted({nodes[x][0] for x in reached})
    place = {q: i for i, q in enumerate(kept)}
    choices = {(place[q], s): found.policy[x] for x in reached for q, s in (nodes[x],)}
    edges = automaton_of(found.run)
    names = {name: q for q, name in enumerate(found.run.table.names)}
    moves: dict[tuple[int, int], list[Guard]] = {}
    for edge in edges.edges:
        q, r = (names[edges.states[u]] for u in (edge.source, edge.target))
        if q in place and r in place:
            moves.setdefault((place[q], place[r]), []).append(edge.guard)
    return Plan(
        tuple(found.run.table.names[q] for q in kept),
        dict(sorted(choices.items())),
        {pair: disjunction(guards) for pair, guards in sorted(moves.items())},
    )


def property_product(environment: Environment, wanted: Property) -> tuple[Product, Run]:
    """Return the product of an environment and the automaton of a property, and the automaton at work."""
    run = run_of(environment, wanted)
    plain = make_product(environment, run.table.names, move=run.move, pay=lambda u, step: _ZERO)
    marks: dict[tuple[int, int, int], frozenset[int]] = {}
    for x, (q, s) in enumerate(plain.nodes):
        for a, law in plain.environment.model.rows[x].items():
            for y, _ in law:
                if seen := run.marks(q, (s, a, plain.nodes[y][1])):
                    marks[x, a, y] = seen
    made = replace(plain, marks=MappingProxyType(marks), automaton=automaton_of(run))
    good = frozenset(x for one in accepting_components(made) for x in one.actions)
    return replace(made, accepting=good), run


def optimum(environment: Environment, wanted: Property) -> Optimum:
    """Return the largest probability with which the trajectory of any policy has a property."""
    product, run = property_product(environment, wanted)
    staying = _staying(product, accepting_components(product))
    chosen, values = _best(product, staying)
    value = sum((p * values[x] for x, p in product.environment.model.start), _ZERO)
    return Optimum(value, product, run, chosen)


# -- staying -----------------------------------------------------------------------------------------------


def _staying(product: Product, found: Sequence[AcceptingComponent]) -> dict[int, Distribution]:
    """Return what to do in each node of the components that are given, so that the walk is accepted.

    A node belongs to the first component that has it. Whoever leaves the nodes of a later component enters
    those of an earlier one, so almost every walk stays with one of them in the end.
    """
    laws: dict[int, Distribution] = {}
    for one in found:
        for x, law in _tour(product, one).items():
            laws.setdefault(x, law)
    return laws


def _tour(product: Product, one: AcceptingComponent) -> dict[int, Distribution]:
    """Return what to do in an end component so as to see each mark of its clause again and again.

    One mark is walked to. Several are all seen by whoever picks actions at random.
    """
    actions, wanted = one.actions, one.clause.inf
    if not wanted:
        return {x: ((chosen[0], _ONE),) for x, chosen in actions.items()}
    if len(wanted) > 1:
        return {x: tuple((a, Fraction(1, len(chosen))) for a in chosen) for x, chosen in actions.items()}
    laws: dict[int, Distribution] = {}
    for x, chosen in actions.items():
        showing = next((a for a in chosen if wanted <= shown(product, x, a)), None)
        if showing is not None:
            laws[x] = ((showing, _ONE),)
    laws |= {x: ((a, _ONE),) for x, a in _ways(product, actions, set(laws)).items()}
    return laws


def _ways(product: Product, actions: Mapping[int, Sequence[int]], goals: set[int]) -> dict[int, int]:
    """Return an action for each other node that leads nearer to some goals with positive probability."""
    into: dict[int, list[tuple[int, int]]] = {}
    for x, chosen in actions.items():
        for a in chosen:
            for y, _ in product.environment.successors(x, a):
                into.setdefault(y, []).append((x, a))
    found: dict[int, int] = {}
    todo = sorted(goals)
    for y in todo:
        for x, a in into.get(y, ()):
            if x not in goals and x not in found:
                found[x] = a
                todo.append(x)
    return found


# -- getting there -----------------------------------------------------------------------------------------


def _best(product: Product, staying: Mapping[int, Distribution]) -> tuple[Table, list[Fraction]]:
    """Return a policy that comes to some nodes with the largest probability, and the values of all nodes."""
    model = product.environment.model
    size = len(model.rows)
    everything = {x: tuple(row) for x, row in enumerate(model.rows) if x not in staying}
    ways = _ways(product, everything, set(staying))
    hopeless = [x not in staying and x not in ways for x in range(size)]
    yes = [x in staying for x in range(size)]
    chosen = {x: ways.get(x, min(model.rows[x])) for x in range(size) if x not in staying}
    if len(ways) > SMALL:
        chosen.update(_proposed(product, everything, staying))
    while True:
        rows = [{} if yes[x] or hopeless[x] else dict(model.rows[x][chosen[x]]) for x in range(size)]
        values = reaching(rows, yes=yes, no=hopeless)
        better = {}
        for x in ways:
            kept = values[x]
            for a, law in model.rows[x].items():
                gain = sum((p * values[y] for y, p in law), _ZERO)
                if gain > kept:  # strictly, so that no walk is led around in a circle
                    better[x], kept = a, gain
        if not better:
            break
        chosen.update(better)
    table = tuple(staying[x] if x in staying else ((chosen[x], _ONE),) for x in range(size))
    return table, values


def _proposed(
    product: Product, others: Mapping[int, Sequence[int]], goals: Collection[int]
) -> dict[int, int]:
    """Return actions that are nearly the best, by value iteration in floats, and lead to the goals."""
    import numpy as np
    from scipy.sparse import csr_array

    rows = product.environment.model.rows
    pairs = [(x, a) for x, chosen in others.items() for a in chosen]
    entries = [(i, y, p.numerator / p.denominator) for i, (x, a) in enumerate(pairs) for y, p in rows[x][a]]
    number, target, chance = zip(*entries, strict=True)
    matrix = csr_array((np.array(chance), (number, target)), shape=(len(pairs), len(rows)))
    owner = np.array([x for x, _ in pairs])
    values = np.zeros(len(rows))
    values[sorted(goals)] = 1
    for _ in range(_ROUNDS):
        before = values.copy()
        np.maximum.at(values, owner, matrix @ values)
        if float(np.abs(values - before).max()) < _CLOSE / 1_000:
            break
    is_near = (matrix @ values) >= values[owner] - _CLOSE
    near: dict[int, list[int]] = {}
    for (x, a), keep in zip(pairs, is_near.tolist(), strict=True):
        if keep:
            near.setdefault(x, []).append(a)
    return _ways(product, near, set(goals))
