//! The model that a verb uses, as it is named.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use clap::Args;

/// A model file: an argument by its place, or `--model`.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct ModelArg {
    /// Model file, - for standard input; {n} in its name is the highest number whose file is whole
    #[arg(value_name = "MODEL")]
    path: Option<PathBuf>,

    /// The same
    #[arg(long = "model", value_name = "MODEL")]
    model: Option<PathBuf>,
}

impl From<PathBuf> for ModelArg {
    fn from(path: PathBuf) -> Self {
        Self { path: Some(path), model: None }
    }
}

/// Its path, of which the command line has exactly one.
impl Deref for ModelArg {
    type Target = PathBuf;

    fn deref(&self) -> &PathBuf {
        self.path.as_ref().or(self.model.as_ref()).expect("one of the two is required")
    }
}

impl DerefMut for ModelArg {
    fn deref_mut(&mut self) -> &mut PathBuf {
        self.path.as_mut().or(self.model.as_mut()).expect("one of the two is required")
    }
}

impl AsRef<Path> for ModelArg {
    fn as_ref(&self) -> &Path {
        self
    }
}
