"""A document: everything that a .spex file declares, as objects of the theory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from specexpr.diagnostics import Diagnostic, Source, SpecError
from specexpr.expressivity.task import Objective, Options, Task
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.names import name_hint, shown

T = TypeVar("T")

_OPEN = Options()


@dataclass(frozen=True, slots=True)
class Family:
    """Environments with the same names; states, actions and labels are in the order of the first."""

    name: str
    environments: tuple[Environment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a file declares, each kind in the order of the text.

    `policies` are those of each environment by its name; one that is declared in a family is among those of
    every member. `options` are the document's own; tasks have taken them over where they say nothing.
    Two documents are equal if they declare the same, whatever their sources and warnings.
    """

    source: Source = field(compare=False)
    environments: tuple[Environment, ...] = ()
    policies: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    families: tuple[Family, ...] = ()
    objectives: tuple[Objective, ...] = ()
    tasks: tuple[Task, ...] = ()
    options: Options = _OPEN
    warnings: tuple[Diagnostic, ...] = field(default=(), compare=False)

    def task(self, name: str) -> Task:
        """Return the task with this name; raise SpecError with the nearest name if there is none."""
        return self._only("task", name, {task.name: [task] for task in self.tasks})

    def environment(self, name: str) -> Environment:
        """Return the environment with this name; raise SpecError with the nearest name if there is none."""
        return self._only("environment", name, {one.name: [one] for one in self.environments})

    def objective(self, name: str, *, environment: str | None = None) -> Objective:
        """Return the objective with this name; say in which environment if several have one."""
        found: dict[str, list[Objective]] = {}
        for one in self.objectives:
            if environment in (None, one.environment.name):
                found.setdefault(one.name, []).append(one)
        return self._only("objective", name, found)

    def policy(self, name: str, *, environment: str | None = None) -> Policy:
        """Return the policy with this name; say in which environment if several have one."""
        found: dict[str, list[Policy]] = {}
        for place, policies in self.policies.items():
            for one in policies if environment in (None, place) else ():
                found.setdefault(one.name or "", []).append(one)
        return self._only("policy", name, found)

    def _only(self, kind: str, name: str, found: Mapping[str, Sequence[T]]) -> T:
        matches = found.get(name, ())
        if len(matches) == 1:
            return matches[0]
        if matches:
            message = f"several environments have the {kind} {shown(name)}"
            hint = "say which with environment=..."
        else:
            message = f"{self.source.name} has no {kind} {shown(name)}"
            hint = name_hint(name, tuple(found), kind=kind)
        raise SpecError([Diagnostic(id="unknown-name", message=message, help=hint)], source=self.source)
