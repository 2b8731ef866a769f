"""The scenarios: what one process measures of one peer. Nothing here looks at what was written."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from peers import Log, Peer

Figures = dict[str, float]
BATCH = 1000
THREADS = 4


def compiled(statement: str) -> Callable[[Any, Iterable[int]], None]:
    """Return a function that makes the call for each number, with nothing in between."""
    scope: dict[str, Any] = {}
    exec(f"def loop(log, numbers):\n    for i in numbers:\n        {statement}\n", scope)
    loop: Callable[[Any, Iterable[int]], None] = scope["loop"]
    return loop


def warm(peer: Peer, path: str) -> Log:
    """Open a peer and log one record, whose number is -1."""
    opened = peer.open(path)
    compiled(peer.info)(opened.log, [-1])
    opened.flush()
    return opened


def disabled(peer: Peer, path: str, count: int) -> Figures:
    opened = peer.open(path)
    found = over_empty_loop(peer.debug, opened.log, count)
    opened.end()
    return found


def over_empty_loop(statement: str, log: Any, count: int) -> Figures:
    """Return the nanoseconds of a call beyond those of a loop without one."""
    loop, empty = compiled(statement), compiled("pass")
    took = []
    for _ in range(7):
        begin = time.thread_time_ns()
        loop(log, range(count))
        middle = time.thread_time_ns()
        empty(log, range(count))
        took.append((2 * middle - begin - time.thread_time_ns()) / count)
    return {"ns": statistics.median(took)}


def burst(peer: Peer, path: str, count: int, statement: str = "") -> Figures:
    opened = warm(peer, path)
    loop = compiled(statement or peer.info)
    caller = wall = 0
    everybody = time.process_time_ns()
    for first in range(0, count, BATCH):
        numbers = range(first, first + BATCH)
        begin, cpu = time.perf_counter_ns(), time.thread_time_ns()
        loop(opened.log, numbers)
        caller += time.thread_time_ns() - cpu
        wall += time.perf_counter_ns() - begin
        opened.flush()
    opened.end()
    everybody = time.process_time_ns() - everybody
    return {"caller_cpu": caller / count, "caller": wall / count, "cpu": everybody / count}


def json(peer: Peer, path: str, count: int) -> Figures:
    assert peer.open_json is not None
    opened = peer.open_json(path)
    loop = compiled(peer.json)
    caller = 0
    everybody = time.process_time_ns()
    for first in range(0, count, BATCH):
        cpu = time.thread_time_ns()
        loop(opened.log, range(first, first + BATCH))
        caller += time.thread_time_ns() - cpu
        opened.flush()
    opened.end()
    everybody = time.process_time_ns() - everybody
    return {"cpu_us": everybody / count / 1000, "caller_cpu_us": caller / count / 1000}


def exception(peer: Peer, path: str, count: int) -> Figures:
    opened = peer.open(path)
    source = f"def log_it(log, i):\n    {peer.exception}\n"
    scope: dict[str, Any] = {}
    exec(source, scope)
    log_it = scope["log_it"]
    caller = 0
    everybody = time.process_time_ns()
    for i in range(count):
        try:
            _outer(0)
        except ZeroDivisionError:
            begin = time.thread_time_ns()
            log_it(opened.log, i)
            caller += time.thread_time_ns() - begin
    opened.end()
    everybody = time.process_time_ns() - everybody
    return {"caller_cpu_us": caller / count / 1000, "cpu_us": everybody / count / 1000}


def _outer(number: int) -> float:
    return _inner(number) + 1


def _inner(number: int) -> float:
    return 1 / number


def paced(peer: Peer, path: str, count: int) -> Figures:
    opened = warm(peer, path)
    call = compiled(peer.info)
    one = [0]
    took = []
    due = time.perf_counter_ns()
    for i in range(count):
        one[0] = i
        due += 50_000
        while time.perf_counter_ns() < due:
            pass
        begin = time.perf_counter_ns()
        call(opened.log, one)
        took.append(time.perf_counter_ns() - begin)
    opened.end()
    took.sort()
    at = {p: took[min(int(count * float(p) / 100), count - 1)] for p in ("50", "99", "99.9")}
    return {f"p{percent}": value / 1000 for percent, value in at.items()}


def one_thread(peer: Peer, path: str, count: int) -> Figures:
    return _end_to_end(peer, path, count, 1)


def threads(peer: Peer, path: str, count: int) -> Figures:
    return _end_to_end(peer, path, count, THREADS)


def _end_to_end(peer: Peer, path: str, count: int, how_many: int) -> Figures:
    opened = warm(peer, path)
    loop = compiled(peer.info)
    start = threading.Barrier(how_many + 1)

    def work() -> None:
        start.wait()
        loop(opened.log, range(count // how_many))

    workers = [threading.Thread(target=work) for _ in range(how_many)]
    for worker in workers:
        worker.start()
    start.wait()
    begin, cpu = time.perf_counter(), time.process_time_ns()
    for worker in workers:
        worker.join()
    opened.flush()
    opened.end()
    wall, cpu = time.perf_counter() - begin, time.process_time_ns() - cpu
    return {"k_per_s": count / wall / 1000, "cpu": cpu / count, "peak_MiB": peak()}


def peak() -> float:
    """Return the most memory that was resident, in MiB.

    Not by ``getrusage``, which counts the process that started this one, too.
    """
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def resident() -> float:
    """Return the memory that is resident now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def idle(peer: Peer, path: str, count: int) -> Figures:
    opened = warm(peer, path)
    time.sleep(1.5)
    seconds = count / 1000
    cpu, switches = time.process_time_ns(), _switches()
    time.sleep(seconds)
    cpu, switches = time.process_time_ns() - cpu, _switches() - switches
    opened.end()
    return {"percent": cpu / seconds / 1e7, "wake_ups": switches / seconds}


def _switches() -> int:
    found = 0
    for status in Path("/proc/self/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found += int(line.split()[1])
    return found


def visible(peer: Peer, path: str, count: int) -> Figures:
    """Have another process look for the lines, whose numbers are the times of the calls."""
    opened = warm(peer, path)
    reader = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("reader.py")), path, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    reader.stdout.readline()  # it has opened the file
    call = compiled(peer.info)
    for _ in range(count):
        time.sleep(0.0002)
        call(opened.log, [time.perf_counter_ns()])
    time.sleep(0.5)
    opened.end()
    out, _ = reader.communicate(timeout=60)
    took = sorted(map(int, out.split()))
    if not took:
        return {"unseen": count}
    at = {"p50_us": took[len(took) // 2], "p99_us": took[int(len(took) * 0.99)]}
    found = {name: value / 1000 for name, value in at.items()}
    return {**found, "max_us": took[-1] / 1000, "unseen": count - len(took)}


def memory(peer: Peer, path: str, count: int) -> Figures:
    """Log to a pipe that the process that started this one reads after two seconds."""
    opened = peer.open(path)
    loop = compiled(peer.info)
    returned = 0
    stalled = threading.Event()

    def work() -> None:
        nonlocal returned
        for first in range(0, count, 100):
            loop(opened.log, range(first, first + 100))
            if not stalled.is_set():
                returned = first + 100

    worker = threading.Thread(target=work)
    before = resident()
    worker.start()
    worker.join(2)
    stalled.set()
    found = {"peak_MiB": peak() - before, "returned": returned}
    print("read", flush=True)
    worker.join()
    opened.flush()
    opened.end()
    return found


def residence(peer: Peer, path: str, count: int) -> Figures:
    """What a process with one logger and a thousand records takes; what ours grows by later."""
    opened = warm(peer, path)
    loop = compiled(peer.info)
    loop(opened.log, range(1000))
    opened.flush()
    found = {"MiB": resident()}
    if count >= 1_000_000:
        early = 0.0
        batch = count // 100
        for first in range(0, count, batch):
            os.truncate(path, 0)
            loop(opened.log, range(first, first + batch))
            opened.flush()
            assert _lines(path) == batch
            if first + batch == count // 10:
                early = resident()
        found["growth_MiB"] = resident() - early
    opened.end()
    return found


def _lines(path: str) -> int:
    with open(path, "rb", buffering=0) as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 16), b""))


class Scenario(NamedTuple):
    run: Callable[[Peer, str, int], Figures]
    #: How many records: of peers that are fast, of others, in a quick run.
    counts: tuple[int, int, int]
    #: What counts: the first figure is also shown as how many times stdlib's it is.
    about: str
    columns: dict[str, str]
    rounds: int = 7
    is_rate: bool = False


SCENARIOS = {
    "disabled": Scenario(
        disabled,
        (200_000, 200_000, 20_000),
        "`log.debug(...)` while the level is INFO: nanoseconds of CPU over an empty loop.",
        {"ns": "ns"},
    ),
    "burst": Scenario(
        burst,
        (50_000, 20_000, 2000),
        "A thousand calls back to back, then a flush, and again. Nanoseconds per call: CPU of the "
        "calling thread, wall time of the call, CPU of all threads, flushes included.",
        {"caller_cpu": "caller CPU ns", "caller": "caller ns", "cpu": "all CPU ns"},
    ),
    "paced": Scenario(
        paced,
        (40_000, 40_000, 2000),
        "A call each 50 us while the thread waits busily; microseconds by wall clock.",
        {"p50": "p50 us", "p99": "p99 us", "p99.9": "p99.9 us"},
    ),
    "one_thread": Scenario(
        one_thread,
        (1_000_000, 200_000, 4000),
        "A million records (200,000 of slow peers) from one thread, until flushed and closed.",
        {"k_per_s": "thousand records/s", "cpu": "all CPU ns", "peak_MiB": "peak MiB"},
        5,
        True,
    ),
    "threads": Scenario(
        threads,
        (1_000_000, 200_000, 4000),
        "The same from four threads.",
        {"k_per_s": "thousand records/s", "cpu": "all CPU ns", "peak_MiB": "peak MiB"},
        5,
        True,
    ),
    "exception": Scenario(
        exception,
        (10_000, 5000, 300),
        "`log.exception(...)` of an exception that passed three frames, from one call site; "
        "microseconds of CPU.",
        {"caller_cpu_us": "caller CPU us", "cpu_us": "all CPU us"},
    ),
    "json": Scenario(
        json,
        (50_000, 20_000, 2000),
        "Each record with two fields, as JSON; every line is parsed. Microseconds of CPU.",
        {"cpu_us": "all CPU us", "caller_cpu_us": "caller CPU us"},
    ),
    "visible": Scenario(
        visible,
        (2000, 2000, 200),
        "Microseconds from a call until another process that looks each 70 us finds its line, a "
        "call each 200 us or so.",
        {"p50_us": "p50 us", "p99_us": "p99 us", "max_us": "max us", "unseen": "unseen"},
        3,
    ),
    "idle": Scenario(
        idle,
        (3000, 3000, 300),
        "Three quiet seconds, a second and a half after the last call.",
        {"percent": "% of a core", "wake_ups": "wake-ups per s"},
        3,
    ),
    "memory": Scenario(
        memory,
        (200_000, 200_000, 4000),
        "The file is a pipe that nobody reads for two seconds, while a thread makes 200,000 calls "
        "as fast as it is let. Memory beyond what was there before; calls that came back.",
        {"peak_MiB": "peak MiB", "returned": "returned"},
        3,
    ),
    "residence": Scenario(
        residence,
        (10_000_000, 1000, 2000),
        "A process with one logger and a thousand records; growth between record 1 million and 10 "
        "million, of femtologging.",
        {"MiB": "resident MiB", "growth_MiB": "growth MiB"},
        3,
    ),
}
