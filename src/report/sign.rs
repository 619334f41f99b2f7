//! What `forest sign` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use forest::data::Sha256Digest;
use forest::signing::VerifyingKey;

/// A model file that was signed.
#[derive(Serialize)]
pub(crate) struct SignReport {
    algorithm: String,
    /// The SHA-256 of the public key's PEM.
    key_sha256: Sha256Digest,
    model_sha256: Sha256Digest,
    /// The file with the signature.
    saved: Saved,
}

impl SignReport {
    /// Of a model's bytes, and the key that checks the signature, which is in the file `out` of `bytes` bytes.
    pub(crate) fn new(model: &[u8], key: &VerifyingKey, out: &Path, bytes: u64) -> Self {
        Self {
            algorithm: key.curve().to_string(),
            key_sha256: key.hint(),
            model_sha256: Sha256Digest::new(model),
            saved: Saved::new(out, bytes),
        }
    }
}

impl fmt::Display for SignReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, key_sha256, model_sha256, saved } = self;
        writeln!(f, "signed by {algorithm}")?;
        writeln!(f, "  signature  {}", saved.file)?;
        writeln!(f, "  SHA-256    {model_sha256}  (of the model)")?;
        writeln!(f, "  key        {key_sha256}  (SHA-256 of the public key in PEM)")
    }
}
