"""Decide many cells at once: each worker is a process of its own that is asked one thing at a time.

A worker that does not answer in time, or that the system ends, costs only the cell that it was at; the next
cell gets a new one. Nothing is shared between cells, so the answers are those of one process.
"""

from __future__ import annotations

import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Generic, TypeVar

from specexpr.comparison.asking import Answered, Inquiry
from specexpr.comparison.transport import known_of, pack, unpack
from specexpr.diagnostics import InternalError

Work = TypeVar("Work", Inquiry, Answered)
Result = TypeVar("Result")

MOMENT = 1.0
"""Seconds for which no worker is started."""

PATIENCE = 15.0
"""Seconds after the limit of a piece of work at which its process is ended: it may have to start first."""

_STACK, _DEPTH = 1 << 29, 1 << 20

_SIZE = struct.Struct("!Q")
_SERVE = "from specexpr.comparison.workers import serve; serve()"


@dataclass(frozen=True, slots=True)
class Job(Generic[Work, Result]):
    """What to do with pieces of work.

    run: does one, within so many seconds; a function of a module, so that it has a name elsewhere.
    lost: what comes of one whose process ended, with the reason.
    begin: hears of each before it is done, in some thread.
    """

    run: Callable[[Work, float | None], Result]
    lost: Callable[[Work, str], Result]
    begin: Callable[[Work], None]


def cores() -> int:
    """Return how many cores this process may use; one where it does not know how to start others."""
    if not sys.executable:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def run_all(
    job: Job[Work, Result], works: Sequence[Work], *, timeout: float | None, processes: int
) -> Iterator[Result]:
    """Yield what comes of pieces of work, in their order, each within so many seconds.

    With one process everything is done here, and else what takes no longer than a moment.
    """
    started = time.monotonic()
    done = 0
    while done < len(works) and (processes < 2 or time.monotonic() < started + MOMENT):
        job.begin(works[done])
        yield job.run(works[done], timeout)
        done += 1
    if done < len(works):
        yield from _shared(job, works[done:], timeout=timeout, processes=processes)


def _shared(
    job: Job[Work, Result], works: Sequence[Work], *, timeout: float | None, processes: int
) -> Iterator[Result]:
    """Yield the same, done by workers."""
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    workers = [_Worker() for _ in range(processes)]
    for worker in workers:
        idle.put(worker)

    def do(work: Work) -> Result:
        worker = idle.get()  # there are as many as threads
        try:
            job.begin(work)
            return worker.do(job, work, timeout)
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(processes) as pool:
        waiting: list[Future[Result]] = [pool.submit(do, work) for work in works]
        try:
            for one in waiting:
                yield one.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.close()


class _Worker:
    """A process that does what it is sent; it starts when it is first needed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.is_closed = False
        self.lock = threading.Lock()

    def do(self, job: Job[Work, Result], work: Work, timeout: float | None) -> Result:
        request = pack((job.run, work, timeout))
        process = self.started()
        if process is None:
            return job.lost(work, "it was stopped")
        rung = threading.Event()
        reply = _exchanged(process, request, rung, None if timeout is None else timeout + PATIENCE)
        if reply is None:
            self.end()
            if rung.is_set():
                return job.lost(work, "time: the limit passed before an answer was proved")
            return job.lost(work, "limit: the process that was asked ended, perhaps for want of memory")
        failure, result = unpack(reply, known=known_of(work))
        if failure is not None:
            said, trace = failure
            error = InternalError(said)
            error.add_note(trace)
            raise error
        found: Result = result
        return found

    def started(self) -> subprocess.Popen[bytes] | None:
        """Return the process, None once the worker is closed."""
        with self.lock:
            if self.is_closed:
                return None
            if self.process is None:
                paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
                self.process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _SERVE],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": paths},
                    start_new_session=True,  # an interrupt from the keyboard is for the parent
                )
            return self.process

    def end(self) -> None:
        """End the process; the next piece of work gets a new one."""
        with self.lock:
            process, self.process = self.process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):  # work that was still being handed over
                        stream.close()
            process.wait()

    def close(self) -> None:
        """End the process for good."""
        with self.lock:
            self.is_closed = True
        self.end()


def _exchanged(
    process: subprocess.Popen[bytes], request: bytes, rung: threading.Event, seconds: float | None
) -> bytes | None:
    """Return the reply to a request; None where the process ends first, after so many seconds by us.

    rung: is set when it was us.
    """

    def ring() -> None:
        rung.set()
        process.kill()

    alarm = None if seconds is None else threading.Timer(seconds, ring)
    if alarm is not None:
        alarm.daemon = True
        alarm.start()
    try:
        if process.stdin is None or process.stdout is None:
            return None
        _send(process.stdin, request)
        return _receive(process.stdout)
    except OSError:
        return None
    finally:
        if alarm is not None:
            alarm.cancel()


def serve() -> None:
    """Do what comes in on standard input until it is closed; results go to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as replies:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)  # a library that prints does not speak to the parent
        while (request := _receive(requests)) is not None:
            _send(replies, _done(request))


def _done(request: bytes) -> bytes:
    """Return what comes of a request: (what went wrong, with where, or None; the result)."""
    try:
        run, work, timeout = unpack(request)
        reply = (None, run(work, timeout))
        try:
            return pack(reply, known=known_of(work))
        except RecursionError:
            return _packed_deeply(reply, known_of(work))
    except Exception as error:  # whatever it is goes to the parent, which ends with it
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return pack(((said, traceback.format_exc()), None))


def _packed_deeply(reply: object, known: Sequence[object]) -> bytes:
    """Return what `pack` does of a value that is nested too deeply for an ordinary stack."""
    found: list[bytes] = []
    limit = sys.getrecursionlimit()
    size = threading.stack_size(_STACK)
    try:
        sys.setrecursionlimit(_DEPTH)
        thread = threading.Thread(target=lambda: found.append(pack(reply, known=known)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if not found:
        raise InternalError("an answer is nested too deeply to be sent")
    return found[0]


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(_SIZE.pack(len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """Return the next message, None where the stream ends."""
    head = stream.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    (size,) = _SIZE.unpack(head)
    data = stream.read(size)
    return data if len(data) == size else None
