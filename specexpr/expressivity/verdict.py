"""Verdicts: expressible with a witness, inexpressible with a certificate, or undecided with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate, RewardWitness
from specexpr.certify.proofs import Exactness as Exactness
from specexpr.expressivity.task import Question


@dataclass(frozen=True, slots=True)
class Witness:
    """A specification that answers the question, with the data by which the kernel checks it."""

    question: Question
    formalism: str
    proof: RewardWitness

    def check(self) -> None:
        """Let the kernel check the proof again; raise `certify.Refused` if it does not hold."""
        from specexpr.certify.checking import check

        check(self.question.claim(), self.formalism, self.proof)

    def explain(self) -> str:
        """Say in words what the witness is."""
        from specexpr.expressivity.explanation import explain_witness

        return explain_witness(self)


@dataclass(frozen=True, slots=True)
class Certificate:
    """An irreducible conflict: constraints that no specification of the formalism meets together."""

    question: Question
    formalism: str
    proof: FarkasCertificate | EnclosureCertificate | MixtureCertificate

    def check(self) -> None:
        """Let the kernel check the proof again; raise `certify.Refused` if it does not hold."""
        from specexpr.certify.checking import check

        check(self.question.claim(), self.formalism, self.proof)

    def explain(self) -> str:
        """Say in words why the constraints contradict each other, with their lines in the file."""
        from specexpr.expressivity.explanation import explain_certificate

        return explain_certificate(self)


@dataclass(frozen=True, slots=True)
class Expressible:
    """Some specification orders the policies as asked: this one."""

    witness: Witness
    proof: Exactness = Exactness.EXACT


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
