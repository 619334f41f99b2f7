//! Flags of the verbs that need a model together with its training table.

use std::path::PathBuf;

use clap::Args;

use super::super::data::{load_model, where_tables_are};
use super::{ForceArgs, ModelArg, TrustArgs};
use forest::data::Table;
use forest::data::split::Parts;
use forest::{Model, Result};

/// Flags that say which model, and where its training table is.
#[derive(Args)]
pub(in crate::cli) struct TrainedArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArg,

    #[command(flatten)]
    trust: TrustArgs,

    /// The table that the model was trained on [default: the file of its name, where it was or beside the model]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) force: ForceArgs,
}

impl TrainedArgs {
    pub(in crate::cli) fn inputs(&self) -> Vec<PathBuf> {
        let model = std::iter::once(self.model.to_path_buf());
        model.chain(self.data.clone()).chain(self.trust.inputs(&self.model)).collect()
    }

    /// The model, and its table as it was split.
    ///
    /// # Errors
    /// What is wrong with the model; a table that is not there, or another one.
    pub(in crate::cli) fn load(&self) -> Result<(Model, Table, Parts)> {
        let model = load_model(&self.model, &self.trust)?;
        let metadata = model.metadata();
        let folders = where_tables_are(&model, &self.model);
        let folders: Vec<_> = folders.iter().map(PathBuf::as_path).collect();
        let table = metadata.data.reopen(self.data.as_deref(), &folders);
        let table = table.map_err(|error| match error.file() {
            Some(_) => error,
            None => error.in_file(&*self.model),
        })?;
        let parts = table.parts(&metadata.split)?;
        Ok((model, table, parts))
    }
}
