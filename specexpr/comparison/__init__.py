"""Ask tasks in formalisms, one by one or side by side."""

from specexpr.comparison.asking import Answered, Skipped, check
from specexpr.comparison.comparing import compare
from specexpr.comparison.comparison import Comparison

__all__ = ["Answered", "Comparison", "Skipped", "check", "compare"]
