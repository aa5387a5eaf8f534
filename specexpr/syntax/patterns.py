"""Entries with wildcards: for each cell the most specific entry that covers it wins, in any order.

An entry is more specific than another when it fixes all that the other fixes, and more. Entries that fix
the same, or of which neither fixes all that the other does, must agree on the cells that both cover and
that no more specific entry decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from specexpr.diagnostics import Diagnostic, Span
from specexpr.syntax.names import write_name

T = TypeVar("T")
Pattern = tuple[int | None, ...]
Cell = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A value for every cell that agrees with the pattern; None in a pattern is a wildcard."""

    pattern: Pattern
    value: T
    span: Span


@dataclass(slots=True)
class Rules(Generic[T]):
    """A table of entries; `clash` hears of each pair that must agree and does not, with a cell of both."""

    clash: Callable[[Entry[T], Entry[T], Pattern], None]
    _tables: dict[tuple[int, ...], dict[Cell, Entry[T]]] = field(default_factory=dict)
    _masks: list[tuple[int, ...]] = field(default_factory=list)
    _clashed: set[tuple[Span, Span]] = field(default_factory=set)

    def add(self, entry: Entry[T]) -> None:
        """Add an entry; the first of two that fix the same stays."""
        mask = tuple(i for i, x in enumerate(entry.pattern) if x is not None)
        table = self._tables.get(mask)
        if table is None:
            table = self._tables[mask] = {}
            self._masks = sorted(self._tables, key=lambda m: (-len(m), m))
        first = table.setdefault(tuple(x for x in entry.pattern if x is not None), entry)
        if first.value != entry.value:
            self.clash(first, entry, entry.pattern)

    def find(self, cell: Cell) -> Entry[T] | None:
        """Return the entry that decides a cell."""
        best: list[tuple[tuple[int, ...], Entry[T]]] = []
        for mask in self._masks:
            entry = self._tables[mask].get(tuple(cell[i] for i in mask))
            if entry is not None and not any(set(mask) <= set(other) for other, _ in best):
                best.append((mask, entry))
        if not best:
            return None
        decides = best[0][1]
        for _, entry in best[1:]:
            pair = (decides.span, entry.span)
            if entry.value != decides.value and pair not in self._clashed:
                self._clashed.add(pair)
                self.clash(decides, entry, cell)
        return decides

    def __bool__(self) -> bool:
        """Say whether there is an entry."""
        return bool(self._masks)

    def idle(self, cells: Collection[Cell]) -> list[Entry[T]]:
        """Return the entries that cover none of some cells."""
        found: list[Entry[T]] = []
        for mask, table in self._tables.items():
            covered = {tuple(cell[i] for i in mask) for cell in cells}
            found += (entry for key, entry in table.items() if key not in covered)
        return found


def clash_diagnostic(first: Entry[T], second: Entry[T], where: str) -> Diagnostic:
    """Return the diagnostic for two entries that decide one cell (in words: `where`) differently."""
    if first.span.start > second.span.start:
        first, second = second, first
    return Diagnostic(
        id="conflicting-entries",
        message=f"two entries decide {where} and neither is more specific",
        span=second.span,
        help=f"remove one of them, or write an entry for {where} alone"
        if first.pattern != second.pattern
        else "remove one of them",
        notes=((first.span, "the other entry"),),
    )


def cell_text(cell: Pattern, names: Sequence[Sequence[str]]) -> str:
    """Return a cell as the language writes it, a wildcard as '*'."""
    parts = ("*" if x is None else write_name(known[x]) for x, known in zip(cell, names, strict=True))
    return " / ".join(parts)
