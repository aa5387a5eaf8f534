"""The kernel's checkers on hand-made claims: each accepted proof beside its nearest wrong neighbour."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.checking import check
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import (
    FarkasCertificate,
    PolicyValue,
    Refused,
    RewardEntry,
    RewardWitness,
    StateOccupancy,
    Term,
)

G = Fraction(9, 10)
ONE = Fraction(1)
HALF = Fraction(1, 2)


def to(*actions: int) -> Table:
    return tuple(((a, ONE),) for a in actions)


def model(start: int, steps: list[list[int | Distribution]]) -> Model:
    """Return a model: steps[s][a] is the next state or its law."""
    rows = tuple({a: ((x, ONE),) if isinstance(x, int) else x for a, x in enumerate(row)} for row in steps)
    actions = max(map(len, steps))
    names = tuple(f"s{i}" for i in range(len(steps))), tuple("abc"[:actions])
    return Model(*names, ((start, ONE),), rows)


ENTAILMENT = model(0, [[1, 1], [0, 0]])
STEADY = model(0, [[1, 0], [0, 1]])  # a: to the other state, b: stay
AA, AB, BA, BB = to(0, 0), to(0, 1), to(1, 0), to(1, 1)


def prefers(*pairs: tuple[Table, str, Table]) -> Claim:
    asks = tuple(PolicyConstraint(0, b, w, Relation(r), i + 1) for i, (b, r, w) in enumerate(pairs))
    return Claim((ENTAILMENT,), asks, (), G)


def pays(*entries: tuple[int, int, int], values: tuple[PolicyValue, ...] = ()) -> RewardWitness:
    return RewardWitness(G, tuple(RewardEntry(s, a, None, Fraction(r)) for s, a, r in entries), values)


def accepts(
    environment: Model, *good: Table, over: tuple[Table, ...] | None = None, merged: bool = False
) -> Claim:
    return Claim((environment,), (), (AcceptableSet(0, good, over, Acceptance.RANGE, 7),), G, merged)


def equally(claim: Claim) -> Claim:
    return replace(claim, acceptable=tuple(replace(x, acceptance=Acceptance.EQUAL) for x in claim.acceptable))


def conflict(
    *terms: tuple[Table, str, Table, int | Fraction], occupancies: tuple[StateOccupancy, ...] = ()
) -> FarkasCertificate:
    found = tuple(Term(0, b, w, Relation(r), Fraction(y)) for b, r, w, y in terms)
    return FarkasCertificate(G, found, occupancies)


def refused(claim: Claim, proof: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check(claim, "mr", proof)


def test_a_reward_is_checked_relation_by_relation() -> None:
    """Paying a at s0 puts {aa, ab} above {ba, bb} and ties within."""
    witness = pays((0, 0, 1))
    check(prefers((AB, ">", BA), (AA, ">=", AB), (AA, "~", AB), (BB, ">=", BA)), "mr", witness)
    refused(prefers((AB, ">", AA)), witness, 'constraint ">" of line 1')
    refused(prefers((AB, ">", BA), (BA, ">=", AB)), witness, 'constraint ">=" of line 2')
    refused(prefers((AB, "~", BA)), witness, 'constraint "~" of line 1')


def test_the_discount_of_a_reward_is_that_of_the_question() -> None:
    """A reward at another discount proves nothing."""
    refused(prefers((AB, ">", BA)), replace(pays((0, 0, 1)), discount=HALF), "another discount")


def test_one_step_has_one_reward() -> None:
    """Two entries for one step are refused; with and without the next state they add up."""
    refused(prefers((AB, ">", BA)), pays((0, 0, 1), (0, 0, 1)), "two rewards to one step")
    both = (
        RewardEntry(0, 0, None, Fraction(-1)),
        RewardEntry(0, 0, 1, Fraction(2)),
        RewardEntry(0, 0, 0, Fraction(9)),
    )
    check(prefers((AB, ">", BA)), "mr", RewardWitness(G, both, ()))


def test_rounded_values_are_enough_where_there_is_room() -> None:
    """Values with residuals bound J; a strict constraint with room holds, a tie does not."""
    exact = PolicyValue(0, AB, (Fraction(100, 19), Fraction(90, 19)))
    rounded = PolicyValue(0, AB, (Fraction(5), Fraction(5)))
    far = PolicyValue(0, AB, (Fraction(50), Fraction(-50)))
    check(prefers((AB, ">", BA)), "mr", pays((0, 0, 1), values=(exact,)))
    check(prefers((AB, ">=", BA)), "mr", pays((0, 0, 1), values=(rounded,)))
    refused(prefers((AB, ">", BA)), pays((0, 0, 1), values=(far,)), 'constraint ">"')
    refused(prefers((AB, "~", AA)), pays((0, 0, 1), values=(rounded,)), 'constraint "~"')


def test_policies_that_behave_alike_tie_without_exact_values() -> None:
    """What a policy does where it never goes cannot matter."""
    rounded = (PolicyValue(0, BA, (Fraction(1, 3), Fraction(0))),)
    asks = (PolicyConstraint(0, BA, BB, Relation.TIE), PolicyConstraint(0, BA, BB, Relation.WEAK))
    check(Claim((STEADY,), asks, (), G), "mr", pays((0, 0, 1), values=rounded))
    asks = (PolicyConstraint(0, BA, BB, Relation.STRICT),)
    refused(Claim((STEADY,), asks, (), G), pays((0, 0, 1), values=rounded), 'constraint ">"')


def test_large_models_need_their_values() -> None:
    """Beyond sixty states the kernel solves nothing."""
    ring = model(0, [[(s + 1) % 61, s] for s in range(61)])
    ahead, stay = to(*[0] * 61), to(*[1] * 61)
    claim = Claim((ring,), (PolicyConstraint(0, ahead, stay, Relation.STRICT),), (), G)
    refused(claim, pays((0, 0, 1)), "needs the values")
    values = (
        PolicyValue(0, ahead, tuple(Fraction(int(s == 0)) for s in range(61))),
        PolicyValue(0, stay, (Fraction(0),) * 61),
    )
    check(claim, "mr", pays((0, 0, 1), values=values))


def test_sequences_are_summed_exactly() -> None:
    """(a, then b) beats (b, then a) for a reward on a at any discount below one, and not for one on b."""
    one = model(0, [[0, 0]])
    a, b = (0, 0), (0, 1)
    claim = Claim((one,), (TrajectoryConstraint(0, (a, b), (b, a), Relation.STRICT),), (), G)
    check(claim, "mr", pays((0, 0, 1)))
    refused(claim, pays((0, 1, 1)), 'constraint ">"')


def test_a_family_shares_one_reward_on_next_states() -> None:
    """A reward on (s, a, next) orders the members differently; a reward on (s, a) cannot."""
    coin: Distribution = ((0, HALF), (1, HALF))
    models = (model(0, [[coin, 1], [1, 1]]), model(0, [[1, 1], [1, 1]]))
    asks = (PolicyConstraint(0, AA, BA, Relation.STRICT), PolicyConstraint(1, BA, AA, Relation.STRICT))
    claim = Claim(models, asks, (), G)
    entries = (RewardEntry(0, 0, 0, Fraction(5)), RewardEntry(0, 0, 1, Fraction(-1)))
    check(claim, "mr", RewardWitness(G, entries, ()))
    refused(claim, pays((0, 0, 1)), 'constraint ">"')


def best(*numbers: int) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, numbers))


def test_a_listed_universe_is_checked_one_by_one() -> None:
    """Every good policy must beat every other of the list, and only those."""
    check(accepts(ENTAILMENT, AA, over=(AA, BB, BA)), "mr", pays((0, 0, 1)))
    refused(accepts(ENTAILMENT, AA, over=(AA, AB)), pays((0, 0, 1)), "every good policy beats")
    refused(equally(accepts(ENTAILMENT, AA, BB, over=(AB,))), pays((0, 0, 1)), "good policies tie")


def test_in_a_list_policies_that_behave_alike_are_merged_only_when_asked() -> None:
    """In `steady` ba and bb both stay at s0: one good and the other not is a contradiction, unless merged."""
    refused(accepts(STEADY, BA, over=(BB, AA)), pays((0, 1, 1)), "every good policy beats")
    check(accepts(STEADY, BA, over=(BB, AA), merged=True), "mr", pays((0, 1, 1)))


def test_among_all_policies_the_switches_of_a_good_one_must_lose() -> None:
    """Accepting aa alone: both switches must be punished."""
    claim = accepts(ENTAILMENT, AA)
    value = (PolicyValue(0, AA, best(0, 0)),)
    check(claim, "mr", pays((0, 1, -1), (1, 1, -1), values=value))
    refused(claim, pays((0, 1, -1), values=value), "every policy outside the acceptable set is worse")
    refused(claim, pays((0, 1, -1), (1, 1, -1)), "must carry the values of every good policy")


def test_among_all_policies_the_alike_ones_must_be_listed() -> None:
    """Staying at s0 is two policies in `steady`: both must be good, unless they count as one."""
    value = (PolicyValue(0, BB, best(0, 0)), PolicyValue(0, BA, best(0, 0)))
    witness = pays((0, 0, -1), values=value)
    check(accepts(STEADY, BA, BB), "mr", witness)
    refused(accepts(STEADY, BB), witness, "differs from a good one only where neither goes")
    check(accepts(STEADY, BB, merged=True), "mr", witness)


def test_values_must_be_right_where_a_good_policy_does_not_go() -> None:
    """A prize that only a bad policy reaches must be seen: numbers that hide it do not bound it."""
    prize = pays((0, 0, -1), (1, 1, 9), values=(PolicyValue(0, BB, best(0, 90)),))
    refused(accepts(STEADY, BB, merged=True), prize, "outside the acceptable set is worse")
    hidden = pays((0, 0, -1), (1, 1, 9), values=(PolicyValue(0, BB, best(0, 0)),))
    refused(accepts(STEADY, BB, merged=True), hidden, "outside the acceptable set is worse")
    small = pays((0, 0, -1), (1, 1, 0), values=(PolicyValue(0, BB, best(0, 0)),))
    check(accepts(STEADY, BB, merged=True), "mr", small)


def test_a_stochastic_good_policy_counts_for_the_threshold() -> None:
    """A good mixture must beat every bad policy too; without a deterministic good one there is no hope."""
    mixed: Table = (((0, HALF), (1, HALF)), ((0, ONE),))
    entries = ((0, 1, -1), (1, 1, -100))
    value = (PolicyValue(0, AA, best(0, 0)), PolicyValue(0, BA, (-Fraction(100, 19), -Fraction(90, 19))))
    check(accepts(ENTAILMENT, AA, BA, mixed), "mr", pays(*entries, values=value))
    refused(accepts(ENTAILMENT, mixed), pays(*entries), "no good policy is deterministic")
    refused(
        accepts(ENTAILMENT, AA, mixed),
        pays(*entries, values=value[:1]),
        "outside the acceptable set is worse",
    )


def test_equally_good_policies_must_tie_exactly() -> None:
    """The same set with one good policy below the other is a range, not equal."""
    value = (PolicyValue(0, AA, best(0, 0)), PolicyValue(0, AB, (-Fraction(90, 19), -Fraction(100, 19))))
    witness = pays((1, 1, -1), (0, 1, -100), values=value)
    check(accepts(ENTAILMENT, AA, AB), "mr", witness)
    refused(equally(accepts(ENTAILMENT, AA, AB)), witness, "all good policies tie")


CROSSED = prefers((AB, ">", AA), (BA, ">", BB))


def test_entailment_is_a_conflict_of_two() -> None:
    """Mixing ab and ba visits what mixing aa and bb visits (task: Abel et al. 2021; conflict derived)."""
    check(CROSSED, "mr", conflict((AB, ">", AA, 1), (BA, ">", BB, 1)))
    refused(CROSSED, conflict((AB, ">", AA, 1), (BA, ">", BB, 2)), "do not sum to zero")
    refused(CROSSED, conflict((AB, ">", AA, 1)), "do not sum to zero")


def test_terms_must_be_asked_for() -> None:
    """A term of the task, in its direction, with its relation, once."""
    refused(prefers((AB, ">", AA)), conflict((AB, ">", AA, 1), (BA, ">", BB, 1)), "not asked for")
    refused(CROSSED, conflict((AB, ">", AA, 1), (BA, ">=", BB, 1)), "not asked for")
    refused(CROSSED, conflict((AB, ">", AA, 1), (BB, ">", BA, -1)), "not asked for")
    refused(CROSSED, conflict((AB, ">", AA, -1), (BA, ">", BB, -1)), "wrong sign")
    refused(CROSSED, conflict((AB, ">", AA, 1), (BA, ">", BB, HALF), (BA, ">", BB, HALF)), "alike")


def test_a_conflict_needs_something_strict() -> None:
    """Weak constraints and ties alone never contradict each other."""
    claim = prefers((AB, ">=", AA), (BA, "~", BB))
    refused(claim, conflict((AB, ">=", AA, 1), (BA, "~", BB, 1)), 'needs a term ">"')


def test_ties_have_weights_of_any_sign_but_not_zero() -> None:
    """A tie may be read from either side; the weight zero says nothing and is refused."""
    check(prefers((AA, "~", AB), (BA, ">", BB)), "mr", conflict((AA, "~", AB, -1), (BA, ">", BB, 1)))
    check(prefers((AB, "~", AA), (BA, ">", BB)), "mr", conflict((AB, "~", AA, 1), (BA, ">", BB, 1)))
    refused(prefers((AB, "~", AA), (BA, ">", BB)), conflict((AB, "~", AA, 0), (BA, ">", BB, 1)), "is zero")
    refused(
        prefers((AA, "~", AB), (BA, ">", BB)), conflict((AA, "~", AB, 1), (BA, ">", BB, 1)), "sum to zero"
    )


def test_carried_occupancies_must_solve_the_flow_equation() -> None:
    """An occupancy that is off at one state is refused, also where nothing needs it."""
    terms = (AB, ">", AA, 1), (BA, ">", BB, 1)
    right = StateOccupancy(0, AB, (Fraction(100, 19), Fraction(90, 19)))
    check(CROSSED, "mr", conflict(*terms, occupancies=(right,)))
    wrong = replace(right, occupancy=(Fraction(100, 19), Fraction(91, 19)))
    refused(CROSSED, conflict(*terms, occupancies=(wrong,)), "flow equation")
    refused(CROSSED, conflict(*terms, occupancies=(replace(right, model=1),)), "does not have")


def test_large_models_need_their_occupancies() -> None:
    """Beyond sixty states the kernel solves nothing, and checks what is carried."""
    ring = model(0, [[(s + 1) % 61, s] for s in range(61)])
    ahead, stay = to(*[0] * 61), to(*[1] * 61)
    terms = (ahead, ">", stay, 1), (stay, ">", ahead, 1)
    asks = tuple(PolicyConstraint(0, b, w, Relation(r)) for b, r, w, _ in terms)
    claim = Claim((ring,), asks, (), G)
    other = to(0, *[1] * 60)
    half = Claim((ring,), (PolicyConstraint(0, ahead, other, Relation.STRICT),), (), G)
    check(claim, "mr", conflict(*terms))  # every policy cancels out: nothing to solve
    refused(half, conflict((ahead, ">", other, 1)), "needs the occupancies")
    around = 1 - G**61
    carried = (
        StateOccupancy(0, ahead, tuple(G**s / around for s in range(61))),
        StateOccupancy(0, other, (ONE, 9 * ONE, *[Fraction(0)] * 59)),
    )
    refused(half, conflict((ahead, ">", other, 1), occupancies=carried), "do not sum to zero")


def test_an_acceptable_set_asks_for_good_over_bad() -> None:
    """Accepting {ab, ba}: good over bad follows, and neither bad over good nor good over good."""
    claim = accepts(ENTAILMENT, AB, BA)
    terms = (AB, ">", AA, 1), (BA, ">", BB, 1)
    check(claim, "mr", conflict(*terms))
    refused(claim, conflict((AB, ">", BA, 1), (BA, ">", AB, 1)), "not asked for")
    refused(claim, conflict((AA, ">", AB, 1), (BB, ">", BA, 1)), "not asked for")
    listed = replace(conflict(*terms), terms=tuple(replace(t, line=7) for t in conflict(*terms).terms))
    check(claim, "mr", listed)
    wrong = replace(listed, terms=(replace(listed.terms[0], line=8), listed.terms[1]))
    refused(claim, wrong, "no constraint of line 8")


def test_the_worse_side_must_be_in_the_universe() -> None:
    """Without a list the universe is the deterministic policies; with one it is that list."""
    mixed: Table = (((0, HALF), (1, HALF)), ((0, ONE),))
    refused(accepts(ENTAILMENT, AA, BA), conflict((AA, ">", mixed, 1), (BA, ">", mixed, 1)), "not asked for")
    check(
        accepts(ENTAILMENT, AA, BA, over=(mixed,)), "mr", conflict((AA, ">", mixed, 1), (BA, ">", mixed, 1))
    )
    refused(
        accepts(ENTAILMENT, AB, BA, over=(AA,)), conflict((AB, ">", AA, 1), (BA, ">", BB, 1)), "not asked for"
    )


def test_good_policies_tie_only_in_equal_sets() -> None:
    """A `~` between good policies follows from `equally` alone."""
    claim = accepts(ENTAILMENT, AA, AB, BA)
    terms = (AA, "~", AB, -1), (BA, ">", BB, 1)
    check(equally(claim), "mr", conflict(*terms))
    refused(claim, conflict(*terms), "not asked for")


def test_policies_that_behave_alike_are_a_conflict_unless_merged() -> None:
    """Accepting one of two policies that behave alike: a zero row with any positive weight."""
    claim = accepts(STEADY, BA)
    for weight in (1, 5):
        check(claim, "mr", conflict((BA, ">", BB, weight)))
    refused(claim, conflict((BA, ">", BB, 0)), "is zero")
    refused(accepts(STEADY, BA, merged=True), conflict((BA, ">", BB, 1)), "not asked for")


def test_merged_policies_stand_for_each_other() -> None:
    """Modulo unreachable, a better side that behaves like a good one is good."""
    env = model(0, [[1, 2], [1, 1], [2, 2]])
    good = to(0, 0, 0), to(1, 0, 0)
    alike = to(0, 0, 1)
    listed: Table = (((0, HALF), (1, HALF)), ((0, ONE),), ((0, ONE),))
    claim = replace(accepts(env, *good, over=(listed,)), modulo_unreachable=True)
    terms = (alike, ">", listed, 1), (good[1], ">", listed, 1)
    check(claim, "mr", conflict(*terms))
    refused(replace(claim, modulo_unreachable=False), conflict(*terms), "not asked for")


def test_sequences_conflict_by_their_discounted_counts() -> None:
    """Opposite preferences, and (a b a) > (b a b) with (b b b) > (a a a), weighed by the discount exactly."""
    one = model(0, [[0, 0]])
    a, b = (0, 0), (0, 1)
    pairs = (((a, b), (b, a)), ((b, a), (a, b)))
    asks = tuple(TrajectoryConstraint(0, x, y, Relation.STRICT) for x, y in pairs)
    terms = tuple(Term(0, x, y, Relation.STRICT, ONE, is_trajectory=True) for x, y in pairs)
    claim = Claim((one,), asks, (), G)
    check(claim, "mr", FarkasCertificate(G, terms, ()))
    unequal = (terms[0], replace(terms[1], weight=Fraction(2)))
    refused(claim, FarkasCertificate(G, unequal, ()), "do not sum to zero")
    refused(replace(claim, constraints=asks[:1]), FarkasCertificate(G, terms, ()), "not asked for")
    one_term = (((a, b, a), (b, a, b)), ((b, b, b), (a, a, a)))
    asks = tuple(TrajectoryConstraint(0, x, y, Relation.STRICT) for x, y in one_term)
    weights = (1 + G + G**2, 1 - G + G**2)
    terms = tuple(
        Term(0, x, y, Relation.STRICT, w, is_trajectory=True)
        for (x, y), w in zip(one_term, weights, strict=True)
    )
    check(Claim((one,), asks, (), G), "mr", FarkasCertificate(G, terms, ()))


def test_a_family_conflicts_on_next_states() -> None:
    """Opposite preferences of one choice: a conflict only if it leads to the same law."""
    coin: Distribution = ((0, HALF), (1, HALF))
    asks = (PolicyConstraint(0, AA, BA, Relation.STRICT), PolicyConstraint(1, BA, AA, Relation.STRICT))
    terms = Term(0, AA, BA, Relation.STRICT, ONE), Term(1, BA, AA, Relation.STRICT, ONE)
    once = model(0, [[1, 1], [1, 1]])
    check(Claim((once, once), asks, (), G), "mr", FarkasCertificate(G, terms, ()))
    other = model(0, [[coin, 1], [1, 1]])
    refused(Claim((other, once), asks, (), G), FarkasCertificate(G, terms, ()), "do not sum to zero")


def test_a_mixture_of_good_policies_refutes_a_set() -> None:
    """aa does what ab does at s0 and what ba does at s1."""
    claim = accepts(ENTAILMENT, AB, BA)
    proof = MixtureCertificate(0, (AB, BA), AA, 7)
    check(claim, "mr", proof)
    check(equally(claim), "mr", proof)
    refused(claim, replace(proof, line=8), "not of line 8")
    refused(claim, replace(proof, good=(AB,)), "none of the good ones does")
    refused(claim, replace(proof, good=(AB, AA)), "for good or bad that the task does not")
    refused(accepts(ENTAILMENT, AB, BA, BB), replace(proof, good=(AB, BA)), "a third good policy")
    refused(accepts(ENTAILMENT, AB, BA, over=(AA,)), proof, "no such acceptable set")
    check(equally(accepts(ENTAILMENT, AB, BA, BB)), "mr", proof)
