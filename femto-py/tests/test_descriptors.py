"""Files are given back: at once by `close`, and when nobody has a handler any more."""

from __future__ import annotations

import pytest

START = """
    import gc, resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    logging.root.setLevel("INFO")
    log = femtologging.getLogger("app")
    def opened():
        # Files of the handlers; the look itself has one open, too.
        targets = []
        for number in os.listdir("/proc/self/fd"):
            try: targets.append(os.readlink(f"/proc/self/fd/{number}"))
            except OSError: pass
        return sorted(os.path.basename(target) for target in targets if target.endswith(".log"))
    def complete(files):
        for n in range(files):
            assert open(f"{n}.log").read() == f"{n} first\\n{n} second\\n", n
    """


@pytest.mark.parametrize(
    "made",
    [
        "FileHandler(NAME)",
        'FileHandler(NAME, delivery="direct")',
        "handlers.WatchedFileHandler(NAME)",
        "handlers.RotatingFileHandler(NAME, maxBytes=1000, backupCount=1)",
        'handlers.TimedRotatingFileHandler(NAME, "H")',
    ],
)
def test_close_gives_the_file_back_before_it_returns(run, made: str) -> None:
    run(
        START
        + f"""
    for n in range(50):
        handler = femtologging.{made.replace("NAME", 'f"{n}.log"')}
        handler.setFormatter(logging.Formatter("%(message)s"))
        logging.root.addHandler(handler)
        log.info("%d first", n); log.info("%d second", n)
        assert f"{{n}}.log" in opened()
        handler.close()
        assert not opened(), opened()
        complete(n + 1)
        logging.root.removeHandler(handler)
    assert counts() == (100, 0), counts()
    """
    )


@pytest.mark.parametrize("end", ["handler.close(); del handler", "del handler"])
def test_handlers_that_come_and_go_do_not_use_files_up(run, end: str) -> None:
    """As with a server that reloads, and test suites; the second as some forget to close."""
    run(
        START
        + f"""
    other = femtologging.FileHandler("other.log")
    logging.root.addHandler(other)
    for n in range(2000):
        handler = femtologging.FileHandler(f"{{n}}.log")
        handler.setFormatter(logging.Formatter("%(message)s"))
        logging.root.addHandler(handler)
        log.info("%d first", n); log.info("%d second", n)
        logging.root.removeHandler(handler)
        {end}
    assert set(opened()) == {{"other.log"}}, opened()
    complete(2000)
    other.flush()
    assert len(open("other.log").readlines()) == 4000
    """
    )


def test_configurations_that_replace_each_other_do_not_use_files_up(run) -> None:
    run(
        START
        + """
    for n in range(2000):
        femtologging.config.dictConfig({
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": {"format": "%(message)s"}},
            "handlers": {"file": {"class": "logging.FileHandler", "filename": f"{n}.log", "formatter": "plain"}},
            "root": {"handlers": ["file"], "level": "INFO"},
        })
        log.info("%d first", n); log.info("%d second", n)
    assert set(opened()) == {"1999.log"}, opened()
    logging.shutdown()
    complete(2000)
    assert counts() == (4000, 0), counts()
    """
    )


def test_a_handler_in_a_cycle_gives_its_file_back_when_it_is_collected(run) -> None:
    run(
        START
        + """
    gc.disable()
    for n in range(50):
        handler = femtologging.FileHandler(f"{n}.log")
        handler.setFormatter(logging.Formatter("%(message)s"))
        handler.itself = handler
        logging.root.addHandler(handler)
        log.info("%d first", n); log.info("%d second", n)
        logging.root.removeHandler(handler); del handler
    assert len(set(opened())) == 50, opened()
    gc.collect()
    assert not opened(), opened()
    complete(50)
    """
    )


def test_letting_go_of_a_handler_does_not_wait_for_a_sink_that_stalls(run) -> None:
    """What it has is written when there is room."""
    run(
        START
        + """
    import fcntl, time
    os.mkfifo("fifo")
    reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    size = fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    handler = femtologging.FileHandler("fifo")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.root.addHandler(handler)
    for n in range(10_000): log.info("%d", n)
    logging.root.removeHandler(handler)
    del handler  # nobody reads now, nor later if this waits
    got = bytearray()
    while got.count(b"\\n") < 10_000:
        try: got.extend(os.read(reader, 1 << 16))
        except BlockingIOError: time.sleep(0.001)
    assert got.split() == [b"%d" % n for n in range(10_000)]
    """
    )


@pytest.mark.parametrize("cycle", [False, True])
def test_a_memory_handler_that_nobody_has_any_more_passes_on_what_it_kept(run, cycle: bool) -> None:
    run(
        START
        + f"""
    for n in range(20):
        target = femtologging.FileHandler(f"{{n}}.log")
        target.setFormatter(logging.Formatter("%(message)s"))
        handler = femtologging.handlers.MemoryHandler(100, target=target, flushOnClose=False)
        handler.own = handler if {cycle} else None
        logging.root.addHandler(handler)
        log.info("%d first", n); log.info("%d second", n)
        logging.root.removeHandler(handler)
        log.info("not there")
        del handler, target
        gc.collect()
    complete(20)
    assert opened() == [], opened()
    """
    )
