"""Rust's `log` and `tracing` in another extension module: the records reach Python's tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def extension() -> Path:
    """Build the extension module of `tests/extension`: one for all interpreters."""
    if shutil.which("cargo") is None:
        pytest.skip("there is no cargo to build an extension module with")
    environment = os.environ | {"PYO3_BUILD_EXTENSION_MODULE": "1", "PYO3_NO_PYTHON": "1"}
    locked = ["--locked"] if os.environ.get("CI") else []
    folder = REPOSITORY / "femto-py/tests/extension"
    target = Path(environment.get("CARGO_TARGET_DIR", folder / "target"))
    command = ["cargo", "build", "--quiet", *locked]
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=600)
    return target / "debug" / "libfemto_extension.so"


@pytest.fixture
def run_with(run, extension: Path, tmp_path: Path):
    """Run a program that can import the extension module."""
    (tmp_path / "femto_extension.abi3.so").symlink_to(extension)
    return run


START = """\
    femtologging.basicConfig(filename="app.log", filemode="w", level="INFO", format="%(levelname)s %(name)s %(message)s")
    femtologging.setup_rust_logging()
    import femto_extension as ext
    def lines():
        logging.root.handlers[0].flush()
        return open("app.log").read().splitlines()
    """


def test_records_reach_the_loggers_of_their_targets(run_with) -> None:
    run_with(
        START
        + """
    ext.log_one("INFO", "a::b::c", "one")
    ext.log_one("debug", "a::b::c", "no")
    ext.log_one("error", "plain", "two")
    ext.on_thread(2, True)
    assert lines() == ["INFO a.b.c one", "ERROR plain two", "INFO ext.thread record 0", "INFO ext.thread record 1"]
    assert femtologging.rust_counts() == (4, 0, 0), femtologging.rust_counts()
    assert ext.max_level() == "INFO", ext.max_level()
    """
    )


def test_levels_filters_and_propagation_act_at_once(run_with) -> None:
    run_with(
        START
        + """
    log = lambda level="info", target="a::b": ext.log_one(level, target, level)
    log(); assert ext.max_level() == "INFO", ext.max_level()
    logging.getLogger("a").setLevel("ERROR"); log(); log("error")
    logging.getLogger("a.b").setLevel(5); log("trace"); log("debug", "elsewhere")
    assert ext.max_level() == "TRACE"
    logging.getLogger("a.b").setLevel(0); logging.getLogger("a").setLevel(0)
    log("warn"); assert ext.max_level() == "INFO"
    logging.disable(logging.WARNING); log("warn"); log("error"); assert ext.max_level() == "ERROR"
    logging.disable(logging.NOTSET)
    logging.getLogger("a").propagate = False; log(); logging.getLogger("a").propagate = True
    logging.getLogger("a.b").disabled = True; log(); logging.getLogger("a.b").disabled = False
    logging.root.handlers[0].setLevel("ERROR"); log(); logging.root.handlers[0].setLevel(0)
    plain = logging.getLogger("never.seen"); log(); plain.setLevel("DEBUG"); log("debug", "never::seen")
    logging.getLogger("a.b").addFilter(lambda record: "yes" in record.msg)
    ext.log_one("info", "a::b", "yes"); log()
    assert [line.split()[-1] for line in lines()] == [
        "info", "error", "trace", "warn", "error", "info", "debug", "yes",
    ], lines()
    """
    )


SHOWN = (
    "%(levelname)s %(levelno)d %(name)s %(threadName)s %(thread)d %(processName)s %(process)d"
    " %(pathname)s %(filename)s %(module)s %(lineno)d %(funcName)s %(message)s"
)


def test_both_ways_write_the_same(run_with) -> None:
    run_with(
        f"""
    import femto_extension as ext
    femtologging.setup_rust_logging(ext); femtologging.setup_rust_tracing(ext)
    logging.root.setLevel(5)
    def calls():
        for level in ("error", "warn", "info", "debug", "trace"):
            ext.log_one(level, "some::target", "caf\\xe9 \\x1b[1m " + level)
        ext.log_one("info", "", "to the root")
        ext.log_one("info", "x", "")
        ext.log_fields(); ext.trace("traced"); ext.in_span("me")
        ext.on_thread(1, True)
        thread = threading.Thread(target=ext.on_thread, args=(1, True), name="from Python")
        thread.start(); thread.join()
        thread = threading.Thread(target=ext.log_one, args=("info", "t", "m"), name="Python's")
        thread.start(); thread.join()
    def written(handler, name):
        handler.setFormatter(logging.Formatter({SHOWN!r} + " %(ratio)s %(text)s %(spans)s %(rows)s",
            defaults=dict(ratio=None, text=None, spans=None, rows=None)))
        logging.root.handlers[:] = [handler]
        before = femtologging.rust_counts(); calls(); after = femtologging.rust_counts()
        handler.close()
        return open(name).read(), [b - a for a, b in zip(before, after)]
    fast, ways = written(femtologging.FileHandler("fast.log"), "fast.log")
    assert ways[0] > 10 and ways[1:] == [0, 0], ways
    slow, ways = written(logging.FileHandler("slow.log"), "slow.log")
    assert ways[1] > 10 and ways[0] == 0, ways
    import re
    # A thread's number is new each time.
    number = lambda text: re.sub(r"(rust-worker|from Python|Python's) [0-9]+", r"\\1 N", text)
    assert number(fast) == number(slow), fast + slow
    assert "WARNING 30 ext.trace MainThread" in fast and "request:query 3" in fast, fast
    """
    )


def test_fields_are_attributes(run_with) -> None:
    run_with(
        START
        + """
    femtologging.setup_rust_tracing()
    records = []
    class Handler(logging.Handler):
        def emit(self, record): records.append(record)
    logging.root.handlers[:] = [Handler()]
    ext.log_fields(); ext.in_span("me")
    one, two = records
    found = {k: one.__dict__[k] for k in ("number", "text", "yes", "ratio", "name_", "debug", "big")}
    assert found == dict(number=7, text="a b", yes=True, ratio=0.5, name_="hidden", debug="[1, 2]", big=2**64 - 1)
    assert one.name == "ext.fields" and one.args == () and one.msg == "with fields"
    found = {k: two.__dict__[k] for k in ("rows", "id", "user", "later", "spans")}
    assert found == dict(rows=3, id=2, user="me", later=True, spans="request:query"), found
    # What a formatter needs and a record lacks is stdlib's error.
    logging.raiseExceptions = False
    handler = femtologging.FileHandler("needs.log"); handler.setFormatter(logging.Formatter("%(number)d"))
    logging.root.handlers[:] = [handler]
    ext.log_fields(); ext.log_one("info", "a", "without"); ext.log_fields()
    handler.flush()
    assert open("needs.log").read() == "7\\n7\\n"
    """
    )


def test_reserved_keys_are_those_of_this_python(run_with) -> None:
    source = (REPOSITORY / "femto-py/bridge/src/fields.rs").read_text()
    listed = source[source.index("const ATTRIBUTES") :].split("= [")[1].split("]")[0]
    run_with(
        f"""
    from femtologging.record import ATTRIBUTES
    listed = {{{listed}}}
    assert set(ATTRIBUTES) <= listed, set(ATTRIBUTES) - listed
    """
    )


def test_threads_log_while_others_hold_the_interpreter(run_with) -> None:
    run_with(
        START
        + """
    ext.log_one("info", "ext", "the first")  # asks what the logger reaches
    ext.wait(1000)  # joins a thread that logs, and keeps the interpreter's lock
    ext.burst(5000)
    assert femtologging.rust_counts() == (21_001, 0, 0), femtologging.rust_counts()
    found = lines()
    assert found[1:1001] == [f"INFO ext unattached {n}" for n in range(1000)]
    for thread in range(4):
        mine = [line for line in found[1001:] if line.startswith(f"INFO ext {thread} ")]
        assert mine == [f"INFO ext {thread} {n}" for n in range(5000)]
    """
    )


def test_a_thread_waits_for_room_without_the_interpreter(run_with) -> None:
    run_with(
        """
    import subprocess, femto_extension as ext
    femtologging.setup_rust_logging()
    os.mkfifo("fifo")
    read = "import time\\nwith open('fifo', 'rb', 0) as f:\\n while f.read(2000): time.sleep(0.0005)"
    reader = subprocess.Popen([sys.executable, "-c", read])
    handler = femtologging.FileHandler("fifo", capacity=4096)
    logging.root.addHandler(handler); logging.root.setLevel("INFO")
    turns = 0
    def count():
        global turns
        while not done: turns += 1
    done = False
    thread = threading.Thread(target=count); thread.start()
    for _ in range(300):
        ext.log_one("info", "ext", "y" * 1000)  # attached: it detaches to wait
    done = True; thread.join()
    handler.flush()
    assert turns > 1000 and handler.stats.written == 300, (turns, handler.stats)
    logging.root.removeHandler(handler); handler.close(); reader.wait()
    """
    )


def test_what_python_code_raises_does_not_reach_the_statement(run_with) -> None:
    run_with(
        START
        + """
    shown = []
    sys.unraisablehook = lambda unraisable: shown.append(unraisable.exc_type)
    def refuse(record): raise kind("from a filter")
    logging.getLogger("a").addFilter(refuse)
    kind = ValueError; ext.log_one("info", "a", "x")
    assert shown == [ValueError], shown
    # A program in the background may have it ignored.
    import signal
    signal.signal(signal.SIGINT, signal.default_int_handler)
    kind = KeyboardInterrupt
    try:
        ext.log_one("info", "a", "x")
        for _ in range(1000): pass
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("nothing interrupts")
    """
    )


def test_a_handler_may_log_through_rust(run_with) -> None:
    run_with(
        START
        + """
    class Handler(logging.Handler):
        def emit(self, record):
            if record.name == "a": ext.log_one("info", "b", "from a handler")
    logging.getLogger("a").addHandler(Handler())
    ext.log_one("info", "a", "x")
    assert lines() == ["INFO b from a handler", "INFO a x"]
    """
    )


def test_a_fork_goes_on_and_writes_each_record_once(run_with, tmp_path: Path) -> None:
    run_with(
        START
        + """
    ext.start("ext::busy")
    for n in range(20):
        child = os.fork()
        if child == 0:
            ext.log_one("info", "child", str(n))
            ext.on_thread(1, False)
            logging.shutdown()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    ext.stop()
    """,
        timeout=120,
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert [line for line in lines if "child" in line] == [f"INFO child {n}" for n in range(20)]
    assert lines.count("INFO ext.thread record 0") == 20


@pytest.mark.parametrize("handler", ["femtologging.FileHandler", "logging.FileHandler"])
@pytest.mark.parametrize("order", ["logging first", "extension first"])
def test_threads_that_log_to_the_end_are_harmless(run_with, tmp_path: Path, handler, order) -> None:
    first, second = ("logging", "femto_extension")
    if order == "extension first":
        first, second = second, first
    for _ in range(3):
        run_with(
            f"""
    import {first}, {second}, time
    ext = femto_extension
    femtologging.setup_rust_logging()
    logging.root.addHandler({handler}("app.log")); logging.root.setLevel("INFO")
    for _ in range(3): ext.start("ext::busy")
    late = ext.Late()
    import atexit
    atexit.register(ext.log_one, "info", "ext", "in atexit")
    time.sleep(0.1)
    """
        )
    text = (tmp_path / "app.log").read_text()
    assert text.count("in atexit") == 3
    assert set(text.splitlines()) <= {"busy", "in atexit", "dropped"}


def test_nothing_hangs_while_everything_happens(run_with) -> None:
    """Threads of both kinds log, handlers of both kinds come and go, children are forked."""
    run_with(
        START
        + """
    import faulthandler, gc, time
    faulthandler.dump_traceback_later(50, exit=True)
    class Handler(logging.Handler):
        def emit(self, record): record.getMessage()
    done = False
    def python(n):
        log = femtologging.getLogger(f"ext.{n}")
        while not done: log.info("python %d", n)
    def rust():
        while not done: ext.burst(20); ext.on_thread(5, True)
    def change():
        other = femtologging.FileHandler("other.log")
        while not done:
            handler = Handler()
            logging.getLogger("ext").addHandler(handler); logging.root.addHandler(other)
            logging.getLogger("ext").setLevel("DEBUG"); ext.log_one("debug", "ext", "x")
            logging.getLogger("ext").removeHandler(handler); logging.root.removeHandler(other)
            logging.getLogger("ext").setLevel("NOTSET"); gc.collect()
    threads = [threading.Thread(target=python, args=(n,)) for n in range(2)]
    threads += [threading.Thread(target=work) for work in (rust, rust, change)]
    ext.start("ext::busy")
    [t.start() for t in threads]
    for _ in range(5):
        time.sleep(0.2)
        child = os.fork()
        if child == 0:
            ext.log_one("info", "child", "x")
            os._exit(0)
        os.waitpid(child, 0)
    done = True
    [t.join() for t in threads]
    ext.stop()
    fast, slow, dropped = femtologging.rust_counts()
    assert fast and slow and not dropped
    """
    )


def test_a_record_lost_to_a_panic_is_counted(run_with) -> None:
    run_with(
        """
    # What native code raises for a panic, when Python called it, is a panic again in that native code.
    try: native.HandlerCore.file("/")
    except OSError: pass
    (panic,) = [kind for kind in BaseException.__subclasses__() if kind.__module__ == "pyo3_runtime"]
"""
        + START
        + """
    class Handler(logging.Handler):
        def emit(self, record): raise panic("from emit")
    logging.root.handlers.insert(0, Handler())
    ext.log_one("info", "a", "one"); ext.on_thread(2, True)
    assert femtologging.rust_counts() == (0, 0, 3), femtologging.rust_counts()
    del logging.root.handlers[0]
    ext.log_one("info", "a", "two")
    assert lines() == ["INFO a two"], lines()
    assert femtologging.rust_counts() == (1, 0, 3), femtologging.rust_counts()
    """
    )


def test_references_stay_flat(run_with) -> None:
    run_with(
        START
        + """
    import gc
    class Handler(logging.Handler):
        def emit(self, record): record.getMessage()
    handler = Handler()
    text = "kept" * 10
    def calls(n):
        for i in range(n):
            ext.log_one("info", "ext", text); ext.log_one("debug", "ext", text); ext.log_fields(); ext.in_span(text)
            if i % 100 == 0:
                logging.root.addHandler(handler); ext.log_one("info", "ext", text); ext.log_fields()
                logging.root.removeHandler(handler)
    def count():
        gc.collect(); return sys.getallocatedblocks(), sys.getrefcount(text)
    femtologging.setup_rust_tracing()
    calls(2000); before = count(); calls(4000); after = count()
    assert after[1] == before[1] and after[0] < before[0] + 500, (before, after)
    """
    )


def test_errors_say_what_is_wrong(run_with) -> None:
    run_with(
        """
    import femto_extension as ext, json
    from femtologging import bridge
    for call, error, words in [
        (lambda: femtologging.setup_rust_logging(json), ValueError, "json offers no records of Rust's log"),
        (lambda: bridge.table(99), ImportError, "needs version 99 of femtologging's bridge, this is 1"),
    ]:
        try:
            call()
        except error as raised:
            assert words in str(raised), raised
        else:
            raise AssertionError("not raised")
    ext.set_up_itself(); femtologging.setup_rust_logging(ext)  # twice is no error
    """
    )


def test_an_extension_works_without_femtologging(extension: Path, tmp_path: Path) -> None:
    import sys

    (tmp_path / "femto_extension.abi3.so").symlink_to(extension)
    code = "import sys; sys.modules['femtologging'] = None; import femto_extension as e; e.log_one('info', 'a', 'b')"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)


def test_contexts_and_native_filters_count(run_with) -> None:
    run_with(
        START
        + """
    handler = logging.root.handlers[0]
    handler.setFormatter(logging.Formatter("%(message)s %(who)s", defaults={"who": "nobody"}))
    ext.log_one("info", "a", "1")
    with femtologging.log_context(who="ada"):
        ext.log_one("info", "a", "2")
        ext.on_thread(1, False)  # not Python's thread
    ext.log_one("info", "a", "3")
    logging.getLogger("a").addFilter(femtologging.LevelFilter(max_level="WARNING"))
    ext.log_one("error", "a", "4"); ext.log_one("warn", "a", "5")
    logging.getLogger("a").addFilter(limit := femtologging.RateLimitFilter("first 2"))
    for _ in range(4): ext.log_one("info", "a", "6")
    assert lines() == [
        "1 nobody", "2 ada", "record 0 nobody", "3 nobody", "5 nobody", "6 nobody", "6 nobody",
    ], lines()
    assert limit.rejected == 2 and femtologging.rust_counts()[1:] == (1, 0), femtologging.rust_counts()
    """
    )
