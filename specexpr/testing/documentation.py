"""Check the page that documents a formalism: its sections, in order, and its example, run as a doctest."""

from __future__ import annotations

import doctest
from collections.abc import Sequence

SECTIONS = (
    "What it expresses",
    "Syntax",
    "Meaning",
    "How it is decided",
    "What it cannot do",
    "Example",
    "References",
)
"""The sections of a page, in the order in which they must stand."""


def doubt_documentation(name: str, page: str) -> str | None:
    """Return what is wrong with a page, or None.

    >>> doubt_documentation("x", "One line.")
    'the section "What it expresses" is missing or out of order'
    """
    return _doubt_sections(page.splitlines()) or _doubt_example(name, page)


def _doubt_sections(lines: Sequence[str]) -> str | None:
    at = 0
    for section in SECTIONS:
        found = next((i for i in range(at, len(lines)) if lines[i].strip("#: ") == section), None)
        if found is None:
            return f'the section "{section}" is missing or out of order'
        at = found + 1
    return None


def _doubt_example(name: str, page: str) -> str | None:
    """Run the examples of a page; their names are those of the public interface, imported by the page."""
    test = doctest.DocTestParser().get_doctest(page, {}, name, None, 0)
    if not test.examples:
        return "the page has no example to run"
    said: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    return "its example does not run as written:\n" + "".join(said) if outcome.failed else None
