"""How long Shapley values of a row take, here and with shap and fasttreeshap, on the same forests and rows.

    python3 benches/compare/explain.py target/release/forest

Wants scikit-learn, shap and, if it is to be compared, fasttreeshap (which wants NumPy 1). `forest` is timed as a whole process, which
loads the model, reads 1,000 rows from CSV and writes their contributions; the others by the call alone. Medians of five.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile
import time

import joblib
import numpy as np
import shap
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

try:
    import fasttreeshap
except ImportError:
    fasttreeshap = None

forest = pathlib.Path(sys.argv[1]).resolve()
work = pathlib.Path(tempfile.mkdtemp())
N_ROWS, N_OF_OTHERS = 1000, 100
x, y = make_classification(3000 + N_ROWS, 20, n_informative=8, random_state=0)
x = x.astype(np.float32)
rows = x[3000:]
np.savetxt(work / "rows.csv", rows, delimiter=",", header=",".join(f"x{i}" for i in range(20)), comments="")


def milliseconds_a_row(work, n_rows):
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return sorted(times)[2] / n_rows * 1e3


def run(*args):
    subprocess.run([forest, *args, "--quiet", "--force"], cwd=work, check=True)


for name, params in [("leaves of 5", {"min_samples_leaf": 5}), ("pure leaves", {}), ("depth 8", {"max_depth": 8})]:
    model = RandomForestClassifier(100, random_state=0, n_jobs=1, **params).fit(x[:3000], y[:3000])
    joblib.dump(model, work / "model.joblib")
    run("import", "model.joblib", "--out", "model.bin")
    explain = ["explain", "model.bin", "--data", "rows.csv", "--class", "1", "--out", "ours.csv"]
    found = {f"forest, {n} threads": milliseconds_a_row(lambda: run(*explain, "--threads", str(n)), N_ROWS) for n in [1, 2]}
    some = rows[:N_OF_OTHERS]
    explainer = shap.TreeExplainer(model)
    found["shap"] = milliseconds_a_row(lambda: explainer.shap_values(some, check_additivity=False), N_OF_OTHERS)
    theirs = explainer.shap_values(some, check_additivity=False)
    theirs = theirs[1] if isinstance(theirs, list) else theirs[:, :, 1]
    with open(work / "ours.csv") as file:
        header, *lines = csv.reader(file)
    ours = np.array([line[header.index("base") + 1:] for line in lines[:N_OF_OTHERS]], float)
    for algorithm in ["v1", "v2"] if fasttreeshap else []:
        for n in [1, 2]:
            fast = fasttreeshap.TreeExplainer(model, algorithm=algorithm, n_jobs=n)
            found[f"fasttreeshap {algorithm}, {n} jobs"] = milliseconds_a_row(
                lambda: fast.shap_values(some, check_additivity=False), N_OF_OTHERS
            )
    n_nodes = sum(tree.tree_.node_count for tree in model.estimators_)
    print(f"{name}: 100 trees, {n_nodes:,} nodes; greatest difference to shap {np.abs(ours - theirs).max():.1e}")
    for system, time_a_row in found.items():
        print(f"  {system:24} {time_a_row:6.2f} ms a row, {time_a_row / found['forest, 1 threads']:5.2f} times as long")
