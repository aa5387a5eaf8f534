"""Read JSON strictly: every surprise is an error that says where it is and what was expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import islice
from typing import NoReturn, TypeVar

from specexpr.diagnostics import did_you_mean
from specexpr.exact import canonical_rational

MAX_TEXT = 1 << 28
"""Longest text, in characters, that is read."""

_SHOWN = 40
_COMPARED = 500  # looking for the nearest of many names takes long
E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Malformed(Exception):  # noqa: N818 -- it says what is wrong with a text, as a diagnostic does
    """A text is not what its place asks for; the message starts with the place."""

    def __init__(self, place: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(f"{place}: {message}")
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value with the way to it."""

    value: object
    key: str | int = ""
    parent: Node | None = None

    @property
    def place(self) -> str:
        """Return the way to the value, as in `results[0].witness`."""
        keys: list[str] = []
        node = self
        while node.parent is not None:
            keys.append(f"[{node.key}]" if isinstance(node.key, int) else f".{_shown(node.key)}")
            node = node.parent
        return "".join(reversed(keys)).lstrip(".") or "the document"

    def fail(self, message: str, *, hint: str | None = None) -> NoReturn:
        raise Malformed(self.place, message, hint=hint)

    def expected(self, what: str) -> NoReturn:
        self.fail(f"must be {what}, not {_shown(json.dumps(self.value))}")

    def fields(self, *required: str, optional: Iterable[str] = ()) -> dict[str, Node]:
        """Return the values of an object that has these keys and no others."""
        entries = dict(self.entries())
        known = (*required, *optional)
        for key in entries:
            if key not in known:
                self.fail(f'has the unknown key "{_shown(key)}"', hint=did_you_mean(key, known, kind="key"))
        for key in required:
            if key not in entries:
                self.fail(f'lacks the key "{key}"')
        return entries

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Yield the keys and values of an object, keys being names."""
        if not isinstance(self.value, dict):
            self.expected("an object")
        for key, value in self.value.items():
            node = Node(value, key, self)
            if not _is_name(key):
                node.fail("has a key that is no name")
            yield key, node

    def items(self) -> list[Node]:
        if not isinstance(self.value, list):
            self.expected("a list")
        return [Node(value, i, self) for i, value in enumerate(self.value)]

    def each(self, read: Callable[[Node], T], problems: list[Malformed]) -> list[T]:
        """Read the entries of a list; those that are malformed become problems."""
        found = []
        for node in self.items():
            try:
                found.append(read(node))
            except Malformed as problem:
                problems.append(problem)
        return found

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.expected("a text")
        return self.value

    def name(self) -> str:
        text = self.text()
        if not _is_name(text):
            self.expected("a name")
        return text

    def line(self) -> int | None:
        """Return a line number, counted from 1, or None for null."""
        if self.value is None:
            return None
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 1:
            self.expected("null or a line number")
        return self.value

    def rational(self) -> Fraction:
        """Return an exact rational, written "p" or "p/q" in lowest terms."""
        if not isinstance(self.value, str):
            self.expected('an exact rational in quotes, like "9/10"')
        try:
            return canonical_rational(self.value)
        except ValueError as error:
            self.fail(f"{error}, not {_shown(json.dumps(self.value))}")

    def index(self, known: Mapping[str, int], kind: str) -> int:
        """Return the index of a name that must exist."""
        return self.find(self.text(), known, kind)

    def find(self, name: str, known: Mapping[str, int], kind: str) -> int:
        if name not in known:
            hint = did_you_mean(name, islice(known, _COMPARED), kind=kind)
            self.fail(f'"{_shown(name)}" is not the name of a known {kind}', hint=hint)
        return known[name]

    def choice(self, known: type[E]) -> E:
        """Return the member of an enumeration that a text names."""
        try:
            return known(self.text())
        except ValueError:
            self.expected(" or ".join(f'"{member}"' for member in known))


def parse(text: str) -> Node:
    """Return the root of a JSON text; raise Malformed if it is none, has a key twice or nests too deeply."""
    if len(text) > MAX_TEXT:
        raise Malformed("the document", f"is longer than {MAX_TEXT} characters")
    try:
        return Node(json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant))
    except RecursionError:
        raise Malformed("the document", "nests too deeply") from None
    except ValueError as error:
        raise Malformed("the document", f"is not JSON as the format asks: {error}") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise ValueError(f'an object has the key "{_shown(twice)}" twice')
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number here")


def _is_name(text: str) -> bool:
    return bool(text) and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


def _shown(text: str) -> str:
    """Return a text short enough for a message, and printable."""
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return short.encode("utf-8", "backslashreplace").decode("utf-8")
