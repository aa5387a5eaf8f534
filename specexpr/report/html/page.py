"""What the pages share: the template, pictures within a budget, the pages of formalisms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from markupsafe import Markup

from specexpr.diagnostics import SpecError
from specexpr.formalism import find_formalism
from specexpr.report.draw.palette import drawing_css
from specexpr.report.draw.picture import Picture
from specexpr.report.draw.svg import svg_text
from specexpr.report.pages import as_markdown

if TYPE_CHECKING:
    from jinja2 import Environment
    from markdown_it import MarkdownIt

BUDGET = 2_000_000
"""So many characters of a page may be pictures: a page stays under 3 MB."""

NO_LINKS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in a page, or why there is none."""

    svg: Markup | None
    note: str | None = None
    width: int = 0


@dataclass(slots=True)
class Gallery:
    """Draws pictures for one page, each with ids of its own, until the budget is spent; equal ones once."""

    left: int = BUDGET
    _count: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def figure(self, make: Callable[[], Picture], *, links: Mapping[str, str] = NO_LINKS) -> Figure:
        """Return a picture, or a note where it would be too large to read or there is no room."""
        try:
            picture = make()
        except SpecError as error:
            return Figure(None, str(error.diagnostics[0].message))
        self._count += 1
        text = svg_text(picture, prefix=f"picture{self._count}", links=links)
        if len(text) > self.left:
            return Figure(None, "the picture is left out, for the page to stay small; specexpr draw shows it")
        self.left -= len(text)
        return Figure(Markup(text), width=round(picture.width))


@dataclass(frozen=True, slots=True)
class FormalismPage:
    """The documentation of a formalism as HTML."""

    id: str
    title: str
    html: Markup


def formalism_pages(ids: Iterable[str]) -> list[FormalismPage]:
    """Return the pages of some formalisms, in their order."""
    found = []
    for name in ids:
        formalism = find_formalism(name)
        if formalism is not None:
            markdown = as_markdown(formalism.documentation.strip())
            html = _markdown().render(_lowered(markdown))
            names = formalism.id if formalism.keyword is None else f"{formalism.id} ({formalism.keyword})"
            title = f"{names}: {formalism.title}"
            found.append(FormalismPage(formalism.id, title, Markup(html)))
    return found


def _lowered(markdown: str) -> str:
    """Return Markdown with its headings two levels lower, below those of the page."""
    return "\n".join(f"##{line}" if line.startswith("## ") else line for line in markdown.split("\n"))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("specexpr.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **context: object) -> str:
    """Return a page from a template of this package."""
    css = Markup(drawing_css())
    return _templates().get_template(template).render(drawing_css=css, **context)
