"""The fit times as an SVG chart: a bar for each system and table, as a ratio to ours.

    python benches/compare/chart.py results.json chart.svg
"""

import json
import math
import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import summary

WIDTH, LEFT, RIGHT = 760, 130, 130
BAR, GAP, HEAD = 14, 6, 30
# Beyond this span of ratios the short bars would vanish on a linear scale.
LINEAR_SPAN = 20

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600 }
.end { text-anchor: end }
.ours { fill: #2a78d6 }
.other { fill: #9aa4ae }
line { stroke: #24292f; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .ours { fill: #4c9aff }
  .other { fill: #6e7781 }
  line { stroke: #e6edf3 }
}
"""


def scale(ratios: list[float]) -> tuple[Callable[[float], float], bool]:
    """The x of a ratio, and whether the scale is logarithmic: then bars start at ours, the ratio 1."""
    low, high = min(ratios), max(ratios)
    is_log = high / low > LINEAR_SPAN
    start, stop = (math.log(low), math.log(high)) if is_log else (0, high)
    step = (WIDTH - LEFT - RIGHT) / (stop - start)
    return lambda ratio: LEFT + ((math.log(ratio) if is_log else ratio) - start) * step, is_log


def bars(name: str, rows: list[summary.Summary], top: float, x: Callable, is_log: bool) -> Iterator[str]:
    """One table's heading and bars, and a line at the ratio 1."""
    yield f'<text class="head" x="0" y="{top + 16}">{escape(name)}</text>'
    first, last = top + BAR + GAP, top + (BAR + GAP) * (len(rows) + 1)
    yield f'<line x1="{x(1):.1f}" x2="{x(1):.1f}" y1="{first - 2}" y2="{last - GAP + 2}"/>'
    for row in rows:
        top += BAR + GAP
        start, end = sorted([x(1) if is_log else LEFT, x(row.fit_ratio)])
        kind = "ours" if row.system == summary.OURS else "other"
        middle = top + BAR - 3
        # No bar is so short that it is not seen.
        bar = f'x="{start:.1f}" y="{top}" width="{max(end - start, 2):.1f}" height="{BAR}" rx="2"'
        yield f'<text class="end" x="{LEFT - 8}" y="{middle}">{escape(row.system)}</text>'
        yield f'<rect class="{kind}" {bar}/>'
        yield f'<text x="{end + 6:.1f}" y="{middle}">{row.fit_ratio:.2f}× ({row.fit:.3g} s)</text>'


def svg(results: dict) -> str:
    groups = {name: list(summary.of_table(result)) for name, result in results["tables"].items()}
    groups = {name: [row for row in rows if row.fit_ratio] for name, rows in groups.items()}
    if not groups:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="0"/>\n'
    x, is_log = scale([row.fit_ratio for rows in groups.values() for row in rows])
    settings = results["settings"]
    title = f"Time to fit {settings['trees']} trees on {settings['threads']} threads, relative to forest"
    parts = [f'<text class="head" x="0" y="14">{title}{" (logarithmic)" if is_log else ""}</text>']
    top = HEAD
    for name, rows in groups.items():
        result = results["tables"][name]
        heading = f"{name}: {result['train']:,} × {result['features']}"
        rows = sorted(rows, key=lambda row: (row.system != summary.OURS, row.fit_ratio))
        parts += bars(heading, rows, top, x, is_log)
        top += (len(rows) + 1) * (BAR + GAP) + GAP * 2
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<style>{STYLE}</style>\n{body}\n</svg>\n'


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(svg(json.loads(Path(sys.argv[1]).read_text())))
