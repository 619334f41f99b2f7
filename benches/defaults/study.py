"""Scores of forests with their defaults on tables of many kinds, over several splits: the same rows for all systems.

    python benches/defaults/study.py target/release/forest --out results

Needs what `requirements.txt` says, and `apt-get download` of Debian, `pip download` and `npm pack` for the tables (once, into the
folder of the results). Splits are kept as CSV files beside them, and scores in `scores.jsonl`: runs into the same folder add up.
Then it writes `defaults.md`.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

sys.path.insert(0, str(Path(__file__).parents[1]))

import report
import tables
from common import packages, systems

# Those that are slow run if they are asked for.
RIVALS = {
    "scikit-learn": systems.scikit_learn,
    "ExtraTrees": partial(systems.scikit_learn, kind="ExtraTrees"),
    "YDF": partial(systems.ydf, winner_take_all=True),
    "YDF, probabilities": partial(systems.ydf, winner_take_all=False),
    "fastforest": systems.fastforest,
    "fastforest, 100 trees": partial(systems.fastforest, n_trees=systems.TREES),
    "fastforest auto": partial(systems.fastforest, kind="AutoForest", autogrow=True),
}
SLOW = ["fastforest auto"]
OF_CLASSES = ["YDF, probabilities"]


def split(out: Path, name: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The parts of a table, and its target."""
    table, target = tables.load(out / "tables", name, seed)
    stratify = table[target] if systems.is_class(table[target]) else None
    train, test = train_test_split(table, test_size=0.25, random_state=seed, stratify=stratify)
    return train, test, target


def seeds_of(rows: int, most: int) -> range:
    """Small tables need more splits for an error as small."""
    return range(min(most, 10 if rows < 2_000 else 5 if rows < 10_000 else 3))


def facts(out: Path, name: str, most: int) -> dict:
    """What a table is; writes the splits that are not there yet as CSV files."""
    table, target = tables.load(out / "tables", name, 0)
    for seed in seeds_of(len(table), most):
        folder = out / "csv" / name / str(seed)
        if not (folder / "test.csv").exists():
            folder.mkdir(parents=True, exist_ok=True)
            train, test, _ = split(out, name, seed)
            train.to_csv(folder / "train.csv", index=False)
            test.to_csv(folder / "test.csv", index=False)
    counts = table[target].value_counts(normalize=True)
    is_classes = systems.is_class(table[target])
    task = {"task": "classification", "classes": len(counts), "largest": counts.max()} if is_classes else {"task": "regression"}
    best = {"best": tables.SYNTHETIC[name][1]} if name in tables.SYNTHETIC else {}
    return {"name": name, "target": target, "rows": len(table), "features": table.shape[1] - 1} | task | best


def listed(out: Path, names: list[str], most: int) -> list[dict]:
    """The facts of tables; of those that have theirs in `list.json` and their splits as files, nothing is loaded."""
    path = out / "list.json"
    known = {entry["name"]: entry for entry in json.loads(path.read_text())} if path.exists() else {}
    for name in names:
        entry = known.get(name)
        if entry is None or not all((out / "csv" / name / str(seed)).exists() for seed in seeds_of(entry["rows"], most)):
            known[name] = facts(out, name, most)
    order = [*tables.REAL, *tables.SYNTHETIC]
    path.write_text(json.dumps(sorted(known.values(), key=lambda entry: order.index(entry["name"])), indent=1))
    return [known[name] for name in names]


def rivals(out: Path, entry: dict, seed: int, names: list[str]) -> dict:
    """Each system's scores on one split."""
    name = entry["name"]
    train, test, target = split(out, name, seed)
    as_days = [tables.days(name, part) for part in (train, test)]
    # A date that it does not find by itself it is told of.
    dates = {"date_columns": dict([tables.DATES[name]])} if name in tables.DATES else {}
    results = {}
    for system in names:
        try:
            if system.startswith("fastforest"):
                results[system] = RIVALS[system](train, test, target, seed, **dates)
            else:
                results[system] = RIVALS[system](*as_days, target, seed)
        except Exception as error:  # whatever a rival says is its result
            results[system] = {"error": f"{type(error).__name__}: {error}"[:200]}
    return results


def ours(out: Path, entry: dict, seed: int, programs: dict[str, str]) -> dict:
    """Scores of the command's builds on one split. A name may end in flags: `forest --auto`."""
    folder = out / "csv" / entry["name"] / str(seed)
    results = {}
    for name, program in programs.items():
        try:
            results[name] = systems.forest(folder, entry["target"], entry["task"], seed, program, flags_of(name)) | {"program": digest(program)}
        except RuntimeError as error:
            results[name] = {"error": str(error)[:200], "program": digest(program)}
    return results


def flags_of(name: str) -> list[str]:
    return [f"--{flag}" for flag in name.split(" --")[1:]]


def digest(program: str) -> str:
    """Scores of one name by another program are not those of this one."""
    return hashlib.sha256(Path(program).read_bytes()).hexdigest()[:12]


def one(out: Path, entry: dict, seed: int, programs: dict[str, str], names: list[str]) -> list[dict]:
    """All systems on one split."""
    warnings.simplefilter("ignore")
    results = ours(out, entry, seed, programs) | (rivals(out, entry, seed, names) if names else {})
    return [{"table": entry["name"], "seed": seed, "system": system} | scores for system, scores in results.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the command forest")
    parser.add_argument("--other", action="append", default=[], metavar="NAME=PROGRAM", help="another build of it; may be repeated")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10, help="splits at most; from 2,000 rows on there are 5, from 10,000 rows on 3")
    parser.add_argument("--tables", nargs="*", default=[*tables.REAL, *tables.SYNTHETIC])
    parser.add_argument("--systems", nargs="*", help=f"any of: forest, {', '.join(RIVALS)}; forest may have flags: 'forest --auto'")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    options = parser.parse_args()
    out = options.out
    chosen = options.systems if options.systems is not None else ["forest", *(name for name in RIVALS if name not in SLOW)]
    programs = {name: options.program for name in chosen if name not in RIVALS}
    programs |= dict(other.rsplit("=", 1) for other in options.other)
    for name, program in programs.items():
        known = subprocess.run([program, "train", "--help"], capture_output=True, check=True, text=True).stdout
        if unknown := [flag for flag in flags_of(name) if flag.split("=")[0] not in known.split()]:
            parser.error(f"{program} knows no {unknown[0]}")
    packages.fetch(out / "tables", tables.R_PACKAGES, tables.WHEELS)
    path = out / "scores.jsonl"
    kept = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(line["table"], line["seed"], line["system"], line.get("program")) for line in kept}
    with path.open("a") as file, ProcessPoolExecutor(options.jobs) as pool:
        jobs = []
        for entry in listed(out, options.tables, options.seeds):
            for seed in seeds_of(entry["rows"], options.seeds):
                left = lambda name, program=None: (entry["name"], seed, name, program) not in done
                mine = {name: program for name, program in programs.items() if left(name, digest(program))}
                names = [name for name in chosen if name in RIVALS and left(name) and ("classes" in entry or name not in OF_CLASSES)]
                jobs.append(pool.submit(one, out, entry, seed, mine, names))
        for job in as_completed(jobs):
            file.writelines(json.dumps(line) + "\n" for line in job.result())
            file.flush()
    (out / "defaults.md").write_text(report.markdown(out, SLOW))


if __name__ == "__main__":
    main()
