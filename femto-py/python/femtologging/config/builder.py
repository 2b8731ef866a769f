"""Builder: configurations put together by methods, as in Rust.

Runs where logging is configured. Each builder keeps a section of a dictionary of ``dictConfig``,
which ``as_dict`` returns, so there is one set of rules. Every ``with_`` method returns its builder.
"""

from __future__ import annotations

import copy
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..filter import LevelFilter, NameFilter
from .check import problems
from .dict import DictConfigurator

if TYPE_CHECKING:
    from datetime import time
    from os import PathLike

    from typing_extensions import Self

    from ..handler import Delivery, Overflow

Section = dict[str, Any]
T = TypeVar("T")


class Builder:
    """What builders have in common."""

    def __init__(self) -> None:
        self._section: Section = {}

    def _with(self: T, key: str, value: object) -> T:
        self._section[key] = value  # type: ignore[attr-defined]
        return self

    def as_dict(self) -> Section:
        """Return what was said, as a section of a dictionary of ``dictConfig``."""
        return _copied(self._section)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._section}>"


class FormatterBuilder(Builder):
    """Builds a formatter: text by a format string, JSON or logfmt.

    >>> FormatterBuilder().with_format("{levelname} {message}").with_style("{").as_dict()
    {'format': '{levelname} {message}', 'style': '{'}
    >>> FormatterBuilder().with_style("json").with_flat(True).as_dict()
    {'()': 'femtologging.JSONFormatter', 'flat': True}
    """

    def with_format(self, format: str) -> Self:
        """Set the format string. Default: ``%(message)s``."""
        return self._with("format", format)

    def with_date_format(self, format: str) -> Self:
        """Print times by a format of ``strftime``."""
        return self._with("datefmt", format)

    def with_style(self, style: str) -> Self:
        """Set the style: ``%``, ``{``, ``$``, ``json`` or ``logfmt``. Default: ``%``."""
        if style in _STRUCTURED:
            self._section.pop("style", None)
            return self._with("()", _STRUCTURED[style])
        self._section.pop("()", None)
        return self._with("style", style)

    def with_default(self, key: str, value: object) -> Self:
        """Say what stands where a record has no such field; of format strings."""
        self._section.setdefault("defaults", {})[key] = value
        return self

    def with_fields(self, fields: Iterable[str] | Mapping[str, str]) -> Self:
        """Say what a line shows; of JSON and logfmt, as all that follow."""
        return self._with(
            "fields", dict(fields) if isinstance(fields, Mapping) else _listed(fields)
        )

    def with_flat(self, flat: bool) -> Self:
        """Say whether the fields of ``extra`` are the object's own. Default: false."""
        return self._with("flat", flat)

    def with_static_field(self, key: str, value: object) -> Self:
        """Add a field of every line."""
        self._section.setdefault("static_fields", {})[key] = value
        return self

    def with_keys(self, keys: Iterable[str]) -> Self:
        """Show only these keys of ``extra``. Default: all."""
        return self._with("keys", _listed(keys))

    def with_except_keys(self, keys: Iterable[str]) -> Self:
        """Show all keys of ``extra`` but these."""
        return self._with("except_keys", _listed(keys))

    def with_time_zone(self, zone: str) -> Self:
        """Print times in this zone: ``utc``, ``local``, an offset, a name. Default: ``utc``."""
        return self._with("time_zone", zone)

    def build(self) -> logging.Formatter:
        """Make the formatter.

        :raises ValueError: names the parameter, its value and what is allowed.
        """
        made: logging.Formatter = _made("formatter", self.as_dict())
        return made


class LevelFilterBuilder(Builder):
    """Builds a :class:`femtologging.LevelFilter`."""

    def __init__(self) -> None:
        super().__init__()
        self._with("()", LevelFilter)

    def with_level(self, level: int | str) -> Self:
        """Set the lowest level that passes. Default: all."""
        return self._with("level", level)

    def with_max_level(self, level: int | str) -> Self:
        """Set the highest level that passes. Default: all."""
        return self._with("max_level", level)

    def build(self) -> logging.Filter:
        """Make the filter."""
        made: logging.Filter = _made("filter", self.as_dict())
        return made


class NameFilterBuilder(Builder):
    """Builds a :class:`femtologging.NameFilter`."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._with("()", NameFilter)._with("name", name)

    def with_name(self, name: str) -> Self:
        """Set the logger that passes, with those below it. Default: all."""
        return self._with("name", name)

    def build(self) -> logging.Filter:
        """Make the filter."""
        made: logging.Filter = _made("filter", self.as_dict())
        return made


class CallbackFilter(logging.Filter):
    """Asks a function of Python's, with the ``LogRecord``."""

    def __init__(self, callback: Callable[[logging.LogRecord], Any]) -> None:
        super().__init__()
        self.callback = callback

    def filter(self, record: logging.LogRecord) -> Any:
        """Return what the function returns."""
        return self.callback(record)


class PythonCallbackFilterBuilder(Builder):
    """Builds a filter of a function: it gets the ``LogRecord``, and answers whether it passes."""

    def __init__(self, callback: Callable[[logging.LogRecord], Any]) -> None:
        super().__init__()
        self._with("()", CallbackFilter)._with("callback", callback)

    def build(self) -> logging.Filter:
        """Make the filter."""
        made: logging.Filter = _made("filter", self.as_dict())
        return made


class HandlerBuilder(Builder):
    """What builders of handlers have in common."""

    _class: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self._with("class", self._class)

    def with_level(self, level: int | str) -> Self:
        """Set the level below which records are not taken. Default: all."""
        return self._with("level", level)

    def with_formatter(self, id: str) -> Self:
        """Set the formatter, by its id in the configuration."""
        return self._with("formatter", id)

    def with_filters(self, ids: Iterable[str]) -> Self:
        """Set the filters, by their ids in the configuration."""
        return self._with("filters", _listed(ids))

    def build(self) -> logging.Handler:
        """Make the handler; one that names formatter or filters is made by a ``ConfigBuilder``.

        :raises ValueError: names the parameter, its value and what is allowed.
        """
        made: logging.Handler = _made("handler", self.as_dict())
        return made


class NativeHandlerBuilder(HandlerBuilder):
    """What builders of handlers that write have in common."""

    def with_capacity(self, bytes: int) -> Self:
        """Set how many bytes may wait to be written, at least 4096. Default: 4 MiB."""
        return self._with("capacity", bytes)

    def with_overflow(self, overflow: Overflow) -> Self:
        """Say what happens beyond that. Default: ``"block"``."""
        return self._with("overflow", overflow)

    def with_delivery(self, delivery: Delivery) -> Self:
        """Say who writes. Default: ``"queued"``; on a terminal ``"direct"``."""
        return self._with("delivery", delivery)

    def with_flush_level(self, level: int | str) -> Self:
        """Set the level from which on records are written at once. Default: ``ERROR``."""
        return self._with("flush_level", level)


class StreamHandlerBuilder(NativeHandlerBuilder):
    """Builds a :class:`femtologging.StreamHandler`, by ``stdout()`` or ``stderr()``."""

    _class = "femtologging.StreamHandler"

    @classmethod
    def stdout(cls) -> Self:
        """Return one for standard output."""
        return cls()._with("stream", "ext://sys.stdout")

    @classmethod
    def stderr(cls) -> Self:
        """Return one for standard error."""
        return cls()._with("stream", "ext://sys.stderr")


class BaseFileHandlerBuilder(NativeHandlerBuilder):
    """What builders of handlers of files have in common."""

    def __init__(self, path: str | PathLike[str]) -> None:
        super().__init__()
        self._with("filename", os.fsdecode(path))

    def with_encoding(self, encoding: str) -> Self:
        """Set the encoding. Default: the locale's."""
        return self._with("encoding", encoding)

    def with_errors(self, errors: str) -> Self:
        """Say what becomes of what the encoding does not have, as ``open`` does."""
        return self._with("errors", errors)

    def with_delay(self, delay: bool) -> Self:
        """Say whether the file is opened only at the first record. Default: false."""
        return self._with("delay", delay)

    def with_sync(self, sync: bool) -> Self:
        """Say whether a flush waits for the disk. Default: false."""
        return self._with("sync", sync)

    def with_recover(self, path: str | PathLike[str]) -> Self:
        """Keep the process's records in this file until they are written."""
        return self._with("recover", os.fsdecode(path))


class FileHandlerBuilder(BaseFileHandlerBuilder):
    """Builds a :class:`femtologging.FileHandler`, or one that watches its file."""

    _class = "femtologging.FileHandler"

    def with_append(self, append: bool) -> Self:
        """Say whether what is in the file stays. Default: true."""
        return self._with("mode", "a" if append else "w")

    def with_watch(self, watch: bool) -> Self:
        """Say whether a file that was moved away is opened anew. Default: false."""
        return self._with("class", "femtologging.WatchedFileHandler" if watch else self._class)


class RotatingFileHandlerBuilder(BaseFileHandlerBuilder):
    """Builds a :class:`femtologging.RotatingFileHandler`."""

    _class = "femtologging.RotatingFileHandler"

    def with_max_bytes(self, bytes: int) -> Self:
        """Set the size that the file does not reach. Default: 0, no limit."""
        return self._with("maxBytes", bytes)

    def with_backup_count(self, count: int) -> Self:
        """Set how many old files are kept. Default: 0, and nothing is rolled over."""
        return self._with("backupCount", count)


class TimedRotatingFileHandlerBuilder(BaseFileHandlerBuilder):
    """Builds a :class:`femtologging.TimedRotatingFileHandler`."""

    _class = "femtologging.TimedRotatingFileHandler"

    def with_when(self, when: str) -> Self:
        """Set when a new file begins: ``S M H D midnight W0`` to ``W6``. Default: ``H``."""
        return self._with("when", when)

    def with_interval(self, interval: int) -> Self:
        """Set every how many of them. Default: 1."""
        return self._with("interval", interval)

    def with_at_time(self, time: time) -> Self:
        """Set the time of day, for ``midnight`` and days of the week. Default: midnight."""
        return self._with("atTime", time)

    def with_utc(self, utc: bool) -> Self:
        """Say whether days and names are those of UTC. Default: false."""
        return self._with("utc", utc)

    def with_backup_count(self, count: int) -> Self:
        """Set how many old files are kept. Default: 0, all."""
        return self._with("backupCount", count)


class MemoryHandlerBuilder(HandlerBuilder):
    """Builds a :class:`femtologging.MemoryHandler`.

    :param target: the id of the handler that records are passed on to.
    """

    _class = "femtologging.MemoryHandler"

    def __init__(self, target: str) -> None:
        super().__init__()
        self._with("target", target)._with("capacity", 1000)

    def with_capacity(self, records: int) -> Self:
        """Set how many records have all passed on. Default: 1000."""
        return self._with("capacity", records)

    def with_flush_level(self, level: int | str) -> Self:
        """Set the level of records that have all passed on. Default: ``ERROR``."""
        return self._with("flushLevel", level)

    def with_flush_on_close(self, flush: bool) -> Self:
        """Say whether all is passed on at the end. Default: true."""
        return self._with("flushOnClose", flush)


class LoggerConfigBuilder(Builder):
    """Builds what a configuration says of a logger.

    >>> LoggerConfigBuilder().with_level("INFO").with_handlers(["file"]).as_dict()
    {'level': 'INFO', 'handlers': ['file']}
    """

    def with_level(self, level: int | str) -> Self:
        """Set its level. Default: none, that of the logger above."""
        return self._with("level", level)

    def with_propagate(self, propagate: bool) -> Self:
        """Say whether handlers of the loggers above get its records. Default: true."""
        return self._with("propagate", propagate)

    def with_handlers(self, ids: Iterable[str]) -> Self:
        """Set its handlers, by id; several loggers may have the same."""
        return self._with("handlers", _listed(ids))

    def with_filters(self, ids: Iterable[str]) -> Self:
        """Set its filters, by id."""
        return self._with("filters", _listed(ids))

    def build(self) -> Section:
        """Return the section."""
        return self.as_dict()


class ConfigBuilder(Builder):
    """Builds a configuration of the process.

    >>> config = (
    ...     ConfigBuilder()
    ...     .with_formatter("line", FormatterBuilder().with_format("%(levelname)s %(message)s"))
    ...     .with_handler("console", StreamHandlerBuilder.stderr().with_formatter("line"))
    ...     .with_logger("app.db", LoggerConfigBuilder().with_level("DEBUG"))
    ...     .with_root(LoggerConfigBuilder().with_level("INFO").with_handlers(["console"]))
    ... )
    >>> sorted(config.build())
    ['disable_existing_loggers', 'formatters', 'handlers', 'loggers', 'root', 'version']
    >>> config.build_and_init()
    """

    def __init__(self) -> None:
        super().__init__()
        self._with("version", 1)._with("disable_existing_loggers", False)

    def with_version(self, version: int) -> Self:
        """Set the version of the schema; 1 is the only one there is, and the default."""
        return self._with("version", version)

    def with_disable_existing_loggers(self, disable: bool) -> Self:
        """Say whether loggers that are not named are disabled. Default: false, as in Rust."""
        return self._with("disable_existing_loggers", disable)

    def with_incremental(self, incremental: bool) -> Self:
        """Say whether only levels and propagation change. Default: false."""
        return self._with("incremental", incremental)

    def with_formatter(self, id: str, formatter: FormatterBuilder | Section) -> Self:
        """Add a formatter."""
        return self._add("formatters", id, formatter)

    def with_filter(self, id: str, filter: Builder | Section) -> Self:
        """Add a filter."""
        return self._add("filters", id, filter)

    def with_handler(self, id: str, handler: HandlerBuilder | Section) -> Self:
        """Add a handler."""
        return self._add("handlers", id, handler)

    def with_logger(self, name: str, logger: LoggerConfigBuilder | Section) -> Self:
        """Add a logger."""
        return self._add("loggers", name, logger)

    def with_root(self, logger: LoggerConfigBuilder | Section) -> Self:
        """Say what the root logger is like. Default: as it is."""
        return self._with("root", _section_of(logger))

    def _add(self, kind: str, id: str, section: Builder | Section) -> Self:
        self._section.setdefault(kind, {})[id] = _section_of(section)
        return self

    def build(self) -> Section:
        """Look at the whole configuration; return it as a dictionary of ``dictConfig``.

        :raises ValueError: (``ConfigError``) if anything is wrong.
        """
        found = problems(self.as_dict())
        if found:
            raise found[0]
        return self.as_dict()

    def build_and_init(self) -> None:
        """Make it the configuration of the process, whole or not at all.

        :raises ValueError: (``ConfigError``) if anything is wrong; nothing was changed.
        """
        sys.modules[__package__].dictConfig(self.as_dict())


def _section_of(section: Builder | Section) -> Section:
    if isinstance(section, Builder):
        return section.as_dict()
    if not isinstance(section, dict):
        raise TypeError(f"a section is {section!r}: a builder or a dictionary is expected")
    return _copied(section)


def _listed(names: Iterable[str]) -> object:
    """Return a list; a text is no list of letters, and is told where it is looked at."""
    return names if isinstance(names, str) else list(names)


def _copied(section: Section) -> Section:
    """Copy what is text and containers; classes, functions and handlers are what they are."""
    return {
        key: _copied(value)
        if isinstance(value, dict)
        else copy.copy(value)
        if isinstance(value, list)
        else value
        for key, value in section.items()
    }


def _made(kind: str, section: Section) -> Any:
    """Make one object, by the rules of ``dictConfig``."""
    return DictConfigurator({"version": 1, f"{kind}s": {"built": section}}).one(kind, "built")


_STRUCTURED = {"json": "femtologging.JSONFormatter", "logfmt": "femtologging.LogfmtFormatter"}
