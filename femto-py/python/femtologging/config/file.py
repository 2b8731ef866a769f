"""File: ``fileConfig``, which turns an INI file into a dictionary for ``dictConfig``.

What is in the file, ``ini`` reads.
"""

from __future__ import annotations

import configparser
import os
import sys
from typing import TYPE_CHECKING, Any

from .ini import Ini

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    ``sys.stderr``, the constants of ``logging``, ``logging.handlers`` and ``socket``, and numbers
    as ``10 * 1024``; nothing else is evaluated. Classes that have a native twin are it.

    :raises FileNotFoundError: if there is no such file.
    :raises RuntimeError: if the file is empty, or is none of this kind; names the lines.
    :raises KeyError: for a section or an option that lacks.
    :raises configparser.Error: for one that is there twice, and for interpolation that leads
        nowhere.
    :raises ValueError: (``ConfigError``) for what is wrong otherwise; logging is then as it was.
    """
    if isinstance(fname, configparser.RawConfigParser):
        ini = Ini(fname)
    else:
        ini = Ini.of_text(text_of(fname, encoding), str(fname), defaults)
    config = ini.dictionary()
    config["disable_existing_loggers"] = disable_existing_loggers
    sys.modules[__package__].dictConfig(config)


def text_of(fname: Any, encoding: str | None = None) -> str:
    """Return what is in a file, given by its path or open."""
    if hasattr(fname, "readline"):
        return "".join(fname)
    if not os.path.exists(fname):
        raise FileNotFoundError(f"{fname} doesn't exist")
    if not os.path.getsize(fname):
        raise RuntimeError(f"{fname} is an empty file")
    with open(fname, encoding=encoding) as file:
        return file.read()
