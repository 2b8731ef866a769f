"""Substitute: what takes the place of what is wrong, so that all else can be looked at.

Used where a configuration is looked at for everything that is wrong.
"""

from __future__ import annotations

from ..mirror import logging, submodule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from logging import config as stdlib
    from typing import Any

    from .error import ConfigError
else:
    stdlib = submodule("config")


def substitute(key: str) -> Any:
    """Return what others can refer to as a formatter, filter or handler, by the section's key."""
    return _SUBSTITUTES[key]()


class LenientSection(stdlib.ConvertingDict):
    """A section with substitutes for what is not read because it is not where it should be.

    :param elsewhere: the names of that; ``None``: any.
    """

    def __init__(
        self, key: str, elsewhere: Container[object] | None, configurator: stdlib.DictConfigurator
    ) -> None:
        section = configurator.config.get(key)
        super().__init__(section if isinstance(section, dict) else {})
        self.configurator = configurator
        self._key = key
        self._elsewhere = elsewhere

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._elsewhere is None or name in self._elsewhere

    def __missing__(self, name: object) -> Any:
        if name in self:
            return substitute(self._key)
        raise KeyError(name)


def without(problems: tuple[ConfigError, ...], kind: str, section: Any) -> dict[str, Any] | None:
    """Return the rest of a section, without what is wrong with it; ``None`` if nothing is left.

    A key goes with what can be judged only by it, so that nothing else is wrong because it went.
    """
    if not isinstance(section, dict):
        return None
    rest = dict(section)
    keys = set()
    for _, _, key, *index in (one.path for one in problems if len(one.path) > 2):
        keys.add(key)
        if index:
            rest[key] = []
        else:
            rest.pop(key, None)
    if kind == "formatter" and "()" not in section:
        if keys & {"class", "style"}:
            rest.pop("format", None)
    elif rest == section or keys & {"()", "class", "args", "kwargs"}:
        # What it is made of is not known, or not to blame.
        if kind != "handler" or section.get("()") is logging.NullHandler:
            return None
        rest = {key: rest[key] for key in ("formatter", "filters", "level") if key in rest}
        rest["()"] = logging.NullHandler
    return None if rest == section else rest


_SUBSTITUTES: dict[str, Callable[[], Any]] = {
    "formatters": logging.Formatter,
    "filters": logging.Filter,
    "handlers": logging.NullHandler,
}
