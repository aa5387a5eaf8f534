"""Warnings for formulas that may not say what was meant.

A formula is asked of the first position; "until" promises an end; "next" counts steps; operators of one
operand reach as far as they must and no further. These are what people get wrong, says the study below.
Moreover a formula that holds whatever happens, or whatever happens does not, is hardly meant; nor is a label
that never holds. What can be seen in the text is looked for there, the rest in the environment. One cause
gives one warning. A warning stops nothing.

Ben Greenman, Sam Saarinen, Tim Nelson, Shriram Krishnamurthi: Little Tricky Logic: Misconceptions in the
Understanding of LTL (The Art, Science, and Engineering of Programming, 2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from types import MappingProxyType

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.diagnostics import Diagnostic, Severity, Source, Span
from specexpr.models.environment import Environment
from specexpr.product.occurring import Occurring
from specexpr.product.word_truth import WordTruth
from specexpr.syntax.blocks import blanked
from specexpr.syntax.formula_readings import Brackets, OtherReading, other_readings
from specexpr.syntax.formula_trees import Tree, conjuncts, kind_of, next_steps
from specexpr.syntax.formula_words import ENGLISH
from specexpr.syntax.formulas import (
    CONSTANTS,
    FALSE,
    LTL,
    TRUE,
    WEAK_NEXT,
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
from specexpr.syntax.nodes import Node

_DRAWN = 40
_MOST_READINGS = 10
_MOST_PARTS = 2_000  # of a formula and its other readings together
_MOST_CONJUNCTS = 40
_ENDS: Mapping[Operator, Operator] = MappingProxyType(
    {
        Operator.UNTIL: Operator.UNTIL,
        Operator.WEAK: Operator.UNTIL,
        Operator.STRONG: Operator.STRONG,
        Operator.RELEASE: Operator.STRONG,
    }
)
"""The untils, weak and strong, with the strong one of each."""
_END_FIRST = frozenset({Operator.STRONG, Operator.RELEASE})
"""p R q and p M q hold q up to p; p U q and p W q hold p up to q."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What may be wrong with a formula of an environment, given the tree that it was read from."""

    environment: Environment
    source: Source
    tree: Tree
    formula: Formula
    dialect: Dialect = LTL

    def all(self) -> Iterator[Diagnostic]:
        """Yield all warnings."""
        seen = Occurring(self.environment)
        words = WordTruth(seen, self.dialect)
        idle = dict(self._idle(seen))
        readings = list(self._differing(words))
        is_plain = isinstance(self.formula, Compound) and self.formula.operator in CONSTANTS
        if not idle and not is_plain:
            value = words.constant(self.formula)
            if value is not None:
                yield self._constant(value, readings)
                return
        yield from self._first_step(idle, readings)
        yield from self._brackets(readings)
        yield from self._until(self.tree)
        yield from self._hollow(self.tree, words)
        if seen.can_wait():
            yield from self._waiting(words)
        yield from self._idle_atoms(idle)

    # what is asked of the first step alone

    def _first_step(
        self, idle: Mapping[Atom, bool], readings: Sequence[OtherReading]
    ) -> Iterator[Diagnostic]:
        for node in conjuncts(self.tree):
            part = self._read(node)
            if self._is_in_doubt(part, idle):
                message = f"{self._text(part)} is asked of the first step only"
                always, some_time = self._always(part), self._some_time(part)
                hint = f"write {always} if it must hold at every step, {some_time} if at some"
                for reading in readings:
                    if node in reading.drawn:
                        other = self._text(self._read(reading.otherwise))
                        hint += f", or {other} if {reading.tight} is meant to reach so far"
                yield _note("first-step-only", message, node.span, hint)
            elif isinstance(node, Node) and kind_of(node) in ("implication", "equivalence"):
                left, right = map(self._read, node.children)
                for side in (left, right):
                    if self._is_in_doubt(side, idle):
                        what, always = self._text(side), self._always(part)
                        message = f"this speaks of {what} at the first step only"
                        hint = f"write {always} if it must hold whenever {what} does"
                        if side is right or kind_of(node) == "equivalence":
                            hint = f"write {always} if it must hold at every step"
                        if side is right:
                            hint += f", or {self._some_time(right)} for {what} at some step"
                        yield _note("first-step-only", message, node.span, hint)
                        break

    def _is_in_doubt(self, part: Formula, idle: Mapping[Atom, bool]) -> bool:
        """Say whether a formula speaks of one step and of labels; `at s0` is meant so.

        Of labels that are the same at every step something else is said.
        """
        labels = [atom for atom in atoms(part) if atom.kind is AtomKind.LABEL]
        return not is_temporal(part) and any(atom not in idle for atom in labels)

    # brackets

    def _differing(self, words: WordTruth) -> Iterator[OtherReading]:
        """Yield the other readings that would change what the formula says."""
        span = self.tree.span
        brackets = Brackets(blanked(self.source.text, span), span.start)
        most = min(_MOST_READINGS, _MOST_PARTS // sum(1 for _ in subformulas(self.formula)))
        for reading in islice(other_readings(self.tree, brackets), most):
            other = Reading(self.environment, _ignore, self.dialect).formula(reading.whole)
            if other is not None and words.differ(self.formula, other):
                yield reading

    def _brackets(self, readings: Sequence[OtherReading]) -> Iterator[Diagnostic]:
        of_first_step = list(conjuncts(self.tree))
        for reading in readings:
            if any(part in of_first_step for part in reading.drawn):
                continue  # `F p & q`: q is asked of the first step, and that is said
            near, far = (self._text(self._read(part)) for part in (reading.part, reading.otherwise))
            message = f"{reading.tight} binds tighter than {reading.loose}: this is {near}"
            hint = f"write {far} if that is meant, {near} if not"
            yield _note("missing-brackets", message, reading.part.span, hint)

    # weak and strong until

    def _until(self, tree: Tree) -> Iterator[Diagnostic]:
        if not isinstance(tree, Node):
            return
        kind = kind_of(tree)
        if kind in ("conjunction", "disjunction"):
            yield from self._spelled_out(tree, kind)
        inner = tree.children[0] if tree.children else None
        if kind == "always" and isinstance(inner, Node) and kind_of(inner) == "until":
            goal = self._text(self._read(inner.children[1]))
            message = f"at every step U asks again that {goal} comes, so it must come again and again"
            hint = "leave out G if one time is enough, or write W if it need not come"
            yield _note("until-under-always", message, tree.span, hint)
        for child in tree.children:
            yield from self._until(child)

    def _spelled_out(self, tree: Node, kind: str) -> Iterator[Diagnostic]:
        """Find an until beside what it says, or does not say, about its end.

        `(p U q) | (G p)` is no mistake: it is how patterns write the weak until where there is none.
        """
        operator = Operator.AND if kind == "conjunction" else Operator.OR
        parts = [part for child in tree.children for part in chain(operator, self._read(child))]
        for part in parts:
            if not isinstance(part, Compound) or part.operator not in _ENDS:
                continue
            end, before = part.parts if part.operator in _END_FIRST else reversed(part.parts)
            comes, stays = Compound(Operator.EVENTUALLY, (end,)), Compound(Operator.ALWAYS, (before,))
            strong = _ENDS[part.operator]
            text, what, long = self._text(part), self._text(end), self._text(before)
            if operator is Operator.AND and comes in parts and part.operator is strong:
                message = f"{text} asks already that {what} comes: {self._text(comes)} adds nothing"
                yield _note("until-spelled-out", message, tree.span, f"remove {self._text(comes)}")
            elif operator is Operator.AND and comes in parts:
                promise = self._text(Compound(strong, part.parts))
                message = f"{text} together with {self._text(comes)} is {promise}"
                yield _note("until-spelled-out", message, tree.span, f"write {promise}")
            elif operator is Operator.OR and stays in parts and part.operator is not strong:
                message = f"{text} holds already if {long} stays: {self._text(stays)} adds nothing"
                yield _note("until-spelled-out", message, tree.span, f"remove {self._text(stays)}")

    # F over an implication

    def _hollow(self, tree: Tree, words: WordTruth) -> Iterator[Diagnostic]:
        """Find F over an implication, which holds as soon as its premise does not."""
        if not isinstance(tree, Node):
            return
        inner = tree.children[0] if kind_of(tree) == "eventually" else None
        if isinstance(inner, Node) and kind_of(inner) == "implication":
            premise, then = map(self._read, inner.children)
            if not is_temporal(premise) and atoms(premise) and words.constant(premise) is None:
                whole, what = self._text(self._read(tree)), self._text(premise)
                both = self._some_time(compound(Operator.AND, premise, then))
                answer = then if is_temporal(then) else compound(Operator.EVENTUALLY, then)
                answered = self._always(compound(Operator.IMPLIES, premise, answer))
                message = f"{whole} holds as soon as {what} does not"
                hint = f"write {both} if both are meant at one step, {answered} if each {what} is answered"
                yield _note("hollow-implication", message, tree.span, hint)
        for child in tree.children:
            yield from self._hollow(child, words)

    # next

    def _waiting(self, words: WordTruth) -> Iterator[Diagnostic]:
        """Find an X beside what is said of the step before it, where it matters how long the agent waits."""
        for conjunct in islice(conjuncts(self.tree), _MOST_CONJUNCTS):
            found = [
                (node, count, part)
                for node, count, operand in next_steps(conjunct, False)
                if self._is_of_states(part := self._read(operand))
            ]
            if not found or not words.heeds_waiting(self._read(conjunct)):
                continue
            node, count, part = found[0]
            text, what = self._text(part), self._some_time(part)
            operators = " ".join(["N" if kind_of(node) == WEAK_NEXT else "X"] * count)
            steps = "one step" if count == 1 else f"{count} steps"
            message = (
                f"{operators} looks exactly {steps} ahead, and the agent may wait: {text} may come later"
            )
            hint = f"write {what}, or name what happens until then with U"
            if self.dialect is LTL and count == 1 and isinstance(part, Atom) and part.kind is AtomKind.AT:
                exact = self._text(Atom(AtomKind.NEXT, part.what))
                hint += f"; write {exact} if it must be the very next step"
            notes = tuple((other.span, "and here") for other, *_ in found[1:])
            yield replace(_note("next-while-waiting", message, node.span, hint), notes=notes)

    def _is_of_states(self, part: Formula) -> bool:
        """Say whether a formula speaks of one step and of its state alone."""
        pairs = {label.name for label in self.environment.labels if label.pairs}
        kinds = {AtomKind.LABEL, AtomKind.AT}
        found = atoms(part)
        if is_temporal(part) or not {atom.kind for atom in found} <= kinds:
            return False
        return bool(found) and not any(atom.what in pairs for atom in found if atom.kind is AtomKind.LABEL)

    # what never or always holds

    def _idle(self, seen: Occurring) -> Iterator[tuple[Atom, bool]]:
        """Yield the atoms that are the same at every step that can happen, and what they are."""
        for atom in atoms(self.formula):
            if not seen.sometimes(atom):
                yield atom, False
            elif not seen.sometimes_not(atom):
                yield atom, True

    def _idle_atoms(self, idle: Mapping[Atom, bool]) -> Iterator[Diagnostic]:
        spans = dict(self._atom_spans(self.tree))
        for atom, holds in idle.items():
            message = f"{self._text(atom)} holds at {'every' if holds else 'no'} step that can happen"
            hint = "is another label meant?"
            yield _note("always-holds" if holds else "never-holds", message, spans[atom], hint)

    def _atom_spans(self, tree: Tree) -> Iterator[tuple[Atom, Span]]:
        """Yield the atoms with their places, the first place of an atom last."""
        children = tree.children if isinstance(tree, Node) else ()
        if any(isinstance(child, Node) for child in children):
            for child in reversed(children):
                yield from self._atom_spans(child)
            return
        part = self._read(tree)
        if isinstance(part, Atom):
            yield part, tree.span

    def _constant(self, value: bool, readings: Sequence[OtherReading]) -> Diagnostic:
        """Return what is said of a formula that has one truth, whatever happens."""
        what = "on every trajectory" if value else "on no trajectory"
        message = f"this formula holds {what}, whatever happens"
        hint = (
            "every policy has the value 1, so it orders nothing" if value else "every policy has the value 0"
        )
        for reading in readings[:1]:
            hint += f"; is {self._text(self._read(reading.whole))} meant?"
        return _note("always-true" if value else "always-false", message, self.tree.span, hint)

    # trees

    def _read(self, node: Tree) -> Formula:
        found = Reading(self.environment, _ignore, self.dialect).formula(node)
        assert found is not None  # the whole was read
        return found

    def _always(self, formula: Formula) -> str:
        return self._text(compound(Operator.ALWAYS, formula))

    def _some_time(self, formula: Formula) -> str:
        return self._text(compound(Operator.EVENTUALLY, formula))

    def _text(self, formula: Formula) -> str:
        return formula_text(self.environment, formula, dialect=self.dialect, reserved=ENGLISH)


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
        if read is not None and next(Doubts(environment, source, *read, dialect).all(), None) is None:
            return formula
    return random.choice((TRUE, FALSE))


def _ignore(diagnostic: Diagnostic) -> None:
    """Let a diagnostic go."""
