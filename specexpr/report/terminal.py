"""Render blocks for a terminal: colours, tables that fold, lines that hang."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TextIO

from specexpr.report.layout import PAGE, Block, Grid, Line, Style, plain, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

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


def on_terminal(blocks: Iterable[Block], *, width: int | None = None) -> str:
    """Return blocks as text for a terminal, by default as wide as the one at hand."""
    console = recorder(width=width)
    for block in blocks:
        if isinstance(block, Line):
            _print_line(console, block)
        else:
            from rich.padding import Padding

            console.print(Padding(_table(block), (0, 0, 0, block.indent)))
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
    if block.folds and text.plain:
        console.print(Padding(text, (0, 0, 0, block.indent)))
    else:
        console.print(Text(" " * block.indent) + text, soft_wrap=True)


def _table(block: Grid) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for i, header in enumerate(block.headers):
        side: Literal["left", "right"] = "right" if i in block.right else "left"
        table.add_column(Text(printable(header)), justify=side, overflow="fold")
    for cells in block.rows:
        row: list[Text] = [Text(printable(piece.text), _STYLES[piece.style]) for piece in cells]
        table.add_row(*row)
    return table
