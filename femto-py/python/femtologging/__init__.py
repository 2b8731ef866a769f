"""Python's logging, tens of times faster on the calling thread.

Three ways in: give stdlib's loggers a ``femtologging.FileHandler``; call ``femtologging.install()``
once; or ``import femtologging as logging``, which has all of stdlib's names. Importing this starts
no threads and changes nothing.
"""

from __future__ import annotations

import logging as _logging
import sys as _sys
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING

from ._femtologging import bind as _bind
from . import hooks as _hooks
from .config import basicConfig, getLogger
from .formatter import WatchedFormatter as _WatchedFormatter
from .handler import FileHandler, HandlerStats, StreamHandler, stats
from .install import install, uninstall
from .logger import FemtoLogger, FemtoManager as _FemtoManager
from .logger import FemtoRootLogger as _FemtoRootLogger
from .logger import bind_arguments as _bind_arguments
from .record import ATTRIBUTES as _ATTRIBUTES

if TYPE_CHECKING:
    from logging import *  # noqa: F403

#: The level of ``FemtoLogger.trace``.
TRACE = 5


class _Witness(  # type: ignore[misc]
    _FemtoRootLogger,
    FileHandler,
    StreamHandler,
    _WatchedFormatter,
    _FemtoManager,
    _logging.LogRecord,
):
    """Below every class that the fast path stands for, so that a change of one changes this."""


class _Module(_ModuleType):
    """Stdlib's names are stdlib's: writing one here writes it there."""

    def __getattr__(self, name: str) -> object:
        return getattr(_logging, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__dict__ and hasattr(_logging, name):
            setattr(_logging, name, value)
        else:
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*dir(_logging), *super().__dir__()})


_own = (
    "FemtoLogger",
    "FileHandler",
    "HandlerStats",
    "StreamHandler",
    "TRACE",
    "basicConfig",
    "getLogger",
    "install",
    "stats",
    "uninstall",
)
__all__ = sorted({*_logging.__all__, *_own})

_bind(witness=_Witness, reserved=sorted(_ATTRIBUTES), **_bind_arguments())
_hooks.revalidate()
_sys.modules[__name__].__class__ = _Module
