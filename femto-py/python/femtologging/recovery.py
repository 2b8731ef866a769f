"""Recovery: the file that keeps the process's records until they are written.

Set up where handlers are configured; a log call writes the same words to the same kind of memory.
"""

from __future__ import annotations

import os

from ._femtologging import recover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike


def start(path: str | PathLike[str] | None) -> None:
    """Keep the process's records in the file at ``path`` from now on.

    What a killed process left there is written to the handlers of the same files, as soon as they
    are there.

    :raises ValueError: if the process keeps them in another file already.
    :raises OSError: if the file cannot be made.
    """
    global _path
    if path is None:
        return
    wanted = os.path.abspath(os.fsdecode(path))
    if _path is None:
        recover(wanted)
        _path = wanted
    elif wanted != _path:
        raise ValueError(
            f"recover = {wanted!r}: the process keeps its records in {_path!r} already; allowed is"
            " one file for all handlers"
        )


_path: str | None = None
