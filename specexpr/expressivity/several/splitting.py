"""Answer a question about an aim subject to a constraint, both free rewards: who is above the bar?

Let some policies be above the bar and the others below, so that no constraint leads from below to above and
no `~` is split. The constraint J_1 must separate the two and order those below; the aim J_2 must order those
above; both are linear systems over occupancies (`certify.sides` says which rows). The search asks of one
policy after the other whether it is above. A system that has no solution leaves multipliers of few rows: a
*cut*, which refutes every split that has its policies on these sides. Questions are about cuts that are
almost complete, so that one answer ends at once. What no refutation depends on is not asked in the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.splits import SplitsCertificate
from specexpr.certify.model import Relation
from specexpr.certify.proofs import TooLarge
from specexpr.certify.sides import Cut, Fork, Leaf, Side, Tree, Weighed, followed
from specexpr.expressivity.several.compared import Asked, Compared, Multipliers, Pays, Row

MOST_CASES = 2_000
"""So many cases are looked at."""

Points = frozenset[int]
Literal = tuple[int, Side]
"""That a point is on a side."""

Reason = tuple[Asked, Literal] | None
"""The constraint by which it follows from another; None: it is an answer."""


@dataclass(frozen=True, slots=True)
class PointCut:
    """A cut over points, with the sides on which points must be for it to apply."""

    side: Side
    weights: tuple[tuple[Asked, Fraction], ...]
    above: tuple[tuple[int, Fraction], ...] = ()
    below: tuple[tuple[int, Fraction], ...] = ()

    @property
    def literals(self) -> frozenset[Literal]:
        """Return what must hold for the cut to apply."""
        found = {(x.worse, self.side) for x, _ in self.weights}
        found |= {(i, Side.ABOVE) for i, _ in self.above} | {(i, Side.BELOW) for i, _ in self.below}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Split:
    """Who is above the bar and who is below, with the constraint and the aim."""

    above: Points
    below: Points
    constraint: Pays
    aim: Pays


@dataclass(frozen=True, slots=True)
class Asking:
    """Whether a point is above, with what follows if it is and if not."""

    point: int
    above: Cases
    below: Cases


Cases = PointCut | None | Asking
"""Refuted cases: by a cut, by a point on both sides, or by a question with refuted cases."""


@dataclass(slots=True)
class Splitting:
    """The search; cuts stay valid as points and constraints join."""

    compared: Compared
    cuts: list[PointCut] = field(default_factory=list)
    needs: list[frozenset[Literal]] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    spent: int = 0
    _below: dict[tuple[Points, Points], Pays | PointCut] = field(default_factory=dict)
    _above: dict[Points, Pays | PointCut] = field(default_factory=dict)

    def run(self) -> Split | Cases:
        """Return a split that serves, or the refuted cases. Raises TimeIsUp, TooLarge."""
        self._below.clear()
        self._above.clear()
        self.points = list(dict.fromkeys(i for x in self.compared.asked for i in (x.better, x.worse)))
        return self.explore(frozenset(), frozenset())

    def explore(self, above: Points, below: Points) -> Split | Cases:
        """Do so of the splits in which some points are on these sides."""
        self.compared.watch()
        self.spent += 1
        if self.spent > MOST_CASES:
            raise TooLarge(
                f"more than {MOST_CASES:,} cases of who is above the bar would have to be looked at"
            )
        above, below = self.follow(above, below)
        if above & below:
            return None
        found = self.systems(above, below)
        if isinstance(found, PointCut):
            return found
        constraint, aim = found
        free = [i for i in self.points if i not in above and i not in below]
        if not free:
            return Split(above, below, constraint, aim)
        bar = self.compared.bar(constraint.reward, sorted(above), sorted(below))
        high = {i for i in free if self.compared.value(i, constraint.reward) >= bar}
        guess = self.guessed(above | high, below | (set(free) - high))
        if guess is not None:
            return guess
        i = self.picked(above, below, free)
        sides = {}
        for side in (Side.ABOVE, Side.BELOW) if i in high else (Side.BELOW, Side.ABOVE):
            more = frozenset((i,))
            is_above = side is Side.ABOVE
            case = self.explore(above | more, below) if is_above else self.explore(above, below | more)
            if isinstance(case, Split):
                return case
            sides[side] = case
        return Asking(i, sides[Side.ABOVE], sides[Side.BELOW])

    def guessed(self, above: Points, below: Points) -> Split | None:
        """Return a complete split if it serves."""
        above, below = self.follow(above, below)
        found = None if above & below else self.systems(above, below)
        return Split(above, below, *found) if isinstance(found, tuple) else None

    def follow(self, above: Points, below: Points) -> tuple[Points, Points]:
        asked = [(x.relation, x.better, x.worse) for x in self.compared.asked]
        return followed(asked, above, below)  # type: ignore[return-value] # the names are points

    def picked(self, above: Points, below: Points, free: Iterable[int]) -> int:
        """Return the point to ask about: of a cut that lacks the fewest."""
        known = {(i, Side.ABOVE) for i in above} | {(i, Side.BELOW) for i in below}
        against = {(i, Side.BELOW) for i in above} | {(i, Side.ABOVE) for i in below}
        open_needs = [need - known for need in self.needs if not need & against]
        if open_needs:
            least = min(open_needs, key=lambda need: (len(need), sorted(need)))
            return min(least)[0]
        counts = dict.fromkeys(free, 0)
        for x in self.compared.asked:
            for i in (x.better, x.worse):
                if i in counts:
                    counts[i] += 1
        return max(counts, key=lambda i: (counts[i], -i))

    # -- the two systems ----------------------------------------------------------------------------------

    def systems(self, above: Points, below: Points) -> tuple[Pays, Pays] | PointCut:
        """Return a constraint and an aim for some sides, or a cut that applies."""
        known = {(i, Side.ABOVE) for i in above} | {(i, Side.BELOW) for i in below}
        for cut, need in zip(self.cuts, self.needs, strict=True):
            if need <= known:
                return cut
        if above not in self._above:
            self._above[above] = self.aim(above)
        aim = self._above[above]
        if isinstance(aim, PointCut):
            return aim
        if (above, below) not in self._below:
            self._below[above, below] = self.constraint(above, below)
        constraint = self._below[above, below]
        return constraint if isinstance(constraint, PointCut) else (constraint, aim)

    def aim(self, above: Points) -> Pays | PointCut:
        """Return a reward that orders what is above, or a cut."""
        asked = [x for x in self.compared.asked if x.worse in above]
        found = self.compared.direction([Row(x.relation, x.better, x.worse) for x in asked])
        if isinstance(found, Multipliers):
            return self.new(PointCut(Side.ABOVE, tuple((asked[k], y) for k, y in found.of_rows)))
        return found

    def constraint(self, above: Points, below: Points) -> Pays | PointCut:
        """Return a reward with a bar between the sides that orders what is below, or a cut."""
        asked = [x for x in self.compared.asked if x.worse in below and x.better not in above]
        rows = [Row(x.relation, x.better, x.worse) for x in asked]
        high, low = sorted(above), sorted(below)
        rows += [Row(Relation.WEAK, i, None) for i in high] + [Row(Relation.STRICT, None, j) for j in low]
        found = self.compared.direction(rows)
        if isinstance(found, Pays):
            return found
        shares = dict(found.of_rows)
        first, second = len(asked), len(asked) + len(high)
        weights = tuple((asked[k], y) for k, y in found.of_rows if k < first)
        up = tuple((i, shares[k]) for k, i in enumerate(high, first) if k in shares)
        down = tuple((j, shares[k]) for k, j in enumerate(low, second) if k in shares)
        return self.new(PointCut(Side.BELOW, weights, up, down))

    def new(self, cut: PointCut) -> PointCut:
        """Keep a cut."""
        self.cuts.append(cut)
        self.needs.append(cut.literals)
        return cut

    # -- proofs -------------------------------------------------------------------------------------------

    def witness(self, split: Split) -> BarWitness:
        """Return the witness of a split, but for the visits of policies of large models."""
        reward = split.constraint.reward
        bar = self.compared.bar(reward, sorted(split.above), sorted(split.below))
        return BarWitness(self.compared.discount, reward, bar, split.aim.reward)

    def certificate(self, cases: Cases) -> SplitsCertificate:
        """Return the certificate of refuted cases, without questions that do not matter."""
        reduction = _Reduction(self.compared, self.cuts)
        trees = [cases, *self.asked_anew(frozenset(), frozenset())]
        found = min((reduction.reduced(one, {}) for one in trees), key=lambda one: _asked(one.cases))
        cuts = list(dict.fromkeys(_cuts(found.cases)))
        used = found.asked.union(x for cut in cuts for x, _ in cut.weights)
        asked = [x for x in self.compared.asked if x in used]
        place, numbers = {x: k for k, x in enumerate(asked)}, {cut: k for k, cut in enumerate(cuts)}
        members = [self.compared.members[i] for cut in cuts for i, _ in (*cut.above, *cut.below)]
        members += [(x.source.model, t) for x in asked for t in (x.source.better, x.source.worse)]
        return SplitsCertificate(
            self.compared.discount,
            tuple(x.source for x in asked),
            tuple(self.cut(one, place) for one in cuts),
            self.tree(found.cases, numbers),
            tuple(self.compared.node_numbers(members)),
        )

    def asked_anew(self, above: Points, below: Points) -> list[Cases]:
        """Return the refuted cases if all cuts are known from the start; nothing if that takes many more."""
        self.spent += 1
        above, below = self.follow(above, below)
        if above & below:
            return [None]
        known = {(i, Side.ABOVE) for i in above} | {(i, Side.BELOW) for i in below}
        applying = next((cut for cut, need in zip(self.cuts, self.needs, strict=True) if need <= known), None)
        if applying is not None:
            return [applying]
        if self.spent > 2 * MOST_CASES:
            return []
        i = self.picked(above, below, [i for i in self.points if i not in above and i not in below])
        more = frozenset((i,))
        branches = self.asked_anew(above | more, below), self.asked_anew(above, below | more)
        return [Asking(i, *branches[0], *branches[1])] if all(branches) else []

    def cut(self, one: PointCut, place: Mapping[Asked, int]) -> Cut:
        """Return a cut for the kernel."""
        weights = tuple((place[x], y) for x, y in one.weights)
        return Cut(one.side, weights, self.weighed(one.above), self.weighed(one.below))

    def weighed(self, side: Iterable[tuple[int, Fraction]]) -> tuple[Weighed, ...]:
        return tuple((*self.compared.members[i], y) for i, y in side)

    def tree(self, cases: Cases, numbers: Mapping[PointCut, int]) -> Tree:
        """Return refuted cases for the kernel."""
        if isinstance(cases, Asking):
            branches = self.tree(cases.above, numbers), self.tree(cases.below, numbers)
            return Fork(*self.compared.members[cases.point], *branches)
        return Leaf(None if cases is None else numbers[cases])


def _asked(cases: Cases) -> int:
    """Return how many questions there are."""
    return 1 + _asked(cases.above) + _asked(cases.below) if isinstance(cases, Asking) else 0


def _cuts(cases: Cases) -> Iterator[PointCut]:
    """Yield the cuts of refuted cases."""
    if isinstance(cases, Asking):
        yield from _cuts(cases.above)
        yield from _cuts(cases.below)
    elif cases is not None:
        yield cases


@dataclass(frozen=True, slots=True)
class _Reduced:
    """Refuted cases, with the answers and the constraints that their refutation depends on."""

    cases: Cases
    answers: frozenset[Literal]
    asked: frozenset[Asked]


@dataclass(slots=True)
class _Reduction:
    """Takes questions away whose answers do not matter."""

    compared: Compared
    cuts: list[PointCut]

    def reduced(self, cases: Cases, path: Mapping[int, Side]) -> _Reduced:
        """Return the cases without such questions, after some answers."""
        if not isinstance(cases, Asking):
            return self.leaf(path)
        found = []
        for side, case in ((Side.ABOVE, cases.above), (Side.BELOW, cases.below)):
            one = self.reduced(case, {**path, cases.point: side})
            if (cases.point, side) not in one.answers:
                return one
            found.append(one)
        above, below = found
        answers = (above.answers | below.answers) - {(cases.point, side) for side in Side}
        return _Reduced(Asking(cases.point, above.cases, below.cases), answers, above.asked | below.asked)

    def leaf(self, path: Mapping[int, Side]) -> _Reduced:
        """Return what refutes a case from the fewest answers: a policy on both sides, or a cut."""
        reasons: dict[Literal, Reason] = dict.fromkeys(path.items())
        size = -1
        while size < len(reasons):
            size = len(reasons)
            for x in self.compared.asked:
                for premise, conclusion in _rules(x):
                    if premise in reasons and conclusion not in reasons:
                        reasons[conclusion] = x, premise
        sides = {i for i, side in reasons if side is Side.ABOVE and (i, Side.BELOW) in reasons}
        found = [self.traced(None, [(i, side) for side in Side], reasons) for i in sorted(sides)]
        if not found:
            applying = (one for one in self.cuts if all(x in reasons for x in one.literals))
            found = [self.traced(one, sorted(one.literals), reasons) for one in applying]
        return min(found, key=lambda one: (len(one.answers), len(one.asked)))

    def traced(
        self, cut: PointCut | None, pending: list[Literal], reasons: Mapping[Literal, Reason]
    ) -> _Reduced:
        """Return the answers and constraints from which some sides follow."""
        answers: set[Literal] = set()
        asked: set[Asked] = set()
        while pending:
            literal = pending.pop()
            reason = reasons[literal]
            if reason is None:
                answers.add(literal)
            else:
                asked.add(reason[0])
                pending.append(reason[1])
        return _Reduced(cut, frozenset(answers), frozenset(asked))


def _rules(x: Asked) -> Iterator[tuple[Literal, Literal]]:
    """Yield what a constraint makes of a side."""
    yield (x.worse, Side.ABOVE), (x.better, Side.ABOVE)
    yield (x.better, Side.BELOW), (x.worse, Side.BELOW)
    if x.relation is Relation.TIE:
        yield (x.better, Side.ABOVE), (x.worse, Side.ABOVE)
        yield (x.worse, Side.BELOW), (x.better, Side.BELOW)
