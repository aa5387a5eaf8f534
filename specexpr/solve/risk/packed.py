"""Laws of returns on a lattice as one long integer each: mixing multiplies, shifts and adds integers.

A law on multiples of 1/scale from base/scale on is sum_k m_k 2^(width k), the mass of (base + k)/scale being
m_k / below. Masses are at most `below`, so that with 2^width > below they never run into each other. A first
run with the lengths alone finds the width and how much work there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, log2
from typing import Any

from flint import fmpz

from specexpr.solve.risk.functionals import Outcomes
from specexpr.solve.risk.laws import OutOfReach, Part, mixed_law
from specexpr.solve.risk.returns import Return, alive

MOST_BYTES = 6 * 10**9
"""So many bytes are written at most, in all."""
MOST_KEPT = 10**9
"""So many bytes are kept at most, at any time."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A law from `base` on; `numbers` is None where only lengths are worked out."""

    base: int
    length: int
    below: int
    numbers: Any = None


@dataclass(slots=True)
class _Lattice:
    """Mixes laws on multiples of 1/scale; without a width only their lengths."""

    scale: int
    width: int | None = None
    cells: int = 0
    kept: int = 0
    most_kept: int = 0
    bits: int = 0

    def point(self, value: Fraction) -> Packed:
        """Return the law of a number."""
        return Packed(self._steps(value), 1, 1, None if self.width is None else fmpz(1))

    def _steps(self, value: Fraction) -> int:
        steps = value * self.scale
        if steps.denominator > 1:
            raise OutOfReach
        return steps.numerator

    def mix(self, parts: Sequence[Part[Packed]]) -> Packed:
        """Return the law of a mixture."""
        if any(one.factor != 1 for one in parts):
            raise OutOfReach
        bases = [one.law.base + self._steps(one.shift) for one in parts]
        base = min(bases)
        length = max(low + one.law.length for low, one in zip(bases, parts, strict=True)) - base
        below = lcm(*[one.probability.denominator * one.law.below for one in parts])
        numbers = None
        if self.width is None:
            self.bits = max(self.bits, below.bit_length())
            self.cells += sum(one.law.length for one in parts)
            self.kept += length
            self.most_kept = max(self.kept, self.most_kept)
            if self.cells * self.bits > 8 * MOST_BYTES or self.most_kept * self.bits > 8 * MOST_KEPT:
                raise OutOfReach
        else:
            numbers = fmpz(0)
            for low, one in zip(bases, parts, strict=True):
                times = one.probability.numerator * (below // (one.probability.denominator * one.law.below))
                numbers += (one.law.numbers * times) << (self.width * (low - base))
        return Packed(base, length, below, numbers)

    def constant(self, law: Packed) -> Fraction | None:
        """Return the number whose law it is, if it is one of a number."""
        return Fraction(law.base, self.scale) if law.length == 1 else None

    def drop(self, law: Packed) -> None:
        """Count what is kept."""
        self.kept -= law.length


def packed_law(of: Return) -> Outcomes:
    """Return the law of a return whose factors are 1. Raises Infinite, and OutOfReach if it is too long."""
    weights = {*of.head, of.tail}
    pays = {e.pay for edges in of.chain.edges for e in edges}
    scale = lcm(*[(w * pay).denominator for w in weights for pay in pays])
    if _bytes_of_steps(of, scale) > MOST_BYTES:
        raise OutOfReach
    lengths = _Lattice(scale)
    mixed_law(of, lengths)
    width = -(-(lengths.bits + 1) // 8) * 8
    found = mixed_law(of, _Lattice(scale, width))
    size = width // 8
    whole = int(found.numbers).to_bytes(size * found.length, "little")
    masses = [int.from_bytes(whole[size * k : size * (k + 1)], "little") for k in range(found.length)]
    numerators = [found.base + k for k, mass in enumerate(masses) if mass]
    return Outcomes(numerators, scale, [mass for mass in masses if mass], found.below)


def _bytes_of_steps(of: Return, scale: int) -> float:
    """Return about how many bytes the first steps take, as if masses had the least common denominators.

    It is quick, where the lengths themselves take a run through all steps.
    """
    edges = of.chain.edges
    shares = lcm(*[e.probability.denominator for some in edges for e in some])
    span = max(e.pay for some in edges for e in some) - min(e.pay for some in edges for e in some)
    cells, bits, total = 1.0, 0.0, 0.0
    for weight, nodes in zip(reversed(of.head), reversed(alive(of)[:-1]), strict=True):
        total += cells * bits / 8 * sum(len(edges[x]) for x in nodes)
        cells += float(weight * span * scale)
        bits += log2(shares)
    return total
