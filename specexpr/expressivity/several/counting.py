"""Answer a question about numbers of thresholds met by free rewards: as for any function of the occupancy.

The levels of a graded task (`grading`) become counts, in several ways, of which the one with the fewest
thresholds is taken:

- Where one Markov reward orders everything as asked, thresholds of this reward, as few as tell apart what a
  strict constraint tells apart.
- For each level, half-spaces of occupancies that together cover the policies from this level on and no other.
- One generic reward, with a step up or down wherever its return passes from one level to another.
- Where sets among very many policies are accepted, marks that only good policies meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, pairwise

from specexpr.certify.asked import Listed
from specexpr.certify.chain import SMALL
from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.kinds.thresholds import Threshold, ThresholdsWitness
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.ordering import holds
from specexpr.certify.outcomes import kept, named_policies
from specexpr.certify.proofs import RewardEntry, RewardWitness, StateOccupancy, TooLarge
from specexpr.exact import common_denominator
from specexpr.expressivity.generic_reward import Coordinate, Point, exact_reward, step_visits
from specexpr.expressivity.grading import Graded, grade
from specexpr.expressivity.separating import Marked, sufficient_marks
from specexpr.expressivity.task import Question
from specexpr.expressivity.value_tables import ANY_DISCOUNT
from specexpr.expressivity.verdict import Expressible, Undecided, Verdict, proved
from specexpr.models.occupancy import state_occupancy
from specexpr.solve.cone import Direction
from specexpr.solve.rows import decide_rows

_FEW = 64
"""So many behaviours in place of all deterministic policies are looked at in every way."""

_MANY = 1_000
_COVERED = 24  # policies of a level that several half-spaces are sought for
_ZERO, _ONE = Fraction(0), Fraction(1)


def answer_by_counting(question: Question) -> Verdict:
    """Return a proved verdict: rewards with thresholds, or a circle of constraints."""
    from specexpr.expressivity.several.counting_text import speak

    return proved(question, "maxsat", _proof(question), speak)


def _proof(question: Question) -> ThresholdsWitness | CycleCertificate | Undecided:
    claim = question.claim()
    graded = grade(claim, "maxsat")
    if isinstance(graded, CycleCertificate):
        return graded
    try:
        return _Counting(question, claim, graded).witness()
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")


@dataclass(slots=True)
class _Counting:
    question: Question
    claim: Claim
    graded: Graded
    discount: Fraction = field(init=False)
    points: list[Point] = field(init=False)
    numbers: dict[object, int] = field(init=False)
    asked: list[tuple[Relation, int, int]] = field(default_factory=list)
    visits: list[Mapping[Coordinate, Fraction]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.discount = self.claim.discount or ANY_DISCOUNT
        graded = self.graded
        self.points = [Point(m, t, x) for (m, t), x in zip(graded.members, graded.levels, strict=True)]
        self.numbers = dict(graded.numbers)

    def witness(self) -> ThresholdsWitness:
        """Return the witness with the fewest thresholds of those that are found."""
        universal = sorted({x.model for x in self.claim.acceptable if x.over is None})
        behaviours = self.behaviours(universal, _FEW)
        found: list[tuple[Threshold, ...]] = []
        if behaviours is not None:
            self.enter(behaviours)
            found += [x for x in (self.by_one_reward(), self.by_halves()) if x is not None]
            found.append(self.by_steps())
        else:
            marks = sufficient_marks(self.claim, self.graded)
            behaviours = {} if marks is not None else self.behaviours(universal, _MANY)
            if behaviours is None:
                raise TooLarge(f"more than {_MANY} deterministic policies would have to be counted")
            self.enter(behaviours)
            if marks is None:
                found.append(self.by_steps())
            else:
                found += map(_marked, marks)
        served = [self.pruned(some) for some in found if self.meets(self.counts(some))]
        if not served:
            raise TooLarge("good policies cannot be told from all others by what they do alone")
        best = min(served, key=lambda some: (len(some), _entries(some)))
        return ThresholdsWitness(self.discount, best, tuple(self.way()), tuple(self.carried(best)))

    # -- what is compared ---------------------------------------------------------------------------------

    def behaviours(self, universal: Sequence[int], most: int) -> dict[int, list[Table]] | None:
        """Return a deterministic policy for each behaviour of some models, if they are few."""
        found: dict[int, list[Table]] = {}
        for model in universal:
            chain = self.graded.sight.chains[model]
            every = kept(chain, bytearray([1]) * len(chain.state))
            found[model] = list(islice(every, most + 1 - sum(map(len, found.values()))))
            if sum(map(len, found.values())) > most:
                return None
        return found

    def enter(self, behaviours: Mapping[int, Sequence[Table]]) -> None:
        """Enter everything that is asked, policies by their numbers."""
        for c in self.claim.constraints:
            assert isinstance(c, PolicyConstraint)
            self.asked.append((c.relation, self.number(c.model, c.better), self.number(c.model, c.worse)))
        for accept in self.claim.acceptable:
            good, bad = self.sides(accept, behaviours.get(accept.model, ()))
            self.asked += [(Relation.STRICT, i, j) for i in good for j in bad]
            if accept.acceptance is Acceptance.EQUAL:
                self.asked += [(Relation.TIE, i, j) for i, j in pairwise(good)]
        self.visits = [
            dict(step_visits(self.claim.models[x.model], x.table, self.discount)) for x in self.points
        ]

    def number(self, model: int, table: Table) -> int:
        """Return the number of a policy, which is new at the bottom if it is not named."""
        name = self.graded.sight.name(model, table)
        if name not in self.numbers:
            self.numbers[name] = len(self.points)
            self.points.append(Point(model, table, 0))
        return self.numbers[name]

    def sides(self, accept: AcceptableSet, behaviours: Sequence[Table]) -> tuple[list[int], list[int]]:
        """Return the good and the other policies of a set; of all deterministic ones these, or the named."""
        merged = self.claim.modulo_unreachable or accept.over is None
        names = Listed(self.graded.sight.chains[accept.model], accept, merged=merged)
        over = behaviours if accept.over is None else accept.over
        if accept.over is None and not behaviours:  # then those that are named, wherever
            sight = self.graded.sight
            moved = (sight.moved(x.model, x.table, accept.model) for x in list(self.points))
            over = [table for table in moved if table is not None]
        tables = [*accept.good, *over]
        found: tuple[dict[int, None], dict[int, None]] = {}, {}
        for table in tables:
            found[names.name(table) not in names.good][self.number(accept.model, table)] = None
        return list(found[0]), list(found[1])

    def value(self, i: int, reward: Sequence[RewardEntry]) -> Fraction:
        """Return the return of a policy by its number."""
        here = self.visits[i]
        return sum((x.value * here.get((x.state, x.action, x.next), _ZERO) for x in reward), _ZERO)

    def meets(self, counts: Sequence[int]) -> bool:
        """Say whether counts are as asked."""
        return all(holds(relation, counts[i], counts[j]) for relation, i, j in self.asked)

    def met(self, one: Threshold) -> list[bool]:
        """Return for each policy whether it meets a threshold."""
        return [self.value(i, one.reward) >= one.least for i in range(len(self.points))]

    def counts(self, some: Sequence[Threshold]) -> list[int]:
        """Return for each policy how many thresholds it meets."""
        found = [0] * len(self.points)
        for one in some:
            found = [n + is_met for n, is_met in zip(found, self.met(one), strict=True)]
        return found

    def pruned(self, some: Sequence[Threshold]) -> tuple[Threshold, ...]:
        """Return thresholds without those that are not needed; at least one is left."""
        met = {one: self.met(one) for one in some}
        kept_ones, counts = list(some), self.counts(some)
        for one in some:
            fewer = [n - met[one][i] for i, n in enumerate(counts)]
            if self.meets(fewer) and not self.is_guard(kept_ones, one):
                counts = fewer
                kept_ones.remove(one)
        return tuple(kept_ones) or (Threshold((), _ZERO),)

    def is_guard(self, some: Sequence[Threshold], one: Threshold) -> bool:
        """Say whether good policies that need not be compared with named ones would meet no threshold."""
        left = [other for other in some if other is not one] if some.count(one) == 1 else list(some)
        for accept in self.claim.acceptable:
            if accept.over is None:
                for table in accept.good:
                    i = self.number(accept.model, table)
                    if not any(self.value(i, other.reward) >= other.least for other in left):
                        return True
        return False

    # -- ways to count ------------------------------------------------------------------------------------

    def by_one_reward(self) -> tuple[Threshold, ...] | None:
        """Return thresholds of one reward that orders everything as asked, if there is such a reward."""
        from specexpr.expressivity.markov import decide_markov_reward

        options = replace(self.question.options, discount=self.discount, any_discount=None)
        match decide_markov_reward(replace(self.question, options=options)):
            case Expressible(witness=witness) if isinstance(witness.proof, RewardWitness):
                reward = witness.proof.reward
            case _:
                return None
        values = [self.value(i, reward) for i in range(len(self.points))]
        if not all(holds(relation, values[i], values[j]) for relation, i, j in self.asked):
            return None
        gaps = sorted((values[i], values[j]) for relation, i, j in self.asked if relation is Relation.STRICT)
        cuts: list[Fraction] = []
        for high, low in gaps:  # the least upper end first: the cut there serves most of what follows
            if not cuts or cuts[-1] <= low:
                cuts.append(high)
        return tuple(Threshold(reward, cut) for cut in cuts)

    def by_halves(self) -> tuple[Threshold, ...] | None:
        """Return half-spaces that cover the policies of each level and above, and none below."""
        found: list[Threshold] = []
        for level in range(1, max((x.level for x in self.points), default=0) + 1):
            inside = [i for i, x in enumerate(self.points) if x.level >= level]
            outside = [i for i, x in enumerate(self.points) if x.level < level]
            whole = self.half(inside, outside)
            if whole is not None:
                found.append(whole)
            elif len(inside) > _COVERED or not self.cover(inside, outside, found):
                return None
        return tuple(found)

    def cover(self, inside: Sequence[int], outside: Sequence[int], found: list[Threshold]) -> bool:
        """Add half-spaces that cover all policies inside and none outside; say whether there are any."""
        left = list(inside)
        while left:
            members = [left[0]]
            best = self.half(members, outside)
            if best is None:
                return False
            for i in left[1:]:
                larger = self.half([*members, i], outside)
                if larger is not None:
                    members.append(i)
                    best = larger
            found.append(best)
            is_met = self.met(best)
            left = [i for i in left if not is_met[i]]
        return True

    def half(self, inside: Sequence[int], outside: Sequence[int]) -> Threshold | None:
        """Return a threshold that these policies meet and those do not, if one reward tells them so."""
        is_family = len(self.claim.models) > 1
        coordinates = sorted(
            {c for i in (*inside, *outside) for c in self.visits[i] if (c[2] is not None) == is_family},
            key=lambda c: (c[0], c[1], -1 if c[2] is None else c[2]),
        )
        rows: list[list[int]] = []
        for i in (*inside, *outside):
            numbers = [self.visits[i].get(c, _ZERO) for c in coordinates]
            whole, _ = common_denominator([*numbers, _ONE])
            sign = 1 if len(rows) < len(inside) else -1
            rows.append([sign * x for x in whole[:-1]] + [-sign * whole[-1]])
        relations = [Relation.WEAK] * len(inside) + [Relation.STRICT] * len(outside)
        match decide_rows(rows, relations, deadline=self.question.deadline):
            case Direction() as direction:
                *values, least = direction.fractions()
                pays = zip(coordinates, values, strict=True)
                return Threshold(tuple(RewardEntry(*c, x) for c, x in pays if x), least)
            case _:
                return None

    def by_steps(self) -> tuple[Threshold, ...]:
        """Return thresholds of a generic reward and of its negative where its return changes the level."""
        found = exact_reward(self.claim.models, self.points, self.discount)
        levels = {x: point.level for x, point in zip(found.returns, self.points, strict=True)}
        against = tuple(replace(entry, value=-entry.value) for entry in found.reward)
        thresholds: list[Threshold] = []
        for low, high in pairwise(sorted(levels)):
            step = levels[high] - levels[low]
            one = Threshold(found.reward, high) if step > 0 else Threshold(against, -low)
            thresholds += [one] * abs(step)
        return tuple(thresholds)

    # -- what goes with a witness -------------------------------------------------------------------------

    def carried(self, thresholds: Sequence[Threshold]) -> Iterator[StateOccupancy]:
        """Yield the visits of policies of large models, where some threshold needs them."""
        chains, models = self.graded.sight.chains, self.claim.models
        if all(not one.least and all(x.value <= 0 for x in one.reward) for one in thresholds):
            return
        everyone = [*named_policies(self.claim), *((x.model, x.table) for x in self.points)]
        seen: set[object] = set()
        for model, table in everyone:
            key = model, chains[model].behaviour(table)[1]
            if len(chains[model].index) > SMALL and key not in seen:
                seen.add(key)
                yield StateOccupancy(model, table, state_occupancy(models[model], table, self.discount))

    def way(self) -> list[PolicyConstraint]:
        """Return constraints that lead down, as many of them strict as can be."""
        edges = list(self.edges())
        best = [0] * len(self.points)
        following: dict[int, tuple[PolicyConstraint, int]] = {}
        is_new = True
        while is_new:
            is_new = False
            for i, j, c in edges:
                length = best[j] + (c.relation is Relation.STRICT)
                if length > best[i]:
                    best[i], following[i], is_new = length, (c, j), True
        here = max(range(len(best)), key=best.__getitem__, default=0)
        found: list[PolicyConstraint] = []
        while here in following:
            c, here = following[here]
            found.append(c)
        while found and found[0].relation is not Relation.STRICT:
            del found[0]
        return found

    def edges(self) -> Iterator[tuple[int, int, PolicyConstraint]]:
        """Yield what is asked between policies, ties both ways; what a set asks with members of it."""
        for c in self.claim.constraints:
            assert isinstance(c, PolicyConstraint)
            i, j = self.number(c.model, c.better), self.number(c.model, c.worse)
            yield i, j, c
            if c.relation is Relation.TIE:
                yield j, i, c
        for accept in self.claim.acceptable:
            names = Listed(
                self.graded.sight.chains[accept.model], accept, merged=self.claim.modulo_unreachable
            )
            good = list(accept.good)
            bad = [t for t in self.others(accept) if names.name(t) not in names.good]
            for better in good:
                for worse in bad:
                    c = PolicyConstraint(accept.model, better, worse, Relation.STRICT, accept.line)
                    yield self.number(accept.model, better), self.number(accept.model, worse), c
            if accept.acceptance is Acceptance.EQUAL:
                for one, other in pairwise(good):
                    c = PolicyConstraint(accept.model, one, other, Relation.TIE, accept.line)
                    i, j = self.number(accept.model, one), self.number(accept.model, other)
                    yield i, j, c
                    yield j, i, c

    def others(self, accept: AcceptableSet) -> Sequence[Table]:
        """Return members of the universe of a set: of all deterministic policies those that are named."""
        if accept.over is not None:
            return accept.over
        here = [x.table for x in self.points if x.model == accept.model]
        chain = self.graded.sight.chains[accept.model]
        few = list(islice(kept(chain, bytearray([1]) * len(chain.state)), len(accept.good) + 1))
        return [table for table in (*here, *few) if all(len(row) == 1 for row in table)]


def _marked(marks: Sequence[Marked]) -> tuple[Threshold, ...]:
    return tuple(Threshold(x.reward, _ZERO) for x in marks for _ in range(x.level))


def _entries(some: Sequence[Threshold]) -> int:
    return sum(len(one.reward) for one in some)
