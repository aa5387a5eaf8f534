"""What an objective over given objectives leaves to choose, and whether some choice meets comparisons.

Let v_0, .., v_(k-1) be the values of a policy under the given objectives. What it is worth is

- `maxmin`: min v, and `maxmax`: max v. Nothing is left to choose.
- `lexmax`: (v_p(0), .., v_p(k-1)) for a priority p, a permutation of all; the first difference counts.
- `maxsat`: how many i have v_i >= c_i, for thresholds c.
- `feasible`: 1 if all i have v_i >= c_i, else 0, for thresholds c.
- `consat`, k = 2: (1, v_a) if v_b >= c, else (0, v_b), for a bar b, the other one a the aim, a threshold c.

Only comparisons of finitely many vectors count, so that a choice is one of finitely many. It is found so:

**Priorities.** Of the comparisons that no objective chosen so far decides, let o be an objective that none
decides wrongly: put it next. If any priority p meets all, so does p with o moved to this place: comparisons
that o decides are met, for all others the order of the rest is as before. So if there is no such o, there is
no priority. Where none is left undecided the rest may follow in any order; what no objective decides at all
is a tie.

**All thresholds met.** In i > j, i is inside and j is not; in i >= j and i ~ j, if j is inside so is i; in
i ~ j also the other way round. With policies that are inside so is every one that is at least their
least value in each objective. What these rules force inside is inside for any thresholds that serve; and its
least values, as thresholds, keep everything else outside.

**A bar.** Thresholds differ only by which values of b they lie above: all of them are tried.

**Thresholds counted.** A threshold above all values and one below all give the same order, so c_i is one of
the values of i that occur. A box of such thresholds is dropped if one comparison fails in all of it, kept if
all hold in all of it, and else cut in two where a comparison that does not yet hold turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from specexpr.certify.model import Relation
from specexpr.certify.ordering import holds
from specexpr.certify.proofs import Refused, TooLarge

Vector = tuple[Fraction, ...]
Comparison = tuple[Relation, Vector, Vector]
"""A relation of two policies, by their values under the given objectives."""

Box = tuple[tuple[int, int], ...]
"""For each objective the first and the last of the thresholds, by their ranks."""

CHOOSING = frozenset({"maxmin", "maxmax", "lexmax", "maxsat", "feasible", "consat"})
MOST_WORK = 1_000_000
"""So many comparisons are looked at in boxes of thresholds."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Choice:
    """Objectives by number in the order of their priority, the bar before the aim; thresholds of some."""

    priorities: tuple[int, ...] = ()
    thresholds: tuple[tuple[int, Fraction], ...] = ()


def check_choice(formalism: str, choice: Choice, count: int) -> None:
    """Check that a choice is one of so many objectives. Raises Refused."""
    everyone = list(range(count))
    wanted = everyone if formalism in ("lexmax", "consat") else []
    bounded = everyone if formalism in ("maxsat", "feasible") else list(choice.priorities[:1])
    if formalism == "lexmax":
        bounded = []
    if formalism == "consat" and count != 2:
        raise Refused("an aim subject to a constraint is about two objectives")
    if sorted(choice.priorities) != wanted or [i for i, _ in choice.thresholds] != bounded:
        raise Refused("the choice does not fit the given objectives")


def worth(formalism: str, choice: Choice) -> Callable[[Vector], Any]:
    """Return what policies are worth, by their values under the given objectives."""
    match formalism:
        case "maxmin":
            return min
        case "maxmax":
            return max
        case "lexmax":
            return lambda v: tuple(v[i] for i in choice.priorities)
        case "maxsat":
            return lambda v: sum(v[i] >= c for i, c in choice.thresholds)
        case "feasible":
            return lambda v: all(v[i] >= c for i, c in choice.thresholds)
        case _:
            bar, aim = choice.priorities
            least = choice.thresholds[0][1]
            return lambda v: (1, v[aim]) if v[bar] >= least else (0, v[bar])


def meets(formalism: str, choice: Choice, comparisons: Sequence[Comparison]) -> bool:
    """Say whether a choice meets comparisons."""
    value = worth(formalism, choice)
    return all(holds(relation, value(better), value(worse)) for relation, better, worse in comparisons)


def find_choice(formalism: str, comparisons: Sequence[Comparison], count: int) -> Choice | None:
    """Return a choice that meets comparisons of policies by so many objectives; None if there is none.

    Raises TooLarge where too many choices would have to be looked at.
    """
    vectors = list(dict.fromkeys(v for _, *sides in comparisons for v in sides))
    match formalism:
        case "lexmax":
            found = _priorities(comparisons, count)
        case "maxsat":
            found = _counted(comparisons, count)
        case "feasible":
            found = _inside(comparisons, vectors, count)
        case "consat":
            bars = ((b, c) for b in (0, 1) for c in _with_one_above({v[b] for v in vectors}))
            choices = (Choice((b, 1 - b), ((b, c),)) for b, c in bars)
            found = next(filter(partial(_serves, formalism, comparisons), choices), None)
        case _:
            found = Choice()
    return found if found is not None and meets(formalism, found, comparisons) else None


def _serves(formalism: str, comparisons: Sequence[Comparison], choice: Choice) -> bool:
    return meets(formalism, choice, comparisons)


def _with_one_above(values: set[Fraction]) -> list[Fraction]:
    return [*sorted(values), max(values, default=_ZERO) + 1]


def _priorities(comparisons: Sequence[Comparison], count: int) -> Choice | None:
    chosen: list[int] = []
    left = [(u, v) for relation, u, v in comparisons if relation is not Relation.TIE]
    while len(chosen) < count:
        waiting = (i for i in range(count) if i not in chosen)
        following = next((i for i in waiting if all(u[i] >= v[i] for u, v in left)), None)
        if following is None:
            return None
        chosen.append(following)
        left = [(u, v) for u, v in left if u[following] == v[following]]
    return Choice(tuple(chosen))


def _inside(comparisons: Sequence[Comparison], vectors: Sequence[Vector], count: int) -> Choice:
    inside = {better for relation, better, _ in comparisons if relation is Relation.STRICT}
    rises = [(worse, better) for relation, better, worse in comparisons if relation is not Relation.STRICT]
    rises += [(better, worse) for relation, better, worse in comparisons if relation is Relation.TIE]
    size = -1
    least: Sequence[Fraction] = [min((v[i] for v in vectors), default=_ZERO) for i in range(count)]
    while inside and size < len(inside):
        size = len(inside)
        inside |= {upper for lower, upper in rises if lower in inside}
        least = [min(v[i] for v in inside) for i in range(count)]
        inside |= {v for v in vectors if all(x >= c for x, c in zip(v, least, strict=True))}
    return Choice((), tuple(enumerate(least)))


@dataclass(frozen=True, slots=True)
class Ranks:
    """Comparisons by the ranks of their values among those that occur, for thresholds that are counted."""

    values: tuple[tuple[Fraction, ...], ...]
    rows: tuple[tuple[Relation, tuple[tuple[int, int], ...]], ...]

    @property
    def box(self) -> Box:
        """Return the box of all thresholds."""
        return tuple((0, len(here) - 1) for here in self.values)

    def failing(self, box: Box) -> int | None:
        """Return the number of a comparison that fails in all of a box, or None."""
        return next((n for n, row in enumerate(self.rows) if _state(row, box)[0] is False), None)

    def halves(self, box: Box) -> list[Box]:
        """Return the box where all comparisons hold in all of it, else the halves of one in which none fails.

        It is cut where the comparison turns that is nearest to be settled.
        """
        best: tuple[int, int, int] | None = None
        for row in self.rows:
            state, ranges = _state(row, box)
            open_ones = [i for i, (least, most) in enumerate(ranges) if least < most]
            if state is None and (best is None or len(open_ones) < best[0]):
                sides = row[1][open_ones[0]]
                edge = min(sides) if box[open_ones[0]][0] <= min(sides) else max(sides)
                best = len(open_ones), open_ones[0], edge
        if best is None:
            return [box]
        _, i, edge = best
        first, last = box[i]
        return [(*box[:i], ends, *box[i + 1 :]) for ends in ((edge + 1, last), (first, edge))]


def ranked(comparisons: Sequence[Comparison], count: int) -> Ranks:
    """Return comparisons of policies by so many objectives as ranks."""
    sides = [v for _, *both in comparisons for v in both]
    values = tuple(tuple(sorted({v[i] for v in sides}) or [_ZERO]) for i in range(count))
    ranks = [{x: rank for rank, x in enumerate(here)} for here in values]
    rows = (
        (relation, tuple((ranks[i][u[i]], ranks[i][v[i]]) for i in range(count)))
        for relation, u, v in comparisons
    )
    return Ranks(values, tuple(rows))


def _counted(comparisons: Sequence[Comparison], count: int) -> Choice | None:
    ranks = ranked(comparisons, count)
    pending = [ranks.box]
    spent = 0
    while pending:
        box = pending.pop()
        spent += len(comparisons)
        if spent > MOST_WORK:
            raise TooLarge("too many thresholds would have to be tried")
        if ranks.failing(box) is not None:
            continue
        parts = ranks.halves(box)
        if parts == [box]:
            return Choice((), tuple((i, ranks.values[i][low]) for i, (low, _) in enumerate(box)))
        pending += parts
    return None


def _state(
    row: tuple[Relation, tuple[tuple[int, int], ...]], box: Box
) -> tuple[bool | None, list[tuple[int, int]]]:
    """Return whether a comparison holds in all of a box, False: in none of it, and what objectives add."""
    relation, sides = row
    ranges = [_gains(side, ends) for side, ends in zip(sides, box, strict=True)]
    low, high = sum(low for low, _ in ranges), sum(high for _, high in ranges)
    needed = 1 if relation is Relation.STRICT else 0
    is_tie = relation is Relation.TIE
    if high < needed or (is_tie and low > 0):
        return False, ranges
    return (True if low >= needed and not (is_tie and high > 0) else None), ranges


def _gains(side: tuple[int, int], ends: tuple[int, int]) -> tuple[int, int]:
    """Return the least and the most that an objective adds, for thresholds of these ranks.

    A threshold tells the two ranks of a side apart if it lies above the lower and not above the higher.
    """
    low, high = min(side), max(side)
    some = max(low + 1, ends[0]) <= min(high, ends[1])
    all_of = low < ends[0] and ends[1] <= high
    return (int(all_of), int(some)) if side[0] > side[1] else (-int(some), -int(all_of))
