"""The binary part of femtologging: for the package's own use."""

from collections.abc import Callable
from logging import Handler, Logger
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, final
from weakref import ref

__version__: str
#: The compile-time ceiling: calls below this level do nothing; 0 without one.
STATIC_MAX_LEVEL: int

@final
class LoggerCore:
    """The native part of one ``FemtoLogger``, kept in its attribute ``_femto``."""

@final
class NativeFormatter:
    """A formatter of Python's, compiled."""

    @staticmethod
    def pattern(
        format: str,
        style: str,
        *,
        datefmt: str | None,
        msec_format: str | None,
        utc: bool,
        start: int,
        fields: list[str],
        defaults: list[tuple[str, object]],
        has_tasks: bool,
    ) -> NativeFormatter:
        """Compile a format string; raises ``ValueError`` for what only Python does.

        ``fields`` are the keys of ``extra`` that it prints, ``defaults`` their defaults. ``utc``:
        as with ``converter = time.gmtime``. ``start``: nanoseconds that ``relativeCreated`` counts
        from.
        """

    @staticmethod
    def structured(
        style: Literal["json", "logfmt"],
        *,
        fields: list[tuple[str, str]] | None,
        datefmt: str | None,
        time_zone: str | None,
        precision: str | None,
        flat: bool,
        keys: list[str] | None,
        except_keys: list[str] | None,
        static_fields: list[tuple[str, object]],
    ) -> NativeFormatter:
        """Return a formatter for programs.

        ``fields`` are pairs of a line's key and what stands there; ``keys`` the keys of ``extra``
        that are shown, ``except_keys`` those that are not.
        """

    def format(
        self,
        name: str,
        level: int,
        level_name: str,
        message: str,
        *,
        created: int,
        fields: dict[str, object],
        location: tuple[str, int] | None,
        function: str | None,
        thread: tuple[int, str] | None,
        process: tuple[int, str] | None,
        task: str | None,
        exception: str | None,
        stack: str | None,
    ) -> str:
        """Format what Python read of a record.

        ``created`` in nanoseconds since the Unix epoch, ``fields`` as of ``extra``.
        """

@final
class NativeFilter:
    """A filter of handlers, by what needs no Python."""

    @staticmethod
    def by_level(lowest: int, highest: int) -> NativeFilter:
        """Return one that passes levels from ``lowest`` to ``highest``."""

    @staticmethod
    def by_name(name: str) -> NativeFilter:
        """Return one that passes the logger of this name and those below it."""

@final
class RateLimit:
    """How much of what each statement logs passes: ``5/10s``, ``first 3``, ``every 10``."""

    def __new__(cls, limit: str) -> RateLimit:
        """Read the limit; raises ``ValueError`` for what is none."""

    def set_limit(self, limit: str) -> None:
        """Change the limit; all statements are counted anew."""

    @property
    def rejected(self) -> int:
        """How many records it refused."""

    def admits(self, name: str, message: str, created: int) -> bool:
        """Count a record of the logger with this message, and answer whether it passes."""

@final
class HandlerCore:
    """The native part of a handler: what writes."""

    @staticmethod
    def file(path: str | PathLike[str], *, watch: bool = False, **options: Any) -> HandlerCore:
        """Return a handler that appends to the file.

        ``watch``: one that was moved away or deleted is opened anew.
        """

    @staticmethod
    def rotating(
        path: str | PathLike[str], max_bytes: int, backup_count: int, **options: Any
    ) -> HandlerCore:
        """Return a handler that rolls the file over before it gets larger."""

    @staticmethod
    def timed(
        path: str | PathLike[str],
        when: str,
        interval: int,
        backup_count: int,
        utc: bool,
        at_time: tuple[int, int, int] | None,
        **options: Any,
    ) -> HandlerCore:
        """Return a handler that rolls the file over when a time has come.

        ``backup_count``: 0 for all.
        """

    @staticmethod
    def stream(name: Literal["stdout", "stderr"], **options: Any) -> HandlerCore:
        """Return a handler that writes to the process's standard output or standard error."""

    @staticmethod
    def memory(
        target: HandlerCore, capacity: int, flush_level: int, flush_on_close: bool
    ) -> HandlerCore:
        """Return a handler that keeps records for another.

        It passes all on when there are so many or one comes that is worth it.
        """

    def set_level(self, level: int) -> None:
        """Set the level below which records are not taken."""

    def set_formatter(self, formatter: NativeFormatter | None) -> None:
        """Format natively by the formatter; ``None`` if Python formats."""

    def set_filters(self, filters: list[NativeFilter]) -> None:
        """Have records pass these filters."""

    def flush(self, seconds: float) -> None:
        """Wait until everything logged before is with the operating system."""

    def close(self, seconds: float) -> None:
        """Flush, then close."""

    def reopen(self) -> None:
        """Open the file anew by its name."""

    def roll_over(self) -> None:
        """Begin a new file, whatever the size or time of the one there is."""

    def stats(self) -> tuple[int, int, int, int, int]:
        """Return how many were accepted, written, dropped; bytes written; errors."""

def set_up(
    reserved: frozenset[str],
    resolve: Callable[
        [Logger],
        tuple[
            int,
            tuple[list[HandlerCore], int, int, list[RateLimit], list[ref[Handler]]] | None,
        ],
    ],
    revalidate: Callable[[], None],
) -> None:
    """Give the native part what it asks: before ``bind``, once.

    ``resolve(logger)`` says what a logger reaches; ``revalidate()`` looks at classes and modules
    and calls ``revalidated``; ``reserved`` are the attributes of a record.
    """

def bind(
    logger_class: type[Logger],
    handler_class: type[Handler],
    witness: type,
    dictionaries: list[dict[Any, Any]],
) -> None:
    """Give ``FemtoLogger`` and ``NativeHandler`` their methods, and the fast path what it watches.

    A change of the class ``witness`` or of one of ``dictionaries`` makes the fast path look again.
    """

def end() -> None:
    """Say that the calling thread ends the interpreter, after the last flush.

    Other threads do not run Python code any more from inside a log call.
    """

def forked() -> None:
    """Say that this is the child of a fork."""

def read_file(path: str) -> tuple[Any, dict[tuple[object, ...], int]]:
    """Read a file of TOML, YAML or JSON.

    Returns its dictionary, and the lines of its values by their paths; raises ``ValueError`` with
    file and line.
    """

def read_ini(
    text: str,
) -> tuple[list[tuple[str, int, list[tuple[str, str, int]]]], list[tuple[int, str]]]:
    """Read the text of an INI file: sections and options, with their lines, as they are written.

    And the lines that are none of a section; of those before all sections, the first.
    """

def use_context() -> None:
    """Say that the program uses contexts: calls look for fields there from now on."""

def changed() -> None:
    """Say that something changed which the fast path depends on."""

def revalidated(methods: list[Callable[..., Any]], level_names: list[tuple[int, str]]) -> None:
    """Say that classes and modules were looked at and are as the fast path knows them now.

    ``methods`` are the methods of ``logging.Logger`` in the order of this module's own;
    ``level_names`` those that are not usual.
    """

def recover(path: str | PathLike[str]) -> None:
    """Keep the process's records in the file at ``path`` until they are written."""

def flush_all(seconds: float) -> None:
    """Wait until everything logged before is with the operating system."""

def path_counts() -> tuple[int, int]:
    """Return how many calls of this process were native to the end, and how many Python's.

    Both since it began, or was forked; calls below the level are not counted. Python makes the
    record where something of Python's has to see it: a filter, a handler that is not native, a
    patched class; :func:`femtologging.why_slow` tells what.
    """

def rust_table(bridge: ModuleType) -> object:
    """Return the functions by which other extension modules hand their records over.

    ``bridge`` is the module that they ask what a logger reaches.
    """

def rust_counts() -> tuple[int, int, int]:
    """Return how many records of Rust's ``log`` and ``tracing`` went which way.

    Handed over without the interpreter; as a ``LogRecord``; dropped, because Python code would have
    had to see them when the interpreter was at its end, or because that code or ours panicked.
    """

def left_behind(
    path: str | PathLike[str],
) -> tuple[list[tuple[Path, int, bool, int, list[tuple[str, str]], list[str]]], list[str]]:
    """Return what killed processes left in the file of ``recover``, and what is wrong with others.

    For each file its path, the process that it was of, whether it was taken, how much is damaged,
    lines with the names of their handlers, records as lines of text. Raises ``OSError`` if the
    folder cannot be read.
    """
