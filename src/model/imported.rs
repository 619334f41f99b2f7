//! Models that another program trained.

use std::path::Path;

use jiff::Timestamp;

use super::metadata::{PROGRAM, to_the_second};
use super::{HeldOutScore, Metadata, Model, Probes};
use crate::data::split::Split;
use crate::data::{
    ImportedSource, Label, Rows, Schema, ScoredTable, Sha256Digest, Source, Truth, file_name,
};
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

    /// Records how good an imported model is on rows whose target is known, from a table in this file (its name is kept
    /// without folders) with this digest, and makes probe rows of their values. Whether it was trained on these rows nobody can tell.
    ///
    /// # Errors
    /// A model that was trained here; rows without a target, of classes that the model does not know, or which weigh
    /// nothing.
    pub fn scored_on(
        mut self,
        rows: &Rows,
        file: impl AsRef<Path>,
        sha256: Sha256Digest,
    ) -> Result<Self> {
        let Source::Imported(imported) = &mut self.metadata.data else {
            return Err(Error::setting(
                "the model was trained here, and has its own rows held out",
            ));
        };
        let table = ScoredTable { name: file_name(file.as_ref()), rows: rows.len() as u64, sha256 };
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

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::data::{Class, Feature, FeatureKind, TargetKind, TargetSchema};
    use crate::forest::assemble::{AnyNode, Assembler};

    const STUMP: [AnyNode; 3] = [
        AnyNode::Branch { feature: 0, threshold: 0.5, missing_left: true, left: 1, right: 2 },
        AnyNode::Leaf,
        AnyNode::Leaf,
    ];

    fn schema(kind: TargetKind) -> Schema {
        let target = TargetSchema { name: "target".to_owned(), kind, spelling: None };
        let feature = Feature {
            name: "x".to_owned(),
            kind: FeatureKind::UNKNOWN,
            spelling: None,
            date_spelling: None,
            missing: 0,
        };
        Schema { target, features: vec![feature], missing: Vec::new(), histograms: None }
    }

    fn foreign(forest: Forest, kind: TargetKind) -> ForeignModel {
        ForeignModel {
            system: "another program 1.0".to_owned(),
            settings: vec![("estimator".to_owned(), "Tree".to_owned())],
            schema: schema(kind),
            forest,
            decision: Decision::MostProbable,
            intervals: None,
        }
    }

    fn file() -> ForeignFile {
        let name = "old.pkl".to_owned();
        ForeignFile { name, sha256: Sha256Digest::new(b"old"), created: None, tags: Vec::new() }
    }

    /// Left of 0.5 mostly class 0, right always class 1.
    fn of_classes(rows: [u64; 2]) -> ForeignModel {
        let mut trees = Assembler::classes(1, 2).unwrap();
        let shares = |leaf, shares: &mut Vec<(u32, f64)>| {
            shares.extend(if leaf == 1 { &[(0, 0.75), (1, 0.25)][..] } else { &[(1, 1.0)] });
            Ok(())
        };
        trees.add_class_tree(3, |node| Ok(STUMP[node]), shares).unwrap();
        let classes = ["no", "yes"].into_iter().zip(rows);
        let classes = classes.map(|(name, rows)| Class { name: name.to_owned(), rows }).collect();
        foreign(trees.finish(None, None).unwrap(), TargetKind::Classification { classes })
    }

    fn rows(truth: Truth) -> Rows {
        let features = vec![vec![0.0, 0.5, 1.0, f32::NAN]];
        Rows {
            places: vec![2, 3, 4, 5],
            features,
            truth: Some(truth),
            ids: Vec::new(),
            weights: None,
        }
    }

    fn labels(labels: [u32; 4]) -> Truth {
        Truth::Classes(labels.map(Label::Known).to_vec())
    }

    #[test]
    fn an_imported_model_is_saved_with_what_is_known_of_it() {
        let model = Model::from_foreign(of_classes([0, 0]), file()).unwrap();
        let loaded = Model::from_bytes(&model.to_bytes().unwrap()).unwrap();
        assert_eq!(loaded, model);
        loaded.verify().unwrap();
        let Source::Imported(source) = &loaded.metadata().data else { panic!() };
        assert_eq!((source.name.as_str(), source.rows), ("old.pkl", 0));
        assert_eq!((&loaded.metadata().forest, loaded.metadata().reproducible), (&None, false));
        let proba = loaded.forest().predict_proba(array![[0.5_f32], [0.6], [f32::NAN]].view());
        assert_eq!(proba.unwrap(), array![[0.75, 0.25], [0.0, 1.0], [0.75, 0.25]]);
        // Its own threshold, the next number, and none.
        let probes: Vec<u32> = model.metadata.probes.rows.iter().map(|x| x.to_bits()).collect();
        for value in [0.5_f32, 0.5_f32.next_up(), f32::NAN] {
            assert!(probes.contains(&value.to_bits()), "{value}");
        }
        let error = model.held_out(None, &[]).unwrap_err().to_string();
        assert!(error.contains("none were held out"), "{error}");
    }

    #[test]
    fn an_imported_model_is_scored_on_a_table_that_is_given() {
        let model = Model::from_foreign(of_classes([30, 10]), file()).unwrap();
        let table = Sha256Digest::new(b"table");
        let scored =
            model.clone().scored_on(&rows(labels([0, 0, 1, 1])), "new.csv", table).unwrap();
        let Some(HeldOutScore::Classification(score)) = &scored.metadata().held_out else {
            panic!()
        };
        // Three of four are right, the baseline is always class 0.
        assert_eq!((score.rows, score.correct, score.baseline_correct), (4, 3.0, 2.0));
        let expected = -(2.0 * libm::log(0.75) + libm::log(0.25)) / 4.0;
        assert!((score.log_loss - expected).abs() < 1e-15);
        assert_eq!(Model::from_bytes(&scored.to_bytes().unwrap()).unwrap(), scored);
        assert!(
            scored.metadata().warnings.iter().any(|w| w.kind.to_string() == "uncertain_accuracy")
        );

        for (truth, words) in [
            (Truth::Classes(vec![Label::Unknown("maybe".to_owned()); 4]), "'maybe'"),
            (Truth::Classes(vec![Label::Missing; 4]), "missing"),
        ] {
            let error = model.clone().scored_on(&rows(truth), "new.csv", table).unwrap_err();
            assert!(error.to_string().contains(words) && error.line() == Some(2), "{error}");
        }
        let no_truth = Rows { truth: None, ..rows(labels([0; 4])) };
        let error = model.clone().scored_on(&no_truth, "new.csv", table).unwrap_err();
        assert!(error.to_string().contains("no column 'target'"), "{error}");
        assert!(model.scored_on(&Rows::default(), "new.csv", table).is_err());
    }

    #[test]
    fn a_baseline_that_is_not_known_holds_nothing_against_a_model() {
        let model = Model::from_foreign(of_classes([0, 0]), file()).unwrap();
        let table = Sha256Digest::new(b"table");
        let scored = model.scored_on(&rows(labels([0, 0, 0, 0])), "new.csv", table).unwrap();
        let Some(HeldOutScore::Classification(score)) = scored.metadata().held_out else {
            panic!()
        };
        assert!((score.baseline_log_loss - libm::log(2.0)).abs() < 1e-15);
        assert_eq!(scored.metadata().warnings, []);
    }

    #[test]
    fn an_imported_regression_has_a_baseline() {
        let mut trees = Assembler::values(1).unwrap();
        let value = |leaf| Ok([0.0, -1.0, 2.0][leaf]);
        trees.add_value_tree(3, |node| Ok(STUMP[node]), value).unwrap();
        let kind = TargetKind::Regression { rows: 4, mean: 0.5, min: -1.0, max: 2.0 };
        let foreign = foreign(trees.finish(Some(vec![1.0]), None).unwrap(), kind);
        let model = Model::from_foreign(foreign, file()).unwrap();
        let truth = Truth::Numbers(vec![-1.0, 0.0, 2.0, -1.0]);
        let scored = model.scored_on(&rows(truth), "new.csv", Sha256Digest::new(b"")).unwrap();
        let Some(HeldOutScore::Regression(score)) = scored.metadata().held_out else { panic!() };
        assert_eq!((score.mae, score.baseline_mae), (0.25, (1.5 + 0.5 + 1.5 + 1.5) / 4.0));
    }

    #[test]
    fn a_file_must_not_claim_what_an_imported_model_cannot_have() {
        let model = Model::from_foreign(of_classes([3, 1]), file()).unwrap();
        let refuses = |alter: &dyn Fn(&mut Metadata)| {
            let mut other = model.clone();
            alter(&mut other.metadata);
            assert!(other.to_bytes().is_err());
        };
        refuses(&|metadata| metadata.held_out_rows = 1);
        refuses(&|metadata| metadata.split.test_size = 0.25);
        refuses(&|metadata| metadata.reproducible = true);
        refuses(&|metadata| metadata.chosen_of = Some(2));
        refuses(&|metadata| {
            let Source::Imported(source) = &mut metadata.data else { panic!() };
            source.rows = 5;
        });
        refuses(&|metadata| {
            let Source::Imported(source) = &mut metadata.data else { panic!() };
            source.name = "a/b".to_owned();
        });
        let mut trained_here = model.clone();
        trained_here.metadata.forest =
            Some(linfa::ParamGuard::check(crate::ForestParams::new()).unwrap());
        assert!(trained_here.to_bytes().is_err());
    }
}
