"""Ways to ask again: questions made from a question, whose verdicts follow from its verdict.

Each holds in every formalism that looks at how policies behave: it names no formalism and needs no truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import TypeVar, cast

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.expressivity.task import Question
from specexpr.models.environment import Environment, Label
from specexpr.testing.brute_force import deterministic_tables
from specexpr.testing.tasks import altered

_ONE = Fraction(1)
T = TypeVar("T")


class Keeps(StrEnum):
    """What a way to ask again keeps of the verdict."""

    VERDICT = "verdict"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class AskAgain:
    """A way to ask again; `ask` returns None where it does not apply."""

    name: str
    keeps: Keeps
    ask: Callable[[Random, Question], Question | None]


def permute(random: Random, question: Question) -> Question | None:
    """Rename and reorder states, actions, policies, constraints and good policies."""
    model = question.task.environments[0].model
    states, actions = _shuffled(random, len(model.states)), _shuffled(random, len(model.actions))

    def law(distribution: Distribution, order: list[int]) -> Distribution:
        return tuple(sorted((order[x], p) for x, p in distribution))

    def environment(old: Environment) -> Environment:
        rows: list[Mapping[int, Distribution]] = [{}] * len(states)
        for s, row in enumerate(old.model.rows):
            moved = {actions[a]: law(following, states) for a, following in row.items()}
            rows[states[s]] = MappingProxyType({a: moved[a] for a in sorted(moved)})
        labels = (
            Label(
                x.name,
                frozenset(states[s] for s in x.states),
                frozenset((states[s], actions[a]) for s, a in x.pairs),
            )
            for x in old.labels
        )
        fresh = Model(
            tuple(f"t{s}" for s in range(len(states))),
            tuple(f"do{a}" for a in range(len(actions))),
            law(old.model.start, states),
            tuple(rows),
        )
        return Environment(old.name, fresh, tuple(labels))

    def table(_: int, old: Table) -> Table:
        rows: list[Distribution] = [()] * len(states)
        for s, row in enumerate(old):
            rows[states[s]] = law(row, actions)
        return tuple(rows)

    def trajectory(old: Trajectory) -> Trajectory:
        return tuple((states[s], actions[a]) for s, a in old)

    task = question.task
    constraints = [_moved(c, table, trajectory) for c in task.constraints]
    acceptable = [
        replace(
            x,
            good=_mixed(random, (table(x.model, t) for t in x.good)),
            over=None if x.over is None else _mixed(random, (table(x.model, t) for t in x.over)),
        )
        for x in task.acceptable
    ]
    return altered(
        question,
        environments=map(environment, task.environments),
        constraints=_mixed(random, constraints),
        acceptable=_mixed(random, acceptable),
    )


def dilute_start(_: Random, question: Question) -> Question | None:
    """Start half of the time in a new absorbing state: every difference of two policies is halved."""
    half = Fraction(1, 2)

    def environment(old: Environment) -> Environment:
        m = old.model
        n = len(m.states)
        start = (*((s, p * half) for s, p in m.start), (n, half))
        rows = (*m.rows, MappingProxyType({0: ((n, _ONE),)}))
        return replace(old, model=Model((*m.states, "elsewhere"), m.actions, start, rows))

    return _extended(question, environment, lambda _, table: [(*table, ((0, _ONE),))])


def copy_state(random: Random, question: Question) -> Question | None:
    """Add a copy of a state that nothing reaches; what is done there must not matter.

    Where the universe is all deterministic policies, good ones stay good whatever they do in the copy.
    """
    rows = question.task.environments[0].model.rows
    fewest = min(map(len, rows))  # so that the universe grows least
    s = random.choice([s for s, row in enumerate(rows) if len(row) == fewest])

    def environment(old: Environment) -> Environment:
        m = old.model
        return replace(old, model=Model((*m.states, "copy"), m.actions, m.start, (*m.rows, m.rows[s])))

    def extensions(index: int, table: Table) -> list[Table]:
        if question.options.modulo_unreachable or any(len(row) > 1 for row in table):
            return [(*table, table[s])]
        row = question.task.environments[index].model.rows[s]
        return [(*table, ((a, _ONE),)) for a in row]

    return _extended(question, environment, extensions, first=lambda table: (*table, table[s]))


def add_action(random: Random, question: Question) -> Question | None:
    """Add an action that no policy of the question takes; only where the universe does not grow."""
    if any(x.over is None for x in question.task.acceptable):
        return None
    s = random.randrange(len(question.task.environments[0].states))

    def environment(old: Environment) -> Environment:
        m = old.model
        extra = {len(m.actions): ((random.randrange(len(m.states)), _ONE),)}
        rows = tuple(MappingProxyType({**row, **extra}) if i == s else row for i, row in enumerate(m.rows))
        return replace(old, model=Model(m.states, (*m.actions, "unused"), m.start, rows))

    return _extended(question, environment, lambda _, table: [table])


def imply_constraint(random: Random, question: Question) -> Question | None:
    """Add what the constraints already say: a weaker one, one turned round, or one by transitivity."""
    known = question.task.constraints
    if not known:
        return None
    one = random.choice(known)
    added = [replace(one, relation=Relation.WEAK)]
    if one.relation is Relation.TIE:
        added.append(_turned(one))
    after = [c for c in known if c.model == one.model and c.better == one.worse and c is not one]
    if after and one.relation is not Relation.TIE:
        added.append(_joined(one, random.choice(after)))
    return altered(question, constraints=(*known, *added))


def repeat_in_family(_: Random, question: Question) -> Question | None:
    """Ask the same of two copies of the environment at once."""
    task = question.task
    if len(task.environments) > 1:
        return None
    only = task.environments[0]
    return altered(
        question,
        environments=(only, replace(only, name="again")),
        constraints=(*task.constraints, *(replace(c, model=1) for c in task.constraints)),
        acceptable=(*task.acceptable, *(replace(x, model=1) for x in task.acceptable)),
    )


def write_universe(_: Random, question: Question) -> Question | None:
    """List all the deterministic policies instead of meaning them."""
    task = question.task
    if not any(x.over is None for x in task.acceptable):
        return None
    return altered(
        question,
        acceptable=[
            replace(x, over=deterministic_tables(task.environments[x.model].model)) if x.over is None else x
            for x in task.acceptable
        ],
    )


def drop_constraint(random: Random, question: Question) -> Question | None:
    """Ask for one thing less."""
    task = question.task
    if len(task.constraints) + len(task.acceptable) < 2:
        return None
    gone = random.randrange(len(task.constraints) + len(task.acceptable))
    constraints = [c for i, c in enumerate(task.constraints) if i != gone]
    acceptable = [x for i, x in enumerate(task.acceptable, start=len(task.constraints)) if i != gone]
    return altered(question, constraints=constraints, acceptable=acceptable)


def shrink_universe(random: Random, question: Question) -> Question | None:
    """Let the good policies compete with some of the others only."""
    task = question.task
    if not task.acceptable:
        return None

    def fewer(x: AcceptableSet) -> AcceptableSet:
        universe = deterministic_tables(task.environments[x.model].model) if x.over is None else x.over
        return replace(x, over=tuple(t for t in universe if random.random() < 0.5) or universe[:1])

    return altered(question, acceptable=map(fewer, task.acceptable))


def untie_good(_: Random, question: Question) -> Question | None:
    """Let the good policies differ in value: what is equally acceptable is acceptable."""
    task = question.task
    if all(x.acceptance is Acceptance.RANGE for x in task.acceptable):
        return None
    return altered(question, acceptable=[replace(x, acceptance=Acceptance.RANGE) for x in task.acceptable])


def forget_objective(_: Random, question: Question) -> Question | None:
    """Ask for an induced order as for any other order."""
    return None if question.task.induced_by is None else altered(question)


WAYS = (
    AskAgain("renamed and reordered", Keeps.VERDICT, permute),
    AskAgain("with a start diluted by a new absorbing state", Keeps.VERDICT, dilute_start),
    AskAgain("with a copy of a state that is never reached", Keeps.VERDICT, copy_state),
    AskAgain("with an action that is never taken", Keeps.VERDICT, add_action),
    AskAgain("with an implied constraint more", Keeps.VERDICT, imply_constraint),
    AskAgain("in two copies of the environment", Keeps.VERDICT, repeat_in_family),
    AskAgain("with the universe written out", Keeps.VERDICT, write_universe),
    AskAgain("without the objective that induced it", Keeps.VERDICT, forget_objective),
    AskAgain("with one demand less", Keeps.YES, drop_constraint),
    AskAgain("with fewer policies to beat", Keeps.YES, shrink_universe),
    AskAgain("without ties among the good policies", Keeps.YES, untie_good),
)
"""Every way to ask again."""


def _extended(
    question: Question,
    environment: Callable[[Environment], Environment],
    extensions: Callable[[int, Table], list[Table]],
    *,
    first: Callable[[Table], Table] | None = None,
) -> Question:
    """Return the question in larger environments: `extensions` of a good policy are all good.

    Where policies are named one by one, `first` (or the only extension) stands for each.
    """
    task = question.task

    def table(index: int, old: Table) -> Table:
        return first(old) if first else extensions(index, old)[0]

    def accept(x: AcceptableSet) -> AcceptableSet:
        if x.over is not None:
            good = tuple(table(x.model, t) for t in x.good)
            return replace(x, good=good, over=tuple(table(x.model, t) for t in x.over))
        return replace(x, good=tuple(new for t in x.good for new in extensions(x.model, t)))

    return altered(
        question,
        environments=map(environment, task.environments),
        constraints=[_moved(c, table, lambda trajectory: trajectory) for c in task.constraints],
        acceptable=map(accept, task.acceptable),
    )


def _moved(
    c: Constraint, table: Callable[[int, Table], Table], trajectory: Callable[[Trajectory], Trajectory]
) -> Constraint:
    match c:
        case PolicyConstraint():
            return replace(c, better=table(c.model, c.better), worse=table(c.model, c.worse))
        case TrajectoryConstraint():
            return replace(c, better=trajectory(c.better), worse=trajectory(c.worse))


def _joined(one: Constraint, other: Constraint) -> Constraint:
    """Return what follows from one constraint and another that starts where it ends."""
    relation = Relation.STRICT if Relation.STRICT in (one.relation, other.relation) else Relation.WEAK
    if isinstance(one, PolicyConstraint):
        return replace(one, worse=cast(Table, other.worse), relation=relation)
    return replace(one, worse=cast(Trajectory, other.worse), relation=relation)


def _turned(c: Constraint) -> Constraint:
    match c:
        case PolicyConstraint():
            return replace(c, better=c.worse, worse=c.better)
        case TrajectoryConstraint():
            return replace(c, better=c.worse, worse=c.better)


def _shuffled(random: Random, count: int) -> list[int]:
    order = list(range(count))
    random.shuffle(order)
    return order


def _mixed(random: Random, things: Iterable[T]) -> tuple[T, ...]:
    order = list(things)
    random.shuffle(order)
    return tuple(order)
