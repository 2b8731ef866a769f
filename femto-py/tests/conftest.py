"""What the tests share: programs run in processes of their own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cpython.running import Suite

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a program in a process of its own, in a folder of its own; it must end well.

    pytest replaces handlers and streams, which would force the slow path.
    """

    def run_program(
        code: str, *, status: int = 0, timeout: float = 60, folder: Path = tmp_path
    ) -> subprocess.CompletedProcess[str]:
        program = folder / "program.py"
        program.write_text(PRELUDE + textwrap.dedent(code))
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "ignore", str(program)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
        return done

    return run_program


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that wait for CPython's own last."""
    items.sort(key=_is_cpython)


@pytest.fixture(scope="session", autouse=True)
def cpython(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Suite | None]:
    """Let CPython's own tests run beside the others, if somebody will look at them."""
    if not any(map(_is_cpython, request.session.items)):
        yield None
        return
    suite = Suite(tmp_path_factory.mktemp("cpython"))
    yield suite
    suite.stop()


def _is_cpython(item: pytest.Item) -> bool:
    return item.path.name == "test_cpython.py"


#: They have an environment of their own, and a step of their own in `scripts/test.sh`.
collect_ignore = [] if importlib.util.find_spec("celery") else ["consumers"]

PRELUDE = """\
import enum, logging, os, sys, threading
import femtologging
from femtologging import _femtologging as native

def counts():
    return native.path_counts()

"""
