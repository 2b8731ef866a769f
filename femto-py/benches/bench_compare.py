"""Logs the same to a file by stdlib, by its queue, by picologging and by femtologging.

Prints a Markdown table: medians of interleaved rounds, a process for each measurement, every line
of every file counted and looked at. ``--rounds N`` (default 7), ``--quick`` to see that it runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"
PEERS = ("floor", "stdlib", "queue", "picologging", "femtologging")
SCENARIOS = ("disabled", "burst", "paced", "threads")
THREADS = 4
BATCH = 1000


def logger(peer: str, path: str) -> tuple[Any, Callable[[], None], Callable[[], None]]:
    """Return a logger, what flushes it, and what ends it."""
    if peer == "picologging":
        import picologging as logging  # type: ignore[import-not-found]
    else:
        import logging
    if peer == "femtologging":
        import femtologging

        log = femtologging.getLogger("app.db")
        handler: Any = femtologging.FileHandler(path)
    else:
        log = logging.getLogger("app.db")
        handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter(FORMAT))
    log.setLevel(logging.INFO)
    if peer == "queue":
        import logging.handlers
        import queue

        waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        log.addHandler(logging.handlers.QueueHandler(waiting))  # type: ignore[arg-type]
        listener = logging.handlers.QueueListener(waiting, handler)  # type: ignore[arg-type]
        listener.start()

        def drain() -> None:
            while not waiting.empty():
                time.sleep(0.0005)

        def end() -> None:
            listener.stop()
            handler.close()

        return log, drain, end
    log.addHandler(handler)
    return log, handler.flush, handler.close


def disabled(peer: str, path: str, count: int) -> dict[str, float]:
    if peer == "floor":
        import floor

        made = floor.noop()
        if made is None:
            return {}
        call = made
    else:
        log, _, end = logger(peer, path)
        call = log
    best = []
    for _ in range(5):
        if peer == "floor":
            before = time.thread_time_ns()
            for i in range(count):
                call.noop("hello %s %d", "world", i)
        else:
            before = time.thread_time_ns()
            for i in range(count):
                call.debug("hello %s %d", "world", i)
        with_call = time.thread_time_ns() - before
        before = time.thread_time_ns()
        for i in range(count):  # noqa: B007
            pass
        best.append((with_call - (time.thread_time_ns() - before)) / count)
    if peer != "floor":
        end()
    return {"disabled ns": statistics.median(best)}


def burst(peer: str, path: str, count: int) -> dict[str, float]:
    log, flush, end = logger(peer, path)
    log.info("hello %s %d", "world", -1)
    flush()
    caller = 0
    everybody = time.process_time_ns()
    for batch in range(count // BATCH):
        before = time.thread_time_ns()
        for i in range(batch * BATCH, (batch + 1) * BATCH):
            log.info("hello %s %d", "world", i)
        caller += time.thread_time_ns() - before
        flush()
    end()
    everybody = time.process_time_ns() - everybody
    return {"caller CPU ns": caller / count, "all CPU ns, flushes": everybody / count}


def paced(peer: str, path: str, count: int) -> dict[str, float]:
    log, _, end = logger(peer, path)
    log.info("hello %s %d", "world", -1)
    took = []
    due = time.perf_counter_ns()
    for i in range(count):
        due += 50_000
        while time.perf_counter_ns() < due:
            pass
        before = time.perf_counter_ns()
        log.info("hello %s %d", "world", i)
        took.append(time.perf_counter_ns() - before)
    end()
    took.sort()
    return {
        f"paced p{percent} us": took[min(int(count * percent / 100), count - 1)] / 1000
        for percent in (50, 99, 99.9)
    }


def threads(peer: str, path: str, count: int) -> dict[str, float]:
    log, _, end = logger(peer, path)
    each = count // THREADS
    start = threading.Barrier(THREADS + 1)

    def work() -> None:
        start.wait()
        for i in range(each):
            log.info("hello %s %d", "world", i)

    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    start.wait()
    before, cpu = time.perf_counter(), time.process_time_ns()
    for worker in workers:
        worker.join()
    end()
    wall, cpu = time.perf_counter() - before, time.process_time_ns() - cpu
    return {"4 threads k rec/s": count / wall / 1000, "all CPU ns, 4 threads": cpu / count}


def expected(scenario: str, count: int) -> list[int]:
    """Return the numbers that the lines must carry, sorted."""
    if scenario == "disabled":
        return []
    if scenario == "threads":
        return sorted(list(range(count // THREADS)) * THREADS)
    return [-1, *range(count)]


def measure(peer: str, scenario: str, count: int) -> dict[str, float] | str:
    """Run one measurement in a process of its own; return why not, if it cannot be."""
    if peer == "floor" and scenario != "disabled":
        return ""
    if peer == "picologging" and importlib.util.find_spec("picologging") is None:
        return "not installed"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.log"
        command = [sys.executable, __file__, "--child", peer, scenario, str(path), str(count)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            return "hangs"
        if done.returncode:
            return "fails"
        numbers = []
        for line in path.read_text().splitlines() if path.exists() else ():
            # The date is left out: picologging prints a wrong one now and then.
            *rest, number = line.split(" ")[-5:]
            if rest != ["app.db", "INFO", "hello", "world"]:
                return "torn lines"
            numbers.append(int(number))
        if sorted(numbers) != expected(scenario, count):
            return "lost lines"
        found: dict[str, float] = json.loads(done.stdout)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        peer, scenario, path, number = options.child
        print(json.dumps(globals()[scenario](peer, path, int(number))))
        return
    rounds = 1 if options.quick else options.rounds
    size = 2_000 if options.quick else 20_000
    results: dict[str, dict[str, list[float]]] = {peer: {} for peer in PEERS}
    reasons: dict[tuple[str, str], str] = {}
    columns: dict[str, str] = {}
    for _ in range(rounds):
        for scenario in SCENARIOS:
            for peer in PEERS:
                if reasons.get((peer, scenario)) in ("hangs", "not installed"):
                    continue
                found = measure(peer, scenario, size * (5 if scenario == "threads" else 1))
                if isinstance(found, str):
                    reasons[peer, scenario] = found
                    continue
                for name, value in found.items():
                    columns.setdefault(name, scenario)
                    results[peer].setdefault(name, []).append(value)
    ordered = sorted(columns, key=lambda name: SCENARIOS.index(columns[name]))
    python = f"Python {platform.python_version()}, {rounds} rounds, medians"
    print(f"`log.info('hello %s %d', 'world', i)` to a file; {python}\n")
    print(f"| | {' | '.join(ordered)} |")
    print(f"|---|{'---|' * len(ordered)}")
    for peer in PEERS:
        cells = []
        for name in ordered:
            values = results[peer].get(name)
            reason = reasons.get((peer, columns[name]), "")
            if reason or not values:
                cells.append(reason)
            else:
                value = statistics.median(values)
                cells.append(f"{value:,.0f}" if value >= 100 else f"{value:.2f}")
        print(f"| {peer} | {' | '.join(cells)} |")
    failed = [key for key, reason in reasons.items() if key[0] == "femtologging" and reason]
    if failed:
        sys.exit(f"femtologging: {failed}")


if __name__ == "__main__":
    main()
