"""Which deterministic policies may meet several thresholds, without looking at those that surely do not.

The actions are chosen state by state as a policy comes by, so that every chosen pair (s, a) is taken. Let no
pair that can still be taken be paid by R_i. Then however the choice goes on the return is at most 0, and less
if a chosen pair is charged, since it is visited. So c_i > 0 is missed, and so is c_i = 0 in the second case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.model import Table
from specexpr.certify.ordering import MOST_BEHAVIOURS
from specexpr.certify.outcomes import Returns
from specexpr.certify.proofs import TooLarge

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Actions by state, the states to go on with, and for each reward what is known of it.

    open: how many paid pairs can still be taken, for each reward; charged: whether a chosen pair is charged.
    """

    chosen: dict[int, int]
    waiting: list[int]
    open: list[int]
    charged: bytearray


def may_meet(returns: Returns, model: int, least: Sequence[Fraction]) -> Iterator[Table]:
    """Yield a policy for each deterministic behaviour that may have its i-th return at least least[i].

    Raises TooLarge.
    """
    chain = returns.chains[model]
    rewards = [(i, returns.gains[i][model]) for i, c in enumerate(least) if c >= 0]
    touched: list[list[int]] = [[] for _ in chain.index]  # rewards that say something of a state
    for i, gains in rewards:
        for s in {chain.state[p] for p, x in gains.items() if x}:
            touched[s].append(i)
    paid = [sum(x > 0 for x in reward[model].values()) for reward in returns.gains]
    if any(not paid[i] and least[i] > 0 for i, _ in rewards):
        return
    first = [((next(iter(actions)), _ONE),) for actions in chain.index]
    start = _Choice({}, [s for s, _ in chain.model.start], paid, bytearray(len(paid)))
    pending = [start]
    spent = 0
    while pending:
        now = pending.pop()
        while now.waiting and now.waiting[-1] in now.chosen:
            now.waiting.pop()
        if not now.waiting:
            chosen = now.chosen
            yield tuple(((chosen[s], _ONE),) if s in chosen else row for s, row in enumerate(first))
            continue
        spent += 1
        if spent > MOST_BEHAVIOURS:
            raise TooLarge(f"more than {MOST_BEHAVIOURS} deterministic policies would have to be valued")
        s = now.waiting.pop()
        for a, p in reversed(chain.index[s].items()):
            further = _taken(returns, model, now, s, p, touched[s])
            if not any(not further.open[i] and (least[i] > 0 or further.charged[i]) for i in touched[s]):
                further.chosen[s] = a
                further.waiting.extend(chain.successors[p])
                pending.append(further)


def _taken(returns: Returns, model: int, now: _Choice, s: int, pair: int, touched: Sequence[int]) -> _Choice:
    """Return a choice in which a pair of s is taken, so that no other pair of s can be."""
    still, charged = list(now.open), bytearray(now.charged)
    others = [p for p in returns.chains[model].index[s].values() if p != pair]
    for i in touched:
        gains = returns.gains[i][model]
        still[i] -= sum(gains.get(p, _ZERO) > 0 for p in others)
        charged[i] |= gains.get(pair, _ZERO) < 0
    return _Choice(dict(now.chosen), list(now.waiting), still, charged)
