"""A graph in DOT, laid out by Graphviz, as a picture.

Graphviz tells where each line, arrowhead and text is; its colours are those of the palette. What stands on
one line of a label becomes one text, so that other fonts than those it measured leave no gaps. Backslashes it
writes twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from specexpr.diagnostics import InternalError
from specexpr.product.dot import quiet
from specexpr.report.draw.palette import INKS, Ink
from specexpr.report.draw.picture import (
    Curve,
    Ellipse,
    Fill,
    Group,
    Picture,
    Point,
    Polygon,
    Shape,
    Span,
    Stroke,
    Text,
)

MARGIN = 6.0

_DASHES = (5.0, 3.0)
_NEAR = 0.6
"""Texts whose ends are so near, in pixels, stand side by side."""


def laid_out(
    dot: str, *, title: str, description: str = "", titles: Mapping[str, str] | None = None
) -> Picture:
    """Return the picture of a graph; `titles` say more of nodes and edges, by their names in DOT.

    An edge is called "a -> b".
    """
    from pygraphviz import AGraph

    with quiet():
        drawn: bytes = AGraph(string=dot).draw(format="json", prog="dot")
    graph = json.loads(drawn.decode("utf-8"))
    left, bottom, right, top = map(float, graph["bb"].split(","))
    at = _Place(-left + MARGIN, top + MARGIN)
    known = titles or {}
    groups = [Group(tuple(at.shapes(graph, ("_ldraw_",))))]
    names = {one["_gvid"]: one["name"] for one in graph.get("objects", ())}
    for edge in graph.get("edges", ()):
        ends = f"{names[edge['tail']]} -> {names[edge['head']]}"
        groups.append(Group(tuple(at.shapes(edge, _EDGE)), known.get(ends)))
    nodes = ((one["name"], at.shapes(one, ("_draw_", "_ldraw_"))) for one in graph.get("objects", ()))
    groups += [Group(tuple(shapes), known.get(name)) for name, shapes in nodes]
    kept = tuple(group for group in groups if group.shapes)
    return Picture(right - left + 2 * MARGIN, top - bottom + 2 * MARGIN, kept, title, description)


_EDGE = ("_draw_", "_hdraw_", "_tdraw_", "_ldraw_")


class _Place:
    """Where Graphviz's points go: its y is upwards."""

    def __init__(self, dx: float, top: float) -> None:
        self._dx = dx
        self._top = top

    def shapes(self, drawn: Mapping[str, Any], parts: tuple[str, ...]) -> Iterator[Shape]:
        """Yield the shapes of the parts of an object."""
        for part in parts:
            texts: list[Text] = []
            for shape in self._operations(drawn.get(part, ())):
                if isinstance(shape, Text):
                    texts.append(shape)
                else:
                    yield shape
            yield from _lines(texts)

    def _operations(self, operations: Any) -> Iterator[Shape]:
        """Yield the shapes that operations of xdot draw."""
        stroke, fill = Stroke(), None
        size, bold, italic = 12.0, False, False
        for one in operations:
            match one["op"]:
                case "c":
                    ink = _ink(one["color"])
                    stroke = replace(stroke, ink=ink or Ink.INK, opacity=1.0 if ink else 0.0)
                case "C":
                    ink = _ink(one["color"])
                    fill = None if ink is None else Fill(ink)
                case "S":
                    stroke = _styled(stroke, one["style"])
                case "F":
                    size = float(one["size"])
                case "t":
                    bold, italic = bool(one["fontchar"] & 1), bool(one["fontchar"] & 2)
                case "T":
                    at, anchor = self._point(one["pt"]), _ANCHORS[one["align"]]
                    span = Span(
                        one["text"].replace("\\\\", "\\"), stroke.ink, bold, italic, float(one["width"])
                    )
                    yield Text(at, (span,), size, anchor)
                case "P" | "p":
                    yield Polygon(self._points(one), fill if one["op"] == "P" else None, _seen(stroke))
                case "B" | "b" | "L":
                    yield Curve(self._points(one), fill if one["op"] == "B" else None, _seen(stroke))
                case "E" | "e":
                    x, y, width, height = one["rect"]
                    inside = fill if one["op"] == "E" else None
                    yield Ellipse(self._point((x, y)), (width, height), inside, _seen(stroke))
                case other:
                    raise InternalError(f"Graphviz drew something unknown: {other}")

    def _point(self, point: Any) -> Point:
        return float(point[0]) + self._dx, self._top - float(point[1])

    def _points(self, operation: Mapping[str, Any]) -> tuple[Point, ...]:
        return tuple(map(self._point, operation["points"]))


_ANCHORS = {"l": "start", "c": "middle", "r": "end"}


def _ink(colour: str) -> Ink | None:
    """Return what a colour stands for; black is Graphviz's own choice, what is transparent is nothing."""
    if len(colour) == 9 and colour.endswith("00"):
        return None
    return INKS.get(colour, Ink.INK)


def _styled(stroke: Stroke, style: str) -> Stroke:
    if style.startswith("setlinewidth("):
        return replace(stroke, width=float(style.removeprefix("setlinewidth(").removesuffix(")")))
    return replace(stroke, dashes=_DASHES if style in ("dashed", "dotted") else None)


def _seen(stroke: Stroke) -> Stroke | None:
    return stroke if stroke.opacity else None


def _lines(texts: list[Text]) -> Iterator[Text]:
    """Yield texts, those that stand side by side as one that is anchored in its middle."""
    row: list[Text] = []
    for text in texts:
        if row and not (text.at[1] == row[-1].at[1] and abs(_start(text) - _end(row[-1])) < _NEAR):
            yield from _joined(row)
            row = []
        row.append(text)
    yield from _joined(row)


def _start(text: Text) -> float:
    width = text.spans[0].width or 0.0
    return text.at[0] - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]


def _end(text: Text) -> float:
    return _start(text) + (text.spans[0].width or 0.0)


def _joined(row: list[Text]) -> Iterator[Text]:
    spans = [text.spans[0] for text in row]
    if not any(span.text.strip() for span in spans):
        return
    middle = (_start(row[0]) + _end(row[-1])) / 2
    yield Text((middle, row[0].at[1]), tuple(_merged(spans)), row[0].size, "middle")


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Yield spans, neighbours of one look as one."""
    kept: list[Span] = []
    for span in spans:
        last = kept[-1] if kept else None
        if last is not None and (last.ink, last.is_bold, last.is_italic) == (
            span.ink,
            span.is_bold,
            span.is_italic,
        ):
            width = (last.width or 0.0) + (span.width or 0.0)
            kept[-1] = replace(last, text=last.text + span.text, width=width)
        else:
            kept.append(span)
    yield from kept
