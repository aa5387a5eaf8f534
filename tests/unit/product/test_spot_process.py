"""Translations by a process of their own: the same automata, within so much time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specexpr.certify.formula import Formula
from specexpr.certify.model import Label
from specexpr.cli import main
from specexpr.diagnostics import Diagnostic, NoAutomaton, Source, Span, naming
from specexpr.document import loads
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment
from specexpr.product import recurrence, spot_translation
from specexpr.product.spot_process import PATIENCE, Translation
from specexpr.product.spot_translation import translated
from specexpr.syntax.formulas import Reading, label, read_formula
from specexpr.testing.examples import model
from specexpr.testing.temporal_words import holds, lassos, letters_over
from tests.unit.product.test_spot_translation import accepted

LETTERS = letters_over((label("a"), label("b")))


def pairs(many: int) -> Formula:
    """Return that what is seen again and again, i steps apart, is so in both directions, for some i."""
    text = " & ".join(f"(G F (a & {'X ' * i}b) -> G F (b & {'X ' * i}a))" for i in range(many))
    return parsed(text)


def parsed(text: str) -> Formula:
    """Return the formula of a text over the labels a and b."""
    chain = model({"s": {"stay": "s"}}, start="s")
    where = Environment("e", chain, labels=(Label("a"), Label("b")))
    found: list[Diagnostic] = []
    read = read_formula(Reading(where, found.append), Source("f", text), Span(0, len(text)))
    assert read is not None, found
    return read[1]


def test_what_is_translated_elsewhere_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process makes the same automata, of formulas with and without atoms on every edge."""
    for text in ("a U b", "F (a & X b) -> G F !a", "false", "true", "(a W b) <-> X X b"):
        formula = parsed(text)
        here = translated(formula, LETTERS)
        monkeypatch.setattr(spot_translation, "_SMALL", -1)
        there = translated(formula, LETTERS)
        monkeypatch.undo()
        for word in lassos(LETTERS, size=2):
            accepting = accepted(here, LETTERS, word)
            assert accepting is accepted(there, LETTERS, word) is holds(formula, word)


def test_an_automaton_that_is_not_finished_is_given_up() -> None:
    """The time is bounded, the process ends with it, and a second question does not wait again."""
    formula = pairs(7)
    started = time.monotonic()
    for _ in range(2):
        with pytest.raises(NoAutomaton) as caught, naming("o"):
            translated(formula, LETTERS, seconds=1)
        assert time.monotonic() < started + 1 * PATIENCE + 1
    (problem,) = caught.value.diagnostics
    assert (problem.id, problem.message) == (
        "too-much-work",
        "objective o: its automaton was not finished within 1 s",
    )


def test_an_automaton_with_too_many_states_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """To remember n steps may take 2^n states: their number is said."""
    formula = parsed(f"!({'X ' * 9}b & {'X ' * 4}a) U (a & {'X ' * 9}b & {'X ' * 3}a)")
    assert len(translated(formula, LETTERS).moves) > 2**7
    monkeypatch.setattr(spot_translation, "MOST_ENTRIES", 400)
    with pytest.raises(NoAutomaton, match=r"has [\d,]+ states, more than the 100 that are read"):
        translated(formula, LETTERS)


HARD = """
environment e {
  states s0 s1; actions a b; start s0
  s0 / a -> { s0: 1/2, s1: 1/2 }; s0 / b -> s1; s1 / * -> s1
  label p { s0 }; label q { s1 }
}
policy A in e { * -> a }
policy B in e { * -> b }
objective d in e = ltl { %s }
objective easy in e = ltl { F q }
task t in e { A ~ B }
"""
PAIRS = " & ".join(f"(G F (p & {'X ' * i}q) -> G F (q & {'X ' * i}p))" for i in range(7))


def test_one_objective_too_many_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name and the reason are said, others are valued; tasks that do not need it are decided."""
    monkeypatch.setattr(spot_translation, "translated_text", lambda *_: Translation())
    path = tmp_path / "hard.spex"
    path.write_text(HARD % PAIRS, encoding="utf-8")
    said = 'objective "d": its automaton was not finished within 20 s'
    assert main(["evaluate", str(path)]) == 3
    shown = capsys.readouterr()
    assert f"error[too-much-work]: {said}" in shown.err
    assert shown.out.splitlines()[1].split() == ["easy", "1", "1"]
    assert main(["evaluate", str(path), "--optimal"]) == main(["evaluate", str(path), "--approximate"]) == 3
    assert capsys.readouterr().err.count(said) == 2
    assert main(["product", str(path), "--objective", "d"]) == 3
    assert main(["draw", str(path), "d", "-o", str(tmp_path / "d.svg")]) == 3
    assert capsys.readouterr().err.count(said) == 2
    assert main(["check", str(path), "--in", "ltl"]) == 0
    path.write_text(HARD % PAIRS + "task u in e { order A B by d }", encoding="utf-8")
    assert main(["check", str(path), "--in", "ltl"]) == 3
    shown = capsys.readouterr()
    assert "error[too-much-work]: objective d: its automaton was not finished within 20 s" in shown.err
    assert "order A B by d" in shown.err


def test_chains_with_many_nodes_are_not_valued(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact value of a formula is looked for on so many nodes, and an estimate goes further."""
    monkeypatch.setattr(recurrence, "MOST_NODES", 3)
    document = loads(HARD % "F q & X X X G q")
    one = document.objective("d")
    policies = [document.policy("A")]
    formalism = find_formalism("ltl")
    assert formalism is not None
    assert formalism.evaluate is not None
    assert formalism.approximate is not None
    with pytest.raises(NoAutomaton, match="make more than 3 nodes together"):
        formalism.evaluate(one.environment, one.spec, policies)
    assert formalism.approximate(one.environment, one.spec, policies)[0] == pytest.approx(7 / 8)


def test_who_waits_for_an_automaton_can_interrupt(tmp_path: Path) -> None:
    """Ctrl-C ends the run at once with status 130, and leaves no process behind."""
    path = tmp_path / "hard.spex"
    path.write_text(HARD % PAIRS, encoding="utf-8")
    command = [sys.executable, "-m", "specexpr", "product", str(path), "--objective", "d"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while not (children := child_processes(running.pid)):
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, said = running.communicate(timeout=20)
        assert time.monotonic() < began + 10
    assert running.returncode == 130
    assert b"Traceback" not in said
    while any(map(is_running, children)):
        assert time.monotonic() < began + 15
        time.sleep(0.1)


def is_running(process: int) -> bool:
    """Say whether a process does something: it is there, and not only because nobody asked how it ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def child_processes(parent: int) -> list[int]:
    """Return the processes that a process has started and that run, on Linux."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(entry.name))
    return found
