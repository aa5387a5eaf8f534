"""The fewest preferences of a task to drop until a formalism can express the rest: all such sets, exactly.

A preference is a constraint or an acceptable set of the task. A specification that meets some preferences
meets any of them; so whatever mends a task drops something of every conflict, of every set of preferences
that are inexpressible by themselves. Conflicts are collected until a smallest set that meets them all mends
the task (implicit hitting sets). Every repair comes with a proved verdict on what it leaves, every conflict
with one on itself: together they show that no smaller set will do.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from specexpr.certify.model import AcceptableSet, Constraint
from specexpr.comparison.asking import Answered, Inquiry, ask
from specexpr.comparison.hitting import hitting_sets
from specexpr.diagnostics import InternalError
from specexpr.expressivity.task import Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import find_formalism

MOST = 100
"""Repairs after which no more are looked for."""

_LEAST = 1e-3  # seconds

Preference = Constraint | AcceptableSet


@dataclass(frozen=True, slots=True)
class Repair:
    """Preferences, by number and ascending, that a task has to do without.

    The verdict is on the others; None where there are none: a task that asks for nothing is always met.
    """

    dropped: tuple[int, ...]
    verdict: Expressible | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Preferences, by number and ascending, that are inexpressible by themselves, as the verdict shows."""

    kept: tuple[int, ...]
    verdict: Inexpressible


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairs:
    """The smallest repairs of a task in a formalism, and why there are no smaller ones.

    preferences: those of the task, numbered from 0: its constraints, then its acceptable sets.
    at_least: no set of fewer preferences meets all `conflicts`, but for some of `unsettled`.
    smallest: repairs of one size, the least that was found; none where none was found.
    unsettled: sets of at most that size of which it is not known whether they mend the task.
    limit: why not everything is known ("time: ...", "limit: ..."), or None: then the repairs are all of the
    least size, and their size is `at_least`.
    """

    preferences: tuple[Preference, ...]
    smallest: tuple[Repair, ...]
    at_least: int
    conflicts: tuple[Conflict, ...]
    unsettled: tuple[tuple[int, ...], ...] = ()
    limit: str | None = None

    @property
    def size(self) -> int | None:
        """Return how many preferences each of the smallest repairs drops, None where none is known."""
        return len(self.smallest[0].dropped) if self.smallest else None

    @property
    def is_out_of_time(self) -> bool:
        """Say whether more time might tell more."""
        return self.limit is not None and self.limit.startswith("time:")

    @property
    def is_least(self) -> bool:
        """Say whether it is proved that no repair is smaller than those found."""
        return self.size == self.at_least


def preferences(task: Task) -> tuple[Preference, ...]:
    """Return the preferences of a task in the order of their numbers."""
    return (*task.constraints, *task.acceptable)


def restricted(task: Task, kept: Iterable[int]) -> Task:
    """Return a task with only those of its preferences that have these numbers."""
    numbers = set(kept)
    first = len(task.constraints)
    return replace(
        task,
        constraints=tuple(one for k, one in enumerate(task.constraints) if k in numbers),
        acceptable=tuple(one for k, one in enumerate(task.acceptable, first) if k in numbers),
    )


def find_repairs(answered: Answered, *, timeout: float | None = None) -> Repairs:
    """Return what would make an inexpressible task expressible, as far as it is found within so many seconds.

    Raises ValueError where the answer is another one.
    """
    if not isinstance(answered.verdict, Inexpressible):
        raise ValueError("only a task that is inexpressible has repairs")
    formalism = find_formalism(answered.formalism)
    if formalism is None:
        raise InternalError(f"there is no formalism {answered.formalism}")
    deadline = None if timeout is None else time.monotonic() + timeout
    return _Search(Inquiry(answered.question, formalism), deadline).run(answered.verdict)


def no_repairs(answered: Answered, limit: str) -> Repairs:
    """Return what is known before anything was looked for: something has to be dropped."""
    task, verdict = answered.question.task, answered.verdict
    whole = (
        [Conflict(tuple(range(len(preferences(task)))), verdict)]
        if isinstance(verdict, Inexpressible)
        else []
    )
    return Repairs(
        preferences=preferences(task), smallest=(), at_least=len(whole), conflicts=tuple(whole), limit=limit
    )


class _OutOfTime(Exception):  # noqa: N818 -- the end of a search, not a failure
    """The deadline has passed."""


@dataclass(slots=True)
class _Search:
    """A search for the repairs of one question, with all that it knows so far."""

    inquiry: Inquiry
    deadline: float | None
    conflicts: list[Conflict] = field(default_factory=list)
    found: dict[frozenset[int], Repair] = field(default_factory=dict)
    unsettled: dict[frozenset[int], str] = field(default_factory=dict)
    expressible: list[frozenset[int]] = field(default_factory=list)
    at_least: int = 1

    @property
    def universe(self) -> range:
        return range(len(preferences(self.inquiry.question.task)))

    def run(self, whole: Inexpressible) -> Repairs:
        limit = None
        try:
            self.add_conflict(frozenset(self.universe), whole)
            for size in range(1, len(self.universe) + 1):
                if not self.unsettled:
                    self.at_least = size
                if self.are_all_of(size):
                    break
        except _OutOfTime:
            limit = "time: the limit passed before all was known"
        if self.unsettled and limit is None:
            limit = next(iter(self.unsettled.values()))
        if len(self.found) >= MOST and limit is None:
            limit = f"limit: only the first {MOST} are listed"
        return Repairs(
            preferences=preferences(self.inquiry.question.task),
            smallest=tuple(sorted(self.found.values(), key=lambda repair: repair.dropped)),
            at_least=self.at_least,
            conflicts=tuple(self.conflicts),
            unsettled=tuple(sorted(tuple(sorted(one)) for one in self.unsettled)),
            limit=limit,
        )

    def are_all_of(self, size: int) -> bool:
        """Try every set of that size that meets all conflicts; say whether one of them mends the task."""
        while (failed := self.first_failure(size)) is not None:
            self.add_conflict(*failed)
        return bool(self.found)

    def first_failure(self, size: int) -> tuple[frozenset[int], Inexpressible] | None:
        """Return what the first such set leaves that does not mend the task, or None if all do."""
        cuts = [frozenset(one.kept) for one in self.conflicts]
        for dropped in hitting_sets(cuts, self.universe, size, pause=self.pause):
            if dropped in self.found or dropped in self.unsettled:
                continue
            kept = frozenset(self.universe) - dropped
            verdict = self.decide(kept) if kept else None
            match verdict:
                case Expressible() | None:
                    self.found[dropped] = Repair(tuple(sorted(dropped)), verdict)
                    if len(self.found) == MOST:
                        return None
                case Undecided(reason=reason):
                    self.pause()
                    self.unsettled[dropped] = reason
                case Inexpressible():
                    return kept, verdict
        return None

    def add_conflict(self, kept: frozenset[int], verdict: Inexpressible) -> None:
        """Enter a conflict among these preferences, none of which it could do without."""
        try:
            for smaller in self.smaller_ones(kept, verdict):
                kept, verdict = smaller
        finally:  # out of time it is still a conflict
            self.conflicts.append(Conflict(tuple(sorted(kept)), verdict))

    def smaller_ones(
        self, kept: frozenset[int], verdict: Inexpressible
    ) -> Iterator[tuple[frozenset[int], Inexpressible]]:
        """Yield ever smaller conflicts, down to one that is irreducible as far as it can be decided."""
        needed: set[int] = set()
        while len(kept) > 1:
            named = frozenset(self.named(kept, verdict)) | needed
            if named and named < kept:
                alone = self.decide(named)
                if isinstance(alone, Inexpressible):
                    kept, verdict = named, alone
                    yield kept, verdict
                    continue
            spare = sorted(kept - needed)
            if not spare:
                return
            fewer = kept - {spare[-1]}
            without = Undecided("") if self.is_expressible(fewer) else self.decide(fewer)
            if isinstance(without, Inexpressible):
                kept, verdict = fewer, without
                yield kept, verdict
            else:
                needed.add(spare[-1])

    def named(self, kept: frozenset[int], verdict: Inexpressible) -> Iterator[int]:
        """Yield those of some preferences that a certificate speaks of, by its terms or else by its lines."""
        terms = getattr(verdict.certificate.proof, "terms", ())
        said = {(term.model, term.relation, term.better, term.worse) for term in terms}
        lines = {term.line for term in terms} if said else set(verdict.certificate.words().lines)
        for k, one in enumerate(preferences(self.inquiry.question.task)):
            is_there = one.line is None or one.line in lines
            if said and not isinstance(one, AcceptableSet):
                is_there = (one.model, one.relation, one.better, one.worse) in said
            if k in kept and is_there:
                yield k

    def is_expressible(self, kept: frozenset[int]) -> bool:
        return any(kept <= more for more in self.expressible)

    def decide(self, kept: frozenset[int]) -> Verdict:
        """Return the verdict on these preferences alone."""
        self.pause()
        left = None if self.deadline is None else max(self.deadline - time.monotonic(), _LEAST)
        question = replace(self.inquiry.question, task=restricted(self.inquiry.question.task, kept))
        verdict = ask(replace(self.inquiry, question=question), timeout=left).verdict
        if isinstance(verdict, Expressible):
            self.expressible.append(kept)
        return verdict

    def pause(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise _OutOfTime
