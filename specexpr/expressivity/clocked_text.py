"""Say in words what proves a verdict under a clock: rewards on steps with their values, or a conflict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.features import features
from specexpr.certify.kinds.step_reward import StepRewardWitness, at_discount, step_values
from specexpr.certify.proofs import FarkasCertificate
from specexpr.exact import rational_text
from specexpr.expressivity.conflict_text import Wording
from specexpr.expressivity.explanation import LISTED, conflict_words
from specexpr.expressivity.naming import called
from specexpr.expressivity.phrases import counted, line_numbers
from specexpr.expressivity.reward_text import is_rounded, reward_lines, valued_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Witness, Words
from specexpr.models.policy import behaviour


@dataclass(frozen=True, slots=True)
class Manner:
    """How to speak of a formalism that is linear in what steps pay.

    formalism: its id; wording: that of its conflicts; options: what its specifications share, such as
    "horizon 10", or nothing.
    """

    formalism: str
    wording: Wording
    options: str = ""


def clocked_words(question: Question, proof: Proof, manner: Manner) -> Words:
    """Return what is said of a proof."""
    if isinstance(proof, FarkasCertificate):
        return _conflict_words(question, proof, manner)
    if isinstance(proof, StepRewardWitness):
        return _witness_words(question, proof, manner)
    raise TypeError(f"no words for {type(proof).__name__}")


def _conflict_words(question: Question, proof: FarkasCertificate, manner: Manner) -> Words:
    words = conflict_words(question, proof, manner.wording)
    if len(proof.terms) == 1:
        (term,) = proof.terms
        model = question.task.environments[term.model].model
        if behaviour(model, term.better) != behaviour(model, term.worse):  # type: ignore[arg-type] # tables
            summary = f"two policies that it cannot tell apart{line_numbers(words.lines)}"
            return Words(summary, words.text, words.lines)
    return words


def _witness_words(question: Question, proof: StepRewardWitness, manner: Manner) -> Words:
    witness = Witness(question, manner.formalism, proof)
    lines = [*reward_lines(witness), *_regulariser_lines(question, proof)]
    noun = manner.wording.noun
    about = f"{noun}, {manner.options}" if manner.options else noun
    if not lines:
        summary, head = f"the {noun} that is 0 everywhere", [f"The {about} that is 0 everywhere."]
    else:
        count = len(proof.reward) + len(proof.regulariser)
        own = "" if proof.discount is None else f" at discount {rational_text(proof.discount)}"
        summary = f"{noun} with {counted(count, 'entry')}{own}"
        rest = "" if lines[0].startswith("* / *:") else ", 0 where nothing is listed"
        rest += ', rounded where it says "about"' if is_rounded(witness) else ""
        shown = [f"  {line}" for line in lines[:LISTED]]
        head = [f"{about[0].upper()}{about[1:]}{rest}:", *shown]
        if len(lines) > LISTED:
            head.append(f"  ... and {counted(len(lines) - LISTED, 'more line')}")
    claim = at_discount(question.claim(), manner.formalism, proof)
    value = step_values(features(manner.formalism, claim, proof.numbers), proof)
    return Words(summary, "\n".join([*head, *valued_lines(question, value)]))


def _regulariser_lines(question: Question, proof: StepRewardWitness) -> Iterator[str]:
    """Yield the regulariser as an objective would write it: with alpha 1 it is what is taken away."""
    actions = question.task.environments[0].actions
    laws = [(law, value) for law, value in proof.regulariser if value]
    if laws:
        yield "alpha 1"
    for law, value in laws:
        yield f"regulariser {law_text(law, actions)}: {rational_text(-value)}"


def law_text(law: tuple[tuple[int, Fraction], ...], actions: tuple[str, ...]) -> str:
    """Return a law of actions as the language writes it."""
    return "{ " + ", ".join(f"{called(actions[a])}: {rational_text(p)}" for a, p in law) + " }"
