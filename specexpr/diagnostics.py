"""Say what is wrong, where, and what to write instead: diagnostics as values.

A diagnostic is data; `report` renders it for a terminal, a log or an editor. Nothing here prints.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the run, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open range [start, end) of character offsets in a source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """A text with its name; turns offsets into lines and columns, both counted from 1."""

    name: str
    text: str
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        find, at = self.text.find, 0
        while (at := find("\n", at)) >= 0:
            at += 1
            starts.append(at)
        object.__setattr__(self, "_starts", tuple(starts))

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of an offset.

        >>> Source("x.spex", "ab\\ncd").position(4)
        (2, 2)
        """
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of a line, without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem: a stable word id, one terse message, a span, what to write, further spans with a remark.

    `specexpr explain ID` documents the id.
    """

    id: str
    message: str
    span: Span | None = None
    help: str | None = None
    severity: Severity = Severity.ERROR
    notes: tuple[tuple[Span, str], ...] = ()


Report = Callable[[Diagnostic], None]
"""Where a reader sends each problem as it finds it, so that all are known in one run."""


class SpecError(Exception):
    """The text is wrong: all diagnostics of one source, in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic], *, source: Source | None = None) -> None:
        self.diagnostics = tuple(diagnostics)
        self.source = source
        super().__init__("\n".join(_line(d, source) for d in self.diagnostics))


def _line(diagnostic: Diagnostic, source: Source | None) -> str:
    """Return a diagnostic in one line, with its place and help, as the message of an exception."""
    place = ""
    if source is not None and diagnostic.span is not None:
        place = f"{source.name}:{':'.join(map(str, source.position(diagnostic.span.start)))}: "
    help = "" if diagnostic.help is None else f" ({diagnostic.help})"
    return f"{place}{diagnostic.severity}[{diagnostic.id}]: {diagnostic.message}{help}"


class SpecErrors(Exception):  # noqa: N818 -- several SpecError
    """Several texts are wrong: an error for each."""

    def __init__(self, errors: Iterable[SpecError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


def each(work: Callable[[One], Other], some: Iterable[One]) -> list[Other]:
    """Return what work makes of each; raise SpecErrors with all errors, each once, if there are any."""
    done: list[Other] = []
    errors: dict[object, SpecError] = {}
    for one in some:
        try:
            done.append(work(one))
        except SpecError as error:
            errors.setdefault((error.diagnostics, error.source), error)
    if errors:
        raise SpecErrors(errors.values())
    return done


class IllPosed(SpecError):  # noqa: N818 -- the house's name: a question, not a failure
    """The question makes no sense as it stands (no discount, a strict cycle): not the same as "no"."""


class NoValue(SpecError):  # noqa: N818 -- a finding about a policy, not a failure
    """A policy has no value under an objective, or none that can be computed: `reason` says why."""

    def __init__(self, reason: str, *, policy: str | None = None) -> None:
        self.reason, self.policy = reason, policy
        who = "a policy" if policy is None else f"policy {policy}"
        super().__init__([Diagnostic(id="no-value", message=f"{who} has no value: {reason}")])


class NoAutomaton(SpecError):  # noqa: N818 -- a finding about an objective, not a failure
    """What an objective asks for is not computed: `reason` says why. `naming` adds the objective."""

    def __init__(self, diagnostic: Diagnostic, *, objective: str | None = None) -> None:
        self.problem, self.objective = diagnostic, objective
        message = diagnostic.message if objective is None else f"objective {objective}: {diagnostic.message}"
        super().__init__([replace(diagnostic, message=message)])


@contextmanager
def naming(objective: str) -> Iterator[None]:
    """Add the name of an objective to what is said of its automaton."""
    try:
        yield
    except NoAutomaton as error:
        if error.objective is not None:
            raise
        raise NoAutomaton(error.problem, objective=objective) from None


class InternalError(Exception):
    """A proof failed its own check, or an invariant broke: our bug, never the user's."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `name`, or None when none is.

    >>> nearest("rigth", ["left", "right"])
    'right'
    """
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(name: str, known: Iterable[str], *, kind: str) -> str:
    """Return the help for an unknown name: the nearest known one, or the first few there are.

    >>> did_you_mean("rigth", ["left", "right"], kind="action")
    'did you mean "right"?'
    """
    names = list(known)
    match = nearest(name, names)
    if match is not None:
        return f'did you mean "{match}"?'
    if not names:
        return f"no {kind} is declared"
    listed = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    return f"known {kind} names: {listed}"
