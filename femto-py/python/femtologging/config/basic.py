"""Basic: ``basicConfig`` with native handlers."""

from __future__ import annotations

import logging

from ..handler import FileHandler, StreamHandler
from ..level import check_level
from ..logger import getLogger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from typing import Any, NoReturn


def basicConfig(
    *,
    filename: str | PathLike[str] | None = None,
    filemode: str = "a",
    format: str | None = None,
    datefmt: str | None = None,
    style: str = "%",
    level: int | str | None = None,
    stream: Any = None,
    handlers: Iterable[logging.Handler] | None = None,
    force: bool = False,
    encoding: str | None = None,
    errors: str | None = "backslashreplace",
    **unknown: NoReturn,
) -> None:
    """Configure the root logger with a native handler; parameters and errors are stdlib's.

    :raises OSError: if the file cannot be opened; names the path.
    :raises ValueError: for parameters that do not exist or exclude each other, a wrong format, or a
        level name that does not exist.
    """
    if level is not None:
        check_level(level)  # before anything is changed
    root = getLogger()
    if unknown and (force or not root.handlers):
        raise ValueError(f"Unrecognised argument(s): {', '.join(unknown)}")
    arguments: dict[str, Any] = {
        "format": format,
        "datefmt": datefmt,
        "style": style,
        "level": level,
        "handlers": handlers,
    }
    if handlers is not None or (filename is not None and stream is not None):
        # As they are: stdlib refuses what does not go together.
        arguments |= {"filename": filename, "stream": stream}
    elif force or not root.handlers:
        arguments["handlers"] = [
            StreamHandler(stream)
            if filename is None
            else FileHandler(filename, filemode, *_text_arguments(filemode, encoding, errors))
        ]
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        _basic_config(**given, force=force)
    except BaseException:
        if handlers is None:
            for handler in arguments["handlers"] or ():
                handler.close()
        raise


def _text_arguments(
    mode: str, encoding: str | None, errors: str | None
) -> tuple[str | None, bool, str | None]:
    """Return encoding, delay and errors, as stdlib's ``basicConfig`` passes them on."""
    if "b" in mode:
        errors = None
    return encoding, False, errors


#: Stdlib's, whatever takes its place later.
_basic_config = logging.basicConfig
