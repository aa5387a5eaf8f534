"""Say in words what proves a verdict on functions of trajectories: a function, rewards, or lotteries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from specexpr.certify.kinds.function import Expectation, FunctionWitness, ValuedWord
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.returns import ReturnsWitness
from specexpr.certify.model import Trajectory, TrajectoryConstraint
from specexpr.certify.observing import Observation, observations
from specexpr.certify.proofs import RewardWitness
from specexpr.certify.words import Word
from specexpr.exact import rational_text
from specexpr.expressivity.conflict_text import ConflictText, Wording
from specexpr.expressivity.explanation import conflict_summary, words_of
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import counted, line_numbers, number_text
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Words
from specexpr.models.policy import behaviour

_LISTED = 10
_FEW_POLICIES = 12
_FEW_TERMS = 8

Speak = Callable[[Question, Proof], Words]


def speaking(noun: str) -> Speak:
    """Return what says in words what proves a verdict on specifications called so."""

    def speak(question: Question, proof: Proof) -> Words:
        match proof:
            case FunctionWitness():
                return _function_words(question, proof)
            case ReturnsWitness():
                return _returns_words(question, proof)
            case LotteriesCertificate():
                return lotteries_words(question, proof, noun)
            case RewardWitness():
                words = words_of(question, proof)
                return replace(words, text=f"The discounted sum itself is such a {noun}. {words.text}")
            case _:
                raise TypeError(f"no words for {type(proof).__name__}")

    return speak


def lotteries_words(question: Question, proof: LotteriesCertificate, noun: str) -> Words:
    """Return why no specification of this kind meets the constraints, with their lines."""
    shown = "labels" if question.claim().setting.labels is not None else "steps"
    wording = Wording(noun, f"shows every sequence of {shown} exactly as often")
    text = ConflictText(question, proof.terms, wording)
    story = text.whole() if len(proof.terms) <= _FEW_TERMS else text.abridged()
    lines = tuple(sorted({term.line for term in proof.terms if term.line is not None}))
    summary = conflict_summary(proof.terms)
    if len(proof.terms) == 1 and not _is_alike(question, proof):
        summary = f"two that look alike{line_numbers(lines)}"
    return Words(summary, story, lines)


def _is_alike(question: Question, proof: LotteriesCertificate) -> bool:
    """Say whether the two sides of the only term are policies that behave alike."""
    (term,) = proof.terms
    model = question.task.environments[term.model].model
    return not term.is_trajectory and behaviour(model, term.better) == behaviour(model, term.worse)  # type: ignore[arg-type] # tables, as is_trajectory says


def _function_words(question: Question, proof: FunctionWitness) -> Words:
    words = proof.words or proof.sequences
    if not any(x for _, x in (*proof.words, *proof.sequences)):
        return Words(
            "the function that is 0 everywhere", "The function of trajectories that is 0 everywhere."
        )
    lines = []
    if proof.words:
        lines += ["A trajectory is worth the sum of what its beginnings are worth, those not listed 0:"]
        lines += _word_lines(question, proof.words)
    if proof.sequences:
        lines += ["What sequences are worth, those not listed 0:", *_word_lines(question, proof.sequences)]
    what = "beginning" if words is proof.words else "sequence"
    summary = f"function of trajectories with values of {counted(len(words), what)}"
    values = _value_lines(question, proof.words, proof.sequences)
    return Words(summary, "\n".join([*lines, *values]))


def _returns_words(question: Question, proof: ReturnsWitness) -> Words:
    known = observations(question.claim()).known
    discount = rational_text(proof.discount)
    if not any(x for _, x in proof.words):
        said = f"the function of returns that is 0 everywhere, discount {discount}"
        return Words(said, f"{said[0].upper()}{said[1:]}.")
    is_one = len(proof.rewards) == 1
    count = sum(map(len, proof.rewards))
    lines = [
        f"A reward at discount {discount} whose return tells how a trajectory begins, 0 but for:"
        if is_one
        else f"{counted(len(proof.rewards), 'reward')} at discount {discount}, each 0 but for one step:"
    ]
    pays = [
        f"  {'' if is_one else f'R_{j}: '}{_shown(question, known[o])}: {rational_text(x)}"
        for j, reward in enumerate(proof.rewards, 1)
        for o, x in reward
    ]
    lines += _few(pays)
    lines.append("f adds up what these beginnings are worth, each told by where the returns then lie:")
    lines += _word_lines(question, proof.words, _interval(proof, len(known)) if is_one else None)
    summary = f"{counted(len(proof.rewards), 'reward')} on {counted(count, 'step')}, discount {discount}"
    return Words(summary, "\n".join([*lines, *_value_lines(question, proof.words, ())]))


def _interval(proof: ReturnsWitness, count: int) -> Callable[[Word], str]:
    """Return the text of where the return of a trajectory lies that begins with a word."""
    pays = dict(proof.rewards[0])
    values = {pays.get(o, Fraction(0)) for o in range(count)}
    g = proof.discount

    def text(word: Word) -> str:
        code = sum((g**t * pays.get(o, Fraction(0)) for t, o in enumerate(word)), Fraction(0))
        tail = g ** len(word) / (1 - g)
        return f" in [{number_text(code + tail * min(values))}, {number_text(code + tail * max(values))}]"

    return text


def _word_lines(
    question: Question, words: Sequence[ValuedWord], more: Callable[[Word], str] | None = None
) -> list[str]:
    known = observations(question.claim()).known
    lines = []
    for word, x in words[: _LISTED + 1]:
        end = "" if more is None else more(word)
        lines.append(f"  {_word_text(question, [known[o] for o in word])}{end}: {number_text(x)}")
    return _few([*lines, *[""] * (len(words) - len(lines))])


def _few(lines: Sequence[str]) -> list[str]:
    if len(lines) <= _LISTED:
        return list(lines)
    return [*lines[:_LISTED], f"  ... and {counted(len(lines) - _LISTED, 'more line')}"]


def _word_text(question: Question, word: Sequence[Observation]) -> str:
    """Return a word as it is read: s0 a s1 b s0, or with labels {goal} {goal, push} {}."""
    if not word:
        return "anything"
    if question.claim().setting.labels is not None:
        return " ".join(_shown(question, o) for o in word)
    first = question.task.environments[0]
    steps = [f"{called(first.states[int(o[0])])} {called(first.actions[int(o[1])])}" for o in word]
    last = word[-1]
    return " ".join([*steps, called(first.states[int(last[2])])] if len(last) > 2 else steps)


def _shown(question: Question, observation: Observation) -> str:
    """Return a single observation, as in the entry of a reward."""
    if question.claim().setting.labels is not None:
        return "{" + ", ".join(called(str(name)) for name in observation) + "}"
    first = question.task.environments[0]
    names = [(first.actions if i == 1 else first.states)[int(x)] for i, x in enumerate(observation)]
    return " / ".join(map(called, names))


def _value_lines(
    question: Question, words: Sequence[ValuedWord], sequences: Sequence[ValuedWord]
) -> Iterator[str]:
    """Yield the named policies, and the sequences, by value, where they are few."""
    task, names = question.task, Names(question.task)
    value = Expectation(question.claim(), words, dict(sequences))
    for k, environment in enumerate(task.environments):
        tables = {policy.table: None for model, policy in task.policies if model == k}
        where = f" in {called(environment.name)}" if len(task.environments) > 1 else ""
        if 0 < len(tables) <= _FEW_POLICIES:
            yield f"Values{where}: {_levels([(value.policy(k, t), names.policy(k, t)) for t in tables])}"
    sides: dict[Trajectory, None] = {}
    for c in task.constraints:
        if isinstance(c, TrajectoryConstraint):
            sides |= {c.better: None, c.worse: None}
    if 0 < len(sides) <= _FEW_POLICIES:
        found = [(value.sequence(0, s), names.plain(0, s, is_trajectory=True)) for s in sides]
        yield f"Values: {_levels(found)}"


def _levels(values: Sequence[tuple[Fraction, str]]) -> str:
    ordered = sorted(values, key=lambda pair: -pair[0])
    return "; ".join(
        f"{' = '.join(name for _, name in group)} = {number_text(value)}"
        for value, group in groupby(ordered, key=lambda pair: pair[0])
    )
