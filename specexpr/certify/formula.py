"""Formulas of linear temporal logic over the steps of a trajectory: the nouns.

Position t of a trajectory is the step (s_t, a_t, s_{t+1}). It carries the labels of (s_t, a_t), never those
of s_{t+1}; further atoms say where it is taken, which action it takes and where it leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class AtomKind(StrEnum):
    """What an atom speaks of."""

    LABEL = "label"
    AT = "at"
    DO = "do"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Atom:
    """A label by its name; or `at`, `do`, `next` with the index of a state or action."""

    kind: AtomKind
    what: str | int


class Operator(StrEnum):
    """The operators, as they are written."""

    TRUE = "true"
    FALSE = "false"
    NOT = "!"
    AND = "&"
    OR = "|"
    IMPLIES = "->"
    IFF = "<->"
    NEXT = "X"
    EVENTUALLY = "F"
    ALWAYS = "G"
    UNTIL = "U"
    RELEASE = "R"
    WEAK = "W"
    STRONG = "M"


@dataclass(frozen=True, slots=True)
class Compound:
    """An operator with the formulas that it joins: none, one or two."""

    operator: Operator
    parts: tuple[Formula, ...] = ()


Formula: TypeAlias = Atom | Compound
