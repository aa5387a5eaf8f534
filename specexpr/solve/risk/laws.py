"""Exact laws of returns that take finitely many values, in integers.

What `certify.law` says of Z(x), the return from node x on, is followed component by component, successors
first; there are the reasons. Here laws are numerators and masses, each law over denominators of its own, and
the two steps of which laws are made, mixing and shifting, are left to a `Mixer`: dictionaries do for any law,
packed integers are quick for returns on a lattice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Generic, Protocol, TypeVar

from specexpr.certify.law import around, components
from specexpr.certify.measure import Edge
from specexpr.solve.absorption import absorbed
from specexpr.solve.risk.functionals import Outcomes, outcomes
from specexpr.solve.risk.returns import Return, alive

_ZERO, _ONE = Fraction(0), Fraction(1)

MOST_ENTRIES = 60_000
"""So many pairs of a node of a component of a total, and of one that leaves it, are solved for."""

L = TypeVar("L")


class Infinite(Exception):  # noqa: N818 -- a finding about a return
    """The return takes infinitely many values."""


class OutOfReach(Exception):  # noqa: N818 -- a finding about a return
    """The law is finite, but more work than is allowed."""


@dataclass(frozen=True, slots=True)
class Part(Generic[L]):
    """A part of a mixture: with some probability, `shift` plus `factor` times what has a law."""

    probability: Fraction
    shift: Fraction
    factor: Fraction
    law: L


class Mixer(Protocol[L]):
    """How laws are represented."""

    def point(self, value: Fraction) -> L:
        """Return the law of a number."""

    def mix(self, parts: Sequence[Part[L]]) -> L:
        """Return the law of a mixture, whose probabilities sum to 1. Raises OutOfReach."""

    def constant(self, law: L) -> Fraction | None:
        """Return the number whose law it is, if it is one of a number."""

    def drop(self, law: L) -> None:
        """Note that a law is not needed any more."""


def mixed_law(of: Return, mixer: Mixer[L]) -> L:
    """Return the law of a return. Raises Infinite and OutOfReach."""
    nodes_at = alive(of)
    zero = mixer.point(_ZERO)
    laws: Mapping[int, L] = dict.fromkeys(nodes_at[-1], zero)
    if of.tail:
        laws = _Tails(of.chain.edges, mixer).laws(nodes_at[-1])
    factor = of.tail or _ONE
    edges = of.chain.edges
    for weight, nodes in zip(reversed(of.head), reversed(nodes_at[:-1]), strict=True):
        before = laws
        laws = {
            x: mixer.mix([Part(e.probability, weight * e.pay, factor, before[e.node]) for e in edges[x]])
            for x in nodes
        }
        for law in before.values():
            mixer.drop(law)
        factor = _ONE
    return mixer.mix([Part(p, _ZERO, factor, laws[x]) for x, p in of.chain.start])


class _Tails(Generic[L]):
    """The laws of what is to come from each node; they are dropped when no node before them is left."""

    def __init__(self, edges: Sequence[Sequence[Edge]], mixer: Mixer[L]) -> None:
        self.edges = edges
        self.mixer = mixer
        self.end = mixer.point(_ZERO)
        self.found: dict[int, L] = {}

    def laws(self, start: Iterable[int]) -> Mapping[int, L]:
        """Return the law from some first nodes."""
        onward = [[e.node for e in edges if e.factor] for edges in self.edges]
        needed = dict.fromkeys(start)
        for x in (order := list(needed)):
            order += [y for y in dict.fromkeys(onward[x]) if y not in needed]
            needed |= dict.fromkeys(onward[x])
        uses = Counter(y for x in needed for y in onward[x])
        uses.update(start)
        for members in components(onward):
            if members[0] not in needed:
                continue
            self._set(members)
            for y in (y for x in members for y in onward[x]):
                uses[y] -= 1
                if not uses[y]:
                    self.mixer.drop(self.found.pop(y))
        return self.found

    def finite(self) -> Mapping[int, L]:
        """Return the law from each node where it is finite, and within reach."""
        for members in components([[e.node for e in edges if e.factor] for edges in self.edges]):
            inside = {*members}
            onward = {e.node for x in members for e in self.edges[x] if e.factor} - inside
            if onward <= self.found.keys():
                with suppress(Infinite, OutOfReach):
                    self._set(members)
        return self.found

    def _set(self, members: Sequence[int]) -> None:
        """Set the laws of a component whose successors have theirs."""
        inside = set(members)
        inner = [e for x in members for e in self.edges[x] if e.factor and e.node in inside]
        if not inner:
            self.found[members[0]] = self._mixture(self.edges[members[0]])
        elif all(e.factor == 1 for e in inner):
            self._passing(members, inside)
        else:
            self._constant(members, inside)

    def _mixture(self, edges: Sequence[Edge], whole: Fraction = _ONE) -> L:
        return self.mixer.mix(
            [Part(e.probability / whole, e.pay, e.factor or _ONE, self._after(e)) for e in edges]
        )

    def _after(self, edge: Edge) -> L:
        return self.found[edge.node] if edge.factor else self.end

    def _constant(self, members: Sequence[int], inside: set[int]) -> None:
        """Set a component with factors below 1: what is to come is one number at each node, or infinite."""
        inner = {x: [e for e in self.edges[x] if e.factor and e.node in inside] for x in members}
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
            for e in self.edges[x]:
                is_inner = e.factor and e.node in inside
                after = known[e.node] if is_inner else self.mixer.constant(self._after(e))
                if after is None or e.pay + (e.factor or _ONE) * after != known[x]:
                    raise Infinite
        for x in members:
            self.found[x] = self.mixer.point(known[x])

    def _passing(self, members: Sequence[int], inside: set[int]) -> None:
        """Set a component without factors, which is left: each of its cycles pays 0 in all, or infinite."""
        height = self._potential(members, inside)
        place = {x: i for i, x in enumerate(members)}
        rows: list[dict[int, Fraction]] = [{} for _ in members]
        leaving: dict[int, list[Edge]] = {}
        for x in members:
            for e in self.edges[x]:
                if e.factor and e.node in inside:
                    row = rows[place[x]]
                    row[place[e.node]] = row.get(place[e.node], _ZERO) + e.probability
                else:
                    leaving.setdefault(x, []).append(e)
        if len(members) * len(leaving) > MOST_ENTRIES:
            raise OutOfReach
        parts: dict[int, list[Part[L]]] = {x: [] for x in members}
        for y, edges in leaving.items():
            share = sum((e.probability for e in edges), _ZERO)
            out = self._mixture(edges, share)
            chances = absorbed(rows, [share if x == y else _ZERO for x in members])
            for x in members:
                if chance := chances[place[x]]:
                    parts[x].append(Part(chance, height[x] - height[y], _ONE, out))
        for x in members:
            self.found[x] = self.mixer.mix(parts[x])

    def _potential(self, members: Sequence[int], inside: set[int]) -> dict[int, Fraction]:
        """Return h with pay = h(x) - h(y) on every edge x -> y inside. Raises Infinite."""
        inner = {x: [e for e in self.edges[x] if e.factor and e.node in inside] for x in members}
        height = {members[0]: _ZERO}
        for x in (order := [members[0]]):
            for e in inner[x]:
                if e.node not in height:
                    height[e.node] = height[x] - e.pay
                    order.append(e.node)
        if any(e.pay != height[x] - height[e.node] for x in members for e in inner[x]):
            raise Infinite
        return height


@dataclass(frozen=True, slots=True)
class Points:
    """A law as the masses of numerators."""

    masses: Mapping[int, int]
    scale: int
    below: int


@dataclass(slots=True)
class PointMixer:
    """Mixes laws point by point, up to so much work."""

    most: int
    work: int = 0

    def point(self, value: Fraction) -> Points:
        """Return the law of a number."""
        return Points({value.numerator: 1}, value.denominator, 1)

    def mix(self, parts: Sequence[Part[Points]]) -> Points:
        """Return the law of a mixture."""
        if len(parts) == 1 and not parts[0].shift and parts[0].factor == 1:
            return parts[0].law
        scale = lcm(*[lcm(one.shift.denominator, one.factor.denominator * one.law.scale) for one in parts])
        below = lcm(*[one.probability.denominator * one.law.below for one in parts])
        self.work += sum(len(one.law.masses) for one in parts) * (1 + (scale * below).bit_length() // 1024)
        if self.work > self.most:
            raise OutOfReach
        found: dict[int, int] = {}
        for one in parts:
            by = one.factor.numerator * (scale // (one.factor.denominator * one.law.scale))
            add = one.shift.numerator * (scale // one.shift.denominator)
            times = one.probability.numerator * (below // (one.probability.denominator * one.law.below))
            for n, mass in one.law.masses.items():
                key = by * n + add
                found[key] = found.get(key, 0) + times * mass
        return Points(found, scale, below)

    def constant(self, law: Points) -> Fraction | None:
        """Return the number whose law it is, if it is one of a number."""
        return Fraction(next(iter(law.masses)), law.scale) if len(law.masses) == 1 else None

    def drop(self, law: Points) -> None:
        """Let go."""


def point_law(of: Return, *, most: int) -> Outcomes:
    """Return the law of a return, with so much work at most. Raises Infinite and OutOfReach."""
    found = mixed_law(of, PointMixer(most))
    return outcomes(found.masses, found.scale, found.below)


def finite_tails(edges: Sequence[Sequence[Edge]], *, most: int) -> Mapping[int, Outcomes]:
    """Return the law of what is to come from each node where it is finite and takes little work."""
    found = _Tails(edges, PointMixer(most)).finite()
    return {x: outcomes(law.masses, law.scale, law.below) for x, law in found.items()}
