"""Check a formalism against all laws on random small cases: the entry to the conformance kit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from random import Random

from specexpr.diagnostics import did_you_mean
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import Formalism, find_formalism, formalisms
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.documents import question_text
from specexpr.testing.generators import SIZES, awkward_names, random_environment, random_tables
from specexpr.testing.laws import (
    Allow,
    Broken,
    Confirm,
    Law,
    Subject,
    TrueValue,
    Truth,
    check_asked_again,
    check_documentation,
    check_evaluation,
    check_proof,
    check_round_trip,
    check_truth,
    decide,
    ready,
)
from specexpr.testing.metamorphic import WAYS
from specexpr.testing.questions import Kind, random_question
from specexpr.testing.shrinking import shrink


class ConformanceError(AssertionError):
    """A formalism breaks a law: which one, what was seen, the case drawn, a document that shows it."""

    def __init__(self, formalism: str, broken: Broken, *, case: str, document: str = "") -> None:
        self.formalism, self.law, self.what, self.case = formalism, broken.law, broken.what, case
        self.document = "\n".join(part for part in (document, broken.document) if part)
        said = f'"{formalism}" breaks the law "{self.law}": {self.what}\ncase: {case}'
        super().__init__(f"{said}\n\n{self.document}" if self.document else said)


@dataclass(frozen=True, slots=True)
class KindCount:
    """How the questions of one kind were answered; `skipped` were not accepted as they stand."""

    kind: Kind
    yes: int
    no: int
    undecided: int
    skipped: int


@dataclass(frozen=True, slots=True)
class ConformanceReport:
    """What was checked: how often each law, and how the answers were spread over yes and no."""

    formalism: str
    seed: int
    kinds: tuple[KindCount, ...]
    laws: tuple[tuple[Law, int], ...]
    ways: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        """Return the report as lines of text."""
        lines = [f"{self.formalism}, seed {self.seed}", "answers"]
        for k in self.kinds:
            spare = [f"{n} {name}" for n, name in ((k.undecided, "undecided"), (k.skipped, "skipped")) if n]
            lines.append(f"  {k.kind}: {', '.join([f'{k.yes} yes', f'{k.no} no', *spare])}")
        lines += ["laws", *(f"  {law}: {count}" for law, count in self.laws)]
        lines += ["asked again", *(f"  {way}: {count}" for way, count in self.ways)]
        return "\n".join(lines)


def check_formalism(
    formalism: Formalism | str,
    *,
    truth: Truth | None,
    value: TrueValue | None = None,
    confirm: Confirm | None = None,
    kinds: Iterable[Kind] = tuple(Kind),
    cases: int = 27,
    seed: int = 0,
    allow_undecided: Allow | None = None,
    prepare: Callable[[Question], Question] | None = None,
    is_asked_again: bool = True,
    unfit: Collection[str] = (),
    suits: Callable[[Environment], bool] | None = None,
) -> ConformanceReport:
    """Check every law on random small cases, smallest first; raise ConformanceError at the first failure.

    truth: question -> whether some specification answers it, by brute force from the definition.
    value: (environment, specification, policy) -> its value, likewise.
    confirm: (question, verdict) -> what is wrong with the proof by the definitions, or None.
    kinds, cases: the kinds of questions to ask, and how many of each.
    allow_undecided: (question, verdict) -> whether giving up is in order; by default it never is.
    prepare: question -> the same with options that the formalism needs, such as a horizon.
    is_asked_again: whether questions are asked again in other words; not where options name states.
    unfit: names of ways to ask again that change the answer.
    suits: in which environments there are specifications; by default in all.

    The same seed draws the same cases. Raises ValueError for a formalism that does not exist.
    """
    manifest = find_formalism(formalism) if isinstance(formalism, str) else formalism
    if manifest is None:
        hint = did_you_mean(str(formalism), formalisms(), kind="formalism")
        raise ValueError(f'"{formalism}" is not a formalism: {hint}')
    subject = Subject(
        formalism=manifest,
        truth=truth,
        value=value,
        confirm=confirm,
        allow_undecided=allow_undecided,
        prepare=prepare,
        is_asked_again=is_asked_again,
        unfit=unfit,
        suits=suits,
    )
    run = _Run(subject, seed)
    run.check_page()
    for case in range(4 * cases):
        run.check_specification(case, size=case * len(SIZES) // (4 * cases))
    asked = tuple(kinds) if manifest.decide is not None else ()
    for case in range(cases):
        for kind in asked:
            run.check_question(kind, case, size=case * len(SIZES) // cases)
    return run.report(asked)


class _Run:
    """The tallies of one check."""

    def __init__(self, subject: Subject, seed: int) -> None:
        self.subject, self.seed = subject, seed
        self.laws: Counter[Law] = Counter()
        self.ways: Counter[str] = Counter()
        self.answers: Counter[tuple[Kind, type | None]] = Counter()

    def check_page(self) -> None:
        """Check the documentation."""
        try:
            check_documentation(self.subject)
        except Broken as broken:
            raise self._error(broken, "documentation") from broken
        self.laws.update((Law.DOCUMENTED, Law.COMPLETE))

    def check_specification(self, case: int, *, size: int) -> None:
        """Check the laws of a sampled specification."""
        formalism, name = self.subject.formalism, f"specification {case}"
        if formalism.sample is None:
            return
        random = self._random(name)
        environment = random_environment(random, size)
        if random.random() < 0.3:
            environment = awkward_names(random, environment)
        if self.subject.suits is not None and not self.subject.suits(environment):
            return
        spec = formalism.sample(random, environment)
        policies = [Policy(table) for table in random_tables(random, environment.model, 4)]
        try:
            check_round_trip(self.subject, environment, spec)
            check_evaluation(self.subject, environment, spec, policies=policies)
        except Broken as broken:
            raise self._error(broken, name) from broken
        self.laws[Law.ROUND_TRIP] += formalism.print is not None
        self.laws[Law.EVALUATION] += formalism.evaluate is not None

    def check_question(self, kind: Kind, case: int, *, size: int) -> None:
        """Check the laws of a random question."""
        name = f"{kind} {case}"
        question = random_question(self._random(name), kind, size=size, objectives=(self.subject.formalism,))
        if ready(self.subject, question) is None:
            self.answers[kind, None] += 1
            return
        try:
            verdict, ways = self._examine(name, question)
        except Broken as first:
            small, broken = self._shrunk(name, question, first)
            raise self._error(broken, name, document=question_text(small)) from broken
        self.answers[kind, type(verdict)] += 1
        self.ways.update(ways)
        given = (Law.ANSWERS, Law.SUBJECT, Law.PROOF)
        known = ((Law.TRUTH, self.subject.truth), (Law.CONFIRMED, self.subject.confirm))
        self.laws.update((*given, *(law for law, by in known if by is not None)))
        self.laws[Law.ASKED_AGAIN] += len(ways)

    def report(self, kinds: tuple[Kind, ...]) -> ConformanceReport:
        """Return the tallies."""
        counts = tuple(
            KindCount(kind, *(self.answers[kind, t] for t in (Expressible, Inexpressible, Undecided, None)))
            for kind in kinds
        )
        formalism = self.subject.formalism.id
        laws = tuple((law, self.laws[law]) for law in Law if self.laws[law])
        return ConformanceReport(formalism, self.seed, counts, laws, tuple(sorted(self.ways.items())))

    def _examine(self, name: str, question: Question) -> tuple[Verdict, list[str]]:
        """Check all that can be asked of one question; return the verdict and the ways it was asked again."""
        asked = ready(self.subject, question)
        assert asked is not None
        verdict = decide(self.subject, asked)
        check_truth(self.subject, asked, verdict)
        check_proof(self.subject, asked, verdict)
        random = self._random(name)
        again = (check_asked_again(self.subject, question, verdict, way=way, random=random) for way in WAYS)
        return verdict, [way.name for way, applied in zip(WAYS, again, strict=True) if applied]

    def _shrunk(self, name: str, question: Question, broken: Broken) -> tuple[Question, Broken]:
        """Return a smaller question that breaks the same law, and how."""
        found = [broken]

        def still_fails(smaller: Question) -> bool:
            try:
                self._examine(name, smaller)
            except Broken as other:
                if other.law is broken.law:
                    found.append(other)
                    return True
            return False

        return shrink(question, still_fails), found[-1]

    def _random(self, name: str) -> Random:
        return Random(f"{self.seed}, {name}")

    def _error(self, broken: Broken, name: str, *, document: str = "") -> ConformanceError:
        return ConformanceError(
            self.subject.formalism.id, broken, case=f"seed {self.seed}, {name}", document=document
        )
