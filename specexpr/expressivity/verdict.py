"""Verdicts: expressible with a witness, inexpressible with a certificate, or undecided with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from specexpr.certify.proofs import Exactness as Exactness
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.diagnostics import InternalError
from specexpr.expressivity.task import Question

Proof = Any  # a kernel's proof: only its kind and its words look inside


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a proof: one line for tables, and for a person what it is and why it holds.

    `lines` are those of the file that contradict each other.
    """

    summary: str
    text: str
    lines: tuple[int, ...] = ()


Speak = Callable[["Question", Proof], Words]


@dataclass(frozen=True, slots=True)
class Witness:
    """A specification that answers the question, with the data by which the kernel checks it."""

    question: Question
    formalism: str
    proof: Proof
    speak: Speak | None = field(default=None, compare=False, repr=False)

    def check(self) -> None:
        """Let the kernel check the proof again; raise `certify.Refused` if it does not hold."""
        from specexpr.certify.checking import check

        check(self.question.claim(), self.formalism, self.proof)

    def words(self) -> Words:
        """Return what is said of the witness."""
        return _words(self.question, self.proof, self.speak)

    def explain(self) -> str:
        """Say in words what the witness is."""
        return self.words().text


@dataclass(frozen=True, slots=True)
class Certificate:
    """An irreducible conflict: constraints that no specification of the formalism meets together."""

    question: Question
    formalism: str
    proof: Proof
    speak: Speak | None = field(default=None, compare=False, repr=False)

    def check(self) -> None:
        """Let the kernel check the proof again; raise `certify.Refused` if it does not hold."""
        from specexpr.certify.checking import check

        check(self.question.claim(), self.formalism, self.proof)

    def words(self) -> Words:
        """Return what is said of the certificate."""
        return _words(self.question, self.proof, self.speak)

    def explain(self) -> str:
        """Say in words why the constraints contradict each other, with their lines in the file."""
        return self.words().text


def _words(question: Question, proof: Proof, speak: Speak | None) -> Words:
    from specexpr.expressivity.explanation import words_of

    return words_of(question, proof) if speak is None else speak(question, proof)


@dataclass(frozen=True, slots=True)
class Expressible:
    """Some specification orders the policies as asked: this one.

    `size` are the proved bounds on the economy of the smallest one, where the formalism measures one.
    """

    witness: Witness
    proof: Exactness = Exactness.EXACT
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Inexpressible:
    """No specification does: these constraints contradict each other in every one."""

    certificate: Certificate
    proof: Exactness = Exactness.EXACT


@dataclass(frozen=True, slots=True)
class Undecided:
    """Out of reach: `reason` starts with what gave out ("limit", "time") and says how far it got."""

    reason: str


Verdict = Expressible | Inexpressible | Undecided

GIVE_A_DISCOUNT = "give a discount: write `discount 9/10` in the task, or give --discount 9/10"
"""The reason of a formalism that cannot look for a discount itself."""


def proved(
    question: Question, formalism: str, proof: Proof | Undecided, speak: Speak | None = None
) -> Verdict:
    """Return the verdict that a proof shows once the kernel has accepted it.

    Raises InternalError where the kernel refuses it; a proof too large for the kernel is `Undecided`.
    """
    from specexpr.certify.checking import Answer, check, kind_of, size_of

    if isinstance(proof, Undecided):
        return proof
    try:
        answer = check(question.claim(), formalism, proof)
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")
    except Refused as refusal:
        raise InternalError(f"the kernel refused a proof in {formalism}: {refusal}") from refusal
    kind = kind_of(proof)
    exactness = Exactness.EXACT if kind is None else kind.exactness
    if answer is Answer.EXPRESSIBLE:
        return Expressible(Witness(question, formalism, proof, speak), exactness, size_of(proof, formalism))
    return Inexpressible(Certificate(question, formalism, proof, speak), exactness)
