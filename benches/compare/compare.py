"""Compares forest with other systems: training, prediction, whole processes, growth.

    python benches/compare/compare.py --out results

makes an environment with the other systems unless it runs in one, builds this repository, makes
the tables, and writes `results.json`, `results.md` and `chart.svg`. Every run is a process of its
own; within a seed the systems take turns. The seed is that of the forest: the tables stay the same.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import environment

PARTS = ("processes", "growth")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("compare-results"), help="folder for all results")
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"only these tables, or {', '.join(PARTS)}")
    parser.add_argument("--rivals", nargs="*", metavar="NAME", help="only these other systems")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="few rows and one run, to check the program")
    parser.add_argument("--forest", type=Path, help="the forest executable, instead of a build")
    parser.add_argument("--bench", type=Path, help="the executable of forest.rs, instead of a build")
    parser.add_argument("--env", type=Path, default=environment.CACHE / "forest-compare")
    return parser.parse_args()


def run(command: list, threads: int) -> dict:
    """One run's figures, or why there are none."""
    env = environment.with_threads(threads)
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=env)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    said = done.stderr.strip().splitlines()
    return {"failed": said[-1] if done.returncode > 0 and said else f"exit code {done.returncode}"}


def compare_on(table: str, folder: Path, systems: dict[str, list], options: argparse.Namespace) -> dict:
    """The runs of each system on one table; one that failed is not tried again."""
    results = {system: {"runs": []} for system in systems}
    for seed in range(1, options.runs + 1):
        for system, command in systems.items():
            if "failed" in results[system]:
                continue
            flags = ["--trees", options.trees, "--threads", options.threads, "--seed", seed]
            figures = run([*command, folder, *flags], options.threads)
            print(f"{table}, seed {seed}, {system}: {figures}", file=sys.stderr, flush=True)
            if "failed" in figures:
                results[system] |= figures
            else:
                results[system]["runs"].append(figures)
    return results


def machine() -> dict:
    """What the figures depend on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = dict(line.split(":", 1) for line in cpuinfo.read_text().splitlines() if ":" in line)
        model = lines.get("model name\t", model).strip()
    return {"processor": model, "cores": os.cpu_count(), "system": platform.system()}


def earlier(path: Path) -> dict:
    """What was measured before into the same folder: a long comparison may be made in pieces."""
    return json.loads(path.read_text()) if path.exists() else {}


def main() -> None:
    options = arguments()
    environment.ensure(options.env)
    import chart
    import growth
    import processes
    import report
    import rivals
    import tables

    options.runs = 1 if options.quick else options.runs
    names = options.only or [*tables.TABLES, *PARTS]
    chosen = list(rivals.RIVALS) if options.rivals is None else options.rivals
    for unknown in {*names, *chosen} - {*tables.TABLES, *PARTS, *rivals.RIVALS}:
        sys.exit(f"{unknown}: neither a table nor a system nor one of {', '.join(PARTS)}")
    bench = options.bench or environment.build("compare", "bench", "--bench", "compare", "--no-run")
    forest = options.forest or environment.build("forest", "build", "--release", "--bin", "forest")
    data = options.out / ("tables-quick" if options.quick else "tables")
    settings = {name: getattr(options, name) for name in ("runs", "trees", "threads", "quick")}
    results = {"settings": settings, "machine": machine(), "versions": environment.versions(), "tables": {}}
    before = earlier(options.out / "results.json")
    if all(before.get(name) == results[name] for name in ("settings", "machine", "versions")):
        results = before

    def save() -> None:
        (options.out / "results.json").write_text(json.dumps(results, indent=1))
        (options.out / "results.md").write_text(report.markdown(results))
        (options.out / "chart.svg").write_text(chart.svg(results))

    for name in [name for name in names if name in tables.TABLES]:
        tables.lay_down(data / name, name, options.quick)
        systems = {"forest": [bench]}
        for rival in chosen:
            # Prediction alone is a row of one table.
            if rival in rivals.TRAINING or name == "binary":
                systems[rival] = [sys.executable, rivals.__file__, rival]
        found = compare_on(name, data / name, systems, options)
        results["tables"][name] = tables.shape_of(data / name) | {"systems": found}
        save()
    if "processes" in names:
        for table, _ in processes.ROWS.values():
            tables.lay_down(data / table, table, options.quick)
        results["processes"] = processes.measure(forest, data, options.runs, options.trees, options.threads)
        save()
    if "growth" in names:
        results["growth"] = growth.measure(bench, data, options.runs, options.quick)
        save()


if __name__ == "__main__":
    main()
