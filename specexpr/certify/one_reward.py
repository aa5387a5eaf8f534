"""Lexicographic orders of free Markov rewards say of a claim what one Markov reward says.

Let R_1, .., R_k be rewards at one discount, and R = R_1 + e R_2 + .. + e^(k-1) R_k with e > 0. The returns J
are linear in the reward. If two policies differ in J first in R_i, by x, they differ in J under R by
e^(i-1) (x + e (..)), which has the sign of x where e is small; if they differ in none they tie. A claim is
about finitely many policies and sequences, so that one e serves them all. Conversely one reward is a list of
one. So a proof about one Markov reward at the discount of the claim is one about `lexmax`, and the number of
rewards that are needed is 1.

The least, or the greatest, return of one reward is its return: so a reward that serves the claim is a
witness of `maxmin` and `maxmax` too. And it is the aim of a `consat` whose constraint all policies meet. No
more is said of these: several rewards can do more than one.

That is so where the rewards are free. Where the question gives objectives it proves nothing.
"""

from __future__ import annotations

from specexpr.certify.model import Claim
from specexpr.certify.proofs import Refused

LEXICOGRAPHIC = frozenset({"lexmax"})
AGGREGATED = frozenset({"maxmin", "maxmax"})
CONSTRAINED = frozenset({"consat"})


def as_one_reward(claim: Claim, formalism: str) -> str:
    """Return the formalism that a proof must be about to prove the same of this one. Raises Refused.

    Of `maxmin`, `maxmax` and `consat` that holds for witnesses only.
    """
    if formalism not in LEXICOGRAPHIC | AGGREGATED | CONSTRAINED:
        return formalism
    if claim.setting.given:
        raise Refused("the question gives objectives, the proof is about free rewards")
    return "mr"
