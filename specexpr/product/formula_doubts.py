"""Warnings for formulas that may not say what was meant.

A formula is asked of the first position; "until" promises an end; "next" counts steps. These are what people
get wrong, says the study below. Moreover a formula that holds whatever happens, or whatever happens does
not, is hardly meant; nor is a label that never holds. What can be seen in the text is looked for there, the
rest in the environment. A warning stops nothing.

Ben Greenman, Sam Saarinen, Tim Nelson, Shriram Krishnamurthi: Little Tricky Logic: Misconceptions in the
Understanding of LTL (The Art, Science, and Engineering of Programming, 2023).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.diagnostics import Diagnostic, Severity, Source, Span
from specexpr.models.environment import Environment
from specexpr.product.lasso_values import truth_values
from specexpr.product.occurring import Occurring
from specexpr.product.spot_translation import has_word, is_installed
from specexpr.product.traces import trace_formula
from specexpr.syntax.formulas import (
    CONSTANTS,
    FALSE,
    LTL,
    TRUE,
    Dialect,
    Reading,
    atoms,
    chain,
    compound,
    formula_text,
    is_temporal,
    random_formula,
    read_formula,
    subformulas,
)
from specexpr.syntax.nodes import Leaf, Node

_WORDS = 60
_LONGEST = 7
_MOST_PARTS = 60
_DRAWN = 40
_FIRST_PAIRS = 2_000


@dataclass(frozen=True, slots=True)
class Doubts:
    """What may be wrong with a formula of an environment, given the tree that it was read from."""

    environment: Environment
    tree: Node | Leaf
    formula: Formula
    dialect: Dialect = LTL

    def all(self) -> Iterator[Diagnostic]:
        """Yield all warnings."""
        yield from self._first_step()
        yield from self._until(self.tree)
        seen = Occurring(self.environment)
        if seen.can_wait():
            yield from self._waiting(self.tree)
        idle = list(self._constant_atoms(seen))
        yield from idle
        if not idle and not (isinstance(self.formula, Compound) and self.formula.operator in CONSTANTS):
            yield from self._constant(seen)

    # what is asked of the first step alone

    def _first_step(self) -> Iterator[Diagnostic]:
        conjuncts = list(_conjuncts(self.tree))
        for node in conjuncts:
            part = self._read(node)
            if not any(atom.kind is AtomKind.LABEL for atom in atoms(part)):
                continue  # `at s0 -> ..` is meant so
            text = self._text(part)
            if not is_temporal(part):
                message = f"{text} is asked of the first step only"
                hint = f"write G ({text}) if it must hold at every step, F ({text}) if at some"
                yield _note("first-step-only", message, node.span, hint)
            elif _kind(node) == "implication" and isinstance(node, Node):
                reason = self._read(node.children[0])
                if not is_temporal(reason) and any(a.kind is AtomKind.LABEL for a in atoms(reason)):
                    what = self._text(reason)
                    message = f"this speaks of {what} at the first step only"
                    hint = f"write G ({text}) if it must hold whenever {what} does"
                    yield _note("first-step-only", message, node.span, hint)

    # weak and strong until

    def _until(self, tree: Node | Leaf) -> Iterator[Diagnostic]:
        if not isinstance(tree, Node):
            return
        kind = _kind(tree)
        if kind in ("conjunction", "disjunction"):
            yield from self._spelled_out(tree, kind)
        inner = tree.children[0] if tree.children else None
        if kind == "always" and isinstance(inner, Node) and _kind(inner) == "until":
            goal = self._text(self._read(inner.children[1]))
            message = f"at every step U asks again that {goal} comes, so it must come again and again"
            hint = "leave out G if one time is enough, or write W if it need not come"
            yield _note("until-under-always", message, tree.span, hint)
        for child in tree.children:
            yield from self._until(child)

    def _spelled_out(self, tree: Node, kind: str) -> Iterator[Diagnostic]:
        """Find a U or W beside what it says or does not say about its end."""
        operator = Operator.AND if kind == "conjunction" else Operator.OR
        parts = [part for child in tree.children for part in chain(operator, self._read(child))]
        for part in parts:
            if not isinstance(part, Compound) or part.operator not in (Operator.UNTIL, Operator.WEAK):
                continue
            before, goal = part.parts
            for other in parts:
                if not isinstance(other, Compound) or len(other.parts) != 1:
                    continue
                text, shown = self._text(part), self._text(other)
                comes = other == Compound(Operator.EVENTUALLY, (goal,))
                stays = other == Compound(Operator.ALWAYS, (before,))
                if operator is Operator.AND and comes and part.operator is Operator.UNTIL:
                    message = f"{text} asks already that {self._text(goal)} comes: {shown} adds nothing"
                    yield _note("until-spelled-out", message, tree.span, f"remove {shown}")
                elif operator is Operator.AND and comes:
                    strong = self._text(Compound(Operator.UNTIL, part.parts))
                    message = f"{text} together with {shown} is {strong}"
                    yield _note("until-spelled-out", message, tree.span, f"write {strong}")
                elif operator is Operator.OR and stays and part.operator is Operator.UNTIL:
                    weak = self._text(Compound(Operator.WEAK, part.parts))
                    message = f"{text} or else {shown} is {weak}"
                    yield _note("until-spelled-out", message, tree.span, f"write {weak}")

    # next

    def _waiting(self, tree: Node | Leaf) -> Iterator[Diagnostic]:
        """Find an X whose operand speaks of states alone, where an agent may stay in a state."""
        if not isinstance(tree, Node):
            return
        if _kind(tree) == "tomorrow":
            part = self._read(tree.children[0])
            if not is_temporal(part) and atoms(part) and all(map(self._is_of_states, atoms(part))):
                text = self._text(part)
                message = f"X looks exactly one step ahead, and the agent may wait: {text} may come later"
                hint = f"write F ({text}), or name what happens until then with U"
                yield _note("next-while-waiting", message, tree.span, hint)
                return
        for child in tree.children:
            yield from self._waiting(child)

    def _is_of_states(self, atom: Atom) -> bool:
        return atom.kind is AtomKind.LABEL and any(
            label.name == atom.what and not label.pairs for label in self.environment.labels
        )

    # what never or always holds

    def _constant_atoms(self, seen: Occurring) -> Iterator[Diagnostic]:
        spans = dict(self._atom_spans(self.tree))
        for atom in atoms(self.formula):
            text = self._text(atom)
            if not seen.sometimes(atom):
                message, hint = f"{text} holds at no step that can happen", "is another label meant?"
                yield _note("never-holds", message, spans[atom], hint)
            elif not seen.sometimes_not(atom):
                message = f"{text} holds at every step that can happen"
                yield _note("always-holds", message, spans[atom], "is another label meant?")

    def _atom_spans(self, tree: Node | Leaf) -> Iterator[tuple[Atom, Span]]:
        """Yield the atoms with their places, the first place of an atom last."""
        children = tree.children if isinstance(tree, Node) else ()
        if any(isinstance(child, Node) for child in children):
            for child in reversed(children):
                yield from self._atom_spans(child)
            return
        part = self._read(tree)
        if isinstance(part, Atom):
            yield part, tree.span

    def _constant(self, seen: Occurring) -> Iterator[Diagnostic]:
        """Find out whether a formula holds on every word over the letters that occur, or on none.

        A few random words nearly always show that it does neither; only else is an automaton asked.
        """
        letters = seen.letters(atoms(self.formula), most=_FIRST_PAIRS)
        random = Random(0)
        values = set()
        for _ in range(_WORDS):
            word = [random.choice(letters) for _ in range(random.randint(1, _LONGEST))]
            loop = random.randrange(len(word)) if self.dialect is LTL else None
            values.add(truth_values(self.formula, word, loop)[0])
        if len(values) == 2 or not is_installed():
            return
        if len(list(subformulas(self.formula))) > _MOST_PARTS:
            return  # an automaton may take long, and a warning is not worth it
        (value,) = values
        letters = seen.letters(atoms(self.formula))
        wanted = compound(Operator.NOT, self.formula) if value else self.formula
        if self.dialect is not LTL:
            wanted, letters = trace_formula(wanted, letters)
        if has_word(wanted, letters):
            return
        what = "on every trajectory" if value else "on no trajectory"
        message = f"this formula holds {what}, whatever happens"
        hint = (
            "every policy has the value 1, so it orders nothing" if value else "every policy has the value 0"
        )
        yield _note("always-true" if value else "always-false", message, self.tree.span, hint)

    # trees

    def _read(self, node: Node | Leaf) -> Formula:
        found = Reading(self.environment, _ignore, self.dialect).formula(node)
        assert found is not None  # the whole was read
        return found

    def _text(self, formula: Formula) -> str:
        return formula_text(self.environment, formula, dialect=self.dialect)


def _conjuncts(tree: Node | Leaf) -> Iterator[Node | Leaf]:
    if isinstance(tree, Node) and _kind(tree) == "conjunction":
        for child in tree.children:
            yield from _conjuncts(child)
    else:
        yield tree


def _kind(node: Node | Leaf) -> str:
    return node.kind.rpartition("__")[2]


def _note(id: str, message: str, span: Span, hint: str) -> Diagnostic:
    return Diagnostic(id=id, message=message, span=span, help=hint, severity=Severity.WARNING)


def draw_formula(random: Random, environment: Environment, *, dialect: Dialect = LTL) -> Formula:
    """Return some formula of an environment, with a few operators, of which nothing is in doubt.

    Where all atoms are constant there may be no such formula but `true` and `false`.
    """
    for _ in range(_DRAWN):
        formula = random_formula(random, environment, size=random.randint(1, 6))
        text = formula_text(environment, formula, dialect=dialect)
        source = Source("drawn", text)
        read = read_formula(Reading(environment, _ignore, dialect), source, Span(0, len(text)))
        if read is not None and next(Doubts(environment, *read, dialect).all(), None) is None:
            return formula
    return random.choice((TRUE, FALSE))


def _ignore(diagnostic: Diagnostic) -> None:
    """Let a diagnostic go."""
