//! What `forest sign` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use forest::data::Sha256Digest;
use forest::signing::VerifyingKey;

/// A model file that was signed.
#[derive(Serialize)]
pub(crate) struct SignReport {
    signature: String,
    algorithm: String,
    /// The SHA-256 of the public key's PEM.
    key: Sha256Digest,
    /// Of the model file.
    sha256: Sha256Digest,
}

impl SignReport {
    /// Of these bytes, signed by this key's private one, with the signature in `out`.
    pub(crate) fn new(bytes: &[u8], key: &VerifyingKey, out: &Path) -> Self {
        Self {
            signature: out.display().to_string(),
            algorithm: key.curve().to_string(),
            key: key.hint(),
            sha256: Sha256Digest::new(bytes),
        }
    }
}

impl fmt::Display for SignReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signature, algorithm, key, sha256 } = self;
        writeln!(f, "signed by {algorithm}")?;
        writeln!(f, "  signature  {signature}")?;
        writeln!(f, "  SHA-256    {sha256}  (of the model)")?;
        writeln!(f, "  key        {key}  (SHA-256 of the public key in PEM)")
    }
}
