"""Counts: what a handler did, as programs are told.

Imported when somebody asks: a named tuple with types costs as much as all that is imported at once.
"""

from __future__ import annotations

from typing import NamedTuple


class HandlerStats(NamedTuple):
    """What a handler did since it was made, or the process was forked: a child begins at zero."""

    handler: str
    accepted: int
    written: int
    dropped: int
    bytes: int
    errors: int
