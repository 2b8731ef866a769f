"""Exception: the texts of exceptions and of stacks, as stdlib's ``logging`` renders them.

Runs on the caller. The ``traceback`` module makes all text about stacks; what it made of one is
kept and used again for one that went through the same places of the same code, as long as the
source files are as they were. The line that tells the exception itself is made anew each time.
"""

from __future__ import annotations

import builtins
import io
import linecache
import logging
import os
import sys
import traceback
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType
    from typing import Any, TypeAlias

    #: The text of a stack; its code, kept so that no other comes to have its addresses; its files,
    #: with what `linecache` knew of each.
    Stack: TypeAlias = tuple[str, list[CodeType], list[tuple[str, Any]]]


def exception_text(exc_info: Any) -> str:
    """Return the text of an exception, given in any of the forms that ``exc_info`` takes."""
    global _left_to_stdlib
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    elif not isinstance(exc_info, tuple):
        exc_info = sys.exc_info()
    text = _compose(exc_info[1], exc_info[2]) if len(exc_info) == 3 else None
    if text is not None:
        return text
    _left_to_stdlib += 1
    return _formatter.formatException(exc_info)


def stack_text(frame: FrameType) -> str:
    """Return what ``stack_info`` shows for a log call in this frame."""
    global _left_to_stdlib
    place, codes = [_STACK_INFO], []
    one: FrameType | None = frame
    while one is not None:
        place += id(one.f_code), one.f_lineno or 0
        codes.append(one.f_code)
        one = one.f_back
    is_plain = len(codes) <= _DEEPEST and _is_plain()
    text = _kept_text(tuple(place)) if is_plain else None
    if text is not None:
        return text
    with io.StringIO() as out:
        out.write("Stack (most recent call last):\n")
        traceback.print_stack(frame, file=out)
        text = out.getvalue()
    text = text[:-1] if text[-1] == "\n" else text
    if is_plain:
        _keep(tuple(place), text, codes)
    else:
        _left_to_stdlib += 1
    return text


def counts() -> tuple[int, int]:
    """Return how many stacks were taken from those kept, how many texts were left to stdlib."""
    return _kept, _left_to_stdlib


def _compose(error: BaseException | None, stack: TracebackType | None) -> str | None:
    """Put the text together as ``TracebackException.format`` does; ``None`` if that has to."""
    if not isinstance(error, BaseException) or not _is_plain():
        return None
    links: list[tuple[str, str, BaseException, TracebackType | None]] = []
    message, seen = "", {id(error)}
    while True:
        above = _stack_text(stack) if stack is not None else ""
        if above is None or not _is_usual(error):
            return None
        links.append((message, above, error, stack))
        if error.__cause__ is not None:
            message, error = _CAUSE, error.__cause__
        elif error.__context__ is not None and not error.__suppress_context__:
            message, error = _CONTEXT, error.__context__
        else:
            break
        if id(error) in seen:
            return None
        seen.add(id(error))
        stack = error.__traceback__
    # From here on code of the application may run, so nothing is done twice.
    parts: list[str] = []
    try:
        for message, above, error, stack in links:
            parts += message, _last_lines(error, stack), above
    except Exception:  # as a `__str__` raises it: stdlib has a text for that
        return None
    parts.reverse()
    # Stdlib cuts off the line feed at the end.
    return "".join(parts)[:-1]


def _is_usual(error: BaseException) -> bool:
    """Whether the exception is shown by its stack, the lines of `_last_lines` and its chain."""
    kind = type(error)
    if hasattr(kind, "__len__") or hasattr(kind, "__bool__"):
        return False  # may be false, then stdlib shows no chain
    if issubclass(kind, _GROUP):
        return False
    has_chain = error.__cause__ is not None or error.__context__ is not None
    return not (has_chain and _is_special(error))


def _is_special(error: BaseException) -> bool:
    return isinstance(error, _SPECIAL) or hasattr(error, "__notes__")


def _last_lines(error: BaseException, stack: TracebackType | None) -> str:
    """Return what follows the stack, as ``TracebackException.format_exception_only`` makes it."""
    kind = type(error)
    if _is_special(error):
        # It looks at the stack for names like the one that is missing, and does not print it.
        special = traceback.TracebackException(kind, error, stack, limit=0, compact=True)
        return "".join(special.format_exception_only())
    name, module, text = kind.__qualname__, kind.__module__, str(error)
    if module not in ("__main__", "builtins"):
        if not isinstance(module, str):
            module = "<unknown>"
        name = f"{module}.{name}"
    return f"{name}: {text}\n" if text else f"{name}\n"


def _stack_text(stack: TracebackType) -> str | None:
    """Return the text of a traceback with its headline; ``None`` if that is left to stdlib."""
    place: list[int] = []
    codes: list[CodeType] = []
    one: TracebackType | None = stack
    while one is not None:
        code = one.tb_frame.f_code
        place += id(code), one.tb_lasti, one.tb_lineno
        codes.append(code)
        one = one.tb_next
    if len(codes) > _DEEPEST:
        return None
    text = _kept_text(tuple(place))
    if text is None:
        made = traceback.TracebackException(Exception, Exception(), stack, compact=True)
        *lines, _ = made.format(chain=False)
        text = "".join(lines)
        _keep(tuple(place), text, codes)
    return text


def _kept_text(place: tuple[int, ...]) -> str | None:
    global _kept
    known = _stacks.get(place)
    if known is None:
        return None
    text, _, sources = known
    if not all(map(_is_unchanged, sources)):
        return None
    _kept += 1
    return text


def _is_unchanged(source: tuple[str, Any]) -> bool:
    """Whether ``linecache`` would answer as before: it looks at the file's size and time, too."""
    filename, entry = source
    if _source(filename) is not entry:
        return False
    if entry is None:
        return True
    size, mtime, _, path = entry
    if mtime is None:
        return True
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    return bool(size == status.st_size and mtime == status.st_mtime)


def _keep(place: tuple[int, ...], text: str, codes: list[CodeType]) -> None:
    """Keep what stdlib made, if it can be told whether it still is what stdlib would make."""
    _stacks.pop(place, None)
    sources = {code.co_filename: _source(code.co_filename) for code in codes}
    if len(text) <= _LONGEST and all(map(_is_known, sources.items())):
        if len(_stacks) >= _MOST:
            # The oldest; another thread may have been faster.
            _stacks.pop(next(iter(list(_stacks)), ()), None)
        _stacks[place] = text, codes, list(sources.items())


def _source(filename: str) -> Any:
    """Return what `linecache` has: size, time, lines, path; or what will read the lines."""
    return linecache.cache.get(filename)


def _is_known(source: tuple[str, Any]) -> bool:
    """Whether ``linecache`` has read the source, or never tries to."""
    filename, entry = source
    if entry is None:
        return filename.startswith("<") and filename.endswith(">")
    return isinstance(entry, tuple) and len(entry) == 4


def _is_plain() -> bool:
    """Whether stacks are shown whole, and as stdlib shows them."""
    return _ingredients() == _PLAIN and not hasattr(sys, "tracebacklimit")


def _ingredients() -> tuple[object, ...]:
    """Return what the text is made by, to see whether somebody replaced a part of it."""
    exception = traceback.TracebackException
    stack = traceback.StackSummary
    return (
        exception,
        exception.__init__,
        exception.format,
        exception.format_exception_only,
        stack,
        stack.extract.__func__,  # type: ignore[attr-defined]
        stack.format,
        traceback.FrameSummary,
        traceback.print_exception,
        traceback.print_stack,
        linecache.getline,
        linecache.getlines,
        linecache.updatecache,
        linecache.checkcache,
        linecache.lazycache,
    )


def _are_stdlibs(ingredients: tuple[object, ...]) -> bool:
    """Whether nobody had replaced one before this module was imported."""
    homes = (vars(traceback), vars(linecache))
    return all(
        isinstance(one, type) or (isinstance(one, FunctionType) and one.__globals__ in homes)
        for one in ingredients
    )


#: `None` is equal to no ingredients.
_PLAIN = _ingredients() if _are_stdlibs(_ingredients()) else None
#: Exceptions whose last lines take more than their text.
_SPECIAL: tuple[type[BaseException], ...] = (
    SyntaxError,
    ImportError,
    NameError,
    AttributeError,
)
#: 3.10 has none: there this is no class of an exception.
_GROUP: type = getattr(builtins, "BaseExceptionGroup", type)
_CAUSE: str = traceback._cause_message  # type: ignore[attr-defined]
_CONTEXT: str = traceback._context_message  # type: ignore[attr-defined]

_formatter = logging.Formatter()
#: By code, instruction and line of each frame of a traceback, outermost first; by code and line of
#: those of a stack, innermost first, behind `_STACK_INFO`.
_stacks: dict[tuple[int, ...], Stack] = {}
_MOST = 128
_LONGEST = 16384
_DEEPEST = 200
_STACK_INFO = 0
_kept = 0
_left_to_stdlib = 0
