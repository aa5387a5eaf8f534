"""Read what the command line names: a path, or `-` for standard input."""

from __future__ import annotations

import sys

from specexpr.syntax.files import read_stream, reason_of, text_of, unreadable

STANDARD_INPUT = "<stdin>"

_HINT = "give the path of a file, or - for standard input"


def read_text(path: str) -> tuple[str, str]:
    """Return the name and the text of a file; raise SpecError if it cannot be read or is no text in UTF-8."""
    name = STANDARD_INPUT if path == "-" else path
    try:
        data = _read_bytes(path)
    except (OSError, ValueError) as error:
        raise unreadable(name, reason_of(error), hint=_HINT) from None
    return name, text_of(data, name=name, hint=_HINT)


def _read_bytes(path: str) -> bytes:
    if path != "-":
        with open(path, "rb") as file:
            return read_stream(file)
    if sys.stdin is None:
        raise ValueError("it is closed")
    return read_stream(sys.stdin.buffer)
