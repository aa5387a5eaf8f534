"""Policies that a claim compares, one for each occupancy, and the linear systems over their occupancies.

Policies with one occupancy are one *point*. What is unknown is a reward R with a bar c. In one environment
one action of each state may pay 0: potential shaping moves all returns by one constant, and c with them.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import islice, pairwise, product
from math import floor

from specexpr.certify.asked import Listed
from specexpr.certify.chain import SMALL
from specexpr.certify.kinds.thresholds import Threshold
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    PolicyConstraint,
    Relation,
    Table,
)
from specexpr.certify.ordering import split
from specexpr.certify.outcomes import kept, named_policies
from specexpr.certify.proofs import NodeNumbers, RewardEntry, StateOccupancy, TooLarge
from specexpr.certify.sight import Sight
from specexpr.exact import common_denominator
from specexpr.expressivity.acceptable import alike_conflict
from specexpr.expressivity.generic_reward import Coordinate, step_visits
from specexpr.expressivity.real_roots import simplest_between
from specexpr.models.occupancy import state_occupancy
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.rows import decide_rows

TRIED = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
"""Discounts that are tried where the question leaves it open."""

OUT_OF_TIME = "time: the limit passed before an answer was proved"

_Paid = tuple[Sequence[RewardEntry], list[tuple[Coordinate, int]], int]

_ZERO = Fraction(0)


class TimeIsUp(Exception):  # noqa: N818 -- no failure: the deadline of a question passed
    """The deadline passed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One point relation another, and the constraint of the claim, or of one of its sets, that says so."""

    relation: Relation
    better: int
    worse: int
    source: PolicyConstraint


@dataclass(frozen=True, slots=True)
class Blend:
    """Means of points with one occupancy: each as (point, share), shares positive with sum 1."""

    inside: tuple[tuple[int, Fraction], ...]
    outside: tuple[tuple[int, Fraction], ...]


@dataclass
class Compared:
    """The points of a claim, growing, and what is asked between them."""

    claim: Claim
    formalism: str
    discount: Fraction
    deadline: float | None = None
    sight: Sight = field(init=False)
    members: list[tuple[int, Table]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _seen: set[tuple[Relation, int, int]] = field(default_factory=set)
    _visits: dict[int, Mapping[Coordinate, Fraction]] = field(default_factory=dict)
    _whole: dict[int, tuple[Mapping[Coordinate, int], int]] = field(default_factory=dict)
    _pays: dict[tuple[int, int], _Paid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sight = Sight(self.claim, self.formalism)

    def watch(self) -> None:
        """Give up where the time is over. Raises TimeIsUp."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimeIsUp

    # -- points and constraints ---------------------------------------------------------------------------

    def number(self, model: int, table: Table) -> int:
        """Return the number of the point of a policy."""
        number = self._numbers.setdefault(self.sight.name(model, table), len(self.members))
        if number == len(self.members):
            self.members.append((model, table))
        return number

    def add(self, c: PolicyConstraint) -> None:
        """Add a constraint, unless one like it is there."""
        mark = c.relation, self.number(c.model, c.better), self.number(c.model, c.worse)
        if mark not in self._seen:
            self._seen.add(mark)
            self.asked.append(Asked(*mark, c))

    def add_constraints(self) -> None:
        """Add the constraints of the claim."""
        for c in self.claim.constraints:
            assert isinstance(c, PolicyConstraint)
            self.add(c)

    def add_sets(self, *, most: int) -> list[AcceptableSet]:
        """Add what acceptable sets ask; return those among more deterministic behaviours than `most`.

        Of these their ties are added. No accepted policy may behave like one that is not (`twins`).
        """
        large = []
        for accept in self.claim.acceptable:
            bad: Iterable[Table] = ()
            if accept.over is None and self.behaviours(accept.model, most) is None:
                large.append(accept)
            else:
                _, bad = split(self.sight.chains[accept.model], accept, merged=self.claim.modulo_unreachable)
            self.add_set(accept, bad)
        return large

    def add_set(self, accept: AcceptableSet, bad: Iterable[Table]) -> None:
        """Add what a set asks of its good policies and of some others of its universe."""
        good = list(accept.good)
        if accept.acceptance is Acceptance.EQUAL:
            for one, other in pairwise(good):
                self.add(PolicyConstraint(accept.model, one, other, Relation.TIE, accept.line))
            good = good[:1]
        for worse, better in product(list(bad), good):
            self.add(PolicyConstraint(accept.model, better, worse, Relation.STRICT, accept.line))

    def behaviours(self, model: int, most: int) -> list[Table] | None:
        """Return a deterministic policy for each behaviour of a model, if they are few."""
        chain = self.sight.chains[model]
        try:
            found = list(islice(kept(chain, bytearray([1]) * len(chain.state)), most + 1))
        except TooLarge:
            return None
        return found if len(found) <= most else None

    def listed(self, accept: AcceptableSet) -> Listed:
        """Return the names of the policies of a set."""
        return Listed(self.sight.chains[accept.model], accept, merged=self.claim.modulo_unreachable)

    # -- returns ------------------------------------------------------------------------------------------

    def visits(self, i: int) -> Mapping[Coordinate, Fraction]:
        """Return d(s, a), and in a family d(s, a, s')."""
        if i not in self._visits:
            self.watch()
            model, table = self.members[i]
            found = step_visits(self.claim.models[model], table, self.discount)
            is_family = len(self.claim.models) > 1
            self._visits[i] = {c: x for c, x in found if (c[2] is not None) == is_family}
        return self._visits[i]

    def value(self, i: int, reward: Sequence[RewardEntry]) -> Fraction:
        """Return the return of a point."""
        pays, over = self._paid(self.members[i][0], reward)
        if i not in self._whole:
            visits = self.visits(i)
            numerators, below = common_denominator(list(visits.values()))
            self._whole[i] = dict(zip(visits, numerators, strict=True)), below
        here, below = self._whole[i]
        return Fraction(sum(n * here.get(c, 0) for c, n in pays), over * below)

    def _paid(self, model: int, reward: Sequence[RewardEntry]) -> tuple[list[tuple[Coordinate, int]], int]:
        """Return what a reward pays for the steps that are counted in a model, as integers over one."""
        known = self._pays.get((model, id(reward)))
        if known is None or known[0] is not reward:
            is_family = len(self.claim.models) > 1
            found: dict[Coordinate, Fraction] = {}
            for x in reward:
                law = self.claim.models[model].rows[x.state].get(x.action, ())
                for t in [t for t, _ in law] if x.next is None and is_family else [x.next]:
                    cell = x.state, x.action, t
                    found[cell] = found.get(cell, _ZERO) + x.value
            numerators, over = common_denominator(list(found.values()))
            known = self._pays[model, id(reward)] = reward, list(zip(found, numerators, strict=True)), over
        return known[1:]

    @cached_property
    def spared(self) -> frozenset[Coordinate]:
        """Return one step of each state that may pay 0."""
        if len(self.claim.models) > 1:
            return frozenset()
        found: dict[int, Coordinate] = {}
        for i in range(len(self.members)):
            for c in sorted(self.visits(i), key=_order):
                found.setdefault(c[0], c)
        return frozenset(found.values())

    # -- linear systems -----------------------------------------------------------------------------------

    def direction(self, rows: Sequence[Row]) -> Pays | Multipliers:
        """Return a reward with a bar that meets some rows, or multipliers under which they add up to 0.

        Raises TimeIsUp.
        """
        self.watch()
        if not rows:
            return Pays((), _ZERO)
        involved = sorted({i for row in rows for i in (row.plus, row.minus) if i is not None})
        coordinates = sorted({c for i in involved for c in self.visits(i)} - self.spared, key=_order)
        place = {c: j for j, c in enumerate(coordinates)}
        vectors, below = [], []
        for row in rows:
            numbers = [_ZERO] * (len(coordinates) + 1)
            for i, sign in ((row.plus, 1), (row.minus, -1)):
                if i is None:
                    numbers[-1] += sign
                    continue
                for c, x in self.visits(i).items():
                    if c in place:
                        numbers[place[c]] += sign * x
            whole, over = common_denominator(numbers)
            vectors.append(whole)
            below.append(over)
        match decide_rows(vectors, [row.relation for row in rows], deadline=self.deadline):
            case Direction() as found:
                *values, bar = found.fractions()
                pays = zip(coordinates, values, strict=True)
                return Pays(tuple(RewardEntry(*c, x) for c, x in pays if x), bar)
            case Conflict(multipliers=multipliers):
                scaled = {k: y * below[k] for k, y in multipliers}
                total = sum(y for k, y in scaled.items() if rows[k].relation is Relation.STRICT)
                return Multipliers(tuple((k, y / total) for k, y in scaled.items()))
            case OutOfTime():
                raise TimeIsUp

    def half(self, inside: Sequence[int], outside: Sequence[int]) -> Threshold | Blend:
        """Return a threshold that some points meet and others miss, or means of both that are equal."""
        rows = [Row(Relation.WEAK, i, None) for i in inside]
        rows += [Row(Relation.STRICT, None, j) for j in outside]
        found = self.direction(rows)
        if isinstance(found, Pays):
            return Threshold(found.reward, self.bar(found.reward, inside, outside))
        shares = dict(found.of_rows)
        return Blend(
            tuple((i, shares[k]) for k, i in enumerate(inside) if k in shares),
            tuple((j, shares[k]) for k, j in enumerate(outside, len(inside)) if k in shares),
        )

    def bar(self, reward: Sequence[RewardEntry], high: Sequence[int], low: Sequence[int]) -> Fraction:
        """Return a simple number above the returns of some points and not above those of others."""
        most = max((self.value(j, reward) for j in low), default=None)
        least = min((self.value(i, reward) for i in high), default=None)
        if most is None:
            return _ZERO if least is None else Fraction(min(0, floor(least)))
        return Fraction(max(0, floor(most) + 1)) if least is None else simplest_above(most, least)

    # -- what proofs carry --------------------------------------------------------------------------------

    def occupancies(self) -> Iterator[StateOccupancy]:
        """Yield the visits of the points, and of named policies, in large models."""
        seen = set()
        for model, table in (*self.members, *named_policies(self.claim)):
            key = model, self.sight.chains[model].behaviour(table)[1]
            if self.is_large(model) and key not in seen:
                seen.add(key)
                visits = state_occupancy(self.claim.models[model], table, self.discount)
                yield StateOccupancy(model, table, visits)

    def node_numbers(self, some: Iterable[tuple[int, Table]]) -> Iterator[NodeNumbers]:
        """Yield the visits of some policies, those in large models."""
        for model, table in dict.fromkeys(some):
            if self.is_large(model):
                visits = state_occupancy(self.claim.models[model], table, self.discount)
                yield NodeNumbers(model, table, (tuple(((0, s), x) for s, x in enumerate(visits) if x),))

    def is_large(self, model: int) -> bool:
        """Say whether the kernel wants the visits of policies of a model with the proof."""
        return len(self.sight.chains[model].index) > SMALL


@dataclass(frozen=True, slots=True)
class Row:
    """Return of `plus` less that of `minus`, one of them perhaps the bar (None), in a relation to 0."""

    relation: Relation
    plus: int | None
    minus: int | None


@dataclass(frozen=True, slots=True)
class Pays:
    """A reward with a bar that meets every row."""

    reward: tuple[RewardEntry, ...]
    bar: Fraction


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Multipliers of rows, by their numbers, under which they add up to 0; those of strict rows sum to 1."""

    of_rows: tuple[tuple[int, Fraction], ...]


def twins(claim: Claim) -> PolicyConstraint | None:
    """Return a good policy above one that behaves like it, if a set among all deterministic ones asks so."""
    for accept in () if claim.modulo_unreachable else claim.acceptable:
        pair = alike_conflict(claim.models[accept.model], accept.good) if accept.over is None else None
        if pair is not None:
            return PolicyConstraint(accept.model, *pair, Relation.STRICT, accept.line)
    return None


def simplest_above(low: Fraction, high: Fraction) -> Fraction:
    """Return the rational of the least denominator with low < x <= high, nearest to 0 of those.

    >>> simplest_above(Fraction(-1, 2), Fraction(1)), simplest_above(Fraction(2, 3), Fraction(3, 4))
    (Fraction(0, 1), Fraction(3, 4))
    """
    if low < 0 <= high:
        return _ZERO
    if high < 0:
        found = -simplest_between(-high, -low)
        return high if high.denominator <= found.denominator else found
    found = simplest_between(low, high)
    return high if high.denominator < found.denominator else found


def _order(c: Coordinate) -> tuple[int, int, int]:
    return c[0], c[1], -1 if c[2] is None else c[2]
