"""Field: how values of ``extra`` and of the context, and exceptions, are told to programs.

Called on the caller by the native part, for what has no typed form, and by ``structured``.
"""

from __future__ import annotations

import sys
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import json
    from typing import Any


def structured(value: object) -> tuple[str, bool]:
    """Return an object as a text, and whether that is JSON.

    Dictionaries, lists, tuples and sets are JSON, and so are numbers; dates and times are in ISO
    8601, and everything else is what ``str`` says.
    """
    if isinstance(value, (dict, list, tuple, set, frozenset, int, float)):
        try:
            return _encoder().encode(_plain(value)), True
        except (TypeError, ValueError, RecursionError):
            pass  # keys that JSON does not have, no end, not a number
    return text(value), False


def text(value: object) -> str:
    """Return what ``str`` says of an object, in UTF-8 whatever it holds."""
    try:
        # Dates and times.
        isoformat = getattr(value, "isoformat", None)
        said = str(isoformat() if callable(isoformat) else value)
    except Exception:
        said = object.__repr__(value)
    return readable(said)


def readable(said: str) -> str:
    """Return a text with escapes in place of what UTF-8 cannot say."""
    return said.encode("utf-8", "backslashreplace").decode()


def exception_fields(exc_info: Any) -> dict[str, object]:
    """Return what of an exception is fields of its own, given as ``exc_info``.

    Named as in OpenTelemetry's semantic conventions; ``exception.cause`` lists what it was raised
    from, the nearest first.
    """
    error = exc_info
    if isinstance(exc_info, tuple):
        error = exc_info[1]
    elif not isinstance(exc_info, BaseException):
        error = sys.exc_info()[1]
    if not isinstance(error, BaseException):
        return {}
    fields: dict[str, object] = {
        "exception.type": _type_name(error),
        "exception.message": text(error),
    }
    causes: list[dict[str, str]] = []
    seen = {id(error)}
    cause = _cause(error)
    while cause is not None and id(cause) not in seen and len(causes) < _MOST_CAUSES:
        seen.add(id(cause))
        causes.append({"type": _type_name(cause), "message": text(cause)})
        cause = _cause(cause)
    if causes:
        fields["exception.cause"] = causes
    return fields


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__


def _type_name(error: BaseException) -> str:
    cls = type(error)
    return (
        cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    )


def _plain(value: object) -> object:
    # Numbers of classes of their own may print as something else.
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return list(value) if isinstance(value, (set, frozenset)) else value


def _default(value: object) -> object:
    return list(value) if isinstance(value, (set, frozenset)) else text(value)


@cache
def _encoder() -> json.JSONEncoder:
    import json  # few programs need it

    return json.JSONEncoder(default=_default, allow_nan=False, separators=(",", ":"))


_MOST_CAUSES = 16
