"""Send work to another process and its result back, as bytes.

Both sides know the question of the work and its environments; the result refers to them by number, so nothing
large comes back, and what comes back is about the very question that was asked. Functions that say in words
what a proof is cannot travel: the words go in their place.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from specexpr.comparison.asking import Answered, Inquiry
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Certificate, Proof, Witness, Words
from specexpr.formalism import Formalism, find_formalism


@dataclass(frozen=True, slots=True)
class Spoken:
    """Says of a proof what was said of it where it was found."""

    words: Words

    def __call__(self, question: Question, proof: Proof) -> Words:
        return self.words


def pack(value: object, *, known: Sequence[object] = ()) -> bytes:
    """Return a value as bytes; `known` are objects that the other side has too, in the same order."""
    file = io.BytesIO()
    _Pickler(file, known).dump(value)
    return file.getvalue()


def unpack(data: bytes, *, known: Sequence[object] = ()) -> Any:
    """Return the value that `pack` made these bytes of."""
    return _Unpickler(io.BytesIO(data), known).load()


def known_of(work: Inquiry | Answered) -> tuple[object, ...]:
    """Return what both sides know of some work."""
    question = work.question
    return (question, question.task, *question.task.environments)


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()

    def __init__(self, file: io.BytesIO, known: Sequence[object]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.known = {id(one): k for k, one in enumerate(known)}

    def persistent_id(self, value: object) -> int | None:
        return self.known.get(id(value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, known: Sequence[object]) -> None:
        super().__init__(file)
        self.known = known

    def persistent_load(self, number: int) -> object:
        return self.known[number]


Reduced = tuple[Callable[..., object], tuple[object, ...]]


def _mapping(value: MappingProxyType[Any, Any]) -> Reduced:
    return _proxy, (dict(value),)


def _proxy(value: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(value)


def _formalism(value: Formalism) -> Reduced:
    return find_formalism, (value.id,)


def _spoken(value: Witness | Certificate) -> Reduced:
    return type(value), (value.question, value.formalism, value.proof, Spoken(value.words()))


_Pickler.dispatch_table |= {
    MappingProxyType: _mapping,
    Formalism: _formalism,
    Witness: _spoken,
    Certificate: _spoken,
}
