"""Show a search as a .spex document: what was found, and in comments what was searched."""

from __future__ import annotations

from collections.abc import Iterator

from specexpr.comparison.asking import Answered
from specexpr.comparison.search import Bounds, Search, Stage, impossible
from specexpr.comparison.summary import proof_line
from specexpr.report.layout import Grid, Piece, line, plain, row


def search_document(search: Search) -> str:
    """Return the document; without a separation it has comments alone."""
    body = "" if search.found is None else search.found.document.source.text + "\n"
    return body + "".join(f"# {one}".rstrip() + "\n" for one in _comments(search))


def _comments(search: Search) -> Iterator[str]:
    yes, no = search.expresses, search.lacks
    why = impossible(yes, no)
    if why is not None:
        yield from _folded(f"There is no task that {yes} expresses and {no} does not: {why}, by a theorem.")
        yield "specexpr atlas has the argument, and an order of all policies where there is one."
        return
    if search.found is not None:
        yield from _folded(f"{yes} expresses it: {_proof(search.found.expressed)}")
        yield from _folded(f"{no} does not: {_proof(search.found.refuted)}")
        yield "Both proofs have been checked by the kernel."
    elif search.is_exhaustive:
        yield from _folded(
            f"No task within {bounds_text(search.bounds)} is expressed by {yes} and not by {no}."
        )
    else:
        yield from _folded(
            f"No task that {yes} expresses and {no} does not was found within {bounds_text(search.bounds)}; "
            f"{_left(search)}."
        )
    yield ""
    yield from _folded(
        "Searched, smallest first: environments up to the names of states and actions, every action being "
        "available everywhere; in each all sets of policies and all their orders in levels. Counted are "
        "those that exact linear algebra did not pass over; open are the orders that stayed undecided."
    )
    yield from plain([_table(search)]).splitlines()


def stage_text(stage: Stage) -> str:
    """Return what is searched in words."""
    return bounds_text(Bounds(stage.states, stage.actions, stage.policies, stage.denominator))


def bounds_text(bounds: Bounds) -> str:
    """Return bounds in words."""
    counts = ((bounds.states, "state"), (bounds.actions, "action"), (bounds.policies, "policy"))
    parts = (f"{n} {_plural(noun) if n > 1 else noun}" for n, noun in counts)
    return f"{', '.join(parts)} and denominators up to {bounds.denominator}"


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def _left(search: Search) -> str:
    late = any(not stage.is_complete for stage in search.stages)
    undecided = sum(stage.undecided for stage in search.stages)
    parts = ["time ran out"] if late else []
    return " and ".join([*parts, f"{undecided} stayed undecided"] if undecided else parts)


def _table(search: Search) -> Grid:
    headers = ("states", "actions", "denominator", "policies", "environments", "sets", "orders", "open", "")
    rows = [(*_counts(stage), Piece("all" if stage.is_complete else "in part")) for stage in search.stages]
    if search.found is not None:
        rows[-1] = (*rows[-1][:-1], Piece("until found"))
    return Grid(headers, tuple(rows), right=frozenset(range(8)))


def _counts(stage: Stage) -> tuple[Piece, ...]:
    size = stage.states, stage.actions, stage.denominator, stage.policies
    return row(*map(str, (*size, stage.environments, stage.sets, stage.orders, stage.undecided)))


def _proof(answered: Answered) -> str:
    return proof_line(answered.verdict)


def _folded(text: str) -> Iterator[str]:
    yield from plain([line(text)]).splitlines()
