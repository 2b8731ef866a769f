"""Emptying: files that a configuration empties are emptied when nothing else can fail.

Runs where logging is configured. A handler with mode ``"w"`` empties its file when it is opened,
which cannot be undone: it is made with ``delay``, and opened at last.
"""

from __future__ import annotations

import contextlib
import errno
import os

from ..handler import NativeHandler
from ..mirror import logging, submodule

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Iterable
    from typing import Any


class Emptying:
    """Makes objects; keeps handlers whose files are still to be emptied."""

    def __init__(self) -> None:
        self._waiting: list[logging.FileHandler] = []

    def make(self, made: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Make an object; a handler that empties its file does not do so yet."""
        # The mode comes second where it can be given at all; else it is to append.
        modes = [kwargs.get("mode"), *args[1:2]]
        is_meant = any(isinstance(one, str) and {"w", "x"} & set(one) for one in modes)
        bound = _bound(made, args, kwargs) if is_meant and _is_file_handler(made) else None
        given = bound.arguments if bound is not None else {}
        mode = given.get("mode")
        if (
            bound is None
            or not isinstance(mode, str)
            or not {"w", "x"} & set(mode)
            or given.get("delay", True)
        ):
            return made(*args, **kwargs)
        given["delay"] = True
        handler = made(*bound.args, **bound.kwargs)
        if {"w", "x"} & set(handler.mode):  # one that rotates appends
            _check(handler)
            self._waiting.append(handler)
        else:
            _open(handler)
        return handler

    def finish(self, before: Iterable[logging.Handler]) -> None:
        """Empty the files, of what the handlers of before have for them too."""
        for handler in self._waiting:
            for old in before:
                if getattr(old, "baseFilename", None) == handler.baseFilename:
                    with contextlib.suppress(OSError, ValueError):
                        old.flush()
            _open(handler)


def _is_file_handler(made: object) -> bool:
    """Whether it is a file handler of stdlib's or of this package: what it does is known."""
    return (
        isinstance(made, type)
        and issubclass(made, logging.FileHandler)
        and made.__module__.partition(".")[0] in ("logging", __name__.partition(".")[0])
    )


def _bound(made: Any, args: list[Any], kwargs: dict[str, Any]) -> inspect.BoundArguments | None:
    import inspect  # few programs need it: it takes longer than all else here

    try:
        bound = inspect.signature(made).bind(*args, **kwargs)
    except TypeError:
        return None  # the call itself says so
    bound.apply_defaults()
    return bound


def _check(handler: logging.FileHandler) -> None:
    """Look whether the file can be opened; it is there then."""
    path, mode = handler.baseFilename, handler.mode
    if "x" in mode and os.path.exists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    if "w" in mode:
        mode = mode.replace("w", "a")
        open(path, mode, encoding=handler.encoding, errors=handler.errors).close()


def _open(handler: logging.FileHandler) -> None:
    handler.delay = False
    handler.stream = handler._open()
    if isinstance(handler, _handlers.WatchedFileHandler):
        handler._statstream()
    if isinstance(handler, NativeHandler):
        handler._ready_core()


_handlers = submodule("handlers")
