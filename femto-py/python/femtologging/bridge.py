"""Bridge: records of Rust's ``log`` and ``tracing`` statements, in other extension modules.

Each extension module has a copy of the ``log`` crate of its own, so it takes part itself: its
author calls ``femto_python::offer`` in it (see the crate of that name), and the application
switches that on here. The native part calls the functions below, attached, where it needs to know
what a logger reaches or Python code has to see a record.
"""

from __future__ import annotations

import sys
import threading

from . import hooks, lifecycle, record
from ._femtologging import rust_table
from .logger import all_loggers, chain, is_watched, upgrade
from .mirror import logging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

#: The version of the table that this package makes.
VERSION = 1


def setup_rust_logging(*modules: ModuleType) -> None:
    """Send what extension modules log through Rust's ``log`` crate to the loggers of Python.

    A target ``a::b`` is the logger ``a.b``: its level, filters, handlers and ``propagate`` count.

    :param modules: the extension modules; each must offer its records by ``femto_python::offer``.
        Default: all that do, those that are imported later included.
    :raises ValueError: for a module that offers none.
    :raises RuntimeError: if a module has given its ``log`` crate another logger.
    """
    _set_up("logging", modules)


def setup_rust_tracing(*modules: ModuleType) -> None:
    """Send what extension modules tell Rust's ``tracing`` to the loggers of Python.

    The fields of an event and of the spans around it are attributes of the record; ``spans`` has
    the names of the spans, outermost first. Parameters and errors are those of
    ``setup_rust_logging``.
    """
    _set_up("tracing", modules)


def offered(offer: dict[str, Callable[[], None]]) -> None:
    """Take part, if all modules are to; called by a module that is being imported."""
    for kind in _wanted:
        if kind in offer:
            offer[kind]()


def _set_up(kind: str, modules: tuple[ModuleType, ...]) -> None:
    for module in modules:
        if kind not in _offer(module):
            name = getattr(module, "__name__", repr(module))
            raise ValueError(f"{name} offers no records of Rust's {_CRATES[kind]}")
    if not modules:
        _wanted.add(kind)
    for module in modules or list(sys.modules.values()):
        if kind in _offer(module):
            _offer(module)[kind]()


def _offer(module: ModuleType) -> dict[str, Callable[[], None]]:
    # Anything may be in `sys.modules`, with any `__getattr__`.
    offer = getattr(module, "__dict__", {}).get("__femtologging__")
    return offer if isinstance(offer, dict) else {}


_wanted: set[str] = set()
_CRATES = {"logging": "log", "tracing": "tracing"}

# --- Called by the native part and by extension modules ------------------------------------------


def table(version: int) -> object:
    """Return the capsule with the functions that take records.

    :raises ImportError: for a version that this package does not have.
    """
    if version != VERSION:
        raise ImportError(
            f"the extension module needs version {version} of femtologging's bridge, this is"
            f" {VERSION}: install the femtologging of the same release as its femto-python"
        )
    lifecycle.prepare()
    return rust_table(sys.modules[__name__])


def find_logger(name: str) -> logging.Logger:
    """Return the logger, upgraded, with its ancestors, so that changes of them are noticed."""
    logger = logging.getLogger(name or None)
    for one in chain(logger):
        upgrade(one)
    return logger


def lowest() -> int:
    """Return a level below which no logger wants anything; 0 where that is not known."""
    loggers = list(all_loggers())
    if not all(map(upgrade, loggers)) or not all(map(is_watched, loggers)):
        return 0
    if not hooks.are_levels_plain():
        return 0
    levels = [one.level for one in loggers if one.level or one is logging.root]
    disable: Any = logging.root.manager.disable
    if not all(isinstance(level, int) for level in (*levels, disable)):
        return 0
    return max(min(levels), int(disable) + 1)


def handle(
    name: str, level: int, message: str, path: str, line: int, fields: dict[str, Any], thread: str
) -> None:
    """Make a ``LogRecord`` and hand it to its logger."""
    logger = logging.getLogger(name or None)
    if not logger.isEnabledFor(level):
        return
    path, line = (path, line) if path else ("(unknown file)", 0)
    made = logger.makeRecord(
        logger.name, level, path, line, message, (), None, "(unknown function)", fields or None
    )
    if made.threadName is not None and thread:
        made.threadName = thread_name(thread)
    logger.handle(made)


def thread_name(rust: str) -> str:
    """Return the name of the calling thread, which Rust calls ``rust`` or nothing."""
    known = threading._active.get(threading.get_ident())  # type: ignore[attr-defined]
    if rust and (known is None or isinstance(known, threading._DummyThread)):
        return rust
    return threading.current_thread().name


def process_name() -> str:
    """Return the name of the process, as records have it."""
    return record.process_name()


def task_name() -> str | None:
    """Return the name of the running task, as records have it."""
    return record.task_name()
