"""What stands below a picture: what its colours and signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import Group, Picture, Shape, moved, text, text_width

SIZE = 11.0
_ROW = 20.0
_GAP = 16.0
_MARGIN = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A sign, drawn to the right of (0, 0) and about it in height, with its width, and what it means."""

    sign: tuple[Shape, ...]
    width: float
    words: str


def with_legend(picture: Picture, entries: Sequence[Entry]) -> Picture:
    """Return a picture with what explains it below."""
    if not entries:
        return picture
    room = max([picture.width - 2 * _MARGIN, 240.0, *map(entry_width, entries)])
    below, bottom = legend(entries, top=picture.height - 4, left=_MARGIN, width=room)
    return replace(
        picture, width=room + 2 * _MARGIN, height=bottom + _MARGIN, groups=(*picture.groups, *below)
    )


def entry_width(entry: Entry) -> float:
    """Return about how wide an entry is."""
    return _words_at(entry) + text_width(entry.words, SIZE)


def _words_at(entry: Entry) -> float:
    return entry.width + 6 if entry.width else 0.0


def legend(
    entries: Sequence[Entry], *, top: float, left: float, width: float
) -> tuple[tuple[Group, ...], float]:
    """Return entries in rows below `top`, and where they end."""
    groups: list[Group] = []
    x, y = left, top + _ROW / 2
    for entry in entries:
        wide = entry_width(entry)
        if x > left and x + wide > left + width:
            x, y = left, y + _ROW
        shapes = [moved(shape, x, y) for shape in entry.sign]
        if entry.words:
            at = x + _words_at(entry), y + SIZE * 0.35
            shapes.append(text(at, entry.words, size=SIZE, ink=Ink.FAINT, anchor="start"))
        groups.append(Group(tuple(shapes)))
        x += wide + _GAP
    return tuple(groups), y + _ROW / 2 if entries else top
