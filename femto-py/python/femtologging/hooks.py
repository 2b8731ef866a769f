"""Hooks: whether stdlib's logging is as the fast path knows it.

Classes and modules can be changed under a running program: error trackers replace
``Logger.callHandlers``, test tools the clock, applications the record factory. The native part
sees that something changed; this looks what it is, and sends everything down the slow path if the
fast one no longer does what stdlib would.
"""

from __future__ import annotations

import logging
import time
from types import BuiltinFunctionType, FunctionType

from ._femtologging import revalidated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def revalidate() -> None:
    """Look at classes and modules, and tell the native part."""
    global _state
    _state = _State()
    methods = [getattr(logging.Logger, name) for name in _LOG_METHODS]
    revalidated(methods, _level_names())


def epoch() -> object:
    """Return an object that is another one after each look."""
    return _state


def are_levels_plain() -> bool:
    """Whether the threshold of a logger is what its attributes say."""
    return _state.levels


def is_path_plain() -> bool:
    """Whether no method between a log call and its handlers, and no clock, is replaced."""
    return _state.path


def is_formatter_plain() -> bool:
    """Whether ``logging.Formatter`` formats as it always did."""
    return _state.formatter


class _State:
    """What a look found."""

    def __init__(self) -> None:
        self.levels = _are_plain(logging.Logger, (*_LOG_METHODS, *_LEVEL_METHODS))
        self.formatter = _are_plain(logging.Formatter, _FORMATTER_METHODS)
        self.path = (
            self.levels
            and self.formatter
            and _are_plain(logging.Logger, _PATH_METHODS)
            and _are_plain(logging.Handler, _HANDLER_METHODS)
            and _are_plain(logging.LogRecord, ("__init__", "getMessage"))
            and logging.getLogRecordFactory() is logging.LogRecord
            and logging.LogRecord.__module__ == "logging"
            and bool(logging._srcfile)
            and logging.logThreads
            and logging.logProcesses
            and logging.logMultiprocessing
            and getattr(logging, "logAsyncioTasks", True)
            and getattr(logging, "time", None) is time
            and _is_clock(time.time)
            and _is_clock(time.time_ns)
        )


def _are_plain(cls: type, names: Iterable[str]) -> bool:
    """Whether the methods are the functions that stdlib's module defines under these names."""
    return all(_is_plain(getattr(cls, name, None), name) for name in names)


def _is_plain(function: object, name: str) -> bool:
    return (
        isinstance(function, FunctionType)
        and function.__globals__ is vars(logging)
        and function.__code__.co_name == name
    )


def _is_clock(function: object) -> bool:
    return isinstance(function, BuiltinFunctionType) and function.__module__ == "time"


def _level_names() -> list[tuple[int, str]]:
    """List the names of levels that the native formatter would not print by itself."""
    known: dict[int, str] = logging._levelToName
    found = []
    for level in range(1, 255):
        if level in known or level in _NATIVE_NAMES:
            unnamed = f"Level {level}"
            name = known.get(level, unnamed)
            if name != _NATIVE_NAMES.get(level, unnamed):
                found.append((level, str(name)))
    return found


#: Where the names are that a look looks at.
DICTIONARIES: list[dict[Any, Any]] = [vars(logging), vars(time), logging._levelToName]

#: In the order of the native methods.
_LOG_METHODS = ("debug", "info", "warning", "error", "exception", "critical", "log")
_LEVEL_METHODS = ("isEnabledFor", "getEffectiveLevel")
_PATH_METHODS = ("_log", "makeRecord", "findCaller", "handle", "callHandlers", "filter")
_HANDLER_METHODS = ("handle", "format", "filter", "acquire", "release")
_FORMATTER_METHODS = (
    "format",
    "formatTime",
    "formatException",
    "formatStack",
    "formatMessage",
    "usesTime",
)
_NATIVE_NAMES = {
    5: "TRACE",
    10: "DEBUG",
    20: "INFO",
    30: "WARN",
    40: "ERROR",
    50: "CRITICAL",
}

_state = _State()
