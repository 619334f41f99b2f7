//! Signatures of files, as [OpenSSF Model Signing] 1.0 makes them with keys: who has the public key of a
//! signer can tell whether a file is the one that was signed.
//!
//! A signature is a file of its own, a Sigstore bundle of version 0.3: a DSSE envelope around an in-toto
//! statement that holds the file's SHA-256, signed by ECDSA on P-256, P-384 or P-521. Other programs that know
//! the format, such as Python's `model-signing`, verify these signatures, and theirs are verified here.
//!
//! ```
//! use forest::signing::{SigningKey, VerifyingKey, sign, verify};
//!
//! # let folder = "tests/fixtures/signing";
//! # let (private, public) = (format!("{folder}/p256.pem"), format!("{folder}/p256.pub.pem"));
//! let key = SigningKey::from_pem(&std::fs::read_to_string(private).unwrap(), None)?;
//! let model = b"the bytes of a model file";
//! let signature = sign(model, "model.bin", &key)?;
//!
//! let key = VerifyingKey::from_pem(&std::fs::read_to_string(public).unwrap())?;
//! verify(model, Some("model.bin"), signature.as_bytes(), &key)?;
//! assert!(verify(b"other bytes", None, signature.as_bytes(), &key).is_err());
//! # Ok::<(), forest::Error>(())
//! ```
//!
//! [OpenSSF Model Signing]: https://github.com/ossf/model-signing-spec

mod bundle;
mod key;
mod pem;
mod statement;

pub use bundle::MAX_BYTES;
pub use key::{EllipticCurve, SigningKey, VerifyingKey};

use crate::Result;
use bundle::Bundle;

/// Signs a file of these bytes: the text of a file with the signature. The same bytes, name and key give the same
/// signature (RFC 6979).
///
/// `name` is the file's, without folders; it is for people, and files may be renamed.
///
/// # Errors
/// A name that makes the signature longer than [`MAX_BYTES`].
pub fn sign(bytes: &[u8], name: &str, key: &SigningKey) -> Result<String> {
    let bundle = Bundle::sign(&statement::write(bytes, name), key)?;
    // Nothing is handed out that would be refused.
    verify(bytes, Some(name), bundle.as_bytes(), &key.verifying_key())?;
    Ok(bundle)
}

/// Checks that `signature`, the bytes of a file with a signature, is of these bytes and by this key.
///
/// `name` is the file's, without folders, where it has one: signers may sign a file as the only one of a folder,
/// and then by its name.
///
/// # Errors
/// [`ErrorKind::Signature`](crate::ErrorKind::Signature): no signature of this format; by another key; of other
/// bytes; of several files, or of one of another name.
pub fn verify(
    bytes: &[u8],
    name: Option<&str>,
    signature: &[u8],
    key: &VerifyingKey,
) -> Result<()> {
    let payload = Bundle::parse(signature)?.verify(key)?;
    statement::check(&payload, bytes, name)
}

#[cfg(test)]
mod tests;
