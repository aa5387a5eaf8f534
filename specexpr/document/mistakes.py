"""Mistakes that have a name of their own: orders of too few policies."""

from __future__ import annotations

import re

from specexpr.diagnostics import Diagnostic, Span
from specexpr.document.forms import TASK_FORMS
from specexpr.syntax.names import NAME

_SHORT_ORDER = re.compile(rf"order(?:[ \t]+(?:{NAME.pattern}))?[ \t,]+by[ \t]+(?:{NAME.pattern})")


def wrong_task_line(text: str, span: Span) -> Diagnostic | None:
    """Return what is said of a line of a task that is an order of one policy."""
    if _SHORT_ORDER.fullmatch(text):
        message = "an order needs at least two policies"
        return Diagnostic(id="syntax", message=message, span=span, help=TASK_FORMS["order"])
    return None
