"""Scores of forests on tables with categories, over several splits: the same rows for all systems.

    python benches/categories/study.py target/release/forest --out results

Needs what `requirements.txt` says, and `apt-get download` of Debian and `npm pack` for the tables (once, into
the folder of the results). Scores are kept in `scores.jsonl`: runs into the same folder add up. Then it
writes `categories.md`.
"""

import argparse
import json
import subprocess
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

import report
import tables

TREES = 100


def forest(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int, program: str, keep: bool) -> dict:
    """Reads the tables as they are; `keep` has columns that identify rows stay in."""
    with tempfile.TemporaryDirectory() as folder:
        for name, part in [("train.csv", train), ("test.csv", test)]:
            part.to_csv(f"{folder}/{name}", index=False)
        common = ["--json", "--quiet", "--threads", "1"]
        flags = ["--test-size", "0", "--trees", str(TREES), "--seed", str(seed), "--out", f"{folder}/m"]
        task = "classification" if is_class(train[target]) else "regression"
        data = ["--data", f"{folder}/train.csv", "--target", target, "--task", task]
        for column in train.columns.drop(target) if keep else []:
            flags += ["--keep", column]
        trained = output([program, "train", *data, *flags, *common])
        scored = output([program, "evaluate", "--model", f"{folder}/m", "--data", f"{folder}/test.csv", *common])
    oob = trained["out_of_bag"] or {}
    if task == "regression":
        return {"score": scored["r2"], "oob": oob.get("r2")}
    return {"score": scored["accuracy"], "log_loss": scored["log_loss"], "oob": oob.get("accuracy")}


def output(command: list[str]) -> dict:
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def scikit_learn(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int) -> dict:
    """On ordinal codes; a level that is new is missing."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.preprocessing import OrdinalEncoder

    x, x_test = (part.drop(columns=target).copy() for part in (train, test))
    words = [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    if words:
        x[words], x_test[words] = encoder.fit_transform(x[words]), encoder.transform(x_test[words])
    x, x_test = (part.astype("f4") for part in (x, x_test))
    kind = RandomForestClassifier if is_class(train[target]) else RandomForestRegressor
    model = kind(TREES, oob_score=True, random_state=seed).fit(x, train[target])
    if is_class(train[target]):
        return classes(test[target], model.predict_proba(x_test), model.classes_) | {"oob": model.oob_score_}
    return numbers(test[target], model.predict(x_test)) | {"oob": model.oob_score_}


def ydf(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int) -> dict:
    import ydf

    ydf.verbose(0)
    is_classes = is_class(train[target])
    settings = {"winner_take_all": False} if is_classes else {"task": ydf.Task.REGRESSION}
    settings |= {"num_trees": TREES, "num_threads": 1, "random_seed": seed, "compute_oob_performances": False}
    model = ydf.RandomForestLearner(label=target, **settings).train(plain(train))
    predicted = model.predict(plain(test.drop(columns=target)))
    if not is_classes:
        return numbers(test[target], predicted)
    if predicted.ndim == 1:
        predicted = np.column_stack([1 - predicted, predicted])
    return classes(test[target], predicted, np.array(model.label_classes()))


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
    model = kind(n_estimators=TREES, random_state=seed, **settings).fit(x, train[target])
    if is_class(train[target]):
        return classes(test[target], model.predict_proba(x_test), model.classes_)
    return numbers(test[target], model.predict(x_test))


def fastforest(train: pd.DataFrame, test: pd.DataFrame, target: str, seed: int) -> dict:
    from fastforest import FastForest, FastForestClassifier

    x, x_test = (part.drop(columns=target) for part in (train, test))
    if is_class(train[target]):
        labels, codes = np.unique(train[target], return_inverse=True)
        model = FastForestClassifier(n_trees=TREES, seed=seed).fit(x, codes)
        return classes(test[target], np.asarray(model.predict_proba(x_test)), labels)
    model = FastForest(n_trees=TREES, seed=seed).fit(x, train[target].to_numpy("f8"))
    return numbers(test[target], np.asarray(model.predict(x_test)))


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


RIVALS = {"scikit-learn": scikit_learn, "YDF": ydf, "LightGBM rf": light_gbm, "fastforest": fastforest}


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
    tables.fetch(options.out / "tables")
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
