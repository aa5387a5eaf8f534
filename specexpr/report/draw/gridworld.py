"""A grid as a picture: cells with labels, walls, jumps, rewards and the actions that stand out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from specexpr.exact import rational_text
from specexpr.models.environment import Environment
from specexpr.report.draw.cells import Square, action_shapes, brief, diamond, reward_shapes
from specexpr.report.draw.graphs import state_words
from specexpr.report.draw.gridfacts import Facts
from specexpr.report.draw.gridlegend import UNREACHED, Content, grid_entries
from specexpr.report.draw.lattice import DOWN, LEFT, RIGHT, UP, Cell, Lattice
from specexpr.report.draw.legend import Entry
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import (
    Ellipse,
    Fill,
    Group,
    Picture,
    Shape,
    Stroke,
    line,
    rectangle,
    text,
    text_width,
)
from specexpr.syntax.names import clipped

_PANEL, _PLAIN, _WITH_ACTIONS, _WITH_REWARDS, _WITH_BOTH = 50.0, 60.0, 68.0, 84.0, 92.0
"""Sides of cells, in pixels, where there are few of them."""

_WIDEST = 1_300.0
_LEAST_SIDE = 9.0
_MARGIN = 10.0
_NAME, _NUMBER = 8.5, 10.0


def grid_picture(
    environment: Environment, lattice: Lattice, content: Content, *, title: str, description: str = ""
) -> tuple[Picture, tuple[Entry, ...]]:
    """Return a grid with its content, and what its colours and signs mean."""
    drawn = _Drawn(Facts(environment, lattice), content)
    groups = drawn.ground(), *(drawn.cell(s) for s in range(len(environment.states))), drawn.lines()
    width, height = drawn.size()
    picture = Picture(width + 2 * _MARGIN, height + 2 * _MARGIN, groups, title, description)
    room = Square((0.0, 0.0), drawn.side)
    return picture, tuple(grid_entries(drawn.facts, content, told=drawn.told, room=room))


class _Drawn:
    """A grid while it is drawn."""

    def __init__(self, facts: Facts, content: Content) -> None:
        self.facts = facts
        self._content = content
        self._lattice = facts.lattice
        self.side = _side(facts.lattice, content)
        self._cells, self._depth = _places(facts.lattice)
        values = (content.reward or {}).values()
        self._largest = max((abs(value) for value in values), default=Fraction(0))
        self._inset = 0.06 * self.side
        states = range(len(facts.rows))
        self.told = {facts.carried(s) for s in states} - {
            facts.carried(s) for s in states if not self._tells(s)
        }
        """The sets of labels that are written in every cell that has them."""

    def size(self) -> tuple[float, float]:
        """Return how wide and high the cells are together."""
        outside = sum(cell is None for cell in self._lattice.cells)
        return max(self._lattice.columns, outside) * self.side, self._depth * self.side

    def ground(self) -> Group:
        """Return the walls below everything."""
        wide, high = self._lattice.columns * self.side, self._lattice.rows * self.side
        return Group((rectangle(_MARGIN, _MARGIN, wide, high, fill=Fill(Ink.WALL, 0.6)),))

    def cell(self, s: int) -> Group:
        """Return a cell with all that is in it."""
        square = self._square(s)
        parts = self._background, self._texts, self._bars, self._signs, self._actions
        return Group(tuple(shape for part in parts for shape in part(s, square)), self._words(s))

    def _square(self, s: int) -> Square:
        (row, column), half = self._cells[s], self.side / 2
        return Square((_MARGIN + column * self.side + half, _MARGIN + row * self.side + half), self.side)

    # -- cells ---------------------------------------------------------------------------------------------

    def _background(self, s: int, square: Square) -> Iterator[Shape]:
        reward, border = self._content.reward, Stroke(Ink.PALE)
        tint = self.facts.tints.get(self.facts.carried(s))
        yield square.frame(
            0, fill=Fill(Ink.CELL if tint is None or reward is not None else tint), stroke=border
        )
        if reward is not None:
            values = {a: reward.get((s, a), Fraction(0)) for a in self.facts.rows[s]}
            ways = self._lattice.directions
            yield from reward_shapes(
                square,
                values,
                ways,
                largest=self._largest,
                size=_NUMBER,
                beside_arrows=self._content.taken is not None,
            )
        if s in self._content.unreached:
            yield square.frame(0, fill=UNREACHED)
        if self.facts.closed[s]:
            yield square.frame(self._inset, stroke=Stroke(Ink.LINE))
        if reward is not None and tint is not None:
            size, corner = 0.11 * self.side, self.side / 2 - self._inset - 3
            x, y = square.at(-corner, corner - size)
            yield rectangle(x, y, size, size, fill=Fill(tint), stroke=Stroke(Ink.LINE, 0.75))

    def _texts(self, s: int, square: Square) -> Iterator[Shape]:
        """Yield the name, the start, the labels and where every action leads, as far as there is room."""
        half, name = self.side / 2, clipped(self.facts.environment.states[s])
        is_framed = self.facts.closed[s] or s in self._content.highlight
        inset = 3 + (self._inset if is_framed else 0)
        room = (0.6 if self._content.reward is None else 0.28) * self.side
        if self._has_room(square) and text_width(name, _NAME) <= room:
            at = square.at(inset - half, _NAME + inset - 2 - half)
            yield text(at, name, size=_NAME, ink=Ink.FAINT, anchor="start")
        if s in self.facts.start:
            radius = min(3.5, 0.12 * self.side)
            corner = half - radius - self._inset - (2 if square.is_readable else 0)
            yield Ellipse(square.at(corner, -corner), (radius, radius), Fill(Ink.LINE))
        foot = half - 5 - (self._inset if self.facts.closed[s] else 0)
        if self._content.reward is None and self._tells(s) and (carried := self.facts.carried(s)):
            yield text(square.at(0, foot), ", ".join(carried), size=_NAME)
            foot -= _NAME + 2
        if s in self.facts.far and self._has_room(square):
            words = f"to {clipped(self.facts.environment.states[self.facts.far[s]])}"
            if text_width(words, _NAME) <= self.side - 8:
                yield text(square.at(0, foot), words, size=_NAME)

    def _tells(self, s: int) -> bool:
        """Say whether the labels of a state are written in its cell."""
        if self._content.reward is not None or not self._has_room(self._square(s)):
            return False
        is_free = s in self.facts.far or not any(self._way(a) == DOWN for a in self.facts.jumps[s])
        return is_free and text_width(", ".join(self.facts.carried(s)), _NAME) <= self.side - 8

    def _has_room(self, square: Square) -> bool:
        """Say whether there is room for text, beside arrows where there are any."""
        return square.is_readable if self._content.taken is None else square.is_roomy

    def _way(self, action: int) -> Cell | None:
        return self._lattice.directions.get(action)

    def _bars(self, s: int, square: Square) -> Iterator[Shape]:
        """Yield the labels of actions, as bars on their sides; numbers of rewards need the room."""
        if self._content.reward is not None:
            return
        length, thick = 0.12 * self.side, min(2.0, 0.05 * self.side)
        for a in self.facts.rows[s]:
            carried = [label for label in self.facts.pair_tints if (s, a) in label.pairs]
            way = self._way(a)
            for k, label in enumerate(filter(self.facts.is_sparse, carried) if way is not None else ()):
                dr, dc = way or UP
                off = 0.41 * self.side - (2 * thick + 1) * k
                x, y = square.at(
                    0.1 * self.side if way == UP else dc * off, dr * off
                )  # the name is upper left
                wide, high = (length, thick) if dr else (thick, length)
                fill = Fill(self.facts.pair_tints[label])
                yield rectangle(
                    x - wide, y - high, 2 * wide, 2 * high, fill=fill, stroke=Stroke(Ink.LINE, 0.75)
                )

    def _signs(self, s: int, square: Square) -> Iterator[Shape]:
        """Yield the jumps, to the left of where actions go, and what is pointed at."""
        is_told = s in self.facts.far and self._has_room(square)
        for a in () if is_told or s in self._content.unreached else self.facts.jumps[s]:
            dr, dc = self._way(a) or (0, 0)
            right, down = (0.4 * dc - 0.24 * dr, 0.4 * dr - 0.24 * dc) if dr or dc else (-0.22, 0.22)
            yield diamond(square.at(right * self.side, down * self.side), min(4.0, 0.12 * self.side))
        if s in self._content.highlight:
            yield square.frame(1.5, stroke=Stroke(Ink.MARK, 3))
        for a in self.facts.rows[s]:
            if (s, a) in self._content.highlight:
                way, stroke = self._way(a), Stroke(Ink.MARK, 2.5)
                yield square.frame(4, stroke=stroke) if way is None else square.quarter(way, stroke=stroke)

    def _actions(self, s: int, square: Square) -> Iterator[Shape]:
        """Yield the actions that stand out; where all actions only stay, there is nothing to say."""
        known = self._content.taken or {}
        taken = {a: known[s, a] for a in self.facts.rows[s] if (s, a) in known}
        if self.facts.closed[s] or not taken:
            return
        yield from action_shapes(
            square,
            taken,
            self._lattice.directions,
            {a: clipped(self.facts.environment.actions[a]) for a in taken},
            ink=Ink.PALE if s in self._content.faint else Ink.TAKEN,
            beside_numbers=self._content.reward is not None,
            size=_NUMBER,
        )

    def _words(self, s: int) -> str:
        """Return what is said of a cell when one points at it."""
        environment, content = self.facts.environment, self._content
        lines = [state_words(environment, s)]
        if s in self.facts.start:
            p = self.facts.start[s]
            lines.append("start" if p == 1 else f"start with {rational_text(p)}")
        for a in self.facts.rows[s]:
            said = [label.name for label in environment.labels if (s, a) in label.pairs]
            one = (content.taken or {}).get((s, a))
            said += [] if one is None else [one.remark or "taken"]
            if content.reward is not None:
                said.append(f"pays {brief(content.reward.get((s, a), Fraction(0)))}")
            jumps = self.facts.jumps[s].get(a, ())
            said += [f"to {environment.states[t]} with {rational_text(p)}" for t, p in jumps]
            if said:
                lines.append(f"{environment.actions[a]}: {', '.join(said)}")
        return "\n".join(lines)

    # -- walls ---------------------------------------------------------------------------------------------

    def lines(self) -> Group:
        """Return the frame, and the walls between cells."""
        return Group(tuple(self._lines()))

    def _lines(self) -> Iterator[Shape]:
        wide, high = self._lattice.columns * self.side, self._lattice.rows * self.side
        yield rectangle(_MARGIN, _MARGIN, wide, high, stroke=Stroke(Ink.LINE, 1.5))
        thick = max(1.5, 0.05 * self.side)
        for s in range(len(self.facts.rows)):
            for way in (RIGHT, DOWN, LEFT, UP):
                t = self.facts.neighbour(s, way)
                if t is None or s in self._content.unreached or not self.facts.is_blocked(s, way):
                    continue
                if self.facts.leads(t, s):
                    yield self._wall(s, way, thick / 2 + 1, thick)  # from one side only: it stands there
                elif way in (RIGHT, DOWN) or not self.facts.is_blocked(t, (-way[0], -way[1])):
                    yield self._wall(s, way, 0.0, thick)

    def _wall(self, s: int, way: Cell, inset: float, thick: float) -> Shape:
        (dr, dc), half = way, self.side / 2
        reach, square = half - inset, self._square(s)
        ends = (
            square.at(dc * reach - dr * half, dr * reach - dc * half),
            square.at(dc * reach + dr * half, dr * reach + dc * half),
        )
        return line(*ends, stroke=Stroke(Ink.LINE, round(thick, 2)))


def _side(lattice: Lattice, content: Content) -> float:
    """Return how large cells are: as their content needs, but all together on a page."""
    most = _WIDEST
    if content.is_panel:
        is_random = any(one.remark for one in (content.taken or {}).values())
        wanted, most = _PLAIN if is_random else _PANEL, _WIDEST / 3
    elif content.reward is not None:
        wanted = _WITH_REWARDS if content.taken is None else _WITH_BOTH
    else:
        wanted = _PLAIN if content.taken is None else _WITH_ACTIONS
    return max(_LEAST_SIDE, min(wanted, most / max(lattice.rows, lattice.columns)))


def _places(lattice: Lattice) -> tuple[list[tuple[float, float]], float]:
    """Return row and column of each state, those outside in a row below, and how many rows there are."""
    outside = [s for s, cell in enumerate(lattice.cells) if cell is None]
    places = [cell or (lattice.rows + 0.25, float(outside.index(s))) for s, cell in enumerate(lattice.cells)]
    return places, lattice.rows + (1.25 if outside else 0.0)
