"""Print documents in canonical form: what is printed reads back as an equal document and prints as itself."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Distribution,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
)
from specexpr.diagnostics import InternalError
from specexpr.document.document import Document, Family
from specexpr.exact import rational_text
from specexpr.expressivity.task import Objective, Options, Task
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment, Label
from specexpr.models.policy import Policy, mark
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
    names = _Names(task)
    asked = [_asked(task, model, names) for model in range(len(task.environments))]
    if len(asked) == 1 and task.scope == task.environments[0].name:
        lines += asked[0]
    else:
        for environment, some in zip(task.environments, asked, strict=True):
            if some:
                lines.append(_short(f"in {write_name(environment.name)}", some).rstrip("\n"))
    return _block(f"task {write_name(task.name)} in {write_name(task.scope)}", lines)


class _Names:
    """The names by which the tables of a task are written.

    Where several names that the task mentions share a table each is written at least once, so that the task
    that is read back mentions the same.
    """

    def __init__(self, task: Task) -> None:
        self._known: dict[tuple[int, Hashable], str] = {}
        self._unwritten: dict[tuple[int, Hashable], list[str]] = {}
        self._marks: dict[int, tuple[Table, Hashable]] = {}
        for policies, are_mentioned in ((task.policies, True), (task.others, False)):
            for model, policy in policies:
                if policy.name is not None:
                    key = self._key(model, policy.table)
                    self._known.setdefault(key, policy.name)
                    if are_mentioned:
                        self._unwritten.setdefault(key, []).append(policy.name)

    def _key(self, model: int, table: Table) -> tuple[int, Hashable]:
        if id(table) not in self._marks:
            self._marks[id(table)] = table, mark(table)
        return model, self._marks[id(table)][1]

    def one(self, model: int, table: Table) -> str:
        """Return a name of a table, one that is not yet written if there is one."""
        key = self._key(model, table)
        unwritten = self._unwritten.get(key)
        return write_name(unwritten.pop(0) if unwritten else self._known[key])

    def every(self, model: int, table: Table) -> str:
        """Return a name of a table, and all that are not yet written."""
        first = self.one(model, table)
        rest = self._unwritten.pop(self._key(model, table), [])
        return " ".join((first, *map(write_name, rest)))


def _asked(task: Task, model: int, names: _Names) -> list[str]:
    """Return the lines of a task about one of its environments."""
    environment, by = task.environments[model], task.induced_by
    here = [constraint for constraint in task.constraints if constraint.model == model]
    if by is not None and by.environment.name == environment.name:
        return [f"order {' '.join(_ranked(task, model, here, names))} by {write_name(by.name)}"]
    lines = [_constraint(constraint, environment, partial(names.one, model)) for constraint in here]
    name = partial(names.every, model)
    return lines + [_accepted(accepted, name) for accepted in task.acceptable if accepted.model == model]


def _ranked(task: Task, model: int, order: Sequence[Constraint], names: _Names) -> list[str]:
    """Return the policies of an order: as declared if no two tie or not all compare, else best first."""
    ranked = [one for one in order if isinstance(one, PolicyConstraint)]
    several = {policy.table for where, policy in task.policies if where == model}
    is_total = len(ranked) >= len(several) - 1
    is_total &= all(one.worse == other.better for one, other in pairwise(ranked))
    if ranked and is_total and any(one.relation is not Relation.STRICT for one in ranked):
        tables = (ranked[0].better, *(one.worse for one in ranked))
        return [names.one(model, table) for table in tables]
    return [write_name(str(policy.name)) for where, policy in task.policies if where == model]


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
    head = f"label {write_name(label.name)} {{"
    line = " ".join((head, *(", ".join(members),) * bool(members), "}"))
    if len(line) <= _WIDTH:
        return line
    return "\n".join((head, *_filled(members), "}"))


def _filled(members: Sequence[str]) -> Iterator[str]:
    """Yield indented lines of bounded width of what is separated by commas."""
    line = " "
    for member, comma in zip(members, "," * (len(members) - 1) + " ", strict=True):
        if line != " " and len(line) + len(member) >= _WIDTH:
            yield line
            line = " "
        line += f" {member}{comma}".rstrip(" ")
    yield line


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
