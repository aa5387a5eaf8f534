"""What functions of trajectories can express, by brute force: all words, without any choice among them.

A function of the first observations is a table on words, so its expectation is a sum of probabilities of
words. All words up to a length are followed at once, until one more observation adds nothing to the span of
their forward vectors (one entry a policy and state): then no longer word ever will, as one step is linear.
Shares no code with the decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from specexpr.certify.model import (
    Claim,
    Constraint,
    PolicyConstraint,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.expressivity.task import Question
from specexpr.testing.brute_force import comparisons
from specexpr.testing.linear_truth import Inequality, Solution, solve

Seen = tuple[object, ...]
"""One observation: a transition's names, or the sorted names of the labels of (s, a)."""

Lottery = Mapping[tuple[Seen, ...], Fraction]
"""Probabilities of words."""

Forward = dict[tuple[int, int], Fraction]
"""Probability of a word and of being in a state after it, for each (policy, state)."""

_ZERO = Fraction(0)


def observed(claim: Claim, model: int, state: int, action: int, following: int) -> Seen:
    """Return what is seen of a step: its labels where labels are observed, else all of it."""
    if claim.setting.labels is None:
        return (state, action, following)
    labels = claim.setting.labels[model]
    return tuple(sorted(x.name for x in labels if state in x.states or (state, action) in x.pairs))


def lotteries(claim: Claim, policies: Sequence[tuple[int, Table]]) -> list[Lottery]:
    """Return the probabilities of enough words under each policy, given with the index of its model."""
    level: dict[tuple[Seen, ...], Forward] = {(): {}}
    for i, (m, _) in enumerate(policies):
        level[()].update({(i, s): p for s, p in claim.models[m].start})
    found: list[dict[tuple[Seen, ...], Fraction]] = [{} for _ in policies]
    echelon: dict[tuple[int, int], Forward] = {}
    directions: set[object] = set()
    grows = True
    while grows:
        grows = False
        following: dict[tuple[Seen, ...], Forward] = {}
        for word, forward in level.items():
            whole = sum(forward.values())
            direction = frozenset((key, x / whole) for key, x in forward.items())
            if direction in directions:  # its continuations are multiples of known ones
                continue
            directions.add(direction)
            grows |= _is_new(echelon, forward)
            for i in range(len(policies)):
                found[i][word] = sum((x for (j, _), x in forward.items() if j == i), _ZERO)
            for (i, s), mass in forward.items():
                m, table = policies[i]
                for a, p in table[s]:
                    for t, q in claim.models[m].rows[s][a]:
                        ahead = following.setdefault((*word, observed(claim, m, s, a, t)), {})
                        ahead[i, t] = ahead.get((i, t), _ZERO) + mass * p * q
        level = following
    return list(found)


def _is_new(echelon: dict[tuple[int, int], Forward], vector: Forward) -> bool:
    """Add a vector to an echelon form; say whether it was outside of its span."""
    rest = dict(vector)
    for pivot, row in echelon.items():
        if factor := rest.get(pivot):
            for key, x in row.items():
                rest[key] = rest.get(key, _ZERO) - factor * x
    rest = {key: x for key, x in rest.items() if x}
    if rest:
        pivot = min(rest)
        echelon[pivot] = {key: x / rest[pivot] for key, x in rest.items()}
    return bool(rest)


def trajectory_rows(claim: Claim, asked: Sequence[Constraint]) -> list[Inequality]:
    """Return what comparisons ask of the values of words and, apart from these, of whole sequences."""
    sides = [
        (c.model, side) for c in asked if isinstance(c, PolicyConstraint) for side in (c.better, c.worse)
    ]
    policies = list(dict.fromkeys(sides))
    known = dict(zip(policies, lotteries(claim, policies), strict=True))
    rows = []
    for c in asked:
        if isinstance(c, TrajectoryConstraint):
            better, worse = (_sequence(claim, c.model, side) for side in (c.better, c.worse))
        else:
            better, worse = known[c.model, c.better], known[c.model, c.worse]
        gap = {word: better.get(word, _ZERO) - worse.get(word, _ZERO) for word in {**better, **worse}}
        rows.append(Inequality({word: x for word, x in gap.items() if x}, c.relation))
    return rows


def _sequence(claim: Claim, model: int, steps: Trajectory) -> Lottery:
    if claim.setting.labels is None:
        return {(("sequence",), *steps): Fraction(1)}
    return {(("sequence",), *(observed(claim, model, s, a, -1) for s, a in steps)): Fraction(1)}


def trajectory_function_truth(question: Question) -> bool:
    """Say whether some function of trajectories meets every comparison that a question asks."""
    claim = question.claim()
    return isinstance(solve(trajectory_rows(claim, list(comparisons(claim)))), Solution)
