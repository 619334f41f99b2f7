//! The in-toto statement: what is signed of a file.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::Sha256Digest;
use crate::message::shorten;
use crate::{Error, Result};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";

const PREDICATE: &str = "https://model_signing/signature/v1.0";

/// What the reference implementation calls a model's only file; by the specification it has its name.
const ONLY_FILE: &str = ".";

#[derive(Serialize, Deserialize)]
struct Statement<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

/// The model as a whole. Its name is for people alone.
#[derive(Serialize, Deserialize)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

/// The SHA-256 of the digests of all resources, one after the other.
#[derive(Serialize, Deserialize)]
struct SubjectDigest {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Predicate {
    serialization: Serialization,
    resources: Vec<Resource>,
}

/// How files become resources.
#[derive(Serialize, Deserialize)]
struct Serialization {
    method: String,
    hash_type: String,
    #[serde(skip_deserializing)]
    allow_symlinks: bool,
}

/// A file of the model.
#[derive(Serialize, Deserialize)]
struct Resource {
    name: String,
    algorithm: String,
    digest: String,
}

/// The statement about a file of these bytes.
pub(super) fn write(bytes: &[u8], name: &str) -> Vec<u8> {
    let digest = Sha256Digest::new(bytes);
    let root = Sha256Digest::new(&digest.0);
    let statement = Statement {
        kind: STATEMENT.to_owned(),
        subject: vec![Subject {
            name: name.to_owned(),
            digest: SubjectDigest { sha256: root.to_string() },
        }],
        predicate_type: PREDICATE.to_owned(),
        predicate: Predicate {
            serialization: Serialization {
                method: "files".to_owned(),
                hash_type: "sha256".to_owned(),
                allow_symlinks: false,
            },
            resources: vec![Resource {
                name: ONLY_FILE.to_owned(),
                algorithm: "sha256".to_owned(),
                digest: digest.to_string(),
            }],
        },
    };
    // Structs of texts always have a JSON.
    serde_json::to_vec(&statement).unwrap_or_default()
}

/// Checks that a statement is about a file of these bytes.
///
/// # Errors
/// It is another kind of statement, about several files or one of another name, or about other bytes.
pub(super) fn check(payload: &[u8], bytes: &[u8], name: Option<&str>) -> Result<()> {
    let statement: Statement<Value> = serde_json::from_slice(payload)
        .map_err(|_| refused("what is signed is no statement of in-toto".to_owned()))?;
    let types = [
        ("statement", STATEMENT, &statement.kind),
        ("predicate", PREDICATE, &statement.predicate_type),
    ];
    if let Some((what, known, found)) = types.iter().find(|(_, known, found)| known != *found) {
        let found = shorten(found);
        return Err(refused(format!("the type of the {what} is '{found}', not '{known}'")));
    }
    let Predicate { serialization, resources } = serde_json::from_value(statement.predicate)
        .map_err(|_| refused("the statement does not say what files are signed".to_owned()))?;
    let Serialization { method, hash_type, .. } = serialization;
    if method != "files" || hash_type != "sha256" {
        let (method, hash_type) = (shorten(&method), shorten(&hash_type));
        return Err(refused(format!(
            "it is about {method} by {hash_type}, and only whole files by sha256 are known"
        )));
    }
    let [Resource { name: signed, algorithm, digest }] = resources.as_slice() else {
        let n = resources.len();
        return Err(refused(format!("it is about {n} files, and the model is one")));
    };
    if signed != ONLY_FILE && name.is_some_and(|name| name != signed) {
        return Err(refused(format!("it is about another file, named '{}'", shorten(signed))));
    }
    let (Ok(digest), "sha256") = (digest.parse::<Sha256Digest>(), algorithm.as_str()) else {
        return Err(refused("the file's digest is no SHA-256".to_owned()));
    };
    let root = Sha256Digest::new(&digest.0).to_string();
    if !matches!(statement.subject.as_slice(), [subject] if subject.digest.sha256 == root) {
        return Err(refused("the statement's digests do not go together".to_owned()));
    }
    let found = Sha256Digest::new(bytes);
    if found != digest {
        return Err(Error::signature(format!(
            "it is about other bytes: SHA-256 {digest} is signed, and the file has {found}"
        ))
        .with_help("the file was altered after it was signed, or this is the signature of another: do not use it"));
    }
    Ok(())
}

fn refused(message: String) -> Error {
    Error::signature(message)
        .with_help("have the file signed by itself, by OpenSSF Model Signing 1.0")
}
