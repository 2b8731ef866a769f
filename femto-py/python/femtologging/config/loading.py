"""Load: a configuration from a file, by ``dictConfig``."""

from __future__ import annotations

import configparser
import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._femtologging import read_file
from . import dictConfig
from .dict import DictConfigurator
from .error import ConfigError
from .file import read as read_ini_file

if TYPE_CHECKING:
    from os import PathLike


def load(path: str | PathLike[str]) -> None:
    """Configure logging by a file: stdlib's schema of ``dictConfig`` in TOML, YAML 1.2 or JSON.

    Or an INI file as of ``fileConfig``. Which one, the file's name says: ``.toml``, ``.yaml`` or
    ``.yml``, ``.json``; ``.ini``, ``.cfg`` or ``.conf``. Paths of log files
    in it are relative to the working directory.

    :raises OSError: if the file cannot be read.
    :raises ValueError: (``ConfigError``) if anything is wrong; names the file, the line and the
        key, its value and what is allowed there. Logging is then as it was.
    """
    with _errors_of(path) as config:
        dictConfig(config)


def check(path: str | PathLike[str]) -> None:
    """Look at a file as ``load`` does, and change nothing; no log file is opened.

    :raises OSError: if the file cannot be read.
    :raises ValueError: (``ConfigError``) if anything is wrong, as ``load``.
    """
    with _errors_of(path) as config:
        DictConfigurator(config).check()


@contextlib.contextmanager
def _errors_of(path: str | PathLike[str]) -> Iterator[dict[str, Any]]:
    """Read a file; tell the errors of what is done with it with file and line."""
    name = os.fsdecode(path)
    with open(name):
        pass  # what is wrong with it is told in Python's words
    lines: dict[tuple[object, ...], int] = {}
    try:
        if name.lower().endswith(_INI):
            config = read_ini_file(name)
        else:
            config, lines = read_file(name)
    except KeyError as error:
        raise ConfigError(f"{name}: {error} is missing") from error
    except (ValueError, RuntimeError, configparser.Error) as error:
        raise ConfigError(str(error)) from error
    try:
        yield config
    except ConfigError as error:
        place = error.path
        while place and place not in lines:
            place = place[:-1]
        where = f"{name}, line {lines[place]}" if place in lines else name
        raise ConfigError(f"{where}: {error}", error.path) from error.__cause__


#: What the names of INI files end with.
_INI = (".ini", ".cfg", ".conf")
