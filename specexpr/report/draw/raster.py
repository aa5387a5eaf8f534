"""A picture as PNG, painted by Graphviz: the shapes are given to it in its own language of shapes, xdot."""

from __future__ import annotations

from collections.abc import Iterator

from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.product.dot import FONT, quiet
from specexpr.report.draw.palette import LIGHT, Ink
from specexpr.report.draw.picture import Curve, Ellipse, Fill, Picture, Point, Polygon, Shape, Stroke, Text

SCALE = 2.0
"""Pixels of a PNG to one of the SVG, so that it can be printed."""

_LARGEST = 16_000  # pixels to a side; cairo has 32,767
_NOTHING = "#00000000"


def png_bytes(picture: Picture, *, scale: float = SCALE) -> bytes:
    """Return a picture as PNG on white; one that would be very large is drawn at a smaller scale."""
    from pygraphviz import AGraph

    width, height = picture.width, picture.height
    scale = min(scale, _LARGEST / max(width, height))
    shapes = (shape for group in picture.groups for shape in group.shapes)
    painted = " ".join(one for shape in shapes for one in _operations(shape, height))
    with quiet():
        graph = AGraph(directed=True)
        graph.graph_attr.update(
            bb=f"0,0,{width:.2f},{height:.2f}",
            dpi=f"{72 * scale:.2f}",
            pad="0",
            bgcolor="white",
            _background=painted,
        )
        corners = {"shape": "point", "style": "invis", "width": "0.001", "height": "0.001"}
        graph.add_node("a", pos="0,0", **corners)
        graph.add_node("b", pos=f"{width:.2f},{height:.2f}", **corners)
        drawn: bytes | None = graph.draw(format="png", prog="nop2")
    if not drawn:
        message = "this Graphviz draws no PNG: its plugin for cairo is missing"
        raise SpecError([Diagnostic(id="usage", message=message, help="write an .svg instead")])
    return drawn


def _operations(shape: Shape, height: float) -> Iterator[str]:
    """Yield the operations of xdot that draw a shape; there y is upwards."""
    match shape:
        case Polygon(points=points, fill=fill, stroke=stroke):
            yield from _look(fill, stroke)
            yield f"{'p' if fill is None else 'P'} {len(points)} {_points(points, height)}"
        case Curve(points=(start, end), stroke=stroke):
            yield from _look(None, stroke)
            yield f"L 2 {_points((start, end), height)}"
        case Curve(points=points, fill=fill, stroke=stroke):
            yield from _look(fill, stroke)
            yield f"{'B' if fill is None else 'b'} {len(points)} {_points(points, height)}"
        case Ellipse(centre=centre, radii=(rx, ry), fill=fill, stroke=stroke):
            yield from _look(fill, stroke)
            yield f"{'e' if fill is None else 'E'} {_points((centre,), height)} {rx:.2f} {ry:.2f}"
        case Text():
            yield from _line_of_text(shape, height)


def _look(fill: Fill | None, stroke: Stroke | None) -> Iterator[str]:
    if fill is not None:
        yield _sized("C", _colour(fill.ink, fill.opacity))
    if stroke is None:
        yield _sized("c", _NOTHING)
        return
    yield _sized("c", _colour(stroke.ink, stroke.opacity))
    yield _sized("S", f"setlinewidth({stroke.width:.2f})")
    yield _sized("S", "solid" if stroke.dashes is None else "dashed")


def _line_of_text(shape: Text, height: float) -> Iterator[str]:
    """Yield the spans of a line; of several each stands about its own middle, so that no errors add up."""
    x, y = shape.at
    widths = [span.width or 0.0 for span in shape.spans]
    align = {"start": -1, "middle": 0, "end": 1}[shape.anchor]
    middles = [x]
    if len(widths) > 1:
        left = x - sum(widths) * (align + 1) / 2
        middles = [left + sum(widths[:i]) + width / 2 for i, width in enumerate(widths)]
        align = 0
    for span, middle in zip(shape.spans, middles, strict=True):
        yield f"F {shape.size:.2f} {_counted(FONT)}"
        yield _sized("c", _colour(span.ink, 1))
        yield f"t {span.is_bold + 2 * span.is_italic}"
        place = _points(((middle, y),), height)
        yield f"T {place} {align} {span.width or 0:.2f} {_counted(_plain(span.text))}"


def _colour(ink: Ink, opacity: float) -> str:
    return LIGHT[ink] if opacity == 1 else f"{LIGHT[ink]}{round(255 * opacity):02x}"


def _points(points: tuple[Point, ...], height: float) -> str:
    return " ".join(f"{x:.2f} {height - y:.2f}" for x, y in points)


def _sized(operation: str, text: str) -> str:
    return f"{operation} {_counted(text)}"


def _counted(text: str) -> str:
    """Return a text as xdot writes it: its length in bytes, a dash, itself."""
    return f"{len(text.encode('utf-8'))} -{text}"


def _plain(text: str) -> str:
    """Return a text with whatever is no sign to see written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
