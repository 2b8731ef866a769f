"""Handler: stdlib's handlers with a native core that writes off the calling thread.

Records of the fast path reach the core without passing here. On the slow path ``handle`` gets a
``LogRecord`` as in stdlib, and gives it to the core, or formats it in Python and gives the core
the line, or leaves it to stdlib's own ``emit``: when its stream is none of the process's own, and
when something is wrong with the record.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import logging
import operator
import os
import sys
import weakref
from importlib import import_module

from . import filter as _filter
from . import lifecycle, recovery
from ._femtologging import HandlerCore, NativeFormatter, changed
from .formatter import compiled, unwatch, watch
from .level import check_level, clamp
from .watched import WatchedList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from typing import Any, ClassVar, Literal, TextIO, TypeAlias, TypedDict, TypeGuard

    from typing_extensions import NotRequired, Unpack

    from .counts import HandlerStats

    #: ``"block"`` waits for room, ``"drop"`` drops and counts, a number waits so many seconds at
    #: most.
    Overflow: TypeAlias = Literal["block", "drop"] | float
    #: ``"queued"`` returns before the line is written, ``"direct"`` after.
    Delivery: TypeAlias = Literal["queued", "direct"]
    _StreamHandler = logging.StreamHandler[TextIO]
else:
    TypedDict = dict
    _StreamHandler = logging.StreamHandler


class Options(TypedDict):
    """What every native handler takes beside its twin's parameters, by keyword.

    ============  ====================  ==========================================================
    capacity      4 MiB                 bytes that may wait to be written, at least 4096
    overflow      ``"block"``           what happens to records beyond that: ``"block"`` has the
                                        caller wait for room, ``"drop"`` drops and counts, a number
                                        waits so many seconds, then drops and counts
    delivery      ``"queued"``          who writes; ``"direct"`` is the caller, before the call
                                        returns (the default on a terminal)
    flush_level   ``ERROR``             records at or above it are written at once
    sync          false                 whether a flush waits for the disk; files only
    recover       none                  path of the process's file that keeps records until they
                                        are written, should it be killed; one for all handlers
    ============  ====================  ==========================================================
    """

    capacity: NotRequired[int]
    overflow: NotRequired[Overflow]
    delivery: NotRequired[Delivery]
    flush_level: NotRequired[int | str]
    sync: NotRequired[bool]
    recover: NotRequired[str | PathLike[str] | None]


class NativeHandler(logging.Handler):
    """What the native handlers have in common: a core, kept up to date.

    The methods ``handle`` and ``emit`` are added by the binary module.
    """

    _core: HandlerCore | None
    #: Formatter, level and filters that the core was told.
    _told: tuple[NativeFormatter | None, int, tuple[_filter.Passing, ...]]
    #: Counts of the cores before this one.
    _past: tuple[int, ...]
    _options: dict[str, Any]
    #: Methods that stdlib's code calls while it writes: with one overridden, it has to write.
    _writing: ClassVar[tuple[str, ...]] = ("flush",)
    #: Attributes that say where and how the core writes.
    _shaping: ClassVar[frozenset[str]] = frozenset({"stream", "flush", "_open"})

    def _open_core(self) -> HandlerCore | None:
        """Make the core for the stream as it is now; ``None`` if stdlib's code has to write."""
        return None

    def __setattr__(self, name: str, value: object) -> None:
        if name == "filters":
            value = WatchedList(value)  # type: ignore[call-overload]
        elif name == "formatter":
            watch(value)  # type: ignore[arg-type]
        elif name in self._shaping:
            self._retire_core()
        super().__setattr__(name, value)
        if name not in _INTERNAL:
            changed()

    def __delattr__(self, name: str) -> None:
        if name in self._shaping:
            self._retire_core()
        super().__delattr__(name)
        changed()

    def setLevel(self, level: int | str) -> None:
        """Set the level below which records are not taken: a number or a name."""
        self.level = check_level(level)

    def native_core(self) -> HandlerCore | str:
        """Return the core, if it can take records without any Python code having to see them.

        Else say why not, in a template for ``str.format`` with the handler: it costs nothing.
        """
        if _filter.passing(self.filters) is None:
            return "{0!r} has a filter that Python has to ask: {0.filters!r}"
        if not _METHODS.isdisjoint(self.__dict__):
            return "{0!r} has a method that was replaced on it"
        if not _inherits_all(type(self)):
            return "{0!r} has a class that overrides what records pass: {0.__class__!r}"
        core = self._ready_core()
        if core is None:
            return "{0!r} is left to stdlib by its stream, target, level, parameters or methods"
        if self._told[0] is None:
            return "{0!r} has a formatter that formats in Python: {0.formatter!r}"
        if not has_plain_level(self):
            return "{0!r} has a level that is no plain attribute"
        return core

    def _ready_core(self) -> HandlerCore | None:
        """Return the core, opened if need be and told of formatter, level and filters."""
        if getattr(self, "terminator", "\n") != "\n" or type(self.level) is not int:
            return None
        filters = _filter.passing(self.filters) or ()
        told = (self._native_formatter(), self.level, filters)
        if self._core is not None and self._told == told:
            return self._core
        self.acquire()
        try:
            core = self._core
            if core is None:
                core = self._open_core() if self._writes_itself() else None
                if core is None:
                    return None
                self.__dict__.update(_core=core, _told=(None, 0, ()))
            formatter, level, _ = told
            if formatter is not self._told[0]:
                core.set_formatter(formatter)
            if level != self._told[1]:
                core.set_level(clamp(level))
            if filters != self._told[2]:
                core.set_filters(_filter.native(filters))
            self.__dict__["_told"] = told
            return core
        finally:
            self.release()

    def _native_formatter(self) -> NativeFormatter | None:
        """Return what formats natively; ``None`` if Python does."""
        return compiled(self.formatter)

    def _writes_itself(self) -> bool:
        """Whether nothing that stdlib's code calls while it writes is overridden."""
        cls = type(self)
        native = next(one for one in cls.__mro__ if one in _NATIVE)
        return all(
            getattr(cls, name) is getattr(native, name) and name not in self.__dict__
            for name in self._writing
        )

    def _retire_core(self) -> None:
        """Write what the core has, and end it. Its counts are kept."""
        core = self.__dict__.get("_core")
        if core is None:
            return
        self.__dict__["_core"] = None
        changed()
        try:
            core.close(PATIENCE)
        finally:
            past = zip(self._past, core.stats(), strict=True)
            self.__dict__["_past"] = tuple(before + now for before, now in past)

    def _ready_to_emit(self) -> tuple[HandlerCore | None, bool]:
        """Return the core, and whether it formats itself; ``None`` if stdlib's code writes."""
        core = self._ready_core()
        is_native = self._told[0] is not None and type(self).format is logging.Handler.format
        return core, is_native and "format" not in self.__dict__

    def _leave_to_stdlib(self) -> Callable[..., None] | None:
        """Return the method of stdlib that writes a record, and count it as written."""
        method = self._stdlib_emit()
        if method is not None:
            self._count(accepted=1, written=1)
        return method

    def handleError(self, record: logging.LogRecord) -> None:
        """Tell that a record could not be written, as stdlib does."""
        self._count(written=-1, dropped=1, errors=1)
        super().handleError(record)

    def _count(
        self, accepted: int = 0, written: int = 0, dropped: int = 0, errors: int = 0
    ) -> None:
        """Count what stdlib's code does; the handler is locked."""
        more = (accepted, written, dropped, 0, errors)
        self.__dict__["_past"] = tuple(map(operator.add, self._past, more))

    def _stdlib_emit(self) -> Callable[..., None] | None:
        """Return the method of stdlib that writes a record; ``None`` if it cannot be written."""
        return logging.StreamHandler.emit

    def flush(self) -> None:
        """Wait until everything logged before is with the operating system."""
        core = self.__dict__.get("_core")
        if core is not None:
            core.flush(PATIENCE)
        super().flush()

    def close(self) -> None:
        """Flush and close; a handler that is used again opens again, as stdlib's."""
        try:
            self._retire_core()
        finally:
            super().close()

    @property
    def stats(self) -> HandlerStats:
        """What the native core did, those before it if the handler was opened again, and stdlib."""
        core = self._core
        counts = self._past
        if core is not None:
            counts = tuple(map(operator.add, counts, core.stats()))
        from .counts import HandlerStats

        return HandlerStats(repr(self), *counts)


class StreamHandler(NativeHandler, _StreamHandler):
    """``logging.StreamHandler``, writing to the process's own streams off the calling thread.

    ``stream`` is stdlib's; on any other stream than the process's standard output and standard
    error this writes synchronously, as stdlib does. Keyword arguments: see :class:`Options`.
    """

    def __init__(self, stream: Any = None, **options: Unpack[Options]) -> None:
        prepare(self, options)
        super().__init__(stream)
        start(self)

    def _open_core(self) -> HandlerCore | None:
        name = _process_stream(self.stream)
        if name is None:
            return None
        others = [one for one in _on_stream[name] if one is not self and one._core is not None]
        if others:
            # One after the other, as stdlib's write: two queues would mix.
            for one in (self, *others):
                if "delivery" not in one._options:
                    one._options["delivery"] = "direct"
                    one._retire_core()
        try:
            core = HandlerCore.stream(name, **self._options)
        except OSError:
            return None  # closed: stdlib's code meets that at each record
        _on_stream[name].add(self)
        return core


class FileHandler(StreamHandler, logging.FileHandler):
    """``logging.FileHandler``, writing off the calling thread.

    ``filename``, ``mode``, ``encoding``, ``delay`` and ``errors`` are stdlib's; an encoding other
    than UTF-8 is written by stdlib's code. Keyword arguments: see :class:`Options`.
    """

    _writing: ClassVar[tuple[str, ...]] = ("flush", "_open")
    _shaping = NativeHandler._shaping | {"baseFilename", "mode", "encoding", "errors"}

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
        logging.FileHandler.__init__(self, filename, mode, encoding, delay, errors)
        start(self)

    def _open_core(self) -> HandlerCore | None:
        path = self._native_path()
        return None if path is None else HandlerCore.file(path, **self._options)

    def _native_path(self) -> str | None:
        """Return the path of the file, if a core can write there."""
        # The stream is open beside the core: it creates and truncates the file, names what is
        # wrong with the path, and is there for those who ask for it.
        stream = self.stream
        if stream is None or getattr(stream, "name", None) != self.baseFilename:
            return None
        if not _is_utf8(stream):
            return None
        # Core and stream write to one file: each at its end, whatever the mode.
        number = stream.fileno()
        fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_APPEND)
        return os.fsdecode(self.baseFilename)

    def _ready_to_emit(self) -> tuple[HandlerCore | None, bool]:
        if self.stream is None and (self.mode != "w" or not self._closed):  # type: ignore[attr-defined]
            self.stream = self._open()
        return super()._ready_to_emit()

    def _stdlib_emit(self) -> Callable[..., None] | None:
        return None if self.stream is None else logging.StreamHandler.emit


def stats() -> list[HandlerStats]:
    """Return what each native handler did in this process."""
    return [handler.stats for handler in list(_handlers)]


def _begin_child() -> None:
    """Count anew in a forked child, as the cores do: what its parent did is the parent's."""
    for handler in list(_handlers):
        handler.__dict__["_past"] = (0, 0, 0, 0, 0)


os.register_at_fork(after_in_child=_begin_child)


def prepare(handler: NativeHandler, options: Options) -> None:
    """Give a handler what a native one has, before stdlib's ``__init__``."""
    for name in options.keys() - Options.__annotations__.keys():
        # In Python's words: not every handler has a core that would tell.
        kind = type(handler).__name__
        raise TypeError(f"{kind}.__init__() got an unexpected keyword argument {name!r}")
    native: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if "flush_level" in native:
        native["flush_level"] = clamp(check_level(native["flush_level"]))
    recovery.start(native.pop("recover", None))
    handler.__dict__.update(_core=None, _told=(None, 0, ()), _past=(0, 0, 0, 0, 0), _options=native)


def start(handler: NativeHandler) -> None:
    """Open the core now, so that wrong parameters are told here."""
    _handlers.add(handler)
    lifecycle.prepare()
    try:
        handler._ready_core()
    except BaseException:
        handler.close()  # the stream is open
        raise


def adopt(handler: logging.Handler) -> bool:
    """Upgrade a plain stdlib handler in place to its native twin; answer whether it has one."""
    if type(handler).__module__ == "logging.handlers":
        import_module("femtologging.handlers")  # has twins for these
    twin = TWINS.get(type(handler))
    if twin is None:
        return False
    if isinstance(handler, logging.StreamHandler):
        handler.flush()  # before the core writes; others keep what they keep
    prepare(handler, {})  # type: ignore[arg-type]
    handler.__class__ = twin
    handler.filters = handler.filters  # now a list that notifies
    watch(handler.formatter)
    start(handler)  # type: ignore[arg-type]
    return True


def release(handler: logging.Handler) -> None:
    """Undo ``adopt``."""
    plain = _NATIVE.get(type(handler))
    if plain is None or not isinstance(handler, NativeHandler):
        return
    handler._retire_core()
    for known in (_handlers, *_on_stream.values()):
        known.discard(handler)
    if all(one.formatter is not handler.formatter for one in _handlers):
        unwatch(handler.formatter)
    handler.__class__ = plain  # type: ignore[assignment]
    attributes = handler.__dict__
    for name in ("_core", "_told", "_past", "_options", "_target_core"):
        attributes.pop(name, None)
    attributes["filters"] = list(attributes["filters"])


def _process_stream(stream: Any) -> Literal["stdout", "stderr"] | None:
    """Name the stream if it is the process's own standard output or standard error."""
    if stream is None or not _is_utf8(stream):
        return None
    # A closed stream has no number.
    with contextlib.suppress(OSError, ValueError):
        if stream is sys.__stdout__ and stream.fileno() == 1:
            return "stdout"
        if stream is sys.__stderr__ and stream.fileno() == 2:
            return "stderr"
    return None


def _is_utf8(stream: object) -> TypeGuard[io.TextIOWrapper]:
    if not isinstance(stream, io.TextIOWrapper):
        return False
    return stream.encoding.lower().replace("-", "").replace("_", "") == "utf8" and (
        os.linesep == "\n"
    )


def _inherits_all(cls: type[logging.Handler]) -> bool:
    """Whether nothing that a record passes on its way is overridden."""
    return (
        cls.handle is NativeHandler.handle
        and cls.emit is NativeHandler.emit
        and cls.format is logging.Handler.format
        and cls.filter is logging.Handler.filter
        and cls.acquire is logging.Handler.acquire
        and cls.release is logging.Handler.release
    )


def has_plain_level(handler: logging.Handler) -> bool:
    """Whether the level is a whole number that lies in the handler itself.

    Else Python has to ask for it at every call: it may be another one each time.
    """
    cls = type(handler)
    return (
        issubclass(cls, logging.Handler)
        and cls.__getattribute__ is object.__getattribute__
        and not hasattr(cls, "__getattr__")
        and not hasattr(cls, "level")
        and type(level := getattr(handler, "level", None)) is int
        and abs(level) < 2**63
    )


_handlers: weakref.WeakSet[NativeHandler] = weakref.WeakSet()
#: Those that wrote to the process's own streams.
_on_stream: dict[str, weakref.WeakSet[NativeHandler]] = {
    "stdout": weakref.WeakSet(),
    "stderr": weakref.WeakSet(),
}

#: Stdlib's handlers and what takes their place.
TWINS: dict[type[logging.Handler], type[NativeHandler]] = {}
#: The other way round.
_NATIVE: dict[type, type[logging.Handler]] = {}


def register(plain: type[logging.Handler], native: type[NativeHandler]) -> None:
    """Say that a native handler takes the place of one of stdlib's."""
    TWINS[plain] = native
    _NATIVE[native] = plain


register(logging.StreamHandler, StreamHandler)
register(logging.FileHandler, FileHandler)

#: Attributes that no record's way depends on.
_INTERNAL = frozenset({"lock", "_name", "_closed"})
#: Methods that somebody may have replaced on the object.
_METHODS = frozenset({"handle", "emit", "format", "filter", "acquire", "release", "flush"})

#: Seconds that a handler waits for its sink where stdlib would wait for ever.
PATIENCE = 30.0
