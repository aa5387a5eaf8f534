"""Gymnasium's tables come across exactly, and what has no table is refused in one sentence."""

import builtins
import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest

from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Severity, SpecError
from specexpr.models.environment import Environment
from specexpr.models.gymnasium import DISCOUNT, import_gymnasium, import_table

gymnasium = pytest.importorskip("gymnasium")


def taxi() -> str:
    return max((id for id in gymnasium.registry if id.startswith("Taxi-v")), key=lambda id: int(id[6:]))


def cliff(slippery: bool = False) -> tuple[str, dict[str, bool]]:
    ids = sorted(id for id in gymnasium.registry if id.startswith("CliffWalking-v"))
    return ids[-1], {"is_slippery": slippery}


def value(imported, actions):
    """Return the discounted value of a deterministic policy by 2,000 exact-in-float sweeps."""
    model = imported.environment.model
    paid = {}
    for entry in imported.reward:
        for t, _ in model.rows[entry.state][entry.action]:
            if entry.next in (None, t):
                paid[entry.state, entry.action, t] = paid.get((entry.state, entry.action, t), 0) + entry.value
    v = [0.0] * len(model.states)
    rows = [
        [(t, float(p), float(paid.get((s, a, t), 0))) for t, p in model.rows[s][a]]
        for s, a in enumerate(actions)
    ]
    for _ in range(2000):
        v = [sum(p * (r + 0.99 * v[t]) for t, p, r in row) for row in rows]
    return sum(float(p) * v[s] for s, p in model.start)


def value_of_table(made, actions):
    """Return the same from the table as Gymnasium plays it: nothing follows a last outcome."""
    table = made.unwrapped.P
    v = [0.0] * len(table)
    for _ in range(2000):
        v = [
            sum(p * (r + (0 if last else 0.99 * v[t])) for p, t, r, last in table[s][actions[s]])
            for s in range(len(table))
        ]
    return sum(p * v[s] for s, p in enumerate(made.unwrapped.initial_state_distrib))


@pytest.mark.parametrize("slippery", [True, False])
@pytest.mark.parametrize("map_name", ["4x4", "8x8"])
def test_frozen_lake(map_name, slippery):
    """The lake is exact: thirds, holes and the goal absorb, the goal pays 1 once."""
    size = int(map_name[0])
    imported = import_gymnasium("FrozenLake-v1", map_name=map_name, is_slippery=slippery)
    environment = imported.environment
    assert environment.states[: size + 1] == (*(f"r0c{i}" for i in range(size)), "r1c0")
    assert environment.actions == ("left", "down", "right", "up")
    assert environment.model.start == ((0, Fraction(1)),)
    assert environment.successors(0, 0) == (
        ((0, Fraction(2, 3)), (size, Fraction(1, 3))) if slippery else ((0, Fraction(1)),)
    )
    labels = {label.name: label for label in environment.labels}
    assert sorted(labels) == ["reward_0", "reward_1", "terminal"]
    board = "".join(
        row.decode() for row in gymnasium.make("FrozenLake-v1", map_name=map_name).unwrapped.desc.ravel()
    )
    assert labels["terminal"].states == {s for s, tile in enumerate(board) if tile in "GH"}
    for s in labels["terminal"].states:
        assert all(environment.successors(s, a) == ((s, Fraction(1)),) for a in environment.available(s))
    goal = size * size - 1
    assert {entry.value for entry in imported.reward} == {Fraction(1)}
    assert all(goal in dict(environment.successors(e.state, e.action)) for e in imported.reward)
    assert imported.discount == DISCOUNT


def test_cliff_walking():
    """The cliff sends back to the start for -100; the goal absorbs."""
    id, arguments = cliff()
    imported = import_gymnasium(id, **arguments)
    environment = imported.environment
    assert len(environment.states) == 48
    assert environment.actions == ("up", "right", "down", "left")
    start = environment.state_index["r3c0"]
    assert environment.model.start == ((start, Fraction(1)),)
    assert environment.successors(start, environment.action_index["right"]) == ((start, Fraction(1)),)
    assert RewardEntry(start, 1, None, Fraction(-100)) in imported.reward
    assert [label.name for label in environment.labels] == ["terminal", "reward_minus_100", "reward_minus_1"]
    assert environment.labels[0].states == {environment.state_index["r3c11"]}
    assert environment.labels[2].pairs.isdisjoint({(47, a) for a in range(4)})


def test_slippery_cliff_walking_pays_means_and_says_so():
    """Falling off the cliff and bumping into the wall both lead to the start: their mean is paid."""
    id, arguments = cliff(slippery=True)
    imported = import_gymnasium(id, **arguments)
    start = imported.environment.state_index["r3c0"]
    assert RewardEntry(start, 1, start, Fraction(-101, 2)) in imported.reward
    assert "mean-reward" in {note.id for note in imported.notes}


def test_taxi():
    """500 states with readable names, 300 equally likely starts, four places where an episode ends."""
    imported = import_gymnasium(taxi())
    environment = imported.environment
    assert len(environment.states) == 500
    assert environment.states[0] == "r0c0_pR_dR"
    assert environment.states[-1] == "r4c4_pTaxi_dB"
    assert set(environment.model.start) == {(s, Fraction(1, 300)) for s, _ in environment.model.start}
    labels = {label.name: label for label in environment.labels}
    ends = {"r0c0_pR_dR", "r0c4_pG_dG", "r4c0_pY_dY", "r4c3_pB_dB"}
    assert {environment.states[s] for s in labels["terminal"].states} == ends
    assert sorted(labels) == ["reward_20", "reward_minus_1", "reward_minus_10", "terminal"]
    at_goal = environment.state_index["r0c0_pTaxi_dR"]
    assert RewardEntry(at_goal, environment.action_index["dropoff"], None, Fraction(20)) in imported.reward


@pytest.mark.parametrize("id", ["FrozenLake-v1", cliff()[0], taxi()])
def test_values_are_those_of_the_episodes(id):
    """For every constant policy and some mixed ones, the discounted value is that of Gymnasium's table."""
    made = gymnasium.make(id)
    imported = import_gymnasium(id)
    count = len(imported.environment.actions)
    for shift in range(3 if count < 6 else 1):
        actions = [(s * shift + shift) % count for s in range(len(imported.environment.states))]
        assert value(imported, actions) == pytest.approx(value_of_table(made, actions), abs=1e-6)


def test_notes_say_what_was_done_and_left_out():
    """Thirds, absorbing states, the time limit and the chosen discount are all said; none is a warning."""
    imported = import_gymnasium("FrozenLake-v1")
    assert [note.id for note in imported.notes] == [
        "float-made-exact",
        "absorbing-terminal",
        "no-time-limit",
        "chosen-discount",
    ]
    assert all(note.severity is Severity.NOTE for note in imported.notes)


def test_the_fickle_passenger_is_reported_as_left_out():
    """What `step` adds to the table is no part of it."""
    pytest.importorskip("gymnasium", minversion="1.3.0")
    with pytest.warns(UserWarning, match="fickle passenger is left out"):
        Environment.from_gymnasium(taxi(), fickle_passenger=True)


def test_from_gymnasium_is_the_short_way():
    """The contract's call returns the environment alone."""
    environment = Environment.from_gymnasium("FrozenLake-v1", is_slippery=True)
    assert environment == import_gymnasium("FrozenLake-v1", is_slippery=True).environment
    assert environment.name == "FrozenLake-v1"


@pytest.mark.parametrize(
    ("id", "arguments", "message", "help"),
    [
        ("Blackjack-v1", {}, '"Blackjack-v1" has no transition table', "arrays"),
        ("FrozenLke-v1", {}, 'Gymnasium has no environment "FrozenLke-v1"', 'did you mean "FrozenLake-v1"?'),
        ("FrozenLake-v0", {}, "FrozenLake-v1", None),
        (f"{taxi()[:-1]}3", {}, "deprecated", f'did you mean "{taxi()}"?'),
        ("CliffWalking-v0", {}, '"CliffWalking-v0"', f'did you mean "{cliff()[0]}"?'),
        ("taxi", {}, '"taxi"', f'did you mean "{taxi()}"?'),
        ("Nope-v0", {}, '"Nope-v0"', "these have a transition table: CliffWalking-v"),
        ("ALE/Pong-v5", {}, '"ALE/Pong-v5"', "these have a transition table: CliffWalking-v"),
        ("nonsense//", {}, 'could not make "nonsense//"', None),
        ("FrozenLake-v1", {"map_name": "9x9"}, "map_name='9x9'", None),
        ("FrozenLake-v1", {"colour": "blue"}, "colour", None),
        ("FrozenLake-v1", {"success_rate": 1.2}, "not -0.0999", "fractions"),
    ],
)
def test_what_cannot_be_imported_is_said(id, arguments, message, help):
    """Unknown ids, wrong arguments and environments without a table are errors, not tracebacks."""
    if "success_rate" in arguments:
        pytest.importorskip("gymnasium", minversion="1.2.1")
    with pytest.raises(SpecError, match="(?s)" + message.replace("?", "[?]")) as caught:
        import_gymnasium(id, **arguments)
    assert help is None or help in caught.value.diagnostics[0].help


def test_only_environments_with_a_table_are_suggested():
    """Each id in the list can be imported; those without a table are not in it, however alike."""
    with pytest.raises(SpecError) as caught:
        import_gymnasium("Nope-v0")
    listed = caught.value.diagnostics[0].help.split(": ")[1].split(";")[0].split(", ")
    assert {"FrozenLake-v1", "FrozenLake8x8-v1", cliff()[0], taxi()} <= set(listed)
    for id in listed:
        assert hasattr(gymnasium.make(id).unwrapped, "P")
    with pytest.raises(SpecError) as caught:
        import_gymnasium("Blackjak-v1")
    assert "Blackjack" not in caught.value.diagnostics[0].help


def test_a_missing_gymnasium_is_one_sentence(monkeypatch):
    """Without the package the error says how to install it."""
    real = builtins.__import__

    def no_gymnasium(name, *rest):
        if name.split(".")[0] == "gymnasium":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "gymnasium", raising=False)
    monkeypatch.setattr(builtins, "__import__", no_gymnasium)
    with pytest.raises(SpecError, match=r"pip install 'specexpr\[gym\]'"):
        import_gymnasium("FrozenLake-v1")


class Game:
    """The least that has a table."""

    def __init__(self, table, law=None, resets=(0,)):
        self.P = table
        self.unwrapped = self
        self.resets = resets
        self.action_space = SimpleNamespace(n=1)
        if law is not None:
            self.initial_state_distrib = law

    def reset(self, *, seed):
        return self.resets[seed % len(self.resets)], {}


LOOP = {0: {0: [(1.0, 0, 0.1, False)]}, 1: {0: [(0.5, 0, 0, False), (0.5, 1, 0, False)]}}


def test_any_object_with_a_table_is_read():
    """Names fall back to s0 and a0; rewards that are floats become simple rationals."""
    imported = import_table(Game(LOOP, [0.25, 0.75]), name="loop")
    assert imported.environment.states == ("s0", "s1")
    assert imported.environment.actions == ("a0",)
    assert imported.environment.model.start == ((0, Fraction(1, 4)), (1, Fraction(3, 4)))
    assert imported.reward == (RewardEntry(0, 0, None, Fraction(1, 10)),)
    assert [label.name for label in imported.environment.labels] == ["reward_0", "reward_1_over_10"]


def test_the_start_is_read_off_reset_when_it_is_always_the_same():
    """Without a start distribution resets decide, if they agree, with a warning."""
    imported = import_table(Game(LOOP, resets=(1,)), name="loop")
    assert imported.environment.model.start == ((1, Fraction(1)),)
    assert "start-from-reset" in {note.id for note in imported.notes}
    with pytest.raises(SpecError, match="32 resets gave 2 different states"):
        import_table(Game(LOOP, resets=(0, 1)), name="loop")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({0: {0: [(0.5, 0, 0, False)]}}, "probabilities must sum to 1, these sum to 0.5"),
        ({0: {0: []}}, "these sum to 0"),
        ({0: {0: [(1.0, 1, 0, False)]}}, "the next state must be one of 0 to 0, not 1"),
        ({0: {0: [(1.0, 0, float("nan"), False)]}}, "a reward must be a finite number, not nan"),
        ({0: {0: [(1.0, 0)]}}, "entries must be"),
        ({0: {0: [(float("nan"), 0, 0, False)]}}, 'state "s0", action "a0": a probability must .* not nan'),
        ({0: {0: [(float("inf"), 0, 0, False)]}}, 'state "s0", action "a0": a probability must .* not inf'),
        ({0: {0: [(1.0, 0, float("inf"), False)]}}, 'state "s0", action "a0": a reward must .* not inf'),
        ({0: {0: [(1.0, float("inf"), 0, False)]}}, 'state "s0", action "a0": entries must be'),
        ({0: {0: [(1.0, 0.5, 0, False)]}}, 'state "s0", action "a0": entries must be'),
        ({0: {0: 7}}, 'state "s0", action "a0": entries must be'),
        ({0: {}}, "every state must have an action"),
        ({}, "at least one state, it is empty"),
        ([], "at least one state, it is empty"),
        (None, "must be a table by state and action, not None"),
        ({0: 7}, "state 0 must have a table by action, not 7"),
        ({0: {"go": [(1.0, 0, 0, False)]}}, "the actions of state 0 must be numbered from 0, not 'go'"),
        ({0: {-1: [(1.0, 0, 0, False)]}}, "the actions of state 0 must be numbered from 0, not -1"),
        ({1: {0: [(1.0, 0, 0, False)]}}, "0 is missing"),
        ({0: {0: [(1.0, 0, 0, False)]}}, "a law of 1 states"),
    ],
)
def test_broken_tables_are_refused(table, message):
    """Every way in which a table can be wrong has its sentence."""
    law = [1.0, 0.0] if "law" in message else [1.0]
    with pytest.raises(SpecError, match=message):
        import_table(Game(table, law), name="broken")


@pytest.mark.parametrize(
    ("law", "resets", "message"),
    [
        ([float("nan"), 1.0], (0,), "start distribution: a probability must be .* not nan"),
        (["half", 1.0], (0,), "a law of 2 states"),
        (7, (0,), "a law of 2 states"),
        (None, (2,), "one of the 2 states, not 2"),
        (None, ((0, 1),), "reset must give the number of a state"),
    ],
)
def test_broken_starts_are_refused(law, resets, message):
    """The start must be a distribution over the states of the table."""
    with pytest.raises(SpecError, match=message):
        import_table(Game(LOOP, law, resets), name="broken")


def test_a_table_needs_a_name():
    """An environment is spoken of by its name."""
    with pytest.raises(SpecError, match="name of an environment must not be empty"):
        import_table(Game(LOOP, [1, 0]), name="")


def test_rewards_of_any_size_are_exact():
    """An int past all floats is a reward like any other."""
    table = {0: {0: [(1.0, 0, 10**400, False)]}}
    assert import_table(Game(table, [1]), name="rich").reward[0].value == 10**400
