"""Whether values order everything in a claim as asked; sets among all policies are enumerated.

Every kind of witness that values each policy on its own ends here. Values may be of any exact ordered type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import prod
from types import MappingProxyType
from typing import Any, TypeVar

from specexpr.certify.asked import Listed
from specexpr.certify.chain import Chain, Key
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Distribution,
    Model,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import Refused, TooLarge

V = TypeVar("V", bound=Any)

MOST_BEHAVIOURS = 5_000
"""So many deterministic policies, those that behave alike counted once, are enumerated."""


Rivals = Callable[[Chain, tuple[Table, ...]], Iterator[Table]]
"""Given good policies, deterministic ones: if no bad one among them is as good as a good one, none is."""


def every_behaviour(chain: Chain, good: tuple[Table, ...]) -> Iterator[Table]:
    """Yield a deterministic policy for each behaviour."""
    return behaviours(chain.model)


def check_order(
    claim: Claim,
    value: Callable[[int, Table], V],
    sequence: Callable[[int, Trajectory], V] | None = None,
    *,
    rivals: Rivals = every_behaviour,
) -> None:
    """Check every constraint and acceptable set of a claim; value and sequence are given a model's index.

    `value` must give policies that behave alike one value. `rivals` are those of the values. Raises Refused.
    """
    known: dict[tuple[int, Key], V] = {}
    chains = [Chain(model) for model in claim.models]

    def valued(model: int, table: Table) -> V:
        key = model, chains[model].behaviour(table)[1]
        if key not in known:
            known[key] = value(model, table)
        return known[key]

    for c in claim.constraints:
        if isinstance(c, TrajectoryConstraint):
            if sequence is None:
                raise Refused("the witness says nothing of sequences")
            better, worse = sequence(c.model, c.better), sequence(c.model, c.worse)
        else:
            better, worse = valued(c.model, c.better), valued(c.model, c.worse)
        if not holds(c.relation, better, worse):
            where = "" if c.line is None else f" of line {c.line}"
            raise Refused(f'the witness does not meet a constraint "{c.relation}"{where}')
    for accept in claim.acceptable:
        good, bad = split(chains[accept.model], accept, merged=claim.modulo_unreachable, rivals=rivals)
        least, most = None, None
        for table in good:
            v = valued(accept.model, table)
            if accept.acceptance is Acceptance.EQUAL and least is not None and v != least:
                raise Refused("the witness does not give all good policies one value")
            least = v if least is None or v < least else least
        for table in bad:
            v = valued(accept.model, table)
            most = v if most is None or v > most else most
        if most is not None and least is not None and not least > most:
            raise Refused("the witness does not put every good policy above every other one")


def holds(relation: Relation, better: V, worse: V) -> bool:
    """Say whether two values stand in the relation."""
    if relation is Relation.STRICT:
        return bool(better > worse)
    return bool(better >= worse) if relation is Relation.WEAK else bool(better == worse)


def split(
    chain: Chain, accept: AcceptableSet, *, merged: bool, rivals: Rivals = every_behaviour
) -> tuple[tuple[Table, ...], Iterator[Table]]:
    """Return the good policies of a set and the others of its universe; of all, those among the rivals.

    Raises Refused when a policy that is not accepted behaves like an accepted one, unless such are merged.
    """
    if accept.over is not None:
        names = Listed(chain, accept, merged=merged)
        return accept.good, (table for table in accept.over if names.name(table) not in names.good)
    good = {chain.behaviour(table)[1] for table in accept.good}
    if not merged and any(has_twin(chain, accept, table) for table in accept.good):
        raise Refused("a policy that is not accepted behaves like one that is")
    return accept.good, (t for t in rivals(chain, accept.good) if chain.behaviour(t)[1] not in good)


def has_twin(chain: Chain, accept: AcceptableSet, table: Table) -> bool:
    """Say whether more deterministic policies behave like this one than are accepted."""
    order, alike = chain.behaviour(table)
    if any(len(table[s]) > 1 for s in order):
        return False
    reached = set(order)
    count = prod(len(row) for s, row in enumerate(chain.model.rows) if s not in reached)
    twins = (t for t in accept.good if chain.behaviour(t)[1] == alike and all(len(row) == 1 for row in t))
    return len({chain.key(t) for t in twins}) < count


def behaviours(model: Model, fixed: Mapping[int, int] = MappingProxyType({})) -> Iterator[Table]:
    """Yield a deterministic policy for each behaviour; where it does not go it takes the first action.

    Of policies that have fixed actions in some states, those. Raises TooLarge when there are too many.
    """
    first: list[Distribution] = [_point(next(iter(row))) for row in model.rows]
    starts = [s for s, _ in model.start]
    pending = [dict(fixed)]
    count = 0
    while pending:
        chosen = pending.pop()
        open_state = _first_open(model, starts, chosen)
        if open_state is None:
            count += 1
            if count > MOST_BEHAVIOURS:
                raise TooLarge(f"more than {MOST_BEHAVIOURS} deterministic policies would have to be valued")
            yield tuple(_point(chosen[s]) if s in chosen else row for s, row in enumerate(first))
        else:
            pending += ({**chosen, open_state: a} for a in reversed(list(model.rows[open_state])))


def _first_open(model: Model, starts: list[int], chosen: dict[int, int]) -> int | None:
    """Return a reached state without a chosen action, or None."""
    seen = set(starts)
    order = list(starts)
    for s in order:
        if s not in chosen:
            return s
        new = [t for t, _ in model.rows[s][chosen[s]] if t not in seen]
        seen.update(new)
        order += new
    return None


_POINTS: dict[int, Distribution] = {}


def _point(action: int) -> Distribution:
    return _POINTS.setdefault(action, ((action, Fraction(1)),))
