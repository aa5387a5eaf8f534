"""How much witnesses say: counted as a reader of the witness would count."""

from __future__ import annotations

from fractions import Fraction

import pytest

import specexpr as sx
from specexpr.certify.checking import Answer, proof_kinds
from specexpr.certify.proofs import RewardEntry, RewardWitness
from specexpr.comparison.asking import Answered, answers, named_formalisms, plan
from specexpr.comparison.economy import Count, size_of_witness, size_text
from specexpr.expressivity.verdict import Expressible, Witness

HOME = """
discount 9/10
environment home { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in home { * -> a }
policy ab in home { s0 -> a; s1 -> b }
policy ba in home { s0 -> b; s1 -> a }
policy bb in home { * -> b }
objective left  in home = reward { s0 / a: 1 }
objective right in home = reward { s1 / a: 2; s1 / b: 1 }
"""


def answered(task: str, formalism: str) -> Answered:
    """Return the answer to the only task of a document."""
    planned = plan(sx.loads(HOME + task).tasks, named_formalisms([formalism]))
    (one,) = answers(planned)
    return one


def said(task: str, formalism: str) -> str:
    return size_text(size_of_witness(answered(task, formalism).verdict))


@pytest.mark.parametrize(
    ("formalism", "size"),
    [
        ("mr", "1 entry"),
        ("lar", "1 entry"),
        ("rrl", "1 entry"),
        ("lexmax", "1 reward, 1 entry"),
        ("maxmin", "1 reward, 1 entry"),
        ("rm", "1 state, 1 entry"),
        ("ltl", "1 symbol"),
        ("omo", "2 values"),
        ("onmr", "1 entry, 2 values"),
        ("feasible", "1 threshold, 1 entry"),
        ("maxsat", "1 threshold, 1 entry"),
    ],
)
def test_one_entry(formalism: str, size: str) -> None:
    """That a is done first can be said with one entry, one atom, two values."""
    task = "task t in home { aa > ba; ab > bb }"
    assert said(task, formalism) == size


def test_memory() -> None:
    """Doing the two actions in turn needs a machine of two states, or the greatest of two rewards."""
    task = "task t in home { accept ab ba }"
    (states, entries) = size_of_witness(answered(task, "rm").verdict)
    assert states == Count(2, "state")
    assert entries.noun == "entry"
    assert said(task, "ltl") == "4 symbols"
    assert size_of_witness(answered(task, "maxmax").verdict)[0] == Count(2, "reward")


def test_given() -> None:
    """Of given objectives what is chosen is counted: priorities, thresholds, weights that are not 0."""
    task = "task t in home { aa > ba; given left, right }"
    assert said(task, "lexmax").endswith("priorities")
    assert said(task, "linear") in ("1 weight", "2 weights")
    assert "level" in said(task, "monotone")


def test_a_verdict_without_witness() -> None:
    """There is nothing to count in a conflict."""
    assert size_of_witness(answered("task t in home { accept ab ba }", "mr").verdict) == ()


def test_zeros_are_not_written() -> None:
    """An entry that is 0 is not counted."""
    question = answered("task t in home { aa > bb }", "mr").question
    reward = (RewardEntry(0, 0, None, Fraction(0)), RewardEntry(1, 0, None, Fraction(1)))
    witness = Witness(question, "mr", RewardWitness(Fraction(9, 10), reward, ()))
    assert size_of_witness(Expressible(witness)) == (Count(1, "entry"),)


def test_every_kind_of_witness_is_counted() -> None:
    """Each kind of proof that shows a specification is known by the types of its data."""
    from specexpr.comparison import economy

    kinds = [kind for kind in proof_kinds().values() if kind.verdict is Answer.EXPRESSIBLE]
    types = {data.__name__: data for kind in kinds for data in kind.data}
    assert {name: vars(economy).get(name) for name in types} == types
