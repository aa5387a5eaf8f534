"""Circles, value tables and separating rewards: each accepted proof beside its nearest wrong neighbour."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from specexpr.certify.checking import check
from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.kinds.value_table import Entry, TableWitness
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy
from specexpr.exact import Interval, Value
from specexpr.testing.brute_force import state_occupancy
from specexpr.testing.examples import ENTAILMENT, MEMORY, STEADY, corners, model, table

HALF = Fraction(1, 2)
ONE = Fraction(1)
XX, XY, YX, YY = corners(STEADY).values()
AA, AB, BA, BB = corners(ENTAILMENT).values()
LAWS = ("onmr", "omorl", "gomorl", "fomr", "omo", "ftlr", "tlo")
TABLES = ("fpr", "po")


def asks(environment: Model, *constraints: tuple[Table, str, Table], **more: Any) -> Claim:
    """Return a claim of constraints that stand on lines 1, 2, .."""
    found = tuple(PolicyConstraint(0, b, w, Relation(r), i + 1) for i, (b, r, w) in enumerate(constraints))
    return Claim((environment,), found, (), HALF, **more)


def accepts(environment: Model, *good: Table, over: tuple[Table, ...] | None = None, **more: Any) -> Claim:
    accept = AcceptableSet(0, good, over, Acceptance.RANGE, 7)
    return Claim((environment,), (), (accept,), HALF, **more)


def equally(claim: Claim) -> Claim:
    return replace(claim, acceptable=tuple(replace(x, acceptance=Acceptance.EQUAL) for x in claim.acceptable))


def circle(*steps: tuple[Table, str, Table] | tuple[Table, str, Table, int]) -> CycleCertificate:
    found = [PolicyConstraint(x[3] if len(x) > 3 else 0, x[0], x[2], Relation(x[1])) for x in steps]
    return CycleCertificate(tuple(found))


def values(*entries: tuple[Table, int], otherwise: int = 0, discount: Fraction | None = None) -> TableWitness:
    found = tuple(Entry(0, t, Fraction(x)) for t, x in entries)
    return TableWitness(discount, found, Fraction(otherwise))


def pays(
    *rewards: dict[tuple[int, int], int],
    rows: list[tuple[list[Value | None], int]],
    base: int | None = None,
    otherwise: int = 0,
) -> SeparationWitness:
    parts = tuple(
        tuple(RewardEntry(s, a, None, Fraction(x)) for (s, a), x in reward.items()) for reward in rewards
    )
    found = tuple((tuple(wanted), Fraction(x)) for wanted, x in rows)
    return SeparationWitness(HALF, parts, base, found, Fraction(otherwise))


def refused(claim: Claim, formalism: str, proof: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check(claim, formalism, proof)


# -- circles -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formalism", LAWS)
def test_a_policy_is_not_better_than_one_that_behaves_like_it(formalism: str) -> None:
    """With y in s0 nobody sees s1: yx and yy behave alike, xx and xy do not."""
    check(asks(STEADY, (YX, ">", YY)), formalism, circle((YX, ">", YY)))
    refused(asks(STEADY, (XX, ">", XY)), formalism, circle((XX, ">", XY)), "does not end where it starts")
    refused(asks(STEADY, (YX, ">=", YY)), formalism, circle((YX, ">=", YY)), 'needs a term ">"')
    refused(asks(STEADY, (YY, ">", YX)), formalism, circle((YX, ">", YY)), "not asked for")


@pytest.mark.parametrize("formalism", TABLES)
def test_a_policy_may_be_better_than_one_that_behaves_like_it(formalism: str) -> None:
    """Functions and orders of policies see what is never done."""
    claim = asks(STEADY, (YX, ">", YY))
    refused(claim, formalism, circle((YX, ">", YY)), "does not end where it starts")
    check(claim, formalism, values((YX, 1)))


def test_a_circle_may_be_long_and_ties_walked_either_way() -> None:
    """yx > xx >= xy ~ yy: both ways to write the tie lead round, a weak constraint only one way."""
    claim = asks(STEADY, (YX, ">", XX), (XX, ">=", XY), (YY, "~", XY))
    steps = circle((YX, ">", XX), (XX, ">=", XY), (YY, "~", XY)).steps
    check(claim, "tlo", CycleCertificate(steps))
    refused(claim, "tlo", CycleCertificate((steps[1], steps[2], steps[0])), "first constraint")
    refused(claim, "tlo", CycleCertificate((steps[0], steps[2], steps[1])), "does not go on")
    refused(claim, "tlo", CycleCertificate(steps[:2]), "does not end where it starts")
    refused(claim, "tlo", CycleCertificate((*steps, steps[0])), "alike")
    turned = asks(STEADY, (YX, ">", XX), (XY, ">=", XX), (YY, "~", XY))
    broken = circle((YX, ">", XX), (XY, ">=", XX), (YY, "~", XY))
    refused(turned, "tlo", broken, "does not go on")
    refused(claim, "tlo", CycleCertificate(()), 'needs a term ">"')


def test_acceptable_sets_ask_for_steps() -> None:
    """Accepting yx alone puts it above yy, which behaves like it; modulo unreachable states it does not."""
    step = circle((YX, ">", YY))
    check(accepts(STEADY, YX), "omo", step)
    refused(accepts(STEADY, YX, modulo_unreachable=True), "omo", step, "not asked for")
    refused(accepts(STEADY, YX, over=(XX, XY)), "omo", step, "not asked for")
    check(accepts(STEADY, YX, over=(YY, XY)), "omo", step)


def test_a_policy_that_only_behaves_like_members_is_no_member() -> None:
    """Modulo unreachable states a set speaks of its universe, not of others that behave alike."""
    still = table(STEADY, "y", {"x": "1/2", "y": "1/2"})
    claim = replace(
        accepts(STEADY, YX, modulo_unreachable=True),
        constraints=(PolicyConstraint(0, XX, still, Relation.STRICT),),
    )
    around = circle((still, ">", XX), (XX, ">", still))
    refused(claim, "fpr", around, "not in the universe")
    check(claim, "omo", circle((YX, ">", XX), (XX, ">", still)))
    entry = Entry(0, YX, Fraction(2), is_class=True)
    check(claim, "fpr", TableWitness(None, (Entry(0, XX, ONE), entry), Fraction(0)))


def test_alike_policies_of_a_family_start_act_and_move_alike() -> None:
    """One table has one law in two environments only if nothing that it meets differs."""
    other = Model(STEADY.states, STEADY.actions, ((1, ONE),), STEADY.rows)
    crossed = (
        PolicyConstraint(0, XX, YY, Relation.STRICT),
        PolicyConstraint(1, YY, XX, Relation.STRICT),
    )
    steps = circle((XX, ">", YY, 0), (YY, ">", XX, 1))
    same, shifted = (Claim((STEADY, second), crossed, (), HALF) for second in (STEADY, other))
    for formalism in LAWS:
        check(same, formalism, steps)
        refused(shifted, formalism, steps, "does not go on")
    for formalism in TABLES:
        check(shifted, formalism, steps)
    elsewhere = model({"s0": {"x": "s1", "y": "s0"}, "s1": {"x": "s1", "y": "s0"}}, start="s0")
    moved = Claim((STEADY, elsewhere), crossed, (), HALF)
    refused(moved, "ftlr", steps, "does not end where it starts")
    only_y = Claim(
        (STEADY, elsewhere),
        (PolicyConstraint(0, YX, XX, Relation.STRICT), PolicyConstraint(1, XX, YY, Relation.STRICT)),
        (),
        HALF,
    )
    refused(only_y, "ftlr", circle((YX, ">", XX, 0), (XX, ">", YY, 1)), "does not go on")


# -- value tables ------------------------------------------------------------------------------------------


def test_a_table_is_checked_relation_by_relation() -> None:
    """Occupancies, lotteries and policies have the listed values, others the default."""
    claim = asks(STEADY, (XX, ">", XY), (XY, "~", YX), (YX, ">=", YY))
    check(claim, "ftlr", values((XX, 1)))
    check(claim, "tlo", values((XX, 5), (YX, 2), (XY, 2)))
    refused(claim, "ftlr", values((XY, 1)), 'constraint ">" of line 1')
    refused(claim, "ftlr", values((XX, 2), (YX, 1)), 'constraint "~" of line 2')
    refused(claim, "fpr", values((XX, 2), (YY, 1)), 'constraint ">=" of line 3')
    check(claim, "fpr", values((XX, 2), (YY, -1)))


def test_a_law_has_one_entry() -> None:
    """yx and yy are one law and two policies."""
    both = values((YX, 1), (YY, 1), (XX, 2))
    claim = asks(STEADY, (XX, ">", YX))
    check(claim, "po", both)
    refused(claim, "tlo", both, "cannot be told apart")
    check(claim, "tlo", values((YY, 1), (XX, 2)))


def test_occupancies_have_a_discount() -> None:
    """That of the question, or any where it is open; lotteries and policies have none."""
    claim = asks(STEADY, (XX, ">", XY))
    check(claim, "fomr", values((XX, 1), discount=HALF))
    refused(claim, "fomr", values((XX, 1)), "no discount")
    refused(claim, "omo", values((XX, 1), discount=ONE / 3), "another one")
    check(replace(claim, discount=None), "omo", values((XX, 1), discount=ONE / 3))
    refused(
        replace(claim, discount=None), "omo", values((XX, 1), discount=ONE), "no discount between 0 and 1"
    )
    refused(replace(claim, discount=None), "tlo", values((XX, 1), discount=HALF), "has no discount")


def test_a_set_among_all_needs_no_enumeration() -> None:
    """Every policy that is not listed has the default: it must be low, and nothing listed high but good."""
    claim = accepts(STEADY, XX)
    check(claim, "ftlr", values((XX, 1)))
    check(claim, "ftlr", values((XX, 2), (XY, 1)))
    refused(claim, "ftlr", values((XX, 1), otherwise=1), "not below that of every good one")
    refused(claim, "ftlr", values((XX, 1), (XY, 1)), "not put every good policy above")
    refused(claim, "ftlr", values((XY, 1)), "not below")
    refused(accepts(STEADY, YX), "ftlr", values((YX, 1)), "behaves like one that is")
    check(accepts(STEADY, YX, YY), "ftlr", values((YX, 1)))
    check(accepts(STEADY, YX, modulo_unreachable=True), "ftlr", values((YX, 1)))
    check(accepts(STEADY, YX), "fpr", values((YX, 1)))
    refused(accepts(STEADY, YX), "fpr", values((YX, 1), (YY, 1)), "not put every good policy above")
    refused(equally(accepts(STEADY, XX, XY)), "ftlr", values((XX, 2), (XY, 1)), "one value")


def test_a_listed_universe_is_compared() -> None:
    """Only what is listed has to be worse."""
    claim = accepts(STEADY, XX, over=(YX, YY))
    check(claim, "po", values((XX, 1), (XY, 1)))
    refused(claim, "po", values((XX, 1), (YY, 1)), "not put every good policy above")
    merged = accepts(STEADY, YX, over=(YY, XX), modulo_unreachable=True)
    check(merged, "po", values((YX, 1), (YY, 2)))
    refused(equally(merged), "po", values((YX, 1), (YY, 2)), "one value")
    refused(merged, "po", values((YX, 1)), "not put every good policy above")


def classes(
    *entries: tuple[Table, int] | tuple[Table, int, int], exact: tuple[Entry, ...] = ()
) -> TableWitness:
    found = (Entry(x[2] if len(x) > 2 else 0, x[0], Fraction(x[1]), is_class=True) for x in entries)
    return TableWitness(None, (*exact, *found), Fraction(0))


def test_policies_that_behave_like_good_ones_count_for_functions_of_policies() -> None:
    """Modulo unreachable states yy is as good as yx, although nobody names it: both need a high value."""
    claim = accepts(STEADY, YX, modulo_unreachable=True)
    check(claim, "fpr", classes((YX, 1)))
    refused(claim, "fpr", values((YX, 1)), "have no value")
    refused(claim, "fpr", classes((YX, 1), (XX, 1)), "not all accepted")
    check(claim, "fpr", classes((YX, 2), (XX, 1)))
    low = (Entry(0, YY, Fraction(0)),)
    refused(claim, "fpr", classes((YX, 1), exact=low), "not below that of every good one")
    high = (Entry(0, YY, Fraction(2)),)
    check(claim, "fpr", classes((YX, 1), exact=high))
    refused(equally(claim), "fpr", classes((YX, 1), exact=high), "does not have its value")
    refused(claim, "tlo", classes((YX, 1)), "form a class")
    refused(accepts(STEADY, YX, YY), "fpr", classes((YX, 1)), "form a class")


def test_classes_of_a_family_overlap() -> None:
    """What behaves well in one environment may behave badly in the other; then values cannot serve both."""
    other = Model(STEADY.states, STEADY.actions, ((1, ONE),), STEADY.rows)
    here = AcceptableSet(0, (YX,), None, Acceptance.RANGE, 3)  # whatever stays in s0
    there = AcceptableSet(1, (XY,), None, Acceptance.RANGE, 4)  # whatever stays in s1
    claim = Claim((STEADY, other), (), (here, there), HALF, True)
    refused(claim, "fpr", classes((YX, 1), (XY, 1, 1)), "not all accepted")
    check(claim, "fpr", circle((YX, ">", XY), (XY, ">", YX, 1)))
    both = Model(STEADY.states, STEADY.actions, ((0, HALF), (1, HALF)), STEADY.rows)
    within = Claim((STEADY, both), (), (here, AcceptableSet(1, (YX,), None, Acceptance.RANGE, 4)), HALF, True)
    check(within, "fpr", classes((YX, 2, 1), (YX, 1)))  # yy is good in one environment and bad in the other
    refused(within, "fpr", classes((YX, 1), (YX, 2, 1)), "not below|not all accepted")
    larger = replace(claim, acceptable=(here, replace(there, good=(XY, YX, XX))))
    refused(larger, "fpr", classes((YX, 1), (XY, 1, 1), (YX, 1, 1), (XX, 1, 1)), "not all accepted")


# -- separating rewards ------------------------------------------------------------------------------------


def test_a_function_of_a_return_is_checked() -> None:
    """With 1 for a the returns at 1/2 are 2, 4/3, 2/3, 0 in the order aa, ab, ba, bb."""
    claim = asks(ENTAILMENT, (AB, ">", AA), (BA, ">", BB), (AB, "~", BA))
    reward = {(0, 0): 1, (1, 0): 1}
    rows: list[tuple[list[Value | None], int]] = [([Fraction(4, 3)], 1), ([Fraction(2, 3)], 1)]
    for formalism in ("onmr", "omorl", "gomorl"):
        check(claim, formalism, pays(reward, rows=rows))
        refused(claim, formalism, pays(reward, rows=rows[:1]), 'constraint ">" of line 2')
        refused(claim, formalism, pays(reward, rows=[*rows, ([Fraction(2)], 1)]), 'constraint ">" of line 1')
        refused(claim, formalism, pays({(0, 0): 1}, rows=rows), "constraint")
    between: list[tuple[list[Value | None], int]] = [([Interval(Fraction(1, 2), Fraction(3, 2))], 1)]
    check(claim, "onmr", pays(reward, rows=between))
    first = [([Fraction(4, 3)], 2), ([Interval(Fraction(1, 2), Fraction(3, 2))], 1)]
    refused(claim, "onmr", pays(reward, rows=[*first]), 'constraint "~" of line 3')
    refused(claim, "fomr", pays(reward, rows=rows), "proves nothing about")


def test_the_reward_of_a_separation_is_one_of_its_discount() -> None:
    """Another discount, two rewards for one step, rows that do not fit: all are refused."""
    claim = asks(ENTAILMENT, (AA, ">", AB))
    proof = pays({(1, 0): 1}, rows=[([Fraction(2, 3)], 1)])
    check(claim, "onmr", proof)
    refused(claim, "onmr", replace(proof, discount=Fraction(1, 3)), "not the question's")
    refused(replace(claim, discount=None), "onmr", replace(proof, discount=ONE), "not between 0 and 1")
    refused(claim, "onmr", replace(proof, rewards=(proof.rewards[0] * 2,)), "two rewards to one step")
    refused(claim, "onmr", replace(proof, rewards=()), "do not fit")
    refused(claim, "onmr", replace(proof, rows=(((None, None), ONE),)), "do not fit")


def test_several_rewards_are_parts_of_one_with_a_large_base() -> None:
    """A function of one return has one reward; its parts need a base beyond the bound, and whole numbers."""
    claim = asks(ENTAILMENT, (AA, ">", AB), (AA, ">", BA))
    two = pays({(0, 0): 1}, {(1, 0): 1}, rows=[([Fraction(4, 3), Fraction(2, 3)], 1)])
    check(claim, "omorl", two)
    refused(claim, "onmr", two, "more rewards than the formalism")
    refused(claim, "omorl", replace(two, base=10**9), "a base without a use")
    check(claim, "onmr", replace(two, base=10**9))
    # D is at most 2 * 2 for two states, r = 1, g = 1/2: the bound is 2 * 4^2 * 1 * 2
    refused(claim, "onmr", replace(two, base=64), "base is too small")
    check(claim, "onmr", replace(two, base=65))
    halves = tuple(tuple(replace(e, value=e.value / 2) for e in r) for r in two.rewards)
    refused(claim, "onmr", replace(two, rewards=halves, base=10**9), "whole numbers")


def test_marks_tell_good_policies_from_all_others() -> None:
    """-1 for what ab does not do: its return is 0, that of every other policy is below."""
    mark = {(0, 1): -1, (1, 0): -1}
    zero: list[tuple[list[Value | None], int]] = [([Fraction(0)], 1)]
    check(accepts(ENTAILMENT, AB), "onmr", pays(mark, rows=zero))
    refused(accepts(ENTAILMENT, AB), "onmr", pays({(0, 1): -1}, rows=zero), "above every other one")
    check(accepts(ENTAILMENT, AB, AA), "onmr", pays({(0, 1): -1}, rows=zero))
    refused(accepts(ENTAILMENT, AB), "onmr", pays(mark, rows=zero, otherwise=1), "not below")
    either = [([Fraction(0), None], 1), ([None, Fraction(0)], 1)]
    other = {(0, 0): -1, (1, 1): -1}
    check(accepts(ENTAILMENT, AB, BA), "omorl", pays(mark, other, rows=[*either]))
    refused(accepts(ENTAILMENT, AB), "omorl", pays(mark, other, rows=[*either]), "above every other one")
    check(accepts(ENTAILMENT, AB, BA), "onmr", pays(mark, other, rows=[*either], base=10**9))
    refused(accepts(STEADY, YX), "onmr", pays({(0, 0): -1}, rows=zero), "behaves like one that is")
    check(accepts(STEADY, YX, modulo_unreachable=True), "onmr", pays({(0, 0): -1}, rows=zero))


def test_a_return_that_another_policy_has_by_chance_is_found() -> None:
    """Where returns do not say what a policy does, its universe is looked through."""
    reward = {(0, 0): 1, (1, 0): 2}  # the returns are 8/3, 4/3, 4/3, 0: those of ab and ba are the same
    tied: list[tuple[list[Value | None], int]] = [([Fraction(4, 3)], 1)]
    check(accepts(ENTAILMENT, AB, BA), "onmr", pays(reward, rows=tied))
    refused(accepts(ENTAILMENT, AB), "onmr", pays(reward, rows=tied), "above every other one")


def test_large_models_carry_visits() -> None:
    """Beyond 60 states returns that are not 0 by their sign need visits, exact or rounded well enough."""
    rows = {f"s{i}": {"a": f"s{i + 1}", "b": "s0"} for i in range(70)} | {"s70": {"a": "s70"}}
    long = model(rows, start="s0")
    go, back = table(long, *["a"] * 71), table(long, "b", *["a"] * 70)
    claim = asks(long, (go, ">", back))
    row: list[tuple[list[Value | None], int]] = [([Interval(Fraction(1, 2), Fraction(3, 4))], 1)]
    proof = pays({(0, 0): -1, (1, 0): 3}, rows=row)
    refused(claim, "onmr", proof, "needs the visits")
    exact = tuple(StateOccupancy(0, t, state_occupancy(long, t, HALF)) for t in (go, back))
    assert exact[0].occupancy[:2] == (1, HALF)  # the return of go is 1/2, that of back is -2
    check(claim, "onmr", replace(proof, occupancies=exact))
    rough = tuple(
        replace(x, occupancy=tuple(Fraction(round(v * 2**20), 2**20) for v in x.occupancy)) for x in exact
    )
    wide = replace(proof, rows=(((Interval(Fraction(1, 4), Fraction(3, 4)),), ONE),))
    check(claim, "onmr", replace(wide, occupancies=rough))
    coarse = tuple(replace(x, occupancy=tuple(v + (v > 0) for v in x.occupancy)) for x in exact)
    refused(claim, "onmr", replace(wide, occupancies=coarse), "too rough")
    refused(claim, "onmr", replace(wide, occupancies=(replace(exact[0], model=1),)), "does not have")
    check(accepts(long, go), "onmr", pays({(s, 1): -1 for s in range(70)}, rows=[([Fraction(0)], 1)]))


def test_sequences_are_no_policies() -> None:
    """None of these formalisms compares sequences."""
    steps = TrajectoryConstraint(0, ((0, 0),), ((0, 1),), Relation.STRICT, 1)
    claim = Claim((MEMORY,), (steps,), (), HALF)
    refused(claim, "onmr", pays({(0, 0): 1}, rows=[([ONE], 1)]), "does not compare sequences")
    refused(claim, "fpr", values(), "does not compare sequences")
