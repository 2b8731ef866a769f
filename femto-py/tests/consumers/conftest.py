"""What the tests with other people's packages share: programs run with and without femtologging."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

#: Begins each program: switches femtologging on, or not.
SWITCH = """\
import logging, os, sys
if os.environ["WAY"] == "install":
    import femtologging
    femtologging.install()
"""


@pytest.fixture
def way_of(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program one way, in an empty folder but for the files given."""

    def run_program(
        way: str,
        code: str,
        *arguments: str,
        switch: str = SWITCH,
        timeout: float = 60,
        **files: str,
    ) -> subprocess.CompletedProcess[str]:
        # Of one name for all ways: it is in tracebacks.
        folder = tmp_path / "run"
        if folder.exists():
            folder.rename(tmp_path / f"before-{way}")
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        program = folder / "program.py"
        program.write_text(switch + textwrap.dedent(code))
        return subprocess.run(
            [sys.executable, *(arguments or (str(program),))],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=os.environ | {"WAY": way},
        )

    return run_program


@pytest.fixture
def both(way_of) -> Callable[..., str]:
    """Run a program both ways: both end well and print the same, which is returned."""

    def run_both(code: str, **options: object) -> str:
        told = {}
        for way in ("stdlib", "install"):
            done = way_of(way, code, **options)
            assert done.returncode == 0, f"{way}\n{done.stdout}\n{done.stderr}"
            told[way] = done.stdout
        assert told["install"] == told["stdlib"]
        return told["install"]

    return run_both


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until(condition: Callable[[], object], seconds: float = 40) -> None:
    """Wait by condition; the deadline is for machines that are busy."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
