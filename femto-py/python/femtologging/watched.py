"""Watched lists: the handlers and filters of loggers and handlers, which say when they change."""

from __future__ import annotations

from ._femtologging import changed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class WatchedList(list[object]):
    """A list that says when it is changed; else a list."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Copy and pickle as a plain list."""
        return list, (list(self),)


def _watched(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def call(self: WatchedList, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:
            changed()

    call.__name__ = name
    call.__qualname__ = f"WatchedList.{name}"
    call.__doc__ = method.__doc__
    return call


for _name in (
    "__delitem__",
    "__iadd__",
    "__imul__",
    "__setitem__",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
):
    setattr(WatchedList, _name, _watched(_name))
