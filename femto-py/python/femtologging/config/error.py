"""Error: what is wrong with a configuration, and where."""

from __future__ import annotations

import re
import reprlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

#: Keys, and numbers of items, that lead to a place in a configuration.
Path: TypeAlias = tuple[object, ...]


class ConfigError(ValueError):
    """A configuration that is wrong, or cannot be applied. Nothing was changed.

    Its text begins with stdlib's, then says the place, what stands there and what may stand there:
    ``Unable to configure handler 'file': handlers.file.maxBytes = 'much': a number of bytes is
    expected``.
    """

    def __init__(self, text: str, path: Path = (), problems: tuple[ConfigError, ...] = ()) -> None:
        super().__init__(text)
        #: The keys that lead to the place: ``("handlers", "file", "maxBytes")``.
        self.path = path
        self._problems = problems

    @property
    def problems(self) -> tuple[ConfigError, ...]:
        """What is wrong, place by place, without stdlib's text."""
        return self._problems or (self,)


def wrong(path: Path, text: str, *value: object) -> ConfigError:
    """Say what is wrong at a place: ``path = value: text``, or ``path: text``."""
    where = path_text(path) + "".join(f" = {shown(one)}" for one in value)
    return ConfigError(f"{where}: {text}", path)


def unable(what: str, why: ConfigError) -> ConfigError:
    """Say that something cannot be configured, in stdlib's words, and why."""
    error = ConfigError(f"Unable to configure {what}: {why}", why.path, (why,))
    error.__cause__ = why.__cause__ or why
    return error


def said(error: Exception) -> str:
    """Return the name of an error and what it says."""
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name


def path_text(path: Path) -> str:
    """Spell a path: ``handlers.file.capacity``, ``loggers."app.db".handlers[0]``."""
    import json  # few programs meet an error

    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            key = str(step)
            bare = key if re.fullmatch(r"[\w-]+", key) else json.dumps(key, ensure_ascii=False)
            text += f".{bare}" if text else bare
    return text


def shown(value: object) -> str:
    """Return what to show of a value."""
    return _repr.repr(value)


def hint(name: object, known: Iterable[object]) -> str:
    """Say what may have been meant by a name, and what there is."""
    names = sorted(str(one) for one in known)
    if not names:
        return "there are none"
    import difflib  # few programs meet an error

    near = difflib.get_close_matches(str(name), names, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{meant}allowed: {', '.join(map(repr, names))}"


def closest(name: object, known: Iterable[str]) -> str | None:
    """Return which of these a name is but for a letter or two."""
    import difflib

    return next(iter(difflib.get_close_matches(str(name), known, n=1, cutoff=0.85)), None)


_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 80
