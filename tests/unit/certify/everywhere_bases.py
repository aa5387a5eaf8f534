"""Documents about any discount that hold, conflicts at each or a witness at one, to be altered."""

from __future__ import annotations

import json
from dataclasses import replace

from certify_checker import Json

from specexpr.certify.checking import Answer, kind_of, size_of
from specexpr.certify.model import Machine, Setting
from specexpr.certify.observing import observations
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import Answered
from specexpr.document import loads
from specexpr.expressivity.everywhere import decide_everywhere
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import (
    Certificate,
    Expressible,
    Inexpressible,
    Undecided,
    Verdict,
    Witness,
)
from specexpr.report.results import results_document

CLOCK = """
environment clock {
  states s0 m1 m2 u z; actions a b x y w; start s0
  s0 / a -> u; s0 / b -> m1; m1 / w -> m2; m2 / w -> u; u / x -> z; u / y -> z; z / w -> z
}
policy A in clock { s0 -> a; u -> x; * -> w }
policy B in clock { s0 -> b; u -> y; * -> w }
policy C in clock { s0 -> { a: 1/2, b: 1/2 }; u -> { x: 2/3, y: 1/3 }; * -> w }
policy D in clock { s0 -> a; u -> y; * -> w }
policy E in clock { s0 -> b; u -> x; * -> w }
policy F in clock { s0 -> { a: 1/3, b: 2/3 }; u -> { x: 1/2, y: 1/2 }; * -> w }
"""

ONE = """
environment one { states s; actions w p; start s; s / * -> s }
policy w in one { * -> w }
policy p in one { * -> p }
"""

ENTAILMENT = """
environment entailment { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in entailment { * -> a }
policy ab in entailment { s0 -> a; s1 -> b }
policy ba in entailment { s0 -> b; s1 -> a }
policy bb in entailment { * -> b }
"""

FAMILY = """
environment one { states s w; actions a b; start s; s / a -> w; s / b -> { s: 1/2, w: 1/2 }; w / * -> w }
environment two { states s w; actions a b; start s; s / a -> w; s / b -> { s: 3/4, w: 1/4 }; w / * -> w }
family both { one two }
policy x in both { * -> a }
policy y in both { * -> b }
"""


def steps(word: str) -> str:
    return "(" + " ".join(f"s {letter}" for letter in word) + ")"


GOLDEN = f"{steps('wpp')} >= {steps('pww')}; trajectories {steps('pww')} >= {steps('wpp')}"
WORK, PLAY = f"trajectories {steps('www')} > {steps('ppp')}", f"trajectories {steps('ppp')} > {steps('www')}"

TASKS = (
    (CLOCK, "in clock { C > A; C > B; C > D }"),
    (CLOCK, "in clock { C > A; C > B; C > D; C > E }"),
    (CLOCK, "in clock { A ~ B ~ C; A > D }"),
    (CLOCK, "in clock { A >= B >= C; C >= A; A > D }"),
    (CLOCK, "in clock { A ~ B ~ C; A > D; F > A }"),
    (CLOCK, "in clock { accept equally A B C over A B C D }"),
    (CLOCK, "in clock { accept A B over A B C D E }"),
    (CLOCK, "in clock { accept C over A B C D E }"),
    (CLOCK, "in clock { accept A B; modulo unreachable }"),
    (ONE, f"in one {{ trajectories {GOLDEN}; {WORK} }}"),
    (ONE, f"in one {{ trajectories {steps('wpp')} > {steps('pww')}; {PLAY} }}"),
    (
        ONE,
        f"in one {{ trajectories {steps('pppp')} > {steps('wwww')}; "
        f"trajectories {steps('wppw')} > {steps('pwww')}; trajectories {steps('pwww')} > {steps('wppp')} }}",
    ),
    (ONE, f"in one {{ trajectories {GOLDEN}; {WORK}; p >= w }}"),
    (ENTAILMENT, "in entailment { accept ab ba }"),
    (ENTAILMENT, "in entailment { accept equally aa bb }"),
    (FAMILY, "in both { in one { x > y }  in two { y > x } }"),
)

REGULARISED = (
    (CLOCK, "in clock { C > A; C > B; C > D }"),
    (CLOCK, "in clock { A > D; B > E; F > A }"),
    (CLOCK, "in clock { accept A B }"),
    (ENTAILMENT, "in entailment { accept equally aa bb }"),
    (FAMILY, "in both { in one { x > y }  in two { y > x } }"),
)


def document(environments: str, task: str, formalism: str) -> Json:
    """Return the document of a task for any discount; for machines in one with a single state."""
    parsed = loads(f"{environments}\ntask t {task}\n")
    (asked,) = parsed.tasks
    question = Question(task=asked, options=Options(modulo_unreachable=asked.options.modulo_unreachable))
    if formalism == "rm":
        moves = (0,) * len(observations(question.claim()).known)
        question = replace(question, setting=Setting(machine=Machine(("u",), (moves,))))
    proof = decide_everywhere(question.claim(), formalism, deadline=None)
    assert not isinstance(proof, Undecided), proof
    kind = kind_of(proof)
    assert kind is not None
    verdict: Verdict = Inexpressible(Certificate(question, formalism, proof))
    if kind.verdict is Answer.EXPRESSIBLE:
        verdict = Expressible(Witness(question, formalism, proof), size=size_of(proof))
    answered = [Answered(question, formalism, verdict, 0.25)]
    found: Json = json.loads(write_document(results_document(parsed, parsed.tasks, answered, ())))
    return found


EVERYWHERE_BASES = [document(*task, "mr") for task in TASKS]
EVERYWHERE_BASES += [document(*task, "rm") for task in TASKS[1:5]]
EVERYWHERE_BASES += [document(*task, "rrl") for task in REGULARISED]
