"""Scores of forests on tables with categories, over several splits: the same rows for all systems.

    python benches/categories/study.py target/release/forest --out results

Needs what `requirements.txt` says, and `apt-get download` of Debian and `npm pack` for the tables (once, into
the folder of the results). Scores are kept in `scores.jsonl`: runs into the same folder add up. Then it
writes `categories.md`.
"""

import argparse
import json
import sys
import tempfile
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
from common.systems import is_class


def forest(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int, program: str, keep: bool) -> dict:
    """Reads the tables as they are; `keep` has columns that identify rows stay in."""
    flags = [flag for column in train.columns.drop(target) if keep for flag in ("--keep", column)]
    with tempfile.TemporaryDirectory() as folder:
        for name, part in [("train.csv", train), ("test.csv", test)]:
            part.to_csv(f"{folder}/{name}", index=False)
        task = "classification" if is_class(train[target]) else "regression"
        return systems.forest(Path(folder), target, task, seed, program, flags)


RIVALS = {
    "scikit-learn": partial(systems.scikit_learn, oob_score=True),
    "YDF": partial(systems.ydf, winner_take_all=False, compute_oob_performances=False),
    "LightGBM rf": systems.light_gbm,
    "fastforest": partial(systems.fastforest, n_trees=systems.TREES),
}


def one(job: tuple) -> list[dict]:
    """All systems on one table and seed."""
    name, seed, programs, folder, done = job
    warnings.simplefilter("ignore")
    table, target = tables.load(folder, name, seed)
    stratify = table[target] if is_class(table[target]) else None
    train, test = train_test_split(table, test_size=0.25, random_state=seed, stratify=stratify)
    ours = {label: partial(forest, program=program, keep=keep) for label, (program, keep) in programs.items()}
    lines = []
    for system, run in (ours | RIVALS).items():
        if (name, seed, system) in done:
            continue
        try:
            scores = run(train, test, target, seed)
        except Exception as error:  # whatever a rival says is its result
            scores = {"error": f"{type(error).__name__}: {error}"[:200]}
        kind = "classes" if is_class(table[target]) else "numbers"
        facts = {"rows": len(table), "levels": levels(table.drop(columns=target)), "kind": kind}
        lines.append({"table": name, "seed": seed, "system": system} | facts | scores)
    return lines


def levels(table: pd.DataFrame) -> list[int]:
    return sorted(int(table[name].nunique()) for name in table if is_class(table[name]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the command forest")
    parser.add_argument("--other", help="another build of it, to compare")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--tables", nargs="*", default=[*tables.SYNTHETIC, *tables.REAL])
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True)
    packages.fetch(options.out / "tables", tables.R_PACKAGES)
    programs = {"forest": (options.program, False), "forest, ids kept": (options.program, True)}
    if options.other:
        programs["forest, other"] = (options.other, False)
    path = options.out / "scores.jsonl"
    kept = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(line["table"], line["seed"], line["system"]) for line in kept}
    jobs = [(name, seed, programs, options.out / "tables", done) for seed in range(options.seeds) for name in options.tables]
    with path.open("a") as file, ProcessPoolExecutor(2) as pool:
        for job in as_completed([pool.submit(one, job) for job in jobs]):
            file.writelines(json.dumps(line) + "\n" for line in job.result())
            file.flush()
    (options.out / "categories.md").write_text(report.markdown(path))


if __name__ == "__main__":
    main()
