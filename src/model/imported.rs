//! Models that another program trained.

use jiff::Timestamp;

use super::metadata::{PROGRAM, to_the_second};
use super::{HeldOutScore, Metadata, Model, Probes};
use crate::data::split::Split;
use crate::data::{ImportedSource, Label, Rows, Schema, ScoredTable, Sha256Digest, Source, Truth};
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Decision, Error, Forest, Intervals, Result, Target, Warning};

/// A forest of another program, with what its file says of it.
pub(crate) struct ForeignModel {
    /// The program and its version.
    pub(crate) system: String,
    /// What it had for settings, by its own names; what kind of model it is comes first.
    pub(crate) settings: Vec<(String, String)>,
    /// Ranges of features are [`FeatureKind::UNKNOWN`](crate::data::FeatureKind::UNKNOWN), and rows of classes 0, where
    /// they are not known.
    pub(crate) schema: Schema,
    pub(crate) forest: Forest,
    pub(crate) decision: Decision,
    pub(crate) intervals: Option<Intervals>,
}

/// The file that a model is imported from, and what is to be recorded with it.
pub(crate) struct ForeignFile {
    /// Without folders.
    pub(crate) name: String,
    pub(crate) sha256: Sha256Digest,
    /// `None` for now.
    pub(crate) created: Option<Timestamp>,
    pub(crate) tags: Vec<(String, String)>,
}

impl Model {
    /// A model of a foreign forest, with probe rows made from its thresholds.
    ///
    /// # Errors
    /// What no model file can hold.
    pub(crate) fn from_foreign(foreign: ForeignModel, file: ForeignFile) -> Result<Self> {
        let ForeignModel { system, settings, schema, forest, decision, intervals } = foreign;
        let ForeignFile { name, sha256, created, tags } = file;
        let rows = schema.rows();
        let metadata = Metadata {
            program: PROGRAM.to_owned(),
            created: to_the_second(created.unwrap_or_else(Timestamp::now)),
            forest: None,
            reproducible: false,
            chosen_of: None,
            data: Source::Imported(ImportedSource {
                name,
                sha256,
                system,
                settings,
                rows,
                scored_on: None,
            }),
            split: Split::NONE,
            held_out_rows: 0,
            held_out: None,
            out_of_bag: None,
            refinement: None,
            intervals,
            decision,
            threshold_choice: None,
            warnings: Vec::new(),
            tags,
            probes: Probes::of_thresholds(&forest, &schema)?,
        };
        Self { schema, forest, metadata }.loaded_again()
    }

    /// Records how good an imported model is on rows whose target is known, from a table of this name and digest, and
    /// makes probe rows of their values. Whether it was trained on these rows nobody can tell.
    ///
    /// # Errors
    /// A model that was trained here; rows without a target, of classes that the model does not know, or which weigh
    /// nothing.
    pub fn scored_on(mut self, rows: &Rows, name: &str, sha256: Sha256Digest) -> Result<Self> {
        let Source::Imported(imported) = &mut self.metadata.data else {
            return Err(Error::setting(
                "the model was trained here, and has its own rows held out",
            ));
        };
        let table = ScoredTable { name: name.to_owned(), rows: rows.len() as u64, sha256 };
        imported.scored_on = Some(table);
        let (score, warnings) = self.score_of(rows)?;
        self.metadata.held_out_rows = rows.len() as u64;
        self.metadata.held_out = Some(score);
        self.metadata.warnings = warnings;
        self.metadata.probes = Probes::new(&self.forest, &rows.into(), 0)?;
        self.loaded_again()
    }

    fn score_of(&self, rows: &Rows) -> Result<(HeldOutScore, Vec<Warning>)> {
        let weights = rows.weights.as_deref();
        if rows.is_empty() || weights.is_some_and(|weights| weights.iter().all(|&w| w == 0.0)) {
            return Err(Error::data("there are no rows to score the model on"));
        }
        let name = &self.schema.target.name;
        let wrong = |row: usize, problem: String| {
            Error::data(format!("'{name}' {problem}")).at_line(rows.places[row])
        };
        let codes: Vec<u32>;
        let target = match &rows.truth {
            None => {
                let help = sentence!["name the column with the truth with ", Parameter("target")];
                let message = format!("there is no column '{name}' to score the model by");
                return Err(Error::data(message).with_help(help));
            }
            Some(Truth::Classes(labels)) => {
                let code = |(row, label): (usize, &Label)| match label {
                    Label::Known(class) => Ok(*class),
                    Label::Missing => Err(wrong(row, "is missing".to_owned())),
                    Label::Unknown(label) => {
                        let label = shorten(label);
                        Err(wrong(
                            row,
                            format!("is '{label}', a class that the model does not know"),
                        ))
                    }
                };
                codes = labels.iter().enumerate().map(code).collect::<Result<_>>()?;
                Target::Classes { codes: &codes, n_classes: self.forest.n_classes() }
            }
            Some(Truth::Numbers(numbers)) => {
                if let Some(row) = numbers.iter().position(|number| number.is_nan()) {
                    return Err(wrong(row, "is missing".to_owned()));
                }
                Target::Values(numbers)
            }
        };
        let (score, doubts) = self.held_out_score(&rows.into(), target, weights)?;
        // A baseline that is not known holds nothing against a model.
        let is_known = self.schema.rows() > 0;
        Ok((score, if is_known { doubts } else { Vec::new() }))
    }

    /// The same model, if its file can be loaded: every check there is has been made.
    fn loaded_again(self) -> Result<Self> {
        self.to_bytes().map(|_| self)
    }
}
