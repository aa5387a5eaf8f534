"""Say in words what proves a verdict: why constraints contradict each other, or which reward meets them.

Nothing is decided here: the numbers are those of the proof.
"""

from __future__ import annotations

from typing import assert_never

from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import Acceptance
from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate
from specexpr.expressivity.conflict_text import ConflictText
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import counted, joined, line_numbers, number_text, some, with_lines
from specexpr.expressivity.reward_text import is_rounded, reward_lines, value_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import (
    Certificate,
    Expressible,
    Inexpressible,
    Undecided,
    Verdict,
    Witness,
)

_FEW_TERMS = 8
LISTED = 10
"""Lines of a reward that are shown."""


def explain_certificate(certificate: Certificate) -> str:
    """Return why no Markov reward meets the constraints, with their lines in the file."""
    proof = certificate.proof
    match proof:
        case MixtureCertificate():
            return _mixture_text(certificate.question, proof)
        case EnclosureCertificate():
            return ConflictText(certificate.question, proof.terms, proof.discount).enclosed()
        case FarkasCertificate():
            text = ConflictText(certificate.question, proof.terms, proof.discount)
            return text.whole() if len(proof.terms) <= _FEW_TERMS else text.abridged()
        case _:
            assert_never(proof)


def explain_witness(witness: Witness) -> str:
    """Return the reward in entries of the language, and the values of the named policies if they are few."""
    lines = reward_lines(witness)
    discount = number_text(witness.proof.discount)
    if not lines:
        head = [f"The Markov reward that is 0 everywhere, discount {discount}."]
    else:
        rest = "" if lines[0].startswith("* / *:") else ", 0 where nothing is listed"
        rest += ', rounded where it says "about"' if is_rounded(witness) else ""
        head = [f"Markov reward, discount {discount}{rest}:", *(f"  {line}" for line in lines[:LISTED])]
        if len(lines) > LISTED:
            head.append(f"  ... and {counted(len(lines) - LISTED, 'more line')}")
    return "\n".join([*head, *value_lines(witness)])


def summary_of(verdict: Verdict) -> str:
    """Return in one line what proves a verdict, for tables."""
    match verdict:
        case Expressible(witness=witness):
            reward = witness.proof.reward
            if not any(entry.value for entry in reward):
                return "the reward that is 0 everywhere"
            return f"reward with {counted(len(reward), 'entry')}"
        case Inexpressible(certificate=certificate):
            return _conflict_summary(certificate)
        case Undecided(reason=reason):
            return f"undecided: {reason}"
        case _:
            assert_never(verdict)


def _conflict_summary(certificate: Certificate) -> str:
    proof = certificate.proof
    if isinstance(proof, MixtureCertificate):
        good = counted(len(proof.good), "accepted policy")
        return f"a mixture of {good} is not accepted{line_numbers([proof.line])}"
    where = line_numbers(term.line for term in proof.terms)
    if len(proof.terms) == 1:
        return f"two policies that behave alike{where}"
    return f"conflict of {counted(len(proof.terms), 'constraint')}{where}"


def _mixture_text(question: Question, proof: MixtureCertificate) -> str:
    """Return why a bad policy that mixes good ones refutes an acceptable set."""
    names = Names(question.task)
    good = [names(proof.model, table) for table in proof.good]
    bad = names(proof.model, proof.bad)
    equal = any(
        (a.model, a.line, a.acceptance) == (proof.model, proof.line, Acceptance.EQUAL)
        for a in question.task.acceptable
    )
    (where,) = with_lines([("accepted equally" if equal else "accepted", proof.line)])
    few = some(good, noun="policies")
    average = f"The average of {few}" if len(good) > 1 else few
    text = (
        f"{few} {'are' if len(good) > 1 else 'is'} {where}. {bad} is not, although in every state that it "
        f"reaches it does what {'one of them' if len(good) > 1 else 'that one'} does there. {average} visits "
        f"every state-action pair exactly as often as some average of such mixtures, {bad} among them, so "
        "every Markov reward values the two averages alike. "
    )
    if equal:
        return text + "Yet all accepted policies are to be worth the same and all others less."
    only = joined(good)
    return f"{text}Yet of these mixtures only {only} are accepted, and to be worth more than the others."
