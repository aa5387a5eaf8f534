"""How visits at different times are weighed: the clock of a formalism, and the visits of a walk under it.

A clock turns a walk into one number n(x) for each node, exactly; a linear specification is worth the sum of
n(x) times what a visit to x counts. On small walks the kernel solves for these numbers; for larger ones a
proof carries them, with what makes checking a multiplication:
- discounted: n = start + g n P has one solution. After a head of explicit weights the same holds of the
  tail, from where the walk then is.
- by states: the same without g, since the discounts are in the steps of the walk, whose rows sum to less
  than 1.
- average: n = n P, and start = n + y (I - P) for some y. For then the mean of start P^t over t < N is
  n + (y - y P^N) / N, which tends to n.
- a horizon needs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.chain import SMALL
from specexpr.certify.model import Claim
from specexpr.certify.proofs import Refused
from specexpr.certify.walk import Walk
from specexpr.exact import common_denominator, solve_sparse

Numbers = tuple[Fraction, ...]
Carried = tuple[Numbers, ...]
"""What a proof carries for one walk: n (of a discounted clock its tail), for averages also y."""

MOST_STEPS = 10_000
"""A horizon may be so long."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Discounted:
    """Weight w_t at time t: `head` first, then each weight is the discount times the one before."""

    discount: Fraction
    head: tuple[Fraction, ...] = (_ONE,)


@dataclass(frozen=True, slots=True)
class ByState:
    """The discounts are in the walk: its rows sum to less than 1."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The first so many steps count once each."""

    steps: int


@dataclass(frozen=True, slots=True)
class Average:
    """The long-run share of time."""


Clock = Discounted | ByState | Horizon | Average


def clock_of(formalism: str, claim: Claim) -> Clock:
    """Return the clock of a linear formalism under the options of a claim. Raises Refused."""
    setting = claim.setting
    match formalism:
        case "lar":
            return Average()
        case "horizon":
            if setting.horizon is None or not 0 < setting.horizon <= MOST_STEPS:
                raise Refused(f"the question has no horizon of 1 to {MOST_STEPS} steps")
            return Horizon(setting.horizon)
        case "sdd":
            if setting.discounts is None or not all(0 <= g < 1 for _, g in setting.discounts):
                raise Refused("the question has no discounts in [0, 1) of states and actions")
            return ByState()
        case "quasihyperbolic":
            if claim.discount is None or not setting.weights:
                raise Refused("the question has no discount, or no weights of the first steps")
            return Discounted(claim.discount, setting.weights)
        case "mr" | "rrl" | "rm":
            if claim.discount is None:
                raise Refused("the question has no discount")
            return Discounted(claim.discount)
        case _:
            raise Refused(f'the formalism "{formalism}" has no clock')


def visits(walk: Walk, clock: Clock, carried: Carried | None = None) -> Numbers:
    """Return the weighed number of visits to each node. Raises Refused."""
    size = len(walk.nodes)
    if carried is not None and any(len(numbers) != size for numbers in carried):
        raise Refused("the proof carries numbers that do not fit the walk of their policy")
    match clock:
        case Horizon(steps=steps):
            if carried is not None:
                raise Refused("the visits of a horizon need no numbers")
            return _early(walk, [_ONE] * steps)[0]
        case Average():
            return _average(walk, carried)
        case ByState():
            return _fixed_point(walk, dict(walk.start), _ONE, carried)
        case Discounted(discount=g, head=head):
            early, now = _early(walk, head[:-1])
            tail = _fixed_point(walk, now, g, carried)
            return tuple(e + head[-1] * n for e, n in zip(early, tail, strict=True))


def step(walk: Walk, masses: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Return where masses on nodes go in one step."""
    found: dict[int, Fraction] = {}
    for x, mass in masses.items():
        for y, p in walk.steps[x]:
            found[y] = found.get(y, _ZERO) + mass * p
    return found


def _early(walk: Walk, weights: Sequence[Fraction]) -> tuple[Numbers, dict[int, Fraction]]:
    """Return the visits of the first steps, weighed, and the law of the node after them."""
    total = [_ZERO] * len(walk.nodes)
    now = dict(walk.start)
    for weight in weights:
        for x, mass in now.items():
            total[x] += weight * mass
        now = step(walk, now)
    return tuple(total), now


def _fixed_point(walk: Walk, start: Mapping[int, Fraction], g: Fraction, carried: Carried | None) -> Numbers:
    """Return the n with n = start + g n P, whose rows of g P sum to less than 1."""
    if carried is None:
        if len(walk.nodes) > SMALL:
            raise Refused("a walk of this size needs the numbers of its nodes with the proof")
        rows: list[dict[int, Fraction]] = [{x: _ONE} for x in range(len(walk.nodes))]
        for x, row in enumerate(walk.steps):
            for y, p in row:
                rows[y][x] = rows[y].get(x, _ZERO) - g * p
        return tuple(solve_sparse(rows, [start.get(x, _ZERO) for x in range(len(rows))]))
    if len(carried) != 1:
        raise Refused("discounted visits are one number for each node")
    (n,) = carried
    if any(_off(walk, n, start, g)):
        raise Refused("carried numbers do not solve the flow equation of their policy")
    return n


def _off(walk: Walk, n: Sequence[Fraction], start: Mapping[int, Fraction], g: Fraction) -> list[int]:
    """Return start + g n P - n at each node, times positive numbers."""
    values, _ = common_denominator([*n, *start.values()])
    size = len(n)
    into: list[list[tuple[int, Fraction]]] = [[] for _ in range(size)]
    for x, row in enumerate(walk.steps):
        if values[x]:
            for y, p in row:
                into[y].append((values[x], g * p))
    begun = dict(zip(start, values[size:], strict=True))
    found = []
    for y, parts in enumerate(into):
        weights, below = common_denominator([p for _, p in parts])
        ahead = sum(v * w for (v, _), w in zip(parts, weights, strict=True))
        found.append(ahead + below * (begun.get(y, 0) - values[y]))
    return found


def _average(walk: Walk, carried: Carried | None) -> Numbers:
    """Return the n with n = n P and start = n + y (I - P)."""
    if carried is None:
        if len(walk.nodes) > SMALL:
            raise Refused("a walk of this size needs the numbers of its nodes with the proof")
        return _solved_average(walk)
    if len(carried) != 2:
        raise Refused("averages carry two numbers for each node")
    n, y = carried
    if any(_off(walk, n, {}, _ONE)):
        raise Refused("carried averages are not invariant under their policy")
    rest = dict(walk.start)
    for x, value in enumerate(n):
        if value:
            rest[x] = rest.get(x, _ZERO) - value
    if any(_off(walk, y, rest, _ONE)):
        raise Refused("carried averages are not those of the start")
    return n


def _solved_average(walk: Walk) -> Numbers:
    """Return hitting probabilities of the closed classes times their stationary laws."""
    classes = closed_classes(walk)
    inside = {x for members in classes for x in members}
    passing = [x for x in range(len(walk.nodes)) if x not in inside]
    start = dict(walk.start)
    place = {x: i for i, x in enumerate(passing)}
    rows: list[dict[int, Fraction]] = [{i: _ONE} for i in range(len(passing))]
    for x in passing:
        for y, p in walk.steps[x]:
            if y in place:
                row = rows[place[y]]
                row[place[x]] = row.get(place[x], _ZERO) - p
    seen = solve_sparse(rows, [start.get(x, _ZERO) for x in passing])
    entered = step(walk, dict(zip(passing, seen, strict=True)))
    found = [_ZERO] * len(walk.nodes)
    for members in classes:
        mass = sum((start.get(x, _ZERO) + entered.get(x, _ZERO) for x in members), _ZERO)
        for x, share in zip(members, _stationary(walk, members), strict=True):
            found[x] = mass * share
    return tuple(found)


def closed_classes(walk: Walk) -> list[list[int]]:
    """Return the sets of nodes that the walk never leaves and goes through for ever."""
    reach = [{x} for x in range(len(walk.nodes))]
    for x, found in enumerate(reach):
        order = [x]
        for z in order:
            new = [y for y, _ in walk.steps[z] if y not in found]
            found.update(new)
            order += new
    classes = []
    for x, found in enumerate(reach):
        if all(x in reach[y] for y in found) and x == min(found):
            classes.append(sorted(found))
    return classes


def _stationary(walk: Walk, members: Sequence[int]) -> list[Fraction]:
    """Return the law on a closed class that a step does not change; its sum replaces one equation."""
    place = {x: i for i, x in enumerate(members)}
    rows: list[dict[int, Fraction]] = [{i: -_ONE} for i in range(len(members))]
    for x in members:
        for y, p in walk.steps[x]:
            row = rows[place[y]]
            row[place[x]] = row.get(place[x], _ZERO) + p
    rows[0] = dict.fromkeys(range(len(members)), _ONE)
    return solve_sparse(rows, [_ONE, *[_ZERO] * (len(members) - 1)])


def needs_numbers(walk: Walk, clock: Clock) -> bool:
    """Say whether a proof must carry the numbers of a walk of this size."""
    return len(walk.nodes) > SMALL and not isinstance(clock, Horizon)
