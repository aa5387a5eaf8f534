"""Show diagnostics: what is wrong, the line of the file with the place marked, what to write instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from specexpr.diagnostics import Diagnostic, Severity, Source, Span
from specexpr.report.layout import Block, Line, Piece, Style, fixed, line, printable, width

MOST_SHOWN = 50
"""So many diagnostics of a file are shown: a file of another kind may be wrong in every line."""

_TAB = 4
_ROOM = 100
_BEFORE = 60

_STYLES = {Severity.ERROR: Style.BAD, Severity.WARNING: Style.UNSURE, Severity.NOTE: Style.STRONG}


def diagnostic_blocks(diagnostics: Sequence[Diagnostic], source: Source | None) -> Iterator[Block]:
    """Yield what is to be shown of some diagnostics, and at the end how many there are."""
    for diagnostic in diagnostics[:MOST_SHOWN]:
        shown = list(_diagnostic(diagnostic, source))
        yield from shown
        if len(shown) > 1:
            yield Line()
    counted = Counter(diagnostic.severity for diagnostic in diagnostics)
    found = [_count(counted[severity], severity) for severity in Severity if counted[severity]]
    first = f"; the first {MOST_SHOWN} are shown" if len(diagnostics) > MOST_SHOWN else ""
    if source is not None or first:
        yield line(f"found {' and '.join(found)}{first}")


def _count(number: int, severity: Severity) -> str:
    return f"{number} {severity.value}{'s' if number > 1 else ''}"


def _diagnostic(diagnostic: Diagnostic, source: Source | None) -> Iterator[Block]:
    style = _STYLES[diagnostic.severity]
    head = Piece(f"{diagnostic.severity}[{diagnostic.id}]", style)
    yield fixed(head, Piece(f": {diagnostic.message}", Style.STRONG))
    if source is not None:
        places = [(diagnostic.span, ""), *diagnostic.notes] if diagnostic.span else [*diagnostic.notes]
        margin = max((len(str(source.position(span.start)[0])) for span, _ in places), default=1)
        if not places:
            yield fixed(Piece("  --> ", Style.FAINT), source.name)
        for span, remark in places:
            mark = style if span is diagnostic.span else Style.STRONG
            yield from _excerpt(source, span, remark, (margin, mark))
    if diagnostic.help is not None:
        yield fixed(Piece("help", Style.GOOD), f": {diagnostic.help}", indent=2)


def _excerpt(source: Source, span: Span, remark: str, look: tuple[int, Style]) -> Iterator[Line]:
    """Yield a place, its line and a mark under it, with a remark beside the mark.

    look: the width of the line numbers, the style of the mark.
    """
    margin, style = look
    number, column = source.position(span.start)
    yield fixed(Piece(f"{' ' * margin}--> ", Style.FAINT), f"{source.name}:{number}:{column}", indent=1)
    text, before, marked = _window(source.line(number), column - 1, column - 1 + span.end - span.start)
    mark = Piece("^" * marked + (f" {remark}" if remark else ""), style)
    yield fixed(Piece(f"{number:>{margin}} | ", Style.FAINT), text, indent=1)
    yield fixed(Piece(f"{' ' * margin} | ", Style.FAINT), " " * before, mark, indent=1)


def _window(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return what is shown of a line, the columns before the mark and the columns of the mark."""
    left = max(0, start - _BEFORE) if start > _BEFORE + 4 else 0
    cells = [_cell(c) for c in text[left : left + 2 * _ROOM]]
    room, kept = _ROOM, 0
    while kept < len(cells) and room >= width(cells[kept]):
        room -= width(cells[kept])
        kept += 1
    head = "..." if left else ""
    tail = "..." if left + kept < len(text) else ""
    before = len(head) + _columns(cells[: min(start - left, kept)])
    marked = _columns(cells[start - left : min(end - left, kept)])
    return head + "".join(cells[:kept]) + tail, before, max(1, marked)


def _cell(character: str) -> str:
    return " " * _TAB if character == "\t" else printable(character)


def _columns(cells: Sequence[str]) -> int:
    return sum(map(width, cells))
