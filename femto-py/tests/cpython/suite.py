"""Runs CPython's own tests of logging, unmodified: ``suite.py OUT WAY [TEST...]``.

WAY is ``stdlib``, ``install`` (with ``femtologging.install()`` active) or ``module`` (with
``femtologging`` where ``import logging`` finds it). Writes the outcomes by test as JSON to the file
OUT. Exit status 77 if this Python has no tests of logging.
"""

from __future__ import annotations

import json
import sys
import unittest

NO_TESTS = 77


class Result(unittest.TextTestResult):
    """Keeps one outcome for each test: the first that is not a pass counts."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.outcomes: dict[str, str] = {}

    def note(self, test: unittest.TestCase, outcome: str) -> None:
        name = test.id().removeprefix("test.test_logging.")
        if self.outcomes.get(name, "pass") == "pass":
            self.outcomes[name] = outcome

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.note(test, "pass")

    def addFailure(self, test, err) -> None:  # type: ignore[no-untyped-def]
        super().addFailure(test, err)
        self.note(test, "fail")

    def addError(self, test, err) -> None:  # type: ignore[no-untyped-def]
        super().addError(test, err)
        self.note(test, "fail")

    def addSubTest(self, test, subtest, err) -> None:  # type: ignore[no-untyped-def]
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, "fail")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.note(test, "skip")


def begin(way: str) -> None:
    """Switch femtologging on."""
    if way == "stdlib":
        return
    import femtologging

    if way == "install":
        femtologging.install()
        return
    sys.modules["logging"] = femtologging
    sys.modules["logging.config"] = femtologging.config
    sys.modules["logging.handlers"] = femtologging.handlers


def main(out: str, way: str, names: list[str]) -> None:
    # Loggers of what the tests import come before any of the tests, whatever the way.
    begin(way)
    try:
        import test.test_logging as tests
    except ModuleNotFoundError as error:
        if error.name not in ("test", "test.test_logging"):
            raise
        sys.exit(NO_TESTS)
    from test import support

    support.verbose = 0
    if names:
        suite = unittest.defaultTestLoader.loadTestsFromNames(names, tests)
    else:
        suite = unittest.defaultTestLoader.loadTestsFromModule(tests)
    runner = unittest.TextTestRunner(stream=sys.stderr, resultclass=Result)
    result = runner.run(suite)
    assert isinstance(result, Result)
    with open(out, "w") as file:
        json.dump(result.outcomes, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
