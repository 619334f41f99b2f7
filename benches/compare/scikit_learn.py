"""Trains scikit-learn's forest and ours on the same table, in turn, and prints medians and ratios.

    pip install scikit-learn
    cargo build --release
    python benches/compare/scikit_learn.py target/release/forest

The table is made by make_classification on both sides: 100,000 × 20, two classes, a quarter held
out. scikit-learn's time is that of `fit` alone; ours is that of the whole training that `forest
train` reports: the fit, the out-of-bag score, the held-out score. Both use two threads.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

RUNS = 5
THREADS = 2
RECIPE = dict(n_samples=100_000, n_features=20, n_informative=10, n_redundant=2, flip_y=0.05)
FLAGS = "--samples 100000 --features 20 --informative 10 --redundant 2 --flip-y 0.05"


def run_scikit_learn(seed):
    x, y = make_classification(**RECIPE, random_state=seed)
    x_train, x_test, y_train, y_test = train_test_split(
        x.astype("f4"), y, test_size=0.25, random_state=seed
    )
    forest = RandomForestClassifier(100, n_jobs=THREADS, random_state=seed)
    start = time.perf_counter()
    forest.fit(x_train, y_train)
    seconds = time.perf_counter() - start
    nodes = sum(tree.tree_.node_count for tree in forest.estimators_)
    return seconds, forest.score(x_test, y_test), nodes


def run_forest(command, seed, folder):
    flags = f"train {FLAGS} --seed {seed} --threads {THREADS} --json --force --out {folder}/m.bin"
    result = subprocess.run([command, *flags.split()], check=True, capture_output=True, text=True)
    report = json.loads(result.stdout)
    return report["seconds"]["training"], report["held_out"]["accuracy"], report["nodes"]


def main():
    command = str(Path(sys.argv[1]).resolve())
    theirs, ours = [], []
    print(f"{'seed':>6} {'scikit-learn':>28} {'forest':>28} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(RUNS):
            theirs.append(run_scikit_learn(seed))
            ours.append(run_forest(command, seed, folder))
            cells = ["{:7.2f} s  {:.4f}  {:>9,}".format(*run[-1]) for run in (theirs, ours)]
            print(f"{seed:>6} {cells[0]:>28} {cells[1]:>28} {theirs[-1][0] / ours[-1][0]:7.2f}")
    medians = [[statistics.median(values) for values in zip(*runs)] for runs in (theirs, ours)]
    cells = ["{:7.2f} s  {:.4f}  {:>9,}".format(*median) for median in medians]
    ratio = statistics.median(a[0] / b[0] for a, b in zip(theirs, ours))
    print(f"{'median':>6} {cells[0]:>28} {cells[1]:>28} {ratio:7.2f}")


main()
