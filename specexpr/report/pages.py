"""The pages of `explain`: formalisms, diagnostics and kinds of proof, all as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import specexpr.certify
from specexpr.diagnostics import did_you_mean, nearest
from specexpr.document.explanation import diagnostic_ids, explain_diagnostic
from specexpr.formalism import Formalism, find_formalism, formalisms
from specexpr.report.layout import Block, Grid, Line, line, row

_HEADING = re.compile(r"^(\S.*)\n-{3,}\n", re.MULTILINE)
_NEXT = re.compile(r"(?<=\.)\n")
_LONGEST = 60
_PROOFS = Path(specexpr.certify.__file__).parent / "pages"


def find_page(name: str) -> str | None:
    """Return the page of a formalism (by id or keyword), a diagnostic or a kind of proof, or None.

    Where two of them share a name, the pages follow each other.
    """
    formalism = find_formalism(name)
    pages = (None if formalism is None else _formalism(formalism), explain_diagnostic(name), _proof(name))
    return "\n".join(page for page in pages if page is not None) or None


def known_names() -> tuple[str, ...]:
    """Return all names that have a page."""
    found = [name for f in formalisms().values() for name in (f.id, f.keyword) if name is not None]
    return (*found, *diagnostic_ids(), *_proofs())


def page_hint(name: str) -> str:
    """Return the help for a name without a page: the nearest that has one, upper and lower case alike."""
    names = {known.lower(): known for known in known_names()}
    wanted = name.lower()
    swapped = next((low for low in names if sorted(low) == sorted(wanted)), None)
    if nearest(wanted[:_LONGEST], names) is None and swapped is not None:
        wanted = swapped
    hint = did_you_mean(wanted[:_LONGEST], names, kind="page")
    return hint if hint.startswith("did you mean") else f"{hint}; specexpr explain lists them all"


def index_blocks() -> Iterator[Block]:
    """Yield all that has a page."""
    yield line("Formalisms")
    rows = [row(f.id, f.keyword or "", _does(f), f.title) for f in formalisms().values()]
    yield Grid(("id", "keyword", "does", "title"), tuple(rows), indent=2)
    yield Line()
    yield line("Kinds of proof")
    yield _table("kind", {name: _proof(name) or "" for name in _proofs()})
    yield Line()
    yield line("Diagnostics")
    yield _table("id", {name: explain_diagnostic(name) or "" for name in diagnostic_ids()})
    yield Line()
    yield line("specexpr explain NAME shows the page of one of these.")


def _table(header: str, pages: Mapping[str, str]) -> Grid:
    """Return names with what their pages say first: a title after the name, else the first paragraph."""
    rows = []
    for name, page in pages.items():
        title, _, rest = page.partition("\n\n")
        about = title.removeprefix(f"# {name}").lstrip(": ") or " ".join(rest.split("\n\n")[0].split())
        rows.append(row(name, about))
    return Grid((header, "about"), tuple(rows), indent=2)


def _does(formalism: Formalism) -> str:
    able = {"decides": formalism.decide, "evaluates": formalism.evaluate}
    return ", ".join(word for word, function in able.items() if function is not None)


def _formalism(formalism: Formalism) -> str:
    names = formalism.id if formalism.keyword is None else f"{formalism.id} ({formalism.keyword})"
    return f"# {names}: {formalism.title}\n\n{as_markdown(formalism.documentation.strip())}\n"


def as_markdown(docstring: str) -> str:
    r"""Return a docstring as Markdown: headings, examples in fences, references as a list.

    >>> as_markdown("As here::\n\n    x\n\nExample\n-------\n>>> 1 + 1\n2\n\nNext")
    'As here:\n\n    x\n\n## Example\n\n```python\n>>> 1 + 1\n2\n```\n\nNext'
    """
    paragraphs: list[str] = []
    heading = ""
    for text in _HEADING.sub(r"## \1\n\n", docstring).split("\n\n"):
        if text.startswith("## "):
            heading = text
        if text.startswith(">>>"):
            paragraphs.append(f"```python\n{text}\n```")
        elif text.endswith("::"):
            before = text.removesuffix("::").rstrip("\n")
            paragraphs += [before + ":" * (not text.endswith("\n::"))] if before else []
        elif heading == "## References" and text != heading:
            paragraphs.append("- " + _NEXT.sub("\n- ", text))
        else:
            paragraphs.append(text.strip("\n"))
    return "\n\n".join(paragraphs)


def _proof(name: str) -> str | None:
    stem = name.replace("-", "_")
    return (_PROOFS / f"{stem}.md").read_text(encoding="utf-8") if name in _proofs() else None


def _proofs() -> tuple[str, ...]:
    """Return the kinds of proof; a page is called as the module of its kind."""
    return tuple(sorted(page.stem.replace("_", "-") for page in _PROOFS.glob("*.md")))
