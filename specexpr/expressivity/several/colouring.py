"""Few thresholds that keep policies outside, each of which must let all of those inside pass.

A group can be kept out by one threshold unless a mean of it is a mean of policies inside. So this is a
colouring of the policies outside in which no *clash*, such a group, has but one colour. Clashes are found as
they are needed; where there is no colouring with k colours, k thresholds do not suffice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count

from specexpr.certify.kinds.thresholds import Threshold
from specexpr.certify.model import Relation
from specexpr.certify.overlaps import Overlap, least_colours
from specexpr.certify.proofs import RewardEntry
from specexpr.expressivity.generic_reward import Coordinate
from specexpr.expressivity.several.compared import Blend, Compared, Pays, Row

_MOST_COLOURED = 40
_MOST_TRIED = 300
_MOST_STEPS = 4_000
_ZERO = Fraction(0)


@dataclass(slots=True)
class Colouring:
    """Thresholds for groups of points, known so far, and the clashes."""

    compared: Compared
    inside: Sequence[int]
    known: dict[frozenset[int], Threshold | None] = field(default_factory=dict)
    clashes: list[Blend] = field(default_factory=list)

    def cover(self, outside: Sequence[int]) -> list[Threshold]:
        """Return thresholds of which each point outside misses one: as few as can be, if that is quick.

        No single point may clash. Raises TimeIsUp.
        """
        if not outside:
            return []
        whole = self.one_for(outside)
        if whole is not None:
            return [whole]
        found = self.greedy(outside)
        colours, is_quick = 2, len(outside) <= _MOST_COLOURED
        while colours < len(found) and len(self.known) < _MOST_TRIED and is_quick:
            groups = self.coloured(outside, colours)
            if groups is None:
                colours += 1
                continue
            some = [self.one_for(group) for group in groups]
            some_found = [one for one in some if one is not None]
            if len(some_found) == len(groups):
                return some_found
        return found if colours == len(found) else self.flat(outside) or found

    def flat(self, outside: Sequence[int]) -> list[Threshold]:
        """Return two thresholds of one reward and its negative under which all points inside return the same.

        There is one under which no point outside does so iff none of these is in the plane through the points
        inside. It is a sum of rewards, one for each point outside, of which none is in the way of another.
        """
        base, *others = self.inside
        ties = [Row(Relation.TIE, i, base) for i in others]
        reward: tuple[RewardEntry, ...] = ()
        for n, j in enumerate(outside):
            if self.parts(reward, base, (j,)):
                continue
            found = self.compared.direction([*ties, Row(Relation.STRICT, j, base)])
            if not isinstance(found, Pays):
                return []
            sums = (_sum(reward, found.reward, times) for times in count(1))
            reward = next(one for one in sums if self.parts(one, base, outside[: n + 1]))
        against = tuple(replace(x, value=-x.value) for x in reward)
        value = self.compared.value(base, reward)
        return [Threshold(reward, value), Threshold(against, -value)]

    def parts(self, reward: tuple[RewardEntry, ...], base: int, some: Sequence[int]) -> bool:
        """Say whether some points return other than a certain one."""
        value = self.compared.value(base, reward)
        return all(self.compared.value(i, reward) != value for i in some)

    def one_for(self, group: Collection[int]) -> Threshold | None:
        """Return a threshold that a group of points misses, unless it clashes."""
        key = frozenset(group)
        if key not in self.known:
            found = self.compared.half(self.inside, sorted(key))
            if isinstance(found, Blend):
                self.clashes.append(found)
                self.known[key] = None
            else:
                self.known[key] = found
        return self.known[key]

    def greedy(self, outside: Sequence[int]) -> list[Threshold]:
        """Return thresholds, each for as many points as can be added one by one."""
        left = list(outside)
        found: list[Threshold] = []
        while left:
            group = [left[0]]
            best = self.one_for(group)
            assert best is not None
            for j in left[1:]:
                if self.misses(best, j):
                    continue
                larger = self.one_for([*group, j])
                if larger is not None:
                    group.append(j)
                    best = larger
            found.append(best)
            left = [j for j in left if not self.misses(best, j)]
        return found

    def misses(self, one: Threshold, j: int) -> bool:
        """Say whether a point misses a threshold."""
        return self.compared.value(j, one.reward) < one.least

    def coloured(self, outside: Sequence[int], count: int) -> list[list[int]] | None:
        """Return groups of one colour without a clash known so far; None if there are none, or it is long."""
        place = {j: k for k, j in enumerate(outside)}
        ending: list[list[list[int]]] = [[] for _ in outside]
        for clash in self.clashes:
            ends = sorted(place[j] for j, _ in clash.outside if j in place)
            if len(ends) == len(clash.outside):
                ending[ends[-1]].append(ends)
        colours: list[int] = []
        tried = 0  # the next colour of the first point without one
        for _ in range(_MOST_STEPS):
            here = len(colours)
            if here == len(outside):
                return [[j for j, c in zip(outside, colours, strict=True) if c == k] for k in range(count)]
            if tried >= min(count, max(colours, default=-1) + 2):
                if not colours:
                    return None
                tried = colours.pop() + 1
                continue
            now = [*colours, tried]
            if all(len({now[i] for i in ends}) > 1 for ends in ending[here]):
                colours, tried = now, 0
            else:
                tried += 1
        return None

    def overlaps(self, inside: Collection[int], outside: Collection[int]) -> tuple[Overlap, ...]:
        """Return few clashes of points that surely are inside and outside, which show how many are needed."""
        sure = [
            clash
            for clash in self.clashes
            if all(j in outside for j, _ in clash.outside) and all(i in inside for i, _ in clash.inside)
        ]
        least = _needed(sure)
        for clash in tuple(sure):
            fewer = [other for other in sure if other is not clash]
            if _needed(fewer) == least:
                sure = fewer
        return tuple(self.overlap(clash) for clash in sure)

    def overlap(self, clash: Blend) -> Overlap:
        members = self.compared.members
        outside = tuple((*members[j], share) for j, share in clash.outside)
        return Overlap(outside, tuple((*members[i], share) for i, share in clash.inside))


def _needed(clashes: Iterable[Blend]) -> int:
    return least_colours([[j for j, _ in clash.outside] for clash in clashes])


def _sum(one: tuple[RewardEntry, ...], other: tuple[RewardEntry, ...], times: int) -> tuple[RewardEntry, ...]:
    """Return a reward with another one added so many times."""
    found: dict[Coordinate, Fraction] = {(x.state, x.action, x.next): x.value for x in one}
    for x in other:
        cell = x.state, x.action, x.next
        found[cell] = found.get(cell, _ZERO) + times * x.value
    return tuple(RewardEntry(*cell, x) for cell, x in sorted(found.items(), key=_cell) if x)


def _cell(item: tuple[Coordinate, Fraction]) -> tuple[int, int, int]:
    (s, a, t), _ = item
    return s, a, -1 if t is None else t
