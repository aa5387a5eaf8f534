"""What the formalisms that pay for steps under a clock share: samples, values, what they lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from specexpr.certify.clock import Clock, Discounted, step
from specexpr.certify.model import Claim, Model, TrajectoryConstraint
from specexpr.certify.proofs import RewardEntry
from specexpr.certify.walk import Walk, Walker
from specexpr.exact import common_denominator
from specexpr.expressivity.task import Objective, Question, Task
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.rewards import entries_of

Pair = tuple[int, int]

_ZERO = Fraction(0)
_FEW = 2  # discounted sums that are quicker one by one than from the visits


def sample_entries(random: Random, environment: Environment) -> tuple[RewardEntry, ...]:
    """Return some rewards of an environment: on actions, on steps, or on both."""
    values: dict[tuple[int, int, int | None], Fraction] = {}
    share = random.choice((0.2, 0.6, 1.0))
    on_actions, on_steps = random.choice(((True, False), (False, True), (True, True)))
    for s, row in enumerate(environment.model.rows):
        for a, law in row.items():
            places: list[int | None] = [None] if on_actions else []
            places += [t for t, _ in law] if on_steps else []
            for t in places:
                if random.random() < share:
                    values[s, a, t] = Fraction(random.randint(-4, 4), random.choice((1, 1, 2, 3)))
    return entries_of(values)


def mean_rewards(model: Model, entries: Sequence[RewardEntry]) -> Mapping[Pair, Fraction]:
    """Return R(s, a), the mean over the next state; pairs that are not listed have 0."""
    mean: dict[Pair, Fraction] = {}
    for entry in entries:
        pair = entry.state, entry.action
        chance = Fraction(1) if entry.next is None else dict(model.rows[pair[0]][pair[1]])[entry.next]
        mean[pair] = mean.get(pair, _ZERO) + chance * entry.value
    return mean


def step_values(
    environment: Environment,
    entries: Sequence[RewardEntry],
    policies: Sequence[Policy],
    *,
    clock: Clock,
    discounts: Mapping[Pair, Fraction] | None = None,
) -> tuple[Fraction, ...]:
    """Return the exact values of policies: rewards of steps, weighed by the visits of a clock.

    Where the clock is by state, the discounts are of (state, action).
    """
    mean = mean_rewards(environment.model, entries)
    walker = Walker(Claim((environment.model,), (), (), None), discounts=discounts)
    found = []
    for policy in policies:
        walk = walker.walk(0, policy.table)
        found += weighed_sums(walk, [gains_of(walk, mean)], clock)
    return tuple(found)


def gains_of(walk: Walk, mean: Mapping[Pair, Fraction]) -> list[Fraction]:
    """Return what a visit to each node is worth if taking a in s is worth mean[s, a], or 0."""
    rows = zip(walk.nodes, walk.actions, strict=True)
    return [sum((p * mean.get((s, a), _ZERO) for a, p in law), _ZERO) for (_, s), law in rows]


def weighed_sums(walk: Walk, gains: Sequence[Sequence[Fraction]], clock: Clock) -> list[Fraction]:
    """Return for each list of gains the sum over nodes of weighed visits times gain, exactly."""
    from specexpr.solve.visits import weighed_visits

    if isinstance(clock, Discounted) and len(gains) <= _FEW:
        return [_discounted_sum(walk, one, clock) for one in gains]
    visits = weighed_visits(walk, clock).masses
    found = []
    for one in gains:
        pays, over = common_denominator(one)
        total = sum(n * pays[x] for x, n in visits.numerators.items())
        found.append(Fraction(total, visits.below * over))
    return found


def _discounted_sum(walk: Walk, gains: Sequence[Fraction], clock: Discounted) -> Fraction:
    """Return one sum without the visits behind it, which take a few times as long on large walks."""
    from specexpr.solve.expectation import discounted_expectation

    now = dict(walk.start)
    total = _ZERO
    for weight in clock.head[:-1]:
        total += weight * sum((mass * gains[x] for x, mass in now.items()), _ZERO)
        now = step(walk, now)
    if not clock.head[-1]:
        return total
    rows = list(map(dict, walk.steps))
    rest = discounted_expectation(rows, gains, start=now, discount=clock.discount)
    return total + clock.head[-1] * rest


def asks_policies(question: Question) -> str | None:
    """Return what a question lacks that compares sequences, which these formalisms do not value."""
    if any(isinstance(c, TrajectoryConstraint) for c in question.task.constraints):
        return "policies to compare: sequences are compared in mr, rm and ftr"
    return None


def in_task(entries: Sequence[RewardEntry], objective: Objective, task: Task) -> tuple[RewardEntry, ...]:
    """Return the entries of an objective with states and actions numbered as the task numbers them."""
    new = task.environments[0]
    states = [new.state_index[name] for name in objective.environment.states]
    actions = [new.action_index[name] for name in objective.environment.actions]
    moved = (
        RewardEntry(states[e.state], actions[e.action], None if e.next is None else states[e.next], e.value)
        for e in entries
    )
    return tuple(sorted(moved, key=lambda e: (e.state, e.action, -1 if e.next is None else e.next)))
