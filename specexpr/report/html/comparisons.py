"""A comparison as a page: a matrix, then each task with its proofs, pictures and repairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from specexpr.certify.checking import Answer
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.proofs import RewardEntry, Term
from specexpr.comparison.asking import Answered
from specexpr.comparison.cheapest import perhaps_cheaper
from specexpr.comparison.comparison import Column, Comparison, Row, answer_in
from specexpr.comparison.economy import size_of_witness, size_text
from specexpr.comparison.summary import proof_line
from specexpr.document.document import Document
from specexpr.document.printing import print_environment, print_objective, print_policy, print_task
from specexpr.expressivity.task import Objective, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.formalism import find_formalism
from specexpr.report.comparing import repairs_text
from specexpr.report.draw.conflicts import conflict_picture
from specexpr.report.draw.environments import environment_picture
from specexpr.report.draw.graphs import product_picture
from specexpr.report.draw.memories import witness_machine_picture
from specexpr.report.drawings import objective_picture
from specexpr.report.html.page import Figure, Gallery, formalism_pages, render
from specexpr.report.products import find_product

MOST_REWARDS = 4
"""Of a witness with more rewards none is drawn."""

MOST_LINES = 12
"""So many lines of a file are quoted where they contradict each other; of more, the others are counted."""

STYLES = {
    Answer.EXPRESSIBLE: "yes",
    Answer.INEXPRESSIBLE: "no",
    Answer.UNDECIDED: "open",
    None: "none",
}
"""For the style sheet, which sets a colour and a mark beside the word."""

WORDS = {
    Answer.EXPRESSIBLE: "yes",
    Answer.INEXPRESSIBLE: "no",
    Answer.UNDECIDED: "open",
    None: "not asked",
}


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """An answer of the matrix, with where the page gives its reason."""

    style: str
    word: str
    label: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """An answer to a task in one formalism with all that is said of it.

    quoted: the lines of the file that contradict each other, and how many more there are. figures: with their
    captions. elsewhere: the formalism where an equal conflict is drawn.
    """

    id: str
    formalism: str
    style: str
    word: str
    line: str
    size: str
    text: str
    quoted: tuple[tuple[int, str], ...]
    unquoted: int
    figures: tuple[tuple[Figure, str], ...]
    elsewhere: str | None


@dataclass(frozen=True, slots=True)
class TaskSection:
    """A task: what it asks, what expresses it most cheaply, every proof, what would mend it."""

    id: str
    name: str
    document: str
    text: str
    environment: tuple[str, str]
    cheapest: tuple[Proof, ...]
    perhaps: str
    proofs: tuple[Proof, ...]
    repairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A thing of a document with its text and pictures."""

    id: str
    title: str
    document: str
    text: str
    figures: tuple[tuple[str, Figure], ...]


def comparison_page(comparison: Comparison) -> str:
    """Return the page of a comparison, with the repairs that are known."""
    gallery = Gallery.beside(len(comparison.answered))
    places = {id(document): k for k, document in enumerate(comparison.documents)}
    environments = [
        _environment(f"d{places[id(document)]}-e{k}", environment.name, document, gallery)
        for document in comparison.documents
        for k, environment in enumerate(document.environments)
    ]
    homes = {
        (id(document), environment.name): f"d{places[id(document)]}-e{k}"
        for document in comparison.documents
        for k, environment in enumerate(document.environments)
    }
    tasks = [_task(comparison, k, row, homes, gallery) for k, row in enumerate(comparison.rows)]
    objectives = [
        _objective(f"d{places[id(document)]}-o{k}", objective, document, gallery)
        for document in comparison.documents
        for k, objective in enumerate(document.objectives)
    ]
    asked = {one.formalism for one in comparison.answered}
    counted = Counter(answer_in(one) for one in comparison.answered)
    columns = comparison.columns()
    return render(
        "comparison.html",
        several=len(comparison.documents) > 1,
        names=[document.source.name for document in comparison.documents],
        columns=[column.formalisms for column in columns],
        groups=[
            (name, [(tasks[k], _cells(k, row, columns)) for k, row in rows])
            for name, rows in groupby(enumerate(comparison.rows), lambda at: at[1].document.source.name)
        ],
        tally=[(WORDS[answer], answer.value, counted[answer]) for answer in Answer if counted[answer]],
        formalism_count=len(asked),
        tasks=tasks,
        environments=environments,
        objectives=objectives,
        skipped=_skipped(comparison),
        pages=formalism_pages(name for name in comparison.formalisms if name in asked),
    )


def _cells(number: int, row: Row, columns: Sequence[Column]) -> list[MatrixCell]:
    found = []
    for column in columns:
        answer = column.answers[number]
        said = "not asked" if answer is None else answer.value
        label = f"{row.task.name} in {', '.join(column.formalisms)}: {said}"
        href = None if answer is None else f"#t{number}-{column.formalisms[0]}"
        found.append(MatrixCell(STYLES[answer], WORDS[answer], label, href))
    return found


def _task(
    comparison: Comparison, number: int, row: Row, homes: dict[tuple[int, str], str], gallery: Gallery
) -> TaskSection:
    best = {one.formalism for one in row.cheapest()}
    drawn: dict[object, str] = {}
    proofs = tuple(_proof(number, row, one, gallery, drawn, one.formalism in best) for one in row.answered)
    environment = row.task.environments[0].name
    repairs: dict[str, list[str]] = {}
    for one in row.answered:
        known = comparison.known_repairs(number, one.formalism)
        if known is not None and len(known.preferences) > 1:
            repairs.setdefault(repairs_text(row, known), []).append(one.formalism)
    return TaskSection(
        id=f"t{number}",
        name=row.task.name,
        document=row.document.source.name,
        text=_text(row),
        environment=(homes[id(row.document), environment], environment),
        cheapest=tuple(one for one in proofs if one.formalism in best),
        perhaps=", ".join(perhaps_cheaper(row.answered, row.cheapest())),
        proofs=proofs,
        repairs=tuple((", ".join(ids), text) for text, ids in repairs.items()),
    )


def _text(row: Row) -> str:
    """Return a task as it is written, with the policies that it names."""
    task = row.task
    lines = []
    for model, policy in task.policies:
        if policy.name is not None:
            lines.append(print_policy(policy, task.environments[model]))
    return "".join(dict.fromkeys(lines)) + print_task(task, row.document.options)


def _proof(
    number: int,
    row: Row,
    one: Answered,
    gallery: Gallery,
    drawn: dict[object, str],
    is_cheapest: bool,
) -> Proof:
    answer, task, source = answer_in(one), row.task, row.document.source
    figures, elsewhere = _pictures(task, one, gallery, drawn, is_cheapest)
    numbers = () if not isinstance(one.verdict, Inexpressible) else one.verdict.certificate.words().lines
    return Proof(
        id=f"t{number}-{one.formalism}",
        formalism=one.formalism,
        style=STYLES[answer],
        word=WORDS[answer],
        line=proof_line(one.verdict),
        size=size_text(size_of_witness(one.verdict)),
        text=_explained(one.verdict),
        quoted=tuple((k, source.line(k).strip().expandtabs(4)) for k in numbers[:MOST_LINES]),
        unquoted=max(0, len(numbers) - MOST_LINES),
        figures=figures,
        elsewhere=elsewhere,
    )


def _explained(verdict: Verdict) -> str:
    match verdict:
        case Expressible(witness=witness):
            return witness.explain()
        case Inexpressible(certificate=certificate):
            return certificate.explain()
        case _:
            return verdict.reason


def _pictures(
    task: Task, one: Answered, gallery: Gallery, drawn: dict[object, str], is_cheapest: bool
) -> tuple[tuple[tuple[Figure, str], ...], str | None]:
    """Return the witness rewards on their environment, or the conflict: drawn once where several share it."""
    match one.verdict:
        case Expressible(witness=witness) if isinstance(witness.proof, MachineWitness):
            make = partial(witness_machine_picture, witness.question, witness.proof, title="witness machine")
            return ((gallery.figure(make), "The machine, and what it pays in each of its states."),), None
        case Expressible(witness=witness) if is_cheapest or one.formalism == "mr":
            environment, figures = task.environments[0], []
            rewards = _rewards(witness.proof)
            for k, entries in enumerate(rewards, 1):
                which = "the reward" if len(rewards) == 1 else f"reward {k} of {len(rewards)}"
                make = partial(environment_picture, environment, reward=entries, title=f"witness: {which}")
                figures.append((gallery.figure(make), f"What {which} pays in {environment.name}."))
            return tuple(figures), None
        case Inexpressible(certificate=certificate):
            terms = getattr(certificate.proof, "terms", ())
            if not terms or not all(isinstance(term, Term) for term in terms):
                return (), None
            sides = tuple((term.model, term.better, term.worse) for term in terms)
            if sides in drawn:
                return (), drawn[sides]
            drawn[sides] = one.formalism
            make = partial(conflict_picture, task, terms, title=f"conflict in {one.formalism}")
            caption = "The constraints that contradict each other, with their weights."
            return ((gallery.figure(make), caption),), None
    return (), None


def _rewards(proof: object) -> list[Sequence[RewardEntry]]:
    """Return the rewards of a witness that can be drawn: none where some cannot, or where they are many."""
    several = (*getattr(proof, "rewards", ()), *getattr(proof, "thresholds", ()))
    listed = [getattr(one, "reward", one) for one in (several or (proof,))]
    found: list[Sequence[RewardEntry]] = [some for some in listed if isinstance(some, tuple) and some]
    is_plain = all(
        isinstance(x, RewardEntry) and not isinstance(x.value, tuple) for some in found for x in some
    )
    return found if is_plain and len(found) == len(listed) <= MOST_REWARDS else []


def _environment(anchor: str, name: str, document: Document, gallery: Gallery) -> Drawn:
    environment = document.environment(name)
    figure = gallery.figure(partial(environment_picture, environment, title=name))
    text = print_environment(environment)
    return Drawn(anchor, name, document.source.name, text, (("", figure),))


def _objective(anchor: str, objective: Objective, document: Document, gallery: Gallery) -> Drawn:
    """Return an objective with its picture and that of its product, where it has them."""
    figures: list[tuple[str, Figure]] = []
    formalism = find_formalism(objective.formalism)
    first = gallery.figure(partial(objective_picture, objective))
    if first.svg is not None:
        figures.append(("", first))
    if formalism is not None and formalism.product is not None:
        title = f"product of {objective.name}"
        product = gallery.figure(lambda: product_picture(find_product(objective), title=title))
        figures.append((f"The product of {objective.name} with {objective.environment.name}", product))
    return Drawn(anchor, objective.name, document.source.name, print_objective(objective), tuple(figures))


def _skipped(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what was asked about no task, and what it needs."""
    asked = {one.formalism for one in comparison.answered}
    needs: dict[str, dict[str, None]] = {}
    for one in comparison.skipped:
        if one.formalism not in asked:
            needs.setdefault(one.needs, {})[one.formalism] = None
    return [(", ".join(ids), need) for need, ids in needs.items()]
