"""A machine with few states by merging: from a tree of words that surely does, two states at a time.

The tree machine of some words has a state for each of their proper prefixes, and one for what leaves the
tree; paying g^(1 - |w|) c(w) on completing w it is worth the sum of c(w) P(w). So if values of words meet a
claim, some rewards on the tree do. Then states are merged, and what must be merged with them so that the
machine stays deterministic, as long as some rewards still do. Moves that no point of the claim makes, and
those after the tree is left, are open: they stay where they are, and merge with any.

A pair that cannot be merged need not be tried again: after other mergers the machine tells less apart. The
number of states that is left is an upper bound, most often the least.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from specexpr.certify.model import Machine
from specexpr.certify.words import Word
from specexpr.expressivity.machines.core import Core, Rewards
from specexpr.expressivity.machines.search import Found
from specexpr.expressivity.system import PolicyPoint, TrajectoryPoint

_TRIES = 500  # ways to stay

Rows = dict[int, dict[int, int]]
"""For each machine state where it goes on each observation that it can meet."""

_Node = Any  # where a point of the claim can be: a model with a state, or a sequence with a position


def tree_rows(words: Iterable[Word], observations: int) -> Rows:
    """Return the tree machine of some words, breadth first; in the last state the tree has been left."""
    prefixes = sorted(
        {word[:i] for word in words for i in range(len(word))} | {()}, key=lambda w: (len(w), w)
    )
    place = {prefix: u for u, prefix in enumerate(prefixes)}
    left = len(prefixes)
    rows = {u: {o: place.get((*prefix, o), left) for o in range(observations)} for prefix, u in place.items()}
    rows[left] = {}
    return rows


def merged(core: Core, rows: Rows, *, until: float | None = None) -> Found | None:
    """Return a machine that meets the claim, as small as merging makes it; None if no rewards on this do.

    Merging ends at the moment `until`, with what it has then.
    """
    rows = _met(core, rows)
    found = _rewarded(core, rows)
    if found is None:
        return None
    for j in sorted(rows):
        for i in sorted(rows):
            if i >= j or j not in rows:
                break
            if until is not None and time.monotonic() > until:
                return found
            candidate = _folded(rows, i, j)
            smaller = _rewarded(core, candidate)
            if smaller is not None:
                rows, found = candidate, smaller
                break
    return found


def tidied(core: Core, found: Found, *, until: float | None = None) -> Found:
    """Return a machine that stays where it can, with as many states, of those that meet the claim.

    Where no point of the claim shows an observation it stays; elsewhere on each observation first all states
    are tried to stay, then one by one.
    """
    states, count = range(len(found.machine.states)), len(core.seen.known)
    rows = _met(core, {u: dict(enumerate(row)) for u, row in enumerate(found.machine.moves)})
    moves = [[rows.get(u, {}).get(o, u) for o in range(count)] for u in states]
    tried = [(o, us) for o in range(count) for us in (states, *([u] for u in states))]
    for o, us in tried[:_TRIES]:
        if until is not None and time.monotonic() > until:
            break
        still = [[u if p == o and u in us else v for p, v in enumerate(row)] for u, row in enumerate(moves)]
        if still != moves and _reaches_all(still):
            smaller = _decided(core, _named(still))
            if smaller is not None:
                found, moves = smaller, still
    machine = _named(moves)
    return found if machine == found.machine else Found(machine, found.rewards)


def _named(moves: Sequence[Sequence[int]]) -> Machine:
    return Machine(tuple(f"u{u}" for u in range(len(moves))), tuple(map(tuple, moves)))


def _reaches_all(moves: Sequence[Sequence[int]]) -> bool:
    order = [0]
    for u in order:
        order += [v for v in dict.fromkeys(moves[u]) if v not in order]
    return len(order) == len(moves)


def _rewarded(core: Core, rows: Rows) -> Found | None:
    return _decided(core, _machine(core, rows))


def _decided(core: Core, machine: Machine) -> Found | None:
    outcome = core.decide(machine)
    return Found(machine, outcome) if isinstance(outcome, Rewards) else None


def _machine(core: Core, rows: Rows) -> Machine:
    """Return the machine with its states numbered breadth first."""
    place = {0: 0}
    order = [0]
    for u in order:
        for _, v in sorted(rows[u].items()):
            if v not in place:
                place[v] = len(order)
                order.append(v)
    count = len(core.seen.known)
    return _named([[place[rows[u].get(o, u)] for o in range(count)] for u in order])


def _folded(rows: Rows, i: int, j: int) -> Rows:
    """Return the machine after merging two states and all that must follow; the lesser number stays."""
    found = {u: dict(row) for u, row in rows.items()}
    into: dict[int, int] = {}

    def kept(u: int) -> int:
        while u in into:
            u = into[u]
        return u

    pending = [(i, j)]
    while pending:
        one, other = sorted(map(kept, pending.pop()))
        if one != other:
            into[other] = one
            for o, v in found.pop(other).items():
                if o in found[one]:
                    pending.append((found[one][o], v))
                else:
                    found[one][o] = v
    return {u: {o: kept(v) for o, v in row.items()} for u, row in found.items()}


def _met(core: Core, rows: Rows) -> Rows:
    """Return the states that points of the claim reach, with the observations that they meet there."""
    starts, edges = _paths(core)
    found: Rows = {0: {}}
    pending = [(0, x) for x in starts]
    reached = set(pending)
    for u, x in pending:
        for o, y in edges.get(x, ()):
            v = rows[u].get(o, u)
            if o in rows[u]:
                found[u][o] = v
                found.setdefault(v, {})
            if (v, y) not in reached:
                reached.add((v, y))
                pending.append((v, y))
    return found


def _paths(core: Core) -> tuple[list[_Node], dict[_Node, list[tuple[int, _Node]]]]:
    """Return where points of the claim start, and (observation, next) from where they can be."""
    claim, seen = core.claim, core.seen
    starts: dict[_Node, None] = {}
    edges: dict[_Node, dict[tuple[int, _Node], None]] = {}
    for number, point in enumerate(core.system.points):
        m = point.model
        rows = claim.models[m].rows
        match point:
            case TrajectoryPoint(steps=steps):
                starts["sequence", number, 0] = None
                for i, (s, a) in enumerate(steps[:-1]):
                    o = seen.of[m][s, a, rows[s][a][0][0]]
                    edges["sequence", number, i] = {(o, ("sequence", number, i + 1)): None}
            case PolicyPoint(behaviour=behaviour):
                starts |= dict.fromkeys((m, s) for s, _ in claim.models[m].start)
                for s, row in enumerate(behaviour):
                    for a, _ in row:
                        for t, _ in rows[s][a]:
                            edges.setdefault((m, s), {})[seen.of[m][s, a, t], (m, t)] = None
    return list(starts), {x: list(after) for x, after in edges.items()}
