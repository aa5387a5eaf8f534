"""The refutation of small machines: what the exploration covers, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from specexpr.certify import mixtures, structures
from specexpr.certify.features import features
from specexpr.certify.hidden import Hidden, Moves
from specexpr.certify.kinds.machines import MachinesCertificate, check_machines
from specexpr.certify.model import Claim, Machine, PolicyConstraint, Relation, Setting
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.structures import Smaller, check_smaller, explore, is_consistent
from specexpr.expressivity.machines.core import Core
from specexpr.expressivity.machines.search import Search
from specexpr.testing.examples import MEMORY, corners, model, table

COINS = model({"s": {"a": "s", "b": "s"}}, start="s")


def zigzag(n: int) -> Claim:
    coins = [table(COINS, {"a": f"{i}/{n + 1}", "b": f"{n + 1 - i}/{n + 1}"}) for i in range(1, n + 1)]
    asked = tuple(
        PolicyConstraint(0, coins[i], coins[j], Relation.STRICT)
        for i in range(1, n, 2)
        for j in range(0, n, 2)
    )
    return Claim((COINS,), asked, (), Fraction(1, 2))


def memory() -> Claim:
    policies = corners(MEMORY)
    pairs = (("aaa", "aba"), ("bba", "baa"))
    asked = tuple(PolicyConstraint(0, policies[x], policies[y], Relation.STRICT) for x, y in pairs)
    return Claim((MEMORY,), asked, (), Fraction(9, 10))


def refuted(claim: Claim, states: int) -> Smaller:
    found = Search(Core(claim, claim.fixed_discount)).run(states)
    assert isinstance(found, Smaller)
    return found


def combination(*, observed: int) -> Hidden:
    """Return a combination that depends on so many observations of one node, and never vanishes."""
    moved = dict.fromkeys(range(observed), (0, 1))
    return Hidden((1,), (1, 0), moved, (0,), ((tuple(moved), (0,) * observed),))


def canonical(moves: Moves) -> tuple[tuple[int, ...], ...]:
    """Return the part of a structure that is reached, numbered breadth first."""
    place, order = {0: 0}, [0]
    for u in order:
        for _, v in sorted(moves[u].items()):
            if v not in place:
                place[v] = len(order)
                order.append(v)
    return tuple(tuple(place[moves[u][o]] for o in sorted(moves[u])) for u in order)


@pytest.mark.parametrize(("states", "observed"), [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2)])
def test_every_structure_is_met_once(states: int, observed: int) -> None:
    """What is explored are all structures with at most k states, each once up to the names of its states."""
    met: list[tuple[tuple[int, ...], ...]] = []
    never, always = combination(observed=observed), Hidden((), (), {}, (0,), (((), ()),))

    def choose(moves: Moves) -> int:
        if all(len(row) == observed for row in moves):
            met.append(canonical(moves))
            return 1
        return 0

    explore([never, always], states, choose)
    everything = {
        canonical([dict(enumerate(targets[u * observed : (u + 1) * observed])) for u in range(states)])
        for targets in product(range(states), repeat=states * observed)
    }
    assert sorted(met) == sorted(everything)


def test_equations_are_solved_exactly() -> None:
    """A system is consistent iff its right-hand side is a combination of its columns."""
    random = Random(1)
    seen = set()
    for largest in [2] * 300 + [1 << 100] * 100:
        width = random.randint(1, 3 if largest == 2 else 6)
        rows = [
            [random.randint(-largest, largest) for _ in range(width)] for _ in range(random.randint(1, 5))
        ]
        x = [Fraction(random.randint(-3, 3), random.randint(1, 3)) for _ in range(width)]
        right = [6 * sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
        assert is_consistent([[*row, int(b)] for row, b in zip(rows, right, strict=True)])[0]
        spoiled = [int(b) + random.choice((0, 0, 0, 1)) for b in right]
        by_minors = is_combination(rows, spoiled)
        assert is_consistent([[*row, b] for row, b in zip(rows, spoiled, strict=True)])[0] is by_minors
        seen.add(by_minors)
    assert seen == {True, False}


def is_combination(rows: list[list[int]], right: list[int]) -> bool:
    """Say by ranks whether the right-hand side is a combination of the columns."""
    return rank([[*row, b] for row, b in zip(rows, right, strict=True)]) == rank(rows)


def rank(rows: list[list[int]]) -> int:
    work, found = [[Fraction(x) for x in row] for row in rows], 0
    for j in range(len(work[0])):
        pivot = next((i for i in range(found, len(work)) if work[i][j]), None)
        if pivot is not None:
            work[found], work[pivot] = work[pivot], work[found]
            for i in range(found + 1, len(work)):
                factor = work[i][j] / work[found][j]
                work[i] = [x - factor * y for x, y in zip(work[i], work[found], strict=True)]
            found += 1
    return found


@pytest.mark.parametrize("claim", [memory(), zigzag(3), zigzag(4)])
def test_in_every_structure_some_combination_vanishes(claim: Claim) -> None:
    """What the kernel accepts is so by the features in all structures on what the policies show."""
    states = 1 if claim.models[0] is MEMORY else len({c.better for c in claim.constraints})
    proof = refuted(claim, states)
    check_smaller(claim, proof)
    parts = [
        [(PolicyConstraint(t.model, t.better, t.worse, t.relation), t.weight) for t in terms]  # type: ignore[arg-type] # tables
        for terms in proof.combinations
    ]
    names = tuple(f"u{u}" for u in range(states))
    count = 2 if claim.models[0] is COINS else 6
    for targets in product(range(states), repeat=states * count):
        moves = tuple(targets[u * count : (u + 1) * count] for u in range(states))
        known = features("rm", claim, machine=Machine(names, moves))
        assert any(not known.combined(terms) for terms in parts)


def test_what_is_too_few_is_not_enough() -> None:
    """A refutation of k states is none of k + 1, of other constraints, or at another discount."""
    claim = zigzag(4)
    proof = refuted(claim, 2)
    check_smaller(claim, proof)
    for wrong in (
        replace(proof, states=3),
        replace(proof, order=proof.order[:-1]),
        replace(proof, order=(*proof.order, 0)),
        replace(proof, order=(len(proof.combinations), *proof.order[1:])),
        replace(proof, order=(-1, *proof.order[1:])),
        replace(proof, combinations=proof.combinations[::-1]),
    ):
        with pytest.raises(Refused):
            check_smaller(claim, wrong)
    with pytest.raises(Refused, match="no combination refutes"):
        check_smaller(replace(claim, discount=Fraction(1, 3)), proof)
    with pytest.raises(Refused, match="not asked for"):
        check_smaller(replace(claim, constraints=claim.constraints[1:]), proof)


def test_questions_that_a_refutation_does_not_answer() -> None:
    """An open discount, a fixed machine, and any number of states."""
    claim = memory()
    proof = refuted(claim, 1)
    with pytest.raises(Refused, match="at one discount may do at another"):
        check_smaller(replace(claim, discount=None), proof)
    machine = Machine(("u",), ((0,) * 6,))
    with pytest.raises(Refused, match="fixes the machine"):
        check_smaller(replace(claim, setting=Setting(machine=machine)), proof)
    certificate = MachinesCertificate(proof)
    with pytest.raises(Refused, match="any number"):
        check_machines(claim, "rm", certificate)
    with pytest.raises(Refused, match="with 2 states"):
        check_machines(replace(claim, setting=Setting(machine_states=2)), "rm", certificate)
    check_machines(replace(claim, setting=Setting(machine_states=1)), "rm", certificate)


def test_without_memory_there_is_one_structure() -> None:
    """One combination refutes machines with one state, by its visits; more would be superfluous."""
    claim = memory()
    proof = refuted(claim, 1)
    assert proof.order == (0,)
    check_smaller(claim, proof)
    for wrong in (
        replace(proof, combinations=proof.combinations * 2),
        replace(proof, order=()),
        replace(proof, order=(0, 0)),
        replace(proof, order=(1,)),
    ):
        with pytest.raises(Refused, match="one structure"):
            check_smaller(claim, wrong)
    heavier = [replace(proof.combinations[0][0], weight=Fraction(2)), *proof.combinations[0][1:]]
    with pytest.raises(Refused, match="does not vanish even without memory"):
        check_smaller(claim, replace(proof, combinations=(tuple(heavier),)))


def test_large_models_without_memory() -> None:
    """Past 60 states visits would have to be carried: there the equations of mixtures are solved."""
    names = [f"s{i}" for i in range(61)]
    pairs = zip(names, [*names[1:], names[-1]], strict=True)
    world = model({name: {"a": after, "b": after} for name, after in pairs}, start="s0")
    policies = {x + y: table(world, x, *["a"] * 58, y, "a") for x in "ab" for y in "ab"}
    asked = tuple(
        PolicyConstraint(0, policies[x], policies[y], Relation.STRICT)
        for x, y in (("aa", "ab"), ("bb", "ba"))
    )
    claim = Claim((world,), asked, (), Fraction(1, 2))
    proof = refuted(claim, 1)
    check_smaller(claim, proof)
    heavier = [replace(proof.combinations[0][0], weight=Fraction(2)), *proof.combinations[0][1:]]
    with pytest.raises(Refused, match="does not vanish even without memory"):
        check_smaller(claim, replace(proof, combinations=(tuple(heavier),)))


def test_the_kernel_gives_up_on_too_many_structures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past its limit of work the kernel says so, which is no flaw of the proof."""
    claim = zigzag(4)
    proof = refuted(claim, 2)
    monkeypatch.setattr(structures, "MOST_WORK", 2_000)
    with pytest.raises(TooLarge, match="too many machine structures"):
        check_smaller(claim, proof)
    monkeypatch.setattr(mixtures, "MOST_ENTRIES", 20)
    with pytest.raises(TooLarge, match="too many words"):
        check_smaller(claim, proof)
