"""What a wheel for another processor is put through there: run by `scripts/aarch64.sh` under emulation.

Each part is a process of its own, in one folder; `check` reads what the others wrote. No part starts
another program, which an emulated process cannot.
"""

from __future__ import annotations

import logging
import os
import platform
import signal
import sys
import threading
from pathlib import Path

import femtologging
from femtologging import _femtologging as native

FORMAT = "%(levelname)s %(name)s %(message)s"
THREADS, RECORDS = 4, 1_000
MESSAGE = "%d %s %r %.3f %5.1e %x %s %c"


def arguments(thread: int, i: int) -> tuple[object, ...]:
    text = "a\n\u00e9\u4e2d"
    numbers = i / 7, -i * 1e100, 2**40 + i
    return i, f"thread {thread}", text, *numbers, (i, None, True), 65 + i % 26


def threads() -> None:
    """Threads log to a file; the process ends without a flush."""
    assert native.__file__
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {platform.libc_ver()},",
        f"femtologging {femtologging.__version__}, {Path(native.__file__).name}",
    )
    femtologging.basicConfig(filename="threads.log", level="INFO", format=FORMAT)

    def work(thread: int) -> None:
        log = femtologging.getLogger(f"app.{thread}")
        start.wait()
        for i in range(RECORDS):
            log.info(MESSAGE, *arguments(thread, i))

    start = threading.Barrier(THREADS)
    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert native.path_counts() == (THREADS * RECORDS, 0)


def fork() -> None:
    """Parent and child log to one file; both end without a flush.

    Nothing was queued before, as in a server that forks its workers: the emulator cannot start a
    thread in the child of a process that has several. Lines written by the calls need none.
    """
    femtologging.basicConfig(filename="fork.log", level="INFO", format=FORMAT)
    log = femtologging.getLogger("app")
    direct = femtologging.getLogger("direct")
    direct.addHandler(femtologging.FileHandler("direct.log", delivery="direct"))
    direct.propagate = False
    direct.info("before the fork")
    child = os.fork()
    who = "parent" if child else "child"
    for i in range(RECORDS):
        direct.info("%s %d", who, i)
    for i in range(RECORDS):
        log.info("%s %d", who, i)
    if child:
        assert os.waitpid(child, 0) == (child, 0)


def recover() -> None:
    """The process is killed at once after the last call."""
    handler = femtologging.FileHandler("recover.log", recover="recover.ring")
    logging.getLogger().addHandler(handler)
    log = femtologging.getLogger("app")
    for i in range(RECORDS):
        log.warning("%d", i)
    os.kill(os.getpid(), signal.SIGKILL)


def check() -> None:
    """Every line is there, once, in the order of its thread or process."""
    lines = Path("threads.log").read_text(encoding="utf-8").split("\nINFO ")
    lines = [line.removeprefix("INFO ").removesuffix("\n") for line in lines]
    assert len(lines) == THREADS * RECORDS, len(lines)
    for thread in range(THREADS):
        found = [line for line in lines if line.startswith(f"app.{thread} ")]
        assert found == [
            f"app.{thread} {MESSAGE % arguments(thread, i)}" for i in range(RECORDS)
        ], thread

    for name, prefix in [("fork.log", "INFO app "), ("direct.log", "")]:
        lines = Path(name).read_text().splitlines()
        for who in ("parent", "child"):
            found = [line for line in lines if f"{who} " in line]
            assert found == [f"{prefix}{who} {i}" for i in range(RECORDS)], (name, who)
        assert len(lines) - 2 * RECORDS == (name == "direct.log"), name

    # The next start writes what the killed process left.
    handler = femtologging.FileHandler("recover.log", recover="recover.ring")
    handler.flush()
    lines = Path("recover.log").read_text().splitlines()
    found = [line for line in lines if line.isdigit()]
    assert found == [str(i) for i in range(RECORDS)], lines[-3:]
    print(*(line for line in lines if not line.isdigit()))  # how many the killed process had left


{"threads": threads, "fork": fork, "recover": recover, "check": check}[sys.argv[1]]()
