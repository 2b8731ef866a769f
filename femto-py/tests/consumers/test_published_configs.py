"""Logging configurations that packages come with: the same tree and output as by stdlib."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

#: How each is found, and given to `configure` (a dictionary) or `configure_file` (an INI file).
CONFIGS = {
    "django": """
        import django.conf
        django.conf.settings.configure(DEBUG=True)
        from django.utils.log import DEFAULT_LOGGING
        configure(DEFAULT_LOGGING)
        names = ["django", "django.server", "django.request"]
    """,
    "uvicorn": """
        from uvicorn.config import LOGGING_CONFIG
        configure(LOGGING_CONFIG)
        names = ["uvicorn", "uvicorn.error"]
    """,
    "gunicorn": """
        from gunicorn.glogging import CONFIG_DEFAULTS
        configure(CONFIG_DEFAULTS)
        names = ["gunicorn.error", "gunicorn.access"]
    """,
    "scrapy": """
        from scrapy.utils.log import DEFAULT_LOGGING
        configure(DEFAULT_LOGGING)
        names = ["scrapy", "twisted", "filelock"]
    """,
    "alembic": """
        import pathlib, alembic
        path = pathlib.Path(alembic.__file__).parent / "templates/generic/alembic.ini.mako"
        configure_file(str(path), {"here": "."})
        names = ["alembic", "alembic.runtime", "sqlalchemy.engine"]
    """,
    "celery": """
        import celery
        app = celery.Celery("app", broker="memory://")
        app.log.setup_logging_subsystem(loglevel="INFO", colorize=False)
        names = ["celery", "celery.task"]
    """,
}

PROGRAM = """\
import logging, logging.config, logging.handlers, sys, textwrap
if sys.argv[1] == "femto":
    import femtologging
    femtologging.install()
    configure, configure_file = femtologging.dictConfig, femtologging.fileConfig
else:
    configure, configure_file = logging.config.dictConfig, logging.config.fileConfig
existing = logging.getLogger("existing")
exec(textwrap.dedent(sys.argv[2]))

def shown(one):
    bases = [base for base in type(one).__mro__ if not base.__module__.startswith("femtologging")]
    return bases[0].__qualname__

for name in [None, "existing", *names]:
    log = logging.getLogger(name)
    print(name, log.level, bool(log.propagate), bool(log.disabled), [shown(one) for one in log.filters])
    for handler in log.handlers:
        formatter = handler.formatter
        fmt = formatter and (shown(formatter), formatter._fmt, formatter.datefmt)
        print(" ", shown(handler), handler.level, fmt, [shown(one) for one in handler.filters])
print("END", flush=True)
for name in [None, "existing", *names]:
    for level in (10, 20, 30, 40):
        logging.getLogger(name).log(level, "%s at %d", name, level)
logging.shutdown()
"""

#: What differs from run to run.
CHANGING = re.compile(r"\d{4}[-/]\d\d[-/]\d\d|\d\d/\w{3}/\d{4}|\d\d:\d\d:\d\d(,\d+)?|\[\d+\]")


def outcome(who: str, name: str, folder: Path) -> tuple[str, list[str]]:
    folder.mkdir()
    (folder / "program.py").write_text(PROGRAM)
    command = [sys.executable, "-W", "ignore", "program.py", who, CONFIGS[name]]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    tree, _, out = done.stdout.partition("END\n")
    lines = [CHANGING.sub("*", line) for line in (out + done.stderr).splitlines()]
    return tree, lines


@pytest.mark.parametrize("name", CONFIGS)
def test_a_published_configuration_does_what_it_does_by_stdlib(name: str, tmp_path: Path) -> None:
    stdlib = outcome("stdlib", name, tmp_path / "stdlib")
    assert stdlib[0].count("\n") > 3, stdlib
    assert outcome("femto", name, tmp_path / "femto") == stdlib
