"""What can be asked is asked, within its time; what cannot is said before anything is decided."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import pytest

import specexpr as sx
from specexpr.certify.proofs import RewardWitness
from specexpr.comparison import asking
from specexpr.comparison.asking import (
    Inquiry,
    answers,
    ask,
    check,
    given_options,
    named_formalisms,
    plan,
    without_use,
)
from specexpr.diagnostics import IllPosed, InternalError
from specexpr.document import loads
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Verdict, Witness
from specexpr.formalism import Formalism, find_formalism

TEXT = """
environment rooms {
  states s0 s1
  actions stay go
  start s0
  s0 / stay -> s0
  s0 / go   -> s1
  s1 / *    -> s1
}
policy here  in rooms { * -> stay }
policy there in rooms { * -> go }
policy late  in rooms { s0 -> stay; s1 -> go }
task move in rooms { there > here }
task alike in rooms { here > late }
task set in rooms { accept here }
"""


@pytest.fixture
def document() -> sx.Document:
    return sx.loads(TEXT)


def formalism(**changes: object) -> Formalism:
    found = find_formalism("mr")
    assert found is not None
    return replace(found, **changes)  # type: ignore[arg-type]  # the fields are the tests' own


def question(document: sx.Document, task: str = "move") -> Question:
    return Question(task=document.task(task), options=Options(discount=Fraction(9, 10)))


def test_verdicts(document: sx.Document) -> None:
    """A formalism is found by id and keyword, a discount is read exactly; proofs hold when checked again."""
    for discount in "9/10", "0.9", Fraction(9, 10):
        for name in "mr", "reward":
            verdict = check(document.task("move"), name, discount=discount)
            assert isinstance(verdict, sx.Expressible)
            assert verdict.witness.question.options.discount == Fraction(9, 10)
            verdict.witness.check()
    verdict = check(document.task("alike"), "mr", discount="9/10")
    assert isinstance(verdict, sx.Inexpressible)
    verdict.certificate.check()


def test_options_override(document: sx.Document) -> None:
    """`modulo_unreachable` counts policies that behave alike as one: the set becomes expressible."""
    task = document.task("set")
    assert isinstance(check(task, "mr", discount="1/2"), sx.Inexpressible)
    assert isinstance(check(task, "mr", discount="1/2", modulo_unreachable=True), sx.Expressible)


def test_same_question_same_verdict(document: sx.Document) -> None:
    """A verdict does not remember when it was asked."""
    task = document.task("move")
    assert check(task, "mr", discount="1/2", timeout=30) == check(task, "mr", discount="1/2")


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"machine_states": 0}, sx.SpecError, "machine states must be a whole number"),
        ({"horizon": 0}, sx.SpecError, "horizon must be a whole number"),
        ({"horizon": "3"}, TypeError, "horizon must be an int, not str"),
        ({"horizon": True}, TypeError, "horizon must be an int, not bool"),
        ({"beta": 0.5}, TypeError, 'beta is exact: write "0.5" in quotes'),
        ({"beta": "0"}, sx.SpecError, "beta must be more than 0 and at most 1, 0 is not"),
        ({"beta": Fraction(3, 2)}, sx.SpecError, "beta must be more than 0 and at most 1, 3/2 is not"),
        ({"beta": ".8"}, sx.SpecError, "beta .8 is not a number .write 0.8."),
        ({"structure": "nope"}, TypeError, "structure must be an objective, not str"),
        ({"observe": True}, TypeError, 'there is no option "observe"; the options of a question are'),
        ({"discount": "1"}, sx.SpecError, "strictly between 0 and 1"),
        ({"discount": Fraction(0)}, sx.SpecError, "strictly between 0 and 1"),
        ({"discount": "half"}, sx.SpecError, "not a number"),
        ({"discount": ".8"}, sx.SpecError, 'the discount ".8" is not a number .write 0.8.'),
        ({"discount": "1/0"}, sx.SpecError, "denominator"),
        ({"discount": 0.5}, TypeError, 'write "0.5" in quotes'),
        ({"discount": "1/2", "timeout": 0}, ValueError, "positive"),
        ({"discount": "1/2", "timeout": float("nan")}, ValueError, "positive"),
    ],
)
def test_wrong_options(
    document: sx.Document, options: dict[str, object], error: type[Exception], said: str
) -> None:
    """A question that cannot be asked is an error that says what to give."""
    with pytest.raises(error, match=said):
        check(document.task("move"), "mr", **options)  # type: ignore[arg-type]  # wrong on purpose


def test_wrong_names(document: sx.Document) -> None:
    """An unknown formalism is answered with the nearest one, a task that is none with how to get one."""
    with pytest.raises(sx.SpecError, match='did you mean "reward"'):
        check(document.task("move"), "rewrad")
    with pytest.raises(TypeError, match=r"document\.task"):
        check("move", "mr")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(sx.SpecError) as caught:
        named_formalisms(["one", "mr", "two"])
    assert len(caught.value.diagnostics) == 2


def test_names_once() -> None:
    """A formalism that is named twice, by id and keyword, is asked once."""
    assert [f.id for f in named_formalisms(["mr", "reward"])] == ["mr"]


def test_skipped_or_refused(document: sx.Document, monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs more is skipped while another formalism answers, and refused by name or when none does."""
    easy = formalism(id="easy", keyword=None, needs=None)
    hard = formalism(id="hard", keyword=None, needs=lambda question: "a return: give --given")
    monkeypatch.setattr(asking, "deciding", lambda: (easy, hard))
    tasks = [document.task("move")]
    planned = plan(tasks)
    assert [(one.question.task.name, one.formalism.id) for one in planned.inquiries] == [("move", "easy")]
    assert [(one.task, one.formalism, one.needs) for one in planned.skipped] == [
        ("move", "hard", "a return: give --given")
    ]
    assert planned.refused == ()
    by_name = plan(tasks, [easy, hard])
    assert (by_name.inquiries, by_name.skipped) == (planned.inquiries, planned.skipped)
    (said,) = by_name.refused
    assert said.message == 'task "move" cannot be asked in hard without a return'
    with pytest.raises(sx.IllPosed, match=r"in hard without a return \(give --given\)"):
        plan(tasks, [hard])
    monkeypatch.setattr(asking, "deciding", lambda: (hard,))
    with pytest.raises(sx.IllPosed, match="in hard without a return"):
        plan(tasks)


def test_options_without_use(document: sx.Document) -> None:
    """An option is of use if one of the formalisms that are asked looks at it."""
    options = given_options(discount="any", horizon=3, machine_states=2, modulo_unreachable=True)
    tasks = [document.task("move")]
    found = without_use(plan(tasks, named_formalisms(["ltl", "mr"]), options=options), options)
    assert found == {"horizon": ("horizon",), "machine_states": ("rm",)}
    found = without_use(plan(tasks, named_formalisms(["horizon", "ltl"]), options=options), options)
    assert found.keys() == {"discount", "machine_states"}
    assert "mr" in found["discount"]
    assert without_use(plan(tasks, named_formalisms(["rm", "horizon"]), options=options), options) == {}
    assert without_use(plan(tasks, options=options), options) == {}
    assert without_use(plan([], options=options), options) == {}


def test_evaluation_only(document: sx.Document) -> None:
    """A formalism that only evaluates cannot be asked, and says so."""
    with pytest.raises(sx.IllPosed, match="it only evaluates"):
        plan([document.task("move")], [formalism(decide=None)])


def test_deadline_is_given_and_enforced(document: sx.Document, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision is told its deadline; one that does not look at the clock is ended soon after it."""
    monkeypatch.setattr(asking, "GRACE", 0.1)
    told: list[float] = []

    def deaf(question: Question) -> sx.Verdict:
        assert question.deadline is not None
        told.append(question.deadline - time.monotonic())
        while True:
            pass

    answered = ask(Inquiry(question(document), formalism(decide=deaf)), timeout=0.2)
    assert 0.1 < told[0] <= 0.2
    assert isinstance(answered.verdict, sx.Undecided)
    assert answered.verdict.reason.startswith("time")
    assert 0.2 < answered.seconds < 5


def test_out_of_memory(document: sx.Document) -> None:
    """A decision that needs more memory than there is stays undecided."""

    def greedy(question: Question) -> sx.Verdict:
        raise MemoryError

    answered = ask(Inquiry(question(document), formalism(decide=greedy)))
    assert isinstance(answered.verdict, sx.Undecided)
    assert answered.verdict.reason.startswith("limit")


def test_answers_come_one_by_one(document: sx.Document) -> None:
    """Each question is announced before it is decided, and its answer comes before the next is."""
    planned = plan(document.tasks, named_formalisms(["mr"]), options=given_options(discount="1/2"))
    heard: list[str] = []
    for number, answered in enumerate(
        answers(planned, begin=lambda one: heard.append(one.question.task.name)), 1
    ):
        assert len(heard) == number
        assert answered.question.task.name == heard[-1]
    assert heard == ["move", "alike", "set"]


def test_arguments_of_another_type(document: sx.Document) -> None:
    """A TypeError names the argument, what it must be and what was given."""
    task = document.task("move")
    with pytest.raises(TypeError, match='formalism must be a name such as "mr", not list'):
        check(task, ["mr"], discount="1/2")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="timeout must be a number of seconds, not str"):
        check(task, "mr", discount="1/2", timeout="x")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="text must be a str, not NoneType"):
        sx.loads(None)  # type: ignore[arg-type]  # that is the point


def test_the_kernel_sees_every_verdict() -> None:
    """A formalism that says yes with a proof that does not hold, or of the wrong kind, gives no verdict."""
    document = loads(
        "environment e { states s t; actions a b; start s; s / a -> s; s / b -> t; t / * -> t }\n"
        "policy p in e { * -> a }\npolicy q in e { * -> b }\ntask t in e { p > q; discount 1/2 }"
    )
    question = Question(task=document.task("t"), options=document.task("t").options)
    nothing = RewardWitness(Fraction(1, 2), (), ())
    honest = ask(Inquiry(question, find_formalism("mr"))).verdict
    assert isinstance(honest, Expressible)

    def says(verdict: Verdict) -> Inquiry:
        liar = Formalism(id="mr", keyword=None, title="", documentation="", decide=lambda question: verdict)
        return Inquiry(question, liar)

    for verdict, words in (
        (Expressible(Witness(question, "mr", nothing)), "proof shows nothing: the reward does not show"),
        (
            Inexpressible(Certificate(question, "mr", honest.witness.proof)),
            "says inexpressible, but its proof shows expressible",
        ),
    ):
        with pytest.raises(InternalError, match=words):
            ask(says(verdict))


def test_a_task_built_by_hand_must_be_well_formed() -> None:
    """Probabilities 2 and -1 are no policy, whatever a reward would make of them."""
    document = loads(
        "environment e { states s t; actions a b; start s; s / a -> s; s / b -> t; t / * -> t }\n"
        "policy p in e { * -> a }\npolicy q in e { * -> b }\ntask t in e { p > q; discount 1/2 }"
    )
    task = document.task("t")
    odd = (((0, Fraction(2)), (1, Fraction(-1))), ((0, Fraction(1)),))
    broken = replace(task, constraints=(replace(task.constraints[0], better=odd),))
    with pytest.raises(IllPosed, match="a policy must have positive probabilities"):
        check(broken, "mr")
