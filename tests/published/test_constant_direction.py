"""Constant direction: on a grid, accept the four policies that always go the same way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.asking import is_markov

MOVES = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}


def grid(width: int, height: int, start: str) -> str:
    """Return a grid with four moves that walls stop, and the four constant policies."""

    def lines() -> Iterator[str]:
        cells = [(x, y) for y in range(height) for x in range(width)]
        yield "states " + " ".join(f"c{x}_{y}" for x, y in cells)
        yield f"actions {' '.join(MOVES)}"
        uniform = ", ".join(f"c{x}_{y}: 1/{len(cells)}" for x, y in cells)
        yield "start " + (f"{{ {uniform} }}" if start == "uniform" else start)
        for x, y in cells:
            for move, (dx, dy) in MOVES.items():
                there = min(max(x + dx, 0), width - 1), min(max(y + dy, 0), height - 1)
                yield f"c{x}_{y} / {move} -> c{there[0]}_{there[1]}"

    policies = "\n".join(f"policy {move} in grid {{ * -> {move} }}" for move in MOVES)
    return "environment grid {\n" + "\n".join(lines()) + f"\n}}\n{policies}\n"


def asked(width: int, height: int, start: str, lines: str) -> str:
    return f"discount 9/10\n{grid(width, height, start)}task t in grid {{ {lines} }}\n"


SIZES = [(1, 2), (2, 2), (3, 3), (5, 5)]
ALL = "up down left right"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_reward_accepts_the_constant_directions(width: int, height: int) -> None:
    """No Markov reward accepts exactly "always go the same way" on a grid of two cells or more.

    Published: David Abel et al., On the Expressivity of Markov Reward (NeurIPS 2021).
    """
    assert not is_markov(asked(width, height, "uniform", f"accept {ALL}"))
    assert not is_markov(asked(width, height, "uniform", f"accept equally {ALL}"))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_one_direction_alone_is_easy(width: int, height: int) -> None:
    """A reward accepts always going up: all other actions cost something. Derived."""
    assert is_markov(asked(width, height, "uniform", "accept up"))


def test_one_cell_is_too_small() -> None:
    """On one cell the four policies are all there are. Derived."""
    assert is_markov(asked(1, 1, "uniform", f"accept {ALL}"))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_from_a_corner_the_directions_part_at_once(width: int, height: int) -> None:
    """From one cell, modulo unreachable, a reward accepts the constant directions. Derived.

    After the first move the four go separate ways for good, so that a policy that at each state does what one
    of them does there is one of them. Without merging what behaves alike the task stays inexpressible.
    """
    assert is_markov(asked(width, height, "c0_0", f"accept {ALL}; modulo unreachable"))
    assert not is_markov(asked(width, height, "c0_0", f"accept {ALL}"))


def test_two_cells_of_start_suffice_against_it() -> None:
    """Starting in either of two neighbours, the directions meet and cannot be accepted. Derived."""
    start = "{ c0_0: 1/2, c1_0: 1/2 }"
    assert not is_markov(asked(3, 3, start, f"accept {ALL}; modulo unreachable"))
