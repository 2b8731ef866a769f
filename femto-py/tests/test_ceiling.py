"""Compile-time ceilings: the same tests in a build without one, and in one with a ceiling."""

from __future__ import annotations

import os

import femtologging
import pytest

CEILING = femtologging.STATIC_MAX_LEVEL
#: The calls that are made, and their levels.
NAMES = {"trace": 5, "debug": 10, "log": 15, "enum": 16, "info": 20, "error": 40}


def test_the_build_has_the_ceiling_that_was_asked_for() -> None:
    assert int(os.environ.get("FEMTO_CEILING", "0")) == CEILING


#: What may be in the way of the fast path: the last calls end in stdlib's own code.
WAYS = {
    "fast": "",
    "filter": "logger.addFilter(lambda record: True)",
    "patched": "logging.Logger.makeRecord = (lambda make: lambda *a, **k: make(*a, **k))(logging.Logger.makeRecord)",
    "own handler": "logger.addHandler(logging.NullHandler())",
}


@pytest.mark.parametrize("way", WAYS)
def test_calls_below_the_ceiling_do_nothing(run, way: str) -> None:
    done = run(f"""
        class Shown:
            def __str__(self):
                shown.append(self)
                return "shown"
        shown = []
        logger = femtologging.getLogger("app")
        logger.setLevel(1)
        logger.addHandler(femtologging.StreamHandler(sys.stdout))
        {WAYS[way]}
        logger.trace("trace %s", Shown())
        logger.debug("debug %s", Shown())
        logger.log(15, "log %s", Shown())
        logger.log(enum.IntEnum("Level", {{"MINE": 16}}).MINE, "enum %s", Shown())
        logger.info("info %s", Shown())
        logger.error("error %s", Shown())
        logger.handlers[0].flush()
        print(len(shown))
    """)
    expected = [f"{name} shown" for name, level in NAMES.items() if level >= CEILING]
    *lines, count = done.stdout.splitlines()
    assert lines == expected
    assert int(count) == len(expected)


def test_is_enabled_for_knows_the_ceiling_and_levels_stay_what_they_are(run) -> None:
    done = run("""
        logger = femtologging.getLogger("app")
        logger.setLevel(1)
        print(*(level for level in range(1, 61) if logger.isEnabledFor(level)))
        print(logger.level, logger.getEffectiveLevel())
    """)
    enabled, levels = done.stdout.splitlines()
    assert enabled.split() == [str(level) for level in range(1, 61) if level >= CEILING]
    assert levels == "1 1"


def test_records_of_plain_loggers_are_not_calls_of_ours(run) -> None:
    done = run("""
        handler = femtologging.StreamHandler(sys.stdout)
        logger = logging.Logger("plain", 1)
        logger.addHandler(handler)
        logger.debug("written")
    """)
    assert done.stdout == "written\n"
