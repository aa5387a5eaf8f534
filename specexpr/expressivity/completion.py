"""Turn rewards on the used actions into a full witness: punish everything else, and prove all of it.

Given R on the actions that something named uses, this finds for every acceptable set the numbers from which
the kernel reads that all other deterministic policies are worse, or a bad policy that is not (a *cut*).
The search mirrors the kernel's (`certify.acceptance`); the kernel has the last word.

Every condition on the reward of an unused action is an upper bound, so they are collected and the reward is
set below their minimum. States that nothing named reaches get one low value and a reward that keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from specexpr.certify.model import AcceptableSet, Claim, Distribution, Model, Table
from specexpr.certify.proofs import PolicyValue, RewardEntry
from specexpr.expressivity.acceptable import Assignment, Class, classes, complete, keeps_to
from specexpr.expressivity.system import Coordinate
from specexpr.models.occupancy import expected, fixed_point, policy_value
from specexpr.models.policy import point

_ZERO = Fraction(0)
_UNIFORM = 1_000_000  # unused actions share one punishment as long as it stays below this

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A bad policy that the reward does not put below the good ones of an acceptable set."""

    accepted: int
    table: Table


@dataclass(frozen=True, slots=True)
class Completed:
    """All entries of the reward, and the numbers that prove the acceptable sets."""

    reward: tuple[RewardEntry, ...]
    values: tuple[PolicyValue, ...]


def complete_reward(
    claim: Claim,
    used: Sequence[Sequence[int]],
    rewards: Mapping[Coordinate, Fraction],
    *,
    expired: Callable[[], bool],
) -> Completed | tuple[Cut, ...] | None:
    """Return the full reward with its proof, or the bad policies that refute it, or None when time is up."""
    floor_value = min([_ZERO, *rewards.values()]) / (1 - claim.fixed_discount)
    while not expired():
        outcome = _complete(claim, used, rewards, floor_value, expired)
        if outcome is not None:
            return outcome
        floor_value = 8 * floor_value - 1  # a bad policy that leaves the used actions is still worth too much
    return None


def _complete(
    claim: Claim,
    used: Sequence[Sequence[int]],
    rewards: Mapping[Coordinate, Fraction],
    floor_value: Fraction,
    expired: Callable[[], bool],
) -> Completed | tuple[Cut, ...] | None:
    """Do so with one value for all states that nothing named reaches; None when that value is too high."""
    bounds: dict[Pair, Fraction] = {}
    values: list[PolicyValue] = []
    cuts: list[Cut] = []
    top = floor_value
    for k, accepted in enumerate(claim.acceptable):
        if accepted.over is None:
            search = _Search(claim, accepted, used, rewards, floor_value, bounds)
            cut = search.run(expired)
            if cut is not None:
                if not keeps_to(claim.models[accepted.model], cut, used):
                    return None
                cuts.append(Cut(k, cut))
            values += search.values
            top = max(top, search.top)
    if cuts:
        return tuple(cuts)
    entries = [
        RewardEntry(c[0], c[1], c[2] if len(c) == 3 else None, x) for c, x in sorted(rewards.items()) if x
    ]
    if any(accepted.over is None for accepted in claim.acceptable):
        entries += _punishments(claim, used, bounds, floor_value - claim.fixed_discount * top)
    return Completed(tuple(entries), tuple(values))


def _punishments(
    claim: Claim, used: Sequence[Sequence[int]], bounds: Mapping[Pair, Fraction], outside: Fraction
) -> list[RewardEntry]:
    below = {pair: floor(bound) - 1 for pair, bound in bounds.items()}
    lowest = min(below.values(), default=-1)
    if lowest >= -_UNIFORM:
        below = dict.fromkeys(below, lowest)
    entries = [RewardEntry(s, a, None, Fraction(x)) for (s, a), x in sorted(below.items())]
    if outside:
        everywhere = sorted(
            {(s, a) for model in claim.models for s, row in enumerate(model.rows) for a in row}
        )
        entries += [RewardEntry(s, a, None, Fraction(floor(outside))) for s, a in everywhere if not used[s]]
    return entries


@dataclass(slots=True)
class _Search:
    claim: Claim
    accepted: AcceptableSet
    used: Sequence[Sequence[int]]
    rewards: Mapping[Coordinate, Fraction]
    floor_value: Fraction
    bounds: dict[Pair, Fraction]
    values: list[PolicyValue] = field(default_factory=list)
    top: Fraction = _ZERO
    _mean: dict[Pair, Fraction] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.claim.models[self.accepted.model]

    def reward(self, s: int, a: int) -> Fraction:
        """Return the mean of the reward of a used action over next states."""
        if not self.rewards:
            return _ZERO
        if (s, a) not in self._mean:
            if len(self.claim.models) == 1:
                self._mean[s, a] = self.rewards.get((s, a), _ZERO)
            else:
                law = self.model.rows[s][a]
                self._mean[s, a] = sum((p * self.rewards.get((s, a, t), _ZERO) for t, p in law), _ZERO)
        return self._mean[s, a]

    def run(self, expired: Callable[[], bool]) -> Table | None:
        """Return a bad policy as good as some good one, or None with `values` and `bounds` filled."""
        model, discount = self.model, self.claim.fixed_discount
        good = classes(model, self.accepted.good)
        numbers = [self._numbers(c.actions) for c in good]
        least = _ZERO
        if any(self.rewards.values()):
            values = (policy_value(model, table, discount, self.reward) for table in self.accepted.good)
            least = min(expected(model.start, value) for value in values)
        masses = [_first_visits(model, c.actions, discount) for c in good]
        for c, value, mass in zip(good, numbers, masses, strict=True):
            self._record(c.table, value)
            loss = max(_ZERO, expected(model.start, value) - least)
            self._bound(value, {s: loss / m for s, m in mass.items()}, {})
        seen: set[frozenset[tuple[int, int]]] = set()
        pending: list[dict[int, int]] = [{}]
        while pending and not expired():
            universe = pending.pop()
            mark = frozenset(universe.items())
            if mark in seen:
                continue
            seen.add(mark)
            agreeing = [i for i, c in enumerate(good) if _agree(c.actions, universe)]
            if not agreeing:
                value = self._numbers(universe)
                if expected(model.start, value) >= least:
                    return complete(model, self._greedy(universe, value), self.used)
                self._record(_partial(len(model.states), universe), value)
                self._bound(value, {}, universe)
            for i in agreeing:
                pending += self._open_switches(good[i], universe, numbers[i], masses[i], least)
        return None

    def _open_switches(
        self,
        c: Class,
        universe: Assignment,
        value: Sequence[Fraction],
        mass: Mapping[int, Fraction],
        least: Fraction,
    ) -> list[dict[int, int]]:
        gap = expected(self.model.start, value) - least
        found = []
        for t, kept in c.actions.items():
            if t in universe:
                continue
            for b in self._choices(t):
                if b != kept:
                    loss = value[t] - self._look_ahead(t, b, value)
                    if not (loss > 0 and (gap <= 0 or mass[t] * loss > gap)):
                        found.append({**universe, **c.actions, t: b})
        return found

    def _record(self, table: Table, value: Sequence[Fraction]) -> None:
        self.values.append(PolicyValue(self.accepted.model, table, tuple(value)))
        self.top = max(self.top, max(value))

    def _bound(self, value: Sequence[Fraction], loss: Mapping[int, Fraction], fixed: Assignment) -> None:
        """Collect how low rewards of unused actions must be for these numbers to prove their bound."""
        any_value = any(value)
        for s, actions in enumerate(self.used):
            if actions and s not in fixed:
                for a in self.model.rows[s]:
                    if a not in actions:
                        bound = (
                            value[s]
                            - self.claim.fixed_discount * expected(self.model.rows[s][a], value)
                            - loss.get(s, _ZERO)
                            if any_value
                            else -loss.get(s, _ZERO)
                        )
                        if (s, a) not in self.bounds or bound < self.bounds[s, a]:
                            self.bounds[s, a] = bound

    def _choices(self, s: int) -> list[int]:
        return [a for a in self.used[s] if a in self.model.rows[s]]

    def _look_ahead(self, s: int, a: int, value: Sequence[Fraction]) -> Fraction:
        return self.reward(s, a) + self.claim.fixed_discount * expected(self.model.rows[s][a], value)

    def _numbers(self, fixed: Assignment) -> tuple[Fraction, ...]:
        """Return the best values of used actions given the fixed ones, exactly, by policy iteration."""
        model = self.model
        size = len(model.states)
        policy = {
            s: fixed[s] if s in fixed else choices[0] for s in range(size) if (choices := self._choices(s))
        }
        free = [s for s in policy if s not in fixed and len(self._choices(s)) > 1]
        if not any(self.rewards.values()) and not self.floor_value:
            return (_ZERO,) * size
        while True:
            value = self._evaluate(policy)
            improved = False
            for s in free:
                best = max(self._choices(s), key=lambda a: self._look_ahead(s, a, value))
                if self._look_ahead(s, best, value) > value[s]:
                    policy[s] = best
                    improved = True
            if not improved:
                return value

    def _evaluate(self, policy: Assignment) -> tuple[Fraction, ...]:
        """Return the values of a partial policy whose unassigned states have the floor value."""
        model, discount = self.model, self.claim.fixed_discount
        states = sorted(policy)
        rows: dict[int, dict[int, Fraction]] = {}
        right: dict[int, Fraction] = {}
        for s in states:
            law = model.rows[s][policy[s]]
            rows[s] = {t: p for t, p in law if t in policy}
            leaving = sum((p for t, p in law if t not in policy), _ZERO)
            right[s] = self.reward(s, policy[s]) + discount * leaving * self.floor_value
        inside = fixed_point(len(model.states), states, rows, right, discount)
        return tuple(x if s in policy else self.floor_value for s, x in enumerate(inside))

    def _greedy(self, fixed: Assignment, value: Sequence[Fraction]) -> dict[int, int]:
        policy = dict(fixed)
        for s in range(len(self.model.states)):
            if s not in fixed and (choices := self._choices(s)):
                policy[s] = max(choices, key=lambda a: self._look_ahead(s, a, value))
        return policy


def _agree(actions: Assignment, universe: Assignment) -> bool:
    return all(actions.get(s, a) == a for s, a in universe.items())


def _partial(size: int, universe: Assignment) -> Table:
    free: Distribution = ()
    return tuple(point(universe[s]) if s in universe else free for s in range(size))


def _first_visits(model: Model, actions: Assignment, discount: Fraction) -> dict[int, Fraction]:
    """Return half the discounted mass of a breadth-first path to each state: the kernel rounds it down."""
    mass = {s: p / 2 for s, p in model.start}
    order = list(mass)
    for s in order:
        for t, p in model.rows[s][actions[s]]:
            if t not in mass:
                mass[t] = discount * mass[s] * p
                order.append(t)
    return mass
