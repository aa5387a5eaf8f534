"""Search for a function of a given shape of what policies are worth: of their visits, or of given values.

What tells policies apart, and what the shape asks of their values, a *view* says; the rest is the same for
all of them. The constraints are rows between values of classes of policies. Policies that acceptable sets
rule out join one by one, as the function at hand fails to put them below; each of them brings a new row, so
this ends. Where rows and cuts contradict each other, constraints are taken away as long as a contradiction
is left.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from specexpr.certify.blends import Member, Mixture
from specexpr.certify.chain import Chain
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.ordering import split
from specexpr.certify.proofs import NodeNumbers, Refused, Term, TooLarge
from specexpr.expressivity.acceptable import alike_conflict
from specexpr.expressivity.conflict import paired
from specexpr.expressivity.verdict import Undecided
from specexpr.solve.afriat import Contradiction, Row, Shape, Values
from specexpr.solve.cone import OutOfTime

OUT_OF_TIME = Undecided("time: the limit passed before an answer was proved")

_AT_ONCE = 8  # policies of one set that join at once
_ONE = Fraction(1)


class Function(Protocol):
    """A function of the shape: what any policy is worth to it, in some ordered type."""

    def __call__(self, model: int, table: Table) -> Any: ...


class View(Protocol):
    """What a formalism sees of policies, and which functions of it there are.

    is_convex: values are those of a convex function; the search is for its negative.
    """

    @property
    def is_convex(self) -> bool: ...

    def name(self, model: int, table: Table) -> Hashable:
        """Return what two policies share iff they cannot be told apart."""
        ...

    def shape(self, members: Sequence[Member]) -> Shape[Any]:
        """Return what values of these policies must be."""
        ...

    def function(self, shape: Any, found: Any) -> Function:
        """Return the function that a shape has found."""
        ...

    def simple(self, shape: Any, found: Any, rows: Sequence[Row], deadline: float | None) -> Function:
        """Return a function as simple as may be that meets rows, as the one that the shape has found does."""
        ...

    def numbers(self, members: Iterable[Member]) -> tuple[NodeNumbers, ...]:
        """Return what a proof must carry of some policies."""
        ...


class Expired(Exception):  # noqa: N818 -- not an error: there is no time left
    """The deadline has passed."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What a row states: a constraint; or of the set with that number what it asks of `good`, or of `bad`."""

    constraint: PolicyConstraint | None = None
    accepted: int = -1
    good: Table | None = None
    bad: Table | None = None


@dataclass(slots=True)
class Search:
    """The classes and rows of a claim, growing."""

    claim: Claim
    view: View
    deadline: float | None = None
    members: list[Member] = field(default_factory=list)
    values: Values[Any] = field(default_factory=Values)
    sources: list[_Source] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _known: set[tuple[int, int]] = field(default_factory=set)

    def run(self) -> Function | JensenCertificate | Undecided:
        """Return a function that orders everything as asked, or constraints that no function meets."""
        try:
            return self._run()
        except TooLarge as limit:
            return Undecided(f"limit: {limit}")
        except Expired:
            return OUT_OF_TIME

    def _run(self) -> Function | JensenCertificate:
        for c in self.claim.constraints:
            if isinstance(c, TrajectoryConstraint):
                raise Refused("the formalism does not compare sequences")
            self.add(c)
        twins = self._twins()
        if twins is not None:
            return self.certificate([twins])
        self.values.others = len(self.claim.acceptable)
        for k, accept in enumerate(self.claim.acceptable):
            self._add_good(k, accept)
        rivals: list[tuple[Table, ...]] | None = None
        while True:
            shape, found = self.solve()
            if isinstance(found, Contradiction):
                return self.certificate(self._constraints(found))
            rivals = self._rivals() if rivals is None else rivals
            function = self.view.function(shape, found)
            rows = tuple(self.values.rows)
            if not self._misses(function, rivals):
                simple = self.view.simple(shape, found, rows, self.deadline)
                return function if self._misses(simple, rivals) else simple
            assert len(self.values.rows) > len(rows), "a function that meets a row fails it"

    def _rivals(self) -> list[tuple[Table, ...]]:
        """Return for each set the policies that good ones must beat. Raises TooLarge."""
        merged = self.claim.modulo_unreachable
        chains = {one.model: Chain(self.claim.models[one.model]) for one in self.claim.acceptable}
        return [tuple(split(chains[one.model], one, merged=merged)[1]) for one in self.claim.acceptable]

    # -- rows ---------------------------------------------------------------------------------------------

    def number(self, model: int, table: Table) -> int:
        """Return the number of the class of a policy."""
        name = self.view.name(model, table)
        if name not in self._numbers:
            self._numbers[name] = len(self.members)
            self.members.append((model, table))
        return self._numbers[name]

    def add(self, c: PolicyConstraint) -> None:
        """Add the row of a constraint."""
        sides = self.number(c.model, c.better), self.number(c.model, c.worse)
        self._row([(sides[0], 1), (sides[1], -1)], c.relation, _Source(c))

    def _row(self, parts: Sequence[tuple[int, int]], relation: Relation, source: _Source) -> None:
        sign = -1 if self.view.is_convex else 1
        self.values.rows.append(Row(tuple((k, sign * n) for k, n in parts), relation))
        self.sources.append(source)

    def _add_good(self, k: int, accept: AcceptableSet) -> None:
        """Add that good policies are worth m, the threshold of their set, or more; or that they tie."""
        first, *others = accept.good
        if accept.acceptance is Acceptance.EQUAL:
            for table in others:
                if self.number(accept.model, table) != self.number(accept.model, first):
                    self.add(PolicyConstraint(accept.model, first, table, Relation.TIE, accept.line))
        for table in accept.good if accept.acceptance is Acceptance.RANGE else (first,):
            number = self.number(accept.model, table)
            self._row([(number, 1), (-1 - k, -1)], Relation.WEAK, _Source(None, k, good=table))

    def _add_bad(self, k: int, table: Table) -> bool:
        """Add that a policy is worth less than m; say whether that is new."""
        number = self.number(self.claim.acceptable[k].model, table)
        if (k, number) in self._known:
            return False
        self._known.add((k, number))
        self._row([(-1 - k, 1), (number, -1)], Relation.STRICT, _Source(None, k, bad=table))
        return True

    # -- functions ----------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Raise Expired where there is no time left."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise Expired

    def solve(self) -> tuple[Shape[Any], Any]:
        """Return the shape of the members, and what it finds or what contradicts itself. Raises Expired."""
        self.watch()
        shape = self.view.shape(self.members)
        found = self.values.solve(shape, deadline=self.deadline)
        if isinstance(found, OutOfTime):
            raise Expired
        return shape, found

    def _misses(self, function: Function, rivals: Sequence[Sequence[Table]]) -> bool:
        """Say whether some policy is not below the good ones of its set, and add what sets then ask."""
        found = False
        for k, (accept, bad) in enumerate(zip(self.claim.acceptable, rivals, strict=True)):
            least = min(function(accept.model, table) for table in accept.good)
            missed: list[tuple[Any, Table]] = []
            for table in bad:
                self.watch()
                worth = function(accept.model, table)
                if not least > worth:
                    missed.append((worth, table))
            missed.sort(key=lambda pair: pair[0], reverse=True)
            found = found or bool(missed)
            for _, table in missed[:_AT_ONCE]:
                self._add_bad(k, table)
        return found

    # -- conflicts ----------------------------------------------------------------------------------------

    def _twins(self) -> PolicyConstraint | None:
        """Return a good policy above one that behaves like it, if a set asks for that."""
        for accept in self.claim.acceptable:
            if accept.over is None and not self.claim.modulo_unreachable:
                pair = alike_conflict(self.claim.models[accept.model], accept.good)
                if pair is not None:
                    return PolicyConstraint(accept.model, *pair, Relation.STRICT, accept.line)
        return None

    def _constraints(self, found: Contradiction) -> list[PolicyConstraint]:
        """Return the constraints of a contradiction; good and bad policies of a set are paired off."""
        asked: list[PolicyConstraint] = []
        shares: dict[int, tuple[list[tuple[Table, Fraction]], list[tuple[Table, Fraction]]]] = {}
        for k, weight in found.rows:
            source = self.sources[k]
            if source.constraint is not None:
                asked.append(source.constraint)
                continue
            good, bad = shares.setdefault(source.accepted, ([], []))
            if source.good is not None:
                good.append((source.good, weight))
            if source.bad is not None:
                bad.append((source.bad, weight))
        for k, (good, bad) in shares.items():
            accept = self.claim.acceptable[k]
            for better, worse, _ in paired(good, bad):
                asked.append(PolicyConstraint(accept.model, better, worse, Relation.STRICT, accept.line))
        return list(dict.fromkeys(asked))

    def certificate(self, asked: Sequence[PolicyConstraint]) -> JensenCertificate:
        """Return a conflict of these constraints of which none can be taken away, if there is the time."""
        best = self._contradiction_of(asked)
        assert best is not None, "constraints that contradict each other no longer do"
        kept = best.asked()
        try:
            for c in list(kept):
                fewer = [other for other in kept if other is not c]
                found = self._contradiction_of(fewer) if c in kept else None
                if found is not None:
                    best, kept = found, found.asked()
        except Expired:
            pass
        return best.as_certificate(self.view)

    def _contradiction_of(self, asked: Sequence[PolicyConstraint]) -> _Conflict | None:
        """Return the contradiction of some constraints alone, if there is one. Raises Expired."""
        search = Search(self.claim, self.view, self.deadline)
        for c in asked:
            search.add(c)
        if not asked:
            return None
        _, found = search.solve()
        return _Conflict(search, found) if isinstance(found, Contradiction) else None


@dataclass(frozen=True, slots=True)
class _Conflict:
    """A contradiction of constraints."""

    search: Search
    found: Contradiction

    def asked(self) -> list[PolicyConstraint]:
        """Return the constraints."""
        return [c for c, _ in self._weighted()]

    def _weighted(self) -> Iterator[tuple[PolicyConstraint, Fraction]]:
        for k, weight in self.found.rows:
            c = self.search.sources[k].constraint
            assert c is not None
            yield c, weight

    def as_certificate(self, view: View) -> JensenCertificate:
        """Return the certificate."""
        members = self.search.members
        terms = [Term(c.model, c.better, c.worse, c.relation, y, c.line) for c, y in self._weighted()]
        mixtures = [
            Mixture(members[cut.point], tuple((members[j], x) for j, x in cut.shares), weight)
            for cut, weight in self.found.cuts
        ]
        named = dict.fromkeys(m for one in mixtures for m in (one.whole, *(part for part, _ in one.parts)))
        return JensenCertificate(tuple(terms), tuple(mixtures), view.numbers(named))
