"""Logs what a seed says, by stdlib or by femtologging: ``differential.py WHO SEED``.

Everything random comes from the seed, so that both write the same. Times are left out of the files
(a replaced clock would force the slow path); what is printed of them is tested elsewhere.
"""

from __future__ import annotations

import decimal
import enum
import functools
import logging
import logging.handlers
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

import femtologging
import femtologging.handlers
from femtologging import _femtologging as native

FORMATS = [
    ("%(levelname)s:%(name)s:%(message)s", "%"),
    ("%(levelname)-9s|%(name)20s|%(message).40s|%(levelno)05d", "%"),
    ("%(name)s %(filename)s %(module)s %(lineno)d %(funcName)s %(message)s", "%"),
    ("%(threadName)s %(processName)s %(message)s%%", "%"),
    ("%(message)s %(user)s", "%"),
    ("{levelname:>9} {name:^12} {message!r:.50} {lineno:04}", "{"),
    ("{message} {user!s}", "{"),
    ("$levelname ${name} $message $$", "$"),
    (None, "%"),
]


class Color(enum.IntEnum):
    RED = 1


class Text(str):
    __slots__ = ()


class Thing:
    def __str__(self) -> str:
        return "thing as text"

    def __repr__(self) -> str:
        return "<thing \u00e9>"


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("broken")

    def __repr__(self) -> str:
        return "<broken>"


def argument(pick: random.Random) -> Any:
    return pick.choice(
        [
            lambda: pick.randint(-5, 300),
            lambda: pick.randint(-(2**70), 2**70),
            lambda: pick.randint(-(2**200), 2**200),
            lambda: pick.uniform(-1e6, 1e6),
            lambda: pick.choice([0.0, -0.0, float("inf"), float("nan"), 1e300, 1e-300, 1e16]),
            lambda: pick.choice(
                ["", "text", "\u00e9\u4e2d\U0001f600", "two\nlines", "nul\0", "'q'\"", "\x1b[1m"]
            ),
            lambda: pick.choice([True, False, None, b"", b"by\xfftes"]),
            lambda: pick.choice([Thing(), Color.RED, Text("sub"), decimal.Decimal("1.50"), 1j]),
            lambda: pick.choice(
                [[1, "a"], (1,), {"k": 1}, {"a": 1, "b": "two"}, {}, {1}, bytearray(b"x")]
            ),
            lambda: pick.choice([Broken(), "\ud800", ValueError("error")]),
        ]
    )()


def conversion(pick: random.Random) -> str:
    flags = "".join(pick.sample("-+ #0", pick.randint(0, 2)))
    width = pick.choice(["", "", "", "3", "12"])
    precision = pick.choice(["", "", "", ".0", ".3", "."])
    return f"%{flags}{width}{precision}{pick.choice('sssssddrifgexXoca')}"


def outer(method: Callable[..., None], frames: int) -> Callable[..., None]:
    """Have the method called with so many frames between."""
    for _ in range(frames):
        method = functools.partial(inner, method)
    return method


def inner(method: Callable[..., None], *args: Any, **keywords: Any) -> None:
    method(*args, **keywords)


def call(pick: random.Random, log: logging.Logger) -> None:
    parts: list[str] = []
    args: list[Any] = []
    for _ in range(pick.choice([0, 1, 1, 2, 3, 9, 20])):
        parts.append(pick.choice(["value", "100%%", "\u00e9", " ", "", "a=b"]))
        if pick.random() < 0.2:
            parts.append("%s")
        else:
            parts.append(conversion(pick))
        args.append(argument(pick))
    if pick.random() < 0.1:
        args = args[:-1]
    if pick.random() < 0.05:
        args.append(1)
    msg: Any = "".join(parts) or pick.choice(
        ["plain", "100% plain", "", Thing(), 5, None, Text("sub %s")]
    )
    if pick.random() < 0.1:
        msg, args = (
            "%(a)s and %(b)5s",
            [pick.choice([{"a": 1, "b": "x"}, {"a": 1}, {"a": Thing(), "b": 2.5}])],
        )
    keywords: dict[str, Any] = {}
    if pick.random() < 0.2:
        keywords["extra"] = pick.choice(
            [{"user": "me"}, {"user": 5, "other": Thing()}, {"user": [1]}, {}, None]
        )
    if pick.random() < 0.1:
        keywords["stack_info"] = pick.choice([True, False])
    if pick.random() < 0.2:
        keywords["stacklevel"] = pick.choice([1, 2, 3, 4, 5, 30, 0, -1, True, 2.0])
    if pick.random() < 0.2:
        error = ValueError("given")
        keywords["exc_info"] = pick.choice([True, False, None, error, (None, None, None)])
    name = pick.choice(["debug", "info", "warning", "error", "critical", "exception", "log"])
    owner = logging if log is logging.root and pick.random() < 0.5 else log
    method = outer(getattr(owner, name), pick.choice([0, 0, 1, 3]))
    if name == "log":
        number = pick.choice([1, 5, 10, 15, 20, 25, 35, 50, 60, 254, 255, 300, 0, -5])
        method(number, msg, *args, **keywords)
    elif name == "exception" or pick.random() < 0.2:
        try:
            try:
                1 / pick.choice([0])
            except ZeroDivisionError as inner:
                raise KeyError("outer") from inner
        except KeyError:
            method(msg, *args, **keywords)
    else:
        method(msg, *args, **keywords)


def change(
    pick: random.Random, loggers: list[logging.Logger], handlers: list[logging.Handler]
) -> None:
    log = pick.choice(loggers)
    handler = pick.choice(handlers)
    action = pick.randint(0, 9)
    if action == 0:
        log.setLevel(pick.choice([0, 10, "INFO", 25, "ERROR"]))
    elif action == 1:
        log.propagate = pick.choice([True, True, False])
    elif action == 2:
        log.disabled = pick.choice([True, False, False])
    elif action == 3:
        handler.setLevel(pick.choice([0, 0, "INFO", 35, 300]))
    elif action == 4:
        fmt, style = pick.choice(FORMATS)
        handler.setFormatter(logging.Formatter(fmt, style=style))  # type: ignore[arg-type]
    elif action == 5:
        (log.removeHandler if handler in log.handlers else log.addHandler)(handler)
    elif action == 6:
        logging.disable(pick.choice([0, 0, 0, 10, 20]))
    elif action == 7:
        log.filters[:] = pick.choice(
            [
                [],
                [],
                [logging.Filter("a")],
                [logging.Filter("a"), logging.Filter("a.b")],
                [lambda record: record.levelno != 30],
            ]
        )
    elif action == 8:
        handler.filters = pick.choice(
            [[], [], [logging.Filter("a.b")], [lambda record: "1" not in str(record.msg)]]
        )
    else:
        logging.addLevelName(
            pick.choice([5, 25, 20]), pick.choice(["NOTICE", "note \u00e9", "INFO"])
        )


class OwnHandler(logging.FileHandler):
    """A handler that femtologging does not know."""


def make_handler(pick: random.Random, who: str, n: int) -> tuple[logging.Handler, logging.Handler]:
    """Return a handler, and the one that formats for it."""
    names, more = (femtologging, femtologging.handlers)
    if who == "stdlib":
        names, more = (logging, logging.handlers)
    path = f"{who}{n}.log"
    text: dict[str, Any] = {
        "encoding": "utf-8",
        "errors": pick.choice([None, "backslashreplace"]),
        "delay": pick.choice([True, False]),
    }
    kind = pick.randint(0, 6)
    if kind == 0:
        # Sizes are counted in bytes or in characters: the files are compared together.
        handler = more.RotatingFileHandler(path, "a", 9_000, 500, **text)
    elif kind == 1:
        # With "w" and a delay stdlib's loses its first line.
        handler = more.WatchedFileHandler(path, "a", **text)
    elif kind == 2:
        target = names.FileHandler(path, "w", **text)
        handler = more.MemoryHandler(pick.choice([1, 7, 100]), pick.choice([20, 40]), target)
        return handler, target
    elif kind == 3:
        handler = more.TimedRotatingFileHandler(path, "W0", **text)
    elif kind == 4:
        handler = OwnHandler(path, "w", **text)
        handler.setLevel(pick.choice([0, 20, 40]))
    else:
        handler = names.FileHandler(path, "w", **text)
    return handler, handler


def main(who: str, seed: int) -> None:
    threading.current_thread().name = "main \u00e9"
    pick = random.Random(seed)
    native_handlers = who == "femto"
    handlers = []
    for n in range(3):
        handler, formatting = make_handler(pick, who, n)
        fmt, style = pick.choice(FORMATS)
        formatting.setFormatter(logging.Formatter(fmt, style=style))  # type: ignore[arg-type]
        handlers.append(handler)
    names = [None, "a", "a.b", "a.b.c", "other"]
    get = femtologging.getLogger if native_handlers and seed % 2 else logging.getLogger
    loggers = [get(name) for name in names]
    loggers[0].addHandler(handlers[0])
    loggers[2].addHandler(handlers[1])
    loggers[0].setLevel("DEBUG")
    logging.raiseExceptions = False
    for _ in range(1500):
        if pick.random() < 0.05:
            change(pick, loggers, handlers)
        call(pick, pick.choice(loggers))
    logging.shutdown()
    print(*native.path_counts())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
