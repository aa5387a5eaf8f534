"""How much work a search may do: counted, so that the same question has the same answer; and a deadline."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Effort:
    """What is left of the work that may be done, in unknowns of programs that are solved."""

    left: int
    deadline: float | None = None

    def spend(self, work: int) -> bool:
        """Take off some work; say whether there was enough left, of time too."""
        self.left -= work
        return self.left >= 0 and not self.is_late

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline
