"""What `draw` draws: each thing of a file by its name, and what is said of names that stand for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from specexpr.cli import main
from tests.functional.commands import ROOMS

MORE = """\
objective twice in rooms = machine { discount 9/10; start u0; u0 -> u1 on do go : 1; else stay }
objective safe in rooms = ltl { G at s0 }
objective both in rooms = lexmax { fast, twice }
task move in rooms { there > here; discount 9/10 }
policy fast in rooms { * -> go }
"""


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    stdout: str
    stderr: str


Draw = Callable[..., Done]


@pytest.fixture
def draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Draw:
    """Return a function that draws from a text."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, text: str = ROOMS + MORE) -> Done:
        (tmp_path / "rooms.spex").write_text(text, encoding="utf-8")
        status = main(["draw", "rooms.spex", *arguments])
        return Done(status, *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ("rooms", "stay"),
        ("rooms --policy there --reward fast", ": "),
        ("there", "go"),
        ("twice", "discount 9/10"),
        ("safe", "accept"),
        ("safe --product", "q0"),
        ("move", "there"),
        ("fast --kind objective", "-1"),
        ("fast --kind policy", "go"),
    ],
)
def test_each_thing_has_a_picture(draw: Draw, arguments: str, word: str) -> None:
    """An environment, with what is drawn on it, a policy, a machine, an automaton, a product, a task."""
    done = draw(*arguments.split())
    assert (done.status, done.stderr) == (0, "")
    root = ET.fromstring(done.stdout)
    assert root.tag.endswith("svg")
    assert 'fill="white"' in done.stdout
    assert word in "\n".join("".join(one.itertext()) for one in root.iter())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("roms", ['no environment, policy, objective or task "roms"', 'did you mean "rooms"?']),
        ("rooms --kind task", ['has no task "rooms"', "known task names: move"]),
        ("rooms --policy ther", ['has no policy "ther"', 'did you mean "there"?']),
        ("fast", ['"fast" is the name of several things: policy, objective', "--kind policy"]),
        ("both", ["error[nothing-to-draw]", "lexmax has none"]),
        ("rooms --reward twice", ["error[nothing-to-draw]", "rm has none to draw"]),
        ("rooms --product", ['--product is for an objective, "rooms" is an environment']),
        ("safe --policy here", ['--policy is for an environment, "safe" is an objective']),
        ("both --product", ["error[no-product]"]),
        ("rooms -o rooms.pdf", ['"rooms.pdf" must end in .svg or .png']),
        ("rooms -o rooms", ['"rooms" must end in .svg or .png']),
        ("rooms -o missing/rooms.svg", ["error[unwritable-output]", "missing/rooms.svg", "No such file"]),
        ("rooms --outptu x.svg", ['did you mean "--output"?']),
        ("rooms --kind picture", ['there is no kind "picture"']),
    ],
)
def test_mistakes(draw: Draw, arguments: str, said: list[str]) -> None:
    """Each is said with what to write instead; nothing is drawn."""
    done = draw(*arguments.split())
    assert (done.status, done.stdout) == (3, "")
    for words in said:
        assert words in done.stderr, done.stderr


def test_a_picture_that_nobody_could_read(draw: Draw) -> None:
    """The limit is stated, and what to do."""
    states = " ".join(f"s{i}" for i in range(500))
    steps = "\n".join(f"s{i} / a -> s{(7 * i + 1) % 500}" for i in range(500))
    done = draw("e", text=f"environment e {{ states {states}; actions a; start s0\n{steps}\n}}")
    assert (done.status, done.stdout) == (3, "")
    assert "500 states and 500 transitions" in done.stderr
    assert "may have 400" in done.stderr


def test_one_name_in_two_environments(draw: Draw) -> None:
    """Which one is asked for, and taken."""
    other = ROOMS.replace("rooms", "halls")
    done = draw("here", text=ROOMS + other)
    assert done.status == 3
    assert "say which with --environment: " in done.stderr
    done = draw("here", "--environment", "halls", text=ROOMS + other)
    assert (done.status, done.stderr) == (0, "")
    assert ">halls, here</title>" in done.stdout
