"""Reward machines and automata as graphs: states, and on arrows the guards with what they pay or show.

Edges from one state to another are one arrow with a line for each of them. "else" stands on an arrow only
where some step of the environment satisfies no guard of that state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.kinds.machine import MachineWitness
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.expressivity.machines.text import machine_moves, machine_pays
from specexpr.expressivity.task import Question
from specexpr.models.environment import Environment
from specexpr.product.acceptance import condition_text
from specexpr.product.automaton import Automaton
from specexpr.product.dot import FAINT, GAIN, LINE, LOSS, braced, coloured, digraph, html, padded, stacked
from specexpr.product.machine import Payment, RewardMachine, find_faults
from specexpr.report.draw.graphs import MOST_DRAWN
from specexpr.report.draw.layout import laid_out
from specexpr.report.draw.picture import Picture
from specexpr.report.rationals import compact
from specexpr.syntax.guards import Guard, print_guard
from specexpr.syntax.names import clipped
from specexpr.syntax.rewards import print_entries

_WIDTH = 36
_LINES = 6
_ENTRIES = 4
_BREAK = re.compile(r" (?=[&|] )")

_Arrow = tuple[int, int, str]
"""From, to, and a line of a label as HTML."""


def machine_picture(environment: Environment, machine: RewardMachine, *, title: str) -> Picture:
    """Return a reward machine as a graph, in an environment where it is deterministic and total.

    Raises SpecError (`too-large-to-draw`) where nobody could read it.
    """
    arrows = [
        (edge.source, edge.target, _guard(environment, edge.guard) + _pays(environment, edge.reward))
        for edge in machine.edges
    ]
    rest = machine.otherwise
    if rest is not None:
        label = coloured("else", FAINT) + _pays(environment, rest.reward)
        arrows += ((u, u if rest.target is None else rest.target, label) for u in _open(environment, machine))
    discount = f"discount {compact(machine.discount)}"
    description = f"A reward machine with {_counted(machine.states)}, {discount}."
    return _drawn(machine.states, arrows, machine.terminal, [discount], title, description)


def witness_machine_picture(question: Question, proof: MachineWitness, *, title: str) -> Picture:
    """Return the machine of a witness as a graph: what it moves on, and in each state what it pays for.

    Raises SpecError (`too-large-to-draw`) where nobody could read it.
    """
    claim = question.claim()
    arrows = [
        (u, v, "<br/>".join(padded(html(one)) for one in _first(seen)))
        for u, v, seen in machine_moves(question, claim, proof)
    ]
    pays: dict[int, list[str]] = {}
    for u, cell, x in machine_pays(question, claim, proof):
        pays.setdefault(u, []).append(f"{html(cell)} : {_number(compact(x), x > 0)}")
    below = [f"discount {compact(proof.discount)}", *(["elsewhere it stays"] if arrows else [])]
    description = f"A reward machine with {_counted(proof.machine.states)}."
    return _drawn(proof.machine.states, arrows, (), below, title, description, pays)


def _first(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - _LINES
    return [*lines[:_LINES], *([f"and {rest} more"] if rest > 0 else [])]


def automaton_picture(
    environment: Environment, automaton: Automaton, *, title: str, caption: str = ""
) -> Picture:
    """Return an automaton as a graph, with its acceptance condition below and a caption before it.

    Raises SpecError (`too-large-to-draw`) where nobody could read it.
    """
    arrows = []
    for edge in automaton.edges:
        marks = f" <b>{braced(edge.marks)}</b>" if edge.marks else ""
        arrows.append((edge.source, edge.target, _guard(environment, edge.guard) + marks))
    accepts = f"accept {condition_text(automaton.acceptance)}"
    description = f"A deterministic automaton with {_counted(automaton.states)}: {accepts}."
    below = [*([caption] if caption else []), accepts]
    return _drawn(automaton.states, arrows, (), below, title, description)


def _open(environment: Environment, machine: RewardMachine) -> Iterator[int]:
    """Yield the states where "else" is at work."""
    from dataclasses import replace

    for gap in find_faults(environment, replace(machine, otherwise=None)).gaps:
        yield gap.state


def _drawn(
    states: Sequence[str],
    arrows: Iterable[_Arrow],
    terminal: Iterable[int],
    below: Sequence[str],
    title: str,
    description: str,
    pays: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> Picture:
    together: dict[tuple[int, int], list[str]] = {}
    for u, v, label in arrows:
        together.setdefault((u, v), []).append(label)
    if len(states) + len(together) > MOST_DRAWN:
        message = (
            f"it has {len(states)} states and {len(together)} arrows, too many for a picture: "
            f"a graph may have {MOST_DRAWN} of both together"
        )
        raise SpecError([Diagnostic(id="too-large-to-draw", message=message)])
    caption = stacked([" ", *(padded(html(one)) for text in below for one in folded(text, width=60))])
    lines = [f"graph [label=<{coloured(caption, FAINT)}>, labelloc=b, labeljust=c]"]
    for u, name in enumerate(states):
        border = " [peripheries=2]" if u in terminal else ""
        inside = "".join(f'<br/><font point-size="10">{one}</font>' for one in _first(pays.get(u, ())))
        lines.append(f"{u} [label=<<b>{html(name)}</b>{inside}>]{border}")
    lines += [
        f'start [shape=point, width=0.1, color="{LINE}", fillcolor="{LINE}"]',
        "start -> 0 [penwidth=1.6]",
    ]
    for (u, v), labels in together.items():
        lines.append(f"{u} -> {v} [label=<{stacked(labels, is_loop=u == v)}>]")
    titles = {str(u): name for u, name in enumerate(states)}
    return laid_out(digraph(title, lines), title=title, description=description, titles=titles)


def _guard(environment: Environment, guard: Guard) -> str:
    return "<br/>".join(padded(html(line)) for line in folded(print_guard(environment, guard))).rstrip()


def _pays(environment: Environment, payment: Payment) -> str:
    """Return what an edge pays, as HTML after its guard: a number, or a table below it."""
    if isinstance(payment, Fraction):
        return f" : {_number(compact(payment), payment > 0)} " if payment else " "
    entries = print_entries(environment, payment)
    shown = entries[:_ENTRIES] + ([f"and {len(entries) - _ENTRIES} more"] if len(entries) > _ENTRIES else [])
    rows = (coloured(padded(html(entry)), LINE) for entry in shown)
    return " :<br/>" + "<br/>".join(rows)


def _number(text: str, is_gain: bool) -> str:
    return coloured(f"<b>{text}</b>", GAIN if is_gain else LOSS)


def folded(text: str, *, width: int = _WIDTH, most: int = _LINES) -> list[str]:
    """Return a guard or formula in lines, broken before "&" and "|"; what is very long ends in "...".

    >>> folded("at s0 & !push | goal", width=10)
    ['at s0', '& !push', '| goal']
    """
    lines: list[str] = []
    for part in _BREAK.split(" ".join(text.split())):
        if lines and len(lines[-1]) + len(part) < width:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return [clipped(line) for line in lines[:most]] + (["..."] if len(lines) > most else [])


def _counted(states: Sequence[str]) -> str:
    return "1 state" if len(states) == 1 else f"{len(states)} states"
