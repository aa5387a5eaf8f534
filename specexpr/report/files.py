"""Read and write what the command line names: a path, or to read `-` for standard input."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.syntax.files import read_stream, reason_of, text_of, unreadable
from specexpr.syntax.names import clipped

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


def write_bytes(path: str, data: bytes) -> None:
    """Write a file; raise SpecError (`unwritable-output`) where that fails."""
    try:
        Path(path).write_bytes(data)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def refuse_unwritable(path: str) -> None:
    """Raise SpecError where a page cannot be written, before work is done for it; leave no file behind.

    `usage`: its name is not that of a page, so that no document is overwritten. `unwritable-output`.
    """
    if not path.lower().endswith((".html", ".htm")):
        message = f'a page is written to a file with the ending .html, "{clipped(path)}" has another'
        raise SpecError([Diagnostic(id="usage", message=message, help="write --html page.html")])
    is_new = not os.path.lexists(path)
    try:
        with open(path, "ab"):
            pass
        if is_new:
            os.remove(path)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: str, error: OSError | ValueError) -> SpecError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    message = f'"{clipped(path)}" cannot be written: {reason or error}'
    hint = "give the path of a file in a folder that exists"
    return SpecError([Diagnostic(id="unwritable-output", message=message, help=hint)])
