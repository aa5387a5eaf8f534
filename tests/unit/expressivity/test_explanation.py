"""What proofs say of themselves, compared whole."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import AcceptableSet, Acceptance, Model, PolicyConstraint, Relation
from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate, RewardEntry, RewardWitness, Term
from specexpr.comparison.summary import proof_line
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Undecided, Witness
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.examples import MEMORY, corners
from tests.asking import decided, explained

MEMORY_TEXT = """
discount 9/10
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
policy bb in memory { w -> a; * -> b }
policy coin in memory { w -> a; * -> { a: 1/2, b: 1/2 } }
policy awake in memory { w -> b; * -> a }
"""

ROOMS_TEXT = """
discount 9/10
environment rooms { states s0 s1 "the attic"; actions go stay; start s0
  s0 / go -> s1; s0 / stay -> s0; s1 / * -> s1; "the attic" / * -> s0 }
policy forward in rooms { * -> go }
policy lazy in rooms { * -> stay }
policy hopeful in rooms { "the attic" -> stay; * -> go }
"""

FAMILY_TEXT = """
discount 9/10
environment tau1 { states s0 w x; actions a b; start s0; s0 / * -> w; w / * -> w; x / * -> s0 }
environment tau2 { states s0 w x; actions a b; start s0; s0 / * -> w; w / * -> w; x / * -> x }
family modal { tau1, tau2 }
policy left in modal { * -> a }
policy right in modal { s0 -> b; * -> a }
"""


def told(proof: Witness | Certificate) -> str:
    """Return what a proof says of itself."""
    return proof.explain()


def test_two_mixtures_with_one_occupancy() -> None:
    """A conflict names both mixtures, what they share, and the constraints with their lines."""
    text = MEMORY_TEXT + "task t in memory { aa > ab\n bb > ba }\n"
    assert explained(text) == (
        "Mixing aa and bb half and half visits every state-action pair exactly as often as mixing ab and ba "
        "half and half (discounted at 9/10). So every Markov reward values the two mixtures alike. Yet the "
        "task wants the first mixture to be worth more: aa > ab (line 10) and bb > ba (line 11)."
    )


def test_a_policy_may_be_a_mixture_of_others() -> None:
    """One policy against a mixture is called by its name."""
    text = MEMORY_TEXT + "task t in memory { coin > aa; coin > bb }\n"
    assert explained(text) == (
        "coin visits every state-action pair exactly as often as mixing aa and bb half and half (discounted "
        "at 9/10). So every Markov reward values both alike. Yet the task wants coin to be worth more: coin "
        "> aa and coin > bb (both line 10)."
    )


def test_ties_and_weights() -> None:
    """What cancels is left out of the mixtures; weights are said where they differ."""
    text = MEMORY_TEXT + "task t in memory { aa ~ bb > ab ~ ba }\n"
    assert explained(text) == (
        "Mixing aa and bb half and half visits every state-action pair exactly as often as mixing ab and ba "
        "half and half (discounted at 9/10). So every Markov reward values the two mixtures alike. Yet the "
        "task wants the first mixture to be worth more: aa ~ bb, bb > ab and ab ~ ba (all line 10), with "
        "weights 1, 2 and 1."
    )


def test_a_tie_with_a_negative_weight_is_turned() -> None:
    """A tie that counts backwards is read the other way round, so that the sum makes sense."""
    text = MEMORY_TEXT + "task t in memory { bb ~ aa; bb > ab; ba ~ ab }\n"
    assert explained(text) == (
        "Mixing bb and aa half and half visits every state-action pair exactly as often as mixing ab and ba "
        "half and half (discounted at 9/10). So every Markov reward values the two mixtures alike. Yet the "
        "task wants the first mixture to be worth more: aa ~ bb, bb > ab and ab ~ ba (all line 10), with "
        "weights 1, 2 and 1."
    )


def test_weak_constraints() -> None:
    """A weak constraint is shown as it stands."""
    text = MEMORY_TEXT + "task t in memory { aa >= ab\n bb > ba }\n"
    assert explained(text) == (
        "Mixing aa and bb half and half visits every state-action pair exactly as often as mixing ab and ba "
        "half and half (discounted at 9/10). So every Markov reward values the two mixtures alike. Yet the "
        "task wants the first mixture to be worth more: aa >= ab (line 10) and bb > ba (line 11)."
    )


def test_an_acceptable_set_over_a_list() -> None:
    """The pairs of an acceptable set are told as one: what is accepted and what is not."""
    text = MEMORY_TEXT + "task t in memory { accept aa bb over ab ba coin }\n"
    assert explained(text) == (
        "Mixing aa and bb half and half visits every state-action pair exactly as often as mixing ab and ba "
        "half and half (discounted at 9/10). So every Markov reward values the two mixtures alike. Yet the "
        "task wants the first mixture to be worth more: aa and bb are accepted, ab and ba are not (line 10)."
    )


def test_an_equally_acceptable_set() -> None:
    """Ties between accepted policies count with the set."""
    text = MEMORY_TEXT + "task t in memory { accept equally aa bb over ab ba }\n"
    assert explained(text) == (
        "Mixing bb and aa half and half visits every state-action pair exactly as often as mixing ab and ba "
        "half and half (discounted at 9/10). So every Markov reward values the two mixtures alike. Yet the "
        "task wants the first mixture to be worth more: bb and aa are accepted equally, ab and ba are not "
        "(line 10)."
    )


def test_policies_without_a_name_are_told_from_the_nearest_named_one() -> None:
    """A policy that the file does not name is one that it names, but for a state or a few."""
    question = _memory_question(named=["aa", "bb"], good=["aa", "bb"])
    verdict = decide_markov_reward(question)
    assert isinstance(verdict, Inexpressible)
    assert verdict.certificate.explain() == (
        "Mixing aa and bb half and half visits every state-action pair exactly as often as mixing (aa "
        "except b in s) and (aa except b in z) half and half (discounted at 1/2). So every Markov reward "
        "values the two mixtures alike. Yet the task wants the first mixture to be worth more: aa and bb "
        "are accepted, (aa except b in s) and (aa except b in z) are not (line 3)."
    )


def test_policies_without_a_name_are_written_out_where_nothing_is_named() -> None:
    """Without any named policy the tables are written as in the language, choices only."""
    question = _memory_question(named=[], good=["aa", "bb"])
    verdict = decide_markov_reward(question)
    assert isinstance(verdict, Inexpressible)
    assert verdict.certificate.explain() == (
        "Mixing {* -> a} and {* -> b} half and half visits every state-action pair exactly as often as "
        "mixing {s -> b; z -> a} and {s -> a; z -> b} half and half (discounted at 1/2). So every Markov "
        "reward values the two mixtures alike. Yet the task wants the first mixture to be worth more: {* -> "
        "a} and {* -> b} are accepted, {s -> b; z -> a} and {s -> a; z -> b} are not (line 3)."
    )


def test_other_named_policies_of_the_environment_lend_their_names() -> None:
    """A policy that the task does not mention is called by the name that the file gives it."""
    question = _memory_question(named=["aa", "bb"], good=["aa", "bb"], others=["ab", "ba"])
    verdict = decide_markov_reward(question)
    assert isinstance(verdict, Inexpressible)
    assert "as mixing ba and ab half and half" in verdict.certificate.explain()


def test_a_preference_between_policies_that_behave_alike() -> None:
    """A conflict of one constraint says where the two differ and that neither goes there."""
    text = ROOMS_TEXT + "task t in rooms { hopeful > forward }\n"
    assert explained(text) == (
        'hopeful > forward (line 8), but they behave alike: they differ only in "the attic", which neither '
        "reaches. No Markov reward can tell them apart."
    )


def test_acceptable_and_not_though_they_behave_alike() -> None:
    """For an acceptable set the remedy is named."""
    text = ROOMS_TEXT + "task t in rooms { accept forward }\n"
    assert explained(text) == (
        "forward is accepted, hopeful is not (line 8), but they behave alike: they differ only in "
        '"the attic", '
        "which neither reaches. No Markov reward can tell them apart; `modulo unreachable` counts them as "
        "one."
    )


def test_a_chain_between_policies_that_behave_alike() -> None:
    """Constraints that put a policy above one that behaves like it are told as such."""
    text = ROOMS_TEXT + "task t in rooms { hopeful > lazy >= forward }\n"
    assert explained(text) == (
        'hopeful and forward behave alike: they differ only in "the attic", which neither reaches. So every '
        "Markov "
        "reward values them alike. Yet the task wants hopeful to be worth more: hopeful > lazy and lazy >= "
        "forward (both line 8)."
    )


def test_a_family_names_the_environments() -> None:
    """In a family every policy comes with its environment, and one reward must serve all."""
    text = FAMILY_TEXT + "task t in modal { in tau1 { right > left }\n in tau2 { accept left over right } }\n"
    assert explained(text) == (
        "Mixing right in tau1 and left in tau2 half and half takes every transition exactly as often as "
        "mixing left in tau1 and right in tau2 half and half (discounted at 9/10). So every Markov reward "
        "shared by the environments values the two mixtures alike. Yet the task wants the first mixture to "
        "be worth more: in tau1 right > left (line 8) and in tau2 left is accepted, right is not (line 9)."
    )


def test_trajectories() -> None:
    """Sequences are written as in the file."""
    text = (
        MEMORY_TEXT
        + "task t in memory { trajectories (s a z b) > (s b z b)\n trajectories (s b z a) > (s a z a) }\n"
    )
    assert explained(text) == (
        "Mixing (s a z b) and (s b z a) half and half visits every state-action pair exactly as often as "
        "mixing (s b z b) and (s a z a) half and half (discounted at 9/10). So every Markov reward values "
        "the two mixtures alike. Yet the task wants the first mixture to be worth more: (s a z b) > (s b z "
        "b) (line 10) and (s b z a) > (s a z a) (line 11)."
    )


def test_constraints_that_contradict_each_other_outright() -> None:
    """Where everything cancels, no occupancy matters."""
    one, other = corners(MEMORY)["aaa"], corners(MEMORY)["bba"]
    terms = (
        Term(0, one, other, Relation.STRICT, Fraction(1), 3),
        Term(0, other, one, Relation.WEAK, Fraction(1), 4),
    )
    question = _memory_question(named=["aa", "bb"], good=["aa"])
    weak = PolicyConstraint(0, other, one, Relation.WEAK, 4)
    question = replace(question, task=replace(question.task, constraints=(weak,)))
    proof = FarkasCertificate(Fraction(1, 2), terms, ())
    assert told(Certificate(question, "mr", proof)) == (
        "The constraints contradict each other whatever the policies are worth: aa is accepted, bb is not "
        "(line 3) and bb >= aa (line 4)."
    )


LONG = "\n".join(
    [
        "  (p0 except b in s9) > p0 (line 9), weight about 0.1",
        "  (p0 except b in s8) > p0 (line 8), weight about 0.1",
        "  (p0 except b in s7) > p0 (line 7), weight about 0.1",
        "  (p0 except b in s6) > p0 (line 6), weight about 0.1",
        "  (p0 except b in s5) > p0 (line 5), weight about 0.1",
    ]
)


def test_a_long_conflict_is_counted_and_its_heaviest_constraints_are_listed() -> None:
    """More than eight policies on a side are counted, and large fractions are rounded in words."""
    assert told(_long(FarkasCertificate(Fraction(1, 2), _long_terms(10), ()))) == (
        "A mixture of 10 policies visits every state-action pair exactly as often as p0 (discounted at "
        "1/2). So every Markov reward values both alike. Yet 10 constraints of the task together want the "
        f"first mixture to be worth more. The heaviest of them:\n{LONG}"
    )


def test_an_enclosure_says_that_its_weights_are_not_written_out() -> None:
    """An enclosed conflict names its heaviest constraints and claims no exact weight."""
    proof = EnclosureCertificate(Fraction(1, 2), _long_terms(10), (), (), (), Fraction(1, 10**6))
    assert told(_long(proof)) == (
        "With suitable weights, 10 constraints want one mixture of policies to be worth more than another "
        "one that visits every state-action pair exactly as often (discounted at 1/2), and every Markov "
        "reward values the two alike. The proof shows that such weights exist, close to those below, and "
        f"does not write them out. The heaviest of them:\n{LONG}"
    )


def test_a_policy_far_from_every_named_one_is_told_by_a_few_states() -> None:
    """Never are thousands of states printed: three differences and the count of the rest."""
    environment = _chain(5_000)
    far = ((_B,) * 4_000) + ((_A,) * 1_000)
    near = ((_A,) * 4_000) + ((_B,) * 1_000)
    terms = (Term(0, far, near, Relation.STRICT, Fraction(1), 7),)
    text = told(_long(FarkasCertificate(Fraction(1, 2), terms, ()), environment))
    assert "(p0 except b in s0, b in s1, b in s2, and in 3,997 more states) > (p0 except b in s4000" in text
    assert len(text) < 500


@pytest.mark.parametrize(
    ("acceptance", "words", "end"),
    [
        (
            Acceptance.RANGE,
            "accepted",
            "Yet of these mixtures only aa and bb are accepted, and to be worth more than the others.",
        ),
        (
            Acceptance.EQUAL,
            "accepted equally",
            "Yet all accepted policies are to be worth the same and all others less.",
        ),
    ],
)
def test_a_mixture_that_is_not_accepted(acceptance: Acceptance, words: str, end: str) -> None:
    """A mixture certificate names the accepted policies, the one that mixes them, and why that cannot be."""
    tables = corners(MEMORY)
    proof = MixtureCertificate(0, (tables["aaa"], tables["bba"]), tables["aba"], 3)
    question = _memory_question(named=["aa", "bb"], good=["aa", "bb"], acceptance=acceptance)
    assert told(Certificate(question, "mr", proof)) == (
        f"aa and bb are {words} (line 3). (aa except b in z) is not, although in every state that it reaches "
        "it does what one of them does there. The average of aa and bb visits every state-action pair "
        "exactly as often as some average of such mixtures, (aa except b in z) among them, so every Markov "
        f"reward values the two averages alike. {end}"
    )


def test_a_reward_and_the_values_it_gives() -> None:
    """A witness is written in the language; policies follow by value, equal ones together."""
    text = MEMORY_TEXT + "task t in memory { aa ~ ab > coin > ba ~ bb }\n"
    assert explained(text) == (
        "Markov reward, discount 9/10, 0 where nothing is listed:\n"
        "  s / b: -1\n"
        "Values: aa = ab = 0; coin = -1/2; ba = bb = -1"
    )


def test_a_reward_with_a_default() -> None:
    """Where most entries agree a wildcard says so, and what pays nothing is then listed."""
    entries = tuple(RewardEntry(s, a, None, Fraction(-1)) for s in range(1, 10) for a in range(2))
    assert told(_long_witness(RewardWitness(Fraction(1, 2), entries, ()))) == (
        "Markov reward, discount 1/2:\n  * / *: -1\n  s0 / *: 0\nValues: p0 = -1"
    )


def test_a_reward_on_steps_is_collapsed_where_next_states_agree() -> None:
    """Entries for each next state become one for the action if all possible ones pay the same."""
    entries = (RewardEntry(0, 0, 1, Fraction(2)), RewardEntry(0, 1, 0, Fraction(3)))
    proof = RewardWitness(Fraction(1, 2), entries, ())
    assert told(_long_witness(proof)) == (
        "Markov reward, discount 1/2, 0 where nothing is listed:\n"
        "  s0 / a: 2\n"
        "  s0 / b / s0: 3\n"
        "Values: p0 = 2"
    )


def test_entries_are_exact_or_said_to_be_rounded() -> None:
    """An entry is printed exactly where it fits; where one does not, the text says what is rounded."""
    exact = Fraction(10**40 + 1, 10**40 + 7)
    huge = Fraction(10**200 + 1, 10**200 + 7)
    for value, text, head in (
        (exact, f"{10**40 + 1}/{10**40 + 7}", "0 where nothing is listed:"),
        (huge, "about 1", '0 where nothing is listed, rounded where it says "about":'),
    ):
        witness = _long_witness(RewardWitness(Fraction(1, 2), (RewardEntry(0, 0, None, value),), ()))
        lines = told(witness).splitlines()
        assert lines[:2] == [f"Markov reward, discount 1/2, {head}", f"  s0 / a: {text}"]


def test_the_entries_counted_are_those_of_the_proof() -> None:
    """Wildcards shorten what is printed, not the number of entries."""
    entries = tuple(RewardEntry(s, a, None, Fraction(-1)) for s in range(10) for a in range(2))
    witness = _long_witness(RewardWitness(Fraction(1, 2), entries, ()))
    assert told(witness).startswith("Markov reward, discount 1/2:\n  * / *: -1\n")
    assert proof_line(Expressible(witness)) == "reward with 20 entries"


def test_the_values_of_what_accepted_policies_beat() -> None:
    """Beside accepted policies stand the named ones that are not, deterministic ones, where they are few."""
    text = ROOMS_TEXT + "task t in rooms { modulo unreachable; accept forward }\n"
    text += "policy half in rooms { * -> { go: 1/2, stay: 1/2 } }\n"
    values = explained(text).splitlines()[-1]
    assert values.startswith("Values: forward = ")
    assert "; lazy (not accepted) = " in values
    assert "half" not in values
    assert "hopeful" not in values
    many = "".join(f"policy n{i} in six {{ {'; '.join(rows(i))} }}\n" for i in range(9))
    text = SIX_TEXT + many + "task t in six { accept best }\n"
    assert "not accepted" not in explained(text)
    few = "".join(f"policy n{i} in six {{ {'; '.join(rows(i))} }}\n" for i in range(8))
    assert explained(SIX_TEXT + few + "task t in six { accept best }\n").count("not accepted") == 8


SIX_TEXT = """
discount 1/2
environment six { states s t u v; actions a b; start s; s / * -> t; t / * -> u; u / * -> v; v / * -> s }
policy best in six { * -> b }
"""


def rows(number: int) -> list[str]:
    """Return a policy that writes a number in binary: a for 0, b for 1."""
    return [f"{state} -> {'ab'[number >> k & 1]}" for k, state in enumerate("stuv")]


def test_a_large_reward_shows_its_first_entries_and_their_number() -> None:
    """Ten entries are listed, the others counted; values of a large environment are left out."""
    entries = tuple(RewardEntry(s, s % 2, None, Fraction(s)) for s in range(1, 2_000))
    proof = RewardWitness(Fraction(1, 2), entries, ())
    lines = told(_long_witness(proof, _chain(5_000))).splitlines()
    assert lines[:2] == ["Markov reward, discount 1/2, 0 where nothing is listed:", "  s1 / b: 1"]
    assert lines[10:] == ["  s10 / a: 10", "  ... and 1,989 more lines"]


def test_the_zero_reward() -> None:
    """A task of ties alone is met by the reward that is 0 everywhere."""
    text = ROOMS_TEXT + "task t in rooms { hopeful ~ forward }\n"
    assert (
        explained(text)
        == "The Markov reward that is 0 everywhere, discount 9/10.\nValues: forward = hopeful = 0"
    )


def test_values_in_each_environment_of_a_family() -> None:
    """In a family the values follow for each environment."""
    text = FAMILY_TEXT + "task t in modal { right > left }\n"
    assert explained(text) == (
        "Markov reward, discount 9/10, 0 where nothing is listed:\n"
        "  s0 / a: -1\n"
        "Values in tau1: right = 0; left = -1\n"
        "Values in tau2: right = 0; left = -1"
    )


@pytest.mark.parametrize(
    ("lines", "summary"),
    [
        ("aa > ba", "reward with 1 entry"),
        ("aa ~ aa", "the reward that is 0 everywhere"),
        ("aa > ab; bb > ba", "conflict of 2 constraints (line 10)"),
        ("aa > ab\n\n bb > ba", "conflict of 2 constraints (lines 10, 12)"),
    ],
)
def test_summaries(lines: str, summary: str) -> None:
    """One line says what proves a verdict."""
    assert proof_line(decided(MEMORY_TEXT + f"task t in memory {{ {lines} }}\n")) == summary


def test_summaries_of_the_other_proofs() -> None:
    """Mixtures, long conflicts and undecided questions have a line too."""
    tables = corners(MEMORY)
    mixture = MixtureCertificate(0, (tables["aaa"], tables["bba"]), tables["aba"], 3)
    long = FarkasCertificate(Fraction(1, 2), _long_terms(1_200), ())
    certificate = Certificate(_memory_question(named=[], good=["aa"]), "mr", mixture)
    assert (
        proof_line(Inexpressible(certificate)) == "a mixture of 2 accepted policies is not accepted (line 3)"
    )
    assert proof_line(Inexpressible(_long(long, _chain(1_200)))) == (
        "conflict of 1,200 constraints (lines 0, 1, 2, ...)"
    )
    alike = decided(ROOMS_TEXT + "task t in rooms { accept forward }")
    assert proof_line(alike) == "two policies that behave alike (line 8)"
    assert proof_line(Undecided("time: the limit passed")) == "time: the limit passed"
    few = RewardWitness(Fraction(1, 2), tuple(RewardEntry(s, 1, None, Fraction(s)) for s in (1, 2)), ())
    assert proof_line(Expressible(_long_witness(few))) == "reward with 2 entries"


_A, _B = ((0, Fraction(1)),), ((1, Fraction(1)),)


def _memory_question(
    *,
    named: list[str],
    good: list[str],
    others: list[str] | None = None,
    acceptance: Acceptance = Acceptance.RANGE,
) -> Question:
    """Return the question whether some of the four policies are acceptable, some of them with a name."""
    tables = {word[:2]: table for word, table in corners(MEMORY).items()}
    accepted = AcceptableSet(0, tuple(tables[word] for word in good), None, acceptance, 3)
    task = Task(
        name="t",
        scope="memory",
        environments=(Environment("memory", MEMORY),),
        policies=tuple((0, Policy(tables[word], word)) for word in named),
        acceptable=(accepted,),
        others=tuple((0, Policy(tables[word], word)) for word in others or ()),
    )
    return Question(task=task, options=Options(discount=Fraction(1, 2)))


def _chain(size: int) -> Environment:
    """Return states in a row under two actions that do the same; a alone matters at the end."""
    names = tuple(f"s{s}" for s in range(size))
    rows = tuple(
        {0: ((min(s + 1, size - 1), Fraction(1)),), 1: ((min(s + 1, size - 1), Fraction(1)),)}
        for s in range(size)
    )
    return Environment("chain", Model(names, ("a", "b"), ((0, Fraction(1)),), rows))


def _long_terms(size: int) -> tuple[Term, ...]:
    """Return terms with awkward weights: some policy that differs from p0 in one state is better than p0."""
    base = (_A,) * size
    return tuple(
        Term(0, (*base[:k], _B, *base[k + 1 :]), base, Relation.STRICT, Fraction(10**9 + k, 10**10 + 45), k)
        for k in range(size)
    )


def _long_question(environment: Environment) -> Question:
    policy = Policy((_A,) * len(environment.states), "p0")
    task = Task(name="t", scope="chain", environments=(environment,), policies=((0, policy),))
    return Question(task=task, options=Options(discount=Fraction(1, 2)))


def _long(
    proof: FarkasCertificate | EnclosureCertificate, environment: Environment | None = None
) -> Certificate:
    return Certificate(_long_question(environment or _chain(10)), "mr", proof)


def _long_witness(proof: RewardWitness, environment: Environment | None = None) -> Witness:
    return Witness(_long_question(environment or _chain(10)), "mr", proof)
