"""Parameter: what the constructors of handlers allow, to say so when one of them fails.

Runs where logging is configured, after something went wrong, and in ``check``. Stricter than the
constructors is only what comes out later: at a rollover, or as the opposite of what a text says.
"""

from __future__ import annotations

import codecs
import os
import re

from ..handler import NativeHandler, Options
from ..level import check_level
from ..mirror import logging
from .error import hint, wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .error import ConfigError, Path


def parameter_problems(
    made: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], path: Path
) -> Iterator[ConfigError]:
    """Find what a class or factory does not take of its arguments."""
    import inspect  # few programs need it: it takes longer than all else here

    try:
        parameters = inspect.signature(made).parameters
    except (TypeError, ValueError):
        return  # not written in Python
    takes_all = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    by_name = [
        name
        for name, one in parameters.items()
        if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    if takes_all and _is_native(made):
        by_name += Options.__annotations__
        takes_all = False
    if path[0] == "formatters" and "fmt" in by_name:
        by_name.append("format")  # as stdlib's configurator
    also = _HANDLER if path[0] == "handlers" else ()
    given = dict(zip(_positional(parameters), args, strict=False))
    for key, value in kwargs.items():
        if key in given:
            yield wrong((*path, key), "is given in args too", value)
        elif key not in by_name and not takes_all:
            yield wrong((*path, key), f"no such key: {hint(key, [*by_name, *also])}")
    if len(args) > len(given) and not any(
        one.kind is one.VAR_POSITIONAL for one in parameters.values()
    ):
        text = f"{len(args)} values where at most {len(given)} are taken"
        yield wrong((*path, "args"), text)
    given |= kwargs
    for name, one in parameters.items():
        if (
            name not in given
            and one.default is one.empty
            and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
        ):
            yield wrong((*path, name), "is missing")
    if not is_known(made):
        return
    for name, value in given.items():
        if name not in parameters and name not in by_name:
            continue  # told already
        is_of_records = name == "capacity" and name in parameters
        check = _count if is_of_records else _CHECKS.get(name)
        found = check(value) if check is not None else None
        if found:
            yield wrong((*path, name), found, value)


def certain_problems(
    made: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], path: Path
) -> Iterator[ConfigError]:
    """Find what a handler would take, and then fail at each record."""
    if getattr(made, "__module__", "").partition(".")[0] not in ("logging", _PACKAGE):
        return
    if not args:
        kwargs = {key: kwargs[key] for key in _CERTAIN if key in kwargs}
        if all(_CHECKS[key](value) is None for key, value in kwargs.items()):
            return
    for problem in parameter_problems(made, args, kwargs, path):
        if problem.path[-1] in _CERTAIN:
            yield problem


def level_problem(level: object, path: Path) -> ConfigError | None:
    """Say what is wrong with a level."""
    text = _level(level)
    return wrong(path, text, level) if text else None


def _positional(parameters: Any) -> list[str]:
    return [
        name
        for name, one in parameters.items()
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]


def is_known(made: object) -> bool:
    """Whether it is a handler of stdlib's or of this package: then its parameters are known."""
    init = getattr(made, "__init__", None)
    return (
        isinstance(made, type)
        and issubclass(made, logging.Handler)
        and getattr(init, "__module__", "").partition(".")[0] in ("logging", _PACKAGE)
    )


def _is_native(made: object) -> bool:
    return is_known(made) and isinstance(made, type) and issubclass(made, NativeHandler)


def _level(value: object) -> str | None:
    try:
        check_level(value)
    except (TypeError, ValueError) as error:
        # Stdlib's text has the value in it, which the path has too.
        known = str(error).rpartition("; ")[2]
        return (
            f"unknown level; {known}" if isinstance(value, str) else "a level is a number or a name"
        )
    return None


def _filename(value: object) -> str | None:
    if not isinstance(value, (str, bytes, os.PathLike)) or not os.fspath(value):
        return "a path is expected"
    folder = os.path.dirname(os.path.abspath(os.fsdecode(value)))
    if not os.path.isdir(folder):
        return f"there is no folder {folder!r}"
    if os.path.isdir(value):
        return "it is a folder"
    return None


def _mode(value: object) -> str | None:
    letters = set(value) if isinstance(value, str) else {"?"}
    if letters <= set("rawxbt+") and len(letters & set("rawx")) == 1:
        return None
    return "allowed: 'a', 'w', 'x'"


def _encoding(value: object) -> str | None:
    if value is None or value == "locale":
        return None
    try:
        codecs.lookup(value)  # type: ignore[arg-type]
    except (LookupError, TypeError):
        return "no such encoding"
    return None


def _errors(value: object) -> str | None:
    if value is None:
        return None
    try:
        codecs.lookup_error(value)  # type: ignore[arg-type]
    except (LookupError, TypeError):
        return "no such error handler of codecs: 'strict', 'backslashreplace', 'replace' are some"
    return None


def _count(value: object) -> str | None:
    return None if isinstance(value, (int, float)) else "a number is expected"


def _whole(value: object) -> str | None:
    return None if isinstance(value, int) else "a whole number is expected"


def _flag(value: object) -> str | None:
    # As for Python anything is one; a text is true whatever it says.
    return "true or false is expected" if isinstance(value, str) else None


def _path(value: object) -> str | None:
    return None if isinstance(value, (str, os.PathLike, type(None))) else "a path is expected"


def _capacity(value: object) -> str | None:
    if value is None or (type(value) is int and value >= _LEAST):
        return None
    return f"a number of bytes is expected, at least {_LEAST}"


def _overflow(value: object) -> str | None:
    if value in (None, "block", "drop"):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return None
    return "allowed: 'block', 'drop', or seconds to wait at most"


def _delivery(value: object) -> str | None:
    return None if value in (None, "queued", "direct") else "allowed: 'queued', 'direct'"


def _flush_level(value: object) -> str | None:
    return None if value is None else _level(value)


def _when(value: object) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"[SMHD]|MIDNIGHT|W[0-6]", value.upper()):
        return None
    return "allowed: 'S', 'M', 'H', 'D', 'midnight', 'W0' (Monday) to 'W6'"


def _at_time(value: object) -> str | None:
    import datetime

    return (
        None if value is None or isinstance(value, datetime.time) else "a datetime.time is expected"
    )


def _stream(value: object) -> str | None:
    if value is None or hasattr(value, "write"):
        return None
    return "a stream is expected: 'ext://sys.stdout' is one"


_PACKAGE = __name__.partition(".")[0]
#: What a handler's section has beside the parameters of its class.
_HANDLER = ("class", "level", "formatter", "filters", "args", "kwargs")
#: What is wrong of these is told though the constructor takes it.
_CERTAIN = ("errors", "stream")
#: The least bytes of a queue.
_LEAST = 4096
_CHECKS: dict[str, Callable[[object], str | None]] = {
    "filename": _filename,
    "mode": _mode,
    "encoding": _encoding,
    "errors": _errors,
    "maxBytes": _count,
    "backupCount": _whole,
    "interval": _count,
    "when": _when,
    "atTime": _at_time,
    "stream": _stream,
    "capacity": _capacity,
    "overflow": _overflow,
    "delivery": _delivery,
    "delay": _flag,
    "utc": _flag,
    "sync": _flag,
    "recover": _path,
    "flush_level": _flush_level,
    "flushLevel": _flush_level,
}
