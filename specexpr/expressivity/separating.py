"""A separating reward: returns that tell the policies of a graded task apart, as far as their levels differ.

Where the task names every policy that it is about, or the others have few behaviours, one reward in small
whole numbers does, and the returns of all are compared. Elsewhere nothing is enumerated:

- A policy that does what some good ones do, wherever it goes, is told by the *mark* of these: -1 for every
  step that none of them takes, else 0. Its return is 0, that of others is below. So good deterministic
  policies are told, each by its own mark or several of one level by a mark that no others share.
- In a family, a policy of another environment may take the same steps with other probabilities. Then a
  generic reward tells these few apart, too.
- A stochastic policy that stands above an acceptable set takes two actions in some state. No deterministic
  one does: a reward of 1 for each of the two says so, and the generic reward tells it from those that are
  named.

A function of a single return uses these rewards as parts of one, by a base that is large enough (`outcomes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice

from specexpr.certify.checking import check
from specexpr.certify.kinds.separation import Row, SeparationWitness
from specexpr.certify.model import Claim
from specexpr.certify.outcomes import Returns, kept, least_base, named_policies, returns_of
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy, TooLarge
from specexpr.diagnostics import InternalError
from specexpr.exact import Interval, Number
from specexpr.expressivity.figures import Figures, Reward, figures_of
from specexpr.expressivity.generic_reward import Point
from specexpr.expressivity.grading import Graded
from specexpr.expressivity.value_tables import ANY_DISCOUNT

Told = tuple[dict[int, Number], int]
"""Returns, by the number of the reward, and the level of the policies that have them."""

_FEW_BEHAVIOURS = 64
_WORK = 1_000_000  # members^2 x policies x states, up to which marks are merged
_ZERO, _ONE = Fraction(0), Fraction(1)


def separation(claim: Claim, formalism: str, graded: Graded) -> SeparationWitness:
    """Return the witness; policies at the bottom are in no row."""
    return _Separation(claim, formalism, graded).witness()


def sufficient_marks(claim: Claim, graded: Graded) -> tuple[list[Marked], list[Marked]] | None:
    """Return marks that tell every policy above the bottom, few of them and one for each policy.

    None if some policies need more.
    """
    found = _Separation(claim, "omorl", graded)
    marks = found.marks()
    told = {i for one in marks for i in found.told(one)}
    above = [i for i, x in enumerate(found.points) if x.level]
    if not told.issuperset(above):
        return None
    return marks, [found.mark([found.points[i]]) for i in above]


@dataclass(frozen=True, slots=True)
class Marked:
    """Deterministic policies of one level with their mark."""

    level: int
    points: tuple[Point, ...]
    reward: Reward


@dataclass(slots=True)
class _Separation:
    claim: Claim
    formalism: str
    graded: Graded
    discount: Fraction = field(init=False)
    universal: list[int] = field(init=False)  # models in which all deterministic policies are meant
    points: list[Point] = field(init=False)

    def __post_init__(self) -> None:
        self.discount = self.claim.discount or ANY_DISCOUNT
        self.universal = sorted({x.model for x in self.claim.acceptable if x.over is None})
        graded = zip(self.graded.members, self.graded.levels, strict=True)
        self.points = [Point(model, table, level) for (model, table), level in graded]

    def witness(self) -> SeparationWitness:
        """Return the simplest of the witnesses that serve."""
        if not any(point.level for point in self.points):
            return self.made([()], [])
        if not self.universal:
            return self.compared(self.points)
        marks = self.marks()
        told = {i for one in marks for i in self.told(one)}
        rest = [x for i, x in enumerate(self.points) if x.level and i not in told]
        few = None if len(marks) == 1 and not rest else self.few_behaviours()
        if few is not None:
            return self.compared([*self.points, *few])
        return self.marked_and_compared(marks, rest) if rest else self.marked(marks)

    def made(
        self, rewards: Sequence[Reward], told: Iterable[Told], visits: Iterable[StateOccupancy] = ()
    ) -> SeparationWitness:
        """Return a witness; a function of one return gets a base where there are several rewards."""
        base = None
        if self.formalism == "onmr" and len(rewards) > 1:
            needed = least_base(self.claim, self.returns(rewards))
            base = 10 ** (int(needed).bit_length() * 30_103 // 100_000)  # log 2 = 0.30102..
            base *= 1 if base > needed else 10
        rows: list[Row] = [
            (tuple(wanted.get(i) for i in range(len(rewards))), Fraction(level)) for wanted, level in told
        ]
        return SeparationWitness(self.discount, tuple(rewards), base, tuple(rows), _ZERO, tuple(visits))

    def returns(self, rewards: Sequence[Reward]) -> Returns:
        """Return what the kernel knows of returns under some rewards."""
        return returns_of(self.graded.sight.chains, self.discount, rewards)

    def accepted(
        self, points: Sequence[Point], make: Callable[[Figures], SeparationWitness | None]
    ) -> SeparationWitness:
        """Return a witness with figures of these policies and of all that the claim names.

        Rough figures are taken where the kernel accepts them. A law has a name in each model where a policy
        has it, and the kernel asks for the visits of each.
        """
        named = (Point(m, t, self.graded.level(m, t)) for m, t in named_policies(self.claim))
        every = list(dict.fromkeys([*points, *named]))
        for figures in figures_of(self.claim.models, every, self.discount):
            proof = make(figures)
            if proof is not None and (figures.is_exact or self.is_accepted(proof)):
                return proof
        raise InternalError("exact figures gave no witness")

    def is_accepted(self, proof: SeparationWitness) -> bool:
        """Say whether the kernel accepts a witness."""
        try:
            check(self.claim, self.formalism, proof)
        except Refused:
            return False
        return True

    # -- all returns compared -----------------------------------------------------------------------------

    def compared(self, points: Sequence[Point]) -> SeparationWitness:
        """Return a witness with one reward, from the returns of all policies that there are."""

        def make(figures: Figures) -> SeparationWitness:
            told = (({0: value}, level) for value, level in figures.runs())
            return self.made([figures.reward], told, figures.visits)

        return self.accepted(points, make)

    def few_behaviours(self) -> list[Point] | None:
        """Return the policies that the task means and does not name, one a behaviour, if they are few."""
        found: list[Point] = []
        for model in self.universal:
            chain = self.graded.sight.chains[model]
            tables = list(islice(kept(chain, bytearray([1]) * len(chain.state)), _FEW_BEHAVIOURS + 1))
            if len(tables) + len(found) > _FEW_BEHAVIOURS:
                return None
            unnamed = (t for t in tables if self.graded.sight.name(model, t) not in self.graded.numbers)
            found += [Point(model, table, 0) for table in unnamed]
        return found

    # -- marks --------------------------------------------------------------------------------------------

    def marks(self) -> list[Marked]:
        """Return marks that tell deterministic policies above the bottom, few if that is quickly seen."""
        found: list[Marked] = []
        chains = self.graded.sight.chains
        sure = [x for x in self.points if all(len(x.table[s]) == 1 for s in self.reached(x))]
        for level in sorted({x.level for x in sure} - {0}, reverse=True):
            members = [x for x in sure if x.level == level]
            together = self.mark(members)
            if self.is_alone(together):
                found.append(together)
                continue
            mine: list[Marked] = []
            is_quick = len(members) ** 2 * len(self.points) * len(chains[0].index) <= _WORK
            for point in members:
                for i, one in enumerate(mine if is_quick else ()):
                    larger = self.mark([*one.points, point])
                    if self.is_alone(larger):
                        mine[i] = larger
                        break
                else:
                    single = self.mark([point])
                    mine += [single] if self.is_alone(single) else []
            found += mine
        return found

    def reached(self, point: Point) -> list[int]:
        return self.graded.sight.chains[point.model].behaviour(point.table)[0]

    def mark(self, members: Sequence[Point]) -> Marked:
        """Return the mark of some policies: 0 for what some of them does, -1 for everything else."""
        models = self.claim.models
        nexts: dict[tuple[int, int], set[int]] = {}
        for point in members:
            for s in self.reached(point):
                a = point.table[s][0][0]
                nexts.setdefault((s, a), set()).update(t for t, _ in models[point.model].rows[s][a])
        visited = {s for s, _ in nexts}
        entries: list[RewardEntry] = []
        for s in range(len(models[0].states)):
            if len(models) == 1 and s not in visited:
                continue  # whoever comes here has already left the steps that are marked 0
            for a in sorted({a for model in models for a in model.rows[s]}):
                if (s, a) not in nexts:
                    entries.append(RewardEntry(s, a, None, -_ONE))
                elif len(models) > 1:
                    possible = {t for model in models for t, _ in model.rows[s].get(a, ())}
                    entries += [RewardEntry(s, a, t, -_ONE) for t in sorted(possible - nexts[s, a])]
        return Marked(members[0].level, tuple(members), tuple(entries))

    def is_alone(self, one: Marked) -> bool:
        """Say whether all policies that a mark gives 0, named or meant, are named and of its level."""
        if len(one.points) == 1 and len(self.claim.models) == 1:
            return True
        if any(self.points[i].level != one.level for i in self.told(one)):
            return False
        try:
            return not any(self.strangers(one))
        except TooLarge:
            return False

    def told(self, one: Marked) -> Iterator[int]:
        """Yield the numbers of the named policies that a mark gives 0."""
        if len(one.points) == 1 and len(self.claim.models) == 1:
            yield self.points.index(one.points[0])
            return
        returns = self.returns([one.reward])
        for i, x in enumerate(self.points):
            if returns.is_at(0, x.model, x.table, _ZERO):
                yield i

    def strangers(self, one: Marked) -> Iterator[Point]:
        """Yield the policies that the task means and does not name and that a mark gives 0."""
        sight, returns = self.graded.sight, self.returns([one.reward])
        for model in self.universal:
            allowed = returns.rule(model, [_ZERO])
            assert allowed is not None
            for table in kept(sight.chains[model], allowed):
                if sight.name(model, table) not in self.graded.numbers:
                    yield Point(model, table, 0)

    def marked(self, marks: Sequence[Marked]) -> SeparationWitness:
        """Return a witness by marks alone."""
        return self.made([one.reward for one in marks], _told(marks))

    def marked_and_compared(self, marks: Sequence[Marked], rest: Sequence[Point]) -> SeparationWitness:
        """Return a witness by marks and, for the rest, by a generic reward and marks of their own."""
        own = {point: self.mark([point]) for point in rest if self.random_state(point) is None}
        strangers = [stranger for one in own.values() for stranger in self.strangers(one)]

        def make(figures: Figures) -> SeparationWitness | None:
            rewards = [one.reward for one in marks]
            told: list[Told] = []
            for point in rest:
                wanted: dict[int, Number] = {}
                if point in own:
                    wanted[_place(rewards, own[point].reward)] = _ZERO
                elif self.is_dangerous(point):
                    for reward, value in self.choices(point, figures):
                        if value is None:
                            return None
                        wanted[_place(rewards, reward)] = value
                told.append((wanted, point.level))
            for (wanted, _), point in zip(told, rest, strict=True):
                wanted[len(rewards)] = figures.value(point)
            return self.made([*rewards, figures.reward], [*told, *_told(marks)], figures.visits)

        return self.accepted([*self.points, *strangers], make)

    def random_state(self, point: Point) -> int | None:
        """Return a state where a policy goes and takes several actions, if there is one."""
        return next((s for s in self.reached(point) if len(point.table[s]) > 1), None)

    def choices(self, point: Point, figures: Figures) -> Iterator[tuple[Reward, Number | None]]:
        """Yield two rewards of 1, for two actions of a policy in one state, with its returns."""
        s = self.random_state(point)
        assert s is not None
        visits = figures.visit(self.claim.models, point, s, self.discount)
        for a, p in point.table[s][:2]:
            yield (RewardEntry(s, a, None, _ONE),), None if visits is None else _times(p, visits)

    def is_dangerous(self, point: Point) -> bool:
        """Say whether a policy stands above some set among all deterministic policies."""
        sets = zip(self.claim.acceptable, self.graded.floor, strict=True)
        return any(accept.over is None and point.level > floor for accept, floor in sets)


def _told(marks: Sequence[Marked]) -> list[Told]:
    return [({i: _ZERO}, one.level) for i, one in enumerate(marks)]


def _times(p: Fraction, value: Number) -> Number:
    return Interval(p * value.lo, p * value.hi) if isinstance(value, Interval) else p * value


def _place(rewards: list[Reward], reward: Reward) -> int:
    """Return the place of a reward, which is added if it is new."""
    if reward not in rewards:
        rewards.append(reward)
    return rewards.index(reward)
