"""The text of an exception is stdlib's, also where it is put together of what was kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("exceptions.py")


@pytest.mark.parametrize("seed", range(4))
def test_random_exceptions_have_the_text_of_stdlib(seed: int, tmp_path: Path) -> None:
    # In a process of its own: test tools change how exceptions are shown.
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(seed)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    kept, left_to_stdlib = map(int, done.stdout.split())
    assert kept > 1000
    assert left_to_stdlib > 200


def test_a_repeated_call_site_takes_the_kept_stack(run) -> None:
    done = run("""
        from femtologging import exception_text as exception
        femtologging.basicConfig(filename="app.log", format="%(message)s")
        log = femtologging.getLogger("app")
        expected = []

        def attempt(n):
            try:
                {}[n]
            except KeyError as error:
                log.exception("failed %d", n)
                expected.append(f"failed {n}")
                info = type(error), error, error.__traceback__
                expected.append(logging.Formatter().formatException(info))

        for n in range(10):
            attempt(n)
        logging.shutdown()
        assert open("app.log").read().splitlines() == "\\n".join(expected).splitlines()
        assert counts() == (10, 0), counts()
        print(exception.counts())
    """)
    assert done.stdout == "(9, 0)\n"


@pytest.mark.parametrize(
    "change",
    [
        "sys.tracebacklimit = 0",
        "traceback.TracebackException.format = lambda self, **_: iter(['mine\\n'])",
        "traceback.StackSummary.format = lambda self, **_: ['mine\\n']",
        "linecache.getlines = lambda *_: ['mine\\n'] * 99",
        "logging.Formatter.formatException = lambda *_: 'mine'",
        "formatter.formatException = lambda *_: 'mine'",
    ],
)
def test_what_is_replaced_while_the_program_runs_is_used(change: str, run) -> None:
    done = run(f"""
        import linecache, traceback
        femtologging.basicConfig(filename="app.log", format="%(message)s")
        formatter = logging.root.handlers[0].formatter
        log = femtologging.getLogger("app")

        def attempt(n):
            try:
                {{}}[n]
            except KeyError as error:
                log.exception("failed")
                return "failed\\n" + formatter.formatException(sys.exc_info()) + "\\n"

        before = attempt(1) + attempt(1)
        {change}
        linecache.clearcache()
        after = attempt(1)
        logging.shutdown()
        print(open("app.log").read() == before + after, after not in before)
    """)
    assert done.stdout == "True True\n"


def test_stacks_are_stdlibs_and_kept_by_call_site(run) -> None:
    done = run("""
        from femtologging import exception_text as exception
        line = "%(pathname)s %(lineno)d %(funcName)s %(message)s"
        ours, stdlibs = femtologging.getLogger("app"), logging.Logger("app")
        ours.setLevel("INFO")
        for log, make in ((ours, femtologging.FileHandler), (stdlibs, logging.FileHandler)):
            handler = make(f"{type(log).__name__}.log")
            handler.setFormatter(logging.Formatter(line))
            log.addHandler(handler)

        def innermost(level):
            for log in (ours, stdlibs):
                log.info("called", stack_info=True, stacklevel=level)

        def inner(level):
            [innermost(level) for _ in range(5)]

        for level in range(1, 8):
            inner(level)
        logging.shutdown()
        assert counts() == (35, 0), counts()
        written = open("FemtoLogger.log").read()
        assert written == open("Logger.log").read() and "in innermost" in written
        assert exception.counts()[0] >= 28, exception.counts()
    """)
    assert done.returncode == 0
