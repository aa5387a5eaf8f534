"""A verdict in a table: its word, what proves it, the lines of the file that contradict each other."""

from __future__ import annotations

from specexpr.certify.checking import Answer
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.expressivity.explanation import summary_of
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Undecided, Verdict


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
        case Expressible() | Inexpressible():
            return summary_of(verdict)


def conflict_lines(certificate: Certificate) -> tuple[int, ...]:
    """Return the lines of the file that contradict each other, in order."""
    proof = certificate.proof
    lines = [proof.line] if isinstance(proof, MixtureCertificate) else [term.line for term in proof.terms]
    return tuple(sorted({line for line in lines if line is not None}))
