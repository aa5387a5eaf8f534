"""A witness for people: its reward as a small table, else its first lines; exact, or said not to be."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from specexpr.certify.proofs import RewardWitness
from specexpr.exact import rational_text
from specexpr.expressivity.explanation import LISTED
from specexpr.expressivity.reward_text import is_rounded, reward_lines, value_lines
from specexpr.expressivity.verdict import Witness
from specexpr.models.environment import Environment
from specexpr.report.layout import GAP, PAGE, Block, Grid, Piece, Style, line, lines, named, row, width

_STATES = 12
_ACTIONS = 8


def witness_blocks(witness: Witness, *, indent: int) -> Iterator[Block]:
    """Yield what a witness is: a Markov reward as a table if it fits, with what the policies are worth."""
    if not isinstance(witness.proof, RewardWitness):
        yield from lines(witness.explain(), indent=indent)
        return
    environment = witness.question.task.environments[0]
    reward = witness.proof.reward
    is_small = len(environment.states) <= _STATES and len(environment.actions) <= _ACTIONS
    if any(entry.value for entry in reward) and is_small and not is_rounded(witness):
        table = _table({(e.state, e.action): e.value for e in reward}, environment, indent=indent)
        if all(entry.next is None for entry in reward) and _width(table) <= PAGE:
            yield table
            for text in value_lines(witness):
                yield line(text, indent=indent)
            return
    yield from lines(witness.explain(), indent=indent)
    if is_rounded(witness):
        yield line(Piece("rounded; --json has the exact reward", Style.FAINT), indent=indent)
    elif len(reward_lines(witness)) > LISTED:
        yield line(Piece("--json prints every entry", Style.FAINT), indent=indent)


def _width(table: Grid) -> int:
    """Return the columns that a table takes."""
    rows = [table.headers, *([piece.text for piece in cells] for cells in table.rows)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return table.indent + sum(widths) + len(GAP) * (len(widths) - 1)


def _table(values: dict[tuple[int, int], Fraction], environment: Environment, *, indent: int) -> Grid:
    rows = []
    for s, state in enumerate(environment.states):
        available = environment.available(s)
        cells = (
            rational_text(values.get((s, a), Fraction(0))) if a in available else ""
            for a in range(len(environment.actions))
        )
        rows.append(row(named(state), *cells))
    headers = ("reward", *map(named, environment.actions))
    return Grid(headers, tuple(rows), right=frozenset(range(1, len(headers))), indent=indent)
