"""The pages of `explain`: formalisms, diagnostics and kinds of proof, all as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import specexpr.certify
from specexpr.document.explanation import diagnostic_ids, explain_diagnostic
from specexpr.formalism import Formalism, find_formalism, formalisms
from specexpr.report.layout import Block, Grid, Line, line, row

_PROOFS = Path(specexpr.certify.__file__).parent / "pages"


def find_page(name: str) -> str | None:
    """Return the page of a formalism (by id or keyword), a diagnostic or a kind of proof; None if none has it."""
    formalism = find_formalism(name)
    if formalism is not None:
        return _formalism(formalism)
    return explain_diagnostic(name) or _proof(name)


def known_names() -> tuple[str, ...]:
    """Return all names that have a page."""
    found = [name for f in formalisms().values() for name in (f.id, f.keyword) if name is not None]
    return (*found, *diagnostic_ids(), *_proofs())


def index_blocks() -> Iterator[Block]:
    """Yield all that has a page."""
    yield line("Formalisms")
    rows = [row(f.id, f.keyword or "", _does(f), f.title) for f in formalisms().values()]
    yield Grid(("id", "keyword", "does", "title"), tuple(rows), indent=2)
    yield Line()
    yield line("Diagnostics")
    yield from (line(f"{name}", indent=2) for name in diagnostic_ids())
    yield Line()
    yield line("Kinds of proof")
    yield from (line(f"{name}", indent=2) for name in _proofs())
    yield Line()
    yield line("specexpr explain NAME prints the page of one of these.")


def _does(formalism: Formalism) -> str:
    able = {"decides": formalism.decide, "evaluates": formalism.evaluate}
    return ", ".join(word for word, function in able.items() if function is not None)


def _formalism(formalism: Formalism) -> str:
    names = formalism.id if formalism.keyword is None else f"{formalism.id} ({formalism.keyword})"
    return f"# {names}: {formalism.title}\n\n{as_markdown(formalism.documentation.strip())}\n"


def as_markdown(docstring: str) -> str:
    r"""Return a docstring as Markdown: examples fenced, the `::` before indented text dropped.

    >>> as_markdown("As here::\n\n    x\n\n>>> 1 + 1\n2\n\nNext")
    'As here:\n\n    x\n\n```python\n>>> 1 + 1\n2\n```\n\nNext'
    """
    paragraphs = []
    for text in docstring.split("\n\n"):
        if text.startswith(">>>"):
            paragraphs.append(f"```python\n{text}\n```")
        elif text.endswith("\n::") or text == "::":
            paragraphs += [text.removesuffix("::").rstrip()] * (text != "::")
        else:
            paragraphs.append(text.removesuffix(":") if text.endswith("::") else text)
    return "\n\n".join(paragraphs)


def _proof(name: str) -> str | None:
    return (_PROOFS / f"{name}.md").read_text(encoding="utf-8") if name in _proofs() else None


def _proofs() -> tuple[str, ...]:
    return tuple(sorted(page.stem for page in _PROOFS.glob("*.md")))
