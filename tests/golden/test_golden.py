"""Golden files in the language itself: each is canonical, that is, it prints back to itself."""

from pathlib import Path

import pytest

from specexpr.document import load, print_document

FILES = sorted(Path(__file__).parent.glob("*.spex"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_canonical_document_prints_back_to_itself(path):
    """Reading and printing changes not a byte."""
    assert print_document(load(path)) == path.read_text(encoding="utf-8")
