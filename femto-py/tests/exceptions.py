"""Raises what a seed says, and compares the texts of it with stdlib's: ``exceptions.py SEED``.

Each exception is raised by the same code several times, so that kept stacks are used. Prints how
many were, and how many texts were left to stdlib.
"""

from __future__ import annotations

import linecache
import logging
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from femtologging import exception_text as exception

FORMATTER = logging.Formatter()

SOURCE = """
class Own(Exception):
    pass

ASKED = [0]

class Odd(Exception):
    def __str__(self):
        ASKED[0] += 1
        return "two\\nlines é \\U0001f600"

class Nothing(Exception):
    def __str__(self): return ""

class Broken(Exception):
    def __str__(self): raise RuntimeError("no text")

class Empty(Exception):
    def __len__(self): return 0

class Where(Exception):
    pass
Where.__module__ = None

def fail(make):
    raise make()

def lines(make):
    return [
        1,
        fail(
            make,
        ),
    ] + [
        2
    ]

def comprehension(make):
    return [fail(make) for _ in range(2)]

def generator(make):
    return sum((fail(make) for _ in range(2)), start=(1 +
        2))

def nested(make):
    def é(x): return (lambda: fail(x))() + 1
    return é(make) * 3 if make else None

def deeper(make, times=6):
    if times: deeper(make, times - 1)
    fail(make)

def operators(make):
    a, b = {"k": {}}, 0
    return a["k"]["missing"] + b if make else 1

TURNS = [0]

def one_line(make):
    TURNS[0] ^= 1
    return [len("a"), TURNS[0] and fail(make), fail(make)]

def divides(make):
    return (1 +   2) / (  0 * 3)   # é a comment

def caused(make):
    try:
        lines(make)
    except BaseException as error:
        raise Own("outer", 1) from error

def during(make):
    try:
        divides(make)
    except ZeroDivisionError:
        nested(make)

def from_none(make):
    try:
        divides(make)
    except ZeroDivisionError:
        raise Own("no chain") from None

def twice(make):
    try:
        during(make)
    except BaseException:
        caused(make)

def again(make):
    try:
        lines(make)
    except BaseException as error:
        raise error

def misspelt_after(make):
    try:
        lines(make)
    except BaseException:
        misspelt(make)

def circle(make):
    try:
        divides(make)
    except ZeroDivisionError as error:
        inner = error
    other = Own("circle")
    other.__cause__, inner.__context__ = inner, other
    raise other

def misspelt(make):
    value = 1
    return valeu

def no_attribute(make):
    return "text".uper()

def from_import(make):
    from os import pathh

def wrong_syntax(make):
    compile("a = = 1\\n", "<wrong>", "exec")

PLACES = [fail, one_line, lines, comprehension, generator, nested, deeper, operators, divides, caused, during,
    from_none, twice, again, misspelt_after, circle, misspelt, no_attribute, from_import, wrong_syntax]
KINDS = [lambda: Own("own", 5), Own, Odd, Nothing, Broken, Empty, Where, lambda: Where("text"),
    lambda: KeyError("k"), lambda: OSError(2, "gone", "file"), lambda: UnicodeDecodeError("ascii",
    b"x", 0, 1, "why"), KeyboardInterrupt, lambda: SystemExit(3), lambda: StopIteration(7),
    lambda: NameError("name 'x' is not defined", name="x"), lambda: SyntaxError("bad", ("f.py", 1, 2, "a b\\n"))]
"""

NEWER = """
def group(make):
    errors = []
    for place in (lines, divides):
        try:
            place(make)
        except BaseException as error:
            errors.append(error)
    raise BaseExceptionGroup("several", errors)

def noted(make):
    try:
        lines(make)
    except BaseException as error:
        error.add_note("note é")
        error.add_note("of two\\nlines")
        raise

PLACES += [group, noted]
"""
if sys.version_info >= (3, 11):
    SOURCE += NEWER


def stdlibs(error: Any) -> str:
    return FORMATTER.formatException((type(error), error, error.__traceback__))


def check(scope: dict[str, Any], place: str, make: Callable[[], BaseException]) -> None:
    try:
        scope[place](make)
    except BaseException as error:
        asked = scope["ASKED"]
        asked[0] = 0
        # Ours first: stdlib's look at the files is one for all.
        texts = [exception.exception_text(error) for _ in range(2)]
        asked_by_ours = asked[0]
        expected = stdlibs(error)
        for written in texts:
            assert written == expected, f"{written}\n--- is not\n{expected}"
        assert asked[0] == asked_by_ours * 1.5
        assert exception.exception_text(True) == expected
        bare = (type(error), error, None)
        assert exception.exception_text(bare) == FORMATTER.formatException(bare)


def load(path: Path, name: str) -> dict[str, Any]:
    """Load the source from a file, or from nowhere with a name that says so."""
    if name == "file":
        path.write_text(SOURCE, encoding="utf-8")
    scope: dict[str, Any] = {"__name__": "some.module"}
    filename = {"file": str(path), "string": "<string>", "gone": str(path) + ".gone"}[name]
    exec(compile(SOURCE, filename, "exec"), scope)
    return scope


def change(pick: random.Random, path: Path, scope: dict[str, Any]) -> None:
    """Change what the lines of the source are."""
    action = pick.randint(0, 4)
    if action == 0:
        linecache.clearcache()
    elif action == 1:
        linecache.cache.pop(str(path), None)
    elif action == 2:
        check(scope, "nested", scope["Own"])
        path.write_text(path.read_text("utf-8").replace("(make)", pick.choice(["(mine)", "(our)"])))
        os.utime(path, (time.time(), pick.randint(1, 10**9)))
        check(scope, "nested", scope["Own"])
        path.write_text(SOURCE, encoding="utf-8")
    elif action == 3:
        linecache.cache[str(path)] = (1, None, ["somebody's line\n"] * 60, str(path))
    else:
        path.unlink()
        check_all(pick, scope, 3)
        path.write_text(SOURCE, encoding="utf-8")


def check_all(pick: random.Random, scope: dict[str, Any], times: int) -> None:
    for _ in range(times):
        check(scope, pick.choice(scope["PLACES"]).__name__, pick.choice(scope["KINDS"]))


def main(seed: int) -> None:
    pick = random.Random(seed)
    path = Path(f"source{seed}.py").absolute()
    scopes = [load(path, name) for name in ("file", "string", "gone")]
    for _ in range(30):
        for scope in scopes:
            check_all(pick, scope, 12)
        change(pick, path, scopes[0])
    print(*exception.counts())


if __name__ == "__main__":
    main(int(sys.argv[1]))
