"""What the package is beside its code: typed, licensed, honest about interpreters, with commands."""

from __future__ import annotations

import ast
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import femtologging
import pytest
from femtologging import interpreter

FOLDER = Path(femtologging.__file__).parent


def command(*arguments: str, cwd: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "femtologging", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == status, done
    return done


def test_it_is_typed_licensed_and_versioned() -> None:
    assert (FOLDER / "py.typed").exists()
    assert (FOLDER / "_femtologging.pyi").exists()
    found = metadata.metadata("femtologging")
    assert found["Version"] == femtologging.__version__
    assert found["License-Expression"] == "MIT OR Apache-2.0"
    assert sorted(found.get_all("License-File") or []) == ["LICENSE-APACHE", "LICENSE-MIT"]
    assert found["Requires-Python"] == ">=3.10"
    assert found.get_all("Requires-Dist") is None


def test_importing_it_starts_nothing(run) -> None:
    run(
        """
    assert threading.active_count() == 1 and len(os.listdir("/proc/self/task")) == 1
    assert not logging.root.handlers and type(logging.root) is logging.RootLogger
    assert sys.excepthook is sys.__excepthook__
    """
    )


#: What it does where stdlib's own would do the same with these modules, and the modules that may come beside.
#: `inspect` and `typing` would each take longer than all else.
IMPORTS = {
    "logging": (
        "import femtologging",
        {"_contextvars", "contextlib", "contextvars", "fcntl", "importlib"},
    ),
    "logging.config": (
        """import femtologging
femtologging.config.dictConfig({
    "version": 1,
    "formatters": {"short": {"format": "%(message)s"}},
    "filters": {"app": {"name": "app"}},
    "handlers": {
        "file": {"class": "logging.FileHandler", "filename": "app.log", "formatter": "short"},
        "console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "filters": ["app"]},
    },
    "loggers": {"app": {"level": "INFO", "handlers": ["file"]}},
    "root": {"level": "INFO", "handlers": ["console"]},
})""",
        {"_contextvars", "contextlib", "contextvars", "fcntl", "importlib", "reprlib"},
    ),
}


@pytest.mark.parametrize("module", IMPORTS)
def test_it_imports_little_that_logging_does_not(module: str, tmp_path: Path) -> None:
    code, few = IMPORTS[module]
    code = f"import {module}, sys; before = {{*sys.modules}}\n{code}\nprint(*{{*sys.modules}} - before)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=tmp_path,
    )
    others = {name.partition(".")[0] for name in done.stdout.split()}
    assert others <= few | {"__future__", "femtologging"}, others


def test_demo_shows_lines_an_exception_json_and_rotation(tmp_path: Path) -> None:
    shown = command("demo", cwd=tmp_path).stdout
    for words in (
        "WARNING  femtologging.demo.shop 80% of the shelf is empty",
        "KeyError: 'pears'",
        '"request_id":"a1"',
        "rolling.log.2:",
        "20035 calls made no LogRecord, 0 did",
        "20004 accepted, 20004 written, 0 dropped",
    ):
        assert words in shown, shown
    assert list(tmp_path.iterdir()) == []


def test_bench_compares_with_stdlib(tmp_path: Path) -> None:
    shown = command("bench", "--rounds", "1", "--calls", "2000", cwd=tmp_path).stdout
    assert "a call, all threads" in shown, shown
    assert "at least 1" in command("bench", "--rounds", "0", cwd=tmp_path, status=2).stderr


def test_recover_shows_what_a_killed_process_left(run, tmp_path: Path) -> None:
    run(
        """
    import signal
    os.mkfifo("fifo")
    keep = os.open("fifo", os.O_RDWR)
    handler = femtologging.FileHandler("fifo", recover="app.ring")
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.root.addHandler(handler)
    log = femtologging.getLogger("app")
    for i in range(2000):
        log.warning("record %d \\x1b[31m", i)  # more than the pipe holds
    os.kill(os.getpid(), signal.SIGKILL)
    """,
        status=-9,
    )
    done = command("recover", "app.ring", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert "1999" in lines[-1], lines[-3:]
    assert "\x1b" not in done.stdout
    assert "records of process" in done.stderr
    assert "record 1999" in command("recover", "app.ring", cwd=tmp_path).stdout  # still there
    (tmp_path / "other").write_text("not a ring")
    assert "other" in command("recover", "other", cwd=tmp_path, status=1).stderr
    assert "nosuch: " in command("recover", "nosuch", cwd=tmp_path, status=1).stderr


def import_elsewhere(folder: Path, before: str = "") -> str:
    """Import a copy of the package in that folder, without its binary module; return what is said."""
    shutil.copytree(FOLDER, folder / "femtologging", ignore=shutil.ignore_patterns("*.so"))
    if not before:
        (folder / "femtologging" / "_femtologging.cpython-39-riscv64-linux-gnu.so").touch()
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{before}\nimport sys; sys.path.insert(0, '.'); import femtologging",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("before", "this"),
    [
        (
            "platform.python_implementation = lambda: 'PyPy'; sys.implementation.name = 'pypy'",
            "PyPy 3",
        ),
        (
            "platform.python_version = lambda: '3.9.18'; sys.version_info = (3, 9, 18)",
            "CPython 3.9.18",
        ),
        ("sysconfig.get_config_vars()['Py_GIL_DISABLED'] = 1", ", the free-threaded build"),
    ],
)
def test_an_interpreter_that_is_not_supported_is_told_so(
    tmp_path: Path, before: str, this: str
) -> None:
    said = import_elsewhere(tmp_path, f"import platform, sys, sysconfig; {before}")
    needed = "CPython 3.10 or newer with the global interpreter lock"
    assert said.startswith(f"ImportError: femtologging needs {needed}; this is "), said
    assert this in said.partition("; this is ")[2], said


def test_an_interpreter_that_it_was_not_built_for_is_told_so(tmp_path: Path) -> None:
    said = import_elsewhere(tmp_path)
    assert f"not installed for this interpreter, CPython {platform.python_version()} on" in said, (
        said
    )
    assert f"should have _femtologging{EXTENSION_SUFFIXES[0]}, and has" in said, said
    assert said.endswith(" has _femtologging.cpython-39-riscv64-linux-gnu.so"), said


def test_another_reason_is_told_as_it_is() -> None:
    error = ImportError("a library is missing")
    assert interpreter.explain(error) is error


@pytest.mark.parametrize("name", ["__init__", "interpreter"])
def test_older_interpreters_can_read_what_refuses_them(name: str) -> None:
    ast.parse((FOLDER / f"{name}.py").read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("is_imported_before", [True, False])
def test_sub_interpreters_are_refused(run, is_imported_before: bool) -> None:
    run(
        f"""
    if not {is_imported_before}:
        for name in [name for name in sys.modules if name.startswith("femtologging")]:
            del sys.modules[name]
    read, write = os.pipe()
    code = f'''
import os, sys
sys.path[:] = {{sys.path!r}}
try:
    import femtologging
except ImportError as error:
    os.write({{write}}, str(error).encode())
else:
    os.write({{write}}, b"imported")
'''
    try:
        import _interpreters
    except ImportError:
        import _xxsubinterpreters as _interpreters
    if sys.version_info >= (3, 13):
        _interpreters.exec(_interpreters.create(), code)
    else:
        _interpreters.run_string(_interpreters.create(), code)
    said = os.read(read, 1000).decode()
    assert said == "femtologging does not support sub-interpreters: import it in the main interpreter", said
    # The main one is as it was.
    femtologging.basicConfig(filename="app.log", format="%(message)s")
    femtologging.getLogger("a").warning("here")
    logging.shutdown()
    assert open("app.log").read() == "here\\n"
    """
    )


def test_everything_says_what_it_is_and_where_it_writes(run) -> None:
    run(
        """
    handler = femtologging.FileHandler("app.log")
    path = os.path.abspath("app.log")
    logging.root.addHandler(handler)
    log = femtologging.getLogger("app"); log.warning("x")
    for thing, words in [
        (handler, f"<FileHandler {path} (NOTSET)>"),
        (femtologging.StreamHandler(), "<StreamHandler <stderr> (NOTSET)>"),
        (log, "<FemtoLogger app (WARNING)>"),
        (logging.root, "<FemtoRootLogger root (WARNING)>"),
        (handler._core, "app.log"),
        (log.__dict__["_femto"], "<LoggerCore app>"),
        (handler.stats, "accepted=1"),
        (femtologging.LevelFilter("INFO"), "<LevelFilter 20 to"),
        (femtologging.RateLimitFilter("first 3"), "<RateLimitFilter first 3>"),
    ]:
        assert words in repr(thing), repr(thing)
    """
    )
