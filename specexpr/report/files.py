"""Read what the command line names: a path, or `-` for standard input."""

from __future__ import annotations

import sys

from specexpr.diagnostics import Diagnostic, SpecError

STANDARD_INPUT = "<stdin>"


def read_text(path: str) -> tuple[str, str]:
    """Return the name and the text of a file; raise SpecError if it cannot be read or is no text in UTF-8."""
    name = STANDARD_INPUT if path == "-" else path
    try:
        data = _read_bytes(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _unreadable(name, reason[:1].lower() + reason[1:]) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(name, f"it is no text in UTF-8: byte {error.start} is wrong") from None
    if "\0" in text:
        raise _unreadable(name, "it is a binary file")
    return name, text


def _read_bytes(path: str) -> bytes:
    if path != "-":
        with open(path, "rb") as file:
            return file.read()
    if sys.stdin is None:
        raise ValueError("it is closed")
    return sys.stdin.buffer.read()


def _unreadable(name: str, reason: str) -> SpecError:
    hint = "give the path of a file, or - for standard input"
    message = f"{name} cannot be read: {reason}"
    return SpecError([Diagnostic(id="unreadable-file", message=message, help=hint)])
