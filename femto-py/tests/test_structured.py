"""Lines for programs, fields, contexts and native filters, on both paths."""

from __future__ import annotations

import doctest
import json
import re

import femtologging.structured
import pytest
from conftest import Run

#: Everything on the fast path is written by the slow one too, to ``slow.log``.
TWO_PATHS = """\
import asyncio, datetime, json

def loggers(formatter):
    found = []
    for name in ("fast", "slow"):
        handler = femtologging.FileHandler(name + ".log")
        handler.setFormatter(formatter)
        log = femtologging.getLogger(name + "." + "app")
        log.addHandler(handler)
        log.propagate = False
        log.setLevel("DEBUG")
        if name == "slow":
            log.addFilter(lambda record: True)
        found.append(log)
    return found

def lines(name):
    logging.shutdown()
    return open(name + ".log").read().replace(name + ".app", "app").splitlines()
"""

CALLS = """
class Thing:
    def __str__(self):
        return "a thing"

class Broken:
    def __str__(self):
        raise RuntimeError("broken")

broken = Broken()
for log in loggers(FORMATTER):
    log.info("plain %s", "text")
    log.info("fields", extra={"user": "ada", "tries": 3, "load": 0.5, "ok": True, "none": None})
    log.info("nested", extra={"user": {"id": 1, "tags": ["a", ("b", 2)], "thing": Thing()}})
    log.info("objects", extra={"thing": Thing(), "when": datetime.date(2026, 11, 26), "big": 2**200,
                               "set": {1}, "bytes": b"by\\xff", "color": enum.IntEnum("C", "RED").RED})
    log.info("odd", extra={"lone": "\\ud800", "broken": broken, "nan": {"x": float("nan")}})
    log.warning('quote " newline \\n nul \\0 \\u00e9 escape \\x1b')
    try:
        try:
            1 / 0
        except ZeroDivisionError as inner:
            raise KeyError("outer") from inner
    except KeyError:
        log.exception("failed", extra={"user": "ada"})
    log.error("no exception", exc_info=True)
    log.info("many", extra={f"key{n}": n for n in range(40)})
    with femtologging.log_context(request="r1", user="context"):
        log.info("in context")
        log.info("own counts", extra={"user": "own"})
        with femtologging.log_context(request="r2"):
            log.info("inner")
        log.log(35, "outer again")
    log.info("outside")
"""

FORMATTERS = [
    'femtologging.JSONFormatter(fields=["level", "logger", "message", "fields", "exception"])',
    "femtologging.JSONFormatter(fields={'severity': 'level', 'msg': 'message', '': 'fields'},"
    " flat=True, static_fields={'service': 'shop', 'version': 2})",
    "femtologging.JSONFormatter('%(levelname)s %(lineno)d %(funcName)s %(threadName)s %(message)s')",
    "femtologging.JSONFormatter(fields=['message', 'fields'], keys=['user', 'request'])",
    "femtologging.JSONFormatter(fields=['message', 'fields'], except_keys=['user'])",
    "femtologging.LogfmtFormatter(fields=['level', 'message', 'fields'],"
    " static_fields={'service': 'shop'})",
    "logging.Formatter('%(levelname)s %(message)s %(request)s', defaults={'request': '-'})",
]


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_both_paths_write_the_same(run: Run, formatter: str) -> None:
    done = run(
        TWO_PATHS
        + CALLS.replace("FORMATTER", formatter)
        + """
fast, slow = lines("fast"), lines("slow")
for one, two in zip(fast, slow):
    # The two calls of one line are on the same line of the program.
    assert one == two, (one, two)
assert len(fast) == len(slow)
print(*fast, sep="\\n")
print(*counts(), file=sys.stderr)
"""
    )
    fast, slow = map(int, done.stderr.split())
    assert slow >= 14
    # `many` has more fields than a frame takes; what is odd is left to Python.
    assert fast >= 11
    if "JSON" in formatter:
        for line in done.stdout.splitlines():
            json.loads(line)


def test_values_keep_their_types(run: Run) -> None:
    done = run(
        TWO_PATHS
        + CALLS.replace("FORMATTER", "femtologging.JSONFormatter()")
        + """
print(*lines("fast"), sep="\\n")
"""
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {line["message"]: line.get("fields", {}) for line in lines}
    assert list(lines[0]) == ["time", "level", "logger", "message"]
    assert found["fields"] == {"user": "ada", "tries": 3, "load": 0.5, "ok": True, "none": None}
    assert found["nested"] == {"user": {"id": 1, "tags": ["a", ["b", 2]], "thing": "a thing"}}
    objects = found["objects"]
    assert objects["when"] == "2026-11-26"
    assert objects["big"] == 2**200
    assert objects["set"] == [1]
    assert objects["color"] == 1
    assert found["odd"]["lone"] == "\\ud800"
    assert found["failed"] == {
        "user": "ada",
        "exception.type": "KeyError",
        "exception.message": "'outer'",
        "exception.cause": [{"type": "ZeroDivisionError", "message": "division by zero"}],
    }
    failed = next(line for line in lines if line["message"] == "failed")
    assert failed["exception"].startswith("Traceback (most recent call last):\n")
    assert failed["exception"].endswith("KeyError: 'outer'")
    assert len(found["many"]) == 40
    assert found["in context"] == {"request": "r1", "user": "context"}
    assert found["own counts"] == {"request": "r1", "user": "own"}
    assert found["inner"] == {"request": "r2", "user": "context"}
    assert found["outside"] == {}


def test_each_task_has_its_own_context(run: Run) -> None:
    run(
        TWO_PATHS
        + """
log, _ = loggers(femtologging.JSONFormatter(fields=["message", "fields"]))

async def request(n):
    with femtologging.log_context(request=n):
        for step in range(5):
            log.info("%d", n)
            await asyncio.sleep(0)

async def main():
    await asyncio.gather(*map(request, range(50)))

asyncio.run(main())
assert counts() == (250, 0)
found = [json.loads(line) for line in lines("fast")]
assert len(found) == 250
assert all(line["message"] == str(line["fields"]["request"]) for line in found)
"""
    )


def test_a_context_names_no_attribute_of_every_record() -> None:
    context = femtologging.log_context(message="x")
    with pytest.raises(ValueError, match=r"log_context\(message=...\)"), context:
        pass


def test_a_field_that_is_named_comes_from_the_context(run: Run) -> None:
    run(
        TWO_PATHS
        + """
log, _ = loggers(logging.Formatter("%(request_id)s %(message)s"))
with femtologging.log_context(request_id="a1"):
    log.info("one")
    log.info("two", extra={"request_id": "own"})
assert counts() == (2, 0)
assert lines("fast") == ["a1 one", "own two"]
"""
    )


FILTERS = """
for log in loggers(logging.Formatter("%(levelname)s %(message)s")):
    (log if TARGET == "logger" else log.handlers[0]).addFilter(FILTER)
    for level in (10, 20, 30, 40, 50):
        log.log(level, "level %d", level)
    log.handlers[0].filters.clear()
    log.filters[:] = log.filters[:1] if log.name == "slow.app" else []
    log.info("no filter")
fast, slow = lines("fast"), lines("slow")
assert fast == slow, (fast, slow)
assert counts() == (6, 6), counts()
print(len(fast))
"""


@pytest.mark.parametrize("target", ["logger", "handler"])
@pytest.mark.parametrize(
    ("filter_", "count"),
    [
        ("femtologging.LevelFilter('WARNING')", 4),
        ("femtologging.LevelFilter(max_level=30)", 4),
        ("femtologging.LevelFilter(20, max_level=20)", 2),
        ("femtologging.NameFilter(log.name[:4])", 6),
        ("logging.Filter(log.name)", 6),
        ("logging.Filter('other')", 1),
        ("logging.Filter(log.name + '.below')", 1),
    ],
)
def test_native_filters_let_pass_what_python_ones_do(
    run: Run, target: str, filter_: str, count: int
) -> None:
    program = FILTERS.replace("FILTER", filter_).replace("TARGET", repr(target))
    assert run(TWO_PATHS + program).stdout == f"{count}\n"


def test_a_limit_passes_some_of_each_statement(run: Run) -> None:
    run(
        TWO_PATHS
        + """
for log in loggers(logging.Formatter("%(message)s")):
    limit = femtologging.RateLimitFilter("first 2")
    log.addFilter(limit)
    for n in range(5):
        log.info("one %d", n)
        log.info("two %d", n)
    assert limit.rejected == 6
    limit.limit = "every 2"
    for n in range(4):
        log.info("one %d", n)
    assert limit.limit == "every 2"
fast, slow = lines("fast"), lines("slow")
assert fast == slow == ["one 0", "two 0", "one 1", "two 1", "one 0", "one 2"]
assert counts() == (14, 14)
for wrong in ("5", "5/0x", "", "last 3", 5):
    try:
        femtologging.RateLimitFilter(wrong)
    except ValueError as error:
        assert f"limit = {wrong!r}".strip("'") in str(error).replace('"', "'") and "5/10s" in str(error)
    else:
        raise AssertionError(wrong)
"""
    )


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"fields": ["tim"]}, 'fields = "tim"'),
        ({"fields": ["time", "time"]}, "each key once"),
        ({"time_zone": "Mars"}, "Mars"),
        ({"precision": "days"}, "days"),
        ({"static_fields": {"x": object}}, "static_fields.x = <class 'object'>"),
        ({"static_fields": {"level": 1}}, "a key that no field has"),
        ({"keys": [], "except_keys": []}, "exclude each other"),
        ({"fmt": "%(msecs)d"}, "msecs is no field"),
        ({"fmt": "%(message)s", "fields": ["time"]}, "exclude each other"),
        ({"datefmt": "%Q"}, "date_format"),
        ({"datefmt": 3}, "datefmt = 3: allowed is a text"),
        ({"time_zone": 2}, "time_zone = 2: allowed is a text"),
        ({"flat": "yes"}, "flat = 'yes': allowed is True or False"),
        ({"except_keys": "password"}, "except_keys = 'password': allowed is a list of texts"),
        ({"keys": [3]}, "keys = [3]: allowed is a list of texts"),
        ({"fields": "time"}, "fields = 'time': allowed is a list of texts"),
        ({"fields": {"ts": 3}}, "fields = "),
        ({"static_fields": [("a", 1)]}, "static_fields = [('a', 1)]: allowed is a dictionary"),
        ({"static_fields": {1: 2}}, "static_fields = {1: 2}: allowed is a dictionary"),
    ],
)
def test_wrong_parameters_are_named(given: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=re.escape(error)):
        femtologging.JSONFormatter(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["structured", "context", "filter"])
def test_examples_run(name: str) -> None:
    module = __import__(f"femtologging.{name}", fromlist=["x"])
    assert doctest.testmod(module).failed == 0


def test_an_object_that_changes_what_it_stands_in_is_harmless(run: Run) -> None:
    run(
        TWO_PATHS
        + """
class Growing:
    def __str__(self):
        extra[f"more{len(extra)}"] = 1
        return "growing"

for log in loggers(femtologging.JSONFormatter(fields=["message", "fields"])):
    extra = {"one": Growing(), "two": Growing(), "three": 3}
    log.info("x", extra=extra)
fast, slow = lines("fast"), lines("slow")
assert fast == slow == ['{"message":"x","fields":{"one":"growing","two":"growing","three":3}}'], (fast, slow)
assert counts() == (1, 1)
"""
    )
