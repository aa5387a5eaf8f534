"""Files that end, and files that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

import specexpr as sx
from specexpr.report.files import read_text
from specexpr.syntax import files


@pytest.mark.parametrize("read", [sx.load, read_text])
def test_more_than_the_limit(read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file at the limit is read; with one byte more it is refused with the limit."""
    monkeypatch.setattr(files, "MAX_BYTES", 1_000)
    path = tmp_path / "large.spex"
    text = "environment e { states s; actions a; start s; s / a -> s }"
    path.write_text(text.ljust(999) + "\n")
    read(str(path))
    path.write_text(text.ljust(1_000) + "\n")
    with pytest.raises(sx.SpecError, match=r"unreadable-file.*it has more than 1,000 bytes"):
        read(str(path))


@pytest.mark.parametrize("read", [sx.load, read_text])
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/full"])
def test_endless_files(read, path: str) -> None:
    """An endless file of zeros is refused at its start."""
    if not Path(path).exists():
        pytest.skip(f"no {path} here")
    with pytest.raises(sx.SpecError, match=r"unreadable-file.*(binary file|permission)"):
        read(path)
