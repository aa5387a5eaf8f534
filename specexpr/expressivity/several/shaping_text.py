"""Say in words which least or greatest of rewards, or which function of given values, orders policies.

Or why none does: which mixtures of policies count as much as others, and what the task asks nevertheless.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.blends import Member, Mixture
from specexpr.certify.kinds.aggregation import LevelsWitness, PiecesWitness, least_sum
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.kinds.rewards import RewardsWitness, size_of_rewards
from specexpr.certify.kinds.vertices import VerticesWitness, size_of_vertices
from specexpr.certify.measure import Given, given_values
from specexpr.certify.model import Table
from specexpr.certify.one_reward import AGGREGATED
from specexpr.certify.proofs import RewardWitness
from specexpr.certify.sight import Sight
from specexpr.expressivity.conflict_text import ConflictText, Wording, discounted_at, visiting
from specexpr.expressivity.explanation import LISTED, words_of
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import counted, joined, line_numbers, lottery, number_text
from specexpr.expressivity.reward_text import reward_lines, valued_lines
from specexpr.expressivity.several.occupancies import Extreme, Occupancies
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Speak, Witness, Words

_SHOWN = 8
_NOUNS = {
    "maxmin": "minimum of Markov rewards",
    "maxmax": "maximum of Markov rewards",
}


def speaking(formalism: str) -> Speak:
    """Return what says of a proof what it is."""

    def speak(question: Question, proof: Proof) -> Words:
        match proof:
            case RewardWitness() | AlgebraicReward():
                words = words_of(question, proof)
                extreme = "least" if formalism == "maxmin" else "greatest"
                text = f"{words.text}\nOne reward does: it is the {extreme} of itself."
                return replace(words, text=text)
            case RewardsWitness():
                return _rewards_words(question, formalism, proof)
            case VerticesWitness():
                return _vertices_words(question, proof)
            case PiecesWitness():
                return _pieces_words(question, proof)
            case LevelsWitness():
                return _levels_words(question, proof)
            case JensenCertificate():
                return _Conflict(question, formalism, proof).words()
            case _:
                raise TypeError(f"{formalism} has no proof that is a {type(proof).__name__}")

    return speak


# -- free rewards -----------------------------------------------------------------------------------------


def _rewards_words(question: Question, formalism: str, proof: RewardsWitness) -> Words:
    extreme = "least" if formalism == "maxmin" else "greatest"
    least, most = size_of_rewards(proof)
    summary = f"the {extreme} of {counted(most, 'reward')}"
    discount = number_text(proof.discount)
    if question.options.discount is None:
        summary += f" at discount {discount}"
    lines = [f"The {extreme} of {counted(most, 'Markov reward')} counts, discount {discount}:"]
    for k, reward in enumerate(proof.rewards[:_SHOWN], 1):
        lines += _reward_lines(question, k, RewardWitness(proof.discount, reward, ()))
    if most > _SHOWN:
        lines.append(f"... and {counted(most - _SHOWN, 'more reward')}")
    lines += valued_lines(question, _extreme(question, formalism, proof))
    if proof.single is not None:
        lines.append(f"A single reward does not do: {words_of(question, proof.single).summary}.")
    if least < most and most > 2:
        lines.append(f"Fewer than {most} may do, {least} or more are needed.")
    return Words(summary, "\n".join(lines))


def _reward_lines(question: Question, number: int, witness: RewardWitness) -> Iterator[str]:
    """Yield the entries of a reward, on one line if there are few."""
    lines = reward_lines(Witness(question, "mr", witness))
    if not lines:
        yield f"  R_{number}: 0 everywhere"
        return
    yield f"  R_{number}: {'; '.join(lines[:LISTED])}"
    if len(lines) > LISTED:
        yield f"    ... and {counted(len(lines) - LISTED, 'more line')}"


def _extreme(question: Question, formalism: str, proof: RewardsWitness) -> Extreme:
    is_greatest = formalism == "maxmax"
    claim = replace(question.claim(), discount=proof.discount)
    view = Occupancies(claim, is_convex=is_greatest)
    return Extreme(view, tuple(view.weights_of(reward) for reward in proof.rewards), is_greatest)


def _vertices_words(question: Question, proof: VerticesWitness) -> Words:
    size = size_of_vertices(proof)
    summary = "no policy outside behaves like an accepted one"
    lines = [
        "No policy outside behaves like an accepted one, and no mixture of others visits everything as often "
        "as a deterministic policy does. So for each policy outside some reward returns less than 0 for it "
        "and more than 0 for all accepted ones. The least of these returns tells the accepted policies from "
        "all others. The rewards are not written out.",
    ]
    if size is not None:
        lines.append(f"Rewards needed: at least {size[0]}, at most {size[1]:,}.")
    if proof.single is not None:
        lines.append(f"A single reward does not do: {words_of(question, proof.single).summary}.")
    return Words(summary, "\n".join(lines))


# -- given values -----------------------------------------------------------------------------------------


def _given(question: Question) -> Given:
    claim = question.claim()
    return given_values(claim.setting.given, claim.models)


def _pieces_words(question: Question, proof: PiecesWitness) -> Words:
    given = _given(question)
    names = [called(one.name) for one in given.objectives]
    sums = [_sum_text(names, *piece) for piece in proof.pieces]
    count = len(sums)
    if count == 1:
        summary, head = f"{sums[0]}", ["One weighted sum does, which is concave:"]
    else:
        summary, head = f"the least of {count} weighted sums", [f"The least of {count} weighted sums counts:"]
    lines = [*head, *(f"  {text}" for text in sums[:LISTED])]
    if count > LISTED:
        lines.append(f"  ... and {count - LISTED} more")

    def value(model: int, table: Table) -> Fraction:
        return least_sum(proof, given.vector(model, table))

    return Words(summary, "\n".join([*lines, *valued_lines(question, value)]))


def _sum_text(names: Sequence[str], weights: Sequence[Fraction], constant: Fraction) -> str:
    """Return a weighted sum with its constant.

    >>> _sum_text(["fast", "calm"], [Fraction(1), Fraction(1, 2)], Fraction(-3))
    'fast + 1/2 calm - 3'
    """
    parts = [
        name if w == 1 else f"{number_text(w)} {name}" for name, w in zip(names, weights, strict=True) if w
    ]
    text = " + ".join(parts)
    if not constant and text:
        return text
    if not text:
        return number_text(constant)
    return f"{text} {'-' if constant < 0 else '+'} {number_text(abs(constant))}"


def _levels_words(question: Question, proof: LevelsWitness) -> Words:
    given, names = _given(question), Names(question.task)
    objectives = [called(one.name) for one in given.objectives]
    who: dict[Hashable, list[str]] = {}
    for model, policy in question.task.policies:
        who.setdefault(given.vector(model, policy.table), []).append(names(model, policy.table))
    utility = question.setting.utility
    rise = "rises with each of them" if utility is None or utility.is_strict else "never falls"
    lines = [f"A function of {joined(objectives)} that {rise} has these values:"]
    for vector, worth in proof.levels[:LISTED]:
        policies = f" ({joined(who[vector])})" if vector in who else ""
        lines.append(f"  {_values_text(objectives, vector)}: {number_text(worth)}{policies}")
    if len(proof.levels) > LISTED:
        lines.append(f"  ... and {len(proof.levels) - LISTED} more")
    return Words(f"a function of {joined(objectives)}", "\n".join(lines))


def _values_text(objectives: Sequence[str], vector: Sequence[Fraction]) -> str:
    return ", ".join(f"{name} = {number_text(x)}" for name, x in zip(objectives, vector, strict=True))


# -- conflicts --------------------------------------------------------------------------------------------


class _Conflict:
    """The sentences about one conflict."""

    def __init__(self, question: Question, formalism: str, proof: JensenCertificate) -> None:
        self.question, self.formalism, self.proof = question, formalism, proof
        self.names = Names(question.task)
        self.is_free = formalism in AGGREGATED
        if self.is_free:
            sight = Sight(question.claim(), formalism)
            self.name: Callable[[int, Table], Any] = sight.name
            self.objectives: list[str] = []
            self.noun = _NOUNS[formalism]
        else:
            given = _given(question)
            self.name = given.vector
            self.objectives = [called(one.name) for one in given.objectives]
            shape = question.setting.utility
            kind = "increasing" if shape is None or shape.is_strict else "nondecreasing"
            is_concave = formalism == "concave" or (shape is not None and shape.is_concave)
            self.noun = f"{kind} {'concave ' if is_concave else ''}function of {joined(self.objectives)}"

    def words(self) -> Words:
        """Return what is said of the conflict."""
        proof = self.proof
        lines = tuple(sorted({term.line for term in proof.terms if term.line is not None}))
        return Words(self.summary(), self.text(), lines)

    def summary(self) -> str:
        """Return the conflict in one line."""
        terms = self.proof.terms
        where = line_numbers(term.line for term in terms)
        if len(terms) == 1 and not self.proof.mixtures:
            return f"two policies that {'behave alike' if self.is_free else 'have the same values'}{where}"
        return f"conflict of {counted(len(terms), 'constraint')}{where}"

    def text(self) -> str:
        """Return why the constraints cannot all be met."""
        text = ConflictText(self.question, self.proof.terms, self.wording())
        alike = list(self.alike())
        if not self.proof.mixtures:
            if not alike or (self.is_free and len(self.proof.terms) == 1):
                return text.whole()
            same = "\n".join(alike)
            return f"{same}\nSo every {self.noun} values them alike. Yet the task asks {text.constraints()}."
        told = [self.mixture(one) for one in self.proof.mixtures[:_SHOWN]]
        if len(self.proof.mixtures) > _SHOWN:
            told.append(f"... and {counted(len(self.proof.mixtures) - _SHOWN, 'more mixture')}")
        if len(self.proof.mixtures) == 1:
            end = f"Yet the task wants the contrary: {text.constraints()}."
        elif all(len(one.parts) == 1 for one in self.proof.mixtures):
            end = f"Yet the task asks {text.constraints()}: that leads round in a circle."
        else:
            end = f"Yet the task asks {text.constraints()}. Added up, that is the contrary."
        return "\n".join([*alike, *told, end])

    def wording(self) -> Wording:
        """Return how to speak of the formalism."""
        if not self.is_free:
            return Wording(self.noun, f"is worth exactly as much in {joined(self.objectives)}")
        discount = self.question.options.discount
        clock = "" if discount is None else discounted_at(discount)
        return visiting(self.question, self.noun, clock=clock)

    def alike(self) -> Iterator[str]:
        """Yield which policies of the conflict cannot be told apart."""
        groups: dict[Hashable, dict[Member, None]] = {}
        for member in self.members():
            groups.setdefault(self.name(*member), {})[member] = None
        for name, group in groups.items():
            first, *others = group
            if not others:
                continue
            who = joined([self.names(*member) for member in group])
            if not self.is_free:
                vector = cast("Sequence[Fraction]", name)
                yield f"{who} have the same values: {_values_text(self.objectives, vector)}."
            elif len({model for model, _ in group}) > 1:
                yield f"{who} do the same wherever they go, and are led on alike."
            else:
                where = self.names.differing(first[0], first[1], others[0][1])
                rest = "" if len(others) == 1 else ", and the others likewise"
                yield f"{who} behave alike: they differ only in {where}, which neither reaches{rest}."

    def members(self) -> Iterator[Member]:
        """Yield the policies of the conflict."""
        for term in self.proof.terms:
            yield from ((term.model, cast(Table, side)) for side in (term.better, term.worse))
        for one in self.proof.mixtures:
            yield one.whole
            yield from (member for member, _ in one.parts)

    def mixture(self, one: Mixture) -> str:
        """Return what a mixture is and what follows."""
        whole = self.names(*one.whole)
        parts = [(self.names(*member), share) for member, share in one.parts]
        mixed = lottery(parts)
        mixed = mixed[0].upper() + mixed[1:] if len(parts) > 1 else mixed
        mean = _mean_text(parts)
        if self.is_free:
            wording = self.wording()
            side = "at least" if self.formalism == "maxmin" else "at most"
            said = f"{mixed} {wording.counts} as {whole}{wording.clock}."
            return f"{said} So {whole} is worth {side} {mean}, whatever the {self.noun}."
        return self.dominance(one, whole, mixed, mean)

    def dominance(self, one: Mixture, whole: str, mixed: str, mean: str) -> str:
        """Return how a policy stands to a mixture in given values."""
        vector = self.name(*one.whole)
        average = [
            sum((share * self.name(*member)[k] for member, share in one.parts), Fraction(0))
            for k in range(len(vector))
        ]
        shape = self.question.setting.utility
        differs = list(vector) != average
        is_more = differs and (shape is None or shape.is_strict)
        here, there = (_values_text(self.objectives, values) for values in (vector, average))
        if len(one.parts) == 1:
            said = f"{whole} has {here}; {mixed} has {there}, no more of anything."
            return f"{said} So {whole} is worth {'more than' if is_more else 'at least as much as'} {mixed}."
        least = "no more of anything" if differs else "as much of everything"
        said = f"{whole} has {here}; {mixed[0].lower()}{mixed[1:]} has {there} on average, {least}."
        return f"{said} So {whole} is worth {'more than' if is_more else 'at least'} {mean}."


def _mean_text(parts: Sequence[tuple[str, Fraction]]) -> str:
    """Return the mean of what the parts of a mixture are worth.

    >>> _mean_text([("go", Fraction(1, 2)), ("stay", Fraction(1, 2))])
    'the mean of what go and stay are worth'
    """
    if len(parts) > _SHOWN:
        return "what that mixture is worth on average"
    if len(parts) == 1:
        return f"what {parts[0][0]} is worth"
    them = joined([name for name, _ in parts])
    is_even = len({share for _, share in parts}) == 1
    return f"the mean of what {them} are worth" if is_even else f"that mixture of what {them} are worth"
