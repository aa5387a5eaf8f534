"""Decide, with proof, which specification languages can express a task for an agent.

>>> import specexpr as sx
>>> document = sx.loads('''
... environment rooms {
...   states s0 s1; actions stay go; start s0
...   s0 / stay -> s0; s0 / go -> s1; s1 / * -> s1
... }
... policy here in rooms { * -> stay }
... policy there in rooms { * -> go }
... task move in rooms { there > here }
... ''')
>>> isinstance(sx.check(document.task("move"), "mr", discount="9/10"), sx.Expressible)
True

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specexpr.certify.proofs import Refused
    from specexpr.comparison.asking import check
    from specexpr.comparison.comparing import compare
    from specexpr.comparison.comparison import Comparison
    from specexpr.diagnostics import Diagnostic, IllPosed, InternalError, SpecError
    from specexpr.document.document import Document, Family
    from specexpr.document.loading import load, loads
    from specexpr.document.printing import print_document, print_environment
    from specexpr.expressivity.task import Objective, Options, Question, Task
    from specexpr.expressivity.verdict import (
        Certificate,
        Exactness,
        Expressible,
        Inexpressible,
        Undecided,
        Verdict,
        Witness,
    )
    from specexpr.models.environment import Environment, Label
    from specexpr.models.policy import Policy

    __version__: str

_HOMES = {
    "specexpr.certify.proofs": ("Refused",),
    "specexpr.comparison.asking": ("check",),
    "specexpr.comparison.comparing": ("compare",),
    "specexpr.comparison.comparison": ("Comparison",),
    "specexpr.diagnostics": ("Diagnostic", "IllPosed", "InternalError", "SpecError"),
    "specexpr.document.document": ("Document", "Family"),
    "specexpr.document.loading": ("load", "loads"),
    "specexpr.document.printing": ("print_document", "print_environment"),
    "specexpr.expressivity.task": ("Objective", "Options", "Question", "Task"),
    "specexpr.expressivity.verdict": (
        *("Certificate", "Exactness", "Expressible", "Inexpressible", "Undecided", "Verdict", "Witness"),
    ),
    "specexpr.models.environment": ("Environment", "Label"),
    "specexpr.models.policy": ("Policy",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Certificate",
    "Comparison",
    "Diagnostic",
    "Document",
    "Environment",
    "Exactness",
    "Expressible",
    "Family",
    "IllPosed",
    "Inexpressible",
    "InternalError",
    "Label",
    "Objective",
    "Options",
    "Policy",
    "Question",
    "Refused",
    "SpecError",
    "Task",
    "Undecided",
    "Verdict",
    "Witness",
    "check",
    "compare",
    "load",
    "loads",
    "print_document",
    "print_environment",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        found: object = _version()
    elif name in _HOME:
        found = getattr(importlib.import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})


def _version() -> str:
    """Return the version of the distribution, or in a checkout that is not installed that of its project."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("specexpr")
    except PackageNotFoundError:
        import tomllib
        from pathlib import Path

        with open(Path(__file__).parents[1] / "pyproject.toml", "rb") as file:
            return str(tomllib.load(file)["project"]["version"])
