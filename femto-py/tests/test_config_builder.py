"""Builders: what they say is a dictionary of ``dictConfig``, and makes what it says."""

from __future__ import annotations

import datetime
import doctest
import inspect
import logging

import femtologging
import pytest
from conftest import Run
from femtologging.config import builder


def test_builders_make_a_tree(run: Run) -> None:
    run(
        """
from femtologging import *
config = (
    ConfigBuilder()
    .with_formatter("line", FormatterBuilder().with_format("{levelname} {message} {user}")
        .with_style("{").with_default("user", "-"))
    .with_formatter("json", FormatterBuilder().with_style("json").with_fields(["level", "message"])
        .with_static_field("app", "shop"))
    .with_filter("calm", LevelFilterBuilder().with_max_level("WARNING"))
    .with_filter("db", NameFilterBuilder("app.db"))
    .with_filter("odd", PythonCallbackFilterBuilder(lambda record: record.args[0] % 2))
    .with_handler("file", FileHandlerBuilder("app.log").with_append(False).with_formatter("line")
        .with_capacity(1 << 20).with_overflow("drop").with_filters(["calm"]))
    .with_handler("json", RotatingFileHandlerBuilder("app.json").with_max_bytes(10_000)
        .with_backup_count(2).with_formatter("json").with_level("ERROR"))
    .with_handler("kept", MemoryHandlerBuilder("json").with_capacity(10).with_flush_level("ERROR"))
    .with_logger("app.db", LoggerConfigBuilder().with_level("DEBUG").with_filters(["db"])
        .with_handlers(["kept"]).with_propagate(True))
    .with_logger("odd", LoggerConfigBuilder().with_filters(["odd"]))
    .with_root(LoggerConfigBuilder().with_level("INFO").with_handlers(["file"]))
)
assert config.build() == config.as_dict()
assert not os.path.exists("app.log") and logging.root.handlers == []
config.build_and_init()
log = logging.getLogger("app.db")
log.debug("row %d", 1)
log.error("row %d", 2, extra={"user": "ada"})
logging.getLogger("odd").info("n %d", 3)
logging.getLogger("odd").info("n %d", 4)
assert counts() == (2, 2), counts()
ConfigBuilder().with_incremental(True).with_root(
    LoggerConfigBuilder().with_level("ERROR")).build_and_init()
logging.getLogger("app").warning("n %d", 5)
logging.shutdown()
assert open("app.log").read() == "DEBUG row 1 -\\nINFO n 3 -\\n"
assert open("app.json").read().splitlines() == [
    '{"level":"DEBUG","message":"row 1","app":"shop"}',
    '{"level":"ERROR","message":"row 2","app":"shop"}',
]
"""
    )


def test_a_text_is_no_list_of_letters() -> None:
    b = femtologging.config
    with pytest.raises(ValueError, match="except_keys = 'password': allowed is a list"):
        b.FormatterBuilder().with_style("json").with_except_keys("password").build()
    config = b.ConfigBuilder().with_root(b.LoggerConfigBuilder().with_handlers("file"))
    with pytest.raises(ValueError, match=r"root.handlers = 'file': a list is expected: \['file'\]"):
        config.build()


def test_each_builds_alone(tmp_path: object) -> None:
    path = f"{tmp_path}/app.log"
    b = femtologging.config
    timed = b.TimedRotatingFileHandlerBuilder(path).with_when("midnight").with_interval(2)
    handler = timed.with_at_time(datetime.time(4)).with_utc(True).with_backup_count(3).build()
    assert isinstance(handler, femtologging.TimedRotatingFileHandler)
    assert (handler.when, handler.backupCount, handler.utc) == ("MIDNIGHT", 3, True)
    handler.close()
    watched = b.FileHandlerBuilder(path).with_watch(True).with_level("ERROR").build()
    assert isinstance(watched, femtologging.WatchedFileHandler)
    assert watched.level == logging.ERROR
    watched.close()
    assert isinstance(b.StreamHandlerBuilder.stdout().build(), femtologging.StreamHandler)
    assert b.FormatterBuilder().with_style("logfmt").build()._kind == "logfmt"
    assert b.NameFilterBuilder().with_name("a").build().name == "a"
    record = logging.makeLogRecord({})
    assert b.PythonCallbackFilterBuilder(lambda record: 7).build().filter(record) == 7
    with pytest.raises(ValueError, match=r"handlers\.built\.capacity"):
        b.FileHandlerBuilder(path).with_capacity(5).build()
    with pytest.raises(ValueError, match="other"):
        b.MemoryHandlerBuilder("other").build()
    with pytest.raises(ValueError, match=r"handlers\.file"):
        b.ConfigBuilder().with_handler("file", b.FileHandlerBuilder(f"{path}/no")).build()


def test_every_method_says_what_it_does_and_returns_its_builder() -> None:
    for name in femtologging.config.BUILDERS:
        cls = getattr(femtologging, name)
        for method, function in inspect.getmembers(cls, inspect.isfunction):
            if method.startswith("with_"):
                assert inspect.signature(function).return_annotation == "Self", (name, method)
                assert function.__doc__, (name, method)


def test_examples_run() -> None:
    handlers = logging.root.handlers[:]
    level = logging.root.level
    try:
        assert doctest.testmod(builder).failed == 0
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
