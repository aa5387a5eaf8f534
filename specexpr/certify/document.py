"""The results document as data, and its verification: one outcome for each result.

`reading` and `writing` go between this and its JSON (schema.json). Proofs stand in it as the kernel's data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from specexpr.certify.checking import Answer, check, kind_of, proof_kinds, size_of
from specexpr.certify.model import (
    AcceptableSet,
    Claim,
    Constraint,
    Distribution,
    Label,
    Model,
    PolicyConstraint,
    Table,
)
from specexpr.certify.options import Given
from specexpr.certify.proofs import Exactness, Refused
from specexpr.certify.scope import NamedPolicy, Scope
from specexpr.certify.stretch import Stretch

SCHEMA = "specexpr/1"


@dataclass(frozen=True, slots=True)
class DocumentLabel:
    """A label: the states, and the (state, action) pairs, that carry it."""

    name: str
    states: tuple[int, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentEnvironment:
    """A model with its name and labels."""

    name: str
    model: Model
    labels: tuple[DocumentLabel, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFamily:
    """A name for several environments with the same states and actions."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentTask:
    """A task in the environment or family called `environment`.

    Model indices count the family's members; states and actions are numbered as in the first of them.
    Every policy of a constraint or acceptable set is among `policies`.
    """

    name: str
    environment: str
    policies: tuple[NamedPolicy, ...]
    constraints: tuple[Constraint, ...] = ()
    acceptable: tuple[AcceptableSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer to a task in a formalism with its proof; `flaw` says why a proof could not be read.

    `good` are the discounts that do, where any may and they are known; nothing proves them.
    """

    task: str
    environment: str
    formalism: str
    given: Given
    answer: Answer
    exactness: Exactness | None
    reason: str | None
    size: tuple[int, int] | None
    proof: Any
    seconds: float
    flaw: str | None = None
    good: tuple[Stretch, ...] | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A formalism that was not asked about a task, and what it needs."""

    task: str
    formalism: str
    needs: str


@dataclass(frozen=True, slots=True)
class ProvedPart:
    """Preferences of a task by number, ascending: its constraints from 0 on, then its acceptable sets.

    Of a repair they are those that are dropped, and the proof is on the others (None: there are none); of a
    conflict they are those that it is about.
    """

    numbers: tuple[int, ...]
    proof: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRepairs:
    """The smallest repairs of a task in a formalism; fewer than `at_least` preferences mend nothing.

    limit: why there may be others as small or smaller. None says that these are all of size `at_least`.
    `unsettled` are sets of which nothing is said. `flaw` says why a proof could not be read.
    """

    task: str
    environment: str
    formalism: str
    given: Given
    at_least: int
    smallest: tuple[ProvedPart, ...]
    conflicts: tuple[ProvedPart, ...]
    unsettled: tuple[tuple[int, ...], ...] = ()
    limit: str | None = None
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that `check --json` prints, and `compare --json`, which adds repairs."""

    environments: tuple[DocumentEnvironment, ...]
    families: tuple[DocumentFamily, ...]
    tasks: tuple[DocumentTask, ...]
    results: tuple[Result, ...]
    skipped: tuple[Skipped, ...] = ()
    repairs: tuple[TaskRepairs, ...] = ()

    def scope(self, task: DocumentTask) -> Scope:
        """Return the names of a task, its models in the order of the first one's states and actions."""
        family = next((f.members for f in self.families if f.name == task.environment), (task.environment,))
        models = {e.name: e.model for e in self.environments if e.name in family}
        first = models[family[0]]
        return Scope(family, tuple(aligned(models[name], first) for name in family), task.policies)

    def labels(self, task: DocumentTask) -> tuple[tuple[Label, ...], ...]:
        """Return the labels of each model of a task, its states and actions numbered as in the first."""
        scope = self.scope(task)
        found = []
        for name in scope.names:
            (environment,) = (e for e in self.environments if e.name == name)
            states, actions = environment.model.states, environment.model.actions
            found.append(
                tuple(
                    Label(
                        label.name,
                        frozenset(scope.state_index[states[s]] for s in label.states),
                        frozenset(
                            (scope.state_index[states[s]], scope.action_index[actions[a]])
                            for s, a in label.pairs
                        ),
                    )
                    for label in environment.labels
                )
            )
        return tuple(found)

    def claim(self, task: DocumentTask, given: Given) -> Claim:
        """Return what a result on a task with these options is about."""
        return Claim(
            models=self.scope(task).models,
            constraints=task.constraints,
            acceptable=task.acceptable,
            discount=given.discount,
            modulo_unreachable=given.modulo_unreachable,
            setting=given.setting,
        )


class Status(StrEnum):
    """What verification says of a result."""

    HOLDS = "holds"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What verification says of a result, with the reason when it is refused."""

    result: Result
    status: Status
    reason: str | None = None


def verify(document: Document) -> tuple[Outcome, ...]:
    """Check every result of a document; one outcome each, in order."""
    outcomes = []
    for result in document.results:
        try:
            outcomes.append(Outcome(result, _checked(document, result)))
        except Refused as refusal:
            outcomes.append(Outcome(result, Status.REFUSED, str(refusal)))
    return tuple(outcomes)


def _checked(document: Document, result: Result) -> Status:
    """Check one result; everything that it says is checked or refused."""
    if result.flaw is not None:
        raise Refused(result.flaw)
    task = next((task for task in document.tasks if task.name == result.task), None)
    if task is None:
        raise Refused("the document has no task of that name")
    if task.environment != result.environment:
        raise Refused("the task is in another environment")
    if not any(result.formalism in kind.formalisms for kind in proof_kinds().values()):
        raise Refused("no proof is known for that formalism")
    if result.answer is Answer.UNDECIDED:
        if result.proof is not None or result.exactness is not None or result.size or not result.reason:
            raise Refused("an undecided result has a reason and no proof")
        return Status.UNDECIDED
    if result.reason is not None:
        raise Refused("only an undecided result has a reason")
    kind = kind_of(result.proof)
    if kind is None or (kind.verdict, kind.exactness) != (result.answer, result.exactness):
        raise Refused("the result has no proof of what it says")
    check(document.claim(task, result.given), result.formalism, result.proof)
    if result.size is not None and result.size != size_of(result.proof, result.formalism):
        raise Refused("nothing proves the size")
    return Status.HOLDS


def aligned(model: Model, first: Model) -> Model:
    """Return a model with its states and actions in the order of another that has the same ones."""
    if (model.states, model.actions) == (first.states, first.actions):
        return model
    state = {name: i for i, name in enumerate(first.states)}
    action = {name: i for i, name in enumerate(first.actions)}

    def moved(law: Distribution) -> Distribution:
        return tuple(sorted((state[model.states[t]], p) for t, p in law))

    rows = {
        state[name]: dict(sorted((action[model.actions[a]], moved(law)) for a, law in row.items()))
        for name, row in zip(model.states, model.rows, strict=True)
    }
    return Model(first.states, first.actions, moved(model.start), tuple(rows[s] for s in range(len(rows))))


def named(
    policies: Iterable[NamedPolicy], constraints: Iterable[Constraint], acceptable: Iterable[AcceptableSet]
) -> tuple[NamedPolicy, ...]:
    """Return the policies and what else a task mentions, called `policy 1` and so on."""
    found = list(policies)
    known = {(p.model, p.table) for p in found}
    names = {p.name for p in found}
    sides: list[tuple[int, Table]] = []
    for c in constraints:
        if isinstance(c, PolicyConstraint):
            sides += [(c.model, c.better), (c.model, c.worse)]
    for accepted in acceptable:
        sides += [(accepted.model, table) for table in (*accepted.good, *(accepted.over or ()))]
    number = 0
    for model, table in dict.fromkeys(sides):
        if (model, table) not in known:
            number += 1
            while f"policy {number}" in names:
                number += 1
            found.append(NamedPolicy(model, f"policy {number}", table))
    return tuple(found)
