"""Say in words what proves a verdict: why constraints contradict each other, or which reward meets them.

Nothing is decided here: the numbers are those of the proof.
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.checking import kind_of
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import Acceptance
from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate, RewardWitness, Term
from specexpr.expressivity.conflict_text import ConflictText, Wording, discounted_at, visiting
from specexpr.expressivity.everywhere_text import algebraic_reward_words, everywhere_words
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import counted, joined, line_numbers, number_text, some, with_lines
from specexpr.expressivity.reward_text import is_rounded, reward_lines, value_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Witness, Words

_FEW_TERMS = 8
LISTED = 10
"""Lines of a reward that are shown."""


def words_of(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof on Markov rewards, or where nothing better is known of its kind."""
    match proof:
        case MixtureCertificate(line=line):
            good = counted(len(proof.good), "accepted policy")
            summary = f"a mixture of {good} is not accepted{line_numbers([line])}"
            return Words(summary, _mixture_text(question, proof), () if line is None else (line,))
        case FarkasCertificate() | EnclosureCertificate():
            clock = "" if proof.discount is None else discounted_at(proof.discount)
            return conflict_words(question, proof, visiting(question, "Markov reward", clock=clock))
        case RewardWitness():
            return reward_words(Witness(question, "mr", proof))
        case FarkasAnyCertificate():
            return everywhere_words(question, proof, visiting(question, "Markov reward"))
        case AlgebraicReward():
            return algebraic_reward_words(question, proof)
        case _:
            kind = kind_of(proof)
            name = type(proof).__name__ if kind is None else kind.kind
            said = f"a proof of kind {name}"
            return Words(said, f"{said}; specexpr explain {name} says more")


def conflict_words(
    question: Question, proof: FarkasCertificate | EnclosureCertificate, wording: Wording
) -> Words:
    """Return why no specification of a linear formalism meets the constraints, with their lines."""
    text = ConflictText(question, proof.terms, wording)
    if isinstance(proof, EnclosureCertificate):
        story = text.enclosed()
    else:
        story = text.whole() if len(proof.terms) <= _FEW_TERMS else text.abridged()
    lines = tuple(sorted({term.line for term in proof.terms if term.line is not None}))
    return Words(conflict_summary(proof.terms), story, lines)


def conflict_summary(terms: Sequence[Term]) -> str:
    """Return in one line which constraints contradict each other."""
    where = line_numbers(term.line for term in terms)
    if len(terms) == 1:
        return f"two policies that behave alike{where}"
    return f"conflict of {counted(len(terms), 'constraint')}{where}"


def reward_words(witness: Witness) -> Words:
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
    reward = witness.proof.reward
    is_zero = not any(entry.value for entry in reward)
    summary = "the reward that is 0 everywhere" if is_zero else f"reward with {counted(len(reward), 'entry')}"
    if witness.question.options.discount is None:
        summary += f" at discount {discount}"
    return Words(summary, "\n".join([*head, *value_lines(witness)]))


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
