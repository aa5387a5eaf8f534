"""Short ways to ask questions in tests: documents as text in, verdicts out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations

import specexpr
from specexpr.document import loads
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict


def question(text: str) -> Question:
    """Return the question of the only task of a document."""
    (task,) = loads(text).tasks
    return Question(task=task, options=task.options)


def decided(text: str) -> Verdict:
    """Return the verdict on the only task of a document, by the public way."""
    (task,) = loads(text).tasks
    return specexpr.check(task, "mr")


def explained(text: str) -> str:
    """Return what the proof of the only task of a document says of itself."""
    match decided(text):
        case Expressible(witness=witness):
            return witness.explain()
        case Inexpressible(certificate=certificate):
            return certificate.explain()
        case undecided:
            raise AssertionError(undecided)


def is_markov(text: str) -> bool:
    """Say whether a Markov reward expresses the only task of a document; the proof is checked once more."""
    match decided(text):
        case Expressible(witness=witness):
            witness.check()
            return True
        case Inexpressible(certificate=certificate):
            certificate.check()
            return False
        case undecided:
            raise AssertionError(undecided)


def strict_orders(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield every strict order of names, worst first and joined by '<', with the lines that ask for it."""
    for order in permutations(names):
        yield "<".join(order), "; ".join(f"{better} > {worse}" for worse, better in pairwise(order))
