"""Orders as Hasse diagrams: what is worth more stands higher, what is worth the same stands together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.product.dot import FAINT, coloured, digraph, html
from specexpr.report.draw.graphs import MOST_DRAWN
from specexpr.report.draw.layout import laid_out
from specexpr.report.draw.picture import Picture

_NAMES = 12
_ROW = 4


def hasse_picture(
    classes: Sequence[Sequence[str]],
    edges: Iterable[tuple[int, int]],
    *,
    weak: Collection[tuple[int, int]] = (),
    title: str = "order",
    description: str = "",
) -> Picture:
    """Return classes of names with lines from the greater down to the lesser ones.

    classes: names that are tied, at least one in each. edges: (greater, lesser), by the numbers of classes;
    those that follow from others are left out. weak: those of them that may be ties; they are dashed.
    Raises ValueError where the edges have a cycle, SpecError (`too-large-to-draw`) where they are many.
    """
    kept = covering(len(classes), edges)
    if len(classes) + len(kept) > MOST_DRAWN:
        message = (
            f"the order has {len(classes)} classes and {len(kept)} lines, too many for a picture: "
            f"a graph may have {MOST_DRAWN} of both together"
        )
        raise SpecError([Diagnostic(id="too-large-to-draw", message=message)])
    lines = [f"{i} [label=<{_label(names)}>]" for i, names in enumerate(classes)]
    for high, low in kept:
        style = ", style=dashed" if (high, low) in weak else ""
        lines.append(f"{high} -> {low} [arrowhead=none{style}]")
    titles = {str(i): ", ".join(names) for i, names in enumerate(classes)}
    dot = digraph(title, ["graph [ranksep=0.45]", *lines], direction="TB")
    said = description or "Greater ones stand above lesser ones."
    return laid_out(dot, title=title, description=said, titles=titles)


def covering(count: int, edges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the edges that do not follow from others, in order; raise ValueError where there is a cycle.

    >>> covering(3, [(0, 1), (1, 2), (0, 2)])
    [(0, 1), (1, 2)]
    """
    below: list[set[int]] = [set() for _ in range(count)]
    for high, low in edges:
        below[high].add(low)
    order = _topological(below)
    under: list[set[int]] = [set() for _ in range(count)]
    kept: list[tuple[int, int]] = []
    for i in reversed(order):
        implied = set().union(*(under[j] for j in below[i]))
        under[i] = implied | below[i]
        kept += ((i, j) for j in below[i] - implied)
    return sorted(kept)


def _topological(below: Sequence[Collection[int]]) -> list[int]:
    """Return the classes, greater ones first."""
    above = [0] * len(below)
    for lesser in below:
        for j in lesser:
            above[j] += 1
    order = [i for i, count in enumerate(above) if not count]
    for i in order:
        for j in sorted(below[i]):
            above[j] -= 1
            if not above[j]:
                order.append(j)
    if len(order) < len(below):
        raise ValueError("an order has no cycle")
    return order


def _label(names: Sequence[str]) -> str:
    shown = [f"<b>{html(name)}</b>" for name in names[:_NAMES]]
    if len(names) > _NAMES:
        shown.append(coloured(f"and {len(names) - _NAMES} more", FAINT))
    rows = (shown[i : i + _ROW] for i in range(0, len(shown), _ROW))
    return "<br/>".join(" ~ ".join(row) for row in rows)
