"""A progress bar for work that takes longer than a moment: only on a terminal, gone at the end."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from specexpr.report.layout import printable
from specexpr.report.terminal import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE = 0.5


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """Give a function to call with a description before each of `total` steps; it shows nothing on a pipe."""
    if not is_terminal(sys.stderr):
        yield lambda description: None
        return
    bar = _Bar(total)
    waiting = threading.Timer(_PATIENCE, bar.show)
    waiting.daemon = True
    waiting.start()
    try:
        yield bar.step
    finally:
        waiting.cancel()
        bar.close()


class _Bar:
    """A bar that appears when `show` is called, from another thread."""

    def __init__(self, total: int) -> None:
        self.total, self.begun, self.description = total, 0, ""
        self.lock = threading.Lock()
        self.bar: Progress | None = None
        self.is_closed = False

    def step(self, description: str) -> None:
        with self.lock:
            self.begun += 1
            self.description = printable(description)
            self.update()

    def update(self) -> None:
        if self.bar is not None:
            for task in self.bar.task_ids:
                self.bar.update(task, completed=self.begun - 1, description=self.description)

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with self.lock:
            if not self.is_closed:
                console = Console(file=sys.stderr)
                self.bar = Progress(
                    *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
                )
                self.bar.add_task(self.description, total=self.total)
                self.bar.start()
                self.update()

    def close(self) -> None:
        with self.lock:
            self.is_closed = True
            if self.bar is not None:
                self.bar.stop()
