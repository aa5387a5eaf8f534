"""Ask tasks in formalisms, one by one or side by side."""

from specexpr.comparison.asking import Answered, Skipped, check
from specexpr.comparison.comparison import Comparison, compare

__all__ = ["Answered", "Comparison", "Skipped", "check", "compare"]
