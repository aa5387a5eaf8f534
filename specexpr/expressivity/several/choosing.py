"""Decide what an objective over given objectives leaves to choose: priorities, thresholds, a bar.

The constraints are few vectors to compare; those that acceptable sets contribute join them one by one, as the
choice at hand fails to meet them. Each of the finitely many choices is dropped for good by what joins, so
this ends. Where no choice is left, constraints are taken away as long as none comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from specexpr.certify.chain import Chain
from specexpr.certify.choices import Choice, Comparison, Vector, find_choice, worth
from specexpr.certify.kinds.no_choice import NoChoice
from specexpr.certify.measure import Given, given_values
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.ordering import holds, split
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.expressivity.acceptable import alike_conflict
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Undecided, Verdict, proved

_OUT_OF_TIME = "time: the limit passed before an answer was proved"
_PAIRED = 40  # constraints up to which every two of them are tried as a conflict
_ONE = Fraction(1)


def decide_choice(
    question: Question, formalism: str, *, candidate: Choice | None = None
) -> Choice | NoChoice | Undecided:
    """Return a choice that orders everything as asked, or constraints that none meets.

    candidate: a choice to try first.
    """
    claim = question.claim()
    try:
        given = given_values(claim.setting.given, claim.models)
        return _Search(claim, formalism, given, question.deadline).run(candidate)
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")
    except Refused as refusal:
        return Undecided(f"limit: the given objectives cannot be compared: {refusal}")
    except _TimeoutError:
        return Undecided(_OUT_OF_TIME)


def answer_given(question: Question, formalism: str, *, candidate: Choice | None = None) -> Verdict:
    """Return a proved verdict on a question that gives objectives; a candidate is a choice to try first."""
    from specexpr.expressivity.several.choice_text import speaking

    proof = decide_choice(question, formalism, candidate=candidate)
    return proved(question, formalism, proof, speaking(formalism))


class _TimeoutError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Set:
    """An acceptable set: a policy for each vector of values, of good ones and of others."""

    accept: AcceptableSet
    good: dict[Vector, Table]
    bad: dict[Vector, Table]


@dataclass(slots=True)
class _Search:
    claim: Claim
    formalism: str
    given: Given
    deadline: float | None
    known: dict[Comparison, PolicyConstraint] = field(default_factory=dict)

    def run(self, candidate: Choice | None) -> Choice | NoChoice | Undecided:
        for c in self.claim.constraints:
            if isinstance(c, TrajectoryConstraint):
                raise Refused("given objectives do not value sequences")
            self.add(c)
        twins = self.twins()
        if twins is not None:
            return NoChoice((twins,))
        sets = list(self.sets())
        choice = candidate
        while True:
            self.watch()
            if choice is None:
                choice = find_choice(self.formalism, list(self.known), len(self.given.objectives))
            if choice is None:
                return NoChoice(tuple(map(_term, self.conflict())))
            size = len(self.known)
            if self.misses(choice, sets):
                if choice is not candidate:
                    assert len(self.known) > size
                choice = None
                continue
            return choice

    def watch(self) -> None:
        """Give up where the time is over."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise _TimeoutError

    def add(self, c: PolicyConstraint) -> None:
        """Add a comparison, once for each two vectors."""
        better, worse = self.given.vector(c.model, c.better), self.given.vector(c.model, c.worse)
        self.known.setdefault((c.relation, better, worse), c)

    def twins(self) -> Term | None:
        """Return a good policy above one that behaves like it, if a set asks for that."""
        for accept in self.claim.acceptable:
            if accept.over is None and not self.claim.modulo_unreachable:
                pair = alike_conflict(self.claim.models[accept.model], accept.good)
                if pair is not None:
                    return Term(accept.model, *pair, Relation.STRICT, _ONE, accept.line)
        return None

    def sets(self) -> Iterator[_Set]:
        for accept in self.claim.acceptable:
            chain = Chain(self.claim.models[accept.model])
            good, bad = split(chain, accept, merged=self.claim.modulo_unreachable)
            yield _Set(accept, self.by_vector(accept, good), self.by_vector(accept, bad))

    def by_vector(self, accept: AcceptableSet, tables: Iterable[Table]) -> dict[Vector, Table]:
        found: dict[Vector, Table] = {}
        for table in tables:
            self.watch()
            found.setdefault(self.given.vector(accept.model, table), table)
        return found

    def misses(self, choice: Choice, sets: Sequence[_Set]) -> bool:
        """Say whether a choice misses something, and add what acceptable sets then ask."""
        value = worth(self.formalism, choice)
        found = not all(holds(relation, value(u), value(v)) for relation, u, v in self.known)
        for one in sets:
            for c in _missed(one, value):
                found = True
                self.add(c)
        return found

    def conflict(self) -> list[PolicyConstraint]:
        """Return constraints that no choice meets, of which none can be taken away."""
        rows = list(self.known)
        few = [[row] for row in rows]
        if len(rows) <= _PAIRED:
            few += [list(pair) for pair in combinations(rows, 2)]
        found = next((some for some in few if self.is_conflict(some)), None)
        if found is None:
            found = rows
            for row in rows:
                fewer = [other for other in found if other is not row]
                if self.is_conflict(fewer):
                    found = fewer
        return [self.known[row] for row in found]

    def is_conflict(self, rows: Sequence[Comparison]) -> bool:
        """Say whether no choice is seen to meet some comparisons."""
        self.watch()
        try:
            return find_choice(self.formalism, rows, len(self.given.objectives)) is None
        except TooLarge:
            return False


def _missed(one: _Set, value: Callable[[Vector], Any]) -> Iterator[PolicyConstraint]:
    """Yield what a set asks and a choice does not meet: the worst good policy above the best other one."""
    accept, good = one.accept, one.good
    low, high = min(good, key=value), max(good, key=value)
    if one.bad:
        top = max(one.bad, key=value)
        if not value(low) > value(top):
            yield PolicyConstraint(accept.model, good[low], one.bad[top], Relation.STRICT, accept.line)
    if accept.acceptance is Acceptance.EQUAL and value(low) != value(high):
        yield PolicyConstraint(accept.model, good[high], good[low], Relation.TIE, accept.line)


def _term(c: PolicyConstraint) -> Term:
    return Term(c.model, c.better, c.worse, c.relation, _ONE, c.line)
