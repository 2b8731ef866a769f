"""A configuration that fails says where, and leaves everything as it was."""

from __future__ import annotations

import copy
import logging
import re
import sys
from pathlib import Path
from typing import Any

import femtologging
import pytest
from femtologging import ConfigError, dictConfig
from femtologging.config import check

HANDLER = "Unable to configure handler 'h': handlers.h"
#: What is wrong, where, and what the text says.
WRONG: list[tuple[dict[str, Any], tuple[object, ...], str]] = [
    (
        {"formatters": {"f": {"format": 3}}},
        ("formatters", "f", "format"),
        "formatters.f.format = 3: a text is expected",
    ),
    (
        {"filters": {"f": {"name": 3}}},
        ("filters", "f", "name"),
        "filters.f.name = 3: a text is expected",
    ),
    ({"version": "1"}, ("version",), "Unsupported version: '1': allowed is 1"),
    ({"version": 2}, ("version",), "Unsupported version: 2: allowed is 1"),
    ({"formatters": []}, ("formatters",), "formatters = []: a dictionary is expected"),
    ({"handlers": {"h": None}}, ("handlers", "h"), f"{HANDLER} = None: a dictionary is expected"),
    ({"handlers": {"h": {}}}, ("handlers", "h", "class"), f"{HANDLER}.class: is missing"),
    (
        {"formatters": {"f": {"format": "%(message"}}},
        ("formatters", "f", "format"),
        "formatters.f.format = '%(message': Invalid format",
    ),
    (
        {"formatters": {"f": {"style": "?"}}},
        ("formatters", "f", "style"),
        "formatters.f.style = '?': allowed: '%', '{', '$'",
    ),
    (
        {"formatters": {"f": {"class": "no.such.Formatter"}}},
        ("formatters", "f", "class"),
        "No module named 'no'",
    ),
    (
        {"filters": {"f": {"()": "logging.Filter", "nam": "app"}}},
        ("filters", "f", "nam"),
        "filters.f.nam: no such key: did you mean 'name'?",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandlr"}}},
        ("handlers", "h", "class"),
        "did you mean 'logging.FileHandler'?",
    ),
    (
        {"handlers": {"h": {"class": "logging.getLogger"}}},
        ("handlers", "h", "class"),
        "not a class; what makes handlers goes by '()'",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "filenam": "x"}}},
        ("handlers", "h", "filenam"),
        "no such key: did you mean 'filename'?",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler"}}},
        ("handlers", "h", "filename"),
        f"{HANDLER}.filename: is missing",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "filename": "no/such/folder.log"}}},
        ("handlers", "h", "filename"),
        f"{HANDLER}.filename = 'no/such/folder.log': there is no folder",
    ),
    (
        {"handlers": {"h": {"class": "logging.StreamHandler", "level": "LOUD"}}},
        ("handlers", "h", "level"),
        f"{HANDLER}.level = 'LOUD': unknown level; known are CRITICAL",
    ),
    (
        {"handlers": {"h": {"class": "logging.StreamHandler", "formatter": "plian"}}},
        ("handlers", "h", "formatter"),
        f"{HANDLER}.formatter = 'plian': no such formatter: there are none",
    ),
    (
        {"handlers": {"h": {"class": "logging.StreamHandler", "filters": ["f"]}}},
        ("handlers", "h", "filters", 0),
        f"{HANDLER}.filters[0] = 'f': no such filter: there are none",
    ),
    (
        {"handlers": {"h": {"class": "logging.StreamHandler", "stream": "stdout"}}},
        ("handlers", "h", "stream"),
        "a stream is expected: 'ext://sys.stdout' is one",
    ),
    (
        {"handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://sys.stdou"}}},
        ("handlers", "h", "stream"),
        f"{HANDLER}.stream = 'ext://sys.stdou': ValueError: Cannot resolve 'sys.stdou'",
    ),
    (
        {"handlers": {"h": {"class": "logging.StreamHandler", "formatter": ["f"]}}},
        ("handlers", "h", "formatter"),
        f"{HANDLER}.formatter = ['f']: no such formatter: there are none",
    ),
    (
        {
            "handlers": {
                "h": {
                    "class": "logging.handlers.MemoryHandler",
                    "capacity": 1,
                    "flushLevel": "LOUD",
                }
            }
        },
        ("handlers", "h", "flushLevel"),
        f"{HANDLER}.flushLevel = 'LOUD': unknown level",
    ),
    (
        {
            "handlers": {
                "a": {
                    "class": "logging.handlers.MemoryHandler",
                    "capacity": 1,
                    "target": "new",
                    "overflow": "drop",
                },
                "new": {"class": "logging.NullHandler"},
            }
        },
        ("handlers", "a", "overflow"),
        "handlers.a.overflow: no such key",
    ),
    (
        {
            "handlers": {
                "h": {"class": "logging.handlers.MemoryHandler", "capacity": 1, "target": "x"}
            }
        },
        ("handlers", "h", "target"),
        f"{HANDLER}.target = 'x': no such handler: allowed: 'h'",
    ),
    (
        {
            "handlers": {
                "h": {"class": "logging.handlers.MemoryHandler", "capacity": 1, "target": "h"}
            }
        },
        ("handlers", "h"),
        f"{HANDLER}: it refers to handlers that refer to it",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "args": "open('x')"}}},
        ("handlers", "h", "args"),
        """.args = "open('x')": "open('x')" is not a literal: nothing is evaluated here""",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "args": "('a', {[]})"}}},
        ("handlers", "h", "args"),
        ".args = \"('a', {[]})\": unhashable type: 'list'",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "args": "('a' * 3,)"}}},
        ("handlers", "h", "args"),
        "is not a literal: only numbers are calculated with",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "args": "('app.log')"}}},
        ("handlers", "h", "args"),
        ".args = 'app.log': a list or a tuple is expected: ('app.log',) is one",
    ),
    (
        {
            "handlers": {
                "h": {"class": "logging.FileHandler", "args": ["a", "a", None, False, None, 1]}
            }
        },
        ("handlers", "h", "args"),
        f"{HANDLER}.args: 6 values where at most 5 are taken",
    ),
    (
        {
            "handlers": {
                "h": {"class": "logging.FileHandler", "args": ["a.log"], "filename": "b.log"}
            }
        },
        ("handlers", "h", "filename"),
        f"{HANDLER}.filename = 'b.log': is given in args too",
    ),
    (
        {"loggers": {"app.db": {"level": "LOUD"}}},
        ("loggers", "app.db", "level"),
        """Unable to configure logger 'app.db': loggers."app.db".level = 'LOUD': unknown level""",
    ),
    (
        {"loggers": {"app": {"level": []}}},
        ("loggers", "app", "level"),
        "loggers.app.level = []: a level is a number or a name",
    ),
    (
        {"handlers": {"h": {"class": "logging.FileHandler", "filename": "cfg://none"}}},
        ("handlers", "h", "filename"),
        f"{HANDLER}.filename = 'cfg://none': KeyError: 'none'",
    ),
    (
        {"loggers": {"app": {"propagate": "ext://none"}}},
        ("loggers", "app", "propagate"),
        "loggers.app.propagate = 'ext://none': ValueError: Cannot resolve 'none'",
    ),
    (
        {"loggers": {"app": {"handlers": ["new", "consle"]}}},
        ("loggers", "app", "handlers", 1),
        "loggers.app.handlers[1] = 'consle': no such handler: allowed: 'new'",
    ),
    (
        {"loggers": {"app": {"handlers": "new"}}},
        ("loggers", "app", "handlers"),
        "loggers.app.handlers = 'new': a list is expected: ['new']",
    ),
    (
        {"root": {"filters": ["f"]}},
        ("root", "filters", 0),
        "Unable to configure root logger: root.filters[0] = 'f': no such filter: there are none",
    ),
    (
        {"incremental": True, "handlers": {"nobody": {"level": 10}}},
        ("handlers", "nobody"),
        "No handler found with name 'nobody': handlers.nobody: no such handler",
    ),
    (
        {"incremental": True, "loggers": {"existing": {"level": 50}}, "root": {"level": "LOUD"}},
        ("root", "level"),
        "root.level = 'LOUD'",
    ),
]
#: By parameter: classes, values that are wrong, and what is said.
PARAMETERS = [
    ("logging.FileHandler", "mode", "q", "allowed: 'a', 'w', 'x'"),
    ("logging.FileHandler", "encoding", "utf-9", "no such encoding"),
    ("logging.FileHandler", "errors", "shrug", "no such error handler"),
    ("logging.FileHandler", "capacity", 12, "a number of bytes is expected, at least 4096"),
    ("logging.FileHandler", "overflow", "burst", "allowed: 'block', 'drop', or seconds"),
    ("logging.FileHandler", "delivery", "mail", "allowed: 'queued', 'direct'"),
    ("logging.FileHandler", "flush_level", "LOUD", "unknown level"),
    ("logging.handlers.RotatingFileHandler", "maxBytes", "1 MB", "a number is expected"),
    ("logging.handlers.TimedRotatingFileHandler", "when", "noon", "allowed: 'S', 'M', 'H'"),
    ("logging.handlers.TimedRotatingFileHandler", "interval", "daily", "a number is expected"),
]


@pytest.mark.parametrize(("wrong", "path", "text"), WRONG, ids=lambda value: str(value)[:40])
def test_the_text_names_key_value_and_what_is_allowed(
    wrong: dict[str, Any], path: tuple[object, ...], text: str, tmp_path: Path
) -> None:
    config: dict[str, Any] = {"version": 1, **wrong}
    if "loggers" in wrong and not config.get("incremental"):
        config["handlers"] = {"new": {"class": "logging.NullHandler"}}
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the text is looked at below
        dictConfig(config)
    assert isinstance(raised.value, ConfigError)
    assert text in str(raised.value)
    assert raised.value.path == path
    if path not in (("version",), ("formatters",)):
        assert raised.value.__cause__ is not None


@pytest.mark.parametrize(("cls", "key", "value", "text"), PARAMETERS)
def test_parameters_of_handlers(
    cls: str, key: str, value: object, text: str, tmp_path: Path
) -> None:
    handler = {"class": cls, "filename": str(tmp_path / "app.log"), key: value}
    with pytest.raises(ConfigError) as raised:
        dictConfig({"version": 1, "handlers": {"h": handler}})
    assert f"{HANDLER}.{key} = {value!r}: {text}" in str(raised.value)
    assert raised.value.path == ("handlers", "h", key)


def problems(config: dict[str, Any]) -> list[ConfigError]:
    return check.problems(copy.deepcopy({"version": 1, **config}))


@pytest.mark.parametrize(("wrong", "path", "text"), WRONG, ids=lambda value: str(value)[:40])
def test_what_dictconfig_refuses_a_check_tells(
    wrong: dict[str, Any], path: tuple[object, ...], text: str
) -> None:
    if path == ("handlers", "nobody"):
        assert problems(wrong) == []  # may be there in another process
        return
    if "loggers" in wrong and not wrong.get("incremental"):
        wrong = {**wrong, "handlers": {"new": {"class": "logging.NullHandler"}}}
    found = problems(wrong)
    assert path in [one.path for one in found]
    text = re.sub("^Unable to configure [^:]*: ", "", text)
    assert text in "\n".join(map(str, found))
    assert "Unable to configure" not in "\n".join(map(str, found))


@pytest.mark.parametrize(("cls", "key", "value", "text"), PARAMETERS)
def test_a_check_tells_wrong_parameters_without_opening_a_file(
    cls: str, key: str, value: object, text: str, tmp_path: Path
) -> None:
    handler = {"class": cls, "filename": str(tmp_path / "app.log"), key: value}
    [problem] = problems({"handlers": {"h": handler}})
    assert str(problem).startswith(f"handlers.h.{key} = {value!r}: {text}")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_wrong_only_because_something_else_is() -> None:
    """A check looks at the rest of what is wrong, and at what refers to it."""
    memory = {"class": "logging.handlers.MemoryHandler", "capacity": 1}
    for config, paths in (
        # What cannot be judged: a format without a style, parameters without a class.
        ({"formatters": {"f": {"style": "?", "class": "no.F", "format": "{x}"}}}, ["style", "class"]),
        ({"formatters": {"f": {"()": "no.F", "format": "{x}"}}}, ["()"]),
        ({"handlers": {"h": {"class": "no.H", "level": "LOUD", "mode": "q"}}}, ["class", "level"]),
        ({"handlers": {"h": {"class": "logging.FileHandler", "args": "x", "level": []}}}, ["args", "level"]),
        # What is found by itself where the rest goes first.
        ({"handlers": {"h": {"class": "logging.FileHandler", "args": ["a", "q"], "formatter": "f", "level": []}}},
         ["formatter", "level", "mode"]),
        ({"handlers": {"h": {**memory, "target": "x", "flushLevel": "LOUD", "filters": ["x", "y"]}}},
         ["flushLevel", "filters", "filters", "target"]),
        ({"handlers": {"h": {**memory, "overflow": "burst"}}}, ["overflow"]),
        # Handlers that refer to each other: once.
        ({"handlers": {"a": {**memory, "target": "b"}, "b": {**memory, "target": "a"}}}, [None]),
        # What refers to what is wrong.
        ({"formatters": {"f": 3}, "filters": {"f": 3}, "handlers": {
            "a": {**memory, "target": "z"},
            "z": {"class": "no.H", "formatter": "f", "filters": ["f"]},
        }, "loggers": {"app": {"handlers": ["z"], "filters": ["f"]}}}, [None, None, "class"]),
        ({"handlers": [], "filters": 3, "root": {"handlers": ["h"], "filters": ["f"]}}, [None, None]),
        ({"formater": {"f": {}}, "handlers": {"h": {"class": "logging.NullHandler", "formatter": "f", "filters": ["x"]}}},
         [None, "filters"]),
        ({"handler": {"a": {}}, "handlers": {"b": {}}, "root": {"handlers": ["a", "b", "c"]}}, [None, "class", 2]),
        ({"version": 2, "root": {"level": "LOUD", "handlers": "h"}}, [None, None, 0]),
        ({"loggers": {"app": 3, "b": {"level": "LOUD", "levle": 3}}}, ["levle", None, "level"]),
    ):  # fmt: skip
        found = [one.path for one in problems(config)]
        assert [path[2] if len(path) > 2 else None for path in found] == paths, found
    [problem] = check.problems({"verison": 1})
    assert "did you mean 'version'?" in str(problem)
    [problem] = problems({"handlers": "cfg://none"})
    assert "none" in str(problem)


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="no queue handlers in dictConfig before 3.12"
)
def test_the_rest_of_a_queue_handler_is_looked_at_without_the_handlers_that_are_wrong() -> None:
    handler = {"class": "logging.handlers.QueueHandler", "handlers": ["x"], "level": "LOUD"}
    found = [one.path[2:] for one in problems({"handlers": {"h": handler}})]
    assert found == [("level",), ("handlers", 0)]


def test_the_traceback_of_an_error_is_short_but_for_code_of_ones_own() -> None:
    with pytest.raises(ConfigError) as raised:
        dictConfig({"version": 1, "handlers": {"h": {"class": "logging.FileHandler"}}})
    assert len(raised.traceback) <= 2  # this test's and dictConfig's
    assert raised.value.__cause__.__traceback__ is None

    def broken() -> logging.Handler:
        raise RuntimeError("inside")

    with pytest.raises(ConfigError, match=r"handlers\.h: RuntimeError: inside") as raised:
        dictConfig({"version": 1, "handlers": {"h": {"()": broken}}})
    traceback = raised.value.__cause__.__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert traceback.tb_frame.f_code is broken.__code__


def test_what_is_no_dictionary_is_refused() -> None:
    with pytest.raises(ConfigError, match="a dictionary is expected, not str"):
        dictConfig("logging.toml")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="doesn't specify a version"):
        dictConfig({})


def test_everything_is_as_it_was_after_each_of_many_failures(run, tmp_path: Path) -> None:
    """Loggers, handlers, names, descriptors, the contents of files; and what is there still logs."""
    program = tmp_path / "wrong.py"
    program.write_text(f"WRONG = {WRONG!r}")
    run(
        """
    sys.path.insert(0, os.getcwd())
    from wrong import WRONG
    def broken():
        raise RuntimeError("no")
    before = {
        "version": 1,
        "formatters": {"f": {"format": "%(name)s %(message)s"}},
        "handlers": {
            "file": {"class": "logging.FileHandler", "filename": "app.log", "formatter": "f"},
            "plain": {"()": lambda: logging.FileHandler("plain.log")},
        },
        "loggers": {"existing": {"level": "DEBUG", "propagate": False, "handlers": ["file"], "filters": []}},
        "root": {"level": "INFO", "handlers": ["file", "plain"]},
    }
    femtologging.dictConfig(before)
    other = logging.getLogger("other")
    other.addFilter(lambda record: True)
    def state():
        loggers = [logging.root, *(logging.Logger.manager.loggerDict[name] for name in sorted(logging.Logger.manager.loggerDict))]
        return (
            [(one.name, type(one), one.level, one.propagate, one.disabled, list(one.handlers), list(one.filters)) for one in loggers],
            dict(logging._handlers), [one() for one in logging._handlerList],
            sorted(os.readlink(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{number}")),
        )
    logging.getLogger("existing").debug("before"); logging.info("before")
    for handler in logging.root.handlers: handler.flush()
    at_first = state()
    valid = {
        "disable_existing_loggers": True,
        "handlers": {
            "file": {"class": "logging.FileHandler", "filename": "app.log", "mode": "w"},
            "a new one": {"class": "logging.FileHandler", "filename": "new.log"},
            "by factory": {"()": lambda: logging.FileHandler("factory.log")},
        },
        "loggers": {"existing": {"level": "ERROR", "propagate": True, "handlers": ["a new one"], "filters": []}},
        "root": {"level": "DEBUG", "handlers": ["a new one"]},
    }
    last = {"handlers": {"z": {"()": broken}}}
    for wrong, *_ in [*WRONG, (last,)]:
        config = {"version": 1, **valid}
        for key, value in wrong.items():
            config[key] = {**config[key], **value} if isinstance(value, dict) and key in config else value
        try:
            femtologging.dictConfig(config)
        except ValueError:
            pass
        else:
            raise AssertionError(f"nothing raised for {wrong}")
        assert state() == at_first, (wrong, state(), at_first)
    # Refused when all but one logger of a class of its own are changed already.
    class Own(logging.Logger):
        def addHandler(self, handler): raise RuntimeError("no")
    logging.setLoggerClass(Own); logging.getLogger("unwilling"); logging.setLoggerClass(logging.Logger)
    at_first = state()
    for name in ("unwilling", "zebra"):
        loggers = {**valid["loggers"], "unwilling": {"handlers": ["a new one"]}}
        try:
            femtologging.dictConfig({"version": 1, **valid, "handlers": {"a new one": valid["handlers"]["a new one"]}, "loggers": loggers})
        except RuntimeError:
            pass
        else:
            raise AssertionError("nothing raised")
        assert state() == at_first
    logging.getLogger("existing").debug("after"); logging.info("after")
    """
    )
    assert (tmp_path / "app.log").read_text().splitlines() == [
        "existing before",
        "root before",
        "existing after",
        "root after",
    ]
    assert (tmp_path / "plain.log").read_text() == "before\nafter\n"
    assert (tmp_path / "new.log").read_text() == ""


def test_a_handler_of_before_that_cannot_be_closed_is_told_and_all_else_is_done(run) -> None:
    done = run(
        """
    class Stuck(logging.Handler):
        def close(self):
            super().close(); raise RuntimeError("stuck")
    femtologging.dictConfig({"version": 1, "handlers": {"stuck": {"()": Stuck}, "h": {"class": "logging.FileHandler", "filename": "a.log"}},
                             "root": {"handlers": ["h", "stuck"]}})
    old = logging.root.handlers[0]
    femtologging.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.FileHandler", "filename": "b.log"}}, "root": {"handlers": ["h"]}})
    assert len(logging.root.handlers) == 1 and logging._handlers["h"] is logging.root.handlers[0] and old.stream is None
    """
    )
    assert "RuntimeError: stuck" in done.stderr


def test_a_file_that_is_emptied_is_so_at_last(run, tmp_path: Path) -> None:
    """Also where a handler of before has records for it, or watches it."""
    run(
        """
    def config(cls, **more):
        return {"version": 1, "formatters": {"f": {"format": "%(message)s"}},
                "handlers": {"h": {"class": cls, "filename": "app.log", "formatter": "f", **more}}, "root": {"handlers": ["h"], "level": 10}}
    for cls in ("logging.FileHandler", "logging.handlers.WatchedFileHandler", "logging.handlers.RotatingFileHandler", "femtologging.FileHandler"):
        for round in range(3):
            femtologging.dictConfig(config(cls, mode="w", encoding="utf-8"))
            handler = logging.root.handlers[0]
            assert handler.mode == "w" and not handler.delay and handler.stream is not None, vars(handler)
            for number in range(50):
                logging.info("%s %d %d", cls, round, number)
        handler.flush()
        assert open("app.log").read().splitlines() == [f"{cls} 2 {number}" for number in range(50)]
    # One that rotates appends, as stdlib's.
    femtologging.dictConfig(config("logging.handlers.RotatingFileHandler", mode="w", maxBytes=10_000))
    logging.info("appended"); logging.root.handlers[0].flush()
    assert open("app.log").read().splitlines()[-1] == "appended" and len(open("app.log").read().splitlines()) == 51
    # One that is to be new must not be there.
    try:
        femtologging.dictConfig(config("logging.FileHandler", mode="x"))
    except ValueError as error:
        assert isinstance(error.__cause__, FileExistsError), error
    else:
        raise AssertionError("nothing raised")
    os.remove("app.log")
    femtologging.dictConfig(config("logging.FileHandler", mode="x"))
    logging.info("new")
    """
    )
    assert (tmp_path / "app.log").read_text() == "new\n"


def test_femtologging_has_the_names() -> None:
    assert femtologging.config.dictConfig is femtologging.dictConfig
    assert issubclass(femtologging.config.DictConfigurator, logging.config.DictConfigurator)
