"""What functions of trajectories can express, by brute force on the probabilities of words.

A function of the first observations is a table on words, so its expectation is a sum of probabilities of
words. Words are followed one observation at a time, all of them or only those whose forward vectors (one
entry a policy and state) are new, until one more observation adds nothing to the span of these vectors: then
no longer word ever will, as one step is linear. Shares no code with the decisions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from specexpr.certify.model import (
    Acceptance,
    Claim,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.expressivity.task import Question
from specexpr.testing.brute_force import is_alike, split_universe
from specexpr.testing.linear_truth import Inequality, Solution, solve

Seen = tuple[object, ...]
"""One observation: a transition's numbers, or the sorted names of the labels of (s, a)."""

Lottery = Mapping[tuple[Seen, ...], Fraction]
"""Probabilities of words."""

Forward = dict[tuple[int, int], Fraction]
"""Probability of a word and of being in a state after it, for each (policy, state)."""

Side = int | tuple[int]
"""A policy by its number, or the bar of the acceptable set of that number."""

Key = Any  # (policy, state), or a policy

_PRIME = (1 << 61) - 1  # ranks are taken modulo it
_ZERO = Fraction(0)


def observed(claim: Claim, model: int, state: int, action: int, following: int) -> Seen:
    """Return what is seen of a step: its labels where labels are observed, else all of it."""
    if claim.setting.labels is None:
        return (state, action, following)
    labels = claim.setting.labels[model]
    return tuple(sorted(x.name for x in labels if state in x.states or (state, action) in x.pairs))


def lotteries(
    claim: Claim, policies: Sequence[tuple[int, Table]], *, all_words: bool = False
) -> list[Lottery]:
    """Return the probabilities of enough words under each policy, given with the index of its model."""
    level: dict[tuple[Seen, ...], Forward] = {(): {}}
    for i, (m, _) in enumerate(policies):
        level[()].update({(i, s): p for s, p in claim.models[m].start})
    found: list[dict[tuple[Seen, ...], Fraction]] = [{} for _ in policies]
    span = _Span()
    grows = True
    while grows:
        grows = False
        following: dict[tuple[Seen, ...], Forward] = {}
        for word, forward in level.items():
            is_new = span.add(forward)
            grows |= is_new
            if not (is_new or all_words):
                continue
            for (i, s), mass in forward.items():
                found[i][word] = found[i].get(word, _ZERO) + mass
                m, table = policies[i]
                for a, p in table[s]:
                    for t, q in claim.models[m].rows[s][a]:
                        ahead = following.setdefault((*word, observed(claim, m, s, a, t)), {})
                        ahead[i, t] = ahead.get((i, t), _ZERO) + mass * p * q
        level = following
    return list(found)


class _Span:
    """A growing space of vectors modulo a prime, each row 1 at its pivot and 0 at those of the others."""

    def __init__(self) -> None:
        self.rows: dict[Key, dict[Key, int]] = {}

    def add(self, vector: Mapping[Key, Fraction]) -> bool:
        """Add a vector; say whether it was outside."""
        rest = {key: x.numerator * pow(x.denominator, -1, _PRIME) for key, x in vector.items()}
        for pivot in [key for key in rest if key in self.rows]:
            rest = _without(rest, pivot, self.rows[pivot])
        if not rest:
            return False
        pivot = next(iter(rest))
        scale = pow(rest[pivot], -1, _PRIME)
        fresh = {key: x * scale % _PRIME for key, x in rest.items()}
        for key, row in self.rows.items():
            if pivot in row:
                self.rows[key] = _without(row, pivot, fresh)
        self.rows[pivot] = fresh
        return True


def _without(vector: dict[Key, int], pivot: Key, row: Mapping[Key, int]) -> dict[Key, int]:
    """Return a vector less the multiple of a row that makes it 0 at the row's pivot."""
    factor = vector[pivot]
    found = dict(vector)
    for key, x in row.items():
        found[key] = (found.get(key, 0) - factor * x) % _PRIME
    return {key: x for key, x in found.items() if x}


def trajectory_function_truth(question: Question) -> bool:
    """Say whether some function of trajectories meets every comparison that a question asks."""
    claim = question.claim()
    sequences = [
        (look(claim, c.model, c.better), look(claim, c.model, c.worse), c.relation)
        for c in claim.constraints
        if isinstance(c, TrajectoryConstraint)
    ]
    if _has_strict_cycle(sequences):
        return False
    policies: list[tuple[int, Table]] = []
    comparisons = list(_comparisons(claim, policies))
    known = lotteries(claim, policies)
    words = list(dict.fromkeys(word for lottery in known for word in lottery))
    span = _Span()
    for word in words:
        span.add({i: lottery[word] for i, lottery in enumerate(known) if word in lottery})
    if len(span.rows) == len(policies):  # any values can be had
        return not _has_strict_cycle(comparisons)
    number = {word: k for k, word in enumerate(words)}
    rows = []
    for better, worse, relation in comparisons:
        gap: dict[int, Fraction] = {}
        for side, sign in ((better, 1), (worse, -1)):
            if isinstance(side, int):
                for word, x in known[side].items():
                    gap[number[word]] = gap.get(number[word], _ZERO) + sign * x
            else:
                gap[-1 - side[0]] = Fraction(sign)
        rows.append(Inequality({key: x for key, x in gap.items() if x}, relation))
    return isinstance(solve(rows), Solution)


def look(claim: Claim, model: int, steps: Trajectory) -> tuple[Seen, ...]:
    """Return what is observed of a sequence: its pairs, or their labels."""
    if claim.setting.labels is None:
        return steps
    return tuple(observed(claim, model, s, a, -1) for s, a in steps)


def _comparisons(claim: Claim, policies: list[tuple[int, Table]]) -> Iterator[tuple[Side, Side, Relation]]:
    """Yield what a claim asks of policies; of a set, that good ones reach a bar, (k,), and others do not."""

    def number(model: int, table: Table) -> int:
        for i, (m, known) in enumerate(policies):
            if m == model and is_alike(claim.models[m], table, known):
                return i
        policies.append((model, table))
        return len(policies) - 1

    for c in claim.constraints:
        if isinstance(c, PolicyConstraint):
            yield number(c.model, c.better), number(c.model, c.worse), c.relation
    for k, accept in enumerate(claim.acceptable):
        good, bad = split_universe(claim, accept)
        for table in good:
            relation = Relation.TIE if accept.acceptance is Acceptance.EQUAL else Relation.WEAK
            yield number(accept.model, table), (k,), relation
        for table in bad:
            yield (k,), number(accept.model, table), Relation.STRICT


def _has_strict_cycle(comparisons: Iterable[tuple[Hashable, Hashable, Relation]]) -> bool:
    """Say whether a strict comparison closes a cycle of comparisons: find all that is below, by squaring."""
    below: dict[Hashable, set[Hashable]] = {}
    strict = []
    for better, worse, relation in comparisons:
        below.setdefault(better, set()).add(worse)
        below.setdefault(worse, set())
        if relation is Relation.TIE:
            below[worse].add(better)
        if relation is Relation.STRICT:
            strict.append((better, worse))
    size = -1
    while size != (size := sum(map(len, below.values()))):
        below = {one: others.union(*(below[other] for other in others)) for one, others in below.items()}
    return any(better == worse or better in below[worse] for better, worse in strict)
