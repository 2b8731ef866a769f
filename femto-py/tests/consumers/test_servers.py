"""Servers that really serve: each line of their access logs once and whole, through reload and reopening."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import free_port, wait_until

REQUESTS = 150


class Server:
    """A server in a process of its own, until the end of the ``with``."""

    def __init__(self, folder: Path, way: str, port: int, *arguments: str) -> None:
        self.port = port
        self.log = folder / "server.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"WAY": way},
            )

    def __enter__(self) -> Server:
        wait_until(self.answers)
        return self

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/ready") == 200
        except OSError:
            return False

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=20
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def ask(self, round_: str) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda n: self.get(f"/{round_}/{n}"), range(REQUESTS)))
        assert answers == [200] * REQUESTS

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()


def asked(round_: str) -> list[str]:
    return sorted(f"GET /{round_}/{n} HTTP/1.1" for n in range(REQUESTS))


def lines_of(*paths: Path) -> list[str]:
    return [line for path in paths for line in path.read_text().splitlines()]


APP = """
import logging
log = logging.getLogger("shop")
def app(environ, start):
    log.warning("asked for %s", environ["PATH_INFO"])
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""
GUNICORN = """
import os
if os.environ["WAY"] == "install":
    import femtologging
    femtologging.install()
bind = "127.0.0.1:%d"
workers = 3
accesslog = "access.log"
errorlog = "error.log"
access_log_format = "%%(r)s %%(s)s"
graceful_timeout = 20
def post_worker_init(worker):
    if os.environ["WAY"] == "install":
        import femtologging, logging
        (handler,) = logging.getLogger("gunicorn.access").handlers
        assert type(handler) is femtologging.FileHandler, handler
"""


@pytest.mark.parametrize("way", ["stdlib", "install"])
def test_gunicorn_loses_no_line_through_reopening_and_reload(way: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(APP)
    port = free_port()
    (tmp_path / "gunicorn.conf.py").write_text(GUNICORN % port)
    access, old, error = (tmp_path / name for name in ("access.log", "old.log", "error.log"))
    with Server(tmp_path, way, port, "-m", "gunicorn", "shop:app") as server:
        server.ask("first")
        wait_until(lambda: access.read_text().count("/first/") >= REQUESTS)
        access.rename(old)
        server.process.send_signal(signal.SIGUSR1)
        # The master and each worker open it anew; requests until then go to the old file.
        wait_until(access.exists)
        server.ask("second")
        before = error.read_text().count("Booting worker")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: error.read_text().count("Booting worker") == before + 3)
        server.ask("third")
    lines = lines_of(old, access)
    for round_ in ("first", "second", "third"):
        found = sorted(line for line in lines if f"/{round_}/" in line)
        assert found == [f"{line} 200" for line in asked(round_)], round_
    assert all(re.fullmatch(r"GET /\S+ HTTP/1.1 200", line) for line in lines)
    assert "third/" in access.read_text()
    assert "Traceback" not in error.read_text() + server.log.read_text()


UVICORN = """
import logging
import uvicorn
import uvicorn.config
log = logging.getLogger("shop")
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    log.info("asked for %s", scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
config = uvicorn.config.LOGGING_CONFIG
file = {"class": "logging.FileHandler" if os.environ["WAY"] == "stdlib" else "femtologging.FileHandler"}
config["formatters"]["access"].update(fmt="%(request_line)s %(status_code)s", use_colors=False)
config["handlers"]["access"] = file | {"filename": "access.log", "formatter": "access"}
config["handlers"]["app"] = file | {"filename": "app.log"}
config["loggers"]["shop"] = {"handlers": ["app"], "level": "INFO"}
if __name__ == "__main__":
    uvicorn.run("program:app", host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]), log_config=config, lifespan="off")
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("way", ["stdlib", "install"])
def test_uvicorn_writes_each_request_once(way: str, workers: int, tmp_path: Path) -> None:
    from conftest import SWITCH

    (tmp_path / "program.py").write_text(SWITCH + UVICORN)
    port = free_port()
    with Server(tmp_path, way, port, "program.py", str(port), str(workers)) as server:
        server.ask("only")
    found = sorted(line for line in lines_of(tmp_path / "access.log") if "/only/" in line)
    assert found == [f"{line} 200 OK" for line in asked("only")]
    app = sorted(line for line in lines_of(tmp_path / "app.log") if "/only/" in line)
    assert app == sorted(f"asked for /only/{n}" for n in range(REQUESTS))
    log = server.log.read_text()
    assert "Traceback" not in log
    # The last line before uvicorn ends itself by the signal that it got.
    assert log.count("Finished server process") == workers


DJANGO = """
import django
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
def answer(request, n):
    logging.getLogger("shop").info("item %d", n)
    return HttpResponse("ok")
def fail(request):
    raise RuntimeError("broken view")
urlpatterns = [path("<str:round_>/<int:n>", lambda request, round_, n: answer(request, n)), path("fail", fail), path("ready", lambda request: HttpResponse("ok"))]
file = {"class": "logging.FileHandler" if os.environ["WAY"] == "stdlib" else "femtologging.FileHandler"}
settings.configure(
    DEBUG=False, SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=sys.modules[__name__],
    LOGGING={
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"f": {"format": "{levelname} {name} {message}", "style": "{"}},
        "handlers": {"file": file | {"filename": "app.log", "formatter": "f"}},
        "root": {"handlers": ["file"], "level": "INFO"},
        "loggers": {"django": {"handlers": ["file"], "level": "INFO", "propagate": False}},
    },
)
django.setup()
"""
CLIENT = """
from django.test import Client
client = Client(raise_request_exception=False)
print([client.get(f"/only/{n}").status_code for n in range(20)], client.get("/missing").status_code, client.get("/fail").status_code)
logging.shutdown()
print(open("app.log").read())
"""


def test_django_logs_requests_and_errors(both) -> None:
    told = both(DJANGO + CLIENT)
    assert "ERROR django.request Internal Server Error: /fail\nTraceback" in told, told
    assert "WARNING django.request Not Found: /missing" in told
    assert told.count("INFO shop item") == 20


@pytest.mark.parametrize(
    ("loggers", "reason"),
    [({}, "RequireDebugTrue"), ({"django": {"handlers": [], "level": "INFO"}}, None)],
)
def test_djangos_own_handlers_are_slow_until_they_are_gone(loggers, reason, way_of) -> None:
    """As the guide says."""
    done = way_of(
        "install",
        f"""
from django.conf import settings
settings.configure(LOGGING_CONFIG="femtologging.dictConfig", LOGGING={{
    "version": 1, "disable_existing_loggers": False, "loggers": {loggers!r},
    "handlers": {{"file": {{"class": "logging.FileHandler", "filename": "app.log"}}}},
    "root": {{"level": "INFO", "handlers": ["file"]}},
}})
import django
django.setup()
for name in ("app", "django.request"):
    logging.getLogger(name)
    print(*femtologging.why_slow(name), sep="; ")
""",
    )
    assert done.returncode == 0, done.stderr
    app, request = done.stdout.splitlines()
    assert app == ""
    assert (reason in request) if reason else request == ""


@pytest.mark.parametrize("way", ["stdlib", "install"])
def test_django_runserver_writes_each_request_once(way: str, tmp_path: Path) -> None:
    from conftest import SWITCH

    port = free_port()
    run = "from django.core.management import call_command\n"
    run += f"call_command('runserver', '127.0.0.1:{port}', '--noreload', '--skip-checks')\n"
    wsgi = "settings.WSGI_APPLICATION = None\n"
    stop = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    (tmp_path / "program.py").write_text(SWITCH + DJANGO + wsgi + stop + run)
    with Server(tmp_path, way, port, "program.py") as server:
        server.ask("only")
    lines = lines_of(tmp_path / "app.log")
    served = [line for line in lines if line.startswith("INFO django.server") and "/only/" in line]
    assert len(served) in (0, REQUESTS)  # django's own configuration may keep them for itself
    items = sorted(line for line in lines if line.startswith("INFO shop"))
    assert items == sorted(f"INFO shop item {n}" for n in range(REQUESTS))
