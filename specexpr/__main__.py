"""Run the command line as `python -m specexpr`."""

import sys

from specexpr.cli import main

if __name__ == "__main__":
    sys.exit(main())
