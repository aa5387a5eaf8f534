"""The README is true: its commands are those of the tests, its examples print what it says."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from tests.functional.commands import Run
from tests.sessions import blocks, sessions, timeless

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def files() -> dict[str, str]:
    """Return the files that the README shows, by the name in their first line."""
    return {text.splitlines()[0].removeprefix("# "): text for text in blocks(TEXT, "spex")}


def test_examples_print_what_the_readme_says(specexpr: Run, tmp_path: Path) -> None:
    """Every command of the example, run in order on the file shown, prints exactly what is shown."""
    assert sessions(TEXT)
    for command, output in sessions(TEXT):
        words, _, target = command.partition(" > ")
        program, *arguments = shlex.split(words)
        assert program == "specexpr"
        run = specexpr(*arguments, files=files())
        assert run.stderr == ""
        if target:
            (tmp_path / target).write_text(run.stdout, encoding="utf-8")
            assert output == ""
        else:
            assert timeless(run.stdout) == timeless(output)


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python of the README, read as one session, prints what it says."""
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = "\n".join(blocks(TEXT, "python"))
    example = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    runner = doctest.DocTestRunner(verbose=False)
    report: list[str] = []
    runner.run(example, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_the_test_command_is_the_one_that_is_run() -> None:
    """Installing and testing is one line, the same steps as those of continuous integration."""
    _, line = blocks(TEXT, "sh")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    steps = [step for step in script if step.startswith(("python3 ", ".venv/"))]
    assert line.strip().split(" && ") == steps


@pytest.mark.parametrize("line", blocks(TEXT, "sh"))
def test_commands_are_one_line(line: str) -> None:
    """Each of the two commands is one line that starts with a fresh environment."""
    assert line.count("\n") == 1
    assert line.startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_the_paths_it_names_exist() -> None:
    """What the README points to is there."""
    for path in re.findall(r"`((?:case_studies|tests|specexpr)/[\w./]*|LICENSE|environment\.yml)`", TEXT):
        assert (ROOT / path).exists(), path
    assert (ROOT / "case_studies/entailment/entailment.spex").exists()
