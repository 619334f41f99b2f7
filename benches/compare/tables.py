"""The tables of the comparison: made or loaded once, split, and laid down as raw arrays.

A table is a folder: `x_train`, `x_test` (f32, row by row), `y_train`, `y_test` (f64; class codes or
values), little-endian, and `shape.json` with the numbers of features, of classes (0: regression) and of rows.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn import datasets
from sklearn.model_selection import train_test_split

SEED = 0
QUICK_ROWS = 1500


class Raw(NamedTuple):
    x: np.ndarray
    y: np.ndarray
    classes: int
    held_out: int | float


class Table(NamedTuple):
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int


def two_classes(train: int, held_out: int, features: int, informative: int, redundant: int) -> Raw:
    shape = dict(n_features=features, n_informative=informative, n_redundant=redundant)
    x, y = datasets.make_classification(train + held_out, **shape, flip_y=0.05, random_state=SEED)
    return Raw(x, y, 2, held_out)


def letters() -> Raw:
    """Few distinct values and many classes, as in tables of letters or digits."""
    shape = dict(n_features=16, n_informative=12, n_redundant=2, n_classes=26, n_clusters_per_class=1)
    x, y = datasets.make_classification(20_000, **shape, class_sep=2.0, flip_y=0.01, random_state=SEED)
    x = np.clip(np.round((x - x.mean(0)) / x.std(0) * 2.5 + 7.5), 0, 15)
    return Raw(x, y, 26, 5_000)


def repeated() -> Raw:
    raw = two_classes(500_000, 100_000, 10, 6, 2)
    return raw._replace(x=np.round(raw.x * 8) / 8)


def regression() -> Raw:
    x, y = datasets.make_regression(66_667, 10, n_informative=6, noise=20, random_state=SEED)
    return Raw(x, y + 50 * np.sin(x[:, 0] * 3) * x[:, 1], 0, 16_667)


def shipped(load: Callable, classes: int, held_out: int | float = 0.25) -> Raw:
    """A real table that scikit-learn ships."""
    return Raw(*load(return_X_y=True), classes, held_out)


TABLES: dict[str, Callable[[], Raw]] = {
    "binary": lambda: two_classes(75_000, 25_000, 20, 10, 2),
    "letters": letters,
    "small": lambda: two_classes(1_000, 1_000, 20, 10, 2),
    "digits": lambda: shipped(datasets.load_digits, 10, 297),
    "repeated": repeated,
    "wide": lambda: two_classes(20_000, 5_000, 500, 30, 20),
    "regression": regression,
    "breast_cancer": lambda: shipped(datasets.load_breast_cancer, 2),
    "wine": lambda: shipped(datasets.load_wine, 3),
    "diabetes": lambda: shipped(datasets.load_diabetes, 0),
}


def make(name: str) -> Raw:
    """A table by its name, or of a size like `10000x20`, whose held-out rows only complete it."""
    if name in TABLES:
        return TABLES[name]()
    rows, features = map(int, name.split("x"))
    return two_classes(rows, 1_000, features, 8, 2)


def lay_down(folder: Path, name: str, quick: bool) -> None:
    """Writes a table into `folder`, unless it is there; `quick` keeps few rows."""
    if (folder / "shape.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    raw = make(name)
    x, y = raw.x.astype("<f4"), raw.y.astype("<f8")
    parts = train_test_split(x, y, test_size=raw.held_out, random_state=SEED)
    for name, part in zip(("x_train", "x_test", "y_train", "y_test"), parts):
        np.ascontiguousarray(part[:QUICK_ROWS] if quick else part).tofile(folder / name)
    train, held_out = ((folder / name).stat().st_size // 8 for name in ("y_train", "y_test"))
    shape = {"features": x.shape[1], "classes": raw.classes, "train": train, "held_out": held_out}
    (folder / "shape.json").write_text(json.dumps(shape))


def shape_of(folder: Path) -> dict[str, int]:
    return json.loads((folder / "shape.json").read_text())


def load(folder: Path) -> Table:
    shape = shape_of(folder)

    def x(name: str) -> np.ndarray:
        return np.fromfile(folder / name, "<f4").reshape(-1, shape["features"])

    def y(name: str) -> np.ndarray:
        target = np.fromfile(folder / name, "<f8")
        return target.astype("i4") if shape["classes"] else target

    return Table(x("x_train"), y("y_train"), x("x_test"), y("y_test"), shape["classes"])
