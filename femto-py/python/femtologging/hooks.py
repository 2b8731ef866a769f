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
    return not _state.levels


def level_obstacles() -> list[str]:
    """Say which methods are replaced that find it."""
    return _state.levels


def path_obstacles() -> list[str]:
    """Say what else is replaced between a log call and its handlers, clocks included."""
    return _state.path


def is_formatter_plain() -> bool:
    """Whether ``logging.Formatter`` formats as it always did."""
    return not _state.formatter


def replaced(kind: str, names: Iterable[str]) -> list[str]:
    """Say which methods of a class of stdlib's are not the functions that it defines itself."""
    cls = getattr(logging, kind)
    return [
        f"logging.{kind}.{name} was replaced"
        for name in names
        if not _is_plain(getattr(cls, name, None), name)
    ]


class _State:
    """What a look found to be other than stdlib has it."""

    def __init__(self) -> None:
        self.levels = replaced("Logger", (*_LOG_METHODS, *_LEVEL_METHODS))
        self.formatter = replaced("Formatter", _FORMATTER_METHODS)
        self.path = [
            *self.formatter,
            *replaced("Logger", _PATH_METHODS),
            *replaced("Handler", _HANDLER_METHODS),
            *replaced("LogRecord", ("__init__", "getMessage")),
            *(f"logging.{name} is off" for name in _SWITCHES if not getattr(logging, name, True)),
        ]
        for name in ("time", "time_ns"):
            if not _is_clock(getattr(time, name)):
                self.path.append(f"time.{name} was replaced")
        if getattr(logging, "time", None) is not time:
            self.path.append("logging.time was replaced")
        if logging.LogRecord.__module__ != "logging":
            self.path.append("logging.LogRecord was replaced")
        if logging.getLogRecordFactory() is not logging.LogRecord:
            self.path.append("a record factory is set")


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
_SWITCHES = (
    "_srcfile",
    "logThreads",
    "logProcesses",
    "logMultiprocessing",
    "logAsyncioTasks",  # since 3.12
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
