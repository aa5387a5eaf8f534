"""Put a question together from its parts, and put parts of a question in place of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import count

from specexpr.certify.model import AcceptableSet, Constraint, PolicyConstraint, Table
from specexpr.expressivity.task import Objective, Options, Question, Task
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def make_question(
    environments: tuple[Environment, ...],
    discount: Fraction,
    *,
    constraints: Iterable[Constraint] = (),
    acceptable: Iterable[AcceptableSet] = (),
    modulo: bool | None = None,
    induced_by: Objective | None = None,
) -> Question:
    """Return the question, its policies named and its lines numbered."""
    lines = count(1)
    constraints = tuple(replace(c, line=next(lines)) for c in constraints)
    acceptable = tuple(replace(a, line=next(lines)) for a in acceptable)
    options = Options(discount=discount, modulo_unreachable=modulo)
    family = len(environments) > 1
    task = Task(
        name="t",
        scope="both" if family else environments[0].name,
        environments=environments,
        policies=name_policies(constraints, acceptable),
        constraints=constraints,
        acceptable=acceptable,
        options=options,
        induced_by=induced_by,
    )
    return Question(task=task, options=options)


def altered(
    question: Question,
    *,
    environments: Iterable[Environment] | None = None,
    constraints: Iterable[Constraint] | None = None,
    acceptable: Iterable[AcceptableSet] | None = None,
) -> Question:
    """Return the question with parts of its task replaced, its policies named anew, no objective behind."""
    task = question.task
    asked = task.constraints if constraints is None else tuple(constraints)
    sets = task.acceptable if acceptable is None else tuple(acceptable)
    settings = task.environments if environments is None else tuple(environments)
    fresh = replace(
        task,
        scope=settings[0].name if len(settings) == 1 else "both",
        environments=settings,
        policies=name_policies(asked, sets),
        constraints=asked,
        acceptable=sets,
        induced_by=None,
    )
    return replace(question, task=fresh)


def name_policies(
    constraints: Iterable[Constraint], acceptable: Iterable[AcceptableSet]
) -> tuple[tuple[int, Policy], ...]:
    """Return the policies that constraints and acceptable sets mention, named p0, p1, .."""
    tables: dict[tuple[int, Table], None] = {}
    for c in constraints:
        if isinstance(c, PolicyConstraint):
            tables |= dict.fromkeys([(c.model, c.better), (c.model, c.worse)])
    for accept in acceptable:
        tables |= dict.fromkeys((accept.model, table) for table in (*accept.good, *(accept.over or ())))
    return tuple((index, Policy(table, f"p{i}")) for i, (index, table) in enumerate(tables))
