"""Read the body of an objective over others: a list of names, each with a number where it takes one.

What a name stands for and whether it will do the caller knows; here it is found, and listed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TypeVar

from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.syntax.grammar import Forms, parse, parse_entries
from specexpr.syntax.names import clipped
from specexpr.syntax.nodes import Leaf, Node
from specexpr.syntax.numbers import read_number

T = TypeVar("T")

Find = Callable[[Leaf], T | None]
"""Finds what a name stands for; None once it is reported that it stands for nothing that is right."""

Doubt = Callable[[T], str | None]
"""Says why something that was found will not do; None if it will."""


def read_list(
    stem: str, source: Source, span: Span, report: Report, *, find: Find[T], doubt: Doubt[T], form: str
) -> tuple[tuple[T, Fraction | None], ...] | None:
    """Return what a list names, with its numbers; None once what is wrong with it is reported.

    stem: the name of the grammar and the keyword. form: such a list as it should be written.
    """
    hint = f"write {stem} {{ {form} }}"
    body = parse_entries(stem, source, span, report, start=f"{stem}_body", forms={"": hint})
    if not body.entries and not body.broken:
        message = f"this {stem} names no objective"
        report(Diagnostic(id="missing-setting", message=message, span=span, help=hint))
    found = read_parts(body.entries, report, find=find, doubt=doubt)
    return None if found is None or body.broken or not body.entries else found


def read_sentence(
    stem: str, source: Source, span: Span, report: Report, *, find: Find[T], doubt: Doubt[T], form: str
) -> tuple[tuple[T, Fraction | None], ...] | None:
    """Return the same of a body that is one entry, which may go on over several lines."""
    forms: Forms = {"": f"write {stem} {{ {form} }}"}
    node = parse(stem, source, span, report, start=f"{stem}_body", forms=forms)
    return None if node is None else read_parts(node.children, report, find=find, doubt=doubt)


def read_parts(
    parts: Sequence[Node | Leaf], report: Report, *, find: Find[T], doubt: Doubt[T]
) -> tuple[tuple[T, Fraction | None], ...] | None:
    """Return what names, or names with numbers, stand for; None once what is wrong is reported."""
    found: list[tuple[T, Fraction | None]] = []
    seen: dict[int, Span] = {}  # by identity: a name stands for one object
    sound = True
    for name, number in _names(parts):
        one, value = find(name), None if number is None else read_number(number, report)
        if one is None or (number is not None and value is None):
            sound = False
            continue
        why, first = doubt(one), seen.setdefault(id(one), name.span)
        if first is not name.span:
            message, notes = f"{clipped(name.text)} is named twice", ((first, "it is named here"),)
            hint = "remove one of them"
            report(Diagnostic(id="given-twice", message=message, span=name.span, help=hint, notes=notes))
        elif why is not None:
            message, hint = f"{clipped(name.text)} will not do here: {why}", "name another objective"
            report(Diagnostic(id="unfit-component", message=message, span=name.span, help=hint))
        sound &= first is name.span and why is None
        found.append((one, value))
    return tuple(found) if sound else None


def _names(parts: Sequence[Node | Leaf]) -> Iterator[tuple[Leaf, Leaf | None]]:
    for part in parts:
        if isinstance(part, Leaf):
            yield part, None
        else:
            yield part.leaf(0), part.leaf(1)
