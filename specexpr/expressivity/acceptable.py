"""Acceptable sets among all deterministic policies, without enumerating them.

Good policies are grouped by behaviour into *classes*. Only actions that something named uses at a state it
reaches matter: a reward may make every other action as bad as need be (`completion`). So the bad policies
that can be in a conflict are *mixtures*: at each state they reach they do what some named policy does there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Distribution,
    Model,
    Table,
    TrajectoryConstraint,
)
from specexpr.models.policy import Behaviours, behaviour, is_deterministic, mark, point, reachable

Assignment = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Class:
    """Good deterministic policies that behave alike: their actions where reached, and one of their tables."""

    actions: Assignment
    table: Table


def classes(model: Model, good: Iterable[Table]) -> tuple[Class, ...]:
    """Group the good tables whose behaviour is deterministic."""
    found: dict[Hashable, Class] = {}
    for table in good:
        seen = behaviour(model, table)
        key = mark(seen)
        if key not in found and all(len(row) <= 1 for row in seen):
            actions = {s: row[0][0] for s, row in enumerate(seen) if row}
            rest = (row if len(row) == 1 else point(min(model.rows[s])) for s, row in enumerate(table))
            found[key] = Class(actions, tuple(rest))
    return tuple(found.values())


def alike_conflict(model: Model, good: Sequence[Table]) -> tuple[Table, Table] | None:
    """Return a good policy and a deterministic one that behaves like it and is not good, if there are any."""
    listed = frozenset(map(mark, good))
    members: dict[Hashable, tuple[list[int], list[Table]]] = {}
    for table in good:
        seen = behaviour(model, table)
        if all(len(row) <= 1 for row in seen):
            free = [s for s, row in enumerate(seen) if not row]
            members.setdefault(mark(seen), (free, []))[1].append(table)
    for free, tables in members.values():
        count = sum(map(is_deterministic, tables))
        if count == prod(len(model.rows[s]) for s in free):
            continue
        # Switches at one unreachable state connect a class, so one of them leads out of the listed set.
        for table in tables:
            for variant in _variants(model, table, free):
                if mark(variant) not in listed:
                    return table, variant
    return None


def _variants(model: Model, table: Table, free: Sequence[int]) -> Iterator[Table]:
    """Yield the deterministic tables that differ from `table` in at most one free state."""
    base = list(table)
    for s in free:
        if len(base[s]) != 1:
            base[s] = point(min(model.rows[s]))
    yield tuple(base)
    for s in free:
        kept = base[s]
        for a in model.rows[s]:
            if point(a) != kept:
                base[s] = point(a)
                yield tuple(base)
        base[s] = kept


def used_actions(claim: Claim, behaviours: Behaviours) -> tuple[tuple[int, ...], ...]:
    """Return for each state the actions that something named uses there; policies, where they go."""
    used: list[set[int]] = [set() for _ in claim.models[0].states]
    done: set[tuple[int, int]] = set()

    def add(model: int, table: Table) -> None:
        if (model, id(table)) not in done:
            done.add((model, id(table)))
            for actions, row in zip(used, behaviours.of(model, table), strict=True):
                for a, _ in row:
                    actions.add(a)

    for c in claim.constraints:
        if isinstance(c, TrajectoryConstraint):
            for s, a in (*c.better, *c.worse):
                used[s].add(a)
        else:
            add(c.model, c.better)
            add(c.model, c.worse)
    for accepted in claim.acceptable:
        for table in (*accepted.good, *(accepted.over or ())):
            add(accepted.model, table)
    return tuple(tuple(sorted(actions)) for actions in used)


def complete(model: Model, assigned: Assignment, used: Sequence[Sequence[int]]) -> Table:
    """Return a full deterministic table with these actions, elsewhere a used action, or else any."""
    rows: list[Distribution] = []
    for s, available in enumerate(model.rows):
        if s in assigned:
            rows.append(point(assigned[s]))
        else:
            rows.append(point(next((a for a in used[s] if a in available), min(available))))
    return tuple(rows)


def bad_mixture(model: Model, used: Sequence[Sequence[int]], good: Sequence[Class]) -> Table | None:
    """Return a policy that does what is used at every state it reaches and behaves like no good one, or None.

    Explores the mixtures as a tree with the classes that agree so far; each leaf has its own class, so the
    work is at most (number of classes) x (number of states).
    """
    stack: list[tuple[dict[int, int], list[int], Sequence[Class]]] = [({}, [s for s, _ in model.start], good)]
    while stack:
        assigned, pending, agreeing = stack.pop()
        while pending:
            s = pending.pop()
            if s in assigned:
                continue
            branches = []
            for a in used[s]:
                if a in model.rows[s]:
                    left = [c for c in agreeing if c.actions[s] == a]
                    if not left:
                        return complete(model, {**assigned, s: a}, used)
                    branches.append((a, left))
            if not branches:
                break  # nothing named uses an action here: not a mixture
            for a, left in branches[1:]:
                after = [t for t, _ in model.rows[s][a]]
                stack.append(({**assigned, s: a}, pending + after, left))
            a, agreeing = branches[0]
            assigned[s] = a
            pending += [t for t, _ in model.rows[s][a] if t not in assigned]
    return None


def conflicting_mixture(
    model: Model, accepted: AcceptableSet, good: Sequence[Class]
) -> tuple[tuple[Table, ...], Table] | None:
    """Return good policies and a bad mixture of them that refute the set (`certify.kinds.mixture`), or None.

    None may also mean that no pair refutes a range although more policies together do.
    """
    if accepted.acceptance is Acceptance.EQUAL:
        mixture = bad_mixture(model, _used_by(model, good), good)
        return None if mixture is None else (_cover(model, mixture, good), mixture)
    for i, one in enumerate(good):
        for j, other in enumerate(good[:i]):
            used = _used_by(model, (other, one))
            third = (c for k, c in enumerate(good) if k not in (i, j))
            if not any(all(a in used[s] for s, a in c.actions.items()) for c in third):
                mixture = bad_mixture(model, used, (other, one))
                if mixture is not None:
                    return (other.table, one.table), mixture
    return None


def _used_by(model: Model, policies: Iterable[Class]) -> list[list[int]]:
    used: list[list[int]] = [[] for _ in model.states]
    for c in policies:
        for s, a in c.actions.items():
            if a not in used[s]:
                used[s].append(a)
    return used


def _cover(model: Model, mixture: Table, good: Sequence[Class]) -> tuple[Table, ...]:
    """Return few classes that together do all that the mixture does; none can be left out."""
    needed = {(s, row[0][0]) for s, row in enumerate(behaviour(model, mixture)) if row}
    chosen: list[Class] = []
    left = set(needed)
    while left:
        best = max(good, key=lambda c: sum(c.actions.get(s) == a for s, a in left))
        chosen.append(best)
        left -= set(best.actions.items())
    for c in tuple(chosen):
        others = [other for other in chosen if other is not c]
        if needed <= {pair for other in others for pair in other.actions.items()}:
            chosen = others
    return tuple(c.table for c in chosen)


def keeps_to(model: Model, table: Table, used: Sequence[Sequence[int]]) -> bool:
    """Say whether a deterministic policy takes a used action at every state that it reaches."""
    return all(
        row[0][0] in used[s]
        for s, (row, on) in enumerate(zip(table, reachable(model, table), strict=True))
        if on
    )


def fringe(model: Model, used: Sequence[Sequence[int]], good: Sequence[Class]) -> Iterator[Table]:
    """Yield tables one used switch away from a class; unreached states do as some other class does."""
    seen: set[Hashable] = set()
    for c in good:
        free = len(c.actions) < len(model.rows)
        for other in good if free else (c,):
            base = {**other.actions, **c.actions}
            for s, kept in c.actions.items():
                for a in used[s]:
                    if a != kept and a in model.rows[s]:
                        table = complete(model, {**base, s: a}, used)
                        key = mark(table)
                        if key not in seen:
                            seen.add(key)
                            yield table


def good_test(model: Model, accepted: AcceptableSet, *, modulo_unreachable: bool) -> Callable[[Table], bool]:
    """Return the test whether a table is good, or behaves like a good one where that counts."""
    if not modulo_unreachable:
        listed = frozenset(map(mark, accepted.good))
        return lambda table: mark(table) in listed
    behaviours = frozenset(mark(behaviour(model, table)) for table in accepted.good)
    return lambda table: mark(behaviour(model, table)) in behaviours
