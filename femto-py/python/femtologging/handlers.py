"""Handlers: those of stdlib's ``logging.handlers`` that have a native core.

All other names are those of ``logging.handlers``. Made where handlers are configured; records reach
their cores as in ``handler``.
"""

from __future__ import annotations

import contextlib
import os
import sys

from ._femtologging import HandlerCore, changed
from .handler import PATIENCE, FileHandler, NativeHandler, prepare, register, start
from .level import clamp
from .mirror import Mirror, logging, submodule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import time
    from logging import handlers
    from os import PathLike
    from typing import ClassVar

    from typing_extensions import Unpack

    from ._femtologging import NativeFormatter
    from .handler import Options
else:
    handlers = submodule("handlers")


class NativeRotatingHandler(FileHandler):
    """What the handlers that roll files over have in common."""

    namer: Callable[[str], str] | None
    rotator: Callable[[str, str], None] | None
    _writing: ClassVar[tuple[str, ...]] = (
        *FileHandler._writing,
        "shouldRollover",
        "doRollover",
        "rotation_filename",
        "rotate",
    )
    _shaping = FileHandler._shaping | {"namer", "rotator", "backupCount"}

    def _native_path(self) -> str | None:
        # Hooks are Python's; a link is renamed by stdlib, what it points to by a core.
        if self.namer is not None or self.rotator is not None or os.path.islink(self.baseFilename):
            return None
        return super()._native_path()

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        """Return whether the record does not belong into the file any more."""
        if self._core is not None:
            self._settle(self._core)
        return bool(super().shouldRollover(record))  # type: ignore[misc]

    def doRollover(self) -> None:
        """Begin a new file."""
        if self._core is None:
            super().doRollover()  # type: ignore[misc]
        else:
            self._core.roll_over()
            self._settle(self._core)

    def _settle(self, core: HandlerCore) -> None:
        """Have the attributes say what the core did."""
        core.flush(PATIENCE)
        self._renew_stream()

    def _retire_core(self) -> None:
        had_core = self._core is not None
        super()._retire_core()
        if had_core:
            self._renew_stream()

    def _renew_stream(self) -> None:
        """Have the stream at the end of the file of that name, which stdlib's code measures."""
        stream = self.stream
        # A file that is gone stays so until something is written.
        with contextlib.suppress(OSError):
            if stream is None or stream.closed:
                return
            if os.path.samestat(os.stat(self.baseFilename), os.fstat(stream.fileno())):
                if stream.seekable():
                    stream.seek(0, os.SEEK_END)
                return
            # Not a change of where the core writes.
            self.__dict__["stream"] = self._open()
            stream.close()

    def _stdlib_emit(self) -> Callable[..., None] | None:
        return handlers.BaseRotatingHandler.emit


class RotatingFileHandler(NativeRotatingHandler, handlers.RotatingFileHandler):
    """``logging.handlers.RotatingFileHandler``, writing and rolling over off the calling thread.

    Parameters are stdlib's; keyword arguments: see :class:`femtologging.handler.Options`. Sizes are
    counted in bytes. With a ``namer``, a ``rotator``, or a method that is overridden, stdlib's code
    writes.
    """

    _shaping = NativeRotatingHandler._shaping | {"maxBytes"}

    def __init__(
        self,
        filename: str | PathLike[str],
        mode: str = "a",
        maxBytes: int = 0,
        backupCount: int = 0,
        encoding: str | None = None,
        delay: bool = False,
        errors: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        prepare(self, options)
        handlers.RotatingFileHandler.__init__(
            self, filename, mode, maxBytes, backupCount, encoding, delay, errors
        )
        start(self)

    def _open_core(self) -> HandlerCore | None:
        path = self._native_path()
        size, count = _whole(self.maxBytes), _whole(self.backupCount)
        if path is None or size is None or count is None:
            return None
        if size and count:
            return HandlerCore.rotating(path, size, count, **self._options)
        return HandlerCore.file(path, **self._options)


class TimedRotatingFileHandler(NativeRotatingHandler, handlers.TimedRotatingFileHandler):
    """``logging.handlers.TimedRotatingFileHandler``, working off the calling thread.

    Parameters are stdlib's; keyword arguments: see :class:`femtologging.handler.Options`. Which
    file a record belongs to is told by its own time. With a ``namer``, a ``rotator``, another
    ``suffix``, or a method that is overridden, stdlib's code writes.
    """

    _writing = (*NativeRotatingHandler._writing, "computeRollover", "getFilesToDelete")
    _shaping = NativeRotatingHandler._shaping | {
        "atTime",
        "interval",
        "suffix",
        "utc",
        "when",
    }

    def __init__(
        self,
        filename: str | PathLike[str],
        when: str = "h",
        interval: int = 1,
        backupCount: int = 0,
        encoding: str | None = None,
        delay: bool = False,
        utc: bool = False,
        atTime: time | None = None,
        errors: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        prepare(self, options)
        handlers.TimedRotatingFileHandler.__init__(
            self, filename, when, interval, backupCount, encoding, delay, utc, atTime, errors
        )
        start(self)

    def _open_core(self) -> HandlerCore | None:
        path = self._native_path()
        kind = "W" if self.when.startswith("W") else self.when
        seconds, suffix = _PERIODS.get(kind, (0, ""))
        whole, count = _whole(self.interval), _whole(self.backupCount)
        if path is None or self.suffix != suffix or whole is None or count is None:
            return None
        interval, rest = divmod(whole, seconds)
        if rest or not 1 <= interval <= _MOST_PERIODS:
            return None
        at = self.atTime if kind in ("W", "MIDNIGHT") else None
        if at is not None and (at.microsecond or at.tzinfo):
            return None
        time = None if at is None else (at.hour, at.minute, at.second)
        return HandlerCore.timed(
            path, self.when, interval, count, bool(self.utc), time, **self._options
        )

    def _renew_stream(self) -> None:
        super()._renew_stream()
        # When the file ends is another time then.
        with contextlib.suppress(OSError):
            written = int(os.stat(self.baseFilename).st_mtime)
            self.__dict__["rolloverAt"] = self.computeRollover(written)


class WatchedFileHandler(FileHandler, handlers.WatchedFileHandler):
    """``logging.handlers.WatchedFileHandler``, writing off the calling thread.

    Parameters are stdlib's; keyword arguments: see :class:`femtologging.handler.Options`.
    """

    _writing = (*FileHandler._writing, "reopenIfNeeded")

    def __init__(
        self,
        filename: str | PathLike[str],
        mode: str = "a",
        encoding: str | None = None,
        delay: bool = False,
        errors: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        prepare(self, options)
        handlers.WatchedFileHandler.__init__(self, filename, mode, encoding, delay, errors)
        start(self)

    def _open_core(self) -> HandlerCore | None:
        path = self._native_path()
        return None if path is None else HandlerCore.file(path, watch=True, **self._options)

    def _ready_to_emit(self) -> tuple[HandlerCore | None, bool]:
        ready = super()._ready_to_emit()
        if self.dev == -1 and self.stream is not None:
            # Else stdlib's code takes the file for another one than it was, and begins it anew.
            self._statstream()
        return ready

    def _stdlib_emit(self) -> Callable[..., None] | None:
        return handlers.WatchedFileHandler.emit


class MemoryHandler(NativeHandler, handlers.MemoryHandler):
    """``logging.handlers.MemoryHandler``, keeping typed records off the calling thread.

    Parameters are stdlib's. Where the target is a native handler whose records no Python code has
    to see, ``buffer`` stays empty: what is kept is in the core, and reaches the target when this
    handler is flushed, is full (``capacity`` records), or gets a record at or above ``flushLevel``.
    """

    _target_core: HandlerCore | None = None
    _writing = ("flush", "shouldFlush")
    _shaping = frozenset({"capacity", "flush", "flushLevel", "flushOnClose", "target"})

    def __init__(
        self,
        capacity: int,
        flushLevel: int = logging.ERROR,
        target: logging.Handler | None = None,
        flushOnClose: bool = True,
    ) -> None:
        prepare(self, {})
        handlers.MemoryHandler.__init__(self, capacity, flushLevel, target, flushOnClose)
        start(self)

    def _open_core(self) -> HandlerCore | None:
        target = self._find_target_core()
        capacity, level = _whole(self.capacity), self.flushLevel
        if target is None or self.buffer or not capacity or not isinstance(level, int):
            return None
        self.__dict__["_target_core"] = target
        return HandlerCore.memory(target, capacity, clamp(level), bool(self.flushOnClose))

    def _ready_core(self) -> HandlerCore | None:
        if self._core is not None:
            # What is kept has what the target's formatter of then prints.
            is_same = self._told[0] is self._native_formatter()
            if not is_same or self._find_target_core() is not self._target_core:
                self._core.flush(PATIENCE)
                self._retire_core()
        return super()._ready_core()

    def _find_target_core(self) -> HandlerCore | None:
        # A plain handler does not say when it changes.
        core = self.target.native_core() if isinstance(self.target, NativeHandler) else None
        return core if isinstance(core, HandlerCore) else None

    def _native_formatter(self) -> NativeFormatter | None:
        return self.target._native_formatter() if isinstance(self.target, NativeHandler) else None

    def flush(self) -> None:
        """Pass on everything that is kept."""
        had_records = bool(self.buffer)
        super().flush()
        if had_records:
            changed()  # the core can keep the next ones

    def _stdlib_emit(self) -> Callable[..., None] | None:
        # They come out in order: first what the core has, then the buffer, then the core again.
        if self._core is not None:
            self._core.flush(PATIENCE)
            self._retire_core()
        return handlers.BufferingHandler.emit


def _whole(number: object) -> int | None:
    """Return a size or count as a core takes it; ``None`` where stdlib's code has to meet it."""
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if not isinstance(number, int) or number >= 2**63:
        return None
    return max(number, 0)


#: Names of femtologging's own.
FemtoRotatingFileHandler = RotatingFileHandler
FemtoTimedRotatingFileHandler = TimedRotatingFileHandler

register(handlers.RotatingFileHandler, RotatingFileHandler)
register(handlers.TimedRotatingFileHandler, TimedRotatingFileHandler)
register(handlers.WatchedFileHandler, WatchedFileHandler)
register(handlers.MemoryHandler, MemoryHandler)

sys.modules[__name__].__class__ = Mirror

#: By ``when``: the seconds of one, and what the names of old files end with.
_PERIODS = {
    "S": (1, "%Y-%m-%d_%H-%M-%S"),
    "M": (60, "%Y-%m-%d_%H-%M"),
    "H": (3600, "%Y-%m-%d_%H"),
    "D": (86_400, "%Y-%m-%d"),
    "MIDNIGHT": (86_400, "%Y-%m-%d"),
    "W": (604_800, "%Y-%m-%d"),
}
_MOST_PERIODS = 10_000
