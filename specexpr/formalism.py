"""The contract of a formalism: a frozen manifest of functions, found by name and never registered.

A formalism is two files with one stem: `grammars/<stem>.lark` and `specexpr/formalisms/<stem>.py`, which
ends in `FORMALISM = Formalism(...)`. Third parties publish modules of the same shape under the entry-point
group `specexpr.formalisms`. What a formalism cannot do it leaves None.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from specexpr.certify.measure import Measure
from specexpr.certify.model import Setting
from specexpr.certify.stretch import Stretch
from specexpr.diagnostics import Diagnostic, InternalError, Report, Source, Span, SpecError
from specexpr.exact import Value
from specexpr.expressivity.orders import Compare
from specexpr.expressivity.task import Objective, Options, Question, Task
from specexpr.expressivity.verdict import Verdict
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.nodes import Leaf

if TYPE_CHECKING:
    from specexpr.product.optimal import Optimum
    from specexpr.product.product import Product

Spec = Any  # the formalism's own AST: only its own functions look inside


class Parse(Protocol):
    """Reads the body of an objective; `options` fill in what the body may leave to the document."""

    def __call__(
        self, source: Source, span: Span, environment: Environment, report: Report, *, options: Options = ...
    ) -> Spec | None: ...


Find = Callable[[Leaf], Objective | None]
"""Finds the objective that a name in a body stands for, in the same environment; None once it is reported."""


class Compose(Protocol):
    """Reads the body of an objective over other objectives, which it names."""

    def __call__(
        self, source: Source, span: Span, environment: Environment, report: Report, *, find: Find
    ) -> Spec | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Formalism:
    """What the rest of the house may ask of a formalism.

    parse: (source, span of the body between its braces, environment, report) -> spec, or None once every
        problem has been reported.
    compose: the same in place of `parse` where the body names other objectives, its components.
    components: spec -> these objectives, in the order of the body.
    print: (environment, spec) -> a body that parses back to the same spec.
    words: (environment, spec) -> the spec in plain English.
    sample: (random, environment) -> some spec, for the conformance laws.
    evaluate: (environment, spec, policies) -> their values, in order: exact, or enclosed where irrational;
        of several objectives at once a vector.
    compare: how two values stand, where they are not compared as numbers.
    measure: objective -> what it is to the kernel, in the numbering of its environment.
    approximate: (environment, spec, policies) -> about their values, in floats, for large environments.
    optimal: (environment, spec) -> the largest value over all policies, and a policy that attains it.
    options: the options of a question that bear on the answer, by the names of their fields in `Options`.
    needs: question -> None if it can be asked as it stands, else what is missing ("a discount: write ...").
    settle: question -> what its options fix, for the kernel; by default what is observed.
    decide: question -> verdict; the proof has passed the kernel.
    good_discounts: question of any discount -> the set of those that do, or None where that is costly.
    product: (environment, spec) -> the environment with the memory that the spec needs, and what steps pay.
    within: ids of formalisms that express, in every environment, whatever this one does; the nearest ones.
    """

    id: str
    keyword: str | None
    title: str
    documentation: str
    parse: Parse | None = None
    compose: Compose | None = None
    components: Callable[[Spec], tuple[Objective, ...]] | None = None
    print: Callable[[Environment, Spec], str] | None = None
    words: Callable[[Environment, Spec], str] | None = None
    sample: Callable[[Random, Environment], Spec] | None = None
    evaluate: Callable[[Environment, Spec, Sequence[Policy]], tuple[Value, ...]] | None = None
    compare: Compare | None = None
    measure: Callable[[Objective], Measure] | None = None
    approximate: Callable[[Environment, Spec, Sequence[Policy]], tuple[float, ...]] | None = None
    optimal: Callable[[Environment, Spec], Optimum] | None = None
    options: frozenset[str] = frozenset({"discount", "modulo_unreachable"})
    needs: Callable[[Question], str | None] | None = None
    settle: Callable[[Question], Setting] | None = None
    decide: Callable[[Question], Verdict] | None = None
    good_discounts: Callable[[Question], tuple[Stretch, ...] | None] | None = None
    product: Callable[[Environment, Spec], Product] | None = None
    within: frozenset[str] = frozenset()

    @property
    def is_written(self) -> bool:
        """Say whether specifications can be written down."""
        return self.parse is not None or self.compose is not None


def posed(formalism: Formalism, task: Task, options: Options) -> Question:
    """Return the question with the options that the formalism uses, before it says what it still needs.

    An order that an objective over others induced is asked by these, in its own formalism, unless others are
    given. A question that gives objectives has no discount of its own.
    """
    found = options.only(formalism.options)
    if "given" in formalism.options and found.given is None:
        found = replace(found, given=_own_components(formalism, task))
    if found.given is not None:
        found = replace(found, discount=None, any_discount=None)
    return Question(task=task, options=found)


def _own_components(formalism: Formalism, task: Task) -> tuple[Objective, ...] | None:
    """Return the components of the objective that induced a task, where the kernel can value them all."""
    own = task.induced_by
    if own is None or own.formalism != formalism.id or formalism.components is None:
        return None
    parts = formalism.components(own.spec)
    known = [find_formalism(part.formalism) for part in parts]
    is_known = all(part is not None and part.measure is not None for part in known)
    return parts if is_known and len(task.environments) == 1 else None


def settled(formalism: Formalism, question: Question) -> Question:
    """Return a question that needs nothing more with what its options fix."""
    if formalism.settle is not None:
        return replace(question, setting=formalism.settle(question))
    return replace(question, setting=Setting(labels=question.labels()))


@cache
def formalisms() -> Mapping[str, Formalism]:
    """Return every formalism by id, in alphabetical order of their ids.

    Raises SpecError when a plug-in is broken, InternalError when one of our own modules is.
    """
    home = importlib.import_module("specexpr.formalisms")
    found: dict[str, Formalism] = {}
    for info in pkgutil.iter_modules(home.__path__):
        name = f"{home.__name__}.{info.name}"
        problem = _add(importlib.import_module(name), found)
        if problem is not None:
            raise InternalError(f"{name} {problem}")
    for point in entry_points(group="specexpr.formalisms"):
        try:
            problem = _add(point.load(), found)
        except Exception as error:  # a third party's module may raise anything when it is imported
            problem = f"cannot be imported: {type(error).__name__}: {error}"
        if problem is not None:
            package = f' of the package "{point.dist.name}"' if point.dist else ""
            raise SpecError(
                [
                    Diagnostic(
                        id="broken-plug-in",
                        message=f'the formalism "{point.value}"{package} {problem}',
                        help="mend or uninstall the package that brings it",
                    )
                ]
            )
    return MappingProxyType(dict(sorted(found.items())))


def _add(module: object, found: dict[str, Formalism]) -> str | None:
    """Add the manifest of a module; return what is wrong with it, or None."""
    manifest = getattr(module, "FORMALISM", None)
    if not isinstance(manifest, Formalism):
        return "must end in FORMALISM = Formalism(...)"
    names = {manifest.id, manifest.keyword} - {None}
    for other in found.values():
        if names & {other.id, other.keyword}:
            return f"claims a name that {other.id} has"
    found[manifest.id] = manifest
    return None


def find_formalism(name: str) -> Formalism | None:
    """Return the formalism with this id or keyword."""
    return next((f for f in formalisms().values() if name in (f.id, f.keyword)), None)
