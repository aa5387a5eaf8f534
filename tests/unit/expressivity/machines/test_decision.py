"""Decisions on reward machines against brute force over all structures, and what they say of limits."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from specexpr.certify import ordering, structures
from specexpr.certify.checking import Answer, check, size_of
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Machine,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
)
from specexpr.certify.observing import observations
from specexpr.certify.proofs import FarkasCertificate, Refused
from specexpr.expressivity.machines import chains, decision
from specexpr.expressivity.machines.core import Core
from specexpr.expressivity.machines.decision import Proof, decide_machine
from specexpr.expressivity.machines.merging import merged, tree_rows
from specexpr.expressivity.verdict import Undecided
from specexpr.testing.brute_force import deterministic_tables
from specexpr.testing.examples import MEMORY, corners, model, table
from specexpr.testing.generators import random_model
from tests.unit.expressivity.machine_claims import KINDS, random_claim
from tests.unit.expressivity.machines.machine_truth import is_met, least_states

HALF = Fraction(1, 2)


def decided(claim: Claim) -> Proof:
    """Return what is proved of a claim, checked by the kernel."""
    proof = decide_machine(claim)
    assert not isinstance(proof, Undecided), proof
    check(claim, "rm", proof)
    return proof


def limited(claim: Claim, states: int) -> Claim:
    """Return the claim with machines of at most so many states."""
    return replace(claim, setting=replace(claim.setting, machine_states=states))


def assert_least(claim: Claim) -> str:
    """Compare the least number of states with brute force up to two, and return which answer there was."""
    truth, proof = least_states(claim), decided(claim)
    size = size_of(proof)
    if truth is not None:
        assert size == (truth, truth)
    else:
        assert size is None or size[0] >= 3
        assert isinstance(proof, MachineWitness if size else LotteriesCertificate)
    for states in (1, 2):
        allowed = limited(claim, states)
        answer = check(allowed, "rm", decided(allowed))
        assert (answer is Answer.EXPRESSIBLE) is (truth is not None and truth <= states)
    return str(truth or type(proof).__name__)


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_number_of_states(kind: str) -> None:
    """On small random claims of every sort the number of states is that of brute force."""
    random = Random(len(kind))
    seen: Counter[str] = Counter()
    while sum(seen.values()) < 12:
        claim = random_claim(random, kind)
        if len(observations(claim).known) <= 3:
            seen[assert_least(claim)] += 1
    assert len(seen) > 1, seen


@pytest.mark.parametrize("acceptance", list(Acceptance))
@pytest.mark.parametrize("merged_alike", [False, True])
def test_acceptable_sets_among_all_policies(acceptance: Acceptance, merged_alike: bool) -> None:
    """Sets among all deterministic policies: the number of states is that of brute force over all of them."""
    random = Random(7)
    seen: Counter[str] = Counter()
    while sum(seen.values()) < 8:
        world = random_model(random, 2, 2)
        tables = deterministic_tables(world)
        if len(tables) < 4:
            continue
        good = tuple(random.sample(tables, random.randint(1, 2)))
        claim = Claim(
            (world,), (), (AcceptableSet(0, good, None, acceptance),), HALF, modulo_unreachable=merged_alike
        )
        if len(observations(claim).known) <= 4:
            seen[assert_least(claim)] += 1
    assert len(seen) > 1, seen


def test_the_corners_of_memory_as_a_set() -> None:
    """To accept the same action twice, of all policies, needs two machine states."""
    policies = corners(MEMORY)
    good = tuple(t for word, t in policies.items() if word[0] == word[1])
    for acceptance in Acceptance:
        claim = Claim((MEMORY,), (), (AcceptableSet(0, good, None, acceptance),), HALF)
        assert size_of(decided(claim)) == (2, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_machine_that_is_given(kind: str) -> None:
    """Rewards on a fixed machine, or a conflict of its features, as brute force on that machine says."""
    random = Random(3 + len(kind))
    seen: Counter[bool] = Counter()
    for _ in range(25):
        claim = random_claim(random, kind)
        count = len(observations(claim).known)
        moves = tuple(tuple(random.randrange(2) for _ in range(count)) for _ in range(2))
        fixed = replace(claim, setting=replace(claim.setting, machine=Machine(("u", "v"), moves)))
        proof = decided(fixed)
        assert isinstance(proof, MachineWitness | FarkasCertificate)
        truth = is_met(claim, moves)
        assert isinstance(proof, MachineWitness) is truth
        seen[truth] += 1
    assert min(seen[True], seen[False]) > 2, seen


def test_floats_are_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without floats, and with wrong ones, the answers are the same: what they say is checked."""
    random = Random(9)
    claims = [random_claim(random, kind) for kind in KINDS for _ in range(3)]
    policies = corners(MEMORY)
    good = tuple(t for word, t in policies.items() if word[0] == word[1])
    claims.append(Claim((MEMORY,), (), (AcceptableSet(0, good, None, Acceptance.RANGE),), HALF))
    sizes = [size_of(decided(claim)) for claim in claims]
    assert len(set(sizes)) > 2
    with monkeypatch.context() as patch:
        patch.setattr(chains, "_MOST_ENTRIES", 0)
        assert [size_of(decided(claim)) for claim in claims] == sizes
    with monkeypatch.context() as patch:
        patch.setattr(chains, "_LARGEST", 0.1)  # another discount than that of the question
        assert [size_of(decided(claim)) for claim in claims] == sizes


def test_merging_is_never_below_the_truth() -> None:
    """What merging leaves meets the claim, so it has no fewer states than the least machine."""
    random = Random(5)
    seen: Counter[int] = Counter()
    while sum(seen.values()) < 12:
        claim = random_claim(random, random.choice(KINDS))
        count = len(observations(claim).known)
        words = list(product(range(count), repeat=3))
        found = None
        if count <= 3:
            found = merged(Core(claim, claim.fixed_discount), tree_rows(words, count))
        if found is not None:
            size, truth = len(found.machine.states), least_states(claim)
            assert is_met(claim, found.machine.moves)
            assert size >= (truth or 3)
            seen[size] += 1
    assert len(seen) > 1, seen


def wide(states: int) -> Claim:
    """Return a task on a long way whose first action is to be repeated at its end."""
    names = [f"s{i}" for i in range(states)]
    rows = {
        name: {"a": after, "b": after} for name, after in zip(names, [*names[1:], names[-1]], strict=True)
    }
    world = model(rows, start="s0")

    def policy(first: str, last: str) -> Table:
        return table(world, first, *["a"] * (states - 3), last, "a")

    pairs = ((("a", "a"), ("a", "b")), (("b", "b"), ("b", "a")))
    asked = tuple(PolicyConstraint(0, policy(*x), policy(*y), Relation.STRICT) for x, y in pairs)
    return Claim((world,), asked, (), Fraction(9, 10))


def test_large_products_carry_their_visits() -> None:
    """Past 60 pairs of states the kernel multiplies numbers that a proof carries; wrong ones are refused."""
    claim = wide(64)
    known = observations(claim).known
    remembers = Machine(("u", "v"), (tuple(int(o == (0, 1, 1)) for o in known), (1,) * len(known)))
    fixed = replace(claim, setting=Setting(machine=remembers))
    proof = decided(fixed)
    assert isinstance(proof, MachineWitness)
    first = proof.numbers[0]
    ((node, n), *rest), *others = first.numbers
    wrong = replace(first, numbers=(((node, n + 1), *rest), *others))
    with pytest.raises(Refused, match="do not solve"):
        check(fixed, "rm", replace(proof, numbers=(wrong, *proof.numbers[1:])))
    other = replace(wrong, table=table(claim.models[0], *["b"] * 64))  # not of the task
    with pytest.raises(Refused, match=r"does not reach|do not solve"):
        check(fixed, "rm", replace(proof, numbers=(*proof.numbers, other)))
    with pytest.raises(Refused, match="needs the numbers"):
        check(fixed, "rm", replace(proof, numbers=()))
    forgets = Machine(("u",), ((0,) * len(known),))
    conflict = decided(replace(claim, setting=Setting(machine=forgets)))
    assert isinstance(conflict, FarkasCertificate)
    assert conflict.numbers


def test_no_time() -> None:
    """With no time left the answer is that there was none."""
    claim = wide(10)
    proof = decide_machine(claim, deadline=time.monotonic() - 1)
    assert isinstance(proof, Undecided)
    assert proof.reason.startswith("time")
    moves = ((0,) * len(observations(claim).known),)
    fixed = replace(claim, setting=Setting(machine=Machine(("u",), moves)))
    assert not isinstance(decide_machine(fixed), Undecided)


def test_what_cannot_be_refuted_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel could not go through all structures, the bounds that are proved are said."""
    world = model({"s": {"a": "s", "b": "s"}}, start="s")
    coins = [table(world, {"a": f"{i}/6", "b": f"{6 - i}/6"}) for i in range(1, 6)]
    asked = tuple(PolicyConstraint(0, coins[i], coins[j], Relation.STRICT) for i in (1, 3) for j in (0, 2, 4))
    claim = Claim((world,), asked, (), HALF)
    monkeypatch.setattr(structures, "MOST_WORK", 60_000)
    assert size_of(decided(claim)) == (3, 4)
    proof = decide_machine(limited(claim, 3))
    assert isinstance(proof, Undecided)
    assert proof.reason == (
        "limit: there are too many machine structures to refute; no machine with less than 3 states does"
    )


def test_more_policies_than_are_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acceptable sets among more policies than the kernel values are out of reach."""
    monkeypatch.setattr(ordering, "MOST_BEHAVIOURS", 3)
    good = (corners(MEMORY)["aaa"], corners(MEMORY)["bba"])
    claim = Claim((MEMORY,), (), (AcceptableSet(0, good, None, Acceptance.RANGE),), HALF)
    proof = decide_machine(claim)
    assert isinstance(proof, Undecided)
    assert proof.reason.startswith("limit: more than 3 deterministic policies")


def test_a_conflict_in_all_machines_that_is_too_large_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """If lotteries cancel but are too large to compare, no machine is searched for ever."""
    world = model({"s": {"a": "w", "b": "w"}, "w": {"a": "w"}}, start="s")
    half, one, other = (table(world, law, "a") for law in ({"a": "1/2", "b": "1/2"}, "a", "b"))
    asked = tuple(PolicyConstraint(0, half, side, Relation.STRICT) for side in (one, other))
    claim = Claim((world,), asked, (), HALF)
    assert isinstance(decided(claim), LotteriesCertificate)
    monkeypatch.setattr(decision, "decide_lotteries", lambda *_, **__: Undecided("limit: too large"))
    proof = decide_machine(claim)
    assert isinstance(proof, Undecided)
    assert proof.reason == "limit: too large; no machine with less than 3 states does"


def test_an_open_discount() -> None:
    """A witness brings a discount; that machines with one state do not do is then not known."""
    claim = replace(wide(4), discount=None)
    proof = decided(claim)
    assert isinstance(proof, MachineWitness)
    assert size_of(proof) == (1, 2)
    assert isinstance(decide_machine(limited(claim, 1)), Undecided)
    assert size_of(decided(limited(claim, 2))) == (1, 2)
