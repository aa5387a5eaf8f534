"""Emerson-Lei acceptance: which sets of marks an infinite run may see again and again.

A condition combines Inf(m), "mark m is seen infinitely often", and Fin(m), "only finitely often", by "and"
and "or". Buechi, co-Buechi, Rabin, Streett, parity and Muller conditions are of this form. A walk on a finite
chain ends in a recurrent class and then sees all marks of that class for ever and no others, so there a
condition is a boolean function of one set of marks.

E. Allen Emerson and Chin-Laung Lei: Modalities for Model Checking (Science of Computer Programming, 1987).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class Inf:
    """A mark is seen infinitely often."""

    mark: int


@dataclass(frozen=True, slots=True)
class Fin:
    """A mark is seen only finitely often."""

    mark: int


@dataclass(frozen=True, slots=True)
class Every:
    """All of some conditions hold; of none, always."""

    parts: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """One of some conditions holds; of none, never."""

    parts: tuple[Acceptance, ...] = ()


Acceptance: TypeAlias = Inf | Fin | Every | Some

ALWAYS, NEVER = Every(), Some()


@dataclass(frozen=True, slots=True)
class Clause:
    """Some marks are seen only finitely often, and each of some others infinitely often."""

    fin: frozenset[int]
    inf: frozenset[int]


def every(parts: Iterable[Acceptance]) -> Acceptance:
    """Return "and" of some conditions, flat and without constants.

    >>> every([Inf(0), every([ALWAYS, Fin(1)])])
    Every(parts=(Inf(mark=0), Fin(mark=1)))
    """
    found: list[Acceptance] = []
    for part in parts:
        if part == NEVER:
            return NEVER
        found += part.parts if isinstance(part, Every) else (part,)
    found = list(dict.fromkeys(found))
    return found[0] if len(found) == 1 else Every(tuple(found))


def some(parts: Iterable[Acceptance]) -> Acceptance:
    """Return "or" of some conditions, flat and without constants."""
    found: list[Acceptance] = []
    for part in parts:
        if part == ALWAYS:
            return ALWAYS
        found += part.parts if isinstance(part, Some) else (part,)
    found = list(dict.fromkeys(found))
    return found[0] if len(found) == 1 else Some(tuple(found))


def accepts(acceptance: Acceptance, marks: Set[int]) -> bool:
    """Say whether a run that sees exactly these marks infinitely often is accepted.

    >>> accepts(every([Inf(0), Fin(1)]), {0, 2}), accepts(every([Inf(0), Fin(1)]), {0, 1})
    (True, False)
    """
    match acceptance:
        case Inf(mark=mark):
            return mark in marks
        case Fin(mark=mark):
            return mark not in marks
        case Every(parts=parts):
            return all(accepts(part, marks) for part in parts)
        case Some(parts=parts):
            return any(accepts(part, marks) for part in parts)
        case _:
            assert_never(acceptance)


def negated(acceptance: Acceptance) -> Acceptance:
    """Return the condition of the runs that are not accepted."""
    match acceptance:
        case Inf(mark=mark):
            return Fin(mark)
        case Fin(mark=mark):
            return Inf(mark)
        case Every(parts=parts):
            return some(map(negated, parts))
        case Some(parts=parts):
            return every(map(negated, parts))
        case _:
            assert_never(acceptance)


def marks_of(acceptance: Acceptance) -> frozenset[int]:
    """Return the marks that a condition speaks of."""
    if isinstance(acceptance, Inf | Fin):
        return frozenset({acceptance.mark})
    return frozenset[int]().union(*map(marks_of, acceptance.parts))


def restricted(acceptance: Acceptance, seen: Set[int]) -> Acceptance:
    """Return the condition where only some marks are ever seen."""
    match acceptance:
        case Inf(mark=mark):
            return acceptance if mark in seen else NEVER
        case Fin(mark=mark):
            return acceptance if mark in seen else ALWAYS
        case Every(parts=parts):
            return every(restricted(part, seen) for part in parts)
        case Some(parts=parts):
            return some(restricted(part, seen) for part in parts)
        case _:
            assert_never(acceptance)


def renamed(acceptance: Acceptance, names: dict[int, int]) -> Acceptance:
    """Return the condition with other numbers for its marks."""
    match acceptance:
        case Inf(mark=mark):
            return Inf(names[mark])
        case Fin(mark=mark):
            return Fin(names[mark])
        case Every(parts=parts):
            return Every(tuple(renamed(part, names) for part in parts))
        case Some(parts=parts):
            return Some(tuple(renamed(part, names) for part in parts))
        case _:
            assert_never(acceptance)


def clauses(acceptance: Acceptance) -> tuple[Clause, ...]:
    """Return clauses of which one at least holds iff the condition does; none implies another.

    >>> [sorted(clause.inf) for clause in clauses(some([Inf(0), every([Inf(0), Inf(1)]), Inf(2)]))]
    [[0], [2]]
    """
    found = [clause for clause in dict.fromkeys(_clauses(acceptance)) if not clause.fin & clause.inf]
    return tuple(
        one
        for one in found
        if not any(other != one and other.fin <= one.fin and other.inf <= one.inf for other in found)
    )


def _clauses(acceptance: Acceptance) -> Iterator[Clause]:
    match acceptance:
        case Inf(mark=mark):
            yield Clause(frozenset(), frozenset({mark}))
        case Fin(mark=mark):
            yield Clause(frozenset({mark}), frozenset())
        case Every(parts=parts):
            for chosen in product(*map(clauses, parts)):
                fins, infs = (one.fin for one in chosen), (one.inf for one in chosen)
                yield Clause(frozenset[int]().union(*fins), frozenset[int]().union(*infs))
        case Some(parts=parts):
            for part in parts:
                yield from clauses(part)
        case _:
            assert_never(acceptance)


def condition_text(acceptance: Acceptance) -> str:
    """Return a condition as the language writes it.

    >>> print(condition_text(some([every([Inf(0), Fin(1)]), Inf(2)])), condition_text(NEVER))
    (Inf(0) & Fin(1)) | Inf(2) false
    """
    return {ALWAYS: "true", NEVER: "false"}.get(acceptance) or acceptance_text(acceptance)


def acceptance_text(acceptance: Acceptance) -> str:
    """Return a condition as the Hanoi format writes it.

    >>> print(acceptance_text(some([every([Inf(0), Fin(1)]), Inf(2)])))
    (Inf(0) & Fin(1)) | Inf(2)
    """
    match acceptance:
        case Inf(mark=mark):
            return f"Inf({mark})"
        case Fin(mark=mark):
            return f"Fin({mark})"
        case Every(parts=()):
            return "t"
        case Some(parts=()):
            return "f"
        case Every(parts=parts):
            return " & ".join(map(_joined, parts))
        case Some(parts=parts):
            return " | ".join(map(_joined, parts))
        case _:
            assert_never(acceptance)


def _joined(acceptance: Acceptance) -> str:
    text = acceptance_text(acceptance)
    return text if isinstance(acceptance, Inf | Fin) else f"({text})"
