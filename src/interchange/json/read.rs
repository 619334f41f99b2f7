//! Reads the JSON back, whoever has edited it. What is not found out here is when the model is made of it.

use serde::de::DeserializeOwned;

use super::columns::read_schema;
use super::leaves::JsonLeaves;
use super::place::wrong;
use super::trees::read_forest;
use super::wire::{
    FORMAT, JsonCalibration, JsonDecision, JsonHead, JsonIntervals, JsonModel, LEAST_COST,
    MOST_PROBABLE, THRESHOLD, VERSION,
};
use crate::data::Schema;
use crate::forest::intervals::RowScores;
use crate::message::shorten;
use crate::model::imported::ForeignModel;
use crate::{Calibration, Costs, Decision, Error, Intervals, Mistake, Result};

/// The most characters of a message of the parser, which may quote the file.
const MAX_MESSAGE: usize = 300;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Whether a file begins as JSON does.
pub(in crate::interchange) fn is_json(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii_start().starts_with(b"{")
}

/// The model in JSON that was written here, or as here.
///
/// # Errors
/// Other JSON; a version that is not known; anything in it that is not as it should be, with its place.
pub(in crate::interchange) fn read_json(bytes: &[u8]) -> Result<ForeignModel> {
    let bytes = without_mark(bytes);
    let JsonHead { format, version } = parse(bytes)?;
    if format.as_deref() != Some(FORMAT) {
        let found = format.map_or("not said".to_owned(), |found| format!("'{}'", shorten(&found)));
        let message = format!("this JSON is no forest: its format is {found}, not '{FORMAT}'");
        return Err(Error::model(message).with_help("give a file that `export` wrote as JSON"));
    }
    if version != Some(VERSION) {
        let found = version.map_or("not said".to_owned(), |version| version.to_string());
        let message = format!("the version of the format is {found}, and known is {VERSION}");
        return Err(Error::model(message).with_help("read it with a later release"));
    }
    let json: JsonModel = parse(bytes)?;
    let schema = read_schema(json.target, json.features, json.missing)?;
    let calibration = json.calibration.map(|json| read_calibration(json, &schema)).transpose()?;
    let decision = json.decision.map(|json| read_decision(&json, &schema)).transpose()?;
    let (shares, values) = (json.leaf_shares, json.leaf_values);
    let targets = json.targets.zip(json.leaf_targets);
    let leaves = JsonLeaves { shares, values, targets };
    Ok(ForeignModel {
        system: json.system,
        settings: json.settings,
        forest: read_forest(&schema, leaves, json.trees, json.importances, calibration)?,
        decision: decision.unwrap_or_default(),
        intervals: json.intervals.map(read_intervals),
        schema,
    })
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let message = message.trim_end_matches(&format!(" at line {line} column {column}"));
        let message: String = message.chars().take(MAX_MESSAGE).collect();
        Error::model(format!("{message} (column {column})")).at_line(line as u64)
    })
}

fn read_calibration(json: JsonCalibration, schema: &Schema) -> Result<Calibration> {
    let JsonCalibration { alpha, gamma, prior } = json;
    let (found, n_classes) = (prior.len(), schema.classes().len());
    if found != n_classes {
        let problem = format!("has {found} shares, and there are {n_classes} classes");
        return Err(wrong("calibration.prior", problem));
    }
    Ok(Calibration { alpha, gamma, prior })
}

fn read_decision(json: &JsonDecision, schema: &Schema) -> Result<Decision> {
    let decision = match (&*json.rule, json.threshold, &json.costs) {
        (MOST_PROBABLE, None, None) => Ok(Decision::MostProbable),
        (THRESHOLD, Some(threshold), None) => Ok(Decision::Threshold(threshold)),
        (LEAST_COST, None, Some(costs)) => {
            let names: Vec<&str> = schema.classes().iter().map(|class| &*class.name).collect();
            let mistakes = costs.iter().map(|json| Mistake {
                truth: json.truth,
                predicted: json.predicted,
                cost: json.cost,
            });
            Costs::new(&names, mistakes).map(Decision::LeastCost)
        }
        (rule, ..) => {
            let known =
                format!("{MOST_PROBABLE}, {THRESHOLD} with a threshold or {LEAST_COST} with costs");
            let problem = format!("is '{}', and has to be {known}", shorten(rule));
            return Err(wrong("decision.rule", problem));
        }
    };
    let checked = decision.and_then(|decision| {
        decision.check(schema.classes().len())?;
        Ok(decision)
    });
    checked.map_err(|error| wrong("decision:", error.message()))
}

fn read_intervals(json: JsonIntervals) -> Intervals {
    let JsonIntervals { rows, typical_spread, each_row, scores } = json;
    let scores = if each_row { RowScores::Each(scores) } else { RowScores::OfLevels(scores) };
    Intervals { rows, typical_spread, scores }
}
