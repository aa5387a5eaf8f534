"""The alarm that ends work that has run too long."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress

import pytest

from specexpr.comparison.limit import run_within

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs interval timers")


def spin(seconds: float = 30.0) -> str:
    """Work on for so long, whatever `except Exception` comes by."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Exception):
            sum(range(1000))
    return "done"


def test_work_in_time() -> None:
    """What comes back in time is returned, and nothing rings afterwards."""
    assert run_within(0.2, lambda: "done") == "done"
    time.sleep(0.3)


def test_work_out_of_time() -> None:
    """What does not come back is ended, even where every Exception is caught."""
    started = time.monotonic()
    assert run_within(0.1, spin) is None
    assert time.monotonic() - started < 5


def test_dropped_alarm() -> None:
    """An alarm that a finaliser drops rings again."""

    class Dropping:
        def __del__(self) -> None:
            spin(0.3)

    def work() -> str:
        Dropping()
        return spin()

    def ignored(_: object) -> None:
        pass

    import sys

    hook, sys.unraisablehook = sys.unraisablehook, ignored
    try:
        assert run_within(0.1, work) is None
    finally:
        sys.unraisablehook = hook


def test_failure_passes() -> None:
    """The exceptions of the work are its own."""
    with pytest.raises(ZeroDivisionError):
        run_within(5, lambda: 1 // 0)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_what_was_set_is_restored() -> None:
    """A caller's own handler and timer are there again afterwards."""
    rung: list[int] = []

    def ring(number: int, _: object) -> None:
        rung.append(number)

    handler = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        assert run_within(0.1, spin) is None
        assert signal.getsignal(signal.SIGALRM) is ring
        time.sleep(0.4)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def test_other_threads_and_no_limit() -> None:
    """Without a limit, and off the main thread, the work just runs."""
    assert run_within(None, lambda: "done") == "done"
    found: list[str | None] = []
    thread = threading.Thread(target=lambda: found.append(run_within(0.05, lambda: spin(0.2))))
    thread.start()
    thread.join()
    assert found == ["done"]
