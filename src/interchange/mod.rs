//! Models of other programs in, models of this one out.
//!
//! [`import`] takes the forest out of a file of another program: it reads it, and runs nothing that is in it. [`export`] writes a
//! model for programs that do not know this library.
//!
//! ```
//! use forest::data::Table;
//! use forest::data::synth::MakeClassification;
//! use forest::interchange::{ExportFormat, ImportOptions, export, import};
//! use forest::{Model, TrainOptions};
//!
//! let table = Table::synthetic(MakeClassification::default())?;
//! let model = Model::train(&table, &TrainOptions::default())?;
//! let json = export(&model, ExportFormat::Json)?;
//! let again = import(&json.bytes, "model.json", &ImportOptions::default())?;
//! let rows = &model.metadata().probes.rows;
//! let proba = model.forest().predict_proba(rows.view())?;
//! assert_eq!(again.forest().predict_proba(rows.view())?, proba);
//! # Ok::<(), forest::Error>(())
//! ```

mod c;
mod exported;
mod json;
#[cfg(feature = "onnx")]
mod onnx;
#[cfg(not(feature = "onnx"))]
#[path = "without_onnx.rs"]
mod onnx;
#[cfg(feature = "import")]
mod sklearn;

pub use exported::Exported;
#[cfg(feature = "import")]
pub use sklearn::{Contents, Imported};

use std::path::Path;

use jiff::Timestamp;

use crate::data::{Sha256Digest, file_name};
use crate::model::imported::{ForeignFile, ForeignModel};
use crate::names::names;
use crate::{Error, Model, Result};

/// What to record of an imported model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportOptions {
    /// What the model predicts, the name of a column; `None` for what the file says, or `target`.
    pub target: Option<String>,
    /// Names and values to record, at most 1,000, each name once.
    pub tags: Vec<(String, String)>,
    /// The date to record, to the second; `None` for now. With the same date, the same file gives the same model file,
    /// byte for byte.
    pub created: Option<Timestamp>,
}

/// What models are exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// ONNX with the operators of ai.onnx.ml 3, which most runtimes know.
    Onnx,
    /// ONNX with the operator `TreeEnsemble` of ai.onnx.ml 5.
    Onnx5,
    /// C99, a file by itself.
    C,
    /// JSON, which [`import`] reads back.
    Json,
}

names!(ExportFormat { Onnx: "onnx", Onnx5: "onnx5", C: "c", Json: "json" });

/// The model in the bytes of a file of another program, whose name is recorded without its folders.
///
/// # Errors
/// A file that is of no program that is known here, or damaged, or holds something else than a forest; a forest that cannot be
/// represented exactly.
pub fn import(bytes: &[u8], file: impl AsRef<Path>, options: &ImportOptions) -> Result<Model> {
    let mut foreign = read(bytes)?;
    if let Some(target) = &options.target {
        foreign.schema.target.name.clone_from(target);
    }
    let file = ForeignFile {
        name: file_name(file.as_ref()),
        sha256: Sha256Digest::new(bytes),
        created: options.created,
        tags: options.tags.clone(),
    };
    Model::from_foreign(foreign, file)
}

/// Tells by the content what wrote a file.
fn read(bytes: &[u8]) -> Result<ForeignModel> {
    if Model::is_beginning(bytes) {
        return Err(Error::model("this is a model of forest already")
            .with_help("use it as it is, or write it anew in the newest format with `upgrade`"));
    }
    if json::is_json(bytes) {
        return json::read_json(bytes);
    }
    if onnx::is_beginning(bytes) {
        return onnx::read(bytes);
    }
    #[cfg(feature = "import")]
    if sklearn::is_beginning(bytes) {
        return sklearn::read(bytes);
    }
    Err(Error::model("this is no file that a forest can be imported from").with_help(IMPORTS))
}

/// What can be imported.
const IMPORTS: &str = "give a forest of scikit-learn (pickle, joblib or skops), an ONNX file with one, or JSON that was exported here";

/// The model for another program.
///
/// # Errors
/// What the format cannot say.
pub fn export(model: &Model, format: ExportFormat) -> Result<Exported> {
    match format {
        ExportFormat::C => c::to_c(model),
        ExportFormat::Json => json::to_json(model),
        ExportFormat::Onnx => onnx::to_onnx(model),
        ExportFormat::Onnx5 => onnx::to_onnx5(model),
    }
}
