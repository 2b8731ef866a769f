"""Interpreter: says why the binary module cannot be had here.

Runs where importing it has failed.
"""

from __future__ import annotations

import sys
import sysconfig


def explain(error: ImportError) -> ImportError:
    """Return what to raise: the reason where it is this interpreter, else the error itself."""
    reason = _reason()
    return error if reason is None else ImportError(f"femtologging does not support {reason}")


def _reason() -> str | None:
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name}: only CPython has what it needs"
    if sys.version_info < (3, 10):  # noqa: UP036
        return f"Python {sys.version_info[0]}.{sys.version_info[1]}: it needs 3.10 or newer"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "the free-threaded build of Python: use the one with the global lock"
    if _is_sub_interpreter():
        return "sub-interpreters: import it in the main interpreter"
    return None


def _is_sub_interpreter() -> bool:
    for name in ("_interpreters", "_xxsubinterpreters"):  # from 3.13 on, before
        try:
            module = __import__(name)
        except ImportError:
            continue
        current, main = module.get_current(), module.get_main()
        # Tuples from 3.13 on, with the number first.
        return bool(current != main)
    return False
