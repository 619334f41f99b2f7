//! What `forest list` has to say.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::text::{
    accuracy_with_interval, bytes, count, line, r2_with_interval, table, texts, thousands,
};
use forest::data::{Sha256Digest, Source};
use forest::model::HeldOutScore;
use forest::{Model, OobScore, Task};

/// How many characters of a table's digest a person is shown.
const SHOWN_DIGITS: usize = 12;

/// The models of some folders.
#[derive(Default, Serialize)]
pub(crate) struct ListReport {
    /// The newest first.
    models: Vec<ListedModel>,
    damaged: Vec<DamagedModel>,
    /// How many files are no models.
    other_files: u64,
}

/// What a list says of a model.
#[derive(Serialize)]
struct ListedModel {
    file: String,
    /// The number in its name.
    version: Option<u64>,
    /// When it was trained, in UTC.
    created: String,
    /// In seconds since 1970.
    #[serde(skip)]
    second: i64,
    task: Task,
    target: String,
    classes: Option<usize>,
    /// Those that it was trained on.
    rows: u64,
    features: usize,
    trees: usize,
    data: DataSource,
    /// The share of the rows that were held out, and how.
    split: Value,
    held_out: Option<HeldOutScore>,
    out_of_bag: Option<OobScore>,
    settings: Value,
    reproducible: bool,
    program: String,
    tags: BTreeMap<String, String>,
    bytes: u64,
    /// Whether there is a signature file, right or wrong.
    has_signature: bool,
}

#[derive(Serialize)]
struct DataSource {
    /// The file's name, without folders.
    name: Option<String>,
    rows: u64,
    sha256: Sha256Digest,
}

/// A model that cannot be loaded.
#[derive(Serialize)]
struct DamagedModel {
    file: String,
    version: Option<u64>,
    reason: String,
    bytes: u64,
    has_signature: bool,
}

/// What a file's place says of a model.
pub(crate) struct ListedFile {
    pub(crate) path: PathBuf,
    pub(crate) version: Option<u64>,
    pub(crate) bytes: u64,
    pub(crate) has_signature: bool,
}

impl ListReport {
    /// Adds a model.
    pub(crate) fn add(&mut self, file: &ListedFile, model: &Model) {
        let (metadata, schema) = (model.metadata(), model.schema());
        let name = match &metadata.data {
            Source::Synthetic { .. } | Source::Memory { .. } => None,
            Source::File(file) => Some(file.name.clone()),
            Source::Imported(imported) => Some(imported.name.clone()),
        };
        let json = |part: serde_json::Result<Value>| part.unwrap_or_default();
        self.models.push(ListedModel {
            file: file.path.display().to_string(),
            version: file.version,
            created: metadata.created.to_string(),
            second: metadata.created.as_second(),
            task: schema.task(),
            target: schema.target.name.clone(),
            classes: (schema.task() == Task::Classification).then(|| schema.classes().len()),
            rows: schema.rows(),
            features: schema.features.len(),
            trees: model.forest().n_trees(),
            data: DataSource { name, rows: metadata.data.rows(), sha256: metadata.data.sha256() },
            split: json(serde_json::to_value(&metadata.split)),
            held_out: metadata.held_out.clone(),
            out_of_bag: metadata.out_of_bag,
            settings: json(serde_json::to_value(&metadata.forest)),
            reproducible: metadata.reproducible,
            program: metadata.program.clone(),
            tags: metadata.tags.iter().cloned().collect(),
            bytes: file.bytes,
            has_signature: file.has_signature,
        });
    }

    /// Adds a model that cannot be loaded.
    pub(crate) fn add_damaged(&mut self, file: &ListedFile, reason: String) {
        self.damaged.push(DamagedModel {
            file: file.path.display().to_string(),
            version: file.version,
            reason,
            bytes: file.bytes,
            has_signature: file.has_signature,
        });
    }

    /// Adds a file that is no model.
    pub(crate) fn add_other(&mut self) {
        self.other_files += 1;
    }

    /// The same in order: the newest first, and of one date the highest version.
    pub(crate) fn sorted(mut self) -> Self {
        self.models.sort_by_cached_key(|model| {
            (Reverse((model.second, model.version)), model.file.clone())
        });
        self
    }
}

impl fmt::Display for ListReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", count(self.models.len() as u64, "model", "models"))?;
        let header = texts([
            "file",
            "version",
            "trained",
            "task",
            "rows",
            "data",
            "held-out score",
            "program",
            "size",
            "signed",
            "tags",
        ]);
        let rows = self.models.iter().map(ListedModel::cells);
        if !self.models.is_empty() {
            table(f, &std::iter::once(header).chain(rows).collect::<Vec<_>>())?;
        }
        if !self.damaged.is_empty() {
            writeln!(f, "damaged")?;
        }
        for DamagedModel { file, reason, .. } in &self.damaged {
            line(f, file, reason)?;
        }
        match self.other_files {
            0 => Ok(()),
            n => writeln!(
                f,
                "not shown: {}",
                count(n, "file that is no model", "files that are no models")
            ),
        }
    }
}

impl ListedModel {
    fn cells(&self) -> Vec<String> {
        let score = match &self.held_out {
            None => "none".to_owned(),
            Some(HeldOutScore::Classification(score)) => {
                format!("accuracy {}", accuracy_with_interval(score.accuracy(), score.interval()))
            }
            Some(HeldOutScore::Regression(score)) => {
                format!("R² {}", r2_with_interval(score.r2, score.r2_interval))
            }
        };
        let tags = self.tags.iter().map(|(name, value)| format!("{name}={value}"));
        let signed = if self.has_signature { "a file" } else { "" };
        vec![
            self.file.clone(),
            self.version.map_or(String::new(), |version| version.to_string()),
            self.created.clone(),
            self.task.to_string(),
            thousands(self.rows),
            self.data.sha256.to_string()[..SHOWN_DIGITS].to_owned(),
            score,
            self.program.clone(),
            bytes(self.bytes),
            signed.to_owned(),
            tags.collect::<Vec<_>>().join(", "),
        ]
    }
}
