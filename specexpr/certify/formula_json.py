"""The JSON of formulas: nested lists, as in ["U", ["at", "s0"], ["!", ["do", "a"]]]; both ways.

Atoms are ["label", name], ["at", state], ["do", action] and ["next", state]; coins ["coin", chance, [[state,
action, next], ..]], and where label sets are observed ["coin", chance, [[names, other names], ..], count]. A
whole number k stands for the k-th of the `shared` formulas, those before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from specexpr.certify.coin import Coin
from specexpr.certify.formula import Atom, AtomKind, Operator
from specexpr.certify.formula_store import ARITY, Entry, Joined, Scheme
from specexpr.certify.label_coin import LabelCoin, Letter
from specexpr.certify.model import Label
from specexpr.certify.node import Node
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

MOST_MARKER = 1_000
"""The greatest number of label sets that mark a visit."""

_SHARED = 3
"""Formulas of so many entries that occur more than once are written once."""


def read_scheme(formula: Node, shared: Sequence[Node], scope: Scope) -> Scheme:
    """Return the formula that a text writes. Raises Malformed."""
    reader = _Reader(scope)
    try:
        for node in shared:
            reader.places.append(reader.read(node))
        last = reader.read(formula)
    except RecursionError:
        formula.fail("nests too deeply")
    for k, node in enumerate(shared):
        if k not in reader.used:
            node.fail("is a shared formula that nothing uses")
    return (*reader.entries[:last], reader.entries[last])


class _Reader:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.places: list[int] = []
        self.used: set[int] = set()
        self.entries: list[Entry] = []
        self._numbers: dict[Entry, int] = {}

    def read(self, node: Node) -> int:
        """Return the number of a formula's entry."""
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            if not 0 <= node.value < len(self.places):
                node.fail("is not the number of a shared formula that comes before")
            self.used.add(node.value)
            return self.places[node.value]
        items = node.items()
        if not items:
            node.expected("a formula")
        head, rest = items[0].text(), items[1:]
        entry: Entry
        if head == "coin":
            entry = self._coin(node, rest)
        elif head in set(AtomKind):
            entry = self._atom(node, AtomKind(head), rest)
        else:
            operator = items[0].choice(Operator)
            if len(rest) != ARITY[operator]:
                node.fail(f'"{operator}" joins {ARITY[operator]} formulas, not {len(rest)}')
            entry = Joined(operator, tuple(self.read(item) for item in rest))
        if entry not in self._numbers:
            self._numbers[entry] = len(self.entries)
            self.entries.append(entry)
        return self._numbers[entry]

    def _atom(self, node: Node, kind: AtomKind, rest: Sequence[Node]) -> Atom:
        if len(rest) != 1:
            node.expected(f'an atom like ["{kind}", name]')
        if kind is AtomKind.LABEL:
            return Atom(kind, rest[0].name())
        is_action = kind is AtomKind.DO
        known = self.scope.action_index if is_action else self.scope.state_index
        return Atom(kind, rest[0].index(known, "action" if is_action else "state"))

    def _coin(self, node: Node, rest: Sequence[Node]) -> Coin | LabelCoin:
        if len(rest) not in (2, 3):
            node.expected('a coin like ["coin", "1/2", [[state, action, next]]]')
        chance = rest[0].rational()
        if not 0 < chance < 1:
            rest[0].fail("must be strictly between 0 and 1")
        if len(rest) == 3:
            return LabelCoin(
                chance, tuple(map(_read_letter, rest[1].items())), _read_marker(rest[1], rest[2])
            )
        loop = []
        for item in rest[1].items():
            names = item.items()
            if len(names) != 3:
                item.expected("a step [state, action, next]")
            s, t = (names[i].index(self.scope.state_index, "state") for i in (0, 2))
            loop.append((s, names[1].index(self.scope.action_index, "action"), t))
        if not loop:
            rest[1].expected("at least one step")
        home = loop[0][0]
        if any(t != s or s == home for (*_, t), (s, *_) in pairwise(loop)) or loop[-1][2] != home:
            rest[1].expected("a way from a state back to its first return")
        return Coin(chance, tuple(loop))


def _read_letter(node: Node) -> Letter:
    parts = node.items()
    if len(parts) != 2:
        node.expected("two lists of labels")
    held, not_held = (tuple(item.name() for item in part.items()) for part in parts)
    if list(held + not_held) != [*sorted(set(held)), *sorted(set(not_held) - set(held))]:
        node.expected("labels in their order, each once")
    return held, not_held


def _read_marker(loop: Node, node: Node) -> int:
    size = len(loop.items())
    if not isinstance(node.value, int) or isinstance(node.value, bool) or not 0 < node.value <= MOST_MARKER:
        node.expected(f"a whole number from 1 to {MOST_MARKER}")
    if not size:
        loop.expected("at least one label set")
    return node.value


def write_scheme(scheme: Scheme, scope: Scope) -> tuple[object, list[object]]:
    """Return the JSON of a formula and of the formulas that it shares; what it does not use is left out."""
    first = scope.models[0]
    uses = Counter({len(scheme) - 1: 1})
    for i in reversed(range(len(scheme))):
        entry = scheme[i]
        uses.update(entry.parts if uses[i] and isinstance(entry, Joined) else ())
    written: list[object] = []
    sizes: list[int] = []
    shared: list[object] = []
    for i, entry in enumerate(scheme):
        found: object
        size = 1
        match entry:
            case Atom(kind=kind, what=what):
                names = first.actions if kind is AtomKind.DO else first.states
                found = [kind.value, what if isinstance(what, str) else names[what]]
            case Coin(chance=chance, loop=loop):
                steps = [[first.states[s], first.actions[a], first.states[t]] for s, a, t in loop]
                found, size = ["coin", rational_text(chance), steps], _SHARED
            case LabelCoin(chance=chance, loop=letters, marker=marker):
                sets = [[list(held), list(not_held)] for held, not_held in letters]
                found, size = ["coin", rational_text(chance), sets, marker], _SHARED
            case Joined(operator=operator, parts=parts):
                found = [operator.value, *(written[part] for part in parts)]
                size += sum(sizes[part] for part in parts)
        if uses[i] > 1 and size >= _SHARED:
            shared.append(found)
            found, size = len(shared) - 1, 1
        written.append(found)
        sizes.append(size)
    return written[-1], shared


def read_labels(node: Node, scope: Scope) -> tuple[Label, ...]:
    """Return the labels that a text defines: {name: [state or [state, action], ..]}. Raises Malformed.

    Each is one that an environment of the task has.
    """
    found = []
    for name, entry in node.entries():
        states, pairs = set(), set()
        for item in entry.items():
            if isinstance(item.value, list):
                pairs.add(scope.read_step(item))
            else:
                states.add(item.index(scope.state_index, "state"))
        if len(states) + len(pairs) < len(entry.items()):
            entry.fail("names a state or a pair twice")
        found.append(Label(name, frozenset(states), frozenset(pairs)))
        if not any(found[-1] in labels for labels in scope.labels):
            entry.fail("is not what a label of this name is in an environment of the task")
    return tuple(found)


def write_labels(labels: Sequence[Label], scope: Scope) -> JsonObject:
    """Return the JSON of labels."""
    first = scope.models[0]
    return {
        x.name: [
            *(first.states[s] for s in sorted(x.states)),
            *([first.states[s], first.actions[a]] for s, a in sorted(x.pairs)),
        ]
        for x in labels
    }
