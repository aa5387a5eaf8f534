"""Enumerated formulas: their bits are their truth on the sampled lassos."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from specexpr.certify.formula import Atom, AtomKind, Compound, Operator
from specexpr.certify.formula_store import scheme_of, size
from specexpr.certify.model import Label
from specexpr.certify.step_chain import step_chain
from specexpr.expressivity.ltl.drafts import step_atoms, step_truth
from specexpr.expressivity.ltl.enumeration import Enumeration, sample
from specexpr.testing.examples import MEMORY, model, table
from specexpr.testing.temporal_words import Lasso, holds

LOOPS = model(
    {"s": {"a": {"s": "1/2", "t": "1/2"}, "b": "t"}, "t": {"a": "s", "b": {"t": "1/3", "s": "2/3"}}},
    start="s",
)
LABELS = (Label("push", pairs=frozenset({(0, 0), (1, 1)})),)


@pytest.mark.parametrize("seed", range(4))
def test_bits_are_truth(seed: int) -> None:
    """At every position of every lasso, for formulas of every size that is reached."""
    rng = random.Random(seed)
    law = {"a": "1/2", "b": "1/2"}
    policies = [table(LOOPS, rng.choice(["a", "b", law]), rng.choice(["a", "b", law])) for _ in range(2)]
    truth = step_truth(LABELS)
    atoms = step_atoms(LOOPS, LABELS)
    lassos = sample([step_chain(LOOPS, t) for t in policies], seed=seed)
    enumeration = Enumeration(lassos, atoms, truth)
    found = list(islice(enumeration.formulas(7), 3_000))
    assert len({bits for bits, _ in found}) == len(found)
    sizes = [size(scheme_of(formula)) for _, formula in found]
    assert sizes == sorted(sizes)
    words = []
    for steps, back in zip(lassos.steps, lassos.backs, strict=True):
        letters = [frozenset(atom for atom in atoms if truth(atom, step)) for step in steps]
        words.append(Lasso(tuple(letters[:back]), tuple(letters[back:])))
    for bits, formula in rng.sample(found, 60):
        for k in rng.sample(range(len(words)), min(4, len(words))):
            for t in rng.sample(range(enumeration.length), 3):
                assert bool(bits >> t * enumeration.count + k & 1) == holds(formula, words[k], t)


def test_formulas_with_equal_values_are_kept_apart() -> None:
    """X y and y & X y have probability 0 under a policy that never takes y; both are enumerated."""
    policies = [table(MEMORY, x, y, "a") for x in "ab" for y in "ab"]
    lassos = sample([step_chain(MEMORY, t) for t in policies])
    found = [f for _, f in Enumeration(lassos, step_atoms(MEMORY), step_truth()).formulas(4)]
    b = Atom(AtomKind.DO, 1)
    later = Compound(Operator.NEXT, (b,))
    assert later in found
    assert Compound(Operator.AND, (b, later)) in found


def test_a_certain_trajectory_has_one_lasso() -> None:
    """Deterministic policies are sampled exactly; lassos are trajectories of their policies."""
    half = {"a": "1/2", "b": "1/2"}
    chains = [step_chain(LOOPS, table(LOOPS, "b", "a")), step_chain(LOOPS, table(LOOPS, half, half))]
    lassos = sample(chains)
    assert lassos.certain == (True, False)
    for steps, back, own in zip(lassos.steps, lassos.backs, zip(*lassos.weights, strict=True), strict=True):
        chain = chains[0] if own[0] else chains[1]
        for here, following in zip(steps, (*steps[1:], steps[back]), strict=True):
            assert here[2] == following[0]
            assert following in dict(chain.leaving[following[0]])
    assert [round(sum(weights), 9) for weights in lassos.weights] == [1, 1]
