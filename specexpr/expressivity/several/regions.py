"""Answer a question about all thresholds met by free rewards: inside and outside of a convex region.

A region {J_k >= c_k for all k} is an intersection of half-spaces of occupancies. So it is convex: with some
policies every other is inside whose occupancy is a mean of theirs. Constraints put the better sides of `>`
inside, and of other constraints the one side with the other. The least set of policies that is closed under
both rules is inside in every region that serves. Conversely, if no worse side of a `>` is in it, each policy
that is not is cut off by a hyperplane; these hyperplanes are the rewards, and exactly that set is inside.

**How few.** What one threshold keeps out can be kept out together iff no mean of it is a mean of policies
inside. So thresholds colour the policies outside, and the groups that cannot have one colour are found as
they are needed: colour with as few as are left possible, try each colour, add the group that shows why not.

**All deterministic policies.** A deterministic b is a vertex of the occupancies: it is a mean of others only
if these behave like it. So no hull is needed to see that b stays outside, and few rewards keep all out: let
K be some of the choices of b from which each policy inside deviates somewhere. Pay 1 for each deviation.
Policies inside get something, b and whoever else keeps to K get nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from math import ceil

from specexpr.certify.checking import check
from specexpr.certify.kinds.hull import HullCertificate, Inside
from specexpr.certify.kinds.region import RegionWitness
from specexpr.certify.kinds.thresholds import Threshold
from specexpr.certify.kinds.vertices import VerticesWitness, most_rewards
from specexpr.certify.model import AcceptableSet, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.ordering import MOST_BEHAVIOURS, holds
from specexpr.certify.outcomes import Returns, kept, returns_of
from specexpr.certify.proofs import Refused, RewardEntry, TooLarge
from specexpr.certify.thresholds_met import may_meet
from specexpr.expressivity.several.closing import Closure
from specexpr.expressivity.several.colouring import Colouring
from specexpr.expressivity.several.compared import (
    OUT_OF_TIME,
    TRIED,
    Asked,
    Blend,
    Compared,
    TimeIsUp,
    twins,
)
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import GIVE_A_DISCOUNT, Undecided, Verdict, proved

Proof = RegionWitness | HullCertificate | VerticesWitness

_FEW = 64  # behaviours of all deterministic policies, up to which they are listed one by one
_MOST_REWARDS = 300
_PRUNED = 40  # rewards, up to which each is tried to be spared
_LISTED = 1_000  # behaviours that are valued one by one to find few rewards
_TRIED = 25
_PASSED = 200  # policies that are outside although the kernel looks at them, up to which none gets a reward
_ZERO, _ONE = Fraction(0), Fraction(1)


def answer_by_regions(question: Question) -> Verdict:
    """Return a proved verdict: rewards with thresholds, or policies that get inside with others."""
    from specexpr.expressivity.several.region_text import speak

    return proved(question, "feasible", _proof(question), speak)


def _proof(question: Question) -> Proof | Undecided:
    claim = question.claim()
    pair = twins(claim)
    if pair is not None:
        steps = Inside(pair.model, pair.better, pair), Inside(pair.model, pair.worse, None, ((0, _ONE),))
        return HullCertificate(claim.discount, steps, pair)
    if claim.discount is not None:
        return _at(claim, question.deadline)
    for discount in TRIED:
        found = _at_any_discount(claim, _at(replace(claim, discount=discount), question.deadline))
        if found is not None:
            return found
    return Undecided(GIVE_A_DISCOUNT)


def _at(claim: Claim, deadline: float | None) -> Proof | Undecided:
    """Return a proof at the discount of a claim."""
    try:
        return _Search(claim, deadline).run()
    except TimeIsUp:
        return Undecided(OUT_OF_TIME)
    except TooLarge as limit:
        if claim.constraints or len(claim.acceptable) != 1 or claim.acceptable[0].over is not None:
            return Undecided(f"limit: {limit}")
        return VerticesWitness(most_rewards(claim, "feasible"))


def _at_any_discount(claim: Claim, found: Proof | Undecided) -> Proof | Undecided | None:
    """Return what a proof at one discount shows where some discount is to do; None if it shows nothing."""
    match found:
        case RegionWitness():
            return replace(found, overlaps=(), numbers=())
        case HullCertificate():
            proof = replace(found, discount=None, numbers=())
            try:
                check(claim, "feasible", proof)
            except Refused:
                return None
            return proof
        case _:
            return found


@dataclass(slots=True)
class _Search:
    """The search at one discount."""

    claim: Claim
    deadline: float | None
    compared: Compared = field(init=False)
    closure: Closure = field(init=False)
    large: list[AcceptableSet] = field(init=False)
    returns: Returns = field(init=False)
    rewards: list[Threshold] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.compared = Compared(self.claim, "feasible", self.claim.fixed_discount, self.deadline)
        self.closure = Closure(self.compared)
        self.returns = Returns(self.compared.sight.chains, self.claim.fixed_discount, [])

    def run(self) -> RegionWitness | HullCertificate:
        self.compared.add_constraints()
        self.large = self.compared.add_sets(most=_FEW)
        for accept in self.large:
            self.compared.add_set(accept, islice(self.strangers(accept), 1))
        broken = self.closure.close() or self.intruder()
        if broken is not None:
            return self.closure.certificate(broken)
        colouring = Colouring(self.compared, list(self.closure.reasons))
        for accept in self.large:
            broken = self.keep_out(accept)
            if broken is not None:
                return self.closure.certificate(broken)
        self.keep_out_named(colouring)
        self.prune()
        if self.large and len(self.rewards) > 1:
            self.try_fewer(colouring)
        return self.witness(colouring)

    # -- sets among very many policies --------------------------------------------------------------------

    def strangers(self, accept: AcceptableSet) -> Iterator[Table]:
        """Yield deterministic policies that behave like no accepted one, while some are among the first."""
        chain = self.compared.sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        for table in islice(kept(chain, bytearray([1]) * len(chain.state)), len(good) + 1):
            if chain.behaviour(table)[1] not in good:
                yield table

    def intruder(self) -> Asked | None:
        """Return what is asked of a policy that behaves like one inside, but is not accepted."""
        sight = self.compared.sight
        for accept in self.large:
            names = self.compared.listed(accept)
            for i in tuple(self.closure.reasons):
                table = sight.moved(*self.compared.members[i], accept.model)
                if table is not None and names.name(table) not in names.good:
                    return self.ask(accept, table)
        return None

    def ask(self, accept: AcceptableSet, bad: Table) -> Asked:
        """Add that a policy is not accepted, and return it."""
        c = PolicyConstraint(accept.model, accept.good[0], bad, Relation.STRICT, accept.line)
        self.compared.add(c)
        return Asked(
            c.relation, self.compared.number(c.model, c.better), self.compared.number(c.model, bad), c
        )

    def keep_out(self, accept: AcceptableSet) -> Asked | None:
        """Add rewards until all policies that are not accepted are outside, or return one that is inside.

        Raises TooLarge.
        """
        chain = self.compared.sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        self.push(self.mark())
        while True:
            passed = 0
            for bad in may_meet(self.returns, accept.model, [one.least for one in self.rewards]):
                self.compared.watch()
                if chain.behaviour(bad)[1] in good:
                    continue
                if passed < _PASSED and not self.is_inside(self.compared.number(accept.model, bad)):
                    passed += 1
                    continue
                one = self.against(accept.model, bad)
                if isinstance(one, Blend):
                    broken = self.ask(accept, bad)
                    self.closure.reasons[broken.worse] = one
                    return broken
                self.push(one)
                break
            else:
                return None

    def push(self, one: Threshold) -> None:
        """Add a reward. Raises TooLarge."""
        if len(self.rewards) == _MOST_REWARDS:
            raise TooLarge(f"more than {_MOST_REWARDS} rewards would be written out")
        self.rewards.append(one)
        self.returns.gains += returns_of(self.returns.chains, self.returns.discount, [one.reward]).gains

    def is_inside(self, i: int) -> bool:
        """Say whether a point meets all thresholds."""
        return all(self.compared.value(i, one.reward) >= one.least for one in self.rewards)

    def mark(self) -> Threshold:
        """Return -1 for every pair that nothing inside takes where it goes; who is never charged passes."""
        taken: set[tuple[int, int]] = set()
        for i in self.closure.reasons:
            model, table = self.compared.members[i]
            for s in self.compared.sight.chains[model].behaviour(table)[0]:
                taken.update((s, a) for a, _ in table[s])
        met = {s for s, _ in taken}
        pairs = {(s, a) for model in self.claim.models for s, row in enumerate(model.rows) for a in row}
        charged = sorted((s, a) for s, a in pairs - taken if s in met)
        return Threshold(tuple(RewardEntry(s, a, None, -_ONE) for s, a in charged), _ZERO)

    def against(self, model: int, bad: Table) -> Threshold | Blend:
        """Return a threshold that keeps a policy outside, with others that do as it does in few states."""
        reached = self.compared.sight.chains[model].behaviour(bad)[0]
        left = dict.fromkeys(self.closure.reasons)
        states: list[int] = []
        while left:
            found = {s: [i for i in left if self.share(i, [s], bad)] for s in reached if s not in states}
            best = max(found, key=lambda s: len(found[s]), default=None)
            if best is None or not found[best]:
                bad_point = self.compared.number(model, bad)
                return self.compared.half(list(self.closure.reasons), [bad_point])
            states.append(best)
            for i in found[best]:
                del left[i]
        models = self.claim.models
        entries = []
        for s in sorted(states):
            others = sorted({a for m in models for a in m.rows[s]} - {bad[s][0][0]})
            entries += [RewardEntry(s, a, None, _ONE) for a in others]
        least = min(self.share(i, states, bad) for i in self.closure.reasons)
        return Threshold(tuple(entries), Fraction(1, ceil(1 / least)))

    def share(self, i: int, states: Sequence[int], bad: Table) -> Fraction:
        """Return how often a point does in some states what a deterministic policy does not."""
        entries = self.compared.visits(i).items()
        return sum((x for (s, a, _), x in entries if s in states and a != bad[s][0][0]), _ZERO)

    # -- named policies -----------------------------------------------------------------------------------

    def keep_out_named(self, colouring: Colouring) -> None:
        """Add few rewards that keep the named policies outside that must be. Raises TimeIsUp, TooLarge."""
        base = len(self.rewards)
        out: dict[int, None] = {}
        while True:
            out |= dict.fromkeys(x.worse for x in self.missed())
            self.follow(out)
            del self.rewards[base:], self.returns.gains[base:]
            for one in colouring.cover([j for j in out if self.is_inside(j)]):
                self.push(one)
            if not any(True for _ in self.missed()):
                return

    def try_fewer(self, colouring: Colouring) -> None:
        """Keep all policies outside by fewer rewards if that is found by a look at all behaviours."""
        every = [self.compared.behaviours(accept.model, MOST_BEHAVIOURS) for accept in self.large]
        listed = [tables for tables in every if tables is not None]
        if len(listed) < len(every):
            return
        best = self.rewards
        flat = self.all_flat(colouring, listed)
        if flat and len(flat) < len(best):
            best = flat
        out: dict[int, None] = {}
        for _ in range(_TRIED if sum(map(len, listed)) <= _LISTED else 0):
            out |= dict.fromkeys(x.worse for x in self.missed())
            self.follow(out)
            self.rewards = colouring.cover(list(out))
            if len(self.rewards) >= len(best):
                break
            pairs = zip(self.large, listed, strict=True)
            found = [i for i in (self.stranger(accept, tables) for accept, tables in pairs) if i is not None]
            out |= dict.fromkeys(found)
            if not found and not any(True for _ in self.missed()):
                return
        self.rewards = best

    def all_flat(self, colouring: Colouring, listed: Sequence[Sequence[Table]]) -> list[Threshold]:
        """Return two thresholds of which every policy outside misses one, if two of one reward do."""
        out = {x.worse: None for x in self.compared.asked if x.relation is Relation.STRICT}
        self.follow(out)
        for accept, tables in zip(self.large, listed, strict=True):
            chain = self.compared.sight.chains[accept.model]
            good = {chain.behaviour(table)[1] for table in accept.good}
            bad = (table for table in tables if chain.behaviour(table)[1] not in good)
            out |= dict.fromkeys(self.compared.number(accept.model, table) for table in bad)
        before, self.rewards = self.rewards, colouring.flat(list(out))
        does = bool(self.rewards) and not any(True for _ in self.missed())
        found, self.rewards = self.rewards, before
        return found if does else []

    def stranger(self, accept: AcceptableSet, tables: Sequence[Table]) -> int | None:
        """Return a policy that is inside and not accepted, one that is far inside."""
        chain = self.compared.sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        best, most = None, None
        for table in tables:
            i = self.compared.number(accept.model, table)
            if chain.behaviour(table)[1] not in good and self.is_inside(i):
                room = min((self.compared.value(i, x.reward) - x.least for x in self.rewards), default=_ZERO)
                if most is None or room > most:
                    best, most = table, room
        return None if best is None else self.ask(accept, best).worse

    def missed(self) -> Iterator[Asked]:
        """Yield what is asked and not met; its worse side is inside and can be put outside."""
        for x in self.compared.asked:
            sides = Fraction(self.is_inside(x.better)), Fraction(self.is_inside(x.worse))
            if not holds(x.relation, *sides):
                yield x if sides[1] else replace(x, better=x.worse, worse=x.better)

    def follow(self, out: dict[int, None]) -> None:
        """Add what must be outside because something better is."""
        is_new = True
        while is_new:
            size = len(out)
            for x in self.compared.asked:
                if x.better in out and x.relation is not Relation.STRICT:
                    out[x.worse] = None
                if x.worse in out and x.relation is Relation.TIE:
                    out[x.better] = None
            is_new = len(out) > size

    # -- the witness --------------------------------------------------------------------------------------

    def prune(self) -> None:
        """Take rewards away that are not needed, the longest first; one is left."""
        for one in sorted(self.rewards, key=lambda one: -len(one.reward)):
            if len(self.rewards) > _PRUNED or len(self.rewards) == 1:
                return
            place = self.rewards.index(one)
            gains = self.returns.gains.pop(place)
            del self.rewards[place]
            if not self.serves():
                self.rewards.insert(place, one)
                self.returns.gains.insert(place, gains)

    def serves(self) -> bool:
        """Say whether the rewards do, as far as it is quickly seen."""
        if any(True for _ in self.missed()):
            return False
        for accept in self.large:
            chain = self.compared.sight.chains[accept.model]
            good = {chain.behaviour(table)[1] for table in accept.good}
            rivals = may_meet(self.returns, accept.model, [one.least for one in self.rewards])
            try:
                for table in islice(rivals, _PASSED + len(good)):
                    if chain.behaviour(table)[1] in good:
                        continue
                    if self.is_inside(self.compared.number(accept.model, table)):
                        return False
                if any(True for _ in rivals):
                    return False
            except TooLarge:
                return False
        return True

    def sure_sides(self) -> tuple[dict[int, None], dict[int, None]]:
        """Return the points that must be inside, means aside, and those that must be outside."""
        fewer = Closure(self.compared)
        fewer.follow()
        out = {x.worse: None for x in self.compared.asked if x.relation is Relation.STRICT}
        self.follow(out)
        return dict.fromkeys(fewer.reasons), out

    def witness(self, colouring: Colouring) -> RegionWitness:
        """Return the witness, with what shows how many rewards are needed."""
        rewards = tuple(self.rewards) or (Threshold((), _ZERO),)
        overlaps = colouring.overlaps(*self.sure_sides())
        mixed = [(m, t) for one in overlaps for side in (one.inside, one.outside) for m, t, _ in side]
        numbers = tuple(self.compared.node_numbers(mixed))
        visits = tuple(self.compared.occupancies()) if any(one.least for one in rewards) else ()
        return RegionWitness(self.claim.fixed_discount, rewards, overlaps, visits, numbers)
