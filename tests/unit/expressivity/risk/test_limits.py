"""Where returns take infinitely many values, or time or limits give out: what is said, and proved."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

import specexpr
from specexpr.certify import gaps, ordering
from specexpr.certify.checking import Answer, check
from specexpr.certify.clock import Discounted, Horizon
from specexpr.certify.kinds.coefficients import SpectrumWitness, UtilityWitness
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.parameter import LevelWitness, RateWitness
from specexpr.certify.model import Acceptance, Label, Shape
from specexpr.certify.proofs import Refused
from specexpr.document import loads
from specexpr.expressivity.risk.cone import OUT_OF_TIME, Unknown, decide_coefficients
from specexpr.expressivity.risk.parameter import decide_parameter
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from tests.unit.expressivity.risk.lottery_claims import claim_of, lottery, random_claim

LOOP = """
environment loop {
  states s0 s1 w; actions a b; start s0
  s0 / a -> { s0: 1/2, w: 1/2 }; s0 / b -> { s0: 1/3, s1: 2/3 }; s1 / * -> w; w / * -> w
}
policy long in loop { * -> a }
policy late in loop { s0 -> b; * -> a }
policy later in loop { s0 -> b; s1 -> b; w -> a }
objective gain in loop = reward { discount 9/10; s0 / *: 1; s1 / *: 1 }
"""

ONCE = """
environment once {
  states s u v w; actions a b; start s; s / a -> u; s / b -> v; u / * -> { u: 1/2, w: 1/2 }
  v / * -> { v: 1/3, w: 2/3 }; w / * -> w
}
policy up in once { * -> a }
policy down in once { s -> b; * -> a }
policy third in once { s -> { a: 1/3, b: 2/3 }; * -> a }
objective gain in once = reward { discount 9/10; u / *: 1; v / *: 2 }
"""

ONE_RETURN = ("eu", "spectral", "cvar", "entropic")


def verdict(text: str, task: str, formalism: str) -> Verdict:
    """Return the verdict on a task, its proof checked once more."""
    place = text.split()[1]
    (asked,) = loads(f"{text}task t in {place} {{ {task}; given gain }}\n").tasks
    found = specexpr.check(asked, formalism)
    match found:
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            proof.check()
    return found


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_the_mean_orders_returns_of_infinitely_many_values(formalism: str) -> None:
    """A line, the flat spectrum, level 1 and rate 0 are the mean, which is known exactly."""
    found = verdict(LOOP, "late > long", formalism)
    assert isinstance(found, Expressible)
    one, zero = Fraction(1), Fraction(0)
    wanted = {
        "eu": UtilityWitness(((zero, zero), (one, one))),
        "spectral": SpectrumWitness(((one, one),)),
        "cvar": LevelWitness(one),
        "entropic": RateWitness(zero),
    }
    assert found.witness.proof == wanted[formalism]


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_what_is_against_the_mean_is_left_undecided(formalism: str) -> None:
    """The reason says under which policy the return takes infinitely many values."""
    found = verdict(LOOP, "long > late", formalism)
    assert isinstance(found, Undecided)
    assert found.reason.startswith("limit: under long the return takes infinitely many values")
    assert "only the mean was tried" in found.reason


@pytest.mark.parametrize("formalism", [*ONE_RETURN, "linear"])
def test_a_return_without_value_is_said_to_have_none(formalism: str) -> None:
    """Nothing is tried where steps pay for ever."""
    text = LOOP.replace("s0 / a -> { s0: 1/2, w: 1/2 }", "s0 / a -> s0")
    text = text.replace("reward { discount 9/10; ", "total { ")
    found = verdict(text, "long > late", formalism)
    assert found == Undecided("limit: under long a total has no value where steps pay for ever")


@pytest.mark.parametrize("formalism", ["eu", "entropic"])
def test_lotteries_that_cancel_refute_any_return(formalism: str) -> None:
    """A policy that draws between two is not worse than both, whatever is paid, and not better."""
    for task in ("up > third; down > third", "third > up; third >= down"):
        found = verdict(ONCE, task, formalism)
        assert isinstance(found, Inexpressible)
        assert isinstance(found.certificate.proof, LotteriesCertificate)
        assert "shows every sequence of steps exactly as often" in found.certificate.explain()


@pytest.mark.parametrize("formalism", ["spectral", "cvar"])
def test_lotteries_refute_no_spectrum(formalism: str) -> None:
    """CVaR is not linear in the law: the kernel takes no such proof, and nothing is decided."""
    assert isinstance(verdict(ONCE, "up > third; down > third", formalism), Undecided)
    proof = verdict(ONCE, "up > third; down > third", "eu")
    assert isinstance(proof, Inexpressible)
    claim = proof.certificate.question.claim()
    with pytest.raises(Refused, match="proves nothing about the formalism"):
        check(claim, formalism, proof.certificate.proof)


def test_lotteries_of_labels_refute_no_utility() -> None:
    """Where labels are all that lotteries show, a return may depend on more."""
    found = verdict(ONCE, "up > third; down > third", "eu")
    assert isinstance(found, Inexpressible)
    claim = found.certificate.question.claim()
    labelled = replace(claim, setting=replace(claim.setting, labels=((Label("all", frozenset(range(4))),),)))
    with pytest.raises(Refused, match="more than what is observed"):
        check(labelled, "eu", found.certificate.proof)
    with pytest.raises(Refused, match="does not give one return"):
        check(replace(claim, setting=replace(claim.setting, given=())), "eu", found.certificate.proof)


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_policies_that_behave_alike_need_no_law(formalism: str) -> None:
    """A strict constraint between them is refused although their return takes infinitely many values."""
    text = ONCE.replace("u / * -> {", "u / a -> {").replace("states s u v w", "states s u v w x")
    text = text.replace("w / * -> w", "w / * -> w; x / * -> w")
    text += "policy twin in once { x -> b; * -> a }\n"
    found = verdict(text, "twin > up", formalism)
    assert isinstance(found, Inexpressible)


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_constraints_on_finite_returns_refute_all_the_same(formalism: str) -> None:
    """What only concerns policies whose returns take finitely many values may be contradictory by itself."""
    claim = claim_of([lottery((0, 1)), lottery((1, 1)), lottery((2, 1))], [(0, ">", 1), (2, ">", 0)])
    (given,) = claim.setting.given
    (account,) = given.measures
    model, half = claim.models[0], Fraction(1, 2)
    row = {**model.rows[0], 2: ((0, half), (3, half))}  # the last action is tried until it pays
    setting = replace(
        claim.setting,
        given=(replace(given, measures=(replace(account, clock=Discounted(half)),)),),
        utility=Shape.INCREASING,
    )
    claim = replace(claim, models=(replace(model, rows=(row, *model.rows[1:])),), setting=setting)
    decide = decide_parameter if formalism in ("cvar", "entropic") else decide_coefficients
    proof = decide(claim, formalism)
    assert not isinstance(proof, Unknown | Undecided)
    assert check(claim, formalism, proof) is Answer.INEXPRESSIBLE
    met = replace(claim, constraints=claim.constraints[1:])
    assert isinstance(decide(met, formalism), Unknown | LevelWitness | RateWitness)


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_a_deadline_is_kept(formalism: str) -> None:
    """Once it has passed, nothing is decided that has not been tried at once."""
    claim = claim_of(
        [lottery((0, "1/2"), (3, "1/2")), lottery((1, 1))], [(1, ">", 0)], utility=Shape.INCREASING
    )
    past = time.monotonic() - 1
    decide = decide_parameter if formalism in ("cvar", "entropic") else decide_coefficients
    assert decide(claim, formalism, deadline=past) == OUT_OF_TIME


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_many_behaviours_refute_or_are_left_undecided(
    formalism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit the policies one switch away from a good one may refute; a "yes" needs all."""
    monkeypatch.setattr(ordering, "MOST_BEHAVIOURS", 2)
    sure = [lottery((x, 1)) for x in range(4)]
    decide = decide_parameter if formalism in ("cvar", "entropic") else decide_coefficients
    claim = claim_of(sure, [], utility=Shape.INCREASING, accept=((1,), Acceptance.RANGE, None))
    proof = decide(claim, formalism)
    assert not isinstance(proof, Unknown | Undecided)
    assert check(claim, formalism, proof) is Answer.INEXPRESSIBLE
    claim = claim_of(sure, [], utility=Shape.INCREASING, accept=((3,), Acceptance.RANGE, None))
    found = decide(claim, formalism)
    assert isinstance(found, Unknown)
    assert "more than 2 deterministic policies" in found.why


def test_a_fine_lattice_may_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where polynomials would be too long, simple rates are not even looked for; dominance still refutes."""
    monkeypatch.setattr(gaps, "MOST_DEGREE", 5)
    wide = [lottery((0, "1/2"), (10, "1/2")), lottery((1, "1/2"), (7, "1/2")), lottery((12, 1))]
    assert isinstance(decide_parameter(claim_of(wide, [(1, ">", 0)]), "entropic"), Unknown)
    proof = decide_parameter(claim_of(wide, [(1, ">", 2)]), "entropic")
    assert not isinstance(proof, Unknown | Undecided)
    assert check(claim_of(wide, [(1, ">", 2)]), "entropic", proof) is Answer.INEXPRESSIBLE


def test_the_kernel_asks_for_what_it_needs() -> None:
    """One return, a shape, weights for all objectives: claims that lack them, and proofs, are refused."""
    claim = claim_of([lottery((0, 1)), lottery((1, 1))], [(1, ">", 0)], utility=Shape.INCREASING)
    line = UtilityWitness(((Fraction(0), Fraction(0)), (Fraction(1), Fraction(1))))
    check(claim, "eu", line)
    with pytest.raises(Refused, match="what a utility must be"):
        check(replace(claim, setting=replace(claim.setting, utility=None)), "eu", line)
    with pytest.raises(Refused, match="one return"):
        check(replace(claim, setting=replace(claim.setting, given=claim.setting.given * 2)), "eu", line)
    with pytest.raises(Refused, match="other coefficients"):
        check(claim, "spectral", line)
    with pytest.raises(Refused, match="not increasing"):
        check(claim, "eu", UtilityWitness(((Fraction(0), Fraction(0)),)))
    with pytest.raises(Refused, match="sum to 1"):
        check(claim, "spectral", SpectrumWitness(((Fraction(1, 2), Fraction(1, 2)),)))
    with pytest.raises(Refused, match="another parameter"):
        check(claim, "cvar", LevelWitness(Fraction(0)))
    with pytest.raises(Refused, match='needs a term ">"'):
        check(claim, "eu", DominanceCertificate(()))


@pytest.mark.parametrize("clock", [Horizon(1), Discounted(Fraction(1, 2))])
def test_the_clock_of_a_return_is_no_matter(clock: Horizon | Discounted) -> None:
    """Paid in the first step only, a return is the same under a horizon and under a discount."""
    for seed in range(20):
        claim, _ = random_claim(Random(seed), utility=Shape.INCREASING_CONCAVE)
        (given,) = claim.setting.given
        (account,) = given.measures
        same = replace(given, measures=(replace(account, clock=clock),))
        again = replace(claim, setting=replace(claim.setting, given=(same,)))
        for formalism in ("eu", "spectral"):
            assert decide_coefficients(claim, formalism) == decide_coefficients(again, formalism)
