"""Say in words what proves a verdict in temporal logic: a formula, or cases that leave none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specexpr.certify.coin import Coin, shape, written_out
from specexpr.certify.coin import words as words_of_coin
from specexpr.certify.formula import Atom, AtomKind, Compound, Formula
from specexpr.certify.formula_store import Scheme, size
from specexpr.certify.kinds.branch import BranchCertificate
from specexpr.certify.kinds.formula import FormulaWitness, probabilities
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.ray import RayCertificate
from specexpr.certify.kinds.two_level import TwoLevelCertificate
from specexpr.certify.label_coin import LabelCoin, Letter, written_out_on_labels
from specexpr.certify.model import Relation
from specexpr.expressivity.ltl.case_text import asked_text, case_words, lines_of, steps_text
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import joined, line_numbers, number_text, with_lines
from specexpr.expressivity.reward_text import valued_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.trajectory_text import lotteries_words
from specexpr.expressivity.verdict import Proof, Words
from specexpr.models.environment import Environment
from specexpr.syntax.formula_words import formula_words
from specexpr.syntax.formulas import formula_text

_SHORT = 50  # characters of a formula that is its own summary
_READABLE = 40  # operators and atoms of a formula that is put into English
_SHOWN = 600  # characters of a formula that are shown
_WRITTEN = 2_000  # characters of a formula whose coins are written out
_LISTED = 8  # words of a coin that are listed
_MOST_WORDS = 1_000


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof in temporal logic."""
    match proof:
        case FormulaWitness():
            return _formula_words(question, proof)
        case LotteriesCertificate():
            return lotteries_words(question, proof, "formula")
        case TwoLevelCertificate():
            return _two_level_words(question, proof)
        case BranchCertificate(cases=cases):
            return case_words(question, cases, uses_likelihoods=False)
        case RayCertificate(cases=cases):
            return case_words(question, cases, uses_likelihoods=True)
        case _:
            raise TypeError(f"no words for {type(proof).__name__}")


# -- yes ---------------------------------------------------------------------------------------------------


def _formula_words(question: Question, proof: FormulaWitness) -> Words:
    environment = question.task.environments[0]
    coins = [entry for entry in proof.scheme if isinstance(entry, Coin | LabelCoin)]
    names = {
        coin: f"coin {coin.chance}" if len(coins) == 1 else f"coin {i}" for i, coin in enumerate(coins, 1)
    }
    count = size(proof.scheme)
    formula = _without_coins(proof.scheme, names)
    text = formula_text(environment, formula) if len(proof.scheme) <= _SHOWN else ""
    shown = text if text and len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."
    over = "" if question.claim().setting.labels is None else " over labels"
    head = f"The formula{over} {shown}"
    if not text:
        head = f"A formula{over} with {count:,} operators and atoms, of many words."
    lines = [head]
    if count <= _READABLE and not coins:
        lines.append(f"In words: {formula_words(environment, formula)}.")
    lines += [_coin_line(environment, coin, name) for coin, name in names.items()]
    lines += _written_out(environment, proof.scheme, count) if coins else []
    known = probabilities(question.claim(), proof.scheme, proof.labels)
    lines += valued_lines(question, lambda model, table: known[model].policy(table))
    summary = text if text and len(text) <= _SHORT else f"a formula with {count:,} operators and atoms"
    return Words(summary, "\n".join(lines))


def _without_coins(scheme: Scheme, names: Mapping[Coin | LabelCoin, str]) -> Formula:
    """Return the formula with a name in the place of each coin."""
    found: list[Formula] = []
    for entry in scheme:
        if isinstance(entry, Coin | LabelCoin):
            found.append(Atom(AtomKind.LABEL, names[entry]))
        elif isinstance(entry, Atom):
            found.append(entry)
        else:
            found.append(Compound(entry.operator, tuple(found[i] for i in entry.parts)))
    return found[-1]


def _coin_line(environment: Environment, coin: Coin | LabelCoin, name: str) -> str:
    if isinstance(coin, Coin):
        home = called(environment.states[coin.loop[0][0]])
        loop = steps_text(environment, coin.loop)
    else:
        letters = [_letter_text(letter) for letter in coin.around]
        home = " ".join(letters[: coin.marker])
        loop = " ".join(letters)
    chance, few, many = number_text(coin.chance), coin.chance.numerator, coin.chance.denominator
    return (
        f'"{name}" stands for a formula with probability {chance} under every policy for which {home} comes '
        f"again and again and the way {loop} from it back to it is possible and not certain. Write 1 for "
        f"such a way and 0 for any other from {home} to its next visit: of the {many:,} words "
        f"{_words_text(many)}, which are equally likely to come first, {_first_text(few)} comes before the "
        f"others. `specexpr explain formula` says why."
    )


def _words_text(many: int) -> str:
    """Return the words of a coin, or the first and the last ones."""
    texts = ["".join(map(str, word)) for word in words_of_coin(many)] if many <= _MOST_WORDS else []
    if not texts:
        return f"that it lists, each of {shape(many)[0] + 4} digits"
    if len(texts) > _LISTED:
        texts = [*texts[: _LISTED - 1], "..", texts[-1]]
    return " ".join(texts)


def _first_text(few: int) -> str:
    return "the first" if few == 1 else f"one of the first {few:,}"


def _written_out(environment: Environment, scheme: Scheme, count: int) -> Iterator[str]:
    """Yield the formula without coins, to be copied, where it is short; else how long it is."""
    text = ""
    if count <= _WRITTEN:
        found: list[Formula] = []
        for entry in scheme:
            match entry:
                case Coin():
                    found.append(written_out(entry))
                case LabelCoin():
                    found.append(written_out_on_labels(entry))
                case Atom():
                    found.append(entry)
                case _:
                    found.append(Compound(entry.operator, tuple(found[i] for i in entry.parts)))
        text = formula_text(environment, found[-1])
    if text and len(text) <= _WRITTEN:
        yield f"Written out, to be copied: {text}"
    else:
        yield f"Written out it has {count:,} operators and atoms; --json gives it with its coins."


def _letter_text(letter: Letter) -> str:
    """Return what is asked of a label set."""
    held, not_held = letter
    return f"({' & '.join([*map(called, held), *(f'!{called(name)}' for name in not_held)]) or 'any'})"


# -- no: certain trajectories ------------------------------------------------------------------------------


def _two_level_words(question: Question, proof: TwoLevelCertificate) -> Words:
    names = Names(question.task)
    terms = proof.terms
    asked = joined(with_lines([(asked_text(names, term), term.line) for term in terms]))
    lines = lines_of(terms)
    first, last = terms[0], terms[-1]
    up, down = names(first.model, first.better), names(last.model, last.worse)
    story = (
        f"{asked}. The trajectory of each of these policies is certain, so it satisfies a formula with "
        f"probability 1 or 0. {up} must satisfy it, being better than another one"
    )
    if any(term.relation is not Relation.STRICT for term in terms):
        story += "; so must what is to be no worse"
    if up == down:
        story += f". But {down} must not, being worse than another one."
    else:
        seen = "labels" if question.claim().setting.labels is not None else "steps"
        story += (
            f". But {down} must not, being worse than another one, although it is one of those that must or "
            f"shows the same {seen} as one of them."
        )
    return Words(f"a policy above and below others{line_numbers(lines)}", story, lines)
