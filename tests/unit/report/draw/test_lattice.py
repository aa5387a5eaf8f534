"""Grids are found, by names, numbers or directions; what is nearly a grid is none."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import Model
from specexpr.models.environment import Environment
from specexpr.models.gymnasium import import_gymnasium
from specexpr.report.draw.lattice import find_lattice
from specexpr.testing.examples import model
from tests.unit.report.draw.grids import ONE, WAYS, grid, renamed, with_rows

CELLS = tuple((r, c) for r in range(3) for c in range(4))


@pytest.mark.parametrize(
    "name",
    [
        lambda r, c: f"r{r}c{c}",
        lambda r, c: f"row{r}_col{c}",
        lambda r, c: f"R{r}-C{c}",
        lambda r, c: f"{r},{c}",
        lambda r, c: f"({r}, {c})",
        lambda r, c: f"s{r}_{c}",
        lambda r, c: f"cell_{r}_{c}",
        lambda r, c: f"x{c}y{r}",
        lambda r, c: f"x{c}_y{2 - r}",
        lambda r, c: f"({c}, {r})",
        lambda r, c: f"{'abcd'[c]}{3 - r}",
        lambda r, c: f"s{4 * r + c}",
        lambda r, c: str(4 * r + c + 1),
    ],
)
def test_names_and_numbers_say_cells(name):
    """However they are written; the names of the actions say where up is, and which coordinate is first."""
    found = find_lattice(grid(3, 4, name=name))
    assert found is not None
    assert (found.rows, found.columns, found.cells) == (3, 4, CELLS)
    assert found.directions == dict(enumerate(WAYS.values()))


@pytest.mark.parametrize("seed", range(8))
def test_directions_say_cells(seed):
    """Where actions are called by directions, states may be called anything and stand in any order."""
    random = Random(seed)
    walls = [(r, c) for r in range(1, 4) for c in range(1, 4) if random.random() < 0.4]
    compass = dict(zip(("north", "south", "west", "east"), WAYS.values(), strict=True))
    plain = grid(5, 5, walls=walls, actions=compass, slip=Fraction(1, 10))
    cells = [(r, c) for r in range(5) for c in range(5) if (r, c) not in walls]
    order = list(range(len(cells)))
    random.shuffle(order)
    place = {s: i for i, s in enumerate(order)}
    shuffled = Model(
        tuple(f"room {chr(97 + i)}" for i in range(len(order))),
        plain.actions,
        ((place[0], ONE),),
        tuple(
            {a: tuple(sorted((place[t], p) for t, p in law)) for a, law in plain.model.rows[s].items()}
            for s in order
        ),
    )
    found = find_lattice(Environment("e", shuffled))
    assert found is not None
    assert found.cells == tuple(cells[s] for s in order)


@pytest.mark.parametrize(
    ("id", "shape"), [("FrozenLake-v1", (4, 4)), ("FrozenLake8x8-v1", (8, 8)), ("CliffWalking-v1", (4, 12))]
)
@pytest.mark.parametrize("is_slippery", [True, False])
def test_gymnasium(id, shape, is_slippery):
    """Slippery or not, with the names of the importer and with mere numbers of states and actions."""
    read = import_gymnasium(id, is_slippery=is_slippery).environment
    numbered = Model(
        tuple(f"s{s}" for s in range(len(read.states))),
        ("a0", "a1", "a2", "a3"),
        read.model.start,
        read.model.rows,
    )
    expected = tuple((r, c) for r in range(shape[0]) for c in range(shape[1]))
    ways = {a: WAYS[name] for a, name in enumerate(read.actions)}
    for one in (read, Environment("e", numbered)):
        found = find_lattice(one)
        assert found is not None
        assert (found.rows, found.columns, found.cells, found.directions) == (*shape, expected, ways)


def test_a_few_states_have_no_cell():
    """An exit, entered by an action that goes nowhere else, stands beside the grid."""
    plain = grid(3, 4)
    rows = [{**row, 4: ((12 if s == 11 else s, ONE),)} for s, row in enumerate(plain.model.rows)]
    rows.append(dict.fromkeys(range(5), ((12, ONE),)))
    full = Model((*plain.states, "exit"), (*plain.actions, "leave"), plain.model.start, tuple(rows))
    found = find_lattice(Environment("e", full))
    assert found is not None
    assert found.cells == (*CELLS, None)
    assert 4 not in found.directions


def test_few_jumps_are_allowed():
    """One state of twelve may lead elsewhere, and whoever falls may start again; four may not."""
    plain = grid(3, 4)
    one = with_rows(plain, {(5, a): ((11, ONE),) for a in range(4)})
    assert find_lattice(one) is not None
    falls = with_rows(plain, {(s, 1): ((0, ONE),) for s in range(8, 12)})
    assert find_lattice(falls) is not None
    many = with_rows(plain, {(s, 1): ((1, ONE),) for s in range(8, 12)})
    assert find_lattice(many) is None


def test_numbers_alone_allow_no_jump():
    """Where a width is guessed everything must fit."""
    plain = grid(3, 4, name=lambda r, c: f"s{4 * r + c}")
    nameless = Environment("e", Model(plain.states, tuple("abcd"), plain.model.start, plain.model.rows))
    assert find_lattice(nameless) is not None
    assert find_lattice(with_rows(nameless, {(5, 0): ((11, ONE),)})) is None


@pytest.mark.parametrize("seed", range(5))
def test_names_that_do_not_fit_the_steps(seed):
    """Coordinates dealt out at random are no cells."""
    plain = grid(3, 4, actions=dict(zip("abcd", WAYS.values(), strict=True)))
    names = list(plain.states)
    Random(seed).shuffle(names)
    assert find_lattice(renamed(plain, names)) is None


def test_an_action_that_goes_here_and_there():
    """An action must go one way everywhere: swapped in half of the cells, nothing says which one is meant."""
    ways = dict(zip("abcd", WAYS.values(), strict=True))
    plain = grid(4, 4, actions=ways)
    rows = plain.model.rows
    swapped = {(s, a): rows[s][1 - a] for s in range(0, 16, 2) for a in (0, 1)}
    assert find_lattice(with_rows(plain, swapped)) is None


def test_two_actions_that_go_one_way() -> None:
    """Arrows of both would lie on each other."""
    ways = {**WAYS, "run": (0, 1)}
    assert find_lattice(grid(3, 4)) is not None
    assert find_lattice(grid(3, 4, actions=ways)) is None


def test_an_action_between_two_ways() -> None:
    """One that goes right in some cells and down in the others, where no other action goes down."""
    ways = {"a": (-1, 0), "b": (0, -1), "c": (0, 1), "d": (1, 0)}
    plain = grid(4, 4, actions=ways)
    assert find_lattice(plain) is not None
    rows = plain.model.rows
    mixed = {(s, 3): rows[s][2] for s in (0, 2, 4, 6)}
    assert find_lattice(with_rows(plain, mixed)) is None


def test_an_action_called_up_goes_up():
    """Names of actions that no turn of the grid brings into line are a doubt."""
    odd = {"up": (-1, 0), "down": (0, 1), "left": (0, -1), "right": (1, 0)}
    assert find_lattice(grid(3, 4, actions=odd)) is None


def test_layers_are_no_grid():
    """States called by time and place, with steps from every place to every place."""
    names = [f"s{t}_{i}" for t in range(3) for i in range(3)]
    rows = {
        f"s{t}_{i}": {action: f"s{min(t + 1, 2)}_{(i + k) % 3}" for k, action in enumerate(("a", "b", "c"))}
        for t in range(3)
        for i in range(3)
    }
    assert list(rows) == names
    assert find_lattice(Environment("e", model(rows, start="s0_0"))) is None


def test_rings_and_chains_are_no_grids():
    """Neither do numbers in a circle make rows, nor numbers in a line."""
    ring = {f"s{i}": {"a": f"s{(i + 1) % 12}", "b": f"s{(i - 1) % 12}"} for i in range(12)}
    line = {f"s{i}": {"left": f"s{max(i - 1, 0)}", "right": f"s{min(i + 1, 5)}"} for i in range(6)}
    for rows in (ring, line):
        assert find_lattice(Environment("e", model(rows, start="s0"))) is None


def test_two_states_in_one_cell():
    """A grid with a key in hand or not is two grids: one picture cannot hold it."""
    rows = {
        f"r{r}c{c}{key}": {
            name: f"r{min(max(r + dr, 0), 1)}c{min(max(c + dc, 0), 2)}{key}"
            for name, (dr, dc) in WAYS.items()
        }
        for key in ("", "_key")
        for r in range(2)
        for c in range(3)
    }
    assert find_lattice(Environment("e", model(rows, start="r0c0"))) is None


def test_steps_that_contradict_directions():
    """Left of right is where one was, or it is no grid."""
    rows = {
        "a": {"n": "a", "e": "b", "s": "c", "w": "a"},
        "b": {"n": "b", "e": "b", "s": "d", "w": "a"},
        "c": {"n": "a", "e": "d", "s": "c", "w": "c"},
        "d": {"n": "b", "e": "d", "s": "d", "w": "c"},
    }
    assert find_lattice(Environment("e", model(rows, start="a"))) is not None
    rows["d"]["n"] = "a"
    assert find_lattice(Environment("e", model(rows, start="a"))) is None
