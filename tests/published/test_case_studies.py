"""Every case study says what it says it does: its verdicts, its tables and the commands that it shows."""

from __future__ import annotations

import functools
import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import specexpr
from specexpr.cli import main
from specexpr.document.document import Document
from specexpr.formalism import formalisms
from tests.sessions import blocks, sessions, timeless

ROOT = Path(__file__).parents[2] / "case_studies"
STUDIES = sorted(path for path in ROOT.iterdir() if path.is_dir())
Expected = dict[str, dict[str, dict[str, str]]]
WORDS = {"expressible": "yes", "inexpressible": "no", "undecided": "undecided"}


def text_of(study: Path) -> str:
    """Return the README of a study."""
    return (study / "README.md").read_text(encoding="utf-8")


def expected_of(study: Path) -> Expected:
    """Return what a study expects: file, task, question as `check --in` takes it, verdict."""
    expected: Expected = json.loads((study / "expected.json").read_text(encoding="utf-8"))
    return expected


@functools.cache
def loaded(path: Path) -> Document:
    """Return a document, read once."""
    return specexpr.load(path)


def cases() -> Iterator[tuple[str, str, str, str]]:
    """Yield (file, task, question, expected verdict) for every entry of every expected.json."""
    for study in STUDIES:
        for file, tasks in expected_of(study).items():
            for task, verdicts in tasks.items():
                for question, verdict in verdicts.items():
                    yield f"{study.name}/{file}", task, question, verdict


def asked(question: str, document: Document) -> tuple[str, dict[str, Any]]:
    """Return the formalism and the options of a question such as `cvar --given time`."""
    formalism, *words = question.split()
    options: dict[str, Any] = {}
    for flag, value in zip(words[::2], words[1::2], strict=True):
        match flag:
            case "--given":
                options["given"] = [document.objective(name) for name in value.split(",")]
            case "--structure":
                options["structure"] = document.objective(value)
            case "--horizon":
                options["horizon"] = int(value)
            case "--machine-states":
                options["machine_states"] = int(value)
            case "--weights":
                options["nonnegative"] = value == "nonnegative"
            case _:
                options[flag.removeprefix("--")] = value
    return formalism, options


@pytest.mark.parametrize(("file", "task", "question", "expected"), list(cases()))
def test_the_verdict_is_the_expected_one(file: str, task: str, question: str, expected: str) -> None:
    """The verdict is the documented one, and the kernel accepts its proof again."""
    document = loaded(ROOT / file)
    formalism, options = asked(question, document)
    verdict = specexpr.check(document.task(task), formalism, **options)
    match verdict:
        case specexpr.Expressible(witness=witness):
            witness.check()
        case specexpr.Inexpressible(certificate=certificate):
            certificate.check()
        case specexpr.Undecided():
            pass
    assert type(verdict).__name__.lower() == expected


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_a_study_is_complete(study: Path) -> None:
    """A study has a README that names each part, and expects a verdict on every task of every file."""
    text = text_of(study)
    for part in ("**Question.**", "**Result.**", "**What it means.**", "**Source.**"):
        assert part in text
    files = {path.name: {task.name for task in loaded(path).tasks} for path in study.glob("*.spex")}
    assert {file: set(tasks) for file, tasks in expected_of(study).items()} == files


def tables(study: Path) -> Iterator[tuple[list[str], dict[str, list[str]]]]:
    """Yield the tables of a README whose columns are tasks: the tasks, and the cells of each question."""
    for header, body in re.findall(
        r"^\| formalism +\|(.*)\|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", text_of(study), flags=re.MULTILINE
    ):
        columns = re.findall(r"`([^`]+)`", header)
        if columns:
            rows: dict[str, list[str]] = {}
            for line in body.splitlines():
                label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
                for question in re.findall(r"`([^`]+)`", label):
                    assert question not in rows
                    rows[question] = cells
            yield columns, rows


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_tables_say_what_is_expected(study: Path) -> None:
    """A table of a README has all that is expected of its tasks, and nothing else."""
    expected = {task: verdicts for tasks in expected_of(study).values() for task, verdicts in tasks.items()}
    for columns, rows in tables(study):
        stated = {
            task: {
                question: cell
                for question, cells in rows.items()
                for name, cell in zip(columns, cells, strict=True)
                if name == task and cell != "-"
            }
            for task in columns
        }
        assert stated == {task: {q: WORDS[v] for q, v in expected[task].items()} for task in columns}


def test_induced_orders_are_asked_in_all_formalisms() -> None:
    """The study of induced orders has a row for every formalism that decides, and a verdict in each cell."""
    ((_, rows),) = tables(ROOT / "induced")
    stated = {question.split()[0] for question in rows}
    assert stated == {name for name, formalism in formalisms().items() if formalism.decide is not None}
    assert all(cell in ("yes", "no") for cells in rows.values() for cell in cells)


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_commands_print_what_is_shown(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command of a README, run in order where `case_studies` is, prints exactly what is shown."""
    (tmp_path / "case_studies").symlink_to(ROOT, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "LINES", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for command, output in sessions(text_of(study)):
        words, _, target = command.partition(" > ")
        program, *arguments = shlex.split(words)
        assert program == "specexpr"
        main(arguments)
        printed = capsys.readouterr()
        assert printed.err == ""
        if target:
            Path(target).write_text(printed.out, encoding="utf-8")
            assert output == ""
        else:
            assert timeless(printed.out) == timeless(output), command


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_what_is_shown_of_a_file_is_in_it(study: Path) -> None:
    """A block of a document in a README is part of a file beside it, and the paths that it names exist."""
    files = [path.read_text(encoding="utf-8") for path in study.glob("*.spex")]
    text = text_of(study)
    assert all(any(block in file for file in files) for block in blocks(text, "spex"))
    for path in re.findall(r"case_studies/[\w./]+", text):
        assert (ROOT.parent / path.rstrip(".")).exists(), path


def test_the_tutorial_comes_in_three_parts() -> None:
    """Three studies are the tutorial; each shows commands with their output, and names the next one."""
    parts = [study for study in STUDIES if study.name.startswith("tutorial_")]
    assert [study.name.split("_")[1] for study in parts] == ["1", "2", "3"]
    assert all(len(sessions(text_of(study))) >= 5 for study in parts)
    for study, following in pairwise(parts):
        assert following.name in text_of(study)


def test_the_imported_lake_is_what_gymnasium_has(capsys: pytest.CaptureFixture[str]) -> None:
    """The head of the lake's document is what `specexpr import gym FrozenLake-v1` prints."""
    pytest.importorskip("gymnasium")
    main(["import", "gym", "FrozenLake-v1"])
    head, _, _ = capsys.readouterr().out.partition("# A task to start from")
    assert (ROOT / "frozen_lake" / "lake.spex").read_text(encoding="utf-8").startswith(head)
