//! Two models on the same rows.

use std::path::PathBuf;

use crate::cli::args::{GlobalArgs, RowsArgs, TableArgs, TrustArgs};
use crate::cli::exit::Exit;
use crate::cli::predicted::{Known, Predicted};
use crate::report::models::ModelsReport;
use forest::data::STANDARD_STREAM;
use forest::message::shorten;
use forest::validation::{Answers, Paired};
use forest::{Error, Model, Result};

/// A model's answers to all rows.
struct Answered {
    model: Model,
    rows: Predicted,
    known: Known,
}

pub(super) fn run(
    models: [&PathBuf; 2],
    table: &TableArgs,
    trust: &TrustArgs,
    global: &GlobalArgs,
) -> Result<Exit> {
    let is_stream = |path: &PathBuf| path.as_os_str() == STANDARD_STREAM;
    if models.iter().any(|path| is_stream(path)) || table.data.as_ref().is_some_and(is_stream) {
        return Err(Error::setting(
            "two models and their rows are read from files, not from standard input",
        )
        .with_help("save it to a file first"));
    }
    let load = |path: &PathBuf| -> Result<_> {
        let (rows, sample_weight) = table.rows(path, trust.clone());
        Ok((rows.load_model()?, rows, sample_weight))
    };
    // Nothing is made of one that is not trusted, or of the other.
    let [first, second] = [load(models[0])?, load(models[1])?];
    let [first, second] = [answers(first, global)?, answers(second, global)?];
    check_same(&first, &second).map_err(|error| error.in_file(models[1]))?;
    let n_classes = first.model.forest().n_classes();
    let target = first.known.target(n_classes);
    let weights = first.rows.weights.as_deref();
    let scored = |answered: &Answered| -> Result<_> {
        let outputs = answered.rows.outputs.clone();
        let decision = answered.model.decision();
        let scores = answered.model.baseline().score(outputs, decision, target, weights)?;
        let classes: Vec<u32> = match &answered.known {
            Known::Classes(_) => {
                let rows = answered.rows.outputs.chunks(n_classes);
                rows.map(|proba| decision.decide(proba)).collect()
            }
            Known::Numbers(_) => Vec::new(),
        };
        Ok((scores, classes))
    };
    let [(first_scores, first_classes), (second_scores, second_classes)] =
        [scored(&first)?, scored(&second)?];
    let answers = [
        Answers { outputs: &first.rows.outputs, classes: &first_classes, scores: &first_scores },
        Answers { outputs: &second.rows.outputs, classes: &second_classes, scores: &second_scores },
    ];
    let paired = Paired::new(target, answers, weights, u64::from(global.seed));
    let n_rows = first.rows.len() as u64;
    global.print(&ModelsReport::new(models, &first.model, n_rows, paired))?;
    Ok(Exit::Done)
}

fn answers(
    (model, rows, sample_weight): (Model, RowsArgs, Option<&String>),
    global: &GlobalArgs,
) -> Result<Answered> {
    let mut input = rows.open(&model, None, sample_weight)?;
    let predicted = Predicted::read(&model, false, &mut input)?;
    let known = predicted.known(&model, &input)?;
    if let Some(schema_report) = input.report(&model, global)? {
        global.note_schema_report(&schema_report);
    }
    Ok(Answered { rows: predicted, known, model })
}

/// Refuses models of other classes or targets, and rows held out by one alone.
fn check_same(first: &Answered, second: &Answered) -> Result<()> {
    let names = |answered: &Answered| {
        let classes = answered.model.schema().classes().iter();
        classes.map(|class| class.name.clone()).collect::<Vec<_>>()
    };
    let [tasks, targets] = [
        [first, second].map(|answered| answered.model.schema().task().to_string()),
        [first, second].map(|answered| answered.model.schema().target.name.clone()),
    ];
    if tasks[0] != tasks[1] || targets[0] != targets[1] {
        return Err(Error::model(format!(
            "it predicts '{}' by {}, and the first model '{}' by {}",
            shorten(&targets[1]),
            tasks[1],
            shorten(&targets[0]),
            tasks[0]
        ))
        .with_help("compare models of the same target"));
    }
    let [ours, theirs] = [names(first), names(second)];
    if let Some(other) = theirs
        .iter()
        .find(|name| !ours.contains(name))
        .or_else(|| ours.iter().find(|name| !theirs.contains(name)))
    {
        let wrong = format!("the class '{}' is known to one of the models only", shorten(other));
        return Err(Error::model(wrong).with_help("compare models of the same classes"));
    }
    if first.known != second.known || first.rows.weights != second.rows.weights {
        return Err(Error::model("it held out other rows than the first model")
            .with_help("give rows that neither was trained on with --data FILE"));
    }
    Ok(())
}
