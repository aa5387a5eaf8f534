"""Spot in a process of its own, for formulas whose automata may take long: it has so much time and memory.

Spot does not let itself be interrupted, so what may take long is not done here. The time is that of the
processor, such that a busy machine changes nothing; a machine so busy that twice that time passes on the
clock is waited for no longer. An interrupt from the keyboard ends the process, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import lru_cache

PATIENCE = 2
"""So many seconds on the clock may pass for each of the processor."""

_MOMENT = 0.2
_MEMORY = 4 << 30
_REFUSED, _LARGE = 11, 12
_OUT_OF_TIME = -24  # SIGXCPU
_SERVE = "from specexpr.product.spot_process import serve; serve()"


@dataclass(frozen=True, slots=True)
class Translation:
    """What comes of a formula: an automaton in the Hanoi format, or why there is none.

    refusal: what Spot says; states: how many the automaton has if they are too many. Where all are None the
    time was up, or (`is_lost`) the process ended for another reason, such as want of memory.
    """

    hoa: str | None = None
    refusal: str | None = None
    states: int | None = None
    is_lost: bool = False


@lru_cache(maxsize=8)
def translated_text(text: str, seconds: int, most_states: int) -> Translation:
    """Return what comes of a formula, given as Spot reads it, within so many seconds."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _SERVE, str(seconds), str(most_states)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
        encoding="utf-8",
        start_new_session=True,  # an interrupt from the keyboard is for the parent
    ) as process:
        try:
            answer = _answer(process, text, time.monotonic() + PATIENCE * seconds)
        finally:
            process.kill()
    if answer is None:
        return Translation()
    match process.returncode:
        case 0:
            return Translation(hoa=answer)
        case code if code == _REFUSED:
            return Translation(refusal=answer)
        case code if code == _LARGE:
            return Translation(states=int(answer))
        case code:
            return Translation(is_lost=code != _OUT_OF_TIME)


def _answer(process: subprocess.Popen[str], text: str, deadline: float) -> str | None:
    """Return what a process answers to a text; None where it does not in time."""
    rest: str | None = text
    while time.monotonic() < deadline:
        try:
            return process.communicate(rest, timeout=_MOMENT)[0]
        except subprocess.TimeoutExpired:  # whoever wants to interrupt this thread can do so now
            rest = None
    return None


def serve() -> None:
    """Translate the formula on standard input, and end with the status that says what came of it."""
    import resource

    from specexpr.diagnostics import NoAutomaton
    from specexpr.product.spot_translation import automaton_of_text

    seconds, most_states = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        made = automaton_of_text(sys.stdin.read())
    except NoAutomaton as error:
        sys.stdout.write(error.problem.message)
        sys.exit(_REFUSED)
    if made.num_states() > most_states:
        sys.stdout.write(str(made.num_states()))
        sys.exit(_LARGE)
    sys.stdout.write(made.to_str("hoa"))
