"""Registry: the handlers that stdlib's module knows of, to be replaced or kept as a whole.

Used where logging is configured, with stdlib's module lock held.
"""

from __future__ import annotations

import contextlib
import sys
import traceback

from ..mirror import logging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class RegisteredHandlers:
    """The handlers that are there before a configuration."""

    def __init__(self) -> None:
        self._references = list(_list())
        #: Held, so that they are closed even if nobody else has them any more.
        self.all = [handler for one in self._references if (handler := one()) is not None]
        self._names = dict(_names())

    def restore(self) -> None:
        """Close the handlers that came since then, and have the names of before."""
        known = set(map(id, self.all))
        new = [one for one in _list() if id(one()) not in known]
        for reference in reversed(new):
            # What is wrong with the configuration is told already.
            with contextlib.suppress(Exception):
                logging.shutdown([reference])
        _list()[:] = self._references
        _names().clear()
        _names().update(self._names)

    def replace(self, named: dict[str, logging.Handler]) -> None:
        """Close the handlers of before, and have only those that came since then, by name.

        One that the new configuration has too stays open.
        """
        kept = {id(handler) for handler in named.values()}
        gone = [one for one in self._references if id(one()) not in kept]
        known = set(map(id, gone))
        _list()[:] = [one for one in _list() if id(one) not in known]
        _names().clear()
        for reference in reversed(gone):
            try:
                logging.shutdown([reference])
            except Exception:
                # As `Handler.handleError` tells: the new configuration is there already.
                if logging.raiseExceptions and sys.stderr:
                    traceback.print_exc()
        # Closing one takes its name from whoever has it.
        for name, handler in named.items():
            handler.name = name


def _list() -> list[Any]:
    handlers: list[Any] = logging._handlerList  # type: ignore[attr-defined]
    return handlers


def _names() -> Any:
    return logging._handlers  # type: ignore[attr-defined]
