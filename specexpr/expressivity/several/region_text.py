"""Say in words which thresholds put policies inside or outside, or how one gets inside that must not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from specexpr.certify.chain import Chain
from specexpr.certify.kinds.hull import HullCertificate, Inside
from specexpr.certify.kinds.region import RegionWitness, size_of_region
from specexpr.certify.kinds.thresholds import Threshold
from specexpr.certify.kinds.vertices import VerticesWitness
from specexpr.certify.model import PolicyConstraint, Relation
from specexpr.certify.outcomes import returns_of
from specexpr.certify.overlaps import Share
from specexpr.certify.proofs import Refused, RewardWitness
from specexpr.expressivity.conflict_text import discounted_at, visiting
from specexpr.expressivity.explanation import LISTED
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import (
    counted,
    joined,
    line_numbers,
    lottery,
    number_text,
    some,
    with_lines,
)
from specexpr.expressivity.reward_text import not_accepted, reward_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Witness, Words
from specexpr.models.policy import behaviour

_SHOWN = 8
_NOT_WRITTEN = (
    "No deterministic policy that is not accepted behaves like one that is. So its occupancy is no mean of "
    "theirs, and some reward with a threshold keeps it outside and lets them pass: one for each such policy "
    "does. They are not written out."
)


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    match proof:
        case RegionWitness():
            least, most = size_of_region(proof)
            summary = f"{most} rewards with a threshold each" if most > 1 else "1 reward with a threshold"
            if 1 < least < most:
                summary += f", at least {least} needed"
            return Words(summary, "\n".join(_region(question, proof)))
        case HullCertificate():
            return _Story(question, proof).words()
        case VerticesWitness():
            return Words("rewards exist, too many to be written out", _NOT_WRITTEN)
        case _:
            raise TypeError(f"feasible has no proof that is a {type(proof).__name__}")


# -- a region ----------------------------------------------------------------------------------------------


def _region(question: Question, proof: RegionWitness) -> Iterator[str]:
    """Yield the rewards with their thresholds, the two sides, and why fewer rewards do not do."""
    if not any(x.value for one in proof.rewards for x in one.reward):
        yield "Every policy is inside: nothing must be outside."
        return
    these = "this is" if len(proof.rewards) == 1 else "all of these are"
    yield f"Inside are the policies for which {these} so, discount {number_text(proof.discount)}:"
    for i, one in enumerate(proof.rewards[:_SHOWN]):
        yield from threshold_lines(question, proof.discount, one, f"R_{i + 1}")
    if len(proof.rewards) > _SHOWN:
        yield f"... and {counted(len(proof.rewards) - _SHOWN, 'more reward')}"
    yield from _sides(question, proof)
    if proof.overlaps:
        yield from _needed(question, proof)


def threshold_lines(question: Question, discount: Fraction, one: Threshold, name: str) -> Iterator[str]:
    """Yield a reward with the number that its return should reach."""
    yield f"{name} at least {number_text(one.least)}, where {name} is 0 but for"
    lines = reward_lines(Witness(question, "mr", RewardWitness(discount, one.reward, ()))) or ("nothing",)
    yield from (f"  {line}" for line in lines[:LISTED])
    if len(lines) > LISTED:
        yield f"  ... and {counted(len(lines) - LISTED, 'more line')}"


def _sides(question: Question, proof: RegionWitness) -> Iterator[str]:
    """Yield which named policies are inside and outside, where that is quickly computed."""
    chains = [Chain(environment.model) for environment in question.task.environments]
    returns = returns_of(chains, proof.discount, [one.reward for one in proof.rewards])
    returns.carry(proof.occupancies)
    names, inside, outside = Names(question.task), list[str](), list[str]()
    numbered = list(enumerate(proof.rewards))
    named = dict.fromkeys((model, policy.table) for model, policy in question.task.policies)
    for k in range(len(chains)):
        named |= dict.fromkeys((k, table) for table in not_accepted(question, k))
    try:
        for model, table in named:
            missed = [i for i, one in numbered if not returns.is_at_least(i, model, table, one.least)]
            why = some([f"R_{i + 1}" for i in missed], noun="rewards") if missed else ""
            if not missed:
                inside.append(names(model, table))
            else:
                outside.append(names(model, table) + (f" (by {why})" if len(numbered) > 1 else ""))
    except Refused:
        return
    if inside:
        yield f"Inside: {some(inside, noun='policies')}"
    if outside:
        yield f"Outside: {some(outside, noun='policies')}"


def _needed(question: Question, proof: RegionWitness) -> Iterator[str]:
    """Yield why fewer rewards do not do."""
    names, clock = Names(question.task), discounted_at(proof.discount)
    counts = visiting(question, "reward").counts
    pairs = [[_lottery(names, side) for side in (one.outside, one.inside)] for one in proof.overlaps]
    if len(pairs) == 1:
        ((outside, inside),) = pairs
        yield (
            f"One reward does not do: {outside} {counts} as {inside}{clock}, so no threshold that all of the "
            "latter meet is missed by all of the former."
        )
        return
    least, _ = size_of_region(proof)
    yield (
        f"Fewer than {least} rewards do not do. In each of these pairs the first {counts} as the "
        f"second{clock}, so no threshold that all of the second meet is missed by all of the first:"
    )
    yield from (f"  {outside} | {inside}" for outside, inside in pairs[:_SHOWN])
    if len(pairs) > _SHOWN:
        yield f"  ... and {counted(len(pairs) - _SHOWN, 'more pair')}"


def _lottery(names: Names, side: Sequence[Share]) -> str:
    return lottery([(names(model, table), share) for model, table, share in side])


# -- a hull ------------------------------------------------------------------------------------------------


class _Story:
    """How a policy gets inside that must be outside."""

    def __init__(self, question: Question, proof: HullCertificate) -> None:
        self.question, self.proof = question, proof
        self.names = Names(question.task)
        clock = "" if proof.discount is None else discounted_at(proof.discount)
        self.wording = visiting(question, "region", clock=clock)

    def words(self) -> Words:
        """Return the steps in words."""
        proof, against = self.proof, self.proof.against
        used = [*(step.by for step in proof.steps if step.by is not None), against]
        lines = tuple(sorted({c.line for c in used if c.line is not None}))
        alike = self.alike()
        if alike is not None:
            return Words(f"two policies that behave alike{line_numbers(lines)}", alike, lines)
        bad = self.names(against.model, against.worse)
        text = [self.forced()]
        for step in proof.steps:
            if step.by is None:
                text.append(self.mean(step))
            elif step.by.relation is not Relation.STRICT:
                (why,) = with_lines([(self.asked(step.by), step.by.line)])
                text.append(f"So must be {self.names(step.model, step.table)}, as {why}.")
        if self.is_written(against):
            (why,) = with_lines([(self.asked(against), against.line)])
            text.append(f"Yet {why} wants {bad} to be outside.")
        else:
            (why,) = with_lines([("not accepted", against.line)])
            text.append(f"Yet {bad} is {why}, so it must be outside.")
        return Words(f"{bad} is inside with others{line_numbers(lines)}", " ".join(text), lines)

    def alike(self) -> str | None:
        """Return the whole story if two policies of one environment behave alike, one above the other."""
        proof, against = self.proof, self.proof.against
        model = self.question.task.environments[against.model].model
        one, other = against.better, against.worse
        if len(proof.steps) > 2 or behaviour(model, one) != behaviour(model, other):
            return None
        (asked,) = with_lines([(self.asked(against), against.line)])
        states = self.names.differing(against.model, one, other)
        text = f"{asked}, but they behave alike: they differ only in {states}, which neither reaches. "
        text += "So they are inside or outside together"
        return f"{text}." if self.is_written(against) else f"{text}; `modulo unreachable` counts them as one."

    def forced(self) -> str:
        """Return which policies must be inside by strict constraints, or because they are accepted."""
        accepted: dict[int | None, list[str]] = {}
        named: list[str] = []
        asked: list[tuple[str, int | None]] = []
        for step in self.proof.steps:
            c, name = step.by, self.names(step.model, step.table)
            if c is None or c.relation is not Relation.STRICT:
                continue
            if self.is_written(c):
                named.append(name)
                asked.append((self.asked(c), c.line))
            else:
                accepted.setdefault(c.line, []).append(name)
        parts = []
        for line, good in accepted.items():
            (why,) = with_lines([("accepted", line)])
            parts.append(f"{joined(good)}, which {'is' if len(good) == 1 else 'are'} {why}")
        if named:
            parts.append(f"{joined(named)}, as {joined(with_lines(asked))}")
        return f"Inside must be {'; and '.join(parts)}."

    def mean(self, step: Inside) -> str:
        """Return that a policy is a mean of others."""
        before = (self.proof.steps[i] for i, _ in step.mean)
        parts = [(self.names(one.model, one.table), x) for one, (_, x) in zip(before, step.mean, strict=True)]
        name, first = self.names(step.model, step.table), lottery(parts)
        if len(parts) == 1:
            return f"{name} behaves like {first}, so it is inside too."
        every = "both" if len(parts) == 2 else "all of them"
        return (
            f"{first[0].upper()}{first[1:]} {self.wording.counts} as {name}{self.wording.clock}. So under "
            f"every reward {name} returns the mean of what they return, and meets every threshold that "
            f"{every} meet: {name} is inside too."
        )

    def asked(self, c: PolicyConstraint) -> str:
        """Return a constraint as it is written, or what a set says."""
        one, other = (self.names.plain(c.model, side) for side in (c.better, c.worse))
        place = self.names.place(c.model)
        if self.is_written(c):
            text = f"{one} {c.relation} {other}"
        elif c.relation is Relation.TIE:
            text = f"{one} and {other} are accepted equally"
        else:
            text = f"{one} is accepted and {other} is not"
        return f"{text} {place}" if place else text

    def is_written(self, c: PolicyConstraint) -> bool:
        """Say whether a constraint stands in the task, not only what a set asks."""
        sides = c.model, c.relation, c.better, c.worse
        written = (x for x in self.question.task.constraints if isinstance(x, PolicyConstraint))
        return any(sides == (x.model, x.relation, x.better, x.worse) for x in written)
