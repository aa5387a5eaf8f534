"""Documents with proofs about functions of trajectories that hold, to be altered by the tests."""

from __future__ import annotations

import json

from certify_checker import Json

from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

MEMORY = """
environment memory {
  states s z w; actions a b; start s
  s / * -> z; z / * -> w; w / * -> w
  label far { z w }; label push { s / a; z / b }
}
policy aa in memory { * -> a }
policy bb in memory { * -> b }
policy ab in memory { s -> a; * -> b }
policy ba in memory { s -> b; * -> a }
policy half in memory { s -> {a: 1/2, b: 1/2}; * -> a }
policy third in memory { s -> {a: 1/3, b: 2/3}; * -> a }
"""

LOOP = """
environment loop {
  states u v; actions a b; start { u: 1/2, v: 1/2 }
  u / a -> { u: 1/2, v: 1/2 }; u / b -> v; v / a -> u; v / b -> v
  label up { u }
}
policy p in loop { * -> a }
policy q in loop { * -> b }
policy r in loop { u -> a; v -> {a: 1/2, b: 1/2} }
"""

FAMILY = """
environment one { states s w; actions a b; start s; s / a -> w; s / b -> { s: 1/2, w: 1/2 }; w / * -> w }
environment two { states s w; actions a b; start s; s / a -> w; s / b -> w; w / * -> w }
family both { one two }
policy x in both { * -> a }
policy y in both { * -> b }
"""

MODAL = FAMILY.replace("s / b -> { s: 1/2, w: 1/2 }", "s / b -> w")

CIRCLE = "trajectories (s a z a) > (w a w a); trajectories (w b w a) > (s a z a)"

TASKS = (
    (MEMORY, "in memory { aa > ab; bb > ba; aa ~ bb }"),
    (MEMORY, "in memory { half > aa; half > ba }"),
    (MEMORY, "in memory { half ~ third; aa >= half; ba > aa }"),
    (MEMORY, "in memory { half ~ aa; third > half; aa >= ba; half > ba }"),
    (MEMORY, "in memory { accept equally aa bb; modulo unreachable }"),
    (MEMORY, "in memory { accept aa; observe labels }"),
    (MEMORY, "in memory { accept half aa over aa ba third }"),
    (MEMORY, "in memory { aa > bb; ab > ba; observe labels }"),
    (MEMORY, "in memory { trajectories (s a z b) > (s b z b) >= (s a z a); aa > bb }"),
    (MEMORY, "in memory { trajectories (s a z b) > (s b z b) > (s a z a); observe labels }"),
    (MEMORY, f"in memory {{ {CIRCLE}; observe labels }}"),
    (LOOP, "in loop { p > q >= r }"),
    (LOOP, "in loop { accept q; observe labels }"),
    (LOOP, "in loop { accept equally p r over p q r }"),
    (FAMILY, "in both { in one { x > y }  in two { y > x } }"),
    (MODAL, "in both { in one { x > y }  in two { y > x } }"),
)


def _documents() -> list[Json]:
    found = []
    for environments, task in TASKS:
        for formalism in ("ftr",) if "trajectories" in task else ("ftr", "inmr", "imorl"):
            document = loads(f"{environments}\ntask t {task}\n")
            answered = list(answers(plan(document.tasks, named_formalisms([formalism]))))
            text = write_document(results_document(document, document.tasks, answered, ()))
            found.append(json.loads(text))
    return found


WORD_BASES = _documents()
