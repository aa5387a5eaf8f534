"""A verdict in a table: its word and what proves it."""

from __future__ import annotations

from specexpr.certify.checking import Answer
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict


def answer_of(verdict: Verdict) -> Answer:
    """Return what a verdict answers."""
    match verdict:
        case Expressible():
            return Answer.EXPRESSIBLE
        case Inexpressible():
            return Answer.INEXPRESSIBLE
        case Undecided():
            return Answer.UNDECIDED


def proof_line(verdict: Verdict) -> str:
    """Say in one line what proves a verdict, or why there is none."""
    match verdict:
        case Undecided(reason=reason):
            return reason
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            return proof.words().summary
