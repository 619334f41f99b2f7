"""Whole processes: the wall time from a model file and a CSV file to a CSV file of probabilities."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import environment
import rivals
import tables

# Name of the row: the table that the model is of, and the rows to predict.
ROWS = {"many": ("binary", 25_000), "one": ("small", 1)}

SCIKIT_LEARN = """
import sys
import joblib
import pandas as pd
model, rows, out = sys.argv[1:]
model = joblib.load(model)
proba = pd.DataFrame(model.predict_proba(pd.read_csv(rows).to_numpy("f4")))
proba.insert(0, "prediction", model.classes_[proba.to_numpy().argmax(1)])
proba.to_csv(out, index=False)
"""


def write_csv(path: Path, x: np.ndarray, y: np.ndarray | None = None) -> None:
    names = [f"x{column}" for column in range(x.shape[1])]
    cells = x if y is None else np.column_stack([x, y])
    header = ",".join(names if y is None else [*names, "y"])
    np.savetxt(path, cells, fmt="%.9g", delimiter=",", header=header, comments="")


def commands(forest: Path, folder: Path, n_rows: int, trees: int, threads: int) -> dict[str, list]:
    """Trains a model with each system on the table of `folder`; gives the commands that predict.
    fastforest chooses its own number of trees."""
    table = tables.load(folder)
    train, rows, out = (folder / f"{name}.csv" for name in ("train", "rows", "predicted"))
    write_csv(train, table.x_train, table.y_train)
    write_csv(rows, table.x_test[:n_rows])
    ours, theirs = folder / "forest.bin", folder / "fastforest.model"
    flags = ["--target", "y", "--task", "classification"]
    run = dict(check=True, capture_output=True, env=environment.with_threads(threads))
    size = ["--test-size", "0", "--trees", str(trees)]
    subprocess.run([forest, "train", "--data", train, *flags, *size, "--out", ours, "--force"], **run)
    subprocess.run([environment.program("fastforest-fit"), *flags, "-o", theirs, train], **run)
    stored = rivals.store_forest(rivals.Job(table, folder, trees, threads, seed=1))
    count = ["--threads", str(threads), "--quiet"]
    predict = [forest, "predict", "--model", ours, "--data", rows, "--proba", *count]
    return {
        "forest": [*predict, "--out", out, "--force"],
        # Only a file of ours is waited for until the disk has it.
        "forest, to a pipe": predict,
        "fastforest": [environment.program("fastforest-predict"), "--proba", "-o", out, theirs, rows],
        "scikit-learn": [sys.executable, "-c", SCIKIT_LEARN, stored, rows, out],
    }


def measure(forest: Path, data: Path, runs: int, trees: int, threads: int) -> dict:
    """Seconds of each system in each row of `ROWS`, in turns."""
    results, env = {}, environment.with_threads(threads)
    for name, (table, n_rows) in ROWS.items():
        n_rows = min(n_rows, tables.shape_of(data / table)["held_out"])
        turn = commands(forest, data / table, n_rows, trees, threads)
        seconds = {system: [] for system in turn}
        for _ in range(runs):
            for system, command in turn.items():
                start = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True, env=env)
                seconds[system].append(time.perf_counter() - start)
        medians = {system: round(statistics.median(values), 4) for system, values in seconds.items()}
        print(f"processes, {name}: {medians}", file=sys.stderr)
        results[name] = {"table": table, "rows": n_rows, "systems": seconds}
    return results
