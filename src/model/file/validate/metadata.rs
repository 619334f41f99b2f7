//! The metadata, checked.

use jiff::Timestamp;
use ndarray::Array2;

use super::arrays::{TextList, all_words, ensure, settings, words};
use crate::data::split::Split;
use crate::data::synth::Recipe;
use crate::data::{
    FileSource, ImportedSource, LeftOut, ReadOptions, ScoredTable, Sha256Digest, Source,
};
use crate::forest::ForestValidParams;
use crate::forest::oob::{OobErrors, OobScore};
use crate::message::shorten;
use crate::metrics::RegressionScores;
use crate::metrics::interval::Interval;
use crate::model::file::v1::{
    CALIBRATE, CHOSEN_OF, IMPORTED, INTERVALS, KEEP_QUANTILES, NOT_REPRODUCIBLE, WireHeldOut,
    WireIntervals, WireMetadata, WireOutOfBag, WireOutOfBagScore, WireRefinement, WireSource,
    WireTexts,
};
use crate::model::limits::wrong_tags;
use crate::model::probes::N_PROBES;
use crate::model::{AccuracyScore, HeldOutScore, Metadata, Probes, ThresholdChoice, decision};
use crate::settings::{Settings, unreadable};
use crate::{Decision, Error, Forest, Learner, Result, Task};

pub(super) fn read(
    wire: &WireMetadata,
    refinement: Option<&WireRefinement>,
    intervals: Option<&WireIntervals>,
    forest: &Forest,
) -> Result<Metadata> {
    let split = Split {
        test_size: wire.split.test_size,
        random_state: wire.split.random_state,
        stratify: wire.split.stratify,
    };
    ensure((0.0..1.0).contains(&split.test_size), || {
        format!("the test size is {}", split.test_size)
    })?;
    let held_out = wire.held_out.as_ref().map(read_held_out).transpose()?;
    let task = held_out.as_ref().map(HeldOutScore::task);
    ensure(task.is_none_or(|task| task == forest.task()), || {
        "the score on the rows held out is of another task".to_owned()
    })?;
    ensure(held_out.as_ref().map_or(0, HeldOutScore::rows) <= wire.held_out_rows, || {
        "more rows were scored than were held out".to_owned()
    })?;
    let ForestSettings { params, reproducible, decision, threshold_choice, chosen_of } =
        ForestSettings::read(wire, forest)?;
    let is_refined_out_of_bag =
        params.as_ref().is_some_and(ForestValidParams::is_chosen_out_of_bag);
    let used_to_choose = is_refined_out_of_bag || chosen_of.is_some() || threshold_choice.is_some();
    let out_of_bag = wire.out_of_bag.as_ref();
    let out_of_bag = out_of_bag.map(|score| read_out_of_bag(score, used_to_choose)).transpose()?;
    ensure(out_of_bag.is_some() || threshold_choice.is_none(), || {
        "there are no out-of-bag rows to choose a threshold by".to_owned()
    })?;
    ensure(out_of_bag.as_ref().is_none_or(|score| score.task() == forest.task()), || {
        "the out-of-bag score is of another task".to_owned()
    })?;
    let refinement = match &params {
        Some(params) => {
            ensure(refinement.is_none() == params.is_plain(), || {
                "the settings do not say how the forest was refined".to_owned()
            })?;
            ensure(intervals.is_some() == params.intervals, || {
                "the settings do not say whether out-of-bag residuals were kept".to_owned()
            })?;
            refinement.map(|wire| super::refinement::read(wire, params, forest))
        }
        None => None,
    };
    // What the out-of-bag rows of an imported model were is not known.
    let n_unknown = if params.is_some() { 0 } else { u64::MAX };
    let covered = out_of_bag.as_ref().map_or(n_unknown, |score| score.covered);
    ensure(intervals.is_none() || forest.task() == Task::Regression, || {
        "there are prediction intervals of classes".to_owned()
    })?;
    let intervals = intervals.map(|wire| super::intervals::read(wire, covered));
    Ok(Metadata {
        program: wire.program.to_owned(),
        created: Timestamp::from_second(wire.created)
            .map_err(|_| Error::model(format!("{} is no date", wire.created)))?,
        forest: params,
        reproducible,
        chosen_of,
        data: read_source(wire).map_err(|error| damaged(&error))?,
        split,
        held_out_rows: wire.held_out_rows,
        held_out,
        out_of_bag,
        decision,
        threshold_choice,
        warnings: super::warnings::read(&wire.warnings)?,
        refinement: refinement.transpose()?,
        intervals: intervals.transpose()?,
        tags: read_tags(wire)?,
        probes: read_probes(wire, forest)?,
    })
}

fn read_tags(wire: &WireMetadata) -> Result<Vec<(String, String)>> {
    let tags = TextList::new("tags", &wire.tags)?.pairs("tags")?;
    wrong_tags(&tags).map_or(Ok(()), |problem| Err(Error::model(problem)))?;
    Ok(tags.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The settings of a forest, and what stands after them.
struct ForestSettings {
    /// None of an imported forest.
    params: Option<ForestValidParams>,
    /// Whether they give the same forest again.
    reproducible: bool,
    chosen_of: Option<u64>,
    decision: Decision,
    threshold_choice: Option<ThresholdChoice>,
}

impl ForestSettings {
    fn read(wire: &WireMetadata, forest: &Forest) -> Result<Self> {
        let mut settings = settings("forest settings", &wire.forest)?;
        let (name, value) = NOT_REPRODUCIBLE;
        let found = settings.take_all(name);
        let chosen_of = settings.take_if_there(CHOSEN_OF)?;
        let decided = decision::from_settings(&mut settings, forest.n_classes());
        let (decision, threshold_choice) = decided.map_err(|error| damaged(&error))?;
        if matches!(wire.source, WireSource::Imported { .. }) {
            ensure(found.is_empty() && chosen_of.is_none() && threshold_choice.is_none(), || {
                "an imported model has settings of training".to_owned()
            })?;
            check_imported(settings, forest)?;
            let (params, reproducible) = (None, false);
            return Ok(Self { params, reproducible, chosen_of, decision, threshold_choice });
        }
        let params = ForestValidParams::from_settings(settings).map_err(|error| damaged(&error))?;
        let reproducible = found.is_empty();
        ensure(reproducible || found == [value], || {
            format!("the setting '{name}' is not {value}")
        })?;
        // A choice may depend on the machine, whatever was chosen.
        let can_be_chosen = params.bootstrap() && params.learner() == Learner::Cart;
        ensure(chosen_of.is_none_or(|n: u64| n > 1 && can_be_chosen), || {
            format!("the setting '{CHOSEN_OF}' is not that of a search")
        })?;
        let as_learner = reproducible == params.is_reproducible(forest.n_classes());
        ensure(as_learner || chosen_of.is_some(), || {
            format!("the setting '{name}' is not that of this learner and number of classes")
        })?;
        let params = Some(params);
        Ok(Self { params, reproducible, chosen_of, decision, threshold_choice })
    }
}

/// The settings of an imported forest say which parts follow its sections.
fn check_imported(mut settings: Settings, forest: &Forest) -> Result<()> {
    let parts =
        [(CALIBRATE, forest.calibration().is_some()), (KEEP_QUANTILES, forest.keeps_quantiles())];
    for (name, is_there) in parts {
        let found = settings.take_all(name);
        let said = if found.is_empty() { None } else { Some(found == [IMPORTED]) };
        ensure(said == is_there.then_some(true), || {
            format!("the setting '{name}' is not that of the imported forest")
        })?;
    }
    let intervals = settings.take_all(INTERVALS);
    ensure(intervals.iter().all(|value| value == IMPORTED), || {
        format!("the setting '{INTERVALS}' is not that of an imported forest")
    })?;
    settings.finish()
}

/// A setting that was checked before it was written is wrong only in a file that is.
pub(super) fn damaged(error: &Error) -> Error {
    Error::model(format!("the settings are wrong: {}", error.message()))
}

fn read_held_out(wire: &WireHeldOut) -> Result<HeldOutScore> {
    let (score, sound) = match *wire {
        WireHeldOut::Classification {
            rows,
            weight,
            effective_rows,
            correct,
            baseline_correct,
            log_loss,
            log_loss_interval,
            baseline_log_loss,
        } => {
            let sound = rows > 0
                && is_positive(weight)
                && is_positive(effective_rows)
                && is_amount(log_loss)
                && log_loss_interval.is_none_or(is_interval)
                && is_amount(baseline_log_loss)
                && (0.0..=weight).contains(&correct)
                && (0.0..=weight).contains(&baseline_correct);
            let score = AccuracyScore {
                rows,
                weight,
                effective_rows,
                correct,
                baseline_correct,
                log_loss,
                log_loss_interval: log_loss_interval.map(interval),
                baseline_log_loss,
            };
            (HeldOutScore::Classification(score), sound)
        }
        WireHeldOut::Regression {
            rows,
            mae,
            mae_interval,
            rmse,
            rmse_interval,
            r2,
            r2_interval,
            median_absolute_error,
            explained_variance,
            baseline_mae,
            baseline_rmse,
        } => {
            let errors = [mae, rmse, median_absolute_error, baseline_mae, baseline_rmse];
            let intervals = [mae_interval, rmse_interval, r2_interval];
            let sound = rows > 0
                && errors.into_iter().all(is_amount)
                && [r2, explained_variance].into_iter().flatten().all(f64::is_finite)
                && intervals.into_iter().flatten().all(is_interval);
            let score = RegressionScores {
                rows,
                mae,
                mae_interval: mae_interval.map(interval),
                rmse,
                rmse_interval: rmse_interval.map(interval),
                r2,
                r2_interval: r2_interval.map(interval),
                median_absolute_error,
                explained_variance,
                baseline_mae,
                baseline_rmse,
            };
            (HeldOutScore::Regression(score), sound)
        }
    };
    ensure(sound, || "the held-out score is invalid".to_owned())?;
    Ok(score)
}

fn is_interval([low, high]: [f64; 2]) -> bool {
    low.is_finite() && high.is_finite() && low <= high
}

fn interval([low, high]: [f64; 2]) -> Interval {
    Interval { low, high }
}

fn read_out_of_bag(wire: &WireOutOfBag, used_to_choose: bool) -> Result<OobScore> {
    let (score, sound) = match wire.score {
        WireOutOfBagScore::Classification { weight, correct } => {
            let sound = is_amount(weight) && (0.0..=weight).contains(&correct);
            (OobErrors::Classification { weight, correct }, sound)
        }
        WireOutOfBagScore::Regression { mae, rmse, r2 } => {
            let sound =
                [mae, rmse].into_iter().flatten().all(is_amount) && r2.is_none_or(f64::is_finite);
            (OobErrors::Regression { mae, rmse, r2 }, sound)
        }
    };
    ensure(sound && wire.covered <= wire.rows, || "the out-of-bag score is invalid".to_owned())?;
    Ok(OobScore { rows: wire.rows, covered: wire.covered, score, used_to_choose })
}

fn is_amount(number: f64) -> bool {
    number.is_finite() && number >= 0.0
}

fn is_positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

fn read_source(wire: &WireMetadata) -> Result<Source> {
    let (rows, sha256) = (wire.source_rows, Sha256Digest(wire.source_sha256));
    Ok(match &wire.source {
        WireSource::Synthetic { recipe } => {
            let recipe = Recipe::from_settings(settings("recipe", recipe)?)?;
            ensure(recipe.n_samples() as u64 == rows, || {
                format!("the recipe does not make {rows} rows")
            })?;
            Source::Synthetic { recipe, rows, sha256 }
        }
        WireSource::File { name, read, left_out, dropped } => {
            check_name(name)?;
            Source::File(FileSource {
                name: (*name).to_owned(),
                read: ReadOptions::from_settings(
                    TextList::new("data settings", read)?.pairs("data settings")?,
                )?,
                left_out: read_left_out(left_out)?,
                rows,
                dropped: *dropped,
                sha256,
            })
        }
        WireSource::Memory => Source::Memory { rows, sha256 },
        WireSource::Imported { name, system, settings: of_system, scored_on } => {
            for name in std::iter::once(*name).chain(scored_on.iter().map(|table| table.name)) {
                check_name(name)?;
            }
            let scored_on = scored_on.as_ref().map(|table| ScoredTable {
                name: table.name.to_owned(),
                rows: table.rows,
                sha256: Sha256Digest(table.sha256),
            });
            Source::Imported(ImportedSource {
                name: (*name).to_owned(),
                sha256,
                system: (*system).to_owned(),
                settings: settings("imported settings", of_system)?.0,
                rows,
                scored_on,
            })
        }
    })
}

/// Refuses a file's name that no system lets a file have. Where it is looked for, it is looked at again.
fn check_name(name: &str) -> Result<()> {
    ensure(!name.contains('/') && !matches!(name, "" | "." | ".."), || {
        format!("the data file's name is '{}'", shorten(name))
    })
}

fn read_left_out(wire: &WireTexts) -> Result<Vec<LeftOut>> {
    let columns = TextList::new("columns left out", wire)?.pairs("columns left out")?;
    let mut left_out = Vec::with_capacity(columns.len());
    for (column, reason) in columns {
        let reason = reason.parse().map_err(|_| unreadable("left_out", reason))?;
        left_out.push(LeftOut { column: column.to_owned(), reason });
    }
    Ok(left_out)
}

fn read_probes(wire: &WireMetadata, forest: &Forest) -> Result<Probes> {
    let rows = all_words("probe rows", wire.probe_rows)?;
    let n_probes = rows.len() / forest.n_features();
    ensure(n_probes <= N_PROBES, || {
        format!("there are {n_probes} probe rows, more than {N_PROBES}")
    })?;
    let rows: Vec<f32> = rows.iter().map(|&value| f32::from_le_bytes(value)).collect();
    ensure(!rows.iter().any(|value| value.is_infinite()), || {
        "a probe value is infinite".to_owned()
    })?;
    let n_outputs = n_probes.saturating_mul(forest.n_outputs());
    let outputs = words("probe outputs", wire.probe_outputs, n_outputs)?;
    let outputs: Vec<f64> = outputs.iter().map(|&output| f64::from_le_bytes(output)).collect();
    let uneven = |_| Error::model("the probe rows do not fit the forest");
    Ok(Probes {
        rows: Array2::from_shape_vec((n_probes, forest.n_features()), rows).map_err(uneven)?,
        outputs: Array2::from_shape_vec((n_probes, forest.n_outputs()), outputs).map_err(uneven)?,
    })
}

#[cfg(test)]
mod tests {
    use crate::data::Table;
    use crate::data::synth::MakeClassification;
    use crate::{ClassWeightIn, ForestParams, Learner, Model, TrainOptions};

    #[test]
    fn a_file_must_not_claim_to_be_more_or_less_reproducible_than_its_learner() {
        for (learner, n_classes, reproducible) in
            [(Learner::Linfa, 3, false), (Learner::Linfa, 2, true), (Learner::Cart, 3, true)]
        {
            let recipe = MakeClassification {
                n_samples: 60,
                n_informative: 3,
                n_classes,
                ..MakeClassification::default()
            };
            let forest = ForestParams::new().learner(learner).n_trees(2);
            let options = TrainOptions { forest, ..TrainOptions::default() };
            let model = Model::train(&Table::synthetic(recipe).unwrap(), &options).unwrap();
            assert_eq!(model.metadata.reproducible, reproducible);
            assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);

            let mut other = model;
            other.metadata.reproducible = !reproducible;
            let error = other.to_bytes().unwrap_err();
            assert!(error.message().to_string().contains("'reproducible'"), "{error}");
        }
    }

    #[test]
    fn a_file_must_not_claim_draws_by_weights_that_there_are_not() {
        let table = Table::synthetic(MakeClassification::default()).unwrap();
        let forest = ForestParams::new().n_trees(1);
        let options = TrainOptions { forest, ..TrainOptions::default() };
        let mut model = Model::train(&table, &options).unwrap();
        let params = model.metadata.forest.as_mut().unwrap();
        assert_eq!(params.class_weight_in, Some(ClassWeightIn::Splits));
        params.class_weight_in = Some(ClassWeightIn::Draws);
        let error = model.to_bytes().unwrap_err();
        assert!(error.message().to_string().contains("settings"), "{error}");
    }

    #[test]
    fn a_file_must_not_claim_a_choice_that_no_search_makes() {
        let table = Table::synthetic(MakeClassification::default()).unwrap();
        for (bootstrap, chosen_of, is_sound) in
            [(true, 2, true), (true, 1, false), (true, 0, false), (false, 2, false)]
        {
            let forest = ForestParams::new().n_trees(2).bootstrap(bootstrap);
            let options = TrainOptions { forest, ..TrainOptions::default() };
            let mut model = Model::train(&table, &options).unwrap();
            model.metadata.chosen_of = Some(chosen_of);
            if let Some(score) = &mut model.metadata.out_of_bag {
                score.used_to_choose = true;
            }
            match model.to_bytes() {
                Ok(bytes) => assert!(is_sound && Model::from_bytes(&bytes).unwrap() == model),
                Err(error) => assert!(!is_sound && error.to_string().contains("chosen_of")),
            }
        }
    }
}
