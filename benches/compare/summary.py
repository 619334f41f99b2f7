"""What the runs of a table come to: medians, means, ratios to ours, and whether scores differ."""

import statistics
from collections.abc import Iterator
from typing import NamedTuple

OURS = "forest"


class Summary(NamedTuple):
    """Of one system on one table. Times are medians in seconds, scores means, ratios medians of the
    ratios of the same seed: above 1 the system is slower than ours."""

    system: str
    fit: float | None
    fit_ratio: float | None
    predict: float
    predict_ratio: float
    nodes: float | None
    score: float
    score_error: float
    log_loss: float | None
    differs: bool


def score_error(result: dict, score: float) -> float:
    """The standard error of a score for the chance of its held-out rows: of a share, or of R²
    (Olkin & Finn 1995, Psychological Bulletin 118, the variance of a squared correlation)."""
    variance = score * (1 - score) if result["classes"] else 4 * score * (1 - score) ** 2
    return (max(variance, 0) / result["held_out"]) ** 0.5


def of_table(result: dict) -> Iterator[Summary]:
    """Summaries of the systems that did not fail, ours first."""
    score_name = "accuracy" if result["classes"] else "r2"
    runs = {system: found["runs"] for system, found in result["systems"].items() if "failed" not in found}
    ours = runs[OURS]

    def values(system: str, figure: str) -> list[float]:
        return [run[figure] for run in runs[system] if run.get(figure) is not None]

    def median(system: str, figure: str) -> float | None:
        return statistics.median(values(system, figure)) if values(system, figure) else None

    def ratio(system: str, figure: str) -> float | None:
        pairs = zip(values(system, figure), (run[figure] for run in ours))
        ratios = [theirs / our for theirs, our in pairs]
        return statistics.median(ratios) if ratios else None

    for system in runs:
        score, ours_score = (statistics.mean(values(of, score_name)) for of in (system, OURS))
        error = score_error(result, ours_score)
        losses = values(system, "log_loss")
        yield Summary(
            system,
            median(system, "fit"),
            ratio(system, "fit"),
            median(system, "predict"),
            ratio(system, "predict"),
            median(system, "nodes"),
            score,
            error,
            statistics.mean(losses) if losses else None,
            abs(score - ours_score) > 2 * error,
        )
