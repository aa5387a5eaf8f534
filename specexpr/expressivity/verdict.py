"""Verdicts: expressible with a witness, inexpressible with a certificate, or undecided with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate, RewardWitness


class Exactness(StrEnum):
    """How a proof carries its numbers: exactly, or enclosed in intervals that the kernel checks."""

    EXACT = "exact"
    ENCLOSURE = "enclosure"


@dataclass(frozen=True, slots=True)
class Expressible:
    """Some specification orders the policies as asked: this one."""

    witness: RewardWitness
    proof: Exactness = Exactness.EXACT


@dataclass(frozen=True, slots=True)
class Inexpressible:
    """No specification does: these constraints contradict each other in every one."""

    certificate: FarkasCertificate | EnclosureCertificate
    proof: Exactness = Exactness.EXACT


@dataclass(frozen=True, slots=True)
class Undecided:
    """Out of reach: `reason` starts with what gave out ("limit", "time") and says how far it got."""

    reason: str


Verdict = Expressible | Inexpressible | Undecided
