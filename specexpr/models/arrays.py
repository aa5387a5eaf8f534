"""Environments from arrays: numpy (S, A, S), one scipy sparse (S, S) matrix an action, or nested fractions.

Floats are made exact as `models.imported` says. Sparse input stays sparse: 100,000 states load in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from specexpr.certify.model import Distribution, Model
from specexpr.diagnostics import Diagnostic, SpecError, did_you_mean
from specexpr.models.environment import Environment, Label
from specexpr.models.imported import Imported, Number, RowReader

if TYPE_CHECKING:
    from numpy.typing import NDArray

State = int | str
Pair = tuple[int | str, int | str]
Slices = tuple[list[int], list[int], list[Number]]
"""A sparse matrix by rows: where each row starts, the columns, the numbers; nonzero, columns ascending."""


def environment_from_arrays(
    name: str,
    transitions: object,
    start: object,
    *,
    states: Sequence[str] | None = None,
    actions: Sequence[str] | None = None,
    available: object | None = None,
    labels: Mapping[str, Iterable[State | Pair]] | None = None,
) -> Imported:
    """Build an environment from arrays of transition probabilities.

    transitions: an array or nested lists of shape (S, A, S), or a sequence of A scipy sparse (S, S) matrices,
        entry [s, s'] the probability of s' after s; floats, ints or Fractions.
    start: the index or name of a state, or S probabilities.
    states, actions: names; by default s0, s1, .. and a0, a1, ..
    available: booleans of shape (S, A); rows of unavailable pairs are not read. By default all are available.
    labels: for each name its states, or its (state, action) pairs, by index or name.

    Raises SpecError that lists every row that is no distribution (nan and inf are no probabilities), with
    its state and action; or that says which shape, name, start, mask or label does not fit.

    >>> imported = environment_from_arrays("coin", [[[0.5, 0.5]], [[0, 1]]], 0, states=["s", "end"])
    >>> imported.environment.successors(0, 0)
    ((0, Fraction(1, 2)), (1, Fraction(1, 2)))
    """
    if not isinstance(name, str) or not name:
        raise _wrong(
            f"the name of an environment must be a text that is not empty, not {name!r}",
            'give it first: from_arrays("coin", transitions, start)',
        )
    matrices, size = _slices(transitions)
    state_names = _names(states, size, prefix="s", kind="state")
    action_names = _names(actions, len(matrices), prefix="a", kind="action")
    mask = _mask(available, size, len(matrices))
    reader = RowReader()
    rows = _rows(matrices, state_names, action_names, mask, reader)
    law = _start(start, state_names, reader)
    reader.raise_problems()
    model = Model(state_names, action_names, law, tuple(rows))
    environment = Environment(name, model)
    return Imported(
        Environment(name, model, _labels(labels or {}, environment)) if labels else environment,
        tuple(reader.notes()),
    )


def _wrong(message: str, help: str | None = None) -> SpecError:
    return SpecError([Diagnostic(id="bad-array", message=message, help=help)])


def _slices(transitions: object) -> tuple[list[Slices], int]:
    """Return one sparse matrix an action, and the number of states."""
    import scipy.sparse

    if scipy.sparse.issparse(transitions):
        transitions = [transitions]
    if isinstance(transitions, Sequence) and transitions and all(map(scipy.sparse.issparse, transitions)):
        return _sparse_slices(transitions)
    array = _array(transitions, "transitions must have the shape (S, A, S)")
    if array.ndim != 3 or array.shape[0] != array.shape[2] or 0 in array.shape:
        raise _wrong(
            f"transitions must have the shape (S, A, S), not {array.shape}",
            "entry [s, a, t] is the probability of t after a in s; or give a sparse (S, S) matrix an action",
        )
    return [_dense_slices(array[:, a, :]) for a in range(array.shape[1])], array.shape[0]


def _sparse_slices(matrices: Sequence[Any]) -> tuple[list[Slices], int]:
    found: list[Slices] = []
    size = matrices[0].shape[0]
    for a, matrix in enumerate(matrices):
        if matrix.shape != (size, size) or not size:
            raise _wrong(f"the matrix of action {a} must have the shape ({size}, {size}), not {matrix.shape}")
        rows = matrix.tocsr(copy=True)
        rows.sum_duplicates()
        rows.eliminate_zeros()
        rows.sort_indices()
        found.append((rows.indptr.tolist(), rows.indices.tolist(), rows.data.tolist()))
    return found, size


def _dense_slices(matrix: NDArray[Any]) -> Slices:
    # None and "" are no zeros: what is no number stays, to be refused with its place.
    where, columns = np.nonzero(matrix != 0 if matrix.dtype == object else matrix)
    starts = np.searchsorted(where, np.arange(matrix.shape[0] + 1))
    return starts.tolist(), columns.tolist(), _listed(matrix[where, columns])


def _listed(numbers: NDArray[Any]) -> list[Number]:
    """Return the items without numpy's types, which an array of objects may still hold."""
    return [item.item() if isinstance(item, np.generic) else item for item in numbers.tolist()]


def _odd(numbers: Iterable[object]) -> str | None:
    """Return what is wrong with the first item that is no number, if there is one."""
    odd = [number for number in numbers if not isinstance(number, int | float | Fraction)]
    return f"probabilities must be floats, ints or Fractions, not {odd[0]!r}" if odd else None


def _names(given: Sequence[str] | None, count: int, *, prefix: str, kind: str) -> tuple[str, ...]:
    if given is None:
        return tuple(f"{prefix}{i}" for i in range(count))
    names = tuple(map(str, given))
    if len(names) != count:
        raise _wrong(f"{kind} names must be {count}, as many as the arrays have, not {len(names)}")
    if "" in names:
        article = "an" if kind == "action" else "a"
        raise _wrong(f"{article} {kind} name must not be empty, that of {kind} {names.index('')} is")
    if len(set(names)) != count:
        first: dict[str, int] = {}
        again, twice = next((i, name) for i, name in enumerate(names) if first.setdefault(name, i) != i)
        raise _wrong(f'{kind} names must differ, "{twice}" stands twice: at {first[twice]} and {again}')
    return names


def _mask(available: object | None, states: int, actions: int) -> list[list[bool]] | None:
    if available is None:
        return None
    array = _array(available, f"available must hold booleans of the shape ({states}, {actions})")
    if array.shape != (states, actions) or array.dtype != np.bool_:
        given = f"{array.dtype} {array.shape}"
        raise _wrong(f"available must hold booleans of the shape ({states}, {actions}), not {given}")
    bare = np.flatnonzero(~array.any(axis=1))
    if len(bare):
        raise _wrong(f"every state must have an available action, state {bare[0]} has none")
    mask: list[list[bool]] = array.tolist()
    return mask


def _rows(
    matrices: list[Slices],
    states: tuple[str, ...],
    actions: tuple[str, ...],
    mask: list[list[bool]] | None,
    reader: RowReader,
) -> list[dict[int, Distribution]]:
    rows: list[dict[int, Distribution]] = [{} for _ in states]
    for a, (starts, columns, numbers) in enumerate(matrices):
        action = actions[a]
        is_odd = _odd(numbers) is not None
        for s, row in enumerate(rows):
            low, high = starts[s], starts[s + 1]
            if mask is not None and not mask[s][a]:
                continue
            if low == high:
                reader.refuse((states[s], action), "probabilities must sum to 1, these sum to 0")
                continue
            if is_odd and (problem := _odd(numbers[low:high])):
                reader.refuse((states[s], action), problem)
                continue
            values = reader.read(tuple(numbers[low:high]), (states[s], action))
            if values is not None:
                row[a] = tuple(zip(columns[low:high], values, strict=True))
    return rows


def _start(start: object, states: tuple[str, ...], reader: RowReader) -> Distribution:
    if isinstance(start, int | str | np.integer):
        index = {name: i for i, name in enumerate(states)}
        return ((_find(start if isinstance(start, str) else int(start), index, kind="state"), Fraction(1)),)
    array = _array(start, f"start must be a state or {len(states)} probabilities")
    if array.shape != (len(states),):
        raise _wrong(f"start must be a state or {len(states)} probabilities, not of shape {array.shape}")
    (support,) = np.nonzero(array != 0 if array.dtype == object else array)
    numbers = _listed(array[support])
    if problem := _odd(numbers):
        reader.refuse("the start distribution", problem)
        return ()
    values = reader.read(tuple(numbers), "the start distribution")
    return tuple(zip(support.tolist(), values or (), strict=values is not None))


def _array(given: object, needed: str) -> NDArray[Any]:
    try:
        return np.asarray(given)
    except ValueError as error:  # lists of unequal lengths
        raise _wrong(f"{needed}: {error}") from None


def _find(key: int | str, index: Mapping[str, int], *, kind: str) -> int:
    if isinstance(key, str):
        if key not in index:
            raise _wrong(f'no {kind} is called "{key}"', did_you_mean(key, index, kind=kind))
        return index[key]
    if not 0 <= key < len(index):
        raise _wrong(f"a {kind} must be one of 0 to {len(index) - 1}, not {key}")
    return int(key)


def _labels(labels: Mapping[str, Iterable[State | Pair]], environment: Environment) -> tuple[Label, ...]:
    found = []
    for name, members in labels.items():
        if not name:
            raise _wrong("the name of a label must not be empty")
        states, pairs = set(), set()
        for member in members:
            if isinstance(member, tuple):
                s = _find(member[0], environment.state_index, kind="state")
                a = _find(member[1], environment.action_index, kind="action")
                if a not in environment.model.rows[s]:
                    raise _wrong(f'label "{name}": {member[1]!r} is not available in state {member[0]!r}')
                pairs.add((s, a))
            else:
                states.add(_find(member, environment.state_index, kind="state"))
        found.append(Label(name, frozenset(states), frozenset(pairs)))
    return tuple(found)
