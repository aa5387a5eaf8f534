"""Say in words why cases leave no formula: what a formula can hold, and what refutes each case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

from specexpr.certify.branching import Cases, Checker, Count, Forced, Leaf, Setup, Share, Tree, setup
from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.certify.observing import Step, observations
from specexpr.certify.proofs import Term
from specexpr.certify.remainder import Remainder
from specexpr.certify.tails import Path, Tails, Vector
from specexpr.expressivity.ltl.rest_text import RestText
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import counted, joined, line_numbers, number_text, with_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Words
from specexpr.models.environment import Environment

_CASES = 12
_PIECES = 10


def case_words(question: Question, cases: Cases, *, uses_likelihoods: bool) -> Words:
    """Return why no formula meets the constraints, with their lines."""
    return _Story(question, cases, uses_likelihoods).words()


def asked_text(names: Names, term: Term) -> str:
    """Return what a term asks."""
    better, worse = (names(term.model, side) for side in (term.better, term.worse))
    return f"{better} {term.relation} {worse}"


def lines_of(terms: Sequence[Term]) -> tuple[int, ...]:
    """Return the lines of the file that terms come from."""
    return tuple(sorted({term.line for term in terms if term.line is not None}))


def steps_text(environment: Environment, steps: Sequence[tuple[int, int, int]]) -> str:
    """Return steps as states and actions in turn."""
    words = [name for s, a, _ in steps for name in (environment.states[s], environment.actions[a])]
    return " ".join(map(called, [*words, *(environment.states[t] for _, _, t in steps[-1:])]))


def labels_text(names: Sequence[object]) -> str:
    """Return a label set."""
    return f"{{{', '.join(called(str(name)) for name in names)}}}"


def as_constraint(term: Term) -> PolicyConstraint:
    """Return a term between policies as the constraint that it states."""
    better, worse = cast(Table, term.better), cast(Table, term.worse)
    return PolicyConstraint(term.model, better, worse, term.relation, term.line)


@dataclass(slots=True)
class _Story:
    """The sentences about a tree of cases, each leaf with its addition."""

    question: Question
    cases: Cases
    uses_likelihoods: bool
    names: Names = field(init=False)
    asked: Setup = field(init=False)
    checker: Checker = field(init=False)
    tails: Tails = field(init=False)
    shown: Sequence[str] = field(init=False)
    told: int = 0
    hidden: int = 0

    def __post_init__(self) -> None:
        claim = self.question.claim()
        self.names = Names(self.question.task)
        constraints = [as_constraint(term) for term in self.cases.terms]
        self.asked = setup(claim, constraints)
        self.tails = tails = Tails.of(claim, self.asked.points)
        self.shown = [labels_text(names) for names in observations(claim).known] if tails.shows else []
        self.checker = Checker(
            self.asked, tails.explore(self.cases.depth), Remainder(tails, self.uses_likelihoods)
        )

    def words(self) -> Words:
        terms = self.cases.terms
        lines = lines_of(terms)
        asked = joined(with_lines([(asked_text(self.names, term), term.line) for term in terms]))
        over = "labels" if self.tails.shows else "transitions"
        text = [f"{asked}. No formula over {over} does that, as cases show."]
        text += self.pieces()
        text += self.tree(self.cases.tree, "")
        if self.hidden:
            text.append(f"  ... and {counted(self.hidden, 'more case')} like these")
        leaves = self.told + self.hidden
        ray = " and a ray" if self.uses_likelihoods else ""
        summary = f"{counted(leaves, 'case')}{ray}, none possible{line_numbers(lines)}"
        return Words(summary, "\n".join(text), lines)

    def policy(self, i: int) -> str:
        return self.names(*self.asked.points[i])

    def pieces(self) -> Iterator[str]:
        """Yield the pieces that a formula can hold, with their probabilities."""
        pieces = self.checker.pieces
        if pieces.atoms:
            what = "A sequence of label sets" if self.tails.shows else "A trajectory"
            yield (
                f"{what} that ends in a cycle is held by a formula or is not. Those up to "
                f"{counted(self.cases.depth, 'step')} before the cycle, with their probabilities:"
            )
        for k, atom in enumerate(pieces.atoms[:_PIECES]):
            many = f", {atom.count:,} like it" if atom.count > 1 else ""
            yield f"  {_letter(k)}: {self.path(atom.path)}{many}: {self.vector(atom.vector)}"
        if len(pieces.atoms) > _PIECES:
            yield f"  ... and {counted(len(pieces.atoms) - _PIECES, 'more kind')}"
        if pieces.spreads:
            yield "Of these, which end in a class that is no cycle, any share can be held:"
        for k, spread in enumerate(pieces.spreads[:_PIECES]):
            laws = " | ".join(self.vector(part) for part in spread.parts)
            yield f"  S{k + 1}: {self.path(spread.path)}: {laws}"
        if len(pieces.spreads) > _PIECES:
            yield f"  ... and {counted(len(pieces.spreads) - _PIECES, 'more')}"
        if any(len(spread.parts) > 1 for spread in pieces.spreads):
            yield (
                "  where the same steps are possible under different laws (set apart by |), the shares are "
                "all 0, all 1, or all strictly between"
            )
        if pieces.rest:
            yield "What takes longer, of which any part can be held:"
        for k, rest in enumerate(pieces.rest[:_PIECES]):
            many = f", {rest.count:,} like it" if rest.count > 1 else ""
            where = "" if self.tails.shows else f" in {self.state(rest.state)}"
            yield f"  R{k + 1}: still on the way{where}{many}: {self.vector(rest.vector)}"
        if len(pieces.rest) > _PIECES:
            yield f"  ... and {counted(len(pieces.rest) - _PIECES, 'more kind')}"

    def path(self, path: Path) -> str:
        start, steps = path
        if self.tails.shows:
            return " ".join([*(self.shown[o] for _, o, _ in steps), ".."])
        environment = self.question.task.environments[0]
        home = called(environment.states[start])
        return f"{steps_text(environment, steps)} .." if steps else f"{home} .."

    def state(self, state: int) -> str:
        return called(self.question.task.environments[0].states[state])

    def step(self, step: Step) -> str:
        """Return a step for a table of ratios."""
        if self.tails.shows:
            return self.shown[step[1]]
        return steps_text(self.question.task.environments[0], [step])

    def reasons(self, weights: Sequence[Fraction]) -> Iterator[str]:
        """Yield what bounds each word that is left, where likelihoods do."""
        text = RestText(self.checker.remainder, self.policy, self.step)
        y = self.checker.weigh(weights)
        for k, rest in enumerate(self.checker.pieces.rest):
            yield from text.lines(f"R{k + 1}", rest, y, self.checker.forced)

    def vector(self, vector: Vector) -> str:
        return ", ".join(f"{self.policy(i)} {number_text(x)}" for i, x in enumerate(vector) if x)

    def tree(self, tree: Tree, indent: str) -> Iterator[str]:
        """Yield the cases of a tree; those beyond a few are only counted."""
        match tree:
            case Leaf(weights=weights):
                if self.told >= _CASES:
                    self.hidden += 1
                    return
                self.told += 1
                yield f"{indent}{self.addition(weights)}"
                yield from (f"{indent}  {line}" for line in self.reasons(weights))
            case Count(atom=k, most=most, fewer=fewer, more=more):
                least, greatest = self.checker.counts[k]
                count = self.checker.pieces.atoms[k].count
                for bounds, branch in (((least, min(most, greatest)), fewer), ((most + 1, greatest), more)):
                    if bounds[0] <= bounds[1]:
                        self.checker.counts[k] = bounds
                        yield from self.under(
                            f"{indent}If {_held(_letter(k), bounds, count)}:", branch, indent
                        )
                self.checker.counts[k] = least, greatest
            case Share(spread=k, nothing=nothing, everything=everything, between=between):
                answers = (("nothing", nothing), ("everything", everything), ("between", between))
                for answer, branch in answers:
                    self.checker.shares[k] = answer
                    how = "for each law something, but not all" if answer == "between" else answer
                    yield from self.under(f"{indent}If of S{k + 1} {how} is held:", branch, indent)
                del self.checker.shares[k]
            case Forced(policy=j, is_most=is_most, weights=weights, then=then):
                before = list(self.checker.counts), dict(self.checker.shares), dict(self.checker.forced)
                reason = joined(
                    [asked_text(self.names, self.cases.terms[k]) for k, z in enumerate(weights) if z]
                )
                who = self.policy(j)
                what = f"all that is left of {who} must" if is_most else f"nothing more of {who} can"
                if self.checker.force(j, is_most=is_most):
                    yield from self.under(f"{indent}By {reason}, {what} be held:", then, indent)
                self.checker.counts, self.checker.shares, self.checker.forced = before

    def under(self, head: str, branch: Tree, indent: str) -> Iterator[str]:
        """Yield a head with what comes under it, unless that is all left out."""
        inner = list(self.tree(branch, indent + "  "))
        if inner:
            yield head
            yield from inner

    def addition(self, weights: Sequence[Fraction]) -> str:
        """Return the weighted sum of gaps and the most that it can be, piece by piece."""
        y = self.checker.weigh(weights)
        left = _sum(
            [
                (z, f"({self.policy(i)} - {self.policy(j)})")
                for z, (i, j) in zip(weights, self.asked.sides, strict=True)
            ]
        )
        most, is_attained = self.checker.most(y)
        found: list[tuple[Fraction, str]] = []
        for k, ((least, greatest), atom) in enumerate(
            zip(self.checker.counts, self.checker.pieces.atoms, strict=True)
        ):
            gain = sum((a * b for a, b in zip(y, atom.vector, strict=True)), Fraction(0))
            found.append(((greatest if gain > 0 else least) * gain, _letter(k)))
        for k, spread in enumerate(self.checker.pieces.spreads):
            gains = [sum((a * b for a, b in zip(y, part, strict=True)), Fraction(0)) for part in spread.parts]
            answer = self.checker.shares.get(k)
            share = Fraction(0)
            if answer == "everything":
                share = sum(gains, Fraction(0))
            elif answer != "nothing":
                share = sum((max(x, Fraction(0)) for x in gains), Fraction(0))
            found.append((share, f"S{k + 1}"))
        rest, forced = self.checker.pieces.rest, self.checker.forced
        found += [
            (x.count * self.checker.remainder.after(y, x, forced), f"R{k + 1}") for k, x in enumerate(rest)
        ]
        parts = [f"{number_text(x)} ({name})" for x, name in found if x]
        right = " + ".join(parts).replace("+ -", "- ") if parts else "0"
        summed = f" = {number_text(most)}" if len(parts) > 1 else ""
        sign = "<=" if is_attained else "<"
        return f"{left} {sign} {right}{summed}, but it would have to be {self.needed(weights)}."

    def needed(self, weights: Sequence[Fraction]) -> str:
        strict = any(z and r is Relation.STRICT for z, r in zip(weights, self.asked.relations, strict=True))
        if strict:
            return "more than 0"
        is_tie = all(not z or r is Relation.TIE for z, r in zip(weights, self.asked.relations, strict=True))
        return "0" if is_tie else "at least 0"


def _letter(k: int) -> str:
    return f"A{k + 1}"


def _held(name: str, bounds: tuple[int, int], count: int) -> str:
    low, high = bounds
    if high == 0:
        return f"{name} is not held" if count == 1 else f"none of {name} is held"
    if low == count:
        return f"{name} is held" if count == 1 else f"all of {name} are held"
    return f"{low} of {name} are held" if low == high else f"{low} to {high} of {name} are held"


def _sum(parts: Sequence[tuple[Fraction, str]]) -> str:
    texts = []
    for x, name in parts:
        if x:
            factor = "" if abs(x) == 1 else f"{number_text(abs(x))} "
            sign = "-" if x < 0 else "+"
            texts.append(f"{sign} {factor}{name}")
    text = " ".join(texts)
    return text.removeprefix("+ ") if text else "0"
