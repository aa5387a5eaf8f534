"""Every case study says what it says it does, by the public way: load the file, check each task."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import specexpr

ROOT = Path(__file__).parents[2] / "case_studies"
STUDIES = sorted(path for path in ROOT.iterdir() if path.is_dir())


def cases() -> Iterator[tuple[str, str, str, str]]:
    """Yield (file, task, formalism, expected verdict) for every entry of every expected.json."""
    for study in STUDIES:
        expected = json.loads((study / "expected.json").read_text(encoding="utf-8"))
        for file, tasks in expected.items():
            for task, verdicts in tasks.items():
                for formalism, verdict in verdicts.items():
                    yield f"{study.name}/{file}", task, formalism, verdict


@pytest.mark.parametrize(("file", "task", "formalism", "expected"), list(cases()))
def test_the_verdict_is_the_expected_one(file: str, task: str, formalism: str, expected: str) -> None:
    """The verdict is the documented one, and the kernel accepts its proof again."""
    verdict = specexpr.check(specexpr.load(ROOT / file).task(task), formalism)
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
    text = (study / "README.md").read_text(encoding="utf-8")
    for part in ("**Question.**", "**Result.**", "**What it means.**", "**Source.**"):
        assert part in text
    expected = json.loads((study / "expected.json").read_text(encoding="utf-8"))
    files = {path.name: {task.name for task in specexpr.load(path).tasks} for path in study.glob("*.spex")}
    assert {file: set(tasks) for file, tasks in expected.items()} == files
