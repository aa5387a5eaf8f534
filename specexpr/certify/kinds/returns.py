"""Rewards whose discounted returns tell how a trajectory begins: proves `expressible` for `inmr` and `imorl`.

A specification is (R_1, .., R_k, f, g), with k = 1 for `inmr`, and values a policy by the expectation of
f(G_1, .., G_k), G_j = sum_t g^t R_j(o_t). Here f is the sum of the values of those listed words in whose box
(G_1, .., G_k) lies. The box of a word w has the sides

    sum_(t < |w|) g^t R_j(w_t) + g^|w| / (1 - g) [least R_j, largest R_j],

where the returns of all trajectories are that begin with w. No others are there: let d_j be the least
difference of two values of R_j and r_j the greatest, and g r_j < d_j (1 - g). Let t < |w| be the first time
when some R_j(o_t) is not R_j(w_t). From there on G_j differs from the box by at least
g^t d_j - g^(t+1) r_j / (1 - g) > 0. So before |w| all rewards agree; and no observation but w_t itself has
all the rewards of w_t. Hence E f(G) is the sum of value times probability of the words.
See `pages/returns.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.kinds.function import (
    Expectation,
    ValuedWord,
    check_expectations,
    read_words,
    write_words,
)
from specexpr.certify.machine_text import observation_names, read_observation, write_observation
from specexpr.certify.model import Claim
from specexpr.certify.node import Node
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

ObservedReward = tuple[tuple[int, Fraction], ...]
"""What observations pay; those that are not listed pay 0."""


@dataclass(frozen=True, slots=True)
class ReturnsWitness:
    """Rewards of observations, a discount, and values of words that the returns tell apart."""

    discount: Fraction
    rewards: tuple[ObservedReward, ...]
    words: tuple[ValuedWord, ...]


def check_returns(claim: Claim, formalism: str, proof: ReturnsWitness) -> None:
    """Check that returns tell the words, and that these values order everything as asked. Raises Refused."""
    if claim.discount not in (None, proof.discount) or not 0 < proof.discount < 1:
        raise Refused("the witness has a discount that is not between 0 and 1, or not the question's")
    if not proof.rewards or (formalism == "inmr" and len(proof.rewards) > 1):
        raise Refused(f"{len(proof.rewards)} rewards are not as many as the formalism has")
    count = len(observations(claim).known)
    pays = [[Fraction(0)] * count for _ in proof.rewards]
    for reward, entries in zip(pays, proof.rewards, strict=True):
        if len(dict(entries)) < len(entries) or not all(0 <= o < count for o, _ in entries):
            raise Refused("a reward pays twice, or for what is never observed")
        for o, x in entries:
            reward[o] = x
        _check_code(sorted(set(reward)), proof.discount)
    paid = list(zip(*pays, strict=True))
    told = {together: sum(other == together for other in paid) for together in set(paid)}
    for o in {o for word, _ in proof.words for o in word}:
        if not 0 <= o < count or told[paid[o]] > 1:
            raise Refused("the rewards do not tell what the words observe from everything else")
    check_expectations(Expectation(claim, proof.words, {}), None)


def _check_code(values: list[Fraction], discount: Fraction) -> None:
    """Check that the return tells, step by step, which of these values was paid. Raises Refused."""
    least = min((y - x for x, y in pairwise(values)), default=Fraction(1))
    if not discount * (values[-1] - values[0]) < least * (1 - discount):
        raise Refused("the discount is too large for the returns to tell trajectories apart")


def read_returns(node: Node, scope: Scope) -> ReturnsWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "rewards", "words")
    known = observation_names(scope.claim, scope)
    rewards = []
    for item in entry["rewards"].items():
        reward = []
        for one in item.items():
            pay = one.fields("on", "value")
            reward.append((read_observation(pay["on"], known), pay["value"].rational()))
        rewards.append(tuple(reward))
    return ReturnsWitness(entry["discount"].rational(), tuple(rewards), read_words(entry["words"], known))


def write_returns(proof: ReturnsWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    known = [write_observation(o, scope) for o in observations(scope.claim).known]
    return {
        "discount": rational_text(proof.discount),
        "rewards": [[{"on": known[o], "value": rational_text(x)} for o, x in r] for r in proof.rewards],
        "words": write_words(proof.words, scope),
    }


PROOF = ProofKind(
    kind="returns",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"inmr", "imorl"}),
    data=(ReturnsWitness,),
    check=check_returns,
    read=read_returns,
    write=write_returns,
)
