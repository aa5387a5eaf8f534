"""Tasks and questions: what is asked, before any formalism answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.model import AcceptableSet, Claim, Constraint, Label, Setting, Shape, Table
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
    """What a task, a document or the command line may fix of a question; None leaves it open.

    discount: a rational; `any_discount` asks for some discount, whichever, and overrides one given elsewhere.
    horizon: how many steps count. beta: what every reward after the first step is multiplied by.
    machine_states: how many states a machine may have.
    observe_labels: machines, functions of trajectories and formulas see labels only.
    structure: an objective whose machine, discounts or weights are taken, its rewards left free.
    given: objectives whose values or returns are all that counts; by their names, in each environment.
    utility: what a utility must be. nonnegative: the weights of given objectives must be at least 0.
    """

    discount: Fraction | None = None
    any_discount: bool | None = None
    modulo_unreachable: bool | None = None
    horizon: int | None = None
    beta: Fraction | None = None
    machine_states: int | None = None
    observe_labels: bool | None = None
    structure: Objective | None = None
    given: tuple[Objective, ...] | None = None
    utility: Shape | None = None
    nonnegative: bool | None = None

    def over(self, other: Options) -> Options:
        """Return these options, open ones filled in from `other`."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in found.items():
            if value is None and not (name in _DISCOUNT and (self.discount or self.any_discount)):
                found[name] = getattr(other, name)
        return Options(**found)

    def only(self, names: Iterable[str]) -> Options:
        """Return the options with these names, the others open."""
        kept = {*names, *(_DISCOUNT if "discount" in names else ())}
        return Options(**{f.name: getattr(self, f.name) for f in fields(self) if f.name in kept})


_DISCOUNT = ("discount", "any_discount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Which behaviours are better than which, in one environment or in every member of a family.

    `scope` is the name of the environment or family; constraints and acceptable sets point into
    `environments` by index. `policies` are the named ones that the task mentions, with that index.
    `induced_by` is the objective whose order the task is, if it is one. `unsettled` says which values of it
    could not be told apart, so that no answer can be given. `others` are further named policies
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
    unsettled: str | None = None
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
    """A task with its options settled, and the moment (of `time.monotonic`) after which to give up.

    An open discount asks for some discount, whichever. `setting` is what a formalism makes of the other
    options that it uses.
    """

    task: Task
    options: Options
    deadline: float | None = None
    setting: Setting = field(default_factory=Setting)

    def claim(self) -> Claim:
        """Return what a verdict on this question is about, in the kernel's terms."""
        return Claim(
            models=tuple(environment.model for environment in self.task.environments),
            constraints=self.task.constraints,
            acceptable=self.task.acceptable,
            discount=self.options.discount,
            modulo_unreachable=bool(self.options.modulo_unreachable),
            setting=self.setting,
        )

    def labels(self) -> tuple[tuple[Label, ...], ...] | None:
        """Return the labels of each environment where they are all that is observed, else None."""
        if not self.options.observe_labels:
            return None
        return tuple(environment.labels for environment in self.task.environments)
