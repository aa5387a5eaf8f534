"""Load a file or a text: all that is wrong with it in one run, or the document that it is."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from specexpr.diagnostics import Diagnostic, IllPosed, Severity, Source, Span, SpecError
from specexpr.document.context import Context
from specexpr.document.document import Document
from specexpr.document.posed import ILL_POSED
from specexpr.document.reading import read_document
from specexpr.syntax.files import read_stream, reason_of, text_of, unreadable

MAX_PROBLEMS = 1_000

_HINT = "give the path of a .spex file"


def load(path: str | os.PathLike[str]) -> Document:
    """Read a .spex file; raise SpecError with all that is wrong with it, IllPosed if only its questions are.

    A file that cannot be opened, or is no text in UTF-8, is a SpecError too.
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            data = read_stream(file)
    except (OSError, ValueError) as error:
        raise unreadable(name, reason_of(error), hint=_HINT) from None
    return loads(text_of(data, name=name, hint=_HINT), name=name)


def loads(text: str, *, name: str = "<text>") -> Document:
    """Read a document from a text; raise as `load` does.

    >>> loads("environment e { states s; actions a; start s; s / a -> s }").environment("e").states
    ('s',)
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, not {type(text).__name__}")
    source = Source(name, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    problems = _Problems()
    try:
        with _uncollected():
            document = read_document(Context(source, problems.report))
    except _TooManyError:
        document = Document(source=source)
    errors = problems.all(Severity.ERROR)
    if errors:
        kind = IllPosed if all(error.id in ILL_POSED for error in errors) else SpecError
        raise kind(errors, source=source)
    return replace(document, warnings=problems.all(Severity.WARNING))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the search for cyclic garbage: a large document is millions of tuples, none in a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _TooManyError(Exception):
    """There are more problems than anybody reads."""


@dataclass(frozen=True, slots=True)
class _Problems:
    """Collects diagnostics; one place says the same thing once."""

    _found: dict[tuple[str, str, Span | None], Diagnostic] = field(default_factory=dict)

    def report(self, diagnostic: Diagnostic) -> None:
        """Take a diagnostic; give up beyond the limit."""
        self._found.setdefault((diagnostic.id, diagnostic.message, diagnostic.span), diagnostic)
        if len(self._found) > MAX_PROBLEMS:
            message = f"{MAX_PROBLEMS} problems are enough: the rest of the text was not checked"
            hint = "mend some of these and look again"
            last = Diagnostic(id="too-many-problems", message=message, help=hint)
            self._found[last.id, last.message, None] = last
            raise _TooManyError

    def all(self, severity: Severity) -> tuple[Diagnostic, ...]:
        """Return what was found of one severity in the order of the text."""
        some = [diagnostic for diagnostic in self._found.values() if diagnostic.severity is severity]
        return tuple(sorted(some, key=lambda d: (d.span is None, d.span.start if d.span else 0)))
