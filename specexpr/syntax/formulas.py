"""Formulas of linear temporal logic: read from parse trees, written fully parenthesised.

`&` and `|` join any number of formulas: the kernel's binary nouns are then a balanced tree, whatever the
parentheses were (see `compound`). So a formula has one form, and a long conjunction is not a deep one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import assert_never

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.models.environment import Environment
from specexpr.syntax import guards
from specexpr.syntax.formula_slips import slip, taken_apart
from specexpr.syntax.grammar import parse
from specexpr.syntax.guards import At, Do, Labelled, Next, print_atom, read_atom
from specexpr.syntax.names import KEYWORDS, shown, unknown_name, write_name
from specexpr.syntax.nodes import Leaf, Node

MAX_DEPTH = 100
"""Operators may be nested so deep; the parts of a conjunction or disjunction are as deep as one another."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A language of formulas: the stem of its grammar, and words of it, which are no labels without quotes.

    weak_next: what `!X !` is called, where that is an operator of its own.
    """

    stem: str
    words: frozenset[str]
    weak_next: str | None = None


LTL = Dialect("ltl", frozenset({"X", "F", "G", "U", "R", "W", "M", "true", "false", "at", "do", "next"}))
LTLF = Dialect("ltlf", LTL.words | {"N"}, weak_next="N")

TRUE, FALSE = Compound(Operator.TRUE), Compound(Operator.FALSE)
CHAINS = frozenset({Operator.AND, Operator.OR})
UNARY = frozenset({Operator.NOT, Operator.NEXT, Operator.EVENTUALLY, Operator.ALWAYS})
CONSTANTS = frozenset({Operator.TRUE, Operator.FALSE})

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "negation": Operator.NOT,
        "tomorrow": Operator.NEXT,
        "eventually": Operator.EVENTUALLY,
        "always": Operator.ALWAYS,
        "until": Operator.UNTIL,
        "release": Operator.RELEASE,
        "weak": Operator.WEAK,
        "strong": Operator.STRONG,
        "conjunction": Operator.AND,
        "disjunction": Operator.OR,
        "implication": Operator.IMPLIES,
        "equivalence": Operator.IFF,
        "true": Operator.TRUE,
        "false": Operator.FALSE,
    }
)
"""The operators by the rules of the grammar."""

WEAK_NEXT = "weak_next"
"""The rule of the grammar for the operator that is !X !."""


def label(name: str) -> Atom:
    """Return the atom of a label."""
    return Atom(AtomKind.LABEL, name)


def compound(operator: Operator, *parts: Formula) -> Formula:
    """Return an operator over some formulas: two or fewer, any positive number for `&` and `|`.

    >>> a, b, c = map(label, "abc")
    >>> left = compound(Operator.AND, compound(Operator.AND, a, b), c)
    >>> left == compound(Operator.AND, a, compound(Operator.AND, b, c)) == compound(Operator.AND, a, b, c)
    True
    """
    if operator not in CHAINS:
        return Compound(operator, parts)
    return _balanced(operator, [link for part in parts for link in chain(operator, part)])


def _balanced(operator: Operator, links: list[Formula]) -> Formula:
    if len(links) == 1:
        return links[0]
    half = len(links) // 2
    return Compound(operator, (_balanced(operator, links[:half]), _balanced(operator, links[half:])))


def chain(operator: Operator, formula: Formula) -> Iterator[Formula]:
    """Yield what an operator joins, through all its levels: of (a & b) & c under `&` a, b and c."""
    if isinstance(formula, Compound) and formula.operator is operator:
        for part in formula.parts:
            yield from chain(operator, part)
    else:
        yield formula


def subformulas(formula: Formula) -> Iterator[Formula]:
    """Yield a formula and all that it is made of, with repetitions, the inner ones first."""
    found, waiting = [], [formula]
    while waiting:  # however deep they nest: each part is looked at once
        found.append(part := waiting.pop())
        if isinstance(part, Compound):
            waiting += part.parts
    yield from reversed(found)


def atoms(formula: Formula) -> tuple[Atom, ...]:
    """Return the atoms of a formula in the order in which they first occur."""
    return tuple(dict.fromkeys(part for part in subformulas(formula) if isinstance(part, Atom)))


def is_temporal(formula: Formula) -> bool:
    """Say whether a formula speaks of more than the first step."""
    plain = CONSTANTS | CHAINS | {Operator.NOT, Operator.IMPLIES, Operator.IFF}
    return any(isinstance(part, Compound) and part.operator not in plain for part in subformulas(formula))


def as_guard_atom(atom: Atom) -> guards.Atom:
    """Return the atom as guards of machines have it."""
    what = atom.what
    match atom.kind:
        case AtomKind.LABEL:
            return Labelled(str(what))
        case AtomKind.AT:
            return At(int(what))
        case AtomKind.DO:
            return Do(int(what))
        case AtomKind.NEXT:
            return Next(int(what))
        case _:
            assert_never(atom.kind)


def as_formula_atom(atom: guards.Atom) -> Atom:
    """Return the atom of a guard as formulas have it."""
    match atom:
        case Labelled(label=name):
            return Atom(AtomKind.LABEL, name)
        case At(state=state):
            return Atom(AtomKind.AT, state)
        case Do(action=action):
            return Atom(AtomKind.DO, action)
        case Next(state=state):
            return Atom(AtomKind.NEXT, state)
        case _:
            assert_never(atom)


# -- writing -----------------------------------------------------------------------------------------------


def formula_text(
    environment: Environment,
    formula: Formula,
    *,
    dialect: Dialect = LTL,
    reserved: frozenset[str] = frozenset(),
) -> str:
    """Return a formula with parentheses around all that an operator applies to but atoms.

    reserved: further words that names in quotes are to be told from, those of a sentence around it.

    >>> from specexpr.testing.examples import ENTAILMENT
    >>> safe = compound(Operator.ALWAYS, compound(Operator.NOT, label("push")))
    >>> formula_text(Environment("e", ENTAILMENT), compound(Operator.UNTIL, label("X"), safe))
    '"X" U (G !push)'
    """
    if isinstance(formula, Atom):
        return print_atom(environment, as_guard_atom(formula), reserved=KEYWORDS | dialect.words | reserved)
    operator, parts = formula.operator, formula.parts

    def operand(part: Formula) -> str:
        text = formula_text(environment, part, dialect=dialect, reserved=reserved)
        return text if _is_bare(part, operator in UNARY) else f"({text})"

    if operator in CONSTANTS:
        return operator.value
    weak = weakly_next(formula) if dialect.weak_next is not None else None
    if weak is not None:
        return f"{dialect.weak_next} {operand(weak)}"
    joined = [part for one in parts for part in chain(operator, one)] if operator in CHAINS else parts
    texts = list(map(operand, joined))
    if operator not in UNARY:
        return f" {operator} ".join(texts)
    return f"!{texts[0]}" if operator is Operator.NOT else f"{operator} {texts[0]}"


def _is_bare(formula: Formula, is_single: bool) -> bool:
    """Say whether an operand has no parentheses: atoms, and after an operator of one their negations."""
    while is_single and isinstance(formula, Compound) and formula.operator is Operator.NOT:
        formula = formula.parts[0]
    return isinstance(formula, Atom) or formula.operator in CONSTANTS


def weakly_next(formula: Formula) -> Formula | None:
    """Return f where a formula is !X !f: on finite traces, f at the next position if there is one."""
    for operator in (Operator.NOT, Operator.NEXT, Operator.NOT):
        if not isinstance(formula, Compound) or formula.operator is not operator:
            return None
        formula = formula.parts[0]
    return formula


# -- reading -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How trees are read as formulas: in which environment, where problems go, in which language."""

    environment: Environment
    report: Report
    dialect: Dialect = LTL

    def formula(self, tree: Node | Leaf) -> Formula | None:
        """Return the formula that a tree writes, or None once all that is wrong with it is reported."""
        made: list[Formula | None] = []
        todo: list[tuple[Node | Leaf, int, bool]] = [(tree, 0, False)]
        while todo:
            node, depth, is_ready = todo.pop()
            if depth > MAX_DEPTH:
                message = f"a formula may be nested {MAX_DEPTH} deep, this one is nested deeper"
                hint = "use a machine or an automaton instead"
                self.report(Diagnostic(id="nested-too-deeply", message=message, span=node.span, help=hint))
                return None
            kind = node.kind.rpartition("__")[2]  # a rule that a grammar imports is called after its home
            if not isinstance(node, Node) or (kind not in OPERATORS and kind != WEAK_NEXT):
                made.append(self._atom(node))
            elif not is_ready:
                todo.append((node, depth, True))
                todo += [(child, depth + 1, False) for child in reversed(node.children)]
            else:
                count = len(node.children)
                parts = made[len(made) - count :]
                del made[len(made) - count :]
                known = [part for part in parts if part is not None]
                made.append(_joined(kind, known) if len(known) == count else None)
        return made[0]

    def _atom(self, node: Node | Leaf) -> Formula | None:
        leaf = node.leaf(0) if isinstance(node, Node) else node
        kind = node.kind.rpartition("__")[2].lower()
        words = self.dialect.words
        if kind == "label" and leaf.text in words:
            message = f"{leaf.text} is a word of the language, no label"
            hint = f"write {write_name(leaf.text, reserved=words)} if it is the label, in quotes"
            self.report(Diagnostic(id="reserved-word", message=message, span=leaf.span, help=hint))
            return None
        slip = self._slip(kind, leaf.text)
        if slip is not None:
            what = {"label": "label", "do": "action"}.get(kind, "state")
            place = f"environment {shown(self.environment.name)}"
            self.report(unknown_name(what, leaf.text, leaf.span, place, hint=slip))
            return None
        found = read_atom(self.environment, Node(kind, (leaf,), node.span), self.report)
        return None if found is None else as_formula_atom(found)

    def _slip(self, kind: str, text: str) -> str | None:
        """Return what to write for a name that is unknown, but is a formula without blanks, or a label."""
        environment, words = self.environment, self.dialect.words
        labels = {label.name for label in environment.labels}
        match kind:
            case "label" if text not in labels:
                formula = taken_apart(text, labels, words)
                return None if formula is None else f"write {formula}"
            case "do" if text in labels and text not in environment.action_index:
                return f"write {write_name(text, reserved=words)}, the label, without do"
            case "at" if text in labels and text not in environment.state_index:
                return f"write {write_name(text, reserved=words)}, the label, without at"
            case "next" if text in labels and text not in environment.state_index:
                return f"write X {write_name(text, reserved=words)} if the label holds at the next step"
            case _:
                return None


def _joined(kind: str, parts: list[Formula]) -> Formula:
    if kind != WEAK_NEXT:
        return compound(OPERATORS[kind], *parts)
    inner = compound(Operator.NEXT, compound(Operator.NOT, *parts))
    return compound(Operator.NOT, inner)


def read_formula(reading: Reading, source: Source, span: Span) -> tuple[Node | Leaf, Formula] | None:
    """Return the tree of a body and its formula, or None once all that is wrong with it is reported."""
    labels = {one.name for one in reading.environment.labels}
    tree = parse(
        reading.dialect.stem,
        source,
        span,
        reading.report,
        start=f"{reading.dialect.stem}_body",
        forms=FORMS,
        known=lambda text, where: slip(text, where, labels, reading.dialect.words),
        groups=GROUPS,
    )
    formula = None if tree is None else reading.formula(tree.children[0])
    return None if tree is None or formula is None else (tree.children[0], formula)


FORMS = MappingProxyType({"": "write F goal, or G (push -> (X !push)), or !push U goal"})

GROUPS = MappingProxyType(
    {
        "an operator": frozenset({"&", "|", "->", "<->", "U", "R", "W", "M"}),
        "a formula": frozenset({"(", "!", "X", "F", "G", "[]", "<>", "true", "false", "at", "do", "next"}),
    }
)

# -- drawing -----------------------------------------------------------------------------------------------


def random_formula(random: Random, environment: Environment, *, size: int) -> Formula:
    """Return a formula with so many operators, its atoms those of an environment."""
    if size == 0:
        return _random_atom(random, environment)
    operator = random.choice([operator for operator in Operator if operator not in CONSTANTS])
    if operator in UNARY:
        return compound(operator, random_formula(random, environment, size=size - 1))
    left = random.randrange(size)
    parts = [random_formula(random, environment, size=part) for part in (left, size - 1 - left)]
    return compound(operator, *parts)


def _random_atom(random: Random, environment: Environment) -> Formula:
    s, a = random.randrange(len(environment.states)), random.randrange(len(environment.actions))
    others: list[Formula] = [Atom(AtomKind.AT, s), Atom(AtomKind.DO, a), Atom(AtomKind.NEXT, s), TRUE, FALSE]
    labels = [label(one.name) for one in environment.labels]
    return random.choice(labels if labels and random.random() < 0.7 else others)
