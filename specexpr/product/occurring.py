"""What occurs in an environment under some policy: which atoms hold at some step, and which letters there
are."""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.formula import Atom, AtomKind
from specexpr.models.environment import Environment

_last: list[tuple[Environment, frozenset[int]]] = []  # the states of the environment that was asked for last


class Occurring:
    """The steps that can happen under some policy."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._states = _reachable(environment)
        rows = environment.model.rows
        self._pairs = [(s, a) for s in sorted(self._states) for a in rows[s]]

    def can_wait(self) -> bool:
        """Say whether a state that can be left need not be: an action may lead back to it."""
        rows = self._environment.model.rows
        for s in self._states:
            laws = rows[s].values()
            stays = any(t == s for law in laws for t, _ in law)
            if stays and any(t != s for law in laws for t, _ in law):
                return True
        return False

    def sometimes(self, atom: Atom) -> bool:
        """Say whether an atom holds at some step."""
        return any(self._holds(atom, s, a, t) for s, a in self._pairs for t in self._after(atom, s, a))

    def sometimes_not(self, atom: Atom) -> bool:
        """Say whether an atom does not hold at some step."""
        return any(not self._holds(atom, s, a, t) for s, a in self._pairs for t in self._after(atom, s, a))

    def letters(self, heeded: Sequence[Atom], *, most: int | None = None) -> list[frozenset[Atom]]:
        """Return the sets of atoms, of those that are heeded, that hold at some step, or at one of the first.

        most: the number of pairs that are looked at.
        """
        found: dict[frozenset[Atom], None] = {}
        rows = self._environment.model.rows
        looks_ahead = any(atom.kind is AtomKind.NEXT for atom in heeded)
        for s, a in self._pairs[:most]:
            for t, _ in rows[s][a] if looks_ahead else rows[s][a][:1]:
                found.setdefault(frozenset(atom for atom in heeded if self._holds(atom, s, a, t)))
        return list(found)

    def _after(self, atom: Atom, state: int, action: int) -> Sequence[int]:
        law = self._environment.model.rows[state][action]
        return [t for t, _ in (law if atom.kind is AtomKind.NEXT else law[:1])]

    def _holds(self, atom: Atom, state: int, action: int, after: int) -> bool:
        match atom.kind:
            case AtomKind.LABEL:
                return any(
                    label.name == atom.what and (state in label.states or (state, action) in label.pairs)
                    for label in self._environment.labels
                )
            case AtomKind.AT:
                return atom.what == state
            case AtomKind.DO:
                return atom.what == action
            case AtomKind.NEXT:
                return atom.what == after


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
