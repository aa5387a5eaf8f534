"""The atlas as a page: the Hasse diagram, the matrix, and behind every cell its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from specexpr.certify.checking import Answer
from specexpr.comparison.asking import Answered
from specexpr.comparison.atlas import Atlas, Cell, Evidence
from specexpr.comparison.hierarchy import ARGUMENTS, FINITE, SEVENTEEN, SOURCE, FormalismClass
from specexpr.comparison.separations import CaseColumn, task_line
from specexpr.comparison.summary import answer_of, proof_line
from specexpr.comparison.theorems import DERIVED
from specexpr.document.printing import print_environment
from specexpr.formalism import find_formalism
from specexpr.report.atlas_graph import class_title, edge_title, hasse_picture
from specexpr.report.draw.environments import environment_picture
from specexpr.report.html.comparisons import STYLES, WORDS
from specexpr.report.html.page import Figure, Gallery, formalism_pages, render


@dataclass(frozen=True, slots=True)
class AtlasCell:
    """Whether the upper class covers the lower one, with where the page gives the evidence."""

    style: str
    word: str
    label: str
    href: str | None


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What a formalism answers to a case, with what proves it."""

    formalism: str
    style: str
    word: str
    line: str


@dataclass(frozen=True, slots=True)
class CaseSection:
    """A case with its environment and every answer."""

    id: str
    name: str
    about: str
    task: str
    text: str
    figure: Figure
    answers: tuple[CaseAnswer, ...]
    missing: tuple[str, ...]


def atlas_page(atlas: Atlas) -> str:
    """Return the page of an atlas."""
    gallery = Gallery.beside(sum(len(column.answered) for column in atlas.columns))
    links = {class_title(one): f"#class-{one.name}" for one in atlas.classes}
    links |= {edge_title(edge): f"#edge-{edge.lower.name}-{edge.upper.name}" for edge in atlas.edges}
    home = {member: one.name for one in atlas.classes for member in one.members}
    apart = [
        atlas.between(upper, lower)
        for upper in atlas.classes
        for lower in atlas.classes
        if not atlas.between(upper, lower).covers
    ]
    counted = Counter(cell.evidence for cell in apart)
    return render(
        "atlas.html",
        hasse=gallery.figure(partial(hasse_picture, atlas.classes, atlas.edges), links=links),
        members=len(SEVENTEEN),
        classes=[(one, _title(one)) for one in atlas.classes],
        rows=[(upper, [_cell(atlas, upper, lower) for lower in atlas.classes]) for upper in atlas.classes],
        edges=atlas.edges,
        within=[(a, b, why) for (a, b), why in ARGUMENTS.items() if home[a] == home[b]],
        cases=[_case(column, gallery) for column in atlas.columns],
        theorems=atlas.theorems,
        finite=FINITE,
        apart=len(apart),
        computed=counted[Evidence.COMPUTED],
        by_theorem=counted[Evidence.THEOREM],
        not_computed=counted[Evidence.NOT_COMPUTED],
        questions=sum(len(column.answered) for column in atlas.columns),
        agreements=atlas.agreements(),
        derived=DERIVED,
        source=SOURCE,
        pages=formalism_pages(SEVENTEEN),
    )


def _title(one: FormalismClass) -> str:
    formalism = find_formalism(one.name)
    return "" if formalism is None else formalism.title


def _cell(atlas: Atlas, upper: FormalismClass, lower: FormalismClass) -> AtlasCell:
    if upper == lower:
        return AtlasCell("same", "=", f"{upper.name} is itself", None)
    cell = atlas.between(upper, lower)
    said = f"does {upper.name} express whatever {lower.name} does?"
    if cell.evidence is Evidence.NOT_COMPUTED:
        return AtlasCell("open", "?", f"{said} not computed", None)
    if cell.covers:
        return AtlasCell("yes", "yes", f"{said} yes, by inclusions", _first_edge(atlas, cell))
    name = (cell.cases or cell.theorems)[0]
    how = "computed" if cell.evidence is Evidence.COMPUTED else "theorem"
    return AtlasCell("no", name, f"{said} no: {name}, {how}", f"#{name}")


def _first_edge(atlas: Atlas, cell: Cell) -> str | None:
    """Return the place of the first inclusion on the way from the lower class to the upper one."""
    home = {member: one.name for one in atlas.classes for member in one.members}
    for lower, upper in cell.inclusions:
        if home.get(lower) != home.get(upper):
            return f"#edge-{home[lower]}-{home[upper]}"
    return None


def _case(column: CaseColumn, gallery: Gallery) -> CaseSection:
    case = column.case
    environment = case.task.environments[0]
    return CaseSection(
        id=case.name,
        name=f"{case.task.name} in {case.task.scope}",
        about=case.about,
        task=task_line(case.task),
        text=print_environment(environment),
        figure=gallery.figure(partial(environment_picture, environment, title=environment.name)),
        answers=tuple(map(_answer, _ordered(column.answered))),
        missing=tuple(f"{one.formalism}: {one.reason}" for one in column.missing),
    )


def _ordered(answered: Sequence[Answered]) -> list[Answered]:
    rank = {Answer.EXPRESSIBLE: 0, Answer.UNDECIDED: 1, Answer.INEXPRESSIBLE: 2}
    return sorted(answered, key=lambda one: (rank[answer_of(one.verdict)], SEVENTEEN.index(one.formalism)))


def _answer(one: Answered) -> CaseAnswer:
    answer = answer_of(one.verdict)
    return CaseAnswer(one.formalism, STYLES[answer], WORDS[answer], proof_line(one.verdict))
