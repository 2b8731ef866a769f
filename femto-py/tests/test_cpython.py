"""CPython's own tests of logging pass with femtologging as they pass without.

What may fail all the same is listed, with the reasons, in `docs/python-compatibility.md`.
"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import pytest
from cpython.running import WAYS, Suite

EXCEPTIONS = Path(__file__).parents[2] / "docs" / "python-compatibility.md"
ROW = re.compile(r"\| `(?P<test>[\w.]+)` \| `(?P<way>\w+)` \| 3\.(?P<since>\d+) \|")


def exceptions(way: str) -> set[str]:
    rows = ROW.finditer(EXCEPTIONS.read_text())
    return {
        row["test"]
        for row in rows
        if row["way"] == way and int(row["since"]) <= sys.version_info.minor
    }


def test_stdlib_itself_passes_nearly_all(cpython: Suite) -> None:
    outcomes = cpython.outcomes("stdlib")
    passed = sum(outcome == "pass" for outcome in outcomes.values())
    assert passed > 190, cpython.log("stdlib")


@pytest.mark.parametrize("way", WAYS[1:])
def test_what_stdlib_passes_passes(cpython: Suite, way: str) -> None:
    expected = cpython.outcomes("stdlib")
    outcomes = cpython.outcomes(way)
    assert outcomes.keys() == expected.keys()
    listed = exceptions(way)
    assert len(listed) <= 3
    failed = {
        test for test, outcome in outcomes.items() if outcome != "pass" and expected[test] == "pass"
    }
    if failed - listed:
        # As CPython's own runner does: many tests hang on time and on ports.
        passed = cpython.again(way, failed - listed)
        warnings.warn(f"ran again: {passed}", stacklevel=1)
        failed -= {test for test, outcome in passed.items() if outcome == "pass"}
    assert failed == listed, cpython.log(way)


def test_exceptions_are_tests_that_there_are(cpython: Suite) -> None:
    for way in WAYS[1:]:
        assert exceptions(way) <= cpython.outcomes("stdlib").keys()
