"""The colours of pictures: each by what it stands for, on a light and on a dark page.

A shape carries its light colour and, in SVG, a class; the style sheet of `drawing_css` recolours classes. So
a picture alone is a light one, and one inside a page follows the page.
"""

from __future__ import annotations

from enum import StrEnum

ROOT = "specexpr-drawing"
"""The class of every picture."""


class Ink(StrEnum):
    """What a colour stands for."""

    INK = "ink"
    LINE = "line"
    FAINT = "faint"
    PALE = "pale"
    TAKEN = "taken"
    GAIN = "gain"
    LOSS = "loss"
    MARK = "mark"
    NODE = "node"
    CELL = "cell"
    WALL = "wall"
    TINT_0 = "tint0"
    TINT_1 = "tint1"
    TINT_2 = "tint2"
    TINT_3 = "tint3"
    TINT_4 = "tint4"
    TINT_5 = "tint5"
    TINT_6 = "tint6"
    TINT_7 = "tint7"


TINTS = tuple(ink for ink in Ink if ink.startswith("tint"))
"""Fills that tell things apart: states of a memory, labels."""

LIGHT = {
    Ink.INK: "#1f2328",
    Ink.LINE: "#444444",
    Ink.FAINT: "#666666",
    Ink.PALE: "#a3aab2",
    Ink.TAKEN: "#6f42c1",
    Ink.GAIN: "#0b5394",
    Ink.LOSS: "#b02418",
    Ink.MARK: "#c77700",
    Ink.NODE: "#f3f5f8",
    Ink.CELL: "#fdfdfe",
    Ink.WALL: "#5b6570",
    Ink.TINT_0: "#dbe9f6",
    Ink.TINT_1: "#fde6cf",
    Ink.TINT_2: "#dff0d8",
    Ink.TINT_3: "#f3dcec",
    Ink.TINT_4: "#f9f3c6",
    Ink.TINT_5: "#e0dff2",
    Ink.TINT_6: "#d5eeec",
    Ink.TINT_7: "#e8e4dc",
}

DARK = {
    Ink.INK: "#e6edf3",
    Ink.LINE: "#b6bec8",
    Ink.FAINT: "#a8b1bb",
    Ink.PALE: "#6a737d",
    Ink.TAKEN: "#c3a6ff",
    Ink.GAIN: "#79b8ff",
    Ink.LOSS: "#ff8a80",
    Ink.MARK: "#ffb74d",
    Ink.NODE: "#2a313a",
    Ink.CELL: "#1c2128",
    Ink.WALL: "#8b949e",
    Ink.TINT_0: "#1f4468",
    Ink.TINT_1: "#613f1c",
    Ink.TINT_2: "#28522f",
    Ink.TINT_3: "#5b3350",
    Ink.TINT_4: "#524b16",
    Ink.TINT_5: "#3e3b69",
    Ink.TINT_6: "#1f524e",
    Ink.TINT_7: "#514939",
}

INKS = {colour: ink for ink, colour in LIGHT.items()}
"""What a light colour stands for: no two are the same."""


def drawing_css() -> str:
    """Return the style sheet for a page with pictures: light or dark as the reader's system is.

    An attribute `data-theme` of the page's root, "light" or "dark", says otherwise.
    """
    root = f".{ROOT}"
    dark = _variables(DARK)
    rules = [
        f"{root} {{ {_variables(LIGHT)} max-width: 100%; height: auto; }}",
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {root} {{ {dark} }} }}",
        f":root[data-theme=dark] {root} {{ {dark} }}",
    ]
    rules += (f"{root} .f-{ink} {{ fill: var(--sx-{ink}); }}" for ink in Ink)
    rules += (f"{root} .s-{ink} {{ stroke: var(--sx-{ink}); }}" for ink in Ink)
    return "\n".join([*rules, ""])


def _variables(colours: dict[Ink, str]) -> str:
    return " ".join(f"--sx-{ink}: {colour};" for ink, colour in colours.items())
