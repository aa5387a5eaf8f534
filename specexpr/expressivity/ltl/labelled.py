"""Formulas where label sets are all that is observed: unions of words of label sets.

There the theory proves less. What no function of label sequences expresses, no formula does; trajectories
that are certain are on one of two levels; and a union of words that meets the constraints is a formula. With
strict constraints, and where every class is entered by coins or dice that go on for ever, there is one if a
function does; otherwise the search may end without an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.branching import Setup, setup
from specexpr.certify.formula_store import Scheme
from specexpr.certify.model import Claim, PolicyConstraint
from specexpr.certify.observing import Observations, Step, observations
from specexpr.certify.words import emissions
from specexpr.expressivity.ltl.choosing import Choice, Column, choose
from specexpr.expressivity.ltl.drafts import Drafts
from specexpr.expressivity.ltl.effort import Effort

MOST_LENGTH = 12
_MOST_WORDS = 2_000
_NODES = 60

Forward = dict[tuple[int, int], Fraction]
"""The masses of (policy, state) after a word."""


@dataclass(slots=True, eq=False)
class LabelNode:
    """A word: the masses after it, and what may follow."""

    forward: Forward
    children: dict[int, LabelNode] = field(default_factory=dict)


@dataclass(slots=True)
class LabelSearch:
    """The search for a union of words of label sets that meets constraints."""

    claim: Claim
    constraints: Sequence[PolicyConstraint]
    effort: Effort
    asked: Setup = field(init=False)
    seen: Observations = field(init=False)
    _emitted: dict[tuple[int, int], dict[int, list[tuple[int, Fraction]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.asked = setup(self.claim, self.constraints)
        self.seen = observations(self.claim)

    def run(self) -> tuple[Scheme | None, int]:
        """Return a formula or None, and the length of the words that were tried."""
        points = enumerate(self.asked.points)
        root = LabelNode({(i, s): mass for i, (m, _) in points for s, mass in self.claim.models[m].start})
        level = [root]
        length = 0
        for length in range(MOST_LENGTH + 1):
            found = self.chosen(root, level)
            if found is not None or not self.effort.spend(0):
                return found, length
            level = self.extended(level)
            if len(level) > _MOST_WORDS:
                break
        return None, length

    def extended(self, level: Sequence[LabelNode]) -> list[LabelNode]:
        """Return the words with one label set more."""
        found: list[LabelNode] = []
        for node in level:
            ahead: dict[int, Forward] = {}
            for (i, s), mass in node.forward.items():
                for o, following in self.emitted(i, s).items():
                    masses = ahead.setdefault(o, {})
                    for t, p in following:
                        masses[i, t] = masses.get((i, t), Fraction(0)) + mass * p
            node.children = {o: LabelNode(ahead[o]) for o in sorted(ahead)}
            found += node.children.values()
        return found

    def emitted(self, i: int, state: int) -> dict[int, list[tuple[int, Fraction]]]:
        if (i, state) not in self._emitted:
            m, table = self.asked.points[i]
            self._emitted[i, state] = emissions(self.claim, self.seen, m, table, state)
        return self._emitted[i, state]

    def chosen(self, root: LabelNode, level: Sequence[LabelNode]) -> Scheme | None:
        """Return the union of some of the words, if there is one that meets the constraints."""
        groups: dict[tuple[Fraction, ...], list[LabelNode]] = {}
        for node in level:
            vector = [Fraction(0)] * len(self.asked.points)
            for (i, _), mass in node.forward.items():
                vector[i] += mass
            groups.setdefault(tuple(vector), []).append(node)
        columns = [Column(vector, len(nodes), True) for vector, nodes in groups.items()]
        choice = choose(self.asked, columns, most_nodes=_NODES, effort=self.effort)
        if not isinstance(choice, Choice):
            return None
        held: set[LabelNode] = set()
        for nodes, amount in zip(groups.values(), choice.amounts, strict=True):
            held.update(nodes[: int(amount)])
        return self.written(root, set(level), held)

    def written(self, root: LabelNode, last: set[LabelNode], held: set[LabelNode]) -> Scheme:
        """Return the formula that holds some of the last words."""
        drafts = Drafts.over_labels(self.seen)

        def formula(node: LabelNode) -> int:
            if node in last:
                return drafts.store.true if node in held else drafts.store.false
            groups: dict[int, list[Step]] = {}
            for o, child in node.children.items():
                groups.setdefault(formula(child), []).append((0, o, 0))
            constant = next(iter(groups))
            if len(groups) == 1 and constant in (drafts.store.true, drafts.store.false):
                return constant
            return drafts.following(groups)

        return drafts.scheme(formula(root))
