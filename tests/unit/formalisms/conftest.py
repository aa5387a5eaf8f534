"""Let the tests of rewards under other clocks share `clocked`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
