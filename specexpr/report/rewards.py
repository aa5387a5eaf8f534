"""A witness for people: its reward as a table where it is small, else its first entries."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from specexpr.expressivity.reward_text import value_lines
from specexpr.expressivity.verdict import Witness
from specexpr.models.environment import Environment
from specexpr.report.layout import Block, Grid, Piece, Style, line, lines, row
from specexpr.report.rationals import compact

_STATES = 12
_ACTIONS = 8
_LISTED = 10


def witness_blocks(witness: Witness, *, indent: int) -> Iterator[Block]:
    """Yield the reward of a witness, and what the policies of the task are worth under it."""
    environment = witness.question.task.environments[0]
    reward = witness.proof.reward
    is_small = len(environment.states) <= _STATES and len(environment.actions) <= _ACTIONS
    if not reward or not is_small or any(entry.next is not None for entry in reward):
        yield from lines(witness.explain(), indent=indent)
        if len(reward) > _LISTED:
            yield line(Piece("--json prints every entry", Style.FAINT), indent=indent)
        return
    yield _table({(entry.state, entry.action): entry.value for entry in reward}, environment, indent=indent)
    for text in value_lines(witness):
        yield line(text, indent=indent)


def _table(values: dict[tuple[int, int], Fraction], environment: Environment, *, indent: int) -> Grid:
    rows = []
    for s, state in enumerate(environment.states):
        available = environment.available(s)
        cells = (
            compact(values.get((s, a), Fraction(0))) if a in available else ""
            for a in range(len(environment.actions))
        )
        rows.append(row(state, *cells))
    headers = ("reward", *environment.actions)
    return Grid(headers, tuple(rows), right=frozenset(range(1, len(headers))), indent=indent)
