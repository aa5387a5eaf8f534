"""Say in words what proves that values for policies exist, or which circle of constraints forbids them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType

from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.kinds.value_table import Entry, TableWitness
from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.certify.proofs import RewardEntry, RewardWitness
from specexpr.certify.sight import OF_TABLES, Sight
from specexpr.exact import Number, bounds
from specexpr.expressivity.explanation import LISTED
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import counted, joined, line_numbers, number_text, some, with_lines
from specexpr.expressivity.reward_text import reward_lines, value_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Speak, Witness, Words

ORDERS = frozenset({"gomorl", "omo", "tlo", "po"})

NOUNS: Mapping[str, str] = MappingProxyType(
    {
        "onmr": "function of a Markov return",
        "omorl": "function of Markov returns",
        "gomorl": "order of Markov returns",
        "fomr": "function of occupancies",
        "omo": "order of occupancies",
        "ftlr": "function of trajectory lotteries",
        "tlo": "order of trajectory lotteries",
        "fpr": "function of policies",
        "po": "order of policies",
        "maxsat": "number of thresholds of Markov returns",
    }
)

_FEW_STEPS = 6
_SHOWN = 12


def speaking(formalism: str) -> Speak:
    """Return what says of the proofs of a formalism what they are."""

    def speak(question: Question, proof: Proof) -> Words:
        match proof:
            case CycleCertificate():
                return _cycle_words(question, formalism, proof)
            case TableWitness():
                return _table_words(question, formalism, proof)
            case SeparationWitness():
                return _separation_words(question, formalism, proof)
            case _:
                raise TypeError(f"{formalism} has no proof that is a {type(proof).__name__}")

    return speak


# -- cycles ------------------------------------------------------------------------------------------------

Side = tuple[int, Table]


def _cycle_words(question: Question, formalism: str, proof: CycleCertificate) -> Words:
    steps = proof.steps
    lines = tuple(sorted({step.line for step in steps if step.line is not None}))
    is_alike = len(steps) == 1 and formalism not in OF_TABLES
    what = (
        "two policies that behave alike" if is_alike else f"a circle of {counted(len(steps), 'constraint')}"
    )
    story = _Circle(question, formalism, steps).story()
    return Words(f"{what}{line_numbers(lines)}", story, lines)


class _Circle:
    """The sentences about one cycle."""

    def __init__(self, question: Question, formalism: str, steps: Sequence[PolicyConstraint]) -> None:
        self.question, self.formalism, self.steps = question, formalism, steps
        self.names = Names(question.task)
        self.sight = Sight(question.claim(), formalism)

    def story(self) -> str:
        asked = with_lines([(self.asked(step), step.line) for step in self.steps])
        shown = [*asked[:_FEW_STEPS], *_more(len(asked) - _FEW_STEPS, "constraint")]
        noun = NOUNS[self.formalism]
        links = list(self.links())
        first = self.steps[0]
        if len(self.steps) == 1 and links:
            end = f"No {noun} can tell them apart"
            if not self.is_written(first):
                end += "; `modulo unreachable` counts them as one"
            how = self.names.differing(first.model, first.better, first.worse)
            differ = f"they differ only in {how}, which neither reaches"
            return f"{shown[0]}, but they behave alike: {differ}. {end}."
        best = self.names(first.model, first.better)
        wrong = "puts a policy above itself" if self.formalism in OF_TABLES else "tells such policies apart"
        links = [*links[:_FEW_STEPS], *_more(len(links) - _FEW_STEPS, "pair")]
        but = f" But {joined(links)}." if links else ""
        return (
            f"{_sentence(joined(shown))}.{but} So the constraints lead from {best} back to itself, and no "
            f"{noun} {wrong}."
        )

    def asked(self, step: PolicyConstraint) -> str:
        """Return what a step asks, as the file says it."""
        place = self.names.place(step.model)
        place += " " if place else ""
        better, worse = (self.names.plain(step.model, side) for side in (step.better, step.worse))
        if self.is_written(step):
            return f"{place}{better} {step.relation} {worse}"
        if step.relation is Relation.TIE:
            return f"{place}{better} and {worse} are accepted equally"
        return f"{place}{better} is accepted, {worse} is not"

    def is_written(self, step: PolicyConstraint) -> bool:
        """Say whether a step is a constraint of the task, not one that follows from an acceptable set."""
        return any(
            (c.model, c.relation, c.better, c.worse) == (step.model, step.relation, step.better, step.worse)
            for c in self.question.task.constraints
        )

    def links(self) -> Iterator[str]:
        """Yield how the end of a step and the start of the next agree, where they are two policies."""
        ends = list(self.ends())
        for (_, here), (there, _) in zip(ends, (*ends[1:], ends[0]), strict=True):
            if here == there:
                continue
            one, other = self.names(*here), self.names(*there)
            if self.formalism in OF_TABLES:
                yield f"{one} and {other} are the same policy"
            elif here[0] == there[0]:
                differ = self.names.differing(here[0], here[1], there[1])
                yield f"{one} behaves like {other} (they differ only in {differ}, which neither reaches)"
            else:
                yield f"{one} starts, acts and moves like {other}"

    def ends(self) -> Iterator[tuple[Side, Side]]:
        """Yield where each step starts and ends; a tie may be walked either way."""
        here = self.sight.name(self.steps[0].model, self.steps[0].better)
        for step in self.steps:
            start, end = (step.model, step.better), (step.model, step.worse)
            if self.sight.name(*start) != here:
                start, end = end, start
            here = self.sight.name(*end)
            yield start, end


def _more(hidden: int, noun: str) -> list[str]:
    return [f"{counted(hidden, noun)} more"] if hidden > 0 else []


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] if text.startswith("in ") else text


# -- tables ------------------------------------------------------------------------------------------------


def _table_words(question: Question, formalism: str, proof: TableWitness) -> Words:
    noun = NOUNS[formalism]
    levels = len({proof.otherwise, *(entry.value for entry in proof.entries)})
    at = "" if proof.discount is None else f" at discount {number_text(proof.discount)}"
    if levels == 1:
        return Words("one value for all", f"{_one(noun)}{at}: {number_text(proof.otherwise)} everywhere")
    if formalism in ORDERS:
        summary, head = f"a ranking in {counted(levels, 'level')}", f"{_one(noun)}{at}, from the best:"
    else:
        summary, head = f"a table of {counted(levels, 'value')}", f"{_one(noun)}{at}:"
    names = Names(question.task)
    groups: dict[Fraction, list[str]] = {}
    for entry in sorted(proof.entries, key=lambda entry: -entry.value):
        groups.setdefault(entry.value, []).append(_entry(names, entry))
    rows = [f"  {number_text(value)} at {some(who, noun='policies')}" for value, who in groups.items()]
    rows.append(f"  {number_text(proof.otherwise)} elsewhere")
    if formalism in ORDERS:
        rows = [f"  {some(who, noun='policies')}" for who in groups.values()] + ["  all others"]
    hidden = len(rows) - _SHOWN
    if hidden > 0:
        rows[_SHOWN - 1 : -1] = [f"  ... {counted(hidden + 1, 'more line')}"]
    return Words(summary, "\n".join([head, *rows]))


def _one(noun: str) -> str:
    return f"{'An' if noun.startswith('o') else 'A'} {noun}"


def _entry(names: Names, entry: Entry) -> str:
    name = names(entry.model, entry.table)
    return f"all that behave like {name}" if entry.is_class else name


# -- separating rewards ------------------------------------------------------------------------------------


def _separation_words(question: Question, formalism: str, proof: SeparationWitness) -> Words:
    noun = NOUNS[formalism]
    if not proof.rows:
        return Words("one value for all", f"{_one(noun)}: {number_text(proof.otherwise)} everywhere")
    rewards, size = len(proof.rewards), sum(map(len, proof.rewards))
    what = (
        "a separating reward" if rewards == 1 or proof.base is not None else f"{rewards} separating rewards"
    )
    levels = len({proof.otherwise, *(value for _, value in proof.rows)})
    worth = f"ranking in {counted(levels, 'level')}" if formalism in ORDERS else f"table of {levels} values"
    summary = f"{what} with {counted(size, 'entry')} and a {worth}"
    return Words(summary, "\n".join(_separation_lines(question, formalism, proof)))


def _separation_lines(question: Question, formalism: str, proof: SeparationWitness) -> Iterator[str]:
    discount = number_text(proof.discount)
    single = len(proof.rewards) == 1
    if proof.base is not None:
        digits = int((proof.base.bit_length() - 1) * 0.30103) + 1
        base = str(proof.base) if digits <= 12 else f"a number of {digits} digits"
        yield f"One Markov reward R_1 + B R_2 + ..., discount {discount}, where B is {base}. Its parts:"
    elif not single:
        yield f"{len(proof.rewards)} Markov rewards, discount {discount}:"
    for i, reward in enumerate(proof.rewards):
        lines = _reward_lines(question, proof.discount, reward)
        rest = "" if lines and lines[0].startswith("* / *:") else ", 0 where nothing is listed"
        head = f"Markov reward, discount {discount}" if single else f"R_{i + 1}"
        yield f"{head}{rest}:"
        yield from (f"  {line}" for line in lines[:LISTED])
        if len(lines) > LISTED:
            yield f"  ... and {counted(len(lines) - LISTED, 'more line')}"
    if single:
        alone = RewardWitness(proof.discount, proof.rewards[0], ())
        for line in value_lines(Witness(question, "mr", alone)):
            yield line.replace("Values", "Returns", 1)
    what = "Ranks" if formalism in ORDERS else "Values"
    told = [
        f"{number_text(value)} if {_either([_pattern(wanted, single=single) for wanted, _ in rows])}"
        for value, rows in (
            (value, list(rows)) for value, rows in groupby(proof.rows, key=lambda row: row[1])
        )
    ]
    told = [*told[:_SHOWN], *_more(len(told) - _SHOWN, "case")]
    yield f"{what}: {'; '.join(told)}; else {number_text(proof.otherwise)}"


def _either(cases: Sequence[str]) -> str:
    """Return the cases of one value; where each is about the return, that is said once."""
    start = "the return is "
    first, *others = [*cases[:_SHOWN], *_more(len(cases) - _SHOWN, "case")]
    return " or ".join([first, *(case.removeprefix(start) for case in others)])


def _reward_lines(question: Question, discount: Fraction, reward: tuple[RewardEntry, ...]) -> tuple[str, ...]:
    return reward_lines(Witness(question, "mr", RewardWitness(discount, reward, ())))


def _pattern(wanted: Sequence[Number | None], *, single: bool) -> str:
    """Return which returns a row is about."""
    parts = []
    for i, value in enumerate(wanted):
        if value is not None:
            low, high = bounds(value)
            of = "the return" if single else f"the return of R_{i + 1}"
            is_at = (
                f"is {number_text(low)}"
                if low == high
                else f"is in [{number_text(low)}, {number_text(high)}]"
            )
            parts.append(f"{of} {is_at}")
    return joined(parts)
