"""Render blocks for a terminal: colours, tables that fold, lines that hang."""

from __future__ import annotations

import io
import os
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, TextIO

from specexpr.report.layout import PAGE, Block, Grid, Line, Piece, Style, plain, printable, width

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_LEAST = 20  # columns that a hanging line has at least
_BETWEEN = 3  # columns that rich leaves between two columns of a table

_STYLES = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.FAINT: "dim",
    Style.GOOD: "bold green",
    Style.BAD: "bold red",
    Style.UNSURE: "bold yellow",
}


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether a stream shows colours and overwrites lines."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def shown(blocks: Iterable[Block], stream: TextIO | None) -> str:
    """Return the text of blocks for a stream: with colours on a terminal, plain elsewhere."""
    return on_terminal(blocks) if is_terminal(stream) else plain(blocks)


def columns(stream: TextIO | None) -> int:
    """Return how many columns of a stream a text may take: those of its terminal, at most a page."""
    return min(shutil.get_terminal_size((PAGE, 24)).columns, PAGE) if is_terminal(stream) else PAGE


def on_terminal(blocks: Iterable[Block], *, width: int | None = None) -> str:
    """Return blocks as text for a terminal, by default as wide as the one at hand."""
    console = recorder(width=width)
    for block in blocks:
        if isinstance(block, Line):
            _print_line(console, block)
        else:
            _print_grid(console, block)
    return recorded(console)


def page(text: str, stream: TextIO | None) -> str:
    """Return a page of Markdown for a stream: rendered on a terminal, as it is elsewhere."""
    if not is_terminal(stream):
        return text
    from rich.markdown import Markdown

    console = recorder()
    console.print(Markdown(text), width=min(console.width, PAGE))
    return recorded(console)


def recorder(*, width: int | None = None) -> Console:
    """Return a console that keeps what it prints."""
    from rich.console import Console

    file = io.StringIO()
    return Console(file=file, force_terminal=True, width=width, highlight=False, emoji=False, markup=False)


def recorded(console: Console) -> str:
    """Return what such a console has kept, without the spaces that only fill its lines."""
    text = console.file.getvalue()  # type: ignore[attr-defined]  # the file is the StringIO of `recorder`
    return "".join(one.rstrip(" ") + "\n" for one in text.splitlines())


def _print_line(console: Console, block: Line) -> None:
    from rich.padding import Padding
    from rich.text import Text

    text = Text.assemble(*((printable(p.text), _STYLES[p.style]) for p in block.pieces))
    if block.folds and block.hang:
        for start, end in hanging(text.plain, max(console.width - block.indent, _LEAST), block.hang):
            margin = " " * (block.indent + (block.hang if start else 0))
            console.print(Text(margin) + text[start:end], soft_wrap=True)
    elif block.folds and text.plain:
        console.print(Padding(text, (0, 0, 0, block.indent)))
    else:
        console.print(Text(" " * block.indent) + text, soft_wrap=True)


def hanging(text: str, room: int, hang: int) -> Iterator[tuple[int, int]]:
    """Yield where the lines of a text start and end that fit so many columns, all but the first indented."""
    parts = textwrap.wrap(
        text, room, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False
    )
    end = 0
    for k, part in enumerate(parts):
        words = part[hang:] if k else part
        start = text.index(words, end)
        end = start + len(words)
        yield start, end


def _print_grid(console: Console, block: Grid) -> None:
    """Print a table, its cells folded between words; where not even these fit, a line for each cell."""
    from rich.padding import Padding

    rows = [tuple(map(printable, block.headers))]
    rows += (tuple(printable(piece.text) for piece in cells) for cells in block.rows)
    columns = list(zip(*rows, strict=True))
    natural = [max(map(width, column)) for column in columns]
    least = [max((width(word) for cell in column for word in cell.split()), default=0) for column in columns]
    widths = _fitted(natural, least, console.width - block.indent - _BETWEEN * (len(columns) - 1))
    if widths is not None:
        console.print(Padding(_table(block, widths), (0, 0, 0, block.indent)))
        return
    for k, cells in enumerate(block.rows):
        for header, piece in zip(block.headers, cells, strict=True):
            _print_line(console, Line((Piece(f"{header}: "), piece), block.indent))
        if k < len(block.rows) - 1:
            console.print()


def _fitted(natural: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """Return widths that fit, those with most to spare cut first; None if even the least do not."""
    widths = list(natural)
    excess = sum(widths) - room
    for i in sorted(range(len(widths)), key=lambda i: least[i] - natural[i]):
        cut = max(0, min(excess, widths[i] - least[i]))
        widths[i] -= cut
        excess -= cut
    return widths if excess <= 0 else None


def _table(block: Grid, widths: Sequence[int]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for i, (header, room) in enumerate(zip(block.headers, widths, strict=True)):
        side: Literal["left", "right"] = "right" if i in block.right else "left"
        table.add_column(Text(printable(header)), justify=side, overflow="fold", width=room)
    for cells in block.rows:
        row: list[Text] = [Text(printable(piece.text), _STYLES[piece.style]) for piece in cells]
        table.add_row(*row)
    return table
