"""`import gym`: what is printed is a document that checks."""

from __future__ import annotations

import re

import pytest

from tests.functional.commands import Run

pytest.importorskip("gymnasium")


@pytest.mark.parametrize("id", ["FrozenLake-v1", "CliffWalking-v1"])
def test_document_checks(specexpr: Run, id: str) -> None:
    """The document checks as it is, there being no task, and evaluates."""
    done = specexpr("import", "gym", id)
    assert done.returncode == 0
    assert specexpr("check", "-", stdin=done.stdout).stdout == "<stdin> has no task: nothing to check\n"
    assert specexpr("evaluate", "-", stdin=done.stdout).returncode == 0
    assert "objective reward in" in done.stdout
    assert "label terminal" in done.stdout


def test_example(specexpr: Run) -> None:
    """The example task at the end, uncommented, is the order that the table's own reward induces."""
    text = specexpr("import", "gym", "FrozenLake-v1").stdout
    done = specexpr("check", "-", "--in", "mr", stdin=re.sub(r"(?m)^# (policy|task)", r"\1", text))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("example: expressible in mr, discount 99/100\n")


def test_notes(specexpr: Run) -> None:
    """What was done to the table is said twice: on standard error and in comments on top."""
    done = specexpr("import", "gym", "FrozenLake-v1", "--option", "is_slippery=false")
    first, *comments = done.stdout.split("\n\n")[0].split("\n")
    assert first == "# From Gymnasium: specexpr import gym FrozenLake-v1 --option is_slippery=false"
    assert [re.sub(r"\[.*?\]", "", note) for note in done.stderr.splitlines()] == [c[2:] for c in comments]
    assert any("discount" in comment for comment in comments)


def test_options(specexpr: Run) -> None:
    """Options reach the maker with their types."""
    slippery = specexpr("import", "gym", "FrozenLake-v1", "--option", "is_slippery=True").stdout
    firm = specexpr("import", "gym", "FrozenLake-v1", "--option", "is_slippery=false").stdout
    assert "1/3" in slippery
    assert "1/3" not in firm
    wide = specexpr("import", "gym", "FrozenLake-v1", "--option", "map_name=8x8").stdout
    assert "r7c7" in wide
    small = specexpr("import", "gym", "FrozenLake-v1", "--option", 'desc=["SF","FG"]').stdout
    assert "states r0c0 r0c1 r1c0 r1c1\n" in small


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["FrozenLake-v9"], 'did you mean "FrozenLake-v1"?'),
        (["CartPole-v1"], "no transition table"),
        (["FrozenLake-v1", "--option", "nothing=1"], "nothing"),
        (["FrozenLake-v1", "--option", "is_slippery=maybe"], 'must be true or false, not the text "maybe"'),
        (["FrozenLake-v1", "--option", "is_slippery=2"], "must be true or false, not 2"),
    ],
)
def test_refusals(specexpr: Run, arguments: list[str], said: str) -> None:
    """What Gymnasium cannot make, or has no table, is an error without output."""
    done = specexpr("import", "gym", *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
