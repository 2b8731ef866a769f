"""Level: numbers and names."""

from __future__ import annotations

import logging


def check_level(level: object) -> int:
    """Return the level as a number, as stdlib does, and name the known ones if it is none."""
    try:
        return logging._checkLevel(level)  # type: ignore[attr-defined, no-any-return]
    except ValueError:
        known = ", ".join(logging._nameToLevel)
        raise ValueError(f"Unknown level: {level!r}; known are {known}") from None


def clamp(level: int) -> int:
    """Return the level within 64 bits, which the native part has; all beyond are as good."""
    return max(-(2**63), min(level, 2**63 - 1))
