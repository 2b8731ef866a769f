"""Look at a configuration in a file, and say all that is wrong with it, a line each.

Files of TOML, YAML or JSON in the schema of dictConfig, or INI files of fileConfig. Nothing is
changed, no log file is opened; what the configuration names is imported. Exit status: 0 all is
well, 1 something is wrong.
"""

from __future__ import annotations

import argparse
import sys

from ..config.loading import problems


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("file", nargs="+", help="what config.load will be given")


def run(arguments: argparse.Namespace) -> int:
    """Look at it."""
    status = 0
    for path in arguments.file:
        found = problems(path)
        for line in found:
            print(line, file=sys.stderr)
        if found:
            status = 1
        else:
            print(f"{path}: nothing is wrong")
    return status
