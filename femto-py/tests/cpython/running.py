"""CPython's own tests of logging, running beside all other tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).with_name("suite.py")
NO_TESTS = 77
WAYS = ("stdlib", "install", "module")


class Suite:
    """The tests in processes of their own, one for each way: they mostly wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = {way: self.start(way) for way in WAYS}
        self.finished: dict[str, dict[str, str]] = {}

    def start(self, way: str, *tests: str) -> subprocess.Popen[bytes]:
        folder = self.folder / way
        folder.mkdir(exist_ok=True)
        with (folder / "log.txt").open("a") as log:
            return subprocess.Popen(
                [sys.executable, str(SUITE), "outcomes.json", way, *tests],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def outcomes(self, way: str) -> dict[str, str]:
        if way not in self.finished:
            self.finished[way] = self.read(way, self.running[way])
        return self.finished[way]

    def again(self, way: str, tests: set[str]) -> dict[str, str]:
        return self.read(way, self.start(way, *sorted(tests)))

    def read(self, way: str, process: subprocess.Popen[bytes]) -> dict[str, str]:
        try:
            process.wait(timeout=240)
        finally:
            process.kill()
        if process.returncode == NO_TESTS:
            # CI installs them where they are a package of their own.
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(f"{sys.executable} comes without its tests")
        assert process.returncode == 0, self.log(way)
        outcomes: dict[str, str] = json.loads((self.folder / way / "outcomes.json").read_text())
        return outcomes

    def log(self, way: str) -> str:
        return (self.folder / way / "log.txt").read_text()

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
