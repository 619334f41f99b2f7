"""Tables with categories of 2 to 19,000 levels, as packages ship them, and synthetic ones whose answer is known.

Real tables come out of Debian's r-cran packages, and of vega-datasets.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from common.packages import flights, prepare, r_table, vega

R_PACKAGES = ["AER", "modeldata", "carData", "ggplot2"]


def few_rows_an_id(rng: np.random.Generator, levels: int = 1500) -> pd.DataFrame:
    """4,000 rows of numbers that tell the class, and an id that does not."""
    x = rng.normal(size=(4000, 6))
    y = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * x[:, 3] > 0
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(6)])
    return frame.assign(id=texts(rng.integers(levels, size=4000)), y=np.where(y, "yes", "no"))


def four_categories(rng: np.random.Generator) -> pd.DataFrame:
    """20,000 rows, categories of 3, 40, 500 and 3,500 levels that each have an effect, and three numbers."""
    n, score, columns = 20_000, 0, {}
    for levels, spread in [(3, 0.4), (40, 0.5), (500, 0.5), (3500, 0.5)]:
        # A few levels have many rows, many have few.
        shares = rng.dirichlet(np.full(levels, 0.7))
        codes = rng.choice(levels, n, p=shares)
        columns[f"c{levels}"] = texts(codes)
        score = score + rng.normal(size=levels)[codes] * spread
    x = rng.normal(size=(n, 3))
    chance = 1 / (1 + np.exp(-(score + 0.4 * x[:, 0] - 1.2)))
    frame = pd.DataFrame(columns | {f"x{i}": x[:, i] for i in range(3)})
    return frame.assign(y=np.where(rng.random(n) < chance, "yes", "no"))


def effects(rng: np.random.Generator, levels: int, rows: int, columns: int = 1, spread: float = 1.5, classes: int = 2) -> pd.DataFrame:
    """Each level has its own chance of each class, beside two numbers."""
    n = levels * rows
    codes = [rng.permutation(np.arange(n) % levels) for _ in range(columns)]
    x = rng.normal(size=(n, 2))
    score = rng.gumbel(size=(n, classes))
    for code in codes:
        score += spread * rng.normal(size=(levels, classes))[code]
    score[:, 0] += x[:, 0]
    frame = pd.DataFrame({f"c{i}": texts(code) for i, code in enumerate(codes)} | {"x0": x[:, 0], "x1": x[:, 1]})
    return frame.assign(y=texts(score.argmax(1), "k"))


def noise(rng: np.random.Generator, rows: int = 30) -> pd.DataFrame:
    """3,000 rows, 20 columns, of which none says anything of the class."""
    levels = 3000 // rows
    columns = {f"c{i}": texts(rng.permutation(np.arange(3000) % levels)) for i in range(20)}
    return pd.DataFrame(columns).assign(y=texts(rng.integers(2, size=3000), "k"))


def texts(codes: np.ndarray, prefix: str = "l") -> np.ndarray:
    return np.char.add(prefix, codes.astype(str))


# Name: how to load it, the target, the columns left out. `rng` makes the synthetic ones new with each seed.
REAL = {
    "airports": (lambda d: vega(d, "airports.csv"), "state", ["country"]),
    "zipcodes": (lambda d: vega(d, "zipcodes.csv").sample(10_000, random_state=0), "state", []),
    "TitanicSurvival": (lambda d: r_table(d, "carData", "TitanicSurvival"), "survived", []),
    "movies": (lambda d: vega(d, "movies.json"), "IMDB Rating", []),
    "birdstrikes": (lambda d: vega(d, "birdstrikes.csv"), "Effect Amount of damage", ["Cost Other", "Cost Repair", "Cost Total $"]),
    "flights": (flights, "delay", []),
    "MplsStops": (lambda d: r_table(d, "carData", "MplsStops").sample(8_000, random_state=0), "problem", ["rowname", "idNum", "date", "MDC"]),
    "Chile": (lambda d: r_table(d, "carData", "Chile"), "vote", []),
    "WVS": (lambda d: r_table(d, "carData", "WVS"), "poverty", []),
    "lending_club": (lambda d: r_table(d, "modeldata", "lending_club"), "Class", []),
    "credit_data": (lambda d: r_table(d, "modeldata", "credit_data"), "Status", []),
    "wa_churn": (lambda d: r_table(d, "modeldata", "wa_churn"), "churn", []),
    "hpc_data": (lambda d: r_table(d, "modeldata", "hpc_data"), "class", []),
    "Sacramento": (lambda d: r_table(d, "modeldata", "Sacramento"), "price", []),
    "ames": (lambda d: r_table(d, "modeldata", "ames"), "Sale_Price", []),
    "STAR": (lambda d: r_table(d, "AER", "STAR"), "math3", ["rowname", "read3"]),
    "Fatalities": (lambda d: r_table(d, "AER", "Fatalities"), "fatal", []),
    "ResumeNames": (lambda d: r_table(d, "AER", "ResumeNames"), "call", []),
    "diamonds": (lambda d: r_table(d, "ggplot2", "diamonds").sample(12_000, random_state=0), "price", []),
    "txhousing": (lambda d: r_table(d, "ggplot2", "txhousing"), "median", ["volume"]),
}
SYNTHETIC = {
    "id of 1,500 levels": lambda rng: few_rows_an_id(rng),
    "id of 400 levels": lambda rng: few_rows_an_id(rng, 400),
    "3 to 3,500 levels": four_categories,
    "200 levels x 15 rows": lambda rng: effects(rng, 200, 15),
    "30 levels x 100 rows": lambda rng: effects(rng, 30, 100),
    "10 levels x 400 rows": lambda rng: effects(rng, 10, 400),
    "3 x 30 levels, 5 classes": lambda rng: effects(rng, 30, 100, 3, 1.0, 5),
    "noise, 30 rows a level": noise,
    "noise, 200 rows a level": lambda rng: noise(rng, 200),
}


def load(folder: Path, name: str, seed: int) -> tuple[pd.DataFrame, str]:
    """Features and the target as the last column, and the target's name."""
    if name in SYNTHETIC:
        return SYNTHETIC[name](np.random.default_rng(seed)), "y"
    make, target, left_out = REAL[name]
    return prepare(make(folder), target, left_out), target
