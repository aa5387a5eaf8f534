"""Decide questions about given objectives or one given return: what is tried, and what is left undecided.

Where returns take finitely many values, or given objectives are weighed, the decision is complete (`cone`,
`parameter`). Elsewhere the mean is tried. Expected utilities and entropic values are functions of the mean of
some function of the trajectory; so constraints whose lotteries cancel refute them whatever the return.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from specexpr.certify.checking import check
from specexpr.certify.kinds.coefficients import CoefficientsWitness, SpectrumWitness, UtilityWitness
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.parameter import ParameterWitness
from specexpr.certify.model import Setting
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.risk import returns_of
from specexpr.expressivity.naming import Names
from specexpr.expressivity.risk.columns import Point
from specexpr.expressivity.risk.cone import Unknown, decide_coefficients
from specexpr.expressivity.risk.parameter import decide_parameter
from specexpr.expressivity.risk.text import speaking
from specexpr.expressivity.task import Question
from specexpr.expressivity.trajectory_functions import decide_lotteries
from specexpr.expressivity.verdict import Proof, Undecided, Verdict, proved

OF_LOTTERIES = ("eu", "entropic")
"""Formalisms in which one lottery over trajectories has one value."""

_ZERO, _ONE = Fraction(0), Fraction(1)

_MEANS: dict[str, CoefficientsWitness] = {
    "eu": UtilityWitness(((_ZERO, _ZERO), (_ONE, _ONE))),
    "spectral": SpectrumWitness(((_ONE, _ONE),)),
}


def decide_by_coefficients(
    question: Question, formalism: str, *, candidate: CoefficientsWitness | None = None
) -> Verdict:
    """Return a proved verdict in `linear`, `eu` or `spectral`; the candidate is tried first."""
    claim = question.claim()
    found: Proof | Undecided | Unknown = _first_right(question, formalism, [candidate] if candidate else ())
    if found is None:
        found = decide_coefficients(claim, formalism, deadline=question.deadline)
    if isinstance(found, Unknown):
        mean = _first_right(question, formalism, [_MEANS[formalism]] if formalism in _MEANS else ())
        found = _refuted(question, formalism, found) if mean is None else mean
    return proved(question, formalism, found, speaking(formalism))


def decide_by_parameter(
    question: Question, formalism: str, *, candidates: Iterable[ParameterWitness] = ()
) -> Verdict:
    """Return a proved verdict in `cvar` or `entropic`; candidates are tried first, then the mean."""
    found: Proof | Undecided | Unknown = decide_parameter(
        question.claim(), formalism, candidates=candidates, deadline=question.deadline
    )
    if isinstance(found, Unknown):
        found = _refuted(question, formalism, found)
    return proved(question, formalism, found, speaking(formalism))


def _first_right(question: Question, formalism: str, candidates: Iterable[Proof]) -> Proof | None:
    """Return the first candidate that the kernel accepts."""
    for candidate in candidates:
        try:
            check(question.claim(), formalism, candidate)
        except Refused:
            continue
        return candidate
    return None


def _refuted(question: Question, formalism: str, unknown: Unknown) -> LotteriesCertificate | Undecided:
    """Return constraints whose lotteries cancel, where these refute it, or why there is no answer."""
    reason, rest = unknown.why, ""
    if unknown.policy is not None:
        reason = f"under {Names(question.task)(*unknown.policy)} {reason}"
        if not _has_mean(question, formalism, unknown.policy):
            return Undecided(f"limit: {reason}")
        rest = ", so that only the mean was tried"
    if formalism in OF_LOTTERIES:
        steps = replace(question.claim(), setting=Setting())  # seen by any function of trajectories
        found = decide_lotteries(steps, deadline=_half(question.deadline))
        if isinstance(found, LotteriesCertificate):
            return found
        if not isinstance(found, Undecided):
            rest += "; some function of trajectories would do"
    return Undecided(f"limit: {reason}{rest}")


def _has_mean(question: Question, formalism: str, policy: Point) -> bool:
    """Say whether the return of a policy has a mean, or may have one that would take too long to compute."""
    if formalism == "linear":
        return False
    try:
        returns_of(question.claim()).mean(*policy)
    except TooLarge:
        return True
    except Refused:
        return False
    return True


def _half(deadline: float | None) -> float | None:
    """Return the moment half way to a deadline."""
    return None if deadline is None else (deadline + time.monotonic()) / 2
