"""The words of the Hanoi omega-automata format: tokens with their lines, and boolean expressions of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from specexpr.product.acceptance import ALWAYS, NEVER, Acceptance, Fin, Inf, every, some
from specexpr.syntax.names import clipped

T = TypeVar("T")

MAX_NESTING = 50

MOST_DIGITS = 9
"""Longer numbers are not read."""


class HoaError(Exception):
    """A text is no automaton that can be represented: why, where, and what to write."""

    def __init__(self, message: str, *, line: int | None, hint: str) -> None:
        self.line, self.hint = line, hint
        super().__init__(message)


class Kind(Enum):
    """What a token is."""

    HEADER = auto()
    MARK = auto()
    STRING = auto()
    NUMBER = auto()
    ALIAS = auto()
    WORD = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token: a header's text is without its colon, a string's without quotes and escapes."""

    kind: Kind
    text: str
    line: int


_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)|(?P<mark>--[A-Z]+--)|(?P<string>\"(?:\\.|[^\\\"])*\")|(?P<number>\d+)"
    r"|(?P<header>[A-Za-z_][\w-]*:)|(?P<alias>@[\w-]+)|(?P<word>[A-Za-z_][\w.-]*)|(?P<sign>[!&|()\[\]{}])",
    re.DOTALL | re.ASCII,
)
_COMMENT = re.compile(r"/\*|\*/")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, an END after them; raise HoaError at what is none."""
    found: list[Token] = []
    at, line = 0, 1
    while at < len(text):
        if text.startswith("/*", at):
            end = _after_comment(text, at, line)
            line += text.count("\n", at, end)
            at = end
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            what = "a string that does not end" if text[at] == '"' else clipped(text[at])
            raise HoaError(f"{what} is no part of the format", line=line, hint="see the Hanoi format, HOA v1")
        kind = match.lastgroup or ""
        if kind != "blank":
            word = match[0]
            if kind == "string":
                word = _ESCAPE.sub(r"\1", word[1:-1])
            elif kind == "header":
                word = word.removesuffix(":")
            found.append(Token(Kind[kind.upper()], word, line))
        line += match[0].count("\n")
        at = match.end()
    return [*found, Token(Kind.END, "the end of the text", line)]


def _after_comment(text: str, start: int, line: int) -> int:
    """Return where a comment ends: comments in it end first."""
    depth = 0
    for match in _COMMENT.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    hint = "each /* needs a */ of its own, also within a comment"
    raise HoaError("a comment that does not end is no part of the format", line=line, hint=hint)


def quoted(text: str) -> str:
    """Return a text as a string of the format."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Algebra(Generic[T]):
    """What a boolean expression is made into; `atom` reads a token that is no operator, and on from it."""

    true: T
    false: T
    no: Callable[[T], T] | None
    both: Callable[[list[T]], T]
    either: Callable[[list[T]], T]
    atom: Callable[[Token], T]


class Stream:
    """Tokens, read from the first to the last."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._at, self._depth = found, 0, 0

    def peek(self) -> Token:
        """Return the token that comes next, without taking it."""
        return self._tokens[self._at]

    def take(self) -> Token:
        """Return the next token and go on; the last one stays."""
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def has(self, text: str, kind: Kind = Kind.SIGN) -> bool:
        """Take the next token if it is this one, and say whether it was."""
        is_it = self.peek().kind is kind and self.peek().text == text
        if is_it:
            self.take()
        return is_it

    def expect(self, text: str) -> None:
        """Take a sign."""
        token = self.peek()
        if not self.has(text):
            raise self.wrong(f"expected '{text}', found {clipped(token.text)}")

    def number(self, what: str) -> int:
        """Take a number."""
        token = self.take()
        if token.kind is not Kind.NUMBER:
            raise HoaError(
                f"expected {what}, found {clipped(token.text)}", line=token.line, hint="write a number"
            )
        if len(token.text) > MOST_DIGITS:
            message = f"{what} is {clipped(token.text)}: numbers above {10**MOST_DIGITS - 1:,} are not read"
            raise HoaError(message, line=token.line, hint="number states and acceptance sets from 0 on")
        return int(token.text)

    def wrong(self, message: str, *, hint: str = "see the Hanoi format, HOA v1") -> HoaError:
        """Return an error at the next token."""
        return HoaError(message, line=self.peek().line, hint=hint)

    def expression(self, algebra: Algebra[T]) -> T:
        """Read a boolean expression: '!' binds stronger than '&', '&' than '|'."""
        parts = [self._conjunction(algebra)]
        while self.has("|"):
            parts.append(self._conjunction(algebra))
        return parts[0] if len(parts) == 1 else algebra.either(parts)

    def _conjunction(self, algebra: Algebra[T]) -> T:
        parts = [self._literal(algebra)]
        while self.has("&"):
            parts.append(self._literal(algebra))
        return parts[0] if len(parts) == 1 else algebra.both(parts)

    def _literal(self, algebra: Algebra[T]) -> T:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self.wrong(f"an expression is nested more than {MAX_NESTING} deep", hint="simplify it")
        try:
            if algebra.no is not None and self.has("!"):
                return algebra.no(self._literal(algebra))
            if self.has("("):
                inner = self.expression(algebra)
                self.expect(")")
                return inner
            for text, constant in (("t", algebra.true), ("f", algebra.false)):
                if self.has(text, Kind.WORD):
                    return constant
            return algebra.atom(self.take())
        finally:
            self._depth -= 1


def read_condition(stream: Stream, *, complement: Callable[[int], int] | None = None) -> Acceptance:
    """Read an acceptance condition.

    complement: the mark that stands where another one does not, for Fin(!0) and Inf(!0).
    """

    def atom(token: Token) -> Acceptance:
        if token.kind is not Kind.WORD or token.text not in ("Inf", "Fin"):
            message = f"expected Inf(0) or Fin(0), found {clipped(token.text)}"
            raise HoaError(message, line=token.line, hint="write Inf(0) & Fin(1), or t, or f")
        stream.expect("(")
        is_complement = complement is not None and stream.has("!")
        mark = stream.number("the number of an acceptance set")
        if is_complement and complement is not None:
            mark = complement(mark)
        stream.expect(")")
        return Inf(mark) if token.text == "Inf" else Fin(mark)

    algebra: Algebra[Acceptance] = Algebra(
        true=ALWAYS, false=NEVER, no=None, both=every, either=some, atom=atom
    )
    return stream.expression(algebra)
