"""Handlers of ``logging.handlers`` with native cores: what stdlib's do, off the calling thread."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

#: Logs the same to a handler of stdlib's and to its twin, each in a folder of its own.
BOTH = """\
import logging.handlers, pathlib
import femtologging.handlers

def both(log_to):
    for name, module in (("stdlib", logging.handlers), ("femto", femtologging.handlers)):
        folder = pathlib.Path(name)
        folder.mkdir()
        get = logging.getLogger if name == "stdlib" else femtologging.getLogger
        log = get(f"{name}.log")
        log.propagate = False
        log.setLevel(logging.DEBUG)
        before = native.path_counts()
        log_to(module, str(folder / "app.log"), log)
        after = native.path_counts()
        for handler in list(log.handlers):
            log.removeHandler(handler)
            handler.close()
        print(name, after[0] - before[0], after[1] - before[1])

def files(name):
    return {path.name: path.read_bytes() for path in sorted(pathlib.Path(name).iterdir())}

def compare():
    assert files("femto") == files("stdlib"), (files("femto"), files("stdlib"))
    return files("femto")
"""


def test_a_file_of_limited_size_rolls_over_where_stdlibs_does(run: Run) -> None:
    done = run(
        BOTH
        + """
def log_to(module, path, log):
    handler = module.RotatingFileHandler(path, maxBytes=1000, backupCount=3)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    assert isinstance(handler, logging.FileHandler)
    log.addHandler(handler)
    for n in range(500):
        log.info("record %d %s", n, "x" * (n % 50))

both(log_to)
assert list(compare()) == ["app.log", "app.log.1", "app.log.2", "app.log.3"]
"""
    )
    assert done.stdout == "stdlib 0 0\nfemto 500 0\n"


@pytest.mark.parametrize("backup_count", [0, 2])
def test_a_file_without_a_limit_never_rolls_over(run: Run, backup_count: int) -> None:
    max_bytes = 0 if backup_count else 100
    run(
        BOTH
        + f"""
def log_to(module, path, log):
    log.addHandler(module.RotatingFileHandler(path, "w", {max_bytes}, {backup_count}))
    for n in range(100):
        log.info("record %d", n)

both(log_to)
assert list(compare()) == ["app.log"]
"""
    )


@pytest.mark.parametrize(
    "change",
    [
        'handler.namer = lambda name: name.replace(".log.", "-") + ".log"',
        "handler.rotator = lambda source, dest: os.rename(source, dest + '.moved')",
    ],
)
def test_hooks_are_called_as_stdlib_calls_them(run: Run, change: str) -> None:
    run(
        BOTH
        + f"""
def log_to(module, path, log):
    handler = module.RotatingFileHandler(path, maxBytes=500, backupCount=2)
    log.addHandler(handler)
    log.info("before the hook is set")
    {change}
    for n in range(100):
        log.info("record %d", n)
    handler.namer = handler.rotator = None
    for n in range(100):
        log.info("without it again %d", n)

both(log_to)
assert len(compare()) > 2
"""
    )


def test_overridden_methods_are_called(run: Run) -> None:
    run(
        BOTH
        + """
def log_to(module, path, log):
    class Often(module.RotatingFileHandler):
        def shouldRollover(self, record):
            return record.levelno >= logging.ERROR
        def rotation_filename(self, default_name):
            return default_name + ".old"

    log.addHandler(Often(path, maxBytes=500, backupCount=2))
    for n in range(100):
        log.log(40 if n % 30 == 29 else 20, "record %d", n)

both(log_to)
assert list(compare()) == ["app.log", "app.log.1.old", "app.log.2.old"]
"""
    )


def test_do_rollover_begins_a_new_file_and_the_stream_is_the_new_ones(run: Run) -> None:
    run(
        BOTH
        + """
def log_to(module, path, log):
    for kind in ("RotatingFileHandler", "TimedRotatingFileHandler"):
        keywords = {"when": "W3"} if kind[0] == "T" else {"maxBytes": 10_000}
        handler = getattr(module, kind)(path + kind, backupCount=3, **keywords)
        log.addHandler(handler)
        log.info("first")
        handler.doRollover()
        log.info("second")
        handler.flush()
        assert os.fstat(handler.stream.fileno()).st_ino == os.stat(handler.baseFilename).st_ino
        handler.stream.write("by hand\\n")
        handler.stream.flush()
        log.removeHandler(handler)
        handler.close()

both(log_to)
one, two, three, four = files("femto").items()
assert one == ("app.logRotatingFileHandler", b"second\\nby hand\\n")
assert two == ("app.logRotatingFileHandler.1", b"first\\n")
assert three == ("app.logTimedRotatingFileHandler", b"second\\nby hand\\n")
assert four[1] == b"first\\n"
"""
    )


def test_a_record_that_stdlib_has_to_write_goes_to_the_file_of_now(run: Run) -> None:
    """After native rollovers a lone surrogate, say."""
    run(
        BOTH
        + """
def log_to(module, path, log):
    handler = module.RotatingFileHandler(
        path, maxBytes=1000, backupCount=9, encoding="utf-8", errors="backslashreplace")
    log.addHandler(handler)
    for n in range(200):
        log.info("record %d", n)
    log.info("lone \\ud800")
    log.info("last")

both(log_to)
written = compare()
assert written["app.log"].endswith(b"lone \\\\ud800\\nlast\\n")
"""
    )


def test_by_time_each_second_has_a_file(run: Run) -> None:
    run(
        """
import femtologging.handlers, pathlib, re, time
from datetime import datetime
handler = femtologging.handlers.TimedRotatingFileHandler("app.log", when="S", backupCount=0)
handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
log = femtologging.getLogger("app")
log.addHandler(handler)
log.setLevel("INFO")
end = time.time() + 3.2
count = 0
while time.time() < end:
    log.info("%d", count)
    count += 1
    time.sleep(0.01)
assert counts() == (count, 0)
handler.close()
lines = []
for path in sorted(pathlib.Path(".").glob("app.log.*")) + [pathlib.Path("app.log")]:
    text = path.read_text().splitlines()
    assert text
    if path.suffix != ".log":
        begin = datetime.strptime(path.name, "app.log.%Y-%m-%d_%H-%M-%S")
        for line in text:
            at = datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S")
            assert (at - begin).total_seconds() in (0, 1), (path, line)
    lines += [int(line.split()[-1]) for line in text]
assert lines == list(range(count))
assert len(list(pathlib.Path(".").glob("app.log*"))) >= 3
"""
    )


@pytest.mark.parametrize(
    ("keywords", "is_native"),
    [
        ({"when": "S", "interval": 5}, True),
        ({"when": "midnight", "utc": True}, True),
        ({"when": "W6", "atTime": "datetime.time(4, 30)"}, True),
        ({"when": "D"}, True),
        ({"when": "H", "interval": 20_000}, False),
    ],
)
def test_when_is_what_stdlib_takes(run: Run, keywords: dict[str, object], is_native: bool) -> None:
    given = ", ".join(
        f"{name}={value if name == 'atTime' else repr(value)}" for name, value in keywords.items()
    )
    run(
        f"""
import datetime, femtologging.handlers, logging.handlers
ours = femtologging.handlers.TimedRotatingFileHandler("a.log", {given})
theirs = logging.handlers.TimedRotatingFileHandler("b.log", {given})
for name in ("when", "interval", "atTime", "utc", "backupCount", "suffix"):
    assert getattr(ours, name) == getattr(theirs, name), name
assert abs(ours.rolloverAt - theirs.rolloverAt) <= 1
assert (ours._core is not None) is {is_native}
ours.suffix = "%Y"
assert ours._ready_core() is None
"""
    )


def test_stdlibs_rollover_by_time_goes_on_after_a_native_one(run: Run) -> None:
    run(
        """
import femtologging.handlers, pathlib, time
handler = femtologging.handlers.TimedRotatingFileHandler("app.log", when="S")
log = femtologging.getLogger("app")
log.addHandler(handler)
log.setLevel("INFO")
for n in range(4):
    if n == 2:
        # From here on stdlib's code writes.
        handler.namer = lambda name: name + ".named"
    log.info("record %d", n)
    time.sleep(1.1)
handler.close()
texts = [path.read_text() for path in sorted(pathlib.Path(".").glob("app.log.*"))]
texts.append(pathlib.Path("app.log").read_text())
assert sorted("".join(texts).splitlines()) == [f"record {n}" for n in range(4)], texts
assert texts[-1] == "record 3\\n", texts
assert counts() == (2, 2)
"""
    )


def test_a_watched_file_is_opened_anew(run: Run) -> None:
    done = run(
        BOTH
        + """
def log_to(module, path, log):
    handler = module.WatchedFileHandler(path)
    log.addHandler(handler)
    log.info("one")
    handler.flush()
    os.rename(path, path + ".1")
    log.info("two")
    handler.flush()
    os.unlink(path)
    log.info("three")
    log.info("lone %s", "\\udcff")
    log.info("four")

logging.raiseExceptions = False
both(log_to)
assert compare() == {"app.log": b"three\\nfour\\n", "app.log.1": b"one\\n"}
"""
    )
    assert done.stdout.splitlines()[0] == "stdlib 0 0"


def test_a_memory_handler_passes_on_what_it_kept(run: Run) -> None:
    done = run(
        BOTH
        + """
def log_to(module, path, log):
    target = (logging if module is logging.handlers else femtologging).FileHandler(path)
    target.setFormatter(logging.Formatter("%(levelname)s %(name)s %(lineno)d %(message)s %(user)s",
        defaults={"user": "nobody"}))
    handler = module.MemoryHandler(10, target=target)
    log.addHandler(handler)
    for n in range(7):
        log.debug("kept %d", n, extra={"user": n})
    handler.flush()
    log.debug("one more")
    log.error("an error passes all on")
    for n in range(25):
        log.info("full %d", n)
    log.info("at close")
    handler.close()
    target.close()

both(log_to)
text = compare()["app.log"].replace(b"femto.log", b"").replace(b"stdlib.log", b"")
""".replace('"%(levelname)s %(name)s', '"%(levelname)s')
    )
    assert done.stdout == "stdlib 0 0\nfemto 35 0\n"


@pytest.mark.parametrize("delivery", ["queued", "direct"])
def test_a_level_is_asked_by_loggers_and_by_nobody_else(run: Run, delivery: str) -> None:
    run(
        BOTH
        + f"""
import queue
def log_to(module, path, log):
    names = logging if module is logging.handlers else femtologging
    options = {{}} if names is logging else {{"delivery": {delivery!r}}}
    file = names.FileHandler(path, **options)
    file.setLevel("WARNING")
    record = lambda text: logging.LogRecord("a", 20, "a.py", 1, text, (), None)
    file.handle(record("given to it"))
    waiting = queue.Queue()
    listener = logging.handlers.QueueListener(waiting, file)
    listener.start()
    logging.handlers.QueueHandler(waiting).handle(record("by a queue"))
    listener.stop()
    for kept_by in (logging.handlers, module):
        memory = kept_by.MemoryHandler(10, target=file)
        memory.setLevel("ERROR")
        memory.handle(record("kept"))
        memory.flush()
        outer = kept_by.MemoryHandler(10, target=memory)
        outer.handle(record("kept twice"))
        outer.flush()
        memory.flush()
    log.addHandler(file)
    log.info("not to it")
    file.addFilter(lambda record: setattr(record, "levelno", 20) or True)
    log.warning("lowered by a filter")
    file.filters.clear()
    file.setFormatter(type("Own", (logging.Formatter,), {{}})("%(message)s"))
    file.setLevel(1000)
    log.log(1000, "beyond all levels")
    log.log(999, "not to it")

both(log_to)
assert len(compare()["app.log"].splitlines()) == 8, compare()
"""
    )


def test_a_memory_handler_whose_target_is_pythons_keeps_records(run: Run) -> None:
    run(
        """
import io
import femtologging.handlers
out = io.StringIO()
handler = femtologging.handlers.MemoryHandler(3, target=logging.StreamHandler(out))
log = femtologging.getLogger("app")
log.addHandler(handler)
log.setLevel("INFO")
log.info("one")
assert [record.msg for record in handler.buffer] == ["one"]
log.info("two")
assert out.getvalue() == ""
log.info("three")
assert out.getvalue() == "one\\ntwo\\nthree\\n" and handler.buffer == []
handler.setTarget(femtologging.FileHandler("app.log"))
log.info("four")
handler.flush()
handler.target.flush()
assert open("app.log").read() == "four\\n"
assert counts() == (1, 3)
"""
    )


def test_a_memory_handler_has_what_it_kept_written_before_it_gets_another_target(run: Run) -> None:
    """Unlike stdlib, as the guide says among the differences."""
    run(
        """
import femtologging.handlers
first, second = femtologging.FileHandler("first.log"), femtologging.FileHandler("second.log")
handler = femtologging.handlers.MemoryHandler(10, target=first)
log = femtologging.getLogger("app")
log.addHandler(handler)
log.warning("one")
handler.setTarget(second)
log.warning("two")
handler.flush()
first.flush()
second.flush()
assert open("first.log").read() == "one\\n"
assert open("second.log").read() == "two\\n"
assert counts() == (2, 0)
"""
    )


def test_install_lets_a_memory_handler_keep_what_it_has(run: Run) -> None:
    run(
        """
import io, logging.handlers
out = io.StringIO()
handler = logging.handlers.MemoryHandler(10, target=logging.StreamHandler(out), flushOnClose=False)
log = logging.getLogger("app")
log.addHandler(handler)
log.warning("before")
femtologging.install()
log.warning("after")
assert out.getvalue() == ""
femtologging.uninstall()
assert out.getvalue() == "" and type(handler) is logging.handlers.MemoryHandler
log.error("an error")
assert out.getvalue() == "before\\nafter\\nan error\\n", out.getvalue()
log.warning("nobody's")
handler.close()
assert "nobody" not in out.getvalue()
"""
    )


def test_null_handlers_stand_in_nobodys_way(run: Run) -> None:
    run(
        """
femtologging.basicConfig(filename="app.log", level="INFO", format="%(message)s")
log = femtologging.getLogger("library")
log.addHandler(logging.NullHandler())
log.info("one")
assert femtologging.NullHandler is logging.NullHandler
alone = femtologging.getLogger("alone")
alone.propagate = False
alone.addHandler(logging.NullHandler())
alone.warning("nobody sees it")
assert counts() == (2, 0)
logging.shutdown()
assert open("app.log").read() == "one\\n"
"""
    )


def test_install_upgrades_handlers_of_logging_handlers_and_back(run: Run) -> None:
    run(
        """
import logging.handlers, pathlib
log = logging.getLogger("app")
log.setLevel("INFO")
handler = logging.handlers.RotatingFileHandler("app.log", maxBytes=100, backupCount=30)
log.addHandler(handler)
for n in range(20):
    log.info("stdlib's %d", n)
femtologging.install()
for n in range(20):
    log.info("native %d", n)
assert counts() == (20, 0)
assert type(handler) is femtologging.RotatingFileHandler
femtologging.uninstall()
assert type(handler) is logging.handlers.RotatingFileHandler
for n in range(20):
    log.info("stdlib's again %d", n)
handler.close()
count = len(list(pathlib.Path(".").glob("app.log.*")))
names = [f"app.log.{n}" for n in range(count, 0, -1)] + ["app.log"]
lines = [line for name in names for line in pathlib.Path(name).read_text().splitlines()]
assert lines == [f"{who} {n}" for who in ("stdlib's", "native", "stdlib's again") for n in range(20)]
assert all(pathlib.Path(name).stat().st_size < 100 for name in names)
"""
    )


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("capacity=5", "capacity"),
        ("capacity='much'", "capacity = 'much': allowed are at least 4096 bytes"),
        ("overflow='fall'", "overflow = 'fall': allowed are 'block', 'drop' or seconds"),
        ("delivery=1", "delivery = 1: allowed are 'queued' and 'direct'"),
        ("flush_level='loud'", "Unknown level: 'loud'"),
        ("overflow=-1", "overflow = -1: allowed are 'block', 'drop' or seconds"),
        ("overflow=True", "overflow = True: allowed are 'block', 'drop' or seconds"),
        ("compress=1", "unexpected keyword argument 'compress'"),
    ],
)
def test_wrong_parameters_are_named(tmp_path: Path, given: str, error: str) -> None:
    import femtologging.handlers

    for kind in ("FileHandler", "RotatingFileHandler", "WatchedFileHandler"):
        handler = getattr(femtologging, kind)
        path = str(tmp_path / "app.log")
        with pytest.raises((ValueError, TypeError), match=error.replace(".", "\\.")):
            eval(f"handler(path, {given})", {"handler": handler, "path": path})


@pytest.mark.parametrize(
    ("made", "is_native"),
    [
        ("RotatingFileHandler('app.log', maxBytes=1e2, backupCount=2)", True),
        ("RotatingFileHandler('app.log', maxBytes=99.5, backupCount=2)", False),
        ("RotatingFileHandler('app.log', maxBytes=10**30, backupCount=2)", False),
        ("RotatingFileHandler('app.log', maxBytes=0, backupCount=None)", False),
        ("RotatingFileHandler('app.log', maxBytes=-1, backupCount=-1)", True),
        ("TimedRotatingFileHandler('app.log', backupCount=-1)", True),
        ("TimedRotatingFileHandler('app.log', backupCount='x')", False),
        ("TimedRotatingFileHandler('app.log', utc=1, interval=2.0)", True),
        ("MemoryHandler(5, target=logging.FileHandler('app.log'), flushLevel=10**30)", True),
        ("MemoryHandler(5.0, target=logging.FileHandler('app.log'), flushLevel=40.5)", False),
        ("MemoryHandler(10**30, target=logging.FileHandler('app.log'))", False),
    ],
)
def test_what_stdlib_takes_is_taken_by_install(run: Run, made: str, is_native: bool) -> None:
    run(
        f"""
import logging.handlers, pathlib
handler = logging.handlers.{made}
femtologging.install()
target = getattr(handler, "target", None)
if target is not None:
    femtologging.handler.adopt(target)
logging.root.addHandler(handler)
assert (handler._core is not None) is {is_native}
logging.warning("%d", 1)
logging.shutdown()
assert pathlib.Path("app.log").read_text().split() == ["1"]
"""
    )


def test_levels_beyond_64_bits_are_as_in_stdlib(run: Run) -> None:
    run(
        """
import pathlib
femtologging.basicConfig(filename="app.log", format="%(message)s")
log = femtologging.getLogger("app")
handler = logging.root.handlers[0]
for level in (10**30, -(10**30)):
    for one in (log, handler):
        one.setLevel(level)
        log.error("%s at %d", type(one).__name__, level)
        one.setLevel(0)
        limit = femtologging.LevelFilter(level)
        one.addFilter(limit)
        log.error("%s from %d", type(one).__name__, level)
        one.removeFilter(limit)
    femtologging.StreamHandler(flush_level=level)
logging.shutdown()
low = -(10**30)
names = ("FemtoLogger", "FileHandler")
expected = [f"{name} {way} {low}" for name in names for way in ("at", "from")]
assert pathlib.Path("app.log").read_text().splitlines() == expected
"""
    )


def test_what_a_killed_process_kept_is_written_by_the_next(run: Run) -> None:
    first = """
handler = femtologging.FileHandler("app.log", recover="app.ring")
handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
log = femtologging.getLogger("app")
log.addHandler(handler)
log.setLevel("INFO")
for n in range(1000):
    log.info("record %d", n)
"""
    run(first + "import signal\nos.kill(os.getpid(), signal.SIGKILL)", status=-9)
    run(first + "assert counts()[0] == 1000\n")
    done = run('print(open("app.log").read(), end="")')
    lines = [line for line in done.stdout.splitlines() if "recovered" not in line]
    assert lines == [f"INFO record {n}" for n in range(1000)] * 2
    # The next one has another file.
    run(first + "import signal\nos.kill(os.getpid(), signal.SIGKILL)", status=-9)
    run(first.replace("app.log", "other.log"))
    written = run('print(open("app.log").read() + open("other.log").read())').stdout
    for n in range(1000):
        assert written.count(f"INFO record {n}\n") == 4, n
    run(
        """
femtologging.FileHandler("app.log", recover="app.ring")
try:
    femtologging.FileHandler("app.log", recover="other.ring")
except ValueError as error:
    assert "other.ring" in str(error) and "app.ring" in str(error)
else:
    raise AssertionError
"""
    )


@pytest.mark.parametrize("kind", ["RotatingFileHandler", "TimedRotatingFileHandler"])
def test_records_that_stdlib_writes_roll_the_file_over_too(run: Run, kind: str) -> None:
    """A record without a level has no typed form; the core goes on in the new file."""
    run(
        f"""
import glob, time
given = {{"maxBytes": 30, "backupCount": 9}} if "{kind}"[0] == "R" else {{"when": "S"}}
handler = femtologging.{kind}("app.log", **given)
log = femtologging.getLogger("app")
log.addHandler(handler)
for n in range(3):
    handler.handle(logging.makeLogRecord({{"msg": f"{{n}}" * 20}}))
    if "when" in given:
        time.sleep(1.1)
    log.warning("%s", f"{{n}}" * 20)
    assert handler._core is not None
handler.close()
files = sorted(glob.glob("app.log.*"), reverse="when" not in given) + ["app.log"]
texts = [open(name).read().split() for name in files]
lines = [f"{{n}}" * 20 for n in range(3) for _ in range(2)]
if "when" in given:
    # The second of a round may be the one of the next, too.
    assert len(files) >= 4 and sum(texts, []) == lines, texts
else:
    assert texts == [[line] for line in lines], texts
"""
    )


def test_what_stdlibs_code_writes_is_counted(run: Run) -> None:
    run(
        """
import io
logging.raiseExceptions = False
handler = femtologging.StreamHandler(io.StringIO())
log = femtologging.getLogger("app")
log.propagate = False
log.addHandler(handler)
for n in range(3):
    log.warning("%d", n)
log.warning("%d", "no number")
stats = handler.stats
assert (stats.accepted, stats.written, stats.dropped, stats.errors) == (4, 3, 1, 1), stats
assert femtologging.stats() == [stats]
file = femtologging.FileHandler("app.log")
log.handlers[:] = [file]
log.warning("native")
log.warning("lone \\ud800")
file.flush()
stats = file.stats
assert (stats.accepted, stats.written, stats.dropped, stats.errors) == (2, 1, 1, 1), stats
"""
    )


def test_two_handlers_of_one_stream_keep_the_order(run: Run) -> None:
    program = """
class Shouting(logging.Formatter):
    def format(self, record):
        return super().format(record).upper()

log, other = logging.getLogger("app"), logging.getLogger("other")
for number, one in enumerate((log, other)):
    handler = module.StreamHandler()
    if number:
        handler.setFormatter(Shouting("%(message)s"))
    one.addHandler(handler)
for n in range(300):
    (log if n % 3 else other).warning("line %d", n)
assert type(handler) is module.StreamHandler
"""
    ours = run("module = femtologging\nlogging = femtologging\n" + program)
    assert ours.stderr == run("module = logging\n" + program).stderr
    assert ours.stderr.startswith("LINE 0\nline 1\nline 2\nLINE 3\n")


def test_handlers_of_one_stream_may_be_released_and_come_again(run: Run) -> None:
    done = run(
        """
one, two = logging.StreamHandler(), logging.StreamHandler()
logging.root.handlers[:] = [one]
logging.getLogger("b").addHandler(two)
for turn in range(2):
    femtologging.install()
    logging.getLogger("b").warning("installed %d", turn)
    femtologging.uninstall()
    logging.getLogger("b").warning("plain %d", turn)
later = femtologging.StreamHandler()
logging.getLogger("b").handlers[:] = [later]
logging.getLogger("b").warning("later")
"""
    )
    expected = [f"{kind} {turn}" for turn in range(2) for kind in ("installed", "plain")]
    lines = done.stderr.splitlines()
    assert lines == [line for line in [*expected, "later"] for _ in range(2)], lines
