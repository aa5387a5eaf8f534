"""Quantiles and means of the worst outcomes, against their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from specexpr.solve.risk.functionals import Outcomes, cvar, outcomes, quantile, spectral

LEVELS = [Fraction(k, 12) for k in range(1, 13)]


def draw(random: Random) -> Outcomes:
    """Return some law."""
    numerators = random.sample(range(-9, 10), random.randint(1, 5))
    masses = [random.randint(1, 4) for _ in numerators]
    return outcomes(dict(zip(numerators, masses, strict=True)), random.choice((1, 2, 3)), sum(masses))


def quantile_function(law: Outcomes, cells: int) -> Sequence[Fraction]:
    """Return the quantiles at k / cells, k = 1, .., from the outcomes listed one by one."""
    listed = [x for x, p in law for _ in range(int(p * cells))]
    assert len(listed) == cells
    return listed


def test_against_the_quantile_function() -> None:
    """The quantile at k/n is the k-th of n equally likely outcomes; CVaR is the mean of the first k."""
    random = Random(1)
    for _ in range(60):
        law = draw(random)
        cells = 12 * law.below
        listed = quantile_function(law, cells)
        for level in LEVELS:
            k = int(level * cells)
            assert quantile(law, level) == listed[k - 1]
            assert cvar(law, level) == sum(listed[:k], Fraction(0)) / k


def test_the_formula_of_rockafellar_and_uryasev() -> None:
    """CVaR is the greatest z - E max(z - G, 0) / a, attained at the quantile."""
    random = Random(2)
    for _ in range(60):
        law = draw(random)
        for level in LEVELS:

            def bound(z: Fraction) -> Fraction:
                return z - sum((p * max(z - x, Fraction(0)) for x, p in law), Fraction(0)) / level  # noqa: B023 -- called at once

            assert cvar(law, level) == max(bound(x) for x, _ in law) == bound(quantile(law, level))


def test_at_the_ends() -> None:
    """At level 1 CVaR is the mean and the quantile the best outcome; at a small one both are the worst."""
    random = Random(3)
    for _ in range(40):
        law = draw(random)
        assert cvar(law, Fraction(1)) == sum(p * x for x, p in law)
        assert quantile(law, Fraction(1)) == law.greatest
        tiny = Fraction(1, 2 * law.below)
        assert cvar(law, tiny) == quantile(law, tiny) == law.least


def test_better_laws_are_worth_more() -> None:
    """What moves outcomes upwards lowers nothing; a certain amount is added as such."""
    random = Random(4)
    for _ in range(60):
        law = draw(random)
        moved = Outcomes([n + 5 for n in law.numerators], law.scale, law.masses, law.below)
        raised = dict(zip(law.numerators, law.masses, strict=True))
        n = random.choice(list(raised))
        mass = raised.pop(n)
        raised[n + 1] = raised.get(n + 1, 0) + mass
        better = outcomes(raised, law.scale, law.below)
        for level in LEVELS:
            assert cvar(moved, level) == cvar(law, level) + Fraction(5, law.scale)
            assert cvar(better, level) >= cvar(law, level)
            assert quantile(better, level) >= quantile(law, level)


def test_a_mixture_integrates_its_spectrum() -> None:
    """A mixture of CVaRs is the integral of a spectrum that does not increase times the quantile function."""
    random = Random(5)
    for _ in range(40):
        law = draw(random)
        some = random.sample(LEVELS, 3)
        mixture = list(zip((Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)), some, strict=True))
        cells = 12 * law.below
        spectrum = [
            sum((w / a for w, a in mixture if Fraction(k, cells) <= a), Fraction(0))
            for k in range(1, cells + 1)
        ]
        assert sum(spectrum) == cells
        integral = sum(f * q for f, q in zip(spectrum, quantile_function(law, cells), strict=True)) / cells
        assert spectral(law, mixture) == integral
