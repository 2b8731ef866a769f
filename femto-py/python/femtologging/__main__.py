"""``python -m femtologging``: what people look at on a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .commands import bench, check, demo, recover


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 0, 1 if something is wrong, 2 for wrong arguments."""
    parser = argparse.ArgumentParser(prog="python -m femtologging")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (bench, check, demo, recover):
        name = command.__name__.rpartition(".")[2]
        summary = (command.__doc__ or "").splitlines()[0]
        one = commands.add_parser(name, help=summary, description=command.__doc__)
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
