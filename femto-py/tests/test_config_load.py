"""Configurations in files of TOML, YAML and JSON."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import femtologging
import pytest
from conftest import Run

CONFIG = {
    "version": 1,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "file": {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": "app.log",
            "maxBytes": 1000,
            "backupCount": 2,
            "formatter": "line",
        }
    },
    "loggers": {"app.db": {"level": "DEBUG"}},
    "root": {"level": "INFO", "handlers": ["file"]},
}

TOML = """
version = 1
formatters.line.format = "%(levelname)s %(name)s %(message)s"
root = { level = "INFO", handlers = ["file"] }

[handlers.file]
class = "logging.handlers.RotatingFileHandler"
filename = "app.log"
maxBytes = 1_000
backupCount = 2
formatter = "line"

[loggers."app.db"]
level = "DEBUG"
"""

YAML = """
version: 1
formatters:
  line: {format: "%(levelname)s %(name)s %(message)s"}
handlers:
  file:
    class: logging.handlers.RotatingFileHandler
    filename: app.log
    maxBytes: 1000
    backupCount: 2
    formatter: line
loggers:
  app.db:
    level: DEBUG
root:
  level: INFO
  handlers: [file]
"""

INI = """
[loggers]
keys=root,db
[handlers]
keys=file
[formatters]
keys=line
[logger_root]
level=INFO
handlers=file
[logger_db]
level=DEBUG
handlers=
qualname=app.db
[formatter_line]
format=%(levelname)s %(name)s %(message)s
[handler_file]
class=handlers.RotatingFileHandler
args=('app.log', 'a', 1000, 2)
formatter=line
"""

FILES = {
    "c.ini": INI,
    "c.toml": TOML,
    "c.yaml": YAML,
    "c.yml": YAML,
    "c.json": json.dumps(CONFIG, indent=1),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_a_dictionary_says(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name])
    run(
        f"""
femtologging.config.load("{name}")
[handler] = logging.root.handlers
assert type(handler) is femtologging.RotatingFileHandler
assert (handler.maxBytes, handler.backupCount) == (1000, 2)
logging.getLogger("app.db").debug("%d rows", 3)
logging.getLogger("app").debug("not shown")
assert counts() == (1, 0), counts()
logging.shutdown()
assert open("app.log").read() == "DEBUG app.db 3 rows\\n"
"""
    )


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("c.toml", ("1_000", "'much'"), "c.toml, line 9: .*handlers.file.maxBytes"),
        ("c.yaml", ("level: DEBUG", "level: LOUD"), "c.yaml, line 1[34]: .*app.db.*LOUD"),
        ("c.json", ('"file"\n', '"fiel"\n'), "c.json, line 2[0-9]: .*fiel"),
        ("c.toml", ("version = 1", "version ="), "c.toml.*line 2.*not TOML"),
        ("c.yaml", ("root:", "  root: ]"), "c.yaml.*not YAML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, change: tuple[str, str], error: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = FILES[name].replace(*change)
    assert text != FILES[name]
    path = tmp_path / name
    path.write_text(text)
    before = femtologging.root.handlers[:]
    with pytest.raises(ValueError, match=re.compile(error, re.DOTALL)):
        femtologging.config.load(path)
    assert femtologging.root.handlers == before


def test_the_command_check_looks_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(TOML)
    (tmp_path / "bad.toml").write_text(TOML.replace("1_000", "'much'"))
    (tmp_path / "far.toml").write_text(TOML.replace("app.log", "none/app.log"))
    (tmp_path / "old.ini").write_text(INI)
    (tmp_path / "bad.ini").write_text(INI.replace("'app.log'", "app.log"))
    (tmp_path / "less.ini").write_text(INI.replace("[handler_file]", ""))
    (tmp_path / "own.yaml").write_text("{version: 1, levels: LOUD, x-root: {}, root: }")
    (tmp_path / "typo.toml").write_text(TOML.replace("[handlers.file]", "[handler.file]"))
    (tmp_path / "typo.yaml").write_text("version: 1\nloggers:\n  app:\n    levle: INFO\n")
    (tmp_path / "more.yaml").write_text("{version: 1, incremental: true, root: {level: LOUD}}")

    def check(*names: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "femtologging", "check", *names]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    for name in ("good.toml", "old.ini", "own.yaml"):
        good = check(name)
        assert (good.returncode, good.stdout, good.stderr) == (0, f"{name}: nothing is wrong\n", "")
    for name, error in (
        ("bad.toml", "bad.toml, line 9: "),
        ("far.toml", "far.toml, line 8: "),
        ("more.yaml", "more.yaml, line 1: "),
        ("typo.toml", "line 6: handler: no such key: did you mean 'handlers'?"),
        ("typo.yaml", "line 4: loggers.app.levle: no such key: did you mean 'level'?"),
        ("none.toml", "No such file"),
        ("bad.ini", "handlers.file.args"),
        ("less.ini", "handler_file"),
    ):
        done = check("good.toml", name)
        assert done.returncode == 1, name
        assert error in done.stderr, (name, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (tmp_path / "app.log").exists()


def test_a_file_that_cannot_be_read_is_told_in_pythons_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        femtologging.config.load(tmp_path / "none.toml")
    (tmp_path / "c.xml").write_text("<x/>")
    with pytest.raises(ValueError, match=r"c\.xml.*allowed endings are toml, yaml, yml, json"):
        femtologging.config.load(tmp_path / "c.xml")


def test_a_listener_configures_by_what_comes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.ini").write_text(INI)
    (tmp_path / "c.json").write_text(json.dumps(CONFIG))
    done = run(
        """
import json, socket, struct
def verify(given):
    return None if given == b"refused" else given
thread = femtologging.config.listen(0, verify)
thread.start()
thread.ready.wait()
def send(given):
    thread.ready.clear()
    with socket.create_connection(("localhost", thread.port)) as peer:
        peer.sendall(struct.pack(">L", len(given)) + given)
        while peer.recv(1):
            pass
def handler_now():
    handlers = logging.root.handlers[:]
    assert all(type(one) is femtologging.RotatingFileHandler for one in handlers)
    return handlers
send(b"refused")
assert handler_now() == []
send(open("c.json", "rb").read())
first = handler_now()
assert len(first) == 1
send(open("c.ini", "rb").read())
second = handler_now()
assert len(second) == 1 and second != first
send(b'{"version": 2}')
assert handler_now() == second
femtologging.config.stopListening()
thread.join(30)
assert not thread.is_alive()
"""
    )
    assert "Unsupported version: 2" in done.stderr
