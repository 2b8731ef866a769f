"""Configurations in files of TOML, YAML and JSON."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import femtologging
import pytest
from conftest import Run
from femtologging.__main__ import main

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
    (tmp_path / "open.ini").write_text(INI.replace("('app.log'", "(('app.log'"))
    (tmp_path / "less.ini").write_text(INI.replace("[handler_file]", "[file]"))
    (tmp_path / "own.yaml").write_text(
        "{version: 1, levels: LOUD, x-root: {}, root: , loggers: {app: {qualname: app}}}"
    )
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
        ("bad.ini", "bad.ini, line 19: handlers.file.args"),
        ("open.ini", "not a literal of Python: '(' was never closed\n"),
        ("less.ini", "[handler_file]: is missing"),
    ):
        done = check("good.toml", name)
        assert done.returncode == 1, name
        assert error in done.stderr, (name, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (tmp_path / "app.log").exists()


ALL_WRONG = """
version = 1
disable_existing_loggers = "no" # wrong

[formatters.broken]
format = "%(asctime)s %(message" # wrong

[formatters.user]
format = "%(asctime)s %(user)s" # records may have it

[formatters.number]
format = "%(asctime)s"
datefmt = 3 # wrong

[formatters.wide]
style = "{"
format = "{asctime} {name:<20} {levelno:02d} {lineno:4d} {funcName:>10} {taskName:>5} {message}"

[formatters.none]
defaults = 3 # wrong

[formatters.list]
style = ["%"] # wrong

[formatters.json]
"()" = "femtologging.JSONFormatter"
format = "%(message)s"
fieldz = [] # wrong

[formatters.odd]
style = "?" # wrong
format = "{message}"
datefmat = "%H" # wrong

[filters.app]
nam = "app" # wrong

[handlers.file]
class = "logging.FileHandler"
filename = "app.log"
mode = "q" # wrong
encoding = "utf-9" # wrong
formatter = "lien" # wrong
level = "LOUD" # wrong
filters = [
    "none", # wrong
]

[handlers.far]
class = "logging.FileHandlr" # wrong
formatter = "odd"
level = "LOUD" # wrong

[handler.console] # wrong
class = "logging.StreamHandler"

[handlers.flags]
class = "logging.handlers.RotatingFileHandler"
filename = "app.log"
backupCount = 1.5 # wrong
delay = "no" # wrong
recover = 3 # wrong

[handlers.kept]
class = "logging.handlers.MemoryHandler"
target = "far"
capacity = "many" # wrong

[loggers.app.web] # wrong
level = "INFO"

[loggers."app.db"]
propagate = "no" # wrong
level = "LOUD" # wrong
levle = "INFO" # wrong
handlers = [
    "far",
    "console",
    "fra", # wrong
]

[root]
level = "LOUD" # wrong
handlers = "file" # wrong
"""
#: By line what is wrong there; 0 for what is not there.
ALL_WRONG_INI = {
    0: "[handler_none]: is missing",
    10: "root.level = 'LOUD': unknown level",
    11: "root.handlers[2] = 'fil': no such handler: did you mean 'file'?",
    12: "[logger_db] qualname: is missing",
    14: "[logger_db] propagate = 'no': a number is expected: 0 or 1",
    15: "[logger_db] levl: no such option: did you mean 'level'?",
    16: "'a stray line' is neither a section nor an option",
    18: "formatters.line.format = '%(levelname': Invalid format '%(levelname' for '%' style",
    19: "handlers.file.maxBytes = 'many': a number is expected",
    22: "handlers.file.formatter = 'lien': no such formatter: did you mean 'line'?",
    23: "handlers.file.level = 'LOUD': unknown level",
    25: "handlers.far.class = 'logging.FileHandlr': ",
    26: "[handler_far]: is there twice",
    27: "[handler_far] formatter: Bad value substitution",
    28: "[handler_old]: the keys of [handlers] do not name it",
    31: "[handler_here] args: Bad value substitution",
}
INI_OF_THEM = """\
[DEFAULT]
folder=.
[loggers]
keys=root,db
[handlers]
keys=file,far,none,here
[formatters]
keys=line,plain
[logger_root]
level=LOUD
handlers=file,far,fil
[logger_db]
handlers=far
propagate=no
levl=INFO
a stray line
[formatter_line]
format=%(levelname
[handler_file]
class=handlers.RotatingFileHandler
args=('%(folder)s/app.log', 'a', 'many')
formatter=lien
level=LOUD
[handler_far]
class=FileHandlr
[handler_far]
formatter=%(none)s
[handler_old]
[handler_here]
class=FileHandler
args=('%(here)s/app.log',)
[formatter_plain]
format=%(message)s
validate=True
"""


def test_the_command_check_tells_all_that_is_wrong_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.toml").write_text(ALL_WRONG)
    Path("c.ini").write_text(INI_OF_THEM)
    assert main(["check", "c.toml"]) == 1
    lines = capsys.readouterr().err.splitlines()
    numbers = [n for n, line in enumerate(ALL_WRONG.splitlines(), 1) if "# wrong" in line]
    assert [re.match(r"c\.toml, line (\d+): ", line)[1] for line in lines] == [*map(str, numbers)]
    for text in (
        "handlers.file.mode = 'q': allowed: 'a', 'w', 'x'",
        "formatters.json.fieldz: no such key: did you mean 'fields'? allowed: 'datefmt', 'except_keys'",
        'loggers.app.web: no such key: a logger\'s name is quoted: loggers."app.web"',
        "loggers.\"app.db\".propagate = 'no': true or false is expected",
    ):
        assert any(text in line for line in lines), (text, lines)

    assert main(["check", "c.ini", "c.toml"]) == 1
    told = capsys.readouterr().err.splitlines()
    for (number, text), line in zip(ALL_WRONG_INI.items(), told, strict=False):
        place = f"c.ini, line {number}: " if number else "c.ini: "
        assert line.startswith(place + text), told
    assert told[len(ALL_WRONG_INI) :] == lines
    assert sorted(tmp_path.iterdir()) == [tmp_path / "c.ini", tmp_path / "c.toml"]


def test_yaml_merges_what_it_refers_to(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("""
version: 1
loggers:
  merged.a: &a {level: ERROR, propagate: false, handlers: []}
  merged.b: {level: DEBUG, <<: *a}
""")
    femtologging.config.load(tmp_path / "c.yaml")
    log = femtologging.getLogger("merged.b")
    assert (log.level, log.propagate) == (10, False)


def test_what_could_be_meant_is_not_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.json").write_text(
        """{"version": 1, "flag": false, "disable_existing_loggers": "cfg://flag",
        "loggers": {"meant": {"propagate": "cfg://flag", "extra": {"of": "others"}}}}"""
    )
    femtologging.config.load("c.json")
    assert femtologging.getLogger("meant").propagate is False
    assert main(["check", "c.json"]) == 1
    assert capsys.readouterr().err.count("\n") == 1  # the key `extra`


def test_what_a_file_cannot_mean_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for end, text, error in (
        ("yaml", "loggers: {a: {propagate: no}}", "loggers.a.propagate = 'no': true or false"),
        ("json", '"disable_existing_loggers": "no"', "disable_existing_loggers = 'no': true or"),
        ("toml", "[loggers.a.b]\nlevel = 'INFO'", 'quoted: loggers."a.b"'),
    ):
        start = {"yaml": "version: 1\n", "json": '{"version": 1, ', "toml": "version = 1\n"}[end]
        Path(f"c.{end}").write_text(start + text + ("}" if end == "json" else ""))
        with pytest.raises(femtologging.ConfigError, match=re.escape(error)):
            femtologging.config.load(f"c.{end}")


def test_the_command_check_tells_what_is_no_file_to_read_like_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for end, no_text in (("toml", "could not be read: .*UTF-8"), ("ini", "'utf-8' codec can't .*")):
        Path(f"binary.{end}").write_bytes(b"\xff\xfe\n")
        Path(f"folder.{end}").mkdir()
        Path(f"loop.{end}").symlink_to(f"loop.{end}")
        Path(f"mine.{end}").write_text("version = 1")
        for name, text in (
            ("none", os.strerror(errno.ENOENT)),
            ("folder", os.strerror(errno.EISDIR)),
            ("loop", os.strerror(errno.ELOOP)),
            ("binary", no_text),
        ):
            assert main(["check", f"{name}.{end}"]) == 1
            told = capsys.readouterr().err
            assert re.fullmatch(rf"{name}\.{end}: {text}\n", told), told

        def refuse(name: str) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)

        with monkeypatch.context() as patch:  # nothing is refused to root
            patch.setattr("builtins.open", refuse)
            assert main(["check", f"mine.{end}"]) == 1
        assert capsys.readouterr().err == f"mine.{end}: {os.strerror(errno.EACCES)}\n"


def test_every_error_of_an_ini_file_is_told_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for text, lines in (
        ("", ["c.ini is an empty file"]),
        (
            "not a section\nat all\n",
            ["c.ini: read as an INI file", "c.ini, line 1: 'not a section' is neither"],
        ),
        (INI.replace("keys=root,db", "keys=db"), ["c.ini, line 3: [loggers] keys = 'db': root"]),
        (
            INI.replace("keys=root,db", "keys=%(none)s"),
            ["c.ini, line 3: [loggers] keys: Bad value"],
        ),
        (INI.replace("[handlers]", "[handler]"), ["c.ini: [handlers]: is missing"]),
        (INI.replace("class=", "# class="), ["c.ini, line 17: [handler_file] class: is missing"]),
    ):
        Path("c.ini").write_text(text)
        assert main(["check", "c.ini"]) == 1
        told = capsys.readouterr().err.splitlines()
        assert len(told) == len(lines), told
        for line, start in zip(told, lines, strict=True):
            assert line.startswith(start), told
        with pytest.raises(femtologging.ConfigError, match=r"^c\.ini"):
            femtologging.config.load("c.ini")


def test_a_file_that_cannot_be_read_is_told_in_pythons_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        femtologging.config.load(tmp_path / "none.toml")
    (tmp_path / "c.xml").write_text("<x/>")
    with pytest.raises(ValueError, match=r"c\.xml.*allowed endings are \.toml, .*\.conf"):
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
