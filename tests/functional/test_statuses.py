"""Every exit status of the contract, each reached by a user's command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.commands import ENTAILMENT, ROOMS, ROOT, Run, environment_variables

YES = ROOMS + "task move in rooms { there > here; discount 9/10 }\n"
NO = ENTAILMENT
FILES = {
    "yes.spex": YES,
    "no.spex": NO,
    "both.spex": ENTAILMENT,
    "none.spex": ROOMS,
    "open.spex": ROOMS + "task move in rooms { there > here }\n",
    "cycle.spex": ROOMS + "task odd in rooms { there > here > there; discount 9/10 }\n",
    "wrong.spex": "environment e { states s; actions a; start t; s / a -> s }\n",
    "empty.spex": "",
}


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("check yes.spex", 0),
        ("check both.spex --task first", 0),
        ("check none.spex", 0),
        ("check none.spex --json", 0),
        ("check open.spex --discount 0.5", 0),
        ("check yes.spex --in mr,reward --modulo unreachable --timeout 30", 0),
        ("check no.spex", 1),
        ("check no.spex --json", 1),
        ("check yes.spex --timeout 1e-9", 2),
        ("check no.spex --task different --timeout 1e-9", 2),
        ("check open.spex", 0),
        ("check open.spex --discount any", 0),
        ("check open.spex --in mr --discount any", 0),
        ("check open.spex --in horizon", 3),
        ("check open.spex --discount 1", 3),
        ("check open.spex --discount nine", 3),
        ("check open.spex --discount 1/0", 3),
        ("check cycle.spex", 3),
        ("check wrong.spex", 3),
        ("check empty.spex", 3),
        ("check missing.spex", 3),
        ("check .", 3),
        ("check yes.spex --task mvoe", 3),
        ("check yes.spex --in mrr", 3),
        ("check yes.spex --in ,", 3),
        ("check yes.spex --timeout 0", 3),
        ("check yes.spex --timeout nan", 3),
        ("check yes.spex --modulo everything", 3),
        ("check yes.spex --jsn", 3),
        ("check yes.spex no.spex", 3),
        ("check", 3),
        ("evaluate yes.spex", 0),
        ("evaluate yes.spex --json", 0),
        ("evaluate no.spex", 0),
        ("evaluate wrong.spex", 3),
        ("verify yes.spex", 3),
        ("verify missing.json", 3),
        ("import", 3),
        ("import gym", 3),
        ("import gymnasium FrozenLake-v1", 3),
        ("import gym FrozenLake-v1 --option slippery", 3),
        ("explain", 0),
        ("explain mr", 0),
        ("explain reward", 0),
        ("explain row-sum", 0),
        ("explain mrr", 3),
        ("", 3),
        ("chekc yes.spex", 3),
        ("--version", 0),
        ("--help", 0),
        ("check --help", 0),
        ("import gym --help", 0),
    ],
)
def test_status(specexpr: Run, arguments: str, status: int) -> None:
    """A command ends with the contract's status and says what is wrong on standard error only."""
    done = specexpr(*arguments.split(), files=FILES)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    if status == 3:
        assert done.stdout == ""
        assert done.stderr.startswith("error[")
    else:
        assert done.stdout != ""
        assert "error" not in done.stderr


def test_verify_refused(specexpr: Run) -> None:
    """A results document with a proof that does not hold ends in 1, the true one beside it in 0."""
    results = specexpr("check", "no.spex", "--in", "mr", "--json", files=FILES).stdout
    assert specexpr("verify", "-", stdin=results).returncode == 0
    document = json.loads(results)
    document["results"][0]["certificate"]["terms"][0]["weight"] = "2/3"
    assert specexpr("verify", "-", stdin=json.dumps(document)).returncode == 1


@pytest.mark.parametrize("error", ["InternalError('an invariant broke')", "ZeroDivisionError('by zero')"])
def test_our_mistake(tmp_path: Path, error: str) -> None:
    """What we break ourselves ends in 4, with one sentence that asks for a report and no verdict."""
    (tmp_path / "yes.spex").write_text(YES)
    program = f"""
import sys
from specexpr.cli import main
from specexpr.diagnostics import InternalError
import specexpr.expressivity.markov as markov
def broken(question):
    raise {error}
markov.decide_markov_reward = broken
sys.exit(main(["check", "yes.spex"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment_variables() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.count("please report it") == 1
    assert "gave no verdict" in done.stderr
    assert "Traceback" not in done.stderr
