"""Documents with proofs about reward machines that hold, to be altered by the tests."""

from __future__ import annotations

import json

from certify_checker import Json
from word_bases import FAMILY, LOOP, MEMORY, MODAL

from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

COINS = """
environment one { states s; actions a b; start s; s / * -> s; label heads { s / a } }
policy p1 in one { s -> {a: 1/5, b: 4/5} }
policy p2 in one { s -> {a: 2/5, b: 3/5} }
policy p3 in one { s -> {a: 3/5, b: 2/5} }
policy p4 in one { s -> {a: 4/5, b: 1/5} }
"""

RECALL = """
environment recall {
  states s m w; actions a b c; start s
  s / * -> m; m / * -> w; w / * -> w
  label A { s / a; m / a }; label B { s / b; m / b }; label C { s / c; m / c }
}
"""

RECALLED = RECALL + "\n".join(
    f"policy {x}{y} in recall {{ s -> {x}; m -> {y}; w -> a }}" for x in "abc" for y in "abc"
)

TWICE = "aa > ab; aa > ac; bb > ba; bb > bc; cc > ca; cc > cb"

PAIRS = "trajectories (s a s a) > (s a s b); trajectories (s b s b) > (s b s a)"

TASKS = (
    (MEMORY, "in memory { aa > ab; bb > ba; discount 1/2 }"),
    (MEMORY, "in memory { aa > ab; bb > ba; discount 1/2; machine states 1 }"),
    (MEMORY, "in memory { aa > ab; bb > ba; discount any }"),
    (MEMORY, "in memory { aa ~ bb; ab >= ba; aa > ba; discount 9/10; observe labels }"),
    (MEMORY, "in memory { accept equally aa bb over ab ba; discount 1/3 }"),
    (MEMORY, "in memory { accept aa; modulo unreachable; discount 1/2 }"),
    (COINS, "in one { p2 > p1; p2 > p3; discount 1/2 }"),
    (COINS, "in one { p2 > p1; p2 > p3; discount 1/2; observe labels }"),
    (COINS, "in one { p2 > p1; p2 > p3; p4 > p3; discount 1/2 }"),
    (COINS, "in one { p2 > p1; p2 > p3; p4 > p1; p4 > p3; discount 1/2; machine states 2 }"),
    (COINS, "in one { accept p2 over p1 p3 p4; discount 2/3; machine states 1 }"),
    (COINS, "in one { trajectories (s b s a) > (s b s b) > (s a s a) > (s a s b); discount 1/2 }"),
    (COINS, f"in one {{ {PAIRS}; discount 1/2 }}"),
    (RECALLED, f"in recall {{ {TWICE}; discount 1/2; observe labels; machine states 2 }}"),
    (RECALLED, f"in recall {{ {TWICE}; discount 9/10; observe labels }}"),
    (LOOP, "in loop { p > q >= r; discount 1/2 }"),
    (FAMILY, "in both { in one { x > y }  in two { y > x }  discount 1/2 }"),
    (MODAL, "in both { in one { x > y }  in two { x > y }  discount 1/2 }"),
)


def _documents() -> list[Json]:
    found = []
    for environments, task in TASKS:
        document = loads(f"{environments}\ntask t {task}\n")
        answered = list(answers(plan(document.tasks, named_formalisms(["rm"]))))
        text = write_document(results_document(document, document.tasks, answered, ()))
        found.append(json.loads(text))
    return found


MACHINE_BASES = _documents()
