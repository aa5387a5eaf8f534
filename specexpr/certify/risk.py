"""What attitudes to risk see of policies: the laws of one return, their means, and how mixtures compare.

A mixture is laws with weights that sum to 0: what one lottery over policies has more than another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.chain import Chain, Key
from specexpr.certify.clock import Average
from specexpr.certify.law import Law, Unbounded, law
from specexpr.certify.measure import Account, value
from specexpr.certify.model import Claim, Constraint, Model, PolicyConstraint, Table
from specexpr.certify.observing import compares_sequences
from specexpr.certify.proofs import Refused, Term, TooLarge

Parts: TypeAlias = Iterable[tuple[Law, Fraction]]

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Returns:
    """The one return that a claim gives, in its models; laws are remembered."""

    accounts: tuple[Account, ...]
    models: tuple[Model, ...]
    _laws: dict[tuple[int, Table], Law] = field(default_factory=dict)

    def law(self, model: int, table: Table) -> Law:
        """Return the law of the return of a policy. Raises Unbounded, and Refused."""
        key = model, table
        if key not in self._laws:
            self._laws[key] = law(self.accounts[model], self.models[model], table)
        return self._laws[key]

    def mean(self, model: int, table: Table) -> Fraction:
        """Return the mean return of a policy, also where it takes infinitely many values. Raises Refused."""
        try:
            return mean(self.law(model, table))
        except (Unbounded, TooLarge):
            return value(self.accounts[model], self.models[model], table)


def returns_of(claim: Claim) -> Returns:
    """Return the return that a claim gives. Raises Refused where it gives another number than one."""
    if len(claim.setting.given) != 1 or len(claim.setting.given[0].measures) != len(claim.models):
        raise Refused("the question does not give one return in every environment")
    found = []
    for measure in claim.setting.given[0].measures:
        if not isinstance(measure, Account) or isinstance(measure.clock, Average):
            raise Refused("what the question gives has no return")
        found.append(measure)
    return Returns(tuple(found), claim.models)


def refuse_hidden(claim: Claim) -> None:
    """Raise Refused unless the claim gives one return, a function of the steps that are observed."""
    returns_of(claim)
    if claim.setting.labels is not None or compares_sequences(claim):
        raise Refused("a return depends on more than what is observed")


def net_weights(
    chains: Sequence[Chain], asked: Sequence[Constraint], terms: Sequence[Term]
) -> list[tuple[int, Table, Fraction]]:
    """Return (model, policy, with what weight it enters the terms), those that behave alike once; no zeros.

    asked: the terms as constraints. Raises Refused where they compare sequences.
    """
    found: dict[tuple[int, Key], tuple[Table, Fraction]] = {}
    for c, term in zip(asked, terms, strict=True):
        if not isinstance(c, PolicyConstraint):
            raise Refused("the formalism does not compare sequences")
        for table, weight in ((c.better, term.weight), (c.worse, -term.weight)):
            name = c.model, chains[c.model].behaviour(table)[1]
            first, before = found.get(name, (table, _ZERO))
            found[name] = first, before + weight
    return [(model, table, weight) for (model, _), (table, weight) in found.items() if weight]


def mean(of: Law) -> Fraction:
    """Return the mean of a law."""
    return sum((x * p for x, p in of), _ZERO)


def lower_part(of: Law, level: Fraction) -> Fraction:
    """Return the integral of the quantile function from 0 to a level, 0 < level <= 1.

    >>> lower_part(((Fraction(0), Fraction(1, 2)), (Fraction(3), Fraction(1, 2))), Fraction(2, 3))
    Fraction(1, 2)
    """
    found, left = _ZERO, level
    for x, p in of:
        share = min(p, left)
        found += share * x
        left -= share
        if not left:
            break
    return found


def mixed(parts: Parts) -> list[tuple[Fraction, Fraction]]:
    """Return the signed measure of a mixture: (value, mass), ascending, no zeros."""
    found: dict[Fraction, Fraction] = {}
    for one, weight in parts:
        for x, p in one:
            found[x] = found.get(x, _ZERO) + weight * p
    return sorted((x, mass) for x, mass in found.items() if mass)


def first_order(parts: Parts) -> list[tuple[Fraction, Fraction]]:
    """Return (x, mass at x and above) of a mixture, wherever that changes, ascending.

    >>> one, other = ((Fraction(1), Fraction(1)),), ((Fraction(3), Fraction(1)),)
    >>> first_order([(one, Fraction(1)), (other, Fraction(-1))])
    [(Fraction(3, 1), Fraction(-1, 1))]
    """
    found, above = [], _ZERO
    points = mixed(parts)
    for x, mass in reversed(points[1:]):
        above += mass
        found.append((x, above))
    return found[::-1]


def second_order(parts: Parts) -> list[tuple[Fraction, Fraction]]:
    """Return (x, mean of min(value, x)) of a mixture, at the ends of its linear pieces, ascending.

    Below the first x it is 0, and beyond the last one as there: the mean.
    """
    parts = list(parts)
    points = mixed(parts)
    found, total = [], _ZERO
    for (low, _), (x, above) in zip(points, first_order(parts), strict=False):
        total += (x - low) * above
        found.append((x, total))
    return found


def lower_parts(parts: Parts) -> list[tuple[Fraction, Fraction]]:
    """Return (level, sum of weight times lower part) of a mixture, at the ends of its linear pieces, to 1."""
    turns: dict[Fraction, Fraction] = {_ZERO: _ZERO, _ONE: _ZERO}
    for one, weight in parts:
        level, before = _ZERO, _ZERO
        for x, p in one:
            turns[level] = turns.get(level, _ZERO) + weight * (x - before)
            level, before = level + p, x
    found = []
    last, slope, total = _ZERO, _ZERO, _ZERO
    for level in sorted(turns):
        total += slope * (level - last)
        if level and (turns[level] or level == 1):
            found.append((level, total))
        slope += turns[level]
        last = level
    return found
