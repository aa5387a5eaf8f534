"""Let the tests of the kernel share `certify_checker` and `certify_bases`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
