"""Documents with proofs under other clocks that hold, to be altered by the tests; half carry numbers."""

from __future__ import annotations

import json
from unittest.mock import patch

from certify_checker import Json

from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.expressivity import clocked_features
from specexpr.report.results import results_document

ROOMS = """
environment rooms {
  states s0 s1 s2 s3; actions a b; start { s0: 2/3, s3: 1/3 }
  s0 / a -> { s0: 1/2, s1: 1/4, s2: 1/4 }; s0 / b -> s1
  s1 / a -> s2; s1 / b -> { s1: 2/3, s2: 1/3 }
  s2 / a -> s1; s2 / b -> s2; s3 / * -> s3
}
policy aa in rooms { * -> a }
policy bb in rooms { * -> b }
policy ab in rooms { s0 -> a; * -> b }
policy ba in rooms { s0 -> b; * -> a }
policy coin in rooms { * -> { a: 1/2, b: 1/2 } }
policy third in rooms { s0 -> { a: 1/3, b: 2/3 }; * -> a }
objective gamma in rooms = statediscount { discount 1/2; discount s1 / *: 0; discount s0 / b: 3/4 }
"""

ONCE = """
environment once { states s w; actions a b; start s; s / * -> w; w / * -> w }
policy pa in once { * -> a }
policy pb in once { s -> b; w -> a }
policy coin in once { s -> { a: 1/2, b: 1/2 }; w -> a }
objective gamma in once = statediscount { discount 1/2 }
"""

MEMORY = """
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy bb in memory { s -> b; z -> b; w -> a }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
objective gamma in memory = statediscount { discount 9/10; discount z / *: 1/3 }
"""

FAMILY = """
environment one { states s w; actions a b; start s; s / a -> w; s / b -> { s: 1/2, w: 1/2 }; w / * -> s }
environment two { states s w; actions a b; start s; s / a -> w; s / b -> s; w / * -> { s: 1/3, w: 2/3 } }
family both { one two }
policy x in both { * -> a }
policy y in both { * -> b }
objective gamma in one = statediscount { discount 1/2; discount w / a: 1/3 }
"""

TASKS = (
    (ROOMS, "in rooms { aa > bb; ab >= ba; coin ~ coin }"),
    (ROOMS, "in rooms { aa ~ third; third > bb; bb >= coin }"),
    (ROOMS, "in rooms { accept equally aa ba over aa ba bb coin }"),
    (ROOMS, "in rooms { accept bb ab over aa bb ab ba; coin > aa }"),
    (ROOMS, "in rooms { accept bb; modulo unreachable }"),
    (ROOMS, "in rooms { accept aa bb; modulo unreachable }"),
    (ONCE, "in once { coin > pa; coin > pb }"),
    (ONCE, "in once { pa > pb; pb ~ coin }"),
    (ONCE, "in once { accept pa }"),
    (MEMORY, "in memory { aa > ab; bb > ba }"),
    (FAMILY, "in both { in one { x > y }  in two { y >= x } }"),
    (FAMILY, "in both { x > y }"),
)

FORMALISMS = {
    "lar": "",
    "horizon": "horizon 2",
    "quasihyperbolic": "discount 1/2; beta 3/4",
    "sdd": "structure gamma",
    "rrl": "discount 1/2",
}
"""The formalisms with the options that they are asked with."""


def _documents() -> list[Json]:
    found = []
    for k, (environments, task) in enumerate(TASKS):
        for j, (formalism, options) in enumerate(FORMALISMS.items()):
            document = loads(f"{environments}\ntask t {task[:-1]}; {options} }}\n")
            carries = (j + k) % 2 == 0 and formalism != "horizon"
            with patch.object(clocked_features, "needs_numbers", lambda *_, c=carries: c):
                answered = list(answers(plan(document.tasks, named_formalisms([formalism]))))
            text = write_document(results_document(document, document.tasks, answered, ()))
            found.append(json.loads(text))
    return found


CLOCK_BASES = _documents()
