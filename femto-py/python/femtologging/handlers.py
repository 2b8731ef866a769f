"""Stdlib's ``logging.handlers``, for programs that have femtologging in place of ``logging``."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    from logging import handlers  # few programs need it at once

    return getattr(handlers, name)
