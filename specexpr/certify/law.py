"""The exact law of the return of an account under a policy, where it takes finitely many values.

Let Z(x) be what is still to come from node x: Z(x) = pay + factor Z(y) over the edges x -> y, where no factor
is above 1. An edge of factor 0 ends the sum. Take a strongly connected set C of the other edges.
- **One passing node**: Z(x) is a mixture of the laws of its successors, shifted and scaled.
- **Factors below 1 on the cycles of C**: the support S of Z(x) satisfies c + f S in S for each cycle
  through x, f its factor. If S is finite, that map permutes it and shrinks its diameter, so Z is constant on
  every node of C; the constants are found along one cycle and checked on every edge.
- **No factor, and C is left**: Z takes finitely many values iff every cycle in C pays 0 in all, which is iff
  pays are differences of a potential h: then Z(x) = h(x) - h(y) + pay + Z(z), over the edge y -> z by which C
  is left.
- **No factor, and C is not left**: an account up to absorption pays nothing there.
A horizon is unrolled. Otherwise the return takes infinitely many values, and so says `law`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify import step_chain
from specexpr.certify.clock import Average, Discounted, Horizon
from specexpr.certify.measure import Account, Edge, PayingChain, Total, paying_chain
from specexpr.certify.model import Model, Table
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.exact import solve_sparse

Law: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
"""(value, probability) pairs: ascending values, positive probabilities that sum to 1."""

MOST_POINTS = 200_000
"""So many (node, value) pairs, and a strongly connected set of so few nodes, are worked out."""
MOST_CONNECTED = 60

_ZERO, _ONE = Fraction(0), Fraction(1)


class Unbounded(Refused):
    """The return takes infinitely many values."""


def law(account: Account, model: Model, table: Table) -> Law:
    """Return the law of the return. Raises Unbounded, TooLarge, and Refused where there is no return."""
    clock = account.clock
    if isinstance(clock, Average):
        raise Refused("a long-run average is no return")
    chain = paying_chain(account, model, table)
    start = {(x, _ZERO): p for x, p in chain.start}
    if isinstance(clock, Horizon):
        for _ in range(clock.steps):
            start = _onward(chain, start, _ONE)
        return _sorted((paid, p) for (_, paid), p in start.items())
    scale = _ONE
    if isinstance(clock, Discounted):
        for weight in clock.head[:-1]:
            start = _onward(chain, start, weight)
        scale = clock.head[-1]
    if not scale:
        return _sorted((paid, p) for (_, paid), p in start.items())
    rest = _Rest(chain, is_total=isinstance(clock, Total))
    laws = rest.laws({x for x, _ in start})
    return _sorted((paid + scale * z, p * q) for (x, paid), p in start.items() for z, q in laws[x])


def _onward(
    chain: PayingChain, now: Mapping[tuple[int, Fraction], Fraction], weight: Fraction
) -> dict[tuple[int, Fraction], Fraction]:
    """Return the law of (node, paid) one step later, what is paid weighed."""
    found: dict[tuple[int, Fraction], Fraction] = {}
    for (x, paid), p in now.items():
        for edge in chain.edges[x]:
            key = edge.node, paid + weight * edge.pay
            found[key] = found.get(key, _ZERO) + p * edge.probability
    if len(found) > MOST_POINTS:
        raise TooLarge(f"the return takes more than {MOST_POINTS} values on the way")
    return found


def _sorted(points: Iterable[tuple[Fraction, Fraction]]) -> Law:
    found: dict[Fraction, Fraction] = {}
    for z, p in points:
        found[z] = found.get(z, _ZERO) + p
    return tuple(sorted(found.items()))


class _Rest:
    """The laws of what is to come from each node, component by component, successors first."""

    def __init__(self, chain: PayingChain, *, is_total: bool) -> None:
        self.chain = chain
        self.is_total = is_total
        self.found: dict[int, Law] = {}
        self._points = 0

    def laws(self, start: Iterable[int]) -> Mapping[int, Law]:
        """Return the law from each node that counts after some first ones. Raises Unbounded and Refused."""
        onward = [[e.node for e in edges if e.factor] for edges in self.chain.edges]
        needed = dict.fromkeys(start)
        for x in (order := list(needed)):
            order += [y for y in dict.fromkeys(onward[x]) if y not in needed]
            needed |= dict.fromkeys(onward[x])
        for members in components(onward):
            inside = set(members)
            if members[0] not in needed:
                continue
            if len(members) == 1 and members[0] not in onward[members[0]]:
                self._mix(members[0])
            elif self.is_total:
                self._passing(members, inside)
            else:
                self._constant(members, inside)
        return self.found

    def _keep(self, x: int, law: Law) -> None:
        self.found[x] = law
        self._points += len(law)
        if self._points > MOST_POINTS:
            raise TooLarge(f"the return takes more than {MOST_POINTS} values on the way")

    def _after(self, edge: Edge) -> Law:
        return self.found[edge.node] if edge.factor else ((_ZERO, _ONE),)

    def _mix(self, x: int) -> None:
        edges = self.chain.edges[x]
        points = [(e.pay + e.factor * z, e.probability * q) for e in edges for z, q in self._after(e)]
        self._keep(x, _sorted(points))

    def _constant(self, members: Sequence[int], inside: set[int]) -> None:
        """Set a component whose cycles discount: what is to come is one number at each node."""
        inner = {x: [e for e in self.chain.edges[x] if e.factor and e.node in inside] for x in members}
        known = around({x: edges[0] for x, edges in inner.items()}, members[0])
        into: dict[int, list[tuple[int, Edge]]] = {x: [] for x in members}
        for x, edges in inner.items():
            for e in edges:
                into[e.node].append((x, e))
        for y in (order := list(known)):
            for x, e in into[y]:
                if x not in known:
                    known[x] = e.pay + e.factor * known[y]
                    order.append(x)
        for x in members:
            for e in self.chain.edges[x]:
                after = ((known[e.node], _ONE),) if e.node in inside and e.factor else self._after(e)
                if len(after) > 1 or e.pay + e.factor * after[0][0] != known[x]:
                    raise Unbounded("the return takes infinitely many values")
        for x in members:
            self._keep(x, ((known[x], _ONE),))

    def _passing(self, members: Sequence[int], inside: set[int]) -> None:
        """Set a component of a total: it pays nothing and is not left, or its cycles pay 0 in all."""
        edges = {x: self.chain.edges[x] for x in members}
        leaving = [(x, e) for x in members for e in edges[x] if e.node not in inside]
        if not leaving:
            if any(e.pay for x in members for e in edges[x]):
                raise Refused("a total has no value where steps pay for ever")
            for x in members:
                self._keep(x, ((_ZERO, _ONE),))
            return
        if len(members) > MOST_CONNECTED:
            raise TooLarge(f"more than {MOST_CONNECTED} nodes of a return lead to each other")
        height = self._potential(members, inside)
        place = {x: i for i, x in enumerate(members)}
        columns: dict[int, list[tuple[Fraction, Fraction]]] = {x: [] for x in members}
        for y in dict.fromkeys(x for x, _ in leaving):
            chances = self._chances(members, inside, place, y)
            for x in members:
                if chances[place[x]]:
                    columns[x] += [
                        (height[x] - height[y] + e.pay + z, chances[place[x]] * e.probability * q)
                        for e in edges[y]
                        if e.node not in inside
                        for z, q in self.found[e.node]
                    ]
        for x in members:
            self._keep(x, _sorted(columns[x]))

    def _potential(self, members: Sequence[int], inside: set[int]) -> dict[int, Fraction]:
        """Return h with pay = h(x) - h(y) on every edge x -> y inside. Raises Unbounded."""
        height = {members[0]: _ZERO}
        order = [members[0]]
        for x in order:
            for e in self.chain.edges[x]:
                if e.node in inside and e.node not in height:
                    height[e.node] = height[x] - e.pay
                    order.append(e.node)
        for x in members:
            for e in self.chain.edges[x]:
                if e.node in inside and e.pay != height[x] - height[e.node]:
                    raise Unbounded("the return takes infinitely many values")
        return height

    def _chances(
        self, members: Sequence[int], inside: set[int], place: Mapping[int, int], y: int
    ) -> list[Fraction]:
        """Return how often, from each member, node y is visited before the component is left."""
        rows: list[dict[int, Fraction]] = [{i: _ONE} for i in range(len(members))]
        for x in members:
            for e in self.chain.edges[x]:
                if e.node in inside:
                    row = rows[place[x]]
                    row[place[e.node]] = row.get(place[e.node], _ZERO) - e.probability
        return solve_sparse(rows, [_ONE if x == y else _ZERO for x in members])


def around(first: Mapping[int, Edge], start: int) -> dict[int, Fraction]:
    """Return what is to come on the cycle into which one edge of each node leads from a node."""
    path: dict[int, int] = {}
    x = start
    while x not in path:
        path[x] = len(path)
        x = first[x].node
    cycle = list(path)[path[x] :]
    paid, factor = _ZERO, _ONE
    for y in cycle:
        paid += factor * first[y].pay
        factor *= first[y].factor
    known = {x: paid / (1 - factor)}
    for y in reversed(cycle[1:]):
        known[y] = first[y].pay + first[y].factor * known[first[y].node]
    return known


def components(onward: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected sets of a graph, those that are led to first."""
    found = step_chain.components(dict(enumerate(onward)))
    return [sorted(members) for members in reversed(found)]
