"""``fileConfig``: the same INI files by stdlib and by femtologging give the same tree and output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

PLAIN = """
[loggers]
keys=root,db , quiet

[handlers]
keys=file, err

[formatters]
keys=line,brace

[logger_root]
level=WARNING
handlers=file

[logger_db]
level: DEBUG
handlers = file,err
qualname=app.db
propagate=0

[logger_quiet]
level=ERROR
handlers=
qualname=quiet

[handler_file]
class=FileHandler
level=NOTSET
formatter=line
args=('app.log', 'a')
kwargs={'encoding': 'utf-8'}

[handler_err]
class=StreamHandler
args=(sys.stderr,)
level=ERROR
formatter=brace

[formatter_line]
format=%(levelname)-8s %(name)s %(message)s
datefmt=%H:%M

[formatter_brace]
format={levelname} {message}
style={
class=logging.Formatter
"""

FILES = {
    "plain": PLAIN,
    "comments": "# first\n; second\n"
    + PLAIN.replace("level=ERROR\nf", "; level=DEBUG\nlevel=ERROR\nf"),
    "spaces and case": PLAIN.replace("keys=", "KEYS = ").replace("level=", "Level : "),
    "more lines": PLAIN.replace("args=('app.log', 'a')", "args=(\n    'app.log',\n\n    'a',\n  )"),
    "interpolation": "[DEFAULT]\nfolder=.\nname=%(folder)s/app\n"
    + PLAIN.replace("'app.log'", "'%(name)s.log'"),
    "rotating": PLAIN.replace("class=FileHandler", "class=handlers.RotatingFileHandler").replace(
        "('app.log', 'a')", "('app.log', 'a', 300, 4)"
    ),
    "memory": PLAIN.replace("keys=file, err", "keys=file,err,memory").replace(
        "handlers=file\n", "handlers=memory\n"
    )
    + "[handler_memory]\nclass=logging.handlers.MemoryHandler\nargs=(3, ERROR)\ntarget=file\n",
    "a memory handler of one's own": PLAIN.replace(
        "keys=file, err", "keys=file,err,memory"
    ).replace("handlers=file\n", "handlers=memory\n")
    + "[handler_memory]\nclass=mine.Memory\nargs=(3, ERROR)\ntarget=file\n",
    "a target of none": PLAIN.replace(
        "class=StreamHandler", "class=mine.MemoryHandler\ntarget=nobody"
    ),
    "modules named as those of logging": PLAIN.replace(
        "class=FileHandler", "class=config.MyHandler"
    ).replace("class=StreamHandler", "class=log.MyHandler"),
    "one logger twice": PLAIN.replace("qualname=quiet", "qualname=app.db").replace(
        "level=ERROR\nhandlers=\n", "handlers=err\n"
    ),
    "calculated": PLAIN.replace("class=FileHandler", "class=handlers.RotatingFileHandler").replace(
        "('app.log', 'a')", "('app.log', 'a', 1024 * 1024 - 1, 2 + 3)"
    ),
    "called": PLAIN.replace("{'encoding': 'utf-8'}", "dict(encoding='utf-8')"),
    "constants": PLAIN.replace(
        "args=(sys.stderr,)", "args=tuple()\nkwargs={'stream': sys.stderr}"
    ).replace("level=NOTSET", "level=INFO"),
    "no handlers": "[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n"
    "[logger_root]\nlevel=DEBUG\nhandlers=\n",
    "root by its name": PLAIN.replace("handlers=\nqualname=quiet", "handlers=err\nqualname=root"),
    "root by no name": PLAIN.replace(
        "level=ERROR\nhandlers=\nqualname=quiet", "handlers=file\nqualname="
    ),
    "brackets": PLAIN.replace("db ,", "d[b] ,").replace("[logger_db]", "[logger_d[b]]"),
}

#: Modules that a file names.
MODULES = {
    "mine": """
import logging.handlers
class Memory(logging.handlers.MemoryHandler): pass
class MemoryHandler(logging.StreamHandler): pass
""",
    "log": "import logging\nclass MyHandler(logging.StreamHandler): pass\n",
    "config": "import logging\nclass MyHandler(logging.FileHandler): pass\n",
}

PROGRAM = """\
import logging, logging.config, logging.handlers, sys
who, name = sys.argv[1:3]
if who == "femto":
    import femtologging
    configure = femtologging.fileConfig
else:
    configure = logging.config.fileConfig
before = logging.getLogger("before")
below = logging.getLogger("app.db.below")
below.setLevel("INFO")
configure(name, *eval(sys.argv[3]))
for logger in ("root", "app.db", "app.db.below", "quiet", "before"):
    log = logging.getLogger(logger)
    print(logger, log.level, int(log.propagate), bool(log.disabled), [h.name for h in log.handlers])
    for handler in log.handlers:
        print(handler.level, handler.formatter and (handler.formatter._fmt, handler.formatter.datefmt))
        print([base.__name__ for base in type(handler).__mro__ if base.__module__ != "femtologging.handler"
               and not base.__module__.startswith("femtologging")])
        print(getattr(handler, "target", None) and handler.target.name, getattr(handler, "maxBytes", None))
    for level in (10, 20, 30, 40):
        log.log(level, "%s at %d", logger, level)
logging.shutdown()
"""


def outcome(who: str, text: str, folder: Path, arguments: str = "()") -> object:
    folder.mkdir()
    (folder / "logging.ini").write_text(text)
    (folder / "program.py").write_text(PROGRAM)
    for name, module in MODULES.items():
        (folder / f"{name}.py").write_text(module)
    command = [sys.executable, "-W", "ignore", "program.py", who, "logging.ini", arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    logs = {path.name: path.read_text() for path in folder.glob("app.log*")}
    error = done.stderr if done.returncode == 0 else done.stderr.splitlines()[-1].split(":")[0]
    return done.returncode, done.stdout, error, logs


@pytest.mark.parametrize("name", FILES)
def test_a_file_means_what_it_means_to_stdlib(name: str, tmp_path: Path) -> None:
    stdlib = outcome("stdlib", FILES[name], tmp_path / "stdlib")
    assert stdlib[0] == 0, stdlib  # type: ignore[index]
    assert outcome("femto", FILES[name], tmp_path / "femto") == stdlib


def test_defaults_and_existing_loggers_are_stdlibs(tmp_path: Path) -> None:
    text = PLAIN.replace("'app.log'", "'%(stem)s.log'")
    for number, given in enumerate(("({'stem': 'app'},)", "({'stem': 'app'}, False)")):
        stdlib = outcome("stdlib", text, tmp_path / f"stdlib{number}", given)
        assert stdlib[0] == 0, stdlib  # type: ignore[index]
        assert outcome("femto", text, tmp_path / f"femto{number}", given) == stdlib


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("[formatters]", "[other]"), "KeyError"),
        (("[handler_err]", "[handler_er]"), "KeyError"),
        (("qualname=quiet\n", ""), "KeyError"),
        (("[handler_err]", "[handler_file]"), "configparser.DuplicateSectionError"),
        (("level=ERROR\nf", "class=X\nf"), "configparser.DuplicateOptionError"),
        (("style={", "style=?"), ""),
        (("class=FileHandler", "class=no.such.Handler"), ""),
        (("class=FileHandler", "class="), ""),
        (("args=('app.log', 'a')", "args=('app.log',"), ""),
        (("args=('app.log', 'a')", "args=('app.log', {[]})"), ""),
        (("args=('app.log', 'a')", "args=('app.log', 'a' + 1)"), ""),
        (("handlers = file,err", "handlers = file,none"), ""),
    ],
)
def test_what_is_wrong_is_refused_where_stdlib_refuses_it(
    change: tuple[str, str], error: str, tmp_path: Path
) -> None:
    text = PLAIN.replace(*change)
    assert text != PLAIN
    ours = outcome("femto", text, tmp_path / "femto")
    stdlib = outcome("stdlib", text, tmp_path / "stdlib")
    assert ours[0] == stdlib[0] == 1  # type: ignore[index]
    if error:
        assert ours[2] == stdlib[2] == error  # type: ignore[index]


def test_nothing_is_evaluated_and_nothing_half_applied(run: Run, tmp_path: Path) -> None:
    bad = PLAIN.replace("(sys.stderr,)", "(__import__('os').system('touch evaluated'),)")
    (tmp_path / "bad.ini").write_text(bad)
    (tmp_path / "empty.ini").write_text("")
    (tmp_path / "none.ini").write_text("level=1\n")
    run(
        """
import configparser, io, pathlib
femtologging.basicConfig(filename="before.log", level="INFO")
before = logging.root.handlers[:]
def refused(kind, name, text):
    try:
        femtologging.fileConfig(name)
    except kind as error:
        assert text in str(error), error
    else:
        raise AssertionError(name)
    assert logging.root.handlers == before and logging.root.level == 20
refused(ValueError, "bad.ini", "handlers.err.args")
assert not pathlib.Path("evaluated").exists()
refused(RuntimeError, "empty.ini", "empty.ini is an empty file")
refused(FileNotFoundError, "nowhere.ini", "nowhere.ini doesn't exist")
refused(RuntimeError, "none.ini", "level=1")
text = open("bad.ini").read().replace("(__import__('os').system('touch evaluated'),)", "()")
femtologging.fileConfig(io.StringIO(text))
assert type(logging.root.handlers[0]) is femtologging.FileHandler
parser = configparser.ConfigParser()
parser.read_string(text)
femtologging.config.fileConfig(parser)
logging.getLogger("app.db").propagate
logging.getLogger("quiet").error("quick")
assert counts() == (1, 0)
"""
    )
