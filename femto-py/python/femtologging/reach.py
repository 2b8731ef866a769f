"""Reach: what a logger's records reach, and what keeps them off the fast path.

Runs where a call finds that something has changed: the native part asks once and remembers.
"""

from __future__ import annotations

import logging
import weakref

from . import filter, hooks
from ._femtologging import STATIC_MAX_LEVEL, HandlerCore, RateLimit
from .handler import NativeHandler, has_plain_level
from .logger import FemtoLogger, FemtoRootLogger, chain, unwatched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

#: Handlers' cores; levels from and to; limits; handlers that Python calls.
Reached: TypeAlias = tuple[
    list[HandlerCore], int, int, list[RateLimit], list[weakref.ref[logging.Handler]]
]
#: What only Python can see to: a template for ``str.format``, and what to fill in.
Obstacle: TypeAlias = tuple[str, object]


def resolve(logger: logging.Logger) -> tuple[int, Reached | None]:
    """Return what the native part remembers of a logger.

    First the lowest level that ``isEnabledFor`` answers with true; then the cores of the handlers
    that a record reaches, the levels and limits of the logger's filters, and the handlers that
    Python has to call from their level on; or ``None`` if Python has to see every record.
    """
    loggers = list(chain(logger))
    if next(_level_obstacles(loggers), None):
        return _UNKNOWN, None
    threshold = _threshold(logger, loggers)
    passing = filter.of_logger(logger)
    if passing is None or next(_path_obstacles(logger, loggers), None):
        return threshold, None
    cores: list[HandlerCore] = []
    of_python: list[weakref.ref[logging.Handler]] = []
    for handler in _handlers(loggers):
        core = _core_or_why(handler)
        if not isinstance(core, str):
            cores.append(core)
        elif has_plain_level(handler):
            of_python.append(weakref.ref(handler))
        else:
            return threshold, None
    return threshold, (cores, *passing, of_python)


def why_slow(logger: logging.Logger | str = "") -> list[str]:
    """Say what takes the calls of a logger, given by itself or by name, off the fast path.

    Nothing if they are on it. A line that ends in ``(from ERROR on)`` concerns calls from that
    level on, but every record of Rust's; any other line all calls that the logger's level lets
    pass. It is what the calls themselves go by, found anew, and costs them nothing; a logger that
    nobody has asked for is not made. What a single call brings is not known here: a level beyond
    254, ``extra`` that is no dictionary, arguments that do not fit the message.

    >>> import io, logging, femtologging
    >>> log = femtologging.getLogger("parser")
    >>> log.propagate = False
    >>> log.addHandler(femtologging.StreamHandler())
    >>> femtologging.why_slow(log)
    []
    >>> log.addFilter(print)
    >>> alarm = logging.StreamHandler(io.StringIO())
    >>> alarm.setLevel("ERROR")
    >>> log.addHandler(alarm)
    >>> for reason in femtologging.why_slow("parser"):
    ...     print(reason)  # doctest: +ELLIPSIS
    <FemtoLogger parser (WARNING)> has a filter that Python has to ask: [<built-in function print>]
    <StreamHandler ...> is no handler of femtologging: <class ...> (from ERROR on)

    :raises TypeError: if it is neither a logger nor a name.
    """
    if isinstance(logger, str):
        found = _existing(logger)
        if found is None:
            return [f"there is no logger {logger!r}: nobody has asked for it"]
        logger = found
    if not isinstance(logger, logging.Logger):
        raise TypeError(f"a logger or its name is expected, not {logger!r}")
    if not isinstance(logger, FemtoLogger):
        return [f"{logger!r} is no logger of femtologging: {type(logger)!r}"]
    hooks.revalidate()
    loggers = list(chain(logger))
    obstacles = [*_level_obstacles(loggers), *_path_obstacles(logger, loggers)]
    reasons = [text.format(thing) for text, thing in obstacles]
    for handler in _handlers(loggers):
        text = _core_or_why(handler)
        if isinstance(text, str):
            reason = text.format(handler)
            if has_plain_level(handler) and handler.level > _threshold(logger, loggers):
                reason += f" (from {logging.getLevelName(handler.level)} on)"
            reasons.append(reason)
    return reasons


def _existing(name: str) -> logging.Logger | None:
    """Return the logger of this name if there is one; it is not made."""
    if not name or name == logging.root.name:
        return logging.root
    found = logging.root.manager.loggerDict.get(name)
    return found if isinstance(found, logging.Logger) else None


def _level_obstacles(loggers: list[logging.Logger]) -> Iterator[Obstacle]:
    """Yield what keeps the level that counts from being known."""
    for replaced in hooks.level_obstacles():
        yield "{}", replaced
    for one in loggers:
        text = unwatched(one)
        if text:
            yield text, one


def _path_obstacles(logger: logging.Logger, loggers: list[logging.Logger]) -> Iterator[Obstacle]:
    """Yield what keeps all records from going straight to their handlers."""
    for replaced in hooks.path_obstacles():
        yield "{}", replaced
    if type(logger) not in (FemtoLogger, FemtoRootLogger):
        yield "{0!r} has a class of its own: {0.__class__!r}", logger
    if not _is_text(logger.name):
        yield "{0!r} has a name that is no text in UTF-8", logger
    if _threshold(logger, loggers) == _UNKNOWN:
        yield "{0!r} has a level, or one above it, that is no whole number", logger
    if filter.of_logger(logger) is None:
        yield "{0!r} has a filter that Python has to ask: {0.filters!r}", logger
    if not any(one.handlers for one in _until_no_propagation(loggers)):
        yield "{0!r} has no handler, so logging.lastResort gets its records", logger


def _handlers(loggers: list[logging.Logger]) -> Iterator[logging.Handler]:
    """Yield the handlers that records reach and that do something."""
    for one in _until_no_propagation(loggers):
        for handler in one.handlers:
            if type(handler) is not logging.NullHandler or "handle" in handler.__dict__:
                yield handler


def _until_no_propagation(loggers: list[logging.Logger]) -> Iterator[logging.Logger]:
    for one in loggers:
        yield one
        if not one.propagate:
            return


def _core_or_why(handler: logging.Handler) -> HandlerCore | str:
    """Return the core, or why Python has to call the handler, in a template."""
    if isinstance(handler, NativeHandler):
        return handler.native_core()
    return "{0!r} is no handler of femtologging: {0.__class__!r}"


def _is_text(name: object) -> bool:
    """Whether a frame can carry the name."""
    try:
        return type(name) is str and name.encode() is not None
    except UnicodeEncodeError:
        return False


def _threshold(logger: logging.Logger, loggers: list[logging.Logger]) -> int:
    if logger.disabled:
        return _NEVER
    level = next((one.level for one in loggers if one.level), 0)
    disable = logger.manager.disable
    if not isinstance(level, int) or not isinstance(disable, int):
        return _UNKNOWN
    level = max(level, disable + 1)
    if STATIC_MAX_LEVEL:  # 0 is no ceiling, also for levels below
        level = max(level, STATIC_MAX_LEVEL)
    return max(_UNKNOWN + 1, min(level, _NEVER))


_UNKNOWN = -(2**63)
_NEVER = 2**63 - 1
