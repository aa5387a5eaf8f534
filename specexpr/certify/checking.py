"""Check a proof of a claim: the one entry to the kernel.

A kind of proof is one module in `kinds`, found by its place there, that ends in `PROOF = ProofKind(...)`.
What has to be trusted is `model`, `proofs`, this module, `chain`, `valuation` and `asked`, and for each kind
its module (for `reward` also `acceptance`); of a proof in a text also `node`, `scope`, `reading`, `document`.

This module only dispatches: it knows no kind by name. It trusts that the claim is well formed (what comes
from a text has been validated by `reading`), and that a proof's tables and indices are; nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from specexpr.certify.model import Claim
from specexpr.certify.proofs import Exactness, Refused
from specexpr.diagnostics import InternalError

Data = Any  # a kind's own frozen dataclass: only its own functions look inside


class Answer(StrEnum):
    """What a result answers."""

    EXPRESSIBLE = "expressible"
    INEXPRESSIBLE = "inexpressible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofKind:
    """A kind of proof: what it proves, for which formalisms, and how it is checked, read and written.

    data: the types of its proofs, which no other kind has.
    check: (claim, formalism, proof) -> None, or Refused with the reason.
    read: (a reader at the proof's object, the claim's scope) -> proof; write: (proof, scope) -> that object.
    size: proof -> the bounds on the least size of a specification that an accepted proof shows, or None;
    `sized`: the formalisms of which it does, by default all.
    """

    kind: str
    verdict: Answer
    formalisms: frozenset[str]
    data: tuple[type, ...]
    check: Callable[[Claim, str, Data], None]
    read: Callable[..., Data]
    write: Callable[..., dict[str, object]]
    size: Callable[[Data], tuple[int, int] | None] | None = None
    sized: frozenset[str] | None = None
    exactness: Exactness = Exactness.EXACT


@cache
def proof_kinds() -> Mapping[str, ProofKind]:
    """Return every kind of proof by name, in alphabetical order."""
    home = importlib.import_module("specexpr.certify.kinds")
    found: dict[str, ProofKind] = {}
    for info in pkgutil.iter_modules(home.__path__):
        module = importlib.import_module(f"{home.__name__}.{info.name}")
        kind = getattr(module, "PROOF", None)
        if not isinstance(kind, ProofKind):
            raise InternalError(f"{module.__name__} must end in PROOF = ProofKind(...)")
        if kind.kind in found or any(set(kind.data) & set(other.data) for other in found.values()):
            raise InternalError(f"{module.__name__} claims a kind or a type of proof that another module has")
        found[kind.kind] = kind
    return MappingProxyType(dict(sorted(found.items())))


def kind_of(proof: Data) -> ProofKind | None:
    """Return the kind of a proof, by its type."""
    return next((kind for kind in proof_kinds().values() if type(proof) in kind.data), None)


def check(claim: Claim, formalism: str, proof: Data) -> Answer:
    """Return what a proof shows of a claim in a formalism; raise Refused with the reason otherwise."""
    kind = kind_of(proof)
    if kind is None:
        raise Refused(f'"{type(proof).__name__}" is not a kind of proof')
    if formalism not in kind.formalisms:
        raise Refused(f'a proof of kind "{kind.kind}" proves nothing about the formalism "{formalism}"')
    kind.check(claim, formalism, proof)
    return kind.verdict


def size_of(proof: Data, formalism: str = "") -> tuple[int, int] | None:
    """Return the bounds on the least size of a specification of a formalism that an accepted proof shows."""
    kind = kind_of(proof)
    if kind is None or kind.size is None or (kind.sized is not None and formalism not in kind.sized):
        return None
    return kind.size(proof)
