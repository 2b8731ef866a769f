"""Ini: the sections of an INI file, made into a dictionary for ``dictConfig``.

Names, defaults and interpolation are ``configparser``'s; the file is read in Rust.
"""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING, Any

from .._femtologging import read_ini
from ..mirror import logging, submodule
from .error import ConfigError, hint, shown
from .literal import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .error import Path


class Ini:
    """What an INI file says.

    :param problems: takes what is wrong, which something else is then in the place of; ``None``:
        it is raised.
    """

    def __init__(
        self, parser: configparser.RawConfigParser, problems: list[ConfigError] | None = None
    ) -> None:
        self._parser = parser
        self._problems = problems
        self._text = ""
        #: Lines of places, both of the file (section, option) and of the dictionary.
        self.lines: dict[Path, int] = {}
        #: The options of the file.
        self._options: list[tuple[str, str]] = []

    @classmethod
    def of_text(
        cls,
        text: str,
        name: str,
        defaults: Mapping[str, Any] | None = None,
        problems: list[ConfigError] | None = None,
    ) -> Ini:
        """Read the text of a file; what ``configparser`` refuses is wrong."""
        ini = cls(configparser.ConfigParser(defaults, interpolation=_AsRead()), problems)
        ini._parse(text, name)
        return ini

    def _parse(self, text: str, name: str) -> None:
        self._text = text
        sections, unread = read_ini(text)
        if unread and self._problems is None:
            told = "".join(f"\n\t[line {at:2d}]: {written!r}" for at, written in unread)
            raise RuntimeError(f"{name} is invalid: lines that are none of a section: {told}")
        for at, written in unread:
            self.lines[(at,)] = at
            self._tell(ConfigError(f"{shown(written)} is neither a section nor an option", (at,)))
        parser = self._parser
        for section, line, options in sections:
            is_again = (section,) in self.lines and section != parser.default_section
            if is_again:
                self._tell(
                    _wrong(section, None, "is there twice"),
                    configparser.DuplicateSectionError(section, name, line),
                )
            elif section != parser.default_section:
                parser.add_section(section)
            self.lines[section,] = line
            for key, value, at in options:
                option = parser.optionxform(key)
                if (section, option) in self.lines and not is_again:
                    self._tell(
                        _wrong(section, option, "is there twice"),
                        configparser.DuplicateOptionError(section, option, name, at),
                    )
                self.lines[section, option] = at
                self._options.append((section, option))
                parser.set(section, option, value)

    def dictionary(self) -> dict[str, Any]:
        """Return the dictionary for ``dictConfig``."""
        if self._problems is not None and not self._has_keys():
            wanted = ", ".join(f"[{kind}s]" for kind in _OPTIONS)
            self._tell(ConfigError(f"read as an INI file: none of the sections {wanted} is there"))
            return {"version": 1}
        formatters = {one: self._formatter(one) for one in self._names("formatter")}
        handlers = {one: self._handler(one) for one in self._names("handler")}
        names = self._names("logger")
        if "root" not in names and self._parser.has_option("loggers", "keys"):
            self._tell(_wrong("loggers", "keys", "root is missing", ", ".join(names)))
        root = self._logger("logger_root", ("root",))
        loggers: dict[str, Any] = {}
        for one in names:
            if one != "root":
                qualname, logger = self._named_logger(one)
                if qualname in ("", "root"):
                    root |= logger  # other names of it
                else:
                    loggers[qualname] = loggers.get(qualname, {}) | logger
        return {
            "version": 1,
            "formatters": formatters,
            "handlers": handlers,
            "loggers": loggers,
            "root": root,
        }

    def unread(self) -> Iterator[ConfigError]:
        """Find the sections and options that nothing reads, where all that are there are known."""
        for kind, known in _OPTIONS.items() if self._has_keys() else ():
            read = [f"{kind}_{name}" for name in self._names(kind)]
            if kind == "logger":
                read.append("logger_root")
            for section in self._parser.sections():
                if section.startswith(f"{kind}_") and section not in read:
                    yield _wrong(section, None, f"the keys of [{kind}s] do not name it")
            for section, option in self._options:
                is_meant = option in known or f"%({option})s" in self._text.lower()
                if section in read and not is_meant:
                    yield _wrong(section, option, f"no such option: {hint(option, known)}")

    def _has_keys(self) -> bool:
        return any(self._parser.has_section(f"{kind}s") for kind in _OPTIONS)

    def _names(self, kind: str) -> list[str]:
        """Return what the sections of formatters, handlers or loggers are called."""
        section, start = f"{kind}s", f"{kind}_"
        keys = self._required(section, "keys")
        if keys or self._get(section, "keys") is not None:
            return _list(keys)
        # Told already: all there are.
        return [one[len(start) :] for one in self._parser.sections() if one.startswith(start)]

    def _formatter(self, name: str) -> dict[str, Any]:
        section, path = f"formatter_{name}", ("formatters", name)
        self._place(section, path)
        found: dict[str, Any] = self._given(
            section, "format", "datefmt", "style", "defaults", raw=True
        )
        if "defaults" in found:
            try:
                found["defaults"] = literal(found["defaults"], (*path, "defaults"))
            except ConfigError as error:
                self._tell(error)
                del found["defaults"]
        class_name = self._get(section, "class")
        if class_name:
            found["class"] = class_name
        return found

    def _handler(self, name: str) -> dict[str, Any]:
        section = f"handler_{name}"
        self._place(section, ("handlers", name))
        wrong = len(self._problems or ())
        found: dict[str, Any] = {"class": _class_name(self._required(section, "class"))}
        found |= self._given(section, "args", "kwargs")
        if len(self._problems or ()) > wrong:
            found = {"class": "logging.NullHandler"}  # what it is made of is not known
        found |= self._given(section, "level")
        for key, value in self._given(section, "formatter", "target").items():
            # Of a target, only these know.
            if value and (key == "formatter" or _is_memory_handler(found["class"])):
                found[key] = value
        return found

    def _named_logger(self, name: str) -> tuple[str, dict[str, Any]]:
        section = f"logger_{name}"
        qualname = self._required(section, "qualname", name)
        logger = self._logger(section, ("loggers", qualname))
        propagate = self._get(section, "propagate")
        try:
            logger["propagate"] = 1 if propagate is None else int(propagate)
        except ValueError:
            text = "a number is expected: 0 or 1"
            self._tell(_wrong(section, "propagate", text, propagate))
        return qualname, logger

    def _logger(self, section: str, path: Path) -> dict[str, Any]:
        self._place(section, path)
        handlers = _list(self._required(section, "handlers"))
        return {"handlers": handlers, **self._given(section, "level")}

    def _place(self, section: str, path: Path) -> None:
        """Note which lines a part of the dictionary comes from."""
        for place, line in [*self.lines.items()]:
            if place[0] == section:
                self.lines[path + place[1:]] = line

    def _given(self, section: str, *options: str, raw: bool = False) -> dict[str, str]:
        """Return those of the options that are there."""
        if not self._parser.has_section(section):
            self._missing(section, None)
        found = ((one, self._get(section, one, raw=raw)) for one in options)
        return {one: value for one, value in found if value is not None}

    def _required(self, section: str, option: str, instead: str = "") -> str:
        """Return the value of an option that has to be there."""
        if not self._parser.has_section(section):
            self._missing(section, None)
        elif not self._parser.has_option(section, option):
            self._missing(section, option)
        value = self._get(section, option)
        return instead if value is None else value

    def _get(self, section: str, option: str, *, raw: bool = False) -> str | None:
        """Return an option's value; ``None`` if there is none."""
        try:
            return self._parser.get(section, option, raw=raw, fallback=None)
        except configparser.InterpolationError as error:
            self._tell(_wrong(section, option, " ".join(str(error).split())), error)
            return None

    def _missing(self, section: str, option: str | None) -> None:
        problem = _wrong(section, option, "is missing")
        self._tell(problem, KeyError(str(problem)))

    def _tell(self, problem: ConfigError, stdlibs: Exception | None = None) -> None:
        """Keep what is wrong, or raise it, as stdlib's error if there is one."""
        if self._problems is None:
            raise stdlibs or problem
        self._problems.append(problem)


class _AsRead(configparser.BasicInterpolation):
    """Interpolates what is asked for; what is set comes from a file."""

    def before_set(self, parser: Any, section: str, option: str, value: str) -> str:
        return value


def _wrong(section: str, option: str | None, text: str, *value: object) -> ConfigError:
    """Say what is wrong in the file's own words: ``[section] option = value: text``."""
    where = f"[{section}]" + (f" {option}" if option else "")
    where += "".join(f" = {shown(one)}" for one in value)
    return ConfigError(f"{where}: {text}", (section, option) if option else (section,))


def _class_name(name: str) -> str:
    """Return the full name of a class, which may be written as it is known in ``logging``."""
    submodule("handlers")
    found: object = logging
    for part in name.split("."):
        found = getattr(found, part, None)
    # A name without a dot is nowhere else.
    return f"logging.{name}" if found is not None or (name and "." not in name) else name


def _is_memory_handler(name: str) -> bool:
    config = submodule("config")
    try:
        found = config._resolve(name)
    except (AttributeError, ImportError):
        return False
    return isinstance(found, type) and issubclass(found, submodule("handlers").MemoryHandler)


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.split(",")] if text else []


#: What is read of the sections of each kind.
_OPTIONS = {
    # `validate` is in an example of stdlib's documentation, and passed over.
    "formatter": {"format", "datefmt", "style", "defaults", "class", "validate"},
    "handler": {"class", "args", "kwargs", "level", "formatter", "target"},
    "logger": {"level", "handlers", "propagate", "qualname"},
}
