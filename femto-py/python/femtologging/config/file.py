"""File: ``fileConfig``, which turns an INI file into a dictionary for ``dictConfig``.

The file is read in Rust; names, defaults and interpolation are ``configparser``'s.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from .._femtologging import read_ini
from ..mirror import logging, submodule
from .literal import literal


def fileConfig(
    fname: Any,
    defaults: Mapping[str, Any] | None = None,
    disable_existing_loggers: bool = True,
    encoding: str | None = None,
) -> None:
    """Configure logging by an INI file, as stdlib's ``fileConfig``, whole or not at all.

    :param fname: the path of a file, an open file, or a ``configparser.RawConfigParser``.
    :param defaults: what options are interpolated with, beside those of the section ``DEFAULT``.
    :param disable_existing_loggers: whether loggers that the file does not name are disabled.
    :param encoding: of the file at a path. Default: that of the locale.

    ``args``, ``kwargs`` and ``defaults`` in the file are literals, with ``sys.stdout``,
    ``sys.stderr`` and the constants of ``logging``, ``logging.handlers`` and ``socket``; nothing is
    evaluated. Classes that have a native twin are it.

    :raises FileNotFoundError: if there is no such file.
    :raises RuntimeError: if the file is empty, or is none of this kind; names the lines.
    :raises KeyError: for a section or an option that lacks.
    :raises ValueError: (``ConfigError``) for what is wrong otherwise; logging is then as it was.
    """
    config = read(fname, defaults, encoding)
    config["disable_existing_loggers"] = disable_existing_loggers
    sys.modules[__package__].dictConfig(config)


def read(
    fname: Any, defaults: Mapping[str, Any] | None = None, encoding: str | None = None
) -> dict[str, Any]:
    """Return what an INI file says, as a dictionary of ``dictConfig``."""
    if isinstance(fname, configparser.RawConfigParser):
        return _dictionary(fname)
    return _dictionary(_parsed(_text(fname, encoding), str(fname), defaults))


def _text(fname: Any, encoding: str | None) -> str:
    if hasattr(fname, "readline"):
        return "".join(fname)
    if not os.path.exists(fname):
        raise FileNotFoundError(f"{fname} doesn't exist")
    if not os.path.getsize(fname):
        raise RuntimeError(f"{fname} is an empty file")
    with open(fname, encoding=encoding) as file:
        return file.read()


class _AsRead(configparser.BasicInterpolation):
    """Interpolates what is asked for; what is set comes from a file."""

    def before_set(self, parser: Any, section: str, option: str, value: str) -> str:
        return value


def _parsed(
    text: str, name: str, defaults: Mapping[str, Any] | None
) -> configparser.RawConfigParser:
    """Return the sections of a file; refuse what ``configparser`` refuses."""
    parser = configparser.ConfigParser(defaults, interpolation=_AsRead())
    try:
        sections = read_ini(text)
    except ValueError as error:
        _, lines = error.args
        told = "".join(f"\n\t[line {number:2d}]: {line!r}" for number, line in lines)
        raise RuntimeError(f"{name} is invalid: lines that are none of a section: {told}") from None
    seen: set[tuple[str, str | None]] = set()
    for section, line, options in sections:
        if section != parser.default_section:
            if (section, None) in seen:
                raise configparser.DuplicateSectionError(section, name, line)
            parser.add_section(section)
        seen.add((section, None))
        for key, value, at in options:
            option = parser.optionxform(key)
            if (section, option) in seen:
                raise configparser.DuplicateOptionError(section, option, name, at)
            seen.add((section, option))
            parser.set(section, option, value)
    return parser


def _dictionary(parser: configparser.RawConfigParser) -> dict[str, Any]:
    formatters = {one: _formatter(parser, one) for one in _list(parser["formatters"]["keys"])}
    handlers = {one: _handler(parser, one) for one in _list(parser["handlers"]["keys"])}
    names = _list(parser["loggers"]["keys"])
    if "root" not in names:
        raise ValueError(f"loggers.keys = {parser['loggers']['keys']!r}: root is missing")
    loggers: dict[str, Any] = {}
    for one in names:
        if one != "root":
            section = parser[f"logger_{one}"]
            logger = _logger(section)
            logger["propagate"] = section.getint("propagate", fallback=1)
            loggers[section["qualname"]] = logger
    return {
        "version": 1,
        "formatters": formatters,
        "handlers": handlers,
        "loggers": loggers,
        "root": _logger(parser["logger_root"]),
    }


def _formatter(parser: configparser.RawConfigParser, name: str) -> dict[str, Any]:
    section = f"formatter_{name}"
    found: dict[str, Any] = {
        key: value
        for key in ("format", "datefmt", "style", "defaults")
        if (value := parser.get(section, key, raw=True, fallback=None)) is not None
    }
    if "defaults" in found:
        found["defaults"] = literal(found["defaults"], ("formatters", name, "defaults"))
    class_name = parser[section].get("class")
    if class_name:
        found["class"] = class_name
    return found


def _handler(parser: configparser.RawConfigParser, name: str) -> dict[str, Any]:
    section = parser[f"handler_{name}"]
    found: dict[str, Any] = {"class": _class_name(section["class"])}
    for key in ("args", "kwargs", "level"):
        if key in section:
            found[key] = section[key]
    for key in ("formatter", "target"):
        if section.get(key):
            found[key] = section[key]
    if not _is_memory_handler(found["class"]):
        found.pop("target", None)  # of no other
    return found


def _logger(section: configparser.SectionProxy) -> dict[str, Any]:
    found: dict[str, Any] = {"handlers": _list(section["handlers"])}
    if "level" in section:
        found["level"] = section["level"]
    return found


def _class_name(name: str) -> str:
    """Return the full name of a class, which may be written as it is known to ``logging``."""
    first, _, _ = name.partition(".")
    if first == "handlers" or (first != "logging" and hasattr(logging, first)):
        return f"logging.{name}"
    return name


def _is_memory_handler(name: str) -> bool:
    handlers = submodule("handlers")
    module, _, last = name.rpartition(".")
    found = getattr(sys.modules.get(module, handlers), last, None)
    return isinstance(found, type) and issubclass(found, handlers.MemoryHandler)


def _list(text: str) -> list[str]:
    return list(_stripped(text.split(","))) if text else []


def _stripped(texts: Iterable[str]) -> Iterable[str]:
    return map(str.strip, texts)
