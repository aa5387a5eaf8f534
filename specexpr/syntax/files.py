"""Read a text from a file or a stream: UTF-8, of bounded length."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from specexpr.diagnostics import Diagnostic, Report, Source, SpecError
from specexpr.syntax.names import read_name
from specexpr.syntax.nodes import Leaf

MAX_BYTES = 1 << 30
"""More than this is no specification; an endless file ends here, or at its first byte that is no text."""

_CHUNK = 1 << 20


def read_stream(file: BinaryIO) -> bytes:
    """Return the bytes of a file, of a binary one only the start; raise ValueError beyond the limit."""
    chunks: list[bytes] = []
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
        chunks.append(chunk)
        if b"\0" in chunk:
            break
    return b"".join(chunks)


def text_of(data: bytes, *, name: str, hint: str) -> str:
    """Return bytes as a text; raise SpecError if they are none in UTF-8."""
    before, nul, _ = data.partition(b"\0")
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"it is no text in UTF-8: {_place(before, error.start)} is wrong"
        raise unreadable(name, reason, hint=hint) from None
    if nul:
        raise unreadable(name, "it is a binary file", hint=hint)
    return text


def _place(data: bytes, at: int) -> str:
    """Say in words where the byte at an offset stands; those before it are text in UTF-8."""
    text = data[:at].decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    line, column = Source("", text).position(len(text))
    return f"the byte 0x{data[at]:02X} in line {line}, column {column}"


def reason_of(error: OSError | ValueError) -> str:
    """Return why a file could not be read, as the end of a sentence."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return reason[:1].lower() + reason[1:]


def unreadable(name: str, reason: str, *, hint: str) -> SpecError:
    """Return the error for a file that cannot be read."""
    message = f"{name} cannot be read: {reason}"
    return SpecError([Diagnostic(id="unreadable-file", message=message, help=hint)])


def read_beside(source: Source, leaf: Leaf, report: Report) -> tuple[str, str] | None:
    """Return the name and the text of the file that a document names, by its path from the document.

    None once it is reported that it cannot be read.
    """
    name = read_name(leaf, report)
    if name is None:
        return None
    home = Path() if source.name.startswith("<") else Path(source.name).parent
    hint = "give the path of a file from where the document is"
    try:
        try:
            with (home / name).open("rb") as file:
                return name, text_of(read_stream(file), name=name, hint=hint)
        except (OSError, ValueError) as error:
            raise unreadable(name, reason_of(error), hint=hint) from None
    except SpecError as error:
        (problem,) = error.diagnostics
        wrong = Diagnostic(id="unreadable-file", message=problem.message, span=leaf.span, help=problem.help)
        report(wrong)
        return None
