"""Interpreter: says why the binary module cannot be had here.

Runs where importing it has failed; is written for interpreters that are not supported, too.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES


def explain(error: ImportError) -> ImportError:
    """Return what to raise: the reason where it is this interpreter, else the error itself."""
    reason = _reason()
    return error if reason is None else ImportError(f"femtologging {reason}")


def _reason() -> str | None:
    this = f"{platform.python_implementation()} {platform.python_version()}"
    free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
    if free_threaded or sys.implementation.name != "cpython" or sys.version_info < (3, 10):
        kind = ", the free-threaded build" if free_threaded else ""
        return f"needs CPython 3.10 or newer with the global interpreter lock; this is {this}{kind}"
    if _is_sub_interpreter():
        return "does not support sub-interpreters: import it in the main interpreter"
    names = {f"_femtologging{suffix}" for suffix in EXTENSION_SUFFIXES}
    folder = os.path.dirname(__file__)
    built = [name for name in _files(folder) if name.startswith("_femtologging.")]
    if names.isdisjoint(built):
        found = ", ".join(name for name in sorted(built) if not name.endswith(".pyi")) or "none"
        return (
            f"is not installed for this interpreter, {this} on {platform.machine()}: {folder} "
            f"should have _femtologging{EXTENSION_SUFFIXES[0]}, and has {found}"
        )
    return None


def _files(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []  # in a zip file, from which binary modules cannot be imported


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
