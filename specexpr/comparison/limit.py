"""Stop work that has run too long: an alarm that ends it, where the system has one.

Decisions look at their deadline by themselves; this is the guard for those that do not come to it in time.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_AGAIN = 1.0


class _Alarm(BaseException):
    """The time is up; no `except Exception` on the way may take it for a failure of its own."""


def run_within(seconds: float | None, work: Callable[[], T]) -> T | None:
    """Return what `work` returns, or None if it was still running after so many seconds.

    Outside the main thread, on systems without interval timers, and with None for the seconds, it just runs.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if seconds is None or not is_main or not hasattr(signal, "setitimer"):
        return work()
    is_armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if is_armed:
            raise _Alarm

    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    # It rings again: an exception raised inside a finaliser or a callback from C may be dropped.
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        try:
            return work()
        finally:
            is_armed = False
    except _Alarm:
        return None
    finally:
        is_armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            passed = time.monotonic() - started
            signal.setitimer(signal.ITIMER_REAL, max(left - passed, 1e-3), interval)
