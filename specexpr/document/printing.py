"""Print documents in canonical form: what is printed reads back as an equal document and prints as itself."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Distribution,
    PolicyConstraint,
    Table,
    Trajectory,
)
from specexpr.diagnostics import InternalError
from specexpr.document.document import Document, Family
from specexpr.exact import rational_text
from specexpr.expressivity.task import Objective, Options, Task
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment, Label
from specexpr.models.policy import Policy
from specexpr.syntax.names import write_name

_WIDTH = 100


def print_document(document: Document) -> str:
    """Return the canonical text of a document."""
    blocks = []
    if document.options.discount is not None:
        blocks.append(f"discount {rational_text(document.options.discount)}\n")
    blocks += map(print_environment, document.environments)
    blocks.append("".join(map(_family, document.families)))
    for environment in document.environments:
        policies = document.policies.get(environment.name, ())
        blocks.append("".join(print_policy(policy, environment) for policy in policies))
    blocks.append("".join(map(print_objective, document.objectives)))
    blocks += (print_task(task, document.options) for task in document.tasks)
    return "\n".join(block for block in blocks if block)


def print_environment(environment: Environment) -> str:
    """Return the canonical text of an environment, with a newline at the end."""
    model = environment.model
    states, actions = _names(model.states), _names(model.actions)
    lines = [
        *_wrapped("states", states),
        *_wrapped("actions", actions),
        f"start {_law(model.start, states)}",
    ]
    for s, row in enumerate(model.rows):
        laws = set(row.values())
        if len(laws) == 1 and len(row) == len(actions) > 1:
            lines.append(f"{states[s]} / * -> {_law(laws.pop(), states)}")
        else:
            lines += (f"{states[s]} / {actions[a]} -> {_law(law, states)}" for a, law in row.items())
    lines += (_label(label, environment, (states, actions)) for label in environment.labels)
    return _block(f"environment {write_name(environment.name)}", lines)


def print_policy(policy: Policy, environment: Environment) -> str:
    """Return the canonical text of a policy of an environment: the most common choice is written once."""
    if policy.name is None:
        raise ValueError("a policy without a name cannot be printed")
    states, actions = _names(environment.states), _names(environment.actions)
    (common, count), *_ = Counter(policy.table).most_common(1)
    default = common if count > 1 else None
    lines = [f"{states[s]} -> {_law(law, actions)}" for s, law in enumerate(policy.table) if law != default]
    if default is not None:
        lines.append(f"* -> {_law(default, actions)}")
    return _short(f"policy {write_name(policy.name)} in {write_name(environment.name)}", lines)


def print_objective(objective: Objective) -> str:
    """Return the canonical text of an objective, its body as its formalism prints it."""
    formalism = find_formalism(objective.formalism)
    if formalism is None or formalism.print is None:
        raise InternalError(f"{objective.formalism} does not print its specifications")
    body = formalism.print(objective.environment, objective.spec)
    scope = write_name(objective.environment.name)
    keyword = write_name(formalism.keyword or formalism.id)
    return _short(f"objective {write_name(objective.name)} in {scope} = {keyword}", body.split("\n"))


def print_task(task: Task, document: Options) -> str:
    """Return the canonical text of a task; options that the document gives are not repeated."""
    lines: list[str] = []
    if task.options.discount is not None and task.options.discount != document.discount:
        lines.append(f"discount {rational_text(task.options.discount)}")
    if task.options.modulo_unreachable and not document.modulo_unreachable:
        lines.append("modulo unreachable")
    asked = [_asked(task, model) for model in range(len(task.environments))]
    if len(asked) == 1 and task.scope == task.environments[0].name:
        lines += asked[0]
    else:
        for environment, some in zip(task.environments, asked, strict=True):
            if some:
                lines.append(_short(f"in {write_name(environment.name)}", some).rstrip("\n"))
    return _block(f"task {write_name(task.name)} in {write_name(task.scope)}", lines)


def _asked(task: Task, model: int) -> list[str]:
    """Return the lines of a task about one of its environments."""
    environment, names = task.environments[model], task.names()

    def name(table: Table) -> str:
        return write_name(names[model, table])

    if task.induced_by is not None:
        listed = (write_name(str(policy.name)) for _, policy in task.policies)
        return [f"order {' '.join(listed)} by {write_name(task.induced_by.name)}"]
    here = (constraint for constraint in task.constraints if constraint.model == model)
    lines = [_constraint(constraint, environment, name) for constraint in here]
    return lines + [_accepted(accepted, name) for accepted in task.acceptable if accepted.model == model]


def _constraint(constraint: Constraint, environment: Environment, name: Callable[[Table], str]) -> str:
    if isinstance(constraint, PolicyConstraint):
        return f"{name(constraint.better)} {constraint.relation} {name(constraint.worse)}"
    sides = (_sequence(side, environment) for side in (constraint.better, constraint.worse))
    return "trajectories " + f" {constraint.relation} ".join(sides)


def _sequence(sequence: Trajectory, environment: Environment) -> str:
    steps = (f"{write_name(environment.states[s])} {write_name(environment.actions[a])}" for s, a in sequence)
    return f"({' '.join(steps)})"


def _accepted(accepted: AcceptableSet, name: Callable[[Table], str]) -> str:
    line = "accept equally" if accepted.acceptance is Acceptance.EQUAL else "accept"
    line += "".join(f" {name(table)}" for table in accepted.good)
    if accepted.over is not None:
        line += " over" + "".join(f" {name(table)}" for table in accepted.over)
    return line


def _family(family: Family) -> str:
    members = ", ".join(write_name(environment.name) for environment in family.environments)
    return f"family {write_name(family.name)} {{ {members} }}\n"


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(write_name, names))


def _law(law: Distribution, names: Sequence[str]) -> str:
    if len(law) == 1:
        return names[law[0][0]]
    return "{ " + ", ".join(f"{names[i]}: {rational_text(p)}" for i, p in law) + " }"


def _label(label: Label, environment: Environment, names: tuple[Sequence[str], Sequence[str]]) -> str:
    """Return the line of a label: an action that has it wherever it is available is written once."""
    states, actions = names
    having: dict[int, set[int]] = {}
    for s, a in label.pairs:
        having.setdefault(a, set()).add(s)
    everywhere = {a for a, among in having.items() if len(among) == _count(environment, a) > 1}
    members = [states[s] for s in sorted(label.states)]
    members += [f"* / {actions[a]}" for a in sorted(everywhere)]
    members += [f"{states[s]} / {actions[a]}" for s, a in sorted(label.pairs) if a not in everywhere]
    return " ".join(("label", write_name(label.name), "{", *(", ".join(members),) * bool(members), "}"))


def _count(environment: Environment, action: int) -> int:
    return sum(action in row for row in environment.model.rows)


def _wrapped(keyword: str, names: Iterable[str]) -> Iterator[str]:
    """Yield lines `keyword name name ...` of bounded width; several lines add up."""
    line = keyword
    for name in names:
        if line != keyword and len(line) + len(name) >= _WIDTH:
            yield line
            line = keyword
        line += " " + name
    yield line


def _short(header: str, lines: Sequence[str]) -> str:
    """Return a block on one line if it fits, else with its entries on lines of their own."""
    line = f"{header} {{ {'; '.join(lines)} }}\n"
    return line if len(line) <= _WIDTH and "{" not in "".join(lines) else _block(header, lines)


def _block(header: str, lines: Iterable[str]) -> str:
    return f"{header} {{\n" + "".join(textwrap.indent(line, "  ") + "\n" for line in lines) + "}\n"
