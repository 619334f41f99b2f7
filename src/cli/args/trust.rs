//! Flags that say which model files are used at all.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use forest::data::{STANDARD_STREAM, Sha256Digest};

/// Flags that say what a model file has to be before any of it is used.
#[derive(Args, Clone, Default)]
pub(in crate::cli) struct TrustArgs {
    /// Use the model only if this key signed it: a public key in PEM (`forest sign` signs)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) public_key: Option<PathBuf>,

    /// The model's signature [default: the model's name with .sig after it]
    #[arg(long, value_name = "FILE", requires = "public_key")]
    signature: Option<PathBuf>,

    /// Use the model only if this is the SHA-256 of its file, as `sha256sum` gives it
    #[arg(long, value_name = "HEX")]
    pub(in crate::cli) expect_sha256: Option<Sha256Digest>,
}

impl TrustArgs {
    /// Each model by this key, with a signature beside it.
    pub(in crate::cli) fn by_key(public_key: Option<&PathBuf>) -> Self {
        Self { public_key: public_key.cloned(), ..Self::default() }
    }

    /// Whether there is anything to check.
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.public_key.is_some() || self.expect_sha256.is_some()
    }

    /// The file with a model's signature, if that can be known.
    pub(in crate::cli) fn signature(&self, model: &Path) -> Option<PathBuf> {
        let beside = (model.as_os_str() != STANDARD_STREAM).then(|| beside(model));
        self.signature.clone().or(beside)
    }

    /// All files that are read to trust a model.
    pub(in crate::cli) fn inputs(&self, model: &Path) -> impl Iterator<Item = PathBuf> {
        let key = self.public_key.clone();
        let signature = key.as_ref().and_then(|_| self.signature(model));
        [key, signature].into_iter().flatten()
    }
}

/// Where a model's signature is unless it is said: `model.bin.sig` of `model.bin`.
pub(in crate::cli) fn beside(model: &Path) -> PathBuf {
    let mut name = OsString::from(model);
    name.push(".sig");
    name.into()
}
