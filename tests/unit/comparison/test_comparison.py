"""A comparison: the same words for programs, notebooks and browsers."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import specexpr as sx
from specexpr.comparison import asking, comparing
from specexpr.comparison.comparison import Comparison
from specexpr.formalism import find_formalism

TEXT = """
discount 9/10
environment rooms {
  states s0 s1
  actions stay go
  start s0
  s0 / stay -> s0
  s0 / go   -> s1
  s1 / *    -> s1
}
policy here  in rooms { * -> stay }
policy "<b>there" in rooms { * -> go }
policy late in rooms { s0 -> stay; s1 -> go }
task move in rooms { "<b>there" > here }
task "a<b & \\"c\\"" in rooms { here > late }
"""

ODD = 'a<b & "c"'


@pytest.fixture
def table() -> Comparison:
    return sx.compare(sx.loads(TEXT), ["mr"])


class Reader(HTMLParser):
    """Collects tags and texts, and refuses what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_rows(table: Comparison) -> None:
    """Rows are tasks, columns formalisms, cells the verdicts."""
    assert (table.tasks, table.formalisms) == (("move", ODD), ("mr",))
    assert table.words() == (("expressible",), ("inexpressible",))
    assert isinstance(table.verdict("move", "mr"), sx.Expressible)
    assert table.verdict("move", "rm") is None


def test_text(table: Comparison) -> None:
    """In a console it is an aligned table."""
    lines = ["mr", "move           yes", '"a<b & \\"c\\""  no', "yes expressible, no inexpressible"]
    assert repr(table).splitlines() == [" " * 15 + lines[0], *lines[1:]]


def test_pandas(table: Comparison) -> None:
    """As a data frame: tasks are the index, formalisms the columns, both named."""
    pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert frame.index.name == "task"
    assert frame.columns.name == "formalism"
    assert frame.loc["move", "mr"] == "expressible"
    assert frame.shape == (2, 1)


def test_without_pandas(table: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said in one sentence, with the command that installs it."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"needs the package pandas: pip install 'specexpr\[pandas\]'$"):
        table.to_pandas()


def test_html_is_escaped(table: Comparison) -> None:
    """Names are texts in the page, never tags."""
    reader = read(table._repr_html_())
    assert ODD in reader.texts
    assert "b" not in reader.tags
    assert reader.tags.count("tr") == 3


def test_page(table: Comparison, tmp_path: Path) -> None:
    """A page is written with names as texts, pictures and the reason for every verdict."""
    path = tmp_path / "table.html"
    table.to_html(path)
    text = path.read_text(encoding="utf-8")
    reader = read(text)
    assert text.startswith("<!DOCTYPE html>")
    assert reader.tags.count("svg") >= 2
    assert ODD in reader.texts
    certificate = table.verdict(ODD, "mr")
    assert isinstance(certificate, sx.Inexpressible)
    assert certificate.certificate.explain() in "".join(reader.texts)


def test_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not asked is in the table as skipped, with what it needs."""
    from dataclasses import replace

    easy = find_formalism("mr")
    assert easy is not None
    hard = replace(easy, id="hard", keyword=None, needs=lambda question: "a <return>: give one")
    monkeypatch.setattr(asking, "deciding", lambda: (easy, hard))
    monkeypatch.setattr(comparing, "deciding", lambda: (easy, hard))
    table = sx.compare(sx.loads(TEXT))
    assert table.words()[0] == ("expressible", "skipped")
    assert 'title="needs a &lt;return&gt;: give one"' in table._repr_html_()


def test_questions_that_nobody_takes() -> None:
    """A task that a formalism asked for by name cannot take is an error that names it."""
    with pytest.raises(sx.IllPosed, match='task "move" cannot be asked in horizon without a horizon'):
        sx.compare(sx.loads(TEXT), ["horizon"])
    assert sx.compare(sx.loads(TEXT), ["horizon"], horizon=2).answered


def test_all_that_decide() -> None:
    """By default every formalism that decides has a column, each behind those that it covers."""
    table = sx.compare(sx.loads(TEXT))
    names = table.formalisms
    assert {"mr", "lar", "rm", "ftr", "onmr", "po"} <= set(names)
    assert names.index("mr") < names.index("rm") < names.index("ftr") < names.index("po")
    assert {"horizon", "quasihyperbolic", "sdd"} <= {one.formalism for one in table.skipped}
    assert len(table.answered) + len(table.skipped) == 2 * len(names)
