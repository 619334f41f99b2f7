//! The metadata on the wire.

use bincode::{BorrowDecode, Encode};

use super::intervals::encode_intervals;
use super::refinement::encode_refinement;
use super::warnings::{Warnings, WireWarnings};
use super::{Texts, WireTexts, array, to_bytes};
use crate::Forest;
use crate::data::{FileSource, ScoredTable, Source};
use crate::forest::oob::{OobErrors, OobScore};
use crate::metrics::RegressionScores;
use crate::metrics::interval::Interval;
use crate::model::{AccuracyScore, HeldOutScore, Metadata, decision};
use crate::settings::Settings;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireMetadata<'a> {
    pub(in crate::model::file) program: &'a str,
    pub(in crate::model::file) created: i64,
    /// Names and values in turn, as in all settings.
    pub(in crate::model::file) forest: WireTexts<'a>,
    pub(in crate::model::file) source: WireSource<'a>,
    pub(in crate::model::file) source_rows: u64,
    pub(in crate::model::file) source_sha256: [u8; 32],
    pub(in crate::model::file) split: WireSplit,
    pub(in crate::model::file) held_out_rows: u64,
    pub(in crate::model::file) held_out: Option<WireHeldOut>,
    pub(in crate::model::file) out_of_bag: Option<WireOutOfBag>,
    pub(in crate::model::file) warnings: WireWarnings<'a>,
    pub(in crate::model::file) tags: WireTexts<'a>,
    pub(in crate::model::file) probe_rows: &'a [u8],
    pub(in crate::model::file) probe_outputs: &'a [u8],
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireSource<'a> {
    Synthetic {
        recipe: WireTexts<'a>,
    },
    /// `left_out` are names and reasons in turn.
    File {
        name: &'a str,
        read: WireTexts<'a>,
        left_out: WireTexts<'a>,
        dropped: u64,
    },
    Imported {
        name: &'a str,
        system: &'a str,
        settings: WireTexts<'a>,
        scored_on: Option<WireScoredTable<'a>>,
    },
    Memory,
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireScoredTable<'a> {
    pub(in crate::model::file) name: &'a str,
    pub(in crate::model::file) rows: u64,
    pub(in crate::model::file) sha256: [u8; 32],
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireSplit {
    pub(in crate::model::file) test_size: f64,
    pub(in crate::model::file) random_state: u32,
    pub(in crate::model::file) stratify: bool,
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireHeldOut {
    Classification {
        rows: u64,
        weight: f64,
        effective_rows: f64,
        correct: f64,
        baseline_correct: f64,
        log_loss: f64,
        log_loss_interval: Option<[f64; 2]>,
        baseline_log_loss: f64,
    },
    Regression {
        rows: u64,
        mae: f64,
        mae_interval: Option<[f64; 2]>,
        rmse: f64,
        rmse_interval: Option<[f64; 2]>,
        r2: Option<f64>,
        r2_interval: Option<[f64; 2]>,
        median_absolute_error: f64,
        explained_variance: Option<f64>,
        baseline_mae: f64,
        baseline_rmse: f64,
    },
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireOutOfBag {
    pub(in crate::model::file) rows: u64,
    pub(in crate::model::file) covered: u64,
    pub(in crate::model::file) score: WireOutOfBagScore,
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireOutOfBagScore {
    Classification { weight: f64, correct: f64 },
    Regression { mae: Option<f64>, rmse: Option<f64>, r2: Option<f64> },
}

/// The setting that stands after the others of a forest that training may not give again.
pub(in crate::model::file) const NOT_REPRODUCIBLE: (&str, &str) = ("reproducible", "false");

/// The setting that stands last where settings were chosen: from how many.
pub(in crate::model::file) const CHOSEN_OF: &str = "chosen_of";

/// Settings that say what follows a section, and their value in an imported model.
pub(in crate::model::file) const CALIBRATE: &str = "calibrate";
pub(in crate::model::file) const INTERVALS: &str = "intervals";
pub(in crate::model::file) const KEEP_QUANTILES: &str = "keep_quantiles";
pub(in crate::model::file) const IMPORTED: &str = "imported";

pub(in crate::model::file) fn encode_metadata(metadata: &Metadata, forest: &Forest) -> Vec<u8> {
    let (settings, left_out);
    let source = match &metadata.data {
        Source::Synthetic { recipe, .. } => {
            settings = Texts::pairs(&recipe.to_settings().0);
            WireSource::Synthetic { recipe: settings.wire() }
        }
        Source::File(FileSource { name, read, left_out: columns, dropped, .. }) => {
            settings = Texts::pairs(&read.to_settings().0);
            let columns = columns.iter().map(|left| (left.column.clone(), left.reason.to_string()));
            left_out = Texts::pairs(&columns.collect::<Vec<_>>());
            WireSource::File {
                name,
                read: settings.wire(),
                left_out: left_out.wire(),
                dropped: *dropped,
            }
        }
        Source::Memory { .. } => WireSource::Memory,
        Source::Imported(imported) => {
            settings = Texts::pairs(&imported.settings);
            let scored_on = imported.scored_on.as_ref();
            WireSource::Imported {
                name: &imported.name,
                system: &imported.system,
                settings: settings.wire(),
                scored_on: scored_on.map(|ScoredTable { name, rows, sha256 }| WireScoredTable {
                    name,
                    rows: *rows,
                    sha256: sha256.0,
                }),
            }
        }
    };
    let forest = forest_settings(metadata, forest);
    let mut bytes = to_bytes(WireMetadata {
        program: &metadata.program,
        created: metadata.created.as_second(),
        forest: Texts::pairs(&forest.0).wire(),
        source,
        source_rows: metadata.data.rows(),
        source_sha256: metadata.data.sha256().0,
        split: WireSplit {
            test_size: metadata.split.test_size,
            random_state: metadata.split.random_state,
            stratify: metadata.split.stratify,
        },
        held_out_rows: metadata.held_out_rows,
        held_out: metadata.held_out.as_ref().map(held_out),
        out_of_bag: metadata.out_of_bag.as_ref().map(out_of_bag),
        warnings: Warnings::new(&metadata.warnings).wire(),
        tags: Texts::pairs(&metadata.tags).wire(),
        probe_rows: &array(metadata.probes.rows.iter().map(|x| x.to_le_bytes())),
        probe_outputs: &array(metadata.probes.outputs.iter().map(|output| output.to_le_bytes())),
    });
    bytes.extend(metadata.refinement.iter().flat_map(encode_refinement));
    bytes.extend(metadata.intervals.iter().flat_map(encode_intervals));
    bytes
}

/// The settings that a forest was grown with, or what an imported one has; then how its classes are decided.
fn forest_settings(metadata: &Metadata, forest: &Forest) -> Settings {
    let mut settings = if let Some(params) = &metadata.forest {
        let settings = params.to_settings();
        let (name, value) = NOT_REPRODUCIBLE;
        let settings = if metadata.reproducible { settings } else { settings.with(name, value) };
        match metadata.chosen_of {
            Some(n) => settings.with(CHOSEN_OF, n),
            None => settings,
        }
    } else {
        let parts = [
            (CALIBRATE, forest.calibration.is_some()),
            (INTERVALS, metadata.intervals.is_some()),
            (KEEP_QUANTILES, forest.keeps_quantiles()),
        ];
        let there = parts.iter().filter(|(_, is_there)| *is_there);
        there.fold(Settings::default(), |settings, (name, _)| settings.with(name, IMPORTED))
    };
    settings.0.extend(decision::to_settings(&metadata.decision, metadata.threshold_choice).0);
    settings
}

fn held_out(score: &HeldOutScore) -> WireHeldOut {
    match score.clone() {
        HeldOutScore::Classification(AccuracyScore {
            rows,
            weight,
            effective_rows,
            correct,
            baseline_correct,
            log_loss,
            log_loss_interval,
            baseline_log_loss,
        }) => WireHeldOut::Classification {
            rows,
            weight,
            effective_rows,
            correct,
            baseline_correct,
            log_loss,
            log_loss_interval: log_loss_interval.map(ends),
            baseline_log_loss,
        },
        HeldOutScore::Regression(RegressionScores {
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
        }) => WireHeldOut::Regression {
            rows,
            mae,
            mae_interval: mae_interval.map(ends),
            rmse,
            rmse_interval: rmse_interval.map(ends),
            r2,
            r2_interval: r2_interval.map(ends),
            median_absolute_error,
            explained_variance,
            baseline_mae,
            baseline_rmse,
        },
    }
}

fn ends(Interval { low, high }: Interval) -> [f64; 2] {
    [low, high]
}

fn out_of_bag(score: &OobScore) -> WireOutOfBag {
    WireOutOfBag {
        rows: score.rows,
        covered: score.covered,
        score: match score.score {
            OobErrors::Classification { weight, correct } => {
                WireOutOfBagScore::Classification { weight, correct }
            }
            OobErrors::Regression { mae, rmse, r2 } => {
                WireOutOfBagScore::Regression { mae, rmse, r2 }
            }
        },
    }
}
