//! A Sigstore bundle with a DSSE envelope: what a file with a signature holds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::key::{SigningKey, VerifyingKey};
use crate::message::shorten;
use crate::{Error, Result};

/// The most bytes that a file with a signature can have.
pub const MAX_BYTES: usize = 1 << 20;

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bundle {
    media_type: String,
    verification_material: Material,
    dsse_envelope: Envelope,
}

/// Which key the signature is by. Old signatures have the key itself in the place of the hint: it is not used, for
/// who verifies has it from elsewhere.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<KeyName>,
    #[serde(skip_serializing)]
    certificate: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    x509_certificate_chain: Option<IgnoredAny>,
    /// Of signatures that are in a public log; others may leave it out, and some readers want it.
    #[serde(skip_deserializing)]
    tlog_entries: [(); 0],
}

#[derive(Serialize, Deserialize)]
struct KeyName {
    hint: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
struct EnvelopeSignature {
    sig: String,
}

impl Bundle {
    /// The text of a file with a signature of this payload.
    ///
    /// # Errors
    /// It would be longer than [`MAX_BYTES`].
    pub(super) fn sign(payload: &[u8], key: &SigningKey) -> Result<String> {
        let bundle = Self {
            media_type: MEDIA_TYPE.to_owned(),
            verification_material: Material {
                public_key: Some(KeyName { hint: Some(key.verifying_key().hint().to_string()) }),
                certificate: None,
                x509_certificate_chain: None,
                tlog_entries: [],
            },
            dsse_envelope: Envelope {
                payload: STANDARD.encode(payload),
                payload_type: PAYLOAD_TYPE.to_owned(),
                signatures: vec![EnvelopeSignature {
                    sig: STANDARD.encode(key.sign(&to_be_signed(payload))),
                }],
            },
        };
        // Structs of texts always have a JSON.
        let text = serde_json::to_string(&bundle).unwrap_or_default() + "\n";
        if text.len() > MAX_BYTES { Err(too_long()) } else { Ok(text) }
    }

    /// # Errors
    /// No bundle of this version, or one with something else in it than a signature by a key.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(too_long());
        }
        let bundle: Self = serde_json::from_slice(bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            foreign(if error.is_data() {
                format!("this JSON is no Sigstore bundle with a DSSE envelope ({place})")
            } else {
                format!("this is no JSON ({place})")
            })
        })?;
        if bundle.media_type != MEDIA_TYPE {
            return Err(foreign(format!(
                "the bundle's media type is '{}', not '{MEDIA_TYPE}'",
                shorten(&bundle.media_type)
            )));
        }
        Ok(bundle)
    }

    /// The payload, once its signature has been found to be right.
    ///
    /// # Errors
    /// It is signed by something else than a key, or by another key, or was altered.
    pub(super) fn verify(&self, key: &VerifyingKey) -> Result<Vec<u8>> {
        let Some(name) = &self.verification_material.public_key else {
            let what = match &self.verification_material {
                Material { certificate: None, x509_certificate_chain: None, .. } => "nothing",
                _ => "a certificate",
            };
            return Err(foreign(format!("the bundle names {what} to verify it by, not a key")));
        };
        let hint = key.hint().to_string();
        if let Some(other) = name.hint.as_ref().filter(|other| !other.is_empty() && **other != hint)
        {
            return Err(Error::signature(format!(
                "it is signed by another key: by {other:.16}…, and this key is {hint:.16}…"
            ))
            .with_help(OTHER_KEY));
        }
        let Envelope { payload, payload_type, signatures } = &self.dsse_envelope;
        if payload_type != PAYLOAD_TYPE {
            let found = shorten(payload_type);
            return Err(foreign(format!("what is signed is '{found}', not '{PAYLOAD_TYPE}'")));
        }
        let [EnvelopeSignature { sig }] = signatures.as_slice() else {
            let n = signatures.len();
            return Err(foreign(format!("the envelope has {n} signatures, and should have one")));
        };
        let (Ok(payload), Ok(sig)) = (STANDARD.decode(payload), STANDARD.decode(sig)) else {
            return Err(foreign("the envelope's payload or signature is no base64".to_owned()));
        };
        if !key.is_right(&to_be_signed(&payload), &sig) {
            return Err(Error::signature(
                "the signature is wrong: this key did not make it, or what it signs was altered",
            )
            .with_help(OTHER_KEY));
        }
        Ok(payload)
    }
}

const OTHER_KEY: &str = "give the key of who signed it; if this is it, do not use the file";

/// The payload and its type in DSSE's encoding.
fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    let (type_len, len) = (PAYLOAD_TYPE.len(), payload.len());
    [format!("DSSEv1 {type_len} {PAYLOAD_TYPE} {len} ").as_bytes(), payload].concat()
}

fn too_long() -> Error {
    Error::signature(format!("the signature has more than {MAX_BYTES} bytes"))
}

fn foreign(message: String) -> Error {
    Error::signature(message)
        .with_help("give a signature by OpenSSF Model Signing 1.0, made with a key")
}
