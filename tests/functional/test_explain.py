"""`explain`: the pages of formalisms, diagnostics and kinds of proof."""

from __future__ import annotations

import re

from tests.functional.commands import Run


def test_index_is_complete(specexpr: Run) -> None:
    """Without a name, everything that has a page is listed, and each listed name has one."""
    listed = specexpr("explain").stdout
    for name in ("mr", "farkas", "row-sum", "strict-cycle", "cannot-ask", "usage"):
        assert re.search(rf"^  {name} ", listed, re.MULTILINE), name
    assert specexpr("explain", "farkas").stdout.startswith("# farkas")
    assert specexpr("explain", "row-sum").stdout.startswith("# row-sum")


def test_formalism(specexpr: Run) -> None:
    """A formalism is explained under its id and its keyword, headings and example readable."""
    page = specexpr("explain", "mr").stdout
    assert page.startswith("# mr (reward): Markov reward\n")
    assert "\n## What it cannot do\n" in page
    assert "\n```python\n>>> " in page
    assert specexpr("explain", "reward").stdout.startswith(page)


def test_unknown(specexpr: Run) -> None:
    """An unknown name is answered with the nearest one."""
    for name, nearest in (("row-smu", "row-sum"), ("MR", "mr"), ("row-sums", "row-sum")):
        done = specexpr("explain", name)
        assert (done.returncode, done.stdout) == (3, "")
        assert f'did you mean "{nearest}"?' in done.stderr
