"""`atlas`: what it prints for people and programs, and documents that `check` accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from specexpr.cli import main
from tests.functional.commands import Run

Here = Callable[..., tuple[int, str, str]]

MATRIX = """\
Does the row express whatever the column does, in every environment?
        mr   lar  ltl  rm   rrl  onmr  ftr  ftlr  fpr  tlo  po
  mr    =    C5   C1   C1   C3   C1    C1   C1    C1   C1   C1
  lar   C4   =    C1   C1   C3   C1    C1   C1    C1   C1   C1
  ltl   C2   C2   =    C2   C2   C2    C2   C2    C2   C2   C2
  rm    yes  T1   T1   =    C3   C3    T1   C3    C3   C3   C3
  rrl   yes  C5   C1   C1   =    C1    C1   C1    C1   C1   C1
  onmr  yes  T2   T2   T3   T4   =     T2   T2    C6   T2   C6
  ftr   yes  yes  yes  yes  C3   C3    =    C3    C3   C3   C3
  ftlr  yes  yes  yes  yes  yes  yes   yes  =     C6   T5   C6
  fpr   yes  yes  yes  yes  yes  yes   yes  yes   =    T5   T5
  tlo   yes  yes  yes  yes  yes  yes   yes  yes   C6   =    C6
  po    yes  yes  yes  yes  yes  yes   yes  yes   yes  yes  =
"""

FOUND = """\
# A task that rm expresses and mr does not.
environment found {
  states s0
  actions a b
  start s0
  s0 / * -> s0
}

policy p1 in found { s0 -> a }
policy p2 in found {
  s0 -> { a: 1/2, b: 1/2 }
}
policy p3 in found { s0 -> b }

task separating in found {
  p1 > p2
  p3 > p2
}

# rm expresses it: reward machine with at most 2 states at discount 1/2
# mr does not: conflict at every discount, 1 set of constraints (lines 16, 17)
# Both proofs have been checked by the kernel.
#
# Searched, smallest first: environments up to the names of states and actions, every action being
# available everywhere; in each all sets of policies and all their orders in levels. Counted are those
# that exact linear algebra did not pass over; open are the orders that stayed undecided.
# states  actions  denominator  policies  environments  sets  orders  open
#      1        2            1         2             1     0       0     0  all
#      1        2            1         3             1     0       0     0  all
#      1        2            1         4             1     0       0     0  all
#      1        2            2         2             1     0       0     0  all
#      1        2            2         3             1     1       1     0  until found
"""


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    """Return a function that runs a command in this process: its status, what it prints, what it says."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_output_for_people(specexpr: Run) -> None:
    """The matrix, with a computed task or a theorem in every cell that says no; lines fit a page."""
    done = specexpr("atlas")
    assert (done.returncode, done.stderr) == (0, "")
    assert MATRIX in done.stdout
    assert "17 formalisms in 11 classes" in done.stdout
    assert "13 inclusions" in done.stdout
    tally = "70 pairs of classes of which one does not cover the other: 57 computed, 13 by theorems.\n"
    assert tally in done.stdout
    assert "119 questions were answered, and the kernel has checked every proof." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_json_carries_every_proof(here: Here, tmp_path: Path) -> None:
    """The evidence is a results document: the kernel accepts it, also as being about the tasks."""
    status, text, said = here("atlas", "--json")
    assert (status, said) == (0, "")
    document = json.loads(text)
    assert document["schema"] == "specexpr-atlas/1"
    assert len(document["cells"]) == 17 * 17
    assert {cell["evidence"] for cell in document["cells"]} == {"computed", "theorem"}
    (tmp_path / "evidence.json").write_text(json.dumps(document["evidence"]), encoding="utf-8")
    (tmp_path / "atlas.spex").write_text(document["document"], encoding="utf-8")
    status, text, said = here("verify", str(tmp_path / "evidence.json"), str(tmp_path / "atlas.spex"))
    assert (status, said) == (0, "")
    assert "119 results: 119 proved" in text
    answers = {(one["task"], one["formalism"]): one["verdict"] for one in document["evidence"]["results"]}
    tasks = {case["name"]: case["task"] for case in document["cases"]}
    for cell in document["cells"]:
        for name in cell["cases"]:
            assert answers[tasks[name], cell["lower"]] == "expressible"
            assert answers[tasks[name], cell["upper"]] == "inexpressible"
        assert bool(cell["cases"]) == (cell["evidence"] == "computed")
        assert cell["covers"] is (cell["evidence"] == "theorem" and not cell["theorems"])


def test_the_tasks_as_a_document(here: Here, tmp_path: Path) -> None:
    """`check` takes them."""
    (tmp_path / "atlas.spex").write_text(here("atlas", "--format", "spex")[1], encoding="utf-8")
    status, text, said = here("check", str(tmp_path / "atlas.spex"), "--in", "po")
    assert (status, said) == (0, "")
    assert "7 tasks in po: 7 expressible" in text


def test_the_diagram(here: Here) -> None:
    """A graph with 11 nodes and 13 arrows, and its drawing."""
    status, dot, said = here("atlas", "--format", "dot")
    assert (status, said) == (0, "")
    assert dot.startswith('digraph "formalisms" {\n')
    assert dot.count(" -> ") == 13
    assert dot.count("[label=") == 11
    status, svg, said = here("atlas", "--format", "svg")
    assert (status, said) == (0, "")
    assert "<svg" in svg
    assert "inmr = imorl = ftr" in svg


def test_a_search(specexpr: Run) -> None:
    """What it prints is a document; `check` says the same of it."""
    done = specexpr("atlas", "--search", "rm", "mr")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == FOUND
    checked = specexpr("check", "-", "--in", "rm,mr", stdin=done.stdout)
    assert "1 task in 2 formalisms: 1 expressible, 1 inexpressible" in checked.stdout


def test_a_search_as_json(here: Here, tmp_path: Path) -> None:
    """The document with its two proofs, and what was searched."""
    status, text, said = here("atlas", "--search", "lar", "rrl", "--denominator", "1", "--json")
    assert (status, said) == (0, "")
    outcome = json.loads(text)
    assert (outcome["schema"], outcome["expresses"], outcome["lacks"]) == ("specexpr-search/1", "lar", "rrl")
    assert outcome["bounds"] == {"states": 2, "actions": 2, "policies": 4, "denominator": 1}
    assert [stage["complete"] for stage in outcome["searched"]] == [True] * 5 + [False]
    found = outcome["found"]
    (tmp_path / "r.json").write_text(json.dumps(found["evidence"]), encoding="utf-8")
    (tmp_path / "found.spex").write_text(found["document"], encoding="utf-8")
    assert here("verify", str(tmp_path / "r.json"), str(tmp_path / "found.spex"))[0] == 0
    assert [one["verdict"] for one in found["evidence"]["results"]] == ["expressible", "inexpressible"]


def test_nothing_is_found(here: Here) -> None:
    """Status 1 if all within the bounds was searched, or by a theorem; 2 if time ran out."""
    status, text, _ = here("atlas", "--search", "rrl", "rm", "--states", "1", "--policies", "3")
    assert status == 1
    assert text.startswith("# No task within 1 state, 2 actions, 3 policies and denominators up to 2")
    status, text, _ = here("atlas", "--search", "mr", "po")
    assert status == 1
    assert text.startswith("# There is no task that mr expresses and po does not: po expresses")
    status, text, _ = here("atlas", "--search", "lar", "rrl", "--timeout", "0.000001")
    assert status == 2
    assert "time ran out" in text
    assert all(line.startswith("#") for line in text.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--states", "3"), "without a search there is nothing that --states can bound"),
        (("--search", "rm", "mr", "--format", "dot"), "a search is not shown as dot"),
        (("--search", "rm", "mr", "--states", "70"), "--states must be from 1 to 6, 70 is not"),
        (("--search", "rm", "marx"), 'there is no formalism "marx"'),
        (("--search", "horizon", "mr"), "horizon cannot be asked in a search: it needs a horizon"),
        (("--search", "rm"), "--search: expected 2 arguments"),
        (("--format", "png"), 'there is no format "png"'),
    ],
)
def test_wrong_usage(here: Here, arguments: tuple[str, ...], message: str) -> None:
    """Status 3, one sentence, nothing on standard output."""
    status, text, said = here("atlas", *arguments)
    assert (status, text) == (3, "")
    assert message in said


def test_what_stays_open_is_said(here: Here) -> None:
    """Without the time to answer, cells are open and the status is 2."""
    status, text, _ = here("atlas", "--timeout", "0.000001")
    assert status == 2
    assert "not computed" in text
    assert "no answer: " in text


@pytest.mark.parametrize("other", [("--search", "rm", "mr"), ("--json",), ("--format", "svg")])
def test_a_page_comes_alone(here: Here, tmp_path: Path, other: tuple[str, ...]) -> None:
    """What would be ignored beside a page is refused, and no page is written."""
    page = tmp_path / "atlas.html"
    status, out, errors = here("atlas", "--html", str(page), *other)
    assert (status, out) == (3, "")
    assert "--html: there is no page" in errors
    assert not page.exists()
