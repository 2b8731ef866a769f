"""Every block of Python in the documentation runs, and prints what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "femto-py/README.md", "docs/python.md", "docs/migration-python.md")
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)

#: A block of settings is applied as Django does it.
APPLY = """
if "LOGGING" in globals():
    import importlib
    module, name = LOGGING_CONFIG.rsplit(".", 1)
    getattr(importlib.import_module(module), name)(LOGGING)
"""


def blocks() -> list[object]:
    found = []
    for page in PAGES:
        path = ROOT / page
        text = path.read_text()
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 2
            found.append(pytest.param(match[1], match[2], id=f"{path.name}:{line}"))
    return found


@pytest.mark.parametrize(("code", "output"), blocks())
def test_a_block_runs_and_prints_what_the_page_says(
    code: str, output: str | None, tmp_path: Path
) -> None:
    program = tmp_path.parent / f"{tmp_path.name}.py"
    program.write_text(code + APPLY)
    done = subprocess.run(
        [sys.executable, "-X", "dev", str(program)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr, done.stderr
    if output is not None:
        assert done.stdout == output


def test_there_are_blocks_on_every_page() -> None:
    for page in PAGES:
        assert BLOCK.search((ROOT / page).read_text()), page


def test_the_architecture_page_names_every_file() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    for folder, end in (("femto-py/src", "rs"), ("femto-py/python/femtologging", "py")):
        for file in (ROOT / folder).rglob(f"*.{end}"):
            name = file.relative_to(ROOT / folder)
            assert f"`{name}`" in text or f"`{name.parts[0]}/`" in text, name
