"""Read pictures back: texts, titles, and where things are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from specexpr.report.draw.picture import Curve, Ellipse, Group, Picture, Point, Text, text_width

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def words(svg: str) -> list[str]:
    """Return the texts of an SVG, each a line."""
    return ["".join(text.itertext()).strip() for text in ET.fromstring(svg).iter(f"{SVG}text")]


def titles(svg: str) -> list[str]:
    """Return what is said of things when one points at them."""
    found = (group.find(f"{SVG}title") for group in ET.fromstring(svg).iter(f"{SVG}g"))
    return [one.text or "" for one in found if one is not None]


def ids(svg: str) -> list[str]:
    """Return all ids of an SVG."""
    return re.findall(r'\bid="([^"]*)"', svg)


def texts(group: Group) -> Iterator[Text]:
    """Yield the texts of a group."""
    for shape in group.shapes:
        if isinstance(shape, Text):
            yield shape


def said(text: Text) -> str:
    """Return what a text says."""
    return "".join(span.text for span in text.spans)


def box(text: Text, *, slack: float = 0.85) -> Box:
    """Return about where a text is; `slack` for the estimate of its width, which is a large one."""
    width = text_width(said(text), text.size) * slack
    left = text.at[0] - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return left, text.at[1] - 0.72 * text.size, left + width, text.at[1]


def points(shape: object) -> tuple[Point, ...]:
    """Return points of a shape, the corners of its box for an ellipse or a text."""
    if isinstance(shape, Ellipse):
        (x, y), (rx, ry) = shape.centre, shape.radii
        return (x - rx, y - ry), (x + rx, y + ry)
    if isinstance(shape, Text):
        left, top, right, bottom = box(shape)
        return (left, top), (right, bottom)
    if isinstance(shape, Curve) and len(shape.points) > 2:
        return tuple(along(shape.points))
    return tuple(shape.points)  # type: ignore[attr-defined] -- a polygon or a line


def along(controls: tuple[Point, ...]) -> Iterator[Point]:
    """Yield points on Bezier curves."""
    for i in range(0, len(controls) - 1, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = controls[i : i + 4]
        for k in range(9):
            t = k / 8
            weights = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
            xs, ys = (ax, bx, cx, dx), (ay, by, cy, dy)
            yield (
                sum(w * x for w, x in zip(weights, xs, strict=True)),
                sum(w * y for w, y in zip(weights, ys, strict=True)),
            )


def overlap(one: Box, other: Box) -> bool:
    """Say whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def is_inside(picture: Picture) -> bool:
    """Say whether everything of a picture is on it."""
    found = [point for group in picture.groups for shape in group.shapes for point in points(shape)]
    return all(-1 <= x <= picture.width + 1 and -1 <= y <= picture.height + 1 for x, y in found)
