"""Levels for the policies of a task that cannot be told apart, or a cycle of constraints without any.

What a formalism cannot tell apart (`certify.sight`) is one class, and constraints are edges between classes:
better -> worse, strict or not, a tie both ways. There are values that meet them all iff no cycle has a strict
edge; then the longest way down, strict edges counted, is such a value.

An acceptable set is a vertex of its own, good -> set -> bad, the first edge strict; one more ties the good
ones of an equal set. Where the universe is all deterministic policies nothing is enumerated. Every cycle
leads through classes with edges that leave: those that the task names, in whatever environment, and one of
them is bad where some policy of the universe, not good, is seen as it (`Sight.moved`). All others stay at the
bottom. Only functions of the policy itself, modulo unreachable states, can meet in a cycle at policies that
nobody names: ones that behave like a good one in one environment, and not so in another (`meeting`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from specexpr.certify.asked import Listed
from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.members import Behaviour, behaviours_of, count, everything, fixed_by, open_states
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.sight import Sight
from specexpr.expressivity.acceptable import alike_conflict
from specexpr.models.policy import is_deterministic, point

_TRIED = 60  # strict constraints in a component, of which the one on the shortest cycle is taken


@dataclass(frozen=True, slots=True)
class Graded:
    """The classes, each by the policy that was named first, with their levels; all other policies have 0.

    `floor` are the levels above which the good policies of each acceptable set stand, and below or at which
    its other ones.
    """

    sight: Sight
    members: tuple[tuple[int, Table], ...]
    levels: tuple[int, ...]
    numbers: dict[Hashable, int]
    floor: tuple[int, ...]
    tied: tuple[int | None, ...]

    def level(self, model: int, table: Table) -> int:
        """Return the level of a policy."""
        number = self.numbers.get(self.sight.name(model, table))
        return 0 if number is None else self.levels[number]


@dataclass(frozen=True, slots=True)
class _Edge:
    """`constraint` asks for it; else it enters or leaves the vertex of a set, `side` being the policy."""

    better: int
    worse: int
    is_strict: bool
    constraint: PolicyConstraint | None = None
    accept: AcceptableSet | None = None
    side: Table = ()


def grade(claim: Claim, formalism: str) -> Graded | CycleCertificate:
    """Return a level for each class of policies of a claim, or a cycle."""
    graph = _Graph(claim, Sight(claim, formalism))
    twins = None if graph.sight.is_of_tables else _twins(claim)
    if twins is not None:
        return twins
    graph.build()
    components = graph.components()
    cycle = graph.cycle(components)
    return graph.graded(components) if cycle is None else CycleCertificate(tuple(_steps(cycle)))


def _twins(claim: Claim) -> CycleCertificate | None:
    """Return a good policy and one that behaves like it and is not good, unless these count as one."""
    for accept in () if claim.modulo_unreachable else claim.acceptable:
        pair = alike_conflict(claim.models[accept.model], accept.good) if accept.over is None else None
        if pair is not None:
            return CycleCertificate((PolicyConstraint(accept.model, *pair, Relation.STRICT, accept.line),))
    return None


@dataclass(slots=True)
class _Graph:
    """Vertices are classes, with a member each, and acceptable sets."""

    claim: Claim
    sight: Sight
    members: list[tuple[int, Table] | None] = field(default_factory=list)
    numbers: dict[Hashable, int] = field(default_factory=dict)
    edges: list[_Edge] = field(default_factory=list)
    hubs: list[tuple[int, int | None]] = field(default_factory=list)

    def vertex(self, model: int, table: Table) -> int:
        """Return the vertex of a policy's class."""
        number = self.numbers.setdefault(self.sight.name(model, table), len(self.members))
        if number == len(self.members):
            self.members.append((model, table))
        return number

    def hub(self) -> int:
        """Return a new vertex that is no class."""
        self.members.append(None)
        return len(self.members) - 1

    def build(self) -> None:
        for c in self.claim.constraints:
            assert isinstance(c, PolicyConstraint)
            better, worse = self.vertex(c.model, c.better), self.vertex(c.model, c.worse)
            self.edges.append(_Edge(better, worse, c.relation is Relation.STRICT, c))
            if c.relation is Relation.TIE:
                self.edges.append(_Edge(worse, better, False, c))
        sets = self.claim.acceptable
        for accept in sets:
            self.hubs.append((self.hub(), self.hub() if accept.acceptance is Acceptance.EQUAL else None))
            for table in (*accept.good, *(accept.over or ())):
                self.vertex(accept.model, table)
        if self.sight.is_of_tables and self.claim.modulo_unreachable:
            for k, table in meeting(self.claim, self.sight):
                self.vertex(k, table)
        named = [(number, member) for number, member in enumerate(self.members) if member is not None]
        for k, accept in enumerate(sets):
            by_behaviour = self.claim.modulo_unreachable or (
                accept.over is None and not self.sight.is_of_tables
            )
            names = Listed(self.sight.chains[accept.model], accept, merged=by_behaviour)
            tables = [(self.vertex(accept.model, t), t) for t in (*accept.good, *(accept.over or ()))]
            if accept.over is None:
                moved = ((number, self._there(accept.model, member)) for number, member in named)
                tables += [(number, table) for number, table in moved if table is not None]
            for number, table in tables:
                self._enter(k, number, table, is_good=names.name(table) in names.good)

    def _there(self, model: int, member: tuple[int, Table]) -> Table | None:
        """Return a deterministic policy of a model that is seen as this one, itself if it is one."""
        if member[0] == model and is_deterministic(member[1]):
            return member[1]
        return self.sight.moved(*member, model)

    def _enter(self, k: int, number: int, table: Table, *, is_good: bool) -> None:
        accept, (hub, tie) = self.claim.acceptable[k], self.hubs[k]
        if not is_good:
            self.edges.append(_Edge(hub, number, False, accept=accept, side=table))
            return
        self.edges.append(_Edge(number, hub, True, accept=accept, side=table))
        if tie is not None:
            self.edges.append(_Edge(number, tie, False, accept=accept, side=table))
            self.edges.append(_Edge(tie, number, False, accept=accept, side=table))

    def components(self) -> list[int]:
        """Return a number for each vertex, equal iff each leads to the other; no edge leads to a higher one.

        Tarjan's algorithm.
        """
        following: list[list[int]] = [[] for _ in self.members]
        for edge in self.edges:
            following[edge.better].append(edge.worse)
        order, low, component = ([-1] * len(following) for _ in range(3))
        stack: list[int] = []
        seen = found = 0
        for root in range(len(following)):
            work = [(root, 0)] if order[root] < 0 else []
            while work:
                u, i = work.pop()
                if i == 0:
                    order[u] = low[u] = seen
                    seen += 1
                    stack.append(u)
                else:
                    low[u] = min(low[u], low[following[u][i - 1]])
                while i < len(following[u]):
                    v = following[u][i]
                    i += 1
                    if order[v] < 0:
                        work += [(u, i), (v, 0)]
                        break
                    if component[v] < 0:
                        low[u] = min(low[u], order[v])
                else:
                    if low[u] == order[u]:
                        while component[u] < 0:
                            component[stack.pop()] = found
                        found += 1
        return component

    def cycle(self, component: Sequence[int]) -> list[_Edge] | None:
        """Return a short cycle with a strict edge, which comes first, or None."""
        inside = [e for e in self.edges if component[e.better] == component[e.worse]]
        strict = [e for e in inside if e.is_strict]
        following: dict[int, list[_Edge]] = {}
        for edge in inside:
            following.setdefault(edge.better, []).append(edge)
        cycles = ([e, *_shortest(following, e.worse, e.better)] for e in strict[:_TRIED])
        return min(cycles, key=lambda cycle: sum(1 if e.constraint else 0.5 for e in cycle), default=None)

    def graded(self, component: Sequence[int]) -> Graded:
        """Return the levels where no cycle is strict."""
        leaving: list[list[_Edge]] = [[] for _ in range(max(component, default=-1) + 1)]
        for edge in self.edges:
            leaving[component[edge.better]].append(edge)
        level = [0] * len(leaving)
        for c, edges in enumerate(leaving):
            level[c] = max(
                (level[component[e.worse]] + e.is_strict for e in edges if component[e.worse] < c), default=0
            )
        levels = [level[c] for c in component]
        known = {number: i for i, number in enumerate(self.numbers.values())}
        return Graded(
            self.sight,
            tuple(member for member in self.members if member is not None),
            tuple(levels[number] for number in known),
            {name: known[number] for name, number in self.numbers.items()},
            tuple(levels[hub] for hub, _ in self.hubs),
            tuple(None if tie is None else levels[tie] for _, tie in self.hubs),
        )


def _shortest(following: dict[int, list[_Edge]], source: int, target: int) -> list[_Edge]:
    """Return the edges of a shortest way, which must exist."""
    came: dict[int, _Edge | None] = {source: None}
    queue = deque([source])
    while target not in came:
        for edge in following[queue.popleft()]:
            if edge.worse not in came:
                came[edge.worse] = edge
                queue.append(edge.worse)
    path: list[_Edge] = []
    while (last := came[target]) is not None:
        path.append(last)
        target = last.better
    return path[::-1]


def _steps(cycle: Sequence[_Edge]) -> Iterator[PolicyConstraint]:
    """Yield the constraints of a cycle; two edges through the vertex of a set are one."""
    edges = iter(cycle)
    for edge in edges:
        if edge.constraint is not None:
            yield edge.constraint
            continue
        after, accept = next(edges), edge.accept
        assert accept is not None
        relation = Relation.STRICT if edge.is_strict else Relation.TIE
        yield PolicyConstraint(accept.model, edge.side, after.side, relation, accept.line)


def meeting(claim: Claim, sight: Sight) -> Iterator[tuple[int, Table]]:
    """Yield deterministic policies that are good in one set among all and bad, or tied good, in another.

    One for each two sets where there are any, policies that behave alike counting as one in each.
    """
    sets = [accept for accept in claim.acceptable if accept.over is None]
    classes = [list(behaviours_of(sight.chains[x.model], x.good).values()) for x in sets]
    for one, good in zip(sets, classes, strict=True):
        for other, theirs in zip(sets, classes, strict=True):
            if one is other:
                continue
            here = everything(sight.chains[other.model])
            for part in good:
                found = _outside([part, here], theirs)
                if found is not None:
                    yield one.model, found
                    break
            together = [(a, b) for a in good for b in theirs if count([a, b])]
            if Acceptance.EQUAL in (one.acceptance, other.acceptance) and together:
                found = _outside(list(together[0]), [])
                assert found is not None
                yield one.model, found


def _outside(parts: list[Behaviour], others: Sequence[Behaviour]) -> Table | None:
    """Return a member of all parts that is in none of the others, which have no member in common, or None.

    Its actions are fixed state by state, so that members outside are left.
    """

    def left(within: list[Behaviour]) -> bool:
        return count(within) > sum(count([*within, other]) for other in others)

    if not left(parts):
        return None
    fixed = dict(fixed_by(parts) or {})
    for s, actions in open_states(parts, dict(fixed)):
        for a in sorted(actions):
            trial = Behaviour(parts[0].chain, (), {**fixed, s: a})
            if left([*parts, trial]):
                fixed[s] = a
                break
    return tuple(point(a) for _, a in sorted(fixed.items()))
