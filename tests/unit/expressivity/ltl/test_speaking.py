"""What is said of verdicts in temporal logic: whole texts, with numbers that can be added up."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from specexpr.certify.model import Setting
from specexpr.document import loads
from specexpr.expressivity.ltl.answering import answer_ltl
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Words
from specexpr.formalisms.ltl import evaluate

ONE = """
environment one { states s; actions a b; start s; s / * -> s; label push { s / a } }
policy always in one { * -> a }
policy never in one { * -> b }
policy half in one { s -> { a: 1/2, b: 1/2 } }
policy third in one { s -> { a: 1/3, b: 2/3 } }
policy fifth in one { s -> { a: 1/5, b: 4/5 } }
objective twice in one = ltl { F (push & X push) }
"""

LEAVE = """
environment leave { states s0 w; actions a b; start s0; s0 / a -> s0; s0 / b -> w; w / * -> w }
policy short in leave { s0 -> { a: 1/10, b: 9/10 }; w -> a }
policy middle in leave { s0 -> { a: 1/5, b: 4/5 }; w -> a }
policy long in leave { s0 -> { a: 3/10, b: 7/10 }; w -> a }
"""

LEVELS = """
environment levels { states s; actions a b c; start s; s / * -> s }
policy low in levels { * -> a }
policy middle in levels { * -> b }
policy high in levels { * -> c }
"""


def words(environment: str, lines: str) -> Words:
    """Return what is said of the verdict on the only task."""
    name = environment.split()[1]
    (task,) = loads(f"{environment}task t in {name} {{\n{lines}\n}}\n").tasks
    question = Question(task=task, options=task.options)
    match answer_ltl(replace(question, setting=Setting(labels=question.labels()))):
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            proof.check()
            return proof.words()
        case Undecided(reason=reason):
            raise AssertionError(reason)


def test_a_formula() -> None:
    """Its text is the summary; then in words, and the values."""
    said = words(ONE, "never > half > always")
    assert said.summary == "do b"
    assert said.text == "The formula do b\nIn words: doing b.\nValues: never = 1; half = 1/2; always = 0"


def test_an_induced_order_is_answered_by_its_objective() -> None:
    """The formula of the objective, as it is written."""
    said = words(ONE, "order half always never by twice")
    assert said.summary == "F (push & (X push))"
    assert "Values: always = half = 1; never = 0" in said.text


def test_labels_are_said() -> None:
    """Where label sets are observed the formula is one over labels."""
    said = words(ONE, "always > half; observe labels")
    assert said.text.startswith("The formula over labels ")
    assert "do " not in said.summary


def test_a_coin_has_a_name() -> None:
    """It is explained, and the formula stays short."""
    said = words(ONE, "half ~ third; fifth > half")
    assert '"coin ' in said.text
    assert (
        "of the 7 words 1100001010 1100010010 1100010100 1100100010 1100100100 1100101000 1101000010, which "
        "are equally likely to come first, one of the first 5 comes before the others."
    ) in said.text
    assert "Written out it has 520 operators and atoms; --json gives it with its coins." in said.text
    assert len(said.text) < 1_000


def test_a_short_coin_is_written_out() -> None:
    """The formula can be copied into a document, and has the values that are said."""
    said = words(ONE, "always > half; half ~ third; third > never")
    (line,) = [one for one in said.text.splitlines() if one.startswith("Written out")]
    assert "of the 2 words 110010 110100" in said.text
    copied = line.removeprefix("Written out, to be copied: ")
    document = loads(f"{ONE}objective copied in one = ltl {{ {copied} }}")
    policies = [document.policy(name) for name in ("always", "half", "third", "never")]
    one = document.objective("copied")
    assert evaluate(one.environment, one.spec, policies) == (1, Fraction(1, 2), Fraction(1, 2), 0)


def test_a_coin_of_labels_has_its_words() -> None:
    """The marker and the loop are said by label sets, as few labels as tell them."""
    said = words(ONE, "half ~ third; fifth > half; observe labels")
    assert said.text.startswith("The formula over labels ")
    assert (
        "for which (!push) comes again and again and the way (!push) (!push) from it back to it" in said.text
    )
    assert "do " not in said.text


def test_cases_over_labels() -> None:
    """What is shown stands in the place of steps."""
    said = words(ONE, "never > always; always > half; observe labels")
    assert "No formula over labels does that, as cases show." in said.text
    assert "A sequence of label sets that ends in a cycle is held by a formula or is not." in said.text
    said = words(
        LEAVE.replace("w / * -> w", "w / * -> w; label end { w }"),
        "middle > short\nmiddle > long\nobserve labels",
    )
    assert "A2: {} {} {end} ..: middle 4/25, short 9/100, long 21/100" in said.text
    assert said.lines == (7, 8)


def test_cases_with_their_additions() -> None:
    """Each case is refuted by a sum that a person can check."""
    said = words(ONE, "never > always\nalways > half")
    assert said.summary == "2 cases, none possible (lines 10, 11)"
    assert said.lines == (10, 11)
    assert said.text.splitlines() == [
        "never > always (line 10) and always > half (line 11). No formula over transitions does that, as "
        "cases show.",
        "A trajectory that ends in a cycle is held by a formula or is not. Those up to 0 steps before the "
        "cycle, with their probabilities:",
        "  A1: s ..: never 1",
        "  A2: s ..: always 1",
        "Of these, which end in a class that is no cycle, any share can be held:",
        "  S1: s ..: half 1",
        "If A2 is not held:",
        "  (always - half) <= 0, but it would have to be more than 0.",
        "If A2 is held:",
        "  (never - always) <= 1 (A1) - 1 (A2) = 0, but it would have to be more than 0.",
    ]


def test_a_case_that_could_be_put_off_for_ever() -> None:
    """What takes longer is bounded by likelihoods."""
    said = words(LEAVE, "middle > short; middle > long")
    assert said.summary.startswith("2 cases and a ray, none possible")
    lines = said.text.splitlines()
    assert "  R1: still on the way in s0: middle 1/25, short 1/100, long 9/100" in lines
    first, second = lines.index("If A1 is not held:"), lines.index("If A1 is held:")
    assert lines[first + 1 : second] == [
        "  (middle - long) <= 0, but it would have to be more than 0.",
        "    R1 adds 0 at most:",
        "      each way on is at most 8/7 times as likely under middle as under long, and "
        "1/25 * 8/7 <= 9/100",
        "      (by steps s0 a s0 2/3, s0 b w 8/7: that is the largest product on a way)",
    ]
    assert lines[second + 1 :] == [
        "  (middle - short) <= -1/10 (A1) + 7/100 (A2) + 3/100 (R1) = 0, but it would have to be more "
        "than 0.",
        "    R1 adds no more than if all of it were held, 3/100:",
        "      each way on is at most 9/8 times as likely under short as under middle, and "
        "1/100 * 9/8 <= 1/25",
        "      (by steps s0 a s0 1/2, s0 b w 9/8: that is the largest product on a way)",
    ]
    labelled = words(
        LEAVE.replace("w / * -> w", "w / * -> w; label end { w }"),
        "middle > short; middle > long; observe labels",
    )
    assert "(by steps {} 2/3, {end} 8/7" in labelled.text


def test_shares_that_go_together() -> None:
    """Laws with the same possible steps are set apart, and the rule for their shares is said."""
    said = words(ONE, "half > third; always ~ half; never ~ third")
    assert "half 1 | third 1" in said.text
    assert "all 0, all 1, or all strictly between" in said.text


def test_two_levels() -> None:
    """A certain trajectory is up and down: where labels are observed, because two of them look alike."""
    said = words(LEVELS, "high > middle\nmiddle > low")
    assert said.summary == "a policy above and below others (lines 7, 8)"
    assert "middle must satisfy it, being better than another one. But middle must not" in said.text
    said = words(LEVELS, "high > low; observe labels")
    assert "shows the same labels" in said.text


def test_policies_that_look_alike_and_mixtures() -> None:
    """What no function of trajectories does is said as for these."""
    said = words(LEAVE.replace("s0 / a -> s0", "s0 / a -> w"), "middle > short; middle > long")
    assert "every formula" in said.text
