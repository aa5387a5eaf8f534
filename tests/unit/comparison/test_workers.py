"""Cells decided by other processes: the same answers, whatever happens to a process."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import specexpr as sx
from specexpr.comparison import workers
from specexpr.comparison.asking import Answered, Inquiry, ask, named_formalisms, plan
from specexpr.comparison.comparing import run_ask, run_repairs
from specexpr.comparison.transport import known_of, pack, unpack
from specexpr.comparison.workers import Job, cores, run_all
from specexpr.diagnostics import InternalError
from specexpr.expressivity.verdict import Inexpressible, Undecided

TEXT = """
discount 1/2
environment toggle { states s0 s1; actions 0 1; start { s0: 1/2, s1: 1/2 }; * / 0 -> s0; * / 1 -> s1
  label on { s1 } }
policy p00 in toggle { * -> 0 }
policy p01 in toggle { s0 -> 0; s1 -> 1 }
policy p10 in toggle { s0 -> 1; s1 -> 0 }
policy p11 in toggle { * -> 1 }
task easy in toggle { p11 > p10 > p01 > p00 }
task hard in toggle { p01 > p11 > p10 > p00 }
"""

HELPERS = """
import os, signal, time

def kill(work, timeout):
    if work.question.task.name == "hard":
        os.kill(os.getpid(), signal.SIGKILL)
    return work.question.task.name

def hang(work, timeout):
    if work.question.task.name == "hard":
        time.sleep(600)
    return work.question.task.name

def fail(work, timeout):
    raise ZeroDivisionError("no  such\\nluck")

def chatter(work, timeout):
    os.write(1, b"noise")
    print("more noise")
    return os.getpid()

def nest(work, timeout):
    found = ()
    for _ in range(100_000):
        found = (found,)
    return found
"""


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a module with things to do that other processes can import too."""
    (tmp_path / "worker_helpers.py").write_text(HELPERS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return __import__("worker_helpers")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start workers at once, and end late ones soon."""
    monkeypatch.setattr(workers, "MOMENT", 0.0)


def inquiries() -> tuple[Inquiry, ...]:
    some = named_formalisms(["mr", "lar", "ltl", "onmr"])
    return plan(sx.loads(TEXT).tasks, some).inquiries


def lost(work: object, reason: str) -> str:
    return reason


def quiet(work: object) -> None:
    pass


def test_the_same_answers() -> None:
    """Two processes answer what one does, in the same order, with words and proofs that hold."""
    asked = inquiries()
    begun: list[Inquiry] = []
    job = Job(run_ask, _undecided, begun.append)
    found = list(run_all(job, asked, timeout=60, processes=2))
    assert sorted(map(id, begun)) == sorted(map(id, asked))
    for inquiry, one in zip(asked, found, strict=True):
        alone = ask(inquiry)
        assert one.question is inquiry.question
        assert replace(one, seconds=0.0) == replace(alone, seconds=0.0)
        for here, there in ((alone.verdict, one.verdict),):
            match here, there:
                case sx.Expressible(witness=mine), sx.Expressible(witness=theirs):
                    assert mine.words() == theirs.words()
                    assert theirs.question is inquiry.question
                    theirs.check()
                case sx.Inexpressible(certificate=mine), sx.Inexpressible(certificate=theirs):
                    assert mine.words() == theirs.words()
                    theirs.check()
                case _:
                    raise AssertionError(one.formalism)


def test_repairs_of_other_processes() -> None:
    """Repairs come back with their proofs, on parts of the very task."""
    failing = [one for one in (ask(i) for i in inquiries()) if isinstance(one.verdict, Inexpressible)]
    job = Job(run_repairs, lost, quiet)
    found = list(run_all(job, failing, timeout=60, processes=2))
    assert found == [run_repairs(one, 60) for one in failing]
    for one in found:
        assert not isinstance(one, str)
        for repair in one.smallest:
            assert repair.verdict is not None
            repair.verdict.witness.check()


def _undecided(work: Inquiry, reason: str) -> Answered:
    return Answered(work.question, work.formalism.id, Undecided(reason), 0.0)


def test_a_killed_process_costs_its_cell(helpers: ModuleType) -> None:
    """What a process was at when it ended is lost, with a reason; the rest is done."""
    asked = inquiries()[2:6]
    names = [one.question.task.name for one in asked]
    found = list(run_all(Job(helpers.kill, lost, quiet), asked, timeout=60, processes=2))
    reason = "limit: the process that was asked ended, perhaps for want of memory"
    assert found == [name if name == "easy" else reason for name in names]
    assert {"easy", "hard"} <= set(names)


def test_a_process_that_hangs_is_ended(helpers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come back long after its time is ended from outside."""
    monkeypatch.setattr(workers, "PATIENCE", 6.0)
    easy, *_, hard = inquiries()
    started = time.monotonic()
    found = list(run_all(Job(helpers.hang, lost, quiet), [easy, hard], timeout=0.1, processes=2))
    assert found == ["easy", "time: the limit passed before an answer was proved"]
    assert time.monotonic() - started < 60


def test_failures_come_home(helpers: ModuleType) -> None:
    """A mistake of ours in another process is one here, and says where it happened there."""
    with pytest.raises(InternalError, match="ZeroDivisionError: no such luck") as failure:
        list(run_all(Job(helpers.fail, lost, quiet), inquiries(), timeout=60, processes=2))
    assert "worker_helpers.py" in failure.value.__notes__[0]


def test_prints_do_not_disturb(helpers: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    """What a library prints in a worker goes nowhere; a worker does one piece of work after the other."""
    asked = inquiries()
    pids = list(run_all(Job(helpers.chatter, lost, quiet), asked, timeout=60, processes=2))
    assert 1 <= len(set(pids)) <= 2
    assert os.getpid() not in pids
    assert capfd.readouterr().out == ""


def test_deep_answers(helpers: ModuleType) -> None:
    """Answers that are nested deeply come back too."""
    easy, *_, hard = inquiries()
    for one in run_all(Job(helpers.nest, lost, quiet), [easy, hard], timeout=60, processes=2):
        depth = 0
        while one:
            (one,) = one
            depth += 1
        assert depth == 100_000


def test_leaving_early(helpers: ModuleType) -> None:
    """Who stops listening does not wait for what is still at work."""
    easy, *_, hard = inquiries()
    started = time.monotonic()
    found = run_all(Job(helpers.hang, lost, quiet), [easy, hard, hard], timeout=None, processes=2)
    assert next(found) == "easy"
    found.close()  # type: ignore[attr-defined]  # it is a generator
    assert time.monotonic() - started < 60


def test_one_process_needs_no_other() -> None:
    """With one process, and while no moment has passed, everything is done here."""

    def here(work: Inquiry, timeout: float | None) -> int:
        return os.getpid()

    asked = inquiries()
    assert set(run_all(Job(here, lost, quiet), asked, timeout=60, processes=1)) == {os.getpid()}
    workers.MOMENT = 600.0
    assert set(run_all(Job(here, lost, quiet), asked, timeout=60, processes=2)) == {os.getpid()}


def test_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is at least one core; only one is used where no other process can be started."""
    assert cores() >= 1
    monkeypatch.setattr(sys, "executable", "")
    assert cores() == 1


def test_transport() -> None:
    """Work travels and is the same; its environments do not travel back."""
    inquiry = inquiries()[0]
    there = unpack(pack(inquiry))
    assert there == inquiry
    assert there.formalism is inquiry.formalism
    answered = ask(inquiry)
    small, large = pack(answered, known=known_of(inquiry)), pack(answered)
    assert len(small) < len(large)
    assert unpack(small, known=known_of(inquiry)).question is inquiry.question
