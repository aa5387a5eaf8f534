"""Decisions in temporal logic, against all choices run through, and where theory says less."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise

import pytest

from specexpr.certify.branching import setup
from specexpr.certify.checking import Answer, check, kind_of
from specexpr.certify.formula import Atom, Operator
from specexpr.certify.formula_store import Joined, scheme_of
from specexpr.certify.information import information_chains
from specexpr.certify.kinds.formula import FormulaWitness, probabilities
from specexpr.certify.kinds.two_level import TwoLevelCertificate
from specexpr.certify.label_coin import LabelCoin, written_out_on_labels
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Distribution,
    Label,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.ordering import holds
from specexpr.certify.proofs import TooLarge
from specexpr.certify.step_chain import step_chain
from specexpr.expressivity.ltl.deciding import decide_ltl
from specexpr.expressivity.ltl.drafts import step_atoms, step_truth
from specexpr.expressivity.ltl.enumeration import Enumeration, sample
from specexpr.expressivity.verdict import Undecided
from specexpr.testing.choice_truth import TooMany, formula_exists
from specexpr.testing.examples import CHOOSER, ENTAILMENT, MEMORY, SINGLE, STEADY, corners, model, table

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE
P = corners(MEMORY)
HALF = {"a": "1/2", "b": "1/2"}


def law(rng: random.Random, size: int) -> Distribution:
    below = rng.randrange(1, 5)
    cuts = sorted(rng.sample(range(below + size - 1), size - 1))
    counts = [b - a - 1 for a, b in pairwise([-1, *cuts, below + size - 1])]
    return tuple((i, Fraction(n, below)) for i, n in enumerate(counts) if n)


def random_claim(rng: random.Random) -> Claim:
    """Return some constraints between some policies of a small environment."""
    size = rng.randrange(1, 4)
    rows = tuple({a: law(rng, size) for a in range(2)} for _ in range(size))
    m = Model(tuple(f"s{i}" for i in range(size)), ("a", "b"), law(rng, size), rows)
    policies: list[Table] = []
    for _ in range(rng.randrange(2, 5)):
        pure = rng.random() < 0.5
        policies.append(
            tuple(((rng.randrange(2), Fraction(1)),) if pure else law(rng, 2) for _ in range(size))
        )
    relations = rng.choice([[STRICT], [STRICT, WEAK, TIE]])
    pairs = pairwise(policies) if rng.random() < 0.6 else [rng.sample(policies, 2) for _ in range(3)]
    constraints = [PolicyConstraint(0, x, y, rng.choice(relations)) for x, y in pairs]
    return Claim((m,), tuple(constraints), (), None)


def decided(claim: Claim, *, search_formulas: bool = False) -> tuple[Answer | None, str]:
    """Return what the kernel reads off the proof, with its kind; or None with the reason."""
    proof = decide_ltl(claim, deadline=time.monotonic() + 30, search_formulas=search_formulas)
    if isinstance(proof, Undecided):
        return None, proof.reason
    kind = kind_of(proof)
    assert kind is not None
    return check(claim, "ltl", proof), kind.kind


@pytest.mark.parametrize("seed", range(6))
def test_all_choices_run_through(seed: int) -> None:
    """Where classes are entered within finitely many steps every verdict is the one of brute force."""
    rng = random.Random(seed)
    seen: Counter[tuple[bool, str]] = Counter()
    while sum(seen.values()) < 40:
        claim = random_claim(rng)
        try:
            truth = formula_exists(claim, claim.constraints)
        except TooMany:
            continue
        answer, kind = decided(claim)
        assert answer is (Answer.EXPRESSIBLE if truth else Answer.INEXPRESSIBLE)
        seen[truth, kind] += 1
    assert seen[True, "formula"] > 5
    assert sum(n for (truth, _), n in seen.items() if not truth) > 5


def test_no_formula_contradicts_a_refutation() -> None:
    """On random tasks, loops before the classes included: what is refuted no enumerated formula meets."""
    rng = random.Random(17)
    kinds: Counter[str] = Counter()
    while sum(kinds.values()) < 12:
        claim = random_claim(rng)
        answer, kind = decided(claim)
        if answer is not Answer.INEXPRESSIBLE or kind in ("two-level", "lotteries"):
            continue
        kinds[kind] += 1
        asked = setup(claim, claim.constraints)
        chains = [step_chain(claim.models[m], t) for m, t in asked.points]
        enumeration = Enumeration(sample(chains), step_atoms(claim.models[0]), step_truth())
        for _, formula in islice(enumeration.formulas(4), 100):
            value = probabilities(claim, scheme_of(formula))[0].policy
            values = [value(t) for _, t in asked.points]
            assert not all(
                holds(r, values[i], values[j]) for (i, j), r in zip(asked.sides, asked.relations, strict=True)
            )


@pytest.mark.parametrize("search_formulas", [True, False])
def test_with_and_without_the_enumerator(search_formulas: bool) -> None:
    """Verdicts are the same; the formula is smaller with it."""
    claim = Claim(
        (MEMORY,),
        (PolicyConstraint(0, P["aaa"], P["aba"], STRICT), PolicyConstraint(0, P["bba"], P["baa"], STRICT)),
        (),
        None,
    )
    proof = decide_ltl(claim, search_formulas=search_formulas)
    assert isinstance(proof, FormulaWitness)
    assert check(claim, "ltl", proof) is Answer.EXPRESSIBLE
    kind = kind_of(proof)
    assert kind is not None
    assert kind.size is not None
    lower, upper = kind.size(proof) or (0, 0)
    assert lower == 1
    assert upper <= (4 if search_formulas else 9)


# -- acceptable sets ---------------------------------------------------------------------------------------


def accepting(m: Model, good: tuple[Table, ...], acceptance: Acceptance = Acceptance.RANGE) -> Claim:
    return Claim((m,), (), (AcceptableSet(0, good, None, acceptance),), None)


@pytest.mark.parametrize("acceptance", list(Acceptance))
def test_every_set_of_certain_trajectories(acceptance: Acceptance) -> None:
    """In memory every set of the four corners is accepted by a formula, range and equal: derived."""
    names = sorted(P)
    for mask in range(1, 16):
        good = tuple(P[name] for i, name in enumerate(names) if mask >> i & 1)
        assert decided(accepting(MEMORY, good, acceptance)) == (Answer.EXPRESSIBLE, "formula")


def test_policies_that_differ_where_they_never_go() -> None:
    """In the steady environment y, then anything, is one trajectory: accepting part of it is impossible."""
    q = corners(STEADY)
    assert decided(accepting(STEADY, (q["yx"],)))[0] is Answer.INEXPRESSIBLE
    merged = replace(accepting(STEADY, (q["yx"],)), modulo_unreachable=True)
    assert decided(merged) == (Answer.EXPRESSIBLE, "formula")
    assert decided(accepting(STEADY, (q["yx"], q["yy"]))) == (Answer.EXPRESSIBLE, "formula")


def test_entailment_sets() -> None:
    """What no Markov reward accepts a formula does: its actions alternate. Certain trajectories."""
    q = corners(ENTAILMENT)
    assert decided(accepting(ENTAILMENT, (q["ab"], q["ba"]))) == (Answer.EXPRESSIBLE, "formula")


def test_universes_that_are_listed() -> None:
    """Only listed policies count, mixed ones too."""
    half = table(MEMORY, HALF, "a", "a")
    accept = AcceptableSet(0, (half,), (P["aaa"], P["aba"]), Acceptance.RANGE)
    assert decided(Claim((MEMORY,), (), (accept,), None))[0] is Answer.EXPRESSIBLE
    accept = replace(accept, over=(P["aaa"], P["baa"]))
    assert decided(Claim((MEMORY,), (), (accept,), None)) == (Answer.INEXPRESSIBLE, "lotteries")


# -- labels, families, and what is not decided -------------------------------------------------------------


def test_labels_are_all_that_is_seen() -> None:
    """Two levels on label traces, unions of words of labels, and lotteries of labels."""
    seen = Setting(labels=((Label("push", pairs=frozenset({(0, 0), (1, 0)})),),))
    mixed = table(MEMORY, HALF, "a", "a")
    for pairs, expected in (
        (((P["aaa"], P["aba"]),), (Answer.EXPRESSIBLE, "formula")),
        (((P["aaa"], P["aba"]), (P["aba"], P["baa"])), (Answer.INEXPRESSIBLE, "two-level")),
        (((P["aaa"], mixed), (mixed, P["baa"])), (Answer.EXPRESSIBLE, "formula")),
        (((mixed, P["aaa"]), (mixed, P["baa"])), (Answer.INEXPRESSIBLE, "lotteries")),
    ):
        constraints = tuple(PolicyConstraint(0, x, y, STRICT) for x, y in pairs)
        claim = Claim((MEMORY,), constraints, (), None, setting=seen)
        assert decided(claim) == expected
    blind = Setting(labels=((Label("end", frozenset({2})),),))
    claim = Claim((MEMORY,), (PolicyConstraint(0, P["aaa"], P["aba"], STRICT),), (), None, setting=blind)
    assert decided(claim) == (Answer.INEXPRESSIBLE, "two-level")


def singly(claim: Claim) -> Claim:
    """Return a claim where each pair of state and action has its label, and only these are observed."""
    labels = tuple(
        tuple(Label(f"{s} {a}", pairs=frozenset({(s, a)})) for s, row in enumerate(m.rows) for a in row)
        for m in claim.models
    )
    return replace(claim, setting=Setting(labels=labels))


def test_labels_that_tell_steps_apart_say_as_much_as_steps() -> None:
    """A step is told by its own label set and that of the next: what is answered for steps is for labels."""
    answers = Counter[Answer | None]()
    for seed in range(60):
        claim = random_claim(random.Random(seed))
        over_steps, over_labels = decided(claim)[0], decided(singly(claim))[0]
        answers[over_labels] += 1
        if over_steps is not None:
            assert over_labels is over_steps, seed
    assert answers[Answer.EXPRESSIBLE] > 10
    assert answers[Answer.INEXPRESSIBLE] > 10


def on_standings(claim: Claim) -> Claim:
    """Return a claim about steps that says the same: label sets are actions from standing to standing."""
    asked = setup(claim, claim.constraints)
    chains = information_chains(claim, asked.points)
    rows: dict[int, dict[int, Distribution]] = {}
    for chain in chains:
        for x, steps in chain.leaving.items():
            rows.setdefault(x, {}).update({o: ((y, Fraction(1)),) for (_, o, y), _ in steps})
    order = sorted(rows)
    place = {x: i for i, x in enumerate(order)}
    letters = sorted({o for row in rows.values() for o in row})
    ahead = tuple({o: ((place[y], p),) for o, ((y, p),) in sorted(rows[x].items())} for x in order)
    ((first, _),) = chains[0].start
    m = Model(
        tuple(map(str, order)), tuple(map(str, range(letters[-1] + 1))), ((place[first], Fraction(1)),), ahead
    )
    tables = [
        tuple(
            tuple((o, p) for (_, o, _), p in chain.leaving.get(x, ())) or ((min(rows[x]), Fraction(1)),)
            for x in order
        )
        for chain in chains
    ]
    sides = zip(asked.sides, asked.relations, strict=True)
    constraints = tuple(PolicyConstraint(0, tables[i], tables[j], relation) for (i, j), relation in sides)
    return Claim((m,), constraints, (), None)


@pytest.mark.parametrize("seed", range(3))
def test_all_choices_over_labels_run_through(seed: int) -> None:
    """Where label sets tell enough, a verdict is the one of brute force on what they tell; few are open."""
    rng = random.Random(seed)
    seen: Counter[tuple[bool, Answer | None]] = Counter()
    while sum(seen.values()) < 40:
        claim = random_claim(rng)
        pairs = [(s, a) for s, row in enumerate(claim.models[0].rows) for a in row]
        labels = tuple(Label(name, pairs=frozenset(x for x in pairs if rng.random() < 0.5)) for name in "lr")
        claim = replace(claim, setting=Setting(labels=(labels,)))
        try:
            told = on_standings(claim)
            truth = formula_exists(told, told.constraints)
        except (TooLarge, TooMany):
            continue
        answer = decided(claim)[0]
        seen[truth, answer] += 1
        assert answer in (None, Answer.EXPRESSIBLE if truth else Answer.INEXPRESSIBLE)
    assert seen[True, Answer.EXPRESSIBLE] > 5
    assert seen[False, Answer.INEXPRESSIBLE] > 5
    assert seen[False, None] == 0
    assert seen[True, None] < 4, seen


def coins(*chances: str) -> list[Table]:
    """Return policies that take `w` with these chances in the only state there is, else `p`."""
    return [table(SINGLE, {"w": p, "p": str(1 - Fraction(p))}) for p in chances]


@pytest.mark.parametrize("carriers", [[(0, 0)], [(0, 1)], [(0, 0), (0, 1)]])
def test_coins_over_labels(carriers: list[tuple[int, int]]) -> None:
    """A tie between policies that differ in a class takes a coin: labels that tell actions apart toss it."""
    half, third, fifth = coins("1/2", "1/3", "1/5")
    constraints = (PolicyConstraint(0, half, third, TIE), PolicyConstraint(0, fifth, half, STRICT))
    labels = tuple(Label(f"l{k}", pairs=frozenset({pair})) for k, pair in enumerate(carriers))
    claim = Claim((SINGLE,), constraints, (), None, setting=Setting(labels=(labels,)))
    proof = decide_ltl(claim)
    assert isinstance(proof, FormulaWitness)
    assert any(isinstance(entry, LabelCoin) for entry in proof.scheme)
    assert check(claim, "ltl", proof) is Answer.EXPRESSIBLE
    spelled = scheme_of(written_out_on_labels(LabelCoin(Fraction(1, 2), (((labels[0].name,), ()),), 1)))
    assert {entry.what for entry in spelled if isinstance(entry, Atom)} == {labels[0].name}
    known = probabilities(claim, spelled)[0]
    assert {known.policy(policy) for policy in (half, third, fifth)} == {Fraction(1, 2)}


def test_labels_on_both_actions_toss_no_coin() -> None:
    """Where one label is on everything nothing is told apart; with none, too."""
    half, third, fifth = coins("1/2", "1/3", "1/5")
    constraints = (PolicyConstraint(0, half, third, TIE), PolicyConstraint(0, fifth, half, STRICT))
    for labels in ((), (Label("on", states=frozenset({0})),)):
        claim = Claim((SINGLE,), constraints, (), None, setting=Setting(labels=(labels,)))
        assert decided(claim)[0] is Answer.INEXPRESSIBLE


def test_cases_over_labels() -> None:
    """Between two certain trajectories of label sets there is room for one that is not; not below both."""
    sure_w, sure_p, (half,) = table(SINGLE, "w"), table(SINGLE, "p"), coins("1/2")
    seen = Setting(labels=((Label("w", pairs=frozenset({(0, 0)})),),))
    for pairs, expected in (
        (((sure_p, half), (half, sure_w)), (Answer.EXPRESSIBLE, "formula")),
        (((sure_p, sure_w), (sure_w, half)), (Answer.INEXPRESSIBLE, "branch")),
    ):
        constraints = tuple(PolicyConstraint(0, x, y, STRICT) for x, y in pairs)
        assert decided(Claim((SINGLE,), constraints, (), None, setting=seen)) == expected


def test_two_labels_that_differ() -> None:
    """What holds where one of two labels is carried but not both is told by both."""
    rows = {"s": dict.fromkeys("nxyb", "w"), "w": dict.fromkeys("nxyb", "w")}
    m = model(rows, start="s", actions="n x y b")
    labels = (Label("l", pairs=frozenset({(0, 1), (0, 3)})), Label("r", pairs=frozenset({(0, 2), (0, 3)})))
    laws = (
        ("1/2", "1/4", "0", "1/4"),
        ("1/4", "1/2", "0", "1/4"),
        ("1/4", "0", "1/2", "1/4"),
        ("1/4", "0", "1/4", "1/2"),
    )
    alike, left, right, both = (
        table(m, {a: p for a, p in zip("nxyb", x, strict=True) if p != "0"}, "n") for x in laws
    )
    constraints = (
        *(PolicyConstraint(0, x, y, STRICT) for x in (alike, both) for y in (left, right)),
        PolicyConstraint(0, alike, both, TIE),
        PolicyConstraint(0, left, right, TIE),
    )
    assert (
        decided(Claim((m,), constraints, (), None, setting=Setting(labels=(labels,))))[0]
        is Answer.EXPRESSIBLE
    )


def test_what_no_formula_of_steps_does_none_of_labels_does() -> None:
    """Where labels leave too many odds open, cases of steps refute; for each its own labels they do not."""
    rows = {
        "s": {"a": "x", "b": {"x": "3/4", "y": "1/4"}},
        "x": {"a": "x", "b": "x"},
        "y": {"a": "y", "b": "y"},
    }
    m = model(rows, start="s", actions="a b")
    one, other = (table(m, HALF, "a", {"a": p, "b": str(1 - Fraction(p))}) for p in ("1/2", "1/3"))
    sure = table(m, "a", "a", "a")
    labels = (Label("on", frozenset({0, 1}), frozenset({(2, 0)})),)
    constraints = (PolicyConstraint(0, one, other, STRICT), PolicyConstraint(0, sure, one, TIE))
    claim = Claim((m,), constraints, (), None, setting=Setting(labels=(labels,)))
    assert decided(claim) == (Answer.INEXPRESSIBLE, "branch")
    odd = (Label("on", frozenset({0, 1}), frozenset({(2, 0)})), Label("never"))
    both = Claim((m, m), constraints, (), None, setting=Setting(labels=(labels, odd)))
    assert decided(both)[0] is None


def test_undecided_over_labels_says_so() -> None:
    """Where labels leave too many odds open, words of them may not suffice; no more is claimed."""
    m = model({"s": {"a": {"s": "1/2", "t": "1/2"}}, "t": {"a": "s", "b": "s"}}, start="s", actions="a b")
    seen = Setting(labels=((Label("on", pairs=frozenset({(0, 0), (1, 0)})),),))
    sure, seldom, often = (
        table(m, "a", law) for law in ("a", {"a": "3/4", "b": "1/4"}, {"a": "2/5", "b": "3/5"})
    )
    constraints = (PolicyConstraint(0, sure, seldom, STRICT), PolicyConstraint(0, often, sure, TIE))
    answer, reason = decided(Claim((m,), constraints, (), None, setting=seen))
    assert answer is None
    assert reason.startswith("limit: no union of words of up to")


def test_a_label_is_a_name_for_pairs() -> None:
    """Where transitions are observed a formula may use labels, and brings them along."""
    labels = (Label("far", states=frozenset({1})),)
    claim = Claim(
        (CHOOSER,),
        (PolicyConstraint(0, table(CHOOSER, "b", "b"), table(CHOOSER, "a", "a"), STRICT),),
        (),
        None,
    )
    proof = decide_ltl(claim, labels=[labels])
    assert isinstance(proof, FormulaWitness)
    assert check(claim, "ltl", proof) is Answer.EXPRESSIBLE


def family() -> tuple[Model, Model]:
    rows = {"s": {"a": "w", "b": "w"}, "w": {"a": "w", "b": "w"}}
    return model(rows, start="s", actions="a b"), model(
        {**rows, "s": {"a": {"s": "1/2", "w": "1/2"}, "b": "w"}}, start="s", actions="a b"
    )


def test_one_formula_for_a_family() -> None:
    """Transitions are observed, not the environment: what looks alike in two of them has one value."""
    one, other = family()
    a, b = table(one, "a", "a"), table(one, "b", "b")
    claim = Claim(
        (one, other), (PolicyConstraint(0, a, b, STRICT), PolicyConstraint(1, b, a, STRICT)), (), None
    )
    assert decided(claim, search_formulas=True) == (Answer.INEXPRESSIBLE, "branch")
    claim = Claim(
        (one, other), (PolicyConstraint(0, a, b, STRICT), PolicyConstraint(1, a, b, STRICT)), (), None
    )
    assert decided(claim) == (Answer.EXPRESSIBLE, "formula")
    same = Claim((one, one), (PolicyConstraint(0, a, b, STRICT), PolicyConstraint(1, b, a, STRICT)), (), None)
    assert decided(same) == (Answer.INEXPRESSIBLE, "two-level")


def test_sequences_are_not_valued() -> None:
    """A trajectory order is no question for formulas."""
    claim = Claim((MEMORY,), (TrajectoryConstraint(0, ((0, 0),), ((0, 1),), STRICT),), (), None)
    answer, reason = decided(claim)
    assert answer is None
    assert "finite sequences" in reason


def test_without_a_strict_constraint_everything_is_one() -> None:
    """Ties and weak constraints alone are met by the formula that is true."""
    claim = Claim((MEMORY,), (PolicyConstraint(0, P["aaa"], P["aba"], TIE),), (), None)
    proof = decide_ltl(claim)
    assert isinstance(proof, FormulaWitness)
    assert proof.scheme == (Joined(Operator.TRUE),)
    assert check(claim, "ltl", proof) is Answer.EXPRESSIBLE


def test_constraints_that_are_repeated_count_once() -> None:
    """A constraint twice, or a policy above itself, is no trouble."""
    c = PolicyConstraint(0, P["aaa"], P["aba"], STRICT)
    assert decided(Claim((MEMORY,), (c, c), (), None)) == (Answer.EXPRESSIBLE, "formula")
    c = PolicyConstraint(0, P["aaa"], P["aaa"], STRICT)
    proof = decide_ltl(Claim((MEMORY,), (c, c), (), None))
    assert isinstance(proof, TwoLevelCertificate)


def test_a_deadline_that_has_passed() -> None:
    """The search ends, and says what gave out."""
    half, third, fifth = (table(SINGLE, {"w": p, "p": str(1 - Fraction(p))}) for p in ("1/2", "1/3", "1/5"))
    constraints = (PolicyConstraint(0, half, third, TIE), PolicyConstraint(0, fifth, half, STRICT))
    found = decide_ltl(Claim((SINGLE,), constraints, (), None), deadline=time.monotonic() - 1)
    assert isinstance(found, Undecided)
    assert found.reason.startswith("time")
