"""What the pages share: the template, pictures within a budget, the pages of formalisms."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from specexpr.diagnostics import SpecError
from specexpr.formalism import find_formalism
from specexpr.report.draw.palette import drawing_css
from specexpr.report.draw.picture import Picture
from specexpr.report.draw.svg import svg_text
from specexpr.report.pages import as_markdown

if TYPE_CHECKING:
    from jinja2 import Environment
    from markdown_it import MarkdownIt

ROOM = 2_850_000
"""So many characters may be in a page: it stays under 3 MB."""

ANSWER = 720
"""So many characters of a page are kept free for the words of each answer."""

LEAST = 200_000
"""So many characters may be pictures, however many answers there are."""

SHARE = 12
"""A picture may take one part in so many of what is left: a few large ones leave room for the others."""

LEFT_OUT = "it is left out, for the page to stay small: the page of this file alone may have it"

NARROW = 320
"""Pictures that are wider scroll on a phone: the keyboard can reach them."""

NO_LINKS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in a page, or why there is none."""

    svg: Markup | None
    note: str | None = None
    width: int = 0


@dataclass(slots=True)
class Gallery:
    """Draws pictures for one page, each with ids of its own, while there is room for `left` characters."""

    left: int
    _count: int = 0

    @classmethod
    def beside(cls, answers: int) -> Gallery:
        """Return the gallery of a page that gives so many answers."""
        return cls(max(LEAST, ROOM - ANSWER * answers))

    def figure(self, make: Callable[[], Picture], *, links: Mapping[str, str] = NO_LINKS) -> Figure:
        """Return a picture, or a note where it would be too large to read or there is no room."""
        try:
            picture = make()
        except SpecError as error:
            return Figure(None, str(error.diagnostics[0].message))
        self._count += 1
        text = svg_text(picture, prefix=f"picture{self._count}", colours={}, links=links)
        if len(text) > self.left // SHARE:
            return Figure(None, LEFT_OUT)
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

    templates = Environment(
        loader=PackageLoader("specexpr.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["narrow"] = NARROW
    templates.filters["coded"] = coded
    return templates


def coded(text: str) -> Markup:
    """Return plain text as HTML, what stands in backticks as code.

    >>> print(coded("write `a > b`"))
    write <code>a &gt; b</code>
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts)
    )


def render(template: str, **context: object) -> str:
    """Return a page from a template of this package."""
    script = _script()
    return (
        _templates()
        .get_template(template)
        .render(
            drawing_css=Markup(drawing_css()),
            script=Markup(script),
            script_hash=_digest(script),
            **context,
        )
    )


def _script() -> str:
    """Return the only script of a page; without it all is there to be read."""
    return files("specexpr.report.html").joinpath("templates", "page.js").read_text(encoding="utf-8")


def _digest(script: str) -> str:
    """Return how the policy of a page names a script: a browser runs no other."""
    return f"sha256-{b64encode(sha256(script.encode('utf-8')).digest()).decode('ascii')}"
