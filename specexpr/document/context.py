"""What the readers of the parts of a document share: the source, where to report, names in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from specexpr.diagnostics import Diagnostic, Report, Severity, Source, Span
from specexpr.syntax.names import NAME, name_hint, read_name, shown, unknown_name
from specexpr.syntax.nodes import Leaf

_HINTS = 200  # unknown names of one source beyond this are answered without a search for the nearest one
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Context:
    """A source with the place to report to.

    `doubtful` are the words of headers that could not be read: names that they may have meant to declare,
    so a reference to one of them is no second mistake.
    """

    source: Source
    report: Report
    doubtful: set[str] = field(default_factory=set)
    _reported: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def error(
        self,
        id: str,
        message: str,
        span: Span,
        *,
        help: str | None = None,
        notes: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        """Report an error."""
        self.report(Diagnostic(id=id, message=message, span=span, help=help, notes=notes))

    def warning(self, id: str, message: str, span: Span, *, help: str | None = None) -> None:
        """Report something that is right but probably not meant."""
        self.report(Diagnostic(id=id, message=message, span=span, help=help, severity=Severity.WARNING))

    def line(self, span: Span) -> int:
        """Return the line on which a span starts."""
        return self.source.position(span.start)[0]

    def name(self, leaf: Leaf) -> str | None:
        """Return the name that a leaf writes, or None once it is reported."""
        return read_name(leaf, self.report)

    def unknown(self, kind: str, leaf: Leaf, known: Iterable[str], *, place: str) -> None:
        """Report a name that is not declared in a place, once for each place."""
        name = self.name(leaf)
        if name is None or name in self.doubtful:
            return
        key = (kind, name, place)
        self._reported[key] = self._reported.get(key, 0) + 1
        if self._reported[key] > 1:
            return
        hint = name_hint(name, tuple(known), kind=kind) if len(self._reported) < _HINTS else None
        self.report(unknown_name(kind, name, leaf.span, place, hint=hint))

    def index(self, kind: str, leaf: Leaf, known: Mapping[str, int], *, place: str) -> int | None:
        """Return the index of a declared name, or None once it is reported."""
        found = known.get(leaf.text)
        if found is None and leaf.text.startswith('"'):
            name = self.name(leaf)
            if name is None:
                return None
            found = known.get(name)
        if found is None:
            self.unknown(kind, leaf, known, place=place)
        return found

    def words(self, span: Span) -> frozenset[str]:
        """Return the words of a stretch of text that could not be read."""
        return frozenset(
            match[0].strip('"') for match in NAME.finditer(self.source.text, span.start, span.end)
        )


def listed(names: Sequence[str]) -> str:
    """Return a few of some names, in words.

    >>> listed(["s0", "s1", "s2"])
    '"s0", "s1" and "s2"'
    """
    if len(names) > _LISTED:
        return ", ".join(map(shown, names[:_LISTED])) + f" and {len(names) - _LISTED} more"
    *first, last = map(shown, names)
    return f"{', '.join(first)} and {last}" if first else last
