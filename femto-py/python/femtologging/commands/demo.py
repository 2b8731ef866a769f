"""Show what it does: levels, an exception, fields, JSON, a file that rolls over, who waited.

Writes to a folder of its own, which is removed in the end.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time

from .. import handlers, rust_counts
from .._femtologging import path_counts
from ..context import log_context
from ..handler import FileHandler, stats
from ..logger import getLogger
from ..structured import JSONFormatter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments: there are none."""


def run(arguments: argparse.Namespace) -> int:
    """Show it."""
    with tempfile.TemporaryDirectory(prefix="femtologging-") as folder:
        _show(folder)
    return 0


def _show(folder: str) -> None:
    log = getLogger("femtologging.demo.shop")
    log.propagate = False
    log.setLevel(logging.DEBUG)
    path = {name: os.path.join(folder, name) for name in ("shop.log", "shop.json", "rolling.log")}

    _head("Lines as stdlib's logging writes them: levels, arguments, an exception")
    plain = FileHandler(path["shop.log"])
    plain.setFormatter(logging.Formatter("%(asctime)s %(levelname)-8s %(name)s %(message)s"))
    log.addHandler(plain)
    log.debug("opened at %d:%02d", 9, 5)
    log.info("sold %(count)d %(what)s", {"count": 3, "what": "apples"})
    log.warning("%d%% of the shelf is empty", 80)
    try:
        {}["pears"]  # type: ignore[index]
    except KeyError:
        log.exception("nobody knows the price of %r", "pears")
    plain.flush()
    _print(path["shop.log"])

    _head("Fields and a context, as JSON")
    log.removeHandler(plain)
    structured = FileHandler(path["shop.json"])
    structured.setFormatter(JSONFormatter())
    log.addHandler(structured)
    with log_context(request_id="a1"):
        log.info("sold", extra={"what": "apples", "count": 3, "price": 1.25})
    structured.flush()
    _print(path["shop.json"])

    _head("A file that rolls over at 200 bytes, two kept")
    log.removeHandler(structured)
    rolling = handlers.RotatingFileHandler(path["rolling.log"], maxBytes=200, backupCount=2)
    log.addHandler(rolling)
    for number in range(30):
        log.info("customer %d came in", number)
    rolling.flush()
    for name in sorted(os.listdir(folder)):
        if name.startswith("rolling"):
            print(f"{name}: {os.path.getsize(os.path.join(folder, name))} bytes")

    _head("What a call costs the caller")
    log.removeHandler(rolling)
    log.addHandler(plain)
    begin = time.thread_time_ns()
    for number in range(_CALLS):
        log.info("customer %d bought %s", number, "apples")
    cost = (time.thread_time_ns() - begin) / _CALLS
    print(f"{cost:,.0f} ns for log.info with two arguments, formatted and written by a thread")
    for handler in (plain, structured, rolling):
        log.removeHandler(handler)
        handler.close()

    _head("What was counted")
    for one in stats():
        print(
            f"{one.handler}: {one.accepted} accepted, {one.written} written, {one.dropped} dropped"
        )
    fast, slow = path_counts()
    print(f"{fast} calls made no LogRecord, {slow} did; of Rust statements {rust_counts()[0]} came")


def _head(text: str) -> None:
    print(f"\n# {text}")


def _print(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        print(file.read(), end="")


_CALLS = 20_000
