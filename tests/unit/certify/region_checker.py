"""An independent checker of regions, hulls, bars and refuted splits, on the bare JSON.

All comparisons are written out, policy by policy. What is claimed is decided anew by trying every way to put
policies on two sides, with a simplex method of its own; then the proof is added up.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from certify_checker import Json, Policy, Vector, combine, feasible, identity
from equality_checker import Comparisons

BAR = ("", "", "")
"""The unknown beside the rewards of transitions: the number that a return should reach."""

Look = frozenset[tuple[tuple[str, str, str], Fraction]]
Row = tuple[str, Look, Look]
Sides = dict[Look, bool]


class Sided:
    """What a result asks, by the occupancies of the policies."""

    def __init__(self, document: Json, result: Json) -> None:
        self.asked = Comparisons(document, result)
        proof = result["witness"] or result["certificate"]
        given = result["options"].get("discount", "any")
        self.is_any = given == "any"
        self.g = Fraction(proof["discount"] or Fraction(1, 2)) if self.is_any else Fraction(given)
        assert 0 < self.g < 1
        assert self.is_any or proof["discount"] == given
        self.known: dict[tuple[str, str], Look] = {}
        self.rows = {(r, self.named(w, i), self.named(w, j)) for r, w, i, j in self.asked.rows}
        self.policies = sorted({x for _, *ends in self.rows for x in ends}, key=sorted)

    def named(self, where: str, policy: str) -> Look:
        return self.look(where, json.loads(policy))

    def look(self, where: str, table: Json) -> Look:
        """Return the occupancy of a policy."""
        world = self.asked.worlds[where]
        policy = world.policy(table)
        mark = where, identity(policy)
        if mark not in self.known:
            self.known[mark] = frozenset(world.occupancy(policy, self.g).items())
        return self.known[mark]

    def written(self, where: str, table: Json) -> Look:
        """Return the occupancy of a policy of a proof; if it is named it has that name."""
        world = self.asked.worlds[where]
        if "name" in table and "name" not in world.states:
            assert identity(self.asked.named(where, table["name"])) == identity(world.policy(table))
        return self.look(where, table)

    def constraint(self, c: Json) -> Row:
        """Return a constraint of a proof once the task asks for it."""
        where, world = c["environment"], self.asked.worlds[c["environment"]]
        looks = [self.written(where, c[side]) for side in ("better", "worse")]
        lines = self.lines(where, c["relation"], world.policy(c["better"]), world.policy(c["worse"]))
        assert lines
        assert c["line"] is None or c["line"] in lines
        return c["relation"], looks[0], looks[1]

    def lines(self, where: str, relation: str, better: Policy, worse: Policy) -> set[int | None]:
        """Return the lines that ask for a constraint; sets may do so of policies that behave like members."""
        exact = self.asked.rows.get((relation, where, identity(better), identity(worse)), set())
        world = self.asked.worlds[where]
        if not self.asked.merged:
            return exact
        alike = world.behaviour(better), world.behaviour(worse)
        found = set(exact)
        for (r, place, i, j), lines in self.asked.rows.items():
            if (r, place) == (relation, where):
                ends = (world.behaviour(world.policy(json.loads(x))) for x in (i, j))
                found |= lines if tuple(ends) == alike else set()
        return found

    def splits(self, holds: Callable[[str, bool, bool], bool]) -> Iterator[Sides]:
        """Yield every way to put the policies on two sides that each constraint by itself allows."""
        for sides in itertools.product((False, True), repeat=len(self.policies)):
            found = dict(zip(self.policies, sides, strict=True))
            if all(holds(r, found[i], found[j]) for r, i, j in self.rows):
                yield found


Rows = Sequence[tuple[str, Vector]]


def is_consistent(rows: Rows) -> bool:
    """Say whether w.r > 0, >= 0, = 0 for some w as asked: a weak row holds strictly or is a tie."""
    weak = [r for relation, r in rows if relation == ">="]
    strict = [r for relation, r in rows if relation == ">"]
    ties = [r for relation, r in rows if relation == "~"]
    for chosen in itertools.product((True, False), repeat=len(weak)):
        above = [r for r, is_strict in zip(weak, chosen, strict=True) if is_strict]
        level = [r for r, is_strict in zip(weak, chosen, strict=True) if not is_strict]
        if feasible([*strict, *above], [*ties, *level]) is not None:
            return True
    return False


def gap(i: Look, j: Look) -> Vector:
    return combine((1, dict(i)), (-1, dict(j)))


def parted(high: Sequence[Look], low: Sequence[Look]) -> list[tuple[str, Vector]]:
    """Return rows that ask for a bar between returns; of finitely many, at least is as good as above."""
    rows = [(">", combine((1, dict(i)), (-1, {BAR: Fraction(1)}))) for i in high]
    return rows + [(">", combine((-1, dict(j)), (1, {BAR: Fraction(1)}))) for j in low]


def is_two_level(relation: str, better: bool, worse: bool) -> bool:
    return {">": better > worse, ">=": better >= worse, "~": better == worse}[relation]


def is_split(relation: str, better: bool, worse: bool) -> bool:
    return better >= worse and (better == worse or relation != "~")


def assert_right(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    formalism = result["formalism"]
    assert formalism in ("feasible", "consat")
    if result["verdict"] == "undecided":
        assert not any(result[key] for key in ("witness", "certificate", "proof", "size"))
        assert result["reason"]
        return
    assert result["reason"] is None
    assert result["proof"] == "exact"
    sided = Sided(document, result)
    is_yes = result["verdict"] == "expressible"
    assert (result["witness"] is not None) is is_yes
    assert (result["certificate"] is None) is is_yes
    proof = result["witness"] or result["certificate"]
    if formalism == "feasible":
        regions = list(every_region(sided))
        assert bool(regions) is is_yes
        {"region": assert_region, "hull": assert_hull}[proof["kind"]](sided, proof)
        assert_size(sided, regions, proof, result["size"])
    else:
        assert any(is_ordered(sided, above) for above in sided.splits(is_split)) is is_yes
        kinds = {"bar": assert_bar, "splits": assert_splits, "reward": assert_reward}
        kinds[proof["kind"]](sided, proof)
        assert result["size"] is None


# -- regions -----------------------------------------------------------------------------------------------


def every_region(sided: Sided) -> Iterator[Sides]:
    """Yield every way to be inside: a hyperplane cuts each policy outside off."""

    @cache
    def is_cut(inside: frozenset[Look], policy: Look) -> bool:
        return is_consistent(parted(sorted(inside, key=sorted), [policy]))

    for found in sided.splits(is_two_level):
        inside = frozenset(x for x, is_in in found.items() if is_in)
        if all(is_cut(inside, x) for x, is_in in found.items() if not is_in):
            yield found


def returned(reward: Json, look: Look) -> Fraction:
    """Return the return of a policy."""
    keys = [(e["state"], e["action"], e.get("next")) for e in reward]
    assert len(set(keys)) == len(keys)
    total = Fraction(0)
    for e in reward:
        step = e["state"], e["action"]
        visits = {key: x for key, x in look if key[:2] == step and e.get("next") in (None, key[2])}
        total += Fraction(e["value"]) * sum(visits.values(), Fraction(0))
    return total


def assert_region(sided: Sided, proof: Json) -> None:
    assert proof["rewards"]
    thresholds = [(one["reward"], Fraction(one["least"])) for one in proof["rewards"]]

    @cache
    def is_inside(look: Look) -> bool:
        return all(returned(reward, look) >= least for reward, least in thresholds)

    for relation, i, j in sided.rows:
        assert is_two_level(relation, is_inside(i), is_inside(j))
    for one in proof.get("overlaps", ()):
        means = []
        for side in ("outside", "inside"):
            parts = [(Fraction(x["share"]), sided.written(x["environment"], x["policy"])) for x in one[side]]
            assert sum(share for share, _ in parts) == 1
            assert min(share for share, _ in parts) > 0
            means.append(combine(*((share, dict(look)) for share, look in parts)))
        assert means[0] == means[1]


def assert_size(sided: Sided, regions: Sequence[Sides], proof: Json, size: Json | None) -> None:
    """Check that no fewer rewards do than is said, for any region that serves."""
    if proof["kind"] != "region":
        assert size is None
        return
    assert size is not None
    assert 1 <= size["lower"] <= size["upper"] == len(proof["rewards"])
    if size["lower"] == 1:
        return
    for found in regions:
        inside = [x for x, is_in in found.items() if is_in]
        outside = [x for x, is_in in found.items() if not is_in]
        for colours in itertools.product(range(size["lower"] - 1), repeat=len(outside)):
            groups = [
                [x for x, c in zip(outside, colours, strict=True) if c == k] for k in range(size["lower"] - 1)
            ]
            assert not all(is_consistent(parted(inside, group)) for group in groups)


def assert_hull(sided: Sided, proof: Json) -> None:
    inside: list[Look] = []
    for step in proof["steps"]:
        here = sided.written(step["environment"], step["policy"])
        if "by" in step:
            assert "mean" not in step
            relation, better, worse = sided.constraint(step["by"])
            is_first = here == better and (relation == ">" or worse in inside)
            assert is_first or (relation == "~" and here == worse and better in inside)
        else:
            parts = [(Fraction(x["share"]), inside[x["step"] - 1]) for x in step["mean"]]
            assert all(x["step"] >= 1 for x in step["mean"])
            assert min(share for share, _ in parts) > 0
            assert sum(share for share, _ in parts) == 1
            assert combine(*((share, dict(look)) for share, look in parts)) == dict(here)
            assert not sided.is_any or {look for _, look in parts} == {here}
        inside.append(here)
    relation, _, worse = sided.constraint(proof["against"])
    assert relation == ">"
    assert worse in inside


# -- bars --------------------------------------------------------------------------------------------------


def is_ordered(sided: Sided, above: Sides) -> bool:
    """Say whether a constraint with its bar and an aim order the policies on these sides as asked."""
    for side in (True, False):
        rows: list[tuple[str, Vector]] = [
            (r, gap(i, j)) for r, i, j in sorted(sided.rows, key=str) if above[i] == above[j] == side
        ]
        if not side:
            rows += parted([x for x in above if above[x]], [x for x in above if not above[x]])
        if not is_consistent(rows):
            return False
    return True


def assert_order(sided: Sided, value: Callable[[Look], Any]) -> None:
    for relation, i, j in sided.rows:
        better, worse = value(i), value(j)
        assert {">": better > worse, ">=": better >= worse, "~": better == worse}[relation]


def assert_bar(sided: Sided, proof: Json) -> None:
    def value(look: Look) -> tuple[int, Fraction]:
        constraint, aim = returned(proof["constraint"], look), returned(proof["aim"], look)
        return (1, aim) if constraint >= Fraction(proof["bar"]) else (0, constraint)

    assert_order(sided, value)


def assert_reward(sided: Sided, proof: Json) -> None:
    assert_order(sided, lambda look: returned(proof["reward"], look))


def assert_splits(sided: Sided, proof: Json) -> None:
    rows = [sided.constraint(c) for c in proof["constraints"]]
    needed = [assert_cut(sided, rows, cut) for cut in proof["cuts"]]
    policies = sorted({x for _, *ends in rows for x in ends}, key=sorted)
    for sides in itertools.product((False, True), repeat=len(policies)):
        above = dict(zip(policies, sides, strict=True))
        if all(is_split(r, above[i], above[j]) for r, i, j in rows):
            assert any(all(above.get(x) is side for x, side in need) for need in needed)


def assert_cut(sided: Sided, rows: Sequence[Row], cut: Json) -> list[tuple[Look, bool]]:
    """Add a cut up; return which policies must be on which sides for it."""
    is_above = {"above": True, "below": False}[cut["side"]]
    assert not is_above or not (cut.get("above") or cut.get("below"))
    needed, parts, strict = [], [], []
    numbers = [x["constraint"] for x in cut["weights"]]
    assert len(set(numbers)) == len(numbers)
    for x in cut["weights"]:
        relation, better, worse = rows[x["constraint"] - 1]
        y = Fraction(x["weight"])
        assert y > 0 or (y and relation == "~")
        strict += [y] if relation == ">" else []
        parts += [(y, dict(better)), (-y, dict(worse))]
        needed.append((worse, is_above))
    for key, sign in (("above", 1), ("below", -1)):
        for x in cut.get(key, ()):
            look, y = sided.written(x["environment"], x["policy"]), Fraction(x["weight"])
            assert y > 0
            strict += [y] if key == "below" else []
            parts.append((sign * y, dict(look)))
            needed.append((look, key == "above"))
    assert strict
    assert not combine(*parts)
    return needed
