"""Compares what `forest import` and `forest predict` give with scikit-learn: see .ci/imports."""

import itertools
import json
import pathlib
import pickle
import subprocess
import sys
import tempfile
import time
import warnings

import joblib
import numpy as np
import pandas as pd
import sklearn
import skops.io
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

warnings.filterwarnings("ignore")
FOREST = sys.argv[1]
VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
WORK = pathlib.Path(tempfile.mkdtemp())
rng = np.random.RandomState(3)


def containers():
    for protocol in range(6):
        yield f"p{protocol}.pkl", lambda m, p, protocol=protocol: p.write_bytes(pickle.dumps(m, protocol))
    for name in ["zlib", "gzip", "bz2", "xz", "lzma", "lz4"]:
        yield f"{name}.joblib", lambda m, p, name=name: joblib.dump(m, p, compress=(name, 3))
    for protocol in [2, 4, 5]:
        yield f"raw{protocol}.joblib", lambda m, p, protocol=protocol: joblib.dump(m, p, protocol=protocol)
    yield "skops", lambda m, p: skops.io.dump(m, p)


def run(*command):
    ran = subprocess.run([FOREST, *map(str, command)], capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{command}: {ran.stderr}")
    return ran.stdout


def expected(model, x):
    """predict_proba or predict with n_jobs=1, for rows that scikit-learn refuses as well."""
    total = 0.0
    trees = getattr(model, "estimators_", [model])
    for tree in trees:
        value = tree.tree_.predict(x)
        if sklearn.base.is_classifier(model) and VERSION < (1, 4):
            normalizer = value.sum(axis=1)[:, np.newaxis]
            normalizer[normalizer == 0.0] = 1.0
            value = value / normalizer
        total = total + value
    total = total / len(trees)
    finite = np.isfinite(x).all(axis=1)
    theirs = model.predict_proba(x[finite]) if sklearn.base.is_classifier(model) else model.predict(x[finite])
    assert (theirs == total[finite].reshape(theirs.shape)).all(), "the oracle is not scikit-learn"
    return total.reshape(len(x), -1)


def rows(model, x, n):
    """Rows of the table, next to thresholds, and without a value. A CSV file here has no infinities: tests/sklearn.rs has some."""
    found = x[rng.randint(len(x), size=n)].copy()
    for tree in getattr(model, "estimators_", [model]):
        inner = np.flatnonzero(tree.tree_.children_left >= 0)
        for node in inner[rng.permutation(len(inner))[: n // 10]]:
            row, feature = rng.randint(n), tree.tree_.feature[node]
            near = np.float32(tree.tree_.threshold[node])
            step = np.float32(rng.choice([-np.inf, np.inf]))
            found[row, feature] = near if rng.rand() < 0.4 else np.nextafter(near, step)
    odd = rng.randint(n, size=n // 10)
    found[odd, rng.randint(x.shape[1], size=len(odd))] = rng.choice(
        [np.nan, 3.4e38, -3.4e38, 1e-45], size=len(odd)
    )
    return found.astype(np.float32)


def compare(name, model, x, write, n=200):
    path, out, table = WORK / name, WORK / "model.bin", WORK / "rows.csv"
    write(model, path)
    started = time.time()
    run("import", path, "--out", out, "--force")
    took = time.time() - started
    predicted = rows(model, x, n)
    names = [f"x{number}" for number in range(x.shape[1])]
    text = lambda value: "" if np.isnan(value) else repr(float(value))
    table.write_text("\n".join([",".join(names)] + [",".join(map(text, row)) for row in predicted]) + "\n")
    classifier = sklearn.base.is_classifier(model)
    found = run("predict", "--data", table, "--model", out, *(["--proba"] if classifier else []))
    found = pd.read_csv(pd.io.common.StringIO(found), float_precision="round_trip", dtype=str)
    if classifier:
        found = found[[f"proba_{label}" for label in map(str, model.classes_)]]
    else:
        found = found[[column for column in found.columns if "predict" in column or column == "target"][:1]]
    found = found.map(float).to_numpy() if hasattr(found, "map") else found.applymap(float).to_numpy()
    theirs = expected(model, predicted)
    assert found.shape == theirs.shape, (found.shape, theirs.shape)
    same = (found.view(np.uint64) == (theirs + 0.0).view(np.uint64)).all()
    if not same:
        sys.exit(f"{name}: {np.abs(found - theirs).max()} between the outputs: {path}")
    return took


def models():
    x = np.round(rng.normal(size=(300, 5)), 2).astype(np.float32)
    three = np.digitize(x[:, 0] + rng.normal(size=300), [-0.5, 0.5])
    value = x[:, 0] * 3 + rng.normal(size=300)
    labels = {
        "str": np.array(["é", "b b", "c"])[three],
        "int": three * 7 - 3,
        "bool": three > 0,
        "float": three * 1.0,
        "object": np.array(["a", "b", "c"], dtype=object)[three],
    }
    forests = [RandomForestClassifier, ExtraTreesClassifier]
    for cls in forests + [DecisionTreeClassifier, ExtraTreeClassifier]:
        for kind, y in labels.items():
            settings = {"n_estimators": 4} if cls in forests else {}
            weight = rng.choice([None, "balanced"])
            yield f"{cls.__name__}_{kind}", cls(random_state=1, class_weight=weight, **settings).fit(x, y), x
    for cls in [RandomForestRegressor, ExtraTreesRegressor, DecisionTreeRegressor, ExtraTreeRegressor]:
        settings = {"n_estimators": 4} if "Forest" in cls.__name__ or "Trees" in cls.__name__ else {}
        yield cls.__name__, cls(random_state=1, **settings).fit(x, value), x


n_compared = 0
for (name, model, x), (container, write) in itertools.product(models(), containers()):
    compare(f"{name}.{container}", model, x, write)
    n_compared += 1
print(f"scikit-learn {sklearn.__version__}: {n_compared} files predict the same")

# 1,000 classes with weights that are no whole numbers.
x = rng.normal(size=(6000, 8)).astype(np.float32)
y = np.arange(6000) % 1000
weight = {label: float(rng.uniform(0.1, 3)) for label in range(1000)}
many = RandomForestClassifier(n_estimators=3, max_depth=9, class_weight=weight, random_state=0).fit(x, y)
compare("classes.joblib", many, x, lambda m, p: joblib.dump(m, p))
print("  1,000 classes with weights: the same")

x = rng.normal(size=(9000, 10)).astype(np.float32)
y = (x[:, 0] + rng.normal(size=9000) * 2 > 0).astype(int)
large = RandomForestClassifier(n_estimators=200, random_state=0).fit(x, y)
n_nodes = sum(tree.tree_.node_count for tree in large.estimators_)
took = compare("large.joblib", large, x, lambda m, p: joblib.dump(m, p))
size = (WORK / "large.joblib").stat().st_size
print(f"  {n_nodes:,} nodes, {size / 1e6:.0f} MB: the same; imported in {took:.2f} s")
