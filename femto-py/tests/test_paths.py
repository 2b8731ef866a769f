"""Which calls take the fast path, and that changes at run time act at once."""

from __future__ import annotations

from pathlib import Path

import pytest

START = """\
    femtologging.basicConfig(filename="app.log", filemode="w", level="INFO", format="%(levelname)s %(name)s %(message)s")
    log = femtologging.getLogger("app.db")
    root = logging.getLogger()
    handler = root.handlers[0]
    def lines():
        handler.flush()
        return open("app.log").read().splitlines()
    """


def test_plain_calls_never_make_a_record(run, tmp_path: Path) -> None:
    run(
        START
        + """
    logging.LogRecord.__init__  # untouched
    log.debug("no")
    log.info("hello %s %d", "world", 5)
    log.warning("objects %s %r", [1], {"a"})
    log.error("100% plain")
    log.critical("%(a)s and %(b).2f", {"a": 1, "b": 2})
    log.log(25, "between")
    log.trace("no")
    log.info(ValueError("an object"))
    log.info("big %d %s %s", 2**100, 2**200, b"x")
    log.info("with nothing special", extra={"k": object()}, exc_info=None, stacklevel=1)
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("boom")
        log.error("boom %s", 2, exc_info=True)
    assert counts() == (10, 0), counts()
    text = lines()
    assert text[:8] == [
        "INFO app.db hello world 5",
        "WARNING app.db objects [1] {'a'}",
        "ERROR app.db 100% plain",
        "CRITICAL app.db 1 and 2.00",
        "Level 25 app.db between",
        "INFO app.db an object",
        f"INFO app.db big {2**100} {2**200} b'x'",
        "INFO app.db with nothing special",
    ], text
    assert text.count("ZeroDivisionError: division by zero") == 2
    """
    )


@pytest.mark.parametrize(
    ("change", "culprits"),
    [
        ("pass", []),
        ("root.addHandler(type('Own', (logging.NullHandler,), {})())", ["Own'>"]),
        ("root.addHandler(logging.NullHandler())", []),
        ("root.addHandler(logging.StreamHandler())", ["<class 'logging.StreamHandler'>"]),
        ("log.addFilter(logging.Filter(log.name))", []),
        ("handler.addFilter(femtologging.LevelFilter(10))", []),
        ("log.addFilter(lambda record: True)", ["app.db (INFO)> has a filter", "<lambda>"]),
        ("handler.addFilter(lambda record: True)", ["app.log (NOTSET)> has a filter"]),
        ("handler.filters.append(lambda record: True)", ["app.log (NOTSET)> has a filter"]),
        ("handler.addFilter(femtologging.RateLimitFilter('every 1'))", ["every 1"]),
        ("log.addFilter(femtologging.RateLimitFilter('every 1'))", []),
        (
            "logging.setLogRecordFactory(type('R', (logging.LogRecord,), {}))",
            ["a record factory is set"],
        ),
        (
            "logging.Logger.callHandlers = lambda self, record, old=logging.Logger.callHandlers: old(self, record)",
            ["logging.Logger.callHandlers was replaced"],
        ),
        (
            "logging.Logger.makeRecord = lambda *a, old=logging.Logger.makeRecord, **k: old(*a, **k)",
            ["logging.Logger.makeRecord was replaced"],
        ),
        (
            "logging.Logger.isEnabledFor = lambda *a, old=logging.Logger.isEnabledFor: old(*a)",
            ["logging.Logger.isEnabledFor was replaced"],
        ),
        (
            "log.makeRecord = lambda *a, **k: logging.Logger.makeRecord(log, *a, **k)",
            ["app.db (INFO)> has a method"],
        ),
        ("root.filter = lambda record: True", ["root (INFO)> has a method"]),
        (
            "handler.emit = lambda record: type(handler).emit(handler, record)",
            ["app.log (NOTSET)> has a method"],
        ),
        (
            "handler.__class__ = type('Mine', (type(handler),), {'emit': lambda *a: logging.FileHandler.emit(*a)})",
            ["overrides", "Mine'>"],
        ),
        ("handler.terminator = '\\n\\n'", ["app.log (NOTSET)> is left to stdlib"]),
        ("handler.setFormatter(type('F', (logging.Formatter,), {})())", ["F object"]),
        (
            "handler.formatter.format = lambda record: record.getMessage()",
            ["a formatter that formats in Python"],
        ),
        (
            "logging.Formatter.formatTime = lambda self, record, datefmt=None: 'now'",
            ["logging.Formatter.formatTime was replaced", "a formatter that formats in Python"],
        ),
        ("logging.logThreads = False", ["logging.logThreads is off"]),
        ("import time; time.time = lambda real=time.time: real()", ["time.time was replaced"]),
        (
            "logging.root.manager.__class__ = type('M', (type(root.manager),), {})",
            ["app.db (INFO)> has a manager", "root (INFO)> has a manager"],
        ),
        ("log.level = 10.5", ["no whole number"]),
        (
            "logging.getLogger('app').__class__ = type('Own', (logging.Logger,), {})",
            ["<Own app (INFO)>"],
        ),
        ("log.__class__ = type('Own', (type(log),), {})", ["<Own app.db (INFO)>"]),
        ("log = femtologging.getLogger('app.\\udcff')", ["no text in UTF-8"]),
        ("log.propagate = False", ["logging.lastResort"]),
        ("handler.setFormatter(logging.Formatter('%(levelname)s'))", []),
        ("handler.formatter.datefmt = '%H'", []),
        ("logging.addLevelName(20, 'INFO')", []),
        ("logging.Logger.something = 1", []),
        ("log.addFilter(f := lambda record: True); log.removeFilter(f)", []),
        ("root.addHandler(h := logging.NullHandler()); root.removeHandler(h)", []),
        ("log.disabled = True; log.disabled = False", []),
    ],
)
def test_what_python_has_to_see_takes_the_slow_path(run, change: str, culprits: list[str]) -> None:
    """And `why_slow` names it, nothing else, whether it is asked before the call or after it."""
    run(
        START
        + f"""
    log.info("before")
    assert counts() == (1, 0) and femtologging.why_slow(log) == []
    {change}
    why = femtologging.why_slow(log)
    log.warning("after")
    assert counts() == {(1, 1) if culprits else (2, 0)}, (counts(), why)
    assert "propagate" in {change!r} or "WARNING" in lines()[1] or "after" in lines()[1], lines()
    assert femtologging.why_slow(log.name) == why
    culprits = {culprits!r}
    assert bool(why) == bool(culprits) and all(any(one in text for text in why) for one in culprits), why
    assert len(why) <= max(1, len(culprits)), why
    """
    )


def test_why_slow_names_all_that_is_in_the_way(run) -> None:
    run(
        """
    import doctest
    from femtologging import reach
    assert doctest.testmod(reach) == (0, 10)
    """
    )
    run(
        START
        + """
    stdlib = logging.getLogger("plain")
    (why,) = femtologging.why_slow("plain")
    assert "<Logger plain (INFO)> is no logger of femtologging" in why, why
    assert type(stdlib) is logging.Logger
    assert femtologging.why_slow("app.none") == ["there is no logger 'app.none': nobody has asked for it"]
    assert "no logger 'app'" in femtologging.why_slow("app")[0]  # a place holder
    assert "app.none" not in root.manager.loggerDict
    for wrong in (None, 5, handler):
        try:
            femtologging.why_slow(wrong)
        except TypeError as error:
            assert f"not {wrong!r}" in str(error), error
        else:
            raise AssertionError(wrong)
    logging.logThreads = False
    log.addFilter(print)
    root.addHandler(logging.StreamHandler())
    handler.setFormatter(type("F", (logging.Formatter,), {})())
    why = femtologging.why_slow(log)
    words = ["logThreads", "print", "F object", "logging.StreamHandler"]
    assert len(why) == len(words) and all(word in text for word, text in zip(words, why)), why
    logging.logThreads = True
    assert femtologging.why_slow() == femtologging.why_slow("") == why[2:]
    assert femtologging.why_slow("root") == femtologging.why_slow(root) == why[2:]
    root.removeHandler(root.handlers[1])
    handler.setFormatter(None)
    log.removeFilter(print)
    log.info("fast")
    assert femtologging.why_slow(log) == [] and counts() == (1, 0)
    """
    )


def test_a_handler_of_pythons_concerns_calls_from_its_level_on(run) -> None:
    run(
        START
        + """
    import gc, weakref
    class Own(logging.Handler):
        texts = []
        def emit(self, record): self.texts.append(record.getMessage())
    def expect(fast, slow, note="from"):
        global before
        now = counts()
        assert (now[0] - before[0], now[1] - before[1]) == (fast, slow), (before, now)
        before = now
        reasons = femtologging.why_slow(log)
        assert len(reasons) == 1 and (f"({note}" in reasons[0]) == (note == "from"), reasons
    own = Own("ERROR")
    root.addHandler(own)
    before = counts()
    log.info("below"); log.warning("below", extra={"k": 1}); log.exception("at"); log.critical("above")
    expect(2, 2)
    assert femtologging.why_slow(log)[0].endswith("Own'> (from ERROR on)"), femtologging.why_slow(log)
    own.setLevel("INFO")
    log.info("now at")
    expect(0, 1, note="all")
    own.level = 60
    log.critical("below again")
    expect(1, 0)
    vars(own)["level"] = 30
    log.info("below"); log.warning("changed behind")
    expect(1, 1)
    vars(own)["level"] = 30.5
    log.info("less"); log.error("greater")
    expect(0, 2, note="all")
    vars(own)["level"] = 30
    Own.level = property(lambda self: 20)
    log.debug("no"); log.info("by the class")
    expect(0, 1, note="all")
    del Own.level
    own.__class__ = type("Asked", (Own,), {"__getattr__": lambda self, name: 20})
    del vars(own)["level"]
    log.info("by a method")
    expect(0, 1, note="all")
    own.__class__ = Own
    own.setLevel("CRITICAL")
    # One of our own that Python has to call, likewise.
    handler.addFilter(lambda record: record.msg != "left out")
    handler.setLevel("ERROR")
    log.warning("below both"); log.error("left out"); log.critical("both")
    assert counts() == (before[0] + 1, before[1] + 2), (before, counts())
    reasons = [why.rpartition("(from ")[2] for why in femtologging.why_slow(log)]
    assert reasons == ["ERROR on)", "CRITICAL on)"], reasons
    assert Own.texts == [
        "at", "above", "now at", "changed behind", "greater", "by the class", "by a method", "both"
    ], Own.texts
    messages = [line.split()[2:] for line in lines() if line.startswith(("INFO", "WARN", "ERR", "CRIT"))]
    assert [" ".join(words) for words in messages] == [
        "below", "below", "at", "above", "now at", "below again", "below", "changed behind", "less",
        "greater", "by the class", "by a method", "both",
    ], messages
    # What is remembered of a logger keeps no handler.
    gone = weakref.ref(own)
    root.removeHandler(own)
    del own
    gc.collect()
    assert gone() is None
    """
    )


def test_why_slow_tells_of_levels_that_only_python_can_compare(run) -> None:
    run(
        START
        + """
    class Level:
        __hash__ = None
        __le__ = lambda self, other: other >= 40
    class Shown(logging.Handler):
        texts = []
        def emit(self, record): self.texts.append(record.msg)
        def __repr__(self): return "<Shown>"
    class Liar(Shown):
        __slots__ = ("level",)
    shown = Shown()
    root.addHandler(shown)
    for level in (Level(), 2**63, -2**63, 40.0, enum.IntEnum("Number", {"ERROR": 40}).ERROR):
        shown.level = level
        (why,) = femtologging.why_slow(log)
        assert why.startswith("<Shown> is no handler of femtologging") and "(from" not in why, why
        before = counts()
        log.info("below")
        assert counts() == (before[0], before[1] + 1), level
    assert shown.texts == ["below"], shown.texts
    root.removeHandler(shown)
    root.addHandler(Liar(40))
    assert "(from" not in femtologging.why_slow(log)[0]
    log.info("below"); log.error("at")
    assert shown.texts == ["below", "at"], shown.texts
    """
    )


def test_a_native_handler_whose_level_is_computed_is_asked_at_each_call(run) -> None:
    run(
        START
        + """
    now = 0
    class Computed(femtologging.FileHandler):
        level = property(lambda self: now, lambda self, level: None)
    class Asked(femtologging.FileHandler):
        def __getattribute__(self, name):
            return now if name == "level" else super().__getattribute__(name)
    for cls in (Computed, Asked):
        own = cls(f"{cls.__name__}.log", "w")
        root.addHandler(own)
        (why,) = femtologging.why_slow(log)
        assert "level that is no plain attribute" in why, why
        for now, text in ((0, "all"), (40, "no"), (20, "again")):
            log.info(text)
        own.close()
        assert open(f"{cls.__name__}.log").read() == "all\\nagain\\n", cls
        root.removeHandler(own)
    """
    )


def test_exception_calls_an_error_that_was_replaced_on_the_logger(run) -> None:
    run(
        START
        + """
    calls = []
    log.error = lambda *args, **keywords: calls.append((args, keywords))
    log.exception("one %d", 1)
    del log.error
    log.exception("two")
    assert calls == [(("one %d", 1), {"exc_info": True})], calls
    assert lines() == ["ERROR app.db two", "NoneType: None"], lines()
    """
    )


def test_a_level_that_is_no_whole_number_is_stdlibs_to_compare(run) -> None:
    run(
        START
        + """
    log.level = 25.5
    log.info("below")
    log.warning("above")
    assert lines() == ["WARNING app.db above"], lines()
    """
    )


def test_lists_levels_and_parents_act_at_once(run) -> None:
    done = run(
        START
        + """
    log.info("one")
    log.handlers.append(handler)
    log.info("twice")
    log.propagate = False
    log.info("once")
    log.handlers[:] = []
    log.propagate = True
    log.level = logging.WARNING
    log.info("no")
    assert not log.isEnabledFor(logging.INFO)
    log.setLevel(0)
    root.level = logging.ERROR
    log.info("no")
    root.setLevel("INFO")
    logging.disable(logging.INFO)
    log.info("no")
    root.manager.disable = 0
    log.disabled = True
    log.info("no")
    log.disabled = False
    handler.setLevel(logging.WARNING)
    log.info("no")
    handler.level = 0
    handler.setFormatter(logging.Formatter("new %(message)s"))
    log.info("formatted")
    handler.formatter._style = logging.PercentStyle("newer %(message)s")
    log.info("formatted")
    between = logging.getLogger("app")
    between.setLevel("ERROR")
    log.info("no")
    between.setLevel(0)
    log.parent = logging.Logger("detached", "CRITICAL")
    log.info("no")
    log.parent = between
    log.info("last")
    logging.addLevelName(20, "Note")
    handler.setFormatter(logging.Formatter())
    log.info("named")
    handler.setFormatter(logging.Formatter("%(levelname)s"))
    log.info("named")
    assert lines() == [
        "INFO app.db one", "INFO app.db twice", "INFO app.db twice", "INFO app.db once",
        "new formatted", "newer formatted", "newer last", "named", "Note",
    ], lines()
    assert counts()[1] == 0, counts()
    logging.root.handlers.clear()
    log.warning("to stderr")
    assert counts()[1] == 1, counts()
    """
    )
    assert done.stderr == "to stderr\n"


def test_wrong_arguments_are_reported_and_nothing_is_raised(run) -> None:
    done = run(
        START
        + """
    log.info("number %d", "text")
    log.info("too few %s %s", 1)
    log.info("too many", 1)
    class Bad:
        def __str__(self): raise RuntimeError("in __str__")
    log.info("object %s", Bad())
    logging.raiseExceptions = False
    log.info("number %d", "silent")
    logging.raiseExceptions = True
    log.info("good")
    assert lines() == ["INFO app.db good"], lines()
    """
    )
    assert done.stderr.count("--- Logging error ---") == 4
    assert "TypeError: %d format: a real number is required, not str" in done.stderr
    assert "RuntimeError: in __str__" in done.stderr
    assert "Message: 'number %d'\nArguments: ('text',)" in done.stderr
    assert "silent" not in done.stderr


def test_what_is_wrong_of_a_formatter_is_reported_and_nothing_is_raised(run) -> None:
    done = run(
        START
        + """
    text = "%(asctime)s %(message)s"
    wrong = [logging.Formatter(text, datefmt=value) for value in (3, b"%H", ["%H"])]
    wrong += [logging.Formatter(text, defaults=value) for value in (3, ["a"])]
    wrong += [logging.Formatter(value, validate=False) for value in (3, b"%(message)s")]
    for value in (3, b"%s,%03d"):
        wrong.append(logging.Formatter(text))
        wrong[-1].default_msec_format = value
    for formatter in wrong:
        handler.setFormatter(formatter)
        log.info("not written"); log.error("not written")
        femtologging.why_slow(log)
    assert lines() == [], lines()
    # Wrong, but without effect.
    for formatter in [logging.Formatter(datefmt=3), logging.Formatter(text, datefmt=0),
                      logging.Formatter(defaults={1: 2})]:
        handler.setFormatter(formatter)
        log.info("written")
    written = [line.rpartition(" ")[2] for line in lines()]
    assert written == ["written"] * 3, lines()
    """
    )
    assert done.stderr.count("--- Logging error ---") == 2 * 9, done.stderr


def test_what_stdlib_raises_is_raised(run) -> None:
    run(
        START
        + """
    for call, error in [
        (lambda: log.info(), TypeError),
        (lambda: log.info("x", nonsense=1), TypeError),
        (lambda: log.log("NOSUCH", "x"), TypeError),
        (lambda: log.info("x", extra={"message": 1}), KeyError),
        (lambda: log.info("x", extra={"name": 1}), KeyError),
        (lambda: log.setLevel("NOSUCH"), ValueError),
        (lambda: handler.setLevel("NOSUCH"), ValueError),
        (lambda: log.setLevel(1.5), TypeError),
    ]:
        try:
            call()
        except error as raised:
            if error is ValueError:
                assert "NOSUCH" in str(raised) and "WARNING" in str(raised), raised
        else:
            raise AssertionError("not raised")
    assert lines() == []
    """
    )


def test_an_interrupt_in_str_reaches_the_program(run) -> None:
    run(
        START
        + """
    class Interrupting:
        def __str__(self): raise KeyboardInterrupt
    try:
        log.info("x %s", Interrupting())
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("swallowed")
    """
    )


def test_a_str_that_logs_and_changes_handlers_is_harmless(run) -> None:
    run(
        START
        + """
    class Nested:
        def __str__(self):
            log.info("inner %s", 1)
            root.removeHandler(handler)
            root.addHandler(handler)
            return "nested"
    log.info("outer %s %s", Nested(), "x")
    assert lines() == ["INFO app.db inner 1", "INFO app.db outer nested x"], lines()
    """
    )


def test_a_str_that_uninstalls_is_harmless(run) -> None:
    run(
        START
        + """
    class Uninstalling:
        def __str__(self):
            femtologging.uninstall()
            return "uninstalled"
    for n in range(50):
        log = femtologging.getLogger("app.db")
        log.info("%s %d", Uninstalling(), n)
        log.info("plain")
    text = lines()
    assert text[:2] == ["INFO app.db uninstalled 0", "INFO app.db plain"], text
    assert len(text) == 100
    """
    )


def test_location_and_context_fields_are_those_of_the_call(run, tmp_path: Path) -> None:
    run(
        START
        + """
    handler.setFormatter(logging.Formatter(
        "%(pathname)s %(filename)s %(module)s %(lineno)d %(funcName)s %(thread)d %(threadName)s %(process)d %(processName)s"))
    def calls():
        log.info("x"); line = sys._getframe().f_lineno
        logging.info("module function")
        logging.LoggerAdapter(log, {}).info("adapter")
        return line
    line = calls()
    assert counts() == (3, 0), counts()
    expected = [__file__, "program.py", "program", None, "calls", str(threading.get_ident()), "MainThread", str(os.getpid()), "MainProcess"]
    for at, text in enumerate(lines()):
        expected[3] = str(line + at)
        assert text.split(" ") == expected, (text, expected)
    """
    )


def test_extra_fields_are_printed(run) -> None:
    run(
        START
        + """
    handler.setFormatter(logging.Formatter("%(message)s %(user)s"))
    log.info("x", extra={"user": "me", "other": 1})
    assert counts() == (1, 0)
    log.info("x", extra={"user": [1, 2]})
    log.info("missing")
    assert counts() == (1, 2), counts()
    assert lines() == ["x me", "x [1, 2]"], lines()
    """
    )


def test_an_endless_rendering_ends_as_in_stdlib(run) -> None:
    program = """
    class Deep:
        def __str__(self):
            log.info("%s", Deep())
            return "deep"
    sys.setrecursionlimit(200)
    try:
        log.info("%s", Deep())
    except RecursionError:
        print("too deep")
    log.info("goes on")
    """
    stdlib = """
    logging.basicConfig(filename="app.log", level="INFO")
    log = logging.getLogger("app")
    """
    native = stdlib.replace("logging.", "femtologging.")
    assert run(native + program).stdout == run(stdlib + program).stdout == "too deep\n"


def test_where_a_call_is_from_is_found_without_python(run, tmp_path: Path) -> None:
    run(
        """
    import multiprocessing, os, threading
    form = "%(pathname)s:%(lineno)d %(funcName)s %(thread)d %(threadName)s "
    femtologging.basicConfig(filename="app.log", format=form + "%(process)d %(processName)s")
    logger = femtologging.getLogger("app")
    expected, me = [], threading.current_thread

    def call():
        logger.warning("x"); line = call.__code__.co_firstlineno + 1
        expected.append(
            f"{__file__}:{line} call {threading.get_ident()} {me().name} {os.getpid()} "
            f"{multiprocessing.current_process().name}"
        )

    class Own(threading.Thread):
        "With Thread's own name."

    class Named(threading.Thread):
        name = property(lambda self: "from a property", lambda self, name: None)

    def in_thread(kind, name):
        thread = kind(target=call, name=name)
        thread.start(); thread.join()

    for _ in range(3):
        call()
    me().name = "renamed"
    call()
    in_thread(threading.Thread, "worker"); in_thread(Own, "own worker")
    multiprocessing.current_process().name = "Chief"
    call()
    if (child := os.fork()) == 0:
        call()
        logging.root.handlers[0].flush()
        os._exit(0)
    os.waitpid(child, 0)
    before = expected[-1]
    assert counts() == (7, 0), counts()
    # Python's code is asked for these.
    in_thread(Named, "not shown")
    real, threading.get_ident = threading.get_ident, lambda: 77
    threading._active[77] = me()
    call()
    threading.get_ident = real
    del threading._active[77]
    call()
    logging.root.handlers[0].flush()
    lines = open("app.log").read().splitlines()
    mine = f" {os.getpid()} "
    assert [line for line in lines if mine in line] == expected, (lines, expected)
    (other,) = (line for line in lines if mine not in line)
    assert other.replace(f" {child} ", mine) == before, (other, before)
    """
    )


def test_python_is_asked_where_a_call_is_from_only_if_it_has_to_be(run) -> None:
    run(
        """
    from femtologging import record
    femtologging.basicConfig(filename="app.log", format="%(lineno)d %(threadName)s %(message)s")
    log, asked = femtologging.getLogger("app"), []

    def watch(frame, event, _):
        asked.extend(["details"] * (event == "call" and frame.f_code is record.details.__code__))

    def watched(*args, **kwargs):
        sys.setprofile(watch); log.warning(*args, **kwargs); sys.setprofile(None)

    watched("plain")
    watched("%s", [object()])
    watched("exception", exc_info=ValueError())
    watched("stack", stack_info=True, extra={"key": []})
    with femtologging.log_context(user="me"):
        watched("in a context")
    assert asked == [], asked
    watched("from further out", stacklevel=2)
    assert asked == ["details"], asked
    assert counts() == (6, 0), counts()
    logging.root.handlers[0].flush()
    lines = [line for line in open("app.log") if " MainThread " in line]
    here = watched.__code__.co_firstlineno + 1
    assert [int(line.split()[0]) for line in lines[:-1]] == [here] * 5, lines
    assert int(lines[-1].split()[0]) > here, lines
    """
    )
