"""The scores of the study as tables."""

import json
from pathlib import Path

import pandas as pd

from common.markdown import table

BESIDE = 2  # standard errors

# What a table is, and how that is written.
FACTS = {
    "rows": "{:,.0f}".format,
    "features": "{:.0f}".format,
    "classes": "{:.0f}".format,
    "largest": "{:.0%}".format,
    "best": "{:.3f}".format,
}
TITLES = {"largest": "largest class", "best": "best possible"}
MEASURES = ["score", "log_loss", "nodes", "seconds"]

HEAD = f"""\
# Defaults

Made by `benches/defaults/study.py`: what systems answer with their defaults, but for 100 trees where they have that setting. A quarter of the
rows is held out, the same rows for all systems; means over splits, and for synthetic tables over tables as well. Each system has one thread.
Ours is **bold** where it is not behind the best rival, the one with the best mean, by more than {BESIDE} standard errors; the last columns have
the paired differences to it, and their standard errors. Splits of one table overlap, so these errors are on the small side.

scikit-learn gets ordinal codes, where a level that is new is missing, and days for dates; YDF texts as they are, and days; fastforest texts
as they are, and the format of dates. R's factors are categories to them even where their levels are numbers (Soybean, DNA, schools of STAR);
ours reads CSV, and takes these for numbers. YDF's default is votes; it is shown with probabilities as well. fastforest chooses its number of trees,
64 at most, and is shown with 100 as well; `fastforest auto` is its `AutoForest` with `autogrow`: no default, and not what ours is held
against. A probability of 0 counts as 2.2e-16 in log loss."""


def markdown(out: Path, slow: list[str]) -> str:
    """From `list.json` and `scores.jsonl`; what is slow is shown, but ours is not held against it."""
    entries = pd.DataFrame(json.loads((out / "list.json").read_text())).set_index("name")
    lines = pd.read_json(out / "scores.jsonl", lines=True).reindex(columns=["table", "seed", "system", "program", *MEASURES, "error"])
    # Of a program that changed, what its last build gave.
    last = lines.groupby("system").program.last()
    lines = lines[lines.program.isna() | (lines.program == lines.system.map(last))].drop_duplicates(["table", "seed", "system"], keep="last")
    ours = sorted(last.dropna().index, key=lambda system: (system != "forest", system))
    rivals = list(lines[lines.program.isna()].system.unique())
    rated = [system for system in rivals if system not in slow]
    classes, numbers = (entries[entries.task == task] for task in ("classification", "regression"))
    parts = [
        HEAD,
        "## Log loss of classes, held out",
        compare(lines, classes, "log_loss", ours, rivals, rated, -1),
        "## Accuracy of classes, held out",
        compare(lines, classes.drop(columns="best"), "score", ours, rivals, rated, 1),
        "## R² of numbers, held out",
        compare(lines, numbers.drop(columns=["classes", "largest"]), "score", ours, rivals, rated, 1),
        "## Nodes",
        costs(lines, entries, "nodes", [*ours, *rivals], "{:,.0f}".format),
        "## Seconds of fitting",
        "Ours include reading the file and the out-of-bag score, YDF's the out-of-bag score; rivals read nothing.",
        costs(lines, entries, "seconds", [*ours, *rivals], "{:.2f}".format),
    ]
    failed = [f"- {line.table}, split {line.seed}, {line.system}: {line.error}" for line in lines[lines.error.notna()].itertuples()]
    return "\n\n".join(parts + (["## Errors", "\n".join(failed)] if failed else [])) + "\n"


def compare(lines: pd.DataFrame, entries: pd.DataFrame, measure: str, ours: list[str], rivals: list[str], rated: list[str], sign: int) -> str:
    """A row a table; `sign` is 1 where more is better."""
    scores = lines[lines.table.isin(entries.index)].dropna(subset=[measure])
    ours, rivals, rated = ([system for system in some if system in set(scores.system)] for some in (ours, rivals, rated))
    facts = [fact for fact in FACTS if fact in entries]
    shown, beside = [], dict.fromkeys(ours, 0)
    for name, entry in entries.iterrows():
        by_seed = scores[scores.table == name].pivot(index="seed", columns="system", values=measure).reindex(columns=[*ours, *rivals])
        if by_seed[rated].dropna(how="all").empty:
            continue
        means = by_seed.mean()
        best = (sign * means[rated]).idxmax()
        row = [name, *(written(entry[fact], FACTS[fact]) for fact in facts), str(len(by_seed))]
        verdicts = []
        for system in ours:
            difference = (by_seed[system] - by_seed[best]).dropna()
            is_beside = sign * difference.mean() >= -BESIDE * difference.sem()
            beside[system] += is_beside
            row.append(f"**{means[system]:.3f}**" if is_beside else written(means[system]))
            verdicts.append(f"{difference.mean():+.3f} ± {difference.sem():.3f} ({best})" if len(difference) else "")
        shown.append([*row, *(written(means[system]) for system in rivals), *verdicts])
    header = ["table", *(TITLES.get(fact, fact) for fact in facts), "splits", *ours, *rivals, *(f"{system} to the best rival" for system in ours)]
    counts = [f"`{system}` is not behind in {count} of {len(shown)} tables." for system, count in beside.items()]
    return table([header, *shown]) + "\n\n" + " ".join(counts)


def costs(lines: pd.DataFrame, entries: pd.DataFrame, measure: str, systems: list[str], how) -> str:
    means = lines.pivot_table(index="table", columns="system", values=measure).reindex(columns=systems)
    shown = [[name, *(written(mean, how) for mean in means.loc[name])] for name in entries.index.intersection(means.index)]
    return table([["table", *systems], *shown])


def written(value: float, how=lambda value: f"{value:.3f}") -> str:
    return "" if pd.isna(value) else how(value)
