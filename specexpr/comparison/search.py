"""Search for a smallest task that one formalism expresses and another does not.

Environments come one after the other (`small_worlds`), by states, actions and denominators; in each all sets
of policies, small ones first; on each set all orders in levels. **Orders in levels suffice**: a specification
that meets some constraints orders the policies completely, and a formalism that cannot meet those constraints
does not have that order either. From the first order that separates, constraints are then dropped one by one
as long as the rest still separates.

Exact linear algebra passes over sets of policies and orders that cannot separate (`value_spaces`). What is
left is decided, and a separation counts once the kernel has checked both proofs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from specexpr.certify.model import Model, PolicyConstraint, Relation, Table
from specexpr.comparison.asking import Answered, Inquiry, ask, named_formalisms
from specexpr.comparison.hierarchy import is_covered, is_covered_on_finite_tasks
from specexpr.comparison.small_worlds import (
    denominator_of,
    environments,
    is_all_reached,
    model_denominator,
    policies,
    weak_orders,
)
from specexpr.comparison.value_spaces import ValueSpace, at_most, surely
from specexpr.diagnostics import Diagnostic, Source, SpecError
from specexpr.document.document import Document
from specexpr.document.loading import loads
from specexpr.document.printing import print_document
from specexpr.expressivity.task import Options, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import Formalism, posed, settled
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.names import clipped

_NAME = "found"
_OPEN = Options()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a search goes: at most so many states, actions and policies, and denominators up to that."""

    states: int = 2
    actions: int = 2
    policies: int = 4
    denominator: int = 2


_LEAST, _MOST = Bounds(1, 2, 2, 1), Bounds(6, 8, 6, 10)


@dataclass(frozen=True, slots=True)
class Stage:
    """What was searched of one size: environments with exactly so many states, actions and policies.

    The largest denominator is exactly `denominator`. `orders` are those that exact linear algebra did not
    pass over, `undecided` those of which no answer was proved. A stage is complete unless time ran out, or
    something was found before its end.
    """

    states: int
    actions: int
    denominator: int
    policies: int
    environments: int = 0
    sets: int = 0
    orders: int = 0
    undecided: int = 0
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Separation:
    """A document whose one task the first formalism expresses and the second one does not, as proved."""

    document: Document
    expressed: Answered
    refuted: Answered


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found, and the stages that it has gone through. `expresses` and `lacks` are ids."""

    expresses: str
    lacks: str
    bounds: Bounds
    stages: tuple[Stage, ...]
    found: Separation | None = None

    @property
    def is_exhaustive(self) -> bool:
        """Say whether nothing within the bounds was left open."""
        if impossible(self.expresses, self.lacks) is not None:
            return True
        done = [stage for stage in self.stages if stage.is_complete and not stage.undecided]
        return len(done) == len(list(sizes(self.bounds)))


def within(given: Mapping[str, int]) -> Bounds:
    """Return bounds, by default where none is given; raise SpecError for what is no bound."""
    problems = []
    for name, most in given.items():
        low, high = getattr(_LEAST, name), getattr(_MOST, name)
        if not low <= most <= high:
            message = f"--{name} must be from {low} to {high}, {clipped(str(most))} is not"
            problems.append(Diagnostic(id="usage", message=message))
    if problems:
        raise SpecError(problems)
    return replace(Bounds(), **given)


def searchable(names: Sequence[str]) -> tuple[Formalism, Formalism]:
    """Return two formalisms, by id or keyword, that can be asked about policies without further options.

    Raises SpecError for others, and where both are one.
    """
    found = [named_formalisms([name])[0] for name in names]
    problems = []
    for one in dict.fromkeys(found):
        needed = "a way to decide tasks" if one.decide is None else _needed(one)
        if needed is not None:
            message = f"{one.id} cannot be asked in a search: it needs {needed.partition(':')[0]}"
            problems.append(Diagnostic(id="usage", message=message))
    if not problems and found[0].id == found[1].id:
        message = f"a search needs two formalisms, {found[0].id} is one"
        problems.append(Diagnostic(id="usage", message=message))
    if problems:
        raise SpecError(problems)
    return found[0], found[1]


def _needed(formalism: Formalism) -> str | None:
    model = next(environments(1, 2, 1))
    task = _task(model, _chain(policies(model, 1, are_alike_one=True), (0, 1)))
    return None if formalism.needs is None else formalism.needs(posed(formalism, task, _OPEN))


def sizes(bounds: Bounds) -> Iterator[Stage]:
    """Yield the sizes within bounds, small ones first."""
    for states in range(1, bounds.states + 1):
        for actions in range(2, bounds.actions + 1):
            for denominator in range(1, bounds.denominator + 1):
                for many in range(2, bounds.policies + 1):
                    yield Stage(states, actions, denominator, many)


def impossible(expresses: str, lacks: str) -> str | None:
    """Say why no finite task tells two formalisms apart, by id, where that is a theorem."""
    if is_covered(expresses, lacks):
        return f"{lacks} expresses whatever {expresses} does, in every environment"
    if is_covered_on_finite_tasks(expresses, lacks):
        return f"on finitely many policies {lacks} expresses whatever {expresses} does"
    return None


def search(
    expresses: Formalism,
    lacks: Formalism,
    bounds: Bounds,
    *,
    timeout: float | None = None,
    begin: Callable[[Stage], None] | None = None,
) -> Search:
    """Look for a task that the first formalism expresses and the second does not, for so many seconds.

    Both can be asked about policies without further options. `begin` hears of each size before its turn.
    Where it is a theorem that there is no such task nothing is searched.
    """
    if impossible(expresses.id, lacks.id) is not None:
        return Search(expresses.id, lacks.id, bounds, ())
    looking = _Searcher(expresses, lacks, None if timeout is None else time.monotonic() + timeout)
    stages: list[Stage] = []
    for stage in sizes(bounds):
        if begin is not None:
            begin(stage)
        done, found = looking.run(stage)
        stages.append(done)
        if found is not None:
            return Search(expresses.id, lacks.id, bounds, tuple(stages), found)
        if not done.is_complete:
            break
    return Search(expresses.id, lacks.id, bounds, tuple(stages))


@dataclass(slots=True)
class _Searcher:
    expresses: Formalism
    lacks: Formalism
    deadline: float | None
    _sees_behaviour: bool = field(init=False)
    _counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sees_behaviour = is_covered(self.expresses.id, "tlo")

    def run(self, stage: Stage) -> tuple[Stage, Separation | None]:
        """Go through the environments of a size, until something is found or it is late."""
        self._counts = dict.fromkeys(("environments", "sets", "orders", "undecided"), 0)
        found: Separation | None = None
        for model, tables, levels in self._candidates(stage):
            separates = self._separates(model, _chain(tables, levels))
            if separates:
                found = self._smallest(model, tables, levels)
                if found is not None:
                    break
            elif separates is None:
                self._counts["undecided"] += 1
        return replace(stage, **self._counts, is_complete=found is None and not self._is_late()), found

    def _candidates(self, stage: Stage) -> Iterator[tuple[Model, tuple[Table, ...], tuple[int, ...]]]:
        """Yield the policies and orders of a size that linear algebra does not pass over, counting them."""
        size = stage.states, stage.actions, stage.denominator
        for model in environments(*size, is_late=self._is_late):
            if self._sees_behaviour and not is_all_reached(model):
                continue  # what is never reached does not matter: a smaller environment does
            self._counts["environments"] += 1
            for tables in self._sets(model, stage):
                self._counts["sets"] += 1
                for levels in self._orders(model, tables):
                    if self._is_late():
                        return
                    self._counts["orders"] += 1
                    yield model, tables, levels

    def _is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def _sets(self, model: Model, stage: Stage) -> Iterator[tuple[Table, ...]]:
        """Yield the sets of policies of a size that may separate, some denominator being the largest."""
        pool = policies(model, stage.denominator, are_alike_one=self._sees_behaviour)
        is_largest = model_denominator(model) == stage.denominator
        weighed = [is_largest or denominator_of(table) == stage.denominator for table in pool]
        most, least = self._spaces(model, pool)
        if least is not None and most.is_within(least):
            return
        for chosen in combinations(range(len(pool)), stage.policies):
            if self._is_late():
                return
            if any(weighed[k] for k in chosen) and (
                least is None or not most.on(chosen).is_within(least.on(chosen))
            ):
                yield tuple(pool[k] for k in chosen)

    def _spaces(self, model: Model, tables: Sequence[Table]) -> tuple[ValueSpace, ValueSpace | None]:
        known = surely(self.lacks.id)
        return at_most(self.expresses.id)(model, tables), None if known is None else known(model, tables)

    def _orders(self, model: Model, tables: Sequence[Table]) -> Iterator[tuple[int, ...]]:
        """Yield the orders that the first formalism may have and the second one may not."""
        most, least = self._spaces(model, tables)
        for levels in weak_orders(len(tables)):
            if most.has(levels) and not (least is not None and least.has(levels)):
                yield levels

    def _separates(self, model: Model, asked: Sequence[PolicyConstraint]) -> bool | None:
        """Say whether constraints separate, None where that is not proved."""
        task = _task(model, asked)
        refuted = self._verdict(self.lacks, task)
        if isinstance(refuted, Expressible):
            return False
        expressed = self._verdict(self.expresses, task)
        if isinstance(expressed, Inexpressible):
            return False
        return None if isinstance(refuted, Undecided) or isinstance(expressed, Undecided) else True

    def _verdict(self, formalism: Formalism, task: Task) -> Verdict:
        return self._answer(formalism, task).verdict

    def _answer(self, formalism: Formalism, task: Task) -> Answered:
        question = settled(formalism, posed(formalism, task, task.options))
        left = None if self.deadline is None else max(self.deadline - time.monotonic(), 0.1)
        return ask(Inquiry(question, formalism), timeout=left)

    def _smallest(self, model: Model, tables: Sequence[Table], levels: Sequence[int]) -> Separation | None:
        """Return the separation with as few constraints as dropping one after the other leaves."""
        kept = list(_every_pair(tables, levels))
        for one in list(kept):
            rest = [other for other in kept if other is not one]
            if rest and isinstance(self._verdict(self.lacks, _task(model, rest)), Inexpressible):
                kept = rest
        title = f"# A task that {self.expresses.id} expresses and {self.lacks.id} does not.\n"
        document = loads(title + print_document(_document(_task(model, kept))), name=f"{_NAME}.spex")
        (task,) = document.tasks
        expressed, refuted = self._answer(self.expresses, task), self._answer(self.lacks, task)
        if isinstance(expressed.verdict, Expressible) and isinstance(refuted.verdict, Inexpressible):
            return Separation(document, expressed, refuted)
        return None  # time was up


def _chain(tables: Sequence[Table], levels: Sequence[int]) -> list[PolicyConstraint]:
    """Return the order as a chain."""
    order = sorted(range(len(levels)), key=lambda i: levels[i])
    return [_constraint(tables, levels, i, j) for i, j in pairwise(order)]


def _every_pair(tables: Sequence[Table], levels: Sequence[int]) -> Iterator[PolicyConstraint]:
    """Yield the order pair by pair: those that are best dropped first."""
    order = sorted(range(len(levels)), key=lambda i: levels[i])
    pairs = sorted(combinations(order, 2), key=lambda pair: levels[pair[1]] - levels[pair[0]])
    for i, j in pairs:
        yield _constraint(tables, levels, i, j)


def _constraint(tables: Sequence[Table], levels: Sequence[int], i: int, j: int) -> PolicyConstraint:
    relation = Relation.TIE if levels[i] == levels[j] else Relation.STRICT
    return PolicyConstraint(0, tables[i], tables[j], relation)


def _task(model: Model, asked: Sequence[PolicyConstraint]) -> Task:
    tables = dict.fromkeys(table for c in asked for table in (c.better, c.worse))
    named = tuple((0, Policy(table, f"p{k}")) for k, table in enumerate(tables, start=1))
    environment = Environment(_NAME, model)
    return Task(
        name="separating",
        scope=_NAME,
        environments=(environment,),
        policies=named,
        constraints=tuple(asked),
    )


def _document(task: Task) -> Document:
    (environment,) = task.environments
    return Document(
        source=Source(_NAME, ""),
        environments=(environment,),
        policies={environment.name: tuple(policy for _, policy in task.policies)},
        tasks=(task,),
        options=_OPEN,
    )
