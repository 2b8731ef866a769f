"""Maker: what a configuration names to make an object of, and how that is called.

Runs where logging is configured. Stdlib's configurator calls a maker as it would call the class
itself, whose place it takes: with native twins for classes, positional arguments, and something to
say when the call fails.
"""

from __future__ import annotations

import sys

from .. import handlers  # noqa: F401 - has twins
from ..handler import TWINS
from ..mirror import submodule
from .parameter import certain_problems, parameter_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeAlias

    from .error import ConfigError, Path

    #: Makes the object: what to call, with which arguments.
    Make: TypeAlias = Callable[[Callable[..., Any], list[Any], dict[str, Any]], Any]


class Maker:
    """A class or factory, with what a configuration has for it."""

    def __init__(
        self,
        made: Callable[..., Any],
        path: Path,
        make: Make,
        *,
        args: list[Any] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.made = native(made)
        # What `issubclass` looks at where it is given no class.
        self.__bases__ = (self.made,)
        self.path = path
        self._make = make
        self._args = args
        self._kwargs = kwargs or {}
        self._last_call: tuple[list[Any], dict[str, Any]] | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the object."""
        all_args = [*(self._args or ()), *args]
        all_kwargs = self._kwargs | kwargs
        target = None
        if self._args is not None and is_memory_handler(self.made):
            # `args` may have one already, which the handler that is named takes the place of.
            target = all_kwargs.pop("target", None)
        self._last_call = all_args, all_kwargs
        for problem in certain_problems(self.made, all_args, all_kwargs, self.path):
            raise problem
        result = self._make(self.made, all_args, all_kwargs)
        if target is not None:
            result.setTarget(target)
        return result

    def problems(self) -> Iterator[ConfigError]:
        """Find what was wrong with the last call."""
        if self._last_call is not None:
            yield from parameter_problems(self.made, *self._last_call, self.path)


def native(made: Callable[..., Any]) -> Callable[..., Any]:
    """Return the native twin of a class, or what was given."""
    return TWINS.get(made, made) if isinstance(made, type) else made


def near(named: object) -> str:
    """Say which class may have been meant by a dotted name that leads nowhere."""
    module, _, name = str(named).rpartition(".")
    there = vars(sys.modules.get(module, object))
    classes = [one for one, value in there.items() if isinstance(value, type)]
    import difflib  # few programs meet an error

    found = difflib.get_close_matches(name, classes, n=1)
    return f"; did you mean '{module}.{found[0]}'?" if found else ""


def is_memory_handler(made: object) -> bool:
    """Whether it is a class of handlers that keep records for another one."""
    return isinstance(made, type) and issubclass(made, _handlers.MemoryHandler)


_handlers = submodule("handlers")
