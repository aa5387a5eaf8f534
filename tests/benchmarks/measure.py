"""Timing and tables for the benchmarks."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer")


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what `work` returns, and the seconds it took."""
    began = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - began


def arguments(title: str) -> argparse.Namespace:
    """Read the command line of a benchmark: `--quick` for a short run."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    return parser.parse_args()


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in aligned columns, the first one to the left, numbers to the right."""
    cells = [list(map(_text, row)) for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        first, *rest = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *rest)).rstrip(), flush=True)


def _text(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def ratio(theirs: float, ours: float) -> str:
    """Say how many times as long the others took."""
    return f"{theirs / ours:.1f}x" if ours > 0 else "-"
