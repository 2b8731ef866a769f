"""Plot: SVG files beside the tables, with the look of those of the Rust benchmarks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from peers import Peer
from report import value
from scenarios import Figures

_Results = Mapping[tuple[str, str], "list[Figures] | str"]
WIDTH, LEFT, RIGHT = 900, 200, 720
OURS, THEIRS = "#C83C14", "#466EA0"
OUR_LINES = ("#AA140A", "#EB5A28")
THEIR_LINES = (
    *("#143CA0", "#1EA08C", "#825AC8", "#5AAAE6", "#468232", "#5A5A5A"),
    *("#A0BE3C", "#3C5A6E", "#0082BE", "#A08CDC", "#969696", "#005A46"),
)
PERCENTILES = ("p50", "p99", "p99.9")


def draw(out: Path, results: _Results, peers: list[Peer]) -> None:
    """Draw what was measured."""
    burst = "Nanoseconds of the caller's CPU in a burst (logarithmic; shorter is better)"
    _bars(out / "python-burst.svg", burst, results, peers, "burst", "caller_cpu", True)
    threads = "Thousand records per second from four threads, end to end (longer is better)"
    _bars(out / "python-threads.svg", threads, results, peers, "threads", "k_per_s", False)
    _lines(out / "python-paced.svg", results, peers)


def _bars(
    path: Path,
    title: str,
    results: _Results,
    peers: list[Peer],
    scenario: str,
    figure: str,
    is_logarithmic: bool,
) -> None:
    found = {peer.name: value(results, scenario, peer.name, figure) for peer in peers}
    rows = [(name, one) for name, one in found.items() if one is not None]
    if not rows:
        return
    largest = max(one for _, one in rows)
    parts = [_text(10, 22, 16, title)]
    for at, (name, one) in enumerate(rows):
        top = 40 + 22 * at
        share = math.log(max(one, 1)) / math.log(largest) if is_logarithmic else one / largest
        wide = share * (RIGHT - LEFT)
        colour = OURS if name.startswith("femtologging") else THEIRS
        parts.append(_text(10, top + 11, 13, name))
        parts.append(f'<rect x="{LEFT}" y="{top}" width="{wide:.1f}" height="12" fill="{colour}"/>')
        parts.append(_text(LEFT + wide + 5, top + 11, 12, f"{one:,.0f}"))
    _write(path, 60 + 22 * len(rows), parts)


def _lines(path: Path, results: _Results, peers: list[Peer]) -> None:
    """Draw a line per peer through the percentiles of a paced call."""
    rows = []
    for peer in peers:
        found = [value(results, "paced", peer.name, percentile) for percentile in PERCENTILES]
        points = [one for one in found if one is not None]
        if len(points) == len(PERCENTILES):
            rows.append((peer.name, points))
    if not rows:
        return
    decades = range(-1, 5)  # 0.1 us to 10 ms

    def place(index: int, micros: float) -> tuple[float, float]:
        share = (math.log10(max(micros, 0.1)) + 1) / (len(decades) - 1)
        return 70 + index * 290, 480 - min(share, 1.05) * 420

    parts = [_text(10, 22, 16, "Microseconds of a paced call, by percentile (logarithmic)")]
    for decade in decades:
        _, y = place(0, 10.0**decade)
        parts.append(f'<path d="M70 {y:.1f}H650" stroke="#000" stroke-opacity="0.15"/>')
        parts.append(_text(20, y + 4, 12, f"{10.0**decade:g}"))
    for index, percentile in enumerate(PERCENTILES):
        parts.append(_text(60 + index * 290, 500, 12, percentile))
    used = [0, 0]
    for at, (name, points) in enumerate(rows):
        is_ours = name.startswith("femtologging")
        colours = OUR_LINES if is_ours else THEIR_LINES
        colour = colours[used[is_ours] % len(colours)]
        used[is_ours] += 1
        corners = " ".join("{:.1f},{:.1f}".format(*place(n, one)) for n, one in enumerate(points))
        line = f'fill="none" stroke="{colour}" stroke-width="{3 if is_ours else 2}"'
        parts.append(f'<polyline points="{corners}" {line}/>')
        y = 47 + 20 * at
        parts.append(f'<path d="M670 {y}H694" {line}/>')
        parts.append(_text(700, y + 4, 12, name))
    _write(path, 520, parts)


def _text(x: float, y: float, size: int, text: str) -> str:
    font = f'font-family="sans-serif" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {font}>{escape(text)}</text>'


def _write(path: Path, height: int, parts: list[str]) -> None:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">'
    white = '<rect width="100%" height="100%" fill="#fff"/>'
    path.write_text("\n".join([head, white, *parts, "</svg>", ""]))
