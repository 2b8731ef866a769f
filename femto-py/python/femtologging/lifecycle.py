"""Lifecycle: what is queued is written before a process says its last words.

At a normal end ``logging.shutdown`` flushes the handlers, and the native part writes what comes
even later. Here are the ends that pass that by.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import atexit
import contextlib
import logging
import os
import sys

from ._femtologging import end, flush_all, forked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Any


def prepare() -> None:
    """Make sure of the ends of this process and its children; called with every new handler."""
    global _is_prepared
    _flush_before_excepthook()
    _flush_before_raised_signals()
    _flush_multiprocessing()
    if not _is_prepared:
        _is_prepared = True
        os.register_at_fork(after_in_child=_begin_child)
        # The last registered is the first called: `end` comes right after the last flush.
        atexit.unregister(logging.shutdown)
        atexit.register(end)
        atexit.register(logging.shutdown)


def _begin_child() -> None:
    forked()
    _flush_multiprocessing()


def _flush_before_excepthook() -> None:
    """Have queued output written before the traceback of an uncaught exception."""
    if getattr(sys.excepthook, "__name__", None) == _HOOK:
        return
    previous = sys.excepthook

    def femtologging_excepthook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        _flush()
        previous(kind, error, traceback)

    femtologging_excepthook.previous = previous  # type: ignore[attr-defined]
    sys.excepthook = femtologging_excepthook


def _flush_before_raised_signals() -> None:
    """Have queued output written before a process ends itself by a signal, as uvicorn does."""
    for module in _with_raise_signal():
        if getattr(module.raise_signal, "__name__", None) != _RAISE:
            module.raise_signal = _flushing(module.raise_signal)


def _with_raise_signal() -> Iterator[Any]:
    """Yield ``signal``, if it is imported, and the module that it takes its functions from."""
    yield _signal
    signal = sys.modules.get("signal")
    if hasattr(signal, "raise_signal"):  # not while another thread imports it
        yield signal


def _flushing(previous: Callable[[int], None]) -> Callable[[int], None]:
    def femtologging_raise_signal(signalnum: int, /) -> None:
        # `previous` tells what is wrong with the number.
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            if _signal.getsignal(signalnum) == _signal.SIG_DFL:
                _flush()
        previous(signalnum)

    femtologging_raise_signal.previous = previous  # type: ignore[attr-defined]
    return femtologging_raise_signal


def restore_hooks() -> None:
    """Undo what ``prepare`` replaced, except where somebody else has replaced it since."""
    if getattr(sys.excepthook, "__name__", None) == _HOOK:
        sys.excepthook = sys.excepthook.previous  # type: ignore[attr-defined]
    for module in _with_raise_signal():
        if getattr(module.raise_signal, "__name__", None) == _RAISE:
            module.raise_signal = module.raise_signal.previous


def _flush_multiprocessing() -> None:
    """Have workers of ``multiprocessing`` flush: they end by ``os._exit``, without ``atexit``."""
    global _prepared_for
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if util is None or process is None or _prepared_for == os.getpid():
        return
    _prepared_for = os.getpid()

    def finalize(_: object = None) -> None:
        util.Finalize(None, _flush, exitpriority=_LAST)

    # A forked worker forgets the finalizers of its parent, then calls these.
    util.register_after_fork(_flush, finalize)
    if process.parent_process() is not None:
        finalize()


def _flush() -> None:
    # Nobody is left to be told.
    with contextlib.suppress(OSError):
        flush_all(_PATIENCE)


_HOOK = "femtologging_excepthook"
_RAISE = "femtologging_raise_signal"
_LAST = -1000
_PATIENCE = 5.0
_is_prepared = False
_prepared_for = 0
