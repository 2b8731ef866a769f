"""Exit, fork, threads, files: nothing lost, nothing twice, nothing hangs."""

from __future__ import annotations

from pathlib import Path

import pytest

START = """\
    femtologging.basicConfig(filename="app.log", filemode="w", level="INFO", format="%(message)s")
    log = femtologging.getLogger("app")
    """


def test_a_normal_exit_loses_nothing(run, tmp_path: Path) -> None:
    run(
        START
        + """
    import atexit
    class Late:
        def __del__(self, log=log): log.info("in __del__")
    late = Late()
    atexit.register(log.info, "in atexit")
    for i in range(20_000):
        log.info("record %d", i)
    """
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert lines[:20_000] == [f"record {i}" for i in range(20_000)]
    assert "in atexit" in lines[20_000:]


def test_what_is_logged_after_shutdown_is_written(run, tmp_path: Path) -> None:
    run(
        """
    import atexit
    late = []
    atexit.register(lambda: late[0].info("after shutdown %d", 1))  # runs last
    import importlib
    atexit.unregister(logging.shutdown); atexit.register(logging.shutdown)
    femtologging.basicConfig(filename="app.log", level="INFO", format="%(message)s")
    late.append(femtologging.getLogger("app"))
    late[0].info("before")
    """
    )
    assert (tmp_path / "app.log").read_text() == "before\nafter shutdown 1\n"


def test_output_is_written_before_an_uncaught_exception_is_shown(run) -> None:
    done = run(
        """
    femtologging.basicConfig(level="INFO", format="%(message)s")
    log = femtologging.getLogger("app")
    log.info("the last words")
    raise SystemError("uncaught")
    """,
        status=1,
    )
    assert done.stderr.startswith("the last words\nTraceback"), done.stderr


@pytest.mark.parametrize("first", ["import signal", "assert 'signal' not in sys.modules"])
def test_output_is_written_before_a_process_ends_itself_by_a_signal(
    run, tmp_path: Path, first: str
) -> None:
    # As uvicorn does once it has shut down.
    run(
        f"    {first}\n"
        + START
        + """
    import signal
    for number in ("15", 10**30, -1):
        try:
            signal.raise_signal(number)
        except (TypeError, ValueError, OverflowError, OSError):
            pass
        else:
            raise AssertionError(number)
    for i in range(1000):
        log.info("record %d", i)
    signal.raise_signal(signal.SIGTERM)
    """,
        status=-15,
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert lines == [f"record {i}" for i in range(1000)]


def test_threads_lose_and_tear_nothing(run, tmp_path: Path) -> None:
    run(
        START
        + """
    start = threading.Barrier(4)
    def work(number):
        start.wait()
        for i in range(10_000):
            log.info("%d %d %s", number, i, "x" * (i % 50))
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert counts() == (40_000, 0), counts()
    """
    )
    seen: dict[int, int] = dict.fromkeys(range(4), 0)
    for line in (tmp_path / "app.log").read_text().splitlines():
        number, i, text = line.split(" ")
        assert int(i) == seen[int(number)]
        assert text == "x" * (int(i) % 50)
        seen[int(number)] += 1
    assert seen == dict.fromkeys(range(4), 10_000)


def test_memory_and_references_stay_flat(run) -> None:
    run(
        START
        + """
    import gc
    logging.raiseExceptions = False
    class Thing:
        pass
    thing, text = Thing(), "kept" * 10
    def calls(n):
        for i in range(n):
            log.info(f"template {i} %s", i)
            log.info("object %s %s", thing, text)
            log.info("wrong %d", text)
            log.info("keywords", extra={"x": thing}, exc_info=ValueError(thing))
            log.debug("disabled %s", thing)
            log.isEnabledFor(20)
            logging.Logger.info(log, "record %s", thing)
    def count():
        gc.collect()
        return sys.getallocatedblocks(), sys.getrefcount(thing), sys.getrefcount(text)
    calls(2000)
    before = count()
    calls(4000)
    after = count()
    assert after[1:] == before[1:], (before, after)
    assert after[0] < before[0] + 1000, (before, after)
    """
    )


def test_reconfiguration_while_threads_log_loses_nothing(run, tmp_path: Path) -> None:
    run(
        START
        + """
    stop = False
    made = [0] * 3
    def work(number):
        while not stop:
            log.info("%d %d", number, made[number])
            made[number] += 1
    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    [t.start() for t in threads]
    handler = logging.root.handlers[0]
    for n in range(100):
        log.setLevel(["INFO", "DEBUG"][n % 2])
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(null := logging.NullHandler())
        log.removeHandler(null)
        if n % 10 == 0:
            femtologging.uninstall()
            femtologging.install()
    stop = True
    [t.join() for t in threads]
    handler.flush()
    lines = [tuple(map(int, line.split())) for line in open("app.log")]
    assert sorted(lines) == [(n, i) for n in range(3) for i in range(made[n])]
    """
    )


def test_daemon_threads_that_log_to_the_end_are_harmless(run, tmp_path: Path) -> None:
    run(
        START
        + """
    import time
    def work():
        while True:
            log.info("%s %d", "daemon", 1)
    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    time.sleep(0.2)
    """
    )
    assert set((tmp_path / "app.log").read_text().splitlines()) == {"daemon 1"}


@pytest.mark.parametrize("path", ["fast", "slow", "handler"])
def test_daemon_threads_that_wait_for_room_at_the_end_are_harmless(run, path: str) -> None:
    run(
        f"""
    import subprocess, time
    os.mkfifo("fifo")
    read = "import time\\nwith open('fifo', 'rb', 0) as f:\\n while f.read(2000): time.sleep(0.0002)"
    reader = subprocess.Popen([sys.executable, "-c", read])
    handler = femtologging.FileHandler("fifo", capacity=4096)
    logging.root.addHandler(handler)
    log = logging.getLogger("app") if "{path}" == "handler" else femtologging.getLogger("app")
    if "{path}" == "slow":
        log.addFilter(lambda record: True)
    def work():
        while True:
            log.warning("%s", "y" * 1000)
    for _ in range(4):
        threading.Thread(target=work, daemon=True).start()
    time.sleep(0.3)
    logging.root.removeHandler(handler)
    logging._handlerList.clear()  # so that the pipe stays busy to the end
    """
    )


def test_a_fork_writes_each_record_once(run, tmp_path: Path) -> None:
    run(
        START
        + """
    for i in range(1000):
        log.info("parent %d", i)
    child = os.fork()
    if child == 0:
        for i in range(10):
            log.info("child %d", i)
        sys.exit(0)
    log.info("parent after")
    assert os.waitpid(child, 0)[1] == 0
    """
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    expected = [f"parent {i}" for i in range(1000)] + [f"child {i}" for i in range(10)]
    assert sorted(lines) == sorted([*expected, "parent after"])


def test_a_forked_child_counts_what_it_does_itself(run) -> None:
    """Whoever formats and writes: a core behind a queue, the caller, stdlib's code."""
    run(
        """
    import io
    class Own(logging.Formatter):
        pass
    class NotSecret(logging.Filter):
        def filter(self, record): return "secret" not in record.msg
    class Broken(io.StringIO):
        def write(self, text):
            if "bad" in text: raise OSError("on purpose")
            return super().write(text)
    logging.raiseExceptions = False
    handlers = [
        femtologging.FileHandler("app.log"),
        femtologging.FileHandler("app.log"),
        femtologging.FileHandler("app.log", delivery="direct"),
        femtologging.FileHandler("app.log", delivery="direct"),
        femtologging.StreamHandler(sys.stderr),
        femtologging.StreamHandler(sys.stderr),
        femtologging.StreamHandler(Broken()),
    ]
    loggers = [femtologging.getLogger(f"app.{n}") for n in range(len(handlers))]
    for number, (log, handler) in enumerate(zip(loggers, handlers)):
        handler.setFormatter((Own if number % 2 else logging.Formatter)("%(message)s"))
        log.propagate = False
        log.addHandler(handler)
    handlers[1].addFilter(NotSecret())

    def work():
        for log in loggers:
            for text in ("good", "bad", "secret"):
                log.warning(text)
            log.warning("%d", "no number")

    def counted():
        # A line that tells of drops comes with the record after them: bytes may differ.
        found = [(one.accepted, one.written, one.dropped, one.errors) for one in femtologging.stats()]
        return sorted(found), sum(native.path_counts())

    def in_child(check):
        child = os.fork()
        if child == 0:
            try:
                check()
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

    def check():
        assert counted() == nothing, counted()
        in_child(check_work)
        handlers[0].close()  # its core ends, and the next record has another one
        check_work()

    def check_work():
        work()
        for handler in handlers: handler.flush()
        assert counted() == once, (counted(), once)

    nothing = counted()
    assert nothing == ([(0, 0, 0, 0)] * len(handlers), 0), nothing
    work()
    for handler in handlers: handler.flush()
    once = counted()
    assert all(accepted == written + dropped and written for accepted, written, dropped, _ in once[0])
    assert any(dropped and errors for _, _, dropped, errors in once[0]), once
    in_child(check)
    assert counted() == once, (counted(), once)
    """
    )


def test_forks_while_another_thread_logs_do_not_hang(run, tmp_path: Path) -> None:
    run(
        START
        + """
    stop = False
    def work():
        while not stop:
            log.info("busy %s", "x")
    thread = threading.Thread(target=work)
    thread.start()
    for n in range(20):
        child = os.fork()
        if child == 0:
            log.info("child %d", n)
            logging.shutdown()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    stop = True
    thread.join()
    """
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert [line for line in lines if "child" in line] == [f"child {n}" for n in range(20)]


def test_multiprocessing_works_with_every_start_method(run, tmp_path: Path) -> None:
    run(
        """
    import multiprocessing
    def work(n):
        femtologging.basicConfig(filename="app.log", level="INFO", format="%(processName)s %(message)s")
        femtologging.getLogger("w").info("work %d", n)
    if __name__ == "__main__":
        for method in ("fork", "spawn", "forkserver"):
            context = multiprocessing.get_context(method)
            process = context.Process(target=work, args=(1,), name=method)
            process.start()
            process.join()
            assert process.exitcode == 0
    """
    )
    lines = (tmp_path / "app.log").read_text().splitlines()
    assert lines == ["fork work 1", "spawn work 1", "forkserver work 1"]


def test_an_unwritable_path_is_stdlibs_error_at_construction(run) -> None:
    run(
        """
    for cls in (logging.FileHandler, femtologging.FileHandler):
        for path, error in (("no/such/folder.log", FileNotFoundError), (".", IsADirectoryError)):
            try:
                cls(path)
            except error as raised:
                assert raised.filename == os.path.abspath(path), raised.filename
            else:
                raise AssertionError("not raised")
    try:
        femtologging.basicConfig(filename="no/such.log")
    except FileNotFoundError:
        assert not logging.root.handlers
    else:
        raise AssertionError("not raised")
    """
    )


def test_parameters_out_of_range_are_named(run) -> None:
    run(
        """
    for arguments, word in [
        ({"capacity": 1}, "capacity"), ({"overflow": "wait"}, "overflow"),
        ({"delivery": "later"}, "delivery"), ({"overflow": -1.0}, "seconds"),
        ({"flush_level": "NOSUCH"}, "NOSUCH"),
    ]:
        try:
            femtologging.FileHandler("app.log", **arguments)
        except ValueError as raised:
            assert word in str(raised), raised
        else:
            raise AssertionError(arguments)
    """
    )


def test_a_direct_handler_writes_before_the_call_returns(run) -> None:
    run(
        """
    handler = femtologging.FileHandler("app.log", delivery="direct")
    logging.root.addHandler(handler)
    log = femtologging.getLogger("app")
    for n in range(3):
        log.warning("line %d", n)
        assert open("app.log").read().count("\\n") == n + 1
    assert counts() == (3, 0)
    """
    )


def test_files_are_closed_reopened_delayed_and_truncated_as_stdlibs(run) -> None:
    run(
        """
    handler = femtologging.FileHandler("app.log", delay=True)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.root.addHandler(handler)
    log = femtologging.getLogger("app")
    assert handler.stream is None and not os.path.exists("app.log")
    log.warning("one")
    log.warning("two")
    assert counts() == (1, 1), counts()
    handler.close()
    assert handler.stream is None
    assert open("app.log").read() == "one\\ntwo\\n"
    os.rename("app.log", "old.log")
    log.warning("three")  # opens again
    handler.flush()
    assert open("app.log").read() == "three\\n"
    # as gunicorn reopens
    os.rename("app.log", "older.log")
    handler.acquire(); handler.close(); handler.stream = handler._open(); handler.release()
    log.warning("four")
    handler.flush()
    assert open("app.log").read() == "four\\n"
    assert femtologging.stats()[0].written == 4, femtologging.stats()
    logging.root.removeHandler(handler); handler.close()
    handler = femtologging.FileHandler("app.log", mode="w", encoding="latin-1")
    logging.root.addHandler(handler)
    log.warning("\\xe9")  # not UTF-8: stdlib's code writes it
    handler.close()
    assert open("app.log", "rb").read() == b"\\xe9\\n"
    """
    )


def test_other_streams_are_written_synchronously(run) -> None:
    done = run(
        """
    import io
    stream = io.StringIO()
    handler = femtologging.StreamHandler(stream)
    logging.root.addHandler(handler)
    log = femtologging.getLogger("app")
    log.warning("to a text")
    assert stream.getvalue() == "to a text\\n"
    handler.setStream(sys.stdout)
    log.warning("to stdout")
    handler.flush()
    assert counts() == (1, 1), counts()
    handler.setStream(stream)
    log.warning("again")
    assert stream.getvalue() == "to a text\\nagain\\n"
    """
    )
    assert done.stdout == "to stdout\n"


def test_lone_surrogates_and_nul_are_treated_as_stdlib_treats_them(run, tmp_path: Path) -> None:
    run(
        """
    femtologging.basicConfig(filename="app.log", level="INFO", format="%(message)s")
    log = femtologging.getLogger("app")
    log.info("a\\ud800 %s", "b\\udfff")
    log.info("nul \\0 %s", "\\0")
    log.info("x" * 10_000_000)
    """
    )
    lines = (tmp_path / "app.log").read_text().split("\n")
    assert lines == ["a\\ud800 b\\udfff", "nul \0 \0", "x" * 10_000_000, ""]
