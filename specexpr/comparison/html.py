"""A comparison as an HTML table, for a notebook; `report.html` writes a whole page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specexpr.comparison.comparison import Comparison


def table(comparison: Comparison) -> str:
    """Return a table: a row for each task, a column for each formalism, what proves a cell as its tooltip."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("task", *comparison.formalisms))
    lines = ['<table class="specexpr">', f"<thead><tr>{head}</tr></thead>", "<tbody>"]
    for task, words, proofs in zip(
        comparison.tasks, comparison.words(), comparison.words("proofs"), strict=True
    ):
        cells = "".join(
            f'<td class="{word}" title="{escape(proof)}">{word}</td>'
            for word, proof in zip(words, proofs, strict=True)
        )
        lines.append(f'<tr><th scope="row">{escape(task)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>"])
