"""dictConfig: what stdlib's does, natively."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from configured import both

WHOLE = """
    class Upper(logging.Formatter):
        def format(self, record):
            return super().format(record).upper()

    class Below:
        def __init__(self, level="ERROR"):
            self.level = logging.getLevelName(level)
        def filter(self, record):
            return record.levelno < self.level

    def stream_handler(stream, terminator="\\n"):
        handler = logging.StreamHandler(open(stream, "a"))
        handler.terminator = terminator
        return handler

    def named_fmt(fmt, marker):
        return logging.Formatter(f"{marker} {fmt}")

    sys.modules["own"] = sys.modules["__main__"]
    configuration = {
        "version": 1,
        "disable_existing_loggers": False,
        "where": {"files": ["app.log", "rotated.log"], "level": {"file": "INFO"}, "stream": "ext://sys.stdout"},
        "formatters": {
            "percent": {"format": "%(levelname)-8s %(name)s %(message)s", "datefmt": "%Y"},
            "brace": {"format": "{levelname:>8} {name} {message}", "style": "{"},
            "dollar": {"format": "$levelname ${name} $message", "style": "$", "validate": True},
            "loose": {"format": "no attribute at all", "validate": False},
            "upper": {"class": "own.Upper", "format": "%(name)s: %(message)s"},
            "factory": {"()": "own.named_fmt", "format": "%(message)s", "marker": "#"},
            "object": {"()": named_fmt, "fmt": "%(message)s", "marker": "!", ".": {"default_msec_format": "%s"}},
            "default": {},
        },
        "filters": {
            "db": {"name": "app.db"},
            "all": {},
            "below": {"()": "own.Below", "level": "WARNING"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "stream": "cfg://where.stream", "formatter": "percent"},
            "errors": {"class": "logging.StreamHandler", "level": "ERROR", "formatter": "brace", "stream": "ext://sys.stderr"},
            "file": {"class": "logging.FileHandler", "filename": "cfg://where.files[0]", "level": "cfg://where.level[file]",
                     "formatter": "dollar", "encoding": "utf-8", "filters": ["below"], ".": {"set_mark": "x", "terminator": "|\\n"}},
            "rotated": {"class": "logging.handlers.RotatingFileHandler", "filename": "cfg://where.files[1]",
                        "maxBytes": 200, "backupCount": 2, "formatter": "upper"},
            "timed": {"class": "logging.handlers.TimedRotatingFileHandler", "filename": "timed.log", "when": "midnight",
                      "backupCount": 3, "utc": True, "formatter": "factory"},
            "watched": {"class": "logging.handlers.WatchedFileHandler", "filename": "watched.log", "formatter": "object", "level": 30},
            "a memory": {"class": "logging.handlers.MemoryHandler", "capacity": 3, "flushLevel": 30 if sys.version_info < (3, 13) else "WARNING", "target": "late"},
            "late": {"class": "logging.FileHandler", "filename": "late.log", "mode": "w", "delay": True, "filters": ["db", "all"]},
            "factory": {"()": stream_handler, "stream": "stream.log", "terminator": "<\\n", "formatter": "loose"},
            "nowhere": {"class": "logging.NullHandler"},
            "mail": {"class": "logging.handlers.SMTPHandler", "mailhost": ["localhost", 25], "fromaddr": "a@b.example",
                     "toaddrs": ["c@d.example"], "subject": "trouble", "level": "CRITICAL"},
            "system": {"class": "logging.handlers.SysLogHandler", "address": ["localhost", 50514], "facility": "local3", "level": 60},
        },
        "loggers": {
            "app": {"level": "DEBUG", "handlers": ["file", "rotated", "a memory"], "filters": ["all"]},
            "app.db": {"level": "INFO", "handlers": ["console", "factory"], "propagate": False},
            "app.quiet": {"level": "ERROR"},
            "other": {"handlers": ["watched", "nowhere", "timed"]},
        },
        "root": {"level": "WARNING", "handlers": ["errors", "mail", "system"]},
    }

    def log():
        for name in ("app", "app.db", "app.db.query", "app.quiet", "other", "other.child", "existing", ""):
            logger = logging.getLogger(name)
            for level in (10, 20, 30, 40):
                logger.log(level, "%s at %d", name or "root", level)
"""


def test_all_parts_of_the_schema(tmp_path: Path) -> None:
    printed = both(
        tmp_path,
        WHOLE
        + """
    before = json.dumps(configuration, default=str)
    configure(configuration)
    assert json.dumps(configuration, default=str) == before  # not changed
    tree()
    log()
    """,
    )
    assert '"set_mark": "x"' in printed
    assert not (tmp_path / "native" / "late.log").exists()  # the filter is for app.db alone


def test_again_and_again(tmp_path: Path) -> None:
    """Filters of loggers add up, children of named loggers lose theirs, others are disabled."""
    both(
        tmp_path,
        WHOLE
        + """
    configuration["handlers"]["file"]["mode"] = "w"
    del configuration["handlers"]["timed"]["backupCount"]
    child = logging.getLogger("app.db.query")
    child.addHandler(logging.StreamHandler(sys.stdout)); child.setLevel(20); child.propagate = False
    left_alone = logging.getLogger("existing")
    left_alone.addHandler(logging.FileHandler("alone.log")); left_alone.addFilter(lambda record: True)
    for disable in (False, True, False):
        configuration["disable_existing_loggers"] = disable
        configure(configuration)
        tree(); log()
    smaller = {"version": 1, "loggers": {"app.db": {"level": 10}}}
    configure(smaller)
    tree(); log()
    configure({"version": 1, "root": {"handlers": []}, "loggers": {"existing": {"propagate": None}, "root": {"level": 40}}})
    tree(); log()
    """,
    )


def test_incremental(tmp_path: Path) -> None:
    both(
        tmp_path,
        WHOLE
        + """
    configure(configuration)
    configure({
        "version": 1, "incremental": True,
        "handlers": {"file": {"level": "ERROR"}, "console": {"level": 0}, "errors": {}},
        "loggers": {"app": {"level": "WARNING", "handlers": ["nobody looks"], "propagate": False},
                    "app.db": {"propagate": True}, "new": {"level": "CRITICAL"}},
        "root": {"level": "DEBUG", "handlers": ["no"]},
    })
    tree(); log()
    """,
    )


def test_handlers_of_the_configuration_before_are_closed(tmp_path: Path) -> None:
    """Those that stay attached open again, as stdlib's do."""
    both(
        tmp_path,
        """
    def files():
        names = (os.readlink(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{number}"))
        return sorted({os.path.basename(name) for name in names if name.endswith(".log")})
    def file_config(name, **more):
        return {"version": 1, "disable_existing_loggers": False,
                "handlers": {"h": {"class": "logging.FileHandler", "filename": name, **more}}}
    configure({**file_config("one.log"), "root": {"handlers": ["h"], "level": 10}})
    logging.info("first")
    configure({**file_config("two.log"), "loggers": {"app": {"handlers": ["h"]}}})
    print(files())
    logging.info("again"); logging.getLogger("app").info("both")
    print(files())
    configure({**file_config("three.log", mode="w"), "root": {"handlers": ["h"]}})
    logging.info("third")
    configure({**file_config("three.log", mode="w"), "root": {"handlers": ["h"]}})
    logging.info("instead of the third")
    configure({"version": 1, "root": {"handlers": []}})
    print(list(logging._handlers), len(logging._handlerList))
    """,
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="stdlib has it since 3.12")
def test_queue_handlers_and_their_listeners(tmp_path: Path) -> None:
    both(
        tmp_path,
        """
    import queue
    class Listener(logging.handlers.QueueListener): pass
    sys.modules["own"] = sys.modules["__main__"]
    configure({
        "version": 1,
        "formatters": {"f": {"format": "%(threadName)s %(message)s"}},
        "handlers": {
            "a queue": {"class": "logging.handlers.QueueHandler", "handlers": ["file", "console"], "respect_handler_level": True,
                        "queue": {"()": "queue.Queue", "maxsize": 100}, "listener": "own.Listener"},
            "file": {"class": "logging.FileHandler", "filename": "app.log", "formatter": "f"},
            "console": {"class": "logging.StreamHandler", "level": "ERROR", "stream": "ext://sys.stdout"},
        },
        "root": {"level": "DEBUG", "handlers": ["a queue"]},
    })
    tree()
    handler = logging.getHandlerByName("a queue")
    assert type(handler.listener) is Listener and handler.queue.maxsize == 100
    handler.listener.start()
    logging.info("info %d", 1); logging.error("error")
    handler.listener.stop()
    """,
    )


def test_arguments_as_lists_and_as_text(run, tmp_path: Path) -> None:
    run(
        """
    import logging.handlers
    class Own(logging.Handler):
        def __init__(self, args, *, kwargs=None):
            super().__init__(); self.given = args, kwargs
    femtologging.dictConfig({
        "version": 1,
        "streams": ["ext://sys.stdout"],
        "handlers": {
            "list": {"class": "logging.FileHandler", "args": ["list.log", "w"], "kwargs": {"encoding": "utf-8", "delay": True}},
            "text": {"class": "logging.handlers.RotatingFileHandler", "args": "('text.log',)", "kwargs": "{'maxBytes': 1_000, 'backupCount': 2}"},
            "mixed": {"class": "logging.FileHandler", "args": ("mixed.log",), "capacity": 65536, "level": "INFO"},
            "names": {"class": "logging.StreamHandler", "args": "(sys.stdout,)"},
            "resolved": {"class": "logging.StreamHandler", "args": "cfg://streams"},
            "deep": {"()": "logging.handlers.SysLogHandler", "args": "(('localhost', handlers.SYSLOG_UDP_PORT), handlers.SysLogHandler.LOG_USER)"},
            "memory": {"class": "logging.handlers.MemoryHandler", "args": "(10, ERROR, None)", "target": "list"},
            "own": {"()": Own, "args": [1], "kwargs": {"a": 1}},
        },
    })
    by_name = logging._handlers
    assert by_name["list"].mode == "w" and by_name["list"].encoding == "utf-8" and by_name["list"].stream is None
    assert type(by_name["text"]) is femtologging.RotatingFileHandler
    assert (by_name["text"].maxBytes, by_name["text"].backupCount) == (1000, 2)
    assert by_name["mixed"].level == 20 and by_name["mixed"]._options["capacity"] == 65536
    assert by_name["names"].stream is sys.stdout and by_name["resolved"].stream is sys.stdout
    assert by_name["deep"].address == ("localhost", 514) and by_name["deep"].facility == 1
    assert by_name["memory"].flushLevel == 40 and by_name["memory"].target is by_name["list"]
    assert by_name["own"].given == ([1], {"a": 1})
    """
    )


def test_defaults_of_formatters_on_every_python(run, tmp_path: Path) -> None:
    run(
        """
    femtologging.dictConfig({
        "version": 1,
        "formatters": {"f": {"format": "{user} {message}", "style": "{", "defaults": {"user": "nobody"}}},
        "handlers": {"h": {"class": "logging.FileHandler", "filename": "app.log", "formatter": "f"}},
        "root": {"handlers": ["h"], "level": "INFO"},
    })
    logging.info("hello")
    """
    )
    assert (tmp_path / "app.log").read_text() == "nobody hello\n"


def test_what_is_configured_takes_the_fast_path(run, tmp_path: Path) -> None:
    run(
        """
    early = logging.getLogger("app.module")
    femtologging.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"f": {"format": "%(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "file": {"class": "logging.FileHandler", "filename": "app.log", "formatter": "f"},
            "console": {"class": logging.StreamHandler if sys.version_info >= (3, 12) else "logging.StreamHandler",
                        "stream": "ext://sys.stdout", "formatter": "f", "level": "ERROR"},
        },
        "loggers": {"app.module": {"level": "DEBUG"}},
        "root": {"level": "INFO", "handlers": ["file", "console"]},
    })
    assert type(early) is femtologging.FemtoLogger and type(logging.root.handlers[0]) is femtologging.FileHandler
    assert type(logging.root.handlers[1]) is femtologging.StreamHandler
    for number in range(100):
        early.debug("record %d", number)
    early.error("bad")
    logging.root.info("%s", "root")
    assert counts() == (102, 0), counts()
    # An incremental change is seen at once.
    femtologging.dictConfig({"version": 1, "incremental": True, "handlers": {"file": {"level": "ERROR"}}, "loggers": {"app.module": {"level": "ERROR"}}})
    early.warning("no"); logging.root.info("no"); early.error("yes")
    """
    )
    told = (tmp_path / "app.log").read_text().splitlines()
    assert told == [
        *(f"DEBUG app.module record {number}" for number in range(100)),
        "ERROR app.module bad",
        "INFO root root",
        "ERROR app.module yes",
    ]


def test_loggers_of_classes_of_their_own_are_changed_by_their_methods(run) -> None:
    run(
        """
    calls = []
    class Own(logging.Logger):
        def setLevel(self, level):
            calls.append(("setLevel", level)); super().setLevel(level)
        def addHandler(self, handler):
            calls.append("addHandler")
            if refuse: raise RuntimeError("no")
            super().addHandler(handler)
    refuse = False
    logging.setLoggerClass(Own)
    own = logging.getLogger("own")
    logging.setLoggerClass(logging.Logger)
    plain = logging.getLogger("plain")
    config = {"version": 1, "handlers": {"n": {"class": "logging.NullHandler"}},
              "loggers": {"plain": {"level": "ERROR"}, "own": {"level": "INFO", "handlers": ["n"]}}}
    femtologging.dictConfig(config)
    assert type(own) is Own and len(own.handlers) == 1
    assert calls == [("setLevel", "INFO"), "addHandler"], calls
    refuse = True
    config["loggers"] = {"plain": {"level": "DEBUG"}, "own": {"level": "DEBUG", "handlers": ["n", "n"]}}
    try:
        femtologging.dictConfig(config)
    except RuntimeError:
        pass
    else:
        raise AssertionError("nothing raised")
    assert (own.level, plain.level) == (20, 40) and len(own.handlers) == 1
    # A method that somebody has replaced is called.
    plain.setLevel = lambda level: calls.append(("replaced", level))
    femtologging.dictConfig({"version": 1, "loggers": {"plain": {"level": "CRITICAL"}}})
    assert calls[-1] == ("replaced", "CRITICAL"), calls
    """
    )


def test_a_configurator_of_ones_own(run) -> None:
    run(
        """
    import femtologging.config
    class Mine(femtologging.config.DictConfigurator):
        value_converters = {**femtologging.config.DictConfigurator.value_converters, "env": "env_convert"}
        def env_convert(self, value):
            return os.environ[value]
    os.environ["LOG_FILE"] = "from-env.log"
    femtologging.config.dictConfigClass = Mine
    femtologging.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.FileHandler", "filename": "env://LOG_FILE"}}})
    assert os.path.exists("from-env.log")
    """
    )
