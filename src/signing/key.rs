//! Keys of ECDSA on three curves, out of PEM files.

use std::fmt;

use p256::ecdsa::signature::{Signer, Verifier};
use p256::pkcs8::der::asn1::ObjectIdentifier;
use p256::pkcs8::der::{self, Decode, Document, SecretDocument};
use p256::pkcs8::{EncodePublicKey, LineEnding, PrivateKeyInfoRef, SubjectPublicKeyInfoRef, spki};
use pkcs8::EncryptedPrivateKeyInfoRef;
use sec1::{EcParameters, EcPrivateKey};

use super::pem::block;
use crate::data::Sha256Digest;
use crate::message::shorten;
use crate::{Error, Result};

/// An elliptic curve that keys can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EllipticCurve {
    /// P-256, with SHA-256.
    P256,
    /// P-384, with SHA-384.
    P384,
    /// P-521, with SHA-512.
    P521,
}

/// ECDSA and the curve.
impl fmt::Display for EllipticCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256 => "ECDSA P-256",
            Self::P384 => "ECDSA P-384",
            Self::P521 => "ECDSA P-521",
        })
    }
}

/// Keys of any type of elliptic curve.
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

impl EllipticCurve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
        })
    }

    fn named(oid: Option<ObjectIdentifier>) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|curve| Some(curve.oid()) == oid);
        let name = oid.map_or("no name".to_owned(), |oid| format!("the name {oid}"));
        known.ok_or_else(|| unusable(&format!("a curve of {name}")))
    }

    /// The curve of an algorithm, which has to be one of elliptic curves.
    fn of_algorithm(algorithm: &spki::AlgorithmIdentifierRef<'_>) -> Result<Self> {
        if algorithm.oid != ELLIPTIC {
            return Err(unusable(&format!("another algorithm, {}", algorithm.oid)));
        }
        Self::named(algorithm.parameters_oid().ok())
    }
}

fn unusable(what: &str) -> Error {
    Error::signature(format!("this is a key of {what}")).with_help(
        "models are signed by ECDSA, with keys on the named curves P-256, P-384 and P-521",
    )
}

/// A private key, which signs.
#[derive(Clone)]
pub struct SigningKey(Secret);

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

const PRIVATE: &str =
    "a private key in PEM, PKCS#8 (`BEGIN PRIVATE KEY`) or SEC1 (`BEGIN EC PRIVATE KEY`)";

impl SigningKey {
    /// Reads a private key in PEM: PKCS#8 or SEC1. `passphrase` is what a key in PKCS#8 is encrypted with.
    ///
    /// # Errors
    /// No private key in PEM, or a damaged one; another algorithm than ECDSA, or another curve; a passphrase that
    /// is wrong, missing, or given for a key that is not encrypted; an encryption other than PKCS#5's scheme 2.
    pub fn from_pem(text: &str, passphrase: Option<&[u8]>) -> Result<Self> {
        let (label, block) = block(text, PRIVATE)?;
        if block.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(Error::signature("this key is encrypted in the old way of PEM")
                .with_help("convert it: openssl pkcs8 -topk8 -in KEY -out NEW"));
        }
        if !["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY"].contains(&label) {
            return Err(Error::signature(format!(
                "this is no private key, but '{}'",
                shorten(label)
            ))
            .with_help(format!("give {PRIVATE}")));
        }
        let (_, document) = SecretDocument::from_pem(block).map_err(|_| damaged())?;
        match (label, passphrase) {
            ("ENCRYPTED PRIVATE KEY", Some(passphrase)) => {
                Self::pkcs8(decrypt(document.as_bytes(), passphrase)?.as_bytes())
            }
            ("ENCRYPTED PRIVATE KEY", None) => {
                Err(Error::signature("this key is encrypted, and there is no passphrase for it"))
            }
            (_, Some(_)) => {
                Err(Error::signature("this key is not encrypted, and there is a passphrase for it")
                    .with_help("leave the passphrase out"))
            }
            ("PRIVATE KEY", None) => Self::pkcs8(document.as_bytes()),
            (_, None) => {
                let key = EcPrivateKey::from_der(document.as_bytes()).map_err(|_| damaged())?;
                Self::sec1(
                    EllipticCurve::named(key.parameters.and_then(EcParameters::named_curve))?,
                    key,
                )
            }
        }
    }

    /// Whether a text in PEM has a private key that is encrypted, so that a passphrase is needed.
    pub fn is_encrypted(text: &str) -> bool {
        block(text, PRIVATE).is_ok_and(|(label, _)| label == "ENCRYPTED PRIVATE KEY")
    }

    fn pkcs8(der: &[u8]) -> Result<Self> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| damaged())?;
        let curve = EllipticCurve::of_algorithm(&info.algorithm)?;
        let key = EcPrivateKey::from_der(info.private_key.as_bytes()).map_err(|_| damaged())?;
        Self::sec1(curve, key)
    }

    /// The key by its number; a public key beside it has to be its own.
    fn sec1(curve: EllipticCurve, key: EcPrivateKey<'_>) -> Result<Self> {
        let secret = match curve {
            EllipticCurve::P256 => {
                p256::SecretKey::try_from(key).map(|key| Secret::P256(key.into()))
            }
            EllipticCurve::P384 => {
                p384::SecretKey::try_from(key).map(|key| Secret::P384(key.into()))
            }
            EllipticCurve::P521 => {
                p521::SecretKey::try_from(key).map(|key| Secret::P521(key.into()))
            }
        };
        secret.map(Self).map_err(|_: der::Error| damaged())
    }

    /// The public key that goes with it.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(match &self.0 {
            Secret::P256(key) => Public::P256(key.into()),
            Secret::P384(key) => Public::P384(key.into()),
            Secret::P521(key) => Public::P521(key.into()),
        })
    }

    /// The signature of a message in DER.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.0 {
            Secret::P256(key) => der_of::<p256::ecdsa::DerSignature>(key, message),
            Secret::P384(key) => der_of::<p384::ecdsa::DerSignature>(key, message),
            Secret::P521(key) => der_of::<p521::ecdsa::DerSignature>(key, message),
        }
    }
}

/// By a nonce that follows from key and message.
fn der_of<S: AsRef<[u8]>>(key: &impl Signer<S>, message: &[u8]) -> Vec<u8> {
    key.sign(message).as_ref().to_vec()
}

/// The curve alone.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifying_key().curve())
    }
}

fn decrypt(der: &[u8], passphrase: &[u8]) -> Result<SecretDocument> {
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| damaged())?;
    info.decrypt(passphrase).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::DecryptFailed)
        | pkcs8::Error::Asn1(_) => Error::signature("the passphrase of the key is wrong"),
        error => Error::signature(format!("the key's encryption is unknown: {error}"))
            .with_help("convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out NEW"),
    })
}

fn damaged() -> Error {
    Error::signature("the key is damaged: what is between BEGIN and END is no key on a named curve")
}

/// A public key, which verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey(Public);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Public {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

impl VerifyingKey {
    /// Reads a public key in PEM (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    /// No public key in PEM, or a damaged one; another algorithm than ECDSA, or another curve.
    pub fn from_pem(text: &str) -> Result<Self> {
        const PUBLIC: &str = "a public key in PEM (`BEGIN PUBLIC KEY`)";
        let (label, block) = block(text, PUBLIC)?;
        if label != "PUBLIC KEY" {
            let help = match label {
                "CERTIFICATE" => ": openssl x509 -in CERTIFICATE -noout -pubkey",
                label if label.ends_with("PRIVATE KEY") => ": openssl pkey -in KEY -pubout",
                _ => "",
            };
            return Err(Error::signature(format!(
                "this is no public key, but '{}'",
                shorten(label)
            ))
            .with_help(format!("give {PUBLIC}{help}")));
        }
        let (_, document) = Document::from_pem(block).map_err(|_| damaged())?;
        let info = SubjectPublicKeyInfoRef::from_der(document.as_bytes()).map_err(|_| damaged())?;
        let public = match EllipticCurve::of_algorithm(&info.algorithm)? {
            EllipticCurve::P256 => info.try_into().map(Public::P256),
            EllipticCurve::P384 => info.try_into().map(Public::P384),
            EllipticCurve::P521 => info.try_into().map(Public::P521),
        };
        public.map(Self).map_err(|_: spki::Error| damaged())
    }

    /// The key's curve.
    pub fn curve(&self) -> EllipticCurve {
        match &self.0 {
            Public::P256(_) => EllipticCurve::P256,
            Public::P384(_) => EllipticCurve::P384,
            Public::P521(_) => EllipticCurve::P521,
        }
    }

    /// What names the key in signatures: the SHA-256 of its PEM.
    pub fn hint(&self) -> Sha256Digest {
        let pem = match &self.0 {
            Public::P256(key) => key.to_public_key_pem(LineEnding::LF),
            Public::P384(key) => key.to_public_key_pem(LineEnding::LF),
            Public::P521(key) => key.to_public_key_pem(LineEnding::LF),
        };
        // A point of a curve is always written.
        Sha256Digest::new(pem.unwrap_or_default().as_bytes())
    }

    /// Whether a signature in DER is by this key and of this message.
    pub(super) fn is_right(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Public::P256(key) => p256::ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Public::P384(key) => p384::ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Public::P521(key) => p521::ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}
