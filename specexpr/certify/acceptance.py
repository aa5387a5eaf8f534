"""Show that a reward separates good policies from ALL other deterministic ones, without enumerating them.

A *class* is a behaviour of good policies: an action for each state that it reaches. A *universe* F is a
partial assignment state -> action; its members are the deterministic policies that agree with it. m is a
lower bound of the values of all good policies. Claim: every policy that is in no class has value J < m.

**Switches.** Let pi, g be members of F with J >= m, pi in no class, g in one. Policy improvement by switches
of one state outside F carries each to an optimum of F and never lowers its value; two optima differ in
actions that are optimal, so single switches join them through optima. Hence a chain of members with J >= m
leads from pi to g in single switches, and on it some q in no class, J(q) >= m, is one switch away from a
member of a class h that F does not contradict. So q agrees with h on reach(h) but for one t in reach(h) that
F leaves open (with a switch elsewhere q would still behave like h), where it plays an available b != h(t).
It is thus enough to bound the members of F + (h on reach(h) minus t) + {t: b} in no class, for all h, t, b.

**A switch that loses.** With numbers U and A(s, a) = R(s, a) + g P_a U - U(s), every deterministic pi has
J(pi) = start.U + sum_s d_pi(s) A(s, pi(s)). Let eps >= 0 bound A on reach(h) under h, and outside reach(h),
where F reaches, for every action that F allows. Those members have J <= upper + l A(t, b) with
upper = start.U + eps / (1 - g), if A(t, b) < 0 and 0 < l <= d_pi(t): they play like h until they first see t.
If that is not below m, the new universe is looked at in the same way; it assigns more, so this ends.

**No class left.** If F contradicts every class, the witness must carry U for a universe F' that F extends,
with start.U + eps / (1 - g) < m, where eps >= 0 bounds A on what F' allows where it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.chain import Chain, Key
from specexpr.certify.model import Table
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.valuation import Scaled, Valuation

MAX_WORK = 20_000_000
"""How many states are visited, over all universes and classes, before the kernel gives up; F = {} is free."""

_BITS = 64

Universe = Mapping[int, int]


@dataclass(slots=True)
class _Class:
    """A behaviour of good policies with its numbers U: its reach, its actions there, all residuals A."""

    order: list[int]
    action: dict[int, int]
    numbers: Scaled
    residual: list[int]
    mass: dict[int, tuple[int, int]] = field(default_factory=dict)


def check_all_deterministic(valuation: Valuation, good: Sequence[Table], *, merged: bool) -> None:
    """Check that every good policy beats every deterministic policy that is not good. Raises Refused.

    With `merged`, a policy that behaves like a good one is good.
    """
    for _ in unbeaten_universes(valuation, good, merged=merged):
        raise Refused("the witness does not show that every policy outside the acceptable set is worse")


def unbeaten_universes(valuation: Valuation, good: Sequence[Table], *, merged: bool) -> Iterator[Universe]:
    """Yield the universes without a good policy for which the witness still lacks numbers. Raises Refused."""
    tables = _classes(valuation.chain, good, merged=merged)
    if not tables:
        raise Refused("no good policy is deterministic, and a mean never beats the best deterministic policy")
    classes = [_with_numbers(valuation, alike, table) for alike, table in tables.items()]
    least = min(valuation.bounds(table)[0] for table in good)
    return _Search(valuation, classes, least).unbeaten()


def _classes(chain: Chain, good: Sequence[Table], *, merged: bool) -> dict[Key, Table]:
    """Return a table for each class; unless `merged`, every deterministic policy in it must be listed."""
    found: dict[Key, Table] = {}
    members: dict[Key, set[Key]] = {}
    for table in good:
        order, alike = chain.behaviour(table)
        if all(len(table[s]) == 1 for s in (order if merged else range(len(table)))):
            found.setdefault(alike, table)
            members.setdefault(alike, set()).add(chain.key(table))
    for alike, listed in members.items() if not merged else ():
        count = 1
        for row, actions in zip(alike, chain.index, strict=True):
            count *= 1 if row else len(actions)
            if count > len(listed):
                raise Refused("a policy that is not good differs from a good one only where neither goes")
    return found


def _with_numbers(valuation: Valuation, alike: Key, table: Table) -> _Class:
    carried = valuation.carried.get(alike)
    if carried is None:
        raise Refused("the witness must carry the values of every good policy")
    order, _ = valuation.chain.behaviour(table)
    numbers = valuation.scaled(carried.value)
    return _Class(order, {s: table[s][0][0] for s in order}, numbers, valuation.residuals(numbers))


@dataclass(slots=True)
class _Search:
    valuation: Valuation
    classes: list[_Class]
    least: Fraction
    work: int = 0
    _seen: set[frozenset[tuple[int, int]]] = field(default_factory=set)
    _takers: dict[int, dict[int, int]] = field(default_factory=dict)
    _beaten: list[Universe] | None = None

    def unbeaten(self) -> Iterator[Universe]:
        """Yield each universe to look at that neither has a class nor is shown to be below m."""
        waiting: list[Iterator[Universe]] = [iter([{}])]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                continue
            reach = self._reach(following)
            universe = {s: following[s] for s in reach if s in following}
            mark = frozenset(universe.items())
            if mark in self._seen:
                continue
            self._seen.add(mark)
            consistent = self._consistent(universe)
            self.work += len(reach) * (1 + len(consistent)) if universe else 0
            if self.work > MAX_WORK:
                raise TooLarge("the acceptable set needs too many cases to check")
            if consistent:
                waiting.append(self._switches(universe, reach, consistent))
            elif not any(part.items() <= universe.items() for part in self._beaten_universes()):
                yield universe

    def _reach(self, universe: Universe) -> list[int]:
        index = self.valuation.chain.index
        return self.valuation.chain.reach(lambda s: _allowed(index[s], universe.get(s)))

    def _switches(self, universe: Universe, reach: list[int], consistent: list[_Class]) -> Iterator[Universe]:
        """Yield the universes after the switches whose loss is not shown to be enough."""
        chain, discount = self.valuation.chain, self.valuation.discount
        for h in consistent:
            pairs = [chain.index[s][a] for s, a in h.action.items()]
            for s in reach:
                if s not in h.action:
                    pairs += _allowed(chain.index[s], universe.get(s))
            gap = self._upper(pairs, h.residual, h.numbers) - self.least
            gap *= h.numbers.unit * discount.denominator
            need, over = gap.numerator, gap.denominator
            for t, own in h.action.items():
                actions = chain.index[t]
                if len(actions) == 1 or t in universe:
                    continue
                for b, p in actions.items():
                    if b == own:
                        continue
                    if (x := h.residual[p]) < 0:
                        if need <= 0:
                            continue
                        mass, power = self._mass(h)[t]
                        if -x * mass * over > need * chain.below[p] << power:
                            continue
                    yield {**universe, **h.action, t: b}

    def _upper(self, pairs: Iterable[int], residual: Sequence[int], numbers: Scaled) -> Fraction:
        """Return start.U + eps / (1 - g) with the least eps >= 0 that bounds the residuals of the pairs."""
        below = self.valuation.chain.below
        high, over = 0, 1
        for p in pairs:
            x = residual[p]
            if x > 0 and x * over > high * below[p]:
                high, over = x, below[p]
        return numbers.start + self.valuation.total(high, over, numbers)

    def _mass(self, h: _Class) -> dict[int, tuple[int, int]]:
        """Return for each reached t some (n, e) with 0 < n / 2^e <= d_pi(t) if pi plays h before t.

        It is the discounted mass of one shortest path to t, rounded down to 64 bits at each step.
        """
        if not h.mass:
            chain, discount = self.valuation.chain, self.valuation.discount
            for s, p in chain.model.start:
                h.mass[s] = _rounded_down(p.numerator, p.denominator, 0)
            for s in h.order:
                mass, power = h.mass[s]
                pair = chain.index[s][h.action[s]]
                below = discount.denominator * chain.below[pair]
                for t, weight in zip(chain.successors[pair], chain.weights[pair], strict=True):
                    if t not in h.mass:
                        h.mass[t] = _rounded_down(mass * discount.numerator * weight, below, power)
        return h.mass

    def _consistent(self, universe: Universe) -> list[_Class]:
        """Return the classes that the universe does not contradict."""
        if not universe:
            return self.classes
        if not self._takers:
            for i, h in enumerate(self.classes):
                for s, a in h.action.items():
                    masks = self._takers.setdefault(s, {})
                    masks[a] = masks.get(a, 0) | 1 << i
        against = 0
        for s, a in universe.items():
            for action, mask in self._takers.get(s, {}).items():
                against |= 0 if action == a else mask
        return [h for i, h in enumerate(self.classes) if not against >> i & 1]

    def _beaten_universes(self) -> list[Universe]:
        """Return the carried universes, as assignments, all of whose members are shown to be below m."""
        if self._beaten is None:
            self._beaten = []
            chain = self.valuation.chain
            for value in (*self.valuation.universes, *self.valuation.carried.values()):
                reach = chain.reached(value.table)
                if all(len(value.table[s]) <= 1 for s in reach):
                    part = {s: value.table[s][0][0] for s in reach if value.table[s]}
                    numbers = self.valuation.scaled(value.value)
                    pairs = [p for s in reach for p in _allowed(chain.index[s], part.get(s))]
                    if self._upper(pairs, self.valuation.residuals(numbers), numbers) < self.least:
                        self._beaten.append(part)
        return self._beaten


def _allowed(actions: Mapping[int, int], fixed: int | None) -> Iterable[int]:
    return actions.values() if fixed is None else (actions[fixed],)


def _rounded_down(numerator: int, denominator: int, power: int) -> tuple[int, int]:
    """Return (n, e) with n / 2^e <= numerator / (denominator * 2^power), n of about 64 bits."""
    shift = max(0, _BITS + denominator.bit_length() - numerator.bit_length())
    value, power = (numerator << shift) // denominator, power + shift
    extra = max(0, value.bit_length() - _BITS - 1)
    return value >> extra, power - extra
