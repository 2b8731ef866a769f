"""Compare with stdlib's logging on this machine: CPU time of a call, and of all threads.

Both write log.info("hello %s %d", "world", i) to a file, in turn, each round in a process of its
own; the medians of the rounds are shown. For the whole comparison see the repository's
docs/benchmarks.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument(
        "--calls", type=_positive, default=100_000, help="in a round; default 100000"
    )
    parser.add_argument("--rounds", type=_positive, default=5, help="default 5")


def run(arguments: argparse.Namespace) -> int:
    """Compare."""
    found: dict[str, list[dict[str, float]]] = {"logging": [], "femtologging": []}
    for _ in range(arguments.rounds):
        for module, rounds in found.items():
            rounds.append(_round(module, arguments.calls))
    medians = {
        module: {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        for module, rounds in found.items()
    }
    print(f"{'ns of CPU time per call':24} {'logging':>10} {'femtologging':>14} {'times':>7}")
    for key in medians["logging"]:
        old, new = medians["logging"][key], medians["femtologging"][key]
        print(f"{key:24} {old:10,.0f} {new:14,.0f} {old / max(new, 0.1):7.1f}")
    return 0


def _round(module: str, calls: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="femtologging-") as folder:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, module, str(calls)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


_PROGRAM = """
import importlib, json, sys, time
logging = importlib.import_module(sys.argv[1])
calls = int(sys.argv[2])
logging.basicConfig(
    filename="app.log", level="INFO", format="%(asctime)s %(name)s %(levelname)s %(message)s"
)
log = logging.getLogger("app")

def measure(work):
    work(1000)
    begin = time.thread_time_ns(), time.process_time_ns()
    work(calls)
    end = time.thread_time_ns()
    logging.root.handlers[0].flush()
    return (end - begin[0]) / calls, (time.process_time_ns() - begin[1]) / calls

def enabled(count):
    for i in range(count):
        log.info("hello %s %d", "world", i)

def disabled(count):
    for i in range(count):
        log.debug("hello %s %d", "world", i)

def nothing(count):
    for i in range(count):
        pass

loop = measure(nothing)[0]
caller, everybody = measure(enabled)
lines = sum(1 for line in open("app.log"))
if lines != calls + 1000:
    sys.exit(f"{lines} lines of {calls + 1000}")
print(json.dumps({
    "a call that is disabled": measure(disabled)[0] - loop,
    "a call, its thread": caller - loop,
    "a call, all threads": everybody - loop,
}))
"""
