"""Texts with examples: the blocks of code that they show, and the commands with what these print."""

from __future__ import annotations

import re


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def sessions(text: str) -> list[tuple[str, str]]:
    """Return (command, output) for every command of every console block."""
    found = []
    for block in blocks(text, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def timeless(output: str) -> str:
    """Return an output without the seconds that answers took, which stand last in a row."""
    return re.sub(r" +(?:seconds|\d+\.\d{3})$", "", output, flags=re.MULTILINE)
