"""Filter: those that need no Python, and how others are told from them.

Made where loggers and handlers are configured. On the fast path handlers' filters run on the
collector, loggers' on the caller; on the slow path Python calls ``filter``.
"""

from __future__ import annotations

import logging

from ._femtologging import NativeFilter, RateLimit, changed
from .level import check_level, clamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeAlias


class LevelFilter(logging.Filter):
    """Passes records from one level to another.

    :param level: the lowest that passes, a number or a name. Default: ``NOTSET``, all.
    :param max_level: the highest that passes. Default: all.

    A handler for what is not an error:

    >>> import femtologging
    >>> handler = femtologging.StreamHandler()
    >>> handler.addFilter(femtologging.LevelFilter(max_level="WARNING"))
    """

    def __init__(
        self, level: int | str = logging.NOTSET, *, max_level: int | str | None = None
    ) -> None:
        super().__init__()
        self.level = check_level(level)
        self.max_level = None if max_level is None else check_level(max_level)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        changed()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record's level is one of those."""
        return self.level <= record.levelno <= _or_all(self.max_level)

    def __repr__(self) -> str:
        return f"<LevelFilter {self.level} to {_or_all(self.max_level)}>"


class NameFilter(logging.Filter):
    """Passes records of a logger and those below it: ``logging.Filter`` by a name that says so.

    :param name: the logger's. Default: the empty one, which passes all.
    """

    def __repr__(self) -> str:
        return f"<NameFilter {self.name}>"


class RateLimitFilter(logging.Filter):
    """Passes some of what each statement logs; statements are told apart by logger and message.

    On a logger it costs the fast path little; a handler with one takes the slow path.

    :param limit: ``"5/10s"``, five in ten seconds (units ``ms``, ``s``, ``min``, ``h``; at most
        65,535 in 473 days); ``"first 3"``; ``"every 10"``. May be set later, too.
    :raises ValueError: for another text.
    """

    def __init__(self, limit: str) -> None:
        super().__init__()
        self._native = RateLimit(_checked_limit(limit))
        self._limit = limit

    @property
    def limit(self) -> str:
        """The limit; setting it has all statements counted anew."""
        return self._limit

    @limit.setter
    def limit(self, limit: str) -> None:
        self._native.set_limit(_checked_limit(limit))
        self._limit = limit

    @property
    def rejected(self) -> int:
        """How many records were refused."""
        return self._native.rejected

    def filter(self, record: logging.LogRecord) -> bool:
        """Count the record, and return whether it passes."""
        message = record.msg if isinstance(record.msg, str) and record.msg.isascii() else ""
        return self._native.admits(record.name, message, int(record.created * 1e9))

    def __repr__(self) -> str:
        return f"<RateLimitFilter {self._limit}>"


#: What a handler's filter lets pass: levels from and to, or a logger's name.
Passing: TypeAlias = tuple[int, int] | str


def passing(filters: Iterable[Any]) -> tuple[Passing, ...] | None:
    """Return what a handler's filters let pass; ``None`` if Python has to be asked."""
    found: list[Passing] = []
    for one in filters:
        cls = type(one)
        if "filter" in getattr(one, "__dict__", ()):
            return None
        if cls is LevelFilter:
            found.append((one.level, _or_all(one.max_level)))
        elif cls in _BY_NAME:
            found.append(one.name)
        else:
            return None
    return tuple(found)


def native(passing: Iterable[Passing]) -> list[NativeFilter]:
    """Return native filters that let the same pass."""
    return [
        NativeFilter.by_name(one)
        if isinstance(one, str)
        else NativeFilter.by_level(*map(clamp, one))
        for one in passing
    ]


def of_logger(logger: logging.Logger) -> tuple[int, int, list[RateLimit]] | None:
    """Return what a logger's filters let pass: levels from and to, limits.

    ``None`` if Python has to be asked.
    """
    lowest, highest = _LOWEST, _HIGHEST
    limits: list[RateLimit] = []
    for one in logger.filters:
        cls = type(one)
        if "filter" in getattr(one, "__dict__", ()):
            return None
        if isinstance(one, LevelFilter) and cls is LevelFilter:
            lowest = max(lowest, one.level)
            highest = min(highest, _or_all(one.max_level))
        elif isinstance(one, logging.Filter) and cls in _BY_NAME:
            if not f"{logger.name}.".startswith(f"{one.name}.") and one.name:
                highest = _LOWEST
        elif isinstance(one, RateLimitFilter) and cls is RateLimitFilter:
            limits.append(one._native)
        else:
            return None
    return lowest, highest, limits


def _checked_limit(limit: object) -> str:
    if isinstance(limit, str):
        return limit
    raise ValueError(f"limit = {limit!r}: allowed is a text such as '5/10s'")


def _or_all(level: int | None) -> int:
    return _HIGHEST if level is None else level


_BY_NAME = (logging.Filter, NameFilter)
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
