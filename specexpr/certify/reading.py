"""Read a results document from its JSON, strictly and completely: all that is wrong is said at once.

What is wrong inside a proof is kept as the flaw of its result, which verification then refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from specexpr.certify.checking import Answer
from specexpr.certify.document import (
    SCHEMA,
    Document,
    DocumentEnvironment,
    DocumentFamily,
    DocumentLabel,
    DocumentTask,
    Result,
    Skipped,
)
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.node import Malformed, Node, parse
from specexpr.certify.options import Given, read_options
from specexpr.certify.proofs import Exactness, Refused
from specexpr.certify.repairs_json import read_proof, read_repairs
from specexpr.certify.scope import Laws, NamedPolicy, Scope, read_distribution
from specexpr.certify.stretch import read_stretches
from specexpr.diagnostics import Diagnostic, SpecError, did_you_mean

_MOST_PROBLEMS = 20


def read_document(text: str) -> Document:
    """Return the document that a JSON text is; raise SpecError with everything that is wrong with it."""
    problems: list[Malformed] = []
    try:
        document = _read(parse(text), problems)
    except Malformed as problem:
        problems.append(problem)
    if problems:
        raise SpecError(
            Diagnostic(id="results-document", message=str(problem), help=problem.hint)
            for problem in problems[:_MOST_PROBLEMS]
        )
    return document


def _read(root: Node, problems: list[Malformed]) -> Document:
    keys = ("schema", "environments", "tasks", "results", "skipped")
    entry = root.fields(*keys, optional=("families", "repairs", "comparison"))
    if entry["schema"].value != SCHEMA:
        entry["schema"].expected(f'"{SCHEMA}"')
    environments = entry["environments"].each(_read_environment, problems)
    families: list[DocumentFamily] = []
    if "families" in entry:
        families = entry["families"].each(lambda node: _read_family(node, environments), problems)
    _refuse_twice(entry["environments"], [e.name for e in environments] + [f.name for f in families])
    if problems:
        raise problems.pop()
    document = Document(tuple(environments), tuple(families), (), ())
    tasks = entry["tasks"].each(lambda node: _read_task(node, document), problems)
    _refuse_twice(entry["tasks"], [task.name for task in tasks])
    if problems:
        raise problems.pop()
    document = Document(document.environments, document.families, tuple(tasks), ())
    scopes = {task.name: document.scope(task) for task in tasks}
    known = {task.name: task for task in tasks}
    results = entry["results"].each(lambda node: _read_result(node, document, known), problems)
    skipped = entry["skipped"].each(lambda node: _read_skipped(node, scopes), problems)
    document = replace(document, results=tuple(results), skipped=tuple(skipped))
    if "repairs" not in entry:
        return document
    repairs = entry["repairs"].each(lambda node: read_repairs(node, document, known), problems)
    return replace(document, repairs=tuple(repairs))


def _refuse_twice(node: Node, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            node.fail(f'the name "{name}" is given twice')
        seen.add(name)


def _names(node: Node) -> tuple[str, ...]:
    """Return one name or more, each once."""
    names = tuple(item.name() for item in node.items())
    if not names:
        node.expected("at least one name")
    _refuse_twice(node, names)
    return names


def _read_environment(node: Node) -> DocumentEnvironment:
    entry = node.fields("name", "states", "actions", "start", "transitions", "labels")
    states, actions = _names(entry["states"]), _names(entry["actions"])
    state_index = {name: i for i, name in enumerate(states)}
    action_index = {name: i for i, name in enumerate(actions)}
    laws: Laws = {}
    rows: list[dict[int, Distribution]] = [{} for _ in states]
    for item in entry["transitions"].items():
        step = item.fields("state", "action", "next")
        s, a = step["state"].index(state_index, "state"), step["action"].index(action_index, "action")
        if a in rows[s]:
            item.fail("the state and action have been given before")
        rows[s][a] = read_distribution(step["next"], state_index, "state", laws)
    if not all(rows):
        entry["transitions"].fail(f'the state "{states[rows.index({})]}" has no action')
    start = read_distribution(entry["start"], state_index, "state", laws)
    model = Model(states, actions, start, tuple(dict(sorted(row.items())) for row in rows))
    scope = Scope((entry["name"].name(),), (model,))
    labels = tuple(_read_label(name, label, scope) for name, label in entry["labels"].entries())
    return DocumentEnvironment(scope.names[0], model, labels)


def _read_label(name: str, node: Node, scope: Scope) -> DocumentLabel:
    """Return a label from its list of states and [state, action] pairs."""
    states, pairs = [], []
    for item in node.items():
        if isinstance(item.value, list):
            pairs.append(scope.read_step(item))
        else:
            states.append(item.index(scope.state_index, "state"))
    if len(set(states)) < len(states) or len(set(pairs)) < len(pairs):
        node.fail("names a state or a pair twice")
    return DocumentLabel(name, tuple(states), tuple(pairs))


def _read_family(node: Node, environments: Iterable[DocumentEnvironment]) -> DocumentFamily:
    entry = node.fields("name", "environments")
    members = _names(entry["environments"])
    known = {e.name: e.model for e in environments}
    for member in members:
        if member not in known:
            entry["environments"].fail(f'"{member}" is not the name of a known environment')
    vocabularies = {(frozenset(known[m].states), frozenset(known[m].actions)) for m in members}
    if len(vocabularies) > 1:
        node.fail("the environments of a family must have the same states and actions")
    return DocumentFamily(entry["name"].name(), members)


def _read_task(node: Node, document: Document) -> DocumentTask:
    entry = node.fields("name", "environment", "constraints", "accept", "policies")
    name, environment = entry["name"].name(), entry["environment"].name()
    families = {family.name for family in document.families}
    known = families | {e.name for e in document.environments}
    if environment not in known:
        hint = did_you_mean(environment, known, kind="environment")
        entry["environment"].fail("is not the name of a known environment or family", hint=hint)
    scope = document.scope(DocumentTask(name, environment, ()))
    found: list[NamedPolicy] = []
    if environment in families:
        for member, policies in entry["policies"].entries():
            model = Node(member, member, entry["policies"])
            found += _read_policies(policies, scope, scope.read_model(model))
    else:
        found += _read_policies(entry["policies"], scope, 0)
    reader = _TaskReader(scope, environment in families, {(p.model, p.name): p.table for p in found})
    constraints = tuple(map(reader.constraint, entry["constraints"].items()))
    sets = () if entry["accept"].value is None else tuple(map(reader.accept, entry["accept"].items()))
    return DocumentTask(name, environment, tuple(found), constraints, sets)


def _read_policies(node: Node, scope: Scope, model: int) -> list[NamedPolicy]:
    return [NamedPolicy(model, name, scope.read_table(entry, model)) for name, entry in node.entries()]


class _TaskReader:
    """Reads what a task asks; its policies are known by (model, name)."""

    def __init__(self, scope: Scope, in_family: bool, policies: Mapping[tuple[int, str], Table]) -> None:
        self.scope, self.policies = scope, policies
        self.place = ("environment",) if in_family else ()

    def policy(self, node: Node, model: int) -> Table:
        name = node.text()
        if (model, name) not in self.policies:
            known = [known for m, known in self.policies if m == model]
            hint = did_you_mean(name, known, kind="policy")
            node.fail("is not the name of a policy of the task", hint=hint)
        return self.policies[model, name]

    def constraint(self, node: Node) -> Constraint:
        entry = node.fields("better", "worse", "relation", "line", *self.place)
        model = self.scope.read_model(entry["environment"]) if self.place else 0
        relation, line = entry["relation"].choice(Relation), entry["line"].line()
        if isinstance(entry["better"].value, list):
            first = self.scope.read_trajectory(entry["better"], model)
            second = self.scope.read_trajectory(entry["worse"], model)
            if len(first) != len(second):
                node.fail("compares sequences of different lengths")
            return TrajectoryConstraint(model, first, second, relation, line)
        better, worse = self.policy(entry["better"], model), self.policy(entry["worse"], model)
        return PolicyConstraint(model, better, worse, relation, line)

    def accept(self, node: Node) -> AcceptableSet:
        entry = node.fields("environment", "good", "over", "equally", "line")
        model = self.scope.read_model(entry["environment"])
        good = self.policies_of(entry["good"], model)
        over = None if entry["over"].value is None else self.policies_of(entry["over"], model)
        if not good or len(set(good)) < len(good):
            entry["good"].fail("must name one policy or more, each once")
        if not isinstance(entry["equally"].value, bool):
            entry["equally"].expected("true or false")
        acceptance = Acceptance.EQUAL if entry["equally"].value else Acceptance.RANGE
        return AcceptableSet(model, good, over, acceptance, entry["line"].line())

    def policies_of(self, node: Node, model: int) -> tuple[Table, ...]:
        return tuple(self.policy(item, model) for item in node.items())


def _read_result(node: Node, document: Document, tasks: Mapping[str, DocumentTask]) -> Result:
    entry = node.fields(
        *("task", "environment", "formalism", "options", "verdict", "proof"),
        *("reason", "size", "witness", "certificate", "seconds"),
        optional=("good",),
    )
    seconds = entry["seconds"].value
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < 1e18:
        entry["seconds"].expected("a number of seconds")
    name, answer = entry["task"].name(), entry["verdict"].choice(Answer)
    given, proof, flaw = Given(), None, None
    if name in tasks:
        task = tasks[name]
        scope, bare = document.scope(task), document.claim(task, given)
        labels = document.labels(task)
        given = read_options(entry["options"], scope, bare, labels)
        try:
            claim = document.claim(task, given)
            proof = _read_proof(entry, answer, replace(scope, asked=claim, labels=labels))
        except (Malformed, Refused) as problem:
            flaw = str(problem)
    return Result(
        task=name,
        environment=entry["environment"].name(),
        formalism=entry["formalism"].name(),
        given=given,
        answer=answer,
        exactness=None if entry["proof"].value is None else entry["proof"].choice(Exactness),
        reason=None if entry["reason"].value is None else entry["reason"].text(),
        size=_read_size(entry["size"]),
        proof=proof,
        seconds=seconds,
        flaw=flaw,
        good=read_stretches(entry["good"]) if "good" in entry else None,
    )


def _read_proof(entry: Mapping[str, Node], answer: Answer, scope: Scope) -> object:
    """Return the proof under `witness` or `certificate`, as the verdict asks."""
    places = {Answer.EXPRESSIBLE: "witness", Answer.INEXPRESSIBLE: "certificate"}
    for verdict, place in places.items():
        if verdict is not answer and entry[place].value is not None:
            raise Refused(f'a result that says "{answer}" must not carry a {place}')
    if answer not in places:
        return None
    return read_proof(entry[places[answer]], scope)


def _read_size(node: Node) -> tuple[int, int] | None:
    if node.value is None:
        return None
    entry = node.fields("lower", "upper")
    lower, upper = entry["lower"].line(), entry["upper"].line()
    if lower is None or upper is None or lower > upper:
        node.expected("the bounds of a size")
    return lower, upper


def _read_skipped(node: Node, scopes: Mapping[str, Scope]) -> Skipped:
    entry = node.fields("task", "formalism", "needs")
    task = entry["task"].name()
    if task not in scopes:
        entry["task"].fail("is not the name of a known task", hint=did_you_mean(task, scopes, kind="task"))
    return Skipped(task, entry["formalism"].name(), entry["needs"].text())
