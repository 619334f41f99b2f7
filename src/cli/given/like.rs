//! `--like MODEL`: the flags that a model was trained with, but for its table's name.

use std::path::Path;

use clap::Command;

use super::{GivenFlag, has};
use crate::cli::advice::flag;
use crate::cli::newest::newest_of;
use forest::data::{FileSource, Source};
use forest::{Decision, Error, ForestParams, ForestValidParams, Model, Parameter, Result};

/// The flags of a verb that say what the model's training was told: how the table was read and split, the settings of the
/// forest, and how classes are decided.
///
/// # Errors
/// A model that cannot be loaded; one that was not trained here on a file.
pub(super) fn read(path: &Path, verb: &Command) -> Result<Vec<GivenFlag>> {
    let (path, _) = newest_of(path)?;
    let model = Model::load(&path)?;
    let metadata = model.metadata();
    let (Some(params), Source::File(file)) = (&metadata.forest, &metadata.data) else {
        return Err(Error::model("the model was not trained on a file by this program")
            .in_file(path)
            .with_help("--like takes the settings of a model that `forest train --data` made"));
    };
    let mut flags = of_table(&model, file);
    let split = &metadata.split;
    flags.push(("test-size".to_owned(), vec![split.test_size.to_string()]));
    flags.push(("split-seed".to_owned(), vec![split.random_state.to_string()]));
    let stratify = if split.stratify { "stratify" } else { "no-stratify" };
    flags.push((stratify.to_owned(), Vec::new()));
    flags.push(("seed".to_owned(), vec![params.seed().to_string()]));
    flags.extend(of_forest(&model, params));
    flags.extend(of_decision(&model));
    let flags = flags.into_iter().filter(|(long, _)| has(verb, long));
    Ok(flags.map(|(long, values)| GivenFlag { long, values }).collect())
}

type Flags = Vec<(String, Vec<String>)>;

/// How a table was read. How its numbers were written is found anew.
fn of_table(model: &Model, file: &FileSource) -> Flags {
    let read = &file.read;
    let one = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), vec![value]));
    let left_out = file.left_out.iter().map(|left_out| left_out.column.clone());
    let lists = [
        ("ignore", read.ignore.iter().cloned().chain(left_out).collect::<Vec<_>>()),
        ("categorical", read.categorical.clone()),
        ("numeric", read.numeric.clone()),
        ("keep", read.keep.clone()),
        ("missing", read.missing.clone()),
    ];
    let ones = [
        one("target", Some(model.schema().target.name.clone())),
        one("task", Some(model.schema().task().to_string())),
        one("dates", read.dates.map(|order| order.to_string())),
        one("sample-weight", read.sample_weight.clone()),
        one("group", read.group.clone()),
        one("order", read.order.clone()),
    ];
    let switches =
        [("no-date-parts", !read.date_parts), ("drop-missing-target", read.drop_missing_target)];
    let lists = lists.into_iter().filter(|(_, values)| !values.is_empty());
    let switches = switches.into_iter().filter(|(_, is_on)| *is_on);
    lists
        .map(|(name, values)| (name.to_owned(), values))
        .chain(ones.into_iter().flatten())
        .chain(switches.map(|(name, _)| (name.to_owned(), Vec::new())))
        .collect()
}

/// The settings that are not the defaults.
fn of_forest(model: &Model, params: &ForestValidParams) -> Flags {
    let rows = ForestParams::hyperparameters().iter().zip(params.settings());
    let rows = rows
        .filter(|(row, (_, text))| row.name != "seed" && *text != row.default() && text != "none");
    rows.map(|(row, (_, text))| {
        let long = flag(Parameter::new(row.name)).trim_start_matches('-').to_owned();
        let values = match text.as_str() {
            "true" | "false" => Vec::new(),
            // Weights are in the order of the classes, unless they have a name together.
            _ if row.name == "class_weight" && !text.starts_with("balanced") => {
                let names = model.schema().classes().iter().map(|class| &class.name);
                let weights =
                    names.zip(text.split(',')).map(|(name, weight)| format!("{name}={weight}"));
                vec![weights.collect::<Vec<_>>().join(",")]
            }
            _ => vec![text],
        };
        (long, values)
    })
    .collect()
}

fn of_decision(model: &Model) -> Flags {
    let text = match (model.decision(), model.metadata().threshold_choice) {
        (_, Some(choice)) => Some(("threshold", format!("auto:{}", choice.metric))),
        (Decision::Threshold(threshold), None) => Some(("threshold", threshold.to_string())),
        (Decision::LeastCost(costs), None) => {
            let name = |class: u32| model.class_name(class);
            let mistakes = costs.mistakes().iter().map(|mistake| {
                format!("{}>{}={}", name(mistake.truth), name(mistake.predicted), mistake.cost)
            });
            Some(("cost", mistakes.collect::<Vec<_>>().join(",")))
        }
        (_, None) => None,
    };
    text.into_iter().map(|(name, text)| (name.to_owned(), vec![text])).collect()
}
