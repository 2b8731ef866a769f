"""Explain: what was wrong with a section that could not be made into an object.

Runs where logging is configured, after something went wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..mirror import logging, submodule
from .error import ConfigError, hint, said, wrong
from .parameter import level_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .error import Path
    from .maker import Maker


def explained(
    kind: str,
    config: Any,
    path: Path,
    section: Any,
    makers: list[Maker],
    error: Exception,
) -> ConfigError:
    """Say what is wrong with the section of a formatter, filter or handler."""
    text = f"Unable to configure {kind} {path[-1]!r}"
    if isinstance(error, ConfigError):
        problems = [error]
    elif not isinstance(section, dict):
        problems = [wrong(path, "a dictionary is expected", section)]
    else:
        found = _PROBLEMS[kind](config, path, section, error)
        problems = [
            *_unresolved(config, path, section),
            *found,
            *(one for maker in makers for one in maker.problems()),
        ]
    if problems:
        all_text = "; ".join(map(str, problems))
        told = ConfigError(f"{text}: {all_text}", problems[0].path, tuple(problems))
        # Where in the code it was found does not help.
        cause = (error.__cause__ or error) if isinstance(error, ConfigError) else error
        told.__cause__ = cause.with_traceback(None)
        return told
    problem = wrong(path, said(error))
    problem.__cause__ = error
    if _is_queue_handler(makers):
        # CPython's tests know this text by heart; the cause says the rest.
        told = ConfigError(text, path, (problem,))
        told.__cause__ = problem
    else:
        told = ConfigError(f"{text}: {problem}", path, (problem,))
        told.__cause__ = error
    return told


def _unresolved(config: Any, path: Path, section: Any) -> Iterator[ConfigError]:
    for key, value in section.items():
        try:
            config.configurator.convert(value)
        except Exception as error:
            yield wrong((*path, key), said(error), value)


def _formatter_problems(
    config: Any, path: Path, section: Any, error: Exception
) -> Iterator[ConfigError]:
    if "()" in section:
        return
    yield from _not_texts(section, path, ("format", "datefmt"))
    style = section.get("style", "%")
    if not isinstance(style, str) or style not in logging._STYLES:
        yield wrong((*path, "style"), "allowed: '%', '{', '$'", style)
    elif isinstance(error, (ImportError, AttributeError)) and "class" in section:
        yield wrong((*path, "class"), str(error), section["class"])
    elif not isinstance(section.get("defaults"), dict | None):
        yield wrong((*path, "defaults"), "a dictionary is expected", section["defaults"])
    elif isinstance(error, ValueError) and "format" in section:
        yield wrong((*path, "format"), str(error), section["format"])


def _not_texts(section: Any, path: Path, keys: tuple[str, ...]) -> Iterator[ConfigError]:
    for key in keys:
        if not isinstance(section.get(key), str | None):
            yield wrong((*path, key), "a text is expected", section[key])


def _filter_problems(
    config: Any, path: Path, section: Any, error: Exception
) -> Iterator[ConfigError]:
    return iter(()) if "()" in section else _not_texts(section, path, ("name",))


def _handler_problems(
    config: Any, path: Path, section: Any, error: Exception
) -> Iterator[ConfigError]:
    formatter = section.get("formatter")
    if formatter:
        yield from _unknown("formatter", config, [((*path, "formatter"), formatter)])
    filters = section.get("filters") or []
    if isinstance(filters, str) or not isinstance(filters, Iterable):
        yield wrong((*path, "filters"), "a list of ids is expected", filters)
    else:
        ids = [
            ((*path, "filters", index), one)
            for index, one in enumerate(filters)
            if not callable(one) and not callable(getattr(one, "filter", None))
        ]
        yield from _unknown("filter", config, ids)
    level = section.get("level")
    if level is not None:
        problem = level_problem(level, (*path, "level"))
        if problem is not None:
            yield problem
    cause = str(error)
    if "target" in section and cause.startswith("Unable to set target handler"):
        yield from _unknown("handler", config, [((*path, "target"), section["target"])])
    if "handlers" in section and cause.startswith("Unable to set required handler"):
        ids = [((*path, "handlers", index), one) for index, one in enumerate(section["handlers"])]
        yield from _unknown("handler", config, ids)


def _unknown(kind: str, config: Any, ids: list[tuple[Path, Any]]) -> Iterator[ConfigError]:
    known = config.get(f"{kind}s", {})
    for path, name in ids:
        try:
            is_there = name in known
        except TypeError:  # not hashable
            is_there = False
        if not is_there:
            yield wrong(path, f"no such {kind}: {hint(name, known)}", name)


def _is_queue_handler(makers: list[Maker]) -> bool:
    return any(
        isinstance(one.made, type) and issubclass(one.made, _handlers.QueueHandler)
        for one in makers
    )


_PROBLEMS = {
    "formatter": _formatter_problems,
    "filter": _filter_problems,
    "handler": _handler_problems,
}

_handlers = submodule("handlers")
