"""Say in words which constraint and aim order policies as asked, or why no bar does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.splits import SplitsCertificate
from specexpr.certify.model import Table
from specexpr.certify.proofs import RewardEntry, RewardWitness, Term
from specexpr.certify.sides import Cut, Fork, Side, Tree
from specexpr.expressivity.conflict_text import ConflictText, discounted_at, visiting
from specexpr.expressivity.explanation import LISTED, conflict_summary, words_of
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import (
    counted,
    line_numbers,
    lottery,
    number_text,
    some,
    with_lines,
)
from specexpr.expressivity.reward_text import not_accepted, reward_lines
from specexpr.expressivity.step_rewards import mean_rewards
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Witness, Words
from specexpr.models.occupancy import expected, policy_value

_SHOWN = 12
_SMALL_STATES = 40
_ZERO = Fraction(0)


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    match proof:
        case BarWitness():
            return Words("a constraint with a bar, and an aim", "\n".join(_bar(question, proof)))
        case SplitsCertificate():
            return _Story(question, proof).words()
        case RewardWitness() | AlgebraicReward():
            words = words_of(question, proof)
            more = "It is the aim; no constraint is needed, or one that every policy meets."
            return replace(words, text=f"{words.text}\n{more}")
        case _:
            raise TypeError(f"consat has no proof that is a {type(proof).__name__}")


# -- a bar -------------------------------------------------------------------------------------------------


def _bar(question: Question, proof: BarWitness) -> Iterator[str]:
    """Yield the constraint, the aim, and what they are at the named policies."""
    discount = number_text(proof.discount)
    yield f"The constraint is R_1 at least {number_text(proof.bar)}, the aim R_2, discount {discount}."
    for name, reward in (("R_1", proof.constraint), ("R_2", proof.aim)):
        lines = reward_lines(Witness(question, "mr", RewardWitness(proof.discount, reward, ())))
        yield f"{name} is 0 everywhere." if not lines else f"{name} is 0 but for"
        yield from (f"  {line}" for line in lines[:LISTED])
        if len(lines) > LISTED:
            yield f"  ... and {counted(len(lines) - LISTED, 'more line')}"
    yield from _sides(question, proof)


def _sides(question: Question, proof: BarWitness) -> Iterator[str]:
    """Yield the named policies above and below the bar with what counts there, the best first."""
    task = question.task
    named = dict.fromkeys(((model, policy.table) for model, policy in task.policies), "")
    for k in range(len(task.environments)):
        named |= {(k, table): " (not accepted)" for table in not_accepted(question, k)}
    if len(named) > _SHOWN or any(len(e.states) > _SMALL_STATES for e in task.environments):
        return
    names = Names(task)
    found: list[tuple[int, Fraction, str]] = []
    for (model, table), remark in named.items():
        constraint, aim = (_value(question, proof, r, (model, table)) for r in (proof.constraint, proof.aim))
        side, value = (1, aim) if constraint >= proof.bar else (0, constraint)
        found.append((-side, -value, names(model, table) + remark))
    for side, members in groupby(sorted(found, key=lambda x: x[:2]), key=lambda x: x[0]):
        levels = [
            f"{' = '.join(name for *_, name in level)} = {number_text(-value)}"
            for value, level in groupby(members, key=lambda x: x[1])
        ]
        yield f"{'Above the bar, by R_2' if side else 'Below, by R_1'}: {'; '.join(levels)}"


def _value(
    question: Question, proof: BarWitness, reward: tuple[RewardEntry, ...], policy: tuple[int, Table]
) -> Fraction:
    model = question.task.environments[policy[0]].model
    here = [x for x in reward if x.action in model.rows[x.state]]
    here = [x for x in here if x.next is None or x.next in dict(model.rows[x.state][x.action])]
    mean = mean_rewards(model, here)
    value = policy_value(model, policy[1], proof.discount, lambda s, a: mean.get((s, a), _ZERO))
    return expected(model.start, value)


# -- cases -------------------------------------------------------------------------------------------------


class _Story:
    """Why each way to put policies above and below the bar fails."""

    def __init__(self, question: Question, proof: SplitsCertificate) -> None:
        self.question, self.proof = question, proof
        self.names = Names(question.task)
        clock = "" if proof.discount is None else discounted_at(proof.discount)
        self.wording = visiting(question, "reward", clock=clock)

    def words(self) -> Words:
        """Return the cuts and the cases."""
        proof = self.proof
        lines = tuple(sorted({c.line for c in proof.constraints if c.line is not None}))
        single = self.single()
        if single is not None:
            return replace(single, lines=lines)
        text = [
            "Wherever the bar is, some constraint fails. What is better than a policy above the bar is above "
            "too, and what is worse than one below is below. The aim orders those above, and whatever is "
            "better than a policy below returns more under the constraint. So none of these can be:"
        ]
        for k, cut in enumerate(proof.cuts[:_SHOWN]):
            text.append(f"  ({k + 1}) {self.cut(cut)}")
        if len(proof.cuts) > _SHOWN:
            text.append(f"  ... and {len(proof.cuts) - _SHOWN:,} more")
        cases = list(self.cases(proof.tree, ()))
        if len(cases) > 1:
            text += ["Every case is one of them:", *(f"  {case}" for case in cases[:_SHOWN])]
            if len(cases) > _SHOWN:
                text.append(f"  ... and {counted(len(cases) - _SHOWN, 'more case')}")
        summary = f"conflict of {counted(len(proof.constraints), 'constraint')}{line_numbers(lines)}"
        return Words(summary, "\n".join(text), lines)

    def single(self) -> Words | None:
        """Return the whole story if a policy may be above or below, and one and the same sum refutes both."""
        proof = self.proof
        if len(proof.cuts) != 2 or not isinstance(proof.tree, Fork):
            return None
        one, other = proof.cuts
        bars = (*one.above, *one.below, *other.above, *other.below)
        if bars or one.weights != other.weights or one.side is other.side:
            return None
        terms = self.terms(one)
        text = ConflictText(self.question, terms, self.wording).whole()
        if len(terms) > 1:
            name = self.names(proof.tree.model, proof.tree.table)
            text += (
                f" If {name} is above the bar the aim would have to order these, and if not the constraint."
            )
        return Words(conflict_summary(terms), text)

    def terms(self, cut: Cut) -> list[Term]:
        """Return the constraints of a cut with their weights."""
        weighed = ((self.proof.constraints[k], y) for k, y in cut.weights)
        return [Term(c.model, c.better, c.worse, c.relation, y, c.line) for c, y in weighed]

    def cut(self, cut: Cut) -> str:
        """Return which sides are impossible, and why."""
        terms = self.terms(cut)
        worse = dict.fromkeys(
            self.names(c.model, c.worse) for c in (self.proof.constraints[k] for k, _ in cut.weights)
        )
        if not cut.above and not cut.below:
            story = ConflictText(self.question, terms, self.wording).whole()
            return f"{self.side(list(worse), cut.side)}: {story}"
        up, down = ([self.names(m, t) for m, t, _ in side] for side in (cut.above, cut.below))
        sides = [self.side(up, Side.ABOVE)] if up else []
        low = list(dict.fromkeys([*down, *worse]))
        sides += [self.side(low, Side.BELOW)] if low else []
        reasons = list(self.asked(terms))
        if up:
            reasons.append(f"{some(up, noun='policies')} {_returns(up)} at least the bar")
        if down:
            how = "less" if up else f"{_returns(down)} less than the bar"
            reasons.append(f"{some(down, noun='policies')} {how}")
        more, less = (lottery(list(side.items())) for side in self.lotteries(terms, cut))
        where, clock = ", ".join(sides), self.wording.clock
        return (
            f"{where}: {more} {self.wording.counts} as {less}{clock}, so every reward values both alike; "
            f"yet {_listed(reasons)}."
        )

    def asked(self, terms: Sequence[Term]) -> Iterator[str]:
        """Yield constraints with their lines; one of a set says so."""
        written = {(c.model, c.relation, c.better, c.worse) for c in self.question.task.constraints}
        found = []
        for c in terms:
            one, other = (self.names(c.model, side) for side in (c.better, c.worse))
            is_written = (c.model, c.relation, c.better, c.worse) in written
            found.append((f"{one}{'' if is_written else ' (accepted)'} {c.relation} {other}", c.line))
        yield from with_lines(found)

    def side(self, names: Sequence[str], side: Side) -> str:
        return f"{some(names, noun='policies')} {side}"

    def lotteries(self, terms: Sequence[Term], cut: Cut) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """Return what would have to be worth more and less, by name, each with weights that sum to 1."""
        net: dict[str, Fraction] = {}
        parts = [(self.names(t.model, t.better), t.weight) for t in terms]
        parts += [(self.names(t.model, t.worse), -t.weight) for t in terms]
        parts += [(self.names(m, t), y) for m, t, y in cut.above]
        parts += [(self.names(m, t), -y) for m, t, y in cut.below]
        for name, weight in parts:
            net[name] = net.get(name, _ZERO) + weight
        total = sum((x for x in net.values() if x > 0), _ZERO)
        more = {name: x / total for name, x in net.items() if x > 0}
        return more, {name: -x / total for name, x in net.items() if x < 0}

    def cases(self, tree: Tree, path: tuple[str, ...]) -> Iterator[str]:
        """Yield each case with the cut that it is."""
        if isinstance(tree, Fork):
            name = self.names(tree.model, tree.table)
            yield from self.cases(tree.above, (*path, f"{name} above"))
            yield from self.cases(tree.below, (*path, f"{name} below"))
            return
        end = f"({tree.cut + 1})" if tree.cut is not None else "some policy would be on both sides"
        yield f"{', '.join(path)}: {end}"


def _returns(names: Sequence[str]) -> str:
    return "returns" if len(names) == 1 else "return"


def _listed(reasons: Sequence[str]) -> str:
    return reasons[0] if len(reasons) == 1 else f"{', '.join(reasons[:-1])}, and {reasons[-1]}"
