"""Guards: boolean combinations of what a step shows, for machines and, their atoms, for formulas.

A step is (s, a, s'). It shows the labels of (s, a), never those of s', and that it is at s, does a, goes to
s'. A conjunction has at least two parts and none of them is a conjunction; so with "or". Hence printing and
reading gives the same guard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from specexpr.diagnostics import Diagnostic, Report
from specexpr.models.environment import Environment
from specexpr.syntax.names import KEYWORDS, find_index, shown, write_name
from specexpr.syntax.nodes import Leaf, Node

MAX_DEPTH = 50
"""Negations and parentheses may be nested so deep."""

GUARD_WORDS = frozenset({"true", "false", "at", "do", "next"})
"""A label with one of these names is written in quotes."""

Step: TypeAlias = tuple[int, int, int]
"""(state, action, next state)."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The pair (s, a), or the state s, carries a label."""

    label: str


@dataclass(frozen=True, slots=True)
class At:
    """The step is taken in a state."""

    state: int


@dataclass(frozen=True, slots=True)
class Do:
    """The step takes an action."""

    action: int


@dataclass(frozen=True, slots=True)
class Next:
    """The step leads to a state."""

    state: int


Atom: TypeAlias = Labelled | At | Do | Next


@dataclass(frozen=True, slots=True)
class Constant:
    """Always or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The guard does not hold."""

    guard: Guard


@dataclass(frozen=True, slots=True)
class And:
    """All of them hold."""

    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them holds at least."""

    guards: tuple[Guard, ...]


Guard: TypeAlias = Atom | Constant | Not | And | Or

TRUE, FALSE = Constant(True), Constant(False)


def conjunction(guards: Iterable[Guard]) -> Guard:
    """Return "and" of some guards, those of a conjunction among them in its place."""
    parts = [part for guard in guards for part in (guard.guards if isinstance(guard, And) else (guard,))]
    return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else TRUE


def disjunction(guards: Iterable[Guard]) -> Guard:
    """Return "or" of some guards, those of a disjunction among them in its place."""
    parts = [part for guard in guards for part in (guard.guards if isinstance(guard, Or) else (guard,))]
    return parts[0] if len(parts) == 1 else Or(tuple(parts)) if parts else FALSE


# -- meaning -----------------------------------------------------------------------------------------------


def holds(guard: Guard, labels: frozenset[str], step: Step) -> bool:
    """Say whether a guard holds of a step that carries these labels.

    >>> holds(And((Labelled("push"), Not(At(1)))), frozenset({"push"}), (0, 0, 1))
    True
    """
    s, a, t = step
    match guard:
        case Labelled(label=label):
            return label in labels
        case At(state=state):
            return s == state
        case Do(action=action):
            return a == action
        case Next(state=state):
            return t == state
        case Constant(value=value):
            return value
        case Not(guard=negated):
            return not holds(negated, labels, step)
        case And(guards=guards):
            return all(holds(part, labels, step) for part in guards)
        case Or(guards=guards):
            return any(holds(part, labels, step) for part in guards)
        case _:
            assert_never(guard)


def atoms(guard: Guard) -> Iterator[Atom]:
    """Yield the atoms of a guard as they stand there, with repetitions."""
    match guard:
        case Labelled() | At() | Do() | Next():
            yield guard
        case Constant():
            return
        case Not(guard=negated):
            yield from atoms(negated)
        case And(guards=guards) | Or(guards=guards):
            for part in guards:
                yield from atoms(part)
        case _:
            assert_never(guard)


def label_sets(environment: Environment) -> Mapping[tuple[int, int], frozenset[str]]:
    """Return the labels that each available pair (s, a) carries, its state's among them."""
    found: dict[tuple[int, int], set[str]] = {}
    for s, row in enumerate(environment.model.rows):
        for a in row:
            found[s, a] = set()
    for label in environment.labels:
        for s in label.states:
            for a in environment.model.rows[s]:
                found[s, a].add(label.name)
        for pair in label.pairs:
            found[pair].add(label.name)
    return {pair: frozenset(names) for pair, names in found.items()}


# -- writing -----------------------------------------------------------------------------------------------


def print_guard(environment: Environment, guard: Guard, *, reserved: frozenset[str] = KEYWORDS) -> str:
    """Return the text of a guard, with parentheses where they are needed; reserved names are quoted.

    >>> from specexpr.testing.examples import ENTAILMENT
    >>> where = Environment("e", ENTAILMENT)
    >>> print_guard(where, And((Not(Do(1)), Or((At(0), Labelled("next"))))))
    '!do b & (at s0 | "next")'
    """
    match guard:
        case Or(guards=guards):
            return " | ".join(print_guard(environment, part, reserved=reserved) for part in guards)
        case And(guards=guards):
            parts = (_inner(environment, part, isinstance(part, Or), reserved) for part in guards)
            return " & ".join(parts)
        case Not(guard=negated):
            return "!" + _inner(environment, negated, isinstance(negated, And | Or), reserved)
        case Constant(value=value):
            return "true" if value else "false"
        case _:
            return print_atom(environment, guard, reserved=reserved)


def _inner(environment: Environment, guard: Guard, is_bracketed: bool, reserved: frozenset[str]) -> str:
    text = print_guard(environment, guard, reserved=reserved)
    return f"({text})" if is_bracketed else text


def print_atom(environment: Environment, atom: Atom, *, reserved: frozenset[str] = KEYWORDS) -> str:
    """Return the text of an atom; reserved names are quoted."""
    states, actions = environment.states, environment.actions
    words = reserved | GUARD_WORDS
    match atom:
        case Labelled(label=label):
            return write_name(label, reserved=words)
        case At(state=state):
            return f"at {write_name(states[state], reserved=words)}"
        case Do(action=action):
            return f"do {write_name(actions[action], reserved=words)}"
        case Next(state=state):
            return f"next {write_name(states[state], reserved=words)}"
        case _:
            assert_never(atom)


# -- reading -----------------------------------------------------------------------------------------------


def read_guard(environment: Environment, tree: Node | Leaf, report: Report) -> Guard | None:
    """Return the guard that a tree writes, or None once what is wrong with it is reported.

    Its nodes are `disjunction`, `conjunction`, `negation`, `true`, `false` and those of `read_atom`.
    """
    made: list[Guard | None] = []
    todo: list[tuple[Node | Leaf, int, bool]] = [(tree, 0, False)]
    while todo:
        node, depth, is_ready = todo.pop()
        if depth > MAX_DEPTH:
            message = f"a guard may be nested {MAX_DEPTH} deep, this one is nested deeper"
            hint = "split it over several edges"
            report(Diagnostic(id="nested-too-deeply", message=message, span=node.span, help=hint))
            return None
        is_inner = isinstance(node, Node) and node.kind in ("disjunction", "conjunction", "negation")
        if not isinstance(node, Node) or not is_inner:
            made.append(_read_leaf(environment, node, report))
        elif not is_ready:
            todo.append((node, depth, True))
            todo += [(child, depth + 1, False) for child in reversed(node.children)]
        else:
            count = len(node.children)
            parts = made[len(made) - count :]
            del made[len(made) - count :]
            made.append(_combined(node.kind, parts))
    return made[0]


def _combined(kind: str, parts: list[Guard | None]) -> Guard | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if kind == "negation":
        return Not(known[0])
    return conjunction(known) if kind == "conjunction" else disjunction(known)


def _read_leaf(environment: Environment, node: Node | Leaf, report: Report) -> Guard | None:
    if node.kind in ("true", "false"):
        return TRUE if node.kind == "true" else FALSE
    return read_atom(environment, node, report)


def read_atom(environment: Environment, node: Node | Leaf, report: Report) -> Atom | None:
    """Return the atom of a node `label`, `at`, `do` or `next`, or None once its name is reported."""
    leaf = node.leaf(0) if isinstance(node, Node) else node
    place = f"environment {shown(environment.name)}"
    match node.kind:
        case "at" | "next":
            s = find_index("state", leaf, environment.state_index, place, report)
            return None if s is None else At(s) if node.kind == "at" else Next(s)
        case "do":
            a = find_index("action", leaf, environment.action_index, place, report)
            return None if a is None else Do(a)
        case _:
            index = {label.name: i for i, label in enumerate(environment.labels)}
            found = find_index("label", leaf, index, place, report)
            return None if found is None else Labelled(environment.labels[found].name)
