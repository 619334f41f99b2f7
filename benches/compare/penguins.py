"""Scores of forest and of scikit-learn on the penguins, over 20 splits: the same rows on both sides.

    pip install scikit-learn pandas
    cargo build --release
    python benches/compare/penguins.py target/release/forest

forest reads the table as it is; scikit-learn's forests get its texts from
an OrdinalEncoder and take missing values themselves.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OrdinalEncoder

TABLE = pathlib.Path(__file__).parents[2] / "examples" / "data" / "penguins.csv"
SEEDS = range(20)


def ours(program, target, seed, folder):
    flags = ["--data", TABLE, "--target", target, "--seed", seed, "--drop-missing-target"]
    command = [program, "train", *flags, "--out", folder / f"{target}-{seed}.bin", "--json", "--quiet"]
    held_out = json.loads(subprocess.check_output([str(part) for part in command]))["held_out"]
    return held_out.get("accuracy", held_out.get("r2"))


def theirs(target, seed, forest, score, stratify):
    table = pd.read_csv(TABLE).dropna(subset=[target])
    y, x = table[target], table.drop(columns=target)
    words = x.select_dtypes(exclude="number").columns
    split = train_test_split(x, y, test_size=0.25, random_state=seed, stratify=y if stratify else None)
    train, test, y_train, y_test = (part.copy() for part in split)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=float("nan"))
    train[words] = encoder.fit_transform(train[words])
    test[words] = encoder.transform(test[words])
    return score(y_test, forest(random_state=seed).fit(train, y_train).predict(test))


def line(name, scores):
    mean, error = statistics.mean(scores), statistics.stdev(scores) / len(scores) ** 0.5
    print(f"  {name:<44} {mean:.4f} ± {error:.4f}")


def third(random_state):
    return RandomForestRegressor(random_state=random_state, max_features=1 / 3)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        print("species: accuracy, mean of 20 splits and its standard error")
        line("forest train", [ours(program, "species", seed, folder) for seed in SEEDS])
        scores = [theirs("species", s, RandomForestClassifier, accuracy_score, True) for s in SEEDS]
        line("scikit-learn, encoder, native missing values", scores)
        print("body_mass_g: R²")
        line("forest train", [ours(program, "body_mass_g", seed, folder) for seed in SEEDS])
        scores = [theirs("body_mass_g", s, RandomForestRegressor, r2_score, False) for s in SEEDS]
        line("scikit-learn, encoder, all features", scores)
        scores = [theirs("body_mass_g", s, third, r2_score, False) for s in SEEDS]
        line("scikit-learn, encoder, a third of the features", scores)


if __name__ == "__main__":
    main(sys.argv[1])
