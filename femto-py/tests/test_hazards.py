"""What may happen to a program that logs: nothing is lost, torn, written twice, hangs, or raises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

START = """\
    femtologging.basicConfig(filename="app.log", filemode="w", level="INFO", format="%(message)s")
    log = femtologging.getLogger("app")
    handler = logging.root.handlers[0]
    """


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("os._exit(3)", 3),
        ("os.abort()", -6),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("faulthandler.enable(); faulthandler._sigsegv()", -11),
    ],
)
def test_what_was_logged_a_moment_before_a_sudden_end_is_there(
    run, tmp_path: Path, end: str, status: int
) -> None:
    done = run(
        START
        + f"""
    import faulthandler, signal, time
    resource_limits = __import__("resource").setrlimit(4, (0, 0))  # no core file
    for i in range(10_000): log.info("record %d", i)
    assert counts()[1] == 0
    deadline = time.monotonic() + 20
    time.sleep(0.05)
    while open("app.log").read().count("\\n") < 10_000 and time.monotonic() < deadline: time.sleep(0.01)
    {end}
    """,
        status=status,
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert lines == [f"record {i}" for i in range(10_000)]
    if status == -11:
        assert "Fatal Python error: Segmentation fault" in done.stderr


@pytest.mark.parametrize("threads", [1, 4])
def test_a_kill_at_once_loses_nothing_with_a_mapped_ring(run, tmp_path: Path, threads: int) -> None:
    program = """
    import signal
    handler = femtologging.FileHandler("app.log", recover="app.ring")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.root.addHandler(handler); logging.root.setLevel("INFO")
    log = femtologging.getLogger("app")
    """
    run(
        program
        + f"""
    def work(n):
        for i in range(5_000): log.info("%d %d", n, i)
    threads = [threading.Thread(target=work, args=(n,)) for n in range({threads})]
    [t.start() for t in threads]; [t.join() for t in threads]
    os.kill(os.getpid(), signal.SIGKILL)
    """,
        status=-9,
    )
    run(program + 'log.info("the next start"); logging.shutdown()')
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert "the next start" in lines
    for n in range(threads):
        mine = [line for line in lines if line.startswith(f"{n} ")]
        assert mine == [f"{n} {i}" for i in range(5_000)]


def test_wrong_arguments_never_reach_the_application(run, tmp_path: Path) -> None:
    done = run(
        START
        + """
    log.info("%d", "text"); log.info("%s %s", 1); log.info("%s", 1, 2); log.info("%(a)s", {"b": 1})
    log.info("%y", 1); log.info("%")
    log.info("good")
    """
    )
    assert (tmp_path / "app.log").read_text() == "%\ngood\n"
    assert done.stderr.count("--- Logging error ---") == 5, done.stderr


def test_objects_that_log_or_raise_while_they_are_rendered(run, tmp_path: Path) -> None:
    done = run(
        START
        + """
    class Logs:
        def __str__(self): log.info("from __str__"); handler.flush(); return "logs"
    class Raises:
        def __str__(self): raise ValueError("from __str__")
        __repr__ = __str__
    class Recursive:
        def __str__(self): log.info("%s", self); return "x"
    class Exits:
        def __str__(self): raise SystemExit(7)
    log.info("%s", Logs()); log.info("%s and %r", Raises(), 1); log.info(Raises()); log.info("%r", Raises())
    log.info("x", extra={"k": Raises()})
    sys.setrecursionlimit(300)
    try: log.info("%s", Recursive())
    except RecursionError: pass  # as stdlib's
    sys.setrecursionlimit(1000)
    try: log.info("%s", Exits())
    except SystemExit as exit: assert exit.code == 7
    else: raise AssertionError("not raised")
    log.info("good")
    """
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert lines[:3] == ["from __str__", "logs", "x"], lines
    assert lines[-1] == "good", lines
    assert done.stderr.count("ValueError: from __str__") == 3, done.stderr


def test_a_panic_of_native_code_leaves_the_call_to_python(run) -> None:
    """What native code raises for a panic, when Python called it, is a panic again in native code."""
    done = run(
        START
        + """
    try: native.HandlerCore.file("/")
    except OSError: pass
    kinds = [kind for kind in BaseException.__subclasses__() if kind.__module__ == "pyo3_runtime"]
    (panic,) = kinds
    class Panics:
        def __init__(self, times): self.times = times
        def __str__(self):
            self.times -= 1
            if self.times >= 0: raise panic("from __str__")
            return "text"
    # In the log call; in the handler's `handle` too; in its `emit` as well.
    for times in (1, 2, 3):
        log.info("before %d", times); log.info("%d %s", times, Panics(times)); log.info("after")
        log.log(20, "%d %s", times, Panics(times)); log.log("INFO", "%d %s", times, Panics(times))
    stats = handler.stats
    handler.flush()
    lines = open("app.log").read().splitlines()
    expected = []
    for times in (1, 2, 3): expected += [f"before {times}", f"{times} text", "after", *[f"{times} text"] * 2]
    assert lines == expected, lines
    stats = handler.stats
    assert (stats.accepted, stats.written, stats.dropped) == (15, 15, 0), stats
    assert counts() == (6, 9), counts()
    """
    )
    assert "--- Logging error ---" not in done.stderr, done.stderr


@pytest.mark.parametrize("delivery", ["queued", "direct"])
def test_a_full_disk_is_told_and_written_to_again_when_there_is_room(
    run, tmp_path: Path, delivery
) -> None:
    run(
        f"""
    import resource, time
    logging.raiseExceptions = False
    handler = femtologging.FileHandler("app.log", delivery="{delivery}")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.root.addHandler(handler); logging.root.setLevel("INFO")
    log = femtologging.getLogger("app")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log.info("before"); handler.flush()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    for i in range(200): log.info("%d %s", i, "x" * 100)
    try: handler.core_flush = handler._core.flush(0.5)
    except OSError: pass
    assert os.path.getsize("app.log") <= 4096
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    log.info("room again")
    handler.flush()
    stats = handler.stats
    lines = open("app.log").read().splitlines()
    assert lines[-1] == "room again", lines[-3:]
    # Where the room ended, what was begun of a line stays.
    lines = [line for line in lines if line in ("before", "room again") or len(line.split(" ")[1]) == 100]
    assert stats.accepted == stats.written + stats.dropped, stats
    assert len(lines) == stats.written, (len(lines), stats)
    """
    )


@pytest.mark.parametrize(
    ("options", "drops"),
    [
        ("overflow='drop', capacity=4096", True),
        ("overflow=0.001, capacity=4096", True),
        ("overflow='block'", False),  # all of it has room
    ],
)
def test_a_pipe_whose_reader_dies_keeps_what_has_room_and_counts_the_rest(
    run, options: str, drops: bool
) -> None:
    run(
        f"""
    sys.modules["femtologging.handler"].PATIENCE = 0.2
    N, filling = 2000, "x" * 500
    os.mkfifo("fifo")
    opened = lambda: os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    def flush_and_read():
        thread = threading.Thread(target=handler._core.flush, args=(30,)); thread.start()
        got = bytearray()
        while True:
            is_last = not thread.is_alive()
            try:
                while block := os.read(reader, 1 << 16): got.extend(block)
            except BlockingIOError: pass
            if is_last: return got.decode().splitlines()
            thread.join(0.001)
    def fails(work):
        try: work()
        except OSError as error: assert "Broken pipe" in str(error), error
        else: raise AssertionError("not raised")
    reader = opened()
    handler = femtologging.FileHandler("fifo", {options})
    later = femtologging.FileHandler("later.log")
    logging.root.handlers[:] = [handler, later]
    log = femtologging.getLogger("app")
    log.warning("first")
    assert flush_and_read() == ["first"]

    os.close(reader)
    for i in range(N): log.warning("%d %s", i, filling)
    fails(handler.flush)
    stats = handler.stats
    assert (stats.accepted, stats.written) == (N + 1, 1), stats
    assert 0 < stats.dropped < N if {drops} else stats.dropped == 0, stats

    # A reader again: what was kept, and how many are missing.
    reader = opened()
    kept, told = N - stats.dropped, [f"{{stats.dropped}} records dropped"] if {drops} else []
    lines = flush_and_read()
    log.warning("back")
    lines += flush_and_read()
    assert lines[:kept] == [f"{{i}} {{filling}}" for i in range(kept)], (kept, len(lines))
    assert sorted(lines[kept:]) == [*told, "back"], (lines[-3:], stats)
    stats = handler.stats
    assert (stats.accepted, stats.written, stats.dropped) == (N + 2, kept + 2, N - kept), stats

    # Gone for good: what is not written when the handler is closed is counted.
    os.close(reader)
    for i in range(10): log.warning("last %d", i)
    fails(handler.close)
    stats = handler.stats
    assert (stats.accepted, stats.written, stats.dropped) == (N + 12, kept + 2, N - kept + 10), stats
    later.flush()
    assert open("later.log").read().splitlines() == [
        "first", *[f"{{i}} {{filling}}" for i in range(N)], "back", *[f"last {{i}}" for i in range(10)]
    ]
    assert counts() == (N + 12, 0), counts()
    """
    )


def test_a_service_whose_output_nobody_reads_any_more_ends(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = tmp_path / "program.py"
    program.write_text(
        "import femtologging as logging\n"
        "logging.basicConfig(level='INFO', stream=__import__('sys').stdout)\n"
        "for i in range(100_000): logging.getLogger('app').info('line %d', i)\n"
    )
    command = f"{sys.executable} {program} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "INFO:app:line 0\n"


def test_a_sink_that_stalls_for_ten_seconds_costs_what_the_policy_says(run, tmp_path: Path) -> None:
    """All policies at once, each in a process of its own: nearly all of it is waiting."""

    def stall(overflow: str) -> None:
        folder = tmp_path / overflow.strip('"')
        folder.mkdir()
        run(STALL.replace("OVERFLOW", overflow), folder=folder)

    with ThreadPoolExecutor() as pool:
        list(pool.map(stall, ['"drop"', "0.001", '"block"']))


STALL = """
import time
os.mkfifo("fifo")
reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
handler = femtologging.FileHandler("fifo", capacity=1 << 16, overflow=OVERFLOW)
logging.root.addHandler(handler)
log = femtologging.getLogger("app")
# Not what `getrusage` has, which begins with the parent's.
peak = lambda: int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) << 10
got = bytearray()
def read():
    try:
        while block := os.read(reader, 1 << 16): got.extend(block)
    except BlockingIOError: pass
def read_while(thread):
    while thread.is_alive(): read(); thread.join(0.01)
    read()
made = 0
def burst():
    global made
    for made in range(made + 1, made + 101): log.warning("%d %s", made, "x" * 200)
def work():
    while stalls: burst(); time.sleep(0.001)
def started(work):
    thread = threading.Thread(target=work); thread.start()
    return thread
read_while(started(burst))
read_while(started(handler.flush))
before = peak()

stalls = True
thread = started(work)
time.sleep(9)
at_nine = made
time.sleep(1)
assert (made == at_nine) == (OVERFLOW == "block"), (at_nine, made)
# What may wait is the capacity and the thread's lane, of 256 KiB at most; as frames, as lines, and as
# blocks on their way to the sink.
assert peak() - before < 3 * ((1 << 16) + (256 << 10)), peak() - before
stalls = False
read_while(thread)
read_while(started(handler.flush))

# Of each record made there is its line, or it is in the sum of those that the lines tell of.
stats = handler.stats
told, numbers = 0, []
for line in got.decode().splitlines():
    first, rest = line.split(" ", 1)
    if rest in ("record dropped", "records dropped"):
        told += int(first)
    else:
        assert rest == "x" * 200, line
        numbers.append(int(first))
assert numbers == sorted(set(numbers)) and numbers[0] == 1, numbers[:3]
assert (stats.accepted, stats.written, stats.dropped) == (made, len(numbers), told), (made, told, stats)
assert len(numbers) + told == made, (len(numbers), told, made)
assert (told == 0) == (OVERFLOW == "block"), told
assert counts() == (made, 0), counts()
"""


def test_a_file_that_somebody_else_moves_away(run, tmp_path: Path) -> None:
    run(
        """
    import subprocess, time
    handler = femtologging.handlers.WatchedFileHandler("app.log")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.root.addHandler(handler)
    log = femtologging.getLogger("app")
    done = False
    made = [0] * 4
    def work(n):
        while not done:
            log.warning("%d %d", n, made[n]); made[n] += 1
            time.sleep(0.0001)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [t.start() for t in threads]
    for turn in range(5):
        while not os.path.exists("app.log") or os.path.getsize("app.log") < 2000: time.sleep(0.01)
        subprocess.run(["mv", "app.log", f"app.log.{turn}"], check=True)
    done = True
    [t.join() for t in threads]
    handler.close()
    lines = []
    for name in os.listdir("."):
        if name.startswith("app.log"):
            lines += [tuple(map(int, line.split())) for line in open(name)]
    assert sorted(lines) == [(n, i) for n in range(4) for i in range(made[n])]
    """
    )


def test_log_calls_in_signal_handlers(run, tmp_path: Path) -> None:
    run(
        START
        + """
    import signal, time
    seen = 0
    def on_signal(number, frame):
        global seen
        number, seen = seen, seen + 1  # the next one may come right here
        log.info("signal %d", number); log.info("object %s", [number]); logging.Logger.info(log, "slow %d", number)
    signal.signal(signal.SIGALRM, on_signal)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    i = 0
    deadline = time.monotonic() + 30
    while seen < 300 and time.monotonic() < deadline:
        log.info("main %d", i); i += 1
        if i % 100 == 0: handler.flush()
        if i % 50 == 0: log.info("object %s", [i]); handler.setLevel(0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    handler.flush()
    lines = open("app.log").read().splitlines()
    assert [l for l in lines if l.startswith("main")] == [f"main {n}" for n in range(i)]
    for word in ("signal", "slow"):
        assert sorted(l for l in lines if l.startswith(word)) == sorted(f"{word} {n}" for n in range(seen))
    """
    )


def test_shutdown_in_any_order(run, tmp_path: Path) -> None:
    run(
        """
    import atexit
    class Late:
        def __init__(self, name): self.name = name
        def __del__(self): log.info("del %s", self.name)
    atexit.register(lambda: log.info("the last of atexit"))
    femtologging.basicConfig(filename="app.log", level="INFO", format="%(message)s")
    log = femtologging.getLogger("app")
    atexit.register(lambda: log.info("the first of atexit"))
    keep = Late("global")
    sys.late = Late("in sys")
    logging.late = Late("in logging")
    cycle = Late("cycle"); cycle.self = cycle; del cycle
    from femtologging import handler as module
    module.late = Late("in a module of ours")
    """
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert lines[:2] == ["the first of atexit", "the last of atexit"], lines
    # As far as there is a global `log` to be called by then.
    assert "del global" in lines or "del cycle" in lines, lines


@pytest.mark.parametrize(
    "gone",
    [
        "sys.modules.clear()",
        "sys.modules.pop('logging')",
        "vars(logging).clear()",
        "vars(femtologging).clear()",
        "vars(sys.modules['femtologging.handler']).clear()",
    ],
)
def test_modules_that_are_gone_at_exit(run, tmp_path: Path, gone: str) -> None:
    done = run(
        START
        + f"""
    log.info("before")
    clear = lambda: None
    import builtins, threading as t
    {gone}
    try: log.info("after")
    except Exception: pass
    """,
    )
    assert (tmp_path / "app.log").read_text().startswith("before\n"), done.stderr


def test_a_clock_that_is_set_back_is_followed(run, tmp_path: Path) -> None:
    run(
        """
    import time
    femtologging.basicConfig(filename="app.log", level="INFO", format="%(created).0f %(message)s")
    log = femtologging.getLogger("app")
    now = 2_000_000_000
    real = time.time, time.time_ns
    time.time = lambda: now * 1.0
    time.time_ns = lambda: now * 10**9
    log.info("late")
    now = 1_000_000_000
    log.info("early")
    time.time, time.time_ns = real
    log.info("now")
    assert counts() == (1, 2), counts()
    """
    )
    late, early, now = (tmp_path / "app.log").read_text().splitlines()
    assert (late, early) == ("2000000000 late", "1000000000 early")
    assert now.endswith(" now")


def test_bytes_escapes_and_line_ends_are_as_stdlibs(run) -> None:
    run(
        """
    def calls(log):
        log.info("bytes %s %r", b"\\xff\\xfe", b"\\x00")
        log.info("escapes \\x1b[31m %s \\x07", "\\x1b]0;title\\x07")
        log.info("lines\\n%s\\r\\nend", "\\n")
        log.info("nul \\0 %s", "\\0"); log.info("surrogate \\ud800 %s", "\\udfff")
        log.info("%s", "\\u2028 \\ufeff \\U0001f600 e\\u0301")
    for module, name in ((femtologging, "a.log"), (logging, "b.log")):
        handler = module.FileHandler(name, errors="backslashreplace")
        logging.root.handlers[:] = [handler]; logging.root.setLevel("INFO")
        calls(femtologging.getLogger("app") if module is femtologging else logging.getLogger("b"))
        handler.close()
    assert open("a.log", "rb").read() == open("b.log", "rb").read()
    """
    )


def test_nothing_hangs_while_everything_happens(run, tmp_path: Path) -> None:
    """Threads log by every path, flush, configure, collect garbage and fork, for some seconds."""
    run(
        START
        + """
    import faulthandler, gc, time, random
    faulthandler.dump_traceback_later(50, exit=True)
    done = False
    class Odd:
        def __str__(self): return str(len(threading.enumerate()))
        def __del__(self): log.info("collected")
    def fast():
        while not done: log.info("%s %d", "fast", 1)
    def slow():
        while not done: log.info("%s", Odd()); logging.Logger.info(log, "%s", "slow"); log.info("x", exc_info=ValueError())
    def flush():
        while not done: handler.flush(); femtologging.stats(); time.sleep(0)
    def change():
        others = [logging.NullHandler(), femtologging.FileHandler("b.log"), logging.FileHandler("c.log")]
        while not done:
            other = random.choice(others)
            log.addHandler(other); log.setLevel("DEBUG"); handler.setFormatter(logging.Formatter("%(message)s"))
            log.removeHandler(other); log.setLevel("NOTSET"); logging.disable(10); logging.disable(0)
            cycle = [Odd()]; cycle.append(cycle); del cycle; gc.collect()
            logging.getLogger(f"app.{random.random()}").info("new")
    threads = [threading.Thread(target=work) for work in (fast, fast, slow, flush, change)]
    [t.start() for t in threads]
    for _ in range(6):
        time.sleep(0.2)
        child = os.fork()
        if child == 0:
            log.info("child"); log.info("%s", Odd()); logging.shutdown(); os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    done = True
    [t.join() for t in threads]
    """
    )
    text = (tmp_path / "app.log").read_text()
    assert text.count("child\n") == 6


def test_memory_stays_flat_over_ten_million_records(run) -> None:
    run(
        """
    # How far the callers get ahead of the writing, up to the capacity, is a matter of the machine's load.
    handler = femtologging.FileHandler("/dev/null", capacity=1 << 16)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.root.addHandler(handler); logging.root.setLevel("INFO")
    log = femtologging.getLogger("app")
    def resident(): return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    def calls(n):
        for i in range(n): log.info("hello %s %d", "world", i)
        handler.flush()
    calls(1_000_000); before = resident(); calls(9_000_000); after = resident()
    assert counts() == (10_000_000, 0)
    assert after - before < 1_000_000, (before, after)
    """,
        timeout=200,
    )
