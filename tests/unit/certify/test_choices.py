"""Choices of priorities and thresholds: found whenever there are any, against all written out."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest

from specexpr.certify import choices
from specexpr.certify.choices import CHOOSING, Choice, check_choice, find_choice, meets, ranked
from specexpr.certify.model import Relation
from specexpr.certify.proofs import Refused, TooLarge

Row = tuple[Relation, choices.Vector, choices.Vector]
DRAWN = 800
STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE


def vector(*values: int) -> choices.Vector:
    return tuple(map(Fraction, values))


def every_choice(formalism: str, rows: list[Row], count: int) -> Iterator[Choice]:
    """Yield all choices that may differ on some comparisons."""
    sides = [v for _, *both in rows for v in both]
    cuts = [sorted({v[i] for v in sides}) for i in range(count)]
    cuts = [[*some, some[-1] + 1] for some in cuts]
    match formalism:
        case "lexmax":
            yield from map(Choice, itertools.permutations(range(count)))
        case "maxsat" | "feasible":
            for bounds in itertools.product(*cuts):
                yield Choice((), tuple(enumerate(bounds)))
        case "consat":
            for bar in (0, 1):
                yield from (Choice((bar, 1 - bar), ((bar, c),)) for c in cuts[bar])
        case _:
            yield Choice()


def drawn(rng: random.Random, count: int) -> list[Row]:
    """Return a few comparisons of a few policies with small values, many of them equal."""
    some = [vector(*(rng.randint(0, 3) for _ in range(count))) for _ in range(rng.randint(2, 6))]
    relations = rng.choice([[STRICT], [STRICT, STRICT, WEAK, TIE]])
    return [(rng.choice(relations), rng.choice(some), rng.choice(some)) for _ in range(rng.randint(1, 5))]


@pytest.mark.parametrize("formalism", sorted(CHOOSING))
def test_a_choice_is_found_iff_there_is_one(formalism: str) -> None:
    """Of all choices written out some meets the comparisons iff one is found, and what is found does."""
    rng, seen = random.Random(formalism), Counter[bool]()
    for _ in range(DRAWN):
        count = 2 if formalism == "consat" else rng.randint(1, 3)
        rows = drawn(rng, count)
        true = any(meets(formalism, choice, rows) for choice in every_choice(formalism, rows, count))
        found = find_choice(formalism, rows, count)
        assert (found is not None) == true
        if found is not None:
            check_choice(formalism, found, count)
            assert meets(formalism, found, rows)
        seen[true] += 1
    assert min(seen[True], seen[False]) > 50


def test_boxes_of_thresholds_cover_all() -> None:
    """Cut until a comparison fails in all of a box, the boxes are all thresholds, each once."""
    rng = random.Random(1)
    for _ in range(100):
        rows = drawn(rng, 2)
        if find_choice("maxsat", rows, 2) is not None:
            continue
        ranks = ranked(rows, 2)
        pending, covered = [ranks.box], Counter[tuple[int, ...]]()
        while pending:
            box = pending.pop()
            if ranks.failing(box) is None:
                halves = ranks.halves(box)
                assert len(halves) == 2
                pending += halves
            else:
                covered.update(itertools.product(*(range(low, high + 1) for low, high in box)))
        everything = itertools.product(*(range(low, high + 1) for low, high in ranks.box))
        assert covered == Counter(everything)


def test_thresholds_at_the_values_are_met() -> None:
    """A value that is its threshold meets it: at least, not more than."""
    rows = [(STRICT, vector(1), vector(0))]
    found = find_choice("feasible", rows, 1)
    assert found == Choice((), ((0, Fraction(1)),))
    assert meets("maxsat", found, rows)
    assert not meets("maxsat", Choice((), ((0, Fraction(2)),)), rows)


@pytest.mark.parametrize(
    ("formalism", "choice", "count"),
    [
        ("maxmin", Choice((0,)), 1),
        ("maxmax", Choice((), ((0, Fraction(1)),)), 1),
        ("lexmax", Choice((0,)), 2),
        ("lexmax", Choice((0, 0)), 2),
        ("lexmax", Choice((0, 1), ((0, Fraction(1)),)), 2),
        ("maxsat", Choice((), ((0, Fraction(1)),)), 2),
        ("maxsat", Choice((0,), ((0, Fraction(1)),)), 1),
        ("feasible", Choice((), ((1, Fraction(1)), (0, Fraction(1)))), 2),
        ("consat", Choice((0, 1), ((1, Fraction(1)),)), 2),
        ("consat", Choice((0, 1)), 2),
        ("consat", Choice((0, 1, 2), ((0, Fraction(1)),)), 3),
    ],
)
def test_a_choice_fits_the_objectives(formalism: str, choice: Choice, count: int) -> None:
    """Every objective has its place or its threshold, once, and nothing else has."""
    with pytest.raises(Refused):
        check_choice(formalism, choice, count)


def test_too_many_thresholds_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is bounded, and says so."""
    monkeypatch.setattr(choices, "MOST_WORK", 5)
    rows = [(STRICT, vector(i, -i), vector(i + 1, -i - 1)) for i in range(4)]
    rows += [(STRICT, v, u) for _, u, v in rows]
    with pytest.raises(TooLarge):
        find_choice("maxsat", rows, 2)
