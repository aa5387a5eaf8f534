"""Show what the kernel says of a results document. Nothing here needs more than the kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from specexpr.certify.document import Outcome, Status
from specexpr.certify.repairs import RepairsOutcome
from specexpr.report.layout import Block, Grid, Line, Piece, Style, line, named, row
from specexpr.report.options_text import options_text

_STYLES = {Status.HOLDS: Style.GOOD, Status.REFUSED: Style.BAD, Status.UNDECIDED: Style.UNSURE}


def outcome_blocks(outcomes: Sequence[Outcome]) -> Iterator[Block]:
    """Yield a row for each result, and how many hold."""
    if not outcomes:
        yield line("no results: the document has none to verify")
        return
    headers = ("task", "formalism", "options", "verdict", "kernel")
    rows = []
    for outcome in outcomes:
        result = outcome.result
        said = Piece(_said(outcome), _STYLES[outcome.status])
        rows.append(
            row(named(result.task), result.formalism, options_text(result.given), result.answer.value, said)
        )
    yield Grid(headers, tuple(rows))
    yield Line()
    counted = Counter(outcome.status for outcome in outcomes)
    found = [f"{counted[status]} {_WORDS[status]}" for status in Status if counted[status]]
    yield line(f"{len(outcomes)} {'result' if len(outcomes) == 1 else 'results'}: {', '.join(found)}")


def repair_blocks(outcomes: Sequence[RepairsOutcome]) -> Iterator[Block]:
    """Yield a row for the repairs of each task in each formalism."""
    yield Line()
    rows = []
    for outcome in outcomes:
        one = outcome.repairs
        said = "the proofs hold" if outcome.reason is None else f"refused: {outcome.reason}"
        number = f"{len(one.smallest)}" if one.limit is None else f"{len(one.smallest)} or more"
        kernel = Piece(said, _STYLES[outcome.status])
        rows.append(row(named(one.task), one.formalism, f"{one.at_least}", number, kernel))
    yield Grid(("task", "formalism", "must go", "choices", "kernel"), tuple(rows), right=frozenset({2, 3}))
    yield Line()
    counted = Counter(outcome.status for outcome in outcomes)
    found = [f"{counted[status]} {_WORDS[status]}" for status in Status if counted[status]]
    yield line(f"repairs in {len(outcomes)} {'cell' if len(outcomes) == 1 else 'cells'}: {', '.join(found)}")


_WORDS = {Status.HOLDS: "proved", Status.REFUSED: "refused", Status.UNDECIDED: "undecided"}


def _said(outcome: Outcome) -> str:
    match outcome.status:
        case Status.HOLDS:
            good = "; the discounts that do are not part of it"
            return "the proof holds" + ("" if outcome.result.good is None else good)
        case Status.REFUSED:
            return f"refused: {outcome.reason}"
        case Status.UNDECIDED:
            return "claims nothing"
