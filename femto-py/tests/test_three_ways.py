"""The same program with stdlib, after `install()`, and with `import femtologging as logging`.

What it prints, what it writes to its log file and what it says on standard error are the same.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

#: What stands where a program says SWITCH; one line, so that all have the same line numbers.
WAYS = {
    "stdlib": "pass",
    "install": "import femtologging; femtologging.install()",
    "module": "import femtologging as logging",
}
BEGIN = """\
import io, os, sys, threading, warnings
import logging
"""
CONFIGURE = """
logging.basicConfig(filename="app.log", filemode="w", level="DEBUG", format="%(levelname)s %(name)s %(funcName)s %(lineno)d %(message)s")
root = logging.getLogger()
log = logging.getLogger("app.part")
"""
END = """
logging.shutdown()
if "femtologging" in sys.modules:
    from femtologging import _femtologging as native
    with open("paths", "w") as file:
        print(*native.path_counts(), file=file)
"""

#: Programs, and how many of their calls the fast path takes at least, by way.
PROGRAMS: dict[str, tuple[str, dict[str, int]]] = {
    "loggers made before": (
        """
        early = logging.getLogger("early.one")
        handler = logging.FileHandler("early.log", "w")
        early.addHandler(handler)
        SWITCH
        CONFIGURE
        early.info("a %s", 1)
        logging.getLogger("early").warning("b")
        logging.getLogger("early.one").error("c %d", 2)
        logging.shutdown()
        print(open("early.log").read())
        print(logging.getLogger("early.one") is early, early.handlers == [handler])
        """,
        {"install": 3, "module": 1},
    ),
    "pickled and copied loggers": (
        """
        SWITCH
        CONFIGURE
        import copy, pickle
        for logger in (log, root):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                assert pickle.loads(pickle.dumps(logger, protocol)) is logger
            assert copy.copy(logger) is logger and copy.deepcopy({"x": [logger]})["x"][0] is logger
        loose = logging.Logger("loose")
        try:
            pickle.dumps(loose)
        except pickle.PicklingError as error:
            print(error)
        record = logging.makeLogRecord({"msg": "m %s", "args": (1,)})
        print(pickle.loads(pickle.dumps(record)).getMessage())
        adapter = pickle.loads(pickle.dumps(logging.LoggerAdapter(log, {"k": 1})))
        adapter.info("by adapter %s", adapter.extra)
        text = pickle.dumps(log)
        print(b"femto" in text)
        """,
        {"install": 1, "module": 1},
    ),
    "a logger class of one's own": (
        """
        SWITCH
        CONFIGURE
        class Own(logging.getLoggerClass()):
            def notice(self, msg, *args, **kwargs):
                self.log(25, msg, *args, **kwargs)
            def makeRecord(self, *args, **kwargs):
                record = super().makeRecord(*args, **kwargs)
                record.msg = "own " + record.msg
                return record
        logging.setLoggerClass(Own)
        own = logging.getLogger("own")
        own.notice("x %s", 1)
        own.info("y")
        print(type(own).__name__, logging.getLoggerClass().__name__)
        logging.setLoggerClass(logging.Logger)
        logging.getLogger("own.child").info("z")
        try:
            logging.setLoggerClass(int)
        except TypeError as error:
            print(error)
        class Plain(logging.Logger):
            pass
        log.manager.setLoggerClass(Plain)
        logging.getLogger("by.manager").info("w %d", 4)
        print(isinstance(logging.getLogger("by.manager"), Plain))
        """,
        {"install": 0, "module": 0},
    ),
    "adapters": (
        """
        SWITCH
        CONFIGURE
        root.handlers[0].setFormatter(logging.Formatter("%(levelname)s %(funcName)s %(message)s %(user)s", defaults={"user": "-"}))
        class Tagged(logging.LoggerAdapter):
            def process(self, msg, kwargs):
                return f"[{self.extra['tag']}] {msg}", kwargs
        inner = logging.LoggerAdapter(log, {"user": "me"})
        def calls(adapter):
            adapter.debug("d"); adapter.info("i %s", 1); adapter.warning("w"); adapter.error("e")
            adapter.critical("c"); adapter.log(15, "l %s", "x"); adapter.info("extra", extra={"user": "you"})
            try:
                1 / 0
            except ZeroDivisionError:
                adapter.exception("x")
        calls(inner)
        calls(Tagged(inner, {"tag": "t"}))
        calls(logging.LoggerAdapter(Tagged(log, {"tag": "u"})))
        if sys.version_info >= (3, 13):
            calls(logging.LoggerAdapter(log, {"user": "merged"}, merge_extra=True))
        inner.setLevel("ERROR")
        print(inner.isEnabledFor(20), inner.getEffectiveLevel(), inner.hasHandlers(), inner.name, log.level)
        print(inner.manager is log.manager)
        """,
        {"install": 16, "module": 16},
    ),
    "children and parents": (
        """
        SWITCH
        CONFIGURE
        child = log.getChild("deep.er")
        child.info("child %s", 1)
        middle = logging.getLogger("app.part.deep")
        print(child.parent is middle, middle.parent is log, log.parent is root, root.parent)
        print(root.getChild("app.part") is log, child.hasHandlers())
        if hasattr(log, "getChildren"):
            print(sorted(one.name for one in log.getChildren()), [one.name for one in middle.getChildren()])
        print(sorted(name for name in root.manager.loggerDict if name.startswith("app")))
        print(type(root.manager.loggerDict["app"]).__name__)
        logging.getLogger("app").setLevel("ERROR")
        child.info("not shown"); child.error("shown")
        print(child.getEffectiveLevel(), log.isEnabledFor(30))
        log.propagate = False
        child.error("nowhere")
        log.propagate = True
        for wrong in (5, None.__class__):
            try:
                logging.getLogger(wrong)
            except TypeError as error:
                print(error)
        print(logging.getLogger("") is root, logging.getLogger("root") is root)
        """,
        {"install": 2, "module": 2},
    ),
    "levels of one's own": (
        """
        SWITCH
        CONFIGURE
        logging.addLevelName(25, "NOTICE")
        logging.NOTICE = 25
        def notice(self, message, *args, **kwargs):
            if self.isEnabledFor(logging.NOTICE):
                self._log(logging.NOTICE, message, args, **kwargs)
        logging.Logger.notice = notice
        def caller():
            log.notice("by method %s", 1, stacklevel=2)
            root.notice("of root")
            log.log(25, "by number %s", 2)
        caller()
        logging.Logger.success = lambda self, msg, *args, **kw: self.log(35, msg, *args, **kw)
        log.success("unnamed %d", 35)
        log.setLevel("NOTICE")
        log.info("no"); log.notice("yes")
        print(logging.getLevelName(25), logging.getLevelName("NOTICE"), logging.getLevelName(26), logging.getLevelName("x"))
        if hasattr(logging, "getLevelNamesMapping"):
            print(logging.getLevelNamesMapping())
        logging.addLevelName(20, "INFORMATION")
        log.setLevel(0); log.info("renamed %s", 1); log.info("again")
        del logging.Logger.notice, logging.Logger.success
        """,
        {"install": 4, "module": 4},
    ),
    "record factories": (
        """
        SWITCH
        CONFIGURE
        log.info("plain %s", 1)
        before = logging.getLogRecordFactory()
        def factory(*args, **kwargs):
            record = before(*args, **kwargs)
            record.msg = f"made: {record.msg}"
            record.user = "factory"
            return record
        logging.setLogRecordFactory(factory)
        log.info("changed %s", 2)
        class Record(logging.LogRecord):
            def getMessage(self):
                return super().getMessage().upper()
        logging.setLogRecordFactory(Record)
        log.info("class %s", 3)
        print(logging.getLogRecordFactory() is Record, before is logging.LogRecord)
        logging.setLogRecordFactory(before)
        log.info("plain again %s", 4)
        """,
        {"install": 2, "module": 2},
    ),
    "disabled": (
        """
        SWITCH
        CONFIGURE
        logging.disable(logging.INFO)
        log.info("no"); log.warning("yes"); print(log.isEnabledFor(20), log.isEnabledFor(30))
        logging.disable()
        log.critical("no"); print(root.manager.disable)
        root.manager.disable = "ERROR"
        root.manager._clear_cache()
        log.error("no"); log.critical("yes")
        logging.disable(logging.NOTSET)
        log.info("yes")
        log.disabled = True; log.critical("no"); log.disabled = False; log.debug("yes")
        try:
            logging.disable("NONE SUCH")
        except ValueError as error:
            print("refused")
        """,
        {"install": 4, "module": 4},
    ),
    "the last resort": (
        """
        SWITCH
        log = logging.getLogger("lonely")
        log.warning("to stderr %s", 1)
        log.info("not shown")
        logging.lastResort.setLevel("INFO")
        log.setLevel("INFO")
        log.info("shown")
        logging.lastResort = None
        log.warning("nobody"); log.warning("told once")
        logging.raiseExceptions = False
        logging.getLogger("other").warning("silent")
        """,
        {"install": 0, "module": 0},
    ),
    "wrong arguments": (
        """
        SWITCH
        CONFIGURE
        def calls():
            log.info("%d", "text"); log.info("%s %s", 1); log.info("x", 1); log.info("%(a)s", {"b": 1})
        calls()
        logging.raiseExceptions = False
        calls()
        logging.raiseExceptions = True
        log.info("good")
        """,
        {"install": 1, "module": 1},
    ),
    "warnings": (
        """
        SWITCH
        CONFIGURE
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("captured", UserWarning)
        logging.captureWarnings(True)
        warnings.warn_explicit("explicit", DeprecationWarning, "file.py", 7)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.warn("recorded")
        print(len(caught), logging.getLogger("py.warnings").handlers)
        logging.captureWarnings(False)
        warnings.warn("to stderr")
        """,
        {"install": 0, "module": 0},
    ),
    "records": (
        """
        SWITCH
        CONFIGURE
        record = logging.makeLogRecord({"msg": "made %s", "args": (1,), "levelno": 20, "levelname": "INFO", "name": "n"})
        log.handle(record); root.handlers[0].handle(record); root.handlers[0].emit(record)
        made = log.makeRecord("n", 30, "f.py", 3, "m %s", ("x",), None, "func", {"user": 1}, None)
        print(made.getMessage(), made.user, made.funcName, made.module)
        root.handle(made)
        log.handle(logging.LogRecord("direct", 40, "p.py", 1, "%(k)s", ({"k": "v"},), None))
        print(sorted(set(vars(made)) - {"message", "taskName", "user"}))
        print(logging.Formatter("%(message)s").format(made))
        root.handlers[0].addFilter(lambda record: setattr(record, "msg", "filtered") or True)
        log.info("original %s", "x")
        """,
        {"install": 0, "module": 0},
    ),
    "names of handlers": (
        """
        SWITCH
        CONFIGURE
        handler = root.handlers[0]
        handler.name = "file"
        other = logging.StreamHandler(io.StringIO()); other.set_name("memory")
        print(handler.get_name(), other.name, sorted(logging._handlers))
        if hasattr(logging, "getHandlerByName"):
            print(logging.getHandlerByName("file") is handler, logging.getHandlerByName("none"))
            print(sorted(logging.getHandlerNames()))
        handler.name = "renamed"
        log.info("named %s", handler.name)
        print(sorted(logging._handlers), len(logging._handlerList) >= 2)
        other.close(); print(sorted(logging._handlers))
        """,
        {"install": 1, "module": 1},
    ),
    "formatters": (
        """
        SWITCH
        CONFIGURE
        records = [logging.makeLogRecord({"msg": "%d", "args": (n,)}) for n in range(3)]
        class Lines(logging.BufferingFormatter):
            def formatHeader(self, records): return f"<{len(records)}\\n"
            def formatFooter(self, records): return ">"
        print(logging.BufferingFormatter().format(records), Lines(logging.Formatter("[%(message)s]")).format(records), Lines().format([]))
        handler = root.handlers[0]
        for style, text in (("%", "%(message)-8s|"), ("{", "{message:>8}|"), ("$", "${message}|$levelname")):
            handler.setFormatter(logging.Formatter(text, style=style))
            log.info("s %s", style)
        for wrong in (("%(message", "%"), ("{message", "{"), ("no field", "$"), ("x", "?")):
            try:
                logging.Formatter(wrong[0], style=wrong[1])
            except ValueError as error:
                print(error)
        class Shout(logging.Formatter):
            def format(self, record): return super().format(record).upper()
        handler.setFormatter(Shout("%(message)s"))
        log.info("shout %s", 1)
        handler.setFormatter(None)
        log.info("default")
        """,
        {"install": 4, "module": 4},
    ),
    "functions of the module": (
        """
        SWITCH
        logging.basicConfig(filename="app.log", filemode="w", level=logging.DEBUG, format="%(levelname)s %(funcName)s %(lineno)d %(message)s")
        def calls():
            logging.debug("d"); logging.info("i %s", 1); logging.warning("w"); logging.error("e")
            logging.critical("c"); logging.fatal("f"); logging.log(15, "l")
            try:
                1 / 0
            except ZeroDivisionError:
                logging.exception("x %s", 1)
                logging.error("y", exc_info=True)
            logging.info("stack", stack_info=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                logging.getLogger().warning("old")
        calls()
        """,
        {"install": 10, "module": 10},
    ),
    "standard error at once": (
        """
        SWITCH
        logging.warning("configures itself %s", 1)
        logging.getLogger("x").error("two")
        print(len(logging.root.handlers), logging.root.handlers[0].level)
        """,
        {"install": 2, "module": 0},
    ),
    "stacks and exceptions": (
        """
        SWITCH
        CONFIGURE
        def inner(level):
            log.info("level %d", level, stacklevel=level)
        def outer():
            for level in (1, 2, 3, 9):
                inner(level)
        outer()
        log.info("stack", stack_info=True)
        error = ValueError("given")
        for given in (error, (ValueError, error, None), True, (None, None, None), None, False):
            log.error("exc_info", exc_info=given)
        try:
            try:
                {}["k"]
            except KeyError as key:
                raise RuntimeError("outer") from key
        except RuntimeError:
            log.exception("chain")
        """,
        {"install": 6, "module": 6},
    ),
    "filters and handlers of one's own": (
        """
        SWITCH
        CONFIGURE
        class Kept(logging.Handler):
            def __init__(self):
                super().__init__(logging.WARNING)
                self.records = []
            def emit(self, record):
                self.records.append((record.levelname, record.getMessage(), record.name))
        kept = Kept()
        root.addHandler(kept)
        class Only(logging.Filter):
            def filter(self, record):
                record.msg = "seen " + record.msg
                return "secret" not in record.msg
        log.addFilter(Only())
        log.warning("secret"); log.warning("open %s", 1); log.info("low")
        print(kept.records, kept.level, kept)
        root.removeHandler(kept); log.filters.clear()
        log.warning("fast %s", 2)
        kept.addFilter(logging.Filter("app"))
        log.addHandler(kept); log.error("both"); logging.getLogger("apple").error("not kept")
        print(kept.records)
        """,
        {"install": 2, "module": 2},
    ),
    "after the shutdown": (
        """
        SWITCH
        CONFIGURE
        log.info("before")
        logging.shutdown()
        log.info("after %s", 1)
        root.handlers[0].close()
        log.info("again %s", 2)
        """,
        {"install": 1, "module": 1},
    ),
    "handlers taken and given": (
        """
        SWITCH
        CONFIGURE
        (handler,) = root.handlers
        print(isinstance(handler, logging.FileHandler), isinstance(handler, logging.StreamHandler), handler.mode, handler.stream.name[-7:])
        handler.terminator = "<end>\\n"
        log.info("ended %s", 1)
        del handler.terminator
        stream = io.StringIO()
        handler2 = logging.StreamHandler(stream)
        log.addHandler(handler2); log.addHandler(handler2)
        log.info("two %s", 2)
        print(stream.getvalue(), len(log.handlers), handler2.setStream(io.StringIO()) is stream)
        with handler2.lock:
            log.debug("locked")
        handler2.acquire(); handler2.release(); handler2.flush(); handler2.close()
        log.removeHandler(handler2); log.removeHandler(handler2)
        log.info("one")
        """,
        {"install": 1, "module": 1},
    ),
}


def run_way(way: str, code: str, folder: Path) -> tuple[list[object], tuple[int, int]]:
    program = folder / "program.py"
    code = textwrap.dedent(code).replace("CONFIGURE", CONFIGURE)
    assert code.count("SWITCH") == 1
    program.write_text(BEGIN + code.replace("SWITCH", WAYS[way]) + END)
    done = subprocess.run(
        [sys.executable, "-X", "dev", str(program)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    written = folder / "app.log"
    told: list[object] = [done.returncode, done.stdout, done.stderr]
    if written.exists():
        told += written.read_text().splitlines()
        written.unlink()
    paths = folder / "paths"
    counts = paths.read_text().split() if paths.exists() else ["0", "0"]
    return told, (int(counts[0]), int(counts[1]))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_says_the_same_all_three_ways(name: str, tmp_path: Path) -> None:
    code, fast = PROGRAMS[name]
    expected, _ = run_way("stdlib", code, tmp_path)
    assert expected[0] == 0, expected
    for way, least in fast.items():
        told, counts = run_way(way, code, tmp_path)
        assert told == expected, way
        assert counts[0] >= least, (way, counts)


#: What there is of logging, and of what others may have hung on it: identities and contents.
SNAPSHOT = """
import gc, logging.handlers, logging.config, signal, threading, time

def picture(value, depth=0):
    if isinstance(value, (logging.Logger, logging.Handler, logging.Formatter, logging.Manager, logging.PlaceHolder)) and depth < 5:
        return type(value), id(value), {name: picture(one, depth + 1) for name, one in vars(value).items()}
    if isinstance(value, (list, tuple, set, dict)) and type(value).__module__ not in ("logging", "builtins"):
        return type(value), list(value)
    if type(value) in (list, tuple):
        return type(value), [picture(one, depth + 1) for one in value]
    if type(value) is dict and depth < 5:
        return type(value), {id(key) if not isinstance(key, (str, int)) else key: picture(one, depth + 1) for key, one in value.items()}
    return type(value), id(value) if not isinstance(value, (str, int, float, bool, type(None))) else value

def difference(old, new, path=()):
    if isinstance(old, dict) and isinstance(new, dict):
        found = [difference(old.get(key), new.get(key), (*path, key)) for key in old.keys() | new.keys()]
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)) and len(old) == len(new):
        found = [difference(one, two, (*path, at)) for at, (one, two) in enumerate(zip(old, new))]
    else:
        return [] if old == new else [(path, old, new)]
    return [one for some in found for one in some]

def snapshot():
    modules = {
        (module.__name__, name): picture(value, 2)
        for module in (logging, logging.handlers, logging.config)
        for name, value in vars(module).items()
        if not name.startswith("__")
    }
    classes = {
        (cls, name): id(value)
        for cls in (logging.Logger, logging.RootLogger, logging.Manager, logging.Handler, logging.StreamHandler,
                    logging.FileHandler, logging.Formatter, logging.LogRecord, logging.handlers.RotatingFileHandler)
        for name, value in vars(cls).items()
    }
    loggers = {name: picture(one) for name, one in logging.root.manager.loggerDict.items()}
    others = [sys.excepthook, signal.raise_signal, sys.modules["_signal"].raise_signal, warnings.showwarning, threading.excepthook, sys.unraisablehook, time.time, sys.stdout, sys.stderr]
    return modules, classes, loggers, picture(logging.root), picture(logging.root.manager, 1), [id(one) for one in others]
"""


def test_uninstall_restores_everything_however_often(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        BEGIN
        + "import femtologging\n"
        + SNAPSHOT
        + textwrap.dedent("""
        class Own(logging.Logger):
            pass
        logging.basicConfig(filename="app.log", level="INFO", format="%(name)s %(message)s")
        rotating = logging.handlers.RotatingFileHandler("rotating.log", maxBytes=10_000, backupCount=1)
        rotating.addFilter(logging.Filter("a"))
        logging.getLogger("a.b").addHandler(rotating)
        logging.getLogger("a.b").addFilter(lambda record: True)
        logging.getLogger("a.b").extra_attribute = {"kept": 1}
        memory = logging.handlers.MemoryHandler(5, target=rotating)
        logging.getLogger("c").addHandler(memory)
        logging.getLogger("d").addHandler(logging.StreamHandler(io.StringIO()))
        logging.setLoggerClass(Own); logging.getLogger("own"); logging.setLoggerClass(logging.Logger)
        for name in list(logging.root.manager.loggerDict):
            logging.getLogger(name).isEnabledFor(20)
        logging.root.manager._clear_cache()
        before = snapshot()
        for turn in range(4):
            femtologging.install()
            for name in ("a.b", "a.b.c", "c", "own"):
                if name in logging.root.manager.loggerDict:
                    logging.getLogger(name).warning("turn %d", turn)
            logging.warning("root %d", turn)
            femtologging.getLogger("a.b")
            femtologging.uninstall()
            if turn == 2:
                femtologging.uninstall()
            for name in list(logging.root.manager.loggerDict):
                logging.getLogger(name)
            logging.root.manager._clear_cache()
            for handler in (logging.root.handlers[0], rotating):
                handler.flush()
            assert not difference(before, snapshot()), (turn, difference(before, snapshot()))
        logging.getLogger("a.b").warning("after")
        logging.shutdown()
        lines = open("app.log").read().splitlines()
        assert lines.count("a.b turn 3") == 1 and lines[-1] == "a.b after", lines
        assert open("rotating.log").read().count("turn") >= 4
    """)
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", str(program)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
