//! A model: a forest, the schema of the tables it fits, and the metadata that says where it came
//! from and how good it is.

mod beginning;
mod decision;
mod file;
mod held_out;
pub(crate) mod imported;
mod intervals;
mod limits;
mod metadata;
mod prepare;
mod probes;
mod reduce;
mod scores;
mod shared_rows;
mod stakes;
pub(crate) mod table_check;
mod table_rows;
mod table_scores;
mod telling_columns;
mod train;
mod upgrade;
mod warnings;

pub use decision::{DecideBy, ThresholdChoice};
pub use file::FORMAT;
pub use metadata::Metadata;
pub(crate) use metadata::PROGRAM;
pub use probes::Probes;
pub use reduce::{Distilled, Reducer};
pub use scores::{AccuracyScore, Answer, HeldOutScore};
pub use table_scores::{Baseline, TableScores};
pub use train::{TrainOptions, Trainer};
pub use upgrade::Upgrade;

use std::io::{Read, Write};
use std::path::Path;

use crate::data::{Schema, Sha256Digest, TargetKind};
use crate::io::Destination;
use crate::{Decision, Error, Features, Forest, Result};

/// A trained forest with all that is known about it: what a model file holds.
///
/// ```
/// use forest::data::{ReadOptions, Rows, RowsOptions, Table};
/// use forest::{Model, TrainOptions};
///
/// let table = Table::read("examples/data/penguins.csv", &ReadOptions::new("species"))?;
/// let model = Model::train(&table, &TrainOptions::default())?;
/// assert!(model.metadata().held_out.as_ref().is_some_and(|score| score.accuracy() > Some(0.9)));
///
/// let loaded = Model::from_bytes(&model.to_bytes()?)?;
/// let new = Rows::read("examples/data/new_penguins.csv", loaded.schema(), &RowsOptions::default())?;
/// let classes = loaded.predict_classes(&new.rows)?;
/// let names: Vec<&str> = classes.iter().map(|&class| loaded.class_name(class)).collect();
/// assert_eq!(names, ["Gentoo", "Chinstrap", "Adelie"]);
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    schema: Schema,
    forest: Forest,
    metadata: Metadata,
}

impl Model {
    /// The target and the features.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The forest, which predicts.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// Where the model came from and how good it is.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How the model's classes follow from its probabilities, as training was
    /// [told](TrainOptions::decision).
    ///
    /// ```
    /// use forest::data::Table;
    /// use forest::data::synth::MakeClassification;
    /// use forest::metrics::ThresholdMetric;
    /// use forest::model::DecideBy;
    /// use forest::{Decision, Model, TrainOptions};
    ///
    /// let rare = MakeClassification { weights: Some(vec![0.9]), ..MakeClassification::default() };
    /// let decision = DecideBy::BestThreshold(ThresholdMetric::F1);
    /// let options = TrainOptions { decision, ..TrainOptions::default() };
    /// let model = Model::train(&Table::synthetic(rare)?, &options)?;
    ///
    /// let Decision::Threshold(threshold) = model.decision() else { panic!() };
    /// assert!(*threshold < 0.5);
    /// let choice = model.metadata().threshold_choice;
    /// assert!(choice.is_some_and(|choice| choice.metric == ThresholdMetric::F1));
    /// # Ok::<(), forest::Error>(())
    /// ```
    pub fn decision(&self) -> &Decision {
        &self.metadata.decision
    }

    /// For each row of `x` (rows × features) the code of its class, by the model's
    /// [`decision`](Self::decision); [`Forest::predict_decided`] takes another.
    ///
    /// # Errors
    /// Another number of features than the model has; a model that predicts numbers.
    pub fn predict_classes<'a>(&self, x: impl Into<Features<'a>>) -> Result<Vec<u32>> {
        self.forest.predict_decided(x, self.decision())
    }

    /// The label of a class code that was predicted.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn class_name(&self, class: u32) -> &str {
        &self.schema.classes()[class as usize].name
    }

    /// The code of the class with the most training rows, the lowest of equals: what a classifier that
    /// knows nothing would always answer.
    pub fn majority_class(&self) -> u32 {
        crate::metrics::majority_class(&self.class_rows())
    }

    /// The training rows of each class.
    pub fn class_rows(&self) -> Vec<u64> {
        self.schema.classes().iter().map(|class| class.rows).collect()
    }

    /// The mean of the training rows' targets, in regression: what a model that knows nothing would
    /// always answer.
    pub fn mean_target(&self) -> Option<f64> {
        match self.schema.target.kind {
            TargetKind::Regression { mean, .. } => Some(mean),
            TargetKind::Classification { .. } => None,
        }
    }

    /// Saves the model in a new file. The file is there whole or not at all. Where the system cannot
    /// make sure that it outlasts a failure of the machine, it is there all the same, and that is no
    /// error.
    ///
    /// # Errors
    /// A file of that name is there already; the file system's refusal, with which the folder stays
    /// as it was. If a file of that name appears meanwhile, the model is saved beside it, and the
    /// error says under which name.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_in(path.as_ref(), false)
    }

    /// Likewise, in the place of a file that is there by then: the old one stays whole until the new
    /// one is. On Unix the new one has the permissions of the old one, from its first byte, and on
    /// Linux its extended attributes, and its owner and group where the system lets us.
    ///
    /// # Errors
    /// The file system's refusal, with which the old file stays as it was.
    pub fn save_over(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_in(path.as_ref(), true)
    }

    fn save_in(&self, path: &Path, replace: bool) -> Result<()> {
        // The doubts are documented; who wants to know them more exactly syncs the folder.
        let _ = Destination::new(path, replace)?.write(&self.to_bytes()?)?;
        Ok(())
    }

    /// Loads a model file, of this or an earlier release. Nothing in it is used before all of it
    /// has been checked, and no file makes this crash, hang or allocate much more than its size.
    ///
    /// # Errors
    /// A file that cannot be read, that is damaged or no model, or that only a later release reads.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let in_file = |error: Error| error.in_file(path);
        let file = std::fs::File::open(path)
            .map_err(|error| in_file(Error::io("open the model", error)))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(in_file(Error::model("this is a folder, not a model file")));
        }
        Self::read(file).map_err(in_file)
    }

    /// Reads a model from a stream that ends with it.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn read(input: impl Read) -> Result<Self> {
        file::read(input)
    }

    /// Reads the bytes of a model file from a stream that ends with it, and not much more than its header announces.
    /// Nothing but their number is checked: [`from_bytes`](Self::from_bytes) does the rest.
    ///
    /// # Errors
    /// What is no model file by its header, or longer or shorter than that says; the stream's refusal.
    pub fn read_bytes(input: impl Read) -> Result<Vec<u8>> {
        file::read_bytes(input)
    }

    /// Reads a model from the bytes of a file.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        file::decode(bytes)
    }

    /// The bytes of the model's file, which have been loaded again and compared with the model.
    ///
    /// # Errors
    /// A model that would not load again, for which no training that succeeds is known.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        file::encode(self)
    }

    /// The SHA-256 of the model's file with the date of 1970-01-01: equal for the same table, settings
    /// and seed, whenever the model was trained.
    pub fn fingerprint(&self) -> Sha256Digest {
        file::fingerprint(self)
    }

    /// The size of the model's file.
    pub fn n_bytes(&self) -> u64 {
        file::n_bytes(self)
    }

    /// Writes the bytes of the model's file.
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes), and whatever `out` returns.
    pub fn write(&self, mut out: impl Write) -> Result<()> {
        out.write_all(&self.to_bytes()?)
            .and_then(|()| out.flush())
            .map_err(|error| Error::io("write the model", error))
    }
}
