"""Record: what only Python can tell of a record.

Called on the caller by the native part, where a call needs it: to render a message that has no
typed form, and to find the fields that cost time.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping

from .exception_text import stack_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import TypeAlias

Details: TypeAlias = tuple[
    tuple[str, int] | None,  # file and line
    str | None,  # function
    tuple[int, str] | None,  # thread
    tuple[int, str] | None,  # process
    str | None,  # task
]

#: The attributes of a record, which ``extra`` must not hide.
ATTRIBUTES = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
}


def render(msg: object, args: tuple[object, ...]) -> str:
    """Return the message as ``LogRecord.getMessage`` makes it."""
    text = str(msg)
    if not args:
        return text
    if len(args) == 1 and isinstance(args[0], Mapping) and args[0]:
        return text % args[0]
    return text % args


def stack_info(stacklevel: int) -> str | None:
    """Return the stack of the frame that logs, as the record shows it."""
    frame = _caller(stacklevel)
    return None if frame is None else stack_text(frame)


def details(mask: int, stacklevel: int) -> Details:
    """Find the fields that the bits of ``mask`` name, for the frame that logs."""
    location = function = thread = process = task = None
    if mask & (_LOCATION | _FUNCTION):
        frame = _caller(stacklevel)
        if frame is None:
            location, function = ("(unknown file)", 0), "(unknown function)"
        else:
            location = (frame.f_code.co_filename, frame.f_lineno or 0)
            function = frame.f_code.co_name
    if mask & (_THREAD_ID | _THREAD_NAME):
        name = threading.current_thread().name if mask & _THREAD_NAME else ""
        thread = (threading.get_ident(), name)
    if mask & (_PROCESS_ID | _PROCESS_NAME):
        process = (os.getpid(), process_name() if mask & _PROCESS_NAME else "")
    if mask & _TASK_NAME:
        task = task_name()
    return location, function, thread, process, task


def _caller(stacklevel: int) -> FrameType | None:
    """Return the frame of the log call, or one further out, as ``Logger.findCaller`` finds it."""
    # 0 is this function, 1 the one that native code called; the methods of loggers have no frame.
    frame: FrameType | None = sys._getframe(2)
    last = first = frame
    if sys.version_info >= (3, 11):
        while frame is not None:
            stacklevel -= not _is_internal(frame)
            if stacklevel == 0:
                return frame
            last, frame = frame, frame.f_back
        return last
    for _ in range(stacklevel - 1):
        frame = frame.f_back if frame is not None else None
    frame = frame or first
    while frame is not None and _is_internal(frame):
        frame = frame.f_back
    return frame


def _is_internal(frame: FrameType) -> bool:
    filename = os.path.normcase(frame.f_code.co_filename)
    if filename == logging._srcfile:
        return True
    return sys.version_info >= (3, 11) and "importlib" in filename and "_bootstrap" in filename


def process_name() -> str:
    """Return the name of the process, as ``LogRecord`` finds it."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None:
        try:
            return str(multiprocessing.current_process().name)
        except Exception:  # as in LogRecord: multiprocessing may not be loaded whole
            pass
    return "MainProcess"


def task_name() -> str | None:
    """Return the name of the running task, as ``LogRecord`` finds it."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None:
        try:
            return str(asyncio.current_task().get_name())
        except Exception:  # as in LogRecord: there is no task
            pass
    return None


# The bits of `CaptureMask`.
_LOCATION, _FUNCTION, _THREAD_ID, _THREAD_NAME, _PROCESS_ID, _PROCESS_NAME, _TASK_NAME = (
    1 << bit for bit in range(7)
)
