"""Mistakes that have a name of their own: what the language does not have yet, orders of too few policies."""

from __future__ import annotations

import re

from specexpr.diagnostics import Diagnostic, Span
from specexpr.document.forms import TASK_FORMS
from specexpr.syntax.names import NAME

_LATER = re.compile(r"(observe|horizon|machine)[ \t]+[\w.]")
_ANY = re.compile(r"discount[ \t]+any")
_SHORT_ORDER = re.compile(rf"order(?:[ \t]+(?:{NAME.pattern}))?[ \t,]+by[ \t]+(?:{NAME.pattern})")


def wrong_header(text: str, span: Span) -> Diagnostic | None:
    """Return what is said of a line outside the items that asks for any discount."""
    if not _ANY.fullmatch(text):
        return None
    message = "discount any is not supported yet: a Markov reward is asked at a given discount"
    return Diagnostic(id="unsupported-option", message=message, span=span, help="write discount 9/10")


def wrong_task_line(text: str, span: Span) -> Diagnostic | None:
    """Return what is said of a line of a task that is an option to come, or an order of one policy."""
    if later := _LATER.match(text):
        message = f"the option {later[1]} is not supported yet"
        hint = "remove it; the options of a task are discount 9/10 and modulo unreachable"
        return Diagnostic(id="unsupported-option", message=message, span=span, help=hint)
    if _SHORT_ORDER.fullmatch(text):
        message = "an order needs at least two policies"
        return Diagnostic(id="syntax", message=message, span=span, help=TASK_FORMS["order"])
    return wrong_header(text, span)
