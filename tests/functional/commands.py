"""Files and surroundings for the tests of the command line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]

ROOT = Path(__file__).parents[2]

ROOMS = """\
# Two rooms, a door between them.
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
objective fast in rooms = reward { discount 9/10; s0 / go: -1; s1 / *: 1 }
"""

ENTAILMENT = """\
discount 9/10
environment entailment {
  states s0 s1
  actions a b
  start s0
  s0 / * -> s1
  s1 / * -> s0
}
policy p_aa in entailment { * -> a }
policy p_ab in entailment { s0 -> a; s1 -> b }
policy p_ba in entailment { s0 -> b; s1 -> a }
policy p_bb in entailment { * -> b }
task different in entailment { accept p_ab p_ba }
task first in entailment { p_ab > p_ba; p_aa > p_bb }
"""


def environment_variables() -> dict[str, str]:
    """Return an environment in which nothing changes how output looks."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TERM": "xterm-256color"}
