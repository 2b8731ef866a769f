"""The floor under a disabled call: a no-op native method on a class like the logger's."""

from __future__ import annotations

import importlib.util
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def noop() -> Callable[..., None] | None:
    """Return an object's method that does nothing, or ``None`` without a C compiler."""
    folder = Path(tempfile.mkdtemp())
    library = folder / f"noop{sysconfig.get_config_var('EXT_SUFFIX')}"
    include = sysconfig.get_path("include")
    source = Path(__file__).with_name("noop.c")
    command = ["cc", "-O2", "-shared", "-fPIC", f"-I{include}", str(source), "-o", str(library)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    spec = importlib.util.spec_from_file_location("noop", library)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Object:
        noop: Any
        name: str
        level: int

    module.bind(Object)
    made = Object()
    made.name, made.level = "x", 0
    return made
