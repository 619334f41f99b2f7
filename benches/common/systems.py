"""Forests of several systems, fitted on one table and scored on another, on one thread.

A system is a function of the two tables, the target's name and a seed; it gives scores, the seconds of fitting, and nodes where it says them.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

TREES = 100
# What fastforest takes its threads from, when it is imported.
os.environ["RAYON_NUM_THREADS"] = "1"


def forest(folder: Path, target: str, task: str, seed: int, program: str, flags: list[str]) -> dict:
    """Reads `train.csv` and `test.csv` in the folder, as they are."""
    common = ["--json", "--quiet", "--threads", "1"]
    data = ["--data", f"{folder}/train.csv", "--target", target, "--task", task, "--test-size", "0"]
    with tempfile.TemporaryDirectory() as place:
        trained = output([program, "train", *data, "--seed", str(seed), "--out", f"{place}/m", *flags, *common])
        scored = output([program, "evaluate", "--model", f"{place}/m", "--data", f"{folder}/test.csv", *common])
    oob = trained["out_of_bag"] or {}
    facts = {"nodes": trained["nodes"], "seconds": trained["read_seconds"] + trained["train_seconds"]}
    if task == "regression":
        return {"score": scored["r2"], "oob": oob.get("r2")} | facts
    return {"score": scored["accuracy"], "log_loss": scored["log_loss"], "oob": oob.get("accuracy")} | facts


def output(command: list[str]) -> dict:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def scikit_learn(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int, kind: str = "RandomForest", **settings) -> dict:
    """On ordinal codes; a level that is new is missing."""
    from sklearn import ensemble
    from sklearn.preprocessing import OrdinalEncoder

    x, x_test = (part.drop(columns=target).copy() for part in (train, test))
    words = [name for name in x if is_class(x[name])]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    if words:
        x[words], x_test[words] = encoder.fit_transform(x[words]), encoder.transform(x_test[words])
    x, x_test = (part.astype("f4") for part in (x, x_test))
    task = "Classifier" if is_class(train[target]) else "Regressor"
    model = getattr(ensemble, kind + task)(TREES, random_state=seed, **settings)
    fitting = timed(lambda: model.fit(x, train[target]))
    facts = {"nodes": sum(tree.tree_.node_count for tree in model.estimators_), "seconds": fitting, "oob": getattr(model, "oob_score_", None)}
    if is_class(train[target]):
        return classes(test[target], model.predict_proba(x_test), model.classes_) | facts
    return numbers(test[target], model.predict(x_test)) | facts


def ydf(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int, winner_take_all: bool, **settings) -> dict:
    """With its own categories; `winner_take_all` is its default, each tree a vote."""
    import absl.logging
    import ydf

    ydf.verbose(0)
    # Its advice on texts that look like numbers.
    absl.logging.set_verbosity(absl.logging.ERROR)
    is_classes = is_class(train[target])
    settings |= {"winner_take_all": winner_take_all} if is_classes else {"task": ydf.Task.REGRESSION}
    learner = ydf.RandomForestLearner(label=target, num_trees=TREES, num_threads=1, random_seed=seed, **settings)
    table, models = plain(train), []
    fitting = timed(lambda: models.append(learner.train(table)))
    facts = {"nodes": models[0].num_nodes(), "seconds": fitting}
    predicted = models[0].predict(plain(test.drop(columns=target)))
    if not is_classes:
        return numbers(test[target], predicted) | facts
    if predicted.ndim == 1:
        predicted = np.column_stack([1 - predicted, predicted])
    return classes(test[target], predicted, np.array(models[0].label_classes())) | facts


def plain(table: pd.DataFrame) -> dict:
    """Columns of NumPy's kinds; a text that is missing is empty."""
    texts = {name: table[name].fillna("").astype(str).to_numpy(dtype=object) for name in table if is_class(table[name])}
    return {name: texts[name] if name in texts else table[name].to_numpy("f4", na_value=np.nan) for name in table}


def light_gbm(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int) -> dict:
    """As a random forest, with its native categories."""
    import lightgbm

    x, x_test = (part.drop(columns=target).copy() for part in (train, test))
    for name in x:
        if is_class(x[name]):
            x[name] = x[name].astype("category")
            x_test[name] = pd.Categorical(x_test[name], x[name].cat.categories)
        else:
            x[name], x_test[name] = x[name].astype("f8"), x_test[name].astype("f8")
    x.columns = x_test.columns = [f"x{column}" for column in range(x.shape[1])]
    kind = lightgbm.LGBMClassifier if is_class(train[target]) else lightgbm.LGBMRegressor
    settings = {"boosting_type": "rf", "subsample": 0.632, "subsample_freq": 1, "verbose": -1, "n_jobs": 1}
    share = max(int(x.shape[1] ** 0.5), 1) / x.shape[1] if is_class(train[target]) else 1.0
    settings |= {"feature_fraction_bynode": share, "num_leaves": 1024, "min_child_samples": 5}
    model = kind(n_estimators=TREES, random_state=seed, **settings)
    fitting = {"seconds": timed(lambda: model.fit(x, train[target]))}
    if is_class(train[target]):
        return classes(test[target], model.predict_proba(x_test), model.classes_) | fitting
    return numbers(test[target], model.predict(x_test)) | fitting


def fastforest(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int, kind: str = "FastForest", **settings) -> dict:
    """With texts as they are. It refuses values that are missing where none were in training unless it is told not to."""
    from fastforest import auto

    x, x_test = (part.drop(columns=target) for part in (train, test))
    is_classes = is_class(train[target])
    labels, y = np.unique(train[target], return_inverse=True) if is_classes else (None, train[target].to_numpy("f8"))
    model = getattr(auto, kind + "Classifier" * is_classes)(seed=seed, allow_new_missing=True, **settings)
    fitting = timed(lambda: model.fit(x, y))
    facts = {"nodes": int(sum(model.tree_node_counts_)), "seconds": fitting, "trees": int(model.n_trees_)}
    if is_classes:
        return classes(test[target], np.asarray(model.predict_proba(x_test)), labels) | facts
    return numbers(test[target], np.asarray(model.predict(x_test))) | facts


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def is_class(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column)


def classes(truth: pd.Series, proba: np.ndarray, labels: np.ndarray) -> dict:
    places = pd.Index(labels).get_indexer(truth)
    of_truth = np.where(places < 0, 0, proba[np.arange(len(truth)), places])
    log_loss = -np.log(np.clip(of_truth, np.finfo("f8").eps, 1)).mean()
    return {"score": float((proba.argmax(1) == places).mean()), "log_loss": float(log_loss)}


def numbers(truth: pd.Series, predicted: np.ndarray) -> dict:
    truth = truth.to_numpy("f8")
    return {"score": float(1 - ((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())}
