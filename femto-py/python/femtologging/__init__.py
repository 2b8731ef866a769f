"""Python's logging, tens of times faster on the calling thread.

Three ways in: give stdlib's loggers a ``femtologging.FileHandler``; call ``femtologging.install()``
once; or ``import femtologging as logging``, which has all of stdlib's names. Importing this starts
no threads and changes nothing.
"""

from __future__ import annotations

import logging as _logging
import sys as _sys

try:
    from . import _femtologging as _native
except ImportError as _error:
    from .interpreter import explain as _explain

    raise _explain(_error) from None
from . import hooks as _hooks
from ._femtologging import path_counts as path_counts
from ._femtologging import rust_counts as rust_counts
from .alias import FemtoFileHandler as FemtoFileHandler
from .alias import FemtoFilter as FemtoFilter
from .alias import FemtoHandler as FemtoHandler
from .alias import FemtoStreamHandler as FemtoStreamHandler
from .alias import OverflowPolicy as OverflowPolicy
from .alias import StdlibHandlerAdapter as StdlibHandlerAdapter
from .alias import get_logger as get_logger
from .alias import reset_manager as reset_manager
from .config import BUILDERS as _BUILDERS
from .config import ConfigError as ConfigError
from .config import basicConfig as basicConfig
from .config import dictConfig as dictConfig
from .context import log_context as log_context
from .filter import LevelFilter as LevelFilter
from .filter import NameFilter as NameFilter
from .filter import RateLimitFilter as RateLimitFilter
from .formatter import WatchedFormatter as _WatchedFormatter
from .handler import FileHandler as FileHandler
from .handler import NativeHandler as _NativeHandler
from .handler import StreamHandler as StreamHandler
from .handler import stats as stats
from .install import install as install
from .install import uninstall as uninstall
from .logger import FemtoLogger as FemtoLogger
from .logger import FemtoManager as _FemtoManager
from .logger import FemtoRootLogger as _FemtoRootLogger
from .logger import getLogger as getLogger
from .mirror import Mirror as _Mirror
from .reach import resolve as _resolve
from .reach import why_slow as why_slow
from .record import ATTRIBUTES as _ATTRIBUTES

# Type checkers take it for true; importing `typing` takes as long as most of this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    # What `__getattr__` finds, for type checkers.
    from logging import BASIC_FORMAT as BASIC_FORMAT
    from logging import CRITICAL as CRITICAL
    from logging import DEBUG as DEBUG
    from logging import ERROR as ERROR
    from logging import FATAL as FATAL
    from logging import INFO as INFO
    from logging import NOTSET as NOTSET
    from logging import WARN as WARN
    from logging import WARNING as WARNING
    from logging import BufferingFormatter as BufferingFormatter
    from logging import Filter as Filter
    from logging import Filterer as Filterer
    from logging import Formatter as Formatter
    from logging import Handler as Handler
    from logging import Logger as Logger
    from logging import LoggerAdapter as LoggerAdapter
    from logging import LogRecord as LogRecord
    from logging import Manager as Manager
    from logging import NullHandler as NullHandler
    from logging import PercentStyle as PercentStyle
    from logging import PlaceHolder as PlaceHolder
    from logging import RootLogger as RootLogger
    from logging import StrFormatStyle as StrFormatStyle
    from logging import StringTemplateStyle as StringTemplateStyle
    from logging import addLevelName as addLevelName
    from logging import captureWarnings as captureWarnings
    from logging import critical as critical
    from logging import debug as debug
    from logging import disable as disable
    from logging import error as error
    from logging import exception as exception
    from logging import fatal as fatal
    from logging import getLevelName as getLevelName
    from logging import getLoggerClass as getLoggerClass
    from logging import getLogRecordFactory as getLogRecordFactory
    from logging import info as info
    from logging import lastResort as lastResort
    from logging import log as log
    from logging import makeLogRecord as makeLogRecord
    from logging import raiseExceptions as raiseExceptions
    from logging import root as root
    from logging import setLoggerClass as setLoggerClass
    from logging import setLogRecordFactory as setLogRecordFactory
    from logging import shutdown as shutdown
    from logging import warn as warn
    from logging import warning as warning

    from .bridge import setup_rust_logging as setup_rust_logging
    from .bridge import setup_rust_tracing as setup_rust_tracing
    from .config import ConfigBuilder as ConfigBuilder
    from .config import FileHandlerBuilder as FileHandlerBuilder
    from .config import FormatterBuilder as FormatterBuilder
    from .config import LevelFilterBuilder as LevelFilterBuilder
    from .config import LoggerConfigBuilder as LoggerConfigBuilder
    from .config import MemoryHandlerBuilder as MemoryHandlerBuilder
    from .config import NameFilterBuilder as NameFilterBuilder
    from .config import PythonCallbackFilterBuilder as PythonCallbackFilterBuilder
    from .config import RotatingFileHandlerBuilder as RotatingFileHandlerBuilder
    from .config import StreamHandlerBuilder as StreamHandlerBuilder
    from .config import TimedRotatingFileHandlerBuilder as TimedRotatingFileHandlerBuilder
    from .config import fileConfig as fileConfig
    from .counts import HandlerStats as HandlerStats
    from .handlers import FemtoRotatingFileHandler as FemtoRotatingFileHandler
    from .handlers import FemtoTimedRotatingFileHandler as FemtoTimedRotatingFileHandler
    from .handlers import MemoryHandler as MemoryHandler
    from .handlers import RotatingFileHandler as RotatingFileHandler
    from .handlers import TimedRotatingFileHandler as TimedRotatingFileHandler
    from .handlers import WatchedFileHandler as WatchedFileHandler
    from .structured import JSONFormatter as JSONFormatter
    from .structured import LogfmtFormatter as LogfmtFormatter

#: Calls of ``FemtoLogger`` below this level do nothing, whatever the levels of loggers say: the
#: compile-time ceiling of this build, 0 if it has none.
STATIC_MAX_LEVEL = _native.STATIC_MAX_LEVEL
#: The level of ``FemtoLogger.trace``.
TRACE = 5
__version__ = _native.__version__


class _Witness(  # type: ignore[misc]
    _FemtoRootLogger,
    FileHandler,
    StreamHandler,
    _WatchedFormatter,
    _FemtoManager,
    _logging.LogRecord,
):
    """Below every class that the fast path stands for, so that a change of one changes this."""


#: What comes with submodules that few programs need at once.
_lazy = {
    **dict.fromkeys(_BUILDERS, "config"),
    "fileConfig": "config",
    "HandlerStats": "counts",
    "JSONFormatter": "structured",
    "LogfmtFormatter": "structured",
    "setup_rust_logging": "bridge",
    "setup_rust_tracing": "bridge",
    "handlers": "handlers",
    "FemtoRotatingFileHandler": "handlers",
    "FemtoTimedRotatingFileHandler": "handlers",
    "MemoryHandler": "handlers",
    "RotatingFileHandler": "handlers",
    "TimedRotatingFileHandler": "handlers",
    "WatchedFileHandler": "handlers",
}
_own = (
    *(_lazy.keys() - {"handlers"}),
    "ConfigError",
    "FemtoFileHandler",
    "FemtoFilter",
    "FemtoHandler",
    "FemtoStreamHandler",
    "FemtoLogger",
    "FileHandler",
    "LevelFilter",
    "NameFilter",
    "OverflowPolicy",
    "RateLimitFilter",
    "STATIC_MAX_LEVEL",
    "StdlibHandlerAdapter",
    "StreamHandler",
    "TRACE",
    "basicConfig",
    "dictConfig",
    "getLogger",
    "get_logger",
    "install",
    "log_context",
    "path_counts",
    "reset_manager",
    "rust_counts",
    "stats",
    "uninstall",
    "why_slow",
)
__all__ = sorted({*_logging.__all__, *_own})

_native.set_up(_ATTRIBUTES, _resolve, _hooks.revalidate)
_native.bind(FemtoLogger, _NativeHandler, _Witness, _hooks.DICTIONARIES)
_hooks.revalidate()
_sys.modules[__name__].__class__ = _Mirror
