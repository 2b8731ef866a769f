"""Check: a look at a configuration for everything that is wrong, which leaves all as it is."""

from __future__ import annotations

import errno
import os

from ..mirror import logging
from .dict import DictConfigurator
from .error import ConfigError, closest, hint, said, wrong
from .parameter import is_known, parameter_problems
from .registry import RegisteredHandlers
from .substitute import LenientSection, substitute, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .error import Path


def problems(config: dict[str, Any]) -> list[ConfigError]:
    """Look at a configuration, and return everything that is wrong.

    No log file is opened. What an incremental one refers to is not looked for: it is another
    process's. Wrong is also what could be configured and would fail with the records, and keys
    that stdlib passes over, and ``dictConfig`` therefore too: at the top if they look like others.
    """
    try:
        check = _Check(config)
    except ConfigError as error:  # no dictionary
        return [error]
    try:
        check.look()
    except (LookupError, RecursionError, TypeError, ValueError) as error:
        # A reference for a whole section leads nowhere, or in a circle.
        check.problems.append(ConfigError(said(error)))
    return check.problems


class _Check(DictConfigurator):
    """Puts a substitute in the place of what is wrong, so that nothing is wrong because of it."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.problems: list[ConfigError] = []

    def look(self) -> None:
        """Find what is wrong."""
        self._look_at_keys()
        before = RegisteredHandlers()
        try:
            if self._is_incremental():
                for name, section in self._section("handlers").items():
                    path, what = ("handlers", name), f"handler {name!r}"
                    level = self._value(self._checked(section, path, what), "level", path, what)
                    if level:
                        self._check_level(level, path, what)
                self._loggers_prepared(incremental=True)
            else:
                self._prepared(self.config.pop("disable_existing_loggers", True))
        finally:
            before.restore()

    def _look_at_keys(self) -> None:
        for key, value in [*self.config.items()]:
            # Others may be for `cfg://`, or for YAML to refer to.
            is_meant = key in _KEYS or f"cfg://{key}" in repr(self.config)
            known = None if is_meant else closest(key, _KEYS)
            if known:
                self._tell(wrong((key,), f"no such key: {hint(key, _KEYS)}"))
                if isinstance(value, dict):
                    self.config[known] = LenientSection(known, value, self)
                else:
                    self.config.setdefault(known, value)
        sections: list[tuple[Path, Any, set[str]]] = [(("root",), self.config.get("root"), LOGGER)]
        for key, known_keys in _SECTIONS.items():
            named = self._section(key)
            sections += (((key, name), named[name], known_keys) for name in named)
        for path, section, known_keys in sections:
            # A factory says itself what it takes.
            for key in section if isinstance(section, dict) and "()" not in section else ():
                # From INI files, and harmless: gunicorn's own configuration has it.
                is_its_name = key == "qualname" and section[key] == path[-1]
                if key not in known_keys and not is_its_name:
                    self._tell(wrong((*path, key), f"no such key: {hint(key, known_keys)}"))

    # What is wrong.

    def _tell(self, error: ConfigError) -> None:
        for problem in error.problems:
            if problem.path not in (one.path for one in self.problems):
                self.problems.append(problem)

    def _section(self, key: str) -> Any:
        try:
            return super()._section(key)
        except ConfigError as error:
            self._tell(error)
            section = self.config[key] = LenientSection(key, None, self)
            return section

    def _not_made(self, kind: str, name: str, error: ConfigError) -> bool:
        self._tell(error)
        section = self.config[f"{kind}s"]
        rest = without(error.problems, kind, section[name])
        if rest is not None:
            section[name] = rest
            return self._make(kind, name)
        section[name] = substitute(f"{kind}s")
        return True

    # What is made.

    def configure_formatter(self, config: Any) -> Any:
        """Make a formatter, and see whether it can format."""
        formatter = super().configure_formatter(config)
        if type(formatter) is logging.Formatter:
            record = logging.LogRecord("root", logging.INFO, "main.py", 1, "text", (), None, "main")
            record.taskName = "Task-1"
            try:
                formatter.format(record)
            except ValueError as error:
                if not isinstance(error.__context__, KeyError):
                    raise
                # A field that records will have.
        return formatter

    def _call(self, made: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Make an object, but open no file."""
        is_file = isinstance(made, type) and issubclass(made, logging.FileHandler)
        if is_file:
            filename = kwargs.get("filename", args[0] if args else "")
            folder = os.path.dirname(os.path.abspath(filename))
            if not os.path.isdir(folder):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
        if is_known(made):
            for problem in parameter_problems(made, args, kwargs, self._path):
                raise ValueError from problem  # which opening it would have come to
        if is_file:
            kwargs = {**kwargs, "delay": True}
        return super()._call(made, args, kwargs)


_KEYS = {
    "version",
    "incremental",
    "disable_existing_loggers",
    "formatters",
    "filters",
    "handlers",
    "loggers",
    "root",
}
#: What the section of a logger has.
LOGGER = {"level", "handlers", "filters", "propagate"}
#: What the sections have whose objects are not made by what they name.
_SECTIONS = {
    "formatters": {"format", "datefmt", "style", "validate", "defaults", "class"},
    "filters": {"name"},
    "loggers": LOGGER,
}
