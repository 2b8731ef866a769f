"""Tree: what a configuration changes of loggers, worked out first and then done at once.

Runs where logging is configured, while other threads log: each record of the fast path finds the
loggers as they were before or as they are afterwards. One that Python code passes from logger to
logger may meet some of them before and some afterwards.
"""

from __future__ import annotations

import collections
import contextlib
import itertools

from .. import hooks
from .._femtologging import changed
from ..logger import FemtoLogger, FemtoManager, FemtoRootLogger, getLogger, has_own
from ..mirror import logging
from ..watched import WatchedList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any


class LoggerChange:
    """What changes of one logger; ``None``: that stays as it is."""

    def __init__(
        self,
        level: int | str | None = None,
        handlers: list[logging.Handler] | None = None,
        propagate: Any = None,
        disabled: Any = None,
    ) -> None:
        self.level = level
        self.handlers = handlers
        #: Filters that come to those that are there.
        self.filters: list[Any] = []
        self.propagate = propagate
        self.disabled = disabled


class TreeChange:
    """The changes of all loggers."""

    def __init__(self) -> None:
        self._changes: list[tuple[str | None, LoggerChange]] = []

    def add(self, name: str | None, change: LoggerChange) -> None:
        """Add the change of a logger, which is made if it is not there; ``None`` is the root."""
        self._changes.append((name, change))

    def add_existing(self, named: Iterable[str], disabled: Any) -> None:
        """Add what happens to loggers that are there and are not named: stdlib's rules.

        Those below a named one lose what was configured of them; others are disabled, or enabled.
        """
        there: Mapping[str, Any] = logging.root.manager.loggerDict
        existing = sorted(there)
        children: list[str] = []
        for name in named:
            if name in existing:
                later = existing[existing.index(name) + 1 :]
                children += [one for one in later if one.startswith(f"{name}.")]
                existing.remove(name)
        for name in existing:
            if isinstance(there[name], logging.PlaceHolder):
                continue
            if name in children:
                self.add(name, LoggerChange(level=logging.NOTSET, handlers=[], propagate=True))
            else:
                self.add(name, LoggerChange(disabled=disabled))

    def apply(self, *, upgrades: bool) -> None:
        """Change the loggers, all or none.

        :param upgrades: whether those that are named get native methods.
        """
        at_once: dict[int, _Attributes] = {}
        undo: list[Callable[[], None]] = []
        try:
            for name, change in self._changes:
                logger = getLogger(name) if upgrades else logging.getLogger(name)
                if FemtoManager.adopt is not None:
                    for handler in change.handlers or ():
                        FemtoManager.adopt(handler)
                if _is_plain(logger):
                    attributes = at_once.setdefault(id(logger), _Attributes(logger))
                    attributes.change(change)
                else:
                    undo.append(_restorer(logger))
                    _change_by_methods(logger, change)
        except BaseException:
            for restore in reversed(undo):
                restore()
            raise
        all_attributes = list(at_once.values())
        changes = [
            (one.logger, name, value)
            for one in all_attributes
            for name, value in one.values.items()
        ]
        # What goes must not run code when it goes.
        kept = [getattr(logger, name) for logger, name, _ in changes]
        # In C from one end to the other: no other thread runs meanwhile.
        updates = itertools.starmap(object.__setattr__, changes)
        collections.deque(itertools.chain(updates, itertools.starmap(changed, [()])), 0)
        logging.root.manager._clear_cache()  # type: ignore[attr-defined]
        del kept


class _Attributes:
    """The attributes that a plain logger is going to have."""

    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger
        self.values: dict[str, Any] = {}
        self._list = WatchedList if isinstance(logger, FemtoLogger) else list

    def change(self, change: LoggerChange) -> None:
        if change.level is not None:
            self.values["level"] = logging._checkLevel(change.level)  # type: ignore[attr-defined]
        if change.handlers is not None:
            self.values["handlers"] = self._list(_each_once(change.handlers))
        if change.filters:
            filters = self.values.get("filters", self.logger.filters)
            self.values["filters"] = self._list(_each_once([*filters, *change.filters]))
        if change.propagate is not None:
            self.values["propagate"] = change.propagate
        if change.disabled is not None:
            self.values["disabled"] = change.disabled


def _is_plain(logger: logging.Logger) -> bool:
    """Whether the methods that change a logger do what stdlib's do, and so need not be called."""
    return (
        type(logger) in _PLAIN
        and not hooks.replaced("Logger", ("setLevel", *_METHODS))
        and not has_own(logger, ("setLevel", *_METHODS))
    )


def _change_by_methods(logger: logging.Logger, change: LoggerChange) -> None:
    if change.level is not None:
        logger.setLevel(change.level)
    if change.handlers is not None:
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
        for handler in change.handlers:
            logger.addHandler(handler)
    for one in change.filters:
        logger.addFilter(one)
    if change.disabled is not None:
        logger.disabled = change.disabled
    if change.propagate is not None:
        logger.propagate = change.propagate


def _restorer(logger: logging.Logger) -> Callable[[], None]:
    level, propagate, disabled = logger.level, logger.propagate, logger.disabled
    handlers, filters = logger.handlers[:], logger.filters[:]

    def restore() -> None:
        # A class of its own may refuse anything.
        with contextlib.suppress(Exception):
            logger.handlers[:], logger.filters[:] = handlers, filters
            logger.propagate, logger.disabled = propagate, disabled
            logger.setLevel(level)

    return restore


def _each_once(values: Iterable[Any]) -> list[Any]:
    """Leave out what is there already, as ``addHandler`` and ``addFilter`` do."""
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept


_PLAIN = (logging.Logger, logging.RootLogger, FemtoLogger, FemtoRootLogger)
_METHODS = ("addHandler", "removeHandler", "addFilter")
