"""Discounted returns of policies under several Markov rewards, and what a return says of a policy.

J_i = sum_s d(s) R_i(s), d the visits and R_i(s) the mean of what R_i pays in s under the policy. In states
that the policy reaches d is positive. So J_i = 0 where R_i vanishes on all pairs that it takes, and J_i is
not 0 where R_i is of one sign on them and somewhere not 0: neither needs d. Otherwise d is solved for on
small models, or carried: numbers e on the states with residual r = start + g e P - e are off by at most
|r|_1 / (1 - g), since d - e = r (I - g P)^-1; hence J_i is off by that times the largest |R_i(s)|.

**One reward for several.** Let R = sum_i B^i R_i with whole R_i, and let D be such that every policy at hand
has a number 0 < D' <= D with D' d(s, a, t) whole for all steps. If B > 2 D^2 r / (1 - g), where r bounds the
means |R_i(s, a)|, then J tells all J_i: if two policies have equal J, then sum_i B^i z_i = 0 for the whole
z_i = D' D'' (J_i' - J_i''), |z_i| < B. The first z_i that is not 0 would be a multiple of B.

**D.** For a policy let L_s be a whole number such that L_s pi(a|s) T(t|s, a) is whole, and g = p/q. On the
reached states M = (I - g P)^T diag(q L_s) is a matrix of whole numbers and d(s) = q L_s x_s with M x = start.
So det(M) c x is whole, c being the denominator of the start, and so is det(M) c d(s, a, t). Finally
0 < det(M) = prod(q L_s) det(I - g P) <= prod(q L_s), for log det(I - g P) = - sum_k g^k tr(P^k) / k.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm, prod

from specexpr.certify.chain import SMALL, Chain, Key
from specexpr.certify.model import Claim, PolicyConstraint, Table
from specexpr.certify.ordering import MOST_BEHAVIOURS
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy, TooLarge
from specexpr.certify.valuation import valuation
from specexpr.exact import Interval, Number, bounds, common_denominator

Visits = tuple[list[int], int, Fraction]
"""Integers over a denominator, and by how much they may be off altogether."""

_ZERO = Fraction(0)


@dataclass(slots=True)
class Returns:
    """The returns of policies under some rewards; `gains[i][m][p]` is what reward i pays for pair p of m."""

    chains: Sequence[Chain]
    discount: Fraction
    gains: list[list[dict[int, Fraction]]]
    carried: dict[tuple[int, Key], StateOccupancy] = field(default_factory=dict)
    _visits: dict[tuple[int, Key], Visits] = field(default_factory=dict)
    _known: dict[tuple[int, int, Key], Number] = field(default_factory=dict)

    def carry(self, occupancies: Sequence[StateOccupancy]) -> None:
        """Take visits that a proof carries. Raises Refused where they do not fit."""
        for one in occupancies:
            if not 0 <= one.model < len(self.chains):
                raise Refused("the witness carries visits in an environment that the task does not have")
            chain = self.chains[one.model]
            if not len(one.table) == len(one.occupancy) == len(chain.index):
                raise Refused("the witness carries visits that do not fit the environment")
            self.carried[one.model, chain.behaviour(one.table)[1]] = one

    def is_at(self, i: int, model: int, table: Table, wanted: Number) -> bool:
        """Say whether the i-th return of a policy is the wanted one, or within it. Raises Refused."""
        if bounds(wanted) == (_ZERO, _ZERO):
            gains = self._taken(i, model, table)
            if not any(gains):
                return True
            if min(gains) >= 0 or max(gains) <= 0:
                return False
        low, high = self._bounds(i, model, table)
        least, most = bounds(wanted)
        if least <= low and high <= most:
            return True
        if high < least or low > most:
            return False
        raise Refused("the carried visits are too rough to tell two returns apart")

    def is_at_least(self, i: int, model: int, table: Table, least: Fraction) -> bool:
        """Say whether the i-th return of a policy is at least a number. Raises Refused."""
        gains = self._taken(i, model, table)
        if not least and (min(gains) >= 0 or max(gains) <= 0):
            return min(gains) >= 0
        low, high = self._bounds(i, model, table)
        if low < least <= high:
            raise Refused("the carried visits are too rough to tell on which side of a threshold a return is")
        return low >= least

    def is_nowhere_paid(self, i: int, model: int) -> bool:
        """Say whether no step of a model is paid by a reward, some perhaps being charged."""
        return max(self.gains[i][model].values(), default=_ZERO) <= 0

    def _bounds(self, i: int, model: int, table: Table) -> tuple[Fraction, Fraction]:
        key = i, model, self.chains[model].behaviour(table)[1]
        if key not in self._known:
            self._known[key] = self._enclosed(i, model, table)
        return bounds(self._known[key])

    def _taken(self, i: int, model: int, table: Table) -> list[Fraction]:
        """Return what reward i pays for the pairs that a policy takes where it goes."""
        chain, gains = self.chains[model], self.gains[i][model]
        return [gains.get(chain.index[s][a], _ZERO) for s in chain.behaviour(table)[0] for a, _ in table[s]]

    def _enclosed(self, i: int, model: int, table: Table) -> Number:
        chain, gains = self.chains[model], self.gains[i][model]
        order, _ = chain.behaviour(table)
        mean: dict[int, Fraction] = {}
        for s in order:
            paid = [(p, gains[chain.index[s][a]]) for a, p in table[s] if chain.index[s][a] in gains]
            if paid:
                mean[s] = paid[0][1] if len(table[s]) == 1 else sum((p * x for p, x in paid), _ZERO)
        if not any(mean.values()):
            return _ZERO
        values, over, off = self._visited(model, table)
        total = sum((values[s] * x for s, x in mean.items()), _ZERO) / over
        if not off:
            return total
        off *= max(map(abs, mean.values()))
        return Interval(total - off, total + off)

    def _visited(self, model: int, table: Table) -> Visits:
        chain = self.chains[model]
        key = model, chain.behaviour(table)[1]
        if key not in self._visits:
            given = self.carried.get(key)
            if given is None:
                if len(chain.index) > SMALL:
                    raise Refused("a model of this size needs the visits of its policies with the proof")
                self._visits[key] = *chain.occupancy(table, self.discount, None), _ZERO
            else:
                values, over = common_denominator(given.occupancy)
                residual, scale = chain.flow_residual(given.table, self.discount, values, over)
                off = Fraction(sum(map(abs, residual)), scale) / (1 - self.discount)
                self._visits[key] = values, over, off
        return self._visits[key]

    def rule(self, model: int, wanted: Sequence[Number | None]) -> bytearray | None:
        """Return which pairs a deterministic policy with such returns may take; None if there is none.

        Where the return under a reward of one sign is 0, the policy takes only pairs that are paid 0; where
        it is not 0 and one pair alone is paid for, the policy takes that pair.
        """
        chain = self.chains[model]
        allowed = bytearray([1]) * len(chain.state)
        forced: dict[int, int] = {}
        for value, reward in zip(wanted, self.gains, strict=True):
            gains = {p: x for p, x in reward[model].items() if x}
            if value is None or len({x > 0 for x in gains.values()}) > 1:
                continue
            low, high = bounds(value)
            if low == high == 0:
                for p in gains:
                    allowed[p] = 0
            elif low > 0 or high < 0:
                if not gains:
                    return None
                if len(gains) == 1:
                    (p,) = gains
                    if forced.setdefault(chain.state[p], p) != p:
                        return None
        for s, pair in forced.items():
            for p in chain.index[s].values():
                if p != pair:
                    allowed[p] = 0
        return allowed


def returns_of(
    chains: Sequence[Chain], discount: Fraction, rewards: Sequence[Sequence[RewardEntry]]
) -> Returns:
    """Return the returns under some rewards on the steps of some models."""
    gains = []
    for reward in rewards:
        here = []
        for chain in chains:
            known = valuation(chain, discount, reward)
            here.append({p: Fraction(n, known.below * chain.below[p]) for p, n in known.reward.items() if n})
        gains.append(here)
    return Returns(chains, discount, gains)


def kept(chain: Chain, allowed: bytearray) -> Iterator[Table]:
    """Yield a policy for each deterministic behaviour that takes allowed pairs only. Raises TooLarge."""
    first = [((next(iter(actions)), Fraction(1)),) for actions in chain.index]
    pending: list[tuple[dict[int, int], list[int]]] = [({}, [s for s, _ in chain.model.start])]
    spent = 0
    while pending:
        chosen, waiting = pending.pop()
        spent += 1
        if spent > MOST_BEHAVIOURS:
            raise TooLarge(f"more than {MOST_BEHAVIOURS} deterministic policies would have to be valued")
        while waiting:
            s = waiting.pop()
            if s in chosen:
                continue
            options = [(a, p) for a, p in chain.index[s].items() if allowed[p]]
            if not options:
                break
            for a, p in options[1:]:
                pending.append(({**chosen, s: a}, [*waiting, *chain.successors[p]]))
            chosen[s] = options[0][0]
            waiting += chain.successors[options[0][1]]
        else:
            yield tuple(((chosen[s], Fraction(1)),) if s in chosen else row for s, row in enumerate(first))


def least_base(claim: Claim, returns: Returns) -> Fraction:
    """Return 2 D^2 r / (1 - g), above which one reward tells all returns of the policies of a claim."""
    most = max(abs(x) for reward in returns.gains for gains in reward for x in (*gains.values(), _ZERO))
    largest = max(_denominators(claim, returns.chains, returns.discount))
    return 2 * largest**2 * most / (1 - returns.discount)


def _denominators(claim: Claim, chains: Sequence[Chain], discount: Fraction) -> Iterator[int]:
    """Yield bounds of D for the policies that a claim names, and for all deterministic ones it means."""
    q = discount.denominator
    yield 1
    for model, table in named_policies(claim):
        chain = chains[model]
        found = chain.start_below
        for s in chain.behaviour(table)[0]:
            found *= q * lcm(*(p.denominator * chain.below[chain.index[s][a]] for a, p in table[s]))
        yield found
    for model in {accept.model for accept in claim.acceptable if accept.over is None}:
        chain = chains[model]
        largest = (max(chain.below[p] for p in actions.values()) for actions in chain.index)
        yield chain.start_below * prod(q * below for below in largest)


def named_policies(claim: Claim) -> Iterator[tuple[int, Table]]:
    """Yield the policies that a claim names, with the index of their model."""
    for c in claim.constraints:
        if isinstance(c, PolicyConstraint):
            yield c.model, c.better
            yield c.model, c.worse
    for accept in claim.acceptable:
        yield from ((accept.model, table) for table in (*accept.good, *(accept.over or ())))
