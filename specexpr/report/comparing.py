"""Show a comparison: a matrix of all tasks, then for each what expresses it, what does not, what to drop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from specexpr.certify.checking import Answer
from specexpr.comparison.asking import Answered
from specexpr.comparison.cheapest import perhaps_cheaper
from specexpr.comparison.comparison import Comparison, Row, answer_in
from specexpr.comparison.economy import Count, size_of_witness, size_text
from specexpr.comparison.matrix import matrix
from specexpr.comparison.repairs import Repairs
from specexpr.comparison.summary import proof_line
from specexpr.expressivity.phrases import joined, with_lines
from specexpr.expressivity.preference_text import preference_texts
from specexpr.report.layout import PAGE, Block, Line, Piece, Style, fixed, line, named

STYLES = {
    Answer.EXPRESSIBLE: Style.GOOD,
    Answer.INEXPRESSIBLE: Style.BAD,
    Answer.UNDECIDED: Style.UNSURE,
    None: Style.FAINT,
}
_LABEL = 10
_SHOWN = 4


def comparison_blocks(comparison: Comparison, *, width: int = PAGE) -> Iterator[Block]:
    """Yield all that is shown of a comparison, a matrix of so many columns first; repairs as far as known."""
    yield from _matrix(comparison, width)
    yield Line()
    several = len(comparison.documents) > 1
    for k, row in enumerate(comparison.rows):
        name = f"{row.document.source.name}: " if several else ""
        yield line(name, Piece(named(row.task.name), Style.STRONG))
        yield from _able(row)
        yield from _unable(row)
        yield from _undecided(row)
        yield from _repairs(comparison, k, row)
        yield Line()
    yield _tally(comparison)
    yield from _skipped(comparison)


def _matrix(comparison: Comparison, width: int) -> Iterator[Line]:
    found = matrix(comparison, width=width)
    for head in found.heads:
        yield fixed(head)
    for row in found.rows:
        label = Piece(row.label, Style.PLAIN if row.cells else Style.STRONG)
        cells = [Piece(word, STYLES[answer]) for answer, word in row.cells]
        cells[-1:] = [Piece(last.text.rstrip(), last.style) for last in cells[-1:]]
        yield fixed(label, *cells)
    if found.legend:
        yield line(Piece(found.legend, Style.FAINT))


def _able(row: Row) -> Iterator[Line]:
    """Yield the cheapest languages with their witnesses, and how much the witnesses of the others say."""
    best = row.cheapest()
    width = max((len(one.formalism) for one in best), default=0) + 2
    for k, one in enumerate(best):
        proof = proof_line(one.verdict)
        size = size_text(x for x in size_of_witness(one.verdict) if not _is_said(x, proof))
        text = f"{proof} ({size})" if size else proof
        yield _entry("cheapest" if k == 0 else "", one.formalism.ljust(width), text, hang=width)
    perhaps = perhaps_cheaper(row.answered, best)
    if perhaps:
        yield _entry("", "", f"perhaps cheaper, but undecided: {', '.join(perhaps)}")
    chosen = {one.formalism for one in best}
    others = [
        one for one in row.answered if answer_in(one) is Answer.EXPRESSIBLE and one.formalism not in chosen
    ]
    if others:
        yield _entry("also" if best else "in", "", "; ".join(_sizes(others)))


def _is_said(count: Count, proof: str) -> bool:
    """Say whether a text has a count already; one thing need not be counted."""
    if count.noun == "symbol" and re.search(rf"\b{count.amount:,} operators", proof):
        return True
    return re.search(rf"\b{count}\b", proof) is not None or (count.amount == 1 and count.noun in proof)


def _sizes(some: Sequence[Answered]) -> Iterator[str]:
    """Yield the sizes of witnesses, each once with its formalisms."""
    alike: dict[str, list[str]] = {}
    for one in some:
        alike.setdefault(size_text(size_of_witness(one.verdict)), []).append(one.formalism)
    for size, ids in alike.items():
        yield f"{', '.join(ids)}: {size}" if size else ", ".join(ids)


def _unable(row: Row) -> Iterator[Line]:
    """Yield why formalisms do not do that do not; the same reason once."""
    failing = [one for one in row.answered if answer_in(one) is Answer.INEXPRESSIBLE]
    reasons: dict[str, list[str]] = {}
    for one in failing:
        reasons.setdefault(proof_line(one.verdict), []).append(one.formalism)
    for k, (reason, ids) in enumerate(reasons.items()):
        yield _entry("not in" if k == 0 else "", ", ".join(ids) + ": ", reason)


def _undecided(row: Row) -> Iterator[Line]:
    reasons: dict[str, list[str]] = {}
    for one in row.answered:
        if answer_in(one) is Answer.UNDECIDED:
            reasons.setdefault(proof_line(one.verdict), []).append(one.formalism)
    for k, (reason, ids) in enumerate(reasons.items()):
        yield _entry("undecided" if k == 0 else "", ", ".join(ids) + ": ", reason)


def _repairs(comparison: Comparison, number: int, row: Row) -> Iterator[Line]:
    """Yield what would mend the task, once for formalisms that the same would mend."""
    alike: dict[str, list[str]] = {}
    for one in row.answered:
        known = comparison.known_repairs(number, one.formalism)
        if known is not None and len(known.preferences) > 1:
            alike.setdefault(repairs_text(row, known), []).append(one.formalism)
    for k, (text, ids) in enumerate(alike.items()):
        yield _entry("repair" if k == 0 else "", ", ".join(ids) + ": ", text)


def repairs_text(row: Row, repairs: Repairs) -> str:
    """Return what to drop to mend a task, or how much at least has to be dropped."""
    many = len(repairs.preferences)
    if not repairs.smallest:
        return f"at least {repairs.at_least} of {many} preferences have to go ({repairs.limit})"
    is_all = repairs.size == many
    text = f"all {many} preferences have to go" if is_all else f"drop {_choice(row, repairs)}"
    if not repairs.is_least:
        text += f"; at least {repairs.at_least} have to go"
    return text if repairs.limit is None else f"{text} ({repairs.limit})"


def _choice(row: Row, repairs: Repairs) -> str:
    """Return the smallest repairs in words, the first few of many; lines where they differ."""
    words = preference_texts(row.task)
    is_one_line = len({one.line for one in repairs.preferences}) == 1

    def said(numbers: Sequence[int]) -> list[str]:
        lines = [None if is_one_line else repairs.preferences[k].line for k in numbers]
        return with_lines([(words[k], at) for k, at in zip(numbers, lines, strict=True)])

    rest = len(repairs.smallest) - _SHOWN
    shown = repairs.smallest if rest < 2 else repairs.smallest[:_SHOWN]
    if len(repairs.smallest) == 1:
        return joined(said(shown[0].dropped))
    if repairs.size == 1:
        one_of = said([one.dropped[0] for one in shown])
        return f"one of {', '.join(one_of)}" + (f" or {rest} others" if rest > 1 else "")
    sets = "; or ".join(joined(said(one.dropped)) for one in shown)
    return sets + (f"; or others, {len(repairs.smallest)} choices in all" if rest > 1 else "")


def _entry(label: str, name: str, text: str, *, hang: int = 2) -> Line:
    return line(Piece(label.ljust(_LABEL + 2), Style.FAINT), name, text, indent=2, hang=_LABEL + 2 + hang)


def _tally(comparison: Comparison) -> Line:
    answered = comparison.answered
    counted = Counter(answer_in(one) for one in answered)
    found = ", ".join(f"{counted[answer]} {answer.value}" for answer in Answer if counted[answer])
    ids = {one.formalism for one in answered}
    tasks = f"{len(comparison.rows)} {'task' if len(comparison.rows) == 1 else 'tasks'}"
    return line(f"{tasks} in {len(ids)} {'formalism' if len(ids) == 1 else 'formalisms'}: {found}")


def _skipped(comparison: Comparison) -> Iterator[Line]:
    """Yield what was asked about no task, and what it needs."""
    asked = {one.formalism for one in comparison.answered}
    needs: dict[str, dict[str, None]] = {}
    for one in comparison.skipped:
        if one.formalism not in asked:
            needs.setdefault(one.needs, {})[one.formalism] = None
    for need, ids in needs.items():
        verb = "needs" if len(ids) == 1 else "need"
        yield line(Piece(f"not asked: {', '.join(ids)}; {verb} {need}", Style.FAINT))
