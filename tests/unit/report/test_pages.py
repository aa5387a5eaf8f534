"""Pages: every formalism, diagnostic and kind of proof has one."""

from __future__ import annotations

from specexpr.certify.checking import proof_kinds
from specexpr.formalism import formalisms
from specexpr.report.pages import as_markdown, find_page, index_blocks, known_names, page_hint


def test_every_name_has_a_page() -> None:
    """Formalisms by id and keyword, kinds of proof, diagnostics: each known name has a page."""
    names = known_names()
    for formalism in formalisms().values():
        assert formalism.id in names
    assert set(proof_kinds()) <= set(names)
    for name in names:
        assert find_page(name), name
    assert find_page("../pages/usage") is None
    assert find_page("") is None
    assert list(index_blocks())


def test_the_nearest_page() -> None:
    """Upper and lower case, swapped letters and slips find their page; what is like none is told the way."""
    for name, known in {"MR": "mr", "mrr": "mr", "Farkas": "farkas", "row-smu": "row-sum"}.items():
        assert page_hint(name) == f'did you mean "{known}"?'
    assert page_hint("0" * 10_000).endswith("specexpr explain lists them all")


def test_markdown() -> None:
    """Underlined headings, examples and references become Markdown; other text stays as it is."""
    docstring = (
        "Title.\n\nMeaning\n-------\nA text, as\n::\n\n    code\n\nExample\n-------\n>>> 1\n1\n\n"
        "References\n----------\nA. One: First (2001).\nB. Two:\nSecond (2002)."
    )
    assert as_markdown(docstring) == (
        "Title.\n\n## Meaning\n\nA text, as\n\n    code\n\n## Example\n\n```python\n>>> 1\n1\n```\n\n"
        "## References\n\n- A. One: First (2001).\n- B. Two:\nSecond (2002)."
    )
