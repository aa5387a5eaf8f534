"""`compare`: what it prints for people and programs, its statuses, and how it ends when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from specexpr import compare
from specexpr.cli import main
from tests.functional.commands import ENTAILMENT, ROOMS, Run, environment_variables

SHUTTLE = """\
discount 9/10
environment shuttle {
  states s0 s1
  actions a b
  start s0
  s0 / * -> s1
  s1 / * -> s0
}
policy aa in shuttle { * -> a }
policy ab in shuttle { s0 -> a; s1 -> b }
policy ba in shuttle { s0 -> b; s1 -> a }
policy bb in shuttle { * -> b }
task crossed in shuttle { ab >= aa; ba >= bb; ab > aa }
task first in shuttle { aa > ba }
"""

TEXT = """\
             mr
             |   rm
entailment.spex
  different  no  yes
  first      yes yes
shuttle.spex
  crossed    no  yes
  first      yes yes
yes expressible, no inexpressible

entailment.spex: different
  cheapest    rm  reward machine with 2 states; 1 impossible (4 entries)
  not in      mr: conflict of 2 constraints (line 13)

entailment.spex: first
  cheapest    mr  reward with 1 entry
  also        rm: 1 state, 1 entry

shuttle.spex: crossed
  cheapest    rm  reward machine with 2 states; 1 impossible (1 entry)
  not in      mr: conflict of 2 constraints (line 13)
  repair      mr: drop one of ba >= bb, ab > aa

shuttle.spex: first
  cheapest    mr  reward with 1 entry
  also        rm: 1 state, 1 entry

4 tasks in 2 formalisms: 6 expressible, 2 inexpressible
"""

Here = Callable[..., tuple[int, str, str]]

FILES = {"entailment.spex": ENTAILMENT, "shuttle.spex": SHUTTLE}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Return a function that runs `compare` in a folder with files: its status, what it prints and says."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(("compare", *arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_output_for_people(specexpr: Run) -> None:
    """Several files side by side: a matrix, then the cheapest languages, reasons, sizes and repairs."""
    done = specexpr("compare", *FILES, "--in", "mr,rm", files=FILES)
    assert done.stdout == TEXT
    assert (done.stderr, done.returncode) == ("", 1)


def test_processes_and_repairs(here: Here) -> None:
    """One process prints the same; without repairs there are none."""
    _, shown, _ = here(*FILES, "--in", "mr,rm", "--processes", "1", "--no-repairs")
    assert shown == "".join(one for one in TEXT.splitlines(keepends=True) if "repair " not in one)


def test_all_formalisms(here: Here) -> None:
    """By default all that can be asked are, the others say what they need; no line is wider than a page."""
    status, shown, _ = here("shuttle.spex", "--task", "crossed")
    assert all(len(line) <= 100 for line in shown.splitlines())
    assert "not asked: horizon; needs a horizon: write `horizon 10` in the task" in shown
    assert status == 1


def test_one_json_document(specexpr: Run, here: Here) -> None:
    """`--json` is what `check --json` prints, with repairs; the kernel accepts all of it."""
    some = ("--in", "mr,rm", "--json")
    compared = json.loads(here("shuttle.spex", *some)[1])
    checked = json.loads(specexpr("check", "shuttle.spex", *some).stdout)
    for document in (compared, checked):
        for result in document["results"]:
            result["seconds"] = 0
    assert {key: compared[key] for key in checked} == checked
    (repairs,) = compared["repairs"]
    assert (repairs["task"], repairs["formalism"], repairs["at_least"]) == ("crossed", "mr", 1)
    assert [one["drop"] for one in repairs["smallest"]] == [[1], [2]]
    assert compared["comparison"][0] == {
        "task": "crossed",
        "file": "shuttle.spex",
        "cheapest": ["rm"],
        "sizes": {"rm": {"state": 2, "entry": 1}},
    }
    text = json.dumps(compared)
    verified = specexpr("verify", "r.json", "shuttle.spex", files={"r.json": text})
    assert verified.returncode == 0
    assert verified.stdout.endswith("\n4 results: 4 proved\n\n" + REPAIRS)


REPAIRS = """\
task     formalism  must go  choices  kernel
crossed  mr               1        2  the proofs hold

repairs in 1 cell: 1 proved
"""


def test_refused_repairs(specexpr: Run, here: Here) -> None:
    """Repairs that say more than is proved are refused."""
    document = json.loads(here("shuttle.spex", "--in", "mr", "--json")[1])
    document["repairs"][0]["smallest"].pop()
    verified = specexpr("verify", "r.json", files={"r.json": json.dumps(document)})
    assert verified.returncode == 1
    assert "refused: another set of the same size meets all conflicts" in verified.stdout


def test_several_files_as_json(specexpr: Run, here: Here) -> None:
    """Names of several files begin with the file; the whole is one document that holds."""
    _, text, _ = here(*FILES, "--in", "mr", "--json")
    document = json.loads(text)
    assert [task["name"] for task in document["tasks"]] == [
        "entailment.spex:different",
        "entailment.spex:first",
        "shuttle.spex:crossed",
        "shuttle.spex:first",
    ]
    assert specexpr("verify", "-", stdin=text).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--task", "first"), 0, ""),
        (("--task", "crossed"), 1, ""),
        (("--task", "frist"), 3, 'did you mean "first"'),
        (("--in", "mr,nothing"), 3, 'there is no formalism "nothing"'),
        (("--in", "horizon"), 3, "cannot be asked in horizon without a horizon"),
        (("--in", "mr,horizon"), 3, "cannot be asked in horizon without a horizon"),
        (("--in", "mr", "--horizon", "3"), 1, "no formalism that is asked uses --horizon"),
        (("--timeout", "0"), 3, "not a positive number of seconds"),
        (("--processes", "x"), 3, "not a whole number"),
    ],
)
def test_statuses(here: Here, arguments: tuple[str, ...], status: int, said: str) -> None:
    """Statuses and messages are those of `check`."""
    chosen = arguments if "--in" in arguments else ("--in", "mr", *arguments)
    found, _, message = here(*FILES, *chosen)
    assert found == status
    assert said in message


def test_files(specexpr: Run, here: Here, tmp_path: Path) -> None:
    """A file that is not there, one without tasks, one twice, and standard input."""
    assert here("none.spex")[0] == 3
    (tmp_path / "rooms.spex").write_text(ROOMS, encoding="utf-8")
    assert here("rooms.spex") == (0, "rooms.spex has no task: nothing to compare\n", "")
    once = specexpr("compare", "-", "--in", "mr", stdin=ENTAILMENT).stdout
    assert here("entailment.spex", "entailment.spex", "--in", "mr")[1] == once
    assert once.startswith("           mr\ndifferent  no\n")


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_interrupt_while_others_work(tmp_path: Path) -> None:
    """Ctrl-C while other processes decide ends with 130 and not a word, and leaves no process behind."""
    (tmp_path / "e.spex").write_text(ENTAILMENT)
    program = """
import sys, threading
from specexpr.comparison import comparing, workers
from specexpr.cli import main
import slow
workers.MOMENT = 0.0
comparing.run_ask = slow.run
sys.exit(main(["compare", "e.spex", "--in", "mr,rm", "--processes", "2"]))
"""
    (tmp_path / "slow.py").write_text(
        "import os, time\n"
        "def run(work, timeout):\n"
        "    open(f'pid-{os.getpid()}', 'w').close()\n"
        "    time.sleep(120)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment_variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        deadline = time.monotonic() + 50
        while len(list(tmp_path.glob("pid-*"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, b"", b"")
    pids = [int(path.name.removeprefix("pid-")) for path in tmp_path.glob("pid-*")]
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_all_errors_of_all_files(here: Here, tmp_path: Path) -> None:
    """Each file's mistakes come together in one run, what is wrong with options once; fifty at most."""
    (tmp_path / "one.spex").write_text("environment e { states a; actions x; start b; a / x -> a }\n")
    (tmp_path / "two.spex").write_text("policy p in e { * -> x\n")
    (tmp_path / "page.spex").write_text("h1 { }\n" * 70)
    status, _, errors = here("one.spex", "two.spex", "page.spex", "nowhere.spex")
    assert status == 3
    for said in (
        "one.spex:1:44",
        "two.spex:1:15",
        "found 70 errors; the first 50 are shown",
        "nowhere.spex cannot",
    ):
        assert said in errors, errors
    assert errors.count("--> page.spex") == 50
    assert here("rooms.spex", "entailment.spex", "--discount", "2")[2].count("error[") == 1


def test_a_page_overwrites_no_document(here: Here, tmp_path: Path) -> None:
    """Not one whose name is given in place of a page's; what fails leaves no file behind."""
    status, _, errors = here("--html", "shuttle.spex", "entailment.spex")
    assert status == 3
    assert 'with the ending .html, "shuttle.spex" has another' in errors
    assert (tmp_path / "shuttle.spex").read_text(encoding="utf-8") == SHUTTLE
    assert here("nowhere.spex", "--html", "page.html")[0] == 3
    assert not (tmp_path / "page.html").exists()


def test_witnesses_are_drawn(here: Here, tmp_path: Path) -> None:
    """A machine as a graph, of several rewards each on the environment."""
    (tmp_path / "fork.spex").write_text(
        "discount 9/10\nenvironment fork { states s0 w; actions l r; start s0; s0 / * -> w; w / * -> w }\n"
        "policy none in fork { s0 -> r; w -> l }\npolicy full in fork { * -> l }\n"
        "policy half in fork { s0 -> { l: 1/2, r: 1/2 }; w -> l }\n"
        "task middle in fork { half > none; half > full }\ntask order in fork { full > half > none }\n"
    )
    assert here("fork.spex", "--in", "maxmin,rm", "--html", "page.html")[0] == 1
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for said in (
        "What reward 1 of 2 pays in fork",
        "What reward 2 of 2 pays in fork",
        "The machine, and what it",
    ):
        assert said in page, said


def test_only_documents_are_compared() -> None:
    """Names of files are no documents."""
    with pytest.raises(TypeError, match=r"give specexpr\.load"):
        compare("rooms.spex")  # type: ignore[arg-type] # what people write
