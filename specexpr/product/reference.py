"""The text format of the reference code for reward machines: read it, write it.

::

    0 # initial state
    [2] # terminal state
    (0,0,'!e&!n',ConstantRewardFunction(0))
    (0,1,'e&!n',ConstantRewardFunction(0))
    (1,2,'f|g&!e',ConstantRewardFunction(1))

The first line names the initial state, the second the terminal ones; each further line is an edge:
source, target, a guard in disjunctive normal form over propositions (`!`, `&`, `|`, `True`, `False`),
what it pays. Propositions are the labels of the environment. As in the reference code,

- a step that satisfies no guard ends the machine and pays nothing ("falls from the reward machine"): it goes
  to the terminal state. Here that is said in a warning;
- edges that leave a terminal state are not read;
- at most one guard should hold: here it is an error if two do that differ.

The reference code reads the propositions that hold *after* a step, this language the labels of (s, a)
before it. So a machine sees here one step later what it sees there. Where the first state carries no
label that the machine heeds, values here are those of the reference code times the discount, and the
order of policies is the same.

Rodrigo Toro Icarte, Toryn Q. Klassen, Richard Valenzano, Sheila A. McIlraith: Reward Machines: Exploiting
Reward Function Structure in Reinforcement Learning (JAIR 2022) and the code that accompanies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.diagnostics import Diagnostic, Report, Severity, Span, SpecError
from specexpr.exact import rational, rational_text
from specexpr.models.environment import Environment
from specexpr.product.machine import NamedEdge, RewardMachine, find_faults, reward_machine, seen_text
from specexpr.product.normal_form import TooManyTermsError, normal_form
from specexpr.syntax.guards import FALSE, TRUE, Guard, Labelled, Not, Or, conjunction, disjunction
from specexpr.syntax.names import clipped, name_hint, shown, unknown_name

END = "end"
"""The terminal state that is added where a machine falls and has none of its own."""

_NUMBER = re.compile(r"-?\d+")
_LIST = re.compile(r"\[\s*(?:-?\d+(?:\s*,\s*-?\d+)*\s*,?)?\s*\]")
_EDGE = re.compile(
    r"""\(\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(?:'([^']*)'|"([^"]*)")\s*,\s*([A-Za-z_]\w*)\s*\((.*)\)\s*,?\s*\)"""
)
_COMMENT = re.compile(r"""^((?:[^'"#]|'[^']*'|"[^"]*")*)#.*$""")
_PLAIN_PROPOSITION = re.compile(r"[^\s!&|'\"\\()#]+")
_CONSTANTS = {"True": TRUE, "False": FALSE}


# -- reading -----------------------------------------------------------------------------------------------


def read_reference(
    text: str, environment: Environment, report: Report, *, name: str, span: Span, discount: Fraction
) -> RewardMachine | None:
    """Return the machine that a text in the reference format describes; None once its problems are reported.

    name: what the text is called in messages; span: where the document asks for it.
    """
    reader = _Reader(environment, report, name, span)
    lines = [(number, _uncommented(line)) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if len(lines) < 2:
        reader.missing("the list of terminal states" if lines else "the number of the initial state")
        return None
    start = reader.start(*lines[0])
    reader.terminal = reader.ends(*lines[1])
    for number, line in lines[2:]:
        reader.edge(number, line)
    if reader.failed or start is None:
        return None
    return reader.machine(start, discount)


def _uncommented(line: str) -> str:
    return _COMMENT.sub(r"\1", line).strip()


@dataclass(slots=True)
class _Reader:
    environment: Environment
    _report: Report
    name: str
    span: Span
    failed: bool = False
    terminal: tuple[int, ...] = ()
    edges: list[NamedEdge] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def report(self, diagnostic: Diagnostic) -> None:
        """Pass a diagnostic on and remember whether it is an error."""
        self.failed |= diagnostic.severity is Severity.ERROR
        self._report(diagnostic)

    def _malformed(self, message: str, line: int, hint: str) -> None:
        message = f"{self.name}, line {line}: {message}"
        self.report(Diagnostic(id="machine-file", message=message, span=self.span, help=hint))

    def missing(self, what: str) -> None:
        """Report that the text ends too early."""
        message, hint = f"{self.name} ends before {what}", "a machine starts with a line 0 and a line [2]"
        self.report(Diagnostic(id="machine-file", message=message, span=self.span, help=hint))

    def start(self, line: int, text: str) -> int | None:
        """Return the initial state."""
        if _NUMBER.fullmatch(text):
            return int(text)
        self._malformed(f"expected the number of the initial state, found {clipped(text)}", line, "write 0")
        return None

    def ends(self, line: int, text: str) -> tuple[int, ...]:
        """Return the terminal states."""
        if _LIST.fullmatch(text):
            return tuple(dict.fromkeys(map(int, _NUMBER.findall(text))))
        self._malformed(
            f"expected a list of terminal states, found {clipped(text)}", line, "write [2], or []"
        )
        return ()

    def edge(self, line: int, text: str) -> None:
        """Read an edge; one that leaves a terminal state is checked and then forgotten."""
        match = _EDGE.fullmatch(text)
        if match is None:
            hint = "write (0,1,'e&!n',ConstantRewardFunction(1))"
            self._malformed(f"this is no edge: {clipped(text)}", line, hint)
            return
        source, target, single, double, function, argument = match.groups()
        guard = self._guard(line, single if single is not None else double)
        reward = self._reward(line, function, argument.strip())
        if guard is not None and reward is not None and int(source) not in self.terminal:
            self.edges.append((f"u{source}", f"u{target}", guard, reward))
            self.lines.append(line)

    def _guard(self, line: int, text: str) -> Guard | None:
        terms = [[self._literal(line, part) for part in term.split("&")] for term in text.split("|")]
        if any(literal is None for term in terms for literal in term):
            return None
        return disjunction(conjunction(x for x in term if x is not None) for term in terms)

    def _literal(self, line: int, text: str) -> Guard | None:
        name = text.strip()
        is_negated = False
        while name.startswith("!"):
            name, is_negated = name[1:].strip(), not is_negated
        known = tuple(label.name for label in self.environment.labels)
        guard: Guard | None = _CONSTANTS.get(name) or (Labelled(name) if name in known else None)
        if guard is None and _PLAIN_PROPOSITION.fullmatch(name):
            place = f"{self.name}, line {line}: environment {shown(self.environment.name)}"
            hint = name_hint(name, known, kind="label")
            self.report(unknown_name("label", name, self.span, place, hint=hint))
        elif guard is None:
            found = clipped(text) if name else "nothing"
            hint = "write a guard such as e&!n|f, without parentheses"
            self._malformed(f"expected a proposition, found {found}", line, hint)
        return Not(guard) if guard is not None and is_negated else guard

    def _reward(self, line: int, function: str, argument: str) -> Fraction | None:
        if function != "ConstantRewardFunction":
            message = f"{self.name}, line {line}: {function} is no constant reward"
            hint = "only ConstantRewardFunction can be read; write other rewards as tables, in the document"
            self.report(Diagnostic(id="reward-function", message=message, span=self.span, help=hint))
            return None
        try:
            return rational(argument)
        except ValueError:
            message = f"{clipped(argument) or 'nothing'} is not a number"
            self._malformed(message, line, "write ConstantRewardFunction(1)")
            return None

    def machine(self, start: int, discount: Fraction) -> RewardMachine | None:
        """Return the machine, which ends on steps that no edge covers; report edges that conflict."""
        ends = [f"u{u}" for u in self.terminal]
        made = reward_machine(f"u{start}", self.edges, discount=discount, terminal=ends)
        faults = find_faults(self.environment, made)
        for clash in faults.clashes:
            first, second = self.lines[clash.first], self.lines[clash.second]
            seen = seen_text(self.environment, made, [clash.step])
            message = (
                f"{self.name}, line {second}: this edge and that of line {first} are both taken on {seen}"
            )
            hint = "make their guards exclude each other"
            self.report(Diagnostic(id="conflicting-edges", message=message, span=self.span, help=hint))
        leaving = {edge.source for edge in made.edges} | set(made.terminal)
        for u, state in enumerate(made.states):
            if u not in leaving:
                last = next((self.lines[i] for i, edge in enumerate(made.edges) if edge.target == u), 1)
                message = f"no edge leaves the state {state[1:]}, which is not terminal"
                self._malformed(message, last, "write its edges, or list it as terminal")
        if self.failed:
            return None
        if not faults.gaps:
            return made
        gap = faults.gaps[0]
        seen = seen_text(self.environment, made, gap.steps)
        where = f"in state {made.states[gap.state][1:]} no edge is taken on {seen}"
        falls = Diagnostic(
            id="machine-falls",
            message=f"{self.name}: {where}: the machine ends there and pays nothing",
            span=self.span,
            help="that is what the reference code does; write an edge for it to say so, or to say otherwise",
            severity=Severity.WARNING,
        )
        self.report(falls)
        end = made.states[made.terminal[0]] if made.terminal else END
        return reward_machine(
            f"u{start}",
            self.edges,
            discount=discount,
            terminal=ends or [END],
            otherwise=(end, Fraction(0)),
        )


# -- writing -----------------------------------------------------------------------------------------------


def write_reference(environment: Environment, machine: RewardMachine) -> str:
    """Return a machine as a text in the reference format, its states by their numbers.

    Raises SpecError (`no-reference-text`) where the format cannot say it: a guard that mentions `at`, `do` or
    `next`, a reward that is a table, a label whose name the format cannot hold.
    """
    problems = list(_unsayable(environment, machine))
    lines = ["0 # initial state", f"[{','.join(map(str, machine.terminal))}] # terminal state"]
    if not problems:
        try:
            lines += _edge_lines(machine)
        except TooManyTermsError:
            message = "a guard of this machine has too many cases for the reference format"
            hint = "use fewer labels in one guard"
            problems.append(Diagnostic(id="no-reference-text", message=message, help=hint))
    if problems:
        raise SpecError(problems)
    return "\n".join(lines) + "\n"


def _unsayable(environment: Environment, machine: RewardMachine) -> Iterator[Diagnostic]:
    """Yield what the reference format cannot say."""
    from specexpr.syntax.guards import atoms, print_atom

    hint = "another --format can write this machine: dot, drn, json, svg"
    mentioned = dict.fromkeys(atom for edge in machine.edges for atom in atoms(edge.guard))
    for atom in mentioned:
        text = print_atom(environment, atom)
        if not isinstance(atom, Labelled):
            message = f"the reference format has labels only, a guard mentions {text}"
            yield Diagnostic(id="no-reference-text", message=message, help=hint)
        elif not _PLAIN_PROPOSITION.fullmatch(atom.label) or atom.label in _CONSTANTS:
            message = f"the reference format cannot hold the label {text}"
            yield Diagnostic(id="no-reference-text", message=message, help="rename the label")
    paid = [edge.reward for edge in machine.edges]
    paid += [machine.otherwise.reward] if machine.otherwise is not None else []
    if any(not isinstance(reward, Fraction) for reward in paid):
        message = "the reference format has constant rewards only, an edge pays by a table"
        yield Diagnostic(id="no-reference-text", message=message, help=hint)


def _edge_lines(machine: RewardMachine) -> Iterator[str]:
    """Yield a line for each edge; then one for other steps, unless the machine falls there of itself."""
    for u in range(len(machine.states)):
        if u in machine.terminal:
            continue
        leaving = [edge for edge in machine.edges if edge.source == u]
        for edge in leaving:
            yield from _line(u, edge.target, edge.guard, edge.reward)
        rest = machine.otherwise
        if rest is not None and not (leaving and rest.target in machine.terminal and rest.reward == 0):
            covered = Or(tuple(edge.guard for edge in leaving)) if leaving else FALSE
            yield from _line(u, u if rest.target is None else rest.target, Not(covered), rest.reward)


def _line(source: int, target: int, guard: Guard, reward: object) -> Iterator[str]:
    assert isinstance(reward, Fraction)
    text = normal_form(guard)
    if text is not None:
        yield f"({source},{target},'{text}',ConstantRewardFunction({rational_text(reward)}))"
