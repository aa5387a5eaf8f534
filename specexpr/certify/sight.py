"""What formalisms see that do nothing but tell policies apart: their laws, or their tables.

Two policies, each in its model, are *alike* when they start alike, act alike and move alike where they go:
the models have one law of the start, and in every state that one of them reaches both choose each action
with one probability and are led on by one law. Then they reach the same states, and agree on the law L of
the trajectory and, at every discount g, on the occupancy d(s, a, t) = d(s) pi(a|s) T(t|s, a).

Conversely d at a single g tells all this. For d(s) = sum of d(s, a, t) over a and t is positive exactly where
the policy goes; there pi(a|s) and T(t|s, a) are quotients, and start(t) = d(t) - g sum d(s, a, t) over s and
a. L tells d. So equal L, equal d at one g, equal d at every g, and alike are the same, and by the *law* of a
policy any of them can be meant: functions and orders of d or of L give alike policies one value, and may give
any values to those that are not.

In one model, alike means to agree on the states that either reaches. Functions and orders of policies see
the table itself: a table is one policy wherever it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction

from specexpr.certify.asked import Listed
from specexpr.certify.chain import Chain
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Distribution,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.ordering import has_twin, holds
from specexpr.certify.proofs import Refused

OF_RETURNS = frozenset({"onmr", "omorl", "gomorl"})
OF_LAWS = frozenset({"fomr", "omo", "ftlr", "tlo"})
OF_TABLES = frozenset({"fpr", "po"})
COUNTING = frozenset({"maxsat"})
"""How many returns are high enough: of free rewards, see `kinds.thresholds`."""

_ONE = Fraction(1)


class Sight:
    """What one formalism sees of the policies in the models of a claim."""

    def __init__(self, claim: Claim, formalism: str) -> None:
        self.is_of_tables = formalism in OF_TABLES
        self.chains: Sequence[Chain] = [Chain(model) for model in claim.models]
        self._numbers: dict[Hashable, int] = {}
        self._names: dict[tuple[int, Hashable], Hashable] = {}

    def name(self, model: int, table: Table) -> Hashable:
        """Return a name that two policies share iff the formalism cannot tell them apart."""
        chain = self.chains[model]
        if len(self.chains) == 1:
            return chain.key(table) if self.is_of_tables else chain.behaviour(table)[1]
        key = model, chain.key(table) if self.is_of_tables else chain.behaviour(table)[1]
        if key not in self._names:
            self._names[key] = self._table(table) if self.is_of_tables else self._law(model, table)
        return self._names[key]

    def _table(self, table: Table) -> Hashable:
        return tuple(map(self._number, table))

    def _law(self, model: int, table: Table) -> Hashable:
        chain, number = self.chains[model], self._number
        rows = chain.model.rows
        where = sorted(chain.behaviour(table)[0])
        steps = ((s, number(table[s]), *(number(rows[s][a]) for a, _ in table[s])) for s in where)
        return number(chain.model.start), *steps

    def _number(self, law: Distribution) -> int:
        return self._numbers.setdefault(law, len(self._numbers))

    def moved(self, model: int, table: Table, to: int) -> Table | None:
        """Return a deterministic policy of a model that has the name of a policy of another one, if any."""
        rows = self.chains[to].model.rows
        reached = range(len(table)) if self.is_of_tables else self.chains[model].behaviour(table)[0]
        if any(len(table[s]) > 1 or table[s][0][0] not in rows[s] for s in reached):
            return None
        there = list(table)
        for s in set(range(len(table))).difference(reached):
            if len(table[s]) > 1 or table[s][0][0] not in rows[s]:
                there[s] = ((next(iter(rows[s])), _ONE),)
        found = tuple(there)
        return found if self.name(to, found) == self.name(model, table) else None


def check_values(
    claim: Claim,
    sight: Sight,
    value: Callable[[int, Table], Fraction],
    others: Callable[[AcceptableSet, Fraction], None],
) -> None:
    """Check every constraint and acceptable set of a claim. Raises Refused.

    value: (model, policy) -> its value. others: (set among all deterministic policies, the least value of its
    good ones) -> None once those that are not named are seen to be as the set asks, or Refused.
    """
    for c in claim.constraints:
        if isinstance(c, TrajectoryConstraint):
            raise Refused("the formalism does not compare sequences")
        if not holds(c.relation, value(c.model, c.better), value(c.model, c.worse)):
            where = "" if c.line is None else f" of line {c.line}"
            raise Refused(f'the witness does not meet a constraint "{c.relation}"{where}')
    for accept in claim.acceptable:
        names = Listed(sight.chains[accept.model], accept, merged=claim.modulo_unreachable)
        over = accept.over or ()
        good = [*accept.good, *(table for table in over if names.name(table) in names.good)]
        found = {value(accept.model, table) for table in good}
        if not found:
            continue
        if accept.acceptance is Acceptance.EQUAL and len(found) > 1:
            raise Refused("the witness does not give all good policies one value")
        for table in over:
            if names.name(table) not in names.good and value(accept.model, table) >= min(found):
                raise Refused("the witness does not put every good policy above every other one")
        if accept.over is None:
            others(accept, min(found))


def refuse_twins(claim: Claim, sight: Sight, accept: AcceptableSet) -> None:
    """Refuse a set that leaves out a policy with the law of a good one, unless such count as one."""
    chain = sight.chains[accept.model]
    if not claim.modulo_unreachable and any(has_twin(chain, accept, table) for table in accept.good):
        raise Refused("a policy that is not accepted behaves like one that is")
