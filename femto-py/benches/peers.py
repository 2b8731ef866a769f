"""The peers: how each is set up to log to a file, flushed and ended, and how its calls are spelt.

All write a line of time, level, name or place, and message; what they lack is left out.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


class Log(NamedTuple):
    """A logger that is set up."""

    log: Any
    #: Returns when what was logged is with the operating system.
    flush: Callable[[], object]
    end: Callable[[], object]


class Peer(NamedTuple):
    """A peer; a call of it is Python source with the names ``log`` and ``i``."""

    name: str
    #: What to import and what to ask for its version; empty for what comes with Python.
    package: str
    open: Callable[[str], Log]
    info: str = 'log.info("hello %s %d", "world", i)'
    debug: str = 'log.debug("hello %s %d", "world", i)'
    exception: str = 'log.exception("hello %s %d", "world", i)'
    json: str = 'log.info("hello %s %d", "world", i, extra={"user": "me", "status": 200})'
    open_json: Callable[[str], Log] | None = None
    #: Whether a million records take seconds, not a quarter of a minute.
    is_fast: bool = False
    #: Scenarios that it cannot run, and why.
    lacks: Mapping[str, str] = MappingProxyType({})

    @property
    def version(self) -> str:
        """Its version, or Python's."""
        if not self.package:
            return sys.version.split()[0]
        return importlib.metadata.version(self.package)

    def is_there(self) -> bool:
        """Whether it is installed."""
        try:
            return bool(self.version)
        except importlib.metadata.PackageNotFoundError:
            return False


def _idiom(
    logging: Any, path: str, log: Any, handler_class: Any = None, formatter: Any = None
) -> Log:
    handler = (handler_class or logging.FileHandler)(path)
    handler.setFormatter(formatter or logging.Formatter(FORMAT))
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    return Log(log, handler.flush, handler.close)


def _stdlib(path: str, handler_class: Any = None, formatter: Any = None) -> Log:
    import logging

    return _idiom(logging, path, logging.getLogger("app.db"), handler_class, formatter)


def _tuned(path: str) -> Log:
    import logging

    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False
    logging._srcfile = None  # type: ignore[attr-defined]
    return _stdlib(path)


def _queue(path: str) -> Log:
    import logging.handlers
    import queue

    waiting: Any = queue.SimpleQueue()
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter(FORMAT))
    listener = logging.handlers.QueueListener(waiting, handler)
    log = logging.getLogger("app.db")
    log.setLevel(logging.INFO)
    log.addHandler(logging.handlers.QueueHandler(waiting))
    listener.start()

    def drain() -> None:
        while not waiting.empty():
            time.sleep(0.0005)

    def end() -> None:
        listener.stop()
        handler.close()

    return Log(log, drain, end)


def _json_logger(path: str) -> Log:
    from pythonjsonlogger.json import JsonFormatter

    return _stdlib(path, formatter=JsonFormatter(FORMAT))


def _femto(path: str, formatter: Any = None) -> Log:
    import logging

    import femtologging

    log = femtologging.getLogger("app.db")
    return _idiom(logging, path, log, femtologging.FileHandler, formatter)


def _femto_json(path: str) -> Log:
    import femtologging

    return _femto(path, femtologging.JSONFormatter())


def _femto_handler(path: str) -> Log:
    import femtologging

    return _stdlib(path, femtologging.FileHandler)


def _femto_handler_json(path: str) -> Log:
    import femtologging

    return _stdlib(path, femtologging.FileHandler, femtologging.JSONFormatter())


def _twin(package: str) -> Callable[[str], Log]:
    """Return what opens a package that has stdlib's names."""

    def open_it(path: str) -> Log:
        logging = importlib.import_module(package)
        logging = getattr(logging, "logging", logging)
        return _idiom(logging, path, logging.getLogger("app.db"))

    return open_it


def _loguru(path: str, **options: Any) -> Log:
    from loguru import logger

    logger.remove()
    line = "{time:YYYY-MM-DD HH:mm:ss,SSS} {name} {level} {message}"
    sink = logger.add(path, level="INFO", format=line, **options)
    return Log(logger, logger.complete, lambda: logger.remove(sink))


def _structlog(path: str, renderer: Any = None) -> Log:
    import logging

    import structlog

    out = Path(path).open("a")  # noqa: SIM115
    processors = structlog.processors
    structlog.configure(
        processors=[
            processors.add_log_level,
            processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S"),
            processors.format_exc_info,
            renderer or processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=True,
    )
    return Log(structlog.get_logger().bind(), out.flush, out.close)


def _structlog_json(path: str) -> Log:
    import structlog

    return _structlog(path, structlog.processors.JSONRenderer())


def _logbook(path: str) -> Log:
    import logbook

    line = "{record.time:%Y-%m-%d %H:%M:%S} {record.channel} {record.level_name} {record.message}"
    handler = logbook.FileHandler(path, level=logbook.INFO, format_string=line)
    handler.push_application()
    log = logbook.Logger("app.db", level=logbook.INFO)
    return Log(log, lambda: handler.stream and handler.stream.flush(), handler.close)


def _spdlog(path: str, is_asynchronous: bool = False) -> Log:
    import spdlog

    if is_asynchronous:
        spdlog.set_async_mode(queue_size=8192)
    log = spdlog.FileLogger("app.db", path, True, False, async_mode=is_asynchronous)
    log.set_pattern("%Y-%m-%d %H:%M:%S,%e %n %l %v")
    log.set_level(spdlog.LogLevel.INFO)

    def end() -> None:
        log.flush()
        log.close()
        spdlog.drop_all()

    return Log(log, log.flush, end)


def _nexuslog(path: str) -> Log:
    import nexuslog

    log = nexuslog.Logger("app.db", path)
    return Log(log, lambda: time.sleep(0.01), log.shutdown)


_READY = '("hello %s %d" % ("world", i))'
_BRACES = '("hello {} {}", "world", i)'
_NO_FIELDS = {"json": "no fields", "exception": "no exceptions"}

PEERS = (
    Peer("femtologging", "femtologging", _femto, open_json=_femto_json, is_fast=True),
    Peer(
        "femtologging, handler only",
        "femtologging",
        _femto_handler,
        open_json=_femto_handler_json,
    ),
    Peer("stdlib", "", _stdlib),
    Peer("stdlib, tuned", "", _tuned),
    Peer("stdlib, python-json-logger", "python-json-logger", _stdlib, open_json=_json_logger),
    Peer("stdlib, QueueHandler", "", _queue),
    Peer("picologging", "picologging", _twin("picologging"), lacks={"threads": "deadlocks"}),
    Peer("logxide", "logxide", _twin("logxide")),
    Peer(
        "structlog",
        "structlog",
        _structlog,
        open_json=_structlog_json,
        json='log.info("hello %s %d", "world", i, user="me", status=200)',
    ),
    Peer(
        "loguru",
        "loguru",
        _loguru,
        f"log.info{_BRACES}",
        f"log.debug{_BRACES}",
        f"log.exception{_BRACES}",
        'log.info("hello {} {}", "world", i, user="me", status=200)',
        lambda path: _loguru(path, serialize=True),
    ),
    Peer(
        "loguru, enqueue",
        "loguru",
        lambda path: _loguru(path, enqueue=True),
        f"log.info{_BRACES}",
        f"log.debug{_BRACES}",
        f"log.exception{_BRACES}",
    ),
    Peer(
        "logbook",
        "logbook",
        _logbook,
        f"log.info{_BRACES}",
        f"log.debug{_BRACES}",
        f"log.exception{_BRACES}",
    ),
    Peer(
        "spdlog",
        "spdlog",
        _spdlog,
        f"log.info{_READY}",
        f"log.debug{_READY}",
        is_fast=True,
        lacks=_NO_FIELDS,
    ),
    Peer(
        "spdlog, asynchronous",
        "spdlog",
        lambda path: _spdlog(path, True),
        f"log.info{_READY}",
        f"log.debug{_READY}",
        is_fast=True,
        lacks=_NO_FIELDS,
    ),
    Peer(
        "nexuslog",
        "nexuslog",
        _nexuslog,
        f"log.info{_READY}",
        f"log.debug{_READY}",
        is_fast=True,
        lacks=_NO_FIELDS | {"memory": "no pipes", "visible": "files of its own naming"},
    ),
)
BY_NAME = {peer.name: peer for peer in PEERS}
