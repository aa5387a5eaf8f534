"""The product with the accumulated return: a memory of what has been paid, where that is finite.

A node is a state of the environment, what the account remembers, and the sum of what it has paid so far;
moreover, as long as more may be paid, the number of steps taken where they are counted or discounted, or the
weight of the next step where discounts differ. A step pays what it adds to the sum. So the total that is paid
along a walk is the return, and whatever depends on its law is a question about where walks end.

That is finite iff no cycle of steps, under whatever actions, changes sums for ever: all that a cycle pays is
0, or, under discounts, nothing may be paid on a cycle or after it. A horizon ends every cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.clock import Average, ByState, Discounted, Horizon
from specexpr.certify.law import components
from specexpr.certify.measure import Account, Total
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.exact import rational_text
from specexpr.models.environment import Environment
from specexpr.product.product import Product, make_product
from specexpr.syntax.guards import Step
from specexpr.syntax.names import shown

MOST_NODES = 100_000
"""So many nodes are written out at most."""

Memory: TypeAlias = tuple[int, int, Fraction, Fraction]
"""(what the account remembers, steps taken, weight of the next step, paid so far)."""

_ZERO, _ONE = Fraction(0), Fraction(1)


def accumulated_product(environment: Environment, account: Account, *, names: Sequence[str] = ()) -> Product:
    """Return the product of an environment and what an account has paid so far.

    names: those of what the account remembers. Raises SpecError where sums are infinite in number, or many.
    """
    sums = _Sums(environment, account)
    why = sums.infinite()
    if why is not None:
        raise _refused(f"what is paid on the way takes infinitely many values: {why}")
    number: dict[Memory, int] = {sums.start: 0}
    nodes = dict.fromkeys((0, s) for s, _ in environment.model.start)
    known = list(number)
    for u, s in (order := list(nodes)):
        for a, law in environment.model.rows[s].items():
            for t, _ in law:
                memory, _paid = sums.after(known[u], (s, a, t))
                v = number.setdefault(memory, len(number))
                if v == len(known):
                    known.append(memory)
                if (v, t) not in nodes:
                    nodes[v, t] = None
                    order.append((v, t))
        if len(order) > MOST_NODES:
            raise _refused(f"what is paid on the way makes more than {MOST_NODES} nodes")
    return make_product(
        environment,
        [sums.name(memory, names) for memory in known],
        move=lambda u, step: number[sums.after(known[u], step)[0]],
        pay=lambda u, step: sums.after(known[u], step)[1],
    )


def _refused(message: str) -> SpecError:
    hint = "give a horizon, or let the payments end, so that sums are finite in number"
    return SpecError([Diagnostic(id="no-product", message=message, help=hint)])


@dataclass(frozen=True, slots=True)
class _Edge:
    """A step from what is remembered and a state: its pay, the factor of what follows, where it leads."""

    pay: Fraction
    factor: Fraction
    node: int


class _Sums:
    """What an account has paid, step by step."""

    def __init__(self, environment: Environment, account: Account) -> None:
        if isinstance(account.clock, Average):
            raise ValueError("a long-run average is no sum")
        self.environment = environment
        self.clock = account.clock
        self.pays, self.moves = dict(account.pays), dict(account.moves)
        self.discounts = dict(account.discounts)
        self.place: dict[tuple[int, int], int] = {}
        self.edges = self._edges()
        self.may_pay = self._may_pay()
        self.start: Memory = 0, 0, self._weight(0, _ONE, _ONE), _ZERO

    def _factor(self, s: int, a: int) -> Fraction:
        match self.clock:
            case Discounted(discount=g):
                return g
            case ByState():
                return self.discounts.get((s, a), _ZERO)
            case _:
                return _ONE

    def _weight(self, time: int, before: Fraction, factor: Fraction) -> Fraction:
        """Return the weight of the step at a time, from that of the step before."""
        match self.clock:
            case Horizon(steps=steps):
                return _ONE if time < steps else _ZERO
            case Discounted(head=head) if time < len(head):
                return head[time]
            case _ if time == 0:
                return _ONE
            case _:
                return before * factor

    def after(self, memory: Memory, step: Step) -> tuple[Memory, Fraction]:
        """Return the memory after a step, and what the step adds to what is paid."""
        u, time, weight, paid = memory
        s, a, t = step
        added = weight * self.pays.get((u, *step), _ZERO) if time >= 0 else _ZERO
        v = self.moves.get((u, *step), u)
        following = self._weight(time + 1, weight, self._factor(s, a)) if time >= 0 else _ZERO
        if isinstance(self.clock, Total):
            return (v, 0, _ONE, paid + added), added
        if time < 0 or not self._goes_on(time + 1, following) or not self.may_pay[self.place[v, t]]:
            return (0, -1, _ZERO, paid + added), added
        return (v, time + 1, following, paid + added), added

    def _goes_on(self, time: int, weight: Fraction) -> bool:
        """Say whether a step from some time on may have a weight."""
        if isinstance(self.clock, Discounted) and time < len(self.clock.head):
            return any(self.clock.head[time:])
        return weight > 0

    def _edges(self) -> list[list[_Edge]]:
        """Return the steps between what is reached, under all actions."""
        rows = self.environment.model.rows
        for s, _ in self.environment.model.start:
            self.place.setdefault((0, s), len(self.place))
        found: list[list[_Edge]] = []
        for u, s in (order := list(self.place)):
            some = []
            for a, law in rows[s].items():
                for t, _ in law:
                    step = u, s, a, t
                    node = self.moves.get(step, u), t
                    if node not in self.place:
                        self.place[node] = len(self.place)
                        order.append(node)
                    some.append(_Edge(self.pays.get(step, _ZERO), self._factor(s, a), self.place[node]))
            found.append(some)
        return found

    def _may_pay(self) -> list[bool]:
        """Say from where more may be paid."""
        into: list[list[int]] = [[] for _ in self.edges]
        for x, some in enumerate(self.edges):
            for e in some:
                if e.factor:
                    into[e.node].append(x)
        found = [any(e.pay for e in some) for some in self.edges]
        for y in (order := [x for x, pays in enumerate(found) if pays]):
            for x in into[y]:
                if not found[x]:
                    found[x] = True
                    order.append(x)
        return found

    def infinite(self) -> str | None:
        """Return why sums are infinite in number, or None if they are not."""
        match self.clock:
            case Horizon():
                return None
            case Discounted(head=head) if not head[-1]:
                return None
        for members in components([[e.node for e in some if e.factor] for some in self.edges]):
            inside = {*members}
            inner = [(x, e) for x in members for e in self.edges[x] if e.factor and e.node in inside]
            state = shown(self.environment.states[list(self.place)[members[0]][1]])
            if isinstance(self.clock, Total):
                if self._changes(members, inner):
                    return f"steps from {state} and back may pay, again and again"
            elif inner and self.may_pay[members[0]]:
                return f"steps from {state} and back may be taken any number of times before more is paid"
        return None

    def _changes(self, members: Sequence[int], inner: Sequence[tuple[int, _Edge]]) -> bool:
        """Say whether some cycle of a component pays other than 0 in all."""
        height = {members[0]: _ZERO}
        onward: dict[int, list[_Edge]] = {}
        for x, e in inner:
            onward.setdefault(x, []).append(e)
        for x in (order := [members[0]]):
            for e in onward.get(x, ()):
                if e.node not in height:
                    height[e.node] = height[x] - e.pay
                    order.append(e.node)
        return any(e.pay != height[x] - height[e.node] for x, e in inner)

    def name(self, memory: Memory, names: Sequence[str]) -> str:
        """Return the name of a memory: what the account remembers, the time or weight, the sum."""
        u, time, weight, paid = memory
        parts = []
        if time >= 0:
            parts += [names[u]] if names else []
            match self.clock:
                case Horizon() | Discounted():
                    parts.append(f"step {time}")
                case ByState():
                    parts.append(f"weight {rational_text(weight)}")
        return ", ".join([*parts, f"paid {rational_text(paid)}"])
