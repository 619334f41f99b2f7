//! What a report says first: whether a model is better than guessing, and on what it relies.

use super::findings::Findings;
use crate::report::effects::{GroupImportance, ImportanceReport};
use crate::report::evaluation::Evaluation;
use crate::report::text::{count, significant, thousands};
use forest::message::shorten;
use forest::metrics::interval::Interval;
use forest::metrics::{ClassificationScores, Metric, RegressionScores, Scores};
use forest::model::HeldOutScore;
use forest::{Model, Task};

/// The most features that are named.
const NAMED_FEATURES: usize = 3;

/// Sentences for who has a minute. `rows` says which rows these are.
pub(super) fn verdict(model: &Model, rows: &str, findings: Option<&Findings>) -> Vec<String> {
    let mut sentences = match findings.and_then(|findings| findings.scores.as_ref()) {
        Some(Evaluation { scores: Scores::Classification(scores), baseline, .. }) => {
            of_classes(model, rows, scores, baseline)
        }
        Some(Evaluation { scores: Scores::Regression(scores), .. }) => {
            of_numbers(model, rows, scores)
        }
        None => recorded(model),
    };
    sentences.extend(findings.and_then(relies_on));
    sentences
}

fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

fn between(Interval { low, high }: Interval, text: impl Fn(f64) -> String) -> String {
    format!("95 % interval {} to {}", text(low), text(high))
}

fn of_classes(
    model: &Model,
    rows: &str,
    scores: &ClassificationScores,
    baseline: &Scores,
) -> Vec<String> {
    let majority = model.class_name(model.majority_class());
    let baseline = baseline.get(Metric::Accuracy).unwrap_or_default();
    let right = format!(
        "The model is right on {} of {rows} ({}). Always answering '{}' would be right on {}.",
        percent(scores.accuracy),
        between(scores.accuracy_interval, percent),
        shorten(majority),
        percent(baseline)
    );
    let tells_apart = scores.roc_auc_interval.is_some_and(|interval| interval.low > 0.5);
    let better = if scores.accuracy_interval.low > baseline {
        "So it is better than guessing, by more than chance explains.".to_owned()
    } else if tells_apart {
        let auc = scores.roc_auc.unwrap_or_default();
        format!(
            "That is not clearly more often. But its probabilities do tell rows apart: of a row of a class and \
             one of another, it gives the former the higher probability of that class in {} of all cases (ROC AUC).",
            percent(auc)
        )
    } else {
        "So it is not clearly better than guessing.".to_owned()
    };
    vec![right, better]
}

fn of_numbers(model: &Model, rows: &str, scores: &RegressionScores) -> Vec<String> {
    let interval = scores.mae_interval.map(|interval| between(interval, significant));
    let interval = interval.map(|text| format!(" ({text})")).unwrap_or_default();
    let off = format!(
        "The model is off by {} on average{interval}, on {rows}. Always answering the mean of the training rows, \
         {}, would be off by {}.",
        significant(scores.mae),
        significant(model.mean_target().unwrap_or_default()),
        significant(scores.baseline_mae)
    );
    let better = match (scores.r2, scores.r2_interval) {
        (Some(r2), Some(interval)) if interval.low > 0.0 => format!(
            "So it is better than guessing, by more than chance explains: it accounts for {} of the variance (R², {}).",
            percent(r2),
            between(interval, percent)
        ),
        _ => "So it is not clearly better than guessing.".to_owned(),
    };
    vec![off, better]
}

/// What training found, where there are no rows to score.
fn recorded(model: &Model) -> Vec<String> {
    let found = match &model.metadata().held_out {
        None => {
            let nothing = "Nothing is known of how good the model is: no rows with a known target were at hand, and training \
                           held out none.";
            return vec![nothing.to_owned()];
        }
        Some(HeldOutScore::Classification(scores)) => format!(
            "The model was right on {} of {} held out ({}); always giving the most frequent answer was right on {}.",
            percent(scores.accuracy()),
            count(scores.rows, "row", "rows"),
            between(scores.interval(), percent),
            percent(scores.baseline())
        ),
        Some(HeldOutScore::Regression(scores)) => format!(
            "The model was off by {} on average, on {} rows held out; always answering the mean was off by {}.",
            significant(scores.mae),
            thousands(scores.rows),
            significant(scores.baseline_mae)
        ),
    };
    let unscored =
        "There were no rows with a known target at hand. So this is what training recorded.";
    vec![unscored.to_owned(), found]
}

/// The features that count most.
fn relies_on(findings: &Findings) -> Option<String> {
    let of_groups = |importances: &ImportanceReport| {
        let counts = |of: &&GroupImportance| of.interval.map_or(of.worse_by, |of| of.low) > 0.0;
        let counting = importances.groups.iter().filter(counts);
        counting.map(|group| group_name(&group.features)).collect::<Vec<_>>()
    };
    let names = findings.importances.as_ref().map(of_groups)?;
    let names: Vec<String> = names.into_iter().take(NAMED_FEATURES).collect();
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!("It relies on {last}."),
        _ => format!("It relies most on {}, and then on {last}.", others.join(", ")),
    })
}

/// Features that go together.
fn group_name(features: &[String]) -> String {
    let names: Vec<String> = features.iter().map(|feature| shorten(feature)).collect();
    match &names[..] {
        [first, second] => format!("{first} with {second}"),
        [first, second, third] => format!("{first} with {second} and {third}"),
        [first, second, others @ ..] if !others.is_empty() => {
            format!("{first} with {second} and {} more", others.len())
        }
        _ => names.concat(),
    }
}

/// What it predicts, in a line.
pub(super) fn subject(model: &Model) -> String {
    let target = &model.schema().target.name;
    let features = count(model.schema().features.len() as u64, "feature", "features");
    let trees = count(model.forest().n_trees() as u64, "tree", "trees");
    match model.forest().task() {
        Task::Classification => {
            let classes = count(model.forest().n_classes() as u64, "class", "classes");
            format!(
                "A random forest of {trees} that predicts '{target}', one of {classes}, by {features}."
            )
        }
        Task::Regression => {
            format!("A random forest of {trees} that predicts the number '{target}' by {features}.")
        }
    }
}
