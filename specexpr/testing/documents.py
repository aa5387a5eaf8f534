"""Write a question as a document, so that a failure can be run and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Distribution,
    Model,
    PolicyConstraint,
    Table,
    Trajectory,
)
from specexpr.exact import rational_text
from specexpr.expressivity.task import Question, Task
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment

Names = Mapping[tuple[int, Table], str]


def question_text(question: Question) -> str:
    """Return a document that asks the question."""
    task = question.task
    lines = [line for environment in task.environments for line in environment_lines(environment)]
    for index, policy in task.policies:
        environment = task.environments[index]
        lines.append(
            f"policy {policy.name} in {environment.name} {{ {_table(environment.model, policy.table)} }}"
        )
    objective = task.induced_by
    if objective is not None:
        formalism = find_formalism(objective.formalism)
        if formalism is not None and formalism.print is not None:
            body = formalism.print(objective.environment, objective.spec)
            scope = objective.environment.name
            lines.append(f"objective {objective.name} in {scope} = {formalism.keyword} {{ {body} }}")
    lines += _task_lines(task, question)
    return "\n".join(lines) + "\n"


def environment_text(environment: Environment) -> str:
    """Return a document that declares the environment."""
    return "\n".join(environment_lines(environment)) + "\n"


def environment_lines(environment: Environment) -> Iterator[str]:
    """Yield the lines of an environment."""
    model = environment.model
    yield f"environment {environment.name} {{"
    yield f"  states  {' '.join(model.states)}"
    yield f"  actions {' '.join(model.actions)}"
    yield f"  start   {_law(model.start, model.states)}"
    for s, row in enumerate(model.rows):
        for a, law in row.items():
            yield f"  {model.states[s]} / {model.actions[a]} -> {_law(law, model.states)}"
    for label in environment.labels:
        members = [model.states[s] for s in sorted(label.states)]
        members += [f"{model.states[s]} / {model.actions[a]}" for s, a in sorted(label.pairs)]
        yield f"  label {label.name} {{ {'; '.join(members) if label.pairs else ' '.join(members)} }}"
    yield "}"


def _task_lines(task: Task, question: Question) -> Iterator[str]:
    if len(task.environments) > 1:
        yield f"family {task.scope} {{ {', '.join(e.name for e in task.environments)} }}"
    yield f"task {task.name} in {task.scope} {{"
    if question.options.discount is not None:
        yield f"  discount {rational_text(question.options.discount)}"
    if question.options.modulo_unreachable:
        yield "  modulo unreachable"
    names = task.names()
    for index, environment in enumerate(task.environments):
        asked = [_constraint(c, environment.model, names) for c in task.constraints if c.model == index]
        asked += [_accept(x, names) for x in task.acceptable if x.model == index]
        if len(task.environments) > 1:
            asked = [f"in {environment.name} {{ {line} }}" for line in asked]
        yield from (f"  {line}" for line in asked)
    yield "}"


def _constraint(c: Constraint, model: Model, names: Names) -> str:
    if isinstance(c, PolicyConstraint):
        return f"{names[c.model, c.better]} {c.relation} {names[c.model, c.worse]}"
    return f"trajectories {_trajectory(model, c.better)} {c.relation} {_trajectory(model, c.worse)}"


def _accept(x: AcceptableSet, names: Names) -> str:
    words = ["accept", "equally"] if x.acceptance is Acceptance.EQUAL else ["accept"]
    words += [names[x.model, table] for table in x.good]
    if x.over is not None:
        words += ["over", *(names[x.model, table] for table in x.over)]
    return " ".join(words)


def _table(model: Model, table: Table) -> str:
    rows = zip(model.states, table, strict=True)
    return "; ".join(f"{state} -> {_law(law, model.actions)}" for state, law in rows)


def _trajectory(model: Model, trajectory: Trajectory) -> str:
    return f"({' '.join(f'{model.states[s]} {model.actions[a]}' for s, a in trajectory)})"


def _law(law: Distribution, names: tuple[str, ...]) -> str:
    if len(law) == 1:
        return names[law[0][0]]
    return f"{{ {', '.join(f'{names[x]}: {rational_text(p)}' for x, p in law)} }}"
