"""Dict: a configuration as a dictionary of stdlib's schema, made into handlers and loggers.

Runs where logging is configured. Everything that can fail comes first: formatters, filters and
handlers are made, in that order, what loggers name is looked up, files are emptied. Then the
loggers change at once (``tree``), and the handlers of before are closed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ..level import check_level
from ..mirror import logging, submodule
from .arguments import taken_arguments
from .emptying import Emptying
from .error import ConfigError, hint, said, unable, wrong
from .explain import explained
from .maker import Maker, is_memory_handler, near
from .parameter import level_problem
from .registry import RegisteredHandlers
from .tree import LoggerChange, TreeChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import config as stdlib
    from typing import Any

    from .error import Path
else:
    stdlib = submodule("config")


class DictConfigurator(stdlib.DictConfigurator):
    """``logging.config.DictConfigurator`` that configures whole or not at all, natively."""

    def __init__(self, config: dict[str, Any]) -> None:
        if not isinstance(config, dict):
            raise ConfigError(f"a dictionary is expected, not {type(config).__name__}")
        super().__init__(config)
        self._emptying = Emptying()
        #: Where in the configuration it is at work.
        self._path: Path = ()
        self._makers: list[Maker] = []
        #: Held, so that a handler is there to be closed whatever fails.
        self._results: list[Any] = []

    def configure(self) -> None:
        """Look at the configuration and make it that of the process.

        :raises ValueError: (``ConfigError``) if anything is wrong; nothing was changed.
        """
        incremental = self._is_incremental()
        with logging._lock:  # type: ignore[attr-defined]
            if incremental:
                self._adjust()
            else:
                self._replace()

    def one(self, kind: str, name: str) -> Any:
        """Make one formatter, filter or handler, and nothing else.

        :raises ValueError: (``ConfigError``) if it is wrong, or needs others.
        """
        if not self._make(kind, name):
            text = f"Unable to configure {kind} {name!r}: it refers to others, which are not there"
            raise ConfigError(text, (f"{kind}s", name))
        return self.config[f"{kind}s"][name]

    def _is_incremental(self) -> bool:
        config = self.config
        if "version" not in config:
            self._tell(ConfigError("dictionary doesn't specify a version: it is 1", ("version",)))
        elif config["version"] != 1:
            text = f"Unsupported version: {config['version']!r}: allowed is 1"
            self._tell(ConfigError(text, ("version",)))
        return bool(config.pop("incremental", False))

    def _replace(self) -> None:
        """Take the place of the configuration before."""
        disable_existing = self.config.pop("disable_existing_loggers", True)
        before = RegisteredHandlers()
        try:
            tree = self._prepared(disable_existing)
            self._emptying.finish(before.all)
            tree.apply(upgrades=True)
        except BaseException:
            before.restore()
            raise
        handlers = self.config.get("handlers") or {}
        before.replace({name: handlers[name] for name in handlers})

    def _prepared(self, disable_existing: Any) -> TreeChange:
        """Make everything that is named, and work out what changes of loggers."""
        formatters = self._section("formatters")
        for name in formatters:
            self._make("formatter", name)
        filters = self._section("filters")
        for name in filters:
            self._make("filter", name)
        handlers = self._section("handlers")
        waiting = sorted(handlers, key=str)
        while waiting:
            # Those that others refer to come first.
            deferred = [name for name in waiting if not self._make("handler", name)]
            if deferred == waiting:
                name = deferred.pop(0)
                problem = wrong(("handlers", name), "it refers to handlers that refer to it")
                self._not_made("handler", name, unable(f"handler {name!r}", problem))
            waiting = deferred
        return self._loggers_prepared(disable_existing=disable_existing)

    def _loggers_prepared(
        self, *, incremental: bool = False, disable_existing: Any = None
    ) -> TreeChange:
        tree = TreeChange()
        loggers = self._section("loggers")
        for name in loggers:
            path: Path = ("loggers", name)
            tree.add(name, self._logger_change(path, loggers[name], incremental=incremental))
        if not incremental:
            tree.add_existing(loggers, disable_existing)
        if self.config.get("root"):
            change = self._logger_change(("root",), self.config["root"], incremental=incremental)
            tree.add(None, change)
        return tree

    def _adjust(self) -> None:
        """Change levels and propagation, nothing else: stdlib's ``incremental``."""
        there: dict[str, logging.Handler] = logging._handlers  # type: ignore[attr-defined]
        levels: list[tuple[logging.Handler, int]] = []
        handlers = self._section("handlers")
        for name in handlers:
            path: Path = ("handlers", name)
            if name not in there:
                problem = wrong(path, f"no such handler: {hint(name, there)}")
                text = f"No handler found with name {name!r}: {problem}"
                raise ConfigError(text, path) from problem
            section = self._checked(handlers[name], path, f"handler {name!r}")
            level = section.get("level")
            if level:
                self._check_level(level, path, f"handler {name!r}")
                levels.append((there[name], check_level(level)))
        tree = self._loggers_prepared(incremental=True)
        old = [(handler, handler.level) for handler, _ in levels]
        try:
            for handler, number in levels:
                handler.setLevel(number)
            tree.apply(upgrades=False)
        except BaseException:
            for handler, number in old:
                handler.level = number
            raise

    # The parts.

    def _section(self, key: str) -> Any:
        section = self.config.get(key, {})
        if not isinstance(section, dict):
            raise wrong((key,), "a dictionary is expected", section)
        return section

    def _tell(self, error: ConfigError) -> None:
        """Say what is wrong; who looks further overrides it."""
        raise error

    def _not_made(self, kind: str, name: str, error: ConfigError) -> bool:
        """Say what is wrong with an object's section, as ``_tell`` does."""
        raise error

    def _make(self, kind: str, name: str) -> bool:
        """Make one object of a section; answer whether all that it refers to was there."""
        key = f"{kind}s"
        section = self.config[key]
        self._path = (key, name)
        self._makers.clear()
        given = section[name]
        given = dict(given) if isinstance(given, dict) else given
        try:
            section[name] = getattr(self, f"configure_{kind}")(section[name])
        except Exception as error:
            if kind == "handler" and " not configured yet" in str(error.__cause__):
                return False
            section[name] = given
            told = explained(kind, self.config, self._path, given, self._makers, error)
            return self._not_made(kind, name, told)
        return True

    def _logger_change(
        self, path: Path, section: Any, *, incremental: bool = False
    ) -> LoggerChange:
        what = "root logger" if path == ("root",) else f"logger {path[-1]!r}"
        section = self._checked(section, path, what)
        if not isinstance(path[-1], str):
            self._tell(ConfigError(f"Unable to configure {what}: a name is a text", path))
        change = LoggerChange(level=self._value(section, "level", path, what))
        if change.level is not None:
            self._check_level(change.level, path, what)
        if path != ("root",):
            change.disabled = False
            change.propagate = self._value(section, "propagate", path, what)
        if not incremental:
            change.handlers = self._named("handler", section, path, what)
            change.filters = self._named("filter", section, path, what)
        return change

    def _named(self, kind: str, section: Any, path: Path, what: str) -> list[Any]:
        """Look up the handlers or filters of a logger."""
        key = f"{kind}s"
        known = self.config.get(key, {})
        found = []
        for index, one in enumerate(self._ids(section, key, path, what)):
            is_filter = callable(one) or callable(getattr(one, "filter", None))
            try:
                found.append(one if kind == "filter" and is_filter else known[one])
            except (KeyError, TypeError) as error:
                text = f"no such {kind}: {hint(one, known)}"
                problem = wrong((*path, key, index), text, one)
                problem.__cause__ = error
                self._tell(unable(what, problem))
        return found

    def _ids(self, section: Any, key: str, path: Path, what: str) -> list[Any]:
        ids = self._value(section, key, path, what) or []
        if isinstance(ids, str) and len(ids) > 1:
            text = f"a list is expected: [{ids!r}]"
        elif not isinstance(ids, Iterable):
            text = "a list of ids is expected"
        else:
            return list(ids)
        self._tell(unable(what, wrong((*path, key), text, ids)))
        return []

    def _value(self, section: Any, key: str, path: Path, what: str) -> Any:
        try:
            return section.get(key)
        except Exception as error:  # a reference, `ext://` or `cfg://`, that leads nowhere
            self._tell(unable(what, wrong((*path, key), said(error), dict(section)[key])))
            return None

    def _checked(self, section: Any, path: Path, what: str) -> Any:
        if not isinstance(section, dict):
            self._tell(unable(what, wrong(path, "a dictionary is expected", section)))
            return {}
        return section

    def _check_level(self, level: Any, path: Path, what: str) -> None:
        problem = level_problem(level, (*path, "level"))
        if problem is not None:
            self._tell(unable(what, problem))

    # What stdlib's configurator calls.

    def resolve(self, s: Any) -> Any:
        """Resolve a dotted name; anything but text is what it stands for."""
        return super().resolve(s) if isinstance(s, str) else s

    def configure_custom(self, config: dict[str, Any]) -> Any:
        """Make an object by a factory."""
        config["()"] = self._maker(config, "()")
        return super().configure_custom(config)

    def configure_formatter(self, config: Any) -> Any:
        """Make a formatter."""
        if sys.version_info < (3, 12) and config.get("defaults") is not None and "()" not in config:
            # As newer Pythons read it.
            names = {
                "format": "fmt",
                "datefmt": "datefmt",
                "style": "style",
                "defaults": "defaults",
            }
            given = {new: config[old] for old, new in names.items() if old in config}
            if "validate" in config:
                given["validate"] = config["validate"]
            return self.configure_custom({"()": config.get("class") or logging.Formatter, **given})
        return super().configure_formatter(config)

    def configure_handler(self, config: dict[str, Any]) -> logging.Handler:
        """Make a handler."""
        key = "()" if "()" in config else "class"
        if key not in config:
            raise wrong((*self._path, key), "is missing")
        maker = config[key] = self._maker(config, key)
        if is_memory_handler(maker.made) and isinstance(config.get("flushLevel"), str):
            problem = level_problem(config["flushLevel"], (*self._path, "flushLevel"))
            if problem is not None:
                raise problem
            config["flushLevel"] = check_level(config["flushLevel"])  # as newer Pythons do
        return super().configure_handler(config)

    def _maker(self, config: Any, key: str) -> Any:
        """Return what makes the object of a section; takes what is only for that."""
        named = config[key]
        if isinstance(named, Maker):
            self._makers.append(named)
            return named  # a handler's section is looked at again after others
        path = self._path
        try:
            made = self.resolve(named)
        except Exception as error:
            raise wrong((*path, key), str(error) + near(named), named) from error
        if key == "class" and not isinstance(made, type):
            raise wrong((*path, key), "not a class; what makes handlers goes by '()'", named)
        if not callable(made):
            raise wrong((*path, key), "cannot be called", named)
        args, kwargs = taken_arguments(config, made, path)
        maker = Maker(made, path, self._call, args=args, kwargs=kwargs)
        self._makers.append(maker)
        return maker

    def _call(self, made: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Make an object."""
        result = self._emptying.make(made, args, kwargs)
        self._results.append(result)
        return result


#: What ``dictConfig`` configures by; may be replaced.
dictConfigClass = DictConfigurator  # noqa: N816 - stdlib's name
