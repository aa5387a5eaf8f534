"""Markov rewards of which the least, or the greatest, return counts: proves `expressible`.

`maxmin`: a policy is worth min over k of J_k; `maxmax`: the greatest. J_k is linear in the discounted
occupancy, which the kernel solves for on small models or checks; a constant c is the reward c (1 - g) on
every step. A proof may carry, as `single`, one that no single Markov reward does: then two or more are
needed.

**All deterministic policies.** All behaviours are looked at, unless the greatest return counts and no
reward can return more than the good policies are worth. J_k is at most c / (1 - g), c being the most that
R_k pays in the mean on a pair, with equality only for policies that keep to pairs that pay c. So a policy
that is worth as much as a good one keeps to such pairs of some k, and only those that do are looked at. See
`pages/rewards.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import cast

from specexpr.certify.chain import Chain, Key
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.features import Features, features, read_numbers, write_numbers
from specexpr.certify.model import Claim, Setting, Table
from specexpr.certify.node import Node
from specexpr.certify.one_reward import AGGREGATED
from specexpr.certify.ordering import check_order, every_behaviour
from specexpr.certify.outcomes import kept
from specexpr.certify.proofs import NodeNumbers, Refused, RewardEntry
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.single import Proof, check_single, least_rewards, read_single, write_single
from specexpr.exact import rational_text

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class RewardsWitness:
    """Rewards; visits of policies where models are large. `single` is a proof that one reward does not do."""

    discount: Fraction
    rewards: tuple[tuple[RewardEntry, ...], ...]
    numbers: tuple[NodeNumbers, ...] = ()
    single: Proof | None = None


def check_rewards(claim: Claim, formalism: str, proof: RewardsWitness) -> None:
    """Check that the least or greatest returns order everything in the claim as asked. Raises Refused."""
    if claim.setting != Setting():
        raise Refused("the question fixes more than a discount, the proof is about free rewards")
    if not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has a discount that is not between 0 and 1, or not the question's")
    if not proof.rewards:
        raise Refused("the witness has no reward")
    known = features("mr", replace(claim, discount=proof.discount), proof.numbers)
    worth = Worth(known, formalism, proof)
    check_order(claim, worth.of_policy, rivals=worth.rivals)
    known.check_rest()
    check_single(claim, proof.single)


@dataclass(slots=True)
class Worth:
    """What policies are worth to the least or greatest of some rewards, given the index of their model."""

    known: Features
    formalism: str
    proof: RewardsWitness
    pays: list[list[Mapping[int, Fraction]]] = field(init=False)
    chains: list[Chain] = field(init=False)
    _values: dict[tuple[int, Key], Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chains = [Chain(model) for model in self.known.walker.claim.models]
        self.pays = [[_means(chain, reward) for chain in self.chains] for reward in self.proof.rewards]

    def returns(self, model: int, table: Table) -> list[Fraction]:
        """Return what a policy gets from each reward. Raises Refused."""
        index = self.chains[model].index
        visits: dict[int, Fraction] = {}
        for key, x in self.known.policy(model, table).items():
            s, a = cast("tuple[int, int]", key[:2])  # in a family the next state follows
            pair = index[s][a]
            visits[pair] = visits.get(pair, _ZERO) + x
        here = [pays[model] for pays in self.pays]
        return [sum((x * pays[p] for p, x in visits.items() if p in pays), _ZERO) for pays in here]

    def of_policy(self, model: int, table: Table) -> Fraction:
        """Return the least, or the greatest, of its returns. Raises Refused."""
        key = model, self.chains[model].behaviour(table)[1]
        if key not in self._values:
            choose = min if self.formalism == "maxmin" else max
            self._values[key] = choose(self.returns(model, table))
        return self._values[key]

    def rivals(self, chain: Chain, good: tuple[Table, ...]) -> Iterator[Table]:
        """Yield deterministic policies: if no bad one among them is as good as a good one, none is."""
        model = next(i for i, one in enumerate(self.chains) if one.model is chain.model)
        least = min(self.of_policy(model, table) for table in good)
        tops = [(pays[model], _top(chain, pays[model])) for pays in self.pays]
        bound = least * (1 - self.proof.discount)
        if self.formalism == "maxmin" or any(top > bound for _, top in tops):
            yield from every_behaviour(chain, good)
            return
        for pays, top in tops:
            if top == bound:
                yield from kept(chain, bytearray(pays.get(p, _ZERO) == top for p in range(len(chain.state))))


def _means(chain: Chain, reward: tuple[RewardEntry, ...]) -> Mapping[int, Fraction]:
    """Return the mean of a reward on the pairs of a model that it pays for. Raises Refused."""
    if len({(entry.state, entry.action, entry.next) for entry in reward}) < len(reward):
        raise Refused("the witness gives two rewards to one step")
    found: dict[int, Fraction] = {}
    for entry in reward:
        pair = chain.index[entry.state].get(entry.action)
        if pair is not None:
            law = dict(chain.model.rows[entry.state][entry.action])
            share = Fraction(1) if entry.next is None else law.get(entry.next, _ZERO)
            found[pair] = found.get(pair, _ZERO) + share * entry.value
    return found


def _top(chain: Chain, pays: Mapping[int, Fraction]) -> Fraction:
    """Return the most that is paid on a pair."""
    return max(pays.get(p, _ZERO) for p in range(len(chain.state)))


def size_of_rewards(proof: RewardsWitness) -> tuple[int, int]:
    """Return how many rewards are needed at least, and how many there are."""
    return least_rewards(proof.single), len(proof.rewards)


def read_rewards(node: Node, scope: Scope) -> RewardsWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "rewards", optional=("numbers", "single"))
    return RewardsWitness(
        entry["discount"].rational(),
        tuple(read_entries(item, scope) for item in entry["rewards"].items()),
        read_numbers(entry["numbers"], scope) if "numbers" in entry else (),
        read_single(entry["single"], scope) if "single" in entry else None,
    )


def write_rewards(proof: RewardsWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {
        "discount": rational_text(proof.discount),
        "rewards": [write_entries(reward, scope) for reward in proof.rewards],
    }
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    if proof.single is not None:
        found["single"] = write_single(proof.single, scope)
    return found


PROOF = ProofKind(
    kind="rewards",
    verdict=Answer.EXPRESSIBLE,
    formalisms=AGGREGATED,
    data=(RewardsWitness,),
    check=check_rewards,
    read=read_rewards,
    write=write_rewards,
    size=size_of_rewards,
)
