"""Balanced class weights in the draws of the bootstrap, in splits and leaves, and in scikit-learn's forests.

    python benches/weights.py target/release/forest --tables FOLDER

Needs what `categories/requirements.txt` says, and ISLP (for Caravan); `FOLDER` is where `categories/study.py` keeps
its tables. Prints the means over the seeds: balanced accuracy, log loss of balanced classes and area under the ROC curve
of held-out rows, and by how much the balanced accuracy of out-of-bag rows is off.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

sys.path.insert(0, str(Path(__file__).parent / "categories"))
import tables

# Weights of rows that balance the classes are there for the out-of-bag score, which counts rows by them; where
# class weights are balanced, too, it is draws that do the balancing.
OURS = {
    "splits": ["--sample-weight", "w"],
    "draws": ["--sample-weight", "w", "--class-weight", "balanced"],
}
THEIRS = {"scikit-learn": None, "scikit-learn, balanced": "balanced"}


def load(name: str, folder: Path, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    if name == "synthetic":
        x, y = make_classification(10_000, n_informative=10, weights=[0.95], random_state=seed)
        return pd.DataFrame(x).add_prefix("x"), pd.Series(y)
    if name == "Caravan":
        from ISLP import load_data

        frame, target = load_data(name), "Purchase"
    else:
        frame, target = tables.load(folder, name, seed)
    return frame.drop(columns=target), pd.Series(pd.factorize(frame[target], sort=True)[0])


def forest(program: str, flags: list[str], train: tuple, test: tuple, seed: int) -> tuple[np.ndarray, float | None]:
    """Probabilities, and the out-of-bag accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *command: subprocess.run([program, *command, "--quiet"], check=True, capture_output=True, text=True).stdout
        (x, y), weights = train, (1 / train[1].value_counts())[train[1]].to_numpy()
        x.assign(y=y, w=weights * len(y) / 2).to_csv(f"{folder}/train.csv", index=False)
        test[0].to_csv(f"{folder}/test.csv", index=False)
        keep = [flag for name in x for flag in ("--keep", name)]
        if "w" not in flags:
            keep += ["--ignore", "w"]
        common = ["--data", f"{folder}/train.csv", "--target", "y", "--task", "classification", "--test-size", "0", "--json"]
        trained = run("train", *common, *keep, *flags, "--seed", str(seed), "--out", f"{folder}/m")
        proba = run("predict", "--model", f"{folder}/m", "--data", f"{folder}/test.csv", "--proba", "--out", "-")
        Path(f"{folder}/proba.csv").write_text(proba)
        columns = pd.read_csv(f"{folder}/proba.csv").filter(like="proba_")
        return columns.to_numpy(), json.loads(trained)["out_of_bag"]["accuracy"] if flags else None


def scikit_learn(class_weight: str | None, train: tuple, test: tuple, seed: int) -> tuple[np.ndarray, float]:
    both = pd.concat([train[0], test[0]])
    words = [name for name in both if not pd.api.types.is_numeric_dtype(both[name])]
    both[words] = both[words].apply(lambda cells: pd.factorize(cells, sort=True)[0]).replace(-1, np.nan)
    x = both.astype("f4").to_numpy()
    model = RandomForestClassifier(100, class_weight=class_weight, oob_score=True, random_state=seed)
    model.fit(x[: len(train[1])], train[1])
    # Rows in all bags have no prediction.
    has = np.nansum(model.oob_decision_function_, axis=1) > 0
    oob = balanced_accuracy_score(train[1][has], model.oob_decision_function_[has].argmax(1))
    return model.predict_proba(x[len(train[1]) :]), oob


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("forest")
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    for name in ["synthetic", "Caravan", "lending_club", "ResumeNames"]:
        scores = {}
        for seed in range(args.seeds):
            x, y = load(name, args.tables, seed)
            parts = train_test_split(x, y, test_size=0.25, random_state=seed, stratify=y)
            (x, x_test), (y, y_test) = parts[:2], (part.reset_index(drop=True) for part in parts[2:])
            train, test = (x.reset_index(drop=True), y), (x_test, y_test)
            runs = {"forest": lambda: forest(args.forest, [], train, test, seed)}
            runs |= {how: lambda flags=flags: forest(args.forest, flags, train, test, seed) for how, flags in OURS.items()}
            runs |= {how: lambda weight=weight: scikit_learn(weight, train, test, seed) for how, weight in THEIRS.items()}
            balance = (1 / y_test.value_counts())[y_test]
            for how, run in runs.items():
                proba, oob = run()
                accuracy = balanced_accuracy_score(y_test, proba.argmax(1))
                loss = log_loss(y_test, proba, sample_weight=balance)
                off = np.nan if oob is None else oob - accuracy
                scores.setdefault(how, []).append([accuracy, loss, roc_auc_score(y_test, proba[:, 1]), off])
        for how, rows in scores.items():
            print(f"{name:12} {how:24}", *(f"{mean:8.3f}" for mean in np.mean(rows, axis=0)), flush=True)


main()
