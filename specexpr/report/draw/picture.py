"""A picture as data: shapes with colours and titles, before it is SVG or PNG.

Points are (x, y) with y downwards, in pixels of an SVG at its own size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from specexpr.report.draw.palette import Ink

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: its colour, width and opacity; dashes are lengths of line and gap, or nothing."""

    ink: Ink = Ink.LINE
    width: float = 1.0
    dashes: tuple[float, float] | None = None
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Fill:
    """What is inside: a colour and its opacity."""

    ink: Ink
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed polygon."""

    points: tuple[Point, ...]
    fill: Fill | None = None
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Cubic Bezier curves, one after the other: 3n + 1 points; a straight line has its ends only."""

    points: tuple[Point, ...]
    fill: Fill | None = None
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse by its centre and radii."""

    centre: Point
    radii: Point
    fill: Fill | None = None
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line of text; `width` where it has been measured."""

    text: str
    ink: Ink = Ink.INK
    is_bold: bool = False
    is_italic: bool = False
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text on its baseline; the anchor is where `at` is: "start", "middle" or "end"."""

    at: Point
    spans: tuple[Span, ...]
    size: float = 12.0
    anchor: str = "middle"


Shape: TypeAlias = Polygon | Curve | Ellipse | Text


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that are one thing, with what is shown of it when one points at it."""

    shapes: tuple[Shape, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its size; title and description are for those who do not see it."""

    width: float
    height: float
    groups: tuple[Group, ...]
    title: str
    description: str = ""


def text(at: Point, words: str, *, size: float = 12.0, ink: Ink = Ink.INK, anchor: str = "middle") -> Text:
    """Return a line of text in one style."""
    return Text(at, (Span(words, ink),), size, anchor)


def line(*points: Point, stroke: Stroke) -> Curve:
    """Return a straight line between two points."""
    return Curve(points, None, stroke)


def rectangle(
    x: float, y: float, width: float, height: float, *, fill: Fill | None = None, stroke: Stroke | None = None
) -> Polygon:
    """Return a rectangle by its upper left corner."""
    return Polygon(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), fill, stroke)


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """Return a shape elsewhere."""
    match shape:
        case Polygon(points=points) | Curve(points=points):
            return replace(shape, points=tuple((x + dx, y + dy) for x, y in points))
        case Ellipse(centre=(x, y)):
            return replace(shape, centre=(x + dx, y + dy))
        case Text(at=(x, y)):
            return replace(shape, at=(x + dx, y + dy))


def placed(picture: Picture, dx: float, dy: float) -> tuple[Group, ...]:
    """Return what is in a picture elsewhere, for a larger one."""
    return tuple(
        replace(group, shapes=tuple(moved(shape, dx, dy) for shape in group.shapes))
        for group in picture.groups
    )


def text_width(words: str, size: float) -> float:
    """Return about how wide a text is: an estimate for a sans-serif, on the safe side."""
    return sum(_width(character) for character in words) * size


def _width(character: str) -> float:
    if character in " .,:;'|!iljtfI()[]/-":
        return 0.35
    if character in "mwMW@%" or ord(character) > 0x2E80:
        return 1.0
    return 0.6
