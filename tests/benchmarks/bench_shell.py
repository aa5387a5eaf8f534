"""`specexpr check` on a small file, from the shell: the median of ten runs, imports included.

Run: python -m tests.benchmarks.bench_shell [--quick]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import arguments, print_table, timed

AIM = 0.5

DOCUMENT = """\
discount 9/10

environment entailment {
  states  s0 s1
  actions a b
  start   s0
  s0 / * -> s1
  s1 / * -> s0
}

policy p_aa in entailment { * -> a }
policy p_ab in entailment { s0 -> a; s1 -> b }
policy p_ba in entailment { s0 -> b; s1 -> a }
policy p_bb in entailment { * -> b }

task different in entailment { accept p_ab p_ba }
task first     in entailment { p_ab > p_ba; p_aa > p_bb }
task alike     in entailment { accept equally p_aa p_ab }
task crossed   in entailment { p_ab >= p_aa; p_ba >= p_bb; p_ab > p_aa }
"""
SOME_INEXPRESSIBLE = 1


def command() -> list[str]:
    """Return the installed command, or the same from the checkout."""
    script = Path(sys.executable).with_name("specexpr")
    if script.exists():
        return [str(script)]
    return [sys.executable, "-c", "import sys; from specexpr.cli import main; sys.exit(main())"]


def main() -> None:
    runs = 3 if arguments(__doc__ or "").quick else 10
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "entailment.spex")
        file.write_text(DOCUMENT, encoding="utf-8")
        rows = []
        for options in ((), ("--json",), ("--in", "mr")):
            seconds = []
            for _ in range(runs + 1):
                call = [*command(), "check", str(file), *options]
                done, took = timed(
                    lambda call=call: subprocess.run(call, capture_output=True, text=True, check=False)
                )
                if done.returncode != SOME_INEXPRESSIBLE:
                    print(done.stdout, done.stderr, sep="\n")
                    sys.exit(f"the exit status must be {SOME_INEXPRESSIBLE}, it is {done.returncode}")
                seconds.append(took)
            middle = median(seconds[1:])  # the first run may still compile and read from the disk
            name = " ".join(("specexpr check", *options))
            rows.append((name, middle, max(seconds[1:]), seconds[0], "yes" if middle < AIM else "NO"))
    bare = median(
        timed(lambda: subprocess.run([sys.executable, "-c", ""], check=True))[1] for _ in range(runs)
    )
    print_table(("", "median s", "worst", "first", f"under {AIM} s"), rows)
    print(f"of which Python alone: {bare:.3f} s")


if __name__ == "__main__":
    main()
