"""`draw`: pictures of what a file declares, into files or on standard output."""

from __future__ import annotations

from pathlib import Path

from tests.functional.commands import ROOMS, Run


def test_files(specexpr: Run, tmp_path: Path) -> None:
    """The ending says which; nothing is printed, and a file is the same as what would be printed."""
    for name in ("rooms.svg", "rooms.PNG"):
        done = specexpr("draw", "rooms.spex", "rooms", "-o", name, files={"rooms.spex": ROOMS})
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    printed = specexpr("draw", "-", "rooms", "-o", "-", stdin=ROOMS).stdout
    assert printed.startswith("<svg ")
    assert printed == (tmp_path / "rooms.svg").read_text(encoding="utf-8")
    assert (tmp_path / "rooms.PNG").read_bytes().startswith(b"\x89PNG")


def test_an_unknown_name(specexpr: Run) -> None:
    """The nearest name is offered, and the status is that of a wrong input."""
    done = specexpr("draw", "-", "roms", "-o", "rooms.svg", stdin=ROOMS)
    assert (done.returncode, done.stdout) == (3, "")
    assert 'did you mean "rooms"?' in done.stderr
