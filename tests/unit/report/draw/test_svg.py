"""SVG and PNG: sound, still, the same each time, for light and dark pages."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import specexpr.product.dot as dot
from specexpr.models.environment import Environment, Label
from specexpr.report.draw import drawing_css, environment_svg, png_bytes
from specexpr.report.draw.environments import environment_picture
from specexpr.report.draw.palette import DARK, INKS, LIGHT, ROOT, TINTS, Ink
from specexpr.report.draw.picture import Group, Picture, Span, Text
from specexpr.report.draw.svg import svg_text
from specexpr.testing.examples import ENTAILMENT, model
from tests.unit.report.draw.grids import grid
from tests.unit.report.draw.reading import SVG, ids, words

GRAPH = Environment("ring & <more>", ENTAILMENT, (Label("goal", frozenset({1})),))
GRID = grid(2, 3)


@pytest.mark.parametrize("where", [GRAPH, GRID])
def test_it_is_an_image_with_a_title(where: Environment) -> None:
    """For those who do not see it there is a title and a description, which the root names."""
    root = ET.fromstring(environment_svg(where, prefix="x7"))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    named = (root.get("aria-labelledby") or "").split()
    assert named == ["x7-title", "x7-desc"]
    found = {one.get("id"): one.text for one in root.iter() if one.get("id")}
    assert found["x7-title"] == where.name
    assert "An environment with" in (found["x7-desc"] or "")
    assert root[0].tag == f"{SVG}title"


@pytest.mark.parametrize("where", [GRAPH, GRID])
def test_pictures_share_a_page(where: Environment) -> None:
    """All ids start with the prefix; nothing else is global, nothing runs, nothing is fetched."""
    svg = environment_svg(where, prefix="p1")
    assert ids(svg)
    assert all(one.startswith("p1-") for one in ids(svg))
    allowed = {"svg", "title", "desc", "g", "polygon", "path", "ellipse", "text", "tspan"}
    root = ET.fromstring(svg)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= allowed
    names = {name for one in root.iter() for name in one.attrib}
    assert not any(name.startswith("on") or "href" in name or name == "style" for name in names)
    assert "url(" not in svg


def test_a_background_is_drawn_where_it_is_asked_for() -> None:
    """Without one the page shows through."""
    assert "<rect" not in environment_svg(GRID)
    alone = environment_svg(GRID, background="white")
    assert alone.count("<rect") == 1
    assert 'fill="white"' in alone


def test_every_colour_has_a_class() -> None:
    """The style sheet of a page recolours all of them, so nothing stays dark on dark."""
    for svg in (environment_svg(GRAPH), environment_svg(GRID)):
        for one in ET.fromstring(svg).iter():
            for attribute, letter in (("fill", "f"), ("stroke", "s")):
                colour = one.get(attribute)
                if colour not in (None, "none"):
                    assert f"{letter}-{INKS[colour]}" in (one.get("class") or "").split()


def test_the_style_sheet_has_every_ink_for_both_pages() -> None:
    """Each variable that a class uses has a light and a dark value."""
    css = drawing_css()
    assert css.count("{") == css.count("}")
    for ink in Ink:
        assert f"{ROOT} .f-{ink} {{ fill: var(--sx-{ink}); }}" in css
        assert f"{ROOT} .s-{ink} {{ stroke: var(--sx-{ink}); }}" in css
        assert len(re.findall(rf"--sx-{ink}: (?:{LIGHT[ink]}|{DARK[ink]});", css)) == 3


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("colours", "page"), [(LIGHT, "#ffffff"), (DARK, "#161b22")])
def test_texts_can_be_read(colours: dict[Ink, str], page: str) -> None:
    """On the page, in cells and nodes, and on every tint: 4.5 to 1 for text, as WCAG 2 asks."""
    grounds = [page, *(colours[ink] for ink in (Ink.CELL, Ink.NODE, *TINTS))]
    for ground in grounds:
        assert contrast(colours[Ink.INK], ground) >= 7
        assert contrast(colours[Ink.FAINT], ground) >= (4.5 if ground == page else 3)
    for ink in (Ink.TAKEN, Ink.GAIN, Ink.LOSS):
        assert contrast(colours[ink], page) >= 4.5


def test_no_two_inks_look_alike() -> None:
    """A colour in DOT tells which ink it is; the colours of graphs are all inks."""
    assert len(INKS) == len(LIGHT) == len(DARK) == len(Ink)
    used = {dot.PLAIN, dot.LINE, dot.FAINT, dot.PALE, dot.GAIN, dot.LOSS, dot.TAKEN, dot.MARK, *dot.COLOURS}
    assert used <= INKS.keys()
    assert tuple(INKS[colour] for colour in dot.COLOURS) == TINTS


def test_the_same_bytes_in_any_process() -> None:
    """Whatever the seed of hashes."""
    code = (
        "from tests.unit.report.draw.test_svg import GRAPH, GRID\n"
        "from specexpr.report.draw import environment_svg, png_bytes\n"
        "from specexpr.report.draw.environments import environment_picture\n"
        "import hashlib\n"
        "for one in (GRAPH, GRID):\n"
        "    print(hashlib.sha256(environment_svg(one).encode()).hexdigest())\n"
        "    print(hashlib.sha256(png_bytes(environment_picture(one))).hexdigest())\n"
    )
    root = Path(__file__).parents[4]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 4


def test_names_that_no_text_can_hold() -> None:
    """Control characters are escaped, what XML reserves is quoted, and a PNG is drawn all the same."""
    odd = 'a\x1b[31m"<b>&\\" \u202e'
    where = Environment(odd, model({odd: {"x\x00y": odd}}, start=odd))
    svg = environment_svg(where, prefix='"><script>')
    root = ET.fromstring(svg)
    assert not any(one.tag.endswith("script") for one in root.iter())
    assert any('"<b>&\\" \\u202e' in word for word in words(svg))
    assert png_bytes(environment_picture(where)).startswith(b"\x89PNG")


def size_of(png: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_png_has_two_pixels_to_one() -> None:
    """It can be printed; and what would be very large is smaller."""
    picture = environment_picture(GRID)
    width, height = size_of(png_bytes(picture))
    assert (width, height) == pytest.approx((2 * picture.width, 2 * picture.height), abs=4)
    (one, high) = size_of(png_bytes(picture, scale=1))
    assert (one, high) == pytest.approx((picture.width, picture.height), abs=4)
    wide = Picture(20_000, 10, (Group((Text((10, 8), (Span("here"),)),)),), "wide")
    assert size_of(png_bytes(wide))[0] <= 16_010


def test_pictures_are_not_blank() -> None:
    """What is drawn is seen: another text gives another PNG."""

    def png(word: str) -> bytes:
        return png_bytes(Picture(60, 20, (Group((Text((30, 14), (Span(word),)),)),), "t"))

    assert png("one") != png("two")
    assert png("one") == png("one")


def test_a_text_of_several_looks() -> None:
    """One line in SVG, whatever the fonts are wide."""
    spans = (Span("go : ", width=20.0), Span("1/2", Ink.GAIN, is_bold=True, width=15.0))
    svg = svg_text(Picture(60, 20, (Group((Text((30, 14), spans),)),), "t"))
    assert words(svg) == ["go : 1/2"]
    assert svg.count("<tspan") == 2
