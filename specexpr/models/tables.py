"""Transition tables of episodes: outcomes that pay a reward and may be the last, made into endless processes.

Pure functions on exact tables; `models.gymnasium` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from specexpr.certify.model import Distribution
from specexpr.certify.proofs import RewardEntry
from specexpr.exact import rational_text
from specexpr.models.environment import Label

MOST_REWARDS = 32
"""With more distinct rewards than this, none gets a label."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What may follow a state and an action, with positive probability; the last one ends the episode."""

    probability: Fraction
    next: int
    reward: Fraction
    is_last: bool


Table = list[dict[int, list[Outcome]]]
"""Outcomes by state and action; absent actions are unavailable. One successor may occur several times."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A table in which nothing ends: `terminal` states absorb under every action and pay 0.

    `split` are the states in which episodes both end and go on: last outcomes enter a copy of those, named
    at the end of `states`, so that going on there is kept.
    """

    states: tuple[str, ...]
    table: Table
    terminal: frozenset[int]
    split: tuple[int, ...]


def complete(table: Table, start: Distribution, states: tuple[str, ...]) -> Completed:
    """Return the table with every state that a last outcome enters made absorbing, or split."""
    live = _live(table, start)
    ends = {o.next for row in table for outcomes in row.values() for o in outcomes if o.is_last}
    split = tuple(sorted(ends & live))
    names = list(states)
    copies: dict[int, int] = {}
    for s in split:
        copies[s] = len(names)
        names.append(next(name for name in _candidates(states[s]) if name not in names))
    terminal = frozenset(ends - live) | frozenset(copies.values())
    every = sorted({a for row in table for a in row})

    full: Table = []
    for s in range(len(names)):
        if s in terminal:
            loop = [Outcome(Fraction(1), s, _ZERO, is_last=True)]
            full.append(dict.fromkeys(table[s] if s < len(table) else every, loop))
        else:
            full.append({a: [_redirected(o, copies) for o in outcomes] for a, outcomes in table[s].items()})
    return Completed(tuple(names), full, terminal, split)


def _live(table: Table, start: Distribution) -> frozenset[int]:
    """Return the states in which an episode may go on: reached by outcomes that are not last."""
    stack = [s for s, _ in start]
    seen = set(stack)
    while stack:
        for outcomes in table[stack.pop()].values():
            for outcome in outcomes:
                if not outcome.is_last and outcome.next not in seen:
                    seen.add(outcome.next)
                    stack.append(outcome.next)
    return frozenset(seen)


def _candidates(name: str) -> Iterator[str]:
    while True:
        name += "_end"
        yield name


def _redirected(outcome: Outcome, copies: dict[int, int]) -> Outcome:
    return (
        replace(outcome, next=copies[outcome.next]) if outcome.is_last and outcome.next in copies else outcome
    )


def law(outcomes: Sequence[Outcome]) -> Distribution:
    """Return the law of the next state, equal successors summed."""
    mass: dict[int, Fraction] = {}
    for outcome in outcomes:
        mass[outcome.next] = mass.get(outcome.next, _ZERO) + outcome.probability
    return tuple(sorted(mass.items()))


def rewards(completed: Completed) -> tuple[tuple[RewardEntry, ...], tuple[tuple[int, int], ...]]:
    """Return the nonzero rewards on (s, a, s'), and the (s, a) at which one s' is paid differently.

    There the reward is the mean given s', which leaves the value of every policy as it is. An entry without
    `next` stands where all successors are paid alike.
    """
    entries: list[RewardEntry] = []
    mixed: list[tuple[int, int]] = []
    for s, row in enumerate(completed.table):
        for a, outcomes in row.items():
            paid: dict[int, Fraction] = {}
            for o in outcomes:
                paid[o.next] = paid.get(o.next, _ZERO) + o.probability * o.reward
            mean = {t: paid[t] / probability for t, probability in law(outcomes)}
            if any(mean[o.next] != o.reward for o in outcomes):
                mixed.append((s, a))
            if len(set(mean.values())) == 1:
                entries.append(RewardEntry(s, a, None, mean[outcomes[0].next]))
            else:
                entries += [RewardEntry(s, a, t, value) for t, value in mean.items()]
    return tuple(entry for entry in entries if entry.value), tuple(mixed)


def labels(completed: Completed) -> tuple[Label, ...]:
    """Return `terminal`, and a label of each distinct reward: the (state, action) pairs that may pay it.

    Terminal states are in none of the latter: what they pay is not the table's.
    """
    pairs: dict[Fraction, set[tuple[int, int]]] = {}
    for s, row in enumerate(completed.table):
        for a, outcomes in row.items() if s not in completed.terminal else ():
            for outcome in outcomes:
                pairs.setdefault(outcome.reward, set()).add((s, a))
    found = [Label("terminal", states=completed.terminal)] if completed.terminal else []
    if len(pairs) <= MOST_REWARDS:
        found += [Label(reward_label(value), pairs=frozenset(pairs[value])) for value in sorted(pairs)]
    return tuple(found)


def reward_label(value: Fraction) -> str:
    """Return the name of the label of a reward.

    >>> reward_label(Fraction(-10)), reward_label(Fraction(1, 3))
    ('reward_minus_10', 'reward_1_over_3')
    """
    return "reward_" + rational_text(value).replace("-", "minus_").replace("/", "_over_")
