"""Configuration and import: what is measured of femtologging and of stdlib alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile

IMPORT = """
import time
before = time.process_time_ns()
import {module}
print((time.process_time_ns() - before) / 1e6)
"""

CONFIGURATION = """
import logging.config, time
{load}
levels = ["DEBUG", "INFO", "WARNING", "ERROR"]

def configuration(turn):
    return {{
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {{"line": {{"format": "%(asctime)s %(name)s %(message)s"}}}},
        "handlers": {{
            "file": {{"class": "{handler}", "formatter": "line", "filename": "app.log"}},
        }},
        "loggers": {{f"app.part{{n}}": {{"level": levels[(n + turn) % 4]}} for n in range(50)}},
        "root": {{"level": "INFO", "handlers": ["file"]}},
    }}

dictConfig(configuration(0))
before = time.thread_time_ns()
for turn in range({times}):
    dictConfig(configuration(turn))
print((time.thread_time_ns() - before) / {times} / 1000)
"""

STDLIB = {"load": "from logging.config import dictConfig", "handler": "logging.FileHandler"}
FEMTO = {
    "load": "from femtologging.config import dictConfig",
    "handler": "femtologging.FileHandler",
}


def measured(rounds: int, is_quick: bool) -> dict[str, float]:
    """Return the figures by name: medians."""
    times = 3 if is_quick else 100
    programs = {
        "import logging, ms": IMPORT.format(module="logging"),
        "import femtologging, ms": IMPORT.format(module="femtologging"),
        "50 loggers by dictConfig, stdlib, us": CONFIGURATION.format(times=times, **STDLIB),
        "50 loggers by dictConfig, femtologging, us": CONFIGURATION.format(times=times, **FEMTO),
    }
    found: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, "-c", program]
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, check=True, timeout=120
                )
            found[name].append(float(done.stdout))
    return {name: statistics.median(values) for name, values in found.items()}
