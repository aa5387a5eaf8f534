"""Which environments are grids: each state has a cell, steps lead to neighbours, each action goes one way.

Cells come from names ("r0_c1", "0,1", "x1y2", "b3"), from numbers ("s0" to "s15", row by row), or from
actions that are called by directions. Whatever they come from, they must fit the steps. Steps to other than
neighbouring cells are jumps: back to where episodes start, or few. What is uncertain is no grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.models.environment import Environment

Cell = tuple[int, int]
"""Row and column, from the upper left."""

MOST_CELLS = 10_000

_OUTSIDE = 4
"""So many states may have no cell: where an episode ends, say."""

UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)

_DIRECTIONS = {
    word: direction
    for direction, words in {
        UP: "up north u n ^ ↑",
        DOWN: "down south d s v ↓",
        LEFT: "left west l w < ←",
        RIGHT: "right east r e > →",
    }.items()
    for word in words.split()
}

_ROW_COLUMN = re.compile(
    r"[A-Za-z]*?[._-]?r(?:ow)?[._-]?(\d+)[._,-]?c(?:ol(?:umn)?)?[._-]?(\d+)", re.IGNORECASE
)
_X_Y = re.compile(r"[A-Za-z]*?[._-]?x[._-]?(\d+)[._,-]?y[._-]?(\d+)", re.IGNORECASE)
_PAIR = re.compile(r"([A-Za-z]*[._-]?)[(\[]?(\d+)(?:, ?|; ?|[_.:x-])(\d+)[)\]]?")
_CHESS = re.compile(r"([A-Za-z])(\d+)")
_NUMBERED = re.compile(r"([A-Za-z]*[._-]?)(\d+)")


@dataclass(frozen=True, slots=True)
class Lattice:
    """An environment as a grid.

    cells: of each state; None for the few that are outside. directions: of the actions that have one, no two
    the same, by the index of the action.
    """

    rows: int
    columns: int
    cells: tuple[Cell | None, ...]
    directions: Mapping[int, Cell]


def find_lattice(environment: Environment) -> Lattice | None:
    """Return the grid that an environment is, or None where that is uncertain.

    >>> from specexpr.document import loads
    >>> named = loads('''
    ...   environment e {
    ...     states r0c0 r0c1 r1c0 r1c1; actions east south; start r0c0
    ...     r0c0 / east -> r0c1; r0c0 / south -> r1c0; r0c1 / east -> r0c1; r0c1 / south -> r1c1
    ...     r1c0 / east -> r1c1; r1c0 / south -> r1c0; r1c1 / * -> r1c1
    ...   }''')
    >>> find_lattice(named.environments[0]).directions
    {0: (0, 1), 1: (1, 0)}
    """
    if len(environment.states) > MOST_CELLS + _OUTSIDE:
        return None
    for candidate in _candidates(environment):
        found = _oriented(environment, candidate)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Cells that may be those of an environment; guessed ones must fit without exception."""

    cells: tuple[Cell | None, ...]
    is_guessed: bool = False


def _candidates(environment: Environment) -> Iterator[_Candidate]:
    names = environment.states
    for cells in _named_cells(names):
        yield _Candidate(cells)
    yield from _numbered_cells(environment)
    walked = _walked_cells(environment)
    if walked is not None:
        yield _Candidate(walked, is_guessed=True)


# -- cells from names --------------------------------------------------------------------------------------


def _named_cells(names: Sequence[str]) -> Iterator[tuple[Cell | None, ...]]:
    """Yield the cells that names say, for each way of saying them that almost all names have."""
    readings = (
        [_two(_ROW_COLUMN.fullmatch(name)) for name in names],
        [_swapped(_two(_X_Y.fullmatch(name))) for name in names],
        [_two(match, 2) if (match := _PAIR.fullmatch(name)) else None for name in names],
        _chess_cells(names),
    )
    for cells in readings:
        outside = sum(cell is None for cell in cells)
        placed = [cell for cell in cells if cell is not None]
        if len(placed) >= 2 and outside <= min(_OUTSIDE, len(placed) // 2) and len({*placed}) == len(placed):
            yield tuple(cells)


def _two(match: re.Match[str] | None, first: int = 1) -> Cell | None:
    return None if match is None else (_small(match[first]), _small(match[first + 1]))


def _small(digits: str) -> int:
    """Return a number; what has many digits is no row of anything, and stays large."""
    return int(digits[:9])


def _swapped(cell: Cell | None) -> Cell | None:
    return None if cell is None else (cell[1], cell[0])


def _chess_cells(names: Sequence[str]) -> list[Cell | None]:
    """Return the cells of squares of a board: several letters and several numbers, or nothing."""
    cells = [_chess(name) for name in names]
    found = [cell for cell in cells if cell is not None]
    is_board = len({row for row, _ in found}) > 1 and len({column for _, column in found}) > 1
    return cells if is_board else [None] * len(cells)


def _chess(name: str) -> Cell | None:
    """Return the cell of a square of a board: a letter for the column, and the row from below."""
    match = _CHESS.fullmatch(name)
    return None if match is None else (-_small(match[2]), ord(match[1].lower()) - ord("a"))


def _numbered_cells(environment: Environment) -> Iterator[_Candidate]:
    """Yield the cells of states that are numbered row by row, for each width that some step may show."""
    matches = [_NUMBERED.fullmatch(name) for name in environment.states]
    found = [match for match in matches if match is not None]
    if len(found) < len(matches) or len({match[1] for match in found}) > 1:
        return
    numbers = [_small(match[2]) for match in found]
    count, first = len(numbers), min(numbers)
    if sorted(numbers) != list(range(first, first + count)):
        return
    steps = {abs(numbers[s] - numbers[t]) for s, t in _moves(environment)}
    for width in sorted(steps):
        if 2 <= width <= count // 2 and count % width == 0:
            cells = tuple(divmod(number - first, width) for number in numbers)
            yield _Candidate(cells, is_guessed=True)


# -- cells from steps --------------------------------------------------------------------------------------


def _walked_cells(environment: Environment) -> tuple[Cell | None, ...] | None:
    """Return the cells that steps lead to where actions are called by directions, None if they do not fit."""
    named = _named_directions(environment)
    if len({*named.values()}) < 4:
        return None
    rows = environment.model.rows
    cells: list[Cell | None] = [None] * len(rows)
    start = environment.model.start[0][0]
    cells[start] = (0, 0)
    taken = {(0, 0)}
    stack = [start]
    links: dict[int, list[tuple[int, Cell]]] = {}
    for s, row in enumerate(rows):
        for a, law in row.items():
            t = max(law, key=lambda outcome: outcome[1])[0]
            if a in named and t != s:
                dr, dc = named[a]
                links.setdefault(s, []).append((t, (dr, dc)))
                links.setdefault(t, []).append((s, (-dr, -dc)))
    while stack:
        s = stack.pop()
        r, c = cells[s] or (0, 0)
        for t, (dr, dc) in links.get(s, ()):
            cell = r + dr, c + dc
            if cells[t] is None and cell not in taken:
                cells[t] = cell
                taken.add(cell)
                stack.append(t)
            elif cells[t] != cell:
                return None
    outside = cells.count(None)
    return tuple(cells) if len(cells) - outside >= 4 and outside == 0 else None


def _named_directions(environment: Environment) -> dict[int, Cell]:
    """Return the directions after which actions are called."""
    found = {a: _DIRECTIONS.get(name.lower()) for a, name in enumerate(environment.actions)}
    return {a: direction for a, direction in found.items() if direction is not None}


# -- whether cells fit -------------------------------------------------------------------------------------


def _moves(environment: Environment) -> dict[tuple[int, int], None]:
    """Return the pairs of different states between which some action leads, in order."""
    rows = environment.model.rows
    return {(s, t): None for s, row in enumerate(rows) for law in row.values() for t, _ in law if t != s}


def _oriented(environment: Environment, candidate: _Candidate) -> Lattice | None:
    """Return the grid of a candidate, turned so that actions go where their names say; None if it is none."""
    cells = candidate.cells
    placed = [cell for cell in cells if cell is not None]
    if not _fits(environment, candidate):
        return None
    directions = _directions(environment, cells)
    if directions is None or len(directions) < (4 if candidate.is_guessed else 2):
        return None
    named = _named_directions(environment)
    shared = {a: direction for a, direction in directions.items() if a in named}
    turn = next((turn for turn in _TURNS if all(turn(d) == named[a] for a, d in shared.items())), None)
    if turn is None:
        return None
    turned = [turn(cell) for cell in placed]
    top, left = min(r for r, _ in turned), min(c for _, c in turned)
    rows, columns = 1 + max(r for r, _ in turned) - top, 1 + max(c for _, c in turned) - left
    if rows * columns > min(MOST_CELLS, 3 * len(placed) + 8):
        return None
    moved = (None if cell is None else turn(cell) for cell in cells)
    final = tuple(None if cell is None else (cell[0] - top, cell[1] - left) for cell in moved)
    return Lattice(rows, columns, final, {a: turn(d) for a, d in directions.items()})


_TURNS = (
    lambda cell: cell,
    lambda cell: (-cell[0], cell[1]),
    lambda cell: (cell[0], -cell[1]),
    lambda cell: (-cell[0], -cell[1]),
    lambda cell: (cell[1], cell[0]),
    lambda cell: (-cell[1], cell[0]),
    lambda cell: (cell[1], -cell[0]),
    lambda cell: (-cell[1], -cell[0]),
)
"""The symmetries of a square: as it is first."""


def _fits(environment: Environment, candidate: _Candidate) -> bool:
    """Say whether steps lead to neighbouring cells, but for few jumps and those to where episodes start."""
    cells = candidate.cells
    starts = {s for s, _ in environment.model.start}
    count = sum(cell is not None for cell in cells)
    jumps, linked = 0, set[int]()
    for s, t in _moves(environment):
        one, other = cells[s], cells[t]
        if one is None or other is None:
            if one is None and other is not None and t not in starts:
                return False  # whoever is outside comes back only to start again
            continue
        if _is_step((other[0] - one[0], other[1] - one[1])):
            linked |= {s, t}
        elif t not in starts:
            jumps += 1
    if candidate.is_guessed and jumps:
        return False
    return jumps <= count // 8 and 4 * len(linked) >= 3 * count


def _is_step(way: Cell) -> bool:
    return abs(way[0]) + abs(way[1]) == 1


def _directions(environment: Environment, cells: Sequence[Cell | None]) -> dict[int, Cell] | None:
    """Return where each action goes on the whole; None where one goes this way here and that way there.

    Slipping is no doubt: what an action does to both sides alike cancels.
    """
    mass: dict[int, dict[Cell, Fraction]] = {}
    for s, row in enumerate(environment.model.rows):
        one = cells[s]
        for a, law in row.items() if one is not None else ():
            for t, p in law:
                other = cells[t]
                if one is None or other is None:
                    continue
                way = other[0] - one[0], other[1] - one[1]
                if _is_step(way):
                    sums = mass.setdefault(a, {})
                    sums[way] = sums.get(way, Fraction(0)) + p
    found: dict[int, Cell] = {}
    for a, sums in sorted(mass.items()):
        direction = _main(sums)
        if direction is None:
            return None
        if direction in found.values():
            return None
        found[a] = direction
    return found


def _main(sums: Mapping[Cell, Fraction]) -> Cell | None:
    """Return the direction in which most of the mass goes, if it clearly does."""
    net = {way: sums.get(way, Fraction(0)) - sums.get((-way[0], -way[1]), Fraction(0)) for way in _WAYS}
    best = max(_WAYS, key=lambda way: net[way])
    back = sums.get((-best[0], -best[1]), Fraction(0))
    across = max(abs(net[way]) for way in _WAYS if way not in (best, (-best[0], -best[1])))
    return best if net[best] > 2 * across and sums[best] > 4 * back else None


_WAYS = (UP, DOWN, LEFT, RIGHT)
