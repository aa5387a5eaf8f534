"""Find the items, blocks and entries of a text without a grammar: brackets, quotes, comments, line ends.

One pass and no recursion, so that no text is too deep or too long, and a bracket that is missing in one item
does not hide what is wrong in the next. What an item says is for the grammars.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.syntax.names import PLAIN, QUOTED

MAX_DEPTH = 50

_SKIP = rf"{QUOTED}|\#[^\n]*+"
_OUTSIDE = re.compile(rf"{_SKIP}|[{{}}\n;]")
_INSIDE = re.compile(rf"{_SKIP}|[{{}}]")
_NESTED = re.compile(rf"{_SKIP}|[{{}}\n;]|\([^(){{}};\#]*+\)")
_BLANK = " \t\n"
_BETWEEN = re.compile(r"(?:[ \t\n;]++|\#[^\n]*+)*+")
_CLOSINGS = re.compile(r"\}[ \t\n};]*+")
_FLAT = str.maketrans("\n;", " ,")
_SPACE = re.compile(r"[ \t]*+")
_ENTRY = re.compile(rf"(?:{QUOTED}|[^;\n])++")
_OPEN_LINE = re.compile(r"[({][^(){}\n;]*+[\n;({]")
_NAME = rf"(?:{PLAIN}|{QUOTED})"
_HEADER = re.compile(
    r"^[ \t]*(?:environment|family|policy|objective|task)[ \t]+"
    rf"{_NAME}(?:[ \t]+in[ \t]+{_NAME})?(?:[ \t]*=[ \t]*{_NAME})?[ \t]*\{{",
    re.MULTILINE,
)
_PART = re.compile(rf"[ \t]*in[ \t]+(?:{_NAME}[ \t]*)?")


@dataclass(frozen=True, slots=True)
class Item:
    """What stands before '{', and what stands between the braces if there are any.

    `readable` is False when the body is nested too deeply to be read.
    """

    header: Span
    body: Span | None
    readable: bool = True


def items(source: Source, report: Report) -> Iterator[Item]:
    """Yield the items of a text in order; report braces that do not match and nesting that is too deep."""
    text = source.text
    headers = [match.start() for match in _HEADER.finditer(text)]
    at = _after(_BETWEEN, text, 0)
    while at < len(text):
        if text[at] == "}":
            end = _after(_CLOSINGS, text, at)
            message, hint = "'}' closes nothing", "remove it, or write the '{' that it should close"
            report(Diagnostic(id="unmatched-brace", message=message, span=Span(at, at + 1), help=hint))
        else:
            end = _header_end(text, at)
            header = Span(at, at + len(text[at:end].rstrip(_BLANK)))
            if text[end : end + 1] == "{":
                following = bisect_right(headers, end)
                limit = headers[following] if following < len(headers) else len(text)
                body, readable = _body(text, end, limit, report)
                yield Item(header, body, readable)
                end = min(body.end + 1, limit)
            else:
                yield Item(header, None)
        at = _after(_BETWEEN, text, end)


def pieces(text: str, span: Span) -> Iterator[Span | Item]:
    """Split the body of a task into its blocks `in NAME { ... }` and what stands between them, in order."""
    start, at, depth = span.start, span.start, 0
    head = span.start
    for match in _OUTSIDE.finditer(text, span.start, span.end):
        mark = match[0]
        if mark == "{":
            if depth == 0 and _PART.fullmatch(text, head, match.start()):
                yield Span(start, head)
                start, at = head, match.end()
            elif depth == 0:
                at = -1
            depth += 1
        elif mark == "}" and depth:
            depth -= 1
            if depth == 0 and at >= 0:
                yield Item(_stripped(text, head, at - 1), Span(at, match.start()))
                start = head = match.end()
        elif depth == 0 and (mark in "\n;" or mark[0] == "#"):
            head = match.end()
    yield Span(start, span.end)


def blanked(text: str, span: Span) -> str:
    """Return the text of a span, of the same length, without what a grammar need not see.

    Comments become spaces; inside braces a newline becomes a space and ';' becomes ','; inside (..) a newline
    becomes a space.
    """
    part = text[span.start : span.end]
    if "#" not in part and not _OPEN_LINE.search(part):
        return part
    out: list[str] = []
    done = depth = 0
    for match in _NESTED.finditer(part):
        mark = match[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth = max(depth - 1, 0)
        elif mark[0] in "#(" or (depth and mark in "\n;"):
            new = " " * len(mark) if mark[0] == "#" else mark.translate(_FLAT)
            out += (part[done : match.start()], new)
            done = match.end()
    return "".join((*out, part[done:]))


def entry_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the [start, end) of each entry of a blanked text that is not empty, without spaces around it."""
    for match in _ENTRY.finditer(text):
        start = _after(_SPACE, text, match.start())
        if start < match.end():
            yield start, start + len(text[start : match.end()].rstrip(_BLANK))


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _stripped(text: str, start: int, end: int) -> Span:
    start = _after(_SPACE, text, start)
    return Span(start, start + len(text[start:end].rstrip(_BLANK)))


def _header_end(text: str, at: int) -> int:
    """Return where a header ends: at its '{' (which may stand on a later line), or where its entry ends."""
    for match in _OUTSIDE.finditer(text, at):
        mark = match[0]
        if mark in "{};":
            return match.start()
        if mark == "\n":
            following = _after(_BETWEEN, text, match.end())
            brace = text[following : following + 1] == "{" and ";" not in text[match.end() : following]
            return following if brace else match.start()
    return len(text)


def _body(text: str, opening: int, limit: int, report: Report) -> tuple[Span, bool]:
    """Return the span between the brace at `opening` and its partner, and whether it is shallow enough."""
    depth, readable = 1, True
    for match in _INSIDE.finditer(text, opening + 1, limit):
        mark = match[0]
        if mark == "}":
            depth -= 1
            if depth == 0:
                return Span(opening + 1, match.start()), readable
        elif mark == "{":
            depth += 1
            if depth > MAX_DEPTH and readable:
                readable = False
                message = f"braces may be nested {MAX_DEPTH} deep, these are nested deeper"
                hint = "no entry needs more than two levels"
                span = Span(match.start(), match.end())
                report(Diagnostic(id="nested-too-deeply", message=message, span=span, help=hint))
    notes = ((Span(limit, limit + 1), "the next item starts here"),) if limit < len(text) else ()
    message, hint = "this '{' is never closed", "write '}' where the block ends"
    span = Span(opening, opening + 1)
    report(Diagnostic(id="unclosed-block", message=message, span=span, help=hint, notes=notes))
    return Span(opening + 1, limit), readable
