"""Formulas with shared parts: each is stored once and has a number, so that equal ones are found to be equal.

A *scheme* is a list of entries, the parts of an entry coming before it and the formula last. Besides atoms
and operators there are coins (`coin`, `label_coin`), which stand for what they are written out as.

An *ultimate* formula says what happens infinitely often, or always from some time on: G F g or F G g, where g
speaks of one step, or a Boolean combination of such. Steps that are taken do not change its truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from specexpr.certify.coin import Coin, written_out, written_size
from specexpr.certify.formula import Atom, Compound, Formula, Operator
from specexpr.certify.label_coin import LabelCoin, written_out_on_labels, written_size_on_labels
from specexpr.certify.observing import Step


@dataclass(frozen=True, slots=True)
class Joined:
    """An operator with the numbers of the entries that it joins."""

    operator: Operator
    parts: tuple[int, ...] = ()


Entry: TypeAlias = Atom | Coin | LabelCoin | Joined
Scheme: TypeAlias = tuple[Entry, ...]

ARITY: Mapping[Operator, int] = {
    **dict.fromkeys((Operator.TRUE, Operator.FALSE), 0),
    **dict.fromkeys((Operator.NOT, Operator.NEXT, Operator.EVENTUALLY, Operator.ALWAYS), 1),
    **dict.fromkeys((Operator.AND, Operator.OR, Operator.IMPLIES, Operator.IFF), 2),
    **dict.fromkeys((Operator.UNTIL, Operator.RELEASE, Operator.WEAK, Operator.STRONG), 2),
}

STEP, ULTIMATE, COIN, OTHER = 1, 2, 4, 8
"""What stands in a formula under no temporal operator: atoms and X, ultimate formulas, coins, the rest."""

_BOOLEAN = (Operator.NOT, Operator.AND, Operator.OR, Operator.IMPLIES, Operator.IFF)


@dataclass(slots=True)
class Store:
    """Numbered formulas; `made_of[i]` are the flags of formula i, and `true` and `false` have numbers."""

    entries: list[Entry] = field(default_factory=list)
    made_of: list[int] = field(default_factory=list)
    of_one_step: list[bool] = field(default_factory=list)
    _numbers: dict[Entry, int] = field(default_factory=dict)
    _after: dict[tuple[int, Step], int] = field(default_factory=dict)

    false: int = field(init=False)
    true: int = field(init=False)

    def __post_init__(self) -> None:
        self.false = self._number(Joined(Operator.FALSE))
        self.true = self._number(Joined(Operator.TRUE))

    def add(self, scheme: Scheme) -> int:
        """Return the number of the formula of a scheme."""
        numbers: list[int] = []
        for entry in scheme:
            if isinstance(entry, Joined):
                numbers.append(self.join(entry.operator, *(numbers[i] for i in entry.parts)))
            else:
                numbers.append(self._number(entry))
        return numbers[-1]

    def join(self, operator: Operator, *parts: int) -> int:
        """Return the number of an operator on formulas, after removing constants."""
        false, true = self.false, self.true
        match operator, parts:
            case Operator.FALSE, ():
                return false
            case Operator.NOT, (x,) if x in (false, true):
                return true if x == false else false
            case Operator.NEXT, (x,) if x in (false, true):
                return x
            case Operator.AND, (x, y) if x in (true, y) or y == false:
                return y
            case Operator.AND, (x, y) if y == true or x == false:
                return x
            case Operator.OR, (x, y) if x in (false, y) or y == true:
                return y
            case Operator.OR, (x, y) if y == false or x == true:
                return x
            case Operator.IMPLIES, (x, y) if x in (false, true) or y in (false, true):
                return self.join(Operator.OR, self.join(Operator.NOT, x), y)
            case Operator.IFF, (x, y) if x in (false, true) or y in (false, true):
                x, y = (x, y) if x in (false, true) else (y, x)
                return y if x == true else self.join(Operator.NOT, y)
        return self._number(Joined(operator, parts))

    def _number(self, entry: Entry) -> int:
        number = self._numbers.get(entry)
        if number is None:
            number = self._numbers[entry] = len(self.entries)
            self.entries.append(entry)
            self.made_of.append(self._flags(entry))
            self.of_one_step.append(self._speaks_of_one_step(entry))
        return number

    def _flags(self, entry: Entry) -> int:
        if isinstance(entry, Atom):
            return STEP
        if isinstance(entry, Coin | LabelCoin):
            return COIN
        if entry.operator in _BOOLEAN:
            flags = 0
            for part in entry.parts:
                flags |= self.made_of[part]
            return flags
        if entry.operator is Operator.NEXT:
            return STEP
        if not entry.parts:
            return 0
        return ULTIMATE if self.ultimate(entry) is not None else OTHER

    def _speaks_of_one_step(self, entry: Entry) -> bool:
        if isinstance(entry, Joined) and entry.operator in _BOOLEAN:
            return all(self.of_one_step[part] for part in entry.parts)
        return isinstance(entry, Atom) or (isinstance(entry, Joined) and not entry.parts)

    def ultimate(self, entry: Entry) -> tuple[Operator, int] | None:
        """Return (F, g) for G F g and (G, g) for F G g where g speaks of one step, else None."""
        if not isinstance(entry, Joined) or entry.operator not in (Operator.EVENTUALLY, Operator.ALWAYS):
            return None
        inner = self.entries[entry.parts[0]]
        other = Operator.ALWAYS if entry.operator is Operator.EVENTUALLY else Operator.EVENTUALLY
        if isinstance(inner, Joined) and inner.operator is other and self.of_one_step[inner.parts[0]]:
            return other, inner.parts[0]
        return None

    def after(self, number: int, step: Step, holds: Callable[[Atom, Step], bool]) -> int:
        """Return what must hold after a step so that a formula of steps and ultimate ones held before it.

        `holds` must be the same function each time.
        """
        known = self._after.get((number, step))
        if known is not None:
            return known
        entry = self.entries[number]
        if isinstance(entry, Atom):
            found = self.true if holds(entry, step) else self.false
        elif isinstance(entry, Joined) and entry.operator is Operator.NEXT:
            found = entry.parts[0]
        elif isinstance(entry, Joined) and entry.operator in _BOOLEAN:
            found = self.join(entry.operator, *(self.after(part, step, holds) for part in entry.parts))
        else:
            found = number
        self._after[number, step] = found
        return found

    def replaced(self, number: int, known: Callable[[Entry], bool | None]) -> int:
        """Return a Boolean combination with the truth of its parts put in where it is known."""
        entry = self.entries[number]
        if isinstance(entry, Joined) and entry.operator in _BOOLEAN:
            return self.join(entry.operator, *(self.replaced(part, known) for part in entry.parts))
        truth = known(entry)
        return number if truth is None else self.true if truth else self.false


def scheme_of(formula: Formula) -> Scheme:
    """Return a formula as a list of entries; parts that are one object are one entry."""
    return _listed(formula)[0]


def _listed(formula: Formula) -> tuple[Scheme, Mapping[int, int]]:
    found: list[Entry] = []
    numbers: dict[Entry, int] = {}
    places: dict[int, int] = {}
    waiting = [formula]
    while waiting:
        here = waiting[-1]
        if isinstance(here, Compound):
            missing = [part for part in here.parts if id(part) not in places]
            if missing:
                waiting += missing
                continue
            entry: Entry = Joined(here.operator, tuple(places[id(part)] for part in here.parts))
        else:
            entry = here
        waiting.pop()
        if entry not in numbers:
            numbers[entry] = len(found)
            found.append(entry)
        places[id(here)] = numbers[entry]
    last = places[id(formula)]
    return tuple(found[: last + 1]), places


def formula_of(scheme: Scheme) -> Formula:
    """Return the formula of a scheme, its coins written out; equal parts are one object."""
    found: list[Formula] = []
    for entry in scheme:
        match entry:
            case Atom():
                found.append(entry)
            case Coin():
                found.append(written_out(entry))
            case LabelCoin():
                found.append(written_out_on_labels(entry))
            case Joined(operator=operator, parts=parts):
                found.append(Compound(operator, tuple(found[i] for i in parts)))
    return found[-1]


def size(scheme: Scheme) -> int:
    """Return the number of operators and atoms of a formula, its coins written out."""
    sizes: list[int] = []
    for entry in scheme:
        match entry:
            case Atom():
                sizes.append(1)
            case Coin():
                sizes.append(written_size(entry))
            case LabelCoin():
                sizes.append(written_size_on_labels(entry))
            case Joined(parts=parts):
                sizes.append(1 + sum(sizes[i] for i in parts))
    return sizes[-1]
