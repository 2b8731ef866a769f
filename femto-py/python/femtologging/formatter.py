"""Formatter: which of Python's formatters the collector can stand in for.

Runs where handlers are configured. A plain ``logging.Formatter`` is compiled to a native pattern;
subclasses, and what the native one does not know, format on the calling thread.
"""

from __future__ import annotations

import logging
import re
import string
import sys
import time

from . import hooks
from ._femtologging import NativeFormatter, changed
from .record import ATTRIBUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class WatchedFormatter(logging.Formatter):
    """A plain ``logging.Formatter`` in use by a native handler: says when it is changed."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        revise(self)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        revise(self)


def watch(formatter: logging.Formatter | None) -> None:
    """Make a plain formatter say when it is changed."""
    if type(formatter) is logging.Formatter:
        formatter.__class__ = WatchedFormatter


def unwatch(formatter: logging.Formatter | None) -> None:
    """Undo ``watch``, and forget what the formatter was compiled to."""
    if type(formatter) is WatchedFormatter:
        formatter.__class__ = logging.Formatter  # type: ignore[assignment]
    if formatter is not None:
        formatter.__dict__.pop(_COMPILED, None)


def revise(formatter: logging.Formatter) -> None:
    """Have handlers compile the formatter anew before their next record."""
    formatter.__dict__.pop(_COMPILED, None)
    changed()


def compiled(formatter: logging.Formatter | None) -> NativeFormatter | None:
    """Return the native pattern of a formatter; ``None`` if it formats in Python."""
    if formatter is None:
        formatter = logging._defaultFormatter  # type: ignore[attr-defined]
    if type(formatter) in STRUCTURED and "format" not in formatter.__dict__:
        native: NativeFormatter = formatter.__dict__["_native"]
        return native if hooks.is_formatter_plain() else None
    if type(formatter) not in (logging.Formatter, WatchedFormatter):
        return None
    known: tuple[object, NativeFormatter | None] | None = formatter.__dict__.get(_COMPILED)
    if known is None or known[0] is not hooks.epoch():
        known = (hooks.epoch(), _compile(formatter))
        formatter.__dict__[_COMPILED] = known
    return known[1]


def _compile(formatter: logging.Formatter) -> NativeFormatter | None:
    own = set(formatter.__dict__) - {_COMPILED}
    if not own <= {"_style", "_fmt", "datefmt", "converter", "default_msec_format"}:
        return None  # methods replaced on the object, or an unusual time format
    if not hooks.is_formatter_plain():
        return None
    style = formatter._style
    kind = _STYLES.get(type(style))
    converter = formatter.converter
    if (
        kind is None
        or converter not in (time.localtime, time.gmtime)
        or formatter.default_time_format != "%Y-%m-%d %H:%M:%S"
    ):
        return None
    try:
        # 3.10 and newer have `defaults`.
        defaults: dict[str, object] = dict(getattr(style, "_defaults", None) or {})
        if any(key in ATTRIBUTES for key in defaults):
            return None
        return NativeFormatter.pattern(
            style._fmt,
            kind,
            datefmt=formatter.datefmt,
            msec_format=formatter.default_msec_format,
            utc=converter is time.gmtime,
            start=_start(),
            fields=[name for name in names(style._fmt, kind) if name not in ATTRIBUTES],
            defaults=list(defaults.items()),
            has_tasks=sys.version_info >= (3, 12),
        )
    except (TypeError, ValueError):
        return None  # it has something that it cannot format with, and tells so at each record


def _start() -> int:
    """Return the time that ``relativeCreated`` counts from, in nanoseconds."""
    start: float = logging._startTime  # type: ignore[attr-defined]
    return int(start) if start > 1e15 else round(start * 1e9)  # 3.13 keeps nanoseconds


def names(fmt: str, kind: str) -> list[str]:
    """List what a format string of the style ``kind`` names, each once, in order."""
    if kind == "%":
        found = re.findall(r"%\(([^)]*)\)", fmt)
    elif kind == "{":
        found = [name for _, name, _, _ in string.Formatter().parse(fmt) if name]
    else:
        found = []
        for match in string.Template.pattern.finditer(fmt):
            groups: dict[str, Any] = match.groupdict()
            found.append(groups["named"] or groups["braced"] or "")
    return list(dict.fromkeys(filter(None, found)))


#: Formatters of this package that are native.
STRUCTURED: set[type] = set()
_COMPILED = "_femto"
_STYLES: dict[type, str] = {
    logging.PercentStyle: "%",
    logging.StrFormatStyle: "{",
    logging.StringTemplateStyle: "$",
}
