"""Context: fields that every record of a task or thread has.

Kept in a context variable, so an ``asyncio`` task has its own. Looked up on the caller: by the
native part where a formatter prints fields, and for each ``LogRecord``.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar

from ._femtologging import use_context
from .record import ATTRIBUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_fields: ContextVar[dict[str, object] | None] = ContextVar("femtologging_context", default=None)

#: Returns the fields of the context that the caller is in; ``None`` if there are none.
current = _fields.get


@contextlib.contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Add fields to every record logged inside, by the same task or thread.

    They are as those of ``extra``: JSON and logfmt show them, ``%(request_id)s`` names one. An
    inner context adds to an outer one; ``extra`` counts before both. Usable as a decorator of
    functions that are not asynchronous.

    >>> import femtologging
    >>> with femtologging.log_context(request_id="a1", user="ada"):
    ...     femtologging.getLogger("shop").info("bought %d apples", 3)

    :raises ValueError: for a name that is an attribute of every record, as ``message`` is.
    """
    for name in fields:
        if name in ATTRIBUTES:
            raise ValueError(f"log_context({name}=...): every record has an attribute of that name")
    use_context()
    token = _fields.set({**(current() or {}), **fields})
    try:
        yield
    finally:
        _fields.reset(token)
