"""Formatter: lines for programs, JSON and logfmt.

Runs on the collector, compiled, where a native handler has one; elsewhere the same native code is
called with what Python reads of a ``LogRecord``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import context
from ._femtologging import NativeFormatter
from .field import exception_fields, readable, text
from .formatter import STRUCTURED, names
from .mirror import logging
from .record import ATTRIBUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Literal


class StructuredFormatter(logging.Formatter):
    """What ``JSONFormatter`` and ``LogfmtFormatter`` have in common.

    :param fmt: as of ``logging.Formatter``; the attributes that it names are the fields of a line,
        by these names. Default: ``fields``.
    :param datefmt: ``strftime``. Default: RFC 3339.
    :param style: of ``fmt``.
    :param validate: of ``fmt``.
    :param fields: what a line shows, in order: a list, or a dictionary with the line's own keys,
        ``{"ts": "time", "severity": "level"}``. There are ``time``, ``unix_time``, ``level``,
        ``level_number``, ``logger``, ``message``, ``fields`` (those of ``extra`` and of the
        context), ``location``, ``file``, ``line``, ``function``, ``thread``, ``thread_id``,
        ``process``, ``process_id``, ``task``, ``exception``, ``stack``. Default: time, level,
        logger, message, fields, exception, stack.
    :param time_zone: ``"utc"``, ``"local"``, an offset, or a name. Default: ``"utc"``.
    :param precision: ``"seconds"``, ``"milliseconds"``, ``"microseconds"`` or ``"nanoseconds"``.
        Default: microseconds.
    :param flat: whether in JSON the fields of ``extra`` are the line's own, rather than below the
        key ``fields``. Default: false.
    :param keys: keys of ``extra`` that are shown. Default: all.
    :param except_keys: those that are not, ``["password"]``. Default: none.
    :param static_fields: of every line, ``{"service": "shop"}``: texts, numbers, truth values.
    :raises ValueError: names the parameter, the value and what is allowed.
    """

    _kind: ClassVar[Literal["json", "logfmt"]]

    def __init__(
        self,
        fmt: str | None = None,
        datefmt: str | None = None,
        style: Literal["%", "{", "$"] = "%",
        validate: bool = True,
        *,
        fields: Iterable[str] | Mapping[str, str] | None = None,
        time_zone: str | None = None,
        precision: str | None = None,
        flat: bool = False,
        keys: Iterable[str] | None = None,
        except_keys: Iterable[str] | None = None,
        static_fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(fmt, datefmt, style, validate)
        if keys is not None and except_keys is not None:
            raise ValueError("keys and except_keys exclude each other")
        if fmt is not None and fields is not None:
            raise ValueError("fmt and fields exclude each other")
        for name, value in (
            ("datefmt", datefmt),
            ("time_zone", time_zone),
            ("precision", precision),
        ):
            if not isinstance(value, str | None):
                raise _wrong(name, value, "a text")
        if not isinstance(flat, bool):
            raise _wrong("flat", flat, "True or False")
        self._native = NativeFormatter.structured(
            self._kind,
            fields=_of_format(fmt, style) if fmt is not None else _pairs(fields),
            datefmt=datefmt,
            time_zone=time_zone,
            precision=precision,
            flat=flat,
            keys=None if keys is None else _texts("keys", keys),
            except_keys=None if except_keys is None else _texts("except_keys", except_keys),
            static_fields=_items("static_fields", static_fields or {}),
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        record.message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        attributes = record.__dict__
        fields = {key: value for key, value in attributes.items() if key not in ATTRIBUTES}
        for key, value in (context.current() or {}).items():
            fields.setdefault(key, value)
        if record.exc_info:
            fields.update(exception_fields(record.exc_info))
        task: str | None = attributes.get("taskName")
        # `makeLogRecord` leaves some of them `None`.
        level = record.levelno if isinstance(record.levelno, int) else logging.NOTSET
        return self._native.format(
            text(record.name),
            min(max(level, 1), 254),
            text(record.levelname),
            readable(record.message),
            # To the microsecond, which is as fine as the attribute is.
            created=max(round(record.created * 1e6), 0) * 1000,
            fields=fields,
            location=(text(record.pathname), record.lineno),
            function=text(record.funcName),
            thread=(record.thread or 0, text(record.threadName)),
            process=(record.process or 0, text(record.processName)),
            task=None if task is None else text(task),
            exception=readable(record.exc_text) if record.exc_text else None,
            stack=readable(self.formatStack(record.stack_info)) if record.stack_info else None,
        )


class JSONFormatter(StructuredFormatter):
    """Formats a record as an object of JSON on a line (RFC 8259).

    Values of ``extra`` keep their types; dictionaries and lists are objects and arrays. An
    exception is the text ``exception`` and the fields ``exception.type``, ``exception.message``
    and, if it was raised from others, ``exception.cause``. Parameters: see
    :class:`StructuredFormatter`.

    >>> import logging
    >>> fields = ["level", "message", "fields"]
    >>> formatter = JSONFormatter(fields=fields, static_fields={"app": "shop"})
    >>> record = logging.makeLogRecord({"levelname": "INFO", "msg": "hi", "tries": 3})
    >>> print(formatter.format(record))
    {"level":"INFO","message":"hi","fields":{"tries":3},"app":"shop"}
    """

    _kind = "json"


class LogfmtFormatter(StructuredFormatter):
    """Formats a record as pairs of key and value on a line: logfmt.

    Parameters: see :class:`StructuredFormatter`; ``flat`` is of JSON alone.

    >>> import logging
    >>> record = logging.makeLogRecord({"levelname": "INFO", "msg": "hi", "tries": 3})
    >>> print(LogfmtFormatter(fields=["level", "message", "fields"]).format(record))
    level=INFO message="hi" tries=3
    """

    _kind = "logfmt"


STRUCTURED.update((JSONFormatter, LogfmtFormatter))


def _pairs(fields: Iterable[str] | Mapping[str, str] | None) -> list[tuple[str, str]] | None:
    if fields is None:
        return None
    if isinstance(fields, Mapping):
        _texts("fields", fields.values())
        return _items("fields", fields)
    return [(name, name) for name in _texts("fields", fields)]


def _texts(name: str, value: object) -> list[str]:
    # A text is iterable too: of letters.
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        texts = list(value)
        if all(isinstance(text, str) for text in texts):
            return texts
    raise _wrong(name, value, "a list of texts, as ['password']")


def _items(name: str, value: object) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return list(value.items())
    raise _wrong(name, value, "a dictionary, with keys that are texts")


def _wrong(name: str, value: object, allowed: str) -> ValueError:
    return ValueError(f"{name} = {value!r}: allowed is {allowed}")


def _of_format(fmt: str, style: str) -> list[tuple[str, str]]:
    """Return the fields that a format string names; keys of ``extra`` are shown anyway."""
    pairs: list[tuple[str, str]] = []
    for name in names(fmt, style):
        field = _FIELDS.get(name)
        if field is not None:
            pairs.append((name, field))
        elif name in ATTRIBUTES:
            allowed = ", ".join(sorted(_FIELDS))
            raise ValueError(
                f"fmt = {fmt!r}: {name} is no field of a line for programs; allowed are {allowed},"
                " and keys of extra"
            )
    return [*pairs, ("fields", "fields"), ("exception", "exception"), ("stack", "stack")]


#: Attributes of a record, as fields.
_FIELDS = {
    "asctime": "time",
    "created": "unix_time",
    "funcName": "function",
    "levelname": "level",
    "levelno": "level_number",
    "lineno": "line",
    "message": "message",
    "name": "logger",
    "pathname": "file",
    "process": "process_id",
    "processName": "process",
    "taskName": "task",
    "thread": "thread_id",
    "threadName": "thread",
}
