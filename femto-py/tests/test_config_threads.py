"""Configured anew while threads log: nothing is lost, nothing is there twice, nothing is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

PROGRAM = """
import collections, time
way = {way!r}
def config(turn):
    # From file to file, and where nothing passes them on from logger to logger, from the root to a logger and back.
    at_root = turn % 2 == 0 or way != "fast"
    return {{
        "version": 1, "disable_existing_loggers": False,
        "formatters": {{"f": {{"format": "%(message)s"}}}},
        "filters": {{"f": {{"()": lambda: (lambda record: True)}}}},
        "handlers": {{"file": {{
            "class": "logging.FileHandler", "filename": f"{{turn % 3}}.log", "formatter": "f", "level": "INFO",
            "filters": ["f"] if way == "slow" else [],
        }}}},
        "loggers": {{"app": {{"level": "INFO", "handlers": [] if at_root else ["file"], "propagate": at_root}}}},
        "root": {{"handlers": ["file"] if at_root else [], "level": "DEBUG"}},
    }}
raised, counts, stop = [], [0] * 4, threading.Event()
def work(thread):
    log = logging.getLogger(f"app.thread{{thread}}") if way == "stdlib" else femtologging.getLogger(f"app.thread{{thread}}")
    try:
        while not stop.is_set():
            log.info("%d %d", thread, counts[thread])
            counts[thread] += 1
            if counts[thread] % 100 == 0: time.sleep(0.001)
    except BaseException as error:
        raised.append(error)
femtologging.dictConfig(config(0))
if way == "stdlib":
    femtologging.uninstall()
sys.setswitchinterval(1e-4)
threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
for thread in threads: thread.start()
for turn in range(1, 40):
    femtologging.dictConfig(config(turn))
    if way == "stdlib": femtologging.uninstall()
    reached = sum(counts) + 100
    while sum(counts) < reached and not raised: time.sleep(0.001)
stop.set()
for thread in threads: thread.join()
logging.shutdown()
assert not raised, raised
lines = collections.Counter(line for turn in range(3) for line in open(f"{{turn}}.log").read().splitlines())
wanted = {{f"{{thread}} {{number}}" for thread in range(4) for number in range(counts[thread])}}
assert lines.keys() == wanted, sorted(wanted ^ lines.keys())[:10]
assert set(lines.values()) == {{1}}, [line for line, many in lines.items() if many > 1][:10]
print(counts, native.path_counts())
"""


@pytest.mark.parametrize("way", ["fast", "slow", "stdlib"])
def test_reconfiguration_while_four_threads_log(run, tmp_path: Path, way: str) -> None:
    done = run(PROGRAM.format(way=way))
    if way == "fast":
        assert done.stdout.strip().endswith(", 0)")


def test_a_call_that_uninstall_overtakes_goes_on(run) -> None:
    run(
        """
femtologging.install()
log, manager = logging.getLogger("app"), logging.root.manager
# As a thread has them that is in the middle of a call.
make, get, clear = log.makeRecord, manager.getLogger, manager._clear_cache
femtologging.uninstall()
assert type(log) is logging.Logger and type(manager) is logging.Manager
assert make("app", 20, "app.py", 1, "text", (), None).getMessage() == "text"
assert get("app.new").parent is log
clear()
"""
    )
