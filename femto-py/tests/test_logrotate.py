"""Rotation by `logrotate`, while four threads log."""

from __future__ import annotations

import os
import shutil

import pytest

LOGROTATE = shutil.which("logrotate", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = pytest.mark.skipif(LOGROTATE is None, reason="there is no logrotate")

#: Needs a `handler`; `rotate(DIRECTIVES)` calls logrotate; `lines()` are those of all files, each a
#: pair of numbers.
START = f"""
    import glob, gzip, signal, subprocess, time
    logging.root.handlers[:] = [handler]
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = femtologging.getLogger("app")
    made = [0] * 4
    done = False
    def work(n):
        while not done:
            log.warning("%d %d", n, made[n]); made[n] += 1
            time.sleep(0.0001)
    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(4)]
    [t.start() for t in threads]
    def rotate(directives):
        size = lambda: os.path.getsize("app.log") if os.path.exists("app.log") else 0
        while size() < 2000: time.sleep(0.01)
        with open("logrotate.conf", "w") as file:
            print(os.path.abspath("app.log"), "{{", "rotate 100", *directives, "}}", sep="\\n", file=file)
        subprocess.run([{LOGROTATE!r}, "--force", "--state", os.path.abspath("state"), "logrotate.conf"], check=True)
        # Where the file is there already when logrotate is to create it, it is moved away; the next
        # one of that hour would take its place.
        for name in glob.glob("*.backup"): os.rename(name, f"{{name}}.{{time.monotonic_ns()}}")
    def lines(name):
        data = (gzip.open if name.endswith(".gz") else open)(name, "rb").read()
        return [tuple(map(int, line.split())) for line in data.splitlines()]
    def names(): return glob.glob("app.log*")
    def all_lines(): return sorted(line for name in names() for line in lines(name))
    """


@pytest.mark.parametrize("directives", ["create", "nocreate", "create compress delaycompress"])
def test_a_watched_file_loses_no_line(run, directives: str) -> None:
    run(
        '    handler = femtologging.handlers.WatchedFileHandler("app.log")'
        + START
        + f"""
    for _ in range(5): rotate({directives.split()!r})
    done = True
    [t.join() for t in threads]
    handler.close()
    assert len(names()) >= 6, names()
    assert all_lines() == [(n, i) for n in range(4) for i in range(made[n])]
    assert handler.stats[1:4] == (sum(made), sum(made), 0), handler.stats
    assert counts() == (sum(made), 0), counts()
    """
    )


def test_a_file_that_is_opened_anew_on_a_signal_loses_no_line(run) -> None:
    run(
        '    handler = femtologging.FileHandler("app.log")'
        + START
        + """
    reopened = 0
    def on_hangup(number, frame):
        # As gunicorn does.
        global reopened
        handler.acquire()
        try: handler.close(); handler.stream = handler._open()
        finally: handler.release()
        reopened += 1
    signal.signal(signal.SIGHUP, on_hangup)
    for turn in range(5):
        rotate(["create", "postrotate", f"kill -HUP {os.getpid()}", "endscript"])
        while reopened <= turn: time.sleep(0.001)
    done = True
    [t.join() for t in threads]
    handler.close()
    assert len(names()) == 6, names()
    assert all_lines() == [(n, i) for n in range(4) for i in range(made[n])]
    assert handler.stats[1:4] == (sum(made), sum(made), 0), handler.stats
    """
    )


@pytest.mark.parametrize("handler", ["FileHandler", "handlers.WatchedFileHandler"])
def test_copytruncate_costs_at_most_what_is_written_between_its_two_steps(
    run, handler: str
) -> None:
    """What comes after the copy and before the truncation nobody has; that is logrotate's own word."""
    run(
        f'    handler = femtologging.{handler}("app.log")'
        + START
        + """
    TURNS = 5
    for _ in range(TURNS): rotate(["copytruncate"])
    after = list(made)
    done = True
    [t.join() for t in threads]
    handler.close()
    assert len(names()) == TURNS + 1, names()
    # A copy may end within a line. Nothing else is torn, and no file begins with a hole.
    for name in names():
        data = open(name, "rb").read()
        if name != "app.log":
            open(name, "wb").write(data[:data.rfind(b"\\n") + 1])
    found = all_lines()
    assert len(found) == len(set(found))
    for n in range(4):
        mine = [i for m, i in found if m == n]
        gaps = [(one, other) for one, other in zip([-1, *mine], [*mine, made[n]]) if other != one + 1]
        assert len(gaps) <= TURNS, gaps
        # What was logged after the last rotation is there whole.
        assert mine[-(made[n] - after[n]):] == list(range(after[n], made[n])) or made[n] == after[n]
    assert handler.stats[1:4] == (sum(made), sum(made), 0), handler.stats
    """
    )
