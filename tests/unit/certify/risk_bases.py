"""Documents with proofs about given objectives and returns that hold, to be altered by the tests."""

from __future__ import annotations

import json

from certify_checker import Json

from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

LAB = """
environment lab {
  states start n0 n1 n3 end; actions a b c d; start start
  start / a -> n1; start / b -> { n0: 1/2, n3: 1/2 }
  start / c -> { n0: 2/3, n1: 1/3 }; start / d -> { n0: 1/6, n1: 1/3, n3: 1/2 }
  n0 / a -> end; n0 / b -> n1; n1 / a -> end; n3 / a -> end; end / a -> end
}
policy A in lab { * -> a }
policy B in lab { start -> b; * -> a }
policy C in lab { start -> c; * -> a }
policy D in lab { start -> d; * -> a }
policy mixed in lab { start -> { a: 1/2, b: 1/2 }; * -> a }
policy twice in lab { start -> b; n0 -> b; * -> a }
objective gain in lab = total { n1 / a: 1; n3 / a: 3 }
objective near in lab = horizon { steps 2; n1 / a: 1; n3 / a: 3; start / b: -1/2 }
objective calm in lab = reward { discount 1/2; start / a: 1; n0 / *: 2; n3 / a / end: 1 }
"""

FAMILY = """
environment one { states s n0 n2 end; actions a b; start s
  s / a -> n2; s / b -> { n0: 1/2, n2: 1/2 }; n0 / * -> end; n2 / * -> end; end / * -> end }
environment two { states s n0 n2 end; actions a b; start { s: 1/2, n0: 1/2 }
  s / a -> n0; s / b -> { n0: 1/4, n2: 3/4 }; n0 / * -> end; n2 / * -> end; end / * -> end }
family both { one two }
policy x in both { * -> a }
policy y in both { s -> b; * -> a }
objective gain in one = total { n2 / *: 2 }
objective gain in two = total { n2 / *: 2; n0 / *: 1 }
"""

TASKS = (
    (LAB, "in lab { A > B; B > C; given gain }"),
    (LAB, "in lab { B > A; D > B; given gain }"),
    (LAB, "in lab { A ~ B; D >= C; given gain }"),
    (LAB, "in lab { A ~ B; C > D; given near }"),
    (LAB, "in lab { mixed > A; mixed > B; given gain }"),
    (LAB, "in lab { mixed > A; A > C; twice > B; given near }"),
    (LAB, "in lab { C ~ A; given gain }"),
    (LAB, "in lab { C >= A; C > B; given gain }"),
    (LAB, "in lab { accept A D over A B C D; given gain }"),
    (LAB, "in lab { accept equally A twice over A B C twice; given near }"),
    (LAB, "in lab { accept B twice; modulo unreachable; given gain }"),
    (LAB, "in lab { accept A; given gain }"),
    (FAMILY, "in both { in one { x > y }  in two { y >= x }  given gain }"),
    (FAMILY, "in both { in one { y > x }  in two { x > y }  given gain }"),
)

FORMALISMS = {
    "eu": ("", "utility nondecreasing", "utility increasing concave", "utility nondecreasing concave"),
    "spectral": ("",),
    "cvar": ("",),
    "entropic": ("",),
    "linear": ("", "weights nonnegative"),
}
"""The formalisms with the options that they are asked with in turn."""


def _documents() -> list[Json]:
    found = []
    for k, (environments, task) in enumerate(TASKS):
        for formalism, options in FORMALISMS.items():
            more = options[k % len(options)]
            if formalism == "linear" and "lab" in task:
                task = task.replace("given gain", "given gain, calm").replace(
                    "given near", "given near, calm"
                )
            body = f"{task[:-1]}; {more} }}" if more else task
            document = loads(f"{environments}\ntask t {body}\n")
            answered = list(answers(plan(document.tasks, named_formalisms([formalism]))))
            text = write_document(results_document(document, document.tasks, answered, ()))
            found.append(json.loads(text))
    return found


RISK_BASES = _documents()
