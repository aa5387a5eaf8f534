"""Read a body with the grammar of its language: `<stem>.lark`, found by name, built once.

A body of entries is read as a whole; only where that fails is it read entry by entry, so that every entry
that is wrong is reported and the time for a body without mistakes stays that of one parse.
No Lark type leaves this module and `expected`.
"""

from __future__ import annotations

import os
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from specexpr.diagnostics import Diagnostic, InternalError, Report, Source, Span
from specexpr.syntax.blocks import blanked, entry_spans
from specexpr.syntax.expected import error_offset, syntax_error, unexpected
from specexpr.syntax.nodes import Body, Leaf, Node

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

Forms = Mapping[str, str]
"""What to write, by the first word of an entry; under "" what is said for any other word."""

NO_FORMS: Forms = MappingProxyType({})

Groups = Mapping[str, frozenset[str]]
"""Words for some literals together."""

NO_GROUPS: Groups = MappingProxyType({})

Known = Callable[[str, Span], Diagnostic | None]
"""What is said of a text that cannot be read, at a span, where its mistake is a known one."""


def nothing_known(text: str, span: Span) -> Diagnostic | None:
    """Know no mistake in particular."""
    return None


_STARTS = re.compile(r"^// starts:(.*)$", re.MULTILINE)
_CHUNK = 256  # entries that are tried together once a body is known to have a mistake


def grammars() -> Path:
    """Return the directory of the grammars: in the package when installed, else in the checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_grammars"
    return installed if installed.is_dir() else package.parent / "grammars"


def parse(
    stem: str,
    source: Source,
    span: Span,
    report: Report,
    *,
    start: str,
    forms: Forms = NO_FORMS,
    known: Known = nothing_known,
    groups: Groups = NO_GROUPS,
) -> Node | None:
    """Read a span as one `start` of a grammar, line ends being spaces; None once the mistake is reported.

    stem: the name of a grammar, or the path of a .lark file (of a plug-in).
    forms: what to write, by the first word of the text; known: asked first about a mistake.
    groups: what is said in place of some literals where all of them would be right.
    """
    text = blanked(source.text, span).replace("\n", " ")
    lark = _lark(stem)
    try:
        tree = lark.parse(text, start=start)
    except unexpected() as error:
        mistake = known(text.rstrip(" "), span)
        report(mistake or syntax_error(lark, text, span.start, error, forms, groups=groups))
        return None
    node = _plain(tree, span.start)
    return node if isinstance(node, Node) else Node(start, (node,), node.span)


def parse_entries(
    stem: str,
    source: Source,
    span: Span,
    report: Report,
    *,
    start: str,
    forms: Forms = NO_FORMS,
    known: Known = nothing_known,
) -> Body:
    """Read a body of entries that end at a newline or ';': all that can be read, the others reported.

    The grammar's `start` must be `(_END | entry _END | ...)*`; stem, forms and known are those of `parse`.
    """
    text = blanked(source.text, span) + "\n"
    lark = _lark(stem)
    try:
        return Body(_children(lark.parse(text, start=start), span.start))
    except unexpected():
        pass
    entries: list[Node | Leaf] = []
    broken: list[Span] = []
    for low, high in _readable(lark, start, text):
        piece = text[low:high] + "\n"
        try:
            entries += _children(lark.parse(piece, start=start), span.start + low)
        except unexpected() as error:
            wrong = Span(span.start + low, span.start + high)
            report(known(text[low:high], wrong) or syntax_error(lark, piece, wrong.start, error, forms))
            broken.append(wrong)
    return Body(tuple(entries), tuple(broken))


def _readable(lark: Lark, start: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield stretches of a text that can be read at once, and single entries that cannot.

    An LALR parser stops at the first token that no continuation allows, so all entries before it are right.
    """
    spans = list(entry_spans(text))
    stack = [spans[i : i + _CHUNK] for i in reversed(range(0, len(spans), _CHUNK))]
    while stack:
        chunk = stack.pop()
        low, high = chunk[0][0], chunk[-1][1]
        if len(chunk) > 1:
            try:
                lark.parse(text[low:high] + "\n", start=start)
            except unexpected() as error:
                wrong = bisect_right(chunk, low + error_offset(error, high - low), key=itemgetter(0)) - 1
                stack += [part for part in (chunk[wrong + 1 :], [chunk[wrong]], chunk[:wrong]) if part]
                continue
        yield low, high


@cache
def _lark(stem: str) -> Lark:
    """Build the parser of a grammar; its line `// starts: a b` names the rules from which it can start."""
    from lark import Lark

    path = Path(stem) if stem.endswith(".lark") else grammars() / f"{stem}.lark"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InternalError(f"the grammar {path} cannot be read: {error.strerror}") from error
    starts = _STARTS.search(text)
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=False,
        start=starts[1].split() if starts else "start",
        import_paths=[str(grammars())],
        source_path=str(path),
        cache=_tables(path.stem),
    )


def _tables(stem: str) -> str | bool:
    """Return where the tables of a grammar are kept, which Lark checks against the grammar; False: nowhere.

    The directory is the user's own, since tables are pickled.
    """
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        directory = Path(home) / "specexpr"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    return str(directory / f"{stem}.{sys.version_info.major}.{sys.version_info.minor}.tables")


def _children(tree: Tree[Token], offset: int) -> tuple[Node | Leaf, ...]:
    return tuple(_plain(child, offset) for child in tree.children)


def _plain(root: Tree[Token] | Token, offset: int) -> Node | Leaf:
    """Return a tree without Lark's types, its spans moved by an offset; deep trees are no harm."""
    from lark import Tree

    made: list[Node | Leaf] = []
    todo: list[tuple[Tree[Token] | Token, bool]] = [(root, False)]
    while todo:
        item, is_ready = todo.pop()
        if not isinstance(item, Tree):
            start, end = offset + (item.start_pos or 0), offset + (item.end_pos or 0)
            made.append(Leaf(item.type, str(item), Span(start, end)))
        elif not is_ready:
            todo.append((item, True))
            todo += [(child, False) for child in reversed(item.children)]
        else:
            count = len(item.children)
            children = tuple(made[len(made) - count :])
            del made[len(made) - count :]
            meta = item.meta
            low, high = (0, 0) if meta.empty else (meta.start_pos, meta.end_pos)
            span = Span(offset + low, offset + high)
            made.append(Node(str(item.data), children, span))
    return made[0]
