"""Say in words what proves a verdict on given objectives or one return: dominance, or what does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from specexpr.certify.asked import asked_terms
from specexpr.certify.chain import Chain
from specexpr.certify.kinds.coefficients import (
    CoefficientsWitness,
    SpectrumWitness,
    UtilityWitness,
    WeightsWitness,
    coefficient_values,
)
from specexpr.certify.kinds.dominance import DominanceCertificate, features_of
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.parameter_cells import CellsCertificate
from specexpr.certify.law import Law
from specexpr.certify.measure import given_values
from specexpr.certify.model import Relation, Table
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.risk import net_weights, returns_of
from specexpr.expressivity.conflict_text import ConflictText, Wording
from specexpr.expressivity.explanation import conflict_summary
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import joined, line_numbers, lottery, number_text
from specexpr.expressivity.reward_text import entry_text, valued_lines
from specexpr.expressivity.risk.parameter_text import cells_words, parameter_words
from specexpr.expressivity.task import Question
from specexpr.expressivity.trajectory_text import lotteries_words
from specexpr.expressivity.verdict import Proof, Words

_FEW_TERMS = 8
_FEW_POLICIES = 6
_FEW_OUTCOMES = 8
_FEW_POINTS = 12

Speak = Callable[[Question, Proof], Words]

_NOUNS = {
    "linear": "weighted sum",
    "eu": "utility",
    "spectral": "spectral risk measure",
    "cvar": "CVaR",
    "entropic": "entropic value",
}


def speaking(formalism: str) -> Speak:
    """Return what says in words what proves a verdict of a formalism."""

    def speak(question: Question, proof: Proof) -> Words:
        match proof:
            case DominanceCertificate():
                return _dominance_words(question, formalism, proof)
            case WeightsWitness() | UtilityWitness() | SpectrumWitness():
                return _coefficient_words(question, formalism, proof)
            case CellsCertificate():
                return cells_words(question, formalism, proof)
            case LotteriesCertificate():
                return lotteries_words(question, proof, noun_of(question, formalism))
            case _:
                return parameter_words(question, formalism, proof)

    return speak


def noun_of(question: Question, formalism: str) -> str:
    """Return what specifications are called, with what the question asks of them."""
    shape = question.setting.utility
    if formalism == "eu" and shape is not None:
        return f"{shape.value} {_NOUNS[formalism]}"
    if formalism == "linear" and question.setting.nonnegative:
        return "sum with nonnegative weights"
    return _NOUNS[formalism]


def given_names(question: Question) -> list[str]:
    """Return the names of the given objectives."""
    return [called(one.name) for one in question.setting.given]


# -- dominance ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dominance:
    """How the second of two mixtures is at least as good as the first one.

    verb: "first-order stochastically dominates". why: what that means. is_equal: the two are as one.
    is_more: every specification values the second more, not only as much.
    """

    verb: str
    why: str
    is_equal: bool = False
    is_more: bool = False


def _dominance_words(question: Question, formalism: str, proof: DominanceCertificate) -> Words:
    terms = proof.terms
    lines = tuple(sorted({term.line for term in terms if term.line is not None}))
    text = ConflictText(question, terms, Wording(noun_of(question, formalism), ""))
    more, less = text.lotteries()
    if not more or text.behaving_alike(more, less) is not None:
        return Words(conflict_summary(terms), text.whole(), lines)
    how = _dominance(question, formalism, proof)
    sides = [more, less] if how.is_equal else [less, more]
    subject, other = (_mixed(side, formalism) for side in sides)
    places = ["the first" if len(side) > 1 else next(iter(side)) for side in sides]
    places[1] = "the second" if len(sides[1]) > 1 else places[1]
    wanted = places[sides.index(more)]
    every = f"every {noun_of(question, formalism)}"
    if len(sides[0]) > 1:
        subject = subject[0].upper() + subject[1:]
    said = f"{subject} {how.verb} {other}{how.why}."
    if how.is_equal:
        said += f" So {every} values {'both' if len(more) == 1 or len(less) == 1 else 'the two'} alike."
    else:
        said += f" So {every} values {places[0]} {'more' if how.is_more else 'at least as much'}."
    strictly = any(term.relation is Relation.STRICT for term in terms)
    wish = f"{wanted} to be worth {'more' if strictly else 'no less'}"
    if len(terms) <= _FEW_TERMS:
        said += f" Yet the task wants {wish}: {text.constraints()}."
    else:
        said += f" Yet {len(terms):,} constraints of the task together want {wish}. {text.heaviest()}"
    summary = conflict_summary(terms)
    if len(terms) == 1:
        one, two = (next(iter(side)) for side in sides)
        summary = f"{one} {how.verb} {two}{line_numbers(lines)}"
    return Words(summary, "\n".join([said, *_evidence(question, formalism, terms)]), lines)


def _mixed(side: Mapping[str, Fraction], formalism: str) -> str:
    """Return a lottery in words; as an average for spectral risk, of quantile functions and not of laws."""
    text = lottery(list(side.items()))
    if formalism != "spectral" or len(side) == 1:
        return text
    return text.replace("mixing", "averaging", 1).replace("a mixture", "an average", 1)


def _dominance(question: Question, formalism: str, proof: DominanceCertificate) -> _Dominance:
    claim = question.claim()
    if formalism == "linear":
        names = given_names(question)
        to = f"to {names[0]}" if len(names) == 1 else f"to each of {joined(names)}"
        if claim.setting.nonnegative:
            return _Dominance(f"is worth at least as much {to} as", "")
        return _Dominance(f"is worth exactly as much {to} as", "", is_equal=True)
    chains = [Chain(model) for model in claim.models]
    mixture = net_weights(chains, asked_terms(claim, chains, proof.terms), proof.terms)
    features = features_of(claim, formalism, mixture)
    is_more = not any(term.relation is Relation.STRICT for term in proof.terms)
    if formalism == "spectral":
        if not any(features):
            return _Dominance("has at every level exactly the CVaR of", "", is_equal=True)
        verb = "a greater CVaR than" if is_more else "at least the CVaR of"
        return _Dominance(f"has at every level {verb}", "", is_more=is_more)
    if not any(features):
        return _Dominance("has exactly the law of returns of", "", is_equal=True)
    shape = claim.setting.utility
    if shape is not None and shape.is_concave:
        why = ": for every x, the mean of the lesser of its return and x is no smaller"
        why += ", and its mean is greater" if is_more else ""
        return _Dominance("second-order stochastically dominates", why, is_more=is_more)
    why = ": for every x, it returns x or more with no smaller probability"
    why += ", for some x with a greater one" if is_more else ""
    return _Dominance("first-order stochastically dominates", why, is_more=is_more)


def _evidence(question: Question, formalism: str, terms: Sequence[Term]) -> Iterator[str]:
    """Yield the laws of the policies of some terms, or what they are worth to given objectives, if few."""
    claim, names = question.claim(), Names(question.task)
    sides: dict[str, tuple[int, Table]] = {}
    for term in terms:
        for side in (term.better, term.worse):
            sides.setdefault(names(term.model, side), (term.model, cast(Table, side)))
    if len(sides) > _FEW_POLICIES or len(claim.setting.given) > _FEW_OUTCOMES:
        return
    if formalism == "linear":
        known = given_values(claim.setting.given, claim.models)
        for k, objective in enumerate(given_names(question)):
            values = [f"{name} {number_text(known.value(k, *side))}" for name, side in sides.items()]
            yield f"Worth to {objective}: {'; '.join(values)}"
        return
    try:
        returns = returns_of(claim)
        laws = {name: returns.law(*side) for name, side in sides.items()}
    except Refused:
        return
    if all(len(law) <= _FEW_OUTCOMES for law in laws.values()):
        yield f"Returns: {'; '.join(f'{name} {law_text(law)}' for name, law in laws.items())}"


def law_text(law: Law) -> str:
    """Return a law in words.

    >>> law_text(((Fraction(0), Fraction(1, 3)), (Fraction(3), Fraction(2, 3))))
    '0 (1/3) or 3 (2/3)'
    """
    if len(law) == 1:
        return number_text(law[0][0])
    outcomes = [f"{number_text(x)} ({number_text(p)})" for x, p in law]
    return f"{', '.join(outcomes[:-1])} or {outcomes[-1]}"


# -- coefficients ------------------------------------------------------------------------------------------


def _coefficient_words(question: Question, formalism: str, proof: CoefficientsWitness) -> Words:
    body, summary = _written(question, proof)
    value = coefficient_values(question.claim(), formalism, proof)
    return Words(summary, "\n".join([body, *valued_lines(question, value)]))


def _written(question: Question, proof: CoefficientsWitness) -> tuple[str, str]:
    """Return a specification as an objective would write it, and in one line."""
    names = given_names(question)
    match proof:
        case WeightsWitness(weights=weights):
            body = ", ".join(f"{name}: {entry_text(w)}" for name, w in zip(names, weights, strict=True))
            said = f"linear {{ {body} }}"
            if not any(weights):
                return f"{said}, to which all policies are worth the same.", "all weights 0"
            return said, said if len(said) <= 60 else f"weights of {len(weights)} objectives"
        case UtilityWitness(points=points):
            entries = [f"{entry_text(x)}: {entry_text(u)}" for x, u in points]
            said = f"utility {{ {', '.join(entries)} of {names[0]} }}"
            summary = said if len(said) <= 60 else f"a utility by {len(points)} points"
            if len(points) > _FEW_POINTS:
                shown = ", ".join((*entries[: _FEW_POINTS - 2], "...", entries[-1]))
                said = f"utility {{ {shown} of {names[0]} }}, by {len(points)} points"
            return f"{said}, linear between these returns and beyond them", summary
        case SpectrumWitness(parts=parts):
            body = ", ".join(f"{entry_text(w)} at {entry_text(t)}" for t, w in parts)
            said = f"spectral {{ {body} of {names[0]} }}"
            return said, said if len(said) <= 60 else f"a spectrum of {len(parts)} levels"
