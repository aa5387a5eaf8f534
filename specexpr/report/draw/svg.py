"""A picture as SVG: to stand in a page, or alone on a background.

Nothing in it runs or is fetched from elsewhere. The same picture gives the same bytes. Its only ids start
with the prefix, so that several pictures can stand on one page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType

from specexpr.report.draw.palette import LIGHT, ROOT, Ink
from specexpr.report.draw.picture import (
    Curve,
    Ellipse,
    Fill,
    Picture,
    Point,
    Polygon,
    Shape,
    Span,
    Stroke,
    Text,
)

REACH = 16
"""So wide is what leads elsewhere when one points at a line."""

FONTS = "Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"


def svg_text(
    picture: Picture,
    *,
    prefix: str = "drawing",
    background: str | None = None,
    colours: Mapping[Ink, str] = MappingProxyType(LIGHT),
    links: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a picture as SVG; without a background the page shows through.

    A picture for a page relies on `drawing_css` for dark pages; one for a file stands on "white". `colours`
    are written into the picture; where all come from `drawing_css`, give none. `links` are
    places of the page to which things of the picture lead, by their titles.
    """
    ids = f"{prefix}-title", f"{prefix}-desc"
    labelled = ids[:1] if not picture.description else ids
    width, height = _number(picture.width), _number(picture.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT}" role="{"group" if links else "img"}" '
        f'aria-labelledby="{_quoted(" ".join(labelled))}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_quoted(FONTS)}">',
        f'<title id="{_quoted(ids[0])}">{_plain(picture.title)}</title>',
    ]
    if picture.description:
        lines.append(f'<desc id="{_quoted(ids[1])}">{_plain(picture.description)}</desc>')
    if background is not None:
        lines.append(f'<rect width="{width}" height="{height}" fill="{_quoted(background)}"/>')
    for group in picture.groups:
        title = "" if group.title is None else f"<title>{_plain(group.title)}</title>"
        shapes = [f"<g>{title}", *(_shape(shape, colours) for shape in group.shapes), "</g>"]
        if group.title in links:
            name = _quoted(group.title or "")
            shapes += [_reach(shape) for shape in group.shapes if isinstance(shape, Curve)]
            shapes = [f'<a href="{_quoted(links[group.title or ""])}" aria-label="{name}">', *shapes, "</a>"]
        lines += shapes
    return "\n".join([*lines, "</svg>", ""])


def _shape(shape: Shape, colours: Mapping[Ink, str]) -> str:
    match shape:
        case Polygon(points=points, fill=fill, stroke=stroke):
            return f'<polygon points="{" ".join(map(_point, points))}"{_look(fill, stroke, colours)}/>'
        case Curve(points=points, fill=fill, stroke=stroke):
            return f'<path d="{_path(points)}"{_look(fill, stroke, colours)}/>'
        case Ellipse(centre=(cx, cy), radii=(rx, ry), fill=fill, stroke=stroke):
            place = f'cx="{_number(cx)}" cy="{_number(cy)}" rx="{_number(rx)}" ry="{_number(ry)}"'
            return f"<ellipse {place}{_look(fill, stroke, colours)}/>"
        case Text():
            return _line_of_text(shape, colours)


def _reach(shape: Curve) -> str:
    """Return a line that is not seen and wide enough for a finger."""
    return (
        f'<path d="{_path(shape.points)}" fill="none" stroke="transparent" stroke-width="{REACH}" '
        'pointer-events="stroke"/>'
    )


def _path(points: tuple[Point, ...]) -> str:
    start, *rest = map(_point, points)
    return f"M{start}L{rest[0]}" if len(rest) == 1 else f"M{start}C{' '.join(rest)}"


def _look(fill: Fill | None, stroke: Stroke | None, colours: Mapping[Ink, str]) -> str:
    """Return the attributes of what is inside and of the line around it."""
    classes: list[str] = []
    attributes: list[str] = []
    if fill is None:
        attributes.append('fill="none"')
    else:
        classes.append(f"f-{fill.ink}")
        attributes += _colour("fill", fill.ink, colours)
        if fill.opacity != 1:
            attributes.append(f'fill-opacity="{_number(fill.opacity)}"')
    if stroke is not None:
        classes.append(f"s-{stroke.ink}")
        attributes += _colour("stroke", stroke.ink, colours)
        if stroke.width != 1:
            attributes.append(f'stroke-width="{_number(stroke.width)}"')
        if stroke.dashes is not None:
            attributes.append(f'stroke-dasharray="{" ".join(map(_number, stroke.dashes))}"')
        if stroke.opacity != 1:
            attributes.append(f'stroke-opacity="{_number(stroke.opacity)}"')
    named = f' class="{" ".join(classes)}"' if classes else ""
    return "".join([named, *(f" {one}" for one in attributes)])


def _colour(name: str, ink: Ink, colours: Mapping[Ink, str]) -> Iterator[str]:
    if ink in colours:
        yield f'{name}="{colours[ink]}"'


def _line_of_text(shape: Text, colours: Mapping[Ink, str]) -> str:
    x, y = shape.at
    place = f'x="{_number(x)}" y="{_number(y)}" font-size="{_number(shape.size)}"'
    anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
    if len(shape.spans) == 1:
        return f"<text {place}{anchor}{_style(shape.spans[0], colours)}>{_plain(shape.spans[0].text)}</text>"
    return f"<text {place}{anchor}>{''.join(_spans(shape.spans, colours))}</text>"


def _spans(spans: tuple[Span, ...], colours: Mapping[Ink, str]) -> Iterator[str]:
    for span in spans:
        yield f"<tspan{_style(span, colours)}>{_plain(span.text)}</tspan>"


def _style(span: Span, colours: Mapping[Ink, str]) -> str:
    bold = ' font-weight="bold"' if span.is_bold else ""
    italic = ' font-style="italic"' if span.is_italic else ""
    colour = "".join(f" {one}" for one in _colour("fill", span.ink, colours))
    return f' class="f-{span.ink}"{colour}{bold}{italic}'


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """Return a number with two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _plain(text: str) -> str:
    """Return a text for XML: what it cannot hold is written as an escape."""
    legal = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
    return escape(legal, quote=False)


def _quoted(text: str) -> str:
    return escape(text, quote=True)
