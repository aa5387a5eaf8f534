"""Decide constraints between finitely many policies: pieces to hold, or cases that leave no choice.

Where transitions are observed, or label sets that tell the policies' ways on finitely many states, both sides
are exact in the limit of long words (`cylinders`, `certify.tails`). For each length: whole pieces are chosen;
a tree of cases; a choice with coins. The first answer is taken, but a choice without coins is preferred for a
while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice

from specexpr.certify.branching import Cases, Setup, setup, summary
from specexpr.certify.formula_store import Scheme
from specexpr.certify.kinds.branch import BranchCertificate
from specexpr.certify.kinds.ray import RayCertificate
from specexpr.certify.kinds.two_level import TwoLevelCertificate, trace
from specexpr.certify.model import Claim, Label, PolicyConstraint, Relation
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.certify.tails import Tails, Vector
from specexpr.expressivity.ltl.balancing import balances
from specexpr.expressivity.ltl.choosing import Choice, Column, Gaps, NoChoice, choose, choose_within
from specexpr.expressivity.ltl.cylinders import Ends, Forest, WordNode, grow
from specexpr.expressivity.ltl.drafts import Drafts
from specexpr.expressivity.ltl.effort import Effort
from specexpr.expressivity.ltl.refuting import refute
from specexpr.expressivity.ltl.tossing import LabelCoins, StepCoins, Toss
from specexpr.expressivity.ltl.writing import Key, NoCoin, Writer
from specexpr.expressivity.verdict import Undecided

MOST_LENGTH = 40
"""The greatest length of words that is tried."""

_WITHOUT_COINS = 4  # length up to which words go on only to have more pieces to choose from
_MOST_COLUMNS = 3_000
_BROAD = 1_500  # words that leave something, after which longer ones are not explored for a refutation
_FEW_NODES = 40
_NODES = 200
_BALANCES = 500

WORK = 150_000
"""So many unknowns of programs are solved for before the search gives up."""

Certificate = BranchCertificate | RayCertificate | TwoLevelCertificate


@dataclass(frozen=True, slots=True)
class Found:
    """A formula that meets the constraints."""

    scheme: Scheme


def two_levels(claim: Claim, constraints: Sequence[PolicyConstraint]) -> TwoLevelCertificate | None:
    """Return constraints that put a certain trajectory on both levels, if there are any; few of them.

    Trajectories that are not certain are left out of account.
    """
    seen = observations(claim)
    known: dict[tuple[int, int], object] = {}

    def level(c: PolicyConstraint, *, better: bool) -> object | None:
        table = c.better if better else c.worse
        key = c.model, id(table)
        if key not in known:
            try:
                known[key] = trace(claim, seen, c.model, table)
            except Refused:
                known[key] = None
        return known[key]

    edges = [(level(c, better=False), level(c, better=True), c) for c in constraints]
    edges = [edge for edge in edges if edge[0] is not None and edge[1] is not None]
    strict = [edge for edge in edges if edge[2].relation is Relation.STRICT]
    for _, start, first in strict:
        reasons: dict[object, list[PolicyConstraint]] = {start: [first]}
        waiting = [start]
        for here in waiting:
            for worse, _, last in strict:
                if worse == here:
                    way = reasons[here] if last in reasons[here] else [*reasons[here], last]
                    return TwoLevelCertificate(tuple(map(term, way)))
            for worse, better, c in edges:
                sides = (
                    ((worse, better), (better, worse)) if c.relation is Relation.TIE else ((worse, better),)
                )
                for low, high in sides if c.relation is not Relation.STRICT else ():
                    if low == here and high not in reasons:
                        reasons[high] = [*reasons[here], c]
                        waiting.append(high)
    return None


def term(c: PolicyConstraint) -> Term:
    """Return a constraint as a term of a certificate."""
    return Term(c.model, c.better, c.worse, c.relation, Fraction(1), c.line)


@dataclass(slots=True)
class Search:
    """The search for given constraints, at least one of them strict."""

    claim: Claim
    constraints: Sequence[PolicyConstraint]
    labels: Sequence[Label]
    effort: Effort
    asked: Setup = field(init=False)
    tails: Tails = field(init=False)
    ends: Ends = field(init=False)
    toss: Toss = field(init=False)
    is_strict: bool = field(init=False)
    breadth: int = 0

    def __post_init__(self) -> None:
        self.asked = setup(self.claim, self.constraints)
        self.tails = Tails.of(self.claim, self.asked.points)
        if self.tails.shows:
            self.ends = Ends(self.tails, lambda step: (0, step[1], 0))
            self.toss = LabelCoins(self.ends, self.claim, self.asked.points)
        else:
            self.ends = Ends(self.tails)
            self.toss = StepCoins(self.ends)
        self.is_strict = all(c.relation is Relation.STRICT for c in self.constraints)

    @property
    def writes(self) -> bool:
        """Say whether steps are told apart by what formulas see."""
        return self.tails.shows or self.claim.setting.labels is None

    def run(self) -> Found | Certificate | Undecided:
        with_coins: Found | None = None
        patience = 2 if self.is_strict else 1
        rest: Sequence[Fraction] = ()
        depth = 0
        for depth in range(MOST_LENGTH + 1):
            if depth <= _WITHOUT_COINS:
                found = self.chosen(depth, goes_on=True)
                if found is not None:
                    return found
            if with_coins is None:
                try:
                    certificate, left = self.refuted(depth)
                except TooLarge:
                    break
                rest = left or rest
                if certificate is not None:
                    return certificate
                with_coins = self.chosen(depth, goes_on=False)
            if with_coins is not None:
                if patience == 0 or depth >= _WITHOUT_COINS:
                    return with_coins
                patience -= 1
            if not self.effort.spend(0):
                break
        return Undecided(self.reason(depth, rest))

    def reason(self, depth: int, rest: Sequence[Fraction]) -> str:
        left = max(rest, default=Fraction(0))
        share = f"; up to {float(left):.2g} of a policy is then still on its way" if left else ""
        out = "time" if self.effort.is_late else "limit"
        return f"{out}: words of up to {depth} steps do not decide it{share}"

    # -- yes -------------------------------------------------------------------------------------------------

    def chosen(self, depth: int, *, goes_on: bool) -> Found | None:
        """Return a formula put together from words of a length: without coins if words go on.

        None where label sets are observed and steps are told apart all the same: they can only refute.
        """
        if not self.writes:
            return None
        forest = grow(self.ends, depth, goes_on=goes_on, effort=self.effort)
        if forest is None:
            return None
        groups = self.grouped(forest, with_coins=not goes_on)
        columns = [column for column, _ in groups]
        if len(columns) > _MOST_COLUMNS:
            return None
        nodes = _FEW_NODES if goes_on else _NODES
        choice = choose(self.asked, columns, most_nodes=nodes, effort=self.effort)
        if isinstance(choice, NoChoice) and not choice.is_complete and not goes_on and not self.is_strict:
            choice = self.balanced(columns) or choice
        if not isinstance(choice, Choice):
            return None
        try:
            return Found(self.written(forest, groups, choice))
        except NoCoin:
            return None

    def balanced(self, columns: Sequence[Column]) -> Choice | None:
        """Return a choice in which whole pieces meet the ties by themselves where they have to."""
        gaps = Gaps.of(self.asked, [column.vector for column in columns])
        for bounds in islice(balances(gaps, columns), _BALANCES):
            choice = choose_within(gaps, columns, bounds, most_nodes=4, effort=self.effort)
            if isinstance(choice, Choice):
                return choice
        return None

    def grouped(self, forest: Forest, *, with_coins: bool) -> list[tuple[Column, list[tuple[Key, Fraction]]]]:
        """Return columns with their pieces: of equal vectors, or proportional ones where coins may be used.

        A piece comes with the amount of the column that it is.
        """
        found: dict[object, tuple[Vector, bool, list[tuple[Key, Fraction]]]] = {}
        for node, end in forest.pieces():
            vector = node.settled[end]
            if with_coins and not self.ends.is_cycle[end]:
                total = sum(vector, Fraction(0))
                direction = tuple(x / total for x in vector)
                entry = found.setdefault((direction,), (direction, False, []))
                entry[2].append(((node, end), node.count * total))
            else:
                found.setdefault(vector, (vector, True, []))[2].append(((node, end), Fraction(node.count)))
        columns = []
        for vector, is_whole, keys in found.values():
            total = sum((amount for _, amount in keys), Fraction(0))
            if is_whole:
                columns.append((Column(vector, int(total), True), keys))
            else:
                columns.append((Column(tuple(total * x for x in vector), 1, False), keys))
        return columns

    def written(
        self, forest: Forest, groups: Sequence[tuple[Column, list[tuple[Key, Fraction]]]], choice: Choice
    ) -> Scheme:
        """Return the formula that holds what is chosen. Raises NoCoin."""
        shares: dict[Key, Fraction] = {}
        parts: list[tuple[WordNode, int, int]] = []
        for (column, keys), amount in zip(groups, choice.amounts, strict=True):
            if not column.is_whole:
                shares |= dict.fromkeys((key for key, _ in keys), amount)
                continue
            left = int(amount)
            for key, count in keys:
                some = min(left, int(count))
                left -= some
                shares[key] = Fraction(int(some > 0))
                if 0 < some < count:
                    parts.append((*key, some))
        if self.tails.shows:
            drafts = Drafts.over_labels(observations(self.claim))
        else:
            drafts = Drafts.of(self.claim.models[0], self.labels)
        return drafts.scheme(Writer(forest, drafts, self.toss, shares, parts).write())

    # -- no --------------------------------------------------------------------------------------------------

    def refuted(self, depth: int) -> tuple[Certificate | None, Sequence[Fraction]]:
        """Return a tree of cases for words of a length, and what they leave of each policy."""
        if self.breadth > _BROAD:
            return None, ()
        pieces = self.tails.explore(depth)
        self.breadth = len(pieces.rest)
        self.effort.spend(self.breadth)
        atoms, spreads, rest = summary(pieces, len(self.asked.points))
        if len(atoms) > _MOST_COLUMNS:
            return None, rest
        found = refute(self.asked, self.tails, pieces, most_nodes=_NODES, effort=self.effort)
        if found is None:
            return None, rest
        cases = Cases(
            tuple(map(term, self.constraints)), depth, found.tree, self.asked.points, atoms, spreads, rest
        )
        if found.uses_likelihoods:
            return RayCertificate(cases), rest
        return BranchCertificate(cases), rest
