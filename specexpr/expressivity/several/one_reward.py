"""Answer a question about lexicographic orders of free rewards: as for one Markov reward.

On finitely many policies they say the same; `certify.one_reward` proves it.
"""

from __future__ import annotations

from dataclasses import replace

from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.proofs import RewardWitness
from specexpr.expressivity.explanation import words_of
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Proof, Undecided, Verdict, Words, proved


def answer_with_one_reward(question: Question, formalism: str) -> Verdict:
    """Return a proved verdict: one reward, or the conflict that rules out every list of rewards."""
    return proved(question, formalism, _proof(question), speak)


def _proof(question: Question) -> Proof | Undecided:
    if question.options.discount is None:
        from specexpr.expressivity.everywhere import decide_everywhere

        return decide_everywhere(question.claim(), "mr", deadline=question.deadline)
    from specexpr.expressivity.markov import decide_markov_reward

    match decide_markov_reward(question):
        case Expressible(witness=witness):
            return witness.proof
        case Inexpressible(certificate=certificate):
            return certificate.proof
        case undecided:
            return undecided


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of the proof about one reward, and why it is one about lists of rewards."""
    words = words_of(question, proof)
    if isinstance(proof, RewardWitness | AlgebraicReward):
        return replace(words, text=f"{words.text}\nOne reward is a list of one: no list is needed.")
    more = (
        "A list of rewards of which the first one counts most orders finitely many policies as one reward "
        "does: the first one with a little of the second added, less of the third, and so on."
    )
    return replace(words, text=f"{words.text}\n{more}")
