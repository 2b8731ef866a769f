"""Load: a configuration from a file, by ``dictConfig``."""

from __future__ import annotations

import os
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .._femtologging import read_file
from . import check, dictConfig
from .error import ConfigError, Path, path_text, wrong
from .file import text_of
from .ini import Ini

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike


def load(path: str | PathLike[str]) -> None:
    """Configure logging by a file: stdlib's schema of ``dictConfig`` in TOML, YAML 1.2 or JSON.

    Or an INI file as of ``fileConfig``. Which one, the file's name says: ``.toml``, ``.yaml`` or
    ``.yml``, ``.json``; ``.ini``, ``.cfg`` or ``.conf``. Paths of log files
    in it are relative to the working directory. Where ``dictConfig`` takes a text for true (``no``
    is one in YAML 1.2), this refuses it.

    :raises OSError: if the file cannot be read.
    :raises ValueError: (``ConfigError``) if anything is wrong; names the file, the line and the
        key, its value and what is allowed there. Logging is then as it was.
    """
    name = os.fsdecode(path)
    config, lines, found = _read(name)
    try:
        if found:
            raise found[0]
        dictConfig(config)
    except ConfigError as error:
        line = _line(lines, error)
        raise ConfigError(f"{_place(name, line)}: {error}", error.path) from error.__cause__


def problems(path: str | PathLike[str]) -> list[str]:
    """Look at a file and change nothing; no log file is opened.

    Returns a line for everything that is wrong: file, line, key, value and what is allowed there.
    """
    name = os.fsdecode(path)
    try:
        config, lines, found = _read(name, unread=True)
    except OSError as error:
        return [f"{name}: {error.strerror or error}"]
    except ConfigError as error:
        return [_one_line(str(error))]
    found += check.problems(config)
    by_place: dict[Path, ConfigError] = {}
    for one in found:
        by_place.setdefault(one.path, one)
    with_lines = sorted(((_line(lines, one), one) for one in by_place.values()), key=itemgetter(0))
    return [_one_line(f"{_place(name, line)}: {one}") for line, one in with_lines]


def _read(
    name: str, *, unread: bool = False
) -> tuple[dict[str, Any], dict[Path, int], list[ConfigError]]:
    """Return what a file says, in which lines, and what is wrong with it.

    :param unread: whether what nothing reads is wrong.
    """
    with open(name):
        pass  # what is wrong with it is told in Python's words
    problems: list[ConfigError] = []
    ending = os.path.splitext(name)[1].lower()
    if ending not in _ENDINGS + _INI:
        allowed = ", ".join(_ENDINGS + _INI)
        raise ConfigError(f"{name}: no format is known by its name: allowed endings are {allowed}")
    try:
        if ending not in _INI:
            config, lines = read_file(name)
            return config, lines, [*_misread(config, is_toml=ending == ".toml")]
        ini = Ini.of_text(text_of(name), name, problems=problems)
    except (ValueError, RuntimeError) as error:
        text = str(error)
        raise ConfigError(text if text.startswith(name) else f"{name}: {text}") from error
    config = ini.dictionary()
    if unread:
        problems += ini.unread()
    return config, ini.lines, problems


def _misread(config: Any, *, is_toml: bool) -> Iterator[ConfigError]:
    """Find what stdlib's schema takes for something else than what a file says.

    A text is true for Python, also ``no``, which YAML 1.2 has no other meaning for; and what is in
    a table with dots in its name, TOML takes for parts of the table before the dot.
    """
    if not isinstance(config, dict):
        return
    for key in ("incremental", "disable_existing_loggers"):
        yield from _no_flag(config, (), key)
    loggers = config.get("loggers")
    for name, logger in loggers.items() if isinstance(loggers, dict) else ():
        if not isinstance(logger, dict):
            continue
        yield from _no_flag(logger, ("loggers", name), "propagate")
        for key, value in logger.items() if is_toml else ():
            if isinstance(value, dict) and key not in check.LOGGER:
                path, meant = ("loggers", name, key), ("loggers", f"{name}.{key}")
                yield wrong(path, f"no such key: a logger's name is quoted: {path_text(meant)}")


def _no_flag(section: dict[str, Any], path: Path, key: str) -> Iterator[ConfigError]:
    value = section.get(key)
    if isinstance(value, str) and not value.startswith(("cfg://", "ext://")):
        yield wrong((*path, key), "true or false is expected, not a text", value)


def _line(lines: dict[Path, int], error: ConfigError) -> int:
    """Return the line of the place, or of what it is in; 0 if that is not known."""
    place = error.path
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


def _place(name: str, line: int) -> str:
    return f"{name}, line {line}" if line else name


def _one_line(text: str) -> str:
    return " ".join(map(str.strip, text.splitlines()))


#: What the names of files end with: those of the schema, and INI files.
_ENDINGS = (".toml", ".yaml", ".yml", ".json")
_INI = (".ini", ".cfg", ".conf")
