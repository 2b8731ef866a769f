"""Install: fast logging for the whole process, third-party loggers included, and back."""

from __future__ import annotations

import logging

from . import handler as _handler
from . import lifecycle
from .formatter import unwatch
from .logger import FemtoManager, all_loggers, downgrade, upgrade


def install(*, handlers: bool = True) -> None:
    """Upgrade every logger of the process in place, those to come included.

    :param handlers: whether handlers that have a native twin are upgraded too: those attached to
        loggers now, and others when they are attached.

    Loggers and handlers of classes of their own stay as they are.
    """
    for logger in all_loggers():
        upgrade(logger)
    FemtoManager.upgrades = True
    if handlers:
        for logger in all_loggers():
            for one in logger.handlers:
                _adopt(one)
        FemtoManager.adopt = _adopt


def uninstall() -> None:
    """Undo ``install`` and ``getLogger``: every logger and handler has its class and lists again.

    Handlers that were made as native ones stay native; they work with plain loggers too.
    """
    FemtoManager.upgrades = False
    FemtoManager.adopt = None
    for logger in all_loggers():
        downgrade(logger)
    while _adopted:
        _handler.release(_adopted.pop())
    unwatch(logging._defaultFormatter)  # type: ignore[attr-defined]
    if not _handler.stats():
        lifecycle.restore_hooks()
    manager = logging.Logger.manager
    if type(manager) is FemtoManager:
        manager.__class__ = logging.Manager  # type: ignore[assignment]


def _adopt(handler: logging.Handler) -> None:
    if _handler.adopt(handler):
        _adopted.append(handler)


#: The handlers that `install` upgraded.
_adopted: list[logging.Handler] = []
