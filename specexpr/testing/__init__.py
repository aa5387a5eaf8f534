"""The conformance kit: laws that every formalism keeps, checked against brute force."""

from specexpr.testing.brute_force import markov_reward_truth
from specexpr.testing.confirmation import confirm_markov_proof
from specexpr.testing.conformance import ConformanceError, ConformanceReport, check_formalism
from specexpr.testing.laws import Law
from specexpr.testing.questions import Kind

__all__ = [
    "ConformanceError",
    "ConformanceReport",
    "Kind",
    "Law",
    "check_formalism",
    "confirm_markov_proof",
    "markov_reward_truth",
]
