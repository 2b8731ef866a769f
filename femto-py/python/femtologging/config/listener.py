"""Listener: configurations that come by a socket, as stdlib's ``listen`` takes them.

The server is stdlib's; what it gets is configured here.
"""

from __future__ import annotations

import io
import json
import sys
import traceback
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING

from ..mirror import submodule

if TYPE_CHECKING:
    from logging import config as stdlib
else:
    stdlib = submodule("config")

Verify = Callable[[bytes], bytes | None]


def listen(port: int = stdlib.DEFAULT_LOGGING_CONFIG_PORT, verify: Verify | None = None) -> Thread:
    """Return a thread that takes configurations on a local port: JSON for ``dictConfig``, or INI.

    Each comes behind its length in four bytes, the highest first. Start the thread;
    ``stopListening`` ends it. One that is wrong is told on standard error, and changes nothing.

    :param port: 0 for any that is free. Default: 9030.
    :param verify: gets the bytes, and returns those to be used, or ``None`` for none.
    """
    return stdlib.listen(port, verify=lambda given: _configure(given, verify))


def _configure(given: bytes, verify: Verify | None) -> None:
    """Configure by what came; leave nothing for stdlib's code to do."""
    config = sys.modules[__package__]
    wanted = given if verify is None else verify(given)
    if wanted is None:
        return
    try:
        text = wanted.decode()
        try:
            section = json.loads(text)
        except ValueError:
            config.fileConfig(io.StringIO(text))
        else:
            config.dictConfig(section)
    except Exception:
        traceback.print_exc()
