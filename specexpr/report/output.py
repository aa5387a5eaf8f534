"""Write to standard output and standard error: all at once, and without complaint when nobody reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from specexpr.diagnostics import Diagnostic, Source, SpecError
from specexpr.report.diagnostics import diagnostic_blocks
from specexpr.report.layout import Block, Line
from specexpr.report.terminal import page, shown


def prepare_streams() -> None:
    """Make both streams write what their encoding lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write_text(text: str) -> None:
    """Write a text to standard output."""
    _write(sys.stdout, text)


def write_blocks(blocks: Iterable[Block]) -> None:
    """Write blocks to standard output, as they look there."""
    _write(sys.stdout, shown(blocks, sys.stdout))


def write_page(text: str) -> None:
    """Write a page of Markdown to standard output."""
    _write(sys.stdout, page(text, sys.stdout))


def write_diagnostics(diagnostics: Sequence[Diagnostic], source: Source | None = None) -> None:
    """Write diagnostics to standard error, if there are any."""
    if diagnostics:
        _write(sys.stderr, shown(diagnostic_blocks(diagnostics, source), sys.stderr))


def write_errors(errors: Iterable[SpecError]) -> None:
    """Write the diagnostics of several errors to standard error, an empty line between them."""
    blocks: list[Block] = []
    for error in errors:
        blocks += [Line()] if blocks else []
        blocks += diagnostic_blocks(error.diagnostics, error.source)
    _write(sys.stderr, shown(blocks, sys.stderr))


def _write(stream: TextIO | None, text: str) -> None:
    """Write and flush; once the other end of a pipe is closed, what follows goes nowhere."""
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
