"""Alias: names of femtologging's own for what stdlib names too, and what stdlib has no name for."""

from __future__ import annotations

import logging

from .handler import FileHandler, NativeHandler, StreamHandler
from .logger import all_loggers, getLogger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TypeVar

    H = TypeVar("H", bound=logging.Handler)

get_logger = getLogger
FemtoHandler = NativeHandler
FemtoStreamHandler = StreamHandler
FemtoFileHandler = FileHandler
FemtoFilter = logging.Filter


class OverflowPolicy:
    """What a handler's ``overflow`` may be.

    >>> import femtologging
    >>> handler = femtologging.StreamHandler(overflow=OverflowPolicy.timeout(0.5))
    """

    #: The caller waits for room.
    BLOCK: Final = "block"
    #: The record is dropped and counted.
    DROP: Final = "drop"

    @staticmethod
    def timeout(seconds: float) -> float:
        """Wait so many seconds, then drop and count."""
        return seconds


def StdlibHandlerAdapter(handler: H) -> H:
    """Return the handler: any of stdlib's can be added as it is."""
    return handler


def reset_manager() -> None:
    """Have logging as it is at a program's start, for tests: nothing configured.

    Handlers of loggers are flushed and closed. Loggers stay, with the methods that they have.
    """
    logging.disable(logging.NOTSET)
    for logger in all_loggers():
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.flush()
            handler.close()
        logger.filters.clear()
        logger.disabled = False
        logger.propagate = True
        logger.setLevel(logging.WARNING if logger is logging.root else logging.NOTSET)
