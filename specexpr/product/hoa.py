"""Automata in the Hanoi omega-automata format, HOA v1: written for other tools, and read from them.

Atomic propositions are the labels of the environment, by name, and the other atoms as they are spelled:
"at s0", "do right", "next s1". A label that is spelled like an atom is written in quotes.

What cannot be represented is refused, and the header that asks for it named: several initial states,
universal branching, headers that change the meaning and are not known. Whether the automaton is deterministic
and complete is not believed but checked, on the letters that occur in the environment.

Tomas Babiak et al.: The Hanoi Omega-Automata Format (CAV 2015), https://adl.github.io/hoaf/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from specexpr.models.environment import Environment
from specexpr.product.acceptance import Acceptance, acceptance_text, marks_of
from specexpr.product.automaton import Automaton, Edge, NamedEdge, automaton, count_marks
from specexpr.product.hoa_text import Algebra, HoaError, Kind, Stream, Token, quoted, read_condition, tokens
from specexpr.product.tables import Marks
from specexpr.syntax.guards import (
    FALSE,
    TRUE,
    And,
    At,
    Atom,
    Constant,
    Do,
    Guard,
    Labelled,
    Next,
    Not,
    Or,
    atoms,
    conjunction,
    disjunction,
)
from specexpr.syntax.names import clipped, name_hint, shown

_NAMES = {
    "Inf(0)": "Buchi",
    "Fin(0)": "co-Buchi",
    "t": "all",
    "f": "none",
}
_KNOWN = frozenset({"HOA", "States", "Start", "AP", "Alias", "Acceptance"})
_FORBIDDEN = {"univ-branch": "it branches universally"}
_MOST_LISTED = 16  # propositions, beyond which edges without labels are too many
_SPELLED = re.compile(r"(at|do|next)[ \t]+(.+)", re.DOTALL)


# -- writing -----------------------------------------------------------------------------------------------


def write_hoa(environment: Environment, spec: Automaton, *, title: str = "") -> str:
    """Return an automaton as a text in HOA v1; it should be deterministic and complete."""
    mentioned = list(dict.fromkeys(atom for edge in spec.edges for atom in atoms(edge.guard)))
    number = {atom: i for i, atom in enumerate(mentioned)}
    condition = acceptance_text(spec.acceptance)
    lines = ["HOA: v1"]
    lines += [f"name: {quoted(title)}"] if title else []
    lines += ['tool: "specexpr"', f"States: {len(spec.states)}", "Start: 0"]
    propositions = "".join(f" {quoted(proposition(environment, atom))}" for atom in mentioned)
    lines.append(f"AP: {len(mentioned)}{propositions}")
    lines += [f"acc-name: {_NAMES[condition]}"] if condition in _NAMES else []
    lines.append(f"Acceptance: {count_marks(spec.acceptance)} {condition}")
    lines += ["properties: trans-labels explicit-labels trans-acc deterministic complete", "--BODY--"]
    for q, name in enumerate(spec.states):
        lines.append(f"State: {q}" + ("" if name == str(q) else f" {quoted(name)}"))
        lines += (_edge_text(edge, number) for edge in spec.edges if edge.source == q)
    return "\n".join([*lines, "--END--", ""])


def _edge_text(edge: Edge, number: Mapping[Atom, int]) -> str:
    marks = f" {{{' '.join(map(str, sorted(edge.marks)))}}}" if edge.marks else ""
    return f"[{_label_text(edge.guard, number)}] {edge.target}{marks}"


def _label_text(guard: Guard, number: Mapping[Atom, int]) -> str:
    match guard:
        case Constant(value=value):
            return "t" if value else "f"
        case Not(guard=negated):
            text = _label_text(negated, number)
            return f"!({text})" if isinstance(negated, And | Or) else f"!{text}"
        case And(guards=parts):
            texts = ((_label_text(part, number), isinstance(part, Or)) for part in parts)
            return " & ".join(f"({text})" if is_or else text for text, is_or in texts)
        case Or(guards=parts):
            return " | ".join(_label_text(part, number) for part in parts)
        case _:
            return str(number[guard])


def proposition(environment: Environment, atom: Atom) -> str:
    """Return the atomic proposition of an atom."""
    match atom:
        case Labelled(label=label):
            return f'"{label}"' if label.startswith('"') or _SPELLED.fullmatch(label) else label
        case At(state=state):
            return f"at {environment.states[state]}"
        case Do(action=action):
            return f"do {environment.actions[action]}"
        case Next(state=state):
            return f"next {environment.states[state]}"
        case _:
            assert_never(atom)


def find_atom(environment: Environment, text: str, *, line: int | None) -> Atom:
    """Return the atom of an atomic proposition; raise HoaError where the environment has none."""
    labels = [label.name for label in environment.labels]
    spelled = _SPELLED.fullmatch(text)
    if spelled is not None:
        word, name = spelled.groups()
        known = environment.action_index if word == "do" else environment.state_index
        if name in known:
            return At(known[name]) if word == "at" else Do(known[name]) if word == "do" else Next(known[name])
    if text.startswith('"') and text.endswith('"') and text[1:-1] in labels:
        return Labelled(text[1:-1])
    if text in labels:
        return Labelled(text)
    message = f"environment {shown(environment.name)} has no label {shown(text)}"
    raise HoaError(message, line=line, hint=name_hint(text, tuple(labels), kind="label"))


# -- reading -----------------------------------------------------------------------------------------------


def read_hoa(environment: Environment, text: str) -> Automaton:
    """Return the automaton that a text describes; raise HoaError where it cannot be represented.

    It may still be that it is not deterministic or complete in the environment: see `find_faults`.
    """
    return _Reader(environment, Stream(tokens(text))).read()


def read_acceptance(text: str) -> Acceptance:
    """Return the condition that a text in the format writes."""
    return read_condition(Stream(tokens(text)))


@dataclass(slots=True)
class _Reader:
    environment: Environment
    stream: Stream
    states: int | None = None
    start: int | None = None
    propositions: list[Atom] | None = None
    aliases: dict[str, Guard] = field(default_factory=dict)
    condition: Acceptance | None = None
    marks: int = 0
    complements: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    edges: list[tuple[int, int, Guard, Marks]] = field(default_factory=list)

    def read(self) -> Automaton:
        """Read the header and the body."""
        token = self.stream.take()
        version = self.stream.take()
        if (token.kind, token.text) != (Kind.HEADER, "HOA") or version.text != "v1":
            raise HoaError("it does not start with HOA: v1", line=token.line, hint="convert it to HOA v1")
        while self.stream.peek().kind is Kind.HEADER:
            self._header(self.stream.take())
        self._mark("--BODY--")
        if self.start is None:
            raise self._wrong("Start", "there is no initial state", None, "write Start: 0")
        if self.condition is None:
            hint = "write Acceptance: 1 Inf(0) if set 0 is to be seen again and again, or Acceptance: 0 t"
            raise self._wrong("Acceptance", "there is no acceptance condition", None, hint)
        if self.states is not None and self.start >= self.states:
            hint = f"states are numbered from 0 to {self.states - 1}"
            raise self._wrong("Start", f"there is no state {self.start}", None, hint)
        while self.stream.peek().kind is Kind.HEADER:
            self._state(self.stream.take())
        self._mark("--END--")
        if self.stream.peek().kind is not Kind.END:
            hint = "keep one automaton in a file"
            raise self.stream.wrong("something follows --END--", hint=hint)
        return self._automaton(self.start, self.condition)

    def _mark(self, text: str) -> None:
        token = self.stream.take()
        if token.kind is not Kind.MARK or token.text != text:
            hint = "see the Hanoi format, HOA v1"
            raise HoaError(f"expected {text}, found {clipped(token.text)}", line=token.line, hint=hint)

    def _refused(self, header: str, reason: str, line: int | None) -> HoaError:
        """Return what is said of an automaton that other tools can bring into the right form."""
        hint = "make it deterministic and complete: autfilt --deterministic --generic --complete"
        return self._wrong(header, reason, line, hint)

    def _wrong(self, header: str, reason: str, line: int | None, hint: str) -> HoaError:
        return HoaError(f"header {header}: {reason}", line=line, hint=hint)

    def _sets(self) -> str:
        """Return how acceptance sets are numbered."""
        if not self.marks:
            return "the header Acceptance announces no sets"
        return f"the header Acceptance announces {self.marks}, numbered from 0 to {self.marks - 1}"

    # header

    def _header(self, token: Token) -> None:
        name, stream = token.text, self.stream
        is_again = {
            "States": self.states is not None,
            "AP": self.propositions is not None,
            "Acceptance": self.condition is not None,
        }
        if is_again.get(name):
            raise self._wrong(name, "it is given twice", token.line, "remove one of them")
        match name:
            case "States":
                self.states = stream.number("the number of states")
            case "Start":
                self._initial(token)
            case "AP":
                self.propositions = self._atoms()
            case "Alias":
                alias = stream.take()
                if alias.kind is not Kind.ALIAS:
                    reason = f"expected a name like @a, found {clipped(alias.text)}"
                    raise self._wrong("Alias", reason, token.line, "write Alias: @a 0 & !1")
                self.aliases[alias.text] = self._label()
            case "Acceptance":
                self.marks = stream.number("the number of acceptance sets")
                self.condition = read_condition(stream, complement=self._complement)
                named = (marks_of(self.condition) - {*self.complements.values()}) | {*self.complements}
                if any(mark >= self.marks for mark in named):
                    raise self._wrong(
                        name, "the condition names a set that there is not", token.line, self._sets()
                    )
            case "properties":
                while stream.peek().kind is Kind.WORD or stream.has("!"):
                    word = stream.take()
                    if word.text in _FORBIDDEN:
                        raise self._refused(f"properties: {word.text}", _FORBIDDEN[word.text], word.line)
            case _:
                if name[0].isupper():
                    hint = "remove it if the automaton means the same without"
                    raise self._wrong(name, "it changes the meaning in a way unknown here", token.line, hint)
                while stream.peek().kind not in (Kind.HEADER, Kind.MARK, Kind.END):
                    stream.take()

    def _initial(self, token: Token) -> None:
        if self.start is not None:
            raise self._refused("Start", "there are several initial states", token.line)
        self.start = self.stream.number("the number of a state")
        if self.stream.has("&"):
            raise self._refused("Start", "it is a conjunction of states", token.line)

    def _atoms(self) -> list[Atom]:
        count = self.stream.number("the number of propositions")
        found: list[Atom] = []
        while self.stream.peek().kind is Kind.STRING:
            token = self.stream.take()
            found.append(find_atom(self.environment, token.text, line=token.line))
        if len(found) != count:
            raise self.stream.wrong(f"header AP: it announces {count} propositions and lists {len(found)}")
        return found

    def _complement(self, mark: int) -> int:
        """Return the mark that stands where a mark does not."""
        return self.complements.setdefault(mark, self.marks + len(self.complements))

    def _label(self) -> Guard:
        def atom(token: Token) -> Guard:
            if token.kind is Kind.ALIAS and token.text in self.aliases:
                return self.aliases[token.text]
            known = self.propositions or []
            if token.kind is Kind.NUMBER and len(token.text) < 9 and int(token.text) < len(known):
                return known[int(token.text)]
            hint = f"the header AP lists {len(known)} propositions, numbered from 0"
            message = f"expected a proposition, found {clipped(token.text)}"
            raise HoaError(message, line=token.line, hint=hint)

        algebra: Algebra[Guard] = Algebra(
            true=TRUE, false=FALSE, no=Not, both=conjunction, either=disjunction, atom=atom
        )
        return self.stream.expression(algebra)

    # body

    def _state(self, token: Token) -> None:
        if token.text != "State":
            raise HoaError(f"expected State:, found {token.text}:", line=token.line, hint="write State: 0")
        label = self._bracketed()
        state = self._state_number()
        if state in self.names:
            raise HoaError(f"state {state} is given twice", line=token.line, hint="remove one of them")
        name = self.stream.take().text if self.stream.peek().kind is Kind.STRING else str(state)
        self.names[state] = name
        shared = self._marks()
        unlabelled: list[tuple[int, Marks]] = []
        labelled = len(self.edges)
        while self.stream.peek().kind is Kind.NUMBER or self.stream.peek().text == "[":
            guard = self._bracketed()
            if guard is not None and label is not None:
                message, hint = f"state {state} and its edge have labels both", "label one of them"
                raise HoaError(message, line=self.stream.peek().line, hint=hint)
            target = self._state_number()
            if self.stream.peek().text == "&":
                raise self._refused("properties: univ-branch", "an edge leads to several states", token.line)
            marks = shared | self._marks()
            if guard is None and label is None:
                unlabelled.append((target, marks))
            else:
                self.edges.append((state, target, guard or label or TRUE, marks))
        if unlabelled:
            if len(self.edges) > labelled:
                message, hint = f"state {state} has edges with labels and without", "label all of them"
                raise HoaError(message, line=token.line, hint=hint)
            self._unlabelled(state, unlabelled, token.line)

    def _bracketed(self) -> Guard | None:
        if not self.stream.has("["):
            return None
        label = self._label()
        self.stream.expect("]")
        return label

    def _state_number(self) -> int:
        line = self.stream.peek().line
        state = self.stream.number("the number of a state")
        if self.states is not None and state >= self.states:
            hint = f"states are numbered from 0 to {self.states - 1}"
            raise HoaError(f"header States: there is no state {state}", line=line, hint=hint)
        return state

    def _marks(self) -> Marks:
        found: set[int] = set()
        if self.stream.has("{"):
            while self.stream.peek().kind is Kind.NUMBER:
                line = self.stream.peek().line
                mark = self.stream.number("the number of an acceptance set")
                if mark >= self.marks:
                    raise self._wrong("Acceptance", f"there is no set {mark}", line, self._sets())
                found.add(mark)
            self.stream.expect("}")
        return frozenset(found)

    def _unlabelled(self, state: int, listed: Sequence[tuple[int, Marks]], line: int) -> None:
        """Label edges without labels: one for each valuation, in binary, the first proposition lowest."""
        known = self.propositions or []
        if len(known) > _MOST_LISTED or len(listed) != 1 << len(known):
            message = f"state {state} has {len(listed)} edges without labels for {len(known)} propositions"
            raise HoaError(message, line=line, hint="write one edge for each valuation, or label them")
        for i, (target, marks) in enumerate(listed):
            literals = [atom if i >> k & 1 else Not(atom) for k, atom in enumerate(known)]
            self.edges.append((state, target, conjunction(literals), marks))

    def _automaton(self, start: int, condition: Acceptance) -> Automaton:
        names = self._distinct({start, *(q for edge in self.edges for q in edge[:2])})
        edges: list[NamedEdge] = []
        for q, r, guard, marks in self.edges:
            absent = frozenset(new for old, new in self.complements.items() if old not in marks)
            edges.append((names[q], names[r], guard, marks | absent))
        return automaton(names[start], edges, condition)

    def _distinct(self, states: set[int]) -> dict[int, str]:
        """Return the names of the states, their numbers where names are shared."""
        given = [self.names.get(q, str(q)) for q in sorted(states)]
        if len(set(given)) < len(given):
            given = [str(q) for q in sorted(states)]
        return dict(zip(sorted(states), given, strict=True))
