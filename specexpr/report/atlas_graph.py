"""The Hasse diagram of the formalisms: classes, stronger ones above, and edges; in DOT and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from specexpr.comparison.hierarchy import Edge, FormalismClass
from specexpr.formalism import find_formalism
from specexpr.product.dot import FAINT, coloured, digraph, padded, quoted
from specexpr.report.draw.layout import laid_out
from specexpr.report.draw.picture import Picture

_TITLE = "formalisms"


def hasse_dot(classes: Sequence[FormalismClass], edges: Sequence[Edge]) -> str:
    """Return the diagram in DOT; the tooltip of an edge is its argument."""
    lines = ["graph [ranksep=0.45]"]
    lines += (f"{quoted(one.name)} [label=<{_label(one)}>]" for one in classes)
    for edge in edges:
        ends = f"{quoted(edge.lower.name)} -> {quoted(edge.upper.name)}"
        lines.append(f"{ends} [tooltip={quoted(edge.argument)}]")
    return digraph(_TITLE, lines, direction="BT")


def hasse_picture(classes: Sequence[FormalismClass], edges: Sequence[Edge]) -> Picture:
    """Return the diagram as a picture."""
    said = "An arrow leads from a class of formalisms to one that expresses whatever it does, and more."
    titles = {one.name: class_title(one) for one in classes}
    titles |= {f"{edge.lower.name} -> {edge.upper.name}": edge_title(edge) for edge in edges}
    return laid_out(hasse_dot(classes, edges), title=_TITLE, description=said, titles=titles)


def class_title(one: FormalismClass) -> str:
    """Return what is said of a class when one points at it."""
    return f"{' = '.join(one.members)}: {_title(one)}"


def edge_title(edge: Edge) -> str:
    """Return what is said of an edge when one points at it."""
    return f"{edge.upper.name} expresses whatever {edge.lower.name} does: {edge.argument}"


def _label(one: FormalismClass) -> str:
    small = f'<font point-size="10">{coloured(escape(_title(one)), FAINT)}</font>'
    return f"<b>{padded(escape(' = '.join(one.members)))}</b><br/>{small}"


def _title(one: FormalismClass) -> str:
    formalism = find_formalism(one.name)
    return "" if formalism is None else formalism.title
