"""Write the formula that holds chosen pieces: words step by step, then where it ends, perhaps by a coin.

At each word the formula says which steps lead on to what; as soon as, from a word on, each support is held in
one share whatever follows, it only says in which supports it ends. Only policies that can be there count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.formula import Atom, AtomKind, Operator
from specexpr.certify.formula_store import COIN
from specexpr.certify.observing import Step
from specexpr.expressivity.ltl.cylinders import Ends, Forest, WordNode
from specexpr.expressivity.ltl.drafts import Drafts
from specexpr.expressivity.ltl.tossing import Toss

Key = tuple[WordNode, int]
"""A piece: a node with the number of a support."""

Given = tuple[tuple[int, Fraction], ...]
"""Supports with the shares that are already settled."""

Quotas = tuple[int, ...]
"""How many words of each partly held piece are to be held among those at hand."""


class NoCoin(Exception):  # noqa: N818 -- no formula is found in this way
    """No coin is known for an end of which a share is to be held."""


@dataclass(slots=True)
class Writer:
    """Writes what is held: `shares` of pieces, and of `parts` (pieces that are cycles) so many words."""

    forest: Forest
    drafts: Drafts
    toss: Toss
    shares: Mapping[Key, Fraction]
    parts: Sequence[tuple[WordNode, int, int]]
    _ways: dict[tuple[WordNode, WordNode], int] = field(default_factory=dict)
    _uniform: dict[tuple[WordNode, int, Quotas], tuple[bool, Fraction | None]] = field(default_factory=dict)
    _written: dict[tuple[WordNode, frozenset[int], Given, Quotas], int] = field(default_factory=dict)

    @property
    def ends(self) -> Ends:
        return self.forest.ends

    def write(self) -> int:
        """Return the number of the formula. Raises NoCoin."""
        left = [many for _, _, many in self.parts]
        groups: dict[int, list[int]] = {}
        for root in self.forest.roots:
            quotas = self.take(root, left)
            alive = frozenset(i for i, x in enumerate(root.vector) if x)
            groups.setdefault(self.node(root, alive, (), quotas), []).append(root.state)
        if len(groups) == 1:
            return next(iter(groups))
        found = []
        for number, states in groups.items():
            if number != self.drafts.store.false:
                here = self.drafts.any_of([self.drafts.atom(Atom(AtomKind.AT, s)) for s in states])
                is_coin = self.drafts.store.made_of[number] & COIN  # it is not tossed together with a step
                then = self.drafts.join(Operator.NEXT, number) if is_coin else number
                found.append(self.drafts.join(Operator.AND, here, then))
        return self.drafts.any_of(found)

    def take(self, node: WordNode, left: list[int]) -> Quotas:
        """Return the quotas of the words through a node, and take them off those that are left."""
        found = []
        for k, (leaf, _, _) in enumerate(self.parts):
            some = min(left[k], self.ways(node, leaf))
            left[k] -= some
            found.append(some)
        return tuple(found)

    def ways(self, node: WordNode, leaf: WordNode) -> int:
        """Return how many words lead on from one node to another one."""
        if node is leaf:
            return 1
        if (node, leaf) not in self._ways:
            self._ways[node, leaf] = sum(self.ways(child, leaf) for child in node.children.values())
        return self._ways[node, leaf]

    def uniform(self, node: WordNode, end: int, quotas: Quotas) -> tuple[bool, Fraction | None]:
        """Say whether a support occurs from a node on, and return its share if that is one everywhere."""
        key = node, end, quotas
        if key not in self._uniform:
            self._uniform[key] = self._is_uniform(node, end, quotas)
        return self._uniform[key]

    def _is_uniform(self, node: WordNode, end: int, quotas: Quotas) -> tuple[bool, Fraction | None]:
        if end in node.settled:
            for k, (leaf, number, _) in enumerate(self.parts):
                if leaf is node and number == end:
                    return True, Fraction(quotas[k])
            return True, self.shares.get((node, end), Fraction(0))
        found: set[Fraction | None] = set()
        left = list(quotas)
        for child in node.children.values():
            occurs, share = self.uniform(child, end, self.take(child, left))
            if occurs:
                found.add(share)
        return bool(found), next(iter(found)) if len(found) == 1 else None

    def node(self, node: WordNode, alive: frozenset[int], given: Given, quotas: Quotas) -> int:
        """Return what is to hold from a node on; `alive` are the policies that can be there."""
        key = node, alive, given, quotas
        if key not in self._written:
            self._written[key] = self._node(node, alive, dict(given), quotas)
        return self._written[key]

    def _node(
        self, node: WordNode, alive: frozenset[int], shares: dict[int, Fraction], quotas: Quotas
    ) -> int:
        ahead = {end for i in alive for end in self.ends.ahead(i, node.state)}
        open_ends = []
        for end in ahead - set(shares):
            occurs, share = self.uniform(node, end, quotas)
            if occurs and share is None:
                open_ends.append(end)
            elif share is not None and end in node.settled:
                shares[end] = share
        if not open_ends:
            for end in ahead - set(shares):
                shares[end] = self.uniform(node, end, quotas)[1] or Fraction(0)
            return self.ending({end: shares[end] for end in sorted(ahead)})
        steps: dict[Step, frozenset[int]] = {}
        for i in sorted(alive):
            for step, _ in self.ends.chains[i].leaving[node.state]:
                steps[step] = steps.get(step, frozenset()) | {i}
        left = list(quotas)
        taken = {step: self.take(child, left) for step, child in node.children.items()}
        groups: dict[int, list[Step]] = {}
        for step in sorted(steps):
            there = steps[step]
            still = {end for i in there for end in self.ends.ahead(i, step[2])}
            known = {end: share for end, share in shares.items() if end in still}
            if step in node.children:
                number = self.node(node.children[step], there, tuple(sorted(known.items())), taken[step])
            else:
                number = self.ending(known)
            groups.setdefault(number, []).append(step)
        return self.drafts.following(groups)

    def ending(self, shares: Mapping[int, Fraction]) -> int:
        """Return what is to hold if supports are held in these shares, whatever the steps are."""
        drafts = self.drafts
        supports = self.ends.supports
        if not shares:
            return drafts.store.false
        values = set(shares.values())
        if len(values) == 1:
            share = next(iter(values))
            if share in (0, 1):
                return drafts.store.true if share else drafts.store.false
            coin = self.toss(list(shares), share)
            if coin is not None:
                return drafts.store.add((coin,))
        found = []
        for share in sorted(values - {Fraction(0)}, reverse=True):
            groups = [[end for end, x in shares.items() if x == share]]
            if share < 1:
                groups = [[end] for end in groups[0]]
            for inside in groups:
                outside = [end for end in shares if end not in inside]
                part = drafts.ends([supports[end] for end in inside], [supports[end] for end in outside])
                if share < 1:
                    coin = self.toss(inside, share)
                    if coin is None:
                        raise NoCoin
                    part = drafts.join(Operator.AND, part, drafts.store.add((coin,)))
                found.append(part)
        return drafts.any_of(found)
