"""What is shown, as data: lines of styled pieces and grids, and their plain text for a pipe.

Nothing here knows a terminal; `terminal` renders the same blocks with colours.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from specexpr.syntax.names import write_name

GAP = "  "
PAGE = 100
"""Columns that a line of text may take where no terminal says."""


class Style(StrEnum):
    """What a piece of text is, for whoever colours it."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in one style."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """A line; what is too long for the terminal, or for a page, goes on below, indented like its start.

    hang: how much further in it goes on. A line that does not fold is left as it is: its columns mean
    something, or programs read it.
    """

    pieces: tuple[Piece, ...] = ()
    indent: int = 0
    folds: bool = True
    hang: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns under headers. Columns listed in `right` are aligned to the right."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]
    right: frozenset[int] = frozenset()
    indent: int = 0


Block = Line | Grid


def line(*pieces: Piece | str, indent: int = 0, hang: int = 0) -> Line:
    """Return a line that folds, texts being plain pieces."""
    return Line(row(*pieces), indent, hang=hang)


def fixed(*pieces: Piece | str, indent: int = 0) -> Line:
    """Return a line that does not fold."""
    return Line(row(*pieces), indent, folds=False)


def lines(text: str, *, indent: int = 0) -> Iterator[Line]:
    """Yield the lines of a text, each further in by its own indentation."""
    for one in text.splitlines():
        rest = one.lstrip(" ")
        yield line(rest, indent=indent + len(one) - len(rest))


def row(*cells: Piece | str) -> tuple[Piece, ...]:
    """Return pieces, texts being plain ones; a row of a grid is one for each column."""
    return tuple(Piece(one) if isinstance(one, str) else one for one in cells)


def named(name: str) -> str:
    """Return a name for a table: in quotes where the language needs them.

    >>> print(named("s0"), named("top left"))
    s0 "top left"
    """
    return write_name(name, reserved=frozenset())


def plain(blocks: Iterable[Block]) -> str:
    """Return blocks as aligned text without colours; the same blocks give the same bytes."""
    return "".join(one + "\n" for block in blocks for one in _plain_lines(block))


def _plain_lines(block: Block) -> Iterator[str]:
    margin = " " * block.indent
    if isinstance(block, Line):
        text = printable("".join(piece.text for piece in block.pieces))
        yield from _folded(text, margin, " " * block.hang) if block.folds else [(margin + text).rstrip()]
        return
    rows = [tuple(map(printable, block.headers))]
    rows += (tuple(printable(piece.text) for piece in cells) for cells in block.rows)
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        yield (margin + GAP.join(_padded(cells, widths, block.right))).rstrip()


def _folded(text: str, margin: str, hang: str) -> Iterator[str]:
    if len(text) + len(margin) <= PAGE:
        yield (margin + text).rstrip()
    else:
        yield from textwrap.wrap(
            text,
            PAGE,
            initial_indent=margin,
            subsequent_indent=margin + hang,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _padded(cells: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> Iterator[str]:
    for i, (cell, room) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (room - width(cell))
        yield space + cell if i in right else cell + space


def printable(text: str) -> str:
    r"""Return a text with whatever would move the cursor or change colours written as an escape.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def width(text: str) -> int:
    """Return the number of columns that a text takes: two for a wide character, none for a combining one.

    >>> width("s0"), width("目標")
    (2, 4)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
