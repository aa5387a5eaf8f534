"""A comparison as a matrix of words: a row for each task, a column for formalisms that answer all alike.

The names of a column stand over it at the end of a line of their own, so any number of long names fits::

           mr, lar
           |   rm, ftr
    first  yes yes
    other  no  yes
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from specexpr.certify.checking import Answer
from specexpr.comparison.comparison import Column, Comparison
from specexpr.syntax.names import write_name

WIDTH = 100
WORDS = {Answer.EXPRESSIBLE: "yes", Answer.INEXPRESSIBLE: "no", Answer.UNDECIDED: "?", None: "."}
SIGNS = {Answer.EXPRESSIBLE: "+", Answer.INEXPRESSIBLE: "-", Answer.UNDECIDED: "?", None: "."}
LEGEND = {
    Answer.EXPRESSIBLE: "expressible",
    Answer.INEXPRESSIBLE: "inexpressible",
    Answer.UNDECIDED: "undecided",
    None: "not asked",
}
_LONGEST = 36
_LEAST = 16


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row under its label; without cells it is the name of the document that the rows below are of."""

    label: str
    cells: tuple[tuple[Answer | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Lines over the columns, rows, and what the words in the rows mean. Labels are `margin` wide."""

    margin: int
    heads: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    legend: str


def matrix(comparison: Comparison, *, width: int = WIDTH) -> Matrix:
    """Return a comparison as a matrix for so many columns of text."""
    columns = comparison.columns()
    several = len(comparison.documents) > 1
    labels = [("  " if several else "") + _label(row.task.name) for row in comparison.rows]
    margin = max(map(len, labels), default=0) + 2
    words = WORDS if margin + 4 * len(columns) <= width else SIGNS
    step = max(map(len, words.values())) + 1
    rows: list[MatrixRow] = []
    shown: object = None
    for k, (row, label) in enumerate(zip(comparison.rows, labels, strict=True)):
        if several and row.document is not shown:
            shown = row.document
            rows.append(MatrixRow(row.document.source.name))
        answers = [column.answers[k] for column in columns]
        rows.append(MatrixRow(label.ljust(margin), tuple((one, words[one].ljust(step)) for one in answers)))
    used = {answer for column in columns for answer in column.answers}
    legend = ", ".join(f"{words[answer]} {LEGEND[answer]}" for answer in words if answer in used)
    return Matrix(margin, tuple(_heads(columns, margin, step, width)), tuple(rows), legend)


def matrix_text(comparison: Comparison) -> str:
    """Return a comparison as text, without a newline at its end."""
    found = matrix(comparison)
    lines = [*found.heads, *(row.label + "".join(word for _, word in row.cells) for row in found.rows)]
    return "\n".join(line.rstrip() for line in [*lines, *([found.legend] if found.legend else [])])


def _label(name: str) -> str:
    text = write_name(name, reserved=frozenset())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _heads(columns: Sequence[Column], margin: int, step: int, width: int) -> Iterator[str]:
    """Yield the names of the columns, each from where its column is; bars lead down from those before."""
    for k, column in enumerate(columns):
        before = " " * margin + "|".ljust(step) * k
        below = before + "| "
        yield from textwrap.wrap(
            ", ".join(column.formalisms),
            max(width, len(below) + _LEAST),
            initial_indent=before,
            subsequent_indent=below,
            break_long_words=False,
            break_on_hyphens=False,
        )
