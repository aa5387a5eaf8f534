"""A conflict as a picture: each constraint a row, the better side on the left and the worse on the right.

States in which the two sides differ are marked. Where all weighted differences add up to nothing, no
specification can put each left side above its right side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from specexpr.certify.model import Table, Trajectory
from specexpr.certify.proofs import Term
from specexpr.expressivity.naming import Names
from specexpr.expressivity.task import Task
from specexpr.report.draw.environments import environment_parts
from specexpr.report.draw.legend import Entry, with_legend
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import Fill, Group, Picture, Polygon, Stroke, line, placed, text, text_width
from specexpr.report.rationals import compact

MOST_ROWS = 6
"""So many constraints are drawn; of more, the others are counted."""

_MIDDLE = 84.0
_CAPTION = 12.0
_GAP = 14.0
_MARGIN = 10.0


def conflict_picture(task: Task, terms: Sequence[Term], *, title: str = "conflict") -> Picture:
    """Return the sides of the constraints of a conflict side by side, the heaviest first.

    Raises SpecError (`too-large-to-draw`) where an environment is too large for a picture.
    """
    heavy = sorted(terms, key=lambda term: -abs(term.weight))[:MOST_ROWS]
    names = Names(task)
    entries: dict[str, Entry] = {}
    rows = [_row(task, term, names, entries) for term in heavy]
    room = max(one.width for row in rows for one in row.sides)
    left = _MARGIN + max(text_width(row.weight, _CAPTION) for row in rows) + 8
    right = left + room + _MIDDLE
    width = right + room + _MARGIN
    groups: list[Group] = []
    y = 4.0
    for row in rows:
        height = max(one.height for one in row.sides)
        middle = y + height / 2
        for x, one in zip((left, right), row.sides, strict=True):
            groups += placed(one, x + (room - one.width) / 2, y + (height - one.height) / 2)
        sign = text((right - _MIDDLE / 2, middle + 4), row.relation, size=18)
        words = _RELATIONS[row.relation]
        lines = [
            text((right - _MIDDLE / 2, middle + 18 + 11 * i), one, size=9, ink=Ink.FAINT)
            for i, one in enumerate(words)
        ]
        weight = text((left - 8, middle + 4), row.weight, size=_CAPTION, ink=Ink.FAINT, anchor="end")
        groups.append(Group((sign, *lines, weight)))
        y += height + _GAP
        groups.append(Group((line((_MARGIN, y - _GAP / 2), (width - _MARGIN, y - _GAP / 2), stroke=_RULE),)))
    more = len(terms) - len(rows)
    if more:
        rest = "1 more constraint" if more == 1 else f"{more} more constraints"
        groups.append(Group((text((left, y + 10), f"and {rest}", ink=Ink.FAINT, anchor="start"),)))
        y += 20
    description = "; ".join(f"{row.weight} {row.words}" for row in rows)
    picture = Picture(width, y + 4, tuple(groups), title, description)
    return with_legend(picture, tuple(entries.values()))


_RULE = Stroke(Ink.PALE, 0.75)
_RELATIONS = {
    ">": ("is to be", "better than"),
    "\u2265": ("is to be at", "least as good as"),
    "~": ("is to be", "as good as"),
}


class _Row:
    """A constraint while it is drawn."""

    def __init__(self, sides: tuple[Picture, Picture], weight: str, relation: str, words: str) -> None:
        self.sides = sides
        self.weight = weight
        self.relation = relation
        self.words = words


def _row(task: Task, term: Term, names: Names, entries: dict[str, Entry]) -> _Row:
    environment = task.environments[term.model]
    sides, said = [], []
    for side in (term.better, term.worse):
        caption = names(term.model, side, is_trajectory=term.is_trajectory)
        said.append(caption)
        is_walk = term.is_trajectory
        drawn, legend = environment_parts(
            environment,
            policy=None if is_walk else cast(Table, side),
            trajectory=cast(Trajectory, side) if is_walk else (),
            highlight=_differences(term),
            title=caption,
            is_panel=True,
        )
        entries.update({entry.words: entry for entry in legend})
        if _differences(term):
            entries[_DIFFER.words] = _DIFFER
        sides.append(_captioned(drawn, caption))
    relation = str(term.relation).replace(">=", "\u2265")
    words = f"{said[0]} {relation} {said[1]}"
    return _Row((sides[0], sides[1]), f"{compact(term.weight)} \u00d7", relation, words)


def _differences(term: Term) -> tuple[int, ...]:
    """Return the states in which two policies differ."""
    if term.is_trajectory:
        return ()
    pairs = zip(term.better, term.worse, strict=True)
    return tuple(s for s, (one, other) in enumerate(pairs) if one != other)


_DIFFER = Entry(
    (Polygon(((1, -5), (12, -5), (12, 6), (1, 6)), Fill(Ink.CELL), Stroke(Ink.MARK, 2)),),
    13,
    "where the two sides differ",
)


def _captioned(picture: Picture, caption: str) -> Picture:
    """Return a picture with its name above."""
    lines = list(_folded(caption, max(picture.width, 160.0)))
    height = len(lines) * (_CAPTION + 3) + 2
    wide = max(picture.width, *(text_width(words, _CAPTION) for words in lines))
    texts = tuple(text((wide / 2, _CAPTION + i * (_CAPTION + 3)), words) for i, words in enumerate(lines))
    body = placed(picture, (wide - picture.width) / 2, height)
    return Picture(wide, picture.height + height, (Group(texts), *body), picture.title)


def _folded(words: str, room: float) -> Iterator[str]:
    """Yield a text in lines that fit, as far as its words let them."""
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, _CAPTION) > room:
            yield line
            line = word
        else:
            line = longer
    yield line
