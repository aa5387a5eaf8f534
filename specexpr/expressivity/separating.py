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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice

from specexpr.certify.chain import SMALL
from specexpr.certify.checking import check
from specexpr.certify.kinds.separation import Row, SeparationWitness
from specexpr.certify.model import Claim, Table
from specexpr.certify.outcomes import Returns, kept, least_base, named_policies, returns_of
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy, TooLarge
from specexpr.exact import Value
from specexpr.expressivity.generic_reward import Point, exact_reward
from specexpr.expressivity.grading import Graded
from specexpr.expressivity.rounded_returns import rounded_reward
from specexpr.expressivity.value_tables import ANY_DISCOUNT
from specexpr.models.occupancy import state_occupancy
from specexpr.models.policy import Behaviours, mark

Reward = tuple[RewardEntry, ...]

_FEW_BEHAVIOURS = 64
_WORK = 1_000_000  # members^2 x policies x states, up to which marks are merged
_ZERO, _ONE = Fraction(0), Fraction(1)


def separation(claim: Claim, formalism: str, graded: Graded) -> SeparationWitness:
    """Return the witness; policies at the bottom are in no row."""
    return _Separation(claim, formalism, graded).witness()


@dataclass(frozen=True, slots=True)
class _Marked:
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
        if len(marks) == 1 and not rest:
            return self.marked(marks, [])
        few = self.few_behaviours()
        return self.marked(marks, rest) if few is None else self.compared([*self.points, *few])

    def made(
        self, rewards: list[Reward], rows: list[Row], *, carried: Sequence[Point] = ()
    ) -> SeparationWitness:
        """Return a witness with exact visits of these policies where models are large."""
        base = None
        if self.formalism == "onmr" and len(rewards) > 1:
            needed = least_base(self.claim, self.returns(rewards))
            base = 10 ** (int(needed).bit_length() * 30_103 // 100_000 + 1)
        visits = tuple(self.visits(carried))
        return SeparationWitness(self.discount, tuple(rewards), base, tuple(rows), _ZERO, visits)

    def returns(self, rewards: Sequence[Reward]) -> Returns:
        return returns_of(self.graded.sight.chains, self.discount, rewards)

    def visits(self, carried: Sequence[Point]) -> Iterator[StateOccupancy]:
        behaviours, seen = Behaviours(self.claim.models), set()
        for model, table in self.and_named(carried):
            key = model, mark(behaviours.of(model, table))
            if key not in seen and len(self.claim.models[model].states) > SMALL:
                seen.add(key)
                visits = state_occupancy(self.claim.models[model], table, self.discount)
                yield StateOccupancy(model, table, visits)

    def and_named(self, points: Sequence[Point]) -> list[tuple[int, Table]]:
        """Return policies and, if there are any, those that the claim names: a law may have many names."""
        return [*((x.model, x.table) for x in points), *(named_policies(self.claim) if points else ())]

    # -- all returns compared -----------------------------------------------------------------------------

    def compared(self, points: Sequence[Point]) -> SeparationWitness:
        """Return a witness with one reward, from the returns of all policies that there are."""
        if max(len(model.states) for model in self.claim.models) > SMALL:
            rounded = self.rounded(points)
            if rounded is not None:
                return rounded
        found = exact_reward(self.claim.models, points, self.discount)
        values = {value: x.level for value, x in zip(found.returns, points, strict=True) if x.level}
        rows: list[Row] = [((value,), Fraction(level)) for value, level in values.items()]
        rows.sort(key=lambda row: -row[1])
        return self.made([found.reward], rows, carried=points)

    def rounded(self, points: Sequence[Point]) -> SeparationWitness | None:
        """Return such a witness with intervals of returns, if the kernel can tell them apart."""
        every = dict.fromkeys(points)
        every |= {Point(m, t, self.graded.level(m, t)): None for m, t in named_policies(self.claim)}
        found = rounded_reward(self.claim.models, list(every), self.discount)
        if found is None:
            return None
        rows = tuple(((value,), Fraction(level)) for value, level in found.levels)
        proof = SeparationWitness(self.discount, (found.reward,), None, rows, _ZERO, found.visits)
        try:
            check(self.claim, self.formalism, proof)
        except Refused:
            return None
        return proof

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

    def marks(self) -> list[_Marked]:
        """Return marks that tell deterministic policies above the bottom, few if that is quickly seen."""
        found: list[_Marked] = []
        chains = self.graded.sight.chains
        sure = [x for x in self.points if all(len(x.table[s]) == 1 for s in self.reached(x))]
        for level in sorted({x.level for x in sure} - {0}, reverse=True):
            members = [x for x in sure if x.level == level]
            together = self.mark(members)
            if self.is_alone(together):
                found.append(together)
                continue
            mine: list[_Marked] = []
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

    def mark(self, members: Sequence[Point]) -> _Marked:
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
        return _Marked(members[0].level, tuple(members), tuple(entries))

    def is_alone(self, one: _Marked) -> bool:
        """Say whether all policies that a mark gives 0, named or meant, are named and of its level."""
        if len(one.points) == 1 and len(self.claim.models) == 1:
            return True
        if any(self.points[i].level != one.level for i in self.told(one)):
            return False
        try:
            return not any(self.strangers(one))
        except TooLarge:
            return False

    def told(self, one: _Marked) -> Iterator[int]:
        """Yield the numbers of the named policies that a mark gives 0."""
        if len(one.points) == 1 and len(self.claim.models) == 1:
            yield self.points.index(one.points[0])
            return
        returns = self.returns([one.reward])
        for i, x in enumerate(self.points):
            if returns.is_at(0, x.model, x.table, _ZERO):
                yield i

    def strangers(self, one: _Marked) -> Iterator[Point]:
        """Yield the policies that the task means and does not name and that a mark gives 0."""
        sight, returns = self.graded.sight, self.returns([one.reward])
        for model in self.universal:
            allowed = returns.rule(model, [_ZERO])
            assert allowed is not None
            for table in kept(sight.chains[model], allowed):
                if sight.name(model, table) not in self.graded.numbers:
                    yield Point(model, table, 0)

    def marked(self, marks: Sequence[_Marked], rest: Sequence[Point]) -> SeparationWitness:
        """Return a witness by marks and, for the rest, by a generic reward and marks of their own."""
        rewards = [one.reward for one in marks]
        told: list[tuple[dict[int, Value], int]] = [({i: _ZERO}, one.level) for i, one in enumerate(marks)]
        points = list(self.points) if rest else []
        before: list[tuple[dict[int, Value], Point]] = []
        for point in rest:
            wanted: dict[int, Value] = {}
            before.append((wanted, point))
            random = next((s for s in self.reached(point) if len(point.table[s]) > 1), None)
            if random is None:
                own = self.mark([point])
                points += self.strangers(own)
                wanted[_place(rewards, own.reward)] = _ZERO
            elif self.is_dangerous(point):
                visits = state_occupancy(self.claim.models[point.model], point.table, self.discount)
                for a, p in point.table[random][:2]:
                    unit = (RewardEntry(random, a, None, _ONE),)
                    wanted[_place(rewards, unit)] = visits[random] * p
        if rest:
            found = exact_reward(self.claim.models, points, self.discount)
            values = dict(zip(points, found.returns, strict=True))
            for wanted, point in before:
                wanted[len(rewards)] = values[point]
            rewards.append(found.reward)
        every = [*((wanted, point.level) for wanted, point in before), *told]
        rows: list[Row] = [
            (tuple(wanted.get(i) for i in range(len(rewards))), Fraction(level)) for wanted, level in every
        ]
        return self.made(rewards, rows, carried=points)

    def is_dangerous(self, point: Point) -> bool:
        """Say whether a policy stands above some set among all deterministic policies."""
        sets = zip(self.claim.acceptable, self.graded.floor, strict=True)
        return any(accept.over is None and point.level > floor for accept, floor in sets)


def _place(rewards: list[Reward], reward: Reward) -> int:
    """Return the place of a reward, which is added if it is new."""
    if reward not in rewards:
        rewards.append(reward)
    return rewards.index(reward)
