"""Tasks and questions: what is asked, before any formalism answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.model import AcceptableSet, Claim, Constraint, Table
from specexpr.diagnostics import Span
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


@dataclass(frozen=True, slots=True)
class Objective:
    """A specification with its name: `spec` is an AST of the formalism whose id is `formalism`."""

    name: str
    environment: Environment
    formalism: str
    spec: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a task, a document or the command line may fix of a question; None leaves it open."""

    discount: Fraction | None = None
    modulo_unreachable: bool | None = None

    def over(self, other: Options) -> Options:
        """Return these options, open ones filled in from `other`."""
        return Options(
            discount=other.discount if self.discount is None else self.discount,
            modulo_unreachable=other.modulo_unreachable
            if self.modulo_unreachable is None
            else self.modulo_unreachable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Which behaviours are better than which, in one environment or in every member of a family.

    `scope` is the name of the environment or family; constraints and acceptable sets point into
    `environments` by index. `policies` are the named ones that the task mentions, with that index.
    `induced_by` is the objective whose order the task is, if it is one. `others` are further named policies
    of its environments, for explanations only.
    """

    name: str
    scope: str
    environments: tuple[Environment, ...]
    policies: tuple[tuple[int, Policy], ...]
    constraints: tuple[Constraint, ...] = ()
    acceptable: tuple[AcceptableSet, ...] = ()
    options: Options = Options()
    induced_by: Objective | None = None
    span: Span | None = None
    others: tuple[tuple[int, Policy], ...] = field(default=(), compare=False)

    def names(self) -> Mapping[tuple[int, Table], str]:
        """Return the name of each named table, the first one where several share it."""
        found: dict[tuple[int, Table], str] = {}
        for model, policy in (*self.policies, *self.others):
            if policy.name is not None:
                found.setdefault((model, policy.table), policy.name)
        return MappingProxyType(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A task with its options settled, and the moment (of `time.monotonic`) after which to give up."""

    task: Task
    options: Options
    deadline: float | None = None

    def claim(self) -> Claim:
        """Return what a verdict on this question is about, in the kernel's terms; needs a discount."""
        if self.options.discount is None:
            raise ValueError("a claim needs a discount")
        return Claim(
            models=tuple(environment.model for environment in self.task.environments),
            constraints=self.task.constraints,
            acceptable=self.task.acceptable,
            discount=self.options.discount,
            modulo_unreachable=bool(self.options.modulo_unreachable),
        )
