"""Bad policies one action away from a good one: enough to compare where single switches improve policies.

Let some good policies be deterministic, and each deterministic policy that behaves like a good one be good. A
*neighbour* is a deterministic policy that is not good and differs from a deterministic good one in one state.
Claim: if every good policy beats every neighbour, it beats every deterministic policy that is not good.

**Discounted values**, also with discounts of states and actions, and with what a visit pays for a law of
actions: deterministic policies are those of a Markov reward. A policy that is not optimal can be improved in
one state, which lowers its value from no state; optimal policies are all that take optimal actions, and are
joined by single switches among themselves. So switches that lower no value lead from any bad b, and from any
deterministic good g, to optima and on to any other optimum. On the way from g no bad policy is met: the first
one would be a neighbour worth at least as much as the good policy before it. So all optima are good, and on
the way from b the last bad policy is a neighbour that is worth at least as much as b.

**Averages.** Let e > 0 be the least gap between good policies and neighbours. For g near 1, (1 - g) J_g is
within e / 4 of the average for each of the finitely many policies, so good ones still beat neighbours at g by
e / 2. By the above a bad b has J_g(b) <= J_g(f) for a neighbour f, so its average is at most that of f plus
e / 2: less than that of any good policy.

A switch where the good policy does not go gives a good one. So neighbours do what some good policy does on
the states that it reaches, but for one of them, and whatever they like elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from specexpr.certify.chain import Chain, Key
from specexpr.certify.model import Table
from specexpr.certify.ordering import MOST_BEHAVIOURS, behaviours
from specexpr.certify.proofs import TooLarge


def neighbours(chain: Chain, good: tuple[Table, ...]) -> Iterator[Table]:
    """Yield a policy for each behaviour one switch away from a good one; some of them may be good.

    All behaviours where no good policy is deterministic. Raises TooLarge when there are too many.
    """
    seen: set[Key] = set()
    classes = {}
    for table in good:
        order, alike = chain.behaviour(table)
        if all(len(table[s]) == 1 for s in order):
            classes[alike] = {s: table[s][0][0] for s in order}
    if not classes:
        yield from behaviours(chain.model)
    for actions in classes.values():
        for t, kept in actions.items():
            for b in chain.model.rows[t]:
                for table in behaviours(chain.model, {**actions, t: b}) if b != kept else ():
                    alike = chain.behaviour(table)[1]
                    if alike not in seen:
                        seen.add(alike)
                        if len(seen) > MOST_BEHAVIOURS:
                            raise TooLarge(
                                f"more than {MOST_BEHAVIOURS} neighbours of good policies are to value"
                            )
                        yield table
