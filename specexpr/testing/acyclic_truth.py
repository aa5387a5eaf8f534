"""What can be expressed where only equality is seen, by brute force: all policies, all comparisons.

A task can be met iff what it asks stays without a cycle through a strict comparison when policies that look
the same are one. What a policy looks like is written out from the definition: its occupancy on (s, a, s'),
the law of its first steps, or its table. Shares no code with the decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction

from specexpr.certify.model import Claim, Model, PolicyConstraint, Relation, Table
from specexpr.expressivity.task import Question
from specexpr.testing.brute_force import comparisons, occupancy

Look = Callable[[Claim, Model, Table], Hashable]
"""What is seen of a policy in a model."""

Ends = tuple[int, Table]

OPEN_DISCOUNT = Fraction(1, 3)
"""Looked at where the question leaves the discount open."""


def occupancy_look(claim: Claim, model: Model, table: Table) -> Hashable:
    """Return the discounted occupancy on (s, a, s')."""
    return frozenset(occupancy(model, table, claim.discount or OPEN_DISCOUNT).items())


def lottery_look(_: Claim, model: Model, table: Table) -> Hashable:
    """Return the law of the first |S| steps: every state that is reached is left within them."""
    now: dict[tuple[int, ...], Fraction] = {(s,): p for s, p in model.start}
    for _time in model.states:
        after: dict[tuple[int, ...], Fraction] = {}
        for word, mass in now.items():
            for a, p in table[word[-1]]:
                for t, q in model.rows[word[-1]][a]:
                    after[(*word, a, t)] = after.get((*word, a, t), Fraction(0)) + mass * p * q
        now = after
    return frozenset(now.items())


def table_look(_: Claim, __: Model, table: Table) -> Hashable:
    """Return the table."""
    return table


class Looks:
    """The policies of a question by what they look like."""

    def __init__(self, question: Question, look: Look) -> None:
        self.claim, self._look = question.claim(), look
        self._known: dict[Ends, Hashable] = {}

    def of(self, model: int, table: Table) -> Hashable:
        """Return what a policy looks like."""
        if (model, table) not in self._known:
            self._known[model, table] = self._look(self.claim, self.claim.models[model], table)
        return self._known[model, table]

    def asked(self) -> list[PolicyConstraint]:
        """Return all comparisons that the question asks, of policies."""
        return [c for c in comparisons(self.claim) if isinstance(c, PolicyConstraint)]

    def is_met(self) -> bool:
        """Say whether no cycle of comparisons is strict: whoever is above something is above all below it."""
        below: dict[Hashable, set[Hashable]] = {}
        strict: list[tuple[Hashable, Hashable]] = []
        for c in self.asked():
            better, worse = self.of(c.model, c.better), self.of(c.model, c.worse)
            below.setdefault(better, set()).add(worse)
            if c.relation is Relation.TIE:
                below.setdefault(worse, set()).add(better)
            if c.relation is Relation.STRICT:
                strict.append((better, worse))
        reached = {look: _reached(below, look) for look in {worse for _, worse in strict}}
        return not any(better in reached[worse] for better, worse in strict)


def _reached(below: Mapping[Hashable, set[Hashable]], source: Hashable) -> set[Hashable]:
    found, waiting = {source}, [source]
    while waiting:
        new = below.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def is_acyclic(question: Question, look: Look) -> bool:
    """Say whether the question can be met by values of what policies look like."""
    return Looks(question, look).is_met()
