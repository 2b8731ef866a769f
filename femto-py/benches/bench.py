"""Measures femtologging beside its peers: ``bench.py [--quick] [--only NAME,..] [--out FOLDER]``.

A process for each measurement; the rounds of all peers are interleaved; every line of every file is
read back. Writes ``python.md`` and its plots to the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import check
import configuration
import plot
import report
from peers import BY_NAME, PEERS, Peer
from scenarios import SCENARIOS, Figures, over_empty_loop

#: By scenario and peer: the figures of each round, or why there are none.
Results = dict[tuple[str, str], list[Figures] | str]


def measure(peer: Peer, scenario: str, count: int) -> Figures | str:
    """Run one measurement in a process of its own; return why not, if it cannot be."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.log"
        command = [sys.executable, __file__, "--child", peer.name, scenario, str(path), str(count)]
        if scenario == "memory":
            os.mkfifo(path)
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as child:
            try:
                lines = drain(path, child) if scenario == "memory" else None
                out, errors = child.communicate(timeout=300)
            except subprocess.TimeoutExpired:
                child.kill()
                return "hangs"
        if child.returncode:
            last = errors.strip().splitlines()[-1:] or [f"status {child.returncode}"]
            return f"fails: {last[0][:80]}"
        if lines is None:
            # nexuslog names its files itself.
            files = sorted(Path(folder).iterdir())
            text = files[0].read_text(errors="replace") if files else ""
            lines = text.split("\n")[:-1]
        wrong = check.wrong(scenario, count, lines)
        figures: Figures = json.loads(out.splitlines()[-1])
        return wrong or figures


def drain(path: Path, child: subprocess.Popen[str]) -> list[str]:
    """Hold a pipe open for two seconds, then read it to its end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    read = b""
    try:
        # It says when two seconds are over, unless the interpreter's lock is held in the write.
        select.select([child.stdout], [], [], 4)
        deadline = time.monotonic() + 120
        while True:
            try:
                found = os.read(descriptor, 1 << 20)
            except BlockingIOError:
                found = b""
            read += found
            if not found:
                if child.poll() is not None:
                    break
                if time.monotonic() > deadline:
                    raise subprocess.TimeoutExpired(child.args, 120)
                time.sleep(0.001)
    finally:
        os.close(descriptor)
    return read.decode(errors="replace").split("\n")[:-1]


def child(name: str, scenario: str, path: str, count: int) -> None:
    """Measure, in the process that was started for it."""
    if name == "floor":
        import floor

        made = floor.noop()
        found = (
            {} if made is None else over_empty_loop('log.noop("hello %s %d", "w", i)', made, count)
        )
    else:
        found = SCENARIOS[scenario].run(BY_NAME[name], path, count)
    print(json.dumps(found))


def run(peers: list[Peer], scenarios: list[str], rounds: int, quick: bool) -> Results:
    """Measure all, round by round."""
    results: Results = {}
    for name in scenarios:
        scenario = SCENARIOS[name]
        for turn in range(min(rounds, scenario.rounds)):
            for peer in peers:
                key = name, peer.name
                if not isinstance(results.get(key, []), list):
                    continue
                found = reason(peer, name)
                if not found:
                    fast, slow, few = scenario.counts
                    is_fast = peer.is_fast and (name != "residence" or peer.name == report.OURS)
                    count = few if quick else fast if is_fast else slow
                    found = measure(peer, name, count)
                if isinstance(found, str):
                    results[key] = found
                    print(f"{name}, {peer.name}: {found}", file=sys.stderr)
                else:
                    done = results.setdefault(key, [])
                    assert isinstance(done, list)
                    done.append(found)
            print(f"{name}: round {turn + 1}", file=sys.stderr)
    return results


def reason(peer: Peer, scenario: str) -> str:
    """Return why a peer does not take part in a scenario, or nothing."""
    if not peer.is_there():
        return f"not installed on Python {sys.version_info[0]}.{sys.version_info[1]}"
    if scenario == "json" and peer.open_json is None:
        return peer.lacks.get("json", "no JSON of its own")
    if scenario != "json" and peer.package == "python-json-logger":
        return "as stdlib"
    return peer.lacks.get(scenario, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="few records: figures mean nothing")
    parser.add_argument("--only", default="", help="peers, by the beginnings of their names")
    parser.add_argument("--scenario", default="", help="scenarios, by name")
    parser.add_argument("--out", type=Path, default=Path("."))
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        name, scenario, path, number = options.child
        child(name, scenario, path, int(number))
        return
    rounds = 1 if options.quick else options.rounds
    only = tuple(options.only.split(",")) if options.only else ("",)
    peers = [peer for peer in PEERS if peer.name.startswith(only)]
    scenarios = [name for name in SCENARIOS if name in options.scenario.split(",")]
    scenarios = scenarios or list(SCENARIOS)
    results = run(peers, scenarios, rounds, options.quick)
    if "disabled" in scenarios:
        floor = Peer("floor", "", lambda _: sys.exit())
        count = SCENARIOS["disabled"].counts[2 if options.quick else 0]
        found = [measure(floor, "disabled", count) for _ in range(rounds)]
        results["disabled", "floor"] = [one for one in found if isinstance(one, dict) and one]
    extra = {} if options.scenario else configuration.measured(rounds, options.quick)
    options.out.mkdir(parents=True, exist_ok=True)
    text = report.markdown(results, extra, peers, scenarios, rounds, options.quick)
    (options.out / "python.md").write_text(text)
    if not options.quick:
        plot.draw(options.out, results, peers)
    print(text)
    broken = [
        f"{scenario}, {name}: {found}"
        for (scenario, name), found in results.items()
        if name.startswith("femtologging") and isinstance(found, str)
    ]
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
