"""What formulas say on the words of an environment: whether always the same, and whether waiting matters.

The words are all those over the letters that occur, trajectories and more. A few random ones answer nearly
every question; only where they do not is an automaton asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from specexpr.certify.formula import Atom, Formula, Operator
from specexpr.diagnostics import NoAutomaton
from specexpr.product.lasso_values import Letter, truth_values
from specexpr.product.occurring import Occurring
from specexpr.product.spot_translation import has_word, is_installed
from specexpr.product.traces import trace_formula
from specexpr.syntax.formulas import LTL, Dialect, atoms, compound, subformulas

_WORDS = 60
_WAITS = 200
_LONGEST = 7
_MOST_PARTS = 60
_SECONDS = 2
_MOST_TRUTHS = 500_000  # parts of a formula times words on which they are looked at
_FIRST_STATES = 1_000


@dataclass(frozen=True, slots=True)
class WordTruth:
    """The truth of formulas of a dialect, on the words over the letters that occur in an environment."""

    seen: Occurring
    dialect: Dialect = LTL
    _unanswered: list[Formula] = field(default_factory=list, compare=False)

    def constant(self, formula: Formula) -> bool | None:
        """Return the truth of a formula that has the same on every word, as far as it can be found out."""
        values = self._found(formula)
        value = next(values)
        if (not value) not in values and self._can_ask(formula) and self._has(formula, not value) is False:
            return value
        return None

    def differ(self, one: Formula, other: Formula) -> bool:
        """Say whether some word is known that satisfies one of two formulas and not the other."""
        alike = compound(Operator.IFF, one, other)
        return one != other and (
            False in self._found(alike) or (self._can_ask(alike) and self._has(alike, False) is True)
        )

    def heeds_waiting(self, formula: Formula) -> bool:
        """Say whether some word is known on which one step more, in which the agent waits, matters.

        An agent can wait in a state that an action leads from it back to it, and another step elsewhere.
        """
        heeded = atoms(formula)
        waits, first_waits = self.seen.waits(heeded), self.seen.waits(heeded, at_start=True)
        if not waits:
            return False
        letters, first = self.seen.letters(heeded), self.seen.letters(heeded, at_start=True)
        random = Random(0)
        for _ in range(_within(_WAITS, formula)):
            word, loop = self._word(random, letters)
            if loop is not None:  # the agent waits once, before the loop
                word, loop = word + word[loop:], len(word)
            word[0] = random.choice(first)
            i = random.randrange(len(word) if loop is None else loop)
            if i == 0 and not first_waits:
                continue
            waiting, word[i] = random.choice(waits if i else first_waits)
            longer, after = [*word[:i], waiting, *word[i:]], None if loop is None else loop + 1
            if truth_values(formula, word, loop)[0] is not truth_values(formula, longer, after)[0]:
                return True
        return False

    def _found(self, formula: Formula) -> Iterator[bool]:
        """Yield the truths of a formula on some random words."""
        letters = self.seen.letters(atoms(formula), most=_FIRST_STATES)
        random = Random(0)
        for _ in range(_within(_WORDS, formula)):
            yield truth_values(formula, *self._word(random, letters))[0]

    def _word(self, random: Random, letters: Sequence[Letter]) -> tuple[list[Letter], int | None]:
        word = [random.choice(letters) for _ in range(random.randint(1, _LONGEST))]
        return word, random.randrange(len(word)) if self.dialect is LTL else None

    def _can_ask(self, formula: Formula) -> bool:
        """Say whether an automaton will do: it may take long, and is then not worth it a second time."""
        return not self._unanswered and is_installed() and sum(1 for _ in subformulas(formula)) <= _MOST_PARTS

    def _has(self, formula: Formula, value: bool) -> bool | None:
        """Say whether a formula has a truth on some word; None where that is not found out soon."""
        letters: Sequence[frozenset[Atom]] = self.seen.letters(atoms(formula))
        wanted = formula if value else compound(Operator.NOT, formula)
        if self.dialect is not LTL:
            wanted, letters = trace_formula(wanted, letters)
        try:
            return has_word(wanted, letters, seconds=_SECONDS)
        except NoAutomaton:
            self._unanswered.append(formula)
            return None


def _within(words: int, formula: Formula) -> int:
    """Return on how many words, of so many, a formula is looked at: fewer if it is very long."""
    parts = sum(1 for _ in subformulas(formula))
    return max(1, min(words, _MOST_TRUTHS // parts))
