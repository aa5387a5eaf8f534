"""Say in words what a grammar expected and what it found: no reader ever sees the name of a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from specexpr.diagnostics import Diagnostic, Span, nearest
from specexpr.syntax.names import NAME, clipped

if TYPE_CHECKING:
    from lark import Lark, UnexpectedInput

_WORD = re.compile(rf"{NAME.pattern}|->|<->|>=|[+-]?[\w.]+")
_FEW = 4


def unexpected() -> type[UnexpectedInput]:
    """Return what Lark raises on a text that its grammar does not allow."""
    from lark import UnexpectedInput

    return UnexpectedInput


def error_offset(error: UnexpectedInput, length: int) -> int:
    """Return where in a text of that length the first wrong token starts; `length` if it ends too early."""
    if getattr(getattr(error, "token", None), "type", None) == "$END":
        return length
    return min(length, max(0, error.pos_in_stream or 0))


def syntax_error(
    lark: Lark,
    text: str,
    start: int,
    error: UnexpectedInput,
    forms: Mapping[str, str],
    *,
    groups: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> Diagnostic:
    """Return the diagnostic for a text, at `start` in its source, that a grammar cannot read to its end.

    groups: what is said in place of some literals where all of them would be right.
    """
    text = text.rstrip(" \t\n;")
    at = min(error_offset(error, len(text)), len(text))
    mark = Span(start + at, start + at + 1)
    if text[at : at + 1] == '"' and not NAME.match(text, at):
        message, hint = "a name in quotes must end on the line on which it starts", 'write the second "'
        return Diagnostic(id="unclosed-quote", message=message, span=mark, help=hint)
    if at == len(text):
        found = "the end of the entry" if text else "nothing"
    else:
        word = _WORD.match(text, at)
        end = at + 1 if word is None else word.end()
        mark = Span(mark.start, start + end)
        found = _described(text[at:end])
    accepted = _accepted(lark, error)
    for name, members in groups.items():
        quoted = {f"'{literal}'" for literal in members}
        if quoted <= set(accepted):
            accepted = [name, *(word for word in accepted if word not in quoted)]
    message = f"expected {_one_of(accepted)}, found {found}"
    return Diagnostic(id="syntax", message=message, span=mark, help=_form(text, forms))


def _accepted(lark: Lark, error: UnexpectedInput) -> list[str]:
    """Return what would have been right, in words: kinds of names and numbers first, then literals."""
    from lark.lexer import PatternStr

    parser = getattr(error, "interactive_parser", None)
    names: set[str] = parser.accepts() if parser else set()
    words: list[str] = []
    signs: list[str] = []
    keywords: list[str] = []
    for terminal in lark.terminals:
        if terminal.name not in names or terminal.name.endswith("_RUN"):
            continue
        if isinstance(terminal.pattern, PatternStr):
            literal = terminal.pattern.value
            (keywords if literal.isalpha() else signs).append(f"'{literal}'")
        elif not terminal.name.startswith("_"):
            words.append(_words(terminal.name))
    found = words + signs + keywords
    if names & {"_END", "$END"} and len(found) < _FEW:
        found.append("the end of the entry")
    return found


def _words(terminal: str) -> str:
    words = terminal.lower().replace("_", " ")
    return ("an " if words[0] in "aeiou" else "a ") + words


def _one_of(words: Iterable[str]) -> str:
    *first, last = words or ("nothing more",)
    return f"{', '.join(first)} or {last}" if first else last


def _described(found: str) -> str:
    if len(found) == 1 and (found.isspace() or not found.isprintable()):
        name = unicodedata.name(found, "")
        return f"the character U+{ord(found):04X}" + (f" ({name})" if name else "")
    return f"'{clipped(found)}'"


def _form(text: str, forms: Mapping[str, str]) -> str | None:
    """Return what to write instead: the form that the first word asks for, or the one it may be meant for."""
    word = NAME.match(text.lstrip(" \t"))
    first = word[0] if word else ""
    if first in forms:
        return forms[first]
    meant = nearest(first[:40], [known for known in forms if known])
    return f"did you mean '{meant}'? {forms[meant]}" if meant else forms.get("")
