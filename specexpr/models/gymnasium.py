"""Gymnasium environments with a transition table: `env.unwrapped.P[s][a]` = [(p, s', reward, terminated)].

The table is read exactly; the environment is never stepped. What a table does not hold (a time limit, the
randomness that `step` adds) is left out, and said.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import index
from typing import Any

from specexpr.certify.model import Distribution, Model
from specexpr.diagnostics import Diagnostic, Severity, SpecError, nearest
from specexpr.models.environment import Environment
from specexpr.models.imported import FINITE, Imported, Number, RowReader, is_finite, simplest
from specexpr.models.policy import point
from specexpr.models.tables import MOST_REWARDS, Completed, Outcome, Table, complete, labels, law, rewards

DISCOUNT = Fraction(99, 100)
"""The discount of an imported reward: Gymnasium's tables have none."""

_RESETS = 32
_OTHERS = "give others as arrays or in a .spex file"
_ENTRIES = "P[s][a] must be [(probability, next state, reward, terminated), ...]"

_ACTIONS = {
    "FrozenLakeEnv": ("left", "down", "right", "up"),
    "CliffWalkingEnv": ("up", "right", "down", "left"),
    "TaxiEnv": ("south", "north", "east", "west", "pickup", "dropoff"),
}
"""The names of the actions of Gymnasium's own environments that have a table, by class."""


def import_gymnasium(id: str, **arguments: Any) -> Imported:
    """Make the environment `id` with Gymnasium and read its table; `arguments` are those of its maker.

    Terminal states absorb under every action and pay nothing there. The labels are `terminal` and, for each
    distinct reward of the table, `reward_1`, `reward_minus_10`: the (state, action) pairs that may pay it.
    Raises SpecError when Gymnasium is missing, cannot make the environment, or it has no table.
    """
    try:
        import gymnasium
    except ImportError:
        message = "reading a Gymnasium environment needs the package gymnasium: pip install 'specexpr[gym]'"
        raise SpecError([Diagnostic(id="no-gymnasium", message=message)]) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on old versions: the error that follows says more
            made = gymnasium.make(id, **arguments)
    except (gymnasium.error.UnregisteredEnv, gymnasium.error.DeprecatedEnv) as error:
        message = f'Gymnasium has no environment "{id}": {_line(error)}'
        raise _wrong("gymnasium-refused", message, _instead(id, gymnasium.registry)) from None
    except Exception as error:  # whatever a third party's maker raises is its answer to the arguments
        given = "".join(f", {name}={value!r}" for name, value in arguments.items())
        reason = f"{type(error).__name__}: {_line(error)}"
        raise _wrong("gymnasium-refused", f'Gymnasium could not make "{id}"{given}: {reason}') from None
    try:
        return import_table(made, name=id)
    finally:
        made.close()


def _instead(id: str, registry: Mapping[str, Any]) -> str:
    """Return the help for an id that Gymnasium does not make: one that has a table, or all that do."""
    known = sorted(key for key, spec in registry.items() if _class(spec.entry_point) in _ACTIONS)
    stem = id.rpartition("-v")[0]
    same = [key for key in known if key.rpartition("-v")[0].lower() == (stem or id).lower()]
    match = max(same, key=lambda key: int(key.rpartition("-v")[2])) if same else nearest(id, known)
    if match is not None:
        return f'did you mean "{match}"?'
    return f"these have a transition table: {', '.join(known)}; {_OTHERS}"


def _class(entry_point: Any) -> str:
    text = entry_point if isinstance(entry_point, str) else getattr(entry_point, "__name__", "")
    return text.rpartition(":")[2]


def import_table(environment: Any, *, name: str) -> Imported:
    """Read the transition table of an environment that is already made; `name` is its name here.

    Raises SpecError when it has no table, or one with rows that are no distributions: every such row.
    """
    if not name:
        raise _wrong("bad-table", "the name of an environment must not be empty")
    game = environment.unwrapped
    if not hasattr(game, "P"):
        raise _wrong(
            "no-table",
            f'"{name}" has no transition table: a finite environment with `env.unwrapped.P` is needed',
            f"Gymnasium's FrozenLake, CliffWalking and Taxi have one; {_OTHERS}",
        )
    _check_table(game.P)
    actions = _action_names(game)
    reader = _TableReader(_state_names(game, len(game.P)), actions)
    table, start = reader.table(game.P), reader.start(environment)
    reader.rows.raise_problems()

    completed = complete(table, start, reader.states)
    reward, mixed = rewards(completed)
    rows = tuple({a: law(outcomes) for a, outcomes in row.items()} for row in completed.table)
    named = Environment(name, Model(completed.states, actions, start, rows), labels(completed))
    notes = (*reader.rows.notes(), *reader.notes, *_said(completed, mixed, named), *_omissions(environment))
    return Imported(named, notes, reward, DISCOUNT)


def _wrong(id: str, message: str, help: str | None = None) -> SpecError:
    return SpecError([Diagnostic(id=id, message=message, help=help)])


def _note(id: str, message: str, severity: Severity = Severity.NOTE) -> Diagnostic:
    return Diagnostic(id=id, message=message, severity=severity)


def _line(error: Exception) -> str:
    text = str(error).split("\n")[0].split(" Did you mean")[0]  # the help says it, with the version
    return text if len(text) <= 200 else text[:200] + "..."


def _state_names(game: Any, size: int) -> tuple[str, ...]:
    """Return names that say where one is: row and column of a grid; taxi, passenger and destination."""
    if type(game).__name__ == "TaxiEnv" and size == 500:
        places = ("R", "G", "Y", "B", "Taxi")
        taxi = map(game.decode, range(size))
        return tuple(f"r{row}c{column}_p{places[p]}_d{places[d]}" for row, column, p, d in taxi)
    shape: tuple[int, ...] = tuple(getattr(game, "shape", ()))
    if hasattr(game, "nrow") and hasattr(game, "ncol"):
        shape = (game.nrow, game.ncol)
    if len(shape) == 2 and shape[0] * shape[1] == size:
        return tuple(f"r{row}c{column}" for row in range(shape[0]) for column in range(shape[1]))
    return tuple(f"s{s}" for s in range(size))


def _action_names(game: Any) -> tuple[str, ...]:
    rows = game.P.values() if isinstance(game.P, Mapping) else game.P
    space = int(getattr(getattr(game, "action_space", None), "n", 0))
    count = max((max(_keys(row), default=-1) + 1 for row in rows), default=0)
    names = _ACTIONS.get(type(game).__name__, ())
    return names if len(names) == count else tuple(f"a{a}" for a in range(max(space, count)))


def _check_table(raw: Any) -> None:
    """Raise SpecError unless the table has states, and each of them its actions by number."""
    if not _is_indexed(raw):
        raise _wrong("bad-table", f"`P` must be a table by state and action, not {raw!r}", _ENTRIES)
    if not len(raw):
        raise _wrong("bad-table", "`P` must have at least one state, it is empty", _ENTRIES)
    for s, row in raw.items() if isinstance(raw, Mapping) else enumerate(raw):
        if not _is_indexed(row):
            raise _wrong("bad-table", f"state {s} must have a table by action, not {row!r}", _ENTRIES)
        odd = [
            key
            for key in (row if isinstance(row, Mapping) else ())
            if not hasattr(key, "__index__") or key < 0
        ]
        if odd:
            message = f"the actions of state {s} must be numbered from 0, not {odd[0]!r}"
            raise _wrong("bad-table", message, _ENTRIES)


def _is_indexed(given: Any) -> bool:
    return hasattr(given, "__getitem__") and hasattr(given, "__len__") and not isinstance(given, str)


def _keys(row: Any) -> Sequence[int]:
    return sorted(map(int, row)) if isinstance(row, Mapping) else range(len(row))


def _plain(number: Any) -> Number:
    """Return a number without numpy's types."""
    number = number.item() if hasattr(number, "item") else number
    return number if isinstance(number, int | float | Fraction) else float(number)


@dataclass(slots=True)
class _TableReader:
    """Reads Python objects into exact outcomes; problems gather in `rows`, remarks in `notes`."""

    states: tuple[str, ...]
    actions: tuple[str, ...]
    rows: RowReader = field(default_factory=RowReader)
    notes: list[Diagnostic] = field(default_factory=list)

    def table(self, raw: Any) -> Table:
        """Return the outcomes of every state and action."""
        found: Table = []
        for s, state in enumerate(self.states):
            try:
                row = raw[s]
            except LookupError:
                needed = f"the states of a table must be 0 to {len(self.states) - 1}"
                raise _wrong("bad-table", f"{needed}, {s} is missing") from None
            found.append({a: self._outcomes(row[a], (state, self.actions[a])) for a in _keys(row)})
            if not found[-1]:
                self.rows.refuse(f'state "{state}"', "every state must have an action", help=_ENTRIES)
        return found

    def _outcomes(self, entries: Any, place: tuple[str, str]) -> list[Outcome]:
        try:
            read = [(_plain(p), index(t), _plain(reward), bool(last)) for p, t, reward, last in entries]
        except (TypeError, ValueError):
            message = f"entries must be (probability, next state, reward, terminated), not {entries!r}"
            self.rows.refuse(place, message, help="a next state is an int, the two other numbers are finite")
            return []
        read = [entry for entry in read if entry[0] != 0]
        odd = next((t for _, t, _, _ in read if not 0 <= t < len(self.states)), None)
        unpaid = next((reward for _, _, reward, _ in read if not is_finite(reward)), None)
        if odd is not None:
            message = f"the next state must be one of 0 to {len(self.states) - 1}, not {odd}"
            self.rows.refuse(place, message, help=_ENTRIES)
        elif unpaid is not None:
            self.rows.refuse(place, f"a reward must be a finite number, not {unpaid}", help=FINITE)
        elif not read:
            self.rows.refuse(place, "probabilities must sum to 1, these sum to 0")
        elif (row := self.rows.read(tuple(p for p, _, _, _ in read), place)) is not None:
            outcomes = zip(row, read, strict=True)
            return [Outcome(p, t, simplest(reward), last) for p, (_, t, reward, last) in outcomes]
        return []

    def start(self, environment: Any) -> Distribution:
        """Return the start distribution: the environment's own, else the one state that `reset` returns."""
        given = getattr(environment.unwrapped, "initial_state_distrib", None)
        if given is not None:
            try:
                numbers = [_plain(p) for p in given]
            except (TypeError, ValueError):
                numbers = []
            support = [s for s, p in enumerate(numbers) if p != 0]
            if len(numbers) != len(self.states) or not support:
                raise _wrong("bad-table", f"initial_state_distrib must be a law of {len(self.states)} states")
            row = self.rows.read(tuple(numbers[s] for s in support), "the start distribution")
            return tuple(zip(support, row or (), strict=row is not None))
        try:
            seen = {index(environment.reset(seed=seed)[0]) for seed in range(_RESETS)}
        except TypeError:
            raise _wrong("bad-table", "reset must give the number of a state of the table") from None
        if len(seen) > 1:
            raise _wrong(
                "bad-table",
                f"the start distribution must be known, {_RESETS} resets gave {len(seen)} different states",
                "give the environment an attribute initial_state_distrib, one probability a state",
            )
        (s,) = seen
        if not 0 <= s < len(self.states):
            raise _wrong("bad-table", f"reset must give one of the {len(self.states)} states, not {s}")
        message = f'{_RESETS} resets all gave "{self.states[s]}", which was taken as the only start'
        self.notes.append(_note("start-from-reset", message, Severity.WARNING))
        return point(s)


def _said(completed: Completed, mixed: Sequence[tuple[int, int]], named: Environment) -> Iterator[Diagnostic]:
    states, actions = named.states, named.actions
    if completed.terminal:
        listed = _listed([states[s] for s in sorted(completed.terminal)])
        yield _note("absorbing-terminal", f"terminal states absorb and pay 0: {listed}")
    if completed.split:
        message = "episodes both end and go on in some states, ending there enters a copy of the state"
        listed = _listed([states[s] for s in completed.split])
        yield _note("split-terminal", f"{message}: {listed}", Severity.WARNING)
    if mixed:
        message = "one next state is paid differently, its reward is the probability-weighted mean"
        listed = _listed([f"{states[s]} / {actions[a]}" for s, a in mixed])
        yield _note("mean-reward", f"{message}: {listed}")
    if not any(label.pairs for label in named.labels):
        yield _note("unlabelled-rewards", f"the rewards got no labels: more than {MOST_REWARDS} differ")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(names[:6]) + more


def _omissions(environment: Any) -> Iterator[Diagnostic]:
    game = environment.unwrapped
    limit = getattr(getattr(environment, "spec", None), "max_episode_steps", None)
    if limit is not None:
        yield _note("no-time-limit", f"the time limit of {limit} steps is left out")
    if type(game).__name__ == "TaxiEnv" and getattr(game, "fickle_passenger", False):
        message = "the fickle passenger is left out: `step` moves the destination, the table does not"
        yield _note("outside-table", message, Severity.WARNING)
    yield _note("chosen-discount", f"the table has no discount: {DISCOUNT} was chosen")
