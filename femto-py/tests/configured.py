"""What a program that configures logging has in the end: for stdlib's functions and for ours.

Imported by the programs that the tests run; not a test.
"""

from __future__ import annotations

import difflib
import json
import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

#: What the programs begin with. `config` is stdlib's module, or ours.
PRELUDE = """\
import importlib, io, json, logging, logging.config, logging.handlers, os, sys
sys.path.insert(0, {here!r})
import configured
config = importlib.import_module({module!r})
configure = config.dictConfig
tree = configured.tree
"""
MODULES = {"stdlib": "logging.config", "native": "femtologging.config"}


def tree() -> None:
    """Print all loggers, with what is configured of them."""
    loggers = {"root": logging.root, **logging.Logger.manager.loggerDict}
    shown = {name: _logger(one) for name, one in loggers.items() if isinstance(one, logging.Logger)}
    names = {name: _handler(one) for name, one in sorted(logging._handlers.items())}
    print(json.dumps({"loggers": shown, "names": names}, indent=1, sort_keys=True))


def _logger(logger: logging.Logger) -> dict[str, Any]:
    return {
        "level": logger.level,
        "enabled": [level for level in (5, 10, 20, 30, 40, 50) if logger.isEnabledFor(level)],
        "propagate": logger.propagate,
        "disabled": logger.disabled,
        "handlers": [_handler(one) for one in logger.handlers],
        "filters": [_filter(one) for one in logger.filters],
    }


def _handler(handler: logging.Handler) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "class": _class(handler),
        "name": handler.name,
        "level": handler.level,
        "filters": [_filter(one) for one in handler.filters],
        "formatter": _formatter(handler.formatter),
    }
    for name in (*ATTRIBUTES, *(key for key in vars(handler) if key.startswith("set_"))):
        if hasattr(handler, name):
            value = getattr(handler, name)
            known = value is None or isinstance(value, (str, int, float, list, tuple))
            shown[name] = value if known else str(type(value).__name__)
    if isinstance(getattr(handler, "baseFilename", None), str):
        shown["baseFilename"] = os.path.basename(handler.baseFilename)
    for name in ("target", "listener"):
        if getattr(handler, name, None) is not None:
            inner = getattr(handler, name)
            many = [inner] if name == "target" else inner.handlers
            shown[name] = [_handler(one) for one in many]
    return shown


def _formatter(formatter: logging.Formatter | None) -> Any:
    if formatter is None:
        return None
    attributes = {
        name: str(value) for name, value in vars(formatter).items() if not name.startswith("_femto")
    }
    attributes["_style"] = [
        type(formatter._style).__name__,
        getattr(formatter._style, "_defaults", None),
    ]
    return {"class": _class(formatter), **attributes}


def _filter(one: Any) -> Any:
    return [_class(one), getattr(one, "name", None)]


def _class(thing: object) -> str:
    """Name the nearest class that is not ours."""
    for cls in type(thing).__mro__:
        if cls.__module__.partition(".")[0] != "femtologging":
            return f"{cls.__module__}.{cls.__qualname__}"
    raise AssertionError


def both(folder: Path, code: str, files: dict[str, str] | None = None) -> str:
    """Run a program with stdlib's functions and with ours; all that it leaves must be the same.

    Returns what it printed.
    """
    left = []
    for way, module in MODULES.items():
        place = folder / way
        place.mkdir()
        for name, text in (files or {}).items():
            (place / name).write_text(text, encoding="utf-8")
        prelude = PRELUDE.format(here=str(Path(__file__).parent), module=module)
        program = folder / f"{way}.py"
        program.write_text(prelude + textwrap.dedent(code))
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "ignore", str(program)],
            cwd=place,
            capture_output=True,
            text=True,
            timeout=60,
        )
        texts = {
            path.name: path.read_bytes().decode(errors="replace")
            for path in sorted(place.iterdir())
            if path.is_file()
        }
        # Tracebacks name the program's file.
        errors = done.stderr.replace(str(program), "PROGRAM").replace(str(place), "PLACE")
        output = done.stdout.replace(str(place), "PLACE")
        assert done.returncode == 0, f"{way}: {done.stderr}"
        # What Python writes at once comes before what is queued for the same stream.
        errors = "\n".join(sorted(errors.splitlines()))
        left.append({"output": output, "errors": errors, "files": texts})
    for what in left[0]:
        _same(what, left[0][what], left[1][what])
    return str(left[0]["output"])


def _same(what: str, stdlib: Any, native: Any) -> None:
    if isinstance(stdlib, dict):
        assert stdlib.keys() == native.keys(), f"{what}: {stdlib.keys() ^ native.keys()}"
        for name in stdlib:
            _same(name, stdlib[name], native[name])
        return
    lines = difflib.unified_diff(
        stdlib.splitlines(), native.splitlines(), "stdlib", "native", n=12, lineterm=""
    )
    assert stdlib == native, f"{what}:\n" + "\n".join(lines)


ATTRIBUTES = (
    "mode",
    "encoding",
    "errors",
    "delay",
    "maxBytes",
    "backupCount",
    "when",
    "interval",
    "utc",
    "atTime",
    "capacity",
    "flushLevel",
    "flushOnClose",
    "stream",
    "terminator",
    "address",
    "facility",
    "host",
    "port",
    "mailhost",
    "toaddrs",
    "fromaddr",
    "subject",
    "secure",
    "url",
)
