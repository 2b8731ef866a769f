"""The same calls through stdlib and through femtologging write the same bytes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("differential.py")


def written_by(who: str, n: int, folder: Path) -> bytes:
    """Return what is in a log and the files that were rolled over, the oldest first."""
    path = folder / f"{who}{n}.log"
    backups = sorted(folder.glob(f"{path.name}.*"), key=lambda one: -int(one.suffix[1:]))
    assert all(one.stat().st_size < 40_000 for one in backups)
    return b"".join(one.read_bytes() for one in [*backups, path] if one.exists())


@pytest.mark.parametrize("seed", range(16))
def test_random_calls_write_what_stdlib_writes(seed: int, tmp_path: Path) -> None:
    counts = {}
    for who in ("stdlib", "femto"):
        done = subprocess.run(
            [sys.executable, str(PROGRAM), who, str(seed)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        counts[who] = [int(count) for count in done.stdout.split()]
    for n in range(3):
        expected, written = (written_by(who, n, tmp_path) for who in ("stdlib", "femto"))
        assert written.splitlines() == expected.splitlines()
        assert written == expected
    assert counts["stdlib"] == [0, 0]
    if seed % 2:
        # Otherwise plain loggers reach native handlers.
        assert min(counts["femto"]) > 20, counts


def test_times_are_those_of_the_calls(tmp_path: Path) -> None:
    program = """
import femtologging, logging, time
femtologging.basicConfig(filename="app.log", level="INFO",
    format="%(asctime)s %(created).9f %(msecs)03d %(relativeCreated)d %(message)s")
log = femtologging.getLogger("app")
for n in range(200):
    log.info("%f", time.time())
assert femtologging._femtologging.path_counts() == (200, 0)
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, timeout=60)
    lines = [line.split(" ") for line in (tmp_path / "app.log").read_text().splitlines()]
    calls = [float(line[-1]) for line in lines] + [time.time()]
    for at, (date, clock, created, msecs, relative, _) in enumerate(lines):
        # The two clocks may differ by the engine's accuracy.
        assert calls[at] - 0.001 <= float(created) <= calls[at + 1] + 0.001
        assert clock.endswith(f",{int(msecs):03d}")
        # `created` is a float, a quarter of a microsecond coarse: it may be rounded up to the
        # next millisecond, as stdlib's since 3.13, which counts nanoseconds as well.
        second = time.mktime(time.strptime(f"{date} {clock[:8]}", "%Y-%m-%d %H:%M:%S"))
        behind = float(created) - second - int(msecs) / 1000
        assert -5e-7 < behind < 0.0010005, (clock, msecs, created)
        assert 0 < int(relative) < 60_000
    assert len(lines) == 200
