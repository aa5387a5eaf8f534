"""What occurs in an environment under some policy: which atoms hold at some step, and which letters there
are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias, assert_never

from specexpr.certify.formula import Atom, AtomKind
from specexpr.models.environment import Environment

Letter: TypeAlias = frozenset[Atom]

_last: list[tuple[Environment, frozenset[int]]] = []  # the states of the environment that was asked for last


class Occurring:
    """The steps that can happen under some policy."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._starts = sorted({s for s, _ in environment.model.start})
        self._states = sorted(_reachable(environment))

    def can_wait(self) -> bool:
        """Say whether a state that can be left need not be: an action may lead back to it."""
        return any(map(self._can_wait_in, self._states))

    def _can_wait_in(self, state: int) -> bool:
        laws = self._environment.model.rows[state].values()
        return any(t == state for law in laws for t, _ in law) and any(
            t != state for law in laws for t, _ in law
        )

    def sometimes(self, atom: Atom) -> bool:
        """Say whether an atom holds at some step."""
        return any(held for _, held, _ in self._held([atom], self._states))

    def sometimes_not(self, atom: Atom) -> bool:
        """Say whether an atom does not hold at some step."""
        return any(not held for _, held, _ in self._held([atom], self._states))

    def letters(
        self, heeded: Sequence[Atom], *, most: int | None = None, at_start: bool = False
    ) -> list[Letter]:
        """Return the sets of atoms, of those that are heeded, that hold at some step, or at one of the first.

        most: the number of states that are looked at; at_start: at steps in a first state alone.
        """
        states = self._starts if at_start else self._states[:most]
        return _letters(heeded, dict.fromkeys(held for _, held, _ in self._held(heeded, states)))

    def waits(self, heeded: Sequence[Atom], *, at_start: bool = False) -> list[tuple[Letter, Letter]]:
        """Return pairs of letters: of a step in which the agent waits in a state, and of the next one there.

        at_start: in a first state alone. A state that cannot be left is none to wait in.
        """
        found: dict[tuple[int, int], None] = {}
        states = filter(self._can_wait_in, self._starts if at_start else self._states)
        for _, steps in groupby(self._held(heeded, states), key=itemgetter(0)):
            there = list(steps)
            waiting = dict.fromkeys(held for _, held, stays in there if stays)
            found.update(dict.fromkeys((one, other) for one in waiting for _, other, _ in there))
        pairs = list(found)
        firsts, seconds = ([pair[i] for pair in pairs] for i in (0, 1))
        return list(zip(_letters(heeded, firsts), _letters(heeded, seconds), strict=True))

    def _held(self, heeded: Sequence[Atom], states: Iterable[int]) -> Iterator[tuple[int, int, bool]]:
        """Yield for each step its state, which atoms hold, bit i for that at i, and whether it can lead back.

        Steps of a pair that differ in the next state alone are one unless an atom heeds that.
        """
        tests = [(1 << i, self._test(atom)) for i, atom in enumerate(heeded)]
        looks_ahead = any(atom.kind is AtomKind.NEXT for atom in heeded)
        rows = self._environment.model.rows
        for s in states:
            for a, law in rows[s].items():
                if looks_ahead:
                    for t, _ in law:
                        yield s, sum(bit for bit, test in tests if test(s, a, t)), t == s
                else:
                    yield s, sum(bit for bit, test in tests if test(s, a, s)), any(t == s for t, _ in law)

    def _test(self, atom: Atom) -> Callable[[int, int, int], bool]:
        """Return what says of a step (s, a, s') whether an atom holds."""
        what = atom.what
        match atom.kind:
            case AtomKind.LABEL:
                labels = [label for label in self._environment.labels if label.name == what]
                states = frozenset(s for label in labels for s in label.states)
                pairs = frozenset(pair for label in labels for pair in label.pairs)
                return lambda s, a, t: s in states or (s, a) in pairs
            case AtomKind.AT:
                return lambda s, a, t: s == what
            case AtomKind.DO:
                return lambda s, a, t: a == what
            case AtomKind.NEXT:
                return lambda s, a, t: t == what
            case _:
                assert_never(atom.kind)


def _letters(heeded: Sequence[Atom], held: Iterable[int]) -> list[Letter]:
    """Return the sets of atoms that numbers stand for, bit i for the atom at i."""
    return [frozenset(atom for i, atom in enumerate(heeded) if bits >> i & 1) for bits in held]


def _reachable(environment: Environment) -> frozenset[int]:
    """Return the states that some policy reaches."""
    if _last and _last[0][0] is environment:
        return _last[0][1]
    rows = environment.model.rows
    todo = [s for s, _ in environment.model.start]
    seen = set(todo)
    for s in todo:
        for law in rows[s].values():
            for t, _ in law:
                if t not in seen:
                    seen.add(t)
                    todo.append(t)
    found = frozenset(seen)
    _last[:] = [(environment, found)]
    return found
