"""The pages of the diagnostics: what an id means, a text that has the mistake and the same text mended."""

from __future__ import annotations

import re
from pathlib import Path

_PAGES = Path(__file__).parent / "pages"
_ID = re.compile(r"[a-z]+(?:-[a-z]+)*")


def explain_diagnostic(id: str) -> str | None:
    """Return the page of a diagnostic as Markdown, or None if there is no such id."""
    page = _PAGES / f"{id}.md"
    return page.read_text(encoding="utf-8") if _ID.fullmatch(id) and page.is_file() else None


def diagnostic_ids() -> tuple[str, ...]:
    """Return the ids that have a page, in alphabetical order."""
    return tuple(sorted(page.stem for page in _PAGES.glob("*.md")))
