"""Arguments: ``args`` and ``kwargs`` of a handler's section, for its class.

Runs where logging is configured.
"""

from __future__ import annotations

from .error import wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .error import Path


def taken_arguments(
    config: Any, made: Callable[..., Any], path: Path
) -> tuple[list[Any] | None, dict[str, Any]]:
    """Take ``args`` and ``kwargs`` out of a section; they are lists and dictionaries, or literals.

    They stay where they are for what has parameters of these names itself.
    """
    args = kwargs = None
    if "args" in config and not _has_parameter(made, "args"):
        place = (*path, "args")
        args = _plain(_read(config.pop("args"), place))
        if not isinstance(args, (list, tuple)):
            # `("app.log")` is no tuple: stdlib would take each letter.
            raise wrong(place, "a list or a tuple is expected: ('app.log',) is one", args)
    if "kwargs" in config and not _has_parameter(made, "kwargs"):
        place = (*path, "kwargs")
        kwargs = _plain(_read(config.pop("kwargs"), place))
        if not isinstance(kwargs, dict) or not all(isinstance(key, str) for key in kwargs):
            raise wrong(place, "a dictionary of names is expected", kwargs)
    return None if args is None else list(args), kwargs or {}


def _read(value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        return value
    from .literal import literal  # brings the parser of Python

    return literal(value, path)


def _has_parameter(made: Callable[..., Any], name: str) -> bool:
    import inspect  # few programs need it: it takes longer than all else here

    try:
        parameter = inspect.signature(made).parameters.get(name)
    except (TypeError, ValueError):
        return False
    return parameter is not None and parameter.kind in (
        parameter.POSITIONAL_OR_KEYWORD,
        parameter.KEYWORD_ONLY,
    )


def _plain(value: Any) -> Any:
    """Resolve all that is below, at any depth: stdlib's containers resolve what is looked at."""
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in value}
    if isinstance(value, list) or (isinstance(value, tuple) and not hasattr(value, "_fields")):
        return (list if isinstance(value, list) else tuple)(
            _plain(value[index]) for index in range(len(value))
        )
    return value
