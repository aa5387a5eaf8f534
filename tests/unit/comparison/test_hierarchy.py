"""The hierarchy of the 17 formalisms: the manifests declare what the theory says, with an argument each."""

from __future__ import annotations

from specexpr.comparison.cheapest import covers
from specexpr.comparison.hierarchy import (
    ARGUMENTS,
    FINITE,
    SEVENTEEN,
    classes,
    edges,
    inclusions,
    is_covered,
    is_covered_on_finite_tasks,
)
from specexpr.formalism import formalisms

EDGES = {
    ("mr", "rm"),
    ("mr", "rrl"),
    ("mr", "onmr"),
    ("rm", "ftr"),
    ("ltl", "ftr"),
    ("lar", "ftr"),
    ("ftr", "ftlr"),
    ("rrl", "ftlr"),
    ("onmr", "ftlr"),
    ("ftlr", "fpr"),
    ("ftlr", "tlo"),
    ("fpr", "po"),
    ("tlo", "po"),
}
"""The thirteen covering edges of the theory."""

ALIKE = (("inmr", "imorl", "ftr"), ("omorl", "fomr", "ftlr"), ("gomorl", "omo", "tlo"))


def closed(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return all pairs that follow."""
    found = pairs | {(one, one) for one in SEVENTEEN}
    while True:
        more = {(a, d) for a, b in found for c, d in found if b == c} - found
        if not more:
            return found
        found |= more


def test_seventeen_formalisms_fall_into_eleven_classes() -> None:
    """Three classes have three members each, the others one; each is behind those that it covers."""
    known = classes()
    assert len(known) == 11
    assert {one.members for one in known if len(one.members) > 1} == set(ALIKE)
    assert sorted(member for one in known for member in one.members) == sorted(SEVENTEEN)
    names = [one.name for one in known]
    assert all(not is_covered(later, earlier) for i, earlier in enumerate(names) for later in names[i + 1 :])


def test_there_are_thirteen_edges() -> None:
    """They are those of the theory, each with an argument."""
    assert {(edge.lower.name, edge.upper.name) for edge in edges()} == EDGES
    assert len(edges()) == 13
    assert all(edge.argument for edge in edges())


def test_the_manifests_say_what_the_edges_say() -> None:
    """Closed, edges and equal classes give the relation that the manifests declare, and no pair more."""
    equal = {(a, b) for alike in ALIKE for a in alike for b in alike}
    declared = {(lower, upper) for lower in SEVENTEEN for upper in SEVENTEEN if upper in covers()[lower]}
    assert closed(EDGES | equal) == declared


def test_every_declaration_has_an_argument() -> None:
    """The inclusions with an argument, closed, are all that the manifests of the 17 declare."""
    declared = {(one, upper) for one in SEVENTEEN for upper in formalisms()[one].within if upper in SEVENTEEN}
    assert closed(set(ARGUMENTS)) == closed(declared)


def test_inclusions_lead_to_whatever_covers() -> None:
    """They begin at the lower formalism, end at the upper one, and each has an argument."""
    for lower in SEVENTEEN:
        for upper in SEVENTEEN:
            if is_covered(lower, upper):
                steps = inclusions(lower, upper)
                assert all(step in ARGUMENTS for step in steps)
                ends = [lower, *(high for _, high in steps)]
                assert ends[-1] == upper
                assert [low for low, _ in steps] == ends[:-1]


def test_more_is_covered_on_finite_tasks() -> None:
    """Machines catch up with functions of trajectories, functions of one return with orders of lotteries."""
    more = {
        (lower, upper)
        for lower in SEVENTEEN
        for upper in SEVENTEEN
        if is_covered_on_finite_tasks(lower, upper) and not is_covered(lower, upper)
    }
    pairs = {(lower, upper) for lower, upper in more if {lower, upper} <= {one.name for one in classes()}}
    assert pairs == {
        *(("lar", "rm"), ("ltl", "rm"), ("ftr", "rm")),
        *((lower, "onmr") for lower in ("lar", "ltl", "rm", "rrl", "ftr", "ftlr", "tlo")),
        *(("tlo", "ftlr"), ("tlo", "fpr"), ("po", "fpr")),
    }
    assert len(FINITE) == 3
