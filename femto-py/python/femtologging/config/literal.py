"""Literal: values that are written as Python writes them, read without running anything.

Runs where logging is configured. Beside Python's literals there are the names that the arguments of
stdlib's handlers are written with.
"""

from __future__ import annotations

import ast
import socket
import sys

from ..mirror import logging, submodule
from .error import wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .error import Path


def literal(text: str, path: Path) -> Any:
    """Return the value of a literal: ``('app.log', 'a')``, ``(sys.stdout,)``, ``(10, ERROR)``.

    Numbers may be products, sums and differences of numbers, and a dictionary ``dict(mode='a')``.
    The names are ``sys.stdout``, ``sys.stderr``, and the constants of ``logging`` (with or without
    that name before them), of ``logging.handlers`` and its classes (``handlers.SYSLOG_UDP_PORT``,
    ``handlers.SysLogHandler.LOG_USER``) and of ``socket`` (``socket.SOCK_STREAM``).
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # Its own text has a file and a line, of which there are none here.
        told = error.msg if isinstance(error, SyntaxError) else error
        raise wrong(path, f"not a literal of Python: {told}", text) from error
    try:
        return _value(tree.body)
    except (OverflowError, RecursionError, TypeError) as error:
        # Of a number; of too long a sum; of what is in a set, or a key.
        raise wrong(path, str(error), text) from None
    except _NotALiteralError as error:
        part = ast.get_source_segment(text.strip(), error.node) or ""
        raise wrong(path, f"{part!r} {error}", text) from None


class _NotALiteralError(Exception):
    def __init__(self, node: ast.expr, text: str) -> None:
        super().__init__(text)
        self.node = node


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Tuple():
            return tuple(map(_value, node.elts))
        case ast.List():
            return list(map(_value, node.elts))
        case ast.Set():
            return set(map(_value, node.elts))
        case ast.Dict() if None not in node.keys:
            keys = [_value(key) for key in node.keys if key is not None]
            return dict(zip(keys, map(_value, node.values), strict=True))
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=ast.Constant(value=number)) if (
            isinstance(number, (int, float)) and not isinstance(number, bool)
        ):
            return -number if isinstance(node.op, ast.USub) else number
        case ast.BinOp(op=ast.Mult() | ast.Add() | ast.Sub()):
            return _calculated(node)
        case ast.Call(
            func=ast.Name(id=("dict" | "list" | "set" | "tuple") as name), args=[], keywords=[]
        ):
            return _EMPTY[name]()
        case ast.Call(func=ast.Name(id="dict"), args=[]) if all(
            one.arg is not None for one in node.keywords
        ):
            return {one.arg: _value(one.value) for one in node.keywords}
        case ast.Name() | ast.Attribute():
            return _named(node)
    raise _NotALiteralError(node, "is not a literal: nothing is evaluated here")


def _calculated(node: ast.BinOp) -> Any:
    """Return a number that is written as ``10 * 1024 * 1024``; its text bounds how large it is."""
    left, right = _value(node.left), _value(node.right)
    if any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in (left, right)):
        raise _NotALiteralError(node, "is not a literal: only numbers are calculated with")
    if isinstance(node.op, ast.Mult):
        return left * right
    return left + right if isinstance(node.op, ast.Add) else left - right


def _named(node: ast.expr) -> Any:
    parts: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        parts.insert(0, inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        raise _NotALiteralError(node, "is not a literal: nothing is evaluated here")
    parts.insert(0, inner.id)
    if parts[0] == "sys":
        if parts[1:] in (["stdout"], ["stderr"]):
            return getattr(sys, parts[1])
        raise _NotALiteralError(node, "is not known; of sys there are sys.stdout and sys.stderr")
    if parts[:2] == ["handlers", "socket"]:
        del parts[0]
    if parts[0] == "socket":
        found: Any = socket
        parts.pop(0)
    else:
        found = logging
        if parts[0] == "logging":
            parts.pop(0)
    for part in parts:
        is_open = found in (logging, _handlers, socket) or isinstance(found, type)
        found = getattr(found, part, None) if is_open and not part.startswith("_") else None
    if isinstance(found, (int, float, str)) or _is_of_logging(found):
        return found
    raise _NotALiteralError(node, _KNOWN)


def _is_of_logging(found: Any) -> bool:
    return isinstance(found, type) and found.__module__ in ("logging", "logging.handlers")


#: Written as calls, for lack of another way or by custom.
_EMPTY: dict[str, type] = {"dict": dict, "list": list, "set": set, "tuple": tuple}
_KNOWN = (
    "is not known; there are sys.stdout, sys.stderr, and the constants of logging, "
    "handlers and socket"
)

_handlers = submodule("handlers")
