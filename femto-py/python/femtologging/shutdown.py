"""Shutdown: what is queued is written before the process says its last words."""

from __future__ import annotations

import sys
from types import TracebackType

from ._femtologging import flush_all


def flush_before_excepthook() -> None:
    """Have queued output written before the traceback of an uncaught exception."""
    if getattr(sys.excepthook, "__name__", None) == _HOOK:
        return
    previous = sys.excepthook

    def femtologging_excepthook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        try:
            flush_all(5.0)
        except OSError:
            pass  # the traceback matters more
        previous(kind, error, traceback)

    sys.excepthook = femtologging_excepthook


_HOOK = "femtologging_excepthook"
