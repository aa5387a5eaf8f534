"""Slips of the pen in formulas, and what to write: operators of other languages, blanks that are missing."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from types import MappingProxyType

from specexpr.diagnostics import Diagnostic, Span
from specexpr.syntax.names import PLAIN, QUOTED, write_name

_FOREIGN = MappingProxyType(
    {
        "&&": "&",
        "/\\": "&",
        "\u2227": "&",
        "and": "&",
        "||": "|",
        "\\/": "|",
        "\u2228": "|",
        "or": "|",
        "=>": "->",
        "==>": "->",
        "\u2192": "->",
        "\u21d2": "->",
        "implies": "->",
        "<=>": "<->",
        "==": "<->",
        "\u2194": "<->",
        "\u21d4": "<->",
        "iff": "<->",
        "~": "!",
        "\u00ac": "!",
        "not": "!",
        "until": "U",
        "release": "R",
        "releases": "R",
        "weak": "W",
        "V": "R",
        "eventually": "F",
        "finally": "F",
        "\u25c7": "F",
        "\u25ca": "F",
        "always": "G",
        "globally": "G",
        "\u25a1": "G",
        "\u25cb": "X",
        "\u25ef": "X",
    }
)
"""How other languages spell operators, with what they are here."""

_EXCLUSIVE = frozenset({"xor", "^", "\u2295", "!="})
_SIGNS = sorted((sign for sign in {*_FOREIGN, *_EXCLUSIVE} if not sign.isalpha()), key=len, reverse=True)
_TOKEN = re.compile(rf"{QUOTED}|{PLAIN}|<->|->|{'|'.join(map(re.escape, _SIGNS))}|;")
_BINARY = "URWM"
_LONGEST = 100
_ATOM_WORDS = ("at", "do", "next")


def slip(text: str, span: Span, labels: Container[str], words: frozenset[str]) -> Diagnostic | None:
    """Return what is said of a text, at a span, that is no formula because of a slip that is known.

    words: those of the language.
    """
    for match in _TOKEN.finditer(text):
        word = match[0]
        where = Span(span.start + match.start(), span.start + match.end())
        if word == ";" and text[match.end() :].strip(" ;"):
            message, hint = "an objective is one formula", "join formulas with & if all of them must hold"
            return Diagnostic(id="syntax", message=message, span=where, help=hint)
        known = None if word in labels or word in words else _meant(word, words)
        if word.lower() in _EXCLUSIVE and word not in labels:
            known = _exclusive(text, word, labels)
        if known is not None:
            message, hint = f"'{word}' is no operator of formulas", f"write {known}"
            return Diagnostic(id="syntax", message=message, span=where, help=hint)
    return None


def _exclusive(text: str, word: str, labels: Container[str]) -> str:
    """Return what to write for an exclusive "or"; where it joins two labels and that is all, with these."""
    sides = [side.strip(" ;") for side in text.split(word)]
    one, other = sides if len(sides) == 2 and all(side in labels for side in sides) else ("p", "q")
    found = f"!({one} <-> {other}) for {one} or {other} but not both"
    return f"{found}, & for and" if word == "^" else found


def _meant(word: str, words: frozenset[str]) -> str | None:
    """Return the operators that a word is meant for, if it is meant for some."""
    found = _FOREIGN.get(word) or _FOREIGN.get(word.lower())
    if found is not None:
        return found
    if len(word) == 1 and word.upper() in words:
        return word.upper()
    unary = _unary(words)
    rest = word.lstrip(unary)
    if rest not in ("", *_ATOM_WORDS) or len(word) - len(rest) + bool(rest) < 2:
        return None
    return " ".join([*word[: len(word) - len(rest)], *([rest] if rest else [])])


def taken_apart(name: str, labels: Container[str], words: frozenset[str]) -> str | None:
    """Return a formula whose text without its blanks is a name, or None if there is none.

    >>> taken_apart("XXgoal", {"goal"}, frozenset({"X", "F", "U"}))
    'X X goal'
    """
    unary = _unary(words)

    @cache
    def read(start: int) -> tuple[str, ...] | None:
        if name[start : start + 1] and name[start] in unary and (rest := read(start + 1)):
            return name[start], *rest
        for end in range(len(name), start, -1):
            atom = name[start:end]
            if atom not in labels and atom not in ("true", "false"):
                continue
            text = write_name(atom, reserved=words) if atom in labels else atom
            if end == len(name):
                return (text,)
            if name[end] in _BINARY and (rest := read(end + 1)):
                return text, name[end], *rest
        return None

    parts = read(0) if len(name) <= _LONGEST else None
    return None if parts is None else " ".join(parts)


def _unary(words: frozenset[str]) -> str:
    """Return the letters of the operators of one operand that a language has."""
    return "".join(sorted(words & set("XFGN")))
