"""A comparison as HTML: a table for a notebook, a page of its own with the reasons below the table."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from specexpr.comparison.summary import answer_of, proof_line
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict

if TYPE_CHECKING:
    from specexpr.comparison.comparison import Comparison

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: left }
.expressible { color: #0a6b2d } .inexpressible { color: #a3161a } .undecided { color: #7a5c00 }
.skipped { color: #666 }
pre { white-space: pre-wrap }"""


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


def page(comparison: Comparison) -> str:
    """Return a whole page."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            f'<head><meta charset="utf-8"><title>specexpr</title><style>\n{_STYLE}\n</style></head>',
            "<body>",
            "<h1>Which formalisms express which tasks</h1>",
            table(comparison),
            *_reasons(comparison),
            "</body>",
            "</html>",
            "",
        ]
    )


def _reasons(comparison: Comparison) -> Iterator[str]:
    for one in comparison.answered:
        word = answer_of(one.verdict).value
        name, formalism = escape(one.question.task.name), escape(one.formalism)
        yield f'<h2>{name} in {formalism}: <span class="{word}">{word}</span></h2>'
        yield f"<p>{escape(proof_line(one.verdict))}</p>"
        reason = _explanation(one.verdict)
        if reason:
            yield f"<pre>{escape(reason)}</pre>"
    for left_out in comparison.skipped:
        task, formalism = escape(left_out.task), escape(left_out.formalism)
        yield f'<h2>{task} in {formalism}: <span class="skipped">skipped</span></h2>'
        yield f"<p>needs {escape(left_out.needs)}</p>"


def _explanation(verdict: Verdict) -> str:
    match verdict:
        case Expressible(witness=witness):
            return witness.explain()
        case Inexpressible(certificate=certificate):
            return certificate.explain()
        case Undecided():
            return ""
