"""Read, look up and print documents."""

from specexpr.document.document import Document, Family
from specexpr.document.explanation import explain_diagnostic
from specexpr.document.loading import load, loads
from specexpr.document.printing import print_document, print_environment

__all__ = ["Document", "Family", "explain_diagnostic", "load", "loads", "print_document", "print_environment"]
