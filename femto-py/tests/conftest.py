"""What the tests share: programs run in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a program in a process of its own, in a folder of its own; it must end well.

    pytest replaces handlers and streams, which would force the slow path.
    """

    def run_program(
        code: str, *, status: int = 0, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        program = tmp_path / "program.py"
        program.write_text(PRELUDE + textwrap.dedent(code))
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "ignore", str(program)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
        return done

    return run_program


PRELUDE = """\
import enum, logging, os, sys, threading
import femtologging
from femtologging import _femtologging as native

def counts():
    return native.path_counts()

"""
