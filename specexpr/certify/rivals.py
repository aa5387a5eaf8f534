"""The deterministic policies that an acceptable set leaves out, as far as some words tell them apart.

What a policy makes of words depends on what it does in the states where these words go on. So the policies
are enumerated up to that: a *choice* assigns an action to each state in which its own actions let a word go
on. All deterministic policies that keep to a choice give every word one probability; what remains to be known
is whether one of them is not accepted, that is behaves like no accepted one. That is answered by one search
in which each branch has an accepted policy of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from specexpr.certify.chain import Chain
from specexpr.certify.model import AcceptableSet, Distribution, Model, Table
from specexpr.certify.observing import Step
from specexpr.certify.ordering import split
from specexpr.certify.proofs import TooLarge
from specexpr.certify.words import WordTree

MOST_CHOICES = 5_000
"""So many choices are looked at."""

Choice = Mapping[int, int]

_ONE = Fraction(1)


def rivals(
    chain: Chain, accept: AcceptableSet, seen: Mapping[Step, int], tree: WordTree, *, merged: bool
) -> Iterator[Table]:
    """Yield a deterministic policy that is not accepted for each choice that has one.

    Raises Refused when a policy that is not accepted behaves like one that is, unless such are merged, and
    TooLarge.
    """
    good, _ = split(chain, accept, merged=merged)
    classes = list(_classes(chain, good))
    for choice in _choices(chain.model, seen, tree):
        rival = _rival(chain.model, choice, classes)
        if rival is not None:
            yield _table(chain.model, rival)


def _classes(chain: Chain, good: Iterable[Table]) -> Iterator[Choice]:
    """Yield what each deterministic policy does where it goes."""
    known = set()
    for table in good:
        order, alike = chain.behaviour(table)
        if alike not in known and all(len(table[s]) == 1 for s in order):
            known.add(alike)
            yield {s: table[s][0][0] for s in order}


def _choices(model: Model, seen: Mapping[Step, int], tree: WordTree) -> Iterator[Choice]:
    """Yield every choice of actions where words go on. Raises TooLarge."""
    showing: dict[int, set[int]] = {}
    for (s, _, _), o in seen.items():
        showing.setdefault(o, set()).add(s)
    nodes = list(zip(tree.parents, tree.observed, strict=True))
    # choices, each with the states in which the first nodes of the tree may end under it
    pending: list[tuple[Choice, list[frozenset[int]]]] = [({}, [frozenset(s for s, _ in model.start)])]
    count = 0
    while pending:
        choice, after = pending.pop()
        for parent, o in nodes[len(after) - 1 :]:
            going = after[parent] & showing.get(o, set())
            fresh = next((x for x in sorted(going) if x not in choice), None)
            if fresh is not None:
                actions = reversed(list(model.rows[fresh]))
                pending += [({**choice, fresh: a}, list(after)) for a in actions]
                break
            after.append(
                frozenset(t for s in going for t, _ in model.rows[s][choice[s]] if seen[s, choice[s], t] == o)
            )
        else:
            count += 1
            if count > MOST_CHOICES:
                raise TooLarge(f"more than {MOST_CHOICES} deterministic policies would have to be valued")
            yield choice


def _rival(model: Model, choice: Choice, classes: list[Choice]) -> Choice | None:
    """Return a choice beyond this one, with no class that does the same where it goes, or None."""
    start = frozenset(s for s, _ in model.start)
    stack = [(dict(choice), start, frozenset[int](), classes)]
    while stack:
        chosen, pending, visited, agreeing = stack.pop()
        if not pending:
            continue
        s = min(pending)
        visited |= {s}
        for a in [chosen[s]] if s in chosen else model.rows[s]:
            left = [c for c in agreeing if c[s] == a]
            further = {**chosen, s: a}
            if not left:
                return further
            following = pending.union(t for t, _ in model.rows[s][a]) - visited
            stack.append((further, following, visited, left))
    return None


def _table(model: Model, choice: Choice) -> Table:
    """Return a policy that keeps to a choice and elsewhere takes the first action."""
    rows: list[Distribution] = []
    for s, row in enumerate(model.rows):
        rows.append(((choice.get(s, next(iter(row))), _ONE),))
    return tuple(rows)
