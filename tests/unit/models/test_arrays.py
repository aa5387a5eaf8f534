"""Arrays become exact environments, or an error that names the rows at fault."""

import time
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse

from specexpr.diagnostics import Severity, SpecError
from specexpr.models.arrays import environment_from_arrays
from specexpr.models.environment import Environment


def coin(p=0.5):
    return np.array([[[1 - p, p], [0, 1]], [[0, 1], [0, 1]]])


def test_dense_sparse_and_exact_input_give_one_environment():
    """numpy (S, A, S), a sparse matrix an action, object arrays and nested fractions mean the same."""
    dense = coin(1 / 3)
    exact = [[[Fraction(2, 3), Fraction(1, 3)], [0, 1]], [[0, 1], [0, 1]]]
    inputs = [
        dense,
        dense.tolist(),
        [scipy.sparse.csr_matrix(dense[:, a, :]) for a in range(2)],
        [scipy.sparse.coo_array(dense[:, a, :]) for a in range(2)],
        exact,
        np.array(exact, dtype=object),
    ]
    models = [environment_from_arrays("coin", given, 0).environment.model for given in inputs]
    assert all(model == models[0] for model in models)
    assert models[0].rows[0][0] == ((0, Fraction(2, 3)), (1, Fraction(1, 3)))
    assert models[0].states == ("s0", "s1")
    assert models[0].actions == ("a0", "a1")


def test_duplicate_entries_of_a_sparse_matrix_are_summed_and_zeros_dropped():
    """A sparse matrix means the sum of its entries."""
    matrix = scipy.sparse.coo_matrix(([0.5, 0.5, 0.0, 1.0], ([0, 0, 0, 1], [1, 1, 0, 1])), shape=(2, 2))
    environment = environment_from_arrays("sum", [matrix], 0).environment
    assert environment.successors(0, 0) == ((1, Fraction(1)),)
    assert matrix.nnz == 4  # the caller's matrix is left alone


def test_the_start_may_be_an_index_a_name_or_a_distribution():
    """Every way to give the start means a distribution."""
    names = ["home", "away"]
    laws = [
        environment_from_arrays("coin", coin(), start, states=names).environment.model.start
        for start in (1, "away", np.int64(1), [0, 1], [1 / 3, 2 / 3], [Fraction(1, 3), Fraction(2, 3)])
    ]
    assert laws == [((1, Fraction(1)),)] * 4 + [((0, Fraction(1, 3)), (1, Fraction(2, 3)))] * 2


def test_unavailable_pairs_are_not_read():
    """A row that the mask excludes may hold anything."""
    table = coin()
    table[1, 0] = [7, 7]
    environment = environment_from_arrays(
        "coin", table, 0, available=[[True, True], [False, True]]
    ).environment
    assert environment.available(1) == (1,)
    with pytest.raises(SpecError, match="state 1 has none"):
        environment_from_arrays("coin", table, 0, available=[[True, True], [False, False]])


def test_labels_take_names_and_indices_states_and_pairs():
    """A label is a set of states or of (state, action) pairs."""
    environment = environment_from_arrays(
        "coin",
        coin(),
        0,
        states=["u", "v"],
        actions=["x", "y"],
        labels={"end": ["v"], "push": [("u", 1), (1, "y")]},
    ).environment
    end, push = environment.labels
    assert (end.name, end.states, end.pairs) == ("end", {1}, frozenset())
    assert (push.name, push.states, push.pairs) == ("push", frozenset(), {(0, 1), (1, 1)})


def test_every_row_at_fault_is_named():
    """One error lists all rows that are no distribution, by state and action."""
    table = coin()
    table[0, 0] = [0.5, 0.4]
    table[1, 1] = [0, 0]
    with pytest.raises(SpecError) as caught:
        environment_from_arrays("coin", table, [0.5, 0.4], states=["u", "v"], actions=["x", "y"])
    assert [diagnostic.message for diagnostic in caught.value.diagnostics] == [
        'state "u", action "x": probabilities must sum to 1, these sum to 0.9',
        'state "v", action "y": probabilities must sum to 1, these sum to 0',
        "the start distribution: probabilities must sum to 1, these sum to 0.9",
    ]


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("number", [NAN, INF, -INF, 1e308])
def test_numbers_that_are_no_probabilities_are_refused_with_their_place(number, sparse):
    """nan, inf and what overflows give one problem a row, each with its state and action."""
    table = np.array([[[number, number], [0, 1]], [[0, 1], [1, number]]])
    given = [scipy.sparse.csr_matrix(table[:, a, :]) for a in range(2)] if sparse else table
    with pytest.raises(SpecError) as caught:
        environment_from_arrays("coin", given, [number, 1], states=["u", "v"], actions=["x", "y"])
    needed = f"a probability must be a number between 0 and 1, not {number}"
    assert [(one.id, one.message) for one in caught.value.diagnostics] == [
        ("bad-row", f'state "u", action "x": {needed}'),
        ("bad-row", f'state "v", action "y": {needed}'),
        ("bad-row", f"the start distribution: {needed}"),
    ]
    assert ("nan and inf come from" in caught.value.diagnostics[0].help) == (number != 1e308)


def test_huge_exact_numbers_are_refused_shortly():
    """Ints and Fractions past all floats are no probabilities, and are not printed in full."""
    for huge in (10**400, -(10**5000), Fraction(10**5000, 3)):
        with pytest.raises(
            SpecError, match=r'state "s0", action "a0": a probability must be .{1,100}[.]{3} '
        ):
            environment_from_arrays("huge", [[[huge]]], 0)
    with pytest.raises(SpecError, match=r"these sum to \d+/.*[.]{3}"):
        environment_from_arrays("odd", [[[Fraction(1, 10**5000 + 1)]]], 0)


@pytest.mark.parametrize("odd", [None, "half", "", 1j])
def test_what_is_no_number_is_refused_with_its_place(odd):
    """What is no number is never taken for zero, in rows and in the start."""
    table = np.array([[[Fraction(1), odd]], [[0, 1]]], dtype=object)
    with pytest.raises(SpecError) as caught:
        environment_from_arrays("coin", table, np.array([1, odd], dtype=object))
    needed = f"probabilities must be floats, ints or Fractions, not {odd!r}"
    assert [one.message for one in caught.value.diagnostics] == [
        f'state "s0", action "a0": {needed}',
        f"the start distribution: {needed}",
    ]


def test_numpy_numbers_in_an_array_of_objects_are_numbers():
    """Scalars of numpy mean what Python's do."""
    table = np.empty((1, 1, 1), dtype=object)
    table[0, 0, 0] = np.int64(1)
    start = np.empty(2, dtype=object)
    start[:] = [np.float64(0.1), np.float64(0.9)]
    assert environment_from_arrays("one", table, 0).environment.successors(0, 0) == ((0, Fraction(1)),)
    assert environment_from_arrays("coin", coin(), start).environment.model.start == (
        (0, Fraction(1, 10)),
        (1, Fraction(9, 10)),
    )


@pytest.mark.parametrize("name", ["", None, 3])
def test_an_environment_needs_a_name(name):
    """A name that is empty or no text is refused; a space is one."""
    with pytest.raises(SpecError, match="name of an environment must be a text that is not empty"):
        Environment.from_arrays(name, coin(), 0)
    assert Environment.from_arrays(" ", coin(), 0).name == " "


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"transitions": np.zeros((2, 2))}, r"shape \(S, A, S\), not \(2, 2\)"),
        ({"transitions": [[[1], [1, 0]]]}, r"shape \(S, A, S\)"),
        ({"transitions": np.zeros((0, 1, 0))}, "shape"),
        (
            {"transitions": [scipy.sparse.eye(2), scipy.sparse.eye(3)]},
            r"action 1 must have the shape \(2, 2\)",
        ),
        ({"transitions": np.array([[["one"]]])}, "must be floats, ints or Fractions, not 'one'"),
        ({"states": ["u"]}, "state names must be 2"),
        ({"states": ["u", "u"]}, 'state names must differ, "u" stands twice: at 0 and 1'),
        ({"actions": ["x", "x"]}, 'action names must differ, "x" stands twice: at 0 and 1'),
        ({"states": ["u", ""]}, "a state name must not be empty, that of state 1 is"),
        ({"actions": ["", "x"]}, "an action name must not be empty, that of action 0 is"),
        ({"labels": {"": ["s1"]}}, "name of a label must not be empty"),
        ({"start": [0, 0]}, "the start distribution: probabilities must sum to 1, these sum to 0"),
        ({"start": [[1], [1, 0]]}, "start must be a state or 2 probabilities"),
        ({"start": ["s0", "s1"]}, "the start distribution: probabilities must be floats"),
        ({"available": [[True], [True, True]]}, r"booleans of the shape \(2, 2\)"),
        ({"start": "s9"}, 'no state is called "s9"'),
        ({"start": 2}, "one of 0 to 1, not 2"),
        ({"start": [1, 0, 0]}, "start must be a state or 2 probabilities"),
        ({"available": [[1, 1], [1, 1]]}, "booleans"),
        ({"labels": {"end": ["s2"]}}, 'no state is called "s2"'),
        ({"labels": {"end": [("s1", "a2")]}}, 'no action is called "a2"'),
    ],
)
def test_what_does_not_fit_is_said(arguments, message):
    """Each wrong argument is refused with what it must be and what was given."""
    arguments = {"transitions": coin(), "start": 0} | arguments
    with pytest.raises(SpecError, match=message):
        environment_from_arrays("coin", arguments.pop("transitions"), arguments.pop("start"), **arguments)


def test_single_precision_is_recognised():
    """float32 has too few digits to be renormalised silently, and the hint says so."""
    with pytest.raises(SpecError) as caught:
        environment_from_arrays("thirds", np.full((3, 1, 3), 1 / 3, dtype=np.float32), 0)
    assert "float32" in caught.value.diagnostics[0].help


def test_notes_say_what_was_done():
    """Simple floats leave a note, renormalised rows a warning, exact input nothing."""
    assert environment_from_arrays("coin", coin(), 0).notes == ()
    (note,) = environment_from_arrays("coin", coin(1 / 3), 0).notes
    assert note.severity is Severity.NOTE
    assert note.message == (
        "read floats as the simplest rational within 1e-12 (0.6666666666666667 as 2/3): "
        'state "s0", action "a0"'
    )
    (warning,) = environment_from_arrays("coin", [[[0.123456789123, 0.876543210987]], [[0, 1]]], 0).notes
    assert (warning.id, warning.severity) == ("renormalised-row", Severity.WARNING)


def test_environment_from_arrays_warns_of_renormalised_rows_only():
    """The short way to an environment warns where numbers changed by more than rounding."""
    assert Environment.from_arrays("coin", coin(1 / 3), 0).states == ("s0", "s1")
    with pytest.warns(UserWarning, match="divided the probabilities by their sum"):
        Environment.from_arrays("coin", [[[0.123456789123, 0.876543210987]], [[0, 1]]], 0)


def test_a_hundred_thousand_sparse_states_load_in_seconds():
    """100,000 states with 2 actions and 3 successors each stay sparse."""
    n = 100_000
    columns = (np.arange(n)[:, None] + np.array([0, 1, 57])) % n
    matrix = scipy.sparse.csr_matrix(
        (np.full(3 * n, 1 / 3), columns.ravel(), np.arange(n + 1) * 3), shape=(n, n)
    )
    began = time.perf_counter()
    environment = environment_from_arrays("ring", [matrix, matrix], 0).environment
    assert time.perf_counter() - began < 30
    assert environment.successors(n - 1, 1) == (
        (0, Fraction(1, 3)),
        (56, Fraction(1, 3)),
        (n - 1, Fraction(1, 3)),
    )
