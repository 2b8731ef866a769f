"""One tree: install, uninstall, third-party loggers, and the module in logging's place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


def test_install_upgrades_what_is_there_and_what_comes(run, tmp_path: Path) -> None:
    run(
        """
    class Own(logging.Logger): pass
    early = logging.getLogger("third.party")
    logging.setLoggerClass(Own)
    own = logging.getLogger("own.logger")
    logging.setLoggerClass(logging.Logger)
    plain = logging.FileHandler("app.log")
    plain.setFormatter(logging.Formatter("%(name)s %(message)s"))
    logging.root.addHandler(plain)
    logging.root.setLevel("INFO")
    early.info("before")
    femtologging.install()
    late = logging.getLogger("another.party")
    for logger in (early, late, logging.root):
        assert isinstance(logger, femtologging.FemtoLogger), logger
    assert isinstance(logging.root, logging.RootLogger)
    assert type(own) is Own
    assert type(plain) is femtologging.FileHandler and isinstance(plain, logging.FileHandler)
    early.info("fast"); late.info("fast"); logging.info("fast")
    assert counts() == (3, 0), counts()
    own.info("slow")
    assert logging.getLogger("own.logger.child").isEnabledFor(20)
    logging.getLogger("own.logger.child").info("below")
    femtologging.uninstall()
    assert type(early) is logging.Logger and type(logging.root) is logging.RootLogger
    assert type(logging.root.manager) is logging.Manager
    assert type(plain) is logging.FileHandler and type(plain.formatter) is logging.Formatter
    assert type(logging.getLogger("even.later")) is logging.Logger
    for one in (early, logging.root, plain):
        assert type(one.filters) is list, one
        assert not [name for name in vars(one) if name in ("_femto", "_core", "_told", "_past", "_options")]
    assert type(early.handlers) is list
    early.info("after")
    femtologging.install()
    early.info("again")
    """
    )
    assert (tmp_path / "app.log").read_text().splitlines() == [
        "third.party before",
        "third.party fast",
        "another.party fast",
        "root fast",
        "own.logger slow",
        "own.logger.child below",
        "third.party after",
        "third.party again",
    ]


def test_install_can_leave_handlers_alone(run) -> None:
    run(
        """
    logging.basicConfig(filename="app.log")
    femtologging.install(handlers=False)
    assert type(logging.root.handlers[0]) is logging.FileHandler
    """
    )


def test_importing_changes_nothing_and_starts_nothing(run) -> None:
    run(
        """
    assert type(logging.root) is logging.RootLogger
    assert type(logging.root.manager) is logging.Manager
    assert logging.getLoggerClass() is logging.Logger
    assert sys.excepthook is sys.__excepthook__
    assert len(os.listdir("/proc/self/task")) == 1
    """
    )


def test_the_module_stands_in_for_logging(run) -> None:
    run(
        """
    import femtologging as flog
    for name in logging.__all__:
        assert hasattr(flog, name), name
    assert flog.Formatter is logging.Formatter and flog.INFO == 20
    flog.raiseExceptions = False
    assert logging.raiseExceptions is False
    logging.raiseExceptions = True
    assert flog.raiseExceptions is True
    flog.something_else = 1
    assert not hasattr(logging, "something_else")
    assert flog.getLogger("a.b") is logging.getLogger("a.b")
    namespace = {}
    exec("from femtologging import *", namespace)
    assert namespace["FileHandler"] is flog.FileHandler
    assert namespace["install"] is flog.install
    """
    )


def test_basic_config_is_stdlibs(run) -> None:
    run(
        """
    import io
    stream = io.StringIO()
    femtologging.basicConfig(stream=stream, level="DEBUG", format="{message}!", style="{")
    logging.getLogger("x").debug("hi %s", 1)
    assert stream.getvalue() == "hi 1!\\n"
    femtologging.basicConfig(filename="never.log")  # configured already
    assert not os.path.exists("never.log")
    femtologging.basicConfig(filename="app.log", force=True, datefmt="%Y", format="%(asctime)s $", level=20)
    assert type(logging.root.handlers[0]) is femtologging.FileHandler
    for arguments in (
        {"filename": "x", "stream": stream},
        {"filename": "x", "handlers": []},
        {"level": "NOSUCH"},
        {"style": "?"},
        {"format": "%(message", "style": "%"},
    ):
        try:
            femtologging.basicConfig(force=True, **arguments)
        except ValueError as raised:
            pass
        else:
            raise AssertionError(arguments)
    """
    )


def test_stdlib_loggers_reach_native_handlers(run) -> None:
    run(
        """
    import logging.config
    logging.config.dictConfig({
        "version": 1,
        "formatters": {"f": {"format": "%(name)s %(levelname)s %(message)s %(lineno)d"}},
        "handlers": {"h": {"class": "femtologging.FileHandler", "filename": "app.log", "formatter": "f", "capacity": 65536}},
        "root": {"handlers": ["h"], "level": "INFO"},
    })
    log = logging.getLogger("plain")
    log.info("hello %s", "x"); line = sys._getframe().f_lineno
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("boom")
    logging.root.handlers[0].flush()
    text = open("app.log").read()
    assert text.startswith(f"plain INFO hello x {line}\\nplain ERROR boom {line + 4}\\nTraceback"), text
    assert text.endswith("ZeroDivisionError: division by zero\\n"), text
    assert femtologging.stats()[0].written == 2
    """
    )


def test_changes_by_filters_are_what_later_native_handlers_write(run) -> None:
    run(
        """
    femtologging.basicConfig(filename="app.log", level="INFO", format="%(levelname)s %(name)s %(filename)s %(message)s")
    log = femtologging.getLogger("app")
    def change(record):
        record.msg, record.args = "changed %s", ("x",)
        record.levelname = "NOTE"
        record.filename = "elsewhere.py"
        return True
    log.addFilter(change)
    log.info("original")
    logging.root.handlers[0].flush()
    assert open("app.log").read() == "NOTE app elsewhere.py changed x\\n", open("app.log").read()
    """
    )


def test_custom_formatters_run_on_the_calling_thread(run) -> None:
    run(
        """
    threads = set()
    class Own(logging.Formatter):
        def format(self, record):
            threads.add(threading.current_thread())
            return "own " + super().format(record)
    femtologging.basicConfig(filename="app.log", level="INFO")
    handler = logging.root.handlers[0]
    handler.setFormatter(Own())
    femtologging.getLogger("app").info("x %d", 1)
    handler.flush()
    assert open("app.log").read() == "own x 1\\n"
    assert threads == {threading.main_thread()}
    """
    )


def test_loggers_are_garbage_collected_and_copied_safely(run) -> None:
    run(
        """
    import copy, gc, pickle, weakref
    femtologging.basicConfig(filename="app.log", level="INFO", format="%(name)s")
    for n in range(3000):
        logger = femtologging.FemtoLogger(f"loose{n}")
        logger.parent = logging.root
        logger.info("x")
        reference = weakref.ref(logger)
        del logger
        gc.collect(0)
        assert reference() is None
    log = femtologging.getLogger("kept")
    assert pickle.loads(pickle.dumps(log)) is log and copy.deepcopy(log) is log
    assert copy.deepcopy(log.handlers) == [] and type(copy.copy(log.handlers)) is list
    logging.root.handlers[0].flush()
    assert open("app.log").read().splitlines() == [f"loose{n}" for n in range(3000)]
    """
    )


def test_a_level_that_does_not_exist_names_those_that_do_and_changes_nothing(
    run, tmp_path: Path
) -> None:
    run(
        """
    for wrong in (
        lambda: femtologging.basicConfig(filename="app.log", level="LOUD"),
        lambda: femtologging.getLogger("some").setLevel("LOUD"),
        lambda: femtologging.FileHandler("app.log", delay=True).setLevel("LOUD"),
    ):
        try:
            wrong()
        except ValueError as error:
            assert "LOUD" in str(error) and "WARNING" in str(error), error
        else:
            raise AssertionError("no error")
    assert logging.root.handlers == []
    """
    )
    assert not (tmp_path / "app.log").exists()


def test_handlers_that_come_after_install_are_upgraded(run, tmp_path: Path) -> None:
    run(
        """
    femtologging.install()
    logging.basicConfig(filename="app.log", format="%(message)s", level="INFO")
    (handler,) = logging.root.handlers
    assert type(handler) is femtologging.FileHandler
    logging.getLogger("third.party").info("fast")
    assert counts() == (1, 0), counts()
    femtologging.uninstall()
    assert type(handler) is logging.FileHandler
    later = logging.FileHandler("later.log", delay=True)
    logging.getLogger("some").addHandler(later)
    assert type(later) is logging.FileHandler
    """
    )
    assert (tmp_path / "app.log").read_text() == "fast\n"


def test_the_submodules_of_logging_are_there(run, tmp_path: Path) -> None:
    run(
        """
    import femtologging as log
    from femtologging.handlers import RotatingFileHandler, SocketHandler
    import logging.config, logging.handlers
    assert issubclass(RotatingFileHandler, logging.handlers.RotatingFileHandler)
    assert SocketHandler is logging.handlers.SocketHandler
    assert log.handlers.QueueHandler is logging.handlers.QueueHandler
    log.config.dictConfig({
        "version": 1,
        "handlers": {"file": {"class": "femtologging.FileHandler", "filename": "app.log"}},
        "root": {"level": "INFO", "handlers": ["file"]},
    })
    logging.info("configured")
    log.FileHandler(b"bytes.log").close()
    assert log.__version__ != logging.__version__
    """
    )
    assert (tmp_path / "app.log").read_text() == "configured\n"


def test_handlers_that_take_the_place_of_others_get_the_records(run, tmp_path: Path) -> None:
    """A new handler often lies where one that is gone lay."""
    run(
        """
    femtologging.install()
    for round in range(100):
        logging.basicConfig(datefmt="%H")
        logging.basicConfig(filename=f"{round}.log", format="%(message)s", level=10, force=True)
        logging.debug("round %d", round)
        handler = logging.root.handlers[0]
        logging.root.removeHandler(handler)
        handler.close()
        del handler
        logging.root.setLevel(30)
    """
    )
    told = [(tmp_path / f"{number}.log").read_text() for number in range(100)]
    assert told == [f"round {number}\n" for number in range(100)]


@pytest.mark.skipif(
    sys.version_info < (3, 11), reason="there every object with attributes has a dictionary"
)
@pytest.mark.parametrize("way", ["install", "getLogger"])
def test_no_logger_gets_a_dictionary_that_its_methods_would_be_looked_up_in(run, way: str) -> None:
    run(
        f"    way = {way!r}"
        """
    import gc
    import femtologging.config
    made = femtologging
    if way == "install":
        femtologging.install()
        made = logging
    loggers = [made.getLogger("one"), made.getLogger("one.two")]
    loggers += [loggers[0].getChild("three"), made.getLogger("configured")]
    named = {"configured": {"level": "INFO"}, "new": {"level": 10}}
    femtologging.config.dictConfig(
        {"version": 1, "loggers": named, "disable_existing_loggers": False}
    )
    loggers.append(logging.getLogger("new"))
    for logger in loggers:
        logger.warning("first"), logger.debug("no"), logger.isEnabledFor(10)
        logger.setLevel("ERROR")
        logger.error("second")
        assert type(logger) is femtologging.FemtoLogger
        found = [one for one in gc.get_referents(logger) if isinstance(one, dict)]
        assert not any("propagate" in one for one in found), logger
    """
    )
