"""Risk: what utilities, spectra, levels and rates make of published and derived choices between lotteries.

A policy chooses a lottery in the first step; the return is what it pays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import pytest

import specexpr
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.kinds.parameter import BaseWitness
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict

Lotteries = dict[str, dict[int, str]]

ALLAIS: Lotteries = {
    "A": {1: "1"},
    "B": {1: "89/100", 5: "1/10", 0: "1/100"},
    "C": {1: "11/100", 0: "89/100"},
    "D": {5: "1/10", 0: "9/10"},
}

SURE: Lotteries = {f"sure{x}": {x: "1"} for x in range(4)}

COIN: Lotteries = {"sure": {1: "1"}, "coin": {0: "1/2", 3: "1/2"}}


def document(lotteries: Lotteries, task: str) -> str:
    """Return a document in which each action of the first state draws a lottery."""
    outcomes = sorted({x for one in lotteries.values() for x in one})
    actions = [f"a{k}" for k, _ in enumerate(lotteries)]

    def lines() -> Iterator[str]:
        yield f"environment lab {{ states start {' '.join(f'n{x}' for x in outcomes)}"
        yield f"actions {' '.join(actions)}; start start"
        for action, law in zip(actions, lotteries.values(), strict=True):
            yield f"start / {action} -> {{ {', '.join(f'n{x}: {p}' for x, p in law.items())} }}"
        yield from (f"n{x} / * -> n{x}" for x in outcomes)
        yield "}"
        for action, name in zip(actions, lotteries, strict=True):
            yield f"policy {name} in lab {{ start -> {action}; * -> a0 }}"
        pays = "; ".join(f"start / * / n{x}: {x}" for x in outcomes)
        yield f"objective gain in lab = total {{ {pays} }}"
        yield f"task t in lab {{ {task}; given gain }}"

    return "\n".join(lines()) + "\n"


def verdict(lotteries: Lotteries, task: str, formalism: str) -> Verdict:
    """Return the verdict of a formalism on a task about lotteries, its proof checked once more."""
    (asked,) = loads(document(lotteries, task)).tasks
    found = specexpr.check(asked, formalism)
    match found:
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            proof.check()
            return found
        case undecided:
            raise AssertionError(undecided)


def is_had(lotteries: Lotteries, task: str, formalism: str) -> bool:
    return isinstance(verdict(lotteries, task, formalism), Expressible)


SHAPES = ("increasing", "nondecreasing", "increasing concave", "nondecreasing concave")


@pytest.mark.parametrize("shape", SHAPES)
def test_no_utility_has_the_preferences_of_allais(shape: str) -> None:
    """A over B and D over C: the half mixture of A and D is that of B and C. Published: Allais 1953."""
    found = verdict(ALLAIS, f"A > B; D > C; utility {shape}", "eu")
    assert isinstance(found, Inexpressible)
    proof = found.certificate.proof
    assert isinstance(proof, DominanceCertificate)
    assert [term.weight for term in proof.terms] == [Fraction(1, 2)] * 2


def test_a_spectrum_has_the_preferences_of_allais() -> None:
    """A mixture of CVaRs does, but no CVaR alone, and no entropic value. Derived."""
    task = "A > B; D > C"
    assert is_had(ALLAIS, task, "spectral")
    assert not is_had(ALLAIS, task, "cvar")
    assert not is_had(ALLAIS, task, "entropic")


def test_either_half_of_allais_can_be_had() -> None:
    """A over B by caution, D over C by the mean; and A over B together with C over D. Derived."""
    for task in ("A > B", "D > C", "A > B; C > D"):
        assert all(is_had(ALLAIS, task, formalism) for formalism in ("eu", "spectral", "cvar", "entropic"))


def test_an_algebraic_rate() -> None:
    """1 for sure ties with 0 or 3 half and half: entropic at z = exp(b) = (sqrt(5) - 1) / 2 only. Derived."""
    found = verdict(COIN, "sure ~ coin", "entropic")
    assert isinstance(found, Expressible)
    proof = found.witness.proof
    assert isinstance(proof, BaseWitness)
    assert proof.unit == 1
    assert not isinstance(proof.base, Fraction)
    assert proof.base.minpoly == (-1, 1, 1)
    assert proof.base.lo < (math.sqrt(5) - 1) / 2 < proof.base.hi
    assert is_had(COIN, "sure > coin", "entropic")
    assert is_had(COIN, "coin > sure", "entropic")
    assert not is_had(COIN | {"two": {2: "1"}}, "sure ~ coin; coin ~ two", "entropic")


def test_ties_tell_increasing_from_nondecreasing() -> None:
    """Sure 1 ~ sure 0 and sure 3 > sure 2: a nondecreasing utility does, no increasing one. Derived."""
    task = "sure1 ~ sure0; sure3 > sure2"
    assert is_had(SURE, f"{task}; utility nondecreasing", "eu")
    assert not is_had(SURE, f"{task}; utility increasing", "eu")
    assert not is_had(SURE, task, "eu"), "increasing is meant"


STOCHASTIC: Lotteries = {
    "low": {0: "1/2", 2: "1/2"},
    "high": {0: "1/4", 2: "3/4"},
    "steady": {1: "1"},
}


def test_single_pairs_are_refused_by_dominance() -> None:
    """First-order dominance refuses increasing utilities, second-order dominance concave ones. Published.

    Hadar and Russell, Rules for Ordering Uncertain Prospects (1969).
    """
    for shape in SHAPES:
        assert not is_had(STOCHASTIC, f"low > high; utility {shape}", "eu")
        assert is_had(STOCHASTIC, f"low > steady; utility {shape}", "eu") is ("concave" not in shape)
        assert is_had(STOCHASTIC, f"steady > low; utility {shape}", "eu")
    assert not is_had(STOCHASTIC, "low > steady", "spectral")
    assert not is_had(STOCHASTIC, "low > steady", "cvar")
    assert is_had(STOCHASTIC, "low > steady", "entropic"), "b may be positive"


def test_utilities_and_spectra_differ_on_several_pairs_only() -> None:
    """Allais separates them one way; lotteries mixed with a third one separate them the other way. Derived.

    Independence: if A is over B then A mixed with C is over B mixed with C, for utilities, not for spectra.
    """
    task = "A > B; D > C; utility increasing concave"
    assert not is_had(ALLAIS, task, "eu")
    assert is_had(ALLAIS, task, "spectral")
    shifted: Lotteries = {
        "A": {1: "1"},
        "B": {0: "1/2", 3: "1/2"},
        "C": {11: "1"},
        "D": {10: "1/2", 13: "1/2"},
    }
    task = "A > B; D > C; utility increasing concave"
    assert is_had(shifted, task, "eu"), "caution may pass with wealth"
    assert not is_had(shifted, task, "spectral"), "what is added for sure changes no CVaR"
    assert not is_had(shifted, task, "entropic")
