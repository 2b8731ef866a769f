"""Show what a killed process left in its file of ``recover=``.

Lines come first that were made and not written, then records that no line was made of yet. They
stay where they are: the next start of the program writes them to its files. Exit status: 0 all was
shown, or there was nothing; 1 a file is in use, damaged or could not be read.
"""

from __future__ import annotations

import argparse
import sys

from .._femtologging import left_behind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("file", help="what the handlers were given as recover=")


def run(arguments: argparse.Namespace) -> int:
    """Show it."""
    try:
        found, problems = left_behind(arguments.file)
    except OSError as error:
        found, problems = [], [f"{arguments.file}: {error}"]
    for path, process, is_taken, damaged, lines, records in found:
        for handler, line in lines:
            print(f"{handler}: {_printable(line)}")
        for record in records:
            print(record)
        taken = ", taken before" if is_taken else ""
        print(
            f"{path}: {len(lines)} lines and {len(records)} records of process {process}{taken}",
            file=sys.stderr,
        )
        if damaged:
            problems.append(f"{path}: {damaged} records or lanes are damaged and not shown")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _printable(line: str) -> str:
    """Return the line without what a terminal would act on."""
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in line)
