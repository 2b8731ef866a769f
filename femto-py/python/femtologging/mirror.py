"""Mirror: modules that have stdlib's names beside their own.

Looked at whenever a name is, while programs are imported or configured. ``femtologging`` mirrors
``logging``, its submodules ``config`` and ``handlers`` those of ``logging``: a name that is not
theirs is read, written and deleted there, and a twin of one of stdlib's is replaced here and there.
That stays so when they stand in the place of ``logging`` in ``sys.modules``, so modules of this
package that are imported late take ``logging`` from here.
"""

from __future__ import annotations

import importlib
import logging as logging
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def submodule(name: str) -> ModuleType:
    """Import stdlib's ``logging.NAME``, whatever is in the place of ``logging``."""
    found: ModuleType | None = vars(logging).get(name)
    if found is not None:
        return found
    mirrors = {path: module for path, module in sys.modules.items() if isinstance(module, Mirror)}
    real = {"logging": logging, **{f"logging.{one}": vars(logging).get(one) for one in SUBMODULES}}
    for path in real.keys() & mirrors.keys():
        if (module := real[path]) is None:
            del sys.modules[path]
        else:
            sys.modules[path] = module
    try:
        return importlib.import_module(f"logging.{name}")
    finally:
        sys.modules.update(mirrors)


class Mirror(ModuleType):
    """A module that mirrors one of stdlib's."""

    def __getattr__(self, name: str) -> Any:
        lazy: dict[str, str] = self.__dict__.get(_LAZY, {})
        if name in lazy:
            module = importlib.import_module(f"{self.__name__}.{lazy[name]}")
            value = module if name == lazy[name] else getattr(module, name)
            return self.__dict__.setdefault(name, value)
        if name == "__all__":
            return [name for name in dir(self) if not name.startswith("_")]
        if _is_special(name) and self.__name__.count("."):
            # The import system asks for some; what is not needed is not imported.
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(_mirrored(self), name)

    def __setattr__(self, name: str, value: object) -> None:
        own = self.__dict__
        # Submodules are set by the import system.
        if _is_special(name) or any(
            _is_submodule(self, name, one) for one in (value, own.get(name))
        ):
            super().__setattr__(name, value)
            return
        mirrored = _mirrored(self)
        if name in own.get(_LAZY, ()):
            getattr(self, name)  # now it is among the others
        if name not in own and (hasattr(mirrored, name) or name in own.get(_DELETED, ())):
            setattr(mirrored, name, value)
            return
        if name in own and hasattr(mirrored, name):
            # Who puts the twin back, puts back what it is the twin of.
            pairs = own.setdefault(_PAIRS, {})
            twin, original = pairs.setdefault(name, (own[name], getattr(mirrored, name)))
            setattr(mirrored, name, original if value is twin else value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__:
            super().__delattr__(name)
        else:
            delattr(_mirrored(self), name)
            # Whoever sets it again, as tests that patch it do, sets it where it was.
            self.__dict__.setdefault(_DELETED, set()).add(name)

    def __dir__(self) -> list[str]:
        return sorted({*dir(_mirrored(self)), *super().__dir__(), *self.__dict__.get(_LAZY, ())})


def _mirrored(mirror: Mirror) -> ModuleType:
    _, _, name = mirror.__name__.partition(".")
    return submodule(name) if name else logging


def _is_submodule(mirror: Mirror, name: str, value: object) -> bool:
    return isinstance(value, ModuleType) and value.__name__ == f"{mirror.__name__}.{name}"


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


#: What `logging` has beside itself.
SUBMODULES = ("config", "handlers")
#: Names that were deleted, and pairs of a twin and what it is the twin of, of names replaced here.
_DELETED, _PAIRS = "_deleted", "_pairs"
#: The submodules that names of a module's own come with.
_LAZY = "_lazy"
