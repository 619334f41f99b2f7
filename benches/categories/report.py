"""The scores of a study as tables."""

from pathlib import Path

import pandas as pd

from common.markdown import table


def markdown(path: Path) -> str:
    scores = pd.read_json(path, lines=True)
    systems = list(dict.fromkeys(scores.system))
    classes = scores[scores.kind == "classes"]
    parts = [
        "# Categories",
        "Made by `benches/categories/study.py`: a quarter of the rows held out, the same ones for all systems, 100 trees. Means over seeds (splits, "
        "forests, synthetic tables); the last column is the mean of the differences to the rival that is best, and its standard error.",
        "`forest` is without flags, so that columns that identify rows are left out and dates have parts; `forest, ids kept` has `--keep` for all columns, "
        "as rivals see them all. `forest, other` is the build given by `--other`, in the results kept here that of before cross-fitting: levels in the order of all training "
        "rows' targets. It gave no out-of-bag score where levels have few rows. scikit-learn gets ordinal codes, YDF and LightGBM their own "
        "categories, fastforest texts; settings are their own but for the number of trees, LightGBM's leaves (1,024, of five rows) and YDF's "
        "probabilities in the place of votes. Leaves "
        "of one row, ours and scikit-learn's default, cost both on tables of much chance (Chile, WVS, 10 levels).",
        "## Accuracy of classes, held out",
        compare(classes, "score", systems, 1),
        "## Log loss of classes, held out",
        compare(classes, "log_loss", systems, -1),
        "## R² of numbers, held out",
        compare(scores[scores.kind == "numbers"], "score", systems, 1),
        "## Out-of-bag and held-out scores",
        "Accuracy or R². Positive differences flatter.",
        out_of_bag(scores),
    ]
    return "\n\n".join(parts) + "\n"


def compare(scores: pd.DataFrame, measure: str, systems: list[str], sign: int) -> str:
    lines = [["table", "rows", "levels", "seeds", *systems, "to the best rival"]]
    for name, group in scores.groupby("table", sort=False):
        by_seed = group.pivot(index="seed", columns="system", values=measure).reindex(columns=systems)
        rivals = [system for system in systems if not system.startswith("forest")]
        best = (sign * by_seed[rivals].mean()).idxmax()
        difference = (by_seed["forest"] - by_seed[best]).dropna()
        first = group.iloc[0]
        means = [f"{mean:.3f}" if mean == mean else "" for mean in by_seed.mean()]
        verdict = f"{difference.mean():+.3f} ± {difference.sem():.3f} ({best})"
        lines.append([name, f"{first.rows:,}", span(first.levels), str(len(difference)), *means, verdict])
    return table(lines)


def out_of_bag(scores: pd.DataFrame) -> str:
    systems = list(dict.fromkeys(scores[scores.oob.notna()].system))
    lines = [["table", *[f"{system}: {what}" for system in systems for what in ("out of bag", "held out", "difference")]]]
    for name, group in scores.groupby("table", sort=False):
        line = [name]
        for system in systems:
            own = group[group.system == system].dropna(subset=["oob", "score"])
            oob, held_out = own.oob.mean(), own.score.mean()
            line += [f"{oob:.3f}", f"{held_out:.3f}", f"{oob - held_out:+.3f}"] if len(own) else ["", "", ""]
        lines.append(line)
    return table(lines)


def span(levels: list[int]) -> str:
    return "none" if not levels else f"{levels[0]:,}" if len(levels) == 1 else f"{levels[0]:,} to {levels[-1]:,}"
