"""The results as Markdown: a table for each table, then whole processes and growth.

    python benches/compare/report.py results.json results.md
"""

import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import rivals
import summary


def number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def seconds(value: float | None) -> str:
    """Three significant digits, in the unit that fits."""
    if value is None:
        return ""
    if value < 0.0995:
        return f"{value * 1e3:#.3g} ms".replace(". ", " ")
    return f"{value:#.3g} s".replace(". ", " ")


def grid(head: list[str], lines: list[list[str]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *lines):
        yield "| " + " | ".join(cells) + " |"
    yield ""


def table(name: str, result: dict) -> Iterator[str]:
    score = "accuracy" if result["classes"] else "R²"
    kind = f"{result['classes']} classes" if result["classes"] else "regression"
    yield f"## {name}: {result['train']:,} × {result['features']}, {kind}; {result['held_out']:,} held out"
    yield ""
    lines = []
    for row in summary.of_table(result):
        note = rivals.RIVALS[row.system].note if row.system in rivals.RIVALS else ""
        lines.append([
            row.system,
            seconds(row.fit),
            number(row.fit_ratio, ".2f"),
            seconds(row.predict),
            number(row.predict_ratio, ".2f"),
            number(row.score, ".4f") + (" ≠" if row.differs else ""),
            number(row.log_loss, ".4f"),
            number(row.nodes, ",.0f"),
            note,
        ])
    for system, found in result["systems"].items():
        if "failed" in found:
            lines.append([system, "failed", *[""] * 6, found["failed"].replace("|", "/")])
    yield from grid(["", "fit", "× ours", "predict", "× ours", score, "log loss", "nodes", "note"], lines)


def processes(results: dict) -> Iterator[str]:
    yield "## Whole processes: load a model, predict a CSV file, write probabilities as CSV"
    yield ""
    yield "fastforest's model has its own number of trees. Only a file of ours is waited for until the disk has it."
    yield ""
    lines = []
    for row in results.values():
        ours = row["systems"][summary.OURS]
        for system, times in row["systems"].items():
            ratio = statistics.median(theirs / our for theirs, our in zip(times, ours))
            what = f"{row['rows']:,} row{'s' if row['rows'] > 1 else ''}, model of `{row['table']}`"
            lines.append([what, system, seconds(statistics.median(times)), f"{ratio:.2f}"])
    yield from grid(["", "", "time", "× ours"], lines)


def growth(results: list[dict]) -> Iterator[str]:
    yield "## How training grows"
    yield ""
    yield "Peak memory is that of the whole process, the table itself included."
    yield ""
    lines = []
    for row in results:
        peak = max(row["peak_bytes"])
        share = peak / (row["rows"] * row["features"] * 4)
        sizes = [f"{row[name]:,}" for name in ("rows", "features", "trees", "threads", "max_features")]
        learner = "linfa-trees" if row["linfa"] else "ours"
        memory = [f"{peak / 1e6:,.0f} MB", f"{share:.1f}"]
        lines.append([row["of"], *sizes, learner, seconds(statistics.median(row["seconds"])), *memory])
    head = ["of", "rows", "features", "trees", "threads", "max_features", "learner", "fit", "peak memory"]
    yield from grid([*head, "× the table's bytes"], lines)


def markdown(results: dict) -> str:
    settings, machine = results["settings"], results["machine"]
    runs = f"{settings['runs']} runs" if settings["runs"] > 1 else "one run"
    lines = [
        *(["These runs only checked the program, on few rows.", ""] if settings["quick"] else ()),
        f"{settings['trees']} trees, {settings['threads']} threads, {runs}, on {machine['processor']} "
        f"with {machine['cores']} cores ({machine['system']}).",
        "Times are medians, scores means; × ours is the median of the ratios of the same seed: above 1, "
        "slower than ours. ≠: the score is further from ours than two standard errors of a score.",
        "",
        *(line for name, result in results["tables"].items() for line in table(name, result)),
        *(processes(results["processes"]) if "processes" in results else ()),
        *(growth(results["growth"]) if "growth" in results else ()),
        "Versions: " + ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + ".",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(markdown(json.loads(Path(sys.argv[1]).read_text())))
