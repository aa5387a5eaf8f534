"""What the formalisms that pay for steps under a clock share: samples, values, what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.certify.clock import Clock
from specexpr.certify.model import Claim, Distribution, Model, TrajectoryConstraint
from specexpr.certify.proofs import RewardEntry
from specexpr.certify.walk import Walk, Walker
from specexpr.exact import common_denominator
from specexpr.expressivity.task import Objective, Question, Task
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.rewards import entries_of

Pair = tuple[int, int]

_ZERO = Fraction(0)


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


@dataclass(frozen=True, slots=True)
class Visited:
    """The chain of a policy with the visits to its nodes, weighed by a clock."""

    walk: Walk
    visits: tuple[Fraction, ...]

    def value(self, mean: Mapping[Pair, Fraction]) -> Fraction:
        """Return what the visits are worth if taking a in s is worth mean[s, a], or 0."""
        rows = zip(self.walk.nodes, self.walk.actions, strict=True)
        gains = [sum((p * mean.get((s, a), _ZERO) for a, p in law), _ZERO) for (_, s), law in rows]
        visits, below = common_denominator(self.visits)
        pays, over = common_denominator(gains)
        return Fraction(sum(n * r for n, r in zip(visits, pays, strict=True)), below * over)

    def by_law(self) -> dict[Distribution, Fraction]:
        """Return the visits to nodes where the policy plays each law of actions."""
        found: dict[Distribution, Fraction] = {}
        for law, n in zip(self.walk.actions, self.visits, strict=True):
            found[law] = found.get(law, _ZERO) + n
        return found


def visited(
    environment: Environment,
    policies: Sequence[Policy],
    *,
    clock: Clock,
    discounts: Mapping[Pair, Fraction] | None = None,
) -> Iterator[Visited]:
    """Yield how each policy visits an environment; a clock by state has discounts of (state, action)."""
    from specexpr.solve.visits import weighed_visits

    walker = Walker(Claim((environment.model,), (), (), None), discounts=discounts)
    for policy in policies:
        walk = walker.walk(0, policy.table)
        yield Visited(walk, weighed_visits(walk, clock).numbers)


def step_values(
    environment: Environment,
    entries: Sequence[RewardEntry],
    policies: Sequence[Policy],
    *,
    clock: Clock,
    discounts: Mapping[Pair, Fraction] | None = None,
) -> tuple[Fraction, ...]:
    """Return the exact values of policies: rewards of steps, weighed by the visits of a clock."""
    mean = mean_rewards(environment.model, entries)
    found = visited(environment, policies, clock=clock, discounts=discounts)
    return tuple(one.value(mean) for one in found)


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
