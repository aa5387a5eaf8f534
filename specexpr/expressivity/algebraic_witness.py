"""Witnesses from the weights of a solution at one discount, rational or not.

Acceptable sets among all deterministic policies are checked by enumeration, as the kernel does: a bad policy
that is worth too much is one that the rows have missed. Markov rewards punish actions that nothing named
uses, as hard as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import cast

from specexpr.certify.algebraic import Algebraic, Coefficients, Number
from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicEntry, AlgebraicReward, algebraic_values
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.model import Table
from specexpr.certify.ordering import split
from specexpr.certify.walk import Coordinate
from specexpr.expressivity.acceptable import keeps_to
from specexpr.expressivity.everywhere_rows import ClaimRows
from specexpr.expressivity.polynomial_system import OutOfTime

_HARDER = 16
_AT_A_TIME = 8  # bad policies that join the rows


def algebraic_reward(
    rows: ClaimRows,
    discount: Algebraic,
    weights: Mapping[Coordinate, Coefficients],
    expired: Callable[[], bool],
) -> AlgebraicReward | list[tuple[int, Table]]:
    """Return a Markov reward with these weights, or bad policies that it does not put below the good ones.

    Each of these comes with the number of its acceptable set. Raises OutOfTime.
    """
    models = rows.claim.models
    unused: list[Coordinate] = []
    for s, used in enumerate(rows.used):
        for a in sorted({a for model in models for a in model.rows[s]} - set(used)):
            following = sorted({t for model in models for t, _ in model.rows[s].get(a, ())})
            unused += [(s, a)] if len(models) == 1 else [(s, a, t) for t in following]
    punishment = Fraction(0)
    if any(accepted.over is None for accepted in rows.claim.acceptable):
        punishment = sum((abs(x) for w in weights.values() for x in w), Fraction(1))
    while True:
        complete = {**weights, **(dict.fromkeys(unused, (-punishment,)) if punishment else {})}
        unbeaten = list(unbeaten_policies(rows, discount, complete, expired))
        if not unbeaten:
            steps = ((cast(tuple[int, ...], key), value) for key, value in complete.items())
            entries = (AlgebraicEntry(x[0], x[1], x[2] if len(x) > 2 else None, value) for x, value in steps)
            return AlgebraicReward(discount, tuple(entries))
        missed = [
            (k, table)
            for k, table in unbeaten
            if keeps_to(models[rows.claim.acceptable[k].model], table, rows.used)
        ]
        if missed:
            return missed
        punishment *= _HARDER


def unbeaten_policies(
    rows: ClaimRows,
    discount: Number,
    weights: Mapping[Coordinate, Coefficients],
    expired: Callable[[], bool],
) -> Iterator[tuple[int, Table]]:
    """Yield the bad policies that are worth as much as some good one, with the number of their set."""
    claim = rows.claim
    value, _ = algebraic_values(rows.system.walks, discount, weights)
    for k, accepted in enumerate(claim.acceptable):
        good, bad = split(rows.system.chains[accepted.model], accepted, merged=claim.modulo_unreachable)
        least = min(value(accepted.model, table) for table in good)
        for table in bad:
            if expired():
                raise OutOfTime
            if value(accepted.model, table) >= least:
                yield k, table


def machine_witness(
    rows: ClaimRows,
    discount: Number,
    weights: Mapping[Coordinate, Coefficients],
    expired: Callable[[], bool],
) -> MachineWitness | AlgebraicMachine | list[tuple[int, Table]]:
    """Return the machine of the claim with these rewards, or bad policies that it does not put below.

    Each of these comes with the number of its acceptable set. Raises OutOfTime.
    """
    machine = rows.claim.setting.machine
    assert machine is not None
    unbeaten = list(islice(unbeaten_policies(rows, discount, weights, expired), _AT_A_TIME))
    if unbeaten:
        return unbeaten
    steps = [(cast(tuple[int, ...], key), value) for key, value in weights.items()]
    if isinstance(discount, Algebraic):
        return AlgebraicMachine(discount, machine, tuple(steps))
    return MachineWitness(discount, machine, tuple((step, value[0]) for step, value in steps))
