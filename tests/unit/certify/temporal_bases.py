"""Documents with proofs about formulas of temporal logic that hold, to be altered by the tests."""

from __future__ import annotations

import copy
import json

from certify_checker import Json

from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document

ONE = """
environment one { states s; actions a b; start s; s / * -> s }
policy always in one { * -> a }
policy never in one { * -> b }
policy half in one { s -> { a: 1/2, b: 1/2 } }
policy third in one { s -> { a: 1/3, b: 2/3 } }
"""

SHOWN = ONE.replace("s / * -> s }", "s / * -> s; label A { s / a } }")

DARK = """
environment dark {
  states s l r w; actions a b; start s
  s / a -> { l: 1/2, r: 1/2 }; s / b -> { l: 1/4, r: 3/4 }; w / * -> w
  l / a -> l; l / b -> w; r / a -> r; r / b -> w
  label go { l / b r / b }; label away { s w }
}
policy short in dark { s -> a; l -> { a: 1/10, b: 9/10 }; r -> { a: 1/10, b: 9/10 }; w -> a }
policy middle in dark { s -> b; l -> { a: 1/5, b: 4/5 }; r -> { a: 1/5, b: 4/5 }; w -> b }
policy long in dark { s -> { a: 1/2, b: 1/2 }; l -> { a: 3/10, b: 7/10 }; r -> { a: 3/10, b: 7/10 }; w -> a }
policy stay in dark { * -> a }
"""

LEAVE = """
environment leave { states s0 w; actions a b; start s0; s0 / a -> s0; s0 / b -> w; w / * -> w }
policy short in leave { s0 -> { a: 1/10, b: 9/10 }; w -> a }
policy middle in leave { s0 -> { a: 1/5, b: 4/5 }; w -> a }
policy long in leave { s0 -> { a: 3/10, b: 7/10 }; w -> a }
policy most in leave { s0 -> { a: 5/6, b: 1/6 }; w -> a }
policy half in leave { s0 -> { a: 1/2, b: 1/2 }; w -> a }
policy stay in leave { * -> a }
"""

MEMORY = """
environment memory {
  states s z w; actions a b; start s
  s / * -> z; z / * -> w; w / * -> w
  label far { z w }; label push { s / a; z / b }
}
policy aa in memory { * -> a }
policy bb in memory { w -> a; * -> b }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
policy half in memory { s -> {a: 1/2, b: 1/2}; * -> a }
"""

ROOMS = """
environment rooms {
  states s c d w; actions a b; start { s: 2/3, c: 1/3 }
  s / a -> { s: 1/4, c: 1/2, d: 1/4 }; s / b -> w
  c / a -> d; c / b -> c; d / * -> c; w / * -> w
  label home { c d }
}
policy go in rooms { s -> a; c -> { a: 1/2, b: 1/2 }; * -> a }
policy stop in rooms { s -> b; c -> { a: 1/3, b: 2/3 }; * -> a }
policy toss in rooms { s -> { a: 1/2, b: 1/2 }; c -> { a: 1/2, b: 1/2 }; * -> a }
policy turn in rooms { * -> a }
"""

FAMILY = """
environment one { states s w; actions a b; start s; s / a -> w; s / b -> { s: 1/2, w: 1/2 }; w / * -> w }
environment two { states s w; actions a b; start s; s / a -> w; s / b -> w; w / * -> w }
family both { one two }
policy x in both { * -> a }
policy y in both { * -> b }
policy m in both { s -> { a: 1/2, b: 1/2 }; w -> a }
"""

SAME = "in memory { aa ~ bb > ab ~ ba }"
LESS = "in rooms { go > toss > stop }"

TASKS = (
    (ONE, "in one { never > half > always }"),
    (ONE, "in one { always > half ~ third > never }"),
    (ONE, "in one { half ~ third; always ~ never; half > never }"),
    (ONE, "in one { half > third; always >= half; third >= never }"),
    (ONE, "in one { never > always > half }"),
    (ONE, "in one { half > third; always ~ half; never ~ third }"),
    (ONE, "in one { half > third; half ~ always }"),
    (ONE, "in one { half > always; half ~ third; third > never; never ~ always }"),
    (SHOWN, "in one { always > half ~ third > never; observe labels }"),
    (SHOWN, "in one { never > always > half; observe labels }"),
    (SHOWN, "in one { half > third; always ~ half; never ~ third; observe labels }"),
    (DARK, "in dark { short > middle > long; observe labels }"),
    (DARK, "in dark { middle > short; middle > long; observe labels }"),
    (DARK, "in dark { middle > long; short ~ stay; observe labels }"),
    (LEAVE, "in leave { short > middle > long }"),
    (LEAVE, "in leave { half > most > stay }"),
    (LEAVE, "in leave { middle > short; middle > long }"),
    (LEAVE, "in leave { half > most; half > long }"),
    (LEAVE, "in leave { long > middle; long > half }"),
    (LEAVE, "in leave { most > half; half ~ stay }"),
    (MEMORY, SAME),
    (MEMORY, "in memory { ba > aa; ba > bb; modulo unreachable }"),
    (MEMORY, "in memory { accept equally aa bb over ab ba }"),
    (MEMORY, "in memory { accept aa; modulo unreachable }"),
    (MEMORY, "in memory { aa > ab; aa > ba; observe labels }"),
    (MEMORY, "in memory { aa > half > ab; observe labels }"),
    (MEMORY, "in memory { aa > ab > ba }"),
    (MEMORY, "in memory { aa > ab; ba ~ aa; bb > ba }"),
    (MEMORY, "in memory { aa > ab > bb; observe labels }"),
    (MEMORY, "in memory { half > aa; half > ba }"),
    (MEMORY, "in memory { half ~ aa; ba > half; observe labels }"),
    (ROOMS, LESS),
    (ROOMS, "in rooms { go > turn; stop ~ toss }"),
    (ROOMS, "in rooms { go ~ stop > toss; turn >= toss }"),
    (ROOMS, "in rooms { toss > go; toss > stop; turn > toss }"),
    (FAMILY, "in both { in one { x > y > m } }"),
    (FAMILY, "in both { in one { m > x; m > y }  in two { accept m over x y } }"),
    (FAMILY, "in both { in one { x > y }  in two { y > x } }"),
    (FAMILY, "in both { in one { m > x }  in two { x > m > y } }"),
)


def _values(environment: str, **values: str) -> list[Json]:
    """Return values of policies, their tables left out."""
    return [{"environment": environment, "policy": {"name": k}, "value": x} for k, x in values.items()]


OTHERS: dict[str, Json] = {
    SAME: {
        "shared": [["do", "a"], ["X", 0], ["<->", 0, 1]],
        "formula": ["&", 2, ["F", 2]],
        "values": _values("memory", aa="1", bb="1", ab="0", ba="0"),
    },
    LESS: {
        "formula": ["&", ["G", ["F", ["at", "c"]]], ["coin", "1/2", [["c", "a", "d"], ["d", "a", "c"]]]],
        "values": _values("rooms", go="1/2", toss="13/42", stop="1/6"),
    },
}
"""Further formulas for some of the tasks: with shared parts, and with a coin whose loop has two steps."""


def _documents() -> list[Json]:
    found = []
    for environments, task in TASKS:
        document = loads(f"{environments}\ntask t {task}\n")
        answered = list(answers(plan(document.tasks, named_formalisms(["ltl"]))))
        found.append(json.loads(write_document(results_document(document, document.tasks, answered, ()))))
        if (other := OTHERS.get(task)) is not None:
            found.append(copy.deepcopy(found[-1]))
            (result,) = found[-1]["results"]
            result |= {"size": None, "witness": {"kind": "formula", **other}}
            for entry in other["values"]:
                name = entry["policy"]["name"]
                entry["policy"] = {**found[-1]["tasks"][0]["policies"][name], "name": name}
    return found


TEMPORAL_BASES = _documents()
