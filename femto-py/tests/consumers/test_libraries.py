"""Libraries that come by as handlers, patches or loggers, inside one process."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("order", ["before", "after"])
def test_sentry_gets_its_events_and_breadcrumbs(both, order: str) -> None:
    switch = (
        "if os.environ['WAY'] == 'install':\n    import femtologging\n    femtologging.install()\n"
    )
    start = """
class Kept(sentry_sdk.transport.Transport):
    def capture_envelope(self, envelope):
        for item in envelope.items:
            event = item.get_event()
            if event: events.append(event)
sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", transport=Kept)
"""
    begin = [switch, start] if order == "before" else [start, switch]
    told = both(
        """
log = logging.getLogger("shop")
logging.basicConfig(filename="app.log", level="INFO", format="%(levelname)s %(message)s")
log.info("breadcrumb %s", 1)
log.warning("breadcrumb %d", 2, extra={"user": "me"})
log.error("event %s", "three")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed %s", 4)
sentry_sdk.flush()
for event in events:
    crumbs = [(one["category"], one["level"], one["message"]) for one in event["breadcrumbs"]["values"]]
    exceptions = [(one["type"], one["value"], [frame["function"] for frame in one["stacktrace"]["frames"]]) for one in event.get("exception", {}).get("values", [])]
    print(event["logger"], event["level"], event["logentry"]["message"], event["logentry"]["params"], crumbs, exceptions)
logging.shutdown()
print(open("app.log").read())
""",
        switch="import logging, os, sys\nimport sentry_sdk, sentry_sdk.transport\nevents = []\n"
        + "".join(begin),
    )
    assert "shop error event %s ['three'] [('shop', 'info', 'breadcrumb 1')" in told, told
    assert told.count("shop error") == 2
    assert "ZeroDivisionError" in told


def test_opentelemetry_exports_each_record_once(both) -> None:
    told = both("""
        import warnings; warnings.simplefilter("ignore")
        from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
        from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
        exporter = InMemoryLogRecordExporter()
        provider = LoggerProvider()
        provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
        logging.basicConfig(filename="app.log", level="INFO", format="%(message)s")
        logging.getLogger().addHandler(LoggingHandler(logger_provider=provider))
        log = logging.getLogger("shop")
        log.info("plain %s", 1)
        log.warning("with a field", extra={"user": "me", "count": 3})
        try:
            {}["k"]
        except KeyError:
            log.exception("failed")
        for one in exporter.get_finished_logs():
            record = one.log_record
            attributes = {k: v for k, v in record.attributes.items() if not k.startswith("code.") and "stacktrace" not in k}
            print(record.severity_text, record.body, attributes, one.instrumentation_scope.name)
        logging.shutdown()
        print(open("app.log").read().splitlines()[:3])
    """)
    assert "WARN with a field {'user': 'me', 'count': 3} shop" in told, told


def test_rich_structlog_and_json_write_the_same(both) -> None:
    told = both("""
        import io, re
        import rich.console, rich.logging, structlog
        from pythonjsonlogger.json import JsonFormatter
        stream = io.StringIO()
        console = rich.console.Console(file=stream, width=100, color_system=None)
        log = logging.getLogger("app")
        log.setLevel("INFO")
        rich_handler = rich.logging.RichHandler(console=console, show_time=False, rich_tracebacks=False)
        log.addHandler(rich_handler)
        file = logging.FileHandler("json.log")
        file.setFormatter(JsonFormatter("%(levelname)s %(name)s %(message)s", rename_fields={"levelname": "level"}))
        log.addHandler(file)
        log.info("hello %s", "rich", extra={"user": "me", "items": [1, 2]})
        try:
            1 / 0
        except ZeroDivisionError:
            log.exception("failed")
        structlog.configure(
            processors=[
                structlog.stdlib.filter_by_level, structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level,
                structlog.stdlib.PositionalArgumentsFormatter(), structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger,
        )
        handler = logging.FileHandler("struct.log")
        handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(sort_keys=True)]))
        root = logging.getLogger("structured")
        root.addHandler(handler); root.setLevel("INFO")
        struct = structlog.get_logger("structured.part").bind(request=7)
        struct.info("bound %s", "x", more=[1]); struct.debug("not shown")
        root.warning("from stdlib %d", 1)
        try:
            1 / 0
        except ZeroDivisionError:
            struct.exception("failed")
        logging.shutdown()
        print(re.sub(r"program.py:\\d+", "", stream.getvalue()))
        for name in ("json.log", "struct.log"):
            print(re.sub(r'File \\\\".*?program.py', "File program.py", open(name).read()))
    """)
    assert told.count('"request": 7') == 2
    assert '"level": "INFO", "name": "app", "message": "hello rich", "user": "me"' in re.sub(
        r"\s+", " ", told
    ), told


def test_asyncio_and_pools_keep_their_contexts(both) -> None:
    told = both("""
        import asyncio, concurrent.futures, contextvars, threading
        request = contextvars.ContextVar("request", default="-")
        class InContext(logging.Filter):
            def filter(self, record):
                record.request = request.get()
                return True
        logging.basicConfig(filename="app.log", level="INFO", format="%(request)s %(threadName)s %(message)s")
        handler = logging.getLogger().handlers[0]
        handler.addFilter(InContext())
        plain = logging.FileHandler("plain.log")
        plain.setFormatter(logging.Formatter("%(threadName)s %(message)s"))
        logging.getLogger("app").addHandler(plain)
        log = logging.getLogger("app")
        async def work(n):
            request.set(f"r{n}")
            for step in range(5):
                log.info("%d %d", n, step)
                await asyncio.sleep(0)
            await asyncio.to_thread(log.info, "%d in thread", n)
        async def main():
            await asyncio.gather(*(work(n) for n in range(20)))
        asyncio.run(main())
        with concurrent.futures.ThreadPoolExecutor(4, "pool") as pool:
            list(pool.map(lambda n: log.info("pooled %d", n), range(200)))
        logging.shutdown()
        import re
        for name in ("app.log", "plain.log"):
            lines = [re.sub(r"(asyncio|pool)_\\d+", "other", line) for line in open(name).read().splitlines()]
            print(len(lines), *sorted(lines), sep="\\n")
    """)
    assert "r7 MainThread 7 3" in told
    assert told.count("pooled") == 400


def test_pytest_captures_records(way_of, tmp_path) -> None:
    told = {}
    for way in ("stdlib", "install"):
        arguments = ("-m", "pytest", "-p", "no:cacheprovider", "-p", "program", "test_sample.py")
        log = ("--log-file=all.log", "--log-file-level=INFO")
        done = way_of(way, "", *arguments, *log, test_sample=SAMPLE)
        written = (tmp_path / "run" / "all.log").read_text()
        told[way] = re.sub(r"in \d+\.\d+s", "", done.stdout).replace("=", "") + written
        assert "1 failed, 4 passed" in done.stdout, done.stdout + done.stderr
    assert told["install"] == told["stdlib"]
    assert "Captured log call" in told["install"]


SAMPLE = """
import logging
import pytest
log = logging.getLogger("app.part")

def test_records(caplog):
    with caplog.at_level("INFO"):
        log.info("hello %s", "x", extra={"user": 1})
    assert caplog.record_tuples == [("app.part", 20, "hello x")]
    assert caplog.records[0].user == 1 and caplog.records[0].message == "hello x"
    assert "hello x" in caplog.text

def test_levels(caplog):
    caplog.set_level("DEBUG", logger="app")
    log.debug("debug"); logging.getLogger("app").debug("of app")
    assert caplog.messages == ["debug", "of app"]
    caplog.clear()
    assert not caplog.records

def test_levels_are_given_back(caplog):
    log.debug("not shown")
    assert not caplog.records and logging.getLogger("app").level == 0

def test_exceptions(caplog):
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")
    assert caplog.records[0].exc_info[0] is ZeroDivisionError

def test_fails():
    log.warning("last words %d", 1)
    assert False
"""


def test_a_notebook_shows_lines_in_the_cells_that_log(way_of) -> None:
    code = """
        import nbformat, nbclient, json
        notebook = nbformat.v4.new_notebook()
        way = os.environ["WAY"]
        cells = [
            "import logging, sys\\nif %r == 'install':\\n    import femtologging; femtologging.install()" % way,
            "logging.basicConfig(level='INFO', format='%(levelname)s %(message)s')\\nlog = logging.getLogger('nb')\\nlog.info('first %d', 1)",
            "print('between')\\nlog.warning('second')",
            "handler = logging.StreamHandler(sys.stdout); log.addHandler(handler); log.error('both')",
            "log.removeHandler(handler)\\ntry:\\n    1/0\\nexcept ZeroDivisionError:\\n    log.exception('failed')",
        ]
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
        for cell in notebook.cells:
            print(sorted((out["name"], out["text"].split("File ")[0]) for out in cell.outputs))
    """
    told = {}
    for way in ("stdlib", "install"):
        done = way_of(way, code, switch="import os\n")
        assert done.returncode == 0, done.stderr
        told[way] = done.stdout
    assert told["install"] == told["stdlib"]
    assert "[('stderr', 'INFO first 1\\n')]" in told["install"], told
