"""Workers in processes: each record of each of them is written once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SWITCH, wait_until

CELERY = """
import celery
app = celery.Celery("program", broker="filesystem://", backend="file://results")
app.conf.broker_transport_options = {
    "data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
app.conf.worker_hijack_root_logger = True
log = celery.utils.log.get_task_logger("tasks")
@app.task
def work(n):
    log.info("task says %d", n)
    if n % 10 == 0:
        raise ValueError(f"task {n} fails")
    return n
"""
ASK = """
for n in range(40):
    work.delay(n)
"""


@pytest.mark.parametrize("way", ["stdlib", "install"])
def test_celery_workers_log_each_task_once(way: str, tmp_path: Path) -> None:
    for name in ("queue", "results", "control"):
        (tmp_path / name).mkdir()
    (tmp_path / "program.py").write_text(SWITCH + "import celery.utils.log\n" + CELERY)
    (tmp_path / "ask.py").write_text("from program import *\n" + ASK)
    given = {"cwd": tmp_path, "env": os.environ | {"WAY": way}, "timeout": 60}
    subprocess.run([sys.executable, "ask.py"], check=True, **given)
    worker = subprocess.Popen(
        [
            sys.executable, "-m", "celery", "-A", "program", "worker", "--pool", "prefork",
            "--concurrency", "2", "--loglevel", "INFO", "--logfile", "worker.log",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ],
        cwd=tmp_path,
        env=os.environ | {"WAY": way},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "stderr.txt").open("w"),
    )  # fmt: skip
    written = tmp_path / "worker.log"

    def ended() -> bool:
        text = written.read_text() if written.exists() else ""
        return text.count(" succeeded in ") + text.count(" raised unexpected") >= 40

    try:
        wait_until(ended)
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        finally:
            worker.kill()
    text = written.read_text()
    for n in range(40):
        says = text.count(f"task says {n}\n")
        assert says == 1, (n, says)
    assert text.count("ValueError: task 20 fails\n") == 1
    assert text.count("Traceback") == 4


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_and_executors_count_every_record(both, method: str) -> None:
    told = both(f"""
        import concurrent.futures, multiprocessing
        def configure():
            logging.basicConfig(filename="app.log", level="INFO", format="%(processName)s|%(message)s", force=True)
            if os.environ["WAY"] == "install":
                assert type(logging.root.handlers[0]).__module__ == "femtologging.handler"
        def work(n):
            for step in range(20):
                logging.getLogger("w").info("%d %d %s", n, step, "x" * step)
            return n
        if __name__ == "__main__":
            context = multiprocessing.get_context("{method}")
            configure()
            logging.info("parent before")
            with context.Pool(3, initializer=configure) as pool:
                assert pool.map(work, range(12)) == list(range(12))
                pool.close(); pool.join()
            with concurrent.futures.ProcessPoolExecutor(2, context, initializer=configure) as pool:
                assert list(pool.map(work, range(12, 20))) == list(range(12, 20))
            child = context.Process(target=work, args=(20,) ) if "{method}" == "fork" else None
            if child:
                child.start(); child.join(); assert child.exitcode == 0
            logging.info("parent after")
            logging.shutdown()
            lines = [line.split("|")[1] for line in open("app.log").read().splitlines()]
            print(len(lines), *sorted(lines), sep="\\n")
    """)
    assert told.startswith(f"{(21 if method == 'fork' else 20) * 20 + 2}\n"), told[:200]
