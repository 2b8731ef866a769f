"""Logger: stdlib's loggers with native methods, in stdlib's own tree.

A call runs in the native part, which reads what the logger reaches from a snapshot. ``resolve``
makes that snapshot; whatever could change it calls ``changed`` first: attributes of loggers, their
lists, the manager, and everything that ``hooks`` looks at.
"""

from __future__ import annotations

import logging
import sys
import weakref

from . import context, filter, hooks
from ._femtologging import STATIC_MAX_LEVEL, HandlerCore, RateLimit, changed
from .handler import NativeHandler, has_plain_level
from .level import check_level
from .watched import WatchedList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, ClassVar, TypeAlias

#: Handlers' cores; levels from and to; limits; handlers that Python calls.
Reached: TypeAlias = tuple[
    list[HandlerCore], int, int, list[RateLimit], list[weakref.ref[logging.Handler]]
]
#: What only Python can see to: a template for ``str.format``, and what to fill in.
Obstacle: TypeAlias = tuple[str, object]


class FemtoLogger(logging.Logger):
    """``logging.Logger`` whose methods are native.

    A plain logger becomes one by assigning its class, so that everybody who holds it has the fast
    one. The methods ``debug``, ``info``, ``warning``, ``error``, ``exception``, ``critical``,
    ``log``, ``trace`` and ``isEnabledFor`` are added by the binary module.
    """

    if TYPE_CHECKING:
        trace: Callable[..., None]

    #: What the native part keeps there.
    _femto = None

    def __setattr__(self, name: str, value: object) -> None:
        if name in _LISTS:
            value = WatchedList(value)  # type: ignore[call-overload]
        super().__setattr__(name, value)
        changed()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        changed()

    def setLevel(self, level: int | str) -> None:
        """Set the level of this logger: a number or a name."""
        super().setLevel(check_level(level))

    def set_level(self, level: int | str) -> None:
        """Set the level, as ``setLevel``."""
        self.setLevel(level)

    def add_handler(self, handler: logging.Handler) -> None:
        """Add a handler, as ``addHandler``."""
        self.addHandler(handler)

    def remove_handler(self, handler: logging.Handler) -> None:
        """Remove a handler, as ``removeHandler``."""
        self.removeHandler(handler)

    def clear_handlers(self) -> None:
        """Remove all handlers of this logger; they stay open."""
        self.handlers.clear()

    def set_propagate(self, propagate: bool) -> None:
        """Say whether handlers of the loggers above get its records."""
        self.propagate = propagate

    def makeRecord(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        """Make a record, with the fields of the context that it is made in."""
        # Not `super()`: another thread may have it downgraded meanwhile, and then that raises.
        record = logging.Logger.makeRecord(self, *args, **kwargs)
        for key, value in (context.current() or {}).items():
            record.__dict__.setdefault(key, value)
        return record

    def __reduce__(self) -> Any:
        """Pickle as stdlib's loggers, by name."""
        reduced: Any = super().__reduce__()
        if sys.modules.get("logging") is logging:
            return reduced
        # Stdlib's function is not where it says.
        return getLogger, reduced[1]

    def getChild(self, suffix: str) -> Any:
        """Return the logger of this name below this one, with native methods."""
        if not isinstance(self.manager, FemtoManager):
            return super().getChild(suffix)
        root: logging.Logger = self.root
        child = self.manager.native(suffix if root is self else f"{self.name}.{suffix}")
        for one in chain(child):
            upgrade(one)
        return child

    def addHandler(self, hdlr: logging.Handler) -> None:
        """Add a handler; after ``install`` it is upgraded if it has a native twin."""
        if FemtoManager.adopt is not None:
            FemtoManager.adopt(hdlr)
        super().addHandler(hdlr)


class FemtoRootLogger(FemtoLogger, logging.RootLogger):
    """``logging.RootLogger`` whose methods are native."""


class FemtoManager(logging.Manager):
    """``logging.Manager`` that says when a logger comes or the whole of logging is disabled."""

    #: Whether new loggers are upgraded: between ``install`` and ``uninstall``.
    upgrades = False
    #: What handlers are given to when they are attached: likewise.
    adopt: ClassVar[Callable[[logging.Handler], None] | None] = None

    def getLogger(self, name: str) -> logging.Logger:
        """Return the logger of this name, as stdlib does."""
        # By the class: another thread may have the manager downgraded meanwhile.
        get = FemtoManager.native if FemtoManager.upgrades else logging.Manager.getLogger
        return get(self, name)

    def native(self, name: str) -> logging.Logger:
        """Return the logger of this name, with native methods.

        A new one is made so: its methods are found sooner than those of one that becomes so.
        """
        own = self.__dict__
        with logging._lock:  # type: ignore[attr-defined]
            chosen = own["loggerClass"]
            if chosen is None and logging.getLoggerClass() is logging.Logger:
                own["loggerClass"] = FemtoLogger
            try:
                logger = logging.Manager.getLogger(self, name)
            finally:
                own["loggerClass"] = chosen
        if type(logger) is logging.Logger:
            upgrade(logger)
        return logger

    def _fixupParents(self, alogger: logging.Logger) -> None:
        # A new logger may let through what none does so far, before anybody watches it.
        logging.Manager._fixupParents(self, alogger)  # type: ignore[attr-defined]
        changed()

    def _clear_cache(self) -> None:
        logging.Manager._clear_cache(self)  # type: ignore[attr-defined]
        changed()

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        changed()


def log_by_name(logger: logging.Logger, level: str, *args: Any, **kwargs: Any) -> None:
    """Log at a level that is given by its name; stdlib refuses one that is none."""
    known: dict[str, int] = logging._nameToLevel
    number = known.get(level)
    if number is None:
        logging.Logger.log(logger, level, *args, **kwargs)  # type: ignore[arg-type]
        return
    # One frame further in, which is not the application's.
    kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
    logger.log(number, *args, **kwargs)


def upgrade(logger: logging.Logger) -> bool:
    """Make a plain logger a fast one, in place; answer whether it is one now.

    Loggers of a class of their own keep it, and the slow path.
    """
    femto_class = _UPGRADES.get(type(logger))
    if femto_class is None:
        return isinstance(logger, FemtoLogger)
    manager = logger.manager
    if type(manager) is logging.Manager:
        manager.__class__ = FemtoManager
    logger.__class__ = femto_class
    for name in _LISTS:
        setattr(logger, name, getattr(logger, name))  # now one that notifies
    return True


def downgrade(logger: logging.Logger) -> None:
    """Undo ``upgrade``."""
    plain_class = _DOWNGRADES.get(type(logger))
    if plain_class is None:
        return
    logger.__class__ = plain_class
    attributes = logger.__dict__
    attributes.pop("_femto", None)
    for name in _LISTS:
        attributes[name] = list(attributes[name])
    # What changed without stdlib's methods is not known there.
    attributes["_cache"].clear()
    changed()


def chain(logger: logging.Logger) -> Iterator[logging.Logger]:
    """Yield the logger and its ancestors."""
    one: logging.Logger | None = logger
    while one is not None:
        yield one
        one = one.parent


def getLogger(name: str | None = None) -> logging.Logger:
    """Return the logger of this name, the root logger if there is none, with native methods.

    It is the logger of stdlib's tree; it and its ancestors are upgraded in place.
    """
    upgrade(logging.root)
    manager = logging.root.manager
    if not name or name == logging.root.name or not isinstance(manager, FemtoManager):
        logger = logging.getLogger(name)
    else:
        logger = manager.native(name)
    for one in chain(logger):
        upgrade(one)
    return logger


def all_loggers() -> Iterator[logging.Logger]:
    """Yield every logger of the process."""
    yield logging.root
    # A copy: other threads may ask for loggers meanwhile.
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            yield logger


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
        text = _unwatched(one)
        if text:
            yield text, one


def _path_obstacles(logger: logging.Logger, loggers: list[logging.Logger]) -> Iterator[Obstacle]:
    """Yield what keeps all records from going straight to their handlers."""
    for replaced in hooks.path_obstacles():
        yield "{}", replaced
    if type(logger) not in _DOWNGRADES:
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


def is_watched(logger: logging.Logger) -> bool:
    """Whether changes of this logger are noticed, and none of its methods are its own."""
    return _unwatched(logger) is None


def _unwatched(logger: logging.Logger) -> str | None:
    """Say why it is not so, with a template."""
    if (
        not upgrade(logger)
        or type(logger).__setattr__ is not FemtoLogger.__setattr__
        or type(logger).isEnabledFor is not FemtoLogger.isEnabledFor
        or type(logger).getEffectiveLevel is not logging.Logger.getEffectiveLevel
    ):
        return "{0!r} has a class that femtologging does not know: {0.__class__!r}"
    if type(logger.manager) is not FemtoManager:
        return "{0!r} has a manager of another class: {0.manager!r}"
    if has_own(logger, _METHODS):
        return "{0!r} has a method that was replaced on it"
    return None


def has_own(logger: logging.Logger, methods: Iterable[str]) -> bool:
    """Whether some of these methods are not those of the logger's class.

    Does not ask for ``__dict__``: the interpreter would look methods up there, too, from then on.
    """
    cls = type(logger)
    for name in methods:
        own, common = getattr(logger, name), getattr(cls, name)
        bind = getattr(common, "__get__", None)
        if own != (common if bind is None else bind(logger, cls)):
            return True
    return False


_LISTS = ("handlers", "filters")
_UPGRADES = {logging.Logger: FemtoLogger, logging.RootLogger: FemtoRootLogger}
_DOWNGRADES = {femto: plain for plain, femto in _UPGRADES.items()}
#: Methods that somebody may have replaced on the object.
_METHODS = frozenset(
    {
        "_log",
        "callHandlers",
        "error",  # `exception` calls it
        "filter",
        "findCaller",
        "getEffectiveLevel",
        "handle",
        "isEnabledFor",
        "makeRecord",
    }
)
_UNKNOWN = -(2**63)
_NEVER = 2**63 - 1
