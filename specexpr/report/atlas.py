"""Show the atlas: the classes, which covers which and why, the tasks that tell them apart, the theorems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from specexpr.comparison.atlas import Atlas, Cell, Evidence
from specexpr.comparison.hierarchy import ARGUMENTS, FINITE, SOURCE, FormalismClass
from specexpr.comparison.separations import CaseColumn, task_line
from specexpr.comparison.theorems import DERIVED, Theorem
from specexpr.formalism import find_formalism
from specexpr.report.layout import Block, Grid, Line, Piece, Style, line, named, row

_SAME = "="
_COVERS = "yes"
_MISSING = "?"


def atlas_blocks(atlas: Atlas) -> Iterator[Block]:
    """Yield all that is shown of an atlas."""
    members = sum(len(one.members) for one in atlas.classes)
    yield _heading(f"{members} formalisms in {len(atlas.classes)} classes, each behind those that it covers")
    yield Grid(("class", "members", "title"), tuple(map(_class_row, atlas.classes)), indent=2)
    yield Line()
    yield _heading("Does the row express whatever the column does, in every environment?")
    yield _matrix(atlas)
    yield line(
        "yes: by the inclusions. C1, C2, ..: no, the column expresses this task and the row does not, as "
        "computed now. T1, T2, ..: no, by this theorem; no finite task tells them apart. ?: not computed.",
        indent=2,
    )
    yield Line()
    yield from _inclusions(atlas)
    yield _heading("Tasks that tell them apart, computed now at an open discount")
    for column in atlas.columns:
        yield from _case(column, atlas.classes)
    yield Line()
    yield _heading("Theorems: orders of all stationary policies")
    told: dict[tuple[str, str], Theorem] = {}
    for theorem in atlas.theorems:
        yield from _theorem(theorem, told.get((theorem.environment, theorem.order)))
        told.setdefault((theorem.environment, theorem.order), theorem)
    yield line("Why no finite task tells these apart:", indent=2)
    for more in FINITE:
        yield line(f"on finite tasks {more.lower} is within {more.upper}: {more.argument}", indent=4)
    yield Line()
    yield from _tally(atlas)
    yield line(Piece(DERIVED, Style.FAINT))
    yield line(Piece(f"Source: {SOURCE}", Style.FAINT))
    yield line(Piece("the tasks as a document: specexpr atlas --format spex", Style.FAINT))


def _heading(text: str) -> Line:
    return line(Piece(text, Style.STRONG))


def _class_row(one: FormalismClass) -> tuple[Piece, ...]:
    formalism = find_formalism(one.name)
    title = "" if formalism is None else formalism.title
    return row(one.name, " = ".join(one.members), title)


def _inclusions(atlas: Atlas) -> Iterator[Block]:
    yield _heading(f"{len(atlas.edges)} inclusions: the second expresses whatever the first does (theorems)")
    for edge in atlas.edges:
        yield _because(f"{edge.lower.name} < {edge.upper.name}", edge.argument)
    yield Line()
    yield _heading("Within a class each expresses whatever the others do (theorems)")
    home = {member: one.name for one in atlas.classes for member in one.members}
    for (lower, upper), argument in ARGUMENTS.items():
        if home[lower] == home[upper]:
            yield _because(f"{lower} <= {upper}", argument)
    yield Line()


def _because(inclusion: str, argument: str) -> Line:
    return line(Piece(f"{inclusion}: ", Style.STRONG), argument, indent=2)


def _matrix(atlas: Atlas) -> Grid:
    rows = [
        row(upper.name, *(_mark(upper, lower, atlas.between(upper, lower)) for lower in atlas.classes))
        for upper in atlas.classes
    ]
    return Grid(("", *(one.name for one in atlas.classes)), tuple(rows), indent=2)


def _mark(upper: FormalismClass, lower: FormalismClass, cell: Cell) -> Piece:
    if upper == lower:
        return Piece(_SAME, Style.FAINT)
    if cell.evidence is Evidence.NOT_COMPUTED:
        return Piece(_MISSING, Style.UNSURE)
    if cell.covers:
        return Piece(_COVERS, Style.GOOD)
    if cell.evidence is Evidence.COMPUTED:
        return Piece(cell.cases[0] if cell.cases else "C", Style.BAD)
    return Piece(cell.theorems[0], Style.BAD)


def _case(column: CaseColumn, classes: Sequence[FormalismClass]) -> Iterator[Block]:
    case = column.case
    place = f"{case.name}  {named(case.task.name)} in {named(case.task.scope)}: "
    yield line(Piece(place, Style.STRONG), case.about, indent=2)
    yield line(task_line(case.task), indent=6)
    answers = {True: "yes", False: "no", None: "no answer"}
    for answer, word in answers.items():
        names = list(_those(column, classes, answer))
        if names:
            yield line(f"{word}: {', '.join(names)}", indent=6)
    for one in column.missing:
        yield line(f"not asked: {one.reason}", indent=6)


def _those(column: CaseColumn, classes: Sequence[FormalismClass], answer: bool | None) -> Iterator[str]:
    """Yield the classes all of whose members answer so, and else the single members that do."""
    for one in classes:
        here = [name for name in one.members if column.is_expressible(name) is answer]
        yield from (one.name,) if len(here) == len(one.members) else here


def _theorem(theorem: Theorem, earlier: Theorem | None) -> Iterator[Block]:
    have = " and ".join(theorem.has)
    verb = "have" if len(theorem.has) > 1 else "has"
    head = f"{theorem.name}  {theorem.lacks} lacks an order that {have} {verb}: "
    order = f"in {theorem.environment} {theorem.order}." if earlier is None else f"that of {earlier.name}."
    yield line(Piece(head, Style.STRONG), order, indent=2)
    if earlier is None:
        yield line(f"{have}: {theorem.why}.", indent=6)
    yield line(f"{theorem.lacks}: {theorem.argument}", indent=6)


def _tally(atlas: Atlas) -> Iterator[Block]:
    apart = [
        atlas.between(upper, lower)
        for upper in atlas.classes
        for lower in atlas.classes
        if not atlas.between(upper, lower).covers
    ]
    counted = Counter(cell.evidence for cell in apart)
    words = {Evidence.THEOREM: "by theorems"}
    parts = ", ".join(f"{counted[one]} {words.get(one, one.value)}" for one in Evidence if counted[one])
    yield line(f"{len(apart)} pairs of classes of which one does not cover the other: {parts}.")
    answers = sum(len(column.answered) for column in atlas.columns)
    yield line(
        f"{answers} questions were answered, and the kernel has checked every proof. "
        f"They test the inclusions {atlas.agreements()} times, and none fails."
    )
