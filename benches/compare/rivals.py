"""The other systems, a function each. Run as a program it fits and predicts with one of them on one
table, in a process of its own, and prints one line of JSON as `forest.rs` does.

All grow 100 trees to leaves of one row on bootstrap samples and look at ⌊√p⌋ features a split, as
far as they can be told to; a rival's note says where it differs.
"""

import argparse
import json
import logging
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import tables


class Job(NamedTuple):
    table: tables.Table
    folder: Path
    trees: int
    threads: int
    seed: int

    @property
    def classifies(self) -> bool:
        return self.table.classes > 0

    @property
    def max_features(self) -> int:
        return math.isqrt(self.table.x_train.shape[1])


class System(NamedTuple):
    """What is timed: `fit`, unless the forest comes from elsewhere, and `predict`, which gives
    probabilities with a column a class, or values. `nodes` is read when nothing is timed."""

    fit: Callable[[], object] | None
    predict: Callable[[], np.ndarray]
    nodes: Callable[[], int | None] = lambda: None


def as_scikit_learn(model, job: Job, nodes: Callable[[], int | None] = lambda: None) -> System:
    """A model with scikit-learn's methods."""
    predict = model.predict_proba if job.classifies else model.predict
    table = job.table
    return System(lambda: model.fit(table.x_train, table.y_train), lambda: predict(table.x_test), nodes)


def scikit_learn_forest(job: Job):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    forest = RandomForestClassifier if job.classifies else RandomForestRegressor
    return forest(job.trees, max_features=job.max_features, n_jobs=job.threads, random_state=job.seed)


def scikit_learn(job: Job) -> System:
    model = scikit_learn_forest(job)
    return as_scikit_learn(model, job, lambda: sum(tree.tree_.node_count for tree in model.estimators_))


class Refuse(logging.Handler):
    """Fails when scikit-learn-intelex hands the work to scikit-learn, which it only logs."""

    def emit(self, record: logging.LogRecord) -> None:
        if "fallback" in record.getMessage():
            raise RuntimeError(record.getMessage())


def intelex(job: Job, algorithm: str) -> System:
    from onedal import ensemble as onedal
    from sklearnex import ensemble as sklearnex

    logging.getLogger("sklearnex").setLevel(logging.INFO)
    logging.getLogger("sklearnex").addHandler(Refuse())
    name = "RandomForestClassifier" if job.classifies else "RandomForestRegressor"
    backend = getattr(onedal, name)

    class Backend(backend):
        """scikit-learn-intelex has no setting for the exact algorithm; oneDAL has."""

        def __init__(self, **settings):
            super().__init__(algorithm=algorithm, **settings)

    class Forest(getattr(sklearnex, name)):
        _onedal_factory = Backend

    model = Forest(job.trees, max_features=job.max_features, n_jobs=job.threads, random_state=job.seed)
    return as_scikit_learn(model, job, lambda: sum(tree.tree_.node_count for tree in model.estimators_))


def snapml(job: Job, use_histograms: bool) -> System:
    from snapml import RandomForestClassifier, RandomForestRegressor

    forest = RandomForestClassifier if job.classifies else RandomForestRegressor
    settings = dict(max_features=job.max_features, n_jobs=job.threads, random_state=job.seed)
    return as_scikit_learn(forest(job.trees, use_histograms=use_histograms, **settings), job)


def ydf(job: Job) -> System:
    import ydf

    ydf.verbose(0)
    table = job.table
    names = [f"x{column}" for column in range(table.x_train.shape[1])]
    settings = dict(winner_take_all=False) if job.classifies else dict(task=ydf.Task.REGRESSION)
    learner = ydf.RandomForestLearner(
        label="y",
        features=[ydf.Feature(name, ydf.Semantic.NUMERICAL) for name in names],
        num_trees=job.trees,
        num_candidate_attributes=job.max_features,
        max_depth=-1,
        min_examples=1,
        min_vocab_frequency=1,
        compute_oob_performances=False,
        num_threads=job.threads,
        random_seed=job.seed,
        **settings,
    )
    train = dict(zip(names, np.ascontiguousarray(table.x_train.T))) | {"y": table.y_train}
    test = dict(zip(names, np.ascontiguousarray(table.x_test.T)))
    models = []

    def predict() -> np.ndarray:
        predicted = models[0].predict(test, num_threads=job.threads)
        if not job.classifies:
            return predicted
        if predicted.ndim == 1:
            predicted = np.column_stack([1 - predicted, predicted])
        return predicted[:, np.argsort([int(label) for label in models[0].label_classes()])]

    return System(lambda: models.append(learner.train(train)), predict, lambda: models[0].num_nodes())


def fastforest(job: Job, n_trees: int | None) -> System:
    """Takes its threads from RAYON_NUM_THREADS."""
    from fastforest import FastForest, FastForestClassifier

    model = (FastForestClassifier if job.classifies else FastForest)(n_trees=n_trees, seed=job.seed)
    return as_scikit_learn(model, job, lambda: int(sum(model.tree_node_counts_)))


def store_forest(job: Job) -> Path:
    """scikit-learn's forest of the table in a file, fitted once for all that only predict."""
    import joblib

    path = job.folder / f"forest-{job.trees}-{job.threads}.joblib"
    if not path.exists():
        model = scikit_learn_forest(job).fit(job.table.x_train, job.table.y_train)
        joblib.dump(model, path)
    return path


def stored_forest(job: Job):
    import joblib

    return joblib.load(store_forest(job))


def onnxruntime(job: Job) -> System:
    import onnxruntime
    from skl2onnx import to_onnx

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job.threads
    model = to_onnx(stored_forest(job), job.table.x_test[:1], options={"zipmap": False})
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    rows = {session.get_inputs()[0].name: job.table.x_test}
    return System(None, lambda: session.run(["probabilities"], rows)[0])


def treelite(job: Job) -> System:
    import treelite

    model = treelite.sklearn.import_model(stored_forest(job))
    rows = job.table.x_test

    def predict() -> np.ndarray:
        proba = treelite.gtil.predict(model, rows, nthread=job.threads).reshape(len(rows), -1)
        return np.column_stack([1 - proba, proba]) if proba.shape[1] == 1 else proba

    return System(None, predict)


class Rival(NamedTuple):
    system: Callable[[Job], System]
    note: str = ""


BINS = "256 bins a feature"
APPROXIMATE = "approximate; features, rows and leaves of its own choice"
TRAINING = {
    "scikit-learn": Rival(scikit_learn),
    "intelex": Rival(lambda job: intelex(job, "hist"), BINS),
    "intelex-exact": Rival(lambda job: intelex(job, "dense")),
    "snapml": Rival(lambda job: snapml(job, use_histograms=False)),
    "snapml-hist": Rival(lambda job: snapml(job, use_histograms=True), BINS),
    "ydf": Rival(ydf),
    "fastforest": Rival(lambda job: fastforest(job, None), f"its own number of trees, {APPROXIMATE}"),
    "fastforest-100": Rival(lambda job: fastforest(job, job.trees), APPROXIMATE),
}
PREDICTING = {
    "onnxruntime": Rival(onnxruntime, "predicts with scikit-learn's forest"),
    "treelite": Rival(treelite, "predicts with scikit-learn's forest"),
}
RIVALS = TRAINING | PREDICTING


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def scores(table: tables.Table, predicted: np.ndarray) -> dict[str, float]:
    """By the definitions, and as `forest.rs` has them."""
    y = table.y_test
    if table.classes == 0:
        return {"r2": float(1 - np.sum((y - predicted) ** 2) / np.sum((y - y.mean()) ** 2))}
    truth = np.clip(predicted[np.arange(len(y)), y].astype("f8"), np.finfo("f8").eps, 1)
    accuracy = np.mean(predicted.argmax(1) == y)
    return {"accuracy": float(accuracy), "log_loss": float(-np.log(truth).mean())}


def run(rival: Rival, job: Job, repeat: int) -> dict:
    system = rival.system(job)
    fit = timed(system.fit) if system.fit else None
    predicted = system.predict()
    predict = statistics.median(timed(system.predict) for _ in range(repeat))
    times = {"fit": fit, "predict": predict, "nodes": system.nodes()}
    return times | scores(job.table, predicted)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fits and predicts with one system on one table")
    parser.add_argument("rival", choices=RIVALS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    table = tables.load(options.folder)
    job = Job(table, options.folder, options.trees, options.threads, options.seed)
    try:
        line = json.dumps(run(RIVALS[options.rival], job, options.repeat))
    except Exception as error:  # whatever a rival says is its result
        sys.exit(f"{type(error).__name__}: {error}".splitlines()[0])
    print(line)


if __name__ == "__main__":
    main()
