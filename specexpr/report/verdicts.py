"""Show the answers to a file's tasks: for each its verdict, its proof and its reason; then all in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from specexpr.certify.checking import Answer
from specexpr.comparison.asking import Answered, Skipped
from specexpr.comparison.cheapest import cheapest, perhaps_cheaper
from specexpr.comparison.summary import answer_of, proof_line
from specexpr.diagnostics import Source
from specexpr.expressivity.everywhere_text import stretches_text
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Undecided
from specexpr.report.layout import Block, Grid, Line, Piece, Style, fixed, line, lines, named, row
from specexpr.report.options_text import options_text
from specexpr.report.results import given_of, good_of
from specexpr.report.rewards import witness_blocks

_STYLES = {Answer.EXPRESSIBLE: Style.GOOD, Answer.INEXPRESSIBLE: Style.BAD, Answer.UNDECIDED: Style.UNSURE}
_QUOTED = 6
_LONGEST = 100


def verdict_blocks(
    answered: Sequence[Answered], skipped: Sequence[Skipped], source: Source, *, timed: bool
) -> Iterator[Block]:
    """Yield all that is shown of some answers; with `timed`, how long each took."""
    for one in answered:
        yield from _section(one, source)
        yield Line()
    if len(answered) > 1:
        yield _summary(answered, timed=timed)
        yield Line()
    if answered:
        yield _tally(answered)
    yield from _skipped(skipped)


def survey_blocks(answered: Sequence[Answered], skipped: Sequence[Skipped]) -> Iterator[Block]:
    """Yield for each task a row for each formalism, and the least expressive ones that can express it."""
    tasks: dict[str, list[Answered]] = {}
    for one in answered:
        tasks.setdefault(one.question.task.name, []).append(one)
    for name, some in tasks.items():
        yield line(Piece(named(name), Style.STRONG))
        rows = [_survey_row(one) for one in some]
        yield Grid(("formalism", "verdict", "proof", "seconds"), tuple(rows), frozenset({3}), indent=2)
        yield line(_cheapest_text(some), indent=2)
        yield Line()
    if answered:
        yield _tally(answered)
    yield from _skipped(skipped)
    if answered:
        first = answered[0]
        task = named(first.question.task.name)
        yield line(Piece(f"the proof in full: --task {task} --in {first.formalism}", Style.FAINT))


def _survey_row(one: Answered) -> tuple[Piece, ...]:
    answer = answer_of(one.verdict)
    verdict = Piece(answer.value, _STYLES[answer])
    return row(one.formalism, verdict, proof_line(one.verdict), f"{one.seconds:.3f}")


def _cheapest_text(answered: Sequence[Answered]) -> str:
    found = cheapest(answered)
    if not found:
        return "cheapest language: none of these expresses it"
    languages = "; or ".join(f"{one.formalism} ({proof_line(one.verdict)})" for one in found)
    perhaps = perhaps_cheaper(answered, found)
    doubt = f"; {', '.join(perhaps)} may be cheaper and stayed undecided" if perhaps else ""
    return f"cheapest language: {languages}{doubt}"


def _section(one: Answered, source: Source) -> Iterator[Block]:
    answer = answer_of(one.verdict)
    head = Piece(named(one.question.task.name), Style.STRONG), ": ", Piece(answer.value, _STYLES[answer])
    yield line(*head, f" in {one.formalism}{_options(one)}")
    said = proof_line(one.verdict)
    if not (isinstance(one.verdict, Expressible) and one.verdict.witness.explain().startswith(said)):
        yield line(said, indent=2)
    match one.verdict:
        case Inexpressible(certificate=certificate):
            yield from _quoted(certificate, source)
            yield from lines(certificate.explain(), indent=2)
        case Expressible(witness=witness):
            yield from witness_blocks(witness, indent=2)
            good = good_of(one)
            if good is not None:
                text = f"Discounts that do (exact, not part of the proof): {stretches_text(good)}"
                yield line(text, indent=2)
        case Undecided():
            pass


def _options(one: Answered) -> str:
    text = options_text(given_of(one))
    return f", {text}" if text else ""


def _quoted(certificate: Certificate, source: Source) -> Iterator[Block]:
    """Yield the lines of the file that contradict each other."""
    numbers = certificate.words().lines
    margin = max((len(str(number)) for number in numbers), default=0)
    for number in numbers[:_QUOTED]:
        text = source.line(number).strip().expandtabs(4)
        text = text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
        yield fixed(Piece(f"{number:>{margin}} | ", Style.FAINT), text, indent=2)
    if len(numbers) > _QUOTED:
        yield line(Piece(f"... and {len(numbers) - _QUOTED} more lines", Style.FAINT), indent=2)


def _summary(answered: Sequence[Answered], *, timed: bool) -> Grid:
    headers = ("task", "formalism", "verdict", "proof", *(("seconds",) if timed else ()))
    rows = []
    for one in answered:
        answer = answer_of(one.verdict)
        time = (f"{one.seconds:.3f}",) if timed else ()
        verdict = Piece(answer.value, _STYLES[answer])
        rows.append(
            row(named(one.question.task.name), one.formalism, verdict, proof_line(one.verdict), *time)
        )
    return Grid(headers, tuple(rows), right=frozenset({4}))


def _tally(answered: Sequence[Answered]) -> Line:
    counted = Counter(answer_of(one.verdict) for one in answered)
    found = ", ".join(f"{counted[answer]} {answer.value}" for answer in Answer if counted[answer])
    tasks = len({one.question.task.name for one in answered})
    ids = list(dict.fromkeys(one.formalism for one in answered))
    where = ids[0] if len(ids) == 1 else f"{len(ids)} formalisms"
    return line(f"{tasks} {'task' if tasks == 1 else 'tasks'} in {where}: {found}")


def _skipped(skipped: Sequence[Skipped]) -> Iterator[Line]:
    """Yield what was not asked, together where several formalisms need one thing for the same tasks."""
    tasks: dict[tuple[str, str], list[str]] = {}
    for one in skipped:
        tasks.setdefault((one.formalism, one.needs), []).append(one.task)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (formalism, needs), names in tasks.items():
        alike.setdefault((needs, tuple(names)), []).append(formalism)
    for (needs, asked), ids in alike.items():
        who = f"skipped {', '.join(ids)} for {', '.join(map(named, asked))}"
        yield line(Piece(f"{who}: {'it needs' if len(ids) == 1 else 'they need'} {needs}", Style.FAINT))
