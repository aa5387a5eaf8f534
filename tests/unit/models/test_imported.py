"""Floats become exact numbers only where the row then is a distribution."""

from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.models.imported import Reading, RowReader, exact_row, simplest


@pytest.mark.parametrize(
    ("numbers", "values", "reading"),
    [
        ((Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 3), Fraction(2, 3)), Reading.GIVEN),
        ((1,), (Fraction(1),), Reading.GIVEN),
        ((0.5, 0.25, 0.25), (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)), Reading.GIVEN),
        ((0.5, Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 2)), Reading.GIVEN),
        (
            (0.33333333333333337, 0.3333333333333333, 0.33333333333333337),
            (Fraction(1, 3),) * 3,
            Reading.SIMPLEST,
        ),
        ((0.1, 0.2, 0.7), (Fraction(1, 10), Fraction(1, 5), Fraction(7, 10)), Reading.SIMPLEST),
        ((1 / 3, Fraction(2, 3)), (Fraction(1, 3), Fraction(2, 3)), Reading.SIMPLEST),
        ((1e-6, 0.999999), (Fraction(1, 10**6), Fraction(999999, 10**6)), Reading.DECIMAL),
        # The difference of two floats is as near to 1/20000 as floats near 1 allow, not as floats near it do.
        (
            (0.9999, (1 - 0.9999) / 2, (1 - 0.9999) / 2),
            (Fraction(9999, 10000),) + (Fraction(1, 20000),) * 2,
            Reading.SIMPLEST,
        ),
        ((1e-13, 0.9999999999999), (Fraction(1, 10**13), 1 - Fraction(1, 10**13)), Reading.DECIMAL),
    ],
)
def test_numbers_that_mean_simple_rationals_become_them(numbers, values, reading):
    """The rationals that were meant come back, also where floats or their sums are not exact."""
    row = exact_row(numbers)
    assert (row.values, row.reading) == (values, reading)


def test_a_row_within_1e_9_of_one_is_renormalised():
    """Floats with nine true digits keep their ratios, the sum becomes one."""
    numbers = (0.123456789123, 0.876543210987)
    row = exact_row(numbers)
    assert row.reading is Reading.RENORMALISED
    assert sum(row.values) == 1
    assert row.values[0] / row.values[1] == Fraction(numbers[0]) / Fraction(numbers[1])


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ((0.5, 0.4), "these sum to 0.9"),
        ((0.5, 0.50000001), "these sum to 1.00000001"),
        ((Fraction(1, 2), Fraction(1, 3)), "these sum to 5/6"),
        (
            (Fraction(1, 2), Fraction(1, 2) + Fraction(1, 10**10)),
            "these sum to",
        ),  # what is exact is never renormalised
        ((1.5, -0.5), "not -0.5"),
        ((nan, 1.0), "not nan"),
        ((inf, 1.0), "not inf"),
    ],
)
def test_what_is_no_distribution_is_refused_with_the_reason(numbers, reason):
    """A row must sum to one, floats within 1e-9 and rationals exactly."""
    with pytest.raises(ValueError, match=reason):
        exact_row(numbers)


@given(st.fractions(min_value=0, max_value=1, max_denominator=1000).filter(bool))
def test_small_rationals_survive_the_way_through_floats(value):
    """A rational with a denominator up to 1,000 is the simplest one within 1e-12 of its float."""
    assert simplest(float(value)) == value
    assert simplest(-float(value)) == -value


@given(st.floats(min_value=1e-300, max_value=1, exclude_max=True))
def test_no_simpler_rational_lies_as_near(number):
    """The answer lies within 1e-12 of the float, relative to it, and no smaller denominator does."""
    found, near = simplest(number), Fraction(number) / 10**12
    assert abs(found - Fraction(number)) <= near
    q = found.denominator
    for below in {below for below in (1, 2, q // 2, q - 1) if 0 < below < q}:
        closest = Fraction(round(Fraction(number) * below), below)
        assert abs(closest - Fraction(number)) > near


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_normalised_floats_are_always_accepted(weights):
    """Whatever positive weights are divided by their sum in floats gives a distribution near the true one."""
    row = exact_row([weight / sum(weights) for weight in weights])
    assert sum(row.values) == 1
    for value, weight in zip(row.values, weights, strict=True):
        assert abs(value - Fraction(weight, sum(weights))) < Fraction(1, 10**9)


def test_problems_are_collected_with_their_places_and_counted():
    """Ten problems are listed, the rest is counted, and each names its state and action."""
    from specexpr.diagnostics import SpecError

    reader = RowReader()
    for s in range(13):
        assert reader.read((0.5,), (f"s{s}", "go")) is None
    with pytest.raises(SpecError) as caught:
        reader.raise_problems()
    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert messages[0] == 'state "s0", action "go": probabilities must sum to 1, these sum to 0.5'
    assert len(messages) == 11
    assert messages[-1] == "3 more rows are wrong"


def test_equal_floats_and_fractions_are_not_confused():
    """An exact 3602879701896397/36028797018963968 equals the float 0.1 and is still not read as 1/10."""
    binary = Fraction(0.1)
    reader = RowReader()
    assert reader.read((0.1, 0.9), "a row") == (Fraction(1, 10), Fraction(9, 10))
    assert reader.read((binary, 1 - binary), "a row") == (binary, 1 - binary)
