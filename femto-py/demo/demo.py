"""A web application, its server and its client, whose log calls go through femtologging.

FastAPI, uvicorn and httpx log to stdlib loggers and know nothing of femtologging; ``install()``
takes them along. The file gets everything, standard error what is at least a warning. At the end:
the last lines of the file, who logged how much, and what each handler did.
"""

from __future__ import annotations

import collections
import logging
import os
import socket
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import fastapi
import femtologging
import httpx
import uvicorn

CLIENTS = 4
REQUESTS = 75

log = logging.getLogger("shop")
app = fastapi.FastAPI()


@app.get("/items/{number}")
def item(number: int) -> dict[str, object]:
    """Answer with an item, or that there is none."""
    if number % 50 == 0:
        log.warning("item %d is sold out", number)
        raise fastapi.HTTPException(404, "sold out")
    log.info("item %d for %.2f", number, number / 7, extra={"number": number})
    return {"number": number, "name": f"item {number}", "price": round(number / 7, 2)}


@app.get("/total")
def total(request: fastapi.Request) -> dict[str, float]:
    """Fail when something that is no number is to be added."""
    text = request.query_params.get("add", "")
    try:
        return {"total": 1.0 + float(text)}
    except ValueError:
        log.exception("cannot add %r", text)
        raise fastapi.HTTPException(400, "no number") from None


def ask(base: str, client: int) -> int:
    """Ask for items, each client for its own; return how many there were."""
    found = 0
    with httpx.Client(base_url=base) as http:
        for i in range(REQUESTS):
            number = client * REQUESTS + i + 1
            answer = http.get(f"/items/{number}")
            if answer.status_code == httpx.codes.OK:
                assert answer.json()["number"] == number
                found += 1
        if client == 0:
            http.get("/total", params={"add": "apples"})
    return found


def serve_and_ask() -> int:
    """Run the server, the clients against it, and end both."""
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # No logging configuration of its own: uvicorn's loggers propagate to the root.
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="debug"))
    thread = threading.Thread(target=server.run, args=([listener],), name="server")
    thread.start()
    log.info("asking %s with %d clients", base, CLIENTS)
    try:
        with ThreadPoolExecutor(CLIENTS, "client") as clients:
            return sum(clients.map(lambda client: ask(base, client), range(CLIENTS)))
    finally:
        server.should_exit = True
        thread.join()


def report(path: str) -> None:
    """Show the end of the file, and count its lines and what the handlers did."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    print(f"\nThe last lines of {path}:")
    for line in lines[-12:]:
        print(f"  {line}")
    records = [line.split(" ")[2] for line in lines if line[:2] == "20"]
    print(f"\n{'logger':<28} {'lines':>8}")
    for name, count in sorted(collections.Counter(records).items()):
        print(f"{name:<28} {count:>8}")
    print(f"\n{'handler':<64} {'accepted':>8} {'written':>8} {'dropped':>8}")
    for stats in femtologging.stats():
        print(f"{stats.handler:<64} {stats.accepted:>8} {stats.written:>8} {stats.dropped:>8}")
    written = next(stats.written for stats in femtologging.stats() if path in stats.handler)
    assert written == len(records), f"{written} records written, {len(records)} in the file"
    for name in ("uvicorn.access", "uvicorn.error", "httpx", "httpcore.http11", "shop"):
        assert name in records, f"{name} did not log"


def main() -> None:
    """Configure, run, report."""
    descriptor, path = tempfile.mkstemp(suffix=".log", prefix="femtologging-demo-")
    os.close(descriptor)
    errors = femtologging.StreamHandler(sys.stderr)
    errors.setLevel("WARNING")
    femtologging.basicConfig(
        level="DEBUG",
        format="%(asctime)s %(name)s %(levelname)s %(threadName)s %(message)s",
        handlers=[femtologging.FileHandler(path), errors],
    )
    femtologging.install()
    found = serve_and_ask()
    log.info("done: %d items", found)
    for handler in logging.getLogger().handlers:
        handler.flush()
    report(path)
    assert found == CLIENTS * REQUESTS - CLIENTS * REQUESTS // 50
    os.remove(path)


if __name__ == "__main__":
    main()
