//! The reference implementation's signatures and ours, and all that is refused.

use std::fs;

use serde_json::{Value, json};

use super::bundle::{Bundle, MAX_BYTES};
use super::{EllipticCurve, SigningKey, VerifyingKey, sign, statement, verify};
use crate::{ErrorKind, Result};

const CURVES: [(&str, EllipticCurve); 3] =
    [("p256", EllipticCurve::P256), ("p384", EllipticCurve::P384), ("p521", EllipticCurve::P521)];

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/signing/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(fixture(name)).unwrap()
}

fn private(name: &str) -> SigningKey {
    SigningKey::from_pem(&text(name), None).unwrap()
}

fn public(name: &str) -> VerifyingKey {
    VerifyingKey::from_pem(&text(name)).unwrap()
}

/// A bundle of the reference implementation, to be altered.
fn reference() -> Value {
    serde_json::from_slice(&fixture("reference_p256.sig")).unwrap()
}

fn verify_model(signature: &[u8]) -> Result<()> {
    verify(&fixture("model.bin"), Some("model.bin"), signature, &public("p256.pub.pem"))
}

#[track_caller]
fn is_refused<T: std::fmt::Debug>(result: Result<T>, words: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature, "{error}");
    assert!(error.to_string().contains(words), "no '{words}' in: {error}");
}

#[test]
fn signatures_have_the_nonces_of_rfc_6979() {
    // Appendix A.2.5 to A.2.7, of the message "sample" with SHA-256, SHA-384 and SHA-512; the keys are the fixtures'.
    let known = [
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46\
         99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
        "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b53\
         4931d7d4e8455cc91f9b15bf05ec36e377fa\
         00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff077\
         7b1a20f8ccb1dccc43997f1ee0e44da4a67a",
    ];
    for ((name, curve), known) in CURVES.into_iter().zip(known) {
        let der = private(&format!("{name}.pem")).sign(b"sample");
        let bytes = match curve {
            EllipticCurve::P256 => {
                p256::ecdsa::Signature::from_der(&der).unwrap().to_bytes().to_vec()
            }
            EllipticCurve::P384 => {
                p384::ecdsa::Signature::from_der(&der).unwrap().to_bytes().to_vec()
            }
            EllipticCurve::P521 => {
                p521::ecdsa::Signature::from_der(&der).unwrap().to_bytes().to_vec()
            }
        };
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(hex, known, "{curve}");
    }
}

#[test]
fn signatures_of_the_reference_implementation_are_right() {
    let model = fixture("model.bin");
    for (name, curve) in CURVES {
        let key = public(&format!("{name}.pub.pem"));
        assert_eq!(key.curve(), curve);
        let signature = fixture(&format!("reference_{name}.sig"));
        verify(&model, Some("model.bin"), &signature, &key).unwrap();
        let bundle: Value = serde_json::from_slice(&signature).unwrap();
        let hint = &bundle["verificationMaterial"]["publicKey"]["hint"];
        assert_eq!(*hint, key.hint().to_string(), "{name}");

        verify(&model, None, &signature, &key).unwrap();
        verify(&model, Some("renamed.bin"), &signature, &key).unwrap();
        for at in 0..model.len() {
            let mut other = model.clone();
            other[at] ^= 1;
            let refused = verify(&other, None, &signature, &key);
            is_refused(refused, "it is about other bytes: SHA-256 ");
        }
    }
}

#[test]
fn our_signatures_are_those_that_the_reference_implementation_verified() {
    for (name, _) in CURVES {
        let signature = sign(&fixture("model.bin"), "model.bin", &private(&format!("{name}.pem")));
        assert_eq!(signature.unwrap(), text(&format!("ours_{name}.sig")));
    }
}

#[test]
fn a_key_is_the_same_in_all_its_formats() {
    let formats = ["p256.sec1.pem", "p256.parameters.pem", "p384.sec1.pem", "p521.sec1.pem"];
    for name in formats {
        let public = public(&format!("{}.pub.pem", &name[..4]));
        assert_eq!(private(name).verifying_key(), public, "{name}");
        let windows = text(name).replace('\n', "\r\n");
        assert_eq!(SigningKey::from_pem(&windows, None).unwrap().verifying_key(), public);
    }
    let encrypted = SigningKey::from_pem(&text("p256.encrypted.pem"), Some(b"open sesame"));
    assert_eq!(encrypted.unwrap().verifying_key(), public("p256.pub.pem"));
    assert!(SigningKey::is_encrypted(&text("p256.encrypted.pem")));
    assert!(!SigningKey::is_encrypted(&text("p256.pem")));
}

#[test]
fn what_is_no_usable_key_is_refused() {
    let private =
        |name: &str, passphrase: Option<&[u8]>| SigningKey::from_pem(&text(name), passphrase);
    is_refused(private("p256.encrypted.pem", None), "this key is encrypted");
    is_refused(
        private("p256.encrypted.pem", Some(b"sesame")),
        "the passphrase of the key is wrong",
    );
    is_refused(private("p256.encrypted.pem", Some(b"")), "the passphrase of the key is wrong");
    is_refused(private("p256.pem", Some(b"sesame")), "not encrypted, and there is a passphrase");
    is_refused(private("old_encryption.pem", Some(b"open sesame")), "in the old way");
    is_refused(private("ed25519.pem", None), "a key of another algorithm, 1.3.101.112");
    is_refused(private("secp256k1.pem", None), "a curve of the name 1.3.132.0.10");
    is_refused(private("explicit.pem", None), "no key on a named curve");
    is_refused(private("p256.pub.pem", None), "this is no private key, but 'PUBLIC KEY'");
    is_refused(private("certificate.pem", None), "this is no private key, but 'CERTIFICATE'");
    is_refused(private("reference_p256.sig", None), "this is no key in PEM");
    is_refused(SigningKey::from_pem("", None), "this is no key in PEM");

    let public = |name: &str| VerifyingKey::from_pem(&text(name));
    is_refused(public("p256.pem"), "this is no public key, but 'PRIVATE KEY'");
    is_refused(public("p256.sec1.pem"), "this is no public key, but 'EC PRIVATE KEY'");
    is_refused(public("certificate.pem"), "this is no public key, but 'CERTIFICATE'");
    is_refused(public("ed25519.pub.pem"), "a key of another algorithm, 1.3.101.112");
    is_refused(public("secp256k1.pub.pem"), "a curve of the name 1.3.132.0.10");
    is_refused(public("explicit.pub.pem"), "a curve of no name");
    is_refused(VerifyingKey::from_pem("-----BEGIN PUBLIC KEY-----"), "this is no key in PEM");
}

#[test]
fn a_key_with_any_byte_altered_gives_an_error_or_a_key() {
    for name in ["p256.pem", "p256.sec1.pem", "p256.pub.pem"] {
        let whole = text(name);
        for at in 0..whole.len() {
            let _ = SigningKey::from_pem(&whole[..at], None);
            let _ = VerifyingKey::from_pem(&whole[..at]);
            for byte in *b"A/-\n\0" {
                let mut altered = whole.clone().into_bytes();
                altered[at] = byte;
                let altered = String::from_utf8(altered).unwrap();
                let _ = SigningKey::from_pem(&altered, None);
                let _ = VerifyingKey::from_pem(&altered);
            }
        }
    }
}

#[test]
fn another_key_or_curve_is_refused_by_its_name_and_without_a_name_by_the_signature() {
    let model = fixture("model.bin");
    let mut nameless = reference();
    nameless["verificationMaterial"]["publicKey"] = json!({});
    for name in ["p384", "p521"] {
        let other = public(&format!("{name}.pub.pem"));
        let refused = verify(&model, None, &fixture("reference_p256.sig"), &other);
        is_refused(refused, "it is signed by another key: by ");
        let refused = verify(&model, None, nameless.to_string().as_bytes(), &other);
        is_refused(refused, "the signature is wrong");
    }
    verify_model(nameless.to_string().as_bytes()).unwrap();
}

#[test]
fn bundles_of_earlier_releases_of_the_reference_implementation_are_known() {
    // As 0.3.1 to 1.0.1 wrote them: the key itself for the hint, no log entries, and null for a key's id.
    let mut old = reference();
    old["verificationMaterial"] =
        json!({ "publicKey": { "rawBytes": "LS0t", "keyDetails": "PKIX_ECDSA_P256_SHA_256" } });
    old["dsseEnvelope"]["signatures"][0]["keyid"] = Value::Null;
    verify_model(old.to_string().as_bytes()).unwrap();
    old["dsseEnvelope"]["signatures"][0].as_object_mut().unwrap().remove("keyid");
    verify_model(old.to_string().as_bytes()).unwrap();
}

#[test]
fn a_bundle_cut_off_or_with_any_byte_altered_is_refused_or_still_signs_the_same() {
    for name in ["reference_p256.sig", "ours_p256.sig"] {
        let whole = text(name);
        let whole = whole.trim_end();
        for len in 0..whole.len() {
            is_refused(verify_model(&whole.as_bytes()[..len]), "");
        }
        let signed = |bundle: &Value| {
            let envelope = &bundle["dsseEnvelope"];
            [&envelope["payload"], &envelope["payloadType"], &envelope["signatures"][0]["sig"]]
                .map(Value::to_string)
        };
        let known = signed(&serde_json::from_str(whole).unwrap());
        let mut n_accepted = 0;
        for at in 0..whole.len() {
            for flip in [1, 0x20, 0x80] {
                let mut altered = whole.as_bytes().to_vec();
                altered[at] ^= flip;
                match verify_model(&altered) {
                    Ok(()) => {
                        n_accepted += 1;
                        assert_eq!(signed(&serde_json::from_slice(&altered).unwrap()), known);
                    }
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Signature),
                }
            }
        }
        // The names of `hint`, `tlogEntries` and `keyid` can be misspelled.
        assert!((8..80).contains(&n_accepted), "{n_accepted}");
    }
}

#[test]
fn what_is_no_bundle_with_one_signature_by_a_key_is_refused() {
    is_refused(verify_model(b""), "this is no JSON (line 1, column 0)");
    is_refused(verify_model(b"\xff\xfe"), "this is no JSON");
    is_refused(verify_model(b"{}"), "no Sigstore bundle");
    is_refused(verify_model(b"[]"), "no Sigstore bundle");
    is_refused(verify_model(&vec![b' '; MAX_BYTES + 1]), "more than 1048576 bytes");
    let nested = [vec![b'['; MAX_BYTES / 2], vec![b']'; MAX_BYTES / 2]].concat();
    is_refused(verify_model(&nested), "");
    let deep = text("reference_p256.sig").replacen(
        "[]",
        std::str::from_utf8(&nested[..MAX_BYTES / 4]).unwrap(),
        1,
    );
    is_refused(verify_model(deep.as_bytes()), "this is no JSON");

    let cases: [(&str, Value, &str); 13] = [
        (
            "/mediaType",
            json!("application/vnd.dev.sigstore.bundle.v0.1+json"),
            "the bundle's media type is 'application/vnd",
        ),
        ("/dsseEnvelope", json!(null), "no Sigstore bundle"),
        ("/dsseEnvelope/payloadType", json!("text/plain"), "what is signed is 'text/plain'"),
        ("/dsseEnvelope/signatures", json!([]), "has 0 signatures"),
        ("/dsseEnvelope/signatures", json!([{ "sig": "" }, { "sig": "" }]), "has 2 signatures"),
        ("/dsseEnvelope/signatures/0/sig", json!(""), "the signature is wrong"),
        ("/dsseEnvelope/signatures/0/sig", json!("MAYCAQECAQE="), "the signature is wrong"),
        ("/dsseEnvelope/signatures/0/sig", json!("?"), "no base64"),
        ("/dsseEnvelope/payload", json!("e30="), "the signature is wrong"),
        ("/dsseEnvelope/payload", json!("e30"), "no base64"),
        ("/verificationMaterial", json!({}), "names nothing to verify it by"),
        (
            "/verificationMaterial",
            json!({ "certificate": { "rawBytes": "" } }),
            "names a certificate",
        ),
        ("/verificationMaterial", json!({ "x509CertificateChain": {} }), "names a certificate"),
    ];
    for (at, value, words) in cases {
        let mut bundle = reference();
        *bundle.pointer_mut(at).unwrap() = value;
        is_refused(verify_model(bundle.to_string().as_bytes()), words);
    }
    let twice = text("reference_p256.sig").replacen('{', "{\"mediaType\":\"x\",", 1);
    is_refused(verify_model(twice.as_bytes()), "no Sigstore bundle");
}

/// Our statement about the model, altered and signed.
fn verify_statement(at: &str, value: Value, name: Option<&str>) -> Result<()> {
    let model = fixture("model.bin");
    let mut payload: Value =
        serde_json::from_slice(&statement::write(&model, "model.bin")).unwrap();
    *payload.pointer_mut(at).unwrap() = value;
    let bundle = Bundle::sign(payload.to_string().as_bytes(), &private("p256.pem")).unwrap();
    verify(&model, name, bundle.as_bytes(), &public("p256.pub.pem"))
}

#[test]
fn statements_about_anything_else_than_this_file_are_refused_though_signed() {
    let key = private("p256.pem");
    for (payload, words) in
        [("", "no statement of in-toto"), ("{}", "no statement of in-toto"), ("[1", "no statement")]
    {
        let bundle = Bundle::sign(payload.as_bytes(), &key).unwrap();
        is_refused(verify_model(bundle.as_bytes()), words);
    }
    let resource = "/predicate/resources/0";
    let file = json!({ "name": "a", "algorithm": "sha256", "digest": "00" });
    let cases = [
        (
            "/_type".to_owned(),
            json!("https://in-toto.io/Statement/v2"),
            "the type of the statement",
        ),
        (
            "/predicateType".to_owned(),
            json!("https://model_signing/Digests/v0.1"),
            "the type of the predicate",
        ),
        ("/predicate".to_owned(), json!({ "resources": [] }), "does not say what files"),
        ("/predicate/serialization".to_owned(), json!(null), "does not say what files"),
        ("/predicate/serialization/method".to_owned(), json!("shards"), "about shards by sha256"),
        ("/predicate/serialization/hash_type".to_owned(), json!("blake3"), "about files by blake3"),
        ("/predicate/resources".to_owned(), json!([]), "about 0 files"),
        ("/predicate/resources".to_owned(), json!([file, file]), "about 2 files"),
        (format!("{resource}/algorithm"), json!("blake2b"), "no SHA-256"),
        (format!("{resource}/digest"), json!("00"), "no SHA-256"),
        (format!("{resource}/digest"), json!("é".repeat(32)), "no SHA-256"),
        (format!("{resource}/digest"), json!("0".repeat(64)), "do not go together"),
        (format!("{resource}/name"), json!("other.bin"), "about another file, named 'other.bin'"),
        ("/subject".to_owned(), json!([]), "do not go together"),
        ("/subject/0/digest/sha256".to_owned(), json!("0".repeat(64)), "do not go together"),
    ];
    for (at, value, words) in cases {
        is_refused(verify_statement(&at, value, Some("model.bin")), words);
    }
}

#[test]
fn a_file_may_be_signed_by_its_name_and_a_model_may_have_any() {
    // By the specification (section 6.1.2) a single file has its name, which the reference implementation writes of
    // the only file of a folder; the model's name is for people (section 6.5.1).
    let name = "/predicate/resources/0/name";
    verify_statement(name, json!("model.bin"), Some("model.bin")).unwrap();
    verify_statement(name, json!("model.bin"), None).unwrap();
    verify_statement("/subject/0/name", json!("model"), Some("model.bin")).unwrap();
}

#[test]
fn a_name_that_fits_in_no_signature_is_refused() {
    let key = private("p256.pem");
    is_refused(sign(b"", &"x".repeat(MAX_BYTES), &key), "more than 1048576 bytes");
    let hidden = sign(b"", "\"\\\n\u{1f980}", &key).unwrap();
    verify(b"", None, hidden.as_bytes(), &public("p256.pub.pem")).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey(ECDSA P-256)");
}
