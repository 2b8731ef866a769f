"""Logger: stdlib's loggers with native methods, in stdlib's own tree.

A call runs in the native part, which reads what the logger reaches from a snapshot (``reach``).
Whatever could change that calls ``changed`` first: attributes of loggers, their lists, the manager,
and everything that ``hooks`` looks at.
"""

from __future__ import annotations

import logging
import sys

from . import context
from ._femtologging import changed
from .level import check_level
from .watched import WatchedList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, ClassVar


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


def is_watched(logger: logging.Logger) -> bool:
    """Whether changes of this logger are noticed, and none of its methods are its own."""
    return unwatched(logger) is None


def unwatched(logger: logging.Logger) -> str | None:
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
