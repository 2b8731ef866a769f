"""Config: what sets up logging, with native loggers and handlers.

Runs where logging is configured, before any stage. All ways lead into ``dictConfig``: what a call
or a file says becomes a dictionary of stdlib's schema, is looked at whole and applied whole. Names
that are not here are those of stdlib's ``logging.config``.
"""

from __future__ import annotations

import sys

from ..mirror import Mirror
from .basic import basicConfig as basicConfig
from .error import ConfigError as ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    # What `__getattr__` finds, for type checkers.
    from typing import Any

    from .builder import ConfigBuilder as ConfigBuilder
    from .builder import FileHandlerBuilder as FileHandlerBuilder
    from .builder import FormatterBuilder as FormatterBuilder
    from .builder import LevelFilterBuilder as LevelFilterBuilder
    from .builder import LoggerConfigBuilder as LoggerConfigBuilder
    from .builder import MemoryHandlerBuilder as MemoryHandlerBuilder
    from .builder import NameFilterBuilder as NameFilterBuilder
    from .builder import PythonCallbackFilterBuilder as PythonCallbackFilterBuilder
    from .builder import RotatingFileHandlerBuilder as RotatingFileHandlerBuilder
    from .builder import StreamHandlerBuilder as StreamHandlerBuilder
    from .builder import TimedRotatingFileHandlerBuilder as TimedRotatingFileHandlerBuilder
    from .dict import DictConfigurator as DictConfigurator
    from .file import fileConfig as fileConfig
    from .listener import listen as listen
    from .loading import load as load


def dictConfig(config: dict[str, Any]) -> None:
    """Configure logging by a dictionary: stdlib's schema, version 1, whole or not at all.

    Classes that have a native twin are it: ``logging.FileHandler`` is ``femtologging.FileHandler``.
    The loggers that are named, and those above them, get native methods.

    Beside stdlib's keys a handler may have ``args``, a list or a tuple, and ``kwargs``, a
    dictionary, for its class; or text that is one, as in the files of ``fileConfig``.

    New handlers are made, and their files opened, before the old ones are closed. Threads may log
    meanwhile.

    :raises ValueError: (``ConfigError``) if anything is wrong; names the key, its value and what is
        allowed there. Logging is then as it was, but for files that were created.

    >>> dictConfig({
    ...     "version": 1,
    ...     "handlers": {"console": {"class": "logging.StreamHandler", "level": "INFO"}},
    ...     "root": {"level": "DEBUG", "handlers": ["console"]},
    ... })
    """
    try:
        sys.modules[__name__].dictConfigClass(config).configure()
    except ConfigError as error:
        raise error.with_traceback(None)  # noqa: B904 - its cause says what is behind it


#: Those of ``builder``.
BUILDERS = (
    "ConfigBuilder",
    "FileHandlerBuilder",
    "FormatterBuilder",
    "LevelFilterBuilder",
    "LoggerConfigBuilder",
    "MemoryHandlerBuilder",
    "NameFilterBuilder",
    "PythonCallbackFilterBuilder",
    "RotatingFileHandlerBuilder",
    "StreamHandlerBuilder",
    "TimedRotatingFileHandlerBuilder",
)
#: What comes with submodules that few programs need at once.
_lazy = {
    **dict.fromkeys(BUILDERS, "builder"),
    "DictConfigurator": "dict",
    "dictConfigClass": "dict",
    "fileConfig": "file",
    "listen": "listener",
    "load": "loading",
}
sys.modules[__name__].__class__ = Mirror
