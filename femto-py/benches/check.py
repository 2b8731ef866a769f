"""Check: whether a file holds each record once, whole. What does not voids the row."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

# The date is left out: picologging prints a wrong one now and then.
LINE = re.compile(r".*\b(?i:info|error)\b.*hello world (-?\d+)[\"']?( exception=.*)?")
LEVEL = re.compile(r".*\b(?i:info|error)\b.*")


def expected(scenario: str, count: int) -> Counter[int]:
    """Return the numbers that the lines must carry."""
    if scenario == "disabled":
        return Counter()
    numbers = Counter(range(count))
    if scenario == "threads":
        numbers = Counter(dict.fromkeys(range(count // 4), 4))
    if scenario not in ("json", "exception", "memory"):
        numbers[-1] = 1
    return numbers


def wrong(scenario: str, count: int, lines: Iterable[str]) -> str:
    """Return what is wrong with the lines, or nothing."""
    if scenario == "visible":
        numbers = list(_numbers(lines))
        return "" if len(set(numbers)) == count + 1 == len(numbers) else "lost lines"
    try:
        if scenario == "json":
            found = Counter(map(_parsed, lines))
        elif scenario == "exception":
            found = Counter(_exceptions(list(lines)))
        elif scenario == "idle":
            return "" if list(_numbers(lines)) == [-1] else "lost lines"
        elif scenario == "residence":
            return _residence(list(_numbers(lines)))
        else:
            found = Counter(_numbers(lines))
    except ValueError as error:
        return f"torn line: {error}"
    missing = expected(scenario, count) - found
    surplus = found - expected(scenario, count)
    if missing:
        return f"{sum(missing.values())} of {count} lost"
    return f"{sum(surplus.values())} doubled" if surplus else ""


def _residence(numbers: list[int]) -> str:
    # The last of them: the scenario empties the file now and then, having counted the lines.
    is_whole = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return "" if is_whole and len(numbers) >= 1000 else "lost lines"


def _numbers(lines: Iterable[str]) -> Iterator[int]:
    for line in lines:
        if not line:
            continue  # some end a record with two line feeds
        match = LINE.fullmatch(line)
        if match is None:
            raise ValueError(line[:80])
        yield int(match[1])


def _exceptions(lines: list[str]) -> Iterator[int]:
    """Yield the number of each record that is followed by a whole traceback."""
    number = None
    for line in lines:
        match = LINE.fullmatch(line)
        if match is not None:
            number = int(match[1])
            if match[2] and "ZeroDivisionError" in match[2]:  # in the same line
                yield number
        elif line.startswith("ZeroDivisionError: ") and number is not None:
            yield number
            number = None


def _parsed(line: str) -> int:
    fields: dict[str, Any] = json.loads(line)
    flat = _flat(fields)
    message = next((one for one in flat if str(one).startswith("hello world ")), None)
    if message is None or "me" not in flat or not {200, "200"} & set(flat):
        raise ValueError(line[:80])
    if not any(str(one).lower() == "info" for one in flat):
        raise ValueError(line[:80])
    return int(str(message).split(" ")[-1])


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _flat(inner)]
    return [value]
