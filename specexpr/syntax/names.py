r"""Names: plain ones of letters, digits, `_`, `.` and `-`, any others in "double quotes".

A '-' before '>' never belongs to a plain name. Inside quotes the escapes are those of JSON strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from specexpr.diagnostics import Diagnostic, Report, Span, did_you_mean
from specexpr.syntax.nodes import Leaf

PLAIN = r"(?:-(?!>))*+[\w.]++(?:-(?!>)[\w.]*+)*+"
"""The regular expression of a plain name; `shared.lark` has the same."""

QUOTED = r'"(?:[^"\\\n]|\\[^\n])*"'
NAME = re.compile(rf"{PLAIN}|{QUOTED}")

_KEYWORDS = """environment family policy objective task in discount states actions start label
    accept equally over order by trajectories modulo unreachable"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""Words of the host language; a name that is one of them is printed in quotes."""

_PLAIN = re.compile(PLAIN)
_LONGEST_SHOWN = 60
_FEW = 2_000  # beyond this many known names the nearest one is looked for among some of them only


def read_name(leaf: Leaf, report: Report) -> str | None:
    """Return the name that a leaf writes; report a quoted one that is empty or has a wrong escape."""
    if not leaf.text.startswith('"'):
        return leaf.text
    try:
        name = json.loads(leaf.text, strict=False)
    except ValueError:
        name = None
    if isinstance(name, str) and name and not any("\ud800" <= c <= "\udfff" for c in name):
        return name
    report(
        Diagnostic(
            id="bad-name",
            message=f"{clipped(leaf.text)} is not a name: "
            + ("it is empty" if leaf.text == '""' else "an escape in it is wrong"),
            span=leaf.span,
            help=r"inside quotes write \" for a quote, \\ for a backslash, and \n, \t or \u00e9 for others",
        )
    )
    return None


def write_name(name: str, *, reserved: frozenset[str] = KEYWORDS) -> str:
    r"""Write a name so that it reads back: in quotes where it must be.

    >>> print(write_name("s0"), write_name("top left"), write_name("start"))
    s0 "top left" "start"
    """
    if name not in reserved and _PLAIN.fullmatch(name):
        return name
    text = json.dumps(name, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def shown(name: str) -> str:
    """Return a name for a message: in quotes, of bounded length, nothing unprintable."""
    return clipped(write_name(name, reserved=frozenset({name})))


def clipped(text: str) -> str:
    """Return a text for a message: of bounded length, nothing unprintable."""
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 3] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def name_hint(name: str, known: tuple[str, ...], *, kind: str) -> str:
    """Return the help for an unknown name, in bounded time however many names are known."""
    if len(known) > _FEW or len(name) > _LONGEST_SHOWN:
        like = [k for k in known[: 50 * _FEW] if k[:1] == name[:1] and abs(len(k) - len(name)) <= 1]
        known = tuple(like[:200]) or known[:6]
    known = tuple(k if len(k) <= _LONGEST_SHOWN else clipped(k) for k in known)
    return did_you_mean(name[: 2 * _LONGEST_SHOWN], known, kind=kind)


def unknown_name(kind: str, name: str, span: Span, place: str, *, hint: str | None) -> Diagnostic:
    """Return the diagnostic for a name that a place (in words) does not have."""
    return Diagnostic(id="unknown-name", message=f"{place} has no {kind} {shown(name)}", span=span, help=hint)


def find_index(kind: str, leaf: Leaf, known: Mapping[str, int], place: str, report: Report) -> int | None:
    """Return the index of the name that a leaf writes, or None once it is reported as unknown."""
    name = read_name(leaf, report)
    if name is not None and name not in known:
        hint = name_hint(name, tuple(known), kind=kind)
        report(unknown_name(kind, name, leaf.span, place, hint=hint))
    return None if name is None else known.get(name)
