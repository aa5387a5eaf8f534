"""What is drawn inside a cell of a grid: rewards as tinted triangles with numbers, actions as arrows.

What an action without a direction pays stands in the lower right corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from specexpr.exact import rational_text
from specexpr.product.dot import Emphasis
from specexpr.report.draw.lattice import DOWN, LEFT, UP, Cell
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import (
    Ellipse,
    Fill,
    Point,
    Polygon,
    Shape,
    Stroke,
    Text,
    line,
    rectangle,
    text,
    text_width,
)
from specexpr.report.rationals import decimals

STRONGEST = 0.45
"""How strongly the largest reward is tinted: numbers on it stay readable on light and on dark pages."""

_WEAKEST = 0.08
_SHORT = 5
_SMALLEST = 5.0
_READABLE, _ROOMY = 44.0, 56.0
"""Smaller cells, in pixels, have no text, or none beside arrows."""

_REACH = 0.15
"""How far arrows reach from the middle where numbers stand around them, in sides."""


@dataclass(frozen=True, slots=True)
class Square:
    """A cell on the page: its centre and the length of its sides."""

    centre: Point
    side: float

    @property
    def is_readable(self) -> bool:
        """Say whether there is room for text."""
        return self.side >= _READABLE

    @property
    def is_roomy(self) -> bool:
        """Say whether there is room for text beside arrows."""
        return self.side >= _ROOMY

    def at(self, right: float, down: float) -> Point:
        """Return a point by its distances from the centre, in pixels."""
        return self.centre[0] + right, self.centre[1] + down

    def frame(self, inset: float, *, fill: Fill | None = None, stroke: Stroke | None = None) -> Polygon:
        """Return the square itself, a little smaller."""
        x, y = self.at(inset - self.side / 2, inset - self.side / 2)
        length = self.side - 2 * inset
        return rectangle(x, y, length, length, fill=fill, stroke=stroke)

    def quarter(self, way: Cell, *, fill: Fill | None = None, stroke: Stroke | None = None) -> Polygon:
        """Return the triangle between the centre and the side in a direction."""
        (dr, dc), half = way, self.side / 2
        ends = self.at((dc - dr) * half, (dr + dc) * half), self.at((dc + dr) * half, (dr - dc) * half)
        return Polygon((self.centre, *ends), fill, stroke)

    def edge_text(
        self,
        way: Cell,
        words: str,
        *,
        size: float,
        down: float = 0.0,
        middle: float = 0.0,
        ink: Ink = Ink.INK,
    ) -> Iterator[Text]:
        """Yield a text near the side in a direction, smaller where it must be.

        down: what moves it, in lines. middle: how much about the centre is kept free, in sides.
        """
        half = self.side / 2
        if way in (UP, DOWN):
            y = size + 2 - half if way == UP else half - 5
            place, room, anchor = (0.0, y), 0.4 * self.side, "middle"
        else:
            gap = 0.08 * self.side
            x = gap - half if way == LEFT else half - gap
            place, room, anchor = (
                (x, 0.35 * size),
                half - gap - middle * self.side - 1,
                "start" if way == LEFT else "end",
            )
        at = self.at(place[0], place[1] + down * (size + 1))
        fitting = min(size, size * room / text_width(words, size))
        if fitting >= _SMALLEST:
            yield text(at, words, size=round(fitting, 1), ink=ink, anchor=anchor)


def brief(value: Fraction) -> str:
    """Return a rational in a few characters: exactly, or cut off with an ellipsis.

    >>> brief(Fraction(-3, 2)), brief(Fraction(1234, 677)), brief(Fraction(-12345, 67))
    ('-3/2', '1.82…', '-184…')
    """
    if value.numerator.bit_length() + value.denominator.bit_length() <= 4 * _SHORT:
        exact = rational_text(value)
        if len(exact) <= _SHORT:
            return exact
    power = 0
    while abs(value) >= 10 ** (_SHORT - 1):
        value, power = value / 10, power + 1
    text, exponent, tail = decimals(value).partition("e")
    if power:
        exponent, tail = "e", str(power)
    kept = text.removesuffix("...")[: _SHORT - 1 + (value < 0)].rstrip(".")
    return f"{kept}{'' if kept == text else '…'}{exponent}{tail}"


def tint(value: Fraction, largest: Fraction) -> Fill | None:
    """Return the colour of a reward among those up to a size: the larger, the stronger."""
    if not value or not largest:
        return None
    share = float(abs(value) / largest)
    ink = Ink.GAIN if value > 0 else Ink.LOSS
    return Fill(ink, round(_WEAKEST + (STRONGEST - _WEAKEST) * share, 3))


def reward_shapes(
    square: Square,
    values: Mapping[int, Fraction],
    directions: Mapping[int, Cell],
    *,
    largest: Fraction,
    size: float,
    beside_arrows: bool,
) -> Iterator[Shape]:
    """Yield what the actions of a cell pay: one number where all pay alike, else a triangle for each."""
    middle = _REACH + 0.02 if beside_arrows else 0.0
    different = set(values.values())
    if different == {Fraction(0)}:
        return
    if len(different) == 1:
        (value,) = different
        yield square.frame(0, fill=tint(value, largest))
        if square.is_readable:
            yield from square.edge_text(UP, brief(value), size=size)
        return
    ways = {a: directions[a] for a in values if a in directions}
    for a, way in ways.items():
        yield square.quarter(way, fill=tint(values[a], largest), stroke=Stroke(Ink.PALE, 0.5))
    for a, way in ways.items() if square.is_readable else ():
        yield from square.edge_text(way, brief(values[a]), size=size, middle=middle)
    others = {value for a, value in values.items() if a not in directions}
    if len(others) == 1:
        (value,) = others
        yield from _corner(square, value, largest=largest, size=size)


def _corner(square: Square, value: Fraction, *, largest: Fraction, size: float) -> Iterator[Shape]:
    """Yield a reward in the lower right corner."""
    wide, high, end = 0.27 * square.side, 0.16 * square.side, 0.47 * square.side
    x, y = square.at(end - wide, end - high)
    yield rectangle(x, y, wide, high, fill=Fill(Ink.CELL))
    yield rectangle(x, y, wide, high, fill=tint(value, largest), stroke=Stroke(Ink.LINE, 0.75))
    words = brief(value)
    fitting = min(size, size * (wide - 2) / text_width(words, size))
    if square.is_readable and fitting >= _SMALLEST:
        yield text((x + wide / 2, y + high / 2 + 0.35 * fitting), words, size=round(fitting, 1))


def action_shapes(
    square: Square,
    taken: Mapping[int, Emphasis],
    directions: Mapping[int, Cell],
    names: Mapping[int, str],
    *,
    ink: Ink,
    beside_numbers: bool,
    size: float,
) -> Iterator[Shape]:
    """Yield an arrow for each action that stands out in a cell, and a disc for one that has no direction."""
    is_alone = len(taken) == 1 and not beside_numbers
    for a, one in taken.items():
        way = directions.get(a)
        if way is None:
            yield from _disc(square, names[a], one, ink=ink, size=size)
            continue
        reach = _REACH if beside_numbers else 0.22 if is_alone else 0.31
        start = -0.2 if is_alone else -0.06 if len(taken) == 1 else 0.03
        yield from _arrow(square, way, one, ink=ink, start=start, tip=reach)
        if one.remark and square.is_roomy:
            words = Ink.FAINT if ink is Ink.PALE else ink
            if beside_numbers:
                lines = -1 if way == DOWN else 1
                yield from square.edge_text(
                    way, one.remark, size=size - 1, down=lines, middle=_REACH, ink=words
                )
            else:
                yield _beside(square, way, one.remark, ink=words, size=size - 1)


def _arrow(
    square: Square, way: Cell, one: Emphasis, *, ink: Ink, start: float, tip: float
) -> Iterator[Shape]:
    """Yield an arrow in a direction, from and to distances from the centre, in sides."""
    weight = float(min(one.weight, Fraction(1)))
    side, (dr, dc) = square.side, way
    head = min(0.16 * side, 9.0) * (0.65 + 0.35 * weight)
    end = tip * side
    width = min(0.06 * side, 0.8 + 2.4 * weight)
    base, half = end - head, head * 0.5
    yield line(
        square.at(dc * start * side, dr * start * side),
        square.at(dc * base, dr * base),
        stroke=Stroke(ink, round(width, 2)),
    )
    corners = ((end, 0.0), (base, half), (base, -half))
    yield Polygon(
        tuple(square.at(dc * along + dr * off, dr * along + dc * off) for along, off in corners), Fill(ink)
    )


def _beside(square: Square, way: Cell, words: str, *, ink: Ink, size: float) -> Text:
    """Return a text beside an arrow, on its right as it goes: so four of them have a quarter each."""
    reach, (dr, dc) = 0.21 * square.side, way
    if dr:
        anchor = "start" if way == UP else "end"
        return text(square.at(-4 * dr, dr * reach + 0.35 * size), words, size=size, ink=ink, anchor=anchor)
    return text(square.at(dc * (reach + 2), 5 + 0.7 * size if dc > 0 else -5), words, size=size, ink=ink)


def _disc(square: Square, name: str, one: Emphasis, *, ink: Ink, size: float) -> Iterator[Shape]:
    radius = min(0.07 * square.side, 2.5 + 2.5 * float(min(one.weight, Fraction(1))))
    yield Ellipse(square.centre, (radius, radius), Fill(ink))
    words = f"{name} {one.remark}".rstrip()
    if square.is_readable and text_width(words, size) <= square.side / 2 - 6:
        said = Ink.FAINT if ink is Ink.PALE else ink
        yield text(square.at(radius + 1, radius + size - 1), words, size=size, ink=said, anchor="start")


def diamond(at: Point, reach: float) -> Polygon:
    """Return the sign of a jump."""
    (x, y), r = at, reach
    return Polygon(((x, y - r), (x + r, y), (x, y + r), (x - r, y)), Fill(Ink.CELL), Stroke(Ink.MARK, 1.5))
