"""Say in words which thresholds of free rewards order policies as asked, and how many there must be."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

from specexpr.certify.chain import Chain
from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.kinds.thresholds import ThresholdsWitness, size_of_thresholds
from specexpr.certify.outcomes import returns_of
from specexpr.certify.proofs import Refused, RewardEntry, RewardWitness
from specexpr.expressivity.explanation import LISTED
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import counted, joined, number_text, some
from specexpr.expressivity.reward_text import reward_lines
from specexpr.expressivity.sight_text import speaking
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Witness, Words

_SHOWN = 8


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    match proof:
        case CycleCertificate():
            return speaking("maxsat")(question, proof)
        case ThresholdsWitness():
            least, most = size_of_thresholds(proof)
            summary = counted(most, "threshold")
            if least < most:
                summary += f", at least {least} needed"
            return Words(summary, "\n".join(_lines(question, proof)))
        case _:
            raise TypeError(f"maxsat has no proof that is a {type(proof).__name__}")


def _lines(question: Question, proof: ThresholdsWitness) -> Iterator[str]:
    """Yield the rewards with their thresholds, which policies meet how many, and why so many there are."""
    places: dict[tuple[RewardEntry, ...], list[Fraction]] = {}
    for one in proof.thresholds:
        places.setdefault(one.reward, []).append(one.least)
    yield f"What counts is how many of these are met, discount {number_text(proof.discount)}:"
    for i, (reward, leasts) in enumerate(list(places.items())[:_SHOWN]):
        numbers = [number_text(x) + _times(len(list(same))) for x, same in groupby(sorted(leasts))]
        lines = reward_lines(Witness(question, "mr", RewardWitness(proof.discount, reward, ())))
        rest = "" if lines and lines[0].startswith("* / *:") else " 0 but for"
        yield f"R_{i + 1} at least {joined(numbers)}, where R_{i + 1} pays{rest if lines else ' nothing'}"
        yield from (f"  {line}" for line in lines[:LISTED])
        if len(lines) > LISTED:
            yield f"  ... and {counted(len(lines) - LISTED, 'more line')}"
    if len(places) > _SHOWN:
        yield f"... and {counted(len(places) - _SHOWN, 'more reward')}"
    yield from _counts(question, proof)
    least, _ = size_of_thresholds(proof)
    if least > 1:
        yield f"No fewer than {least} do: so many strict constraints lead down one after the other."


def _times(count: int) -> str:
    return "" if count == 1 else f" ({count} times)"


def _counts(question: Question, proof: ThresholdsWitness) -> Iterator[str]:
    """Yield how many thresholds the named policies meet, where that is quickly computed."""
    chains = [Chain(environment.model) for environment in question.task.environments]
    returns = returns_of(chains, proof.discount, [one.reward for one in proof.thresholds])
    returns.carry(proof.occupancies)
    names, found = Names(question.task), dict[int, list[str]]()
    named = dict.fromkeys((model, policy.table) for model, policy in question.task.policies)
    try:
        for model, table in named:
            numbered = enumerate(proof.thresholds)
            count = sum(returns.is_at_least(i, model, table, one.least) for i, one in numbered)
            found.setdefault(count, []).append(names(model, table))
    except Refused:
        return
    parts = [f"{n} met by {some(who, noun='policies')}" for n, who in sorted(found.items(), reverse=True)]
    yield f"Counts: {'; '.join(parts[:_SHOWN])}"
