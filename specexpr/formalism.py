"""The contract of a formalism: a frozen manifest of functions, found by name and never registered.

A formalism is two files with one stem: `grammars/<stem>.lark` and `specexpr/formalisms/<stem>.py`, which
ends in `FORMALISM = Formalism(...)`. Third parties publish modules of the same shape under the entry-point
group `specexpr.formalisms`. What a formalism cannot do it leaves None.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.metadata import entry_points
from random import Random
from types import MappingProxyType
from typing import Any, Protocol

from specexpr.diagnostics import InternalError, Report, Source, Span
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy

Spec = Any  # the formalism's own AST: only its own functions look inside


class Parse(Protocol):
    """Reads the body of an objective; `options` fill in what the body may leave to the document."""

    def __call__(
        self, source: Source, span: Span, environment: Environment, report: Report, *, options: Options = ...
    ) -> Spec | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Formalism:
    """What the rest of the house may ask of a formalism.

    parse: (source, span of the body between its braces, environment, report) -> spec, or None once every
        problem has been reported.
    print: (environment, spec) -> a body that parses back to the same spec.
    sample: (random, environment) -> some spec, for the conformance laws.
    evaluate: (environment, spec, policies) -> their exact values, in order.
    needs: question -> None if it can be asked as it stands, else what is missing ("a discount: write ...").
    decide: question -> verdict; the proof has passed the kernel.
    """

    id: str
    keyword: str | None
    title: str
    documentation: str
    parse: Parse | None = None
    print: Callable[[Environment, Spec], str] | None = None
    sample: Callable[[Random, Environment], Spec] | None = None
    evaluate: Callable[[Environment, Spec, Sequence[Policy]], tuple[Fraction, ...]] | None = None
    needs: Callable[[Question], str | None] | None = None
    decide: Callable[[Question], Verdict] | None = None


@cache
def formalisms() -> Mapping[str, Formalism]:
    """Return every formalism by id, in alphabetical order of their ids."""
    home = importlib.import_module("specexpr.formalisms")
    modules = [
        importlib.import_module(f"{home.__name__}.{m.name}") for m in pkgutil.iter_modules(home.__path__)
    ]
    modules += [point.load() for point in entry_points(group="specexpr.formalisms")]
    found: dict[str, Formalism] = {}
    for module in modules:
        manifest = getattr(module, "FORMALISM", None)
        if not isinstance(manifest, Formalism):
            raise InternalError(f"{module.__name__} must end in FORMALISM = Formalism(...)")
        names = {manifest.id, manifest.keyword} - {None}
        for other in found.values():
            if names & {other.id, other.keyword}:
                raise InternalError(f"{module.__name__} and {other.id} claim one name")
        found[manifest.id] = manifest
    return MappingProxyType(dict(sorted(found.items())))


def find_formalism(name: str) -> Formalism | None:
    """Return the formalism with this id or keyword."""
    return next((f for f in formalisms().values() if name in (f.id, f.keyword)), None)
