"""Smallest repairs of a task: what to drop of it so that a formalism can express the rest, and why no less.

A specification that meets some preferences meets any of them. So whoever drops nothing of a conflict, of
preferences that are inexpressible by themselves, mends nothing: no set that misses one of the conflicts is a
repair. What is checked is the proof on every conflict and on what every repair leaves, and by going through
sets that miss no conflict, that none is smaller than is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from specexpr.certify.checking import Answer, check
from specexpr.certify.document import Document, DocumentTask, Status, TaskRepairs
from specexpr.certify.proofs import Refused, TooLarge

_MOST = 1_000_000
"""Steps through sets that miss no conflict."""


@dataclass(frozen=True, slots=True)
class RepairsOutcome:
    """What verification says of repairs, with the reason when they are refused."""

    repairs: TaskRepairs
    status: Status
    reason: str | None = None


def verify_repairs(document: Document, repairs: TaskRepairs) -> RepairsOutcome:
    """Check everything that is said of the repairs of one task in one formalism."""
    try:
        _check(document, repairs)
    except Refused as refusal:
        return RepairsOutcome(repairs, Status.REFUSED, str(refusal))
    return RepairsOutcome(repairs, Status.HOLDS)


def part_of(task: DocumentTask, numbers: Collection[int]) -> DocumentTask:
    """Return a task with only those of its preferences that have these numbers."""
    first = len(task.constraints)
    return replace(
        task,
        constraints=tuple(one for k, one in enumerate(task.constraints) if k in numbers),
        acceptable=tuple(one for k, one in enumerate(task.acceptable, first) if k in numbers),
    )


def _check(document: Document, repairs: TaskRepairs) -> None:
    if repairs.flaw is not None:
        raise Refused(repairs.flaw)
    task = next((task for task in document.tasks if task.name == repairs.task), None)
    if task is None:
        raise Refused("the document has no task of that name")
    if task.environment != repairs.environment:
        raise Refused("the task is in another environment")
    universe = range(len(task.constraints) + len(task.acceptable))
    for part in (*repairs.smallest, *repairs.conflicts):
        if not part.numbers or list(part.numbers) != sorted(set(part.numbers)):
            raise Refused("the numbers of a part must ascend, and there must be one")
        if not set(part.numbers) <= set(universe):
            raise Refused("the task has no preference of that number")
    for conflict in repairs.conflicts:
        _prove(document, task, repairs, conflict.numbers, conflict.proof, Answer.INEXPRESSIBLE)
    for repair in repairs.smallest:
        kept = [k for k in universe if k not in repair.numbers]
        if kept:
            _prove(document, task, repairs, kept, repair.proof, Answer.EXPRESSIBLE)
        elif repair.proof is not None:
            raise Refused("nothing is left to be proved where all is dropped")
    _check_sizes(universe, repairs)


def _prove(
    document: Document,
    task: DocumentTask,
    repairs: TaskRepairs,
    kept: Sequence[int],
    proof: Any,
    answer: Answer,
) -> None:
    claim = document.claim(part_of(task, kept), repairs.given)
    if check(claim, repairs.formalism, proof) is not answer:
        raise Refused("a part has no proof of what it says")


def _check_sizes(universe: range, repairs: TaskRepairs) -> None:
    """Check that the repairs have one size, and what meets all conflicts is larger or among them."""
    sizes = {len(one.numbers) for one in repairs.smallest}
    if len(sizes) > 1 or min(sizes, default=repairs.at_least) < repairs.at_least:
        raise Refused("the repairs must all have one size, as large as is said")
    conflicts = [frozenset(one.numbers) for one in repairs.conflicts]
    if next(_meeting(conflicts, universe, repairs.at_least - 1), None) is not None:
        raise Refused("fewer preferences may do: the conflicts do not say that so many must go")
    if repairs.limit is not None:
        return
    if sizes != {repairs.at_least} or repairs.unsettled:
        raise Refused("nothing limits the repairs, and yet they are not settled")
    known = {frozenset(one.numbers) for one in repairs.smallest}
    if any(one not in known for one in _meeting(conflicts, universe, repairs.at_least)):
        raise Refused("another set of the same size meets all conflicts")


def _meeting(
    conflicts: Sequence[frozenset[int]], universe: Iterable[int], size: int
) -> Iterator[frozenset[int]]:
    """Yield every set of so many numbers of the universe that shares one with each conflict. Raises TooLarge.

    A set that is complete before it has that size is filled up in all ways.
    """
    if size < 0:
        return
    everything = tuple(universe)
    pending: list[tuple[frozenset[int], frozenset[int]]] = [(frozenset(), frozenset())]
    steps = 0
    while pending:
        steps += 1
        if steps > _MOST:
            raise TooLarge("there are too many sets that meet all conflicts")
        chosen, barred = pending.pop()
        missed = [one - barred for one in conflicts if not one & chosen]
        if _disjoint(missed) > size - len(chosen):
            continue
        if not missed and len(chosen) == size:
            yield chosen
            continue
        branch = sorted(missed[0]) if missed else [x for x in everything if x not in chosen | barred]
        for k, x in enumerate(branch):
            pending.append((chosen | {x}, barred.union(branch[:k])))


def _disjoint(conflicts: Sequence[frozenset[int]]) -> int:
    """Return a number of conflicts that share nothing: each needs a number of its own."""
    seen: frozenset[int] = frozenset()
    count = 0
    for one in conflicts:
        if not one & seen:
            seen |= one
            count += 1
    return count
