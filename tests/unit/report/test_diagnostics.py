"""Diagnostics as people see them: the place marked, whatever the line holds."""

from __future__ import annotations

from specexpr.diagnostics import Diagnostic, Severity, Source, Span
from specexpr.report.diagnostics import diagnostic_blocks
from specexpr.report.layout import plain, width


def rendered(text: str, marked: str, **parts: object) -> str:
    """Return the rendering of an error that marks the first occurrence of `marked` in a text."""
    start = text.index(marked)
    given: dict[str, object] = {"id": "bad", "message": "wrong", "span": Span(start, start + len(marked))}
    return plain(diagnostic_blocks([Diagnostic(**(given | parts))], Source("f.spex", text)))  # type: ignore[arg-type]


def mark(shown: str) -> tuple[str, str]:
    """Return the source line and what stands above the mark in it."""
    line, under = shown.split("\n")[2:4]
    before = width(under[: under.index("^")])
    length = under.count("^")
    columns = 0
    covered = ""
    for character in line:
        if before <= columns < before + length:
            covered += character
        columns += width(character)
    return line, covered


def test_whole() -> None:
    """An error has its id, place, line, mark and help; the errors are counted."""
    shown = rendered("one\ntwo three\n", "three", help="write four")
    assert shown == (
        "error[bad]: wrong\n"
        "  --> f.spex:2:5\n"
        " 2 | two three\n"
        "   |     ^^^^^\n"
        "  help: write four\n"
        "\n"
        "found 1 error\n"
    )


def test_tabs_and_wide_characters() -> None:
    """The mark stands under its place behind tabs, wide and combining characters."""
    for text in ("\tx bad", "a\t\tbad", "目標 bad", "e\u0301 bad", "\x1b[31m bad", "目標\t目 bad 標"):
        assert mark(rendered(text, "bad"))[1] == "bad", text
    assert mark(rendered("a 目標 b", "目標"))[1] == "目標"


def test_long_lines_are_cut() -> None:
    """Of a long line the part around the mark is shown; the mark still stands under its place."""
    text = "x" * 5_000 + "bad" + "y" * 5_000
    line, covered = mark(rendered(text, "bad"))
    assert covered == "bad"
    assert len(line) < 120
    line, covered = mark(rendered("bad" + "y" * 5_000, "bad"))
    assert covered == "bad"
    assert line.endswith("...")
    assert len(max(rendered("z" * 50_000, "z" * 50_000).split("\n"), key=len)) < 120


def test_ends() -> None:
    """A place at the end of a line, of the text or of nothing has a mark too."""
    source = Source("f.spex", "ab\ncd")
    for offset, place in ((2, "f.spex:1:3"), (5, "f.spex:2:3")):
        shown = plain(
            diagnostic_blocks([Diagnostic(id="bad", message="m", span=Span(offset, offset))], source)
        )
        assert place in shown
        assert shown.split("\n")[3].endswith("  ^")
    nothing = Source("f.spex", "")
    shown = plain(diagnostic_blocks([Diagnostic(id="bad", message="m", span=Span(0, 0))], nothing))
    assert "f.spex:1:1" in shown


def test_several_lines() -> None:
    """A span over several lines marks the rest of its first line."""
    assert mark(rendered("one two\nthree four", "two\nthree"))[1] == "two"


def test_notes() -> None:
    """Further places follow, each with its remark; line numbers are aligned."""
    text = "\n".join(f"line{i}" for i in range(12))
    first = text.index("line2")
    shown = rendered(text, "line11", notes=((Span(first, first + 5), "it is declared here"),))
    assert shown.split("\n")[1:7] == [
        "   --> f.spex:12:1",
        " 12 | line11",
        "    | ^^^^^^",
        "   --> f.spex:3:1",
        "  3 | line2",
        "    | ^^^^^ it is declared here",
    ]


def test_counted_by_severity() -> None:
    """Errors, warnings and notes are counted apart, and only where there is a text to look through."""
    found = [
        Diagnostic(id="a", message="m"),
        Diagnostic(id="b", message="m", severity=Severity.WARNING),
        Diagnostic(id="c", message="m", severity=Severity.WARNING),
    ]
    source = Source("f.spex", "x")
    assert plain(diagnostic_blocks(found, source)).endswith("found 1 error and 2 warnings\n")
    assert plain(diagnostic_blocks(found, None)) == "error[a]: m\nwarning[b]: m\nwarning[c]: m\n"
    assert plain(diagnostic_blocks(found[:1], source)) == "error[a]: m\n  --> f.spex\n\nfound 1 error\n"
